"""Explain every sentence of a page: which signals drove it, how sure, and what to tell the shopper.

Trains the planted tiny model first (about 20 seconds), so that it runs anywhere and the truth is known:

    python examples/explain_page.py
"""

from __future__ import annotations

from functools import partial

import numpy as np

from privgen.explain import CachedGame, Target, counterfactual, explain, faithfulness, game_for, why
from privgen.explain.planted import PlantedModel, planted_page, train_planted
from privgen.prompt import Prompt, encode_prompt


def main() -> None:
    planted = train_planted()
    page = planted_page(np.random.default_rng(7))
    target = Target.encode(page.sentences, planted.tokenizer)
    game = CachedGame(game_for(planted, page.prompt, target))  # scored once, used by all that follows

    explanation = explain(game, page.prompt, target)
    trust = faithfulness(game, explanation.scores, rng=np.random.default_rng(0))
    print(f"{explanation.rows} subsets, completeness error {explanation.completeness_error:.1e} nats\n")
    for index, sentence in enumerate(explanation.sentences):
        cited = ", ".join(
            f"{signal.signal_id} {explanation.scores[index, page.prompt.signals.index(signal)]:+.1f}"
            for signal in explanation.support(index)
        )
        print(f"{sentence:<18} {explanation.verdicts[index].value:<10} {cited or '-'}")
        print(f"{'':18} beats a random order by {trust.deletion_gain[index]:.1f} nats")
        print(f"{'':18} {why(explanation, index)}")
        change = counterfactual(explanation, index, page.prompt, partial(regenerate, planted))
        if change is not None:
            print(f"{'':18} without {change.removed}: {change.text if change.changed else 'the same'}")

    sampled = explain(game, page.prompt, target, "kernel", rows=32)
    print(
        f"\n32 subsets instead: off by {np.abs(sampled.scores - explanation.scores).max():.2f} nats at most"
    )


def regenerate(planted: PlantedModel, prompt: Prompt) -> list[str]:
    """Write the page for a prompt, greedily: six sentences of four words."""
    import torch

    ids = torch.tensor([encode_prompt(prompt, planted.tokenizer).ids()])
    written = planted.model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=24, min_new_tokens=24
    )
    return [
        line.strip() for line in planted.tokenizer.decode(written[0, ids.shape[1] :].tolist()).split("\n")
    ][:6]


if __name__ == "__main__":
    main()
