"""Stated ages of persons in many languages; ages of things, guarantees and size labels stay."""

import pytest
from marked import names_of_marked

CASES = (
    "I bought it for my {six year old} son.",
    "She is {34 years old}.",
    "{45 years old}, and still running in these.",
    "Bought for a {7yo}, fits well",
    "my {12 y/o} loves it",
    "I am {52 years} and love this bag.",
    "I'm {67}. It fits well.",
    "At {58} I still run every day",
    "Age: {41}",
    "Name: Ann | age {41} | size M",
    "he just turned {30} last week",
    "my daughter, who is {9}, loves the colour",
    "mom of two, {38}, and busy",
    "female, {29}",
    "review by Dora, {44}",
    "tengo {45 años} y me encanta",
    "para mi hijo de {8 años}",
    "tenho {52 anos} e adorei",
    "j'ai {43 ans} et",
    "ma fille de {6 ans} adore",
    "ho {39 anni} e",
    "ich bin {61 Jahre alt}",
    "mijn dochter is {14 jaar}",
    "meine {8-jährige} Tochter",
    "meri umar {34 saal} hai",
    "我今年{35岁}了",
    "我妈{62岁}，很喜欢",
)
CLEAN = (
    "The guarantee lasts 5 years.",
    "For ages 3-5 years.",
    "age recommended: 12",
    "a 10 year old car",
    "My fridge is 12 years old and broke",
    "size 34, I am 165 cm",
    "I'm 5'4\" and 130 lbs",
    "2 años de garantía",
    "garantie de 2 ans",
    "bought 3 years ago",
    "At 20 dollars it is cheap",
    "适合3岁以上儿童",
    "保质期三年",
    "ten years of experience",
)


@pytest.mark.parametrize("text", CASES)
def test_the_value_is_found_and_named(scrubber, text):
    assert "AGE" in names_of_marked(scrubber, text)


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_like_it_stays(scrubber, text):
    assert scrubber.find(text) == ()
