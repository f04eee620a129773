"""The gradient of each privacy unit, exactly: packed for linear layers, unit by unit for all else (torch).

Packed: many units go through the network together, and the backward pass of every trained linear layer forms
the gradients of the units where it would have formed their sum; the sum itself is not formed. Unit by unit:
one forward and backward pass per unit, whose gradient is then what autograd leaves, whatever the layers are:
tied, shared, without a batch axis. On a processor, where one unit's tokens fill a matrix product, it costs
little, and it never holds the gradients of two units.

Source: Goodfellow 2015, "Efficient per-example gradient computations", arXiv:1510.01799.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Protocol

from privgen.errors import MissingExtraError, ModelError
from privgen.federated.silo import Example

try:
    import torch
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

Unit = list[Example]
"""The encoded records of one sampled privacy unit; may be empty."""
Way = Literal["packed", "unit by unit"]
Losses = Callable[[Sequence[Example]], torch.Tensor]
"""Rows to one loss per row."""


class UnitGradients(Protocol):
    """Puts the summed gradient of each unit of a batch into `grad_sample`, `(units, *parameter.shape)`."""

    def batches(self, units: Sequence[Unit]) -> Iterator[list[Unit]]:
        """The units that have records, in batches to compute one after the other."""
        ...

    def compute(self, batch: Sequence[Unit]) -> None:
        """Compute the gradients of a batch's units."""
        ...

    def close(self) -> None:
        """Leave the network as it was."""
        ...


def unit_gradients(way: Way, network: Any, losses: Losses, most: int) -> UnitGradients:
    """Gradients of the network's trainable parameters in one of the two ways.

    Args:
        way: See the head of this file.
        network: What trains.
        losses: Loss per row, of any number of rows.
        most: Most records in one forward pass; packed, a unit with more goes through whole.

    Raises:
        ModelError: Packed, and something else than linear layers trains.
    """
    kind = PackedGradients if way == "packed" else SingleGradients
    return kind(network, losses, most)


class PackedGradients:
    """Several units in one pass; every trainable parameter belongs to a linear layer.

    Args:
        network: Keeps a first axis of rows down to its trained layers, or of rows and tokens as one.
        losses: Loss per row; no row's loss depends on another row.
        most: Records in one pass.

    Raises:
        ModelError: Something else than linear layers trains.
    """

    def __init__(self, network: Any, losses: Losses, most: int) -> None:
        self._losses, self._most = losses, most
        self._owners, self._units, self._width = torch.zeros(0, dtype=torch.long), 0, 0
        layers = [m for m in network.modules() if any(p.requires_grad for p in m.parameters(recurse=False))]
        if not all(type(layer) is torch.nn.Linear for layer in layers):
            raise ModelError("packed gradients: only linear layers may train")
        self._layers = layers
        for layer in layers:
            layer.forward = functools.partial(_forward, layer, self._take)

    def batches(self, units: Sequence[Unit]) -> Iterator[list[Unit]]:
        """Whole units of similar length, at most `most` records at a time unless one unit has more.

        Clipped gradients are added up, so neither order nor packing changes the result.
        """
        batch: list[Unit] = []
        count = 0
        for unit in sorted((unit for unit in units if unit), key=lambda unit: max(map(len, unit))):
            if batch and count + len(unit) > self._most:
                yield batch
                batch, count = [], 0
            batch.append(unit)
            count += len(unit)
        if batch:
            yield batch

    def compute(self, batch: Sequence[Unit]) -> None:
        """One forward and backward pass for all units of the batch.

        Raises:
            ModelError: A trained layer sees no axis of rows.
        """
        rows = [example for unit in batch for example in unit]
        self._units, self._width = len(batch), max(map(len, rows))
        self._owners = torch.tensor([place for place, unit in enumerate(batch) for _ in unit])
        for layer in self._layers:
            for parameter in layer.parameters(recurse=False):
                parameter.grad_sample = None
        self._losses(rows).sum().backward()
        for layer in self._layers:
            for parameter in layer.parameters(recurse=False):
                if parameter.requires_grad and parameter.grad_sample is None:  # a layer that was not used
                    parameter.grad_sample = parameter.new_zeros((len(batch), *parameter.shape))

    def close(self) -> None:
        """Give the layers their own forward again."""
        for layer in self._layers:
            del layer.forward

    def _take(self, layer: Any, inputs: torch.Tensor, output_gradients: torch.Tensor) -> None:
        """Add one use of a layer to its units' gradients."""
        rows = len(self._owners)
        flattened = inputs.dim() == 2 and len(inputs) == rows * self._width
        if len(inputs) != rows and not flattened:  # a part of the tokens, say: whose are they?
            raise ModelError("packed gradients: a trained layer sees no axis of rows")
        given = inputs.reshape(rows, -1, inputs.shape[-1])  # (rows, T, in)
        wanted = output_gradients.reshape(rows, -1, output_gradients.shape[-1])  # (rows, T, out)
        if layer.weight.requires_grad:
            if given.shape[2] <= wanted.shape[2]:  # the thin factor first: several times faster
                per_row = torch.bmm(given.mT, wanted).mT
            else:
                per_row = torch.bmm(wanted.mT, given)
            self._add(layer.weight, per_row)
        if layer.bias is not None and layer.bias.requires_grad:
            self._add(layer.bias, wanted.sum(1))

    def _add(self, parameter: Any, per_row: torch.Tensor) -> None:
        if self._units != len(per_row):
            owners = self._owners.to(per_row.device)
            empty = per_row.new_zeros((self._units, *per_row.shape[1:]))
            per_row = empty.index_add_(0, owners, per_row)
        earlier = parameter.grad_sample
        parameter.grad_sample = per_row if earlier is None else earlier + per_row


