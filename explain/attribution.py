"""`explain`: which signals drove which sentence, from one batched value function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.absence import Absence
from privgen.explain.game import CachedGame, Game, Values, ends
from privgen.explain.result import Explanation, VerdictRule
from privgen.explain.sharing import BATCH_ROWS
from privgen.explain.solvers import Budget, Choice, Solution, choose, rows_of, solver
from privgen.explain.target import Target
from privgen.explain.trust import assess, noise
from privgen.explain.value import absence_of, game_for, model_game, passes, target_for
from privgen.progress import Progress, silent
from privgen.prompt import Prompt

__all__ = ["explain", "game_for"]


def explain(
    generator: Any,
    prompt: Prompt,
    sentences: Sequence[str] | Target,
    method: str = "exact",
    *,
    rows: int | None = None,
    max_passes: int | None = None,
    absence: Absence | None = None,
    rng: np.random.Generator | None = None,
    max_exact: int = 10,
    batch_rows: int = BATCH_ROWS,
    rule: VerdictRule | None = None,
    progress: Progress = silent,
) -> Explanation:
    """Explain generated sentences by the signals of their prompt.

    All sentences are explained from the same forward passes. No text is generated. Every result holds its
    noise and its `Trust`; for exact values that takes one more forward call, for sampled ones also up to a
    quarter of their subsets (`trust_rows`).

    Args:
        generator: Anything with a Hugging Face `.model` and its `.tokenizer` (optionally `.bos_ids`, or
            `.chat` where the tokenizer's chat template stands around the prompt), an `Endpoint`, or a `Game`
            such as a `Scorer` or `CachedGame` made before. The prompt of an encoder-decoder model ends with
            the tokenizer's end-of-sequence id.
        prompt: The prompt the sentences were generated from.
        sentences: A `Target` with the generated ids (preferred), or texts, which are encoded one per line.
        method: One of `METHODS`; "auto" chooses by the number of signals and the budget (`choose`).
        rows: Most subsets a sampling method may score; default `default_rows`. It scores fewer where the
            order of the top signals stands before.
        max_passes: The same budget in forward passes of `batch_rows` subsets, in place of `rows`.
        absence: What stands for an absent signal; default: its line is not in the prompt. Not for a `Game`.
        rng: Draws the subsets; default a generator seeded with 0, so that equal calls give equal results.
        max_exact: Most signals whose 2**n subsets "auto" scores, at most 12.
        batch_rows: Most subsets per forward call.
        rule: Thresholds of the verdicts.
        progress: Told of subsets scored.

    Returns:
        Scores in nats with their completeness error and a verdict per sentence.

    Raises:
        ExplainError: The generator has no language model, the method is unknown or cannot take this many
            signals, the budget is too small or given twice, or prompt and sentences do not fit the model.
        MissingExtraError: The method's library is not installed.
    """
    absence = _absence(generator, absence)
    rng = np.random.default_rng(0) if rng is None else rng
    target = target_for(generator, sentences)
    game = game_for(
        generator, prompt, target, absence=absence, rng=rng, batch_rows=batch_rows, progress=progress
    )
    _check_game(game, prompt, target)
    passes_before, rows_before = passes(game), _rows(game)
    if max_passes is not None:
        if rows is not None:
            raise ExplainError("budget: wanted rows or max_passes, got both")
        rows = rows_of(max_passes, batch_rows, absence.games if absence else 1)
    choice = choose(len(prompt.signals), max_exact=max_exact, rows=rows, method=method)
    budget = Budget(rows=choice.rows, rng=rng, kinds=tuple(signal.kind for signal in prompt.signals))
    cached = game if isinstance(game, CachedGame) else CachedGame(game)
    solve = solver(choice.method)
    solution = solve(cached, budget) if prompt.signals else _nothing(cached)
    none, full = ends(cached)
    spent = _rows(cached)
    rng = np.random.default_rng(1)  # not the solver's: looking at a result does not change the next one
    floor, order, noise_passes = _noise(cached, rng)
    again = replace(budget, rng=rng)
    trust = assess(cached, solution, lambda: solve(cached, again), rng=rng)
    verdicts, cited = _judge(rule or VerdictRule(), solution, floor)
    return Explanation(
        signals=prompt.signals,
        sentences=target.texts,
        scores=solution.scores,
        standard_errors=solution.standard_errors,
        values_full=full,
        values_none=none,
        verdicts=verdicts,
        cited=cited,
        method=choice.method,
        exact=solution.exact,
        removal=absence.removal.value if absence else "remove",
        reason=_reason(choice, solution, absence, max_passes),
        stable=solution.stable,
        noise_floor=floor,
        order_noise=order,
        trust=trust,
        forward_passes=passes(game) - passes_before + noise_passes,
        rows=spent - (rows_before if cached is game else 0),
    )


def _absence(generator: Any, absence: Absence | None) -> Absence | None:
    """A game was made with its absence; another one here would be a false statement in the result.

    Raises:
        ExplainError: Both a game and an absence are given.
    """
    if isinstance(generator, Game):
        if absence is not None:
            raise ExplainError("absence: the game has its own; give the generator in place of the game")
        return absence_of(generator)
    return absence or Absence()


def _reason(choice: Choice, solution: Solution, absence: Absence | None, max_passes: int | None) -> str:
    parts = [choice.reason, solution.note]
    if max_passes is not None:
        parts.append(f"budget: {max_passes} forward passes")
    if absence is not None and absence.games > 1:
        parts.append(f"each value is a mean of {absence.games} draws")
    return "; ".join(part for part in parts if part)


def _check_game(game: Game, prompt: Prompt, target: Target) -> None:
    if (game.n_signals, game.n_sentences) != (len(prompt.signals), len(target.texts)):
        raise ExplainError(
            f"the game has {game.n_signals} signals and {game.n_sentences} sentences, "
            f"prompt and target have {len(prompt.signals)} and {len(target.texts)}"
        )


def _nothing(game: Game) -> Solution:
    return Solution(np.zeros((game.n_sentences, 0)), exact=True)


def _judge(rule: VerdictRule, solution: Solution, noise: float) -> tuple[Any, Any]:
    errors = solution.standard_errors
    errors = np.zeros_like(solution.scores) if errors is None else errors
    judged = [rule.judge(s, e, noise) for s, e in zip(solution.scores, errors, strict=True)]
    return tuple(verdict for verdict, _ in judged), tuple(cited for _, cited in judged)


def _noise(game: Game, rng: np.random.Generator) -> tuple[float, Values | None, int]:
    """Noise of batching and of the order of the signals; nothing to measure without a model."""
    asked = model_game(game)
    return (0.0, None, 0) if asked is None else noise(game, asked, rng)


def _rows(game: Game) -> int:
    return game.rows if isinstance(game, CachedGame) else 0
