"""Text as the rules read it, with a map back to the input.

NFKC (full-width forms become ASCII), no zero-width or direction marks, decimal digits of every script and
spelled-out Chinese digit runs as 0-9, look-alike Cyrillic and Greek letters in Latin words as Latin, and
single characters spaced apart joined again.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]")
_COMBINING = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ufe20-\ufe2f"
)
_CLUSTER = re.compile(f"[^{_INVISIBLE}](?:[{_INVISIBLE}]*[{_COMBINING}]+)*", re.DOTALL)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_NUMERAL = "〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_NUMERALS = str.maketrans(_NUMERAL, "0012345678912123456789")
_NUMERAL_RUN = re.compile(f"[{_NUMERAL}](?:[ -]?[{_NUMERAL}0-9]){{6,}}")
_LOOKALIKE = str.maketrans(
    "АВЕКМНОРСТХУІЈЅаеорсухіјѕԁһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρ", "ABEKMHOPCTXYIJSaeopcyxijsdhABEZHIKMNOPTYXoavp"
)
_LOOKALIKE_WORD = re.compile(
    r"[A-Za-z0-9@._+\u0370-\u03ff\u0400-\u052f-]*[\u0370-\u03ff\u0400-\u052f][A-Za-z0-9@._+\u0370-\u03ff\u0"
    r"400-\u052f-]*"
)
_WIDE = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}
_DASHES = str.maketrans("‐‑‒–—―−﹣⁃", "---------")
_DASH = re.compile("[‐‑‒–—―−﹣⁃]")
_SPACED = re.compile(r"(?<![^\s\u3000-\u9fff])(?:[A-Za-z0-9@._+-] ){6,}[A-Za-z0-9@._+-](?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` as the rules read it; character i of it came from the input's `[starts[i], ends[i])`.

    `starts` and `ends` are None when the text is the input itself, character by character.
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The input range that the non-empty range `[start, end)` of `text` came from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], max(self.ends[start:end])

    def __repr__(self) -> str:
        """Count without showing the text."""
        return f"Normalised({len(self.text)} characters)"


def normalise(text: str) -> Normalised:
    """Normalise `text` for the rules.

    >>> normalise("１３８").text
    '138'
    """
    if text.isascii():
        return _join_spaced(Normalised(text))
    narrow = text.translate(_WIDE)
    if unicodedata.is_normalized("NFKC", narrow) and not _INVISIBLE_RUN.search(narrow):
        return _join_spaced(Normalised(_same_length(narrow)))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        piece = unicodedata.normalize("NFKC", _INVISIBLE_RUN.sub("", match[0]))
        pieces.append(piece)
        starts.extend([match.start()] * len(piece))
        ends.extend([match.end()] * len(piece))
    return _join_spaced(Normalised(_same_length("".join(pieces)), tuple(starts), tuple(ends)))


def _same_length(text: str) -> str:
    """Replacements that keep every character's place."""
    if _DASH.search(text):
        text = text.translate(_DASHES)
    text = _LOOKALIKE_WORD.sub(_latin, text)
    text = _NUMERAL_RUN.sub(lambda match: match[0].translate(_NUMERALS), text)
    return _OTHER_DIGIT.sub(_digit, text)


def _latin(match: re.Match[str]) -> str:
    """A word of Latin and look-alike letters in Latin; a word of another script stays as it is."""
    word = match[0].translate(_LOOKALIKE)
    return word if word.isascii() and re.search(r"[A-Za-z0-9@]", match[0]) else match[0]


def _digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match[0]))


def _join_spaced(plain: Normalised) -> Normalised:
    """Take the single spaces out of runs like `1 3 8 0 0 ...`."""
    text = plain.text
    if not _SPACED.search(text):
        return plain
    gaps = [i for match in _SPACED.finditer(text) for i in range(match.start() + 1, match.end(), 2)]
    cuts = [-1, *gaps, len(text)]
    keep = [i for a, b in pairwise(cuts) for i in range(a + 1, b)]
    starts = plain.starts or range(len(text))
    ends = plain.ends or range(1, len(text) + 1)
    return Normalised(
        "".join(text[i] for i in keep), tuple(starts[i] for i in keep), tuple(ends[i] for i in keep)
    )
