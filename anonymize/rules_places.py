"""Rules for postal addresses: Chinese down to the room, English, Portuguese, German and French streets."""

from __future__ import annotations

import re

from privgen.anonymize.rules import LEFT, RIGHT, Rule

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

_STREET = (
    "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct"
    "|Place|Pl|Square|Sq|Terrace|Ter|Way|Parkway"
    "|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Close|Trail|Trl|Alley|Plaza|Row"
    "|Mews|Gardens|Grove|Hill|Loop|Pike|Path"
    "|Walk|Green|Turnpike|Expressway|Freeway|Run|Ridge|View|Crossing|Heights"
    "|Point|Station|Mall|Mission|Motorway"
)
_NAME = r"(?:[A-Z][A-Za-z'’.-]*|[0-9]{1,3}(?:st|nd|rd|th)|of|the|de|la)"
_UNIT = (
    r"(?:(?:Apt|Apartment|Unit|Suite|Ste|Flat|Room|Rm|Floor|Fl|Bldg|Building"
    r"|Block|Lot)\.?[ ]?#?[ ]?|#[ ]?)[A-Za-z0-9-]{1,8}"
)
_AFTER = (
    rf"(?:,?[ ]+{_UNIT})?(?:,[ ]?[A-Z][A-Za-z'.-]+(?:[ ][A-Z][A-Za-z'.-]+){{0,2}}(?=,|[ ][A-Z]{{2}}[ ,]))?"
    rf"(?:,?[ ]+[A-Z]{{2}}[ ,]+[0-9]{{5}}(?:-[0-9]{{4}})?|,?[ ]+[A-Z]{{1,2}}[0-9][0-9A-Z]?"
    rf" [0-9][A-Z]{{2}}(?![A-Za-z0-9]))?"
)
_PT_NAME = r"(?:[A-ZÀ-Ý0-9][\wÀ-ÿ'.º°ª-]*|d[aeo]s?|e)"


def _has_number(value: str) -> bool:
    return any(char.isdigit() for char in value)


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


