"""How words are set on paper: the inline markup of the report, and its paragraph styles."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from privgen.explain.report_pdf_text import markup, mostly_han
from privgen.explain.report_pdf_tree import Node, colours

_INLINE = {"b": "b", "strong": "b", "em": "i", "del": "strike", "ins": "u", "sup": "super"}


def inline(node: Node) -> str:
    """The words of an element as reportlab's paragraph markup."""
    parts: list[str] = []
    for child in node.children:
        if len(parts) == 1 and node.tag in ("h2", "li") and isinstance(node.children[0], Node):
            parts.append(" ")  # the style sheet sets the number apart
        if isinstance(child, str):
            parts.append(markup(child))
        elif child.tag == "br":
            parts.append("<br/>")
        elif "bad" in child.classes or "stamp" in child.classes:
            parts.append(f'<font color="{colours()["alarm"]}">{inline(child)}</font>')
        elif child.tag in _INLINE:
            parts.append(f"<{_INLINE[child.tag]}>{inline(child)}</{_INLINE[child.tag]}>")
        elif "mark" in child.classes:
            parts.append(f' <font color="{colours()["muted"]}">({inline(child)})</font>')
        else:
            parts.append(("\u00a0" if child.tag == "i" else "") + inline(child))
    return "".join(parts)


def style(
    text: str,
    size: float,
    *,
    bold: bool = False,
    muted: bool = False,
    right: bool = False,
    indent: float = 0,
    above: float = 0,
    hold: bool = False,
    colour: str | None = None,
) -> ParagraphStyle:
    """How a paragraph is set; Chinese breaks between characters.

    Args:
        text: What it says.
        size: Of the letters, points.
        bold: Bold letters.
        muted: In the muted colour.
        right: Flush right.
        indent: From the left, points.
        above: Space above, points.
        hold: Stays on the page of what follows.
        colour: Name of a colour of the style sheet.
    """
    return ParagraphStyle(
        "report",
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=size * 1.4,
        textColor=HexColor(colours()[colour or ("muted" if muted else "ink")]),
        alignment=TA_RIGHT if right else TA_LEFT,
        leftIndent=indent,
        spaceBefore=above,
        spaceAfter=2 if bold or hold else 4,
        keepWithNext=int(hold),
        wordWrap="CJK" if mostly_han(text) else None,
    )
