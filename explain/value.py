"""From a generator, a prompt and its sentences to the game that is explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from privgen.errors import ExplainError, MissingExtraError
from privgen.explain.absence import Absence, Removal, absent_ids
from privgen.explain.chat import in_chat
from privgen.explain.endpoint import Endpoint, EndpointScorer
from privgen.explain.game import CachedGame, Game, Mask, Values
from privgen.explain.sharing import BATCH_ROWS
from privgen.explain.target import Target
from privgen.progress import Progress, silent
from privgen.prompt import EncodedPrompt, Prompt, encode_prompt


@runtime_checkable
class ModelGame(Game, Protocol):
    """A game that a model is asked for: it counts its calls and can be played again on its own."""

    @property
    def forward_passes(self) -> int:
        """Calls of the model so far."""
        ...

    def score_in_orders(
        self, orders: Sequence[Sequence[int]], keeps: Sequence[Mask]
    ) -> tuple[list[Values], int]:
        """Score again with the signals in other orders, nothing shared or remembered; and the calls made."""
        ...


class MeanGame:
    """Mean of several games of the same players: the draws of `Removal.DRAW`."""

    def __init__(self, games: Sequence[ModelGame]) -> None:
        self._games = tuple(games)

    @property
    def n_signals(self) -> int:
        """Number of players."""
        return self._games[0].n_signals

    @property
    def n_sentences(self) -> int:
        """Number of payoffs."""
        return self._games[0].n_sentences

    @property
    def forward_passes(self) -> int:
        """Calls of all games."""
        return sum(game.forward_passes for game in self._games)

    def score(self, keep: Mask) -> Values:
        """Mean payoffs; shapes as in `Game.score`."""
        return np.asarray(np.mean([game.score(keep) for game in self._games], axis=0))

    def score_in_orders(
        self, orders: Sequence[Sequence[int]], keeps: Sequence[Mask]
    ) -> tuple[list[Values], int]:
        """Mean payoffs with the signals in other orders."""
        found = [game.score_in_orders(orders, keeps) for game in self._games]
        values = [
            np.asarray(np.mean(parts, axis=0)) for parts in zip(*(one for one, _ in found), strict=True)
        ]
        return values, sum(calls for _, calls in found)


def game_for(
    generator: Any,
    prompt: Prompt,
    target: Target,
    *,
    absence: Absence | None = None,
    rng: np.random.Generator | None = None,
    batch_rows: int = BATCH_ROWS,
    share_prefix: bool = True,
    progress: Progress = silent,
) -> Game:
    """The value function of a prompt and its generated sentences; a `Game` passes through.

    Args:
        generator: Anything with a Hugging Face `.model` and its `.tokenizer`; an `Endpoint`; or a `Game`.
            `.bos_ids` stand in front; where `.chat` is true, the prompt is the user's turn of the
            tokenizer's chat template.
        prompt: The prompt.
        target: What was written.
        absence: What stands for an absent signal; default: its line goes.
        rng: Draws other customers' lines, where these are wanted; default seed 0.
        batch_rows: Most coalitions per forward call.
        share_prefix: Compute once what coalitions share at their beginning.
        progress: Told of rows scored.

    Raises:
        ExplainError: The generator has no language model, or prompt and target do not fit it.
        MissingExtraError: torch or transformers is not installed.
    """
    if isinstance(generator, Game):
        return generator
    rng = np.random.default_rng(0) if rng is None else rng
    stand_ins = (absence or Absence()).stand_ins(prompt.signals, rng)
    games: list[ModelGame]
    if isinstance(generator, Endpoint):
        games = [EndpointScorer(generator, prompt, target, one, progress=progress) for one in stand_ins]
    else:
        model, tokenizer = language_model(generator)
        try:
            from privgen.explain.scorer import Scorer
        except ImportError:
            raise MissingExtraError("explain", "transformers") from None
        encoded = _encoded(generator, prompt)
        games = [
            Scorer(
                model,
                encoded,
                target,
                absent=absent_ids(one, tokenizer),
                batch_rows=batch_rows,
                share_prefix=share_prefix,
                progress=progress,
            )
            for one in stand_ins
        ]
    game = games[0] if len(games) == 1 else MeanGame(games)
    game.absence = absence or Absence()  # type: ignore[attr-defined]
    return game


def absence_of(game: Game) -> Absence | None:
    """What stands for absent signals in a game that was made before; None where no model is behind it."""
    inner = game.inner if isinstance(game, CachedGame) else game
    stated: Absence | None = getattr(inner, "absence", None)
    if stated is None and any(getattr(inner, "absent", ())):  # a `Scorer` made by hand
        return Absence(removal=Removal.BASELINE)
    return stated


def target_for(generator: Any, sentences: Sequence[str] | Target) -> Target:
    """What was written, as token ids: those given, or the sentences encoded one per line.

    Raises:
        ExplainError: The sentences are one string, or there are none.
    """
    if isinstance(sentences, Target):
        return sentences
    if isinstance(sentences, str):
        raise ExplainError("sentences: wanted a sequence of sentences, got one string")
    tokenizer = generator.tokenizer if isinstance(generator, Endpoint) else None
    if isinstance(generator, Game) or (isinstance(generator, Endpoint) and tokenizer is None):
        spans = tuple((index, index + 1) for index in range(len(sentences)))
        return Target(tuple(range(len(sentences))), spans, tuple(sentences))
    return Target.encode(sentences, tokenizer or language_model(generator)[1])


def language_model(generator: Any) -> tuple[Any, Any]:
    """The model and tokenizer of a generator.

    Raises:
        ExplainError: It has none.
    """
    model, tokenizer = getattr(generator, "model", None), getattr(generator, "tokenizer", None)
    if not hasattr(model, "forward") or not hasattr(tokenizer, "encode"):
        raise ExplainError(
            f"{type(generator).__name__} has no language model to ask for log-probabilities; "
            "explain pages of a Hugging Face generator"
        )
    return model, tokenizer


def model_game(game: Game) -> ModelGame | None:
    """The game behind a cache, if a model is asked for it."""
    inner = game.inner if isinstance(game, CachedGame) else game
    return inner if isinstance(inner, ModelGame) else None


def passes(game: Game) -> int:
    """Calls of the model so far."""
    asked = model_game(game)
    return asked.forward_passes if asked else 0


def _encoded(generator: Any, prompt: Prompt) -> EncodedPrompt:
    model, tokenizer = generator.model, generator.tokenizer
    if getattr(generator, "chat", False):
        return encode_prompt(in_chat(prompt, tokenizer), tokenizer)  # the template brings its own first id
    encoded = encode_prompt(prompt, tokenizer, tuple(getattr(generator, "bos_ids", ()) or ()))
    eos = getattr(tokenizer, "eos_token_id", None)
    if not getattr(model.config, "is_encoder_decoder", False) or eos is None:
        return encoded
    # the prompt of an encoder-decoder model ends with its end-of-sequence id, as in its training
    return EncodedPrompt(encoded.prefix, encoded.signals, (*encoded.suffix, eos))
