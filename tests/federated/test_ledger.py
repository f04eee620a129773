"""The ledger: what it counts, and that no cut and no edit makes it count less."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_tools import FINGERPRINT, copy, path, plan, reserve, written

from privgen.errors import BudgetExhausted, LedgerError, PlanError
from privgen.federated.chain import head_path, read_chain
from privgen.federated.ledger import Ledger, PrivacySpend

__all__ = ["path", "written"]  # fixtures

FIELDS = {
    *("state", "event", "noise_multiplier", "sample_rate", "steps", "privacy_unit", "delta", "plan_id"),
    *("server_round", "data_fingerprint", "previous_hash", "hash"),
}
"""What DESIGN.md promises of a line."""


# ---- what it counts ----------------------------------------------------------------------------------


def test_nothing_written_is_an_empty_ledger(path: Path) -> None:
    ledger = Ledger.open(path)
    assert ledger.entries() == [] and ledger.spent() == PrivacySpend(0.0, 0.0)
    assert ledger.spent(1e-5) == PrivacySpend(0.0, 1e-5)
    assert not path.exists()


def test_reserved_and_committed_count_alike(path: Path) -> None:
    ledger = Ledger.open(path)
    first = reserve(ledger, steps=3)
    assert ledger.spent() == PrivacySpend(plan().epsilon(3), 1e-5)
    ledger.commit(first)
    assert ledger.spent() == PrivacySpend(plan().epsilon(3), 1e-5)
    reserve(ledger, steps=4)
    assert Ledger.open(path).spent() == ledger.spent() == PrivacySpend(plan().epsilon(7), 1e-5)


def test_lines_hold_what_an_auditor_needs(written: Path) -> None:
    lines = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    assert lines == Ledger.open(written).entries()
    assert all(set(line) >= FIELDS for line in lines)
    assert [line["state"] for line in lines] == ["reserved", "committed", "reserved", "committed", "reserved"]
    assert lines[1]["reservation"] == lines[0]["hash"] and lines[1]["steps"] == lines[0]["steps"]
    assert lines[0]["plan_id"] == plan().plan_id and not lines[0]["unsafe"]
    assert written.stat().st_mode & 0o077 == 0


def test_epsilon_spans_plans_and_agrees_with_dp_accounting(path: Path) -> None:
    import dp_accounting
    from dp_accounting.pld.pld_privacy_accountant import PLDAccountant

    ledger = Ledger.open(path)
    reserve(ledger, plan(noise_multiplier=1.0), steps=5)
    ledger.commit(reserve(ledger, plan(noise_multiplier=2.0, sample_rate=0.5, delta=1e-6), steps=3))
    accountant = PLDAccountant()
    for line in ledger.entries():
        if line["state"] == "reserved":
            gaussian = dp_accounting.GaussianDpEvent(line["noise_multiplier"])
            accountant.compose(
                dp_accounting.PoissonSampledDpEvent(line["sample_rate"], gaussian), line["steps"]
            )
    assert ledger.spent(1e-5).epsilon == pytest.approx(accountant.get_epsilon(1e-5), rel=1e-3)
    assert ledger.spent().delta == 1e-6  # the smaller delta has the larger epsilon
    assert ledger.spent().epsilon > ledger.spent(1e-5).epsilon


def test_entries_are_copies(written: Path) -> None:
    ledger = Ledger.open(written)
    ledger.entries()[0]["steps"] = 0
    assert ledger.entries()[0]["steps"] == 2


def test_a_fixed_seed_is_stamped(path: Path) -> None:
    ledger = Ledger.open(path)
    reserve(ledger)
    assert not ledger.unsafe
    entry = ledger.reserve(plan(), steps=1, server_round=1, data_fingerprint=FINGERPRINT, unsafe=True)
    ledger.commit(entry)
    assert ledger.unsafe and Ledger.open(path).unsafe
    assert [line["unsafe"] for line in ledger.entries()] == [False, True, True]


# ---- the budget --------------------------------------------------------------------------------------


def test_stops_before_the_target_is_passed(path: Path) -> None:
    made = plan(noise_multiplier=1.0, target_epsilon=plan(noise_multiplier=1.0).epsilon(6) * 1.0001)
    ledger = Ledger.open(path)
    for _ in range(3):
        ledger.commit(reserve(ledger, made))
    size = path.stat().st_size
    with pytest.raises(
        BudgetExhausted, match=r"m1\.jsonl: 1 more steps .* at delta 1e-05; training stops here"
    ):
        reserve(ledger, made, steps=1)
    assert path.stat().st_size == size and ledger.spent().epsilon <= made.target_epsilon


def test_the_steps_of_a_plan_are_a_budget_too(path: Path) -> None:
    """A redo after a crash uses steps of the plan: its claim speaks of no more than those."""
    ledger = Ledger.open(path)
    made = plan(steps=5)
    reserve(ledger, made, steps=4)  # never committed: the process died
    with pytest.raises(BudgetExhausted, match="4 of the plan's 5 steps"):
        reserve(Ledger.open(path), made, steps=2)
    reserve(ledger, made, steps=1)


def test_without_noise_nothing_may_run(path: Path) -> None:
    with pytest.raises(BudgetExhausted):
        reserve(Ledger.open(path), plan(noise_multiplier=0.0))
    assert not Ledger.open(path).entries()


def test_units_are_not_mixed(path: Path) -> None:
    ledger = Ledger.open(path)
    reserve(ledger)
    with pytest.raises(LedgerError, match="another privacy unit than record"):
        reserve(ledger, plan(privacy_unit="record", records_per_unit=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"steps": 1.0},
        {"server_round": -1},
        {"data_fingerprint": "a text"},
        {"data_fingerprint": ""},
    ],
)
def test_bad_arguments_are_refused(path: Path, wrong: dict[str, Any]) -> None:
    values: dict[str, Any] = {"steps": 1, "server_round": 0, "data_fingerprint": FINGERPRINT} | wrong
    with pytest.raises(PlanError, match=next(iter(wrong))):
        Ledger.open(path).reserve(plan(), **values)
    assert not path.exists()


def test_commits_belong_to_one_reservation(path: Path) -> None:
    ledger = Ledger.open(path)
    entry = reserve(ledger)
    ledger.commit(entry)
    for unknown in (entry, "0" * 64):
        with pytest.raises(LedgerError, match="no open reservation"):
            ledger.commit(unknown)


# ---- tampering ---------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_changed_byte_is_noticed(written: Path, tmp_path: Path, data: st.DataObject) -> None:
    original = written.read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != original[place]))
    path = copy(written, tmp_path)
    path.write_bytes(original[:place] + bytes([byte]) + original[place + 1 :])
    with pytest.raises(LedgerError, match=r"m1\.jsonl: (line|ends at line|has)"):
        Ledger.open(path)


def test_every_cut_is_noticed(written: Path, tmp_path: Path) -> None:
    original = written.read_bytes()
    path = copy(written, tmp_path)
    for length in range(len(original)):
        path.write_bytes(original[:length])
        with pytest.raises(LedgerError, match=r"m1\.jsonl: ends at line \d, its head knows 5"):
            Ledger.open(path)
    path.unlink()
    with pytest.raises(LedgerError, match="ends at line 0"):
        Ledger.open(path)


def test_the_same_values_written_otherwise_are_noticed(written: Path, tmp_path: Path) -> None:
    """Hashes are of values; the bytes must be the ones that were written all the same."""
    original = written.read_text(encoding="utf-8")
    path = copy(written, tmp_path)
    for old, new in (
        ('{"', '{ "'),
        ('"steps":2', '"steps":9,"steps":2'),
        ("reserved", "\\u0072eserved"),
        ("\n", "\r\n"),
    ):
        path.write_text(original.replace(old, new, 1), encoding="utf-8", newline="")
        with pytest.raises(LedgerError, match="line 1 is not as it was written"):
            Ledger.open(path)


def test_moved_missing_and_repeated_lines_are_noticed(written: Path, tmp_path: Path) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    path = copy(written, tmp_path)
    for number, changed in (
        (2, [lines[0], *lines[2:]]),
        (1, lines[1:]),
        (3, [*lines[:2], lines[3], lines[2], lines[4]]),
        (2, [lines[0], *lines]),
        (3, [*lines[:2], b"\n", *lines[2:]]),
    ):
        path.write_bytes(b"".join(changed))
        with pytest.raises(LedgerError, match=f"line {number} is not as it was written"):
            Ledger.open(path)


def test_a_forged_line_with_a_right_hash_must_still_be_accountable(tmp_path: Path, written: Path) -> None:
    """Somebody who can write both files: the chain holds, yet nonsense is refused."""
    from privgen.federated.chain import Chain, append

    for number, forged in enumerate(
        (
            {"event": "laplace"},
            {"steps": -5},
            {"noise_multiplier": "1"},
            {"state": "free"},
            {"delta": 0},
            {"format": 2},
            {"state": "committed"},
        )
    ):
        path = tmp_path / f"{number}.jsonl"
        line = {k: v for k, v in read_chain(written).entries[0].items() if k not in ("hash", "previous_hash")}
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        append(descriptor, path, Chain(), line | forged)
        os.close(descriptor)
        with pytest.raises(LedgerError, match="line 1 cannot be accounted for"):
            Ledger.open(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda head: head.unlink(), "its head is missing"),
        (lambda head: head.write_text("{}"), "not readable"),
        (lambda head: head.write_text('{"lines": true, "hash": "x"}'), "not the head"),
        (lambda head: head.write_text('{"lines": 3, "hash": "x"}'), "its head knows 3"),
        (lambda head: head.write_text('{"lines": 5, "hash": "x"}'), "line 5 is not the one"),
        (lambda head: head.write_text('{"lines": 6, "hash": "x"}'), "ends at line 5, its head knows 6"),
    ],
)
def test_a_changed_head_is_noticed(
    written: Path, tmp_path: Path, change: Callable[[Path], None], message: str
) -> None:
    path = copy(written, tmp_path)
    change(head_path(path))
    with pytest.raises(LedgerError, match=message):
        Ledger.open(path)


def test_messages_hold_one_line_and_no_fingerprint(written: Path, tmp_path: Path) -> None:
    path = copy(written, tmp_path)
    path.write_bytes(path.read_bytes().replace(FINGERPRINT.encode(), b"secretsecret", 1))
    with pytest.raises(LedgerError) as caught:
        Ledger.open(path)
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)


def test_an_unreadable_path_is_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "folder.jsonl"
    folder.mkdir()
    with pytest.raises(LedgerError, match="not readable"):
        Ledger.open(folder)
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="cannot be opened"):
        reserve(Ledger(tmp_path / "file" / "m.jsonl"))
