"""Signals: each comes from a row that is there, is short, holds no scrub token, and has an id of its own."""

from __future__ import annotations

import datetime as dt
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop_rows import START, campaigns, products, tracks

from privgen.phrases import phrases
from privgen.schema import TABLES, Row, SectionKind, Signal, SignalKind
from privgen.sections import SECTION_SIGNALS, section_request
from privgen.signals import LONGEST_EXCERPT, History, SignalMaker, question, sentences_of
from privgen.tables import check_row

LANGUAGES = ("en", "zh")
TOKEN = re.compile(r"<[A-Z_]+(_[0-9a-f]+)?>")
_words = st.lists(
    st.sampled_from(
        ("fine", "teal", "云岚", "锅", "3", "<PERSON_ab12cd34ef>", "<URL>", ".", "?", "。", "！", "\n")
    ),
    max_size=40,
)
_text = st.tuples(_words, st.sampled_from(("", " "))).map(lambda pair: pair[1].join(pair[0]))


def _rows(table: str, rows: list[Row]) -> list[Row]:
    return [check_row(TABLES[table], row) for row in rows]


def _history(texts: list[str], rng: random.Random) -> History:
    """A customer whose every free text is one of these."""
    rows: dict[str, list[Row]] = tracks("c", rng)
    for table in ("events", "reviews", "dialogues"):
        for row in rows[table]:
            if row.get("text"):
                row["text"] = rng.choice(texts) or "-"
    return History("c", **{table: _rows(table, rows[table]) for table in rows})


def _made(language: str, texts: list[str], seed: int, shop: dict[str, Row] | None = None) -> list[Signal]:
    rng = random.Random(seed)
    catalogue = shop or {row["product_id"]: row for row in _rows("products", products(language))}
    maker = SignalMaker(language, catalogue)
    history = _history(texts, rng)
    reviews = [row | {"review_id": "other", "customer_id": "x"} for row in history.reviews]
    running = [row | {"terms": rng.choice(texts)} for row in _rows("campaigns", campaigns())]
    own = maker.customer_signals(history, "p1")
    return [*own, *maker.product_signals(catalogue["p1"], reviews, running)]


@settings(deadline=None, max_examples=60)
@given(
    texts=st.lists(_text, min_size=1, max_size=4),
    language=st.sampled_from(LANGUAGES),
    seed=st.integers(0, 99),
)
def test_any_text_makes_short_clean_signals_with_ids_of_their_own(
    texts: list[str], language: str, seed: int
) -> None:
    signals = _made(language, texts, seed)
    assert len({signal.signal_id for signal in signals}) == len(signals)
    words = phrases(language)
    for signal in signals:
        assert not TOKEN.search(signal.text)
        read = words.read_signal(signal)
        assert read is not None, signal.kind
        assert len(read[1].get("text", "")) <= LONGEST_EXCERPT


@settings(deadline=None, max_examples=30)
@given(language=st.sampled_from(LANGUAGES), seed=st.integers(0, 999))
def test_every_source_is_a_row(language: str, seed: int) -> None:
    rng = random.Random(seed)
    rows = tracks("c", rng)
    catalogue = {row["product_id"]: row for row in _rows("products", products(language))}
    history = History("c", **{table: _rows(table, rows[table]) for table in rows})
    others = _rows("reviews", tracks("x", rng)["reviews"])
    maker = SignalMaker(language, catalogue)
    own, running = maker.customer_signals(history, "p1"), _rows("campaigns", campaigns())
    signals = [*own, *maker.product_signals(catalogue["p1"], others, running)]
    there = {f"products:{id_}" for id_ in catalogue} | {f"campaigns:{row['campaign_id']}" for row in running}
    there |= {"events:c"} | {f"events:c,{event['product_id']}" for event in history.events}
    there |= {f"events:c,{event['timestamp'].isoformat()}" for event in history.events}
    there |= {f"reviews:{row['review_id']}" for row in [*history.reviews, *others]}
    there |= {f"dialogues:{row['dialogue_id']},{row['turn']}" for row in history.dialogues}
    assert {signal.source for signal in signals} <= there
    assert all(signal.personal == (signal in own) for signal in signals)
    assert {signal.kind for signal in signals} >= {SignalKind.EVENT, SignalKind.QUERY, SignalKind.DIGEST}


def _event(kind: str, product_id: str, day: int) -> Row:
    moment = START + dt.timedelta(days=day)
    row = {"customer_id": "c", "kind": kind, "product_id": product_id, "timestamp": moment}
    return check_row(TABLES["events"], row)


def _maker(language: str = "en", **changed: Any) -> SignalMaker:
    rows = _rows("products", [row | changed for row in products(language)])
    return SignalMaker(language, {row["product_id"]: row for row in rows})


def test_two_products_with_one_title_are_two_signals() -> None:
    events = [_event("view", "p1", 1), _event("view", "p2", 2)]
    signals = _maker().customer_signals(History("c", events=events), "p3")
    told = [signal for signal in signals if signal.kind is SignalKind.EVENT]
    assert [signal.text for signal in told] == ["viewed Sol Pan (1x)"] * 2
    assert len({signal.signal_id for signal in told}) == 2
    assert {signal.source for signal in told} == {"events:c,p1", "events:c,p2"}
    for kind in SectionKind:  # and prompts of all sections can be made of them
        section_request(kind, "en", "Sol Pan", signals)


