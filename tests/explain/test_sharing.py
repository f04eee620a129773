from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.explain.game import all_coalitions
from privgen.explain.sharing import stages

lengths = st.lists(st.integers(0, 40), min_size=1, max_size=9)


@settings(max_examples=60, deadline=None)
@given(lengths, st.integers(1, 64), st.integers(0, 99), st.data())
def test_a_plan_covers_each_beginning_once(
    present: list[int], batch_rows: int, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    rows = np.unique(rng.random((data.draw(st.integers(1, 300)), len(present))) < 0.5, axis=0)
    absent = [length // 3 for length in present]
    plan = stages(rows, present, absent, batch_rows=batch_rows)
    start = 0
    for stage in plan:
        assert stage.start == start < stage.stop
        start = stage.stop
        beginnings = rows[stage.rows, : stage.stop]
        assert (beginnings[stage.group] == rows[:, : stage.stop]).all()  # each row has its own beginning
        assert len(np.unique(beginnings, axis=0)) == len(beginnings) <= 4 * batch_rows


def test_long_signals_are_shared_and_short_ones_are_not_worth_a_call() -> None:
    every = all_coalitions(8)
    assert [stage.stop for stage in stages(every, [30] * 8, [0] * 8, batch_rows=64)] == [6]
    assert len(stages(all_coalitions(12), [30] * 12, [0] * 12, batch_rows=43)) == 2
    assert stages(every[[0, 5, 255]], [1] * 8, [0] * 8, batch_rows=64) == ()
