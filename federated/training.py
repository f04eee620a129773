"""One training: what is fixed about it, its state between rounds, and what it leaves behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privgen.errors import BudgetExhausted, DataError, LedgerError, RunError
from privgen.federated.aggregation import as_statement
from privgen.federated.ledger import Ledger, PrivacySpend
from privgen.federated.plan import PrivacyPlan
from privgen.federated.rules import RoundResult, Rules
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Silo, open_records
from privgen.federated.state import Best, State, load_state, save_state
from privgen.federated.validation import RULE, open_validation
from privgen.files import canonical_json, sha256_text, write_json
from privgen.progress import Progress

if TYPE_CHECKING:
    from privgen.federated.strategies import PrivateRounds

_LOOKED_AT = 32  # records of a silo that tell whether any fits

Federate = Callable[["PrivateRounds", Weights, int], None]


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
        best_round: The round whose weights the adapter holds, where validation records chose it.
        validation_loss: Its loss on them, in nats per token.
    """

    adapter: Path
    rounds_done: int
    stopped: str | None
    spends: dict[str, PrivacySpend]
    epsilon_composed: dict[int, float]
    unsafe: bool
    history: Path
    best_round: int | None = None
    validation_loss: float | None = None


class Training:
    """One training: what is fixed about it, and its state between rounds.

    Args:
        silos: The merchants.
        plan: Privacy plan of every merchant.
        settings: How they train.
        rules: How a round is run.
        out: Folder of the training.
        ledgers: Folder of the ledgers.
        validation: Public records that choose the best round; None for the last one.
        progress: Told of every round.
    """

    def __init__(
        self,
        silos: tuple[Silo, ...],
        plan: PrivacyPlan,
        settings: TrainingSettings,
        rules: Rules,
        out: Path,
        ledgers: Path,
        validation: Path | None,
        progress: Progress,
    ) -> None:
        from privgen.federated.model import model_for

        self.silos, self.plan, self.settings, self.rules = silos, plan, settings, rules
        self.out, self.ledgers, self.progress = out, ledgers, progress
        self.model = model_for(settings)
        self._check_length()
        self.validation = open_validation(validation, silos, self.model, settings) if validation else None
        self.fingerprint = self._fingerprint()
        self.model.choose("B" if rules.aggregation == "frozen" else "AB")
        untrained = self.model.untrained("B" if rules.aggregation == "frozen" else "AB")
        self.state = load_state(out, self.fingerprint, untrained)
        self.base_loss = self._judged(untrained)
        self.late: set[str] = set()
        self.empty = 0
        self.stopped: str | None = None
        self.fault: Exception | None = None

    def run(self, rounds: int, federate: Federate) -> FederatedResult:
        """Do the rounds that are not done yet, then write the adapter.

        Args:
            rounds: In all.
            federate: Runs the server's side of so many rounds from weights on some engine.
        """
        spends = self.spends()  # before anything is written: a damaged ledger stops here
        write_json(self.out / "plan.json", self._plan_file())
        left = rounds - self.state.rounds_done
        if left > 0:
            self.progress(self.state.rounds_done, rounds, "federated rounds")
            federate(self.strategy(rounds), self.state.weights, left)
            if self.fault is not None:
                raise self.fault
            spends = self.spends()
        best = self._best()
        self.model.set_weights(best.weights if best else self.state.weights)
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
            best_round=best.server_round if best else None,
            validation_loss=best.loss if best else None,
        )

    def spends(self) -> dict[str, PrivacySpend]:
        """What each merchant's ledger has spent so far; (0, 0) for an empty one."""
        return {silo.merchant_id: self._ledger(silo).spent() for silo in self.silos}

    def unsafe(self) -> bool:
        """Whether any noise of these ledgers or of this training can be predicted."""
        return self.settings.seed is not None or any(self._ledger(silo).unsafe for silo in self.silos)

    def client(self) -> Callable[[], Any]:
        """Makes the silos' app, wherever it is to run."""
        from privgen.federated.flower_app import loaded_client_app

        return partial(loaded_client_app, self.silos, self.ledgers, self.plan, self.settings)

    def strategy(self, rounds: int) -> PrivateRounds:
        """The server's side of the rounds that are left, which keeps each as it ends."""
        from privgen.federated.strategies import PrivateRounds

        history = self.state.history
        return PrivateRounds(
            self.rules,
            self.silos,
            partial(self._keep, rounds),
            first_round=self.state.rounds_done + 1,
            asked=Counter(name for line in history for name in line.get("asked", ())),
            norm=next((line["update_norm"] for line in reversed(history) if line.get("update_norm")), 0.0),
            moments=self.state.moments,
        )

    def _keep(self, rounds: int, result: RoundResult) -> bool:
        """Keep a round, or say why training cannot go on."""
        damaged = [why for name, why in result.failures.items() if self._is_damage(name, why)]
        if damaged:
            self.fault = LedgerError(damaged[0].partition(": ")[2])
            return False
        self.empty = 0 if result.weights else self.empty + 1
        if self.empty * (self.rules.silos_per_round or len(self.silos)) >= len(self.silos):
            self._give_up(result.failures)  # else others are asked in the next round
            return False
        self.late |= set(result.late)
        weights = result.weights or self.state.weights
        loss = self._judged(weights)
        self.state = State(
            result.server_round,
            weights,
            (*self.state.history, self._line(result, loss)),
            result.moments,
            self._better(result.server_round, loss, weights),
        )
        save_state(self.out, self.fingerprint, self.state)
        self.progress(result.server_round, rounds, "federated rounds")
        return True

    def _line(self, result: RoundResult, loss: float | None) -> dict[str, Any]:
        """A round in the history: nothing in it but what noise protects or is public."""
        return {
            "server_round": result.server_round,
            "asked": list(result.asked),
            "participants": list(result.participants),
            "failures": result.failures,
            "bytes_sent": result.bytes_sent,
            "bytes_received": result.bytes_received,
            "seconds": round(result.seconds, 3),
            "update_norm": result.norm,
            "epsilon": {merchant: spend.epsilon for merchant, spend in self.spends().items()},
            "unsafe": self.settings.seed is not None,
            **({"rank_cut": result.cut} if self.rules.aggregation == "exact" else {}),
            **({"validation_loss": loss} if loss is not None else {}),
        }

    def _is_damage(self, merchant: str, why: str) -> bool:
        """Whether a failure tells of a ledger at fault; one that a straggler still holds is none."""
        return why.startswith("LedgerError: ") or (
            why.startswith("LedgerBusy: ") and merchant not in self.late
        )

    def _judged(self, weights: Weights) -> float | None:
        return self.validation.loss(self.model, weights) if self.validation else None

    def _best(self) -> Best | None:
        """The best round so far by the present validation records."""
        best = self.state.best
        return best if best and self.validation and best.validation == self.validation.digest else None

    def _better(self, server_round: int, loss: float | None, weights: Weights) -> Best | None:
        best = self._best()
        if self.validation is None or loss is None or not loss < (best.loss if best else float("inf")):
            return best
        return Best(server_round, loss, self.validation.digest, weights)

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
        parts["rules"] = self.rules.to_json()
        return sha256_text(canonical_json(parts | {"base": self.model.base_hash}))

    def _plan_file(self) -> dict[str, Any]:
        unsafe = self.unsafe()
        return {
            "plan": self.plan.to_json(),
            "plan_id": self.plan.plan_id,
            "claim": self.plan.claim(unsafe_seed=unsafe),
            "unsafe": unsafe,
            "aggregation": as_statement(self.rules.aggregation, self.settings.adapter),
            "gradients": self.model.preflight.way,
            "repaired": list(self.model.preflight.repaired),
            "participation": self._participation(),
            "validation": self._validation(),
            "rules": self.rules.to_json(),
            "settings": self.settings.to_json(),
            "base_hash": self.model.base_hash,
            "merchants": [silo.merchant_id for silo in self.silos],
        }

    def _participation(self) -> str:
        per_round = self.rules.silos_per_round
        if per_round is None or per_round >= len(self.silos):
            return "all silos in every round"
        return (
            f"{per_round} of {len(self.silos)} silos a round, those asked least first, ties drawn at random; "
            "noise is for the most rounds of a silo, and nothing is claimed for the drawing"
        )

    def _validation(self) -> dict[str, Any] | None:
        best = self._best()
        if self.validation is None:
            return None
        found = {"best_round": best.server_round, "best_loss": best.loss} if best else {}
        return {
            "rule": RULE,
            "untrained_loss": self.base_loss,
            "records_hash": self.validation.digest,
        } | found

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
