"""privgen.anonymize: find and replace personal data in English and Chinese shop data.

Importing it loads no Presidio; the first text that needs it does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privgen.anonymize.columns import TypedColumn, type_columns
    from privgen.anonymize.generalisation import Anonymised, k_anonymize, proposed
    from privgen.anonymize.keys import load_key
    from privgen.anonymize.known import KnownIdentifiers
    from privgen.anonymize.policy import Policy, load_policy
    from privgen.anonymize.presidio import recognizers, register
    from privgen.anonymize.recoding import Target
    from privgen.anonymize.risk import RiskReport, measure_risk
    from privgen.anonymize.scrubber import Finder, Scrubber, ScrubResult
    from privgen.anonymize.silo import scrub_silo
    from privgen.anonymize.spans import Span

__all__ = [
    "Anonymised",
    "Finder",
    "KnownIdentifiers",
    "Policy",
    "RiskReport",
    "ScrubResult",
    "Scrubber",
    "Span",
    "Target",
    "TypedColumn",
    "k_anonymize",
    "load_key",
    "load_policy",
    "measure_risk",
    "proposed",
    "recognizers",
    "register",
    "scrub_silo",
    "type_columns",
]

_HOME = {
    "Anonymised": "generalisation",
    "Finder": "scrubber",
    "KnownIdentifiers": "known",
    "Policy": "policy",
    "RiskReport": "risk",
    "ScrubResult": "scrubber",
    "Scrubber": "scrubber",
    "Span": "spans",
    "Target": "recoding",
    "TypedColumn": "columns",
    "k_anonymize": "generalisation",
    "load_key": "keys",
    "load_policy": "policy",
    "measure_risk": "risk",
    "proposed": "generalisation",
    "recognizers": "presidio",
    "register": "presidio",
    "scrub_silo": "silo",
    "type_columns": "columns",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"privgen.anonymize.{_HOME[name]}"), name)
    raise AttributeError(f"module 'privgen.anonymize' has no attribute {name!r}")
