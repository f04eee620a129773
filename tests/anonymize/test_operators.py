"""Every operator, by itself and through the scrubber: deterministic, and no output holds its value."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize import Policy, Scrubber, Span
from privgen.anonymize.date_text import read_date
from privgen.anonymize.operators import Operators, mask
from privgen.anonymize.scanner import all_entity_types
from privgen.anonymize.settings import (
    Encrypt,
    Generalise,
    Mask,
    Pseudonymize,
    Redact,
    Replace,
    ShiftDate,
    Surrogate,
    looks_alike,
)
from privgen.anonymize.variant import squeeze

KEY = bytes(range(32))
OPERATORS = Operators(KEY)
SETTINGS = [
    *(Redact(), Mask(), Mask(keep_first=3, keep_last=4), Replace(), Pseudonymize()),
    *(Surrogate(), Encrypt(), Generalise(), ShiftDate()),
]
TYPES = st.sampled_from([*all_entity_types(), "DATE_TIME"])
PIECES = st.sampled_from(
    [
        *(
            "收货人张伟，",
            "电话138-0013-8000",
            "mail ann@example.com ",
            "Dear Mary Poppins, ",
            " (212) 555-0199 ",
        ),
        *(
            "born on May 17, 1990. ",
            "生日是1990年5月17日，",
            "I am 52 years old. ",
            "邮编100080 ",
            "ZIP 62704 ",
        ),
        *(
            "寄到广东省深圳市南山区科技路1号2栋302室吧。",
            "订单号202311051234567已发",
            "身份证11010519491231002X",
        ),
        *(
            "card 4111 1111 1111 1111 ",
            "京A12345 ",
            "<PERSON_abc",
            "\n",
            "from 192.168.10.1 ",
            "see www.x.com/u ",
        ),
        *("size 10, ", "came 2023-11-05. ", "加我微信wei_88888吧"),
    ]
)
TEXTS = st.lists(PIECES, max_size=6).map("".join)


@given(st.sampled_from(SETTINGS), TYPES, st.text(min_size=4, max_size=30), st.text(min_size=1))
def test_no_output_holds_its_value_and_each_is_deterministic(setting, kind, value, customer):
    made = OPERATORS.apply(setting, kind, value, customer)
    assert made == Operators(KEY).apply(setting, kind, value, customer)
    if set(value) == {"*"} or (isinstance(setting, Mask) and not any(c.isalnum() for c in value)):
        return  # stars masked by stars
    coarse = isinstance(setting, Generalise) and OPERATORS.apply(setting, kind, made) == made
    assert value not in made or coarse or value in f"<{kind}_"


SCRUBBERS = [Scrubber(key=KEY, policy=Policy(default=setting)) for setting in SETTINGS]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SCRUBBERS), TEXTS)
def test_places_say_where_each_replacement_stands(one, text):
    result = one.scrub(text, {"customer_id": "customer 1"})
    assert len(result.placed) == len(result.spans)
    rebuilt, end, place = "", 0, 0
    for span, (start, stop) in zip(result.spans, result.placed, strict=True):
        assert result.text[place:start] == text[end : span.start]
        setting = one.policy.setting(span.entity_type)
        value = text[span.start : span.end]
        assert result.text[start:stop] == OPERATORS.apply(setting, span.entity_type, value, "customer 1")
        rebuilt += text[end : span.start] + value
        end, place = span.end, stop
    assert rebuilt + text[end:] == text and result.text[place:] == text[end:]
    if one.policy.default.operator not in ("redact", "shift_date"):  # these join what stood apart
        assert one.find(result.blanked()) == ()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SCRUBBERS), TEXTS)
def test_scrubbing_twice_changes_nothing_but_look_alikes(one, text):
    once = one.scrub(text).text
    if not looks_alike(one.policy.default) and one.policy.default.operator != "redact":
        assert one.scrub(once).text == once


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_surrogate_never_equals_what_it_stands_for(text):
    one = SCRUBBERS[SETTINGS.index(Surrogate())]
    result = one.scrub(text)
    for span, (start, stop) in zip(result.spans, result.placed, strict=True):
        value, made = squeeze(text[span.start : span.end]), squeeze(result.text[start:stop])
        assert made and value not in made


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_what_was_encrypted_comes_back(text):
    one = SCRUBBERS[SETTINGS.index(Encrypt())]
    assert one.operators.cipher.reverse(one.scrub(text).text)[0] == text


SHIFT = Scrubber(key=KEY, policy=Policy(entities={"DATE_TIME": "shift_date", "DATE_OF_BIRTH": "shift_date"}))


@settings(max_examples=50, deadline=None)
@given(st.dates(dt.date(1950, 1, 1), dt.date(2020, 1, 1)), st.dates(dt.date(1950, 1, 1), dt.date(2020, 1, 1)))
def test_dates_in_a_customers_texts_keep_their_interval(first, second):
    texts = [f"born on {first:%B %d, %Y}", f"生日是{first:%Y-%m-%d}", f"came on {second:%Y-%m-%d}."]
    made = []
    for text in texts:
        result = SHIFT.scrub(text, customer="customer 1")
        ((start, stop),) = result.placed
        made.append(read_date(result.text[start:stop]).date)
    assert made[0] == made[1] and made[2] - made[0] == second - first and made[0] != first


def test_without_a_customer_a_date_goes():
    assert SHIFT.scrub("born on May 17, 1990 ok").text == "born on  ok"
    assert SHIFT.scrub("came 2023-11-05 ok").text == "came  ok"
    moved = SHIFT.scrub("came 2023-11-05 ok", {"customer_id": "c"}).text
    assert len(moved) == len("came 2023-11-05 ok") and moved != "came 2023-11-05 ok"
    assert [result.text for result in SHIFT.scrub_many(["came 2023-11-05 ok"], {"customer_id": "c"})] == [
        moved
    ]


def test_dates_are_looked_for_only_where_the_policy_says_so():
    assert Scrubber(key=KEY).find("came 2023-11-05 ok") == ()
    assert SHIFT.find("came 2023-11-05 ok") == (Span("DATE_TIME", 5, 15, 0.5),)
    assert SHIFT.find("came 2023-11-05 ok", table="campaigns", column="terms") == ()


@pytest.mark.parametrize(
    ("value", "first", "last", "wanted"),
    [
        ("13800138000", 0, 0, "***********"),
        ("13800138000", 3, 4, "138****8000"),
        ("138-0013-8000", 3, 4, "138******8000"),
        ("1234567", 3, 4, "*******"),
        ("张伟", 1, 0, "**"),
        ("", 3, 4, ""),
        ("----", 1, 1, "****"),
    ],
)
def test_mask(value, first, last, wanted):
    assert mask(value, first, last) == wanted


def test_another_key_gives_others():
    other = Operators(b"another key, long enough")
    for setting in (Pseudonymize(), Surrogate(), Encrypt()):
        assert OPERATORS.apply(setting, "EMAIL_ADDRESS", "a@b.cn") != other.apply(
            setting, "EMAIL_ADDRESS", "a@b.cn"
        )


def test_a_name_without_a_surrogate_gets_a_pseudonym():
    made = OPERATORS.apply(Surrogate(), "PERSON", "Дмитрий")
    assert made == OPERATORS.tokens.token("PERSON", "Дмитрий")


@pytest.mark.parametrize("setting", [Redact(), Replace(), Encrypt(), Mask()])
def test_a_date_cell_cannot_hold_what_is_no_date(setting):
    assert OPERATORS.apply_date(setting, dt.date(1990, 5, 17), "c") is None


def test_date_cells():
    born, moment = dt.date(1990, 5, 17), dt.datetime(2024, 5, 1, 10, 30, tzinfo=dt.UTC)
    assert OPERATORS.apply_date(Generalise(date="year"), born) == dt.date(1990, 1, 1)
    assert OPERATORS.apply_date(ShiftDate(), born) is None
    moved, later = (OPERATORS.apply_date(ShiftDate(), d, "c") for d in (born, moment))
    assert later - moment == moved - born != dt.timedelta(0)
    assert 0 < abs((OPERATORS.apply_date(Surrogate(), moment) - moment).days) <= 183


def test_no_key_in_a_repr():
    assert KEY.hex() not in repr(OPERATORS) and str(KEY) not in repr(OPERATORS)
