"""Rules for Chinese postal addresses, from the province down to the room.

An address is a run of parts, each of which ends in a word such as 市, 路, 小区 or 号. The rules run only on
texts that hold a number with such a word, and every part is atomic, so that no text makes them slow.
"""

from __future__ import annotations

import re
from itertools import pairwise

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.rules import CN_UNIT, Rule
from privgen.anonymize.rules_cn_words import one_of


def _han_but(chars: str) -> str:
    """Ranges of a character class: every Chinese character but these; faster than a look-ahead for each."""
    ends = [0x4DFF, *sorted(map(ord, chars)), 0xA000]
    return "".join(f"{chr(a + 1)}-{chr(b - 1)}" for a, b in pairwise(ends) if b - a > 1)


_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州"
    "|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_HAN = "[\u4e00-\u9fff]"
_NEVER = "的了我你您他她它这哪请吗吧呢啊呀嘛很没就让"
"""Characters that stand in no part of an address."""
_LINK = "到往给去至在于是址寄送住为成回按向从找"
"""Characters that lead up to an address."""
_CLOSED = "到往给去至于是址寄送"
"""Characters that never open an address."""
_RARE = "在成住为回按向从和有与及跟来发改换位家说收邮去用拍买坐看写填叫找开门离货"
"""Characters that open an address only where a mark or one of `_LINK` stands before."""
_N = "[0-9A-Za-z一二三四五六七八九十百零〇壹贰叁]"
_SMALL = (
    "门(?=[0-9]{2,4}(?![0-9])|[一二三四五六七八九零〇]{3})|号宿舍楼|号教学楼|号公寓楼|号宿舍|号公寓|栋宿舍|宿舍楼|号院|号楼|号门|号房|号铺|号店|号仓|号|弄|幢|栋|座|单元|层"
    "|楼|室|户|房|期|区|铺|排|组|队|社|档|梯|橦|塔楼|塔|单位|院|巷"
)
_NUMBER = (
    rf"(?>[甲乙丙丁附内外东西南北后临B负第]?(?:{_N}"
    rf"|[甲乙丙丁]){{1,6}}(?:[-~—－/#之]{_N}{{1,5}}){{0,3}}[ ]?#?(?:{_SMALL})"
    rf"(?![线色机码款店家粉贴膜型钢标])(?:之(?:[一二三四五]|[0-9]{{1,2}}))?(?:[-]{_N}{{1,5}}(?![0-9A-Za-z年月]))?)"
)
_PLACE = (
    "特别行政区|自治区|自治州|自治县|开发区|高新区|示范区|新区|地区|街道|大道|大街|胡同|省|市|州|盟|区|县|旗|镇|乡|苏木"
    "|路|街|巷|弄|道|村|屯|庄|寨|堡|庙|湾|坝|坪|塘|桥|沟|岭|里(?=[0-9一二三四五六七八九十])|线(?=[0-9]+号)"
    "|小区|社区|花园|家园|花苑|公寓|别墅|大厦|大楼|广场|中心|商城|市场|公馆|新村|新邨|华府|名都|名城|国际|一品|御景|豪庭|学校"
    "|大学|学院|中学|小学|医院|宿舍|家属院|大院|工业园|科技园|产业园|创业园|软件园|科学园|园区|写字楼|园|苑|城|府|庭|邨"
    "|坊|居|郡|墅|阁|轩|台|岸|天街|天地|绿洲|江南|诚园|国宾|祥云|美唐|树湾|厂|公司|酒店|宾馆|大队|农场|林场|院"
)
_CHAR = f"[{_han_but(_NEVER)}0-9A-Za-z·]"
_TOWN = "|".join((*_PROVINCES.split("|"), *sorted(wordlist("cities_cn"), key=len, reverse=True)))
_NAMED = (
    rf"{_CHAR}{{1,11}}?(?:{one_of(_PLACE)}){{1,5}}(?:[一二三四五六七八九十0-9]{{1,2}}段)?(?:[东南西北中前后][段路街]?(?![\u4e00-"
    rf"\u9fff]{{0,2}}(?:市|区|县))){{0,2}}"
)
_PART, _PART_OR_TOWN = f"(?>{_NAMED})", rf"(?>{one_of(_TOWN)}(?=[ ,，])|{_NAMED})"
_SHORT = "".join(word for word in _PLACE.split("|") if len(word) == 1)
"""An address that opens behind one of these can as well open with it: trying both only takes time."""
_OPEN = (
    rf"(?:(?<=[{_LINK}：:，,。；;、 \n\t|=（(【\[“\"])|(?<![\s\S])|(?![{_RARE}]))(?![{_CLOSED}])"
    rf"(?<![{_SHORT}])"
)
_GAP = r"[ ,，、-]{0,2}"
_FREE = (
    rf"(?>[{_han_but(_NEVER + _CLOSED)}A-Za-z·]{{1,9}}?(?={_N}{{1,4}}(?:栋"
    rf"|幢|号楼|座|单元|期|#|号院|区|室|层|楼|-[0-9])))"
)
_DOORS = r"(?>[0-9A-Za-z]{1,4}(?:[-—－#/][0-9A-Za-z]{1,5}){1,3}#?(?:室|号|户|房)?)"
_LAST = (
    r"(?:(?<=[号弄幢栋座塔元层楼院区园苑城府庭寓厦期村湾居阁轩#门])["
    r" ,-]{0,2}(?:[0-9A-Z]{2,5}(?:[-][0-9]{1,4})?室?(?![0-9A-Za-z年月日元块折件])"
    r"|[一二三四五六七八九零〇]{3,4}(?![年月日元块折件])))?"
)
_LEAD = (
    r"(?>[\u4e00-\u9fff]{0,4}?(?:(?:地址|住址)(?:改为|改成|换成|更新为|是"
    r"|为|在|[:： ]){0,2}|住在|家住|寄到|寄往|寄去|送到|送去|送至|发到|发往"
    r"|改成|改为|换成|位于|在|寄|发|住|去))?"
)
_MORE = f"{_DOORS}|{_FREE}"
_TAIL = (
    f"(?:{_GAP}(?:{_NUMBER}|{_PART_OR_TOWN}|{_MORE})){{0,3}}"
    f"(?:{_GAP}(?:{_NUMBER}|{_PART}|{_MORE})){{0,12}}{_LAST}"
)
"""Towns without 市 stand near the beginning."""
_ADDRESS = rf"{_LEAD}({_OPEN}{_PART_OR_TOWN}{_TAIL})"

