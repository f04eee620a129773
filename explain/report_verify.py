"""Whether a report still says what the run holds: files by hash, figures counted again, sums of explanations.

    from privgen.explain.report_verify import verify_report

    found = verify_report(RunFolder(Path("my-run")), hidden=lambda: frozenset())

Nothing in the run is trusted: what cannot be read is a finding, and no finding says what a file holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privgen.errors import DataError, PrivgenError, RunError
from privgen.explain.report import pdf_installed, report_facts, report_pdf
from privgen.explain.report_details import FOLDER
from privgen.explain.report_diff import Change, changes
from privgen.explain.report_files import LIST, REPORT, RunFile, describe, listed, read_list
from privgen.explain.report_html import LANGUAGES, render
from privgen.explain.report_seal import SEAL, SIGNED, SUFFIX, Seal, read_seal, sealed_now
from privgen.explain.report_values import mapping, number
from privgen.files import read_json, read_jsonl, sha256_file
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder, versions

Facts = dict[str, Any]

TOLERANCE = 1e-6
"""Relative difference of two figures that is none: another version of a library may round otherwise."""
_SUM_TOLERANCE = 1e-6  # nats
_NAMED = 20  # lines that do not add up
_EXPLANATIONS = "explanations/explanations.jsonl"
_MACHINE = ("/privacy/accountant", "/evidence/verify_command", "/evidence/figure_command")
"""What depends on the installed version and says nothing about the run."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the file, relative to the run, and what is wrong with it."""

    path: str
    fault: str

    def to_json(self) -> Facts:
        """As the command prints it."""
        return {"path": self.path, "fault": self.fault}


@dataclass
class Verification:
    """What a verification found.

    Args:
        figures: Figures of report.json that came out otherwise when counted again.
        checked: How many files, bytes, figures, ledgers, explanation sums and rendered files were checked.
        signed_by: Public key, in hex, of a signature that holds; None if the report is not signed.
        notes: What could not be checked here, and why.
    """

    figures: list[Change] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    signed_by: str | None = None
    notes: list[str] = field(default_factory=list)
    _found: dict[Finding, None] = field(default_factory=dict)  # an ordered set

    @property
    def findings(self) -> list[Finding]:
        """Files that are not as they were, and what in them does not add up."""
        return list(self._found)

    @property
    def verified(self) -> bool:
        """Whether nothing was found."""
        return not self._found and not self.figures

    def add(self, path: str, fault: str) -> None:
        """Take in a finding; a file is named once per fault."""
        self._found[Finding(path, fault)] = None

    def to_json(self) -> Facts:
        """As the command prints it."""
        return {
            "verified": self.verified,
            "findings": [finding.to_json() for finding in self.findings],
            "figures": [change.to_json() for change in self.figures],
            "checked": self.checked,
            "signed_by": self.signed_by,
            "notes": self.notes,
        }


def verify_report(
    run: RunFolder,
    *,
    hidden: Callable[[], frozenset[str]],
    public_key: str | None = None,
    progress: Progress = silent,
) -> Verification:
    """Check every file of a run against its report, and count everything again.

    Guarantees: if one byte of one file of the run differs from when the report was written, that file is
    named; a file that was added or is missing is named.

    Args:
        run: A run with a report.
        hidden: Finds the pages that the report counts and does not show.
        public_key: The key, in hex, that must have signed the report.
        progress: Told files hashed, then what is counted.

    Raises:
        RunError: There is no report.
    """
    if not (run.path / SIGNED[0]).is_file() and not (run.path / SEAL).is_file():
        raise RunError(f"{run.path}: has no report to verify; run: privgen report {run.path}")
    found = Verification()
    _check_files(run.path, found, public_key, progress)
    try:
        _check_figures(run, found, hidden, progress)
    except Exception as fault:  # whatever reading a run raises that somebody may have changed
        _unreadable(run, found, fault)
    return found


def _check_files(run: Path, found: Verification, public_key: str | None, progress: Progress) -> None:
    seal = _seal(run, found)
    pinned = _pinned(run, seal, found)
    expected = {**seal.files, **{file.path: file for file in pinned}}
    for done, (path, file) in enumerate(sorted(expected.items()), start=1):
        _check_file(run, path, file, found)
        progress(done, len(expected), "files")
    # what a list that was itself changed would name cannot be told from what was added
    there = [*(listed(run) if pinned else ()), *(sealed_now(run) if seal.files else ())]
    for path in sorted(set(there) - set(expected)):
        found.add(path, "added since the report")
    found.checked |= {"files": len(expected), "bytes": sum(file.bytes for file in expected.values())}
    _check_signatures(run, seal, public_key, found)


def _seal(run: Path, found: Verification) -> Seal:
    """The seal; an empty one, and a finding, if it is not whole."""
    try:
        return read_seal(run)
    except (DataError, OSError, KeyError, TypeError, ValueError):
        found.add(SEAL, "missing" if not (run / SEAL).is_file() else "changed")
        return Seal()


def _pinned(run: Path, seal: Seal, found: Verification) -> list[RunFile]:
    """The listed files, if the list is the one that the seal or report.json names; else that is a finding."""
    named = {seal.files[LIST].digest} if LIST in seal.files else _named_by_report(run)
    try:
        if sha256_file(run / LIST) in named:
            return read_list(run)
    except (PrivgenError, OSError):
        pass
    if named:
        found.add(LIST, "changed" if (run / LIST).is_file() else "missing")
    return []


