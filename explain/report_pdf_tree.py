"""The report's HTML as a tree, and its colours: what the PDF is made from, so that both say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from privgen.explain.report_html import TEMPLATES

_VOID = frozenset({"meta", "br", "rect", "line", "polyline"})
_SKIPPED = frozenset({"head", "nav", "style"})


@dataclass(slots=True)
class Node:
    """An element: tag, attributes, and children that are elements or text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    @property
    def elements(self) -> list[Node]:
        """Its children without the text between them."""
        return [child for child in self.children if isinstance(child, Node)]

    @property
    def text(self) -> str:
        """All text in it, in one line."""
        return " ".join("".join(self._texts()).split())

    def find(self, *tags: str) -> Iterator[Node]:
        """Elements of these tags below it, in order, none inside another."""
        for child in self.elements:
            if child.tag in tags:
                yield child
            else:
                yield from child.find(*tags)

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()
                yield " " if child.tag in ("br", "td", "th", "small", "dd", "dt") else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read_html(html: str) -> Node:
    """The body of a report as a tree, without navigation and style."""
    reader = _Reader()
    reader.feed(html)
    body = next(reader.root.find("body"))
    _prune(body)
    return body


@lru_cache(maxsize=1)
def colours() -> dict[str, str]:
    """Name to light colour, as the style sheet says."""
    css = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    light = css[: css.index("@media")]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))


def _prune(node: Node) -> None:
    node.children = [
        child
        for child in node.children
        if isinstance(child, str) or not (child.tag in _SKIPPED or "skip" in child.classes)
    ]
    for child in node.elements:
        _prune(child)
