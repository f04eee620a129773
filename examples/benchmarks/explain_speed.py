"""Exact Shapley values of all sentences against Captum's Shapley sampling: time, calls, agreement.

    python examples/benchmarks/explain_speed.py [--quick] [--size tiny|mid] [--threads 1] [--repeats 3]

The standard game: 8 signals, 5 sentences, 66 target tokens, random weights. One JSON line per figure. Captum
runs as `LLMAttribution(ShapleyValueSampling)` with 25 permutations, on the same token ids and model:

    A  one expert call for the whole section, sequence mode, tokens summed per sentence
    C  one call per sentence, sequence mode
    D  one call per sentence, Captum's default token mode, uncached (its cached path is wrong with
       transformers >= 5.3)

Captum's time is proportional to its model calls; where `extrapolated` is true, fewer permutations were
timed and scaled by calls. Times are the least of the repeats, interleaved; CPU seconds are beside wall
seconds since a shared machine is noisy. None of Captum's figures is exact; its error is printed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from privgen.explain import Scorer, Target, exact_shapley, kernel_shapley
from privgen.explain.captum_methods import llm_attribution
from privgen.explain.planted_training import tiny_llama
from privgen.prompt import EncodedPrompt

PERMUTATIONS = 25
EVALUATIONS = 8 * PERMUTATIONS + 1
SIZES = {"tiny": (512, 64, 2), "mid": (8000, 512, 8)}  # vocabulary, width, layers
SPANS = ((0, 13), (13, 26), (26, 40), (40, 53), (53, 66))


def main() -> None:
    args = arguments()
    torch.set_num_threads(args.threads)
    vocabulary, width, layers = SIZES[args.size]
    model = tiny_llama(vocabulary, hidden_size=width, layers=layers).eval()
    prompt, target = game(vocabulary, args.prefix)
    permutations = 2 if args.quick or args.size != "tiny" else PERMUTATIONS
    runs: dict[str, tuple[Callable[[], Any], float, bool]] = {
        "own_exact": (lambda: exact_shapley(scorer(model, prompt, target)), 1.0, False),
        "own_32_rows": (
            lambda: kernel_shapley(scorer(model, prompt, target), rows=32, rng=np.random.default_rng(0)),
            1.0,
            False,
        ),
        "captum_A": scaled(lambda k: captum(model, [(prompt, target)], k, False), permutations),
        "captum_C": scaled(
            lambda k: captum(model, list(per_sentence(prompt, target)), k, False), permutations
        ),
        "captum_D": scaled(lambda k: captum(model, list(per_sentence(prompt, target)), k, True), 1),
    }
    seconds = timed(runs, 1 if args.quick else args.repeats)
    report(args, sum(p.numel() for p in model.parameters()), runs, seconds)
    agreement(args, model, prompt, target)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one repeat, Captum extrapolated: for CI")
    parser.add_argument("--size", choices=sorted(SIZES), default="tiny", help="0.2M or 28M parameters")
    parser.add_argument("--prefix", type=int, default=53, help="tokens before the signals")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def game(vocabulary: int, prefix: int) -> tuple[EncodedPrompt, Target]:
    """Random ids: eight signals of 6 to 10 tokens, five sentences."""
    rng = np.random.default_rng(0)

    def draw(length: int) -> tuple[int, ...]:
        return tuple(int(i) for i in rng.integers(3, vocabulary, length))

    pieces = EncodedPrompt(draw(prefix), tuple(draw(int(n)) for n in rng.integers(6, 11, 8)), draw(6))
    return pieces, Target(draw(66), SPANS, ("",) * len(SPANS))


def scorer(model: Any, prompt: EncodedPrompt, target: Target) -> Scorer:
    return Scorer(model, prompt, target)


def per_sentence(prompt: EncodedPrompt, target: Target) -> Iterator[tuple[EncodedPrompt, Target]]:
    """The same sentences one at a time, each after the ones before it."""
    for start, end in target.spans:
        before = EncodedPrompt(prompt.prefix, prompt.signals, prompt.suffix + target.token_ids[:start])
        yield before, Target(target.token_ids[start:end], ((0, end - start),), ("",))


def captum(model: Any, parts: list[tuple[EncodedPrompt, Target]], permutations: int, in_tokens: bool) -> Any:
    return [
        llm_attribution(model, p, t, method="sampling", n_samples=permutations, in_tokens=in_tokens)
        for p, t in parts
    ]


def scaled(run: Callable[[int], Any], permutations: int) -> tuple[Callable[[], Any], float, bool]:
    """A run with fewer permutations and the factor to 25."""
    factor = EVALUATIONS / (8 * permutations + 1)
    return lambda: run(permutations), factor, permutations != PERMUTATIONS


def timed(
    runs: dict[str, tuple[Callable[[], Any], float, bool]], repeats: int
) -> dict[str, tuple[float, float]]:
    """Least wall and CPU seconds of each run, scaled; runs take turns."""
    runs["own_exact"][0]()  # first call of everything pays imports and allocations
    best: dict[str, tuple[float, float]] = {}
    for _ in range(repeats):
        for name, (run, factor, _) in runs.items():
            # runs of milliseconds need many turns, or noise decides
            for _ in range(3 if name.startswith("own") else 1):
                wall, cpu = time.perf_counter(), time.process_time()
                run()
                spent = (
                    (time.perf_counter() - wall) * factor,
                    (time.process_time() - cpu) * factor,
                )
                best[name] = tuple(map(min, best.get(name, spent), spent))  # type: ignore[assignment]
    return best


def report(
    args: argparse.Namespace, parameters: int, runs: Any, seconds: dict[str, tuple[float, float]]
) -> None:
    setting = {"parameters": parameters, "prefix_tokens": args.prefix, "threads": args.threads}
    for name, (wall, cpu) in seconds.items():
        line = {"figure": f"seconds_{name}", "value": round(wall, 4), "cpu": round(cpu, 4)}
        print(json.dumps({**line, "extrapolated": runs[name][2], **setting}))
    own_wall, own_cpu = seconds["own_exact"]
    for name in ("captum_A", "captum_C", "captum_D"):
        wall, cpu = seconds[name]
        line = {"figure": f"ratio_{name}", "value": round(wall / own_wall, 1), "cpu": round(cpu / own_cpu, 1)}
        print(json.dumps({**line, "extrapolated": runs[name][2], **setting}))


def agreement(args: argparse.Namespace, model: Any, prompt: EncodedPrompt, target: Target) -> None:
    counted = Scorer(model, prompt, target)
    exact = exact_shapley(counted)
    print(json.dumps({"figure": "own_exact_forward_calls", "value": counted.forward_passes}))
    print(json.dumps({"figure": "own_exact_rows", "value": counted.rows}))
    ablation = llm_attribution(model, prompt, target)
    everything = np.ones((9, 8), dtype=bool)
    everything[1:][np.eye(8, dtype=bool)] = False
    values = counted.score(everything)
    gap = float(np.abs(ablation - (values[0] - values[1:]).T).max())
    print(json.dumps({"figure": "captum_ablation_disagreement_nats", "value": gap}))
    sampled = llm_attribution(
        model, prompt, target, method="sampling", n_samples=2 if args.quick else PERMUTATIONS
    )
    error = float(np.abs(sampled - exact).max() / np.abs(exact).max())
    print(json.dumps({"figure": "captum_sampling_relative_error", "value": round(error, 3)}))


if __name__ == "__main__":
    main()
