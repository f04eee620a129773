"""Text as the rules read it, with a map back to the input.

NFKC (full-width forms become ASCII), no zero-width, direction or stray combining marks, traditional Chinese
characters as simplified ones, decimal digits of every script, in circles and spelled out in Chinese or words
as 0-9, look-alike letters in Latin words as Latin and in numbers as digits, and single characters that are
spaced apart joined again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from privgen.anonymize.data_files import simplified

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_COMBINING = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ufe20-\ufe2f"
)
_ENCLOSED = {  # in brackets, with a dot or in black circles: NFKC leaves them or spells them out
    **{0x2474 + n: str(n + 1) for n in range(9)},
    **{0x2488 + n: str(n + 1) for n in range(9)},
    **{start + n: str(n + 1) for start in (0x24F5, 0x2776, 0x2780, 0x278A) for n in range(9)},
    **{0x24FF: "0", 0x1F10B: "0", 0x1F10C: "0", 0x1F100: "0"},
    **{0x1F101 + n: str(n) for n in range(10)},
    **{0x3220 + n: char for n, char in enumerate("一二三四五六七八九")},
    **{start + n: chr(65 + n) for start in (0x1F110, 0x1F150, 0x1F170) for n in range(26)},
    **{0x249C + n: chr(97 + n) for n in range(26)},
}
_STRANGE = re.compile(
    f"[{_INVISIBLE}{_COMBINING}\u2474-\u247c\u2488-\u2490\u249c-\u24b5\u24f5-\u24ff\u2776-\u2793\u3220-\u3228"
    "\U0001f100-\U0001f189]"
)
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]")
_COMBINING_RUN = re.compile(f"[{_COMBINING}]+")
_CLUSTER = re.compile(f"[^{_INVISIBLE}](?:[{_INVISIBLE}]*[{_COMBINING}]+)*", re.DOTALL)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_NUMERAL = "〇零○◯一二三四五六七八九幺么两壹弌贰弍叁参弎肆伍陆柒捌玖洞拐勾"
_NUMERALS = str.maketrans(_NUMERAL, "0000123456789112112233345678907" + "9")
_NUMERAL_RUN = re.compile(
    f"(?:[{_NUMERAL}]|[0-9](?=[0-9 .·,，、/_-]{{0,24}}[{_NUMERAL}]))(?:["
    f" .·,，、/_-]{{0,2}}[{_NUMERAL}0-9]){{6,}}"
    f"|[{_NUMERAL}]{{4}}(?=年)"
)
_NEIGHBOUR = re.compile(
    f"[{_NUMERAL}]{{1,2}}[ .·,，、/_-]{{1,2}}[0-9 .·,，、/_-]{{7,40}}"
    f"|[0-9 .·,，、/_-]{{7,40}}[ .·,，、/_-]{{1,2}}[{_NUMERAL}]{{1,2}}"
)
_NUMBER_ONE = re.compile("[0-9][0-9 .·,，、/_-]{6,40}[一两三]")
_AFTER_ONE = frozenset("下个直样次定起般些条件天块")
_LOOKALIKE = str.maketrans(
    "АВЕКМНОРСТХУІЈЅаеорсухіјѕԁһԛԝѵοανρΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡıɩᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢոսօցհ",
    "ABEKMHOPCTXYIJSaeopcyxijsdhqwvoavpABEZHIKMNOPTYXagiiabcdefghijklmnoprstuvwyznuogh",
)
_OTHER = "\u0250-\u02af\u0370-\u03ff\u0400-\u058f\u1d00-\u1d22\ua730\ua731"
_LATIN_CHAR = rf"A-Za-z0-9@._+{_OTHER}-"
_LOOKALIKE_WORD = re.compile(rf"(?<![{_LATIN_CHAR}])[{_LATIN_CHAR}]*[{_OTHER}][{_LATIN_CHAR}]*")
_LETTER_DIGITS = str.maketrans("OoIlL", "00111")
_LETTER_RUN = re.compile(r"(?<![A-Za-z0-9])[0-9OoIlL](?:[ -]?[0-9OoIlL]){10,20}(?=[Xx]?(?![A-Za-z0-9]))")
_CODE_NUMBER = re.compile("[LO][0-9]+")
"""A capital before nothing but digits opens a shop's number; a word for a telephone says otherwise."""
_PHONE_BEFORE = re.compile(
    "(?i)(?:电话|手机|号码|联系|座机|拨打|致电|tel|call|phone|mobile|cell)[^0-9A-Za-z]{0,5}$"
)
_LETTER_IN_NUMBER = re.compile(r"[0-9](?:[ -]?[OoIlL]|(?<=[OoIlL].)|(?<=[OoIlL][ -].))")
_WIDE = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}
_DASHES = str.maketrans("‐‑‒–—―−﹣⁃", "---------")
_DASH = re.compile("[‐‑‒–—―−﹣⁃]")
_SPACED = re.compile(
    r"(?<![^\s\u3000-\u9fff])(?:[A-Za-z0-9@._+:,;\u3001-\u9fff-]"
    r" ){6,}[A-Za-z0-9@._+\u4e00-\u9fff-](?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])[A-Za-z0-9@](?P<gap>[ ._*~|/\\,，、·-]{1,3})[A-Za-z0-9@.](?:(?P=gap)[A-Za-z0-9@.]){7,}"
    r"(?![A-Za-z0-9])"
)
_SPACED_LABEL = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?: {1,4}[\u4e00-\u9fff]){1,5}(?= {0,4}:)")
"""A label that is spaced out to the width of its neighbours: `姓  名:`."""
_SHAPE = bytes(
    120
    if chr(code).isalnum() or code == 64
    else 32
    if chr(code) in " \t\n\r\v\f\x1c\x1d\x1e\x1f._*~|/\\,+:;-"
    else 121
    for code in range(128)
).ljust(256, b"y")
"""Letters, digits and @ as x, what stands between or beside them in `_SPACED` as a space, all else as y."""
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_PINYIN = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_WORDS = {
    **dict(zip(_ENGLISH, "0123456789", strict=True)),
    **dict(zip(_PINYIN, "0123456789", strict=True)),
    **{"oh": "0", "yao": "1", "liang": "2"},
}
_DIGIT_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)), re.IGNORECASE)
_SPOKEN = re.compile(
    rf"(?<![A-Za-z])(?:(?:{_DIGIT_WORD.pattern})(?:[ ,.·-]{{1,2}}"
    rf"|(?=[A-Z]))){{6,}}(?:{_DIGIT_WORD.pattern})(?![A-Za-z])",
    re.IGNORECASE,
)


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
        return _rejoin(Normalised(_numbers(text)))
    narrow = text.translate(_WIDE)
    if unicodedata.is_normalized("NFKC", narrow) and not _STRANGE.search(narrow):
        return _rejoin(Normalised(_same_length(narrow)))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        piece = _cluster(match[0])
        pieces.append(piece)
        starts.extend([match.start()] * len(piece))
        ends.extend([match.end()] * len(piece))
    return _rejoin(Normalised(_same_length("".join(pieces)), tuple(starts), tuple(ends)))


