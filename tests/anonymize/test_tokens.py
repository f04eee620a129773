"""Pseudonyms: canonical values, nothing hidden in a token, keyed."""

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize.rules import TOKEN
from privgen.anonymize.tokens import Tokens, canonical, is_token

TOKENS = Tokens(bytes(range(32)))


@given(st.sampled_from(["PERSON", "PHONE_NUMBER", "CN_ID_CARD"]), st.text(max_size=20))
def test_a_token_is_recognised_and_holds_no_number(kind, value):
    token = TOKENS.token(kind, value)
    assert is_token(token) and token == TOKENS.token(kind, value)
    assert not any(token[i : i + 4].isdigit() for i in range(len(token)))


@pytest.mark.parametrize(
    "fake",
    [
        "<PERSON_13800138000>",
        "<PERSON_a138001380>",
        "<PERSON_zhangwei88>",
        "<person_abcdefabcd>",
        "<PERSON_abc>",
    ],
)
def test_nothing_hides_in_a_false_token(fake):
    assert not TOKEN.fullmatch(fake)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "PHONE_NUMBER",
            [
                "13800138000",
                "+86 138-0013-8000",
                "0086 138 0013 8000",
                "１３８００１３８０００",
                "(86)13800138000",
            ],
        ),
        ("PHONE_NUMBER", ["(212) 555-0199", "212.555.0199", "+1 212 555 0199"]),
        (
            "EMAIL_ADDRESS",
            [
                "Ann@Shop.com",
                "ann@shop.com",
                "ann at shop dot com",
                "ann [at] shop [dot] com",
                "ａｎｎ＠shop.com",
            ],
        ),
        ("PERSON", ["Mr. Souza", "SOUZA", "souza"]),
        ("PERSON", ["王女士", "王"]),
        ("CREDIT_CARD", ["4111 1111 1111 1111", "4111-1111-1111-1111"]),
        ("DATE_OF_BIRTH", ["1990-05-17", "1990年5月17日", "1990/5/17"]),
    ],
)
def test_writings_of_one_value_have_one_canonical_form(kind, values):
    assert len({canonical(kind, value) for value in values}) == 1
    assert len({TOKENS.token(kind, value) for value in values}) == 1


def test_type_and_key_matter():
    assert TOKENS.token("PERSON", "a1b2")[8:] != TOKENS.token("ID", "a1b2")[4:]
    assert TOKENS.token("PERSON", "x") != Tokens(b"another key....").token("PERSON", "x")
    assert TOKENS.identifier("customer_id", "x") == TOKENS.identifier("customer_id", "x")
    assert TOKENS.identifier("customer_id", "x")[2:] != TOKENS.identifier("review_id", "x")[2:]
    assert bytes(range(32)).hex() not in repr(TOKENS) + repr(vars(TOKENS).keys())


def test_few_collisions():
    assert len({TOKENS.token("ID", str(i)) for i in range(20_000)}) == 20_000


@pytest.mark.slow
def test_another_process_makes_the_same_pseudonyms_surrogates_and_encrypted_values():
    """With another hash seed, as a later run would have, and without torch, which is another extra."""
    code = (
        "import sys\n"
        "sys.modules.update(torch=None, transformers=None)\n"
        "from privgen.anonymize import Policy, Scrubber\n"
        "def made():\n"
        "    text = 'mail ann@shop.com, 收货人张伟，电话138 0013 8000'\n"
        "    policies = [Policy(default=name) for name in ('pseudonymize', 'surrogate', 'encrypt')]\n"
        "    return [ascii(Scrubber(key=bytes(range(32)), policy=p).scrub(text).text) for p in policies]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + "print(made())"],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    here: dict[str, Any] = {}
    exec(code.partition("transformers=None)\n")[2], here)
    assert done.stdout.strip() == repr(here["made"]())
    assert TOKENS.token("EMAIL_ADDRESS", "ann@shop.com") in done.stdout
