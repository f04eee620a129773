"""A step does what the plan says: per-customer gradients, clipping, noise, divisor, Poisson batches."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from federated_models import make_base, make_plan, make_silo, record
from scipy import stats

from privgen.errors import ModelError
from privgen.federated.flower_app import Task, local_training
from privgen.federated.model import AdapterModel, load_model
from privgen.federated.opacus_step import PrivateTrainer, private_steps
from privgen.federated.plan import PrivacyPlan
from privgen.federated.preflight import Adapter
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Example, open_records

KINDS = ("llama", "qwen2", "gpt2", "t5")
ADAPTERS: tuple[Adapter, ...] = ("lora", "full")


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("bases")
    return {kind: make_base(folder / kind, kind) for kind in KINDS}


def _model(base: str, *, spread: float = 0.05, adapter: Adapter = "lora") -> AdapterModel:
    model = load_model(base, rank=4, adapter=adapter)
    if adapter == "full":
        model.set_weights(model.untrained("B"))
        return model
    rng = np.random.default_rng(2)
    model.set_weights(
        {n: rng.normal(0, spread, w.shape).astype(np.float32) for n, w in sorted(model.weights().items())}
    )
    return model


def _settings(base: str, **changes: Any) -> TrainingSettings:
    return TrainingSettings(**({"base": base, "rank": 4, "max_length": 200} | changes))


def _units(model: AdapterModel) -> list[list[Example]]:
    """Three customers with 2, 1 and 3 records of unequal length."""
    encoder = model.encoder(200)
    found: list[list[Example]] = []
    for customer, shapes in (("a", [(0, 1), (3, 2)]), ("b", [(1, 1)]), ("c", [(2, 1), (0, 2), (5, 1)])):
        unit = [encoder.encode(record(customer, "blue", signals=s, words=w), [True] * s) for s, w in shapes]
        found.append([example for example in unit if example is not None])
    assert [len(unit) for unit in found] == [2, 1, 3]
    return found


def _loop(model: AdapterModel, unit: Sequence[Example]) -> dict[str, torch.Tensor]:
    """The oracle: plain autograd, one record at a time, without Opacus."""
    total = {name: torch.zeros_like(p) for name, p in model.parameters.items()}
    for example in unit:
        loss = model.record_losses([example])[0]
        gradients = torch.autograd.grad(loss, list(model.parameters.values()))
        for name, gradient in zip(model.parameters, gradients, strict=True):
            total[name] += gradient
    return total


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_s_loss_depends_on_no_other_record(kind: str, bases: dict[str, str]) -> None:
    model = _model(bases[kind])
    rows = [example for unit in _units(model) for example in unit]
    alone = torch.stack([model.record_losses([row])[0] for row in rows])
    torch.testing.assert_close(model.record_losses(rows), alone, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(model.record_losses(rows[::-1]), alone.flip(0), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("adapter", "micro_batch"), itertools.product(ADAPTERS, [1, 3, 16]))
def test_a_step_without_noise_is_the_clipped_sum_over_the_public_divisor(
    adapter: Adapter, micro_batch: int, bases: dict[str, str]
) -> None:
    """Whatever the packing; the clip bound is the median norm, so that it binds for some customers only."""
    base = bases["llama"]
    model = _model(base, adapter=adapter)
    units = [*_units(model), []]  # a customer none of whose records fits
    loops = [_loop(model, unit) for unit in units[:3]]
    norms = [float(torch.cat([g.flatten() for g in loop.values()]).norm()) for loop in loops]
    bound = sorted(norms)[1]
    plan = make_plan(noise_multiplier=0.0, max_grad_norm=bound, batch_divisor=7.0)
    trainer = PrivateTrainer(model, plan, _settings(base, micro_batch=micro_batch), random_source(1))
    seen: dict[str, torch.Tensor] = {}
    optimizer = trainer.optimizer
    optimizer.attach_step_hook(
        lambda _: seen.update({name: p.grad.clone() for name, p in model.parameters.items()})
    )
    try:
        trainer.step(units)
    finally:
        trainer.close()
    for name in model.parameters:
        clipped = [loop[name] * min(1.0, bound / norm) for loop, norm in zip(loops, norms, strict=True)]
        torch.testing.assert_close(seen[name], sum(clipped, torch.zeros(())) / 7.0, atol=1e-6, rtol=1e-4)


def _noise_of_empty_step(base: str, seed: int | None, adapter: Adapter = "lora", **changes: Any) -> Any:
    return _step_gradient(base, make_plan(**changes), [], seed=seed, adapter=adapter).double().numpy()


@pytest.mark.parametrize(("adapter", "joined"), itertools.product(ADAPTERS, [0, 3]))
def test_every_step_has_the_planned_noise(adapter: Adapter, joined: int, bases: dict[str, str]) -> None:
    """Of an empty batch nothing else. Variance (sigma C / divisor)^2 by a chi-square test, and normality by
    Kolmogorov and Smirnov; false alarm 2e-3 each time, at seed 21."""
    base, sizes = bases["llama"], {"max_grad_norm": 0.5, "batch_divisor": 4.0}
    units = _units(_model(base, adapter=adapter))[:joined]
    noisy, quiet = (
        _step_gradient(base, make_plan(noise_multiplier=sigma, **sizes), units, seed=21, adapter=adapter)
        for sigma in (1.3, 0.0)
    )
    assert bool(quiet.any()) == bool(joined)
    noise = (noisy - quiet).double().numpy()
    deviation = 1.3 * 0.5 / 4.0
    low, high = stats.chi2.ppf([5e-4, 1 - 5e-4], df=len(noise))
    assert low < float((noise**2).sum()) / deviation**2 < high
    assert stats.kstest(noise / deviation, "norm").pvalue > 1e-3


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_noise_is_never_the_same_twice(adapter: Adapter, bases: dict[str, str]) -> None:
    """Correlation of two draws; false alarm under 1e-6."""
    base = bases["llama"]
    first, second = (_noise_of_empty_step(base, None, adapter) for _ in range(2))
    assert abs(float(np.corrcoef(first, second)[0, 1])) < 5 / len(first) ** 0.5
    assert np.array_equal(_noise_of_empty_step(base, 5, adapter), _noise_of_empty_step(base, 5, adapter))


def test_noise_differs_between_silos_rounds_and_restarts(bases: dict[str, str], tmp_path: Path) -> None:
    """Nobody is ever sampled, so that the update of a round of one step is the sign of its noise. Shares of
    equal signs of all 28 pairs lie within 5.5 standard deviations of a half; false alarm under 1e-5."""
    base = bases["llama"]
    plan, settings = make_plan(sample_rate=1e-12), _settings(base)
    zeros = load_model(base, rank=4).untrained("B")
    silos = [make_silo(tmp_path, merchant, customers=3) for merchant in ("alpine", "harbour")]
    signs = []
    for folder, silo, server_round in itertools.product(("first", "restart"), silos, (1, 2)):
        found = local_training(silo, tmp_path / folder, plan, settings, Task(server_round, zeros, "B"))
        signs.append(np.concatenate([np.sign(found[name]).ravel() for name in sorted(found)]))
    size = len(signs[0])
    assert size > 500 and all((np.abs(row) == 1).all() for row in signs)
    for one, other in itertools.combinations(signs, 2):
        assert abs(float((one == other).mean()) - 0.5) < 5.5 * 0.5 / size**0.5


def test_a_customer_moves_the_sum_by_the_clip_bound_at_most(bases: dict[str, str]) -> None:
    """Sensitivity: with and without one customer, whose gradient is far over the bound."""
    base = bases["llama"]
    plan = make_plan(noise_multiplier=0.0, max_grad_norm=0.1, batch_divisor=1.0)
    units = _units(_model(base, spread=3.0))
    with_all, without_one = (_step_gradient(base, plan, chosen) for chosen in (units, units[:2]))
    assert 0.05 < float((with_all - without_one).norm()) <= 0.1 * (1 + 1e-5)


def _step_gradient(
    base: str,
    plan: PrivacyPlan,
    units: list[list[Example]],
    *,
    seed: int | None = 1,
    adapter: Adapter = "lora",
) -> torch.Tensor:
    """What one step hands to the optimiser, flattened."""
    model = _model(base, spread=3.0, adapter=adapter)
    trainer = PrivateTrainer(model, plan, _settings(base), random_source(seed))
    seen: list[torch.Tensor] = []
    trainer.optimizer.attach_step_hook(
        lambda _: seen.extend(p.grad.flatten().clone() for p in model.parameters.values())
    )
    try:
        trainer.step(units)
    finally:
        trainer.close()
    return torch.cat(seen)


def test_a_customer_whose_gradient_is_not_finite_counts_as_nothing(bases: dict[str, str]) -> None:
    base = bases["llama"]
    model = _model(base)
    units = _units(model)
    original = model.record_losses

    def poisoned(rows: Sequence[Example]) -> torch.Tensor:
        scale = torch.ones(len(rows))
        scale[2] = torch.inf  # the one record of the second customer
        return original(rows) * scale

    model.record_losses = poisoned  # type: ignore[method-assign]
    trainer = PrivateTrainer(model, make_plan(), _settings(base), random_source(1))
    try:
        trainer.unit_gradients(units)
        for parameter in model.parameters.values():
            assert parameter.grad_sample.isfinite().all() and not parameter.grad_sample[1].any()
        assert any(bool(p.grad_sample[0].any()) for p in model.parameters.values())
    finally:
        del model.record_losses
        trainer.close()


def test_batches_are_poisson_and_contributions_capped(bases: dict[str, str], tmp_path: Path) -> None:
    """Sizes of 150 batches of 40 customers: mean and variance of a binomial, false alarm under 1e-3."""
    base = bases["llama"]
    model = _model(base)
    records = open_records(make_silo(tmp_path, customers=40, most=5))
    trainer = PrivateTrainer(model, make_plan(sample_rate=0.3), _settings(base), random_source(31))
    units, encoder = records.units("customer"), model.encoder(200)
    batches = [list(trainer.sample(units, records, encoder)) for _ in range(150)]
    trainer.close()
    sizes = np.array([len(batch) for batch in batches])
    assert abs(sizes.mean() - 12.0) < 3.5 * (40 * 0.3 * 0.7 / 150) ** 0.5
    low, high = stats.chi2.ppf([5e-4, 1 - 5e-4], df=149)
    assert low < 149 * sizes.var(ddof=1) / (40 * 0.3 * 0.7) < high
    assert {len(unit) for batch in batches for unit in batch} == {1, 2}  # the plan's cap is 2, some have 5


def test_signals_are_dropped_record_by_record_at_the_given_rate(
    bases: dict[str, str], tmp_path: Path
) -> None:
    base = bases["llama"]
    model = _model(base)
    records = open_records(make_silo(tmp_path, customers=30, most=1))
    encoder, units = model.encoder(200), records.units("customer")
    lengths = {}
    for dropout in (0.0, 0.5):
        settings = _settings(base, signal_dropout=dropout)
        trainer = PrivateTrainer(model, make_plan(sample_rate=1.0), settings, random_source(3))
        draws = itertools.chain.from_iterable(trainer.sample(units, records, encoder) for _ in range(20))
        lengths[dropout] = [len(unit[0].prompt) for unit in draws]
        trainer.close()
    full = np.array(lengths[0.0])
    bare = full.min()  # some records have no signals
    share = (np.array(lengths[0.5]) - bare).sum() / (full - bare).sum()
    assert len(full) == 600 and abs(share - 0.5) < 0.05


def test_the_record_unit_clips_each_record(bases: dict[str, str], tmp_path: Path) -> None:
    base = bases["llama"]
    model = _model(base)
    records = open_records(make_silo(tmp_path, customers=5, most=4))
    plan = make_plan(privacy_unit="record", records_per_unit=1, sample_rate=1.0)
    trainer = PrivateTrainer(model, plan, _settings(base), random_source(3))
    units = list(trainer.sample(records.units("record"), records, model.encoder(200)))
    trainer.close()
    assert len(units) == sum(map(len, records.units("customer"))) > 5
    assert {len(unit) for unit in units} == {1}


def test_training_without_noise_learns(bases: dict[str, str], tmp_path: Path) -> None:
    base = bases["llama"]
    model = load_model(base, rank=4)
    model.set_weights({name: w * 0 for name, w in model.weights().items()})
    records = open_records(make_silo(tmp_path, customers=6))
    plan = make_plan(noise_multiplier=0.0, sample_rate=1.0, batch_divisor=6.0)
    settings = _settings(base, steps_per_round=15, learning_rate=3e-2)
    unit = [e for u in _units(model) for e in u]
    before = model.record_losses(unit).mean().item()
    private_steps(model, records, plan, settings, random_source(3))
    assert model.record_losses(unit).mean().item() < before - 0.1


def test_weights_that_blow_up_are_an_error_not_an_update(bases: dict[str, str], tmp_path: Path) -> None:
    model = _model(bases["llama"])
    model.set_weights({name: np.full_like(w, 3.3e38) for name, w in model.weights().items()})
    settings = _settings(bases["llama"], learning_rate=2e37, steps_per_round=4)
    with pytest.raises(ModelError, match="not finite"):
        private_steps(model, open_records(make_silo(tmp_path)), make_plan(), settings, random_source(3))


def test_the_model_is_left_as_it_was(bases: dict[str, str], tmp_path: Path) -> None:
    model = _model(bases["llama"])
    records = open_records(make_silo(tmp_path))
    for _ in range(2):  # twice on one model
        private_steps(model, records, make_plan(), _settings(bases["llama"]), random_source(3))
    assert not any("forward" in vars(module) for module in model.network.modules())
    assert all(getattr(p, "grad_sample", None) is None for p in model.parameters.values())
