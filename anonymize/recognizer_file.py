"""Our recognisers as a file for Presidio's recogniser registry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from privgen.anonymize.scanner import entity_types
from privgen.errors import ConfigError
from privgen.files import atomic_open

CLASS = "PrivgenRuleRecognizer"
"""Name of the class that Presidio makes every entry of; `privgen.anonymize.presidio` defines it."""

_HEAD = """\
# Recognisers of privgen for Presidio's registry. Presidio finds their class by name, so import it first:
#
#     import privgen.anonymize.presidio
#     from presidio_analyzer import AnalyzerEngine
#     from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
#     registry = RecognizerRegistryProvider(conf_file={path}).create_recognizer_registry()
#     engine = AnalyzerEngine(registry=registry, nlp_engine=..., supported_languages=[{languages}])
#
# Presidio's own recognisers may stand beside them. Delete an entry, or set enabled: false, to do without it;
# score_thresholds may be added. The rules need checksums, normalised text and context, which no entry of
# type custom can express.
supported_languages: [{languages}]
global_regex_flags: 26
recognizers:
"""
_ENTRY = """\
  - name: {name}
    class_name: {cls}
    type: predefined
    supported_entity: {kind}
    supported_languages: [{languages}]
"""


def recognizer_name(entity_type: str) -> str:
    """Name of the recogniser of an entity type in Presidio's results.

    >>> recognizer_name("CN_ID_CARD")
    'PrivgenCnIdCardRecognizer'
    """
    return f"Privgen{entity_type.title().replace('_', '')}Recognizer"


def write_registry(path: Path, languages: Sequence[str] = ("en", "zh")) -> tuple[str, ...]:
    """Write a registry file with one recogniser per entity type and language; return the entity types.

    Args:
        path: The YAML file; replaced as a whole.
        languages: Two-letter codes that the `AnalyzerEngine` will be asked for.

    Raises:
        ConfigError: No languages, or something that is no code of a language.
    """
    if not languages or any(not re.fullmatch("[a-z]{2}", code) for code in languages):
        raise ConfigError("languages: two-letter codes such as en, zh, pt, separated by commas")
    listed = ", ".join(f'"{code}"' for code in dict.fromkeys(languages))  # no is a truth value in YAML
    kinds = entity_types()
    with atomic_open(path) as handle:
        handle.write(_HEAD.format(path=f'"{path.name}"', languages=listed))
        for kind in kinds:
            handle.write(_ENTRY.format(name=recognizer_name(kind), cls=CLASS, kind=kind, languages=listed))
    return kinds
