"""Before training: what would make a unit's gradient not its own is repaired or refused, in one line each.

First by looking at the network, then by trying it on a few made-up rows of token ids: the same row has to
have the same loss twice, alone and among others, nothing may be remembered, and packed gradients have to
equal those of single units. No data is looked at, so that the outcome is public.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from privgen.errors import MissingExtraError, ModelError
from privgen.federated.settings import Adapter
from privgen.federated.silo import Example
from privgen.federated.unit_gradients import Losses, Unit, Way, unit_gradients

try:
    import torch
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_CLOSE = 1e-4  # relative; single precision of a few rows is a thousand times closer
_ROWS = ((3, 2), (6, 3), (2, 4))  # tokens of prompt and target of the rows that are tried


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found.

    Args:
        way: How gradients of units are computed.
        repaired: What was put right or is taken care of, a line each.
    """

    way: Way
    repaired: tuple[str, ...]


def check_network(network: Any, adapter: Adapter) -> list[str]:
    """Look at a network; put it into evaluation mode, without checkpointing.

    Returns:
        What was put right or is taken care of.

    Raises:
        ModelError: Batch statistics, or weights that no gradient can train; the message names the layer.
    """
    repaired = []
    if any(getattr(module, "gradient_checkpointing", False) for module in network.modules()):
        network.gradient_checkpointing_disable()
        repaired.append("gradient checkpointing: switched off; it wants training mode, which has dropout on")
    network.eval()  # dropout and router noise off: a record's gradient depends on the record alone
    for name, module in network.named_modules():
        batch_norm = isinstance(module, torch.nn.modules.batchnorm._BatchNorm)
        if batch_norm or getattr(module, "track_running_stats", False):
            raise ModelError(
                f"base model: {name} is a batch normalisation, which mixes customers; take a model without"
            )
    return repaired + (_trained_embeddings(network) if adapter == "full" else [])


def _trained_embeddings(network: Any) -> list[str]:
    """Peculiarities of a network all of whose weights train."""
    found = []
    for name, parameter in network.named_parameters():
        if not parameter.is_floating_point():
            raise ModelError(f"base model: {name} is quantised and cannot be trained; use adapter lora")
    count = sum(1 for _ in network.named_parameters(remove_duplicate=False))
    tied = count - sum(1 for _ in network.named_parameters())
    if tied:
        found.append(f"tied weights: {tied} trained as one with all their uses, unit by unit")
    rows = {
        module.padding_idx
        for module in network.modules()
        if isinstance(module, torch.nn.Embedding) and module.padding_idx is not None
    }
    return found + [
        f"padding_idx: token {row} trains nothing as an input, with and without privacy"
        for row in sorted(rows)
    ]


def check_losses(network: Any, losses: Losses, rows: Sequence[Example]) -> list[str]:
    """Try the losses of some rows.

    Returns:
        A line if rows have an influence on each other: units then have to be kept apart.

    Raises:
        ModelError: No losses, or losses that change from one time to the next, or a network that remembers.
    """
    before = {name: buffer.clone() for name, buffer in network.named_buffers()}
    try:
        with torch.no_grad():
            together, again = losses(rows), losses(rows)
            alone = torch.cat([losses([row]) for row in rows])
    except Exception as fault:  # whatever a network of another make raises
        raise ModelError(
            f"base model: gives no logits of every token that a loss per record could be made of "
            f"({type(fault).__name__}); take a model without fused loss, for text"
        ) from None
    if not bool(torch.cat([together, again, alone]).isfinite().all()):
        raise ModelError("base model: losses are not finite on plain token ids; are its weights whole?")
    if not _equal(together, again):
        raise ModelError("base model: the same record has another loss each time; take a model without noise")
    for name, buffer in network.named_buffers():
        if name in before and not torch.equal(buffer, before[name]):
            raise ModelError(f"base model: {name} remembers the records it has seen; take a model without")
    if _equal(together, alone):
        return []
    return ["coupled losses: a record's loss depends on its batch, so no two units share one"]


def preflight(
    network: Any, adapter: Adapter, losses: Losses, vocabulary: int, repaired: Sequence[str]
) -> Preflight:
    """Decide how gradients are computed: packed where that is exact, else unit by unit.

    Args:
        network: Looked at by `check_network`, with what trains requiring gradients.
        adapter: What trains.
        losses: Loss per row.
        vocabulary: Number of token ids, 1 or more.
        repaired: What `check_network` found.

    Raises:
        ModelError: See `check_losses`.
    """
    units = _made_up(vocabulary)
    coupled = check_losses(network, losses, [row for unit in units for row in unit])
    found = [*repaired, *coupled]
    if adapter == "full" or coupled:
        return Preflight("unit by unit", tuple(found))
    if not _packs(network, losses, units):
        found.append("packed gradients: not exact for these layers, so units go one by one")
        return Preflight("unit by unit", tuple(found))
    return Preflight("packed", tuple(found))


def _made_up(vocabulary: int) -> list[Unit]:
    """Two units, of two rows and of one; token ids spread over the vocabulary, and the same everywhere."""
    ids = iter((7 + 11 * place) % vocabulary for place in range(sum(map(sum, _ROWS))))
    rows = [Example(*(tuple(next(ids) for _ in range(count)) for count in shape)) for shape in _ROWS]
    return [rows[:2], rows[2:]]


def _packs(network: Any, losses: Losses, units: Sequence[Unit]) -> bool:
    """Whether packed gradients equal those of single units."""
    try:
        packed, single = (_gradients(way, network, losses, units) for way in ("packed", "unit by unit"))
    except (ModelError, RuntimeError, TypeError):  # other layers, or rows that are no first axis
        return False
    return all(
        float((found - wanted).norm()) <= 10 * _CLOSE * float(wanted.norm())
        for found, wanted in zip(packed, single, strict=True)
    )


def _gradients(way: Any, network: Any, losses: Losses, units: Sequence[Unit]) -> list[torch.Tensor]:
    """All gradients of each unit in one row."""
    trained = [p for p in network.parameters() if p.requires_grad]
    engine = unit_gradients(way, network, losses, most=len(_ROWS))
    try:
        engine.compute(units)
        return list(torch.cat([p.grad_sample.flatten(1) for p in trained], 1))
    finally:
        engine.close()
        for parameter in trained:
            parameter.grad_sample = parameter.grad = None


def _equal(first: torch.Tensor, second: torch.Tensor) -> bool:
    return bool(torch.allclose(first, second, atol=_CLOSE, rtol=_CLOSE))
