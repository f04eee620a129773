"""Encrypted values: what went in comes out, for the right key only, and nothing hides in a token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize import Cipher, Scrubber
from privgen.anonymize.rules import TOKEN
from privgen.errors import KeyFileError

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
CIPHER = Cipher([OLD])
KINDS = st.sampled_from(["PERSON", "PHONE_NUMBER", "CN_ID_CARD", "ID"])
ANY = st.text(st.characters(), max_size=60)  # lone surrogates included


@given(KINDS, ANY)
def test_decrypting_gives_back_any_text(kind, value):
    token = CIPHER.encrypt(kind, value)
    assert CIPHER.decrypt(token) == (kind, value)
    assert CIPHER.decrypt(token.lower().replace("enc", "ENC")) == (kind, value)


@given(KINDS, ANY, ANY)
def test_tokens_in_a_text_are_decrypted_and_the_rest_stays(kind, value, around):
    around = around.replace("<", "")
    text = around + CIPHER.encrypt(kind, value) + around
    assert CIPHER.reverse(text) == (around + value + around, 1)


@given(KINDS, ANY)
def test_a_token_is_left_alone_by_the_scanner_and_shows_no_digit(kind, value):
    token = CIPHER.encrypt(kind, value)
    assert TOKEN.fullmatch(token) and not any(char.isdigit() for char in token)
    assert Scrubber(key=OLD).scrub(f"mail {token} 张伟").text == f"mail {token} 张伟"


@given(ANY)
def test_equal_values_have_equal_tokens_per_type_and_key(value):
    assert CIPHER.encrypt("PERSON", value) == Cipher([OLD]).encrypt("PERSON", value)
    assert len({CIPHER.encrypt("PERSON", value)[-40:], CIPHER.encrypt("ID", value)[-40:]}) == 2
    assert CIPHER.encrypt("PERSON", value) != Cipher([NEW]).encrypt("PERSON", value)


def test_lengths_show_in_blocks_only():
    assert len({len(CIPHER.encrypt("PERSON", "x" * n)) for n in range(16)}) == 1


@given(KINDS, ANY)
def test_a_wrong_key_is_refused(kind, value):
    token = CIPHER.encrypt(kind, value)
    with pytest.raises(KeyFileError, match=r"needs the key [0-9a-f]{8}") as caught:
        Cipher([NEW]).reverse(token)
    assert token not in str(caught.value)


@given(KINDS, ANY, st.data())
def test_a_changed_token_is_refused(kind, value, data):
    token = CIPHER.encrypt(kind, value)
    start = len(f"<ENC_{kind}_")
    place = data.draw(st.integers(start, len(token) - 2))
    letter = data.draw(st.sampled_from("bcdfghjklmnpqrst"))
    changed = token[:place] + letter + token[place + 1 :]
    if letter != token[place]:
        with pytest.raises(KeyFileError):
            CIPHER.reverse(changed)


def test_another_type_or_a_cut_token_is_refused():
    token = CIPHER.encrypt("PERSON", "Ann Lee")
    for changed in (token.replace("PERSON", "ID"), token[:-3] + ">", token[:-2] + ">", "<ENC_PERSON_bb>"):
        with pytest.raises(KeyFileError):
            CIPHER.decrypt(changed)
    with pytest.raises(KeyFileError, match="not an encrypted value"):
        CIPHER.decrypt("<PERSON_abcdefabcd>")


def test_a_token_inside_an_encrypted_value_comes_back_too():
    inner = CIPHER.encrypt("PERSON", "Ann Lee")
    assert CIPHER.reverse(CIPHER.encrypt("PASSWORD", f"{inner}1"))[0] == "Ann Lee1"
    fake = f"<ENC_PERSON_{'b' * 98}>"
    assert CIPHER.reverse(CIPHER.encrypt("PASSWORD", fake))[0] == fake
    with pytest.raises(KeyFileError):
        CIPHER.reverse(fake)


def test_rotation():
    token = Cipher([OLD]).encrypt("PERSON", "Ann Lee")
    both = Cipher([NEW, OLD])
    assert both.decrypt(token) == ("PERSON", "Ann Lee")
    rotated, count = both.rotate(f"from {token}.")
    assert count == 1 and Cipher([NEW]).reverse(rotated) == ("from Ann Lee.", 1)
    with pytest.raises(KeyFileError):
        Cipher([OLD]).reverse(rotated)


def test_no_key_no_cipher_and_no_key_in_a_repr():
    with pytest.raises(KeyFileError):
        Cipher([])
    with pytest.raises(KeyFileError):
        Cipher([b"short"])
    assert OLD.hex() not in repr(CIPHER) and str(OLD) not in repr(vars(CIPHER))