class SingleGradients:
    """One pass per unit, or several where a unit has many records; exact for every differentiable network.

    Args:
        network: Any.
        losses: Loss per row.
        most: Records in one pass.
    """

    def __init__(self, network: Any, losses: Losses, most: int) -> None:
        self._losses, self._most = losses, most
        self._parameters = [p for p in network.parameters() if p.requires_grad]

    def batches(self, units: Sequence[Unit]) -> Iterator[list[Unit]]:
        """One unit at a time."""
        return ([unit] for unit in units if unit)

    def compute(self, batch: Sequence[Unit]) -> None:
        """One unit after the other."""
        found = [self._of(unit) for unit in batch]
        for parameter, gradients in zip(self._parameters, zip(*found, strict=True), strict=True):
            parameter.grad_sample = gradients[0][None] if len(gradients) == 1 else torch.stack(gradients)

    def close(self) -> None:
        """Nothing was changed."""

    def _of(self, unit: Unit) -> list[torch.Tensor]:
        for parameter in self._parameters:
            parameter.grad = None
        for start in range(0, len(unit), self._most):
            self._losses(unit[start : start + self._most]).sum().backward()
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in self._parameters]
        for parameter in self._parameters:
            parameter.grad = None
        return gradients


class _UnitLinear(torch.autograd.Function):  # type: ignore[misc]
    """A linear layer whose backward pass hands input and output gradient on, and forms no weight gradient."""

    @staticmethod
    def forward(
        context: Any, inputs: torch.Tensor, weight: torch.Tensor, bias: Any, layer: Any, take: Any
    ) -> torch.Tensor:
        context.save_for_backward(inputs, weight)
        context.layer, context.take = layer, take
        return torch.nn.functional.linear(inputs, weight, bias)

    @staticmethod
    def backward(context: Any, gradient: torch.Tensor) -> Any:
        inputs, weight = context.saved_tensors
        context.take(context.layer, inputs, gradient)
        return (gradient @ weight if context.needs_input_grad[0] else None), None, None, None, None


def _forward(layer: Any, take: Any, inputs: torch.Tensor) -> torch.Tensor:
    if not torch.is_grad_enabled():
        return torch.nn.functional.linear(inputs, layer.weight, layer.bias)
    output: torch.Tensor = _UnitLinear.apply(inputs, layer.weight, layer.bias, layer, take)
    return output
