"""k-anonymity, l-diversity, t-closeness and re-identification risk of a table.

Sources: Sweeney 2002 (k-anonymity); Wong et al. 2006 ((alpha,k)-anonymity); Machanavajjhala et al. 2007
(l-diversity, distinct, entropy and recursive); Li, Li and Venkatasubramanian 2007 (t-closeness, sections 4.1
and 4.2 for the distances); Cao and Karras 2012 (beta-likeness); Brickell and Shmatikov 2008
(delta-disclosure); El Emam and Dankar 2008 (prosecutor and marketer risk).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.anonymize.encoded import Codes, EncodedColumn, EncodedTable, read_encoded
from privgen.anonymize.sensitive import ClassCounts, Distribution, distribution_of
from privgen.errors import DataError
from privgen.progress import Progress, silent

SMALL_CLASSES = (2, 3, 5, 10, 20)
"""Class sizes below which rows are counted in `RiskReport.rows_below`."""


@dataclass(frozen=True, slots=True)
class SensitiveRisk:
    """What the equivalence classes give away of one sensitive column; the worst class counts.

    Args:
        column: Its name.
        ordered: Whether t is the ordered distance (numbers) or the equal distance (categories).
        values: Distinct values in the table.
        distinct_l: Fewest distinct values in a class.
        entropy_l: Smallest exp(entropy) of a class; the table is entropy l-diverse for every l up to it.
        recursive_c: Smallest whole c for which the table is recursive (c, distinct_l)-diverse; None for
            distinct_l below 2.
        alpha: Largest share of one value in a class.
        t: Largest distance of a class from the whole table, in [0, 1].
        beta: Largest relative gain of a value's share in a class (basic beta-likeness).
        delta: Largest |ln| of the ratio of a value's shares in a class and in the table.
    """

    column: str
    ordered: bool
    values: int
    distinct_l: int
    entropy_l: float
    recursive_c: int | None
    alpha: float
    t: float
    beta: float
    delta: float


@dataclass(frozen=True, slots=True)
class RiskReport:
    """Risk of a table under its quasi-identifiers; counts and figures only, never a value.

    Args:
        rows: Rows measured.
        quasi: Quasi-identifiers.
        classes: Equivalence classes.
        k: Rows of the smallest class; 0 for an empty table.
        unique_rows: Rows alone in their class.
        unique_share: Their share.
        prosecutor_max: Largest chance of picking the right row for a person known to be in the table, 1/k.
        prosecutor_mean: Its mean over rows, classes / rows; also the share of rows that one who links the
            whole table gets right (marketer risk).
        class_mean: Mean of 1/size over classes.
        rows_below: Rows in classes smaller than 2, 3, 5, 10 and 20.
        unique_in: Quasi-identifier to share of rows whose value of it alone is unique.
        sensitive: One entry per sensitive column.
    """

    rows: int
    quasi: tuple[str, ...]
    classes: int
    k: int
    unique_rows: int
    unique_share: float
    prosecutor_max: float
    prosecutor_mean: float
    class_mean: float
    rows_below: dict[int, int]
    unique_in: dict[str, float]
    sensitive: tuple[SensitiveRisk, ...] = ()

    @property
    def distinct_l(self) -> int | None:
        """Smallest distinct l over the sensitive columns; None without one."""
        return min((s.distinct_l for s in self.sensitive), default=None)

    @property
    def t(self) -> float | None:
        """Largest t over the sensitive columns; None without one."""
        return max((s.t for s in self.sensitive), default=None)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        found = asdict(self) | {"quasi": list(self.quasi), "sensitive": [asdict(s) for s in self.sensitive]}
        return found | {"rows_below": {str(size): rows for size, rows in self.rows_below.items()}}


def measure_risk(
    table: EncodedTable | Path | str,
    quasi: Sequence[str],
    sensitive: Sequence[str] = (),
    *,
    progress: Progress = silent,
) -> RiskReport:
    """Measure a table under its quasi-identifiers, each sensitive column by itself.

    Guarantees: a missing cell is a value of its own, equal to other missing cells. The figures are those of
    pycanon's functions with their default `gen=True` (per column), save two: `entropy_l` is not cut to a
    whole number, and `recursive_c` counts the most frequent value first, as the paper does.

    Args:
        table: A file, or its columns held by `read_encoded`.
        quasi: Quasi-identifiers; at least one.
        sensitive: Sensitive columns.
        progress: Told of bytes read.

    Raises:
        ConfigError: The file has no such column.
        DataError: The file is unreadable, or no quasi-identifier is given.
    """
    if not quasi:
        raise DataError("no quasi-identifiers to measure under; name some columns")
    if not isinstance(table, EncodedTable):
        table = read_encoded(Path(table), (*quasi, *sensitive), progress)
    quasi = tuple(dict.fromkeys(quasi))
    classes, sizes = equivalence_classes(table.codes(quasi), table.rows)
    found = tuple(
        sensitive_risk(table.columns[name], classes, sizes) for name in dict.fromkeys(sensitive) if table.rows
    )
    unique = {name: _unique_share(table.columns[name]) for name in quasi}
    return size_risk(sizes, quasi, unique, found)


def size_risk(
    sizes: npt.NDArray[np.int64],
    quasi: tuple[str, ...],
    unique_in: dict[str, float],
    sensitive: tuple[SensitiveRisk, ...] = (),
) -> RiskReport:
    """The report that follows from the sizes of the equivalence classes."""
    rows, classes = int(sizes.sum()), len(sizes)
    alone = int(np.count_nonzero(sizes == 1))
    return RiskReport(
        rows=rows,
        quasi=quasi,
        classes=classes,
        k=int(sizes.min()) if rows else 0,
        unique_rows=alone,
        unique_share=alone / rows if rows else 0.0,
        prosecutor_max=1 / int(sizes.min()) if rows else 0.0,
        prosecutor_mean=classes / rows if rows else 0.0,
        class_mean=float(np.mean(1 / sizes)) if rows else 0.0,
        rows_below={size: int(sizes[sizes < size].sum()) for size in SMALL_CLASSES},
        unique_in=unique_in,
        sensitive=sensitive,
    )


def equivalence_classes(columns: Sequence[Codes], rows: int) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Class of each row, numbered in the order of the codes, and rows of each class.

    Args:
        columns: Codes of the quasi-identifiers, each of shape (rows,).
        rows: Number of rows; without columns all of them are one class.
    """
    key = np.zeros(rows, dtype=np.int64)
    span = 1
    for codes in columns:
        width = int(codes.max()) + 1 if rows else 1
        if span * width >= 1 << 62:  # the mixed radix would overflow
            names, key = np.unique(key, return_inverse=True)
            span = len(names)
        key = key * width + codes
        span *= width
    _, classes, sizes = np.unique(key, return_inverse=True, return_counts=True)
    return classes.astype(np.int32).reshape(-1), sizes.astype(np.int64)


def sensitive_risk(column: EncodedColumn, classes: Codes, sizes: npt.NDArray[np.int64]) -> SensitiveRisk:
    """What the classes give away of one sensitive column."""
    whole: Distribution = distribution_of(column)
    counts = ClassCounts.of(classes, whole.code(column.codes), None, len(sizes))
    distinct = int(counts.distinct().min())
    return SensitiveRisk(
        column=column.name,
        ordered=whole.ordered,
        values=len(whole.shares),
        distinct_l=distinct,
        entropy_l=float(np.exp(counts.entropy().min())),
        recursive_c=counts.recursive_c(distinct) if distinct > 1 else None,
        alpha=float(counts.share.max()),
        t=float(whole.distances(counts).max()),
        beta=max(0.0, float(np.max(counts.share / whole.shares[counts.value] - 1))),
        delta=float(np.max(np.abs(np.log(counts.share / whole.shares[counts.value])))),
    )


def _unique_share(column: EncodedColumn) -> float:
    return float(np.count_nonzero(column.counts == 1)) / max(1, len(column.codes))
