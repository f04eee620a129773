"""The error tree: every failure a user can cause or mend is a `PrivgenError` with one clear line.

    PrivgenError
    ├── ConfigError           a configuration file or flag is wrong
    ├── MissingExtraError     an optional part of privgen is not installed
    ├── DataError             the merchant's data is at fault
    │   ├── RowError          one row is at fault; it is set aside and counted
    │   └── ConsentError      a use that the customer has not agreed to
    ├── ScrubError            a record could not be scrubbed, so it may not leave
    ├── KeyFileError          a key is missing, malformed or wrong
    ├── ModelError            a model cannot be loaded or used as asked
    ├── PlanError             a privacy plan that cannot be kept
    ├── LedgerError           a ledger is locked, truncated or tampered with
    │   ├── LedgerBusy        another process holds it
    │   └── BudgetExhausted   spending more would pass the planned budget
    ├── ExplainError          an explanation cannot be computed
    └── RunError              the run folder is incomplete, changed or in use

A message names the place (file, row, column, key), the fault and what to do. It never holds raw text
or a detected value.
"""

from __future__ import annotations


class PrivgenError(Exception):
    """Base of every error that privgen raises on purpose; the CLI prints it as one line, exit code 1."""


class ConfigError(PrivgenError):
    """A configuration file or flag is wrong: unknown key, wrong type, value out of range."""


class MissingExtraError(PrivgenError):
    """An optional part is not installed; the message names the extra to install."""

    def __init__(self, extra: str, module: str) -> None:
        super().__init__(f"{module} is not installed: pip install 'privgen[{extra}]'")
        self.extra = extra


class DataError(PrivgenError):
    """The merchant's data is at fault: a missing column, an unreadable file, an empty silo."""


class RowError(DataError):
    """One row is at fault. `reason` names the column and the fault, never the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConsentError(DataError):
    """The customer has not agreed to this use, or the agreement has run out."""


class ScrubError(PrivgenError):
    """A record could not be scrubbed; it is held back."""


class KeyFileError(PrivgenError):
    """A key is missing, malformed or does not fit."""


class ModelError(PrivgenError):
    """A model cannot be loaded, or cannot do what is asked."""


class PlanError(PrivgenError):
    """A privacy plan that cannot be kept, or an unknown privacy event."""


class LedgerError(PrivgenError):
    """A ledger is locked by another process, truncated or tampered with."""


class LedgerBusy(LedgerError):
    """Another process holds the ledger; wait until it ends."""


class BudgetExhausted(LedgerError):
    """The next step would spend more than the planned budget; training stops before it."""


class ExplainError(PrivgenError):
    """An explanation cannot be computed for this generator, prompt or method."""


class RunError(PrivgenError):
    """The run folder is incomplete, was changed by hand, or is in use by another process."""
