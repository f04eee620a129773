"""One silo, federated, is centralised DP-SGD: an independent loop gives the same distribution of weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from federated_models import make_base, make_plan, make_silo
from numpy.typing import NDArray
from scipy import stats

from privgen.federated.flower_app import Task, local_training
from privgen.federated.model import AdapterModel, load_model
from privgen.federated.preflight import Adapter
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Example, Silo, open_records

STEPS, RUNS = 2, 40
PLAN = make_plan(
    sample_rate=0.6, noise_multiplier=0.1, max_grad_norm=0.2, records_per_unit=2, batch_divisor=5.0
)


def _central(
    model: AdapterModel, units: list[list[Example]], start: Weights, noise: float, clip: float, seed: int
) -> NDArray[np.float64]:
    """DP-SGD from its paper, in numpy: coins, loops over records, clipping, noise, and Adam by hand."""
    rng = np.random.default_rng(seed)
    names = sorted(model.parameters)
    now = np.concatenate([start[name].ravel() for name in names]).astype(np.float64)
    mean, square = np.zeros_like(now), np.zeros_like(now)
    for step in range(1, STEPS + 1):
        _put(model, now)
        total = rng.normal(0.0, noise * clip, now.size)
        for unit in units:
            if rng.random() < PLAN.sample_rate:
                chosen = rng.choice(len(unit), min(len(unit), PLAN.records_per_unit), replace=False)
                gradient = _gradient(model, [unit[int(place)] for place in chosen])
                total += gradient * min(1.0, clip / np.linalg.norm(gradient))
        total /= PLAN.batch_divisor
        mean, square = 0.9 * mean + 0.1 * total, 0.999 * square + 0.001 * total**2
        root = np.sqrt(square / (1 - 0.999**step)) + 1e-8
        now = now - 0.01 * (mean / (1 - 0.9**step)) / root
    return now


def _put(model: AdapterModel, flat: NDArray[np.float64]) -> None:
    weights, start = {}, 0
    for name in sorted(model.parameters):
        shape = tuple(model.parameters[name].shape)
        size = int(np.prod(shape))
        weights[name] = flat[start : start + size].reshape(shape).astype(np.float32)
        start += size
    model.set_weights(weights)


def _gradient(model: AdapterModel, rows: list[Example]) -> NDArray[np.float64]:
    names = sorted(model.parameters)
    loss = model.record_losses(rows).sum()
    found = torch.autograd.grad(loss, [model.parameters[name] for name in names])
    return np.concatenate([g.double().numpy().ravel() for g in found])


def _federated(
    silo: Silo, base: str, adapter: Adapter, out: Path, start: Weights
) -> list[NDArray[np.float64]]:
    found = []
    for seed in range(RUNS):
        settings = TrainingSettings(
            base=base,
            adapter=adapter,
            rank=2,
            steps_per_round=STEPS,
            learning_rate=0.01,
            signal_dropout=0.0,
            seed=seed,
        )
        change = local_training(silo, out / str(seed), PLAN, settings, Task(1, start, "B"))
        found.append(
            np.concatenate([(start[name] + change[name]).ravel() for name in sorted(start)]).astype(
                np.float64
            )
        )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("adapter", ["lora", "full"])
def test_one_silo_equals_centralised_training_in_distribution(adapter: Adapter, tmp_path: Path) -> None:
    """Kolmogorov and Smirnov's two-sample test of two figures of each run: how far it went where training
    without noise goes, and how far aside. False alarm 2e-3 (seeds are fixed); the same test tells training
    with twice the noise, and with a quarter of the clip bound, apart."""
    base = make_base(tmp_path / "base")
    silo = make_silo(tmp_path, customers=6, most=3)
    model = load_model(base, rank=2, adapter=adapter)
    start = model.untrained("B")
    records, encoder = open_records(silo), model.encoder(512)
    units = []
    for offsets in records.units("customer"):
        encoded = [encoder.encode(r, [True] * len(r.prompt.signals)) for r in records.read(offsets)]
        units.append([example for example in encoded if example is not None])
    origin = np.concatenate([start[name].ravel() for name in sorted(start)]).astype(np.float64)
    ahead = _central(model, units, start, 0.0, PLAN.max_grad_norm, 0) - origin
    ahead /= np.linalg.norm(ahead)

    def figures(runs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        moved = np.stack(runs) - origin
        along = moved @ ahead
        return np.stack([along, np.linalg.norm(moved - along[:, None] * ahead, axis=1)])

    def central(noise: float, clip: float, first: int) -> NDArray[np.float64]:
        return figures([_central(model, units, start, noise, clip, first + run) for run in range(RUNS)])

    def least(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
        return min(float(stats.ks_2samp(a, b).pvalue) for a, b in zip(one, other, strict=True))

    federated = figures(_federated(silo, base, adapter, tmp_path, start))
    assert least(federated, central(PLAN.noise_multiplier, PLAN.max_grad_norm, 1000)) > 1e-3
    assert least(federated, central(2 * PLAN.noise_multiplier, PLAN.max_grad_norm, 2000)) < 1e-4
    quartered = central(4 * PLAN.noise_multiplier, PLAN.max_grad_norm / 4, 3000)  # the same noise
    assert least(federated, quartered) < 1e-4
