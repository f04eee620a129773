"""`explain`: which signals drove which sentence, from one batched value function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privgen.errors import ExplainError, MissingExtraError
from privgen.explain.game import CachedGame, Game, Values, ends
from privgen.explain.metrics import Faithfulness, faithfulness
from privgen.explain.result import Explanation, VerdictRule
from privgen.explain.solvers import Budget, Solution, choose, solver
from privgen.explain.target import Target
from privgen.progress import Progress, silent
from privgen.prompt import EncodedPrompt, Prompt, encode_prompt

if TYPE_CHECKING:
    from privgen.explain.scorer import Scorer


def explain(
    generator: Any,
    prompt: Prompt,
    sentences: Sequence[str] | Target,
    method: str = "exact",
    *,
    rows: int | None = None,
    rng: np.random.Generator | None = None,
    max_exact: int = 10,
    batch_rows: int = 64,
    rule: VerdictRule | None = None,
    progress: Progress = silent,
) -> Explanation:
    """Explain generated sentences by the signals of their prompt.

    All sentences are explained from the same forward passes. No text is generated.

    Args:
        generator: Anything with a Hugging Face `.model` and its `.tokenizer` (optionally `.bos_ids`), or a
            `Game` such as a `Scorer` or `CachedGame` made before. The prompt of an encoder-decoder model
            ends with the tokenizer's end-of-sequence id.
        prompt: The prompt the sentences were generated from.
        sentences: A `Target` with the generated ids (preferred), or texts, which are encoded one per line.
        method: One of `METHODS`; "auto" is exact up to `max_exact` signals and sampled above.
        rows: Subsets a sampling method may score; default `max(128, 8 * n_signals)`.
        rng: Draws the subsets; default a generator seeded with 0, so that equal calls give equal results.
        max_exact: Most signals whose 2**n subsets are all scored, at most 12.
        batch_rows: Most subsets per forward call.
        rule: Thresholds of the verdicts.
        progress: Told of subsets scored.

    Returns:
        Scores in nats with their completeness error and a verdict per sentence.

    Raises:
        ExplainError: The generator has no language model, the method is unknown or cannot take this many
            signals, or prompt and sentences do not fit the model.
        MissingExtraError: The method's library is not installed.
    """
    target = _target(generator, sentences)
    game = game_for(generator, prompt, target, batch_rows=batch_rows, progress=progress)
    _check_game(game, prompt, target)
    passes_before, rows_before = _passes(game), _rows(game)
    name, budget_rows = choose(len(prompt.signals), max_exact=max_exact, rows=rows)
    name = name if method == "auto" else method
    budget = Budget(
        rows=budget_rows,
        rng=np.random.default_rng(0) if rng is None else rng,
        max_exact=max_exact,
        kinds=tuple(signal.kind for signal in prompt.signals),
    )
    cached = game if isinstance(game, CachedGame) else CachedGame(game)
    solution = solver(name)(cached, budget) if prompt.signals else _nothing(cached)
    none, full = ends(cached)
    noise, noise_passes = _noise_floor(game, np.stack([none, full]))
    verdicts, cited = _judge(rule or VerdictRule(), solution, noise)
    return Explanation(
        signals=prompt.signals,
        sentences=target.texts,
        scores=solution.scores,
        standard_errors=solution.standard_errors,
        values_full=full,
        values_none=none,
        verdicts=verdicts,
        cited=cited,
        method=name,
        exact=solution.exact,
        noise_floor=noise,
        forward_passes=_passes(game) - passes_before + noise_passes,
        rows=_rows(cached) - (rows_before if cached is game else 0),
        curves=_free_curves(cached, solution),
    )


def _free_curves(game: CachedGame, solution: Solution) -> Faithfulness | None:
    """Deletion and insertion curves where every subset has been scored, so that they cost no model call."""
    if game.n_signals < 2 or game.rows < 1 << game.n_signals:
        return None
    return faithfulness(game, solution.scores, rng=np.random.default_rng(0))


def game_for(
    generator: Any,
    prompt: Prompt,
    target: Target,
    *,
    batch_rows: int = 64,
    share_prefix: bool = True,
    progress: Progress = silent,
) -> Game:
    """The value function of a prompt and its generated sentences; a `Game` passes through.

    Raises:
        ExplainError: The generator has no language model, or prompt and target do not fit it.
        MissingExtraError: torch or transformers is not installed.
    """
    if isinstance(generator, Game):
        return generator
    model, tokenizer = _language_model(generator)
    try:
        from privgen.explain.scorer import Scorer
    except ImportError:
        raise MissingExtraError("explain", "transformers") from None
    encoded = encode_prompt(prompt, tokenizer, tuple(getattr(generator, "bos_ids", ()) or ()))
    if getattr(model.config, "is_encoder_decoder", False):
        encoded = _ended(encoded, getattr(tokenizer, "eos_token_id", None))
    return Scorer(model, encoded, target, batch_rows=batch_rows, share_prefix=share_prefix, progress=progress)


def _ended(encoded: EncodedPrompt, eos: int | None) -> EncodedPrompt:
    """The prompt of an encoder-decoder model ends with its end-of-sequence id, as in its training."""
    suffix = encoded.suffix if eos is None else (*encoded.suffix, eos)
    return EncodedPrompt(encoded.prefix, encoded.signals, suffix)


def _language_model(generator: Any) -> tuple[Any, Any]:
    model, tokenizer = getattr(generator, "model", None), getattr(generator, "tokenizer", None)
    if not hasattr(model, "forward") or not hasattr(tokenizer, "encode"):
        raise ExplainError(
            f"{type(generator).__name__} has no language model to ask for log-probabilities; "
            "explain pages of a Hugging Face generator"
        )
    return model, tokenizer


def _target(generator: Any, sentences: Sequence[str] | Target) -> Target:
    if isinstance(sentences, Target):
        return sentences
    if isinstance(sentences, str):
        raise ExplainError("sentences: wanted a sequence of sentences, got one string")
    if isinstance(generator, Game):
        spans = tuple((index, index + 1) for index in range(len(sentences)))
        return Target(tuple(range(len(sentences))), spans, tuple(sentences))
    return Target.encode(sentences, _language_model(generator)[1])


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


def _scorer(game: Game) -> Scorer | None:
    inner = game.inner if isinstance(game, CachedGame) else game
    return inner if hasattr(inner, "shares_prefix") else None  # type: ignore[return-value]


def _noise_floor(game: Game, expected: Values) -> tuple[float, int]:
    """Largest change when the two ends are scored again, in one batch of their own, nothing shared."""
    scorer = _scorer(game)
    if scorer is None:
        return 0.0, 0
    again = scorer.independent()
    return float(np.abs(np.stack(ends(again)) - expected).max()), again.forward_passes


def _passes(game: Game) -> int:
    scorer = _scorer(game)
    return scorer.forward_passes if scorer else 0


def _rows(game: Game) -> int:
    return game.rows if isinstance(game, CachedGame) else 0
