"""privgen.anonymize: find and replace personal data in English and Chinese shop data.

Importing it loads no Presidio; the first text that needs it does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privgen.anonymize.keys import load_key
    from privgen.anonymize.known import KnownIdentifiers
    from privgen.anonymize.policy import Policy, load_policy
    from privgen.anonymize.presidio import recognizers, register
    from privgen.anonymize.ray_data import scrub_dataset
    from privgen.anonymize.scrubber import Finder, Scrubber, ScrubResult
    from privgen.anonymize.silo import scrub_silo
    from privgen.anonymize.spans import Span
    from privgen.anonymize.stream import scrub_file, scrub_folder

__all__ = [
    "Finder",
    "KnownIdentifiers",
    "Policy",
    "ScrubResult",
    "Scrubber",
    "Span",
    "load_key",
    "load_policy",
    "recognizers",
    "register",
    "scrub_dataset",
    "scrub_file",
    "scrub_folder",
    "scrub_silo",
]

_HOME = {
    "Finder": "scrubber",
    "KnownIdentifiers": "known",
    "Policy": "policy",
    "ScrubResult": "scrubber",
    "Scrubber": "scrubber",
    "Span": "spans",
    "load_key": "keys",
    "load_policy": "policy",
    "recognizers": "presidio",
    "register": "presidio",
    "scrub_dataset": "ray_data",
    "scrub_file": "stream",
    "scrub_folder": "stream",
    "scrub_silo": "silo",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"privgen.anonymize.{_HOME[name]}"), name)
    raise AttributeError(f"module 'privgen.anonymize' has no attribute {name!r}")
