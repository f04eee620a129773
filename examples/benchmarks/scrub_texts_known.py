"""Texts that name a customer, whose row is known, in the ways in which people write what they know."""

import re
from collections.abc import Callable, Iterator
from random import Random

from scrub_texts import Case, around, planted
from scrub_values import digits, grouped, lists, mobile, shaped, wide

Row = dict[str, str]
Vary = Callable[[Row, Random], str]

WORDS = lists("known")
EN_NAMES = WORDS["en_names"]
SURNAMES = dict(entry.split() for entry in WORDS["surnames"])
GIVEN = dict(entry.split() for entry in WORDS["given"])


def en_person(rng: Random) -> Row:
    """An English row."""
    given, family = rng.choice(EN_NAMES).split("|")
    name = f"{given} {family}"
    unit = rng.choice(
        (f"Apt {rng.randint(1, 40)}", f"Unit {rng.randint(1, 30)}", f"Flat {rng.randint(1, 9)}")
    )
    city = rng.choice(WORDS["en_cities"])
    user = re.sub("[^a-z]", "", f"{given}{family}".lower()) or "someone"
    return {
        "name": name,
        "phone": rng.choice(("+1 ({}) {}-{}", "+1 {}-{}-{}")).format(
            rng.choice(("212", "415", "305")), shaped(rng, "5##"), digits(rng, 4)
        ),
        "email": f"{user}{rng.randint(1, 99)}@example.com",
        "address": f"{rng.randint(1, 999)} {rng.choice(WORDS['en_streets'])}, {unit}, {city}",
    }


def zh_person(rng: Random) -> Row:
    """A Chinese row."""
    family, given = rng.choice(list(SURNAMES)), "".join(rng.sample(list(GIVEN), 2))
    province, city, district, road, estate = rng.choice(WORDS["zh_places"]).split("|")
    house, building, room = (
        rng.randint(1, 300),
        rng.randint(1, 30),
        f"{rng.randint(1, 32)}0{rng.randint(1, 4)}",
    )
    return {
        "name": family + given,
        "phone": rng.choice(("", "+86", "+86 ")) + mobile(rng),
        "email": f"{GIVEN[given[0]]}{digits(rng, 4)}@qq.com",
        "address": f"{province}{city}{district}{road}{house}号{estate}{building}栋{room}室",
    }


def _en(row: Row) -> tuple[str, str]:
    given, family = row["name"].split(" ", 1)
    return given, family


def _zh(row: Row) -> tuple[str, str, list[str]]:
    family = row["name"][:-2]
    return family, row["name"][-2:], [SURNAMES[family], *(GIVEN[char] for char in row["name"][-2:])]


def _plain(text: str) -> str:
    return text.translate(str.maketrans("éáüãøÁ", "eauaoA"))


EN_VARIANTS: dict[str, Vary] = {
    "full": lambda w, r: w["name"],
    "upper": lambda w, r: w["name"].upper(),
    "lower": lambda w, r: w["name"].lower(),
    "given": lambda w, r: _en(w)[0],
    "given_lower": lambda w, r: _en(w)[0].lower(),
    "title_surname": lambda w, r: r.choice(("Mr. ", "Mrs. ", "Ms ", "Mr ", "Miss ", "Dr. ")) + _en(w)[1],
    "title_full": lambda w, r: r.choice(("Mr ", "Mrs ", "Ms. ")) + w["name"],
    "initial_surname": lambda w, r: f"{_en(w)[0][0]}. {_en(w)[1]}",
    "given_initial": lambda w, r: f"{_en(w)[0]} {_en(w)[1][0].upper()}.",
    "initials_dots": lambda w, r: f"{_en(w)[0][0]}.{_en(w)[1][0].upper()}.",
    "surname_comma_given": lambda w, r: f"{_en(w)[1]}, {_en(w)[0]}",
    "surname_given": lambda w, r: f"{_en(w)[1].upper()} {_en(w)[0]}",
    "possessive": lambda w, r: f"{_en(w)[0]}'s",
    "no_accents": lambda w, r: _plain(w["name"]),
    "joined": lambda w, r: re.sub("[ '-]", "", w["name"]).lower(),
    "underscore": lambda w, r: w["name"].replace(" ", "_").lower(),
    "double_space": lambda w, r: w["name"].replace(" ", "  "),
    "spaced_letters": lambda w, r: " ".join(w["name"].replace(" ", "")),
    "wide": lambda w, r: wide(w["name"]),
}
ZH_VARIANTS: dict[str, Vary] = {
    "full": lambda w, r: w["name"],
    "given": lambda w, r: _zh(w)[1],
    "surname_title": lambda w, r: (
        _zh(w)[0] + r.choice(("女士", "先生", "小姐", "老师", "总", "同学", "阿姨", "姐", "哥"))
    ),
    "small_surname": lambda w, r: r.choice(("小", "老")) + _zh(w)[0],
    "full_title": lambda w, r: w["name"] + r.choice(("女士", "先生", "同学")),
    "spaced": lambda w, r: " ".join(w["name"]),
    "wide_space": lambda w, r: f"{_zh(w)[0]}\u3000{_zh(w)[1]}",
    "pinyin": lambda w, r: f"{_zh(w)[2][0].title()} {''.join(_zh(w)[2][1:]).title()}",
    "pinyin_reversed": lambda w, r: f"{''.join(_zh(w)[2][1:]).title()} {_zh(w)[2][0].title()}",
    "pinyin_joined": lambda w, r: "".join(_zh(w)[2]),
    "pinyin_upper": lambda w, r: f"{_zh(w)[2][0]} {''.join(_zh(w)[2][1:])}".upper(),
    "pinyin_syllables": lambda w, r: " ".join(_zh(w)[2]),
    "pinyin_hyphen": lambda w, r: f"{_zh(w)[2][0].title()} {_zh(w)[2][1].title()}-{_zh(w)[2][2]}",
    "pinyin_comma": lambda w, r: f"{_zh(w)[2][0].upper()}, {''.join(_zh(w)[2][1:]).title()}",
    "pinyin_given": lambda w, r: "".join(_zh(w)[2][1:]),
    "initials": lambda w, r: "".join(part[0] for part in _zh(w)[2]).upper(),
    "initials_dots": lambda w, r: ".".join(part[0] for part in _zh(w)[2]).upper() + ".",
}


