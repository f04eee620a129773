"""privgen.anonymize: find and replace personal data in English and Chinese shop data.

Importing it loads no Presidio; the first text that needs it does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privgen.anonymize.columns import TypedColumn, type_columns
    from privgen.anonymize.crypt import Cipher
    from privgen.anonymize.decrypt_files import reverse
    from privgen.anonymize.generalisation import Anonymised, Target, k_anonymize, proposed
    from privgen.anonymize.gold import GoldRecord, read_gold
    from privgen.anonymize.keys import load_key, load_keys
    from privgen.anonymize.known import KnownIdentifiers
    from privgen.anonymize.policy import Policy, load_policy
    from privgen.anonymize.presidio import recognizers, register
    from privgen.anonymize.ray_data import scrub_dataset
    from privgen.anonymize.recognizer_file import write_registry
    from privgen.anonymize.risk import RiskReport, measure_risk
    from privgen.anonymize.score import Scores, score_file, score_records
    from privgen.anonymize.scrubber import Finder, Scrubber, ScrubResult
    from privgen.anonymize.silo import scrub_silo
    from privgen.anonymize.spans import Span
    from privgen.anonymize.stream import scrub_file, scrub_folder

__all__ = [
    "Anonymised",
    "Cipher",
    "Finder",
    "GoldRecord",
    "KnownIdentifiers",
    "Policy",
    "RiskReport",
    "Scores",
    "ScrubResult",
    "Scrubber",
    "Span",
    "Target",
    "TypedColumn",
    "k_anonymize",
    "load_key",
    "load_keys",
    "load_policy",
    "measure_risk",
    "proposed",
    "read_gold",
    "recognizers",
    "register",
    "reverse",
    "score_file",
    "score_records",
    "scrub_dataset",
    "scrub_file",
    "scrub_folder",
    "scrub_silo",
    "type_columns",
    "write_registry",
]

_HOME = {
    "Anonymised": "generalisation",
    "Cipher": "crypt",
    "Finder": "scrubber",
    "GoldRecord": "gold",
    "KnownIdentifiers": "known",
    "Policy": "policy",
    "RiskReport": "risk",
    "Scores": "score",
    "ScrubResult": "scrubber",
    "Scrubber": "scrubber",
    "Span": "spans",
    "Target": "generalisation",
    "TypedColumn": "columns",
    "k_anonymize": "generalisation",
    "load_key": "keys",
    "load_keys": "keys",
    "load_policy": "policy",
    "measure_risk": "risk",
    "proposed": "generalisation",
    "read_gold": "gold",
    "recognizers": "presidio",
    "register": "presidio",
    "reverse": "decrypt_files",
    "score_file": "score",
    "score_records": "score",
    "scrub_dataset": "ray_data",
    "scrub_file": "stream",
    "scrub_folder": "stream",
    "scrub_silo": "silo",
    "type_columns": "columns",
    "write_registry": "recognizer_file",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"privgen.anonymize.{_HOME[name]}"), name)
    raise AttributeError(f"module 'privgen.anonymize' has no attribute {name!r}")
