from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.lookup import Lookup

KEY = st.text(max_size=2) | st.sampled_from(["\ud800", "a\0", "a"])
ROWS = st.lists(st.tuples(KEY, st.tuples(st.sampled_from(["x", None, 1]))), max_size=12)


@pytest.mark.parametrize("several", [True, False])
@given(rows=ROWS, spill=st.integers(0, 13))
def test_in_memory_and_on_disk_it_is_the_same_map(
    several: bool, rows: list[tuple[str, tuple[object]]], spill: int
) -> None:
    index = Lookup(several, spill_keys=spill)
    for key, values in rows:
        index.add(key, values)
    for key in {key for key, _ in rows}:
        all_values = [values for other, values in rows if other == key]
        if several and any(values != all_values[0] for values in all_values):
            assert index.get(key) is Lookup.AMBIGUOUS
        else:
            assert index.get(key) == all_values[0]
    assert index.get("not there") is None
    index.close()


def test_typed_values_come_back_from_disk() -> None:
    index = Lookup(True, spill_keys=0)
    moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    index.add("k", (moment, 2.5, None))
    assert index.get("k") == (moment, 2.5, None)
    index.close()
