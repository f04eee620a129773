"""What would make a unit's gradient not its own is repaired or refused, in one line that says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from federated_models import make_base

from privgen.errors import ModelError
from privgen.federated.base import load_base
from privgen.federated.model import AdapterModel, load_model
from privgen.federated.preflight import Adapter, Preflight, check_network, preflight
from privgen.federated.silo import Example
from privgen.federated.unit_gradients import unit_gradients

UNITS = [[Example((5, 6, 7), (8, 9)), Example((1, 2), (3,))], [Example((4, 4, 4, 4), (2, 1))]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"), "gpt2")


class _Net(torch.nn.Module):
    """Losses of rows by a linear layer over an embedding; `twist` is what a test gets wrong about it."""

    def __init__(self, twist: Callable[[torch.Tensor], torch.Tensor] = lambda hidden: hidden) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.embed, self.layer, self.twist = torch.nn.Embedding(20, 4), torch.nn.Linear(4, 4), twist
        self.embed.requires_grad_(False)
        self.register_buffer("seen", torch.zeros(4))

    def losses(self, rows: Sequence[Example]) -> torch.Tensor:
        hidden = torch.stack([self.embed(torch.tensor(row.prompt)).mean(0) for row in rows])
        return self.twist(self.layer(hidden)).pow(2).sum(1)


def _preflight(net: _Net) -> Preflight:
    return preflight(net, "lora", net.losses, 20, check_network(net, "lora"))


def test_a_plain_network_passes_and_is_left_as_it_was() -> None:
    net = _Net()
    assert _preflight(net) == Preflight("packed", ())
    assert all(p.grad is None and getattr(p, "grad_sample", None) is None for p in net.parameters())
    assert not any("forward" in vars(module) for module in net.modules())


def test_coupled_losses_are_repaired_by_keeping_units_apart() -> None:
    net = _Net(lambda hidden: hidden - hidden.mean(0))  # as a loss averaged over the batch does
    found = _preflight(net)
    assert found.way == "unit by unit" and found.repaired[0].startswith("coupled losses: ")
    engine = unit_gradients(found.way, net, net.losses, 16)
    engine.compute(UNITS)
    together = [p.grad_sample.clone() for p in net.layer.parameters()]
    for place, unit in enumerate(UNITS):
        engine.compute([unit])
        for both, parameter in zip(together, net.layer.parameters(), strict=True):
            assert torch.equal(both[place], parameter.grad_sample[0])


def test_noise_in_the_network_is_switched_off_or_refused() -> None:
    dropout = torch.nn.Dropout(0.5)
    net = _Net(dropout)
    net.train()
    assert _preflight(net).way == "packed" and not dropout.training  # in evaluation mode
    with pytest.raises(ModelError, match="another loss each time"):
        _preflight(_Net(lambda hidden: hidden + torch.rand(())))


def test_a_network_that_remembers_is_refused() -> None:
    def counted(hidden: torch.Tensor) -> torch.Tensor:
        net.seen += hidden.detach().abs().sum(0)
        return hidden

    net = _Net(counted)
    with pytest.raises(ModelError, match="seen remembers the records"):
        _preflight(net)


@pytest.mark.parametrize(
    "layer",
    [
        torch.nn.BatchNorm1d(4),
        torch.nn.BatchNorm1d(4, track_running_stats=False),
        torch.nn.InstanceNorm1d(4, track_running_stats=True),
    ],
)
def test_batch_statistics_are_refused(layer: torch.nn.Module) -> None:
    with pytest.raises(ModelError, match="1 is a batch normalisation, which mixes customers"):
        check_network(torch.nn.Sequential(torch.nn.Linear(4, 4), layer), "lora")


def test_a_loss_that_is_not_per_record_or_not_finite_is_refused(base: str) -> None:
    model = load_model(base, rank=4)
    forward = model.network.forward

    def fused(**inputs: Any) -> Any:
        output = forward(**inputs)
        output.logits = None  # as a fused linear and cross-entropy kernel leaves it
        return output

    model.network.forward = fused
    try:
        with pytest.raises(ModelError, match=r"gives no logits .* without fused loss"):
            preflight(model.network, "lora", model.record_losses, 264, ())
    finally:
        model.network.forward = forward
    with pytest.raises(ModelError, match="not finite"):
        _preflight(_Net(lambda hidden: hidden * torch.inf))


def test_quantised_weights_cannot_be_fine_tuned_but_adapted() -> None:
    net = _Net()
    net.codes = torch.nn.Parameter(torch.ones(3, dtype=torch.int8), requires_grad=False)
    assert check_network(net, "lora") == []
    with pytest.raises(ModelError, match="codes is quantised"):
        check_network(net, "full")


@pytest.mark.parametrize("adapter", ["lora", "full"])
@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpointing_is_switched_off_and_said(adapter: Adapter, reentrant: bool, base: str) -> None:
    loaded, tokenizer, seq2seq = load_base(base)
    loaded.gradient_checkpointing_enable({"use_reentrant": reentrant})
    loaded.train()
    repaired = check_network(loaded, adapter)
    assert not loaded.is_gradient_checkpointing and not loaded.training
    assert "gradient checkpointing: switched off" in repaired[0]
    model = AdapterModel(
        loaded, tokenizer, base=base, adapter="full", seq2seq=seq2seq, base_hash="", repaired=repaired
    )
    assert model.preflight.repaired[0] == repaired[0]


def test_tied_weights_and_padding_rows_are_named(tmp_path: Path) -> None:
    model = load_model(make_base(tmp_path, "gemma"), adapter="full")
    assert model.preflight.way == "unit by unit"
    tied, padding = model.preflight.repaired
    assert tied.startswith("tied weights: 1 trained as one") and padding.startswith("padding_idx: token 258 ")
    assert all("\n" not in line for line in model.preflight.repaired)
