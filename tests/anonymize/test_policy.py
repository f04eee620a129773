"""Policies: the nearest setting wins, unknown names are errors that name file and key."""

import pytest

from privgen.anonymize import Policy, Scrubber, load_policy
from privgen.errors import ConfigError


def write(tmp_path, text):
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nearest_wins(tmp_path):
    policy = load_policy(
        write(
            tmp_path,
            'default = "replace"\n[entities]\nPERSON = "mask"\n[tables.reviews.entities]\n'
            'PERSON = "redact"\n[tables.reviews.columns.text]\nPERSON = "keep"\n',
        )
    )
    assert policy.name == "policy"
    assert policy.operator("PERSON", "reviews", "text") == "keep"
    assert policy.operator("PERSON", "reviews", "title") == "redact"
    assert policy.operator("PERSON", "events", "text") == "mask"
    assert policy.operator("URL") == "replace"


def test_merchant_tables_keep_codes_but_no_phone():
    assert Policy().operator("COUPON_CODE", "campaigns", "terms") == "keep"
    assert Policy().operator("PHONE_NUMBER", "products", "title") == "pseudonymize"
    assert Policy(entities={"COUPON_CODE": "mask"}).operator("COUPON_CODE", "campaigns") == "mask"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("colour = 1", "policy.toml: colour: unknown key"),
        ('[entities]\nNOPE = "mask"', "entities.NOPE: unknown entity type"),
        ('[entities]\nPERSON = "shred"', "policy.toml: entities.PERSON"),
        ('[tables.nope.entities]\nPERSON = "mask"', "tables.nope: unknown table"),
        ('[tables.reviews.columns.nope]\nPERSON = "mask"', "columns.nope: unknown column"),
        ("=", "not valid TOML"),
    ],
)
def test_faults_name_file_and_key(tmp_path, text, fault):
    with pytest.raises(ConfigError, match=fault):
        load_policy(write(tmp_path, text))


def test_a_scrubber_takes_a_path(tmp_path):
    scrubber = Scrubber(key=bytes(range(32)), policy=write(tmp_path, 'default = "replace"'))
    assert scrubber.scrub("mail a@b.com").text == "mail <EMAIL_ADDRESS>"
