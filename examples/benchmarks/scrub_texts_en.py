"""English texts of shops, mails, chats and labels, with some German, French, Portuguese and Hindi-English."""

import re
import uuid
from random import Random

from scrub_texts import PROSE, Form
from scrub_values import (
    WORDS,
    Make,
    base58check,
    birth,
    card,
    card_groups,
    digits,
    email,
    grouped,
    hidden_email,
    iban,
    shape,
    shaped,
    spell,
    spelled,
)

PLATFORM = re.compile("instagram is|IG:|insta |tiktok|handle|twitter|Twitter|snap|telegram|facebook")

TEXTS = PROSE["en"]
ADDRESSES = ("us", "us_city", "uk", "uk_code", "box", "german", "french", "brazilian", "indian")


def date(pattern: str) -> Make:
    """A date of birth: Y, M, D numbers, B the month's name, b its short name, o as 1st."""

    def make(rng: Random) -> str:
        year, month, day = birth(rng)
        name = TEXTS["months"][month - 1]
        ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day, "th")
        parts = {
            "Y": str(year),
            "y": f"{year % 100:02}",
            "M": f"{month:02}",
            "m": str(month),
            "D": f"{day:02}",
            "d": str(day),
            "o": f"{day}{ending}",
            "B": name,
            "b": name[:3],
        }
        return "".join(parts.get(char, char) for char in pattern)

    return make


def age(pattern: str) -> Make:
    """An age behind or in some words."""
    words = ["thirty-four", "fifty two", "sixty", "twenty-eight", "forty-five", "seventy one"]
    return lambda rng: pattern.replace("#", str(rng.randint(3, 94))).replace("%", rng.choice(words))


def handle(rng: Random) -> str:
    """User name behind an @."""
    first, last = rng.choice(WORDS["first"]), rng.choice(WORDS["last"])
    return "@" + rng.choice(
        (
            f"{first}_{last}",
            f"{first}.{last}{rng.randint(1, 99)}",
            f"the{first}{last}",
            f"{first}{rng.randint(80, 2010)}",
            f"x_{last}_x",
        )
    )


def url(rng: Random) -> str:
    """Link to a person's page."""
    first, last = rng.choice(WORDS["first"]), rng.choice(WORDS["last"])
    return rng.choice(
        (
            f"https://www.instagram.com/{first}_{last}/",
            f"http://{first}{last}.blogspot.com/2021/05/review.html",
            f"www.{first}-{last}.com",
            f"https://imgur.com/a/{first}{rng.randint(100, 999)}",
            f"facebook.com/{first}.{last}",
            f"https://x.com/{first}{last}?s=20&t=ab12",
        )
    )


