"""One training: what is fixed about it, its state between rounds, and what it leaves behind."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privgen.errors import BudgetExhausted, DataError, LedgerError, RunError
from privgen.federated.judge import Judge
from privgen.federated.ledger import Ledger, PrivacySpend
from privgen.federated.ledger_summary import composed_epsilons
from privgen.federated.noised_validation import NoisedLoss
from privgen.federated.plan import PrivacyPlan
from privgen.federated.result import FederatedResult
from privgen.federated.rules import RoundResult, Rules
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Silo, open_records
from privgen.federated.state import State, load_state, save_state
from privgen.federated.statement import card, plan_file
from privgen.files import canonical_json, sha256_text, write_json
from privgen.progress import Progress

if TYPE_CHECKING:
    from privgen.federated.strategies import PrivateRounds

_DISHONEST = "sent a figure that no honest silo can have sent"
_LOOKED_AT = 32  # records of a silo that tell whether any fits

Federate = Callable[["PrivateRounds", Weights, int], None]


class Training:
    """One training: what is fixed about it, and its state between rounds.

    Args:
        silos: The merchants.
        plan: Privacy plan of every merchant.
        settings: How they train.
        rules: How a round is run.
        out: Folder of the training.
        ledgers: Folder of the ledgers.
        validation: Public records that choose the best round; None for what the plan says.
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
        self.judge = Judge(plan, validation, silos, self.model, settings)
        self.fingerprint = self._fingerprint()
        self.model.choose("B" if rules.aggregation == "frozen" else "AB")
        untrained = self.model.untrained("B" if rules.aggregation == "frozen" else "AB")
        self.state = load_state(out, self.fingerprint, untrained)
        self.base_loss = self.judge.public_loss(untrained)
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
        write_json(self.out / "plan.json", plan_file(self))
        left = rounds - self.state.rounds_done
        if left > 0:
            self.progress(self.state.rounds_done, rounds, "federated rounds")
            federate(self.strategy(rounds), self.state.weights, left)
            if self.fault is not None:
                raise self.fault
            spends = self.spends()
        best = self.judge.best(self.state.best)
        self.model.set_weights(best.weights if best else self.state.weights)
        self.model.save(self.out / "adapter", card(self))
        write_json(self.out / "plan.json", plan_file(self))
        return FederatedResult(
            adapter=self.out / "adapter",
            rounds_done=self.state.rounds_done,
            stopped=self.stopped,
            spends=spends,
            epsilon_composed=composed_epsilons([self._ledger(silo) for silo in self.silos]),
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
            on_losses=self._validated if self.judge.asks_silos else None,
        )

    def _validated(self, server_round: int, figures: dict[str, NoisedLoss], failures: dict[str, str]) -> None:
        """Note a round's noised loss; a kill before leaves the round without one, and never the best."""
        if self.state.rounds_done != server_round:
            return
        loss, used = self.judge.noised_loss(figures)
        failures |= dict.fromkeys(figures.keys() - used, _DISHONEST)
        line = self.state.history[-1] | {"validation_failures": dict(sorted(failures.items()))}
        line |= {"validation_loss": loss, "validated_by": used} if figures else {}
        line["epsilon"] = {merchant: spend.epsilon for merchant, spend in self.spends().items()}
        self.state = dataclasses.replace(
            self.state,
            history=(*self.state.history[:-1], line),
            best=self.judge.better(self.state.best, server_round, loss, self.state.weights),
        )
        save_state(self.out, self.fingerprint, self.state)

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
        loss = self.judge.public_loss(weights)
        self.state = State(
            result.server_round,
            weights,
            (*self.state.history, self._line(result, loss)),
            result.moments,
            self.judge.better(self.state.best, result.server_round, loss, weights),
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

    def _ledger(self, silo: Silo) -> Ledger:
        return Ledger.open(self._ledger_path(silo))

    def _ledger_path(self, silo: Silo) -> Path:
        return self.ledgers / f"{silo.merchant_id}.jsonl"
