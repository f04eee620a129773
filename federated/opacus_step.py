"""DP-SGD steps on one silo: exact gradients per unit into Opacus' optimiser (torch, opacus).

A step: every privacy unit joins by its own coin flip (with banded noise, when it is its turn); the gradients
of at most `records_per_unit` of its records are summed and clipped together; Gaussian noise is added to the
sum over units; the result is divided by a public constant. No unit joined: a step of noise alone. All of it
is read from the plan; what one round hands to the next is `Steps`.

Source: DP-SGD, Abadi et al. 2016, arXiv:1607.00133; user-level sampling, Charles et al. 2024,
arXiv:2407.07737.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from privgen.errors import MissingExtraError, ModelError
from privgen.federated.clipping import Clipper, clipper_of
from privgen.federated.mechanisms import step_noise_multiplier
from privgen.federated.model import AdapterModel
from privgen.federated.plan import PrivacyPlan
from privgen.federated.randomness import RandomSource
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Encoder, SiloRecords
from privgen.federated.step_noise import StepNoise, noise_of
from privgen.federated.steps import Steps, plain_steps
from privgen.federated.unit_gradients import Unit, unit_gradients

_flwr = logging.getLogger("flwr")
_level = _flwr.level
try:
    import torch
    from opacus.optimizers import DPOptimizer
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None
_flwr.setLevel(_level)  # importing opacus makes Flower log its debugging messages


def private_steps(
    model: AdapterModel,
    records: SiloRecords,
    plan: PrivacyPlan,
    settings: TrainingSettings,
    source: RandomSource,
    steps: Steps | None = None,
) -> None:
    """Take one round's steps of the plan from the model's present weights; the weights change in place.

    Guarantees: the weights afterwards are a function of the weights before, of public settings, and of
    `steps_per_round` steps of the plan's mechanism on the silo's units.

    Args:
        model: Holds the weights.
        records: The silo's.
        plan: The plan.
        settings: How to train.
        source: Random numbers of the round.
        steps: What earlier rounds left; changed by this one. None for a plan's first steps.

    Raises:
        ModelError: The weights are no longer finite: the learning rate is too high.
    """
    steps = plain_steps(plan, records) if steps is None else steps
    trainer = PrivateTrainer(model, plan, settings, source, clipper=steps.clipper, noise=steps.noise)
    encoder = model.encoder(settings.max_length)
    try:
        for step in range(settings.steps_per_round):
            trainer.step(list(trainer.sample(steps.units(step), records, encoder)))
    finally:
        trainer.close()
    if not all(bool(p.isfinite().all()) for p in model.parameters.values()):
        raise ModelError("local training: weights are not finite any more; lower the learning rate")


class PrivateTrainer:
    """Per-unit gradients, clipped and noised, into a local Adam optimiser; close it after use.

    Args:
        model: What trains.
        plan: The plan.
        settings: How.
        source: Random numbers.
        clipper: The clipping rule as an earlier round left it; None for a plan's first step.
        noise: The noise, likewise.
    """

    def __init__(
        self,
        model: AdapterModel,
        plan: PrivacyPlan,
        settings: TrainingSettings,
        source: RandomSource,
        *,
        clipper: Clipper | None = None,
        noise: StepNoise | None = None,
    ) -> None:
        self._model, self._plan, self._settings, self._source = model, plan, settings, source
        self._gradients = unit_gradients(
            model.preflight.way, model.network, model.record_losses, settings.micro_batch
        )
        adam = torch.optim.Adam(list(model.parameters.values()), lr=settings.learning_rate)
        self.optimizer: Any = _optimizer(
            adam, plan, source, clipper or clipper_of(plan), noise or noise_of(plan)
        )
        if settings.proximal_mu:
            self.optimizer.attach_step_hook(_pull(self.optimizer.params, settings.proximal_mu))
        self.optimizer.zero_grad(set_to_none=True)

    def sample(
        self, units: Sequence[tuple[int, ...]], records: SiloRecords, encoder: Encoder
    ) -> Iterator[Unit]:
        """Flip a coin for every unit; yield the encoded records of those that join.

        A unit with more records than the plan's cap gives a uniform sample of them, drawn anew each time.
        Signals are dropped record by record.
        """
        joined = self._source.uniform(len(units)) < self._plan.sample_rate
        for place in joined.nonzero()[0].tolist():
            chosen = self._source.choose(len(units[place]), self._plan.records_per_unit)
            unit = []
            for record in records.read([units[place][i] for i in chosen]):
                draws = self._source.uniform(len(record.prompt.signals))
                example = encoder.encode(record, (draws >= self._settings.signal_dropout).tolist())
                if example is not None:
                    unit.append(example)
            yield unit

    def step(self, units: Sequence[Unit]) -> None:
        """One noisy step on the units that joined, whatever their number."""
        for batch in self._gradients.batches(units):
            self.unit_gradients(batch)
            self.optimizer.signal_skip_step(True)  # clip and add up, no noise yet
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
        for parameter in self.optimizer.params:
            parameter.grad_sample = parameter.new_zeros((0, *parameter.shape))
        self.optimizer.signal_skip_step(False)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def unit_gradients(self, batch: Sequence[Unit]) -> None:
        """Put the summed gradient of each unit into `grad_sample`, shape `(len(batch), *parameter.shape)`.

        A unit whose gradient, or its norm, is not finite counts as zero: it must neither stop the step nor
        pass the clip.
        """
        self._gradients.compute(batch)
        finite = torch.ones(len(batch), dtype=torch.bool, device=self._model.device)
        for parameter in self.optimizer.params:  # of a norm: ten times faster than of every entry
            finite &= parameter.grad_sample.flatten(1).norm(dim=1).isfinite()
        if not bool(finite.all()):
            for parameter in self.optimizer.params:
                parameter.grad_sample[~finite] = 0.0

    def close(self) -> None:
        """Leave the model as it was, but for its weights."""
        self._gradients.close()
        for parameter in self._model.parameters.values():
            parameter.grad = None


class _PlannedOptimizer(DPOptimizer):  # type: ignore[misc]
    """Opacus' optimiser with the plan's clipping rule, and noise of a `RandomSource`, not of torch."""

    source: RandomSource
    clipper: Clipper
    noise: StepNoise

    def clip_and_accumulate(self) -> None:
        """Clip each unit's gradient and add it to the step's sum."""
        gradients = [parameter.grad_sample for parameter in self.params]
        norms = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients]).norm(dim=0)
        factors = self.clipper.factors(norms)
        for parameter, gradient in zip(self.params, gradients, strict=True):
            if len(gradient) != 1:
                self._accumulate(parameter, torch.einsum("i,i...", factors, gradient))
            elif parameter.summed_grad is None:  # in place: a gradient may be as large as the model
                parameter.summed_grad = gradient[0].mul_(factors[0])
            else:
                parameter.summed_grad.addcmul_(gradient[0], factors[0])

    def add_noise(self) -> None:
        """Add noise of standard deviation noise_multiplier * bound to the sums; then the bound may move."""
        deviation = self.noise_multiplier * self.clipper.bound
        shapes = [tuple(parameter.summed_grad.shape) for parameter in self.params]
        for parameter, drawn in zip(self.params, self.noise.draw(shapes, self.source), strict=True):
            total = parameter.summed_grad
            noise = torch.from_numpy(drawn).to(total.device)
            parameter.grad = noise.mul_(deviation).add_(total).view_as(parameter)
        self.clipper.end_step(self.source)

    @staticmethod
    def _accumulate(parameter: Any, total: torch.Tensor) -> None:
        if parameter.summed_grad is None:
            parameter.summed_grad = total
        else:
            parameter.summed_grad += total


def _optimizer(
    inner: torch.optim.Optimizer,
    plan: PrivacyPlan,
    source: RandomSource,
    clipper: Clipper,
    noise: StepNoise,
) -> Any:
    """Opacus' optimiser with everything that matters to privacy read from the plan."""
    optimizer = _PlannedOptimizer(
        inner,
        noise_multiplier=step_noise_multiplier(plan),
        max_grad_norm=plan.max_grad_norm,
        expected_batch_size=plan.batch_divisor,
        loss_reduction="mean",  # divides by the plan's constant, not by the batch
    )
    optimizer.source, optimizer.clipper, optimizer.noise = source, clipper, noise
    return optimizer


def _pull(parameters: Sequence[torch.nn.Parameter], weight: float) -> Callable[[Any], None]:
    """Add FedProx' gradient, towards the present weights, to the noised one: it reads no data."""
    anchors = [parameter.detach().clone() for parameter in parameters]

    def pull(_: Any) -> None:
        for parameter, anchor in zip(parameters, anchors, strict=True):
            parameter.grad.add_(parameter.detach() - anchor, alpha=weight)

    return pull
