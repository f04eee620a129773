"""Rules for the columns of Chinese shop systems in JSON, `key=value` lines and tables: orders and parcels."""

from __future__ import annotations

import re

from privgen.anonymize.rules import RIGHT, Rule
from privgen.anonymize.rules_cn_words import IS

_NUMBER = r"[_ ]?(?:no|id|sn|num|nbr|number|code)"
_MARK = re.compile(r"(?:no|id|sn|num|nbr|number|code|waybill)[\"'”]?\s?[:=|\t]", re.IGNORECASE)
"""The end of a key, which is found faster than its beginning."""


def _export(name: str, entity_type: str, keys: str, value: str, triggers: tuple[str, ...]) -> Rule:
    """A rule for `value` after a key in snake or camel case that begins with one of `keys`."""
    return Rule(
        name,
        entity_type,
        re.compile(
            rf"(?<![A-Za-z])(?:[a-z]{{2,12}}_?)?(?:{keys})[\"'”]?\s?[:=|\t]{IS}({value}){RIGHT}",
            re.IGNORECASE,
        ),
        0.82,
        triggers,
        digit=True,
        needs=_MARK,
    )


RULES = (
    _export(
        "export_order",
        "ORDER_NUMBER",
        rf"(?:order|trade|pay|refund|deal|bill|transaction|after_?sale|dingdan){_NUMBER}|tid|oid",
        r"(?=[A-Z-]{0,6}[0-9])[A-Z0-9]{2,24}(?:-[A-Z0-9]{2,20}){0,3}",
        (
            "order",
            "trade",
            "pay",
            "refund",
            "deal",
            "bill",
            "trans",
            "after",
            "ding",
            "tid",
            "oid",
            "*order",
            "*trade",
        ),
    ),
    _export(
        "export_tracking",
        "TRACKING_NUMBER",
        rf"(?:tracking|logistics|waybill|express|mail|ship(?:ping|ment)?|delivery|awb|courier|kuaidi"
        rf"|yundan|wuliu){_NUMBER}|waybill",
        r"(?=[A-Z]{0,4}[0-9])[A-Z0-9]{8,24}",
        (
            "tracking",
            "logistics",
            "waybill",
            "express",
            "mail",
            "ship",
            "delivery",
            "awb",
            "courier",
            "kuaidi",
            "yundan",
            "wuliu",
        ),
    ),
)
