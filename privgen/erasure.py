"""Erase a person from a run: from tables, records, pages and explanations; name the models; record it.

Source: GDPR 17 (erasure), 5(2) (a record that it was done); PIPL article 47.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privgen.config import RunConfig
from privgen.erasure_edit import Found, is_own_page, stage_without
from privgen.erasure_journal import Staging, finish
from privgen.erasure_person import ERASURE_KEY, Person, find_person, fingerprint, id_names, scrub_key_file
from privgen.erasure_search import search
from privgen.erasure_tables import find_rows, table_files
from privgen.errors import DataError, RunError
from privgen.files import canonical_json, read_jsonl
from privgen.participants import trainings_with
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder, now
from privgen.tables import read_table, table_path

RECORDS = "erasures.jsonl"
ROOTS = ("silos", "scrubbed")
"""Folders of tables; the second holds pseudonyms."""


def erase_customer(
    run: RunFolder,
    config: RunConfig,
    customer: str,
    merchant: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Remove a person from every table of a run and from all that was made of them; the caller holds the run.

    Guarantees: the run is changed whole or not at all, whenever the process is killed; what is left of the
    person is a keyed fingerprint in the record, in the manifest and in the lists of participants.

    Args:
        run: The run.
        config: Its configuration; names the key of the pseudonyms.
        customer: Raw customer id or pseudonym.
        merchant: Only in the silo of this merchant.
        progress: Told files searched and written.

    Returns:
        The record (`when`, `customer`, `merchants`, `rows`, `records`, `truth`, `pages`, `pages_quoting`,
        `explanations`, `media`, `models`), `status` (erased or already erased), what a search of the whole
        run still found (`left_in`, `mentions`) and `next`.

    Raises:
        DataError: No such customer or merchant, or a file is not readable; nothing was changed.
        RunError: Pages or records were made with another key.
        KeyFileError: The key is missing or another one, so that some tables could not be searched.
    """
    finished = finish(run)
    person = find_person(run, config, customer)
    merchants = _merchants(run, merchant)
    _check_same_key(run, merchants)
    found = _find(run, person, merchants, progress)
    if found.tables or _named(run, person, merchants):
        record = _erase(run, config, person, found, merchants, merchant)
        return _result(run, person, found, record, "erased", merchant, progress)
    earlier = _earlier(run, person, merchants)
    if earlier is None:
        raise DataError(f"{run.path}: no customer with this id in any table; nothing was erased")
    status = "erased" if earlier == finished else "already erased"
    return _result(run, person, found, earlier, status, merchant, progress)


def erased_again(run: RunFolder) -> dict[str, int]:
    """Merchant id to the number of customers in its scrubbed tables who were erased once and are back."""
    from privgen.anonymize.keys import load_key

    if not (run.path / RECORDS).exists():
        return {}
    key = load_key(run.path / ERASURE_KEY)
    gone = {record["customer"] for record in read_jsonl(run.path / RECORDS) if record["merchants"] is None}
    back = {
        path.parent.name: sum(
            fingerprint(key, row["customer_id"]) in gone
            for batch in read_table(path.parent, "customers")
            for row in batch
        )
        for path in sorted((run.path / "scrubbed").glob("*/scrub.json"))
    }
    return {merchant: people for merchant, people in back.items() if people}


def _merchants(run: RunFolder, only: str | None) -> list[str]:
    """Merchants of the run by name."""
    folders = {path.name for root in (*ROOTS, "truth") for path in (run.path / root).glob("[!.]*/")}
    names = folders | {path.stem for path in (run.path / "federated/records").glob("[!.]*.jsonl")}
    if only is not None and only not in names:
        raise DataError(f"{run.path}: no merchant of this name; see {run.path / 'silos'}")
    return sorted(names) if only is None else [only]


def _check_same_key(run: RunFolder, merchants: list[str]) -> None:
    """Refuse where pages or records hold none of the customers there are: they are under another key.

    Raises:
        RunError: Names the files; nobody can tell whose they are.
    """
    named: dict[tuple[str, Path], set[str]] = {}
    pages = run.path / "pages/pages.jsonl"
    for page in read_jsonl(pages) if pages.exists() else ():
        named.setdefault((page["merchant_id"], pages), set()).add(page["customer_id"])
    for path in (run.path / "federated/records").glob("[!.]*.jsonl"):
        named[path.stem, path] = {line["customer_id"] for line in read_jsonl(path)}
    for (merchant, path), customers in sorted(named.items()):
        silo = run.path / "scrubbed" / merchant
        if customers and merchant in merchants and table_path(silo, "customers") is not None:
            there = (row["customer_id"] for batch in read_table(silo, "customers") for row in batch)
            if customers.isdisjoint(there):
                raise RunError(
                    f"{path}: knows none of the customers in {silo}, so that nobody can tell whose it is; "
                    "make it again (privgen train, privgen generate) or remove it; nothing was erased"
                )


