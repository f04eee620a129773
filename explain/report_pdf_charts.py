"""The report's inline SVG drawn into the PDF: only what the templates use, in pixels and per cent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reportlab.platypus import Flowable

from privgen.explain.report_pdf_text import BOLD, LATIN, runs, width
from privgen.explain.report_pdf_tree import Node, colours

_PIXEL = 0.75  # points
_SIZE, _SMALL = 9.0, 8.0
_FILL = {
    **{"bar": "s0", "supported": "s0", "weak": "weak", "none": "none", "box": "panel", "person": "p1"},
}
_STROKE = {
    **{"grid": "rule", "target": "alarm", "pipe": "muted", "out": "s1", "line": "rule", "box": "rule"},
    **{f"l{number}": f"s{number}" for number in range(6)},
}
_DASHED = ("target", "random")


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a coordinate system lies on the page, y downwards, and how long its unit is (None: a pixel)."""

    x: float
    y: float
    width: float
    height: float
    unit: float | None = None

    def across(self, value: str) -> float:
        return self._length(value, self.width)

    def down(self, value: str) -> float:
        return self._length(value, self.height)

    def _length(self, value: str, whole: float) -> float:
        if value.endswith("%"):
            return float(value[:-1]) / 100 * whole
        return float(value) * (whole / self.unit if self.unit else _PIXEL)


class Chart(Flowable):  # type: ignore[misc]
    """One chart as wide as the page."""

    def __init__(self, svg: Node) -> None:
        super().__init__()
        self._svg = svg
        self.height = float(svg.attributes["height"]) * _PIXEL

    def wrap(self, available: float, _: float) -> tuple[float, float]:
        """Take the whole width."""
        self.width = available
        return available, self.height

    def draw(self) -> None:
        """Draw into a box with y downwards."""
        self.canv.saveState()
        self._draw(self._svg, _Box(0, 0, self.width, self.height))
        self.canv.restoreState()

    def _draw(self, svg: Node, box: _Box) -> None:
        drawers = {"rect": self._rect, "line": self._line, "polyline": self._polyline, "text": self._text}
        for node in svg.elements:
            if node.tag == "svg":
                self._draw(node, _inner(node, box))
            elif node.tag in drawers:
                drawers[node.tag](node, box)

    def _rect(self, node: Node, box: _Box) -> None:
        a, stroke = node.attributes, _colour(node, _STROKE)
        x, y = box.x + box.across(a["x"]), box.y + box.down(a["y"])
        high, wide = box.down(a["height"]), box.across(a["width"])
        self.canv.setFillColor(_colour(node, _FILL) or colours()["rule"])
        self.canv.setStrokeColor(stroke or colours()["rule"])
        self.canv.setLineWidth(0.6)
        self.canv.rect(x, self.height - y - high, wide, high, stroke=int(stroke is not None), fill=1)

    def _line(self, node: Node, box: _Box) -> None:
        a = node.attributes
        self._pen(node)
        ends = [(box.x + box.across(a[f"x{i}"]), box.y + box.down(a[f"y{i}"])) for i in (1, 2)]
        self.canv.line(ends[0][0], self.height - ends[0][1], ends[1][0], self.height - ends[1][1])

    def _polyline(self, node: Node, box: _Box) -> None:
        self._pen(node)
        path = self.canv.beginPath()
        for number, pair in enumerate(node.attributes["points"].split()):
            x, y = pair.split(",")
            place = box.x + box.across(x), self.height - box.y - box.down(y)
            (path.lineTo if number else path.moveTo)(*place)
        self.canv.drawPath(path, stroke=1, fill=0)

    def _text(self, node: Node, box: _Box) -> None:
        a, axis = node.attributes, "axis" in node.classes
        size, bold = (_SMALL if axis else _SIZE), "count" in node.classes
        x = box.x + box.across(a["x"]) + float(a.get("dx", 0)) * _PIXEL
        long = width(node.text, size, bold)
        x -= {"middle": long / 2, "end": long}.get(a.get("text-anchor", ""), 0.0)
        self.canv.setFillColor(colours()["muted" if axis else "ink"])
        for family, text in runs(node.text):
            face = BOLD if bold and family == LATIN else family
            self.canv.setFont(face, size)
            self.canv.drawString(x, self.height - box.y - box.down(a["y"]), text)
            x += self.canv.stringWidth(text, face, size)

    def _pen(self, node: Node) -> None:
        self.canv.setStrokeColor(_colour(node, _STROKE) or colours()["rule"])
        self.canv.setLineWidth(0.5 if "grid" in node.classes else 1.4)
        self.canv.setDash(*((3, 3) if set(node.classes) & set(_DASHED) else ()))


def _inner(node: Node, box: _Box) -> _Box:
    a = node.attributes
    unit = float(a["viewbox"].split()[2]) if "viewbox" in a else None
    x, y = box.x + box.across(a["x"]), box.y + box.down(a["y"])
    return _Box(x, y, box.across(a["width"]), box.down(a["height"]), unit)


def _colour(node: Node, names: dict[str, str]) -> Any:
    """Colour of the last class that has one; the style sheet's order is theirs."""
    found = [names[name] for name in node.classes if name in names]
    return colours()[found[-1]] if found else None
