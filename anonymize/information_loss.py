"""What generalisation and suppression cost, by the measures of the literature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.anonymize.hierarchies import SUPPRESSED


@dataclass(frozen=True, slots=True)
class ColumnLoss:
    """Loss of one quasi-identifier.

    Args:
        column: Its name.
        ncp: Mean normalised certainty penalty over all rows, in [0, 1]; rows left out count 1.
        generalised: Written cells that stand for more than one value.
        suppressed: Written cells that say nothing.
    """

    column: str
    ncp: float
    generalised: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class InformationLoss:
    """Loss of a table.

    Args:
        rows: Rows before.
        suppressed_rows: Rows left out.
        suppressed_share: Their share.
        gcp: Global certainty penalty, the mean of the columns' `ncp`: 0 nothing lost, 1 everything.
            Source: Ghinita et al. 2007, section 2.
        discernibility: Sum over rows of the size of their class; a row left out counts all rows.
            Source: Bayardo and Agrawal 2005, section 2.
        average_class_size: rows / (classes * k), 1 at best. Source: LeFevre et al. 2006, section 5.
        columns: One entry per quasi-identifier.
    """

    rows: int
    suppressed_rows: int
    suppressed_share: float
    gcp: float
    discernibility: int
    average_class_size: float
    columns: tuple[ColumnLoss, ...]

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return asdict(self) | {"columns": [asdict(column) for column in self.columns]}


def column_loss(
    name: str,
    penalties: npt.NDArray[np.float64],
    cells: Sequence[tuple[str, bool, int]],
    suppressed_rows: int,
) -> ColumnLoss:
    """Loss of one quasi-identifier.

    Args:
        name: Its name.
        penalties: Penalty of each row that is written, shape (rows,).
        cells: Written text, whether it stands for more than one value, and in how many rows it stands.
        suppressed_rows: Rows left out.
    """
    rows = len(penalties) + suppressed_rows
    return ColumnLoss(
        name,
        (float(penalties.sum()) + suppressed_rows) / rows if rows else 0.0,
        sum(count for text, wide, count in cells if wide and text != SUPPRESSED),
        sum(count for text, _, count in cells if text == SUPPRESSED),
    )


def information_loss(
    sizes: npt.NDArray[np.int64], suppressed_rows: int, k: int, columns: tuple[ColumnLoss, ...]
) -> InformationLoss:
    """Loss of a table whose written rows form classes of `sizes`, after `k` was asked for."""
    written = int(sizes.sum())
    rows = written + suppressed_rows
    return InformationLoss(
        rows=rows,
        suppressed_rows=suppressed_rows,
        suppressed_share=suppressed_rows / rows if rows else 0.0,
        gcp=sum(column.ncp for column in columns) / len(columns) if columns else 0.0,
        discernibility=int(np.sum(sizes.astype(object) ** 2)) + suppressed_rows * rows if len(sizes) else 0,
        average_class_size=written / (len(sizes) * k) if len(sizes) else 0.0,
        columns=columns,
    )
