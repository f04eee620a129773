"""Who is to be erased: the id that was given, and every id that stands for the same person in a run."""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from privgen.config import RunConfig
from privgen.errors import KeyFileError, MissingExtraError
from privgen.runfolder import RunFolder

PSEUDONYM = re.compile("c_[0-9a-f]{16}|<ENC_CUSTOMER_ID_[a-z]+>")
"""What the scrubber writes for a customer id: a keyed pseudonym, or the id encrypted."""
ERASURE_KEY = "keys/erasures.key"
"""Key of the fingerprints that records of erasures and lists of participants hold; it stays in the run."""
DISCARDED = "discarded"
"""Key id of tables scrubbed under a policy that throws the key away."""
DERIVED = ("scrubbed", "federated/records", "pages/pages.jsonl")
"""What holds pseudonyms, relative to the run folder."""


class Person:
    """One person: knows an id as theirs, raw or pseudonym; its repr shows neither.

    Args:
        given: A raw customer id, or a pseudonym of the run.
        tokens: Makes what the run's policy writes for an id, with the run's key
            (`privgen.anonymize.typed_cells.TypedCells`); None if there is no key, so that `given` is
            compared as it stands.
    """

    def __init__(self, given: str, tokens: Any = None) -> None:
        self.given, self._tokens = given, tokens
        self._pseudonyms = {given} if PSEUDONYM.fullmatch(given) else set()
        if tokens is not None:
            self._pseudonyms.add(tokens.identifier("customer_id", given))
        self._owns = lru_cache(maxsize=65536)(self._compare)

    def __repr__(self) -> str:
        """Say what it is without an id."""
        return "Person()"

    @property
    def pseudonyms(self) -> tuple[str, ...]:
        """Pseudonyms that may be theirs: the given one first, else that of the given raw id."""
        return tuple(sorted(self._pseudonyms, key=lambda name: name != self.given))

    def owns(self, identifier: object) -> bool:
        """Whether a cell of an id column names this person."""
        return identifier is not None and self._owns(str(identifier))

    def _compare(self, text: str) -> bool:
        if text == self.given or text in self._pseudonyms:
            return True
        return self._tokens is not None and (self._tokens.identifier("customer_id", text) in self._pseudonyms)


def find_person(
    run: RunFolder, config: RunConfig, given: str, *, nothing: str = "nothing was erased"
) -> Person:
    """The person behind an id, with the key of the run; `nothing` says in errors what was not done.

    Raises:
        KeyFileError: The key is missing, or is not the one that the run was scrubbed with, and some tables
            could not be searched without it; the message names them.
    """
    try:
        from privgen.anonymize.keys import key_id, load_key
    except ImportError as missing:
        raise MissingExtraError("anonymize", str(missing.name)) from None
    key_file = scrub_key_file(run, config)
    used = pseudonym_key(run)
    if used == DISCARDED:
        _check_without_key(run, given, f"{run.path}: scrubbed with a key that nobody keeps", nothing)
        return Person(given)
    if not key_file.exists():
        _check_without_key(run, given, f"{key_file}: key file not found", nothing)
        return Person(given)
    key = load_key(key_file)
    if used not in (None, key_id(key)):
        raise KeyFileError(f"{key_file}: not the key that this run was scrubbed with; {nothing}")
    return Person(given, id_names(run, config, key))


def id_names(run: RunFolder, config: RunConfig, key: bytes) -> Any:
    """What makes the names of customers in scrubbed tables, by the policy that the run was scrubbed with.

    Before it is scrubbed, the policy of its configuration decides.
    """
    from privgen.anonymize.operators import Operators
    from privgen.anonymize.policy import Policy, load_policy
    from privgen.anonymize.typed_cells import TypedCells

    used = run.manifest["stages"].get("scrub", {}).get("config", {}).get("policy")
    if isinstance(used, dict):
        policy = Policy.model_validate(used)
    else:
        policy = load_policy(config.scrub.policy) if config.scrub.policy else Policy()
    return TypedCells(Operators(key), policy)


def scrub_key_file(run: RunFolder, config: RunConfig) -> Path:
    """The key file of a run's pseudonyms."""
    return Path(config.scrub.key_file or run.path / "keys" / "scrub.key")


def fingerprint(key: bytes, pseudonym: str) -> str:
    """What records keep of a person: only who holds the run's erasure key and the pseudonym recognises it."""
    return hmac.digest(key, b"privgen erasure\0" + pseudonym.encode(), hashlib.sha256).hex()[:32]


def pseudonym_key(run: RunFolder) -> str | None:
    """Id of the key that the tables are scrubbed with: under another one pseudonyms cannot be compared."""
    key: str | None = run.manifest["stages"].get("scrub", {}).get("config", {}).get("key_id")
    return key


def _check_without_key(run: RunFolder, given: str, why: str, nothing: str) -> None:
    """A pseudonym finds nothing in raw tables and a raw id nothing in scrubbed ones: that is no answer."""
    if PSEUDONYM.fullmatch(given):
        unsearched = sorted(path.name for path in run.path.glob("silos/[!.]*") if path.is_dir())
        unsearched = [f"silos/{name}" for name in unsearched]
    else:
        unsearched = [name for name in DERIVED if (run.path / name).exists()]
    if unsearched:
        raise KeyFileError(
            f"{why}; {', '.join(unsearched)} cannot be searched for this customer; {nothing} (what can be "
            "made again may be removed first)"
        )
