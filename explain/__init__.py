"""privgen.explain: which signals drove which sentence, how sure that is, and what to tell people.

    from privgen.explain import explain

    explanation = explain(generator, prompt, sentences, method="exact")

`explain` scores every sentence given subsets of the prompt's signals (`Scorer`), solves the game
(`METHODS`), and returns an `Explanation`. Names are loaded on first use: importing this package loads
neither torch, transformers, captum nor shap.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_EXPORTS = {
    "METHODS": "solvers",
    "Absence": "absence",
    "Budget": "solvers",
    "CachedGame": "game",
    "Counterfactual": "counterfactuals",
    "Endpoint": "endpoint",
    "Explanation": "result",
    "Faithfulness": "metrics",
    "Game": "game",
    "Removal": "absence",
    "Scorer": "scorer",
    "Solution": "solvers",
    "TableGame": "game",
    "Target": "target",
    "Trust": "trust",
    "Verdict": "result",
    "VerdictRule": "result",
    "all_counterfactuals": "counterfactuals",
    "counterfactual": "counterfactuals",
    "exact_shapley": "exact",
    "explain": "attribution",
    "faithfulness": "metrics",
    "game_for": "attribution",
    "interactions": "exact",
    "kernel_shapley": "sampling",
    "lds": "metrics",
    "leave_one_out": "exact",
    "mark_difference": "marks",
    "selftest": "planted",
    "stability": "metrics",
    "why": "wording",
    "write_report": "report",
}

__all__ = [
    "METHODS",
    "Absence",
    "Budget",
    "CachedGame",
    "Counterfactual",
    "Endpoint",
    "Explanation",
    "Faithfulness",
    "Game",
    "Removal",
    "Scorer",
    "Solution",
    "TableGame",
    "Target",
    "Trust",
    "Verdict",
    "VerdictRule",
    "all_counterfactuals",
    "counterfactual",
    "exact_shapley",
    "explain",
    "faithfulness",
    "game_for",
    "interactions",
    "kernel_shapley",
    "lds",
    "leave_one_out",
    "mark_difference",
    "selftest",
    "stability",
    "why",
    "write_report",
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
