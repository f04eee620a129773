"""What privacy adds to a LoRA training step: the same model, records, batch and packing, with and without.

Both kinds take turns, each turn in its own process; a step is forward, backward and optimiser on a batch of
customers of equal size.
One JSON line: the least of the turns' median seconds of both, their ratio, and the peak memory.

    python examples/benchmarks/dp_step.py [--base MODEL] [--hidden N] [--layers N] [--length N] [--batch N]
        [--steps N] [--turns N] [--quick]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from privgen.federated import PrivacyPlan
from privgen.federated.model import AdapterModel, load_model
from privgen.federated.opacus_step import PrivateTrainer
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Example


def base_model(folder: Path, hidden: int, layers: int) -> str:
    """A random Llama with a vocabulary of 4096."""
    tokens = [*sorted(pre_tokenizers.ByteLevel.alphabet()), "<s>", "</s>"]
    inner = Tokenizer(models.BPE({token: place for place, token in enumerate(tokens)}, []))
    config = LlamaConfig(
        vocab_size=4096,
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=max(1, hidden // 64),
        bos_token_id=256,
        eos_token_id=257,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=inner, bos_token="<s>", eos_token="</s>").save_pretrained(folder)
    return str(folder)


def batch_of(customers: int, length: int) -> list[list[Example]]:
    """Two records per customer, a quarter of each a target."""
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(0, 256, (customers, 2, length), generator=generator).tolist()
    cut = 3 * length // 4
    return [[Example(tuple(row[:cut]), tuple(row[cut:])) for row in pair] for pair in rows]


def private_step(
    model: AdapterModel, settings: TrainingSettings, batch: list[list[Example]]
) -> Callable[[], None]:
    """The step that training takes."""
    plan = PrivacyPlan.calibrate(steps=1000, sample_rate=0.01, batch_divisor=float(len(batch)))
    trainer = PrivateTrainer(model, plan, settings, random_source(None))
    return lambda: trainer.step(batch)


def plain_step(
    model: AdapterModel, settings: TrainingSettings, batch: list[list[Example]]
) -> Callable[[], None]:
    """The same without clipping and noise: mean gradient over the same micro-batches, into Adam."""
    optimizer = torch.optim.Adam(list(model.parameters.values()), lr=settings.learning_rate)
    rows = [example for unit in batch for example in unit]

    def step() -> None:
        for start in range(0, len(rows), settings.micro_batch):
            losses = model.record_losses(rows[start : start + settings.micro_batch])
            (losses.sum() / len(batch)).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def run(kind: str, options: argparse.Namespace, base: str) -> dict[str, float]:
    """Time steps of one kind."""
    settings = TrainingSettings(base=base, rank=8, micro_batch=16)
    model = load_model(base, rank=8)
    make = private_step if kind == "private" else plain_step
    step = make(model, settings, batch_of(options.batch, options.length))
    seconds = []
    for turn in range(options.steps + 2):
        start = time.perf_counter()
        step()
        if model.device.type == "cuda":
            torch.cuda.synchronize()
        if turn >= 2:
            seconds.append(time.perf_counter() - start)
    cuda = model.device.type == "cuda"
    peak = (
        torch.cuda.max_memory_allocated()
        if cuda
        else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    )
    return {"seconds": statistics.median(seconds), "peak_mib": peak / 2**20}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", help="folder or hub id; default: a random Llama")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--length", type=int, default=128, help="tokens of a record")
    parser.add_argument("--batch", type=int, default=8, help="customers, with two records each")
    parser.add_argument("--steps", type=int, default=5, help="timed steps of each kind in one turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--kind", choices=("private", "plain"), help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it runs")
    options = parser.parse_args()
    if options.quick:
        options.hidden, options.layers, options.length, options.batch = 64, 1, 32, 2
        options.steps = options.turns = 1
    if options.kind:
        print(json.dumps(run(options.kind, options, options.base)))
        return
    with tempfile.TemporaryDirectory() as folder:
        base = options.base or base_model(Path(folder), options.hidden, options.layers)
        found: dict[str, list[dict[str, float]]] = {"plain": [], "private": []}
        for _ in range(options.turns):
            for kind in found:
                command = [sys.executable, __file__, *sys.argv[1:], "--kind", kind, "--base", base]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                found[kind].append(json.loads(done.stdout.splitlines()[-1]))
    least = {kind: min(turn["seconds"] for turn in turns) for kind, turns in found.items()}
    peak = {kind: statistics.median(turn["peak_mib"] for turn in turns) for kind, turns in found.items()}
    print(
        json.dumps(
            {
                "plain_seconds": round(least["plain"], 4),
                "private_seconds": round(least["private"], 4),
                "time_ratio": round(least["private"] / least["plain"], 3),
                "plain_peak_mib": round(peak["plain"], 1),
                "private_peak_mib": round(peak["private"], 1),
                "memory_ratio": round(peak["private"] / peak["plain"], 3),
            }
        )
    )


if __name__ == "__main__":
    main()
