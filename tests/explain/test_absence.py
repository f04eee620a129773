"""The three named games of an absent signal, chat templates, models without a cache."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from explain_models import CharTokenizer, encoded, generator, prompt, signal, tiny

from privgen.errors import ExplainError
from privgen.explain.absence import Absence, Removal
from privgen.explain.attribution import explain, game_for
from privgen.explain.chat import in_chat
from privgen.explain.exact import exact_shapley
from privgen.explain.game import CachedGame, all_coalitions
from privgen.explain.scorer import Scorer
from privgen.explain.target import Target
from privgen.prompt import Prompt
from privgen.schema import SignalKind

WHOLE = prompt("red shoes", "窄鞋头", "size 9")
SENTENCES = ["Warm red.", "Fits well."]
CANARY = "canary 4111"
OTHERS = (replace(signal(7, CANARY), signal_id="o7"), replace(signal(8, "blue hat"), signal_id="o8"))
EVERY = all_coalitions(3)


def swapped(keep: np.ndarray, stand_ins: tuple[str, ...]) -> Prompt:
    """The prompt written out by hand: what is absent says something else."""
    signals = tuple(
        s if kept else replace(s, text=other)
        for s, kept, other in zip(WHOLE.signals, keep, stand_ins, strict=True)
    )
    return Prompt(WHOLE.prefix, signals, WHOLE.suffix)


def value(lm: Any, whole: Prompt, target: Target) -> np.ndarray:
    return game_for(lm, whole, target, share_prefix=False).score(np.ones((1, 3), dtype=bool))[0]


@pytest.mark.parametrize("name", ["llama", "t5"])
@pytest.mark.parametrize("said", ["", "none"])
def test_a_neutral_line_is_the_prompt_written_with_it(name: str, said: str) -> None:
    lm = generator(name)
    target = Target.encode(SENTENCES, lm.tokenizer)
    absence = Absence(removal=Removal.BASELINE, baseline=said)
    found = game_for(lm, WHOLE, target, absence=absence, batch_rows=3).score(EVERY)
    texts = (said,) * 3 if said else ("not known", "未知", "not known")
    expected = [value(lm, swapped(keep, texts), target) for keep in EVERY]
    assert np.abs(found - expected).max() < 1e-4
    removed = game_for(lm, WHOLE, target).score(EVERY)
    assert np.abs(found - removed).max() > 0.01


def test_draws_are_averaged_and_come_from_the_same_kind() -> None:
    lm = generator()
    target = Target.encode(SENTENCES, lm.tokenizer)
    absence = Absence(removal=Removal.DRAW, others=OTHERS, draws=3)
    found = game_for(lm, WHOLE, target, absence=absence, rng=np.random.default_rng(5)).score(EVERY)
    drawn = absence.stand_ins(WHOLE.signals, np.random.default_rng(5))
    assert {one.text for game in drawn for one in game} == {CANARY, "blue hat"}
    expected = [
        np.mean([value(lm, swapped(keep, tuple(s.text for s in game)), target) for game in drawn], axis=0)
        for keep in EVERY
    ]
    assert np.abs(found - expected).max() < 1e-4
    reviews = replace(WHOLE.signals[0], kind=SignalKind.REVIEW)
    (game, *_) = absence.stand_ins([reviews], np.random.default_rng(0))
    assert game[0].text == "not known"  # nobody else's of this kind


@pytest.mark.parametrize("removal", list(Removal))
def test_the_choice_is_in_the_result_and_nobody_elses_words_are(removal: Removal) -> None:
    lm = generator()
    others = OTHERS if removal is Removal.DRAW else ()
    absence = Absence(removal=removal, others=others, draws=2)
    found = explain(lm, WHOLE, SENTENCES, absence=absence)
    records = found.to_records("p1", "description")
    assert found.removal == records[0]["removal"] == removal.value
    assert found.completeness_error <= 1e-6 and found.order_noise is not None
    assert found.noise_floor < 1e-3
    assert ("draws" in found.reason) == (removal is Removal.DRAW)
    assert CANARY not in str(records) + repr(absence) + repr(found)
    cached = CachedGame(game_for(lm, WHOLE, Target.encode(SENTENCES, lm.tokenizer), absence=absence))
    assert explain(cached, WHOLE, SENTENCES).removal == removal.value


def test_what_makes_no_sense_is_refused_without_showing_text() -> None:
    lm = generator()
    target = Target.encode(SENTENCES, lm.tokenizer)
    with pytest.raises(ExplainError, match="signals of other customers"):
        Absence(removal=Removal.DRAW)
    own = Absence(removal=Removal.DRAW, others=(signal(1, CANARY),))
    with pytest.raises(ExplainError, match="is among those of other customers") as caught:
        game_for(lm, WHOLE, target, absence=own)
    assert CANARY not in str(caught.value)
    with pytest.raises(ExplainError, match="the game has its own"):
        explain(game_for(lm, WHOLE, target), WHOLE, SENTENCES, absence=Absence())


class ChatTokenizer(CharTokenizer):
    """A template around the user's turn; some templates trim what the user says."""

    def __init__(self, trims: bool, template: str | None = "<u>{}</u>\n<a>") -> None:
        super().__init__()
        self.chat_template, self._trims = template, trims

    def apply_chat_template(self, turns: list[dict[str, str]], **_: Any) -> str:
        text = turns[0]["content"]
        return self.chat_template.format(text.strip() if self._trims else text)


@pytest.mark.parametrize("trims", [False, True])
def test_a_chat_template_stands_around_the_prompt(trims: bool) -> None:
    lm = SimpleNamespace(model=tiny("llama"), tokenizer=ChatTokenizer(trims), chat=True)
    target = Target.encode(SENTENCES, lm.tokenizer)
    found = game_for(lm, WHOLE, target).score(EVERY)
    plain = SimpleNamespace(model=lm.model, tokenizer=CharTokenizer())
    for keep, values in zip(EVERY, found, strict=True):
        text = WHOLE.without(*(s.signal_id for s, k in zip(WHOLE.signals, keep, strict=True) if not k)).text()
        whole = lm.tokenizer.apply_chat_template([{"role": "user", "content": text}])
        expected = game_for(plain, Prompt(whole, (), ""), target).score(np.zeros((1, 0), dtype=bool))[0]
        assert np.abs(values - expected).max() < 1e-4


def test_a_template_that_changes_the_prompt_is_refused() -> None:
    with pytest.raises(ExplainError, match="has no chat template"):
        in_chat(WHOLE, ChatTokenizer(False, None))
    with pytest.raises(ExplainError, match="changes the prompt"):
        in_chat(WHOLE, ChatTokenizer(False, "<u>nothing of it</u>"))


class NoCache(torch.nn.Module):
    """A model whose forward knows neither caches nor positions."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = tiny("bloom")
        self.config, self.device = self.inner.config, self.inner.device

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        return self.inner(input_ids=input_ids, attention_mask=attention_mask, use_cache=False)


def test_a_model_without_a_cache_gives_the_same_values() -> None:
    pieces, target = encoded()
    model = NoCache().eval()
    scorer = Scorer(model, pieces, target)
    assert not scorer.shares_prefix
    expected = exact_shapley(Scorer(model.inner, pieces, target))
    assert np.abs(exact_shapley(scorer) - expected).max() < 1e-4
