"""Rules for Chinese names in the contexts in which shops and customers write them, without a model."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CJK, DIGITS, Rule
from privgen.anonymize.surnames import COMPOUND, SINGLE, TITLED, TITLES

_HAN = "[\u4e00-\u9fff]"
_SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{SINGLE}])"
_STOP = (
    "的了在是到我你他她它您和有就也都不说让给先女小老太夫吗呢吧啊呀哦很请这那个已未被把将电手联地收寄发签快"
    "订单号买下退换要想能会可今明昨"
)
_GIVEN = rf"(?:(?![{_STOP}]){_HAN})"
_CN_NAME = rf"{_SURNAME}[ ·]?{_GIVEN}(?:[ ]?{_GIVEN})?"
_CN_END = rf"(?={TITLES}|[^{CJK}]|[{_STOP}]|$)"
_CN_LABEL = (
    "收货人|收件人|联系人|寄件人|发件人|姓名|名字|本人姓名|户名|持卡人|开户名"
    "|(?:客户|顾客|买家|本人)(?=[:：])|署名|落款|我叫|名叫|叫做"
)

RULES = (
    Rule(
        "person_cn_label",
        "PERSON",
        re.compile(
            rf"(?:{_CN_LABEL})(?:的?(?:姓名|名字|名称))?(?:是|为|叫|[:：]|["
            rf" ]){{0,2}}[ ]?({_CN_NAME}){_CN_END}"
        ),
        0.8,
        ("人", "名", "客", "买家", "落款", "我叫", "叫做"),
    ),
    Rule(
        "person_cn_label_run",
        "PERSON",
        re.compile(
            rf"(?:收货人|收件人|联系人|寄件人|姓名|户名|持卡人)(?:是|为|[:：]"
            rf"|[ ]){{0,2}}[ ]?((?:{'|'.join(COMPOUND)}){_HAN}{{1,2}}|[{SINGLE}]{_HAN}{{1,2}})(?={TITLES}"
            rf"|[^{CJK}]|[{_STOP}]|$)"
        ),
        0.75,
        ("收货人", "收件人", "联系人", "寄件人", "姓名", "户名", "持卡人"),
    ),
    Rule(
        "person_cn_label_open",
        "PERSON",
        re.compile(
            rf"(?:收货人|收件人|联系人|寄件人|姓名|户名|持卡人|我叫|名叫)(?:是"
            rf"|为|[:：])?[ ]?((?:{'|'.join(COMPOUND)}){_GIVEN}{{1,2}}|[{SINGLE}]{_GIVEN}{{1,2}})"
        ),
        0.6,
        ("收货人", "收件人", "联系人", "寄件人", "姓名", "户名", "持卡人", "我叫", "名叫"),
    ),
    Rule(
        "person_cn_title",
        "PERSON",
        re.compile(
            rf"(?:(?:{'|'.join(COMPOUND)})|[{TITLED}])(?:{_GIVEN}{{1,2}})?(?:先生"
            rf"|女士|小姐(?!姐)|太太|夫人)|(?<![{CJK}])(?:{'|'.join(COMPOUND)}"
            rf"|[{TITLED}])(?:老师|师傅|经理|阿姨|叔叔|大姐|大哥|医生|主任)(?=[^{CJK}]"
            rf"|[你您，,好]|$)"
        ),
        0.7,
        tuple(TITLES.split("|")),
    ),
    Rule(
        "person_cn_before_phone",
        "PERSON",
        re.compile(
            rf"(?<![{CJK}])({_CN_NAME})(?=[ ,，:：/]{{0,2}}(?:电话|手机)?[:：]?(?:\+?86["
            rf" -]?)?1[3-9](?:[ -]?[0-9]){{9}}(?![0-9]))"
        ),
        0.6,
        DIGITS,
    ),
    Rule(
        "person_cn_i_am",
        "PERSON",
        re.compile(
            rf"我是({_CN_NAME})(?=[,，。 ]{{0,2}}(?:我的)?(?:电话|手机|订单|地址|收货|快递|微信|联系))"
        ),
        0.65,
        ("我是",),
    ),
)
