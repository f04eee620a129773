"""The one-pass scanner: every rule over normalised text, English and Chinese in the same text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privgen.anonymize import (
    names_acting,
    names_addressed,
    names_closing,
    names_cn,
    names_cn_around,
    names_cn_peoples,
    names_cn_roles,
    names_introduced,
    names_labelled,
    names_mentioned,
    names_signatures,
    rules_ages,
    rules_birth,
    rules_cn_dates,
    rules_cn_exports,
    rules_cn_numbers,
    rules_cn_online,
    rules_cn_phones,
    rules_cn_places,
    rules_cn_shop,
    rules_dates,
    rules_emails,
    rules_handles,
    rules_ids_eu,
    rules_ids_gb,
    rules_ids_us,
    rules_ids_world,
    rules_links,
    rules_members,
    rules_numbers,
    rules_orders,
    rules_parcels,
    rules_phones,
    rules_places,
    rules_postcodes,
    rules_streets,
    rules_streets_eu,
)
from privgen.anonymize.known import known_types
from privgen.anonymize.normalise import Normalised
from privgen.anonymize.rules import BLANK, TOKEN, Rule
from privgen.anonymize.spans import Span
from privgen.anonymize.time_limit import check_time
from privgen.anonymize.triggers import Triggers

RULES: tuple[Rule, ...] = (
    *rules_numbers.RULES,
    *rules_ids_us.RULES,
    *rules_ids_gb.RULES,
    *rules_ids_eu.RULES,
    *rules_ids_world.RULES,
    *rules_phones.RULES,
    *rules_emails.RULES,
    *rules_links.RULES,
    *rules_handles.RULES,
    *rules_orders.RULES,
    *rules_parcels.RULES,
    *rules_members.RULES,
    *rules_postcodes.RULES,
    *rules_streets.RULES,
    *rules_places.RULES,
    *rules_streets_eu.RULES,
    *rules_dates.RULES,
    *rules_birth.RULES,
    *rules_ages.RULES,
    *names_introduced.RULES,
    *names_addressed.RULES,
    *names_mentioned.RULES,
    *names_acting.RULES,
    *names_labelled.RULES,
    *names_signatures.RULES,
    *names_closing.RULES,
    *rules_cn_numbers.RULES,
    *rules_cn_phones.RULES,
    *rules_cn_online.RULES,
    *rules_cn_shop.RULES,
    *rules_cn_places.RULES,
    *rules_cn_dates.RULES,
    *names_cn.RULES,
    *names_cn_roles.RULES,
    *names_cn_around.RULES,
    *names_cn_peoples.RULES,
    *rules_cn_exports.RULES,
)
"""Every rule of the scanner; `privgen.anonymize.presidio` exposes each as a Presidio recogniser."""

DELEGATED_TYPES = ("CRYPTO", "IP_ADDRESS", "MAC_ADDRESS", "UUID")
"""Types that Presidio's own recognisers find for the scrubber."""


def entity_types() -> tuple[str, ...]:
    """Every entity type that the rules can find, sorted."""
    return tuple(sorted({rule.entity_type for rule in RULES}))


def all_entity_types() -> tuple[str, ...]:
    """Every entity type that a scrubber without a model can find, sorted."""
    return tuple(sorted({*entity_types(), *known_types(), *DELEGATED_TYPES, "LOCATION"}))


class Scanner:
    """Runs a set of rules over normalised text."""

    name = "rules"

    def __init__(self, rules: Iterable[Rule] = RULES) -> None:
        self._triggers = Triggers(rules)

    def find(self, text: str) -> Iterator[Span]:
        """Spans of the rules in normalised text; they may overlap.

        Replacements that privgen wrote earlier must be blanked first: see `blank_tokens`.
        """
        for rule, places in self._triggers.pick(text):
            yield from rule.find(text, places)
            check_time()


def blank_tokens(plain: Normalised) -> Normalised:
    """`plain` with privgen's own replacements blanked out, so that no rule reads them."""
    if "<" not in plain.text or not TOKEN.search(plain.text):
        return plain
    text = TOKEN.sub(lambda match: BLANK * len(match[0]), plain.text)
    return Normalised(text, plain.starts, plain.ends)


def blank(text: str, spans: Iterable[Span]) -> str:
    """`text` with the characters of spans blanked out, length unchanged."""
    chars = list(text)
    for span in spans:
        chars[span.start : span.end] = BLANK * (span.end - span.start)
    return "".join(chars)


def blanked(text: str, span: Span) -> bool:
    """Whether nothing but blanks is left of a span."""
    return not text[span.start : span.end].strip(BLANK)
