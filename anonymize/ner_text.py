"""Text for models of names: which scripts it is in, blanks shortened, long texts in pieces, whole words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from privgen.anonymize.rules import BLANK
from privgen.anonymize.spans import Span

_HAN_LANGUAGES = ("zh", "yue", "wuu")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")
_SHARE = 0.2
_PIECE, _OVERLAP = 2_000, 100


def han(language: str) -> bool:
    """Whether a language is written in Chinese characters."""
    return language in _HAN_LANGUAGES


def has_han(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return _HAN.search(text) is not None


def scripts(text: str) -> set[bool]:
    """Scripts that hold a fair share of the text: True for Chinese characters, False for other letters.

    >>> scripts("张伟 bought two shirts"), scripts("...")
    ({False, True}, set())
    """
    counts = {True: len(_HAN.findall(text)), False: len(_WORD.findall(text))}
    return {script for script, count in counts.items() if count and count >= _SHARE * sum(counts.values())}


def collapse(text: str) -> tuple[str, Sequence[int]]:
    """`text` with each run of blanks as one, and the place of each of its characters in `text`."""
    if BLANK * 2 not in text:
        return text, range(len(text))
    keep = [i for i, char in enumerate(text) if char != BLANK or text[i - 1 : i] != BLANK]
    return "".join(text[i] for i in keep), keep


def read_in_pieces(read: Callable[[str], Iterable[Span]], text: str) -> Iterator[Span]:
    """Spans over whole words; a long text is read in pieces that overlap, so memory stays bounded."""
    start = 0
    while start < len(text):
        end = _cut(text, start, _PIECE)
        for span in read(text[start:end]):
            yield from _whole_words(text, span, start)
        if end == len(text):
            return
        start = _cut(text, start, _PIECE - _OVERLAP)


def _cut(text: str, start: int, size: int) -> int:
    """The end of a piece: behind the last white space of its last characters if there is one."""
    end = start + size
    if end >= len(text):
        return len(text)
    gaps = [i for i in range(end - _OVERLAP, end) if text[i].isspace()]
    return gaps[-1] + 1 if gaps else end


def _whole_words(text: str, span: Span, offset: int) -> Iterator[Span]:
    """`span`, moved by `offset`, without white space and blanks around it, grown to the words it cuts."""
    start, end = span.start + offset, span.end + offset
    while start < end and (text[start].isspace() or text[start] == BLANK):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] == BLANK):
        end -= 1
    if start == end:
        return
    while start and _same_word(text, start):
        start -= 1
    while end < len(text) and _same_word(text, end):
        end += 1
    yield Span(span.entity_type, start, end, span.score)


def _same_word(text: str, place: int) -> bool:
    """Whether the characters before and at `place` are letters of one word."""
    return all(_WORD.fullmatch(char) for char in text[place - 1 : place + 1])
