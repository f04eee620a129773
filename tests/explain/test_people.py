"""Counterfactuals, marked differences, plain words."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from explain_models import prompt, signal
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import ExplainError
from privgen.explain.attribution import explain
from privgen.explain.counterfactuals import Counterfactual, all_counterfactuals, counterfactual, match
from privgen.explain.game import TableGame, all_coalitions
from privgen.explain.marks import mark_difference
from privgen.explain.result import Explanation
from privgen.explain.wording import why
from privgen.phrases import WORDINGS, phrases
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
    record = found.to_record()
    assert (record["removed"], record["text"], record["changed"]) == ("s0", "Soft shoes for you.", True)
    assert record["marks"] == [["same", "Soft"], ["removed", " trail"], ["same", " shoes for you."]]
    assert ("removed", " trail") in found.marks()
    assert "Soft" not in repr(found)


def test_sentences_with_one_top_signal_share_a_regeneration() -> None:
    shown = prompt("viewed trail shoes", "likes blue")
    asked: list[Prompt] = []

    def regenerate(smaller: Sequence[Prompt]) -> list[list[str]]:
        asked.extend(smaller)
        return [["Soft shoes.", "Made of cloth."] for _ in smaller]

    found = all_counterfactuals(explained(shown, [[4.0, 0.1], [3.0, 0.0]]), shown, regenerate)
    assert {index: c.text for index, c in found.items()} == {0: "Soft shoes.", 1: "Made of cloth."}
    assert len(asked) == 1
    assert all_counterfactuals(explained(shown, [[0.0, 0.0]]), shown, regenerate) == {}
    assert len(asked) == 1  # nothing is written where no sentence has support


def test_each_sentence_is_compared_with_the_text_without_its_own_signal() -> None:
    shown = prompt("viewed trail shoes", "likes blue")
    texts = {"s1": ["Soft shoes.", "Blue ones."], "s0": ["Trail shoes.", "Any colour."]}

    def regenerate(smaller: Sequence[Prompt]) -> list[list[str]]:
        return [texts[one.signals[0].signal_id] for one in smaller]

    found = all_counterfactuals(explained(shown, [[4.0, 0.1], [0.0, 3.0]]), shown, regenerate)
    assert {index: (c.removed, c.text) for index, c in found.items()} == {
        0: ("s0", "Soft shoes."),
        1: ("s1", "Any colour."),
    }


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
            signal(0, "viewed trail shoes (3x)", SignalKind.EVENT),
            signal(1, "wrote about Kor Boots, 2/5: a narrow toe box.", SignalKind.REVIEW),
            signal(2, "lives in {Porto}", SignalKind.PROFILE),
        ),
        "s",
    )
    found = explained(shown, [[4.0, 3.0, 0.2], [0.0, 0.0, 0.0]])
    assert why(found, 0) == (
        "Because you looked at trail shoes three times "
        "and your review of Kor Boots mentioned “a narrow toe box”."
    )
    chinese = why(found, 0, "zh")
    assert chinese == "因为您看过trail shoes三次，并且您对Kor Boots的评价提到“a narrow toe box”。"
    assert "Porto" not in why(found, 0) + chinese
    assert "standard wording" in why(found, 1) and "通用文案" in why(found, 1, "zh")
    assert "stands out" in why(explained(shown, [[0.4, 0.3, 0.2]]), 0)
    assert why(explained(shown, [[2.0, 3.0, 4.0]]), 0).startswith(
        "Because your profile says “lives in {Porto}”,"
    )
    with pytest.raises(ExplainError, match="'en' or 'zh'"):
        why(found, 0, "fr")  # type: ignore[arg-type]
    page = found.to_records("p1", "description")
    assert [why(page, n) for n in range(2)] == [why(found, n) for n in range(2)]
    with pytest.raises(ExplainError, match="2 explained sentences"):
        why(page, 2)


@pytest.mark.parametrize("count", ["0", "1", "2", "10", "11", "120"])
def test_counts_are_said_as_people_say_them(count: str) -> None:
    shown = Prompt("p", (signal(0, f"viewed Sol Pan ({count}x)", SignalKind.EVENT),), "s")
    words = {"0": "", "1": "once", "2": "twice", "10": "ten times", "11": "11 times", "120": "120 times"}
    assert why(explained(shown, [[4.0]]), 0) == f"Because you looked at Sol Pan {words[count]}."


@pytest.mark.parametrize("kind", [kind for kind in SignalKind if kind is not SignalKind.DIGEST])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_has_words(kind: SignalKind, language: str) -> None:
    shown = Prompt("p", (signal(0, "the text", kind),), "s")
    assert "the text" in why(explained(shown, [[4.0]]), 0, language)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_wording_of_a_signal_has_a_clause(language: str) -> None:
    words = phrases(language)
    slots = dict.fromkeys(("category", "title", "text", "name", "value", "theme", "discount"), "Kor Pan")
    slots |= {"count": "3", "rating": "2", "starts": "2026-01-01", "ends": "2026-02-01"}
    for kind, wordings in WORDINGS.items():
        for wording in wordings:
            shown = Prompt("p", (signal(0, words.signal_text(wording, slots), kind),), "s")
            told = why(explained(shown, [[4.0]]), 0, language)  # type: ignore[arg-type]
            assert "{" not in told and ("Kor Pan" in told) == (kind is not SignalKind.DIGEST)
            assert f"“{words.signal_text(wording, slots)}”" not in told  # not the words for what is not ours


REVIEW = "The strap tore on day CANARY-two of the trip"


def test_the_words_of_other_customers_are_withheld() -> None:
    """Whole, cut at either end, in the sentence, in the counterfactual and in its marks."""
    signals = (
        signal(0, f"2/5: {REVIEW}", SignalKind.DIGEST),
        signal(1, seen := "viewed Sol Pan (3x)", SignalKind.EVENT),
    )
    shown, viewed = Prompt("p", signals, "s"), "You viewed Sol Pan 3 times."
    for quoted in (REVIEW, REVIEW[4:], REVIEW[:-9], REVIEW[10:-6]):
        quote = f'One buyer gave only 2 of 5: "{quoted}"'
        game = TableGame(all_coalitions(2) @ np.array([[4.0, 0.0], [0.0, 4.0]]))
        found = explain(game, shown, [quote, viewed])
        changed = Counterfactual("s1", viewed, f"It is {quoted}.").to_record()
        records = found.to_records("p1", "review_digest", {1: changed})
        told = json.dumps(records, ensure_ascii=False) + why(found, 0) + why(records, 0, "zh")
        assert not any(REVIEW[n : n + 12] in told for n in range(len(REVIEW) - 11))
        assert records[0]["text"] == 'One buyer gave only 2 of 5: "…"'
        assert records[1]["text"] == viewed
        assert records[1]["counterfactual"]["text"] in ("It is ….", "It is….")
        pieces = records[1]["counterfactual"]["marks"]
        assert "".join(piece for mark, piece in pieces if mark != "removed").endswith("….")
        assert [s["text"] for s in records[0]["signals"]] == ["(review of another buyer)", seen]
        assert "another buyer" in why(found, 0) and "其他买家" in why(found, 0, "zh")


def test_chinese_words_of_others_are_withheld_too() -> None:
    shown = Prompt("p", (signal(0, "2/5：肩带第二天就断了，很失望", SignalKind.DIGEST),), "s")
    found = explain(TableGame(np.array([[0.0], [4.0]])), shown, ["也有疑问，2分：“肩带第二天就断了”"])
    assert found.to_records("p", "review_digest")[0]["text"] == "也有疑问，2分：“…”"
