"""Made-up names and e-mail addresses."""

from __future__ import annotations

import re
from functools import cache

from privgen.anonymize.data_files import toml
from privgen.anonymize.draw import Draw
from privgen.anonymize.surnames import COMPOUND, TITLES

_RUN = re.compile("[\u3400-\u9fff]+|[A-Za-zÀ-ɏ]+|[^\\W\\d_]+")
_HAN = re.compile("[\u3400-\u9fff]+")
_CN_TITLE = re.compile(rf"(?:{TITLES})$")
_TITLE = re.compile(
    r"(?i)(?:mr|mrs|ms|miss|mx|dr|prof|sir|madam|sra?|srta|dona|dom|herr|frau|mme|monsieur|madame|se[ñn]ora?)"
)
_PARTICLE = re.compile("(?:d[aeo]s?|del|della|di|van|von|der|den|la|le|bin|al|el|e|y|of|the|and)")
_PORTUGUESE = re.compile("(?i)[ãõçâêô]|(?<![a-z])d[ao]s?(?![a-z])")
_DOMAINS = ("example.com", "example.net", "example.org")


def person(draw: Draw, value: str) -> str:
    """A name of the same script, number of parts and case; titles and particles stay.

    A Chinese name keeps its length, and a compound family name gets another one. Empty for a name in a
    script without a list.
    """
    title = _CN_TITLE.search(value)
    body = value[: title.start()] if title and title.start() else value
    runs = list(_RUN.finditer(body))
    parts = [run for place, run in enumerate(runs) if not _stays(run[0], place, len(runs))]
    made, end = "", 0
    for place, part in enumerate(parts):
        new = _part(draw, body, place, len(parts), part)
        if not new:
            return ""
        made += body[end : part.start()] + new
        end = part.end()
    return made + body[end:] + value[len(body) :] if parts else ""


def email(draw: Draw, value: str) -> str:
    """An address at example.com, .net or .org, made of a name and a number; capitals stay capitals."""
    local = value.partition("@")[0]
    name = draw.pick(names("given_en"))
    if not re.fullmatch("[A-Za-z0-9]+", local):
        name += "." + draw.pick(names("family_en"))
    made = f"{name}{draw.digits(4)}@{draw.pick(_DOMAINS)}"
    return made.upper() if value.isupper() else made


@cache
def names(part: str) -> tuple[str, ...]:
    """A list of data/surrogates.toml: words, or single characters where there are no spaces."""
    listed = toml("surrogates")[part]
    found = listed if part.endswith("n_zh") or part == "family_zh" else listed.split()
    return tuple(item for item in found if not item.isspace())


def _stays(word: str, place: int, count: int) -> bool:
    """A title before a name, or a particle in it."""
    if place == 0:
        return count > 1 and _TITLE.fullmatch(word) is not None
    return place < count - 1 and _PARTICLE.fullmatch(word) is not None


def _part(draw: Draw, body: str, place: int, count: int, part: re.Match[str]) -> str:
    word = part[0]
    if _HAN.fullmatch(word):
        return _chinese(draw, word, family=place == 0)
    if not re.fullmatch("[A-Za-zÀ-ɏ]+", word):
        return ""
    language = "pt" if _PORTUGUESE.search(body) else "en"
    titled = place == 0 and count == 1 and part.start() > 0
    kind = "family" if titled or (place and place == count - 1) else "given"
    if len(word) == 1:
        return draw.other("ABCDEFGHJKLMNPRSTVW", word) if word.isupper() else draw.other("abcdefghjklm", word)
    return cased(word, draw.other(names(f"{kind}_{language}"), word))


def _chinese(draw: Draw, word: str, family: bool) -> str:
    made = ""
    if family:
        compound = next((name for name in COMPOUND if word.startswith(name)), "")
        made = draw.other(COMPOUND, compound) if compound else draw.other(names("family_zh"), word[0])
        made = made if len(made) <= len(word) else draw.other(names("family_zh"), word[0])
    while len(made) < len(word):
        made += draw.other(names("given_zh"), word[len(made)])
    return made


def cased(like: str, word: str) -> str:
    """`word` in the case of `like`."""
    if like.isupper():
        return word.upper()
    return word.lower() if like.islower() else word.title()
