"""Who took part in which training: keyed fingerprints on the merchant's disk, so that it can be told later.

Training records are written anew by the next training and a person's are removed when the person is erased;
which adapters they shaped must still be known then (GDPR 17, 30). Per adapter there is a folder under
`federated/participants`: `training.json`, and per merchant one fingerprint a line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from privgen.erasure_person import DISCARDED, ERASURE_KEY, fingerprint, pseudonym_key
from privgen.files import atomic_open, read_json, read_jsonl, write_json
from privgen.runfolder import RunFolder

PARTICIPANTS = "federated/participants"
_KEPT = ("adapter_hash", "rounds_done", "epsilon", "epsilon_composed", "delta", "claim", "unsafe", "stopped")


def note_training(run: RunFolder, summary: Mapping[str, Any], records: Mapping[str, Path]) -> None:
    """Keep who took part in a training that is complete.

    Args:
        run: The run; its erasure key is made if there is none.
        summary: Of the training stage.
        records: Merchant id to the training records of the merchants that took part.
    """
    from privgen.anonymize.keys import key_id, load_key

    key = load_key(run.path / ERASURE_KEY, create=True)
    folder = run.path / PARTICIPANTS / summary["adapter_hash"][:16]
    for merchant, path in records.items():
        people = {fingerprint(key, name) for name in {line["customer_id"] for line in read_jsonl(path)}}
        with atomic_open(folder / f"{merchant}.txt") as handle:
            handle.writelines(f"{name}\n" for name in sorted(people))
    facts = {name: summary[name] for name in _KEPT}
    keys = {"key_id": key_id(key), "pseudonym_key_id": pseudonym_key(run)}
    write_json(folder / "training.json", facts | keys | {"merchants": sorted(records)})


def trainings_with(
    run: RunFolder, pseudonyms: Collection[str], merchants: Collection[str]
) -> Iterator[dict[str, Any]]:
    """The models of a run that were trained with a person, or of which nobody can tell.

    Yields:
        `adapter_hash` (None for a training that is not complete), `run`, `known` (false: it cannot be told),
        `in_use`, `merchants` where the person took part, `rounds`, `epsilon` spent there when it ended,
        `epsilon_composed` over those merchants, `delta`, `claim`, `unsafe`.
    """
    names, key = _fingerprints(run, pseudonyms)
    noted = set()
    comparable = None if pseudonym_key(run) == DISCARDED else pseudonym_key(run)
    for path in sorted((run.path / PARTICIPANTS).glob("*/training.json")):
        facts = read_json(path)
        noted.add(facts["adapter_hash"])
        known = facts["key_id"] == key and facts["pseudonym_key_id"] == comparable
        took_part = [
            merchant
            for merchant in facts["merchants"]
            if merchant in merchants and (not known or _named(path.with_name(f"{merchant}.txt"), names))
        ]
        if took_part:
            yield _model(run, facts, took_part, known)
    yield from _not_noted(run, noted, pseudonyms, merchants)


def _fingerprints(run: RunFolder, pseudonyms: Collection[str]) -> tuple[set[str], str | None]:
    from privgen.anonymize.keys import key_id, load_key

    if not (run.path / ERASURE_KEY).exists():
        return set(), None
    key = load_key(run.path / ERASURE_KEY)
    return {fingerprint(key, name) for name in pseudonyms}, key_id(key)


def _named(path: Path, names: Collection[str]) -> bool:
    with path.open(encoding="ascii") as lines:
        return any(line.rstrip("\n") in names for line in lines)


def _not_noted(
    run: RunFolder, noted: Collection[str], pseudonyms: Collection[str], merchants: Collection[str]
) -> Iterator[dict[str, Any]]:
    """The training whose participants are not listed: it was broken off, or made by an earlier privgen."""
    entry = run.manifest["stages"].get("train", {})
    summary = entry.get("summary") or {}
    folder = run.path / "federated"
    begun = summary or (folder / "state.safetensors").exists()
    if not begun or (summary and summary["adapter_hash"] in noted):
        return
    left_out = summary.get("left_out", ())
    files = {
        path.stem: path
        for path in sorted((folder / "records").glob("*.jsonl"))
        if path.stem in merchants and path.stem not in left_out
    }
    took_part = [name for name, path in files.items() if _in_records(path, pseudonyms)]
    if took_part:
        yield _model(run, summary, took_part, known=True)
    elif summary and not files:
        yield _model(run, summary, [name for name in summary["epsilon"] if name in merchants], known=False)


def _in_records(path: Path, pseudonyms: Collection[str]) -> bool:
    return any(line["customer_id"] in pseudonyms for line in read_jsonl(path))


def _model(run: RunFolder, facts: Mapping[str, Any], took_part: list[str], known: bool) -> dict[str, Any]:
    adapter = facts.get("adapter_hash")
    current = (run.manifest["stages"].get("train", {}).get("summary") or {}).get("adapter_hash")
    epsilon = {name: facts.get("epsilon", {}).get(name) for name in took_part}
    return {
        "adapter_hash": adapter,
        "run": str(run.path),
        "known": known,
        "in_use": adapter is not None and adapter == current,
        "merchants": took_part,
        "rounds": facts.get("rounds_done"),
        "epsilon": epsilon,
        "epsilon_composed": _composed(facts, epsilon),
        "delta": facts.get("delta"),
        "claim": facts.get("claim"),
        "unsafe": facts.get("unsafe"),
    }


def _composed(facts: Mapping[str, Any], epsilon: Mapping[str, Any]) -> float | None:
    """Epsilon of a customer of these merchants together; the figure recorded for as many or more of them."""
    if len(epsilon) == 1:
        return next(iter(epsilon.values()), None)
    recorded = {int(k): float(value) for k, value in facts.get("epsilon_composed", {}).items()}
    return next((recorded[k] for k in sorted(recorded) if k >= len(epsilon)), None)
