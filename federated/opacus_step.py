"""DP-SGD steps on one silo over Opacus' hooks and optimiser (torch, opacus).

A step: every privacy unit joins by its own coin flip; the gradients of at most `records_per_unit` of its
records are summed and clipped together; Gaussian noise is added to the sum over units; the result is
divided by a public constant. No unit joined: a step of noise alone. All of it is read from the plan.

Source: DP-SGD, Abadi et al. 2016, arXiv:1607.00133; user-level sampling, Charles et al. 2024,
arXiv:2407.07737.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from privgen.errors import MissingExtraError, ModelError
from privgen.federated.model import AdapterModel
from privgen.federated.plan import PrivacyPlan
from privgen.federated.randomness import RandomSource
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Encoder, Example, SiloRecords

_flwr = logging.getLogger("flwr")
_level = _flwr.level
try:
    import torch
    from opacus.grad_sample import GradSampleHooks
    from opacus.optimizers import DPOptimizer
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None
_flwr.setLevel(_level)  # importing opacus makes Flower log its debugging messages

Unit = list[Example]
"""The encoded records of one sampled privacy unit; may be empty."""


def private_steps(
    model: AdapterModel,
    records: SiloRecords,
    plan: PrivacyPlan,
    settings: TrainingSettings,
    source: RandomSource,
) -> None:
    """Take one round's steps of the plan from the model's present weights; the weights change in place.

    Guarantees: the weights afterwards are a function of the weights before, of public settings, and of
    `steps_per_round` Poisson-subsampled Gaussian mechanisms of the plan on the silo's units.

    Raises:
        ModelError: The weights are no longer finite: the learning rate is too high.
    """
    trainer = PrivateTrainer(model, plan, settings, source)
    units, encoder = records.units(plan.privacy_unit), model.encoder(settings.max_length)
    try:
        for _ in range(settings.steps_per_round):
            trainer.step(list(trainer.sample(units, records, encoder)))
    finally:
        trainer.close()
    if not all(bool(p.isfinite().all()) for p in model.parameters.values()):
        raise ModelError("local training: weights are not finite any more; lower the learning rate")


class PrivateTrainer:
    """Per-unit gradients, clipped and noised, into a local Adam optimiser; close it after use."""

    def __init__(
        self, model: AdapterModel, plan: PrivacyPlan, settings: TrainingSettings, source: RandomSource
    ) -> None:
        self._model, self._plan, self._settings, self._source = model, plan, settings, source
        self._hooks: Any = GradSampleHooks(model.network, loss_reduction="sum")
        adam = torch.optim.Adam(list(model.parameters.values()), lr=settings.learning_rate)
        self.optimizer: Any = _optimizer(adam, plan, source)
        if settings.proximal_mu:
            self.optimizer.attach_step_hook(_pull(self.optimizer.params, settings.proximal_mu))
        self.optimizer.zero_grad()

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
        batches = list(_packed(units, self._settings.micro_batch))
        for batch in batches:
            self.unit_gradients(batch)
            self.optimizer.signal_skip_step(True)  # clip and add up, no noise yet
            self.optimizer.step()
            self.optimizer.zero_grad()
        for parameter in self.optimizer.params:
            parameter.grad_sample = parameter.new_zeros((0, *parameter.shape))
        self.optimizer.signal_skip_step(False)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def unit_gradients(self, batch: Sequence[Unit]) -> None:
        """Put the summed gradient of each unit into `grad_sample`, shape `(len(batch), *parameter.shape)`.

        A unit whose gradient is not finite counts as zero: it must neither stop the step nor pass the clip.
        """
        rows = [example for unit in batch for example in unit]
        owners = [place for place, unit in enumerate(batch) for _ in unit]
        with warnings.catch_warnings():  # the first layer's input needs no gradient: nothing trains before it
            warnings.filterwarnings("ignore", message="Full backward hook is firing")
            self._model.record_losses(rows).sum().backward()
        owner = torch.tensor(owners, device=self._model.device)
        finite = torch.ones(len(batch), dtype=torch.bool, device=self._model.device)
        for parameter in self.optimizer.params:
            per_row = parameter.grad_sample
            if per_row is None:  # a layer that this architecture did not use
                per_row = parameter.new_zeros((len(rows), *parameter.shape))
            summed = per_row.new_zeros((len(batch), *parameter.shape)).index_add_(0, owner, per_row)
            finite &= summed.flatten(1).isfinite().all(1)
            parameter.grad_sample = summed
        if not bool(finite.all()):
            for parameter in self.optimizer.params:
                parameter.grad_sample[~finite] = 0.0

    def close(self) -> None:
        """Take the hooks off the model."""
        self._hooks.cleanup()
        for parameter in self._model.parameters.values():
            parameter.grad = None


class _SystemNoiseOptimizer(DPOptimizer):  # type: ignore[misc]
    """Opacus' optimiser with the noise of a `RandomSource` in place of torch's generator."""

    source: RandomSource

    def add_noise(self) -> None:
        """Add noise of standard deviation noise_multiplier * max_grad_norm to the clipped sums."""
        deviation = self.noise_multiplier * self.max_grad_norm
        for parameter in self.params:
            total = parameter.summed_grad
            noise = torch.from_numpy(self.source.normal(*total.shape)).to(total.device)
            parameter.grad = (total + deviation * noise).view_as(parameter)


def _optimizer(inner: torch.optim.Optimizer, plan: PrivacyPlan, source: RandomSource) -> Any:
    """Opacus' optimiser with everything that matters to privacy read from the plan."""
    optimizer = _SystemNoiseOptimizer(
        inner,
        noise_multiplier=plan.noise_multiplier,
        max_grad_norm=plan.max_grad_norm,
        expected_batch_size=plan.batch_divisor,
        loss_reduction="mean",  # divides by the plan's constant, not by the batch
    )
    optimizer.source = source
    return optimizer


def _pull(parameters: Sequence[torch.nn.Parameter], weight: float) -> Callable[[Any], None]:
    """Add FedProx' gradient, towards the present weights, to the noised one: it reads no data."""
    anchors = [parameter.detach().clone() for parameter in parameters]

    def pull(_: Any) -> None:
        for parameter, anchor in zip(parameters, anchors, strict=True):
            parameter.grad.add_(parameter.detach() - anchor, alpha=weight)

    return pull


def _packed(units: Sequence[Unit], most: int) -> Iterator[list[Unit]]:
    """Whole units of similar length, at most `most` records at a time; units without records are left out.

    Clipped gradients are added up, so neither order nor packing changes the result.
    """
    batch: list[Unit] = []
    count = 0
    for unit in sorted((unit for unit in units if unit), key=lambda unit: max(map(len, unit))):
        if batch and count + len(unit) > most:
            yield batch
            batch, count = [], 0
        batch.append(unit)
        count += len(unit)
    if batch:
        yield batch
