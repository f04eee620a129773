"""Normalised text maps back to the input, and adversarial writing becomes plain."""

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize.normalise import normalise

TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("１２３ａｂ＠．13800 张伟\u200b\u202e\ufeff½…ﬁe\u0301一三八аор٣"),
    ),
    max_size=60,
)


@given(TEXT)
def test_every_character_maps_into_the_input_in_order(text):
    plain = normalise(text)
    places = [plain.back(i, i + 1) for i in range(len(plain.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(a[0] <= b[0] for a, b in pairwise(places))


@given(TEXT)
def test_an_unchanged_character_maps_to_itself(text):
    plain = normalise(text)
    for i, char in enumerate(plain.text):
        start, end = plain.back(i, i + 1)
        if (
            end - start == 1
            and unicodedata.normalize("NFKC", text[start]) == text[start]
            and text[start].isascii()
        ):
            assert char == text[start]


@given(st.text(st.characters(codec="ascii"), max_size=5), st.text("0123456789", min_size=7, max_size=11))
def test_full_width_zero_width_and_numerals_read_as_digits(before, digits):
    wide = "".join(chr(ord(char) + 0xFEE0) for char in digits)
    hidden = "\u200b".join(digits)
    han = "".join("零一二三四五六七八九"[int(char)] for char in digits)
    for written in (wide, hidden, han):
        plain = normalise(f"{before}号{written}")
        assert digits in plain.text
        at = plain.text.index("号") + 1
        start, end = plain.back(at, at + len(digits))
        assert f"{before}号{written}"[start:end] == written


def test_spaced_out_characters_are_joined_and_map_back():
    text = "call 1 3 8 0 0 1 3 8 0 0 0 now"
    plain = normalise(text)
    at = plain.text.index("13800138000")
    start, end = plain.back(at, at + 11)
    assert text[start:end] == "1 3 8 0 0 1 3 8 0 0 0"


def test_words_of_another_script_stay():
    assert normalise("Привет, коро").text == "Привет, коро"
    assert normalise("nаme@shop.cоm").text == "name@shop.com"
