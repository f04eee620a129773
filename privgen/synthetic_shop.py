"""Shops of the synthetic marketplace: products, attributes, campaigns, and what a customer likes there."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from privgen.schema import Row
from privgen.synthetic_people import Lexicon, Person


@dataclass(frozen=True, slots=True)
class Liking:
    """What a customer really likes at a merchant; reviews, searches and events follow it."""

    category: str
    aspect: str
    colour: str
    use: str


def brand(rng: random.Random, lexicon: Lexicon) -> str:
    """A made-up brand name."""
    parts = "".join(rng.choices(lexicon["syllables"], k=rng.choice((2, 2, 3))))
    return parts if lexicon["language"] == "zh" else parts.capitalize()


def product_title(rng: random.Random, lexicon: Lexicon, category: str, brand_name: str) -> str:
    """Brand, sometimes a model number, category."""
    model = str(rng.randint(2, 990)) if rng.random() < 0.4 else ""
    if lexicon["language"] == "zh":
        return f"{brand_name}{model}{category}"
    return " ".join(part for part in (brand_name, model, category.title()) if part)


def attributes(rng: random.Random, lexicon: Lexicon, trade: Mapping[str, Any]) -> dict[str, str]:
    """Five to seven attributes of a product, named in the shop's language, in random order."""
    years = rng.randint(1, 10)
    chinese = lexicon["language"] == "zh"
    values = {
        "material": rng.choice(trade["materials"]),
        "colour": rng.choice(lexicon["colours"]["values"]),
        "weight": f"{rng.randint(2, 99) * 5} {trade['unit']}".replace(" ", "" if chinese else " "),
        "size": f"{rng.randint(3, 90)} x {rng.randint(3, 90)} cm",
        "origin": rng.choice(lexicon["origins"]["values"]),
        "care": rng.choice(lexicon["cares"]["values"]),
        "warranty": f"{years}年" if chinese else f"{years} year{'s' if years > 1 else ''}",
    }
    names = rng.sample(sorted(values), k=rng.randint(5, 7))
    return {lexicon["attribute_names"][name]: values[name] for name in names}


def products(lexicon: Lexicon, trade: Mapping[str, Any], seed: str, merchant: str, count: int) -> list[Row]:
    """The catalogue of a merchant."""
    rows = []
    for number in range(count):
        rng = random.Random(f"product:{seed}:{merchant}:{number}")
        category, brand_name = rng.choice(trade["categories"]), brand(rng, lexicon)
        title = product_title(rng, lexicon, category, brand_name)
        rows.append(
            {
                "product_id": f"{merchant}-p{number:04d}",
                "title": title,
                "category": category,
                "brand": brand_name,
                "attributes": attributes(rng, lexicon, trade),
                "price": round(rng.uniform(4, 240), 2),
                "currency": lexicon["currency"],
                "description": None,
                "language": lexicon["language"],
            }
        )
    return rows


def campaign_slots(rng: random.Random, lexicon: Lexicon) -> dict[str, str]:
    """Theme, discount, dates and terms of a campaign."""
    words = lexicon["campaigns"]
    starts = dt.date(2026, 1, 1) + dt.timedelta(days=rng.randint(0, 360))
    discount = rng.choice(words["discounts"]).format(n=rng.randint(1, 12) * 5, m=rng.randint(5, 40) * 10)
    return {
        "theme": rng.choice(words["themes"]),
        "discount": discount,
        "starts": starts.isoformat(),
        "ends": (starts + dt.timedelta(days=rng.randint(2, 28))).isoformat(),
        "terms": rng.choice(words["terms"]),
    }


def campaigns(lexicon: Lexicon, seed: str, merchant: str, count: int = 2) -> list[Row]:
    """The campaigns of a merchant."""
    rows = []
    for number in range(count):
        slots = campaign_slots(random.Random(f"campaign:{seed}:{merchant}:{number}"), lexicon)
        dates = {key: dt.date.fromisoformat(slots[key]) for key in ("starts", "ends")}
        rows.append({"campaign_id": f"{merchant}-k{number:02d}", **slots, **dates})
    return rows


def liking(
    who: Person, seed: str, lexicon: Lexicon, trade: Mapping[str, Any], catalogue: list[Row]
) -> Liking:
    """What this person likes among what the merchant sells."""
    rng = random.Random(f"liking:{seed}:{who.customer_id}:{catalogue[0]['product_id']}")
    return Liking(
        category=rng.choice(sorted({row["category"] for row in catalogue})),
        aspect=rng.choice(sorted(trade["aspects"])),
        colour=rng.choice(lexicon["colours"]["values"]),
        use=rng.choice(lexicon["uses"]),
    )


def query(rng: random.Random, lexicon: Lexicon, likes: Liking) -> str:
    """A search that follows the liking."""
    if lexicon["language"] == "zh":
        forms = (f"{likes.colour}{likes.category}", f"{likes.use}{likes.category}", f"{likes.category}推荐")
    else:
        forms = (
            f"{likes.colour} {likes.category}",
            f"{likes.category} for {likes.use}",
            f"best {likes.category}",
        )
    return rng.choice(forms)
