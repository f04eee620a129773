"""Gradients per unit equal a slow loop of plain autograd: many architectures, LoRA and all weights."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from federated_models import ARCHITECTURES, make_base, make_plan, record

from privgen.federated.model import AdapterModel, _loaded, load_model
from privgen.federated.opacus_step import PrivateTrainer
from privgen.federated.preflight import Adapter
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Example

CLOSE = 1e-5
ADAPTERS: tuple[Adapter, ...] = ("lora", "full")


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("bases")
    return {kind: make_base(folder / kind, kind) for kind in ARCHITECTURES}


def _model(base: str, adapter: Adapter) -> AdapterModel:
    _loaded.cache_clear()
    model = load_model(base, rank=4, adapter=adapter)
    if adapter == "lora":
        rng = np.random.default_rng(2)
        drawn = {n: rng.normal(0, 0.05, w.shape) for n, w in sorted(model.weights().items())}
        model.set_weights({n: w.astype(np.float32) for n, w in drawn.items()})
    return model


def _units(model: AdapterModel) -> list[list[Example]]:
    """Three customers with 2, 1 and 3 records of unequal length."""
    encoder = model.encoder(200)
    found: list[list[Example]] = []
    for customer, shapes in (("a", [(0, 1), (3, 2)]), ("b", [(1, 1)]), ("c", [(2, 1), (0, 2), (4, 1)])):
        unit = [encoder.encode(record(customer, "blue", signals=s, words=w), [True] * s) for s, w in shapes]
        found.append([example for example in unit if example is not None])
    assert [len(unit) for unit in found] == [2, 1, 3]
    return found


def _slow_loss(model: AdapterModel, example: Example) -> torch.Tensor:
    """Of one record, from its own unpadded ids, without a mask and without position ids."""
    if model.seq2seq:
        start = int(model.network.config.decoder_start_token_id)
        inputs = {
            "input_ids": torch.tensor([example.prompt]),
            "decoder_input_ids": torch.tensor([(start, *example.target[:-1])]),
        }
        logits = model.network(**inputs).logits[0]
    else:
        logits = model.network(torch.tensor([example.prompt + example.target])).logits[0, :-1]
        logits = logits[len(example.prompt) - 1 :]
    log_probs = torch.log_softmax(logits, -1)
    return -log_probs[torch.arange(len(example.target)), torch.tensor(example.target)].mean()


def _loop(model: AdapterModel, unit: Sequence[Example]) -> dict[str, torch.Tensor]:
    """The oracle: plain autograd, one record at a time, added up."""
    total = {name: torch.zeros_like(p) for name, p in model.parameters.items()}
    for example in unit:
        loss = _slow_loss(model, example)
        found = torch.autograd.grad(loss, list(model.parameters.values()), allow_unused=True)
        for name, gradient in zip(model.parameters, found, strict=True):
            if gradient is not None:
                total[name] += gradient
    return total


def _trainer(model: AdapterModel, micro_batch: int = 16) -> PrivateTrainer:
    settings = TrainingSettings(base="given", adapter=model.adapter, micro_batch=micro_batch)
    return PrivateTrainer(model, make_plan(), settings, random_source(1))


@pytest.mark.parametrize(("kind", "adapter"), itertools.product(ARCHITECTURES, ADAPTERS))
def test_customers_and_records_equal_the_loop(kind: str, adapter: Adapter, bases: dict[str, str]) -> None:
    """To 1e-5 of the largest entry, or absolutely where that is below 1."""
    model = _model(bases[kind], adapter)
    customers = _units(model)
    records = [[example] for unit in customers for example in unit]
    single = [_loop(model, unit) for unit in records]
    owners = [place for place, unit in enumerate(customers) for _ in unit]
    parts = [[g for g, owner in zip(single, owners, strict=True) if owner == place] for place in range(3)]
    summed = [{n: torch.stack([g[n] for g in part]).sum(0) for n in model.parameters} for part in parts]
    trainer = _trainer(model)
    try:
        for units, expected in ((customers, summed), (records, single)):
            trainer.unit_gradients(units)
            for name, parameter in model.parameters.items():
                for place, oracle in enumerate(expected):
                    bound = CLOSE * max(1.0, float(oracle[name].abs().max()))
                    worst = float((parameter.grad_sample[place] - oracle[name]).abs().max())
                    assert worst <= bound, (name, place, worst)
    finally:
        trainer.close()
    assert max(float(g.abs().max()) for g in single[0].values()) > 1e-3  # the comparison compares something