_PLACES = re.compile(_PART_OR_TOWN)
_NUMBERED = re.compile(
    rf"(?:{_N}|[甲乙丙丁]){{1,6}}(?:号院|号楼|号门|号房|号铺|号|弄|幢|栋|座|单元|室|户|房|组|队|期|层|楼)|[0-9]+-[0-9]+|[0-9]{{3,4}}室?$"
)
_UNIT = re.compile(rf"{_N}{{1,6}}(?:号楼|号院|幢|栋|座|塔|单元|室|户|房|组|队|弄|层|楼)|[0-9]+-[0-9]+-[0-9]+")
_STREET = re.compile(
    rf"{_HAN}(?:路|街|巷|弄|道|胡同|大道|大街)(?:[东西南北中一二三四五六七八九十0-9]段)?{_GAP}(?:[甲乙附]?{_N}{{1,6}}(?:-[0-9]+)?(?:号|弄))"
    rf"|{_HAN}(?:村|庄|屯|寨){_N}{{1,6}}(?:号|组|队|社)"
)
_AREA = re.compile(rf"^(?:{_PROVINCES})|{_HAN}(?:省|自治区|市|区|县|旗|镇|乡|街道|村)")
_NOT_PLACE = re.compile(
    r"超市|城市|都市|门市|上市|夜市|地区|区别|道理|味道|知道|街拍|市面|国际快递|公司[0-9]"
)


def _address(value: str) -> int:
    """Length of an address that says where somebody lives or works, 0 if it says no more than a town."""
    plain = _NOT_PLACE.sub("  ", value)
    numbers = _NUMBERED.findall(plain)
    if not numbers or len(value) < 5:
        return 0
    if _STREET.search(plain) or (_AREA.search(plain) and _UNIT.search(plain)):
        return len(value)
    if len(numbers) >= 2 and _UNIT.search(plain):
        return len(value)
    return len(value) if re.match(_PROVINCES, value) and len(_PLACES.findall(plain)) >= 2 else 0


def _told(value: str) -> bool:
    """After a word such as address, one place and one number are enough."""
    plain = _NOT_PLACE.sub("  ", value)
    return len(value) >= 5 and _NUMBERED.search(plain) is not None and _PLACES.search(plain) is not None


RULES = (
    Rule(
        "cn_address_door",
        "ADDRESS",
        re.compile(
            r"(?<![0-9A-Za-z])([0-9A-Z]{1,3}(?:号楼|[栋幢座])[0-9一二三四五六七八九]{1,2}单元[ ]?"
            r"(?:[0-9一二三四五六]{1,2}[层楼])?[0-9]{3,4}(?:室|号|户)?"
            r"|[0-9A-Z]{1,3}(?:号楼|[栋幢座])[ ]?[0-9]{3,4}(?:室|户|房)"
            r"|(?:[A-Z][0-9]{0,2}|[0-9]{1,3})(?:号楼|[栋幢])[0-9]{3,4})(?![0-9A-Za-z年月日元块件斤米平个])"
        ),
        0.6,
        CN_UNIT,
        digit=True,
    ),
    Rule("cn_address", "ADDRESS", re.compile(_ADDRESS), 0.8, CN_UNIT, _address),
    Rule(
        "cn_address_context",
        "ADDRESS",
        re.compile(
            r"(?:地址|住址|寄到|寄往|寄去|寄回|送到|送至|送去|发到|发往|派送到|配送到|住在|家住|家在|位于|搬到|搬去|收件地|收货地)"
            rf"(?:改?(?:了|是|为|成|在|：|:)|[ ])*((?:{_PART_OR_TOWN}|{_FREE}){_TAIL})"
        ),
        0.85,
        CN_UNIT,
        _told,
    ),
)
