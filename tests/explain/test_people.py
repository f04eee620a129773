"""Counterfactuals, marked differences, plain words."""

from __future__ import annotations

import numpy as np
import pytest
from explain_models import prompt, signal
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import ExplainError
from privgen.explain.attribution import explain
from privgen.explain.counterfactuals import all_counterfactuals, counterfactual, mark_difference, match
from privgen.explain.game import TableGame, all_coalitions
from privgen.explain.result import Explanation
from privgen.explain.wording import why
from privgen.prompt import Prompt
from privgen.schema import SignalKind

SENTENCES = ["Soft trail shoes for you.", "Made of wool."]


def explained(shown: Prompt, weights: list[list[float]]) -> Explanation:
    table = all_coalitions(len(shown.signals)) @ np.array(weights).T
    return explain(TableGame(table), shown, SENTENCES[: table.shape[1]])


def test_the_top_signal_is_taken_away_and_the_sentence_written_again() -> None:
    shown = prompt("viewed trail shoes", "likes blue")
    asked: list[Prompt] = []

    def regenerate(smaller: Prompt) -> list[str]:
        asked.append(smaller)
        return ["Soft shoes for you.", "Made of wool."]

    found = counterfactual(explained(shown, [[4.0, 0.1], [0.0, 0.0]]), 0, shown, regenerate)
    assert found is not None and found.changed
    assert [s.signal_id for s in asked[0].signals] == ["s1"]
    assert found.to_record() == {"removed": "s0", "text": "Soft shoes for you."}
    assert ("removed", " trail") in found.marks()
    assert "Soft" not in repr(found)


def test_sentences_with_one_top_signal_share_a_regeneration() -> None:
    shown = prompt("viewed trail shoes", "likes blue")
    asked: list[Prompt] = []

    def regenerate(smaller: Prompt) -> list[str]:
        asked.append(smaller)
        return ["Soft shoes.", "Made of cloth."]

    found = all_counterfactuals(explained(shown, [[4.0, 0.1], [3.0, 0.0]]), shown, regenerate)
    assert {index: c.text for index, c in found.items()} == {0: "Soft shoes.", 1: "Made of cloth."}
    assert len(asked) == 1
    assert all_counterfactuals(explained(shown, [[0.0, 0.0]]), shown, regenerate) == {}


def test_a_sentence_without_support_has_no_counterfactual() -> None:
    shown = prompt("viewed trail shoes")

    def never(_: Prompt) -> list[str]:
        raise AssertionError("regenerated for nothing")

    assert counterfactual(explained(shown, [[0.0]]), 0, shown, never) is None


def test_another_prompt_is_refused() -> None:
    shown = prompt("viewed trail shoes")
    with pytest.raises(ExplainError, match="not the one that was explained"):
        counterfactual(explained(shown, [[4.0]]), 0, shown.without("s0"), lambda _: [])


def test_matching_survives_a_missing_sentence() -> None:
    before = ["Soft trail shoes.", "You searched for wool.", "Made in Porto."]
    after = ["Soft trail shoes.", "Made in Porto."]
    assert [match(before, after, index) for index in range(3)] == [0, None, 1]
    assert match(before, [], 0) is None


@given(st.text("ab c红鞋。.", max_size=20), st.text("ab c红鞋。.", max_size=20))
def test_marks_rebuild_both_texts(before: str, after: str) -> None:
    marks = mark_difference(before, after)
    assert "".join(text for mark, text in marks if mark != "added") == before
    assert "".join(text for mark, text in marks if mark != "removed") == after


def test_chinese_is_compared_by_character() -> None:
    assert mark_difference("红色跑鞋", "蓝色跑鞋") == [("removed", "红"), ("added", "蓝"), ("same", "色跑鞋")]


def test_why_cites_only_support() -> None:
    shown = Prompt(
        "p",
        (
            signal(0, "viewed trail shoes 3 times", SignalKind.EVENT),
            signal(1, "narrow toe box.", SignalKind.REVIEW),
            signal(2, "lives in {Porto}", SignalKind.PROFILE),
        ),
        "s",
    )
    found = explained(shown, [[4.0, 3.0, 0.2], [0.0, 0.0, 0.0]])
    assert why(found, 0) == (
        "You see this because your shopping history shows “viewed trail shoes 3 times” "
        "and your reviews show “narrow toe box”."
    )
    chinese = why(found, 0, "zh")
    assert chinese.startswith("您看到这句话，是因为您的购物记录显示“viewed") and chinese.endswith("。")
    assert "Porto" not in why(found, 0) + chinese
    assert "standard wording" in why(found, 1) and "通用文案" in why(found, 1, "zh")
    assert "stands out" in why(explained(shown, [[0.4, 0.3, 0.2]]), 0)
    assert "{Porto}" in why(explained(shown, [[2.0, 3.0, 4.0]]), 0)
    with pytest.raises(ExplainError, match="'en' or 'zh'"):
        why(found, 0, "fr")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(SignalKind))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_has_words(kind: SignalKind, language: str) -> None:
    shown = Prompt("p", (signal(0, "the text", kind),), "s")
    assert "the text" in why(explained(shown, [[4.0]]), 0, language)  # type: ignore[arg-type]
