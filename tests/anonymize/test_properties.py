"""Properties of scrubbing over arbitrary mixed text with planted values: offsets, cover, idempotence."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privgen.anonymize import Policy, Scrubber

KEY = bytes(range(32))
ROW = {
    "name": "Zelda Quimby",
    "phone": "+86 13912345678",
    "address": "7 Fern Hollow, Leeds",
    "customer_id": "C-90417",
}
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
FRAMES = (
    "电话",
    "身份证",
    "卡号：",
    "mail ",
    "my name is ",
    "订单号",
    "Dear ",
    "，",
    "。",
    " ",
    "\n",
    "<PERSON>",
    "<",
    ">",
    "",
)
WRITTEN = (
    lambda value, rng: value,
    lambda value, rng: value.translate(WIDE),
    lambda value, rng: rng.choice("\u200b\u200d\u2060\ufeff\u00ad").join(value),
    lambda value, rng: value[:4] + "\u202e" + value[4:],
)
any_text = st.text(
    st.one_of(st.characters(), st.sampled_from("0123456789 -.@:/＠１２张伟市路号ABCxyz\u200b\u0301ﬁ½①")),
    max_size=12,
)
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def value(make, rng):
    """A value of one of our types, or one of the row, in one way of writing."""
    make.rng = rng
    plain = rng.choice(
        (
            make.id_card,
            make.mobile,
            make.uscc,
            make.plate,
            make.iban,
            make.cpf,
            lambda: make.card("62", 19),
            lambda: make.card("4", 16),
            lambda: f"u{make.digits(4)}@shop.com",
            lambda: rng.choice(tuple(ROW.values())),
            lambda: "Mary Poppins",
            lambda: "欧阳娜娜",
        )
    )()
    return rng.choice(WRITTEN)(plain, rng)


@st.composite
def recipes(draw):
    """Arbitrary pieces, among them places for planted values."""
    pieces = st.one_of(any_text, st.sampled_from(FRAMES), st.none(), st.none())
    return draw(st.lists(pieces, max_size=9)), draw(st.randoms(use_true_random=False))


def text_of(recipe, make):
    pieces, rng = recipe
    return "".join(value(make, rng) if piece is None else piece for piece in pieces)


NAMES = ("encrypt", "generalise", "mask", "pseudonymize", "redact", "replace", "shift_date", "surrogate")
EXACT = {
    "replace": lambda kind, old: f"<{kind}>",
    "mask": lambda kind, old: "*" * len(old),
    "redact": lambda kind, old: "",
}


@pytest.fixture(scope="module")
def operators():
    made = {name: Scrubber(key=KEY, policy=Policy(default=name)) for name in NAMES}
    for scrubber in made.values():
        scrubber.load()
    return made


@quick
@given(recipes(), st.sampled_from(NAMES), st.booleans())
def test_scrubbed_text_with_offsets_maps_back(operators, make, recipe, operator, row):
    """What stands outside the replacements is the input's, in order; and each replacement has its span."""
    text = text_of(recipe, make)
    result = operators[operator].scrub(text, ROW if row else None)
    assert len(result.placed) == len(result.spans)
    original, at = "", 0
    for span, (start, end) in zip(result.spans, result.placed, strict=True):
        original += result.text[at:start] + text[span.start : span.end]
        assert len(original) == span.end
        if operator in EXACT:
            assert result.text[start:end] == EXACT[operator](span.entity_type, text[span.start : span.end])
        at = end
    assert original + result.text[at:] == text


@quick
@given(recipes())
def test_spans_are_sorted_and_disjoint_and_what_scrub_replaces(scrubber, make, recipe):
    text = text_of(recipe, make)
    spans = scrubber.find(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert spans == scrubber.scrub(text).spans


@quick
@given(recipes(), st.booleans())
def test_scrubbing_scrubbed_text_changes_nothing(scrubber, make, recipe, row):
    known = ROW if row else None
    once = scrubber.scrub(text_of(recipe, make), known)
    assert scrubber.scrub(once.text, known).text == once.text


@quick
@given(recipes())
def test_no_value_of_the_row_is_left(scrubber, make, recipe):
    """Whatever stands around it, a name of the row with a boundary on both sides goes."""
    text = f"{text_of(recipe, make)}。Zelda Quimby。{text_of(recipe, make)}"
    assert "。Zelda Quimby。" not in scrubber.scrub(text, ROW).text


PLANTED = (
    ("电话：", lambda make: make.mobile()),
    ("身份证：", lambda make: make.id_card()),
    ("银行卡：", lambda make: make.card("62", 19)),
    ("邮箱：", lambda make: f"user{make.digits(4)}@shop.com"),
)


@quick
@given(
    any_text, any_text, st.sampled_from(PLANTED), st.sampled_from(WRITTEN), st.randoms(use_true_random=False)
)
def test_offsets_cover_a_value_however_it_is_written(scrubber, make, left, right, planted, write, rng):
    label, make_value = planted
    make.rng = rng
    written = write(make_value(make), rng)
    text = f"{left}。{label}{written}。{right}"
    start = len(f"{left}。{label}")
    covered = {place for span in scrubber.find(text) for place in range(span.start, span.end)}
    assert set(range(start, start + len(written))) <= covered


@quick
@given(any_text, st.randoms(use_true_random=False))
def test_writing_does_not_change_the_token(scrubber, make, around, rng):
    """Equal values get equal tokens, full-width or with invisible characters inside."""
    make.rng = rng
    mobile = make.mobile()
    texts = {scrubber.scrub(f"。电话：{write(mobile, rng)}。").text for write in WRITTEN}
    assert len(texts) == 1 and unicodedata.normalize("NFKC", mobile) not in texts.pop()