PHONES: dict[str, Make] = {
    "us_brackets": shape("(212) 555-####", "(415) 2##-####", "(646)3##-####"),
    "us_hyphens": shape("212-555-####", "503-2##-####"),
    "us_dots": shape("312.555.####", "713.4##.####"),
    "us_spaces": shape("646 555 ####", "206 3## ####"),
    "us_bare": shape("415555####", "718234####"),
    "us_plus": shape(
        "+1 212 555 ####", "+1-305-555-####", "+1 (702) 555-####", "+1415555####", "1-800-234-####"
    ),
    "us_extension": shape("212-555-#### ext 12#", "(312) 555-#### x4#"),
    "gb_mobile": shape("07700 900###", "07911 12####", "077009#####", "0783# ### ###"),
    "gb_land": shape("020 7946 0###", "0161 496 0###", "01632 960###", "(020) 7946 0###"),
    "gb_plus": shape(
        "+44 20 7946 0###", "+44 7911 12####", "+447911######", "+44 (0)20 7946 0###", "0044 7911 12####"
    ),
    "de_mobile": shape("0171 #######", "0176/########", "0151-########", "01573 #######"),
    "de_land": shape("030 12345###", "089/4######", "0221 33#####", "(030) 2345####"),
    "de_plus": shape(
        "+49 171 #######", "+49 30 2345####", "+49 (0)89 45####", "0049 176 ########", "+4915112######"
    ),
    "fr_spaces": shape("06 ## ## ## ##", "01 4# ## ## ##", "07 5# ## ## ##"),
    "fr_others": shape("06.12.##.##.##", "0612######", "06-45-##-##-##"),
    "fr_plus": shape(
        "+33 6 ## ## ## ##", "+33 1 42 ## ## ##", "+336########", "0033 6 12 ## ## ##", "+33 (0)6 12 ## ## ##"
    ),
    "br_brackets": shape("(11) 9####-####", "(21) 3###-####", "(31)98###-####"),
    "br_others": shape("11 9####-####", "11 9#### ####", "21 98###-####", "119########"),
    "br_plus": shape("+55 11 9####-####", "+55 (21) 98###-####", "+55119########", "55 11 9####-####"),
    "in_mobile": shape("98### #####", "9876######", "78### #####", "098########", "99###-#####"),
    "in_plus": shape(
        "+91 98### #####", "+91-98########", "+9199########", "0091 98########", "+91 22 2### ####"
    ),
    "cn_plus": shape("+86 138 #### ####", "+8613#########", "+86-139-####-####"),
    "cn_bare": shape("139########", "186 #### ####", "177-####-####"),
    "it_es_nl_au": shape(
        "+39 347 ### ####", "+34 612 ### ###", "+31 6 12######", "+61 412 ### ###", "0412 ### ###"
    ),
    "ca": shape("(416) 555-####", "604-555-####", "+1 514 555 ####"),
}


