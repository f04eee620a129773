"""Consent that ended, and what it changed: as far as the consent that was last read can tell."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from privgen.consent import allows
from privgen.explain.report_values import mapping
from privgen.runfolder import RunFolder
from privgen.schema import Purpose
from privgen.tables import read_table

Facts = dict[str, Any]


def withdrawals(run: RunFolder, hidden: int) -> Facts:
    """Entries of consent that ran out, by purpose.

    A customer whose entry was taken back in the merchant's own system has no entry any more and cannot be
    told from one who never agreed: that is a gap, not a count.

    Args:
        run: A scrubbed run.
        hidden: Pages that are counted and not shown because somebody in them no longer allows analytics.

    Returns:
        `ended` (purpose to customers whose consent was over on the day of the counts), `ended_since_training`
        (customers who allowed training on the day of the training and no longer when the last stage ended;
        None where nothing was trained), `pages_hidden`.
    """
    stages = run.manifest["stages"]
    counted = _day(mapping(mapping(stages.get("scrub")).get("summary")).get("consent_date"))
    trained = _day(mapping(mapping(stages.get("train")).get("summary")).get("consent_date"))
    last = max((day for entry in stages.values() if (day := _day(entry.get("finished")))), default=None)
    ended: Counter[str] = Counter(dict.fromkeys((purpose.value for purpose in Purpose), 0))
    since = 0
    for log in sorted((run.path / "scrubbed").glob("*/scrub.json")):
        for batch in read_table(log.parent, "customers"):
            for row in batch:
                consent = row["consent"] or {}
                if counted:
                    ended.update(
                        purpose.value
                        for purpose in Purpose
                        if purpose.value in consent and not allows(consent, purpose, counted)
                    )
                if trained and last:
                    was, still = (allows(consent, Purpose.TRAINING, day) for day in (trained, last))
                    since += was and not still
    return {
        "ended": dict(ended),
        "ended_since_training": since if trained and last else None,
        "pages_hidden": hidden,
    }


def _day(value: Any) -> dt.date | None:
    try:
        return dt.datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None
