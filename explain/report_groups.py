"""Outcomes by customer group, with intervals: where the group is known and its people allow analytics.

A group is a value of a column that scrubbing left in the customers table, or an age band of the year of
birth. Sentences of one customer are alike, so an interval counts people, not sentences: Wilson's with the
sample size divided by the design effect.
Source: Wilson 1927; Korn and Graubard 1998 (effective sample size); Kish 1965 (design effect).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

from privgen.consent import allows
from privgen.explain.report_explanations import top_signal
from privgen.explain.report_values import mapping, shorten
from privgen.files import read_json, read_jsonl
from privgen.runfolder import RunFolder
from privgen.schema import CUSTOMER_KINDS, Purpose
from privgen.tables import read_table

Facts = dict[str, Any]
Person = tuple[str, str]
"""Merchant and pseudonym."""
Tallies = Mapping[str, Mapping[Person, list[int]]]
"""Outcome to person to hits and trials."""

DIMENSIONS = ("language", "region", "age_band")
OUTCOMES = ("template", "supported", "personal")
"""Share of sections that the template wrote; of explained sentences that are supported; of explained
sentences whose first cited signal is the customer's."""
MIN_PEOPLE = 10
"""Groups of fewer people are not shown one by one."""
MAX_GROUPS = 20
_Z = 1.959963984540054


def interval(tallies: Iterable[tuple[int, int]]) -> tuple[float, float] | None:
    """A 95 % interval of the share of hits, for trials that come in one cluster per person.

    Args:
        tallies: Hits and trials of each person; people without trials are left out.

    Returns:
        Low and high in [0, 1]; None for fewer than two people with trials.
    """
    clusters = [(hits, trials) for hits, trials in tallies if trials]
    people, trials = len(clusters), sum(n for _, n in clusters)
    if people < 2:
        return None
    share = sum(hits for hits, _ in clusters) / trials
    size = float(people)  # all or nothing: the spread between people cannot be seen, so count people
    if 0 < share < 1:
        spread = sum((hits - share * n) ** 2 for hits, n in clusters) * people / (people - 1) / trials**2
        size = min(float(trials), share * (1 - share) / spread) if spread else float(trials)
    middle = (share + _Z**2 / (2 * size)) / (1 + _Z**2 / size)
    half = _Z / (1 + _Z**2 / size) * math.sqrt(share * (1 - share) / size + _Z**2 / (4 * size**2))
    return (max(0.0, middle - half) if share > 0 else 0.0), (min(1.0, middle + half) if share < 1 else 1.0)


def groups(run: RunFolder, *, explained: bool) -> Facts:
    """Outcomes by group over the pages of a run.

    Customers who do not agree to analytics on the day of the consent counts are in no group. Memory grows
    with the number of people who have a page.

    Returns:
        `on` (the day), `people`, `left_out` (people with pages and no consent to analytics), and per
        dimension `known`, `groups` (name, people, outcomes), `small` groups and their people.

    Raises:
        DataError: A table or a page is not readable.
    """
    tallies, writers = _page_outcomes(run)
    if explained:
        _explained_outcomes(run, writers, tallies)
    on = _day(run)
    people = {person for found in tallies.values() for person in found}
    members = {(m, c) for m, c in writers.values()}
    known = _members(run, members, on)
    return {
        "on": on.isoformat() if on else None,
        "people": len(people & known.keys()),
        "left_out": len(people - known.keys()),
        "dimensions": [_dimension(name, known, tallies) for name in DIMENSIONS],
    }


def _page_outcomes(run: RunFolder) -> tuple[dict[str, dict[Person, list[int]]], dict[str, Person]]:
    found: dict[str, dict[Person, list[int]]] = {name: {} for name in OUTCOMES}
    writers: dict[str, Person] = {}
    for page in read_jsonl(run.path / "pages" / "pages.jsonl"):
        person = str(page["merchant_id"]), str(page["customer_id"])
        writers[str(page["page_id"])] = person
        tally = found["template"].setdefault(person, [0, 0])
        tally[0] += sum(bool(section.get("fallback")) for section in page["sections"])
        tally[1] += len(page["sections"])
    return found, writers


