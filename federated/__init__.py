"""privgen.federated: fine-tuning across merchants with a privacy claim that survives an auditor.

    from privgen.federated import PrivacyPlan, Silo, simulate

    plan = PrivacyPlan.calibrate(target_epsilon=8.0, delta=1e-5, steps=20)
    result = simulate([Silo("alpine", records)], plan, base, out, rounds=10, steps_per_round=2)

`PrivacyPlan` is what sampler, clipper, noise and accountant all read; a `Ledger` per merchant keeps what was
spent. Names are loaded on first use: importing this package loads neither torch, flwr, opacus nor numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_EXPORTS = {
    "FederatedResult": "result",
    "Ledger": "ledger",
    "PrivacyEvent": "accounting",
    "PrivacyPlan": "plan",
    "PrivacySpend": "ledger",
    "Silo": "silo",
    "pld_epsilon": "accounting",
    "prv_epsilon": "accounting",
    "rdp_epsilon": "accounting",
    "simulate": "simulation",
}

__all__ = [
    "FederatedResult",
    "Ledger",
    "PrivacyEvent",
    "PrivacyPlan",
    "PrivacySpend",
    "Silo",
    "pld_epsilon",
    "prv_epsilon",
    "rdp_epsilon",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_EXPORTS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return __all__