@lru_cache(maxsize=4096)
def _cluster(text: str) -> str:
    """One character with its marks; a mark that does not belong to a letter goes (a keycap, a strike)."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE_RUN.sub("", text).translate(_ENCLOSED))
    if len(plain) > 1 and (plain[0].isascii() or "\u3400" <= plain[0] <= "\u9fff"):
        plain = _COMBINING_RUN.sub("", plain)
    return plain


def _same_length(text: str) -> str:
    """Replacements that keep every character's place."""
    old, table = simplified()
    if old.search(text):
        text = text.translate(table)
    if _DASH.search(text):
        text = text.translate(_DASHES)
    text = _LOOKALIKE_WORD.sub(_latin, text)
    text = _OTHER_DIGIT.sub(_digit, text)
    text = _NUMERAL_RUN.sub(_numerals, text)
    return _numbers(text)


def _latin(match: re.Match[str]) -> str:
    """A word of Latin and look-alike letters in Latin; a word of another script stays as it is."""
    word = match[0].translate(_LOOKALIKE)
    return word if word.isascii() and re.search(r"[A-Za-z0-9@]", match[0]) else match[0]


def _numerals(match: re.Match[str]) -> str:
    """A run of numerals as digits; a name that ends in one, or `一下` after a number, stays as it is."""
    run = match[0]
    if _NEIGHBOUR.fullmatch(run) or (
        _NUMBER_ONE.fullmatch(run) and match.string[match.end() :][:1] in _AFTER_ONE
    ):
        return run
    return run.translate(_NUMERALS)


