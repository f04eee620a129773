"""Rules for Chinese names that the words around them tell: who is asked for, thanked, quoted or signs."""

from __future__ import annotations

import re

from privgen.anonymize.names_cn_parts import (
    BEGIN,
    COMPOUNDS,
    END,
    FOREIGN,
    FREQUENT,
    HAN,
    MARK,
    NAME,
    SECOND,
    TYPICAL,
    WORDS,
    alone,
    full_name,
    no_word,
    told,
)
from privgen.anonymize.rules import CJK, Rule
from privgen.anonymize.rules_cn_words import IS
from privgen.anonymize.surnames import COMMON, SINGLE

_ROLES = (
    "快递员|快递小哥|门卫|博主|快递|配送员|派送员|派件员|送货员|外卖员|骑手|客服|店员|导购|售货员|营业员|收银员|安装师傅|师傅|司机|专员|顾问|店主|店长|卖家|买家"
    "|顾客|客户|用户|会员|同事|管家|物业|保安|主播|老板|经理|主管|室友|邻居|朋友"
)
_FAMILY = (
    "妈妈?|爸爸?|老公|老婆|媳妇|丈夫|妻子|先生|太太|女儿|儿子|孩子|姐姐?|妹妹?|哥哥?|弟弟?|父亲|母亲|家人|对象|男友|女友|男朋友|女朋友"
    "|爷爷|奶奶|外公|外婆|同学|同事|室友|朋友|邻居|闺蜜|舍友"
)
_GIVE = (
    "找|交给|转给|转交|转交给|寄给|送给|发给|递给|打款给|转账给|联系|联络|通知|转告|告诉|打给|拿给|请|让|替|麻烦|投诉|举报|感谢|谢谢|安排|分配给|指派|@"
    "|@ |给"
)
_ALSO = "叫|由|帮|和|跟|问|询问|写|报|留|填"
_DONE = (
    "接电话|接|打电话|打过|签|收|代收|签收|去拿|来拿|拿|取|取件|处理|跟进|回复|负责|联系|开门|下楼|帮|退|查|看|就行|就好|就可以|即可|吧"
    "|的名字|的名|名下|寄|确认|办理|安排|回电|送|核实|说|转"
)
_DID = (
    "去|也|能|可以|正|刚|才|会|拿|马上|迟到|答应|来|人很|为您|为你|推荐|代|跟|到|让|上门|安装|态度|服务|很|非常|特别|太|不|耐心|热情|认真|负责|说|告诉|解答|回复|处理|帮|打|接|送|派|签|收|申请|要求"
    "|投诉|反映|反馈|来电|退|下单|购买"
    "|买|付|已|未|没|还|的|在|给|把|直接|主动|一直|总是|咨询|询问|催|想|需|确认|同意|拒|取|拿|留言|评价"
)
_TIME = (
    "上周|上个|上月|上次|昨|前|今|刚|之前|早上|中午|下午|晚上|买|订|想|要|电话|手机|订单|地址|收货|快递|微信|联系|下单|尾号|会员|单号"
    "|本人|的"
)
_CLOSING = (
    "谢谢(?:您|你|啦|了|配合|理解)?|多谢|感谢|祝好|"
    "顺颂商祺|顺祝商祺|敬礼|敬上|盼复|急盼回复|辛苦了|拜托了|麻烦了|此致|望回复"
)


_BEFORE = "给找是叫让请由和跟替的员服友师写姓名人主方家户客者长哥姐弟妹妈爸公婆卫博问谢系助达为与及蜜称0-9"
_AFTER = "说买给把跟人很太还已没不代有来去收取打寄发想觉问要推反退换申投确联为从到又再也下签帮先上送接回"


def _typical(value: str) -> int:
    """Length of a name of three characters of which no two neighbours make a word, or an unusual one."""
    name = re.sub(r"\s", "", value)
    return full_name(value) if name[1:] not in WORDS and name[:2] not in WORDS else 0


