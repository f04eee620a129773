"""The stage that trains: records per merchant, one privacy plan, federated fine-tuning."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from privgen.config import RunConfig, TrainConfig
from privgen.errors import DataError, MissingExtraError, PrivgenError
from privgen.files import atomic_open, sha256_tree
from privgen.generator import model_path
from privgen.participants import note_training
from privgen.progress import Progress, silent
from privgen.records import write_records
from privgen.runfolder import RunFolder, StageResult
from privgen.schema import Purpose
from privgen.silo import Silo as SiloTables
from privgen.silo import consenting, open_silos
from privgen.stage_data import SCRUBBED, SILOS

_OUTPUTS = ("federated/adapter", "federated/plan.json", "federated/history.jsonl", "federated/records")


def train(run: RunFolder, config: RunConfig, progress: Progress = silent) -> StageResult:
    """Fine-tune one adapter across all silos of the run; a broken training goes on at its next round.

    Raises:
        DataError: A silo is empty or has too few consenting customers.
        BudgetExhausted: A ledger has no budget left for the first round.
        ModelError: The base model cannot be loaded.
    """
    try:
        from privgen.federated import Silo, simulate
        from privgen.federated.configured import plan_of
    except ImportError as missing:
        raise MissingExtraError("federated", str(missing.name)) from None
    run.require("scrub", "silos", run.path / SILOS)
    base = model_path(config.model)
    tables = open_silos(run.path / SCRUBBED, Purpose.TRAINING, dt.date.today())
    settings = config.train.model_dump(exclude={"engine", "workers", "gpus_per_client", "deadline"}) | {
        "model": config.model
    }
    settings |= {"consenting": consenting(tables)}  # a consent that ran out makes other records
    inputs = {"scrubbed": run.path / SCRUBBED}
    if Path(base).exists():
        inputs["model"] = Path(base)
    if config.train.validation:
        inputs["validation"] = Path(config.train.validation)

    def work() -> dict[str, Any]:
        with _kept_on_failure(run.path / "federated"):
            return federate()

    def federate() -> dict[str, Any]:
        counts = _records(run, tables)
        taking_part, left_out = _large_enough(tables, counts, config.train)
        plan = plan_of(config.train, len(taking_part))
        out = run.path / "federated"
        result = simulate(
            [Silo(silo.merchant_id, _records_path(run, silo)) for silo in taking_part],
            plan,
            base,
            out,
            rounds=config.train.rounds,
            steps_per_round=config.train.steps_per_round,
            engine=config.train.engine,
            adapter=config.train.adapter,
            workers=config.train.workers,
            gpus_per_client=config.train.gpus_per_client,
            aggregation=config.train.aggregation,
            strategy=config.train.strategy,
            server_learning_rate=config.train.server_learning_rate,
            proximal_mu=config.train.proximal_mu,
            silos_per_round=config.train.silos_per_round,
            deadline=config.train.deadline,
            validation=Path(config.train.validation) if config.train.validation else None,
            rank=config.train.rank,
            learning_rate=config.train.learning_rate,
            signal_dropout=config.train.signal_dropout,
            max_length=config.train.max_length,
            min_customers=config.train.min_customers,
            ledger_dir=Path(config.train.ledger_dir) if config.train.ledger_dir else None,
            seed=config.train.seed,
            progress=progress,
        )
        summary = {
            "rounds_done": result.rounds_done,
            "stopped": result.stopped,
            "best_round": result.best_round,
            "validation_loss": result.validation_loss,
            "epsilon": {merchant: spend.epsilon for merchant, spend in result.spends.items()},
            "delta": plan.delta,
            "epsilon_composed": {str(k): value for k, value in result.epsilon_composed.items()},
            "claim": plan.claim(unsafe_seed=result.unsafe),
            "unsafe": result.unsafe,
            "engine": config.train.engine,
            "signal_dropout": config.train.signal_dropout,
            "adapter_hash": sha256_tree(result.adapter),
            "customers_with_records": sum(counts[silo.merchant_id]["customers"] for silo in taking_part),
            "left_out": left_out,
            "consent_date": dt.date.today().isoformat(),
        }
        note_training(run, summary, {silo.merchant_id: _records_path(run, silo) for silo in taking_part})
        return summary

    return run.stage("train", settings, inputs, _OUTPUTS, work)


@contextlib.contextmanager
def _kept_on_failure(folder: Path) -> Iterator[None]:
    """Put plan and history back when a training fails that was to take the place of the one they describe.

    Its adapter is written last, so the earlier one, complete with plan and history, is still what pages are
    written with. Ledgers are never put back.
    """
    files = [folder / name for name in ("plan.json", "history.jsonl") if (folder / name).is_file()]
    before = {file: file.read_bytes() for file in files}
    try:
        yield
    except PrivgenError:
        for file, content in before.items():
            with atomic_open(file, "wb") as handle:
                handle.write(content)
        raise


def _records(run: RunFolder, tables: list[SiloTables]) -> dict[str, dict[str, int]]:
    """Write the training records of each silo again; the same rows give the same file."""
    return {silo.merchant_id: write_records(silo, _records_path(run, silo)) for silo in tables}


def _large_enough(
    tables: list[SiloTables], counts: dict[str, dict[str, int]], config: TrainConfig
) -> tuple[list[SiloTables], list[str]]:
    """Silos that take part, and merchants left out because they have too few customers with records.

    Raises:
        DataError: No silo is large enough.
    """
    if not config.skip_small:
        return tables, []
    large = [silo for silo in tables if counts[silo.merchant_id]["customers"] >= config.min_customers]
    if not large:
        raise DataError(
            f"no merchant has {config.min_customers} customers to train on; lower --min-customers"
        )
    return large, [silo.merchant_id for silo in tables if silo not in large]


def _records_path(run: RunFolder, silo: SiloTables) -> Path:
    return run.path / "federated" / "records" / f"{silo.merchant_id}.jsonl"
