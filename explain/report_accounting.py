"""The epsilon of ledger entries, recomputed with dp-accounting for the report.

Deliberately not the trainer's accountant: the report reads the ledgers, builds the events itself and
composes them, so that a fault in the trainer's books shows as a difference. Source: privacy loss
distributions, Doroshenko et al. 2022, arXiv:2207.04380, as implemented by dp-accounting.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata, util

_LEAST_NOISE = 0.15
_COARSE, _FINE, _SMALL = (
    1e-3,
    1e-4,
    0.1,
)  # grids of the loss, both upper bounds; the fine one for small epsilon


@dataclass(frozen=True, slots=True)
class Spend:
    """One charged entry of a ledger: `steps` Gaussian mechanisms on Poisson samples, or on all at rate 1."""

    noise_multiplier: float
    sample_rate: float
    steps: int


class Accountant:
    """Composes spends at one delta; equal sets of spends are computed once."""

    def __init__(self, delta: float) -> None:
        self.delta = delta
        self._known: dict[tuple[tuple[float, float, int], ...], float] = {}

    @staticmethod
    def name() -> str | None:
        """What computes, with its version; None if dp-accounting is not installed."""
        if util.find_spec("dp_accounting") is None:
            return None
        return f"dp-accounting {metadata.version('dp-accounting')}, PLDAccountant, add or remove one"

    def epsilon(self, spends: Iterable[Spend]) -> float:
        """Epsilon of all `spends` together; 0 for none, infinite without noise."""
        totals: Counter[tuple[float, float]] = Counter()
        for spend in spends:
            totals[spend.noise_multiplier, spend.sample_rate] += spend.steps
        key = tuple(sorted((*setting, steps) for setting, steps in totals.items() if steps))
        if key not in self._known:
            self._known[key] = self._compose(key)
        return self._known[key]

    def _compose(self, key: tuple[tuple[float, float, int], ...]) -> float:
        if not key:
            return 0.0
        least = min(noise_multiplier for noise_multiplier, _, _ in key)
        if least == 0.0:
            return math.inf
        if least < _LEAST_NOISE:
            return self._unsampled(key)
        epsilon = self._pld(key, _COARSE)
        return epsilon if epsilon > _SMALL else self._pld(key, _FINE)

    def _unsampled(self, key: tuple[tuple[float, float, int], ...]) -> float:
        """An upper bound that gives no credit for sampling; the loss distribution would need gigabytes."""
        from dp_accounting.gaussian_mechanism import get_epsilon_gaussian

        precision = sum(steps / noise_multiplier**2 for noise_multiplier, _, steps in key)
        return float(get_epsilon_gaussian(1 / math.sqrt(precision), self.delta))

    def _pld(self, key: tuple[tuple[float, float, int], ...], grid: float) -> float:
        import dp_accounting
        from dp_accounting.pld.pld_privacy_accountant import PLDAccountant

        relation = dp_accounting.NeighboringRelation.ADD_OR_REMOVE_ONE
        accountant = PLDAccountant(relation, value_discretization_interval=grid)
        for noise_multiplier, sample_rate, steps in key:
            step = dp_accounting.PoissonSampledDpEvent(
                sample_rate, dp_accounting.GaussianDpEvent(noise_multiplier)
            )
            accountant.compose(dp_accounting.SelfComposedDpEvent(step, steps))
        return float(accountant.get_epsilon(self.delta))
