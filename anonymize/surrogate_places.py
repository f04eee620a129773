"""Made-up addresses and places: another city, road and number, in the order and the words of the real one."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.draw import Draw
from privgen.anonymize.surrogate_people import cased, names

_CN_PROVINCE = re.compile(
    "(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    "|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(?=省|市|[^\u4e00-\u9fff]|[\u4e00-\u9fff]{2})"
)
_PROVINCES = (
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "四川",
)
_MUNICIPAL = ("北京", "天津", "上海", "重庆")
_CN_PART = re.compile(
    "(?P<stem>[\u4e00-\u9fff]{1,8}?)(?P<suffix>自治区|自治州|特别行政区|开发区|新区|街道|市|州|盟|区|县|旗|镇|乡"
    "|大道|大街|胡同|路|街|巷|弄|道|村|屯|小区|花园|家园|公寓|大厦|广场|中心|苑|城|府|湾|庭|公馆|新村|社区|学校|大学|宿舍"
    "|工业园|科技园|园区|写字楼|园|里)"
)
_CN_CITY = ("市", "州", "盟")
_CN_DISTRICT = ("自治区", "开发区", "新区", "街道", "区", "县", "旗", "镇", "乡")
_CN_NUMBER = re.compile("[一二三四五六七八九十]+(?=号|弄|幢|栋|座|单元|层|楼|室|户|期|区)")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[0-9]+|[^\W\d_]+(?:['’][^\W\d_]+)?")
_STAYS = wordlist("address_words")
_GERMAN = re.compile("(?i)(?:straße|strasse|str|weg|platz|allee|gasse|ring|damm|ufer)$")


def address(draw: Draw, value: str) -> str:
    """An address in the form of `value`: names from lists, digits by other digits, kinds of street stay."""
    return _chinese(draw, value) if _HAN.search(value) else _latin(draw, value)


def location(draw: Draw, value: str) -> str:
    """Another place: a city's name for each name."""
    if not _HAN.search(value):
        return _latin(draw, value, "city_en")
    made = _chinese(draw, value)
    return made if made != value else draw.other(names("city_zh"), value)


def _chinese(draw: Draw, value: str) -> str:
    province = _CN_PROVINCE.match(value)
    head = ""
    if province is not None:
        municipal = province[0] in _MUNICIPAL
        head = draw.other(_MUNICIPAL if municipal else _PROVINCES, province[0])
        if value.startswith(("省", "市"), province.end()) or not municipal:
            suffix = re.match("省|市|(?:维吾尔|壮族|回族)?自治区|特别行政区", value[province.end() :])
            end = province.end() + (suffix.end() if suffix else 0)
            head += "" if not suffix else ("市" if municipal else "省")
        else:
            end = province.end()
    else:
        end = 0
    rest = _CN_PART.sub(lambda part: _cn_part(draw, part), value[end:])
    rest = _CN_NUMBER.sub(lambda match: draw.other("一二三四五六七八九十", match[0]), rest)
    return head + _digits_and_letters(draw, rest)


def _cn_part(draw: Draw, part: re.Match[str]) -> str:
    suffix = part["suffix"]
    kind = "city" if suffix in _CN_CITY else "district" if suffix in _CN_DISTRICT else "road"
    return draw.other(names(f"{kind}_zh"), part["stem"]) + suffix


def _digits_and_letters(draw: Draw, value: str) -> str:
    value = re.sub("[0-9]+", lambda match: draw.other_digits(match[0]), value)
    return re.sub("[A-Z]", lambda match: draw.other("ABCDEFGH", match[0]), value)


def _latin(draw: Draw, value: str, pool: str = "street_en") -> str:
    made = _WORD.sub(lambda match: _word(draw, match, pool), value)
    return "" if made == value else made


def _word(draw: Draw, match: re.Match[str], pool: str) -> str:
    word, before = match[0], match.string[: match.start()].rstrip()
    if word[0].isdigit():
        return draw.other_digits(word)
    if word.lower() in _STAYS:
        return word
    if len(word) == 1:
        return draw.other("ABCDEFGH" if word.isupper() else "abcdefgh", word)
    if len(word) == 2 and word.isupper() and before.endswith(","):
        return draw.other(names("state_en"), word)
    german = _GERMAN.search(word)
    made = cased(word, draw.other(names("city_en" if before.endswith(",") else pool), word))
    return made + german[0].lower() if german and german.start() else made
