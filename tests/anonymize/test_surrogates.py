"""Surrogates: same format, another value, equal for equal values, and nobody's where that can be had."""

import datetime as dt
import re
import unicodedata

import phonenumbers
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from stdnum import iban, luhn, numdb
from stdnum.br import cnpj, cpf
from stdnum.cn import ric, uscc

from privgen.anonymize.scanner import all_entity_types
from privgen.anonymize.surnames import COMPOUND
from privgen.anonymize.surrogates import Surrogates
from privgen.anonymize.variant import squeeze

MAKER = Surrogates(bytes(range(32)))
OTHER = Surrogates(bytes(range(32, 64)))
TYPES = st.sampled_from(all_entity_types())
DIGITS = "0123456789"


def places(area):
    """What the table of areas knows of the first six digits."""
    return {name for _, known in numdb.get("cn/loc").info(area) for name in known}


def shape(text):
    kinds = [
        ("9" if c in DIGITS else "a" if c.islower() else "A" if c.isupper() else "字" if c.isalpha() else c)
        for c in text
    ]
    return "".join(kinds)


@given(TYPES, st.text(max_size=30))
def test_no_surrogate_holds_its_value_and_equal_values_have_equal_ones(kind, value):
    made = MAKER.surrogate(kind, value)
    assert made == MAKER.surrogate(kind, value)
    if made:
        assert not value or value not in made
        assert not squeeze(value) or squeeze(value) not in squeeze(made)


@given(st.text(DIGITS, min_size=8, max_size=8), st.sampled_from(["13", "15", "18", "19"]))
def test_a_chinese_mobile_becomes_one_that_no_operator_has(tail, head):
    number = f"{head}9{tail}"
    made = MAKER.surrogate("PHONE_NUMBER", number)
    assert re.fullmatch("1[0-9]{10}", made)
    assert not phonenumbers.is_valid_number(phonenumbers.parse(made, "CN"))
    for form in ("{0}-{1}-{2}", "+86 {0} {1} {2}", "(+86){0}{1}{2}"):
        cut = form.format(number[:3], number[3:7], number[7:])
        assert MAKER.surrogate("PHONE_NUMBER", cut) == form.format(made[:3], made[3:7], made[7:])


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("(212) 555-0199", r"\([2-9]\d\d\) 555-01\d\d"),
        ("+1 212 736 5000 x12", r"\+1 [2-9]\d\d 555 01\d\d x\d\d"),
        ("+44 20 7946 0958", r"\+44 20 7946 0\d{3}"),
        ("+44 (0)20 7946 0958", r"\+44 \(0\)20 7946 0\d{3}"),
        ("07911 123456", r"07700 900\d{3}"),
        ("0161 236 0958", r"01\d\d 496 0\d{3}"),
        ("01865 270000", r"01632 960\d{3}"),
        ("0171 1234567", r"01\d\d \d{7}"),
        ("06 12 34 56 78", r"06 39 98 \d\d \d\d"),
        ("+33 1 42 68 53 00", r"\+33 1 99 00 \d\d \d\d"),
        ("+49 171 1234567", r"\+49 171 39200\d\d"),
        ("010-62345678转801", r"010-90\d{6}转\d{3}"),
        ("0755-8612345", r"0755-90\d{5}"),
        ("(11) 98765-4321", r"\(11\) \d{5}-\d{4}"),
        ("+91 98765 43210", r"\+91 9\d{4} \d{5}"),
        ("400-820-8820", r"40\d-\d{3}-\d{4}"),
    ],
)
def test_phones_keep_country_and_writing(value, form):
    assert re.fullmatch(form, MAKER.surrogate("PHONE_NUMBER", value))


@given(
    st.text("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超", min_size=1, max_size=2),
    st.sampled_from([*"王李张刘陈杨赵", "欧阳"]),
)
def test_a_chinese_name_keeps_its_length_and_title(given_name, family):
    for title in ("", "先生", "女士"):
        name = family + given_name + title
        made = MAKER.surrogate("PERSON", name)
        assert len(made) == len(name) and made.endswith(title) and made[0] != name[0]
        assert all("\u4e00" <= char <= "\u9fff" for char in made)
        assert (made[:2] in COMPOUND) == (family == "欧阳")


@given(st.lists(st.text("abcdefghijklmnop", min_size=2, max_size=9), min_size=1, max_size=4))
def test_an_english_name_keeps_case_and_number_of_parts(words):
    assume(not {"di", "de", "da", "do", "al", "el", "la", "le", "den", "del", "bin"} & set(words[1:-1]))
    assume(len(words) == 1 or words[0] not in ("dom", "mme", "miss"))
    for case in (str.lower, str.upper, str.title):
        name = case(" ".join(words))
        made = MAKER.surrogate("PERSON", name)
        assert len(made.split()) == len(words) and case(made) == made
        assert not set(made.lower().split()) & set(words)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Mr. Souza", "Mr. [A-Z][a-z]+"),
        ("João da Silva", "[A-ZÀ-Þ][a-zà-ÿ]+ da [A-ZÀ-Þ][a-zà-ÿ]+"),
        ("J. K. Rowling", r"[A-Z]\. [A-Z]\. [A-Z][a-z]+"),
        ("Mary-Jane", "[A-Z][a-z]+-[A-Z][a-z]+"),
        ("Al Gore", "(?!Al)[A-Z][a-z]+ [A-Z][a-z]+"),
        ("de la Cruz", "[a-z]+ la [A-Z][a-z]+"),
    ],
)
def test_titles_particles_and_initials_stay_in_place(name, form):
    assert re.fullmatch(form, MAKER.surrogate("PERSON", name))