def _named_by_report(run: Path) -> set[str]:
    try:
        report = mapping(read_json(run / SIGNED[0]))
    except DataError:
        return set()
    known = mapping(mapping(report.get("evidence")).get("files")).get("sha256")
    return {known} if isinstance(known, str) else set()


def _check_file(run: Path, path: str, file: RunFile, found: Verification) -> None:
    try:
        if describe(run, path) != file:
            found.add(path, "changed")
    except (RunError, OSError):
        found.add(path, "missing" if not (run / path).exists() else "not readable")


def _check_signatures(run: Path, seal: Seal, public_key: str | None, found: Verification) -> None:
    """Signatures are checked with the key that the seal names, and it must be the one asked for."""
    key = public_key or seal.public_key
    if key is None:
        return
    from privgen.explain.report_signature import is_signed

    held = True
    for name in SIGNED:
        signature = run / f"{name}{SUFFIX}"
        if not signature.is_file():
            found.add(f"{name}{SUFFIX}", "missing: the file is not signed")
            held = False
        elif (run / name).is_file() and not is_signed(key, (run / name).read_bytes(), signature.read_bytes()):
            held = False
            if not any(finding.path == name for finding in found.findings):
                found.add(f"{name}{SUFFIX}", "does not fit the file and the key")
    found.signed_by = key if held else None


def _check_figures(
    run: RunFolder, found: Verification, hidden: Callable[[], frozenset[str]], progress: Progress
) -> None:
    report = mapping(read_json(run.path / SIGNED[0]))
    language = report.get("language")
    if language not in LANGUAGES:
        raise DataError(f"{run.path / SIGNED[0]}: not a report of privgen")
    made = _Compared(run.path)
    now = report_facts(run, language=language, hidden=hidden(), keep=made.keep, progress=progress)
    found.checked |= {
        "figures": sum(1 for _ in _numbers(report)),
        "ledgers": int(mapping(report.get("privacy")).get("ledgers_in_run") or 0),
    }
    wrong = 0
    for wrong, line in enumerate(_wrong_sums(run, found), start=1):
        if wrong <= _NAMED:
            found.add(_EXPLANATIONS, f"line {line}: the scores do not add up to what the record says")
    if wrong > _NAMED:
        found.add(_EXPLANATIONS, f"{wrong - _NAMED} more lines whose scores do not add up")
    wrote = mapping(mapping(run.manifest["stages"].get("report")).get("versions")).get("privgen")
    differing = changes(report, now, tolerance=TOLERANCE)
    found.figures = [change for change in differing if not change.figure.startswith(_MACHINE)]
    if wrote is not None and wrote != versions().get("privgen"):
        found.figures = [change for change in found.figures if change.by is not None]
        found.notes.append(
            f"privgen {wrote} wrote the report: its wording and pages are checked by hash only"
        )
    elif found.verified:
        _compare_pages(made, now, language)
        for name in made.other:
            found.add(f"{REPORT}/{name}", "not what the run and report.json say")
    found.checked["rendered"] = made.same


def _compare_pages(made: _Compared, now: Facts, language: str) -> None:
    html = render(now, language)
    made.compare("index.html", html.encode())
    if pdf_installed():  # else the PDF is checked by hash
        made.compare("report.pdf", report_pdf(html, language))


class _Compared:
    """Compares files of the report with what they would be if they were written now."""

    def __init__(self, run: Path) -> None:
        self._folder = run / REPORT
        self.other: list[str] = []
        self.same = 0

    def keep(self, name: str, text: str) -> None:
        """Compare a file of details."""
        self.compare(f"{FOLDER}/{name}", text.encode())

    def compare(self, name: str, content: bytes) -> None:
        """Compare a file of the report."""
        path = self._folder / name
        same = path.is_file() and path.read_bytes() == content
        self.same += same
        if not same:
            self.other.append(name)


def _wrong_sums(run: RunFolder, found: Verification) -> Iterator[int]:
    """Lines whose scores do not sum to what was moved, up to the error that the record itself states."""
    path = run.path / _EXPLANATIONS
    checked = 0
    for line, record in enumerate(read_jsonl(path) if path.exists() else (), start=1):
        total = math.fsum(number(signal["score"]) for signal in record["signals"])
        moved = number(record["value_full"]) - number(record["value_none"])
        error = number(record["completeness_error"])
        scale = max(1.0, abs(number(record["value_full"])), abs(number(record["value_none"])))
        checked += 1
        if abs(abs(total - moved) - error) > _SUM_TOLERANCE * scale:
            yield line
    found.checked["explanation_sums"] = checked


def _numbers(value: Any) -> Iterator[int | float]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def _unreadable(run: RunFolder, found: Verification, fault: Exception) -> None:
    """What stopped the counting: a finding of its own unless a file that was changed explains it."""
    reason = str(fault) if isinstance(fault, PrivgenError) else type(fault).__name__
    reason = reason.replace(f"{run.path}/", "")
    if found.findings:
        found.notes.append(f"not everything was counted again: {reason}")
    else:
        found.add("", reason)
