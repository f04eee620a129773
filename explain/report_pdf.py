"""report.pdf: the HTML report set on A4, with the same words and the same numbers.

    from privgen.explain.report_pdf import write_pdf

The PDF is made from the HTML, not from the facts a second time, so that the two cannot disagree. It has an
outline, a language and a title; it is not a tagged PDF: a reader who uses a screen reader is better served by
the HTML. Needs `privgen[pdf]` (reportlab, BSD licence, pure Python).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from privgen.explain.report_pdf_charts import Chart
from privgen.explain.report_pdf_style import inline, style
from privgen.explain.report_pdf_tables import data_table, key_table
from privgen.explain.report_pdf_text import markup, register_fonts
from privgen.explain.report_pdf_tree import Node, colours, read_html

_MARGIN = 16 * mm
_SIZES = {"h1": 19.0, "h2": 14.0, "h3": 11.0, "h4": 9.5, "h5": 9.0}
_LEGEND = {"supported": "s0", "target": "alarm", "random": "s1"} | {f"l{i}": f"s{i}" for i in range(6)}
_GROUPS = ("body", "div", "main", "header", "section", "details", "figure")


def pdf_bytes(html: str, *, language: str, title: str) -> bytes:
    """A report's HTML as PDF; equal HTML gives equal bytes.

    Args:
        html: What `render` made.
        language: en or zh.
        title: Title of the document.
    """
    register_fonts()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        author="privgen",
        lang="zh-CN" if language == "zh" else "en",
        invariant=1,
    )
    story = list(_flow(read_html(html)))
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return target.getvalue()


class _Heading(Paragraph):  # type: ignore[misc]
    """A heading that stands in the outline."""

    def __init__(self, node: Node, level: int) -> None:
        super().__init__(
            inline(node), style(node.text, _SIZES[node.tag], bold=True, hold=True, above=11 if level else 0)
        )
        self._entry, self._level = node.text, level

    def draw(self) -> None:
        """Draw the heading and note where it stands."""
        key = f"{self._level}:{self._entry}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(self._entry, key, level=self._level, closed=self._level > 0)
        super().draw()


def _flow(node: Node) -> Iterator[Flowable]:
    for child in node.elements:
        yield from _block(child)


def _block(node: Node) -> Iterator[Flowable]:
    if node.tag == "table":
        yield from data_table(node, A4[0] - 2 * _MARGIN)
    elif node.tag == "dl" and "keys" in node.classes:
        yield key_table(node, A4[0] - 2 * _MARGIN)
    elif node.tag == "figure":
        yield KeepTogether(list(_flow(node)))
    elif node.tag in _GROUPS:
        yield from _flow(node)
    elif node.tag == "svg":
        yield Chart(node)
    elif node.tag in _SIZES:
        if node.tag in ("h1", "h2"):
            yield _Heading(node, 0 if node.tag == "h1" else 1)
        else:
            yield Paragraph(inline(node), style(node.text, _SIZES[node.tag], bold=True, hold=True, above=7))
    elif node.tag in ("ul", "ol"):
        yield from _items(node)
    elif node.tag == "dl":
        yield from (_paragraph(part, indent=0 if part.tag == "dt" else 10) for part in node.elements)
    elif node.text:
        yield _paragraph(node, indent=10 if node.tag in ("blockquote", "pre") else 0)


def _items(node: Node) -> Iterator[Flowable]:
    legend = "legend" in node.classes
    for item in node.elements:
        text = inline(item)
        mark = next((name for i in item.find("i") for name in i.classes), None) if legend else None
        if mark:
            text = f'<font color="{colours()[_LEGEND.get(mark, mark)]}">{markup("■")}</font> {text}'
        numbered = "sentences" in node.classes or legend
        bullet = None if numbered else "•"
        yield Paragraph(text, style(item.text, 9, indent=0 if numbered else 10), bulletText=bullet)
    yield Spacer(1, 3)


def _paragraph(node: Node, indent: float = 0) -> Flowable:
    note = "note" in node.classes or node.tag in ("figcaption", "dt")
    return Paragraph(inline(node), style(node.text, 8.5 if note else 9, indent=indent, muted=note))


def _foot(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(HexColor(colours()["muted"]))
    canvas.drawRightString(A4[0] - _MARGIN, 9 * mm, str(document.page))
    canvas.restoreState()