def _capitalised(value: str) -> int:
    """Length up to the end of the sentence or an empty line; 0 without a name in capitals."""
    kept = re.split(r"(?<=[a-z]{3})[.!?](?:\s|$)|\n\s*\n", value)[0].rstrip(" .,-")
    return len(kept) if re.search(r"[A-ZÀ-Þ]", kept) else 0


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
    Rule(
        "street",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9.,$-])[0-9]{{1,6}}(?:[A-Za-z]|-[0-9]{{1,4}}| 1/2)?,?["
            rf" ]+(?:(?:[NSEW]\.?|North|South|East|West)[ ]+)?(?:{_NAME}[ ]+){{1,5}}(?:{_STREET})(?![A-Za-"
            rf"z])\.?(?:[ ]+(?:N|S|E|W|NE|NW|SE|SW)(?![A-Za-z]))?{_AFTER}"
        ),
        0.75,
        tuple(f" {word.lower()}" for word in _STREET.split("|") if len(word) > 1),
        digit=True,
    ),
    Rule(
        "street_lower",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z0-9.,$-])[0-9]{1,5}[ ][a-z]{3,15}(?:[ ][a-z]{3,15})?["
            r" ](?:street|avenue|ave|road|rd|boulevard|blvd|lane|drive)(?![A-Za-z])(?:,?["
            r" ](?:apt|unit|suite|flat)\.?[ ]?#?[ ]?[a-z0-9-]{1,6})?"
        ),
        0.5,
        (" street", " avenue", " ave", " road", " rd", " boulevard", " blvd", " lane", " drive"),
        digit=True,
    ),
    Rule(
        "address_context",
        "ADDRESS",
        re.compile(
            r"(?i:(?<![A-Za-z])(?:address|endere[cç]o|adresse)(?:[ ]?(?:is|to|with|at|as|é|lautet|:))+"
            r"|(?<![A-Za-z])(?:live|lives|living|reside|resides|moro|wohne) (?:at|na|no|in der))\s{1,3}"
            r"([0-9]{1,5}[A-Za-z]?,? [^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,5}"
            r"(?:[,\n ]{1,3}[\w'’.#-]{1,24}){0,10})"
        ),
        0.6,
        (
            "address",
            "endereço",
            "endereco",
            "adresse",
            "live",
            "lives",
            "living",
            "reside",
            "resides",
            "moro",
            "wohne",
        ),
        _capitalised,
        digit=True,
    ),
    Rule(
        "street_numbered",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z0-9.,$-])[0-9]{1,6}[ ](?:Broadway|Highway [0-9]{1,3}"
            r"|Route [0-9]{1,3}|County Road [0-9]{1,4})(?![A-Za-z])" + _AFTER
        ),
        0.7,
        ("broadway", "highway", "route ", "county road"),
        digit=True,
    ),
    Rule(
        "po_box",
        "ADDRESS",
        re.compile(
            LEFT + r"(?:P\.?[ ]?O\.?[ ]?Box|Caixa Postal|Postfach)[ ]#?[0-9]{1,6}" + RIGHT, re.IGNORECASE
        ),
        0.8,
        (" box", "o.box", "caixa postal", "postfach", "po box", "p.o."),
        digit=True,
    ),
    Rule(
        "street_unit",
        "ADDRESS",
        re.compile(LEFT + r"(?:Apt|Apartment|Flat|Suite|Ste)\.?[ ]?#?[ ]?[0-9]{1,5}[A-Za-z]?" + RIGHT),
        0.5,
        ("apt", "apartment", "flat", "suite", "ste"),
        digit=True,
    ),
    Rule(
        "street_pt",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?:Rua|R\.|Avenida|Av\.?|Travessa|Alameda|Al\."
            rf"|Praça|Rodovia|Rod\.|Estrada|Largo|rua|avenida|travessa|alameda)["
            rf" ](?:{_PT_NAME}[ ]){{0,6}}{_PT_NAME}"
            r",?[ ](?:n[º°o.]{0,2}[ ]?|número[ ])?[0-9]{1,5}(?![0-9])(?:[ ,-]{1,3}(?:apto?"
            r"|apartamento|bloco|bl|casa|sala|conjunto|cj)\.?[ ]?[A-Za-z0-9]{1,5})*"
        ),
        0.8,
        ("rua", "*r. ", "avenida", "av", "travessa", "alameda", "al.", "praça", "rod", "estrada", "largo"),
        _has_number,
        digit=True,
    ),
    Rule(
        "street_de",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-zÀ-ÿ])(?:[A-ZÄÖÜ][a-zäöüß-]{1,25}[ -])?[A-ZÄÖÜ][a-zäöüß]{1,25}(?:straße"
            r"|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer)[ ][0-9]{1,4}["
            r" ]?[a-z]?(?![A-Za-z0-9])(?:,?[ ][0-9]{5}[ ][A-ZÄÖÜ][a-zäöüß]+)?"
        ),
        0.8,
        (
            "*straße",
            "*strasse",
            "*str.",
            "*weg ",
            "*platz ",
            "*allee ",
            "*gasse ",
            "*ring ",
            "*damm ",
            "*ufer ",
        ),
        digit=True,
    ),
    Rule(
        "street_fr",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z0-9.,])[0-9]{1,4}(?:[ ](?:bis|ter))?,?[ ](?:rue|avenue"
            r"|boulevard|bd|place|chemin|impasse|allée|quai|cours)[ ](?:(?:de"
            r"|du|des|la|le|les|l'|d')[ ]?){0,3}[A-ZÀ-Ý][\wÀ-ÿ'-]*(?:[ -][A-ZÀ-Ý][\wÀ-ÿ'-]*){0,3}(?:,?["
            r" ][0-9]{5}[ ][A-ZÀ-Ý][\wÀ-ÿ-]+)?"
        ),
        0.8,
        ("rue", "avenue", "boulevard", "bd", "place", "chemin", "impasse", "allée", "quai", "cours"),
        digit=True,
    ),
)
