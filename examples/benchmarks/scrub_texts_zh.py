"""Chinese texts of shops, chats, labels and reviews without a space around what is personal."""

from random import Random

from scrub_texts import PROSE, Form
from scrub_values import (
    Make,
    bank_card,
    card,
    digits,
    email,
    green_plate,
    grouped,
    id_card,
    id_card_x,
    landline,
    mobile,
    plate,
    shape,
    shaped,
    spell,
    uscc,
    wide,
)

TEXTS = PROSE["zh"]
ADDRESSES = ("street", "no_province", "flat", "estate", "tower", "village", "lane", "dormitory")


def written(*separators: str) -> Make:
    """A mobile number with a separator after its third and seventh digit."""
    return lambda rng: grouped(mobile(rng), (3, 4), rng.choice(separators))


def prefixed(*prefixes: str) -> Make:
    """A mobile number behind a country code."""
    return lambda rng: rng.choice(prefixes) + mobile(rng)


def line(pattern: str) -> Make:
    """A landline number: c the area code, n the number, h and t its halves, x an extension."""

    def make(rng: Random) -> str:
        code, number = landline(rng)
        parts = {
            "c": code,
            "d": code[1:],
            "n": number,
            "h": number[:-4],
            "t": number[-4:],
            "x": digits(rng, 3, "123456789"),
        }
        return "".join(parts.get(char, char) for char in pattern)

    return make


def wechat(rng: Random) -> str:
    """WeChat id."""
    return shaped(
        rng,
        rng.choice(
            ("????####", "???_##", "wxid_????##????##", "?????-??##", "????????", "??######", "@????##??")
        ),
    )


def short_order(rng: Random) -> str:
    """A date and a running number, in one or two parts."""
    day = f"20{rng.randint(19, 25)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    return day + rng.choice(("", "-", "A")) + digits(rng, rng.choice((4, 6, 9)))


