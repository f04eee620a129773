"""What a benchmark text is: a template, a value in one way of writing, and where it stands."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from scrub_values import Make, lists

from privgen.anonymize import Span

PROSE = {language: lists(language) for language in ("en", "zh")}


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing one type of personal data: `{}` of a template is where the value stands.

    `core` finds what of the value is personal, if not all of it is; `ends`: nothing comes after it.
    """

    group: str
    entity_type: str
    name: str
    make: Make
    templates: Sequence[str]
    language: str = "en"
    core: re.Pattern[str] | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One text with what stands in it; no span: nothing of it is personal."""

    group: str
    form: str
    text: str
    spans: tuple[Span, ...]
    row: Mapping[str, str] | None = None
    language: str = "en"


def planted(template: str, value: str, kind: str, core: re.Pattern[str] | None = None) -> tuple[str, Span]:
    """The text of a template and the span of its value, or of the core of its value."""
    head, tail = template.split("{}")
    found = core.search(value) if core else None
    start, end = found.span(found.lastindex or 0) if found else (0, len(value))
    return f"{head}{value}{tail}", Span(kind, len(head) + start, len(head) + end, 1.0)


def around(template: str, language: str, rng: Random, ends: bool = False) -> str:
    """`template`, or in one case of three `template` among other sentences."""
    if rng.random() < 2 / 3:
        return template
    prose, gap = PROSE[language], " " if language == "en" else ""
    after = "" if ends else gap + rng.choice(prose["after"])
    return rng.choice(prose["before"]) + gap + template + after


def cases(form: Form, count: int, rng: Random) -> Iterator[Case]:
    """`count` texts of a form; every template is used about equally often."""
    turns = list(form.templates) * (count // len(form.templates) + 1)
    for template in rng.sample(turns[:count] if count >= len(form.templates) else turns, count):
        text, span = planted(
            around(template, form.language, rng, form.ends), form.make(rng), form.entity_type, form.core
        )
        name = f"{form.entity_type}/{form.name}"
        yield Case(form.group, name, text, (span,), language=form.language)
