"""Retention: rows of a table that are older than the merchant may keep them are dropped, and counted.

Source: GDPR 5(1)(e), storage limitation; PIPL article 19, the shortest time that the purpose needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping


def oldest_days(retention: Mapping[str, int], today: dt.date) -> dict[str, dt.date]:
    """Per table, the oldest day whose rows are kept: `days` days ago.

    Args:
        retention: Table to a number of days, as `ScrubConfig.retention` checked it.
        today: The day in UTC, as timestamps are.

    >>> oldest_days({"events": 30}, dt.date(2026, 3, 31))
    {'events': datetime.date(2026, 3, 1)}
    """
    kept = {}
    for table, days in sorted(retention.items()):
        # a limit from before the calendar began keeps every day
        kept[table] = today - dt.timedelta(days=min(days, today.toordinal() - 1))
    return kept
