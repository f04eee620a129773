"""An index from key to values that lives in memory while it is small and on disk when it is not."""

from __future__ import annotations

import pickle
import sqlite3
from typing import Any

SPILL_KEYS = 500_000
"""Keys held in memory, about 450 bytes each; more move to an SQLite file that no other process can open."""

Values = tuple[Any, ...]


class Lookup:
    """Key to one tuple of values, or to the knowledge that several differ.

    Args:
        several: Whether a key of several differing tuples is ambiguous (else the first one stays).
        spill_keys: Keys held in memory.
    """

    AMBIGUOUS: Values = ("several rows differ",)

    def __init__(self, several: bool, spill_keys: int = SPILL_KEYS) -> None:
        self._several, self._spill_keys = several, spill_keys
        self._memory: dict[str, Values] = {}
        self._disk: sqlite3.Connection | None = None

    def add(self, key: str, values: Values) -> None:
        """Take in one row; equal rows of a key count as one."""
        known = self.get(key)
        if known is None:
            self._put(key, values)
        elif known is not self.AMBIGUOUS and known != values and self._several:
            self._put(key, self.AMBIGUOUS)

    def get(self, key: str) -> Values | None:
        """The values of a key, None if there are none, `AMBIGUOUS` if there are several."""
        if self._disk is None:
            return self._memory.get(key)
        found = self._disk.execute("SELECT value FROM pair WHERE key = ?", (_bytes(key),)).fetchone()
        if found is None:
            return None
        values: Values | None = pickle.loads(found[0])  # written below, by this process
        return self.AMBIGUOUS if values is None else values

    def close(self) -> None:
        """Let go of memory and disk."""
        self._memory = {}
        if self._disk is not None:
            self._disk.close()

    def _put(self, key: str, values: Values) -> None:
        if self._disk is None:
            self._memory[key] = values
            if len(self._memory) > self._spill_keys:
                self._spill()
        else:
            self._write(self._disk, key, values)

    def _spill(self) -> None:
        disk = sqlite3.connect("", isolation_level=None)  # "": a private file, gone when it is closed
        disk.execute("PRAGMA journal_mode = OFF")
        disk.execute("PRAGMA synchronous = OFF")
        disk.execute("CREATE TABLE pair (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        disk.execute("BEGIN")
        for key, values in self._memory.items():
            self._write(disk, key, values)
        self._memory, self._disk = {}, disk

    def _write(self, disk: sqlite3.Connection, key: str, values: Values) -> None:
        stored = pickle.dumps(None if values is self.AMBIGUOUS else values)
        disk.execute("INSERT OR REPLACE INTO pair VALUES (?, ?)", (_bytes(key), stored))


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")
