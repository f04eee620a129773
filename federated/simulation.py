"""Federated fine-tuning of one adapter across silos, with a ledger per merchant, resumable round by round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from privgen.errors import BudgetExhausted, ConfigError, DataError, LedgerError, PlanError, RunError
from privgen.federated.ledger import Ledger, PrivacySpend
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Silo, open_records
from privgen.federated.state import State, load_state, save_state
from privgen.files import canonical_json, sha256_text, write_json
from privgen.progress import Progress, silent

_LOOKED_AT = 32  # records of a silo that tell whether any fits

_TRAINED = {"lora": "frozen-A LoRA", "full": "all weights of the model"}

EngineName = Literal["inprocess", "ray"]


@dataclass(frozen=True, slots=True)
class FederatedResult:
    """What a training left behind; all of it may leave the silos.

    Args:
        adapter: PEFT adapter folder; after full fine-tuning a whole model.
        rounds_done: Rounds in the adapter, earlier runs of the same training included.
        stopped: None, or why training ended before its last round.
        spends: Merchant to what its ledger has spent so far, over all plans and runs.
        epsilon_composed: Number k of merchants to epsilon of a customer of the k that spent most.
        unsafe: Whether any noise came from a fixed seed; then no figure above promises anything.
        history: JSON Lines, one object per round.
    """

    adapter: Path
    rounds_done: int
    stopped: str | None
    spends: dict[str, PrivacySpend]
    epsilon_composed: dict[int, float]
    unsafe: bool
    history: Path


def simulate(
    silos: Sequence[Silo],
    plan: PrivacyPlan,
    base: str,
    out: Path,
    *,
    rounds: int,
    steps_per_round: int,
    engine: EngineName = "inprocess",
    adapter: Literal["lora", "full"] = "lora",
    rank: int = 8,
    learning_rate: float = 1e-3,
    max_length: int = 512,
    signal_dropout: float = 0.3,
    min_customers: int = 20,
    ledger_dir: Path | None = None,
    seed: int | None = None,
    progress: Progress = silent,
) -> FederatedResult:
    """Train one adapter across `silos` under `plan`.

    Writes `adapter/`, `plan.json`, `history.jsonl`, `state.safetensors` and, unless `ledger_dir` says
    otherwise, `ledger/<merchant>.jsonl` into `out`. Called again with the same arguments it goes on at the
    next round; with other ones it starts anew, while the ledgers go on counting. A round that was lost to a
    crash is charged again when it is redone, so the budget may end before the last round: training then
    stops and keeps the model so far.

    Guarantees: no step is taken that was not reserved in the merchant's ledger before; no ledger passes the
    plan's target epsilon.

    Args:
        silos: The merchants, each with its own records.
        plan: Privacy plan of every merchant.
        base: Base model, folder or hub id.
        out: Folder of the training.
        rounds: Federated rounds in all.
        steps_per_round: Noisy steps of a merchant per round; rounds times this is at most `plan.steps`.
        engine: inprocess, or ray for Flower's simulation engine.
        adapter: lora, or full to train all weights of the base model.
        rank: LoRA rank.
        learning_rate: Of the local optimiser.
        max_length: Most tokens of a record; longer ones lose their first signals, or are left out.
        signal_dropout: Probability that a signal of a record is left out of its prompt in a step.
        min_customers: Silos with fewer customers are refused.
        ledger_dir: Folder of ledgers that several trainings share.
        seed: Leave None. A fixed seed makes the noise predictable and stamps every artefact UNSAFE.
        progress: Told of every round.

    Raises:
        DataError: No silos, two of one name, or one whose records are missing, malformed or too few.
        PlanError: The plan was calibrated for fewer steps.
        BudgetExhausted: No merchant has budget for even one round.
        LedgerError: A ledger is in use or not as it was written.
        ModelError: The base model cannot be loaded or trained.
        RunError: No silo gave a usable result in the first round.
    """
    settings = TrainingSettings(
        base=base,
        adapter=adapter,
        rank=rank,
        steps_per_round=steps_per_round,
        learning_rate=learning_rate,
        max_length=max_length,
        signal_dropout=signal_dropout,
        seed=seed,
    )
    members = tuple(silos)
    _check(members, plan, settings, rounds, engine, min_customers)
    return _Training(members, plan, settings, out, ledger_dir or out / "ledger", progress).run(rounds, engine)


class _Training:
    """One training: what is fixed about it, and its state between rounds."""

    def __init__(
        self,
        silos: tuple[Silo, ...],
        plan: PrivacyPlan,
        settings: TrainingSettings,
        out: Path,
        ledgers: Path,
        progress: Progress,
    ) -> None:
        from privgen.federated.model import load_model

        self.silos, self.plan, self.settings = silos, plan, settings
        self.out, self.ledgers, self.progress = out, ledgers, progress
        self.model = load_model(
            settings.base, rank=settings.rank, adapter_seed=settings.adapter_seed, adapter=settings.adapter
        )
        self._check_length()
        self.fingerprint = self._fingerprint()
        self.state = load_state(out, self.fingerprint, self.model.initial_weights())
        self.stopped: str | None = None
        self.fault: Exception | None = None

    def run(self, rounds: int, engine: EngineName) -> FederatedResult:
        """Do the rounds that are not done yet, then write the adapter."""
        spends = self.spends()  # before anything is written: a damaged ledger stops here
        write_json(self.out / "plan.json", self._plan_file())
        left = rounds - self.state.rounds_done
        if left > 0:
            self.progress(self.state.rounds_done, rounds, "federated rounds")
            self._run_rounds(rounds, left, engine)
            if self.fault is not None:
                raise self.fault
            spends = self.spends()
        self.model.set_weights(self.state.weights)
        self.model.save(self.out / "adapter", self._card())
        write_json(self.out / "plan.json", self._plan_file())
        return FederatedResult(
            adapter=self.out / "adapter",
            rounds_done=self.state.rounds_done,
            stopped=self.stopped,
            spends=spends,
            epsilon_composed=self._composed(),
            unsafe=self.unsafe(),
            history=self.out / "history.jsonl",
        )

    def spends(self) -> dict[str, PrivacySpend]:
        """What each merchant's ledger has spent so far; (0, 0) for an empty one."""
        return {silo.merchant_id: self._ledger(silo).spent() for silo in self.silos}

    def unsafe(self) -> bool:
        """Whether any noise of these ledgers or of this training can be predicted."""
        return self.settings.seed is not None or any(self._ledger(silo).unsafe for silo in self.silos)

    def _run_rounds(self, rounds: int, left: int, engine: EngineName) -> None:
        from privgen.federated.engines import ENGINES
        from privgen.federated.flower_app import FrozenAAverage, client_app, server_app

        strategy = FrozenAAverage(
            self.plan.plan_id, self.silos, self._keeper(rounds), first_round=self.state.rounds_done + 1
        )
        server = server_app(strategy, self.state.weights, left)
        client = client_app(self.silos, self.ledgers, self.plan, self.settings)
        ENGINES[engine](server, client, len(self.silos))

    def _keeper(self, rounds: int) -> Callable[[Any], bool]:
        def keep(result: Any) -> bool:
            """Keep a round, or say why training cannot go on."""
            if result.weights is None:
                self._give_up(result.failures)
                return False
            damaged = [r for r in result.failures.values() if r.startswith("LedgerError: ")]
            if damaged:
                self.fault = LedgerError(damaged[0].removeprefix("LedgerError: "))
                return False
            line = {
                "server_round": result.server_round,
                "participants": list(result.participants),
                "failures": result.failures,
                "bytes_sent": result.bytes_sent,
                "bytes_received": result.bytes_received,
                "seconds": round(result.seconds, 3),
                "epsilon": {merchant: spend.epsilon for merchant, spend in self.spends().items()},
                "unsafe": self.settings.seed is not None,
            }
            self.state = State(result.server_round, result.weights, (*self.state.history, line))
            save_state(self.out, self.fingerprint, self.state)
            self.progress(result.server_round, rounds, "federated rounds")
            return True

        return keep

    def _give_up(self, failures: dict[str, str]) -> None:
        """No silo took part: the end of the budget, or a fault if it is anything else or comes at once."""
        first = f"{min(failures)}: {failures[min(failures)]}" if failures else "no silo replied"
        spent = failures and all(reason.startswith("BudgetExhausted: ") for reason in failures.values())
        if spent and self.state.rounds_done:
            self.stopped = f"budget exhausted after round {self.state.rounds_done} ({first})"
        elif spent:
            self.fault = BudgetExhausted(first.replace("BudgetExhausted: ", ""))
        elif self.state.rounds_done:
            self.stopped = f"no silo could take part after round {self.state.rounds_done} ({first})"
        else:
            self.fault = RunError(f"first round: no silo could take part ({first})")

    def _check_length(self) -> None:
        """Refuse to train on noise alone: some of a silo's first records must fit without their signals."""
        encoder = self.model.encoder(self.settings.max_length)
        for silo in self.silos:
            records = open_records(silo)
            first = records.read([offsets[0] for offsets in records.units("record")[:_LOOKED_AT]])
            if not any(encoder.encode(record, [False] * len(record.prompt.signals)) for record in first):
                raise DataError(
                    f"merchant {silo.merchant_id}: none of the first records fits into max_length "
                    f"{self.settings.max_length} tokens; raise it"
                )

    def _fingerprint(self) -> str:
        records = {s.merchant_id: open_records(s).fingerprint(self._ledger_path(s)) for s in self.silos}
        parts = {"plan": self.plan.plan_id, "settings": self.settings.to_json(), "records": records}
        return sha256_text(canonical_json(parts | {"base": self.model.base_hash}))

    def _plan_file(self) -> dict[str, Any]:
        unsafe = self.unsafe()
        return {
            "plan": self.plan.to_json(),
            "plan_id": self.plan.plan_id,
            "claim": self.plan.claim(unsafe_seed=unsafe),
            "unsafe": unsafe,
            "aggregation": f"{_TRAINED[self.settings.adapter]}, equal weights",
            "gradients": self.model.preflight.way,
            "repaired": list(self.model.preflight.repaired),
            "settings": self.settings.to_json(),
            "base_hash": self.model.base_hash,
            "merchants": [silo.merchant_id for silo in self.silos],
        }

    def _card(self) -> str:
        claim = self.plan.claim(unsafe_seed=self.unsafe())
        return f"# Adapter, federated over {len(self.silos)} merchants\n\n{claim}\n"

    def _composed(self) -> dict[int, float]:
        """Epsilon of a customer of the k merchants that spent most, for k = 1 to all."""
        from privgen.federated.accounting import pld_epsilon

        ledgers = sorted(map(self._ledger, self.silos), key=lambda ledger: -ledger.spent().epsilon)
        delta = min((ledger.spent().delta for ledger in ledgers), default=0.0) or self.plan.delta
        events = [ledger.events() for ledger in ledgers]
        counts = {k for k in (1, 2, 3, 5, 10, len(ledgers)) if k <= len(ledgers)}
        return {k: pld_epsilon([e for part in events[:k] for e in part], delta) for k in sorted(counts)}

    def _ledger(self, silo: Silo) -> Ledger:
        return Ledger.open(self._ledger_path(silo))

    def _ledger_path(self, silo: Silo) -> Path:
        return self.ledgers / f"{silo.merchant_id}.jsonl"


def _check(
    silos: tuple[Silo, ...],
    plan: PrivacyPlan,
    settings: TrainingSettings,
    rounds: int,
    engine: str,
    min_customers: int,
) -> None:
    if rounds < 1 or min_customers < 1:
        raise ConfigError("train: rounds and min_customers: want 1 or more")
    if engine not in ("inprocess", "ray"):
        raise ConfigError("train: engine: wants inprocess or ray")
    if rounds * settings.steps_per_round > plan.steps:
        raise PlanError(
            f"plan: calibrated for {plan.steps} steps, but {rounds} rounds of {settings.steps_per_round} are "
            f"{rounds * settings.steps_per_round}; calibrate with steps={rounds * settings.steps_per_round}"
        )
    if not silos:
        raise DataError("no silos to train on; ingest and scrub at least one merchant")
    if len({silo.merchant_id for silo in silos}) != len(silos):
        raise DataError("two silos have the same merchant_id; give each merchant its own")
    for silo in silos:
        if open_records(silo).customers < min_customers:
            raise DataError(
                f"merchant {silo.merchant_id}: fewer than {min_customers} customers with records; leave the "
                "merchant out or lower min_customers (privgen train: --skip-small or --min-customers)"
            )
