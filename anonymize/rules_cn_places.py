"""Rules for Chinese postal addresses, from the province down to the room."""

from __future__ import annotations

import re

from privgen.anonymize.rules import Rule

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西"
    "|山东|河南|湖北|湖南|广东|海南|四川|贵州"
    "|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_HAN = "[\u4e00-\u9fff]"
_NOT_STOP = "(?![的了在是到寄送住我你他她给和有于位址为在：])"
_ADMIN = (
    rf"(?:{_NOT_STOP}{_HAN}){{1,8}}?(?:自治区|自治州|特别行政区|开发区|新区|街道|省|市|州|盟|区|县|旗|镇|乡)"
)
_ROAD = (
    rf"(?:{_NOT_STOP}[\u4e00-\u9fff0-9]){{1,10}}?(?:大道|大街|胡同|路|街|巷"
    rf"|弄|道|村|里(?=[0-9一二三四五六七八九十])|屯)(?:[东南西北中]段|[东南西北中](?=[0-9]))?"
)
_NUMBER = (
    r"(?:[0-9A-Za-z一二三四五六七八九十百甲乙丙-]{1,8}(?:号院|号楼|号|弄|幢"
    r"|栋|座|单元|层|楼|室|户|房|期|区|铺|排|组)(?:之[0-9一二三]+)?)"
)
_COMPOUND = (
    rf"(?:{_NOT_STOP}[\u4e00-\u9fffA-Za-z]){{2,12}}?(?:小区|花园|家园|公寓"
    rf"|大厦|广场|中心|苑|城|府|湾|庭|公馆|新村|社区|学校|大学|宿舍|工业园"
    rf"|科技园|园区|写字楼|园)"
)
_GAP = r"[ ,，、-]?"
_TAIL = rf"(?:{_GAP}(?:{_NUMBER}|{_COMPOUND}))*(?:(?<=[号弄幢栋座元层楼院]){_GAP}[0-9]{{2,4}}(?![0-9年]))?"


def _cn_address(value: str) -> bool:
    """A road or compound alone is a place; with a number it is where somebody lives."""
    return (
        bool(
            re.search(
                r"[0-9一二三四五六七八九十百甲乙丙](?:号|弄|幢|栋|座|单元|层|楼|室|户|房|排|组)|[0-9]{2,4}$",
                value,
            )
        )
        and len(value) >= 5
    )


RULES = (
    Rule(
        "cn_address",
        "ADDRESS",
        re.compile(
            rf"(?:(?:{_PROVINCES})(?:省|市|(?:维吾尔|壮族|回族)?自治区|特别行政区)?)(?:{_GAP}{_ADMIN}){{0,"
            rf"4}}(?:{_GAP}{_ROAD}){{0,2}}{_TAIL}"
        ),
        0.85,
        tuple(_PROVINCES.split("|")),
        _cn_address,
    ),
    Rule(
        "cn_address_context",
        "ADDRESS",
        re.compile(
            rf"(?:地址|住址|寄到|寄往|寄去|送到|送至|送去|发到|发往|派送到"
            rf"|配送到|住在|家住|家在|位于|搬到|改成|改为|改到|收件地)(?:了"
            rf"|是|为|[:：])*\s{{0,2}}((?:{_ADMIN}{_GAP}){{0,5}}(?:{_ROAD}{_GAP}){{0,2}}{_TAIL})"
        ),
        0.8,
        ("地址", "住址", "寄", "送", "发到", "发往", "住", "家", "位于", "搬到", "改", "收件地"),
        _cn_address,
    ),
    Rule(
        "cn_address_road",
        "ADDRESS",
        re.compile(rf"(?:{_ADMIN}{_GAP}){{1,4}}{_ROAD}{_TAIL}"),
        0.7,
        ("路", "街", "巷", "弄", "道", "村"),
        _cn_address,
    ),
    Rule(
        "cn_address_room",
        "ADDRESS",
        re.compile(
            rf"(?:{_ROAD}{_GAP}|{_COMPOUND}{_GAP})[0-9A-Z]{{1,5}}(?:号院|号楼"
            rf"|号|弄|幢|栋|座)(?:{_GAP}{_NUMBER}){{1,3}}(?:{_GAP}[0-9]{{2,4}}(?![0-9]))?"
        ),
        0.7,
        ("室", "单元", "栋", "幢", "号楼", "座", "房", "楼"),
        digit=True,
    ),
)