@given(st.emails())
def test_an_address_is_at_example(address):
    assert re.fullmatch(
        r"(?i)[a-z.]+[0-9]{4}@example\.(com|net|org)", MAKER.surrogate("EMAIL_ADDRESS", address)
    )


@given(st.dates(dt.date(1950, 1, 1), dt.date(2005, 12, 31)), st.text(DIGITS, min_size=3, max_size=3))
def test_an_identity_number_has_a_right_check_digit_and_an_area_that_is_none(born, tail):
    body = f"110105{born:%Y%m%d}{tail}"
    made = MAKER.surrogate("CN_ID_CARD", body + ric.calc_check_digit(body + "0"))
    assert ric.calc_check_digit(made) == made[-1] and made[2:6] == "9999"
    assert "county" in places("110105") and "county" not in places(made[:6])


@given(st.text(DIGITS, min_size=12, max_size=15))
def test_card_numbers_pass_no_luhn_check(tail):
    for kind, head in (("CREDIT_CARD", "4"), ("CN_BANK_CARD", "62")):
        made = MAKER.surrogate(kind, head + tail)
        assert made.startswith(head) and len(made) == len(head + tail) and not luhn.is_valid(made)


def test_numbers_that_are_nobodys():
    assert uscc.is_valid(MAKER.surrogate("CN_USCC", "91350100M000100Y43"))
    assert not iban.is_valid(MAKER.surrogate("IBAN_CODE", "DE89 3704 0044 0532 0130 00"))
    assert not cpf.is_valid(MAKER.surrogate("BR_CPF", "529.982.247-25"))
    assert not cnpj.is_valid(MAKER.surrogate("BR_CNPJ", "11.444.777/0001-61"))
    assert re.fullmatch(r"666-\d\d-\d{4}", MAKER.surrogate("US_SSN", "078-05-1120"))
    assert re.fullmatch(
        r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+", MAKER.surrogate("IP_ADDRESS", "10.1.2.3")
    )
    assert MAKER.surrogate("IP_ADDRESS", "fe80::1").startswith("2001:db8:")
    assert MAKER.surrogate("MAC_ADDRESS", "00-1a-2b-3c-4d-5e").startswith("00-00-5e-00-53-")
    assert re.fullmatch(r"https://www\.example\.\w+/[a-z]{8}", MAKER.surrogate("URL", "https://www.x.cn/u/1"))
    assert re.fullmatch(r"[一-龥]I·\w{5}", MAKER.surrogate("CN_PLATE", "京A·1234B"))


@given(
    st.sampled_from(["ORDER_NUMBER", "TRACKING_NUMBER", "COUPON_CODE", "LOYALTY_ID", "QQ_ID", "UUID"]),
    st.from_regex("[A-Z]{0,3}-?[1-9][0-9]{5,15}", fullmatch=True),
)
@example("ORDER_NUMBER", "L1000000000")
@example("COUPON_CODE", "O100000")
def test_codes_keep_their_shape(kind, value):
    assert shape(MAKER.surrogate(kind, value)).replace("a", "9") == shape(value) or kind == "UUID"


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("北京市海淀区中关村大街27号院3号楼502室", ".{2}市.{2}区.*街[0-9]{2}号院[0-9]号楼[0-9]{3}室"),
        ("广东省深圳市南山区科技路1号", ".{2}省.{2,3}市.{2}区.{2}路[0-9]号"),
        ("12 Oak Street, Apt 4, Springfield, IL 62704", r"\d\d \w+ Street, Apt \d, \w+, [A-Z]{2} \d{5}"),
        ("Rua das Flores, 123 apto 45", r"Rua das \w+, \d{3} apto \d\d"),
        ("Hauptstraße 5", r"\w+straße \d"),
    ],
)
def test_addresses_keep_their_form(value, form):
    made = MAKER.surrogate("ADDRESS", value)
    assert re.fullmatch(form, made)
    numbers = zip(re.findall("[0-9]+", value), re.findall("[0-9]+", made), strict=True)
    assert all(a != b for a, b in numbers)


def test_dates_and_ages_stay_near_and_in_format():
    made = MAKER.surrogate("DATE_OF_BIRTH", "1990年5月17日")
    assert re.fullmatch("19(89|90)年[0-9]{1,2}月[0-9]{1,2}日", made)
    found = [int(n) for n in re.findall("[0-9]+", made)]
    other = [int(n) for n in re.findall("[0-9]+", MAKER.surrogate("DATE_OF_BIRTH", "1990-05-17"))]
    assert found == other
    assert re.fullmatch("5[013-9] years old", MAKER.surrogate("AGE", "52 years old"))


@given(st.text("АБВГДабвгд", min_size=3, max_size=12))
def test_a_name_in_another_script_has_none(name):
    assert MAKER.surrogate("PERSON", name) == "" or unicodedata.normalize("NFKC", name).isascii()


def test_another_key_gives_others_and_no_key_in_a_repr():
    values = ["13800138000", "13900139000", "+1 212 736 5000"]
    assert all(MAKER.surrogate("PHONE_NUMBER", v) != OTHER.surrogate("PHONE_NUMBER", v) for v in values)
    assert bytes(range(32)).hex() not in repr(MAKER) and "\\x" not in repr(MAKER)


def test_few_collisions_among_chinese_mobiles():
    made = {MAKER.surrogate("PHONE_NUMBER", f"139{n:08}") for n in range(3000)}
    assert len(made) > 2980  # of 500 million numbers
