"""Tables of the report on paper: heads repeat on every page, no row is cut, columns as wide as they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable, Paragraph, Table

from privgen.explain.report_pdf_style import inline, style
from privgen.explain.report_pdf_text import width
from privgen.explain.report_pdf_tree import Node, colours

_SIZE, _PAD = 8.0, 3.0
_SHADES = tuple(f"{sign}{level}" for sign in "pn" for level in range(1, 7))
_DEEP = {"p5", "p6", "n5", "n6"}


def data_table(node: Node, available: float) -> Iterator[Flowable]:
    """Caption and table."""
    caption = next(node.find("caption"), None)
    rows = [row.elements for row in node.find("tr")]
    if caption is not None:
        yield Paragraph(inline(caption), style(caption.text, 8.5, muted=True, above=5, hold=True))
    if rows:
        heads = sum(len(list(part.find("tr"))) for part in node.find("thead"))
        cells = [[_cell(cell) for cell in row] for row in rows]
        yield Table(
            cells,
            colWidths=_widths(rows, available),
            repeatRows=heads,
            style=[*_rules(heads), *_shades(rows)],
            spaceAfter=6,
            hAlign="LEFT",
        )


def key_table(node: Node, available: float) -> Flowable:
    """The key figures in one row: number above, name below."""
    pairs = [({part.tag: part for part in div.elements}) for div in node.elements]
    numbers = [Paragraph(inline(p["dd"]), style(p["dd"].text, 14, bold=True)) for p in pairs]
    names = [Paragraph(inline(p["dt"]), style(p["dt"].text, 8, muted=True)) for p in pairs]
    return Table([numbers, names], colWidths=[available / len(pairs)] * len(pairs), hAlign="LEFT")


def _cell(cell: Node) -> Flowable | str:
    if not cell.text:
        return ""
    right = "n" in cell.classes
    head = cell.tag == "th" and cell.attributes.get("scope") == "col"
    deep = "deep" if _DEEP & set(cell.classes) else None
    return Paragraph(inline(cell), style(cell.text, _SIZE, bold=head, right=right, colour=deep))


def _widths(rows: list[list[Node]], available: float) -> list[float]:
    """Every column as wide as its longest word; what is left goes to the columns that want more."""
    columns = max(map(len, rows))
    needs, wants = [20.0] * columns, [20.0] * columns
    for row in rows:
        for place, cell in enumerate(row):
            long = max((width(word, _SIZE, True) for word in cell.text.split()), default=0.0)
            needs[place] = max(needs[place], min(long, available / 3) + 2 * _PAD + 2)
            wants[place] = max(wants[place], min(width(cell.text, _SIZE, True), available) + 2 * _PAD + 2)
    if sum(needs) > available:
        return [need * available / sum(needs) for need in needs]
    more = [want - need for want, need in zip(wants, needs, strict=True)]
    share = min(1.0, (available - sum(needs)) / (sum(more) or 1.0))
    return [need + extra * share for need, extra in zip(needs, more, strict=True)]


def _rules(heads: int) -> list[Any]:
    rule, muted = HexColor(colours()["rule"]), HexColor(colours()["muted"])
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, rule),
        *([("LINEBELOW", (0, heads - 1), (-1, heads - 1), 0.6, muted)] if heads else []),
    ]


def _shades(rows: list[list[Node]]) -> Iterator[Any]:
    """Colours of a heat map; the two deepest are written in white."""
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            shade = next((name for name in cell.classes if name in _SHADES), None)
            if shade:
                yield "BACKGROUND", (x, y), (x, y), HexColor(colours()[shade])
