"""Latin spellings of Chinese names: pinyin in both orders, joined, with initials, in all readings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice, product

from privgen.anonymize.data_files import pairs, wordlist

_MOST = 24
"""Most combinations of readings that are spelled out for one name."""


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """Character to its syllables, ü as v, u and yu."""
    found: dict[str, list[str]] = {}
    for syllable, chars in pairs("pinyin"):
        for char in chars:
            found.setdefault(char, []).append(syllable)
            if "v" in syllable:
                found[char] += [syllable.replace("v", "u"), syllable.replace("v", "yu")]
    return {char: tuple(syllables) for char, syllables in found.items()}


def spellings(surname: str, given: str) -> Iterator[tuple[str, str]]:
    """Pairs of a spelling (lower case, joined) and what it spells: full, given, short or initials.

    >>> sorted(text for text, kind in spellings("张", "伟") if kind == "full")
    ['weizhang', 'zhangwei']
    """
    readings = _readings()
    if not given or any(char not in readings for char in surname + given):
        return
    choices = product(*(readings[char] for char in surname + given))
    for syllables in islice(choices, _MOST):
        last, first = "".join(syllables[: len(surname)]), "".join(syllables[len(surname) :])
        letters = "".join(syllable[0] for syllable in syllables[len(surname) :])
        yield from ((last + first, "full"), (first + last, "full"))
        yield from ((last + letters, "short"), (letters + last, "short"))
        yield (letters[0] + last, "short")
        yield ("".join(syllable[0] for syllable in syllables), "initials")
        if len(surname) > 1:
            yield (last[0] + letters, "initials")
        yield (last, "surname")
        if len(given) > 1:
            yield (first, "given")


def is_word(text: str) -> bool:
    """Whether a joined spelling or every word of a spaced one is also an English word."""
    return all(part in _english() for part in text.lower().split())


@cache
def _english() -> frozenset[str]:
    return wordlist("pinyin_words")