def _explained_outcomes(
    run: RunFolder, writers: Mapping[str, Person], found: dict[str, dict[Person, list[int]]]
) -> None:
    for record in read_jsonl(run.path / "explanations" / "explanations.jsonl"):
        person = writers.get(str(record["page_id"]))
        if person is None:
            continue
        top = top_signal(record, record["signals"])
        personal = top is not None and top["kind"] in CUSTOMER_KINDS
        hits = {"supported": record["verdict"] == "supported", "personal": personal}
        for name, hit in hits.items():
            tally = found[name].setdefault(person, [0, 0])
            tally[0] += hit
            tally[1] += 1


def _day(run: RunFolder) -> dt.date | None:
    told = mapping(mapping(run.manifest["stages"].get("scrub")).get("summary")).get("consent_date")
    try:
        return dt.date.fromisoformat(str(told))
    except ValueError:
        return None


def _members(run: RunFolder, people: set[Person], on: dt.date | None) -> dict[Person, dict[str, str]]:
    """Groups of the people who allow analytics; nobody's where the day of the consent is not known."""
    found: dict[Person, dict[str, str]] = {}
    refused: set[Person] = set()
    for merchant in sorted({merchant for merchant, _ in people}) if on else ():
        silo = run.path / "scrubbed" / merchant
        moved = "DATE_OF_BIRTH" in mapping(read_json(silo / "scrub.json")).get("lookalikes", ())
        for batch in read_table(silo, "customers"):
            for row in batch:
                person = merchant, str(row["customer_id"])
                if person not in people:
                    continue
                if on and allows(row["consent"], Purpose.ANALYTICS, on) and person not in refused:
                    found[person] = _groups_of(row | ({"birth_date": None} if moved else {}), on)
                else:  # of several rows of one customer each has to agree
                    refused.add(person)
                    found.pop(person, None)
    return found


def _groups_of(row: Mapping[str, Any], on: dt.date) -> dict[str, str]:
    born = row.get("birth_date")
    age = None if not isinstance(born, dt.date) else on.year - born.year
    bands = ((18, "0-17"), (30, "18-29"), (45, "30-44"), (60, "45-59"), (200, "60+"))
    found = {
        "language": shorten(str(row.get("locale") or ""), 40),
        "region": shorten(str(row.get("region") or ""), 40),
        "age_band": "" if age is None else next((name for top, name in bands if age < top), ""),
    }
    return {name: value for name, value in found.items() if value and not value.startswith("<")}


def _dimension(name: str, known: Mapping[Person, Mapping[str, str]], tallies: Tallies) -> Facts:
    members: dict[str, list[Person]] = {}
    for person, values in known.items():
        if name in values:
            members.setdefault(values[name], []).append(person)
    shown = sorted((g for g, people in members.items() if len(people) >= MIN_PEOPLE))[:MAX_GROUPS]
    small = [people for group, people in members.items() if group not in shown]
    return {
        "dimension": name,
        "known": sum(map(len, members.values())),
        "groups": [_group(group, members[group], tallies) for group in shown],
        "small_groups": len(small),
        "small_people": sum(map(len, small)),
    }


def _group(group: str, people: list[Person], tallies: Tallies) -> Facts:
    return {
        "group": group,
        "people": len(people),
        "outcomes": {
            name: _share(tallies[name].get(person, [0, 0]) for person in people) for name in OUTCOMES
        },
    }


def _share(tallies: Iterable[list[int]]) -> Facts:
    pairs = [(hits, trials) for hits, trials in tallies]
    trials, bounds = sum(n for _, n in pairs), interval(pairs)
    return {
        "of": trials,
        "share": sum(hits for hits, _ in pairs) / trials if trials else None,
        "low": bounds[0] if bounds else None,
        "high": bounds[1] if bounds else None,
    }
