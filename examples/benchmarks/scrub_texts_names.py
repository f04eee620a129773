"""Names in the sentences that announce them, without a row; and personal data in writing meant to hide it."""

import re
from collections.abc import Callable, Iterator
from random import Random

from scrub_texts import Case, Form, around, planted
from scrub_texts_known import EN_NAMES, GIVEN, SURNAMES
from scrub_values import Make, bank_card, card, email, id_card, lists, mobile, shape, wide

WORDS = lists("names")


def zh_name(rng: Random) -> str:
    """Full Chinese name of two to four characters."""
    return rng.choice(list(SURNAMES)) + "".join(rng.sample(list(GIVEN), rng.choice((1, 2, 2, 2))))


def zh_titled(rng: Random) -> str:
    """Surname and title."""
    return rng.choice(list(SURNAMES)) + rng.choice(
        ("先生", "女士", "小姐", "先生", "女士", "老师", "师傅", "经理", "阿姨", "总")
    )


def en_name(rng: Random) -> str:
    """English or international full or given name."""
    full = rng.choice([*EN_NAMES, *WORDS["en_more_names"]]).replace("|", " ")
    return full if rng.random() < 0.6 else full.split()[0]


def en_surname(rng: Random) -> str:
    """Surname, sometimes with the given name."""
    full = rng.choice(EN_NAMES).replace("|", " ")
    return full if rng.random() < 0.3 else full.split(" ", 1)[1]


def _name_forms() -> Iterator[Form]:
    makers: dict[str, Make] = {
        "zh_surname_title": zh_titled,
        "zh_full_title": lambda r: zh_name(r) + r.choice(("先生", "女士", "小姐", "同学")),
        "en_title": en_surname,
    }
    for name, texts in WORDS.items():
        language, ends = name[:2], name.endswith("signed")
        if name != "en_more_names":
            make = makers.get(name, zh_name if language == "zh" else en_name)
            yield Form("names_in_context", "PERSON", name, make, texts, language, ends=ends)
    texts = WORDS["en_my_name"]
    yield Form("names_in_context", "PERSON", "en_lower_case", lambda r: en_name(r).lower(), texts)


FORMS = list(_name_forms())

NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
BANKERS = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
LATER = str.maketrans("aeopcxyABEHKMOPCTX", "аеорсхуАВЕНКМОРСТХ")
CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
HIDE: dict[str, Callable[[str, Random], str]] = {
    "full_width": lambda v, r: wide(v),
    "zero_width": lambda v, r: r.choice("\u200b\u200c\u200d\u2060\ufeff").join(v),
    "one_zero_width": lambda v, r: v[:4] + r.choice("\u200b\u200d\ufeff\u00ad") + v[4:],
    "bidi": lambda v, r: f"\u202d{v[:5]}\u200e{v[5:]}\u202c",
    "spaced": lambda v, r: " ".join(v),
    "double_spaced": lambda v, r: "  ".join(v),
    "wide_spaced": lambda v, r: "\u3000".join(v),
    "hyphen_each": lambda v, r: "-".join(v),
    "dot_each": lambda v, r: ".".join(v),
    "numerals": lambda v, r: v.translate(NUMERALS),
    "spoken_numerals": lambda v, r: v.translate(SPOKEN),
    "banker_numerals": lambda v, r: v.translate(BANKERS),
    "half_numerals": lambda v, r: v[:3] + v[3:].translate(NUMERALS),
    "numerals_spaced": lambda v, r: " ".join(v.translate(NUMERALS)),
    "circled": lambda v, r: v.translate(CIRCLED),
    "bold_digits": lambda v, r: "".join(chr(0x1D7CE + int(c)) if c.isdigit() else c for c in v),
    "arabic_digits": lambda v, r: "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in v),
    "letters_for_digits": lambda v, r: v.replace("0", "O").replace("1", "l"),
    "homoglyphs": lambda v, r: v.translate(LATER),
    "long_dashes": lambda v, r: "–".join((v[:3], v[3:7], v[7:])),
}
SEEN = re.compile(r"[^\u202d\u202c].*[^\u202d\u202c]")
NUMBER_WAYS = [way for way in HIDE if way != "homoglyphs"]
ADVERSARIAL: tuple[tuple[str, Make, list[str], str, str], ...] = (
    ("PHONE_NUMBER", mobile, NUMBER_WAYS, "zh", "电话{}|我的手机号{}联系我|打{}|加我{}|号码：{}。"),
    (
        "CN_ID_CARD",
        id_card,
        ["full_width", "zero_width", "one_zero_width", "bidi", "spaced", "bold_digits", "numerals"],
        "zh",
        "身份证{}|证件号：{}|我的身份证号是{}谢谢|用{}实名",
    ),
    (
        "CN_BANK_CARD",
        bank_card(19),
        [
            "full_width",
            "zero_width",
            "one_zero_width",
            "bidi",
            "spaced",
            "numerals",
            "banker_numerals",
            "arabic_digits",
        ],
        "zh",
        "卡号{}|退到{}|银行卡：{}|工行{}谢谢",
    ),
    (
        "CREDIT_CARD",
        card,
        ["full_width", "zero_width", "one_zero_width", "bidi", "spaced", "bold_digits"],
        "en",
        "my card {}|card number {} was charged|visa {}|use {} please",
    ),
    (
        "PHONE_NUMBER",
        shape("212555####", "415555####"),
        ["full_width", "zero_width", "one_zero_width", "bidi", "spaced", "long_dashes", "bold_digits"],
        "en",
        "call {}|my phone is {}|text me at {}|reach me on {} please",
    ),
    (
        "EMAIL_ADDRESS",
        email,
        ["full_width", "zero_width", "one_zero_width", "bidi", "spaced", "homoglyphs"],
        "en",
        "mail {}|write to {} please|my email is {}|contact: {}",
    ),
    (
        "EMAIL_ADDRESS",
        email,
        ["full_width", "zero_width", "one_zero_width", "homoglyphs"],
        "zh",
        "邮箱{}|发到{}|我的邮箱是{}谢谢",
    ),
)


def adversarial_cases(count: int, rng: Random) -> Iterator[Case]:
    """`count` texts of every type and way of hiding."""
    for kind, make, ways, language, texts in ADVERSARIAL:
        templates = texts.split("|")
        for way in ways:
            for turn in range(count):
                template = around(templates[turn % len(templates)], language, rng)
                text, span = planted(template, HIDE[way](make(rng), rng), kind, SEEN)
                yield Case("adversarial", f"{kind}/{language}_{way}", text, (span,), language=language)
