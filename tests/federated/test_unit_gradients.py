"""Gradients per unit equal a slow loop of plain autograd: many architectures, LoRA and all weights."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from federated_models import ARCHITECTURES, make_base, make_plan, record
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import ModelError
from privgen.federated.model import AdapterModel, _loaded, load_model
from privgen.federated.opacus_step import PrivateTrainer
from privgen.federated.preflight import Adapter
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Example
from privgen.federated.unit_gradients import Way, unit_gradients

CLOSE = 1e-5
ADAPTERS: tuple[Adapter, ...] = ("lora", "full")
WAYS: tuple[Way, ...] = ("packed", "unit by unit")


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


class _Toy(torch.nn.Module):
    """A linear layer with a bias, used twice, and one that is not used; losses of rows of numbers."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.twice, self.never = torch.nn.Linear(6, 6), torch.nn.Linear(2, 2)
        self.double()

    def losses(self, rows: Sequence[Example]) -> torch.Tensor:
        values = torch.tensor([row.prompt for row in rows], dtype=torch.float64)  # (rows, 6)
        return self.twice(torch.tanh(self.twice(values))).pow(2).sum(1)


def _toy_units() -> list[list[Example]]:
    rng = np.random.default_rng(1)
    rows = [Example(tuple(rng.integers(-2, 3, 6).tolist()), (1,)) for _ in range(6)]
    return [rows[:2], rows[2:3], rows[3:]]


@pytest.mark.parametrize("way", WAYS)
def test_shared_unused_and_biased_layers_in_double_precision(way: Way) -> None:
    toy, units = _Toy(), _toy_units()
    engine = unit_gradients(way, toy, toy.losses, 2)
    engine.compute(units)
    engine.close()
    for place, unit in enumerate(units):
        oracle = torch.autograd.grad(toy.losses(unit).sum(), list(toy.twice.parameters()))
        for parameter, wanted in zip(toy.twice.parameters(), oracle, strict=True):
            torch.testing.assert_close(parameter.grad_sample[place], wanted, atol=1e-12, rtol=1e-12)
            assert bool(wanted.any())
    assert all(p.grad_sample.shape == (3, *p.shape) for p in toy.never.parameters())
    assert not any(bool(p.grad_sample.any()) for p in toy.never.parameters())
    assert all(p.grad is None for p in toy.parameters())
    assert not any("forward" in vars(module) for module in toy.modules())


@given(counts=st.lists(st.integers(0, 5), max_size=9), most=st.integers(1, 7))
def test_batches_hold_every_unit_whole_and_once(counts: list[int], most: int) -> None:
    toy = _Toy()
    units = [[Example((1,) * (place + 1), (2,))] * count for place, count in enumerate(counts)]
    for way in WAYS:
        batches = list(unit_gradients(way, toy, toy.losses, most).batches(units))
        found = sorted(len(unit[0]) for batch in batches for unit in batch)
        assert found == [place + 2 for place, count in enumerate(counts) if count]
        for batch in batches:
            assert len(batch) == 1 or (way == "packed" and sum(map(len, batch)) <= most)


def test_packed_gradients_refuse_what_they_cannot_tell_apart() -> None:
    """Other layers than linear ones, and a layer that sees a part of the tokens of all rows."""
    with pytest.raises(ModelError, match="only linear layers"):
        unit_gradients("packed", torch.nn.Embedding(3, 3), _Toy().losses, 4)
    toy = _Toy()

    def routed(rows: Sequence[Example]) -> torch.Tensor:
        tokens = torch.tensor([row.prompt for row in rows], dtype=torch.float64)
        return toy.twice(tokens[:-1]).sum().expand(len(rows))

    engine = unit_gradients("packed", toy, routed, 4)
    with pytest.raises(ModelError, match="no axis of rows"):
        engine.compute(_toy_units())
    engine.close()