def _forms() -> list[Form]:
    def form(kind: str, texts: list[str], **makes: Make) -> list[Form]:
        return [Form("zh_patterns", kind, name, make, texts, "zh") for name, make in makes.items()]

    return [
        *form(
            "CN_ID_CARD",
            TEXTS["id"],
            plain=id_card,
            small_x=id_card_x,
            spaced=lambda r: grouped(id_card(r), (6, 8), " "),
            wide=lambda r: wide(id_card(r)),
            hyphens=lambda r: grouped(id_card(r), (6, 8), "-"),
        ),
        *form(
            "PHONE_NUMBER",
            TEXTS["mobile"],
            mobile=mobile,
            mobile_spaced=written(" "),
            mobile_hyphens=written("-"),
            mobile_wide=lambda r: wide(mobile(r)),
            mobile_plus=prefixed("+86", "+86 ", "+86-", "(+86)", "（+86）"),
            mobile_00=prefixed("0086", "0086-", "0086 "),
            mobile_86=prefixed("86-", "86 ", "86"),
            mobile_plus_spaced=lambda r: "+86 " + written(" ", "-")(r),
            mobile_dots=written(".", "·"),
        ),
        *form(
            "PHONE_NUMBER",
            [t.replace("手机", "座机") for t in TEXTS["mobile"] if "微信" not in t],
            landline=line("c-n"),
            landline_bare=line("cn"),
            landline_brackets=line("(c)n"),
            landline_wide_brackets=line("（c）n"),
            landline_spaced=line("c n"),
            landline_halves=line("c-h-t"),
            landline_plus=line("+86-d-n"),
            landline_plus_spaced=line("+86 d h t"),
            landline_extension=line("c-n转x"),
            landline_hyphen_extension=line("c-n-x"),
            landline_wide=lambda r: wide(line("c-n")(r)),
        ),
        *form(
            "CN_BANK_CARD",
            TEXTS["card"],
            d16=bank_card(16),
            d17=bank_card(17),
            d19=bank_card(19),
            d19_spaced=lambda r: grouped(bank_card(19)(r), (4, 4, 4, 4), " "),
            d16_spaced=lambda r: grouped(bank_card(16)(r), (4, 4, 4), " "),
            d16_hyphens=lambda r: grouped(bank_card(16)(r), (4, 4, 4), "-"),
            wide=lambda r: wide(bank_card(19)(r)),
            d19_6_13=lambda r: grouped(bank_card(19)(r), (6,), " "),
            visa=lambda r: card(r, ("4", "51", "55")),
        ),
        *form(
            "CN_USCC",
            TEXTS["uscc"],
            plain=uscc,
            small=lambda r: uscc(r).lower(),
            wide=lambda r: wide(uscc(r)),
        ),
        *form(
            "CN_PASSPORT",
            TEXTS["passport"],
            e_digits=shape("E########"),
            e_letter=lambda r: "E" + r.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") + digits(r, 7),
            g_digits=shape("G########"),
            official=lambda r: r.choice(("SE", "DE", "PE", "S", "D", "P")) + digits(r, 7),
            small=shape("e########"),
            wide=lambda r: wide("E" + digits(r, 8)),
        ),
        *form(
            "CN_PLATE",
            TEXTS["plate"],
            plain=lambda r: "".join(plate(r)),
            dot=lambda r: "·".join(plate(r)),
            space=lambda r: " ".join(plate(r)),
            green=lambda r: "".join(green_plate(r)),
            green_dot=lambda r: "·".join(green_plate(r)),
            green_truck=lambda r: plate(r)[0] + digits(r, 5) + r.choice("DF"),
            special=lambda r: plate(r)[0] + digits(r, 4) + r.choice("挂学警"),
            border=lambda r: "粤Z" + digits(r, 4) + r.choice("港澳"),
            small=lambda r: (p := plate(r))[0] + p[1].lower(),
            wide=lambda r: (p := plate(r))[0][0] + wide(p[0][1] + p[1]),
        ),
        *form(
            "EMAIL_ADDRESS",
            TEXTS["mail"],
            plain=email,
            qq=lambda r: f"{digits(r, r.randint(6, 10), '123456789')}@qq.com",
            capitals=lambda r: email(r).upper(),
            wide=lambda r: wide(email(r)),
            domain_cn=lambda r: (
                email(r).split("@")[0] + r.choice(("@shop.com.cn", "@mail.edu.cn", "@vip.163.com", "@xx.cn"))
            ),
        ),
        *form("WECHAT_ID", TEXTS["wechat"], id=wechat, mobile=mobile),
        *form(
            "QQ_ID",
            TEXTS["qq"],
            plain=lambda r: digits(r, r.randint(6, 10), "123456789"),
            short=lambda r: digits(r, 5, "123456789"),
            wide=lambda r: wide(digits(r, 9, "123456789")),
        ),
        *form(
            "POSTCODE",
            TEXTS["postcode"],
            plain=lambda r: digits(r, 6, "012345678"),
            wide=lambda r: wide(digits(r, 6, "12345678")),
        ),
        *form(
            "ORDER_NUMBER",
            TEXTS["order"],
            taobao=shape("#" * 18, "#" * 19),
            jd=lambda r: digits(r, 12, "123"),
            pdd=lambda r: f"{r.randint(21, 25)}{r.randint(1, 12):02}{r.randint(1, 28):02}-{digits(r, 15)}",
            dated=short_order,
            letters=lambda r: shaped(r, r.choice(("DD", "SO", "ORD", "TB", "E"))) + digits(r, 10),
            hyphens=shape("@@-######", "@@@-####-####"),
            short=lambda r: digits(r, 8, "123456789"),
        ),
        *form(
            "TRACKING_NUMBER",
            TEXTS["tracking"],
            sf=shape("SF#############", "SF############", "sf#############"),
            yto=shape("YT#############", "YT###############"),
            zto=lambda r: r.choice(("75", "76", "78", "73")) + digits(r, 12),
            sto=lambda r: r.choice(("77", "268")) + digits(r, 13),
            yunda=lambda r: r.choice(("43", "46", "31")) + digits(r, 13),
            jd=shape("JDVA###########", "JD#############", "JDX############"),
            jt=shape("JT#############"),
            ems=shape("E@#########CN", "1############", "9############"),
            deppon=shape("DPK############", "DPK##########"),
            spaced=lambda r: "SF" + grouped(digits(r, 13), (4, 4, 4), " "),
        ),
        *form("ADDRESS", TEXTS["address"], **{way: spell(f"at_{way}", TEXTS) for way in ADDRESSES}),
    ]


FORMS = _forms()