def test_the_strongest_thing_done_is_told_same_category_and_latest_first() -> None:
    events = [
        _event("purchase", "p3", 1),
        _event("view", "p3", 8),
        _event("view", "p2", 2),
        _event("cart", "p4", 5),
    ]
    signals = _maker().customer_signals(History("c", events=events), "p1")
    told = [signal.text for signal in signals if signal.kind is SignalKind.EVENT]
    assert told == ["viewed Sol Pan (1x)", "bought Vek Kettle", "put Orin 7 Bowl in the cart"]
    assert [s.text for s in signals if s.kind is SignalKind.PROFILE] == ["often shops for kettle"]


def test_what_was_bought_is_no_reason_to_buy_the_same_again() -> None:
    events = [_event("purchase", "p1", 1), _event("view", "p2", 2), _event("purchase", "p3", 3)]

    def sources(product_id: str) -> set[str]:
        signals = _maker().customer_signals(History("c", events=events), product_id)
        return {signal.source for signal in signals if signal.kind is SignalKind.EVENT}

    assert sources("p1") == {"events:c,p2", "events:c,p3"}
    assert sources("p2") == {"events:c,p1", "events:c,p2", "events:c,p3"}


@pytest.mark.parametrize(
    ("changed", "gone"),
    [
        ({"title": "<PERSON_ab12cd34ef> Pan"}, SignalKind.EVENT),
        ({"category": "<EMAIL_ADDRESS>"}, SignalKind.PROFILE),
    ],
)
def test_a_scrub_token_in_the_catalogue_is_no_evidence(changed: dict[str, str], gone: SignalKind) -> None:
    events = [_event("view", "p1", 1), _event("view", "p1", 2)]
    kinds = {s.kind for s in _maker(**changed).customer_signals(History("c", events=events), "p1")}
    kept = {s.kind for s in _maker().customer_signals(History("c", events=events), "p1")}
    assert gone in kept and kinds == kept - {gone}


def test_an_attribute_is_told_unless_it_is_a_text_or_a_token() -> None:
    named = {
        "fit": "<40 cm",
        "story": "long " * 40,
        "by": "<PERSON_ab12cd34ef>",
        "size": "20  x\n30 cm",
        "": "x",
    }
    row = check_row(TABLES["products"], products()[0] | {"attributes": named})
    texts = [signal.text for signal in SignalMaker("en", {"p1": row}).product_signals(row, (), ())]
    assert texts == ["fit: <40 cm", "size: 20 x 30 cm", "price: 10.50 USD"]


@pytest.mark.parametrize(
    ("language", "text", "excerpt"),
    [
        ("en", "Good. The handle stays cool in the hand. Ok.", "The handle stays cool in the hand."),
        ("zh", "好。手柄握着很舒服。谢谢！", "手柄握着很舒服。"),
        ("en", "Thanks to <PERSON_ab12cd34ef> for all the help. Fine pan it is.", "Fine pan it is."),
        ("en", "<PERSON_ab12cd34ef> sold it.", None),
        ("en", "Ok.", None),
        ("zh", "好", None),
        ("en", "x" * 91, None),
        ("en", "", None),
    ],
)
def test_an_excerpt_is_the_longest_clean_sentence(language: str, text: str, excerpt: str | None) -> None:
    assert SignalMaker(language, {}).excerpt(text) == excerpt


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        ("en", "Hello there. What is the colour? Thanks a lot.", "What is the colour?"),
        ("zh", "您好。它多重？谢谢您。", "它多重？"),
        ("en", "Please tell me the weight.", "Please tell me the weight."),
        ("en", "Is <PERSON_ab12cd34ef> in?", None),
    ],
)
def test_the_question_of_a_turn(language: str, text: str, asked: str | None) -> None:
    assert question(text, language) == asked


@given(_text)
def test_sentences_lose_only_line_breaks_and_blanks(text: str) -> None:
    letters = re.compile(r"[\s.!?。！？]")
    assert letters.sub("", "".join(sentences_of(text))) == letters.sub("", text)
    assert all(sentence == sentence.strip() != "" for sentence in sentences_of(text))


def test_a_question_on_another_product_is_not_answered_here() -> None:
    turn = {"dialogue_id": "d", "customer_id": "c", "role": "customer", "timestamp": START}
    rows = [
        check_row(TABLES["dialogues"], turn | {"turn": n, "product_id": id_, "text": f"Is number {n} blue?"})
        for n, id_ in ((1, "p1"), (2, "p2"), (3, None), (4, "p1"))
    ]
    signals = _maker().customer_signals(History("c", dialogues=rows), "p1")
    assert [signal.text for signal in signals] == [f"asked: Is number {n} blue?" for n in (4, 3, 1)]


@settings(deadline=None, max_examples=40)
@given(
    language=st.sampled_from(LANGUAGES),
    section=st.sampled_from(tuple(SectionKind)),
    seed=st.integers(0, 99),
    most=st.integers(1, 10),
)
def test_a_section_reads_its_kinds_in_order_and_not_more(
    language: str, section: SectionKind, seed: int, most: int
) -> None:
    signals = _made(language, ["The handle stays cool in the hand."], seed)
    request = section_request(section, language, "  Sol \n Pan ", signals, most)
    chosen = request.prompt.signals
    allowed = dict(SECTION_SIGNALS[section])
    kinds = [signal.kind for signal in chosen]
    assert len(chosen) <= most and all(kinds.count(kind) <= allowed.get(kind, 0) for kind in kinds)
    assert [kind for kind in allowed if kind in kinds] == list(dict.fromkeys(kinds))
    assert request.product_title == "Sol Pan" and "Sol Pan\n" in request.prompt.prefix
