"""What a Chinese name looks like in a text, and what only looks like one."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.rules import CJK
from privgen.anonymize.surnames import COMMON, COMPOUND, SINGLE

HAN = "[\u4e00-\u9fff]"
COMPOUNDS = "|".join(COMPOUND)
NEVER = "的了是在我你您他她吗呢吧啊呀哦嘛很这那个也都不就收签要请哪么怎啥"
NEXT = (
    "电话|手机|联系|地址|明天|今天|昨天|快递|订单|先生|女士|小姐|太太|夫人|老师|经理|同学|您好|你好|已经|已收|收到|发货|到货|寄到"
    "|拒收|代收|下单|购买|买的|退货|退款|有个|有没|有人|想问|想要|能不|能否|会不|为什|给我|给你|让他|让她|说的|说要|来电|来的"
    "|反映|反馈|咨询|投诉|身份|微信|邮箱|住在|住址|号码|签字|本人|小区|北京|上海|广东|浙江|江苏|在家|没有|还没|现在|刚刚|亲启"
    "|师傅|会员|客户|帮我|麻烦|谢谢|和他|和她|及电|及手|态度|耐心|服务|处理|跟进|解答|上周|上个|上月|申请|名字|取件|拿去|去拿|回复"
    "|安排|认真|负责|热情|送货|打电|打过|接电|付款|名下|可以|回电|回个|确认|同意|核实"
)
GIVEN = rf"(?:(?![{NEVER}]|{NEXT}){HAN})"
FOREIGN = rf"{HAN}{{2,6}}(?:[·•・]{HAN}{{1,8}}){{1,3}}"
NAME = rf"(?:{FOREIGN}|(?:{COMPOUNDS}|[{SINGLE}])[ ]?{GIVEN}(?:[ ]?{GIVEN})?)"
FREQUENT = rf"(?:{FOREIGN}|(?:{COMPOUNDS}|[{COMMON}]){GIVEN}{{1,2}})"
END = rf"(?=[^{CJK}]|[{NEVER}]|{NEXT}|$)"
MARK = rf"(?=[^{CJK}]|$)"
_AFTER_LABEL = wordlist("after_labels_cn")
_NOT_GIVEN = wordlist("not_names_cn")
WORDS = wordlist("common_words_cn")
_PLACES = wordlist("cities_cn")
_LAST = frozenset(
    "伟芳娜敏磊洋艳杰娟涛霞婷宇轩涵梓萱浩怡欣瑶俊豪琪曦鹏桐丹琳颖倩斌旭宁辉鑫楠琴莹茜薇蕾雯妍婕彬峰锋昊晖晟煜钰娅媛婉菲芸芷莉莎岚玲"
    "珊珍瑛璐瑞睿哲铭钧炜烨琦瑾翔翰骏诗洁芬芝萍燕淑惠慧蓉莲勇刚强军斌坤雄"
)
"""Characters that end given names and hardly a word of three characters."""
_BRANDS = wordlist("brands_like_names_cn")
_NOT_LAST = frozenset(
    "个件次些种条只双款套点下上里过着得来去会能可多少大小型号色码价钱货物品质量衣裤裙鞋帽包袋盒箱"
    "店家人们时候天年月日元块分折"
)
"""Characters that end few given names and many words."""


def no_word(value: str) -> int:
    """Length of a name; 0 where it is an ordinary word, a place, or opens with one."""
    name = re.sub(r"\s", "", value)
    if "·" in name:
        return len(value)
    if name in _NOT_GIVEN or name in WORDS:
        return 0
    word = name[:2] not in COMPOUND and (name[:2] in WORDS or name[:2] in _PLACES)
    return 0 if word and not _surely_given(name) else len(value)


def _surely_given(name: str) -> bool:
    """Whether the third character ends given names only, so that the first two are no word here."""
    return len(name) == 3 and name[2] in _LAST and name[1:] not in WORDS


def alone(value: str) -> bool:
    """Whether what stands alone beside a phone or an address is no ordinary word and no place."""
    name = re.sub(r"\s", "", value)
    return name not in WORDS and name not in _NOT_GIVEN and name[:2] not in _PLACES


def labelled(value: str) -> bool:
    """Whether what follows a label of a person is a name and not the rest of another label."""
    name = re.sub(r"\s", "", value)
    return name not in _NOT_GIVEN and name[:2] not in _AFTER_LABEL


def told(value: str) -> bool:
    """Whether it is no remark such as "as above"."""
    return re.sub(r"\s", "", value) not in _NOT_GIVEN


def full_name(value: str) -> int:
    """As `no_word`, for contexts that also hold other words: what ends in an unusual character is none."""
    name = re.sub(r"\s", "", value)
    return 0 if "·" not in name and (name[-1] in _NOT_LAST or name in _BRANDS) else no_word(value)
