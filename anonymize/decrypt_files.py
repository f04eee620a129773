"""Files and folders with their encrypted values decrypted: for whoever holds the key, all or nothing."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from privgen.anonymize.crypt import ENCRYPTED, Cipher
from privgen.errors import DataError
from privgen.files import atomic_path, staged_folder, write_json
from privgen.progress import Progress, silent

SUFFIXES = (".csv", ".jsonl", ".parquet", ".tsv", ".txt")
"""Formats; all but Parquet may also end in .gz or .zst."""
MARKER = "reverse.json"
"""What a folder of decrypted tables holds besides them: counts by file."""

_COMPRESSED = {".gz": "gzip", ".zst": "zstd"}
_ESCAPED = re.compile(r"\\u003c(ENC_[A-Za-z_]+)\\u003e")
_DELIMITERS = ",;\t|"
_CELL_LIMIT = 1 << 27
_STEP = 10_000

Change = Callable[[str], tuple[str, int]]
"""Text to changed text, and how many values changed: `Cipher.reverse` or `Cipher.rotate`."""


def reverse(
    path: Path, out: Path, keys: Sequence[bytes], *, rotate: bool = False, progress: Progress = silent
) -> dict[str, Any]:
    """Copy a file, or every table of a folder, with each encrypted value decrypted.

    What was made coarser, masked, replaced or redacted stays as it is: only encryption can be undone.

    Guarantees: `out` appears whole or not at all; a key that is missing or wrong, or a value that was
    changed, leaves nothing behind. Decrypted files can be read by their owner only (mode 0600).

    Args:
        path: A file (CSV, TSV, JSON Lines, text, each also .gz or .zst, or Parquet), or a folder of such.
        out: File of the same format, or folder, to make; a folder must be new, empty or of an earlier run.
        keys: The keys of the key file, newest first.
        rotate: Encrypt again under the newest key instead of decrypting.
        progress: Told of files done and files in all.

    Returns:
        `{"files": {name: values decrypted}, "values": total, "left_out": [names of other files]}`.

    Raises:
        KeyFileError: A value needs a key that is not there, or was changed.
        DataError: No such file, unknown format, or not readable; the message names the file only.
        RunError: `out` is a folder that holds something else.
    """
    path, out, cipher = Path(path), Path(out), Cipher(keys)
    change = cipher.rotate if rotate else cipher.reverse
    if path.is_dir():
        return _folder(path, out, change, progress)
    if not path.is_file():
        raise DataError(f"{path}: no such file or folder")
    if _format(path) is None or _format(path) != _format(out):
        raise DataError(f"{path} and {out}: must be of one format: {', '.join(SUFFIXES)}, or with .gz, .zst")
    if out.is_dir() or (out.exists() and out.samefile(path)):
        raise DataError(f"{out}: choose the name of another file")
    count = _file(path, out, change)
    progress(1, 1, path.name)
    return {"files": {path.name: count}, "values": count, "left_out": []}


def _folder(path: Path, out: Path, change: Change, progress: Progress) -> dict[str, Any]:
    if out.resolve() == path.resolve() or path.resolve() in out.resolve().parents:
        raise DataError(f"{out}: choose a folder outside {path}")
    found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    tables = [p for p in found if _format(p)]
    if not tables:
        raise DataError(f"{path}: no table or text in it")
    counts: dict[str, int] = {}
    with staged_folder(out, marker=MARKER) as staging:
        for done, table in enumerate(tables, 1):
            name = table.relative_to(path).as_posix()
            counts[name] = _file(table, staging / name, change)
            progress(done, len(tables), name)
        left_out = [p.relative_to(path).as_posix() for p in found if not _format(p)]
        summary = {"files": counts, "values": sum(counts.values()), "left_out": left_out}
        write_json(staging / MARKER, summary)
    return summary


def _format(path: Path) -> tuple[str, str] | None:
    """Format and compression of a file by its name; None for another kind of file."""
    ending = path.suffix if path.suffix in _COMPRESSED else ""
    kind = Path(path.name.removesuffix(ending)).suffix
    return (kind, ending) if kind in SUFFIXES and not (ending and kind == ".parquet") else None


def _file(path: Path, out: Path, change: Change) -> int:
    kind, _ = _format(path) or ("", "")
    work = {".parquet": _parquet, ".csv": _csv, ".tsv": _csv, ".jsonl": _jsonl, ".txt": _lines}[kind]
    with atomic_path(out) as temporary:
        temporary.touch(0o600)
        try:
            return work(path, temporary, change)
        except (OSError, ValueError, EOFError, LookupError, NotImplementedError, csv.Error) as fault:
            raise DataError(f"{path}: not readable ({type(fault).__name__}); check the file") from None


@contextlib.contextmanager
def _texts(path: Path, temporary: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """The file as text to read, and its successor to write, both through the compression of its name."""
    import pyarrow as pa

    kind = _COMPRESSED.get(path.suffix)
    with (
        pa.input_stream(str(path), compression=kind) as source,
        pa.output_stream(str(temporary), compression=kind) as target,
        io.TextIOWrapper(source, "utf-8", newline="") as reader,
        io.TextIOWrapper(target, "utf-8", newline="") as writer,
    ):
        yield reader, writer


def _lines(path: Path, temporary: Path, change: Change) -> int:
    with _texts(path, temporary) as (reader, writer):
        return sum(_write(writer, *change(line)) for line in reader)


def _jsonl(path: Path, temporary: Path, change: Change) -> int:
    """Inside its JSON string, so that nothing else of the line changes."""

    def within(line: str) -> tuple[str, int]:
        total = 0

        def one(match: re.Match[str]) -> str:
            nonlocal total
            text, count = change(match[0])
            total += count
            return json.dumps(text, ensure_ascii=False)[1:-1]

        line = _ESCAPED.sub(r"<\1>", line) if "u003cENC_" in line else line
        return (ENCRYPTED.sub(one, line), total) if "<" in line else (line, 0)

    with _texts(path, temporary) as (reader, writer):
        return sum(_write(writer, *within(line)) for line in reader)


def _write(writer: IO[str], text: str, count: int) -> int:
    writer.write(text)
    return count


def _csv(path: Path, temporary: Path, change: Change) -> int:
    csv.field_size_limit(_CELL_LIMIT)
    total = 0
    with _texts(path, temporary) as (reader, writer):
        head = reader.readline()
        delimiter = "\t" if ".tsv" in path.suffixes else max(_DELIMITERS, key=head.count)
        end = "\r\n" if head.endswith("\r\n") else "\n"
        rows = csv.reader(_chained(head, reader), delimiter=delimiter, strict=True)
        copy = csv.writer(writer, delimiter=delimiter, lineterminator=end)
        for row in rows:
            cells = [change(cell) for cell in row]
            copy.writerow([text for text, _ in cells])
            total += sum(count for _, count in cells)
    return total


def _chained(head: str, rest: IO[str]) -> Iterator[str]:
    yield head
    yield from rest


def _parquet(path: Path, temporary: Path, change: Change) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    total = 0
    with pq.ParquetFile(path) as source:
        schema = source.schema_arrow
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
            for batch in source.iter_batches(_STEP):
                columns = []
                for field, column in zip(schema, batch.columns, strict=True):
                    if _holds_text(field.type):
                        values, count = _changed(column.to_pylist(), change)
                        total += count
                        column = pa.array(values, type=field.type) if count else column
                    columns.append(column)
                writer.write_batch(pa.record_batch(columns, schema=schema))
    return total


def _holds_text(kind: Any) -> bool:
    return "string" in str(kind)


def _changed(value: Any, change: Change) -> tuple[Any, int]:
    """A nested value with its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        items = {key: _changed(item, change) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, sum(count for _, count in items.values())
    if isinstance(value, list | tuple):
        parts = [_changed(item, change) for item in value]
        return type(value)(item for item, _ in parts), sum(count for _, count in parts)
    return value, 0
