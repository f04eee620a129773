"""Texts without personal data: reviews, things of shops that look like it, numbers whose checksum fails."""

import re
from collections.abc import Iterator
from random import Random

from scrub_texts import Case
from scrub_values import bad_id_card, bank_card, card, digits, lists, luhn

WORDS = lists("negative")
COMMAS = {"en": (". ", ", ", "! ", " - "), "zh": ("，", "。", "！", " ")}


def filled(text: str, language: str, rng: Random) -> str:
    """A part of a review with its words and numbers."""

    def word(match: re.Match[str]) -> str:
        numbers = {"n": (1, 9), "n2": (20, 60), "n3": (100, 999)}.get(match[1])
        return str(rng.randint(*numbers)) if numbers else rng.choice(WORDS[f"{language}_{match[1]}"])

    return re.sub("{([a-z0-9]+)}", word, text)


def reviews(language: str, count: int, rng: Random) -> Iterator[Case]:
    """Generated reviews."""
    heads, middles, ends = (WORDS[f"{language}_{part}"] for part in ("heads", "middles", "ends"))
    for _ in range(count):
        pieces = [rng.choice(heads), *rng.sample(middles, rng.randint(1, 4)), rng.choice(ends)]
        text = "".join(filled(piece, language, rng) + rng.choice(COMMAS[language]) for piece in pieces)
        yield Case("negatives", f"{language}_reviews", text.strip(), (), language=language)


def things(count: int, rng: Random) -> Iterator[Case]:
    """What shops write that is not personal."""
    for language in ("en", "zh"):
        for text in WORDS[f"{language}_things"]:
            for _ in range(count):
                yield Case(
                    "negatives", f"{language}_things", filled(text, language, rng), (), language=language
                )


def luhn_orders(count: int, rng: Random) -> Iterator[Case]:
    """15-digit order numbers that pass Luhn: they may be taken as order numbers, not as cards."""
    texts = WORDS["luhn_orders"]
    for turn in range(count):
        text = texts[turn % len(texts)].replace("{}", luhn(rng.choice("3465") + digits(rng, 13)))
        yield Case("luhn_orders", "as_card", text, ())


def invalid(count: int, rng: Random) -> Iterator[Case]:
    """Identity cards and payment cards with a wrong checksum and no context."""
    texts = WORDS["bare"]
    for turn in range(count):
        wrong = {
            "id_card": bad_id_card(rng),
            "bank_card": _broken(bank_card(rng.choice((16, 19)))(rng)),
            "card": _broken(card(rng)),
        }
        for name, value in wrong.items():
            yield Case("invalid_checksums", name, texts[turn % len(texts)].replace("{}", value), ())


def _broken(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 3) % 10)