def _digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match[0]))


def _numbers(text: str) -> str:
    """Letters O, I and l that stand for digits in a number of eleven or more digits, as digits."""
    return _LETTER_RUN.sub(_letter_digits, text) if _LETTER_IN_NUMBER.search(text) else text


def _letter_digits(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 8) : match.start()]
    if _CODE_NUMBER.fullmatch(match[0]) and not _PHONE_BEFORE.search(before):
        return match[0]
    digits = sum(char.isdigit() for char in match[0])
    return match[0].translate(_LETTER_DIGITS) if digits >= 4 else match[0]


def _rejoin(plain: Normalised) -> Normalised:
    """Take the separators out of runs like `1 3 8 0 0 ...`, and write digits in words as digits."""
    text = plain.text
    edits: list[tuple[int, int, str]] = []
    if _apart(text) and _SPACED.search(text):
        edits += [edit for match in _SPACED.finditer(text) for edit in _gaps(match)]
    if ":" in text and not text.isascii():
        edits += [edit for match in _SPACED_LABEL.finditer(text) for edit in _spaces(match)]
    lowered = text.lower()
    if "yao" in lowered or " ling " in lowered or sum(map(lowered.count, _ENGLISH)) >= 6:
        edits += [edit for match in _SPOKEN.finditer(text) for edit in _spoken(match)]
    return _edited(plain, sorted(edits)) if edits else plain


def _apart(text: str) -> bool:
    """Whether `_SPACED` is worth trying: two characters stand alone side by side, or a row of separators."""
    if not text.isascii():
        return True
    shape = text.encode().translate(_SHAPE)
    words = b" %b " % b" ".join(shape.split())
    return b" x x " in words or b" x xy" in words or b"      " in shape


def _gaps(match: re.Match[str]) -> Iterable[tuple[int, int, str]]:
    width = len(match["gap"] or " ")
    return [(i, i + width, "") for i in range(match.start() + 1, match.end() - 1, width + 1)]


def _spaces(match: re.Match[str]) -> Iterable[tuple[int, int, str]]:
    return [(match.start() + i, match.start() + i + 1, "") for i, char in enumerate(match[0]) if char == " "]


def _spoken(match: re.Match[str]) -> Iterable[tuple[int, int, str]]:
    place = match.start()
    for word in _DIGIT_WORD.finditer(match[0]):
        yield place, match.start() + word.end(), _WORDS[word[0].lower()]
        place = match.start() + word.end()


def _edited(plain: Normalised, edits: list[tuple[int, int, str]]) -> Normalised:
    """`plain` with ranges of its text replaced; what replaces a range came from all of it."""
    starts = plain.starts or range(len(plain.text))
    ends = plain.ends or range(1, len(plain.text) + 1)
    text: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    place = 0
    for start, end, new in [*edits, (len(plain.text), len(plain.text), "")]:
        if start < place:
            continue  # inside of what an earlier edit took
        text += (plain.text[place:start], new)
        new_starts += [*starts[place:start], *([starts[start]] * len(new) if new else ())]
        new_ends += [*ends[place:start], *([ends[end - 1]] * len(new) if new else ())]
        place = end
    return Normalised("".join(text), tuple(new_starts), tuple(new_ends))
