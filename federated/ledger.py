"""The privacy ledger of one merchant: reserve before a noisy step, commit after it, stop at the budget.

Reserved and committed steps count alike: a reservation without a commit is a crash, and its noisy result
may have been seen. Redoing that work reserves again, so a crash makes training end earlier, at its
budget, and never cheaper. The ledger spans rounds, restarts, runs and models of the merchant.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from privgen.errors import LedgerBusy, LedgerError, PlanError
from privgen.federated.accounting import PrivacyEvent, check_count, check_delta, pld_epsilon
from privgen.federated.budget import check_budget
from privgen.federated.chain import Chain, append, read_chain
from privgen.federated.ledger_checks import check_entries
from privgen.federated.ledger_entry import (
    FORMAT,
    Purpose,
    charged_events,
    check_instance,
    open_reservations,
    plan_fields,
)
from privgen.federated.plan import PrivacyPlan


@dataclass(frozen=True, slots=True)
class PrivacySpend:
    """What a merchant's units have spent: (epsilon, delta), one unit added or removed."""

    epsilon: float
    delta: float


class Ledger:
    """Append-only, hash-chained, on the merchant's own disk; one process at a time may spend.

    Guarantees: when `reserve` returns, the spending is on the disk; `spent` never under-counts what was
    reserved, whenever the process was killed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._chain = Chain()
        self._descriptor: int | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read and verify a ledger; a path where nothing was ever written is an empty one.

        Raises:
            LedgerError: It was tampered with or cut; the message names file and line.
        """
        ledger = cls(path)
        ledger.verify()
        return ledger

    def verify(self) -> None:
        """Read the file again and check chain, head and entries.

        Raises:
            LedgerError: It was tampered with or cut; the message names file and line.
        """
        chain = read_chain(self.path)
        check_entries(self.path, chain)
        self._chain = chain

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the ledger for this process; it is read again first. May be nested.

        Raises:
            LedgerBusy: Another process is spending.
            LedgerError: The ledger is not as it was written.
        """
        if self._descriptor is not None:
            yield
            return
        descriptor = _open_locked(self.path)
        try:
            self.verify()
            self._descriptor = descriptor
            yield
        finally:
            self._descriptor = None
            os.close(descriptor)

    def reserve(
        self,
        plan: PrivacyPlan,
        *,
        steps: int,
        server_round: int,
        data_fingerprint: str,
        unsafe: bool = False,
        purpose: Purpose = "training",
        instance: str | None = None,
    ) -> str:
        """Charge `steps` steps of a plan before they are taken.

        With banded noise the first steps of a run are charged as all of it, and later ones as nothing: they
        take up its steps, reserved or committed alike, so that a run never has more than were planned.

        Args:
            plan: What is about to run.
            steps: 1 or more; validation losses where that is the purpose.
            server_round: The round they belong to, 0 or more.
            data_fingerprint: Hash of the data they run on; never the data.
            unsafe: Whether the noise comes from a fixed seed.
            purpose: training, or validation on held-out customers.
            instance: Of banded noise, the run that the steps belong to; see `noise_state`.

        Returns:
            Id of the entry, for `commit`.

        Raises:
            BudgetExhausted: The steps would pass the plan's target epsilon or its number of steps.
            LedgerError: The ledger is in use, damaged, not writable, or counts another privacy unit.
            PlanError: An argument is out of range.
        """
        check_count("steps", steps)
        check_count("server_round", server_round, low=0)
        if not isinstance(data_fingerprint, str) or not data_fingerprint.isalnum():
            raise PlanError("data_fingerprint: wants a hash in letters and digits")
        check_instance(plan, instance, purpose)
        with self.locked():
            used = check_budget(self.path, self._reserved(), plan, steps, purpose, instance)
            run = {} if instance is None else {"instance": instance, "first_step": used}
            return self._append(
                plan_fields(plan, purpose)
                | {"state": "reserved", "steps": steps, "server_round": server_round, "unsafe": unsafe}
                | {"data_fingerprint": data_fingerprint}
                | run
            )

    def commit(self, entry_id: str, *, clip_norm: float | None = None) -> None:
        """Note that the steps of a reservation were taken and their result handed on.

        Args:
            entry_id: What `reserve` returned.
            clip_norm: Of adaptive clipping, the bound that the steps ended with: it follows from noised
                counts, which were charged, so that it may stand here and be gone on from.

        Raises:
            LedgerError: No such open reservation, or the ledger is in use, damaged or not writable.
        """
        with self.locked():
            reservation = open_reservations(self._chain).get(entry_id)
            if reservation is None:
                raise LedgerError(f"{self.path}: no open reservation has this id; reserve first")
            kept = {k: v for k, v in reservation.items() if k not in ("hash", "previous_hash", "time")}
            bound = {} if clip_norm is None else {"clip_norm": clip_norm}
            self._append(kept | bound | {"state": "committed", "reservation": entry_id})

    def clip_norm(self, plan_id: str) -> float | None:
        """The bound that the plan's last committed steps ended with; None where none was noted."""
        ended = (e for e in reversed(self._chain.entries) if e["plan_id"] == plan_id and "clip_norm" in e)
        return next((float(entry["clip_norm"]) for entry in ended), None)

    def run_steps(self, instance: str) -> tuple[int, int]:
        """Steps of a run with banded noise: where its reservations end, and where its last commit did."""
        ends = {"reserved": 0, "committed": 0}
        for entry in self._chain.entries:
            if entry.get("instance") == instance:
                ends[entry["state"]] = int(entry["first_step"]) + int(entry["steps"])
        return ends["reserved"], ends["committed"]

    def spent(self, delta: float | None = None) -> PrivacySpend:
        """What was reserved or committed so far, over all plans.

        Args:
            delta: Default: the smallest delta of the ledger's plans, which gives the largest epsilon.

        Returns:
            (0, 0) for an empty ledger without a given delta.
        """
        deltas = [float(entry["delta"]) for entry in self._chain.entries]
        chosen = delta if delta is not None else min(deltas, default=None)
        if chosen is None:
            return PrivacySpend(0.0, 0.0)
        check_delta(chosen)
        return PrivacySpend(pld_epsilon(self.events(), chosen), chosen)

    def events(self) -> list[PrivacyEvent]:
        """The charged privacy events in order: one per reservation, but one per run with banded noise."""
        return charged_events(self._reserved())

    def entries(self) -> list[dict[str, Any]]:
        """The lines in order, as copies: a reserved line, then later the committed line that repeats it."""
        return [dict(entry) for entry in self._chain.entries]

    @property
    def unsafe(self) -> bool:
        """Whether any noise of this ledger came from a fixed seed: its epsilon then promises nothing."""
        return any(bool(entry["unsafe"]) for entry in self._chain.entries)

    def _reserved(self) -> list[dict[str, Any]]:
        return [entry for entry in self._chain.entries if entry["state"] == "reserved"]

    def _append(self, fields: dict[str, Any]) -> str:
        if self._descriptor is None or not _is_file_of(self._descriptor, self.path):
            raise LedgerError(f"{self.path}: was moved or replaced while in use; nothing may be spent")
        fields = fields | {"format": FORMAT, "time": _now()}
        try:
            self._chain = append(self._descriptor, self.path, self._chain, fields)
        except LedgerError:
            with contextlib.suppress(LedgerError):
                self.verify()  # count what may have reached the disk
            raise
        return self._chain.last_hash


def _open_locked(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise LedgerError(f"{path}: cannot be opened for writing ({fault.strerror})") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise LedgerBusy(f"{path}: another process is spending from it; wait until it ends") from None
    return descriptor


def _is_file_of(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