def _national(row: Row) -> str:
    return re.sub(r"^\+(86|1)", "", re.sub("[^0-9+]", "", row["phone"]))


PHONE_VARIANTS: dict[str, Vary] = {
    "as_is": lambda w, r: w["phone"],
    "no_country_code": lambda w, r: _national(w),
    "spaced": lambda w, r: grouped(_national(w), (3, 4) if len(_national(w)) == 11 else (3, 3), " "),
    "hyphens": lambda w, r: grouped(_national(w), (3, 4) if len(_national(w)) == 11 else (3, 3), "-"),
    "dots": lambda w, r: grouped(_national(w), (3, 3), "."),
    "every_digit_spaced": lambda w, r: " ".join(_national(w)),
    "wide": lambda w, r: wide(_national(w)),
    "zeros": lambda w, r: ("0086" if len(_national(w)) == 11 else "001") + _national(w),
}
MAIL_VARIANTS: dict[str, Vary] = {
    "as_is": lambda w, r: w["email"],
    "upper": lambda w, r: w["email"].upper(),
    "wide": lambda w, r: wide(w["email"]),
    "spaced": lambda w, r: w["email"].replace("@", " @ "),
    "words": lambda w, r: w["email"].replace("@", " at ").replace(".com", " dot com"),
}
EN_ADDRESS: dict[str, Vary] = {
    "full": lambda w, r: w["address"],
    "lower": lambda w, r: w["address"].lower(),
    "no_commas": lambda w, r: w["address"].replace(",", ""),
    "street": lambda w, r: w["address"].split(",")[0],
    "street_unit": lambda w, r: ", ".join(w["address"].split(", ")[:2]),
    "street_short": lambda w, r: re.sub(
        "Street|Avenue|Road|Lane|Drive|Boulevard",
        lambda m: {
            "Street": "St",
            "Avenue": "Ave",
            "Road": "Rd",
            "Lane": "Ln",
            "Drive": "Dr",
            "Boulevard": "Blvd",
        }[m[0]],
        w["address"].split(",")[0],
    ),
    "street_name": lambda w, r: w["address"].split(",")[0].split(" ", 1)[1],
    "new_lines": lambda w, r: w["address"].replace(", ", "\n"),
    "no_unit": lambda w, r: ", ".join((parts := w["address"].split(", "))[:1] + parts[2:]),
}


def _zh_parts(row: Row) -> list[str]:
    """Region, road and number, estate, building and room."""
    found = re.fullmatch(r"(.*区)(.*?\d+号)(\D+)(\d+栋)(\d+室)", row["address"])
    assert found is not None
    return list(found.groups())


ZH_ADDRESS: dict[str, Vary] = {
    "full": lambda w, r: w["address"],
    "no_province": lambda w, r: w["address"].split("省")[-1],
    "road_number": lambda w, r: _zh_parts(w)[1],
    "road_to_room": lambda w, r: "".join(_zh_parts(w)[1:]),
    "estate_room": lambda w, r: "".join(_zh_parts(w)[2:]),
    "estate": lambda w, r: _zh_parts(w)[2],
    "spaced": lambda w, r: " ".join(_zh_parts(w)),
    "wide": lambda w, r: wide(w["address"]),
    "hyphen_room": lambda w, r: f"{_zh_parts(w)[2]}{_zh_parts(w)[3][:-1]}-{_zh_parts(w)[4][:-1]}",
}
TITLE = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )?(.+?)(?:'s)?$")

SETS: tuple[tuple[str, str, dict[str, Vary], str], ...] = (
    ("en", "PERSON", EN_VARIANTS, "name_texts"),
    ("zh", "PERSON", ZH_VARIANTS, "name_texts"),
    ("en", "PHONE_NUMBER", PHONE_VARIANTS, "other_texts"),
    ("zh", "PHONE_NUMBER", PHONE_VARIANTS, "other_texts"),
    ("en", "EMAIL_ADDRESS", MAIL_VARIANTS, "other_texts"),
    ("zh", "EMAIL_ADDRESS", MAIL_VARIANTS, "other_texts"),
    ("en", "ADDRESS", EN_ADDRESS, "other_texts"),
    ("zh", "ADDRESS", ZH_ADDRESS, "other_texts"),
)


def known_cases(count: int, rng: Random) -> Iterator[Case]:
    """`count` texts of every variant, each with the customer's row."""
    for language, kind, variants, texts in SETS:
        templates = WORDS[f"{language}_{texts}"]
        person = en_person if language == "en" else zh_person
        for name, vary in variants.items():
            for turn in range(count):
                row = person(rng)
                template = around(templates[turn % len(templates)], language, rng)
                text, span = planted(template, vary(row, rng), kind, TITLE if kind == "PERSON" else None)
                yield Case("known", f"{kind}/{language}_{name}", text, (span,), row, language)
