"""What the trust in every result costs: CPU seconds of `explain` over those of its scores alone.

    python examples/benchmarks/trust_cost.py [--quick] [--repeats 5]

A Llama of 0.2M parameters with random weights, 5 sentences. Exact values of 4 to 8 signals, whose trust
takes one more forward call, and sampled values of 40 signals, 320 subsets, whose trust may score a quarter
more. One JSON line per figure; times are the least of the repeats, which take turns.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from privgen.explain import CachedGame, Target, exact_shapley, explain, game_for, kernel_shapley
from privgen.explain.planted import WordTokenizer
from privgen.explain.planted_training import tiny_llama
from privgen.prompt import Prompt
from privgen.schema import Signal, SignalKind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one repeat, 4 and 8 signals")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for signals in (4, 8) if options.quick else (4, 5, 6, 7, 8, 40):
        print(json.dumps(measured(signals, 1 if options.quick else options.repeats)))


def measured(signals: int, repeats: int) -> dict[str, Any]:
    """CPU seconds with and without, for one number of signals."""
    lm, prompt, target = standard(signals)
    rows = max(128, 8 * signals)

    def scores() -> Any:
        game = CachedGame(game_for(lm, prompt, target))
        if signals <= 10:
            return exact_shapley(game)
        return kernel_shapley(game, rows=rows, rng=np.random.default_rng(0))

    def everything() -> Any:
        return explain(lm, prompt, target, "auto")

    best = turns({"scores": scores, "everything": everything}, repeats)
    found = everything()
    return {
        "figure": "explain_over_scores_cpu",
        "signals": signals,
        "value": round(best["everything"] / best["scores"], 2),
        "seconds_scores": round(best["scores"], 4),
        "rows": found.rows,
        "rows_trust": found.trust.rows,
        "forward_passes": found.forward_passes,
    }


def turns(runs: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Least CPU seconds of each run, taking turns; one turn before warms up."""
    best = dict.fromkeys(runs, float("inf"))
    for turn in range(repeats + 1):
        for name, run in runs.items():
            started = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - started if turn else float("inf"))
    return best


def standard(signals: int) -> tuple[Any, Prompt, Target]:
    """Random words: a prefix of 53 words, signals of 8, five sentences of 13."""
    words = [f"w{number}" for number in range(480)]
    tokenizer = WordTokenizer([*words, "-", "event:"])
    model = tiny_llama(len(tokenizer.words), hidden_size=64)
    model.config.max_position_embeddings = 1024
    rng = np.random.default_rng(0)

    def text(length: int) -> str:
        return " ".join(rng.choice(words, length))

    made = tuple(
        Signal(f"s{number}", SignalKind.EVENT, "text", text(6), "bench:0") for number in range(signals)
    )
    lm = SimpleNamespace(model=model.eval(), tokenizer=tokenizer)
    prompt = Prompt(text(53) + "\n", made, text(6) + "\n")
    return lm, prompt, Target.encode([text(12) for _ in range(5)], tokenizer)


if __name__ == "__main__":
    main()
