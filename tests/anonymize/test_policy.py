"""Policies: the nearest setting wins, unknown names are errors that name file and key."""

from pathlib import Path
from typing import get_args

import pytest

from privgen.anonymize import Policy, Scrubber, load_policy
from privgen.anonymize.policy import PRESETS
from privgen.anonymize.settings import Generalise, Mask, Operator, ShiftDate
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
        ('[entities]\nAGE = {operator = "generalise", colour = 1}', "entities.AGE.*colour: unknown key"),
        ('[entities]\nAGE = {operator = "redact", band = 5}', "entities.AGE.*band: unknown key"),
        ('[entities]\nAGE = {operator = "generalise", band = 1}', "entities.AGE.*band"),
        ('[entities]\nPERSON = {operator = "mask", keep_last = true}', "entities.PERSON.*keep_last"),
        ("[entities]\nPERSON = {keep_last = 2}", "entities.PERSON"),
        ('[entities]\nPERSON = "generalise"', "entities.PERSON: generalise is for ADDRESS"),
        ('[entities]\nPERSON = "shift_date"', "shift_date is for DATE_OF_BIRTH, DATE_TIME"),
        ('default = {operator = "shred"}', "default"),
        ('key = "lost"', "key"),
        ('default = {operator = "replace", value = "a@b.com"}', "default: value: looks like personal data"),
        ('[entities]\nID = {operator = "replace", value = "call 13800138000"}', "entities.ID: value: looks"),
        ('[tables.customers.columns]\nname = {PERSON = "keep"}', "name.PERSON: an identifier never leaves"),
        ('[tables.customers.columns]\nbirth_date = {DATE_OF_BIRTH = "encrypt"}', "encrypt does not fit"),
        ('[tables.customers.columns]\nbirth_date = {PERSON = "redact"}', "holds no PERSON, it is a date"),
        ('[tables.reviews.columns]\ntimestamp = {DATE_TIME = "redact"}', "every row must have a timestamp"),
        ('[tables.reviews.columns]\nreview_id = {ID = "redact"}', "redact does not fit; use pseudonymize"),
        ('[tables.reviews.columns]\ncustomer_id = {CUSTOMER_ID = "surrogate"}', "surrogate does not fit"),
        ('[tables.events.columns]\nquantity = {NUMBER = "encrypt"}', "encrypt does not fit"),
    ],
)
def test_faults_name_file_and_key(tmp_path, text, fault):
    with pytest.raises(ConfigError, match=fault):
        load_policy(write(tmp_path, text))


def test_a_scrubber_takes_a_path(tmp_path):
    scrubber = Scrubber(key=bytes(range(32)), policy=write(tmp_path, 'default = "replace"'))
    assert scrubber.scrub("mail a@b.com").text == "mail <EMAIL_ADDRESS>"


def test_operators_take_parameters(tmp_path):
    policy = load_policy(
        write(
            tmp_path,
            'default = {operator = "mask", keep_last = 4}\n[entities]\n'
            'AGE = {operator = "generalise", band = 5}\nDATE_OF_BIRTH = "shift_date"\n',
        )
    )
    assert policy.setting("PERSON") == Mask(keep_last=4) and policy.operator("PERSON") == "mask"
    assert policy.setting("AGE") == Generalise(band=5)
    assert policy.setting("DATE_OF_BIRTH") == ShiftDate(days=180)
    assert Policy.model_validate(policy.model_dump(mode="json")) == policy


def test_a_text_of_your_own_stands_for_a_value():
    policy = Policy(entities={"EMAIL_ADDRESS": {"operator": "replace", "value": "[mail]"}})
    scrubber = Scrubber(key=bytes(range(32)), policy=policy)
    assert scrubber.scrub("to a@b.com").text == "to [mail]" == scrubber.scrub("to [mail]").text


def test_dates_and_numbers_are_personal_on_request_only():
    assert Policy().operator("DATE_TIME", "reviews", "text") == "keep"
    policy = Policy(entities={"DATE_TIME": "shift_date"})
    assert policy.operator("DATE_TIME", "reviews", "text") == "shift_date"
    assert policy.operator("DATE_TIME", "campaigns", "terms") == "keep"
    assert policy.lookalikes() == ["DATE_TIME"] and Policy().lookalikes() == []


@pytest.mark.parametrize("name", PRESETS)
def test_presets_load_by_name_and_leave_no_identifier_as_it_is(name):
    policy = load_policy(name)
    assert policy.name == name and policy.default.operator != "keep"
    text = "收货人张伟，电话13800138000，身份证11010519491231002X, mail ann@shop.com, ip 192.168.10.1"
    scrubbed = Scrubber(key=bytes(range(32)), policy=name).scrub(text).text
    assert not any(value in scrubbed for value in ("张伟", "13800138000", "1949", "ann", "192"))
    assert Scrubber(key=bytes(range(32)), policy=name).scrub(scrubbed).text == scrubbed


def test_the_anonymous_preset_writes_no_token_and_keeps_no_key():
    one, other = (Scrubber(key=bytes(range(32)), policy="gdpr-anonymous") for _ in range(2))
    assert one.key_id == other.key_id == "discarded"
    assert one.tokens.identifier("customer_id", "x") != other.tokens.identifier("customer_id", "x")
    assert one.scrub("mail ann@shop.com").text == "mail <EMAIL_ADDRESS>"
    assert Scrubber(policy="gdpr-anonymous").key_id == "discarded"


def test_an_unknown_policy_names_the_presets():
    with pytest.raises(
        ConfigError, match="hipaa: no such policy; give one of gdpr-anonymous, gdpr-pseudonymous, pipl"
    ):
        load_policy("hipaa")


def test_customer_ids_are_encrypted_everywhere_or_nowhere(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text('[entities]\nCUSTOMER_ID = "encrypt"\n')
    assert load_policy(path).operator("CUSTOMER_ID", "reviews", "customer_id") == "encrypt"
    path.write_text('[tables.customers.columns]\ncustomer_id = { CUSTOMER_ID = "encrypt" }\n')
    with pytest.raises(ConfigError, match="CUSTOMER_ID: encrypt it in every table or in none"):
        load_policy(path)


def test_the_commented_example_shows_every_operator():
    path = Path(__file__).resolve().parents[2] / "examples" / "policy.toml"
    policy, words = load_policy(path), path.read_text()
    assert policy.name == "shop" and Scrubber(key=bytes(range(32)), policy=path).policy == policy
    assert all(f'"{name}"' in words for name in get_args(Operator))
