"""What the model was trained on and how good it is, as far as the run folder tells."""

from __future__ import annotations

from collections import Counter
from typing import Any

from privgen.explain.report_values import count, finite, mapping, shorten, word
from privgen.files import read_jsonl
from privgen.runfolder import RunFolder

Facts = dict[str, Any]


def training(run: RunFolder) -> Facts:
    """Training data by merchant and section, quality as measured, and known limits by code.

    Returns:
        `records` (merchants, by section, customers; None where no record is left in the run), `signals`
        (fewest and most in a record), `signal_dropout`, `rounds_done`, `best_round`, `validation_loss`,
        `quality` (numbers of stage evaluate), `limits`.

    Raises:
        DataError: A record file is not readable; the message names the line.
    """
    stages = run.manifest["stages"]
    entry = mapping(stages.get("train"))
    summary = mapping(entry.get("summary"))
    done = entry.get("status") == "complete"
    records = _records(run) if done else None
    quality = stage_numbers(run, "evaluate")
    loss = finite(summary.get("validation_loss"))
    return {
        "trained": done,
        "records": records,
        "rounds_done": count(summary.get("rounds_done")) if done else None,
        "best_round": finite(summary.get("best_round")),
        "validation_loss": loss,
        "left_out": [shorten(str(name), 80) for name in summary.get("left_out") or []],
        "quality": quality,
        "limits": _limits(run, trained=done, measured=bool(quality), validated=loss is not None),
    }


def stage_numbers(run: RunFolder, stage: str) -> Facts:
    """The finite numbers in the summary of a complete stage, nested ones by dotted name; else empty."""
    entry = mapping(run.manifest["stages"].get(stage))
    return dict(_numbers(mapping(entry.get("summary")))) if entry.get("status") == "complete" else {}


def _numbers(values: dict[str, Any], before: str = "") -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for name, value in sorted(values.items()):
        label = f"{before}{shorten(str(name), 60)}"
        if isinstance(value, dict) and before.count(".") < 2:
            found += _numbers(value, f"{label}.")
        elif (number := finite(value)) is not None:
            found.append((label, number))
    return found


def _records(run: RunFolder) -> Facts | None:
    paths = sorted((run.path / "federated" / "records").glob("[!.]*.jsonl"))
    if not paths:
        return None
    sections: Counter[str] = Counter()
    sizes: Counter[int] = Counter()  # signals in a record
    customers = 0
    for path in paths:
        people: set[str] = set()
        for record in read_jsonl(path):
            people.add(str(record.get("customer_id")))
            sections[word(str(record.get("section")))] += 1
            sizes[len(record.get("signals") or ())] += 1
        customers += len(people)
    return {
        "merchants": len(paths),
        "records": sizes.total(),
        "customers": customers,
        "by_section": dict(sorted(sections.items())),
        "signals_least": min(sizes, default=None),
        "signals_most": max(sizes, default=None),
    }


def _limits(run: RunFolder, *, trained: bool, measured: bool, validated: bool) -> list[str]:
    """Codes; the wording is in templates/labels.*.toml."""
    model = mapping(run.manifest.get("config")).get("model")
    conditions = {
        "embedded_base": model == "embedded",
        "unmeasured": not measured,
        "unvalidated": trained and not validated,
        "facts": True,  # a language model can state what no signal says
        "small_groups": trained,  # clipping and noise cost rare customers most
    }
    return [code for code, holds in conditions.items() if holds]
