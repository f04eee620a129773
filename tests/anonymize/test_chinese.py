"""Chinese texts as shoppers, agents and labels write them, made at random: what is masked, and how fast."""

import random
import time

import pytest
from chinese_values import KINDS

from privgen.anonymize.normalise import normalise
from privgen.anonymize.scanner import RULES, Triggers


@pytest.mark.parametrize("kind", KINDS)
def test_what_identifies_a_person_is_fully_masked(scrubber, make, kind):
    value_of, templates = KINDS[kind]
    rng = random.Random(7)
    missed = 0
    for turn in range(200):
        template, value = templates[turn % len(templates)], value_of(rng, make)
        text, start = template.replace("{}", value), template.index("{}")
        masked = {place for span in scrubber.find(text) for place in range(span.start, span.end)}
        wanted = {start + place for place, char in enumerate(value) if char.isalnum()}
        missed += not wanted <= masked
    assert missed <= 4  # two in a hundred


@pytest.mark.parametrize(
    "piece",
    [
        "市",
        "1号",
        "路1号",
        "12栋",
        "张三",
        "王先生",
        "一1",
        "a点",
        "微信",
        "q1",
        "订单号",
        "年1月",
        "l1 ",
        "three ",
        "买·",
        "京A1",
        "1 ",
        "O0",
        "１",
    ],
)
def test_time_grows_no_faster_than_the_text(piece):
    triggers = Triggers(rule for rule in RULES if "cn" in rule.name or rule.name in ("wechat_id", "qq_id"))

    def spent(count):
        text = piece * (count // len(piece))
        begin = time.process_time()
        plain = normalise(text).text
        for rule, places in triggers.pick(plain):
            list(rule.find(plain, places))
        return time.process_time() - begin

    spent(2000)
    long = min(spent(24_000), spent(24_000))  # a collection of garbage may fall into one
    assert long < 40 * spent(2000) + 0.5  # twelve times the text
