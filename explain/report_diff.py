"""What differs between two reports, figure by figure: of two runs, or of one that is counted again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from privgen.errors import DataError, RunError
from privgen.explain.report_values import finite, mapping, shorten
from privgen.files import read_json
from privgen.runfolder import RunFolder

Facts = dict[str, Any]
Leaf = str | int | float | bool | None

ABSENT = "(absent)"
"""Stands for a figure that one of the two reports does not have."""
TEXTS = ("/generation/samples", "/explanations/heat_maps", "/explanations/counterfactual_examples")
"""Below these are sample texts: of two runs, it is told that they differ and not how."""
_NAMES = (
    *("merchant_id", "page_id", "stage", "code", "figure", "figures", "path", "file", "name", "section"),
    *("adapter_hash", "method", "entry", "server_round", "dimension", "group", "merchants"),
)
"""Fields that tell the objects of a list apart, so that one more of them does not move all the others."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the JSON pointer, and the two values; `ABSENT` where there is none."""

    figure: str
    before: Leaf
    after: Leaf

    @property
    def by(self) -> float | None:
        """How much a number grew."""
        before, after = finite(self.before), finite(self.after)
        return None if before is None or after is None else after - before

    def to_json(self) -> Facts:
        """As the command prints it."""
        return {"figure": self.figure, "before": self.before, "after": self.after, "by": self.by}


def changes(before: Any, after: Any, *, tolerance: float = 0.0) -> list[Change]:
    """Every leaf that differs, by JSON pointer; of a list of objects, the pointer names the object.

    Args:
        before: JSON-like.
        after: JSON-like.
        tolerance: Relative difference of two numbers that is none.

    >>> [c.figure for c in changes({"m": [{"name": "a", "n": 1}]}, {"m": [{"name": "a", "n": 2}]})]
    ['/m/name=a/n']
    """
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    pointers = dict.fromkeys((*old, *new))
    pairs = ((pointer, old.get(pointer, ABSENT), new.get(pointer, ABSENT)) for pointer in pointers)
    return [Change(*pair) for pair in pairs if not _same(pair[1], pair[2], tolerance)]


def run_changes(run: RunFolder, other: RunFolder) -> list[Change]:
    """What changed from the report of `other` to that of `run`: figures, codes, hashes and settings.

    Raises:
        RunError: One of them has no report; the message names the command to run.
        DataError: A report is not readable.
    """
    before, after = _reported(other), _reported(run)
    found = changes(_without_texts(before), _without_texts(after))
    for pointer in TEXTS:
        first, second = _at(before, pointer), _at(after, pointer)
        if first != second:
            found.append(Change(pointer, _described(first), _described(second)))
    return found


def _reported(run: RunFolder) -> Facts:
    path = run.path / "report" / "report.json"
    if not path.is_file():
        raise RunError(f"{run.path}: has no report; run: privgen report {run.path}")
    report = mapping(read_json(path))
    if report.get("kind") != "privgen.report":
        raise DataError(f"{path}: not a report of privgen; run: privgen report {run.path}")
    entries = run.manifest["stages"].items()
    configs = {name: entry.get("config", {}) for name, entry in entries if name != "report"}
    return report | {"config": configs}


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{pointer}/{key}")
    elif isinstance(value, list) and value:
        for key, item in zip(_keys(value), value, strict=True):
            yield from _leaves(item, f"{pointer}/{key}")
    else:
        yield pointer, "(none)" if isinstance(value, Mapping | list) else value


def _keys(items: list[Any]) -> list[str]:
    """A key per item: a field by which all differ, the item itself if it is text, else its place."""
    if all(isinstance(item, str) for item in items) and len(set(items)) == len(items):
        return [shorten(item, 80) for item in items]
    for name in _NAMES:
        values = [item.get(name) if isinstance(item, Mapping) else None for item in items]
        if all(isinstance(value, str | int) for value in values) and len(set(values)) == len(values):
            return [f"{name}={value}" for value in values]
    return [str(place) for place in range(len(items))]


def _same(before: Leaf, after: Leaf, tolerance: float) -> bool:
    first, second = finite(before), finite(after)
    if first is None or second is None:
        return type(before) is type(after) and before == after
    return math.isclose(first, second, rel_tol=tolerance, abs_tol=0.0)


def _without_texts(report: Facts) -> Facts:
    kept = dict(report)
    for pointer in TEXTS:
        block, name = pointer.strip("/").split("/")
        kept[block] = {key: item for key, item in mapping(kept.get(block)).items() if key != name}
    return kept


def _at(report: Facts, pointer: str) -> list[Any]:
    block, name = pointer.strip("/").split("/")
    found = mapping(report.get(block)).get(name)
    return found if isinstance(found, list) else []


def _described(items: list[Any]) -> str:
    return f"{len(items)} texts"
