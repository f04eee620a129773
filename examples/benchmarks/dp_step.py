"""What privacy adds to a training step: the same model, records and batch, with and without.

A step is forward, backward and optimiser on a batch of customers of equal size, two records each; the plain
step packs records into the same micro-batches. Time: both kinds take turns step by step in one process, each
turn in a new one; CPU time of all threads (on a GPU wall time, synchronised), so that other work on the
machine counts for little. Memory: each kind in a process of its own, the peak resident size (on a GPU the
peak allocated), and what of it came on top of the loaded model.
One JSON line per adapter: medians over all steps, their ratio, the peaks and their ratios.

    python examples/benchmarks/dp_step.py [--adapter lora|full|both] [--base MODEL] [--hidden N] [--layers N]
        [--length N] [--batch N] [--steps N] [--turns N] [--quick]
"""

from __future__ import annotations

import argparse
import copy
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def steps_of(kind: str, model: AdapterModel, options: argparse.Namespace) -> Callable[[], None]:
    """The step of one kind."""
    settings = TrainingSettings(base="given", adapter=model.adapter, micro_batch=16)
    make = private_step if kind == "private" else plain_step
    return make(model, settings, batch_of(options.batch, options.length))


def times(options: argparse.Namespace) -> dict[str, list[float]]:
    """Seconds of the steps of both kinds, in turns."""
    model = load_model(options.base, rank=8, adapter=options.adapter)
    cuda = model.device.type == "cuda"
    clock = time.perf_counter if cuda else time.process_time
    steps = {"plain": steps_of("plain", copy.deepcopy(model), options)}
    steps["private"] = steps_of("private", model, options)
    seconds: dict[str, list[float]] = {kind: [] for kind in steps}
    for turn in range(options.steps + 1):
        for kind, step in steps.items():
            start = clock()
            step()
            if cuda:
                torch.cuda.synchronize()
            if turn:  # the first is a warm-up
                seconds[kind].append(clock() - start)
    return seconds


def memory(kind: str, options: argparse.Namespace) -> dict[str, float]:
    """Peak memory of a process that takes steps of one kind, in MiB, and what of it is not the model."""
    model = load_model(options.base, rank=8, adapter=options.adapter)
    cuda = model.device.type == "cuda"

    def peak() -> float:
        if cuda:
            return float(torch.cuda.max_memory_allocated()) / 2**20
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10

    loaded = peak()
    step = steps_of(kind, model, options)
    for _ in range(3):
        step()
    return {"peak": peak(), "added": peak() - loaded}


def in_a_process(options: argparse.Namespace, **more: str) -> dict[str, Any]:
    """Run one part of the measurement in a process of its own."""
    asked = {"hidden", "layers", "length", "batch", "steps"}
    flags = {name: str(value) for name, value in vars(options).items() if name in asked} | more
    words = [word for name, value in flags.items() for word in (f"--{name}", value)]
    done = subprocess.run([sys.executable, __file__, *words], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(adapter: str, base: str, options: argparse.Namespace) -> dict[str, Any]:
    """Time and memory of both kinds, and their ratios."""
    seconds: dict[str, list[float]] = {"plain": [], "private": []}
    for _ in range(options.turns):
        for kind, values in in_a_process(options, adapter=adapter, base=base, part="times").items():
            seconds[kind] += values
    median = {kind: statistics.median(values) for kind, values in seconds.items()}
    plain, private = (
        in_a_process(options, adapter=adapter, base=base, part=kind) for kind in ("plain", "private")
    )
    return {
        "adapter": adapter,
        "plain_seconds": round(median["plain"], 4),
        "private_seconds": round(median["private"], 4),
        "time_ratio": round(median["private"] / median["plain"], 3),
        "plain_peak_mib": round(plain["peak"], 1),
        "private_peak_mib": round(private["peak"], 1),
        "memory_ratio": round(private["peak"] / plain["peak"], 3),
        "memory_ratio_above_model": round(private["added"] / plain["added"], 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", choices=("lora", "full", "both"), default="both")
    parser.add_argument("--base", help="folder or hub id; default: a random Llama")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--length", type=int, default=128, help="tokens of a record")
    parser.add_argument("--batch", type=int, default=8, help="customers, with two records each")
    parser.add_argument("--steps", type=int, default=6, help="timed steps of each kind in one turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--part", choices=("times", "private", "plain"), help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it runs")
    options = parser.parse_args()
    if options.quick:
        options.hidden, options.layers, options.length, options.batch = 64, 1, 32, 2
        options.steps = options.turns = 1
    if options.part:
        print(json.dumps(times(options) if options.part == "times" else memory(options.part, options)))
        return
    with tempfile.TemporaryDirectory() as folder:
        base = options.base or base_model(Path(folder), options.hidden, options.layers)
        for adapter in ("lora", "full") if options.adapter == "both" else (options.adapter,):
            print(json.dumps(compare(adapter, base, options)), flush=True)


if __name__ == "__main__":
    main()
