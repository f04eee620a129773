"""One merchant's training records on disk: indexed by customer, encoded only when they are sampled.

Memory does not grow with the text: the index keeps one file offset per record. Nothing in here leaves the
merchant; the number of customers and of records is never part of a message.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from privgen.errors import DataError
from privgen.federated.partition import salt_of
from privgen.files import sha256_text
from privgen.prompt import Tokenizer, TrainingRecord, encode_prompt, encode_sentences

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class Silo:
    """One merchant of a federation.

    Args:
        merchant_id: Letters, digits, dot, dash, underscore: it names files.
        records: JSON Lines of `TrainingRecord.to_json`.

    Raises:
        DataError: `merchant_id` cannot name a file.
    """

    merchant_id: str
    records: Path

    def __post_init__(self) -> None:
        """Check the id: it becomes part of a path."""
        if not _NAME.fullmatch(self.merchant_id):
            raise DataError("silo: merchant_id wants letters, digits, dot, dash and underscore, 1 to 128")


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of a prompt, and of the target that is learnt (end of text included)."""

    prompt: tuple[int, ...]
    target: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.target)

    def __repr__(self) -> str:
        """Count without showing the text."""
        return f"Example({len(self.prompt)} + {len(self.target)} tokens)"


@dataclass(frozen=True, slots=True)
class Encoder:
    """How a record becomes an `Example`; a rule per record, so that no record depends on another.

    Args:
        tokenizer: Of the base model.
        bos: Ids in front of the prompt.
        prompt_end: Ids after the prompt (encoder-decoder models end it).
        eos: Ids after the target.
        max_length: Most tokens of prompt and target together.
    """

    tokenizer: Tokenizer
    bos: tuple[int, ...]
    prompt_end: tuple[int, ...]
    eos: tuple[int, ...]
    max_length: int

    def encode(self, record: TrainingRecord, keep: Sequence[bool]) -> Example | None:
        """Encode a record with the signals whose `keep` flag is true.

        Where it is too long, whole signals are left out from the first on.

        Returns:
            None where it does not fit even without signals.
        """
        prompt = encode_prompt(record.prompt, self.tokenizer, self.bos)
        target = (*encode_sentences(record.target, self.tokenizer)[0], *self.eos)
        flags = list(keep)
        fixed = len(prompt.prefix) + len(prompt.suffix) + len(self.prompt_end) + len(target)
        length = fixed + sum(len(ids) for ids, kept in zip(prompt.signals, flags, strict=True) if kept)
        for place, ids in enumerate(prompt.signals):
            if length > self.max_length and flags[place]:
                flags[place] = False
                length -= len(ids)
        if length > self.max_length:
            return None
        return Example((*prompt.ids(flags), *self.prompt_end), target)


class SiloRecords:
    """The records of one silo, read from disk as they are sampled.

    Args:
        path: JSON Lines file.
        customers: Per customer id, the byte offsets of the customer's records.
        digest: Hex SHA-256 of the file.
    """

    def __init__(self, path: Path, customers: dict[str, tuple[int, ...]], digest: str) -> None:
        self.path, self._customers, self.digest = path, customers, digest

    @property
    def customers(self) -> int:
        """Number of customers; private, never released."""
        return len(self._customers)

    def units(self, privacy_unit: Literal["customer", "record"]) -> list[tuple[int, ...]]:
        """Offsets of each privacy unit's records, in a fixed order."""
        if privacy_unit == "customer":
            return list(self._customers.values())
        return [(offset,) for offsets in self._customers.values() for offset in offsets]

    def part(self, belongs: Callable[[str], bool]) -> SiloRecords:
        """The records of the customers whose id belongs; a customer's place in it depends on no other one."""
        chosen = {name: offsets for name, offsets in self._customers.items() if belongs(name)}
        return SiloRecords(self.path, chosen, self.digest)

    def read(self, offsets: Sequence[int]) -> list[TrainingRecord]:
        """Read the records at some offsets."""
        records = []
        with self.path.open("rb") as handle:
            for offset in offsets:
                handle.seek(offset)
                records.append(_record(handle.readline(), f"{self.path}: a record"))
        return records

    def fingerprint(self, ledger: Path) -> str:
        """Salted hash of the records, for a ledger: equal for equal records, and a test for nothing else.

        An unsalted hash would let whoever knows all other customers test for the last one. The salt lies
        beside the ledger on the merchant's disk.
        """
        return sha256_text(salt_of(ledger) + self.digest)


def open_records(silo: Silo) -> SiloRecords:
    """Index a silo's records; indexed once per process while the file stays as it is.

    Raises:
        DataError: The file is missing or empty, or a line is no training record; the message names merchant,
            file and line.
    """
    try:
        stat = silo.records.stat()
    except OSError:
        raise DataError(
            f"merchant {silo.merchant_id}: {silo.records}: file not found or not readable"
        ) from None
    return _indexed(silo, stat.st_size, stat.st_mtime_ns, stat.st_ino)


@lru_cache(maxsize=256)
def _indexed(silo: Silo, size: int, changed: int, inode: int) -> SiloRecords:
    where = f"merchant {silo.merchant_id}: {silo.records}"
    customers: dict[str, list[int]] = {}
    digest = hashlib.sha256()
    offset = 0
    try:
        with silo.records.open("rb") as handle:
            for number, line in enumerate(handle, start=1):
                digest.update(line)
                if line.strip():
                    record = _record(line, f"{where}: line {number}")
                    customers.setdefault(record.customer_id, []).append(offset)
                offset += len(line)
    except OSError:
        raise DataError(f"{where}: not readable") from None
    if not customers:
        raise DataError(f"{where}: no training records; leave the merchant out, or check consent to training")
    found = {name: tuple(offsets) for name, offsets in customers.items()}
    return SiloRecords(silo.records, found, digest.hexdigest())


def _record(line: bytes, where: str) -> TrainingRecord:
    try:
        value = json.loads(line)
        record = TrainingRecord.from_json(value if isinstance(value, dict) else {})
    except (ValueError, RecursionError, DataError):
        raise DataError(f"{where} is not a training record; write the records again") from None
    if not isinstance(record.customer_id, str) or not record.customer_id or not record.target:
        raise DataError(f"{where} has no customer or no target; write the records again")
    return record
