"""The privacy plan: one frozen object that sampler, clipper, noise, divisor and accountant all read.

Every field is public configuration. Sensitive things (data, their number, random numbers) are arguments
of the code that trains, never part of a plan.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from privgen.errors import PlanError
from privgen.federated.accounting import (
    BANDED_GAUSSIAN,
    GAUSSIAN,
    POISSON_GAUSSIAN,
    PrivacyEvent,
    accountant_name,
    check_count,
    check_number,
    pld_epsilon,
)
from privgen.federated.calibration import least_noise
from privgen.federated.claim import claim_sentence
from privgen.federated.mechanisms import Clipping, Noise, default_count_noise
from privgen.federated.plan_checks import NEIGHBORING_RELATION, PrivacyUnit, check_plan
from privgen.federated.strategy_matrix import participations
from privgen.files import canonical_json, sha256_text

_FLOATS = (
    *("sample_rate", "max_grad_norm", "noise_multiplier", "batch_divisor", "delta", "target_epsilon"),
    *("clip_stability", "clip_quantile", "clip_learning_rate", "count_noise"),
    *("holdout", "validation_noise", "validation_bound"),
)
_PLACEHOLDER_NOISE = 1.0  # what a plan is checked with before its noise is known


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivacyPlan:
    """How one merchant's training is kept private, and what it costs at most.

    Guarantees, if the training follows it: the trainable weights and the noised validation losses that leave
    a merchant are together (epsilon(), delta)-differentially private for adding or removing one unit of that
    merchant's data.

    Args:
        privacy_unit: customer (all records of a customer together) or record.
        neighboring_relation: add_or_remove_one.
        sample_rate: Poisson rate of a unit per step, in (0, 1]; 1 with banded noise, which claims nothing
            for sampling.
        steps: Noisy steps of a merchant at most, over all rounds and restarts.
        max_grad_norm: L2 clip bound of one unit's summed gradient, more than 0; adaptive: the first one.
        noise_multiplier: Noise standard deviation over sensitivity, of a step's whole release: flat and
            automatic, of the sum; adaptive, of sum and count together; banded, of all steps together.
        records_per_unit: Records of a unit used in a step at most; 1 for the unit record.
        batch_divisor: Public constant that the noisy sum is divided by, more than 0.
        delta: In (0, 1).
        target_epsilon: What `epsilon()` was calibrated not to pass; a ledger stops training there.
        accountant: Who counted, with its version.
        clipping: flat, automatic or adaptive; see `mechanisms`.
        clip_stability: Automatic: what is added to a norm.
        clip_quantile: Adaptive: share of the norms that the bound goes to have below it.
        clip_learning_rate: Adaptive: how fast.
        count_noise: Adaptive: standard deviation of the noise on the count, a unit weighing a half at most.
        noise: independent, or banded (correlated over steps).
        bands: Banded: bands of the strategy matrix, and steps between two of a customer; else 1.
        holdout: Share of the customers who validate and never train, in [0, 0.5]; 0 for none.
        validation_noise: Noise multiplier of each validation loss.
        validation_bound: Loss that a customer counts with at most, in nats per token.
        validations: Validation losses of a merchant at most.

    Raises:
        PlanError: A field is out of range; the message names it.
    """

    privacy_unit: PrivacyUnit
    neighboring_relation: str
    sample_rate: float
    steps: int
    max_grad_norm: float
    noise_multiplier: float
    records_per_unit: int
    batch_divisor: float
    delta: float
    target_epsilon: float
    accountant: str
    clipping: Clipping = "flat"
    clip_stability: float = 0.0
    clip_quantile: float = 0.0
    clip_learning_rate: float = 0.0
    count_noise: float = 0.0
    noise: Noise = "independent"
    bands: int = 1
    holdout: float = 0.0
    validation_noise: float = 0.0
    validation_bound: float = 0.0
    validations: int = 0

    def __post_init__(self) -> None:
        """Check every field; a plan out of range does not exist."""
        check_plan(self)
        for name in _FLOATS:  # 1 and 1.0 are one plan, so they have one id
            object.__setattr__(self, name, float(getattr(self, name)))

    @classmethod
    def calibrate(
        cls,
        *,
        target_epsilon: float = 8.0,
        delta: float = 1e-5,
        privacy_unit: PrivacyUnit = "customer",
        sample_rate: float = 0.05,
        steps: int = 200,
        max_grad_norm: float = 1.0,
        records_per_unit: int | None = None,
        batch_divisor: float = 16.0,
        clipping: Clipping = "flat",
        clip_stability: float = 0.01,
        clip_quantile: float = 0.5,
        clip_learning_rate: float = 0.2,
        count_noise: float | None = None,
        noise: Noise = "independent",
        bands: int | None = None,
        holdout: float = 0.0,
        validation_share: float = 0.1,
        validation_bound: float = 6.0,
        validations: int | None = None,
    ) -> Self:
        """The plan with the least noise (to 0.03 %) whose epsilon does not pass `target_epsilon`.

        Settings of a mechanism that is not in use are left out of the plan.

        Args:
            target_epsilon: Budget of one merchant, more than 0.
            delta: In (0, 1); far below one over the number of units.
            privacy_unit: customer or record.
            sample_rate: Poisson rate of a unit per step, in (0, 1]; with banded noise it chooses `bands`.
            steps: The most steps a merchant can take part in, over all rounds: never an expected number.
            max_grad_norm: L2 clip bound of one unit's summed gradient; adaptive: the first one.
            records_per_unit: Contribution cap per step; default 4 for customer, 1 for record.
            batch_divisor: Public divisor of the noisy sum, in units. Not the size of a silo.
            clipping: flat, automatic or adaptive.
            clip_stability: Automatic: what is added to a norm.
            clip_quantile: Adaptive: share of the norms that the bound goes to have below it.
            clip_learning_rate: Adaptive: how fast.
            count_noise: Adaptive: noise of the count; default what makes the sum's noise 5 % more.
            noise: independent or banded.
            bands: Banded: steps from one of a customer's to the next; default one over `sample_rate`, so that
                batches are as large as with sampling.
            holdout: Share of the customers who validate instead of training; 0 for none.
            validation_share: Share of `target_epsilon` that training leaves to validation, in (0, 1).
            validation_bound: Loss that a customer counts with at most, in nats per token.
            validations: Validation losses at most; default one per step.

        Raises:
            PlanError: A value is out of range, or no noise is enough for the target.
        """
        cap = (4 if privacy_unit == "customer" else 1) if records_per_unit is None else records_per_unit
        plan = cls(
            privacy_unit=privacy_unit,
            neighboring_relation=NEIGHBORING_RELATION,
            sample_rate=sample_rate,
            steps=steps,
            max_grad_norm=max_grad_norm,
            noise_multiplier=_PLACEHOLDER_NOISE,
            records_per_unit=cap,
            batch_divisor=batch_divisor,
            delta=delta,
            target_epsilon=target_epsilon,
            accountant=accountant_name(),
        )
        if noise != "independent":
            bands = max(2, round(1.0 / sample_rate)) if bands is None else bands
            plan = dataclasses.replace(plan, noise=noise, bands=bands, sample_rate=1.0)
        if holdout:
            check_number(
                "validation_share", validation_share, low=0.0, high=1.0, open_low=True, open_high=True
            )
        target = target_epsilon * (1.0 - validation_share) if holdout else target_epsilon
        plan = plan._with_least("noise_multiplier", target)
        if clipping == "automatic":
            plan = dataclasses.replace(plan, clipping=clipping, clip_stability=clip_stability)
        elif clipping != "flat":
            plan = dataclasses.replace(
                plan,
                clipping=clipping,
                clip_quantile=clip_quantile,
                clip_learning_rate=clip_learning_rate,
                count_noise=default_count_noise(plan.noise_multiplier)
                if count_noise is None
                else count_noise,
            )
        if not holdout:
            return plan
        plan = dataclasses.replace(
            plan,
            holdout=holdout,
            validation_noise=_PLACEHOLDER_NOISE,
            validation_bound=validation_bound,
            validations=steps if validations is None else validations,
        )
        return plan._with_least("validation_noise", target_epsilon)

    def _with_least(self, name: str, target: float) -> Self:
        """The same plan with the least noise of one kind that does not pass the target."""

        def epsilon_of(noise: float) -> float:
            return dataclasses.replace(self, **_noise(name, noise)).epsilon()

        return dataclasses.replace(self, **_noise(name, least_noise(epsilon_of, target)))

    def event(self, steps: int | None = None) -> PrivacyEvent:
        """The privacy event of `steps` training steps (default: all of the plan).

        With banded noise the first step costs what all cost.
        """
        count = self.steps if steps is None else steps
        if self.noise == "banded":
            return PrivacyEvent(BANDED_GAUSSIAN, self.noise_multiplier, 1.0, min(count, 1))
        return PrivacyEvent(POISSON_GAUSSIAN, self.noise_multiplier, self.sample_rate, count)

    def validation_event(self, count: int | None = None) -> PrivacyEvent:
        """The privacy event of `count` validation losses (default: all of the plan)."""
        return PrivacyEvent(
            GAUSSIAN, self.validation_noise, 1.0, self.validations if count is None else count
        )

    def events(self) -> list[PrivacyEvent]:
        """All that the plan may spend: training, then validation."""
        return [self.event(), self.validation_event()]

    def epsilon(self, steps: int | None = None) -> float:
        """Epsilon at `delta` after `steps` training steps (default: all of the plan, validation included).

        Infinity without noise.
        """
        return pld_epsilon(self.events() if steps is None else [self.event(steps)], self.delta)

    def composed_epsilon(self, merchants: int) -> float:
        """Epsilon at `delta` of a customer whose data lies at `merchants` merchants with this plan."""
        check_count("merchants", merchants)
        return pld_epsilon(self.events() * merchants, self.delta)

    @property
    def participations(self) -> int:
        """Steps that a customer takes part in at most; with Poisson sampling, any of them."""
        return participations(self.bands, self.steps)

    def claim(self, *, unsafe_seed: bool = False) -> str:
        """What is promised, in one sentence with every assumption.

        Args:
            unsafe_seed: Whether the noise came from a fixed seed; then nothing is promised.
        """
        return claim_sentence(self.to_json(), self.epsilon(), unsafe_seed=unsafe_seed)

    @property
    def plan_id(self) -> str:
        """Hex SHA-256 of the plan; equal plans have equal ids on every machine."""
        return sha256_text(canonical_json(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The plan that `to_json` wrote.

        Raises:
            PlanError: A field is missing, unknown or out of range; the message names it.
        """
        if not isinstance(values, dict):
            raise PlanError("privacy plan: wants a JSON object")
        names = {field.name for field in dataclasses.fields(cls)}
        for fault, keys in (("unknown", set(values) - names), ("missing", names - set(values))):
            if keys:
                raise PlanError(f"privacy plan: {fault} field {min(map(str, keys))}")
        return cls(**values)


def _noise(name: str, value: float) -> dict[str, Any]:
    return {name: value}