def _find(run: RunFolder, person: Person, merchants: list[str], progress: Progress) -> Found:
    files = [item for name in merchants for root in ROOTS for item in table_files(run.path / root / name)]
    found = Found()
    for number, (table, path) in enumerate(files):
        progress(number, len(files), f"searching {path.parent.name}")
        rows = find_rows(table, path, person.owns)
        if rows.numbers:
            found.add(rows)
    progress(len(files), len(files), "searched")
    return found


def _named(run: RunFolder, person: Person, merchants: list[str]) -> bool:
    """Whether something made of a person's rows is still there although the rows are gone."""
    pages = run.path / "pages/pages.jsonl"
    if pages.exists() and any(is_own_page(page, person, merchants) for page in read_jsonl(pages)):
        return True
    files = [run.path / "federated/records" / f"{name}.jsonl" for name in merchants]
    files += [run.path / "truth" / name / "preferences.jsonl" for name in merchants]
    return any(
        person.owns(line["customer_id"]) for file in files if file.exists() for line in read_jsonl(file)
    )


def _erase(
    run: RunFolder,
    config: RunConfig,
    person: Person,
    found: Found,
    merchants: list[str],
    only: str | None,
) -> dict[str, Any]:
    """Write everything aside, put the journal down, finish."""
    from privgen.anonymize.keys import key_id, load_key

    if not person.pseudonyms:  # a run that was never scrubbed has no key yet; scrub would make the same
        made = load_key(scrub_key_file(run, config), create=config.scrub.key_file is None)
        person = Person(person.given, id_names(run, config, made))
    key = load_key(run.path / ERASURE_KEY, create=True)
    record: dict[str, Any] = {
        "when": now().isoformat(timespec="seconds"),
        "customer": fingerprint(key, person.pseudonyms[0]),
        "key_id": key_id(key),
        "merchants": merchants if only is not None else None,
        "media": found.media,
        "models": list(trainings_with(run, person.pseudonyms, merchants)),
    }
    with Staging(run) as staging:
        record |= stage_without(staging, person, found, merchants)
        with staging.written(run.path / RECORDS) as new, new.open("w", encoding="utf-8") as handle:
            lines = (run.path / RECORDS).read_text("utf-8") if (run.path / RECORDS).exists() else ""
            handle.write(lines + canonical_json(record) + "\n")
        staging.commit(record, person.pseudonyms if only is None else ())
    finish(run)
    return record


def _earlier(run: RunFolder, person: Person, merchants: list[str]) -> dict[str, Any] | None:
    """The record of an erasure of this person that covers these merchants."""
    from privgen.anonymize.keys import load_key

    if not (run.path / RECORDS).exists():
        return None
    key = load_key(run.path / ERASURE_KEY)
    names = {fingerprint(key, pseudonym) for pseudonym in person.pseudonyms}
    records = [record for record in read_jsonl(run.path / RECORDS) if record["customer"] in names]
    covering = [r for r in records if r["merchants"] is None or set(merchants) <= set(r["merchants"])]
    return max(covering, key=lambda record: str(record["when"]), default=None)


def _result(
    run: RunFolder,
    person: Person,
    found: Found,
    record: dict[str, Any],
    status: str,
    merchant: str | None,
    progress: Progress,
) -> dict[str, Any]:
    ids = found.ids["review_id"] | found.ids["dialogue_id"]
    if merchant is None:  # else other merchants keep them
        ids |= {*person.pseudonyms, person.given} | found.ids["customer_id"]
    seen = search(run, ids, found.values, progress)
    return (
        record
        | {"status": status, "left_in": seen.left_in, "mentions": seen.mentions}
        | {"next": _next(run, record)}
    )


def _next(run: RunFolder, record: dict[str, Any]) -> list[str]:
    """What is to be done now, as commands where there are any."""
    made = run.manifest["stages"]
    steps = []
    if any(model["in_use"] or not model["known"] for model in record["models"]):
        steps.append(
            f"privgen train {run.path}: trains without them (what was spent stays spent; a budget that is "
            "used up needs a larger --target-epsilon)"
        )
    for stage in ("generate", "explain"):
        if stage in made:
            steps.append(f"privgen {stage} {run.path}: makes again what was removed")
    if "generate" in made:
        steps.append(f"privgen report {run.path}: the report was removed, it counted and may have shown them")
    for path in sorted((run.path / "scrubbed").glob("*/scrub.json")):
        if not any(read_table(path.parent, "customers")):
            steps.append(f"remove {path.parent} and the silo of that name: it has no customers left")
    steps.append("remove them from the export as well: another privgen ingest would bring them back")
    return steps
