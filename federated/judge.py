"""Which round is kept: the last, or the best by a loss that is public or noised: choosing costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privgen.errors import ConfigError
from privgen.federated.noised_validation import RULE as NOISED_RULE
from privgen.federated.noised_validation import NoisedLoss, pooled_loss, usable
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Silo
from privgen.federated.state import Best
from privgen.federated.validation import RULE, open_validation

if TYPE_CHECKING:
    from privgen.federated.model import AdapterModel


class Judge:
    """Judges rounds by public records, or by the silos' noised losses, or not at all.

    Args:
        plan: Says whether customers are held out.
        validation: Public validation records; None for none.
        silos: None of whose records may be among them.
        model: Judges them.
        settings: How records are encoded.

    Raises:
        ConfigError: Both ways of judging at once.
        DataError: The validation records cannot be used.
    """

    def __init__(
        self,
        plan: PrivacyPlan,
        validation: Path | None,
        silos: Sequence[Silo],
        model: AdapterModel,
        settings: TrainingSettings,
    ) -> None:
        if validation is not None and plan.holdout:
            raise ConfigError("train: validation and holdout: give one of them; one loss chooses the round")
        self._plan, self._model = plan, model
        self._public = open_validation(validation, silos, model, settings) if validation else None
        self._by = self._public.digest if self._public else "noised" if plan.holdout else None

    @property
    def asks_silos(self) -> bool:
        """Whether silos are asked for noised losses."""
        return self._plan.holdout > 0.0

    def public_loss(self, weights: Weights) -> float | None:
        """Mean loss on the public records; sets the model's weights. None without such records."""
        return self._public.loss(self._model, weights) if self._public else None

    def noised_loss(self, figures: dict[str, NoisedLoss]) -> tuple[float | None, list[str]]:
        """The silos' pooled loss, None where noise hides it; and whose figures are in it."""
        used = {name: figure for name, figure in figures.items() if usable(figure, self._plan)}
        return pooled_loss(used, self._plan), sorted(used)

    def best(self, known: Best | None) -> Best | None:
        """The best round so far, if it was judged as rounds are now."""
        return known if known and known.validation == self._by else None

    def better(
        self, known: Best | None, server_round: int, loss: float | None, weights: Weights
    ) -> Best | None:
        """The best round, with this one."""
        best = self.best(known)
        if self._by is None or loss is None or not loss < (best.loss if best else float("inf")):
            return best
        return Best(server_round, loss, self._by, weights)

    def statement(self, known: Best | None, untrained: float | None) -> dict[str, Any] | None:
        """What `plan.json` says of it; None where the last round is kept."""
        best = self.best(known)
        found = {"best_round": best.server_round, "best_loss": best.loss} if best else {}
        if self._public is not None:
            return {"rule": RULE, "untrained_loss": untrained, "records_hash": self._public.digest} | found
        return {"rule": NOISED_RULE} | found if self._by else None
