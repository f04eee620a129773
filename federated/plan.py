"""The privacy plan: one frozen object that sampler, clipper, noise, divisor and accountant all read.

Every field is public configuration. Sensitive things (data, their number, random numbers) are arguments
of the code that trains, never part of a plan.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, Self

from privgen.errors import PlanError
from privgen.federated.accounting import (
    POISSON_GAUSSIAN,
    PrivacyEvent,
    accountant_name,
    check_count,
    check_delta,
    check_number,
    pld_epsilon,
)
from privgen.federated.calibration import least_noise
from privgen.federated.claim import claim_sentence
from privgen.files import canonical_json, sha256_text

PrivacyUnit = Literal["customer", "record"]
NEIGHBORING_RELATION = "add_or_remove_one"
_FLOATS = (*("sample_rate", "max_grad_norm", "noise_multiplier", "batch_divisor", "delta", "target_epsilon"),)
_PLACEHOLDER_NOISE = 1.0  # what a plan is checked with before its noise is known


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivacyPlan:
    """How one merchant's training is kept private, and what it costs at most.

    Guarantees, if the training follows it: the trainable weights that leave a merchant are
    (epsilon(), delta)-differentially private for adding or removing one unit of that merchant's data.

    Args:
        privacy_unit: customer (all records of a customer together) or record.
        neighboring_relation: add_or_remove_one.
        sample_rate: Poisson rate of a unit per step, in (0, 1].
        steps: Noisy steps of a merchant at most, over all rounds and restarts.
        max_grad_norm: L2 clip bound of one unit's summed gradient, more than 0.
        noise_multiplier: Noise standard deviation over `max_grad_norm`.
        records_per_unit: Records of a unit used in a step at most; 1 for the unit record.
        batch_divisor: Public constant that the noisy sum is divided by, more than 0.
        delta: In (0, 1).
        target_epsilon: What `epsilon()` was calibrated not to pass; a ledger stops training there.
        accountant: Who counted, with its version.

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

    def __post_init__(self) -> None:
        """Check every field; a plan out of range does not exist."""
        if self.privacy_unit not in ("customer", "record"):
            raise PlanError("privacy_unit: wants customer or record")
        if self.neighboring_relation != NEIGHBORING_RELATION:
            raise PlanError(f"neighboring_relation: wants {NEIGHBORING_RELATION}")
        check_number("sample_rate", self.sample_rate, low=0.0, high=1.0, open_low=True)
        check_count("steps", self.steps)
        check_number("max_grad_norm", self.max_grad_norm, low=0.0, open_low=True)
        check_number("noise_multiplier", self.noise_multiplier, low=0.0)
        check_count("records_per_unit", self.records_per_unit)
        if self.privacy_unit == "record" and self.records_per_unit != 1:
            raise PlanError("records_per_unit: wants 1 where the privacy unit is the record")
        check_number("batch_divisor", self.batch_divisor, low=0.0, open_low=True)
        check_delta(self.delta)
        check_number("target_epsilon", self.target_epsilon, low=0.0, open_low=True)
        if not isinstance(self.accountant, str) or not self.accountant.strip():
            raise PlanError("accountant: wants its name and version")
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
    ) -> Self:
        """The plan with the least noise (to 0.03 %) whose epsilon does not pass `target_epsilon`.

        Args:
            target_epsilon: Budget of one merchant, more than 0.
            delta: In (0, 1); far below one over the number of units.
            privacy_unit: customer or record.
            sample_rate: Poisson rate of a unit per step, in (0, 1].
            steps: The most steps a merchant can take part in, over all rounds: never an expected number.
            max_grad_norm: L2 clip bound of one unit's summed gradient.
            records_per_unit: Contribution cap per step; default 4 for customer, 1 for record.
            batch_divisor: Public divisor of the noisy sum, in units. Not the size of a silo.

        Raises:
            PlanError: A value is out of range, or no noise is enough for the target.
        """
        cap = (4 if privacy_unit == "customer" else 1) if records_per_unit is None else records_per_unit
        draft = cls(
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

        def epsilon_of(noise_multiplier: float) -> float:
            return pld_epsilon([PrivacyEvent(POISSON_GAUSSIAN, noise_multiplier, sample_rate, steps)], delta)

        return dataclasses.replace(draft, noise_multiplier=least_noise(epsilon_of, target_epsilon))

    def event(self, steps: int | None = None) -> PrivacyEvent:
        """The privacy event of `steps` steps (default: all of the plan)."""
        count = self.steps if steps is None else steps
        return PrivacyEvent(POISSON_GAUSSIAN, self.noise_multiplier, self.sample_rate, count)

    def epsilon(self, steps: int | None = None) -> float:
        """Epsilon at `delta` after `steps` steps (default: all of the plan); infinity without noise."""
        return pld_epsilon([self.event(steps)], self.delta)

    def composed_epsilon(self, merchants: int) -> float:
        """Epsilon at `delta` of a customer whose data lies at `merchants` merchants with this plan."""
        check_count("merchants", merchants)
        return pld_epsilon([self.event()] * merchants, self.delta)

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
