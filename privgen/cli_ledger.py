"""`privgen ledger show|verify`: what a merchant's budget has gone into, and whether the books are whole."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from privgen.cli_show import errors_as_lines, print_json, print_table, progress_bar
from privgen.errors import DataError, LedgerError, MissingExtraError
from privgen.files import read_jsonl
from privgen.progress import Progress
from privgen.runfolder import RunFolder

if TYPE_CHECKING:
    from privgen.federated.ledger import Ledger
    from privgen.federated.ledger_summary import LedgerSummary

ledger_app = typer.Typer(
    name="ledger", help="Show and verify the privacy ledgers of the merchants.", no_args_is_help=True
)
Where = Annotated[Path, typer.Argument(help="A ledger, a folder of ledgers, or a run folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_SOON = 2.0  # seconds without a progress bar
_CLOSE = 1e-3  # relative difference of two accountants' epsilon


@ledger_app.command()
def show(path: Where = Path("run"), json: Json = False) -> None:
    """Say what every merchant has spent: epsilon, rounds, plan, noise, steps, and what is left.

    Of several ledgers, also what a customer of several merchants has spent: their losses composed.
    """
    with errors_as_lines(json):
        from privgen.federated.claim import round_up

        with progress_bar("ledger", quiet=json) as progress:
            ledgers = _ledgers(path, progress)
            found = [_summary(ledger) for ledger in ledgers]
            composed = _composed(ledgers)
        if json:
            print_json({"ledgers": [summary.to_json() for summary in found], "composed": composed})
            return
        header = ["merchant", "epsilon", "delta", "entries", "open", "rounds", "steps"]
        print_table("Spent", header, [_spent_row(summary, round_up) for summary in found])
        header = [
            "merchant",
            "plan",
            "unit",
            "mechanism",
            "noise",
            "rate",
            "steps",
            "budget",
            "epsilon left",
            "steps left",
        ]
        print_table("By plan", header, [row for summary in found for row in _plan_rows(summary)])
        if len(ledgers) > 1:
            header = ["merchants", "epsilon", "delta"]
            title = "A customer of several merchants (of any so many, at most)"
            print_table(title, header, [_composed_row(entry, round_up) for entry in composed])
        for summary in found:
            if summary.unsafe:
                typer.echo(
                    f"{summary.merchant}: UNSAFE: noise came from a fixed seed; epsilon promises nothing"
                )


@ledger_app.command()
def verify(path: Where = Path("run"), json: Json = False) -> None:
    """Check chain, head and counts, and recompute epsilon with another accountant; exit 1 if anything is off.

    Of a run folder, the ledgers must also account for every round in its history.
    """
    with errors_as_lines(json):
        history = _history(path)
        with progress_bar("ledger", quiet=json) as progress:
            found = [_verified(ledger, history) for ledger in _ledgers(path, progress)]
        missing = sorted(set(history) - {entry["merchant"] for entry in found})
        if missing:
            raise LedgerError(f"{path}: {missing[0]} took part in a round and has no ledger; restore it")
        if json:
            print_json({"verified": True, "ledgers": found})
            return
        for entry in found:
            typer.echo(
                f"{entry['merchant']}: whole: {entry['lines']:,} lines, {entry['reservations']:,} charged, "
                f"{entry['unfinished']:,} of them unfinished; epsilon {entry['epsilon']:.4f} at delta "
                f"{entry['delta']:g}, recomputed {entry['recomputed']:.4f}; head {entry['head'][:16]}"
            )


def _ledgers(path: Path, progress: Progress) -> list[Ledger]:
    """Read and verify the ledgers of a path."""
    try:
        from privgen.federated.ledger import Ledger
        from privgen.federated.ledger_summary import ledger_paths
    except ImportError as missing:
        raise MissingExtraError("federated", str(missing.name)) from None
    paths = ledger_paths(_ledger_folder(path))
    ledgers, started = [], time.monotonic()
    for done, place in enumerate(paths, start=1):
        ledgers.append(Ledger.open(place))
        if time.monotonic() - started > _SOON:
            progress(done, len(paths), place.stem)
    return ledgers


def _summary(ledger: Ledger) -> LedgerSummary:
    try:
        from privgen.federated.ledger_summary import summarise

        return summarise(ledger)
    except ModuleNotFoundError as missing:
        raise MissingExtraError("federated", str(missing.name)) from None


def _composed(ledgers: list[Ledger]) -> list[dict[str, Any]]:
    """Epsilon of a customer of any k merchants, at most, at the smallest delta of all, for some k."""
    from privgen.federated.ledger_summary import composed_epsilons

    delta = min((spend.delta for spend in (book.spent() for book in ledgers) if spend.delta), default=0.0)
    found = composed_epsilons(ledgers)
    return [{"merchants": k, "epsilon": epsilon, "delta": delta} for k, epsilon in found.items()]


def _composed_row(entry: dict[str, Any], rounded: Any) -> list[str]:
    epsilon = entry["epsilon"]
    shown = "infinite" if math.isinf(epsilon) else rounded(epsilon)
    return [f"{entry['merchants']:,}", shown, f"{entry['delta']:g}"]


def _ledger_folder(path: Path) -> Path:
    """A run may keep its ledgers elsewhere: `train.ledger_dir`."""
    if not (path / "run.json").is_file():
        return path
    train = RunFolder(path).manifest["stages"].get("train", {})
    elsewhere = train.get("config", {}).get("ledger_dir")
    return Path(elsewhere) if elsewhere else path


def _history(path: Path) -> dict[str, float]:
    """Merchant to epsilon after the last round, where `path` is the folder of a run or of a training."""
    files = (path / "federated" / "history.jsonl", path / "history.jsonl")
    file = next((file for file in files if file.is_file()), None)
    lines: list[dict[str, Any]] = list(read_jsonl(file)) if file else []
    try:
        last = lines[-1]["epsilon"] if lines else {}
        return {merchant: float(value) for merchant, value in last.items() if float(value) > 0.0}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise DataError(f"{file}: its last line is not that of a round; restore it") from None


def _verified(ledger: Ledger, history: dict[str, float]) -> dict[str, Any]:
    """Figures of a ledger that is whole, recomputed by the report's own accountant.

    Raises:
        LedgerError: The two disagree, or the run's history knows of more than the ledger.
    """
    from privgen.explain.report_accounting import Accountant
    from privgen.explain.report_ledger import read_ledger

    summary = _summary(ledger)
    try:
        spends = read_ledger(ledger.path).spends if ledger.entries() else ()
        recomputed = Accountant(summary.delta).epsilon(spends)
    except ModuleNotFoundError as missing:
        raise MissingExtraError("federated", str(missing.name)) from None
    if not math.isclose(summary.epsilon, recomputed, rel_tol=_CLOSE, abs_tol=_CLOSE):
        raise LedgerError(f"{ledger.path}: epsilon {summary.epsilon:.4f}, but recomputed {recomputed:.4f}")
    known = history.get(summary.merchant, 0.0)
    if known > summary.epsilon and not math.isclose(known, summary.epsilon, rel_tol=_CLOSE, abs_tol=_CLOSE):
        raise LedgerError(
            f"{ledger.path}: accounts for epsilon {summary.epsilon:.4f}, the run's history for {known:.4f}: "
            "this is an older copy; restore the ledger"
        )
    entries = ledger.entries()
    return {
        "merchant": summary.merchant,
        "lines": len(entries),
        "reservations": summary.reservations,
        "unfinished": summary.unfinished,
        "epsilon": summary.epsilon,
        "recomputed": recomputed,
        "delta": summary.delta,
        "unsafe": summary.unsafe,
        "head": entries[-1]["hash"] if entries else "",
    }


def _spent_row(summary: LedgerSummary, rounded: Any) -> list[str]:
    counts = [summary.reservations, summary.unfinished, summary.rounds, summary.steps]
    return [
        summary.merchant,
        "infinite" if math.isinf(summary.epsilon) else rounded(summary.epsilon),
        f"{summary.delta:g}",
        *(f"{count:,}" for count in counts),
    ]


def _plan_rows(summary: LedgerSummary) -> list[list[str]]:
    return [
        [
            summary.merchant,
            plan.plan_id[:12],
            plan.privacy_unit,
            plan.mechanism if plan.clip_norm is None else f"{plan.mechanism} now {plan.clip_norm:.3g}",
            f"{plan.noise_multiplier:g}",
            f"{plan.sample_rate:g}",
            f"{plan.steps:,}",
            f"{plan.target_epsilon:g}",
            f"{plan.epsilon_left:.3f}",
            f"{plan.steps_left:,}",
        ]
        for plan in summary.plans
    ]
