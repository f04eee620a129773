"""Text of the PDF: two families that viewers know, so that no font file is needed and text can be copied.

Helvetica writes what Windows-1252 has, the Adobe song face STSong-Light (a CID font that viewers bring along)
what GBK has. A character that neither has is written as its code point, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFontFamily

LATIN, BOLD, HAN = "Helvetica", "Helvetica-Bold", "STSong-Light"
_PLAIN = {"\u2212": "-", "\u00a0": " ", "\t": " ", "\n": " "}  # a minus that can be searched for


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make the song face known, in bold and italics as itself."""
    pdfmetrics.registerFont(UnicodeCIDFont(HAN))
    registerFontFamily(HAN, normal=HAN, bold=HAN, italic=HAN, boldItalic=HAN)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Family and text of each run that one family can write.

    >>> list(runs("size 42, \U0001f600"))
    [('Helvetica', 'size 42, [U+1F600]')]
    """
    written = (_written(_PLAIN.get(character, character)) for character in text)
    for family, group in groupby(written, key=lambda item: item[0]):
        yield family, "".join(found for _, found in group)


def markup(text: str) -> str:
    """Text as reportlab's paragraph markup, every run in its family."""
    return "".join(
        escape(found) if family == LATIN else f'<font name="{family}">{escape(found)}</font>'
        for family, found in runs(text)
    )


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of a line in points."""
    register_fonts()
    faces = {LATIN: BOLD if bold else LATIN}
    return float(sum(pdfmetrics.stringWidth(t, faces.get(f, f), size) for f, t in runs(text)))


def mostly_han(text: str) -> bool:
    """Whether lines of a text have to break between characters rather than words."""
    return sum(len(t) for f, t in runs(text) if f == HAN) * 4 > len(text)


@lru_cache(maxsize=4096)
def _written(character: str) -> tuple[str, str]:
    for family, encoding in ((LATIN, "cp1252"), (HAN, "gbk")):
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            continue
        return family, character
    return LATIN, f"[U+{ord(character):04X}]"
