"""Say what each column of a table holds, from a sample of its rows, and what part it plays in privacy."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from privgen.anonymize.column_shapes import CellShapes
from privgen.anonymize.encoded import cell_text
from privgen.anonymize.headers import SEMANTIC_ROLES, header_hint, of_a_person, of_a_thing
from privgen.anonymize.normalise import normalise
from privgen.anonymize.scanner import Scanner
from privgen.anonymize.spans import Span
from privgen.errors import RowError
from privgen.progress import Progress, silent
from privgen.rawfiles import RawFile

SAMPLE_ROWS = 2_000
"""Rows that are looked at."""
SCANNED_VALUES = 300
"""Distinct values of a column that the scanner reads."""
CELL_CHARACTERS = 2_000
"""Characters of a cell that are looked at."""

SINGLING = 0.2
"""Share of unique cells from which a column that is no identifier is said to single out rows."""

DIRECT, QUASI, SENSITIVE, FREE_TEXT, OTHER = (
    "direct identifier",
    "quasi-identifier",
    "sensitive",
    "free text",
    "other",
)
"""Roles of columns."""

Find = Callable[[str], Iterable[Span]]
"""Finds personal data in a text; spans in its offsets."""

_ENTITY_ROLES = {
    **dict.fromkeys(("AGE", "DATE_OF_BIRTH", "POSTCODE", "LOCATION"), QUASI),
    **dict.fromkeys(("COUPON_CODE", "URL", "TRACKING_NUMBER"), OTHER),
}
_KINDS = {
    "AGE": "age",
    "DATE_OF_BIRTH": "date",
    "POSTCODE": "postcode",
    "locale": "locale",
    **dict.fromkeys(("city", "region", "country", "LOCATION"), "region"),
}
_COVERED = 0.8
"""Share of a cell's characters that one entity must cover for the cell to be that entity."""
_MOST = 0.5
"""Share of cells that must fit for a column to be of a type."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """What a column holds, by a sample of its cells; never a value.

    Args:
        column: Its name.
        type: An entity type (PERSON, POSTCODE, ...), a type of `privgen.anonymize.headers` (city, gender,
            income, ...), or a shape: id, date, number, category, text, empty.
        role: direct identifier, quasi-identifier, sensitive, free text or other.
        confidence: Share of the sampled cells that hold something which fit the type.
        low: Lower end of that share's 95 % Wilson interval.
        high: Upper end.
        reason: What spoke for type and role.
        cells: Sampled cells that hold something.
        filled: Their share of the sampled cells.
        distinct: Distinct values among them.
        uniqueness: Share of them whose value no other sampled row has.
        kind: Hierarchy to generalise it by, see `privgen.anonymize.hierarchy_kinds`.
    """

    column: str
    type: str
    role: str
    confidence: float
    low: float
    high: float
    reason: str
    cells: int
    filled: float
    distinct: int
    uniqueness: float
    kind: str

    def to_json(self) -> dict[str, Any]:
        """The column as JSON values."""
        return asdict(self)


def type_columns(
    path: Path | str,
    *,
    sample_rows: int = SAMPLE_ROWS,
    seed: int = 0,
    find: Find | None = None,
    progress: Progress = silent,
) -> tuple[TypedColumn, ...]:
    """Type every column of a table from a uniform sample of its rows (one pass, a reservoir).

    Three things speak: the scanner over each cell with its header before it, the header itself (English,
    Chinese, Portuguese) where the cells fit, and the shape of the cells. Content that a checksum or a form
    confirms wins over the header.

    Guarantees: memory holds the sample only; the same file, size and seed give the same answer.

    Args:
        path: A Parquet, CSV or JSON Lines file.
        sample_rows: Rows to look at, at least 1.
        seed: Of the sample.
        find: What recognises personal data; None: the scanner's rules. `Scrubber.find` serves too.
        progress: Told of bytes read.

    Raises:
        DataError: The file is missing, empty or not of its format.
    """
    path = Path(path)
    names = RawFile(path).columns()
    rows = _sample(path, names, max(1, sample_rows), random.Random(seed), progress)
    finder = find or _rules
    return tuple(_type(name, [row[place] for row in rows], finder) for place, name in enumerate(names))


def wilson(hits: int, cells: int) -> tuple[float, float]:
    """95 % interval of a share. Source: Wilson 1927.

    >>> [round(end, 3) for end in wilson(98, 100)]
    [0.93, 0.994]
    """
    if not cells:
        return 0.0, 1.0
    z, share = 1.959964, hits / cells
    middle = share + z * z / (2 * cells)
    half = z * math.sqrt(share * (1 - share) / cells + z * z / (4 * cells * cells))
    scale = 1 + z * z / cells
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _sample(
    path: Path, names: tuple[str, ...], wanted: int, rng: random.Random, progress: Progress
) -> list[tuple[str, ...]]:
    """A uniform sample of the sound rows, as texts in the order of `names`."""
    kept: list[tuple[str, ...]] = []
    size, seen = path.stat().st_size, 0
    for _, row in RawFile(path).rows(lambda done: progress(done, size, "sampling")):
        if isinstance(row, RowError):
            continue
        seen += 1
        place = len(kept) if len(kept) < wanted else int(rng.random() * seen)
        if place < wanted:
            cells = tuple(cell_text(row.get(name))[:CELL_CHARACTERS].strip() for name in names)
            kept[place : place + 1] = [cells]
    return kept


def _type(name: str, texts: list[str], find: Find) -> TypedColumn:
    """Type one column."""
    shapes = CellShapes([text for text in texts if text])
    if not shapes.cells:
        return _typed(name, "empty", OTHER, 0, "no sampled cell holds anything", shapes, texts)
    entity, hits = _entity(name, shapes, find)
    hint = header_hint(name)
    fitting = shapes.fitting(hint) if hint else 0
    share = hits / shapes.cells
    if entity and share >= _MOST and (hint is None or entity == hint or not _weak(entity) or fitting < hits):
        reason = f"{entity} in {share:.0%} of {shapes.cells} cells"
        return _typed(name, entity, _ENTITY_ROLES.get(entity, DIRECT), hits, reason, shapes, texts)
    if hint and hint != "id" and fitting >= _MOST * shapes.cells:
        role = SEMANTIC_ROLES.get(hint) or _ENTITY_ROLES.get(hint, DIRECT)
        reason = f"the header says so; {fitting / shapes.cells:.0%} of {shapes.cells} cells fit"
        return _typed(name, hint, role, fitting, reason, shapes, texts)
    return _by_shape(name, shapes, texts, hint == "id")


def _by_shape(name: str, shapes: CellShapes, texts: list[str], called_id: bool) -> TypedColumn:
    """Type a column that neither scanner nor header explain."""
    found = shapes.type(called_id or not name)
    role, reason = OTHER, f"{found.hits / shapes.cells:.0%} of {shapes.cells} cells look like it"
    if found.type == "id":
        personal = of_a_person(name) and shapes.distinct >= min(20, shapes.cells / 2)
        role = DIRECT if personal or shapes.uniqueness >= 0.9 else OTHER
        spoken = ", and the header speaks of people" if personal else ""
        reason = f"{shapes.uniqueness:.0%} of sampled cells are unique{spoken}"
    elif found.type in SEMANTIC_ROLES:
        role, reason = SEMANTIC_ROLES[found.type], f"known values in {found.hits / shapes.cells:.0%} of cells"
    elif found.type == "text":
        role, reason = FREE_TEXT, f"{shapes.mean_words:.0f} words per cell"
    elif found.type == "category" and shapes.rare:
        role, reason = QUASI, f"{shapes.rare} rare values among {shapes.distinct} categories"
    elif shapes.uniqueness >= SINGLING:
        reason = f"{shapes.uniqueness:.0%} of sampled cells are unique, so that it singles out rows"
    return _typed(name, found.type, role, found.hits, reason, shapes, texts)


def _typed(
    name: str, kind: str, role: str, hits: int, reason: str, shapes: CellShapes, texts: list[str]
) -> TypedColumn:
    low, high = wilson(hits, shapes.cells)
    return TypedColumn(
        column=name,
        type=kind,
        role=role,
        confidence=hits / shapes.cells if shapes.cells else 0.0,
        low=low,
        high=high,
        reason=reason,
        cells=shapes.cells,
        filled=shapes.cells / len(texts) if texts else 0.0,
        distinct=shapes.distinct,
        uniqueness=shapes.uniqueness,
        kind=shapes.kind(_KINDS.get(kind)),
    )


def _entity(name: str, shapes: CellShapes, find: Find) -> tuple[str | None, int]:
    """The entity type that most cells are, and how many of the cells are it."""
    counts: dict[str, int] = {}
    scanned = 0
    for text, count in shapes.commonest(SCANNED_VALUES):
        scanned += count
        for entity_type in _entities(name, text, find):
            counts[entity_type] = counts.get(entity_type, 0) + count
    best = max(sorted(counts), key=lambda entity_type: counts[entity_type], default=None)
    return best, round(counts[best] * shapes.cells / scanned) if best else 0


def _entities(name: str, text: str, find: Find) -> set[str]:
    """Entity types that cover nearly all of a cell; of one stretch only the surest."""
    head = "" if of_a_thing(name) else f"{name.replace('_', ' ')}: "  # a class name is no name
    spans = [s for s in find(head + text) if s.end > len(head)]
    whole = [s for s in spans if s.end - max(s.start, len(head)) >= _COVERED * len(text)]
    surest = max((s.score for s in whole), default=0.0)
    return {s.entity_type for s in whole if s.score == surest}


def _weak(entity_type: str) -> bool:
    """Whether only context tells the type, so that a header which fits knows better."""
    return entity_type not in {"EMAIL_ADDRESS", "CREDIT_CARD", "CN_ID_CARD", "IBAN_CODE", "CN_USCC", "BR_CPF"}


@cache
def _scanner() -> Scanner:
    return Scanner()


def _rules(text: str) -> Iterable[Span]:
    plain = normalise(text)
    return [Span(s.entity_type, *plain.back(s.start, s.end), s.score) for s in _scanner().find(plain.text)]
