"""Geometry of the report's charts; the templates draw it as inline SVG, in per cent of the width.

Per cent, not a fixed viewBox: lines stretch with the page while text keeps its size on a phone.
"""

from __future__ import annotations

import math
from typing import Any

Facts = dict[str, Any]

LEVELS = 6
"""Steps of colour of a heat map on either side of zero."""
FAINT = 0.05
"""Nats under which a cell shows no colour: five per cent in likelihood."""


def nice_ceiling(value: float) -> float:
    """The smallest of 1, 2, 3, 4, 5, 6, 8, 10 times a power of ten that is at least `value`.

    >>> nice_ceiling(7.2), nice_ceiling(0.31)
    (8.0, 0.4)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    step = next(step for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-12))
    return float(f"{step * power:.12g}")


def bars(found: dict[str, int], most: int) -> list[Facts]:
    """Rows of a bar chart, largest first: name, count, width as a share of the largest; the rest is summed.

    >>> bars({"A": 4, "B": 1, "C": 1}, 2)
    [{'name': 'A', 'count': 4, 'share': 1.0}, {'name': None, 'count': 2, 'share': 0.5}]
    """
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    rows: list[tuple[str | None, int]] = list(ranked if len(ranked) <= most else ranked[: most - 1])
    if len(ranked) > most:
        rows.append((None, sum(times for _, times in ranked[most - 1 :])))
    largest = max((times for _, times in rows), default=0)
    return [{"name": name, "count": times, "share": times / largest} for name, times in rows if times]


def epsilon_lines(merchants: list[Facts], target: float | None, most: int = 6) -> Facts:
    """Lines of epsilon against charged entries; merchants with equal spend share one line.

    Returns:
        `lines` (points as `x,y` in a 100 x 100 box with y downwards, the merchants of the line, its last
        epsilon; at most `most` are named, the rest is drawn faintly), `ticks` of the y axis, `last` entry,
        `target` height.
    """
    groups: dict[tuple[tuple[int, float], ...], list[str]] = {}
    for merchant in merchants:
        points = [(point["entry"], point["epsilon"]) for point in merchant["series"]]
        bounded = tuple((entry, epsilon) for entry, epsilon in points if epsilon is not None)
        if bounded:
            groups.setdefault(bounded, []).append(merchant["merchant_id"])
    highest = max([points[-1][1] for points in groups] + ([target] if target else []), default=0.0)
    top, last = nice_ceiling(highest * 1.02), max((points[-1][0] for points in groups), default=0)
    ranked = sorted(groups.items(), key=lambda item: (-item[0][-1][1], item[1]))
    lines = [
        {
            "points": " ".join(
                f"{100 * entry / last:.2f},{100 - 100 * e / top:.2f}" for entry, e in ((0, 0.0), *points)
            ),
            "merchants": names,
            "epsilon": points[-1][1],
            "style": index if index < most else None,
        }
        for index, (points, names) in enumerate(ranked)
    ]
    return {
        "lines": lines,
        "ticks": [{"value": top * i / 4, "y": 100 - 25 * i} for i in range(5)],
        "last": last,
        "target": 100 - 100 * target / top if target else None,
    }


def verdict_bars(by_section: dict[str, Facts], verdicts: tuple[str, ...]) -> list[Facts]:
    """Per section with sentences: start and width of each verdict's share, in per cent."""
    rows = []
    for section, facts in by_section.items():
        total, start, parts = facts["sentences"], 0.0, []
        for verdict in verdicts:
            width = 100 * facts["verdicts"][verdict] / total if total else 0.0
            parts.append(
                {"verdict": verdict, "count": facts["verdicts"][verdict], "x": start, "width": width}
            )
            start += width
        if total:
            rows.append({"section": section, "sentences": total, "parts": parts})
    return rows


def heat_class(score: float, largest: float) -> str:
    """CSS class of a cell: `p1` to `p6` for a raise, `n1` to `n6` for a fall, `z` for next to nothing.

    >>> heat_class(2.0, 2.0), heat_class(-0.3, 2.0), heat_class(0.01, 2.0)
    ('p6', 'n1', 'z')
    """
    if abs(score) < FAINT or largest <= 0:
        return "z"
    level = min(LEVELS, max(1, math.ceil(LEVELS * abs(score) / largest - 1e-9)))
    return f"{'p' if score > 0 else 'n'}{level}"


def share_class(share: float | None) -> str:
    """CSS class of a cell that holds a share of 0 to 1."""
    if not share:
        return "z"
    return f"p{min(LEVELS, max(1, math.ceil(LEVELS * share - 1e-9)))}"


def flow(facts: Facts) -> list[Facts]:
    """Steps of the data from rows to explanations: key, count, whether it branches off, what left there."""
    data, consent, personal = facts["data"], facts["consent"], facts["personal_data"]
    written, explained, records = facts["generation"], facts["explanations"], facts["model"]["records"]
    rows = sum(merchant["rows"] for merchant in personal["merchants"])
    lost = personal["held_back"] + sum(table["expired"] for table in data["fields"])
    training = consent["totals"]["training"]
    steps = [
        ("read", data["rows"], False, "rejected", data["rejected"]),
        ("scrubbed", rows, False, "lost", lost),
        ("customers", consent["totals"]["customers"], False, None, 0),
        ("training", training, True, "consent", consent["left_out"]["training"]),
    ]
    if records:
        people = records["customers"]
        steps.append(("trained", people, True, "untrained", max(0, training - people)))
    steps += [
        (
            "personalisation",
            consent["totals"]["personalisation"],
            True,
            "consent",
            consent["left_out"]["personalisation"],
        ),
        ("pages", written["pages"], True, None, 0),
        ("sentences", written["from_model"], True, None, 0),
    ]
    if explained["done"]:
        open_ones = max(0, written["from_model"] - explained["sentences"])
        steps.append(("explained", explained["sentences"], True, "unexplained", open_ones))
    names = ("key", "count", "branch", "out", "left")
    return [dict(zip(names, step, strict=True)) for step in steps]


def curve_chart(own: list[float], random: list[float]) -> Facts:
    """Two curves over shares of the signals in one 100 x 100 box with y downwards, and the ticks of y.

    >>> curve_chart([0.0, 3.0], [0.0, 1.5])["own"]
    '0.00,100.00 100.00,0.00'
    """
    values = [*own, *random]
    top = nice_ceiling(max(values)) if max(values) > 0 else 0.0
    bottom = -nice_ceiling(-min(values)) if min(values) < 0 else 0.0
    size = (top - bottom) or 1.0

    def points(curve: list[float]) -> str:
        last = len(curve) - 1
        return " ".join(f"{100 * i / last:.2f},{100 * (top - v) / size:.2f}" for i, v in enumerate(curve))

    ticks = [top - size * i / 4 for i in range(5)]
    return {
        "own": points(own),
        "random": points(random),
        "ticks": [{"value": float(f"{tick:.6g}"), "y": 25.0 * i} for i, tick in enumerate(ticks)],
    }


def moved_bins(moved: list[Facts]) -> list[Facts]:
    """Rows of the chart of how far signals move sentences: bounds, count, width as a share of the largest."""
    largest = max((item["sentences"] for item in moved), default=0)
    return [
        {"low": item["from"], "high": item["to"], "count": item["sentences"]}
        | {"share": item["sentences"] / largest if largest else 0.0}
        for item in moved
    ]
