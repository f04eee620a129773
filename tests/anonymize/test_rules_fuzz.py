"""No rule backtracks: on texts built from its own alphabet its time stays small at 100,000 characters."""

import random
import re
import time

import pytest

from privgen.anonymize.rules import Rule
from privgen.anonymize.scanner import RULES

LENGTH = 100_000
CUT = 1_000
SECONDS = 0.5
"""Generous for 100,000 characters, so that a busy machine passes; quadratic time would need minutes."""

SHARED = (
    *(
        "a",
        "1",
        "A",
        "a ",
        "1 ",
        "A ",
        "1-",
        "a.",
        "1.",
        "a@",
        "Aa ",
        "Aa-",
        "Aa Bb, ",
        "12 Aa ",
        "12, Aa ",
        "\n",
        "Aa\n",
        "12 Aa\n",
        ", ",
        "Grace Kim ",
    ),
    *(
        "- ",
        "(1",
        "# ",
        "a_",
        "a at ",
        "a dot ",
        "a, b, ",
        "no. ",
        "Rua a ",
        "via ",
        "de la ",
        "1a",
        "A1",
        "A1 ",
        "1:",
        "J. ",
        "O'",
        "d’",
    ),
)


def alphabet(pattern: str) -> list[str]:
    """Literal words of a pattern, which its matches begin with."""
    return sorted(set(re.findall(r"[A-Za-zÀ-ÿ一-鿿]{2,14}", re.sub(r"\\[a-zA-Z]|\[[^\]]*\]", " ", pattern))))


def texts(rule, rng):
    words = alphabet(rule.pattern.pattern) or ["a"]
    for piece in SHARED:
        yield piece * (CUT // len(piece))
        yield (rng.choice(words) + " " + piece * 12 + "\n") * (CUT // (len(piece) * 12 + 8))
    for _ in range(4):
        pieces = [*rng.sample(words, min(4, len(words))), *rng.sample(SHARED, 4)]
        yield "".join(rng.choices(pieces, k=CUT // 4))[:CUT]
        yield (" ".join(rng.sample(words, min(3, len(words)))) + " ") * (CUT // 12)


def seconds(rule, text):
    start = time.process_time()
    for _ in rule.find(text, rule.places(text) if rule.places else None):
        pass
    return time.process_time() - start


def stays_near_linear(rule) -> bool:
    """Whether the rule keeps the bound on the worst of its texts, made long.

    A quarter of the long text decides where it can: 16 times its time is what quadratic growth would need.
    """
    worst = max(texts(rule, random.Random(rule.name)), key=lambda text: seconds(rule, text))
    long = (worst * (LENGTH // max(1, len(worst)) + 1))[:LENGTH]
    quarter = seconds(rule, long[: LENGTH // 4])
    if 16 * quarter < SECONDS:
        return True
    quarter = min(quarter, seconds(rule, long[: LENGTH // 4]))  # another process may have run
    return quarter < SECONDS and min(seconds(rule, long), seconds(rule, long)) < SECONDS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_time_stays_near_linear_on_adversarial_text(rule):
    assert stays_near_linear(rule)


def test_a_pattern_that_backtracks_does_not_pass():
    quadratic = re.compile(r"[a-z]+@[a-z]+\.com")
    assert not stays_near_linear(Rule("quadratic", "EMAIL_ADDRESS", quadratic, 0.5))
