"""The objects of a training as `TrainConfig` describes them, for the pipeline and for `flwr run`."""

from __future__ import annotations

from functools import partial

from privgen.config import TrainConfig
from privgen.federated.bounds import update_bound
from privgen.federated.participation import most_rounds
from privgen.federated.plan import PrivacyPlan
from privgen.federated.rates import default_rate
from privgen.federated.rules import Rules
from privgen.federated.settings import TrainingSettings


def plan_of(config: TrainConfig, merchants: int) -> PrivacyPlan:
    """The privacy plan, with noise for the most rounds that one of the merchants can be asked."""
    return PrivacyPlan.calibrate(
        target_epsilon=config.target_epsilon,
        delta=config.delta,
        privacy_unit="customer",
        sample_rate=config.sample_rate,
        steps=most_rounds(config.rounds, merchants, config.silos_per_round) * config.steps_per_round,
        max_grad_norm=config.max_grad_norm,
        records_per_unit=config.records_per_customer,
        batch_divisor=config.expected_batch_size,
        clipping=config.clipping,
        clip_stability=config.clip_stability,
        clip_quantile=config.clip_quantile,
        clip_learning_rate=config.clip_learning_rate,
        count_noise=config.count_noise,
        noise=config.noise,
        bands=config.bands,
        holdout=config.holdout,
        validation_share=config.validation_share,
        validation_bound=config.validation_bound,
        validations=config.rounds,
    )


def settings_of(config: TrainConfig, base: str, merchants: int) -> TrainingSettings:
    """How silos train the base model; so many of them take part."""
    averaged = min(config.silos_per_round or merchants, merchants)
    rate = config.learning_rate
    return TrainingSettings(
        base=base,
        adapter=config.adapter,
        rank=config.rank,
        steps_per_round=config.steps_per_round,
        learning_rate=default_rate(averaged, config.adapter) if rate is None else rate,
        max_length=config.max_length,
        signal_dropout=config.signal_dropout,
        proximal_mu=config.proximal_mu,
        seed=config.seed,
    )


def rules_of(config: TrainConfig, plan: PrivacyPlan, settings: TrainingSettings) -> Rules:
    """How a round is run."""
    return Rules(
        plan.plan_id,
        aggregation=config.aggregation,  # type: ignore[arg-type]  # average is refused by the rules
        strategy=config.strategy,
        server_learning_rate=config.server_learning_rate,
        proximal_mu=config.proximal_mu,
        silos_per_round=config.silos_per_round,
        deadline=config.deadline,
        bound=partial(update_bound, settings),
        seed=config.seed,
    )
