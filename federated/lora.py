"""A LoRA adapter whose A factors follow a public seed (torch, peft).

Every silo has the same A, so the mean of the silos' B factors is the B of the mean update.

Source: FFA-LoRA, Sun et al. 2024, arXiv:2403.12313.
"""

from __future__ import annotations

import warnings
from typing import Any

from privgen.errors import MissingExtraError, ModelError

try:
    import torch
    from peft import LoraConfig, get_peft_model
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None


def with_adapter(loaded: Any, rank: int, seq2seq: bool, adapter_seed: int) -> Any:
    """A PEFT model whose A factors follow a public seed, and of which nothing but the B factors trains."""
    config = LoraConfig(
        task_type="SEQ_2_SEQ_LM" if seq2seq else "CAUSAL_LM",
        target_modules="all-linear",
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.0,
    )
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")  # on the orientation of GPT-2's layers, which peft mends itself
            network = get_peft_model(loaded, config)
    except (ValueError, RuntimeError) as fault:
        raise ModelError(f"base model: takes no LoRA adapter ({type(fault).__name__})") from None
    network.requires_grad_(False)
    network.eval()
    generator = torch.Generator().manual_seed(adapter_seed)
    for name, module in sorted(network.named_modules()):
        if name.endswith(".lora_A.default"):
            bound = module.weight.shape[1] ** -0.5  # as peft draws it: Kaiming uniform, a = sqrt(5)
            drawn = torch.empty(module.weight.shape).uniform_(-bound, bound, generator=generator)
            with torch.no_grad():
                module.weight.copy_(drawn)
        elif name.endswith(".lora_B.default"):
            module.weight.requires_grad_(True)
    return network