def _forms() -> list[Form]:
    def form(kind: str, texts: list[str], **makes: Make) -> list[Form]:
        core = re.compile(r"[0-9]+|[a-z]+[- ][a-z]+(?= years)|sixty") if kind == "AGE" else None
        return [Form("en_patterns", kind, name, make, texts, core=core) for name, make in makes.items()]

    return [
        *form("PHONE_NUMBER", TEXTS["phone"], **PHONES),
        *form(
            "EMAIL_ADDRESS",
            TEXTS["mail"],
            plain=email,
            capitals=lambda r: email(r).upper(),
            mixed=lambda r: email(r).title(),
            at_dot=hidden_email(" at ", " dot "),
            brackets=hidden_email(" [at] ", " [dot] "),
            round=hidden_email("(at)", "(dot)"),
            capitals_words=hidden_email(" AT ", " DOT "),
            at_only=lambda r: email(r).replace("@", " at "),
            spaced=lambda r: email(r).replace("@", " @ "),
            underscores=hidden_email("_at_", "_dot_"),
            braces=hidden_email("{at}", "{dot}"),
        ),
        *form(
            "CREDIT_CARD",
            TEXTS["card"],
            bare=card,
            spaces=card_groups(" "),
            hyphens=card_groups("-"),
            dots=card_groups("."),
        ),
        *form(
            "IBAN_CODE",
            TEXTS["iban"],
            bare=iban,
            spaces=lambda r: grouped(iban(r), (4,) * 9, " "),
            small=lambda r: iban(r).lower(),
            hyphens=lambda r: grouped(iban(r), (4,) * 9, "-"),
        ),
        *form(
            "ORDER_NUMBER",
            TEXTS["order"],
            digits=lambda r: digits(r, r.randint(6, 12), "123456789"),
            amazon=shape("###-#######-#######"),
            letters=shape("@@-#######", "@@@######", "@#########"),
            hash=shape("#######"),
            hyphens=shape("####-######", "ORD-20##-######", "WEB######-##"),
            ebay=shape("##-#####-#####"),
            mixed=shape("@#@##@###", "#A#B##C##"),
        ),
        *form(
            "TRACKING_NUMBER",
            TEXTS["tracking"],
            ups=lambda r: "1Z" + shaped(r, "@#@##@##########"),
            usps=shape("94##################"),
            usps_spaces=shape("94## #### #### #### #### ##", "9205 #### #### #### #### ##"),
            fedex=shape("############", "###############"),
            fedex_spaces=shape("#### #### ####"),
            dhl=shape("JD01##############", "##########"),
            post=shape("RR#########GB", "LX#########DE", "CP#########US"),
            amazon=shape("TBA############"),
            royal=shape("@@#########GB"),
            china=shape("LP##############", "YT################"),
        ),
        *form(
            "COUPON_CODE",
            TEXTS["coupon"],
            word_digits=lambda r: (
                r.choice(("SAVE", "SUMMER", "WELCOME", "FALL", "VIP")) + digits(r, 2, "12345")
            ),
            mixed=shape("@@##@@##", "@#@#@#@#@#"),
            hyphens=shape("@@@@-####-@@@@", "####-####-####"),
            small=lambda r: r.choice(("save", "hello", "spring")) + digits(r, 2, "123"),
            word=lambda r: r.choice(("FREESHIP", "BLACKFRIDAY", "THANKYOU", "WELCOMEBACK")),
        ),
        *form(
            "LOYALTY_ID",
            TEXTS["loyalty"],
            digits=lambda r: digits(r, r.randint(7, 10), "123456789"),
            letters=shape("@@######", "M#######"),
            hyphens=shape("####-####-##", "LP-######"),
            spaces=shape("#### #### ####"),
        ),
        *form("USER_NAME", TEXTS["handle"], at=handle),
        *form(
            "USER_NAME",
            [text for text in TEXTS["handle"] if PLATFORM.search(text)],
            bare=lambda r: handle(r)[1:],
        ),
        *form(
            "DATE_OF_BIRTH",
            TEXTS["birth"],
            us=date("M/D/Y"),
            us_short=date("m/d/y"),
            iso=date("Y-M-D"),
            dots=date("D.M.Y"),
            long=date("B d, Y"),
            british=date("d B Y"),
            ordinal=date("B o, Y"),
            short=date("d b Y"),
            hyphens=date("D-b-Y"),
            no_year=date("B d"),
        ),
        *form(
            "AGE",
            TEXTS["age"],
            years_old=age("# years old"),
            hyphens=age("#-year-old"),
            year_old=age("# year old"),
            yo=age("#yo"),
            y_o=age("# y/o"),
            yrs=age("# yrs old"),
            words=age("% years old"),
            years_of_age=age("# years of age"),
        ),
        *form("ADDRESS", TEXTS["street"], **{way: spell(f"at_{way}", TEXTS) for way in ADDRESSES}),
        *form("ADDRESS", TEXTS["street"], small=lambda r: spelled("<at_us>", TEXTS, r).lower()),
        *form(
            "POSTCODE",
            TEXTS["zip"],
            us=lambda r: digits(r, 5),
            us_plus=shape("#####-####"),
            uk=spell("uk_codes", TEXTS),
            canada=shape("K#A #B#", "M#B #E#", "V#G #A#"),
            brazil=shape("0####-###", "2####-###"),
            india=lambda r: digits(r, 6, "1234567"),
        ),
        *form(
            "IP_ADDRESS",
            TEXTS["net"],
            v4=lambda r: ".".join(str(r.randint(1, 254)) for _ in range(4)),
            v6=lambda r: ":".join(f"{r.randrange(1, 65536):x}" for _ in range(8)),
            v6_short=lambda r: f"2001:db8::{r.randrange(1, 65536):x}:{r.randrange(1, 65536):x}",
        ),
        *form(
            "MAC_ADDRESS",
            TEXTS["net"],
            colons=lambda r: ":".join(f"{r.randrange(256):02x}" for _ in range(6)),
            hyphens=lambda r: "-".join(f"{r.randrange(256):02X}" for _ in range(6)),
        ),
        *form("UUID", TEXTS["net"], plain=lambda r: str(uuid.UUID(int=r.getrandbits(128), version=4))),
        *form("URL", TEXTS["url"], link=url),
        *form("CRYPTO", TEXTS["coin"], base58=base58check),
    ]


FORMS = _forms()
