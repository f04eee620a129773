"""JSON is changed inside and left byte for byte elsewhere."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize.json_text import NotJsonError, edit_json
from privgen.errors import RowError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def louder(value, depth=0):
    """The slow way: a mark on every string, keys of the top object excepted."""
    if isinstance(value, str):
        return value + "!"
    if isinstance(value, list):
        return [louder(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key + "!" * (depth > 0): louder(item, depth + 1) for key, item in value.items()}
    return value


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_every_string_is_edited_and_nothing_else(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert edit_json(text, lambda string, column: string) is text
    assert json.loads(edit_json(text, lambda string, column: string + "!")) == louder(value)


def test_numbers_and_layout_stay_as_written():
    text = '{ "a" : 1.50, "b":[1e3 , "x"],\t"c":-0 }'
    assert edit_json(text, lambda string, column: string.upper()) == text.replace('"x"', '"X"')
    seen = []
    edit_json(text, lambda s, c: s, lambda number, column: seen.append((number, column)))
    assert seen == [("1.50", "a"), ("1e3", "b"), ("-0", "c")]
    assert edit_json(text, lambda s, c: s, lambda n, c: "N" if n == "1e3" else None) == text.replace(
        "1e3", '"N"'
    )


@pytest.mark.parametrize("text", ["", "{", "nul", '{"a":1}x', "'a'"])
def test_what_is_not_json_is_refused(text):
    with pytest.raises(NotJsonError):
        edit_json(text, lambda string, column: string)


def test_keys_that_become_one_are_refused():
    with pytest.raises(RowError, match="same key twice"):
        edit_json('{"a":{"b":1,"c":2}}', lambda string, column: "x")
