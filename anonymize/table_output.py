"""Write rows in the format of the table that they come from; the file appears when it is complete."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from privgen.anonymize.encoded import cell_text
from privgen.errors import ConfigError
from privgen.files import atomic_path
from privgen.rawfiles import BATCH_ROWS

_FORMATS = (".parquet", ".csv", ".tsv", ".jsonl")


class Write(Protocol):
    """Appends one row."""

    def __call__(self, row: Mapping[str, Any]) -> None:
        """Append it; columns that the output does not have are left out."""
        ...


def format_of(path: Path) -> str:
    """The ending of a table's name, with .gz where it is compressed.

    Raises:
        ConfigError: It is no table's.
    """
    for suffix in _FORMATS:
        for ending in (suffix, f"{suffix}.gz"):
            if path.name.endswith(ending):
                return ending
    raise ConfigError(f"{path}: unknown format; use one of {', '.join(_FORMATS)}")


@contextlib.contextmanager
def open_table(source: Path, out: Path, columns: Sequence[str], texts: Sequence[str]) -> Iterator[Write]:
    """Yield what appends rows to `out`, in the format of `source`.

    Args:
        source: The table that the rows come from.
        out: Where they go; its name ends as that of `source`.
        columns: Columns of the output, in order.
        texts: Those of them that hold text whatever they held before.

    Raises:
        ConfigError: The two names end differently.
    """
    ending = format_of(source)
    if format_of(out) != ending:
        raise ConfigError(f"{out}: the table is written as it is read; give a name that ends in {ending}")
    with atomic_path(out) as temporary:
        if ending == ".parquet":
            with _parquet(source, temporary, columns, texts) as write:
                yield write
            return
        with _text(temporary, ending.endswith(".gz")) as handle:
            yield _jsonl(handle, columns) if ".jsonl" in ending else _csv(handle, columns, ending)


@contextlib.contextmanager
def _text(path: Path, compressed: bool) -> Iterator[IO[str]]:
    with path.open("wb") as disk:
        packed = gzip.GzipFile(filename="", fileobj=disk, mode="wb", mtime=0) if compressed else disk
        with packed, io.TextIOWrapper(packed, encoding="utf-8", newline="") as handle:
            yield handle


def _csv(handle: IO[str], columns: Sequence[str], ending: str) -> Write:
    writer = csv.writer(handle, delimiter="\t" if ".tsv" in ending else ",", lineterminator="\n")
    writer.writerow(columns)

    def write(row: Mapping[str, Any]) -> None:
        writer.writerow([row.get(name, "") for name in columns])

    return write


def _jsonl(handle: IO[str], columns: Sequence[str]) -> Write:
    def write(row: Mapping[str, Any]) -> None:
        kept = {name: row[name] for name in columns if name in row}
        handle.write(json.dumps(kept, ensure_ascii=False) + "\n")

    return write


@contextlib.contextmanager
def _parquet(source: Path, path: Path, columns: Sequence[str], texts: Sequence[str]) -> Iterator[Write]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = pq.read_schema(source)
    schema = pa.schema([pa.field(n, pa.string() if n in texts else fields.field(n).type) for n in columns])
    pending: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def flush() -> None:
            if pending:
                writer.write_table(pa.Table.from_pylist(pending, schema=schema))
                pending.clear()

        def write(row: Mapping[str, Any]) -> None:
            pending.append({n: _text_cell(row[n]) if n in texts else row[n] for n in columns})
            if len(pending) >= BATCH_ROWS:
                flush()

        yield write
        flush()


def _text_cell(value: Any) -> str | None:
    return cell_text(value) or None
