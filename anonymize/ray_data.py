"""The one file that imports Ray: the scrubber over a Ray Dataset, with the code that scrubs Parquet files.

Every process of the cluster that takes part makes its scrubber once, from the settings that it is given. The
key travels with them inside the cluster: use one whose network you trust.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from privgen.anonymize.block_table import TableBlocks, check_types
from privgen.anonymize.cells import CellScrubber
from privgen.anonymize.parquet_file import always_texts
from privgen.anonymize.person_columns import check_names
from privgen.anonymize.scrubber import Scrubber
from privgen.anonymize.sides import check_columns
from privgen.errors import ConfigError, MissingExtraError

try:
    from ray.data import Dataset
except ImportError:
    raise MissingExtraError("federated", "ray") from None

REASON = "privgen_rejected"
"""Column that `scrub_dataset` adds: null, or why the row was set aside (its other cells are then null)."""


def scrub_dataset(
    dataset: Dataset,
    make_scrubber: Callable[[], Scrubber],
    *,
    columns: Sequence[str] | None = None,
    batch_rows: int = 1_000,
) -> Dataset:
    """Scrub every text of a Ray Dataset, lazily, where its blocks are.

    What is written equals what `scrub_file` writes for the same rows, with one difference: a number column
    cannot become text while it streams, so a row in which a number is personal data is set aside. A
    row that cannot be scrubbed stays in its place, every cell null, and says why in the column
    `privgen_rejected`; nothing of it is in the clear.

    Args:
        dataset: Rows of texts, numbers, times and nested values of them.
        make_scrubber: Makes the scrubber, in every process once: a function that Ray can send, as
            `functools.partial(Scrubber, key=key, policy="policy.toml")` is.
        columns: Scrub only these and let the others pass; None or empty for all.
        batch_rows: Rows scrubbed at a time.

    Raises:
        ConfigError: No such column.
        DataError: A column whose type cannot be scrubbed, or whose name is personal data. When the dataset
            is consumed, such errors arrive wrapped in Ray's own.
    """
    if REASON in dataset.schema().names:
        raise ConfigError(f"the dataset has a column {REASON} already")
    wanted, job = tuple(columns or ()), uuid.uuid4().hex
    check_columns(Path("dataset"), wanted, dataset.schema().names)

    def scrub(table: pa.Table) -> pa.Table:
        return scrub_table(table, _scrubber(job, make_scrubber), wanted)

    return dataset.map_batches(scrub, batch_format="pyarrow", batch_size=batch_rows)


def scrub_table(table: pa.Table, scrubber: Scrubber, columns: Sequence[str] = ()) -> pa.Table:
    """Scrub one Arrow table: what `scrub_dataset` does with a batch.

    Raises:
        DataError: A column whose type cannot be scrubbed, or whose name is personal data.
    """
    where = Path("dataset")
    check_names(table.schema.names, scrubber, where)
    check_types(table.schema, columns, scrubber, where)
    texts = always_texts(table.schema, columns)
    blocks = TableBlocks(CellScrubber(scrubber, columns=columns), table.schema, texts)
    done, tally, _ = blocks.scrub(table, {}, lambda record: None, retype=False)
    rejects = {record - 1: reason for record, reason in tally.rejects.items()}
    places = pa.array([None if row in rejects else row for row in range(table.num_rows)], pa.int64())
    reasons = pa.array([rejects.get(row) for row in range(table.num_rows)], pa.string())
    fields = [field.with_nullable(True) for field in done.schema]
    return done.cast(pa.schema(fields)).take(places).append_column(REASON, reasons)


_scrubbers: dict[str, Scrubber] = {}
"""The scrubber of this process, by the name of the job that it is for."""


def _scrubber(job: str, make: Callable[[], Scrubber]) -> Scrubber:
    """The scrubber of a job, made once per process: Ray sends `make` anew with every task."""
    if job not in _scrubbers:
        made = make()
        if made.policy.key == "discard":
            raise ConfigError('policy: key = "discard" would be another key in each process; give one')
        made.load()
        _scrubbers.clear()
        _scrubbers[job] = made
    return _scrubbers[job]