RULES = (
    Rule(
        "person_cn_typical",
        "PERSON",
        re.compile(
            rf"{BEGIN}(?:(?<![{CJK}A-Za-z].)|(?<=[{_BEFORE}].))"
            rf"(?:[{SECOND}](?<={COMPOUNDS})|(?<=[{COMMON}]))[{TYPICAL}]{{2}}"
            rf"(?={MARK}|{END}|[{_AFTER}])"
        ),
        0.55,
        tuple(COMMON),
        _typical,
    ),
    Rule(
        "person_cn_to",
        "PERSON",
        re.compile(rf"(?<![{CJK}])(?:收|寄|致|TO|To|to)[ ]?[:：][ ]?({NAME})(?={MARK}|收)"),
        0.65,
        ("收:", "寄:", "致:", "to:", "*to :"),
        alone,
    ),
    Rule(
        "person_cn_asked",
        "PERSON",
        re.compile(rf"(?:{_GIVE})({FREQUENT})(?:{END}|(?=[ ]?(?:{_DONE})))"),
        0.62,
        tuple(_GIVE.split("|")),
        full_name,
    ),
    Rule(
        "person_cn_done",
        "PERSON",
        re.compile(rf"(?:{_ALSO})({FREQUENT})(?=[ ]?(?:{_DONE}))"),
        0.6,
        tuple(_ALSO.split("|")),
        full_name,
    ),
    Rule(
        "person_cn_family_name",
        "PERSON",
        re.compile(
            rf"(?:我|免贵|本人|他|她|客户|买家|顾客)姓((?:{COMPOUNDS})|[{SINGLE}])(?={MARK}|[叫的是，]|名)"
        ),
        0.6,
        ("姓",),
    ),
    Rule(
        "person_cn_role",
        "PERSON",
        re.compile(rf"(?:{_ROLES})[ ]?({FREQUENT})(?={MARK}|{_DID})"),
        0.6,
        tuple(_ROLES.split("|")),
        full_name,
    ),
    Rule(
        "person_cn_family",
        "PERSON",
        re.compile(
            rf"(?:我|他|她|是|本人)(?:的)?(?:{_FAMILY})(?:名字|姓名)?(?:就?是|叫|[:：])?({FREQUENT})(?={MARK}|{_DID})"
        ),
        0.6,
        ("我", "他", "她", "是", "本人"),
        full_name,
    ),
    Rule(
        "person_cn_said",
        "PERSON",
        re.compile(
            rf"(?:我(?:就|才)?是|这里是|这边是|本人|我叫|敝人|在下|这是|快递是)({FREQUENT})(?={MARK}|{_TIME}|{END})"
        ),
        0.62,
        ("我", "这里是", "这边是", "本人", "敝人", "在下", "这是", "快递是"),
        full_name,
    ),
    Rule(
        "person_cn_any_person",
        "PERSON",
        re.compile(
            rf"{HAN}{{1,3}}(?:人|员|者|方|客|主)(?:姓名|名字|名称|信息)?[ ]?[)）\]】]?"
            rf"[ ]?[:：=|\t]\s{{0,2}}[\"“'(（【\[]?({FOREIGN}|{NAME}){MARK}"
        ),
        0.7,
        ("人", "员", "者", "方", "客", "主"),
        told,
    ),
    Rule(
        "person_cn_bracket_label",
        "PERSON",
        re.compile(
            rf"[【\[(（<《](?:收货人|收件人|联系人|寄件人|姓名|名字|客户|买家|户名)[】\])）>》]\s{{0,2}}({FOREIGN}|{NAME}){END}"
        ),
        0.75,
        ("收货人", "收件人", "联系人", "寄件人", "姓名", "名字", "客户", "买家", "户名"),
        no_word,
    ),
    Rule(
        "person_cn_greeted",
        "PERSON",
        re.compile(
            rf"(?:^|[\n。！!？?,，~ ])({FREQUENT})[,， ]{{0,2}}"
            rf"(?:您好|你好|[早晚上中下]{{1,2}}[好安午]|在(?:吗|么|不在)|您的(?:订单|包裹|快递|快件))"
        ),
        0.62,
        ("您好", "你好", "您的", "早", "上好", "晚安", "午好", "在吗", "在么", "在不"),
        full_name,
    ),
    Rule(
        "person_cn_closing",
        "PERSON",
        re.compile(
            rf"(?:{_CLOSING})[,，。.!！~ \n—-]{{1,4}}({FREQUENT})(?=[ 。.\n]{{0,3}}(?:$"
            rf"|[0-9]{{4}}|电话|手机|1[3-9]))"
        ),
        0.62,
        (
            "谢谢",
            "多谢",
            "感谢",
            "祝好",
            "顺",
            "敬礼",
            "敬上",
            "盼复",
            "回复",
            "辛苦了",
            "拜托了",
            "麻烦了",
            "此致",
        ),
        full_name,
    ),
    Rule(
        "person_cn_whose",
        "PERSON",
        re.compile(
            rf"(?:^|[\n,，。 (（]|快递是|包裹是|订单是|这是|是)({FREQUENT})(?=的(?:快递"
            rf"|包裹|快件|订单|件(?!数)|家属|老婆|老公|手机|电话|妈妈|爸爸)|代收|代签|签收)"
        ),
        0.62,
        (
            "的快",
            "的包裹",
            "的订单",
            "的件",
            "的家属",
            "的老",
            "的手机",
            "的电话",
            "的妈妈",
            "的爸爸",
            "代收",
            "代签",
            "签收",
        ),
        full_name,
    ),
    Rule(
        "person_cn_export",
        "PERSON",
        re.compile(
            r"(?<![A-Za-z])(?:(?:receiver|recipient|consignee|buyer|buyer_?nick|seller|user|customer"
            r"|cust|contact|sender|payer|payee|member"
            r"|owner|real|full|nick|client|person|account|holder|operator)(?:_?name)?|name|xing_?ming"
            r"|shou_?huo_?ren"
            rf"|lian_?xi_?ren)[\"'”]?{IS}({FOREIGN}|{NAME}){MARK}",
            re.IGNORECASE,
        ),
        0.7,
        (
            *("receiver", "recipient", "consignee", "buyer", "seller", "user", "customer", "cust", "contact"),
            *("sender", "payer", "payee", "member", "owner", "real", "full", "nick", "client", "person"),
            *("account", "holder", "operator", "name", "xing", "shou", "lian", "*name"),
        ),
        no_word,
    ),
)
