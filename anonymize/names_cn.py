"""Rules for Chinese names in the contexts in which shops and customers write them, without a model."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.names_cn_parts import (
    COMPOUNDS,
    END,
    FOREIGN,
    FREQUENT,
    GIVEN,
    HAN,
    MARK,
    NAME,
    WORD_NAMES,
    WORDS,
    alone,
    labelled,
    told,
    word_or_name,
)
from privgen.anonymize.rules import CJK, DIGITS, Rule
from privgen.anonymize.rules_cn_words import IS
from privgen.anonymize.surnames import COMMON, COMPOUND, SINGLE, TITLED

_TO = (
    "(?:[(（][^()（）\n]{1,6}[)）])?(?:[ ]?(?:姓名|名字|名称|全名|名|个人|信息|"
    rf"那?一?栏|处|的人|我(?:妈妈?|爸爸?|老公|老婆|朋友|同事)))?{IS}"
)
_LABEL = (
    "收货人|收件人|联系人|寄件人|发件人|姓名|名字|下单的人|收货的人|收件的人|联系的人|签收的人|付款的人|收货写|收货填|本人姓名|户名|持卡人|开户名|开户人|署名|签名|签字|落款"
    "|签收人|下单人|提货人|取件人|取货人"
    "|购买人|订购人|投保人|被保人|受益人|经办人|负责人|机主|户主|车主|法人|申请人|付款人|收款人|预订人|入住人|旅客|乘客|监护人"
    "|退款人|订货人|收货姓名|接收人|抬头|代收人|客户|顾客|买家|会员|用户|业主|患者|学员|乘车人|快递员|配送员|骑手|司机|经手人|收方|货主|店长|寄方|发货人|投诉人|报修人"
    "|反馈人|填写人|登记人|开票人|报名人|收件方|收货方|寄件方|昵称|办理人|委托人|写的是|写的|卡主|当事人|失主|事主|小名|乳名|全名|孩子叫|小朋友叫|宝宝叫"
)
_LABELS = tuple(_LABEL.split("|"))
_STRONG = (
    "收货人|收件人|联系人|寄件人|发件人|姓名|户名|持卡人|开户名"
    "|签收人|下单人|提货人|取件人|投保人|收款人|付款人|署名|落款"
)
_SELF = "我叫|名叫|叫做|名字叫|名字是|我的名字|大名|本名|真名|实名"
_PHONE = (
    r"(?:[(（]?(?:\+|00)?86[)）]?[ -]?)?(?:1[3-9][0-9](?:[ -]?[0-9*xX]){8}|0[0-9]{2,3}[ -]?[2-8][0-9]{6,7})"
)
_TITLE_PAIR = "先生|女士|小姐(?!姐)|太太|夫人|同学"
_JOB = (
    "小姐姐|小哥哥|小妹妹|小哥|经理|老师|师傅|阿姨|叔叔|大哥|大姐|大爷|大妈|大叔|医生|主任|店长|老板|主管|队长|律师|教授|校长|护士|司机|总监|会计|主播"
    "|同学|警官|工程师|秘书|部长|科长|院长|组长|工|总|姐|哥|嫂|姨|叔|导|董"
)
_RANK = "师傅|老师|老板|经理|阿姨|大姐|大哥|大爷|大妈|叔叔|医生|主任|店长|教练|队长|会计|主管"
_TOLD = "".join(char for char in TITLED if char not in "家边房书车师衣店全国门客谢")
"""Family names that hardly end a word of which the last character stands before a rank."""
_GIVE = "给|找|联系|请|转交|交给|麻烦|让|问|跟|谢谢|感谢|由|是|叫|寄给|发给|我姓|转给|通知|询问|@|致|替|帮"
_GIVEN_TO = "|".join(f"(?<={word})" for word in _GIVE.split("|"))
_ASKED = "|".join(
    f"(?<={word})"
    for word in (
        *"的是给请找为帮叫好系谢问您转让替跟致思歉扰烦交达知喊",
        "收货人",
        "收件人",
        "联系人",
        "姓名",
        "客户",
    )
)
_ENDINGS = "|".join(sorted(word for word in WORDS if len(word) == 2 and word[1] in TITLED))
"""Words that end in a family name: what follows them is no title of a person."""


def _titled(value: str) -> int:
    """A title after a family name; brands that are called so are none."""
    name = value[:-2]
    if name in WORD_NAMES:
        return len(value)
    word = len(name) > 1 and name[:2] not in COMPOUND and (name in WORDS or name[:2] in WORDS)
    return 0 if word or value in _BRANDS else len(value)


def _jobbed(value: str) -> int:
    return (
        0
        if value in WORDS
        or value in _BRANDS
        or (len(value) > 3 and value[:2] in WORDS and value[:2] != "曾经")
        else len(value)
    )


_NOT_PASSPORT = frozenset(
    ["AND", "OR", "OF", "THE", "ID", "NO", "BRAND", "ITEM", "FILE", "USER", "FULL", "SHOP"]
)
_BRANDS = frozenset(["白小姐", "金夫人", "花小姐", "马大姐", "太太乐", "康师傅"])
_NICK_WORDS = wordlist("familiar_words_cn")


RULES = (
    Rule(
        "person_cn_label",
        "PERSON",
        re.compile(rf"(?:{_LABEL}|{_SELF}){_TO}({NAME}){END}"),
        0.8,
        (*_LABELS, *_SELF.split("|")),
        word_or_name,
    ),
    Rule(
        "person_cn_label_open",
        "PERSON",
        re.compile(rf"(?:{_STRONG}|我叫|名叫){_TO}({NAME})"),
        0.6,
        (*_STRONG.split("|"), "我叫", "名叫"),
        labelled,
    ),
    Rule(
        "person_cn_label_colon",
        "PERSON",
        re.compile(
            rf"(?:{_LABEL}|{_SELF}|(?<![{CJK}])名)(?:姓名|名字)?[ ]?[:：]"
            rf"\s{{0,2}}({FOREIGN}|{HAN}{{2,4}}|{NAME}){MARK}"
        ),
        0.75,
        (*_LABELS, *_SELF.split("|"), "名:"),
        told,
    ),
    Rule(
        "person_cn_label_latin",
        "PERSON",
        re.compile(
            rf"(?:{_STRONG}|{_SELF}){_TO}([A-Z][a-z]{{1,15}}(?:["
            rf" ][A-Z][a-z]{{1,15}}){{0,2}}|[A-Z]{{2,12}}[ ,/]{{1,2}}[A-Z]{{2,16}}"
            r"|(?<=[:：])[a-z]{2,10}[ ]?[a-z]{2,16})(?![A-Za-z0-9@._])"
        ),
        0.7,
        (*_STRONG.split("|"), *_SELF.split("|")),
    ),
    Rule(
        "person_passport_name",
        "PERSON",
        re.compile(
            r"(?<![A-Za-z])(?:[Nn]ame|NAME|拼音|英文名)[ :]{1,2}([A-Z]{2,12}[ ,/]{1,2}[A-Z]{2,12}"
            r"(?:[ ][A-Z]{2,12})?)(?![A-Za-z0-9])"
        ),
        0.6,
        ("name", "拼音", "英文名"),
        lambda value: not _NOT_PASSPORT & set(re.split("[ ,/]+", value)),
    ),
    Rule(
        "person_cn_title",
        "PERSON",
        re.compile(
            rf"(?:(?:{COMPOUNDS})|[{TITLED}])(?:{GIVEN}{{1,2}}|(?=(?:{_TITLE_PAIR}))(?<!{_ENDINGS}))(?"
            rf":{_TITLE_PAIR})"
            rf"|(?:(?<![{CJK}])|{_ASKED})[{SINGLE}](?:{GIVEN}{{1,2}})?(?:{_TITLE_PAIR})"
            rf"|{FOREIGN}(?=(?:{_TITLE_PAIR}))|(?<![{CJK}])[{SINGLE}][ ](?:先[ ]生|女[ ]士|小[ ]姐|太[ ]太)"
        ),
        0.7,
        ("先生", "女士", "小姐", "太太", "夫人", "同学", "先 生", "女 士", "小 姐", "太 太"),
        _titled,
    ),
    Rule(
        "person_cn_job",
        "PERSON",
        re.compile(
            rf"(?:(?<![{CJK}])|{_GIVEN_TO}|(?<=[部组店司处科室厂院区楼号栋里的和与及约])|(?<=师傅)|(?<=客服)|(?<=快递员))"
            rf"((?:{COMPOUNDS}|[{TITLED}于曾欧吴])(?:{GIVEN}{{1,2}})?(?:{_JOB}))"
            rf"(?=[^{CJK}]|$|[你您好收签的了吧说那边打取回发已去很给和也把让处不态服查看同代家要在没来接转换送问又还有]|就|帮|人(?=[很特真超好不挺蛮])|下楼|可以|申请|联系|谢谢|辛苦|亲|本人)"
        ),
        0.65,
        tuple(_JOB.split("|")),
        _jobbed,
    ),
    Rule(
        "person_cn_job_told",
        "PERSON",
        re.compile(
            rf"(?:(?<=[给找跟和被在把由对向同替帮让请叫问约谢到说位成为工来个家])"
            rf"(?:{COMPOUNDS}|[{_TOLD}])|(?<=[问找叫喊约]下)[{TITLED}])"
            rf"(?:{_RANK})"
        ),
        0.6,
        tuple(_RANK.split("|")),
        _jobbed,
    ),
    Rule(
        "person_cn_nick",
        "PERSON",
        re.compile(
            rf"(?:客服|快递员|配送员|快递小哥|骑手|店员|导购|顾问|专员|管家|师傅|技师|同事|店主|{_GIVEN_TO}|我是)"
            rf"([小老阿][{COMMON}])(?=[^{CJK}]|$|[收签你您好]|为您|为你|很|态度|服务|就行|联系|拿|取|本人)"
        ),
        0.6,
        tuple(f"{before}{surname}" for before in "小老阿" for surname in COMMON),
        lambda value: value not in _NICK_WORDS,
    ),
    Rule(
        "person_cn_near_phone",
        "PERSON",
        re.compile(
            rf"(?:(?<![{CJK}])|(?<=[号室楼栋元层幢座户房店厦区0-9柜收]))({NAME})"
            rf"(?=[ ,，:：/、（(;；|\n\t-]{{0,3}}(?:收|先生|女士|小姐)?[)）]?[ ,，]?(?:联系电话"
            rf"|联系方式|电话号码|手机号码|电话|手机号|手机|tel|Tel|TEL)?[:： ]{{0,2}}{_PHONE})"
        ),
        0.65,
        DIGITS,
        alone,
    ),
    Rule(
        "person_cn_after_phone",
        "PERSON",
        re.compile(
            rf"1[3-9][0-9](?:[ -]?[0-9*]){{8}}(?:转[0-9]{{1,4}}|-[0-9]{{3,4}})?["
            rf" ,，/、（(;；|\n\t]{{1,3}}({NAME})(?=[ ,，:：/、)）;；|\n\t。]|收|$)"
        ),
        0.65,
        DIGITS,
        alone,
    ),
    Rule(
        "person_cn_after_address",
        "PERSON",
        re.compile(
            rf"(?:[号室楼栋元层幢座户房组期]|[0-9]{{3,4}})[ ,，/;；|\n\t]{{1,3}}({NAME})(?=["
            rf" ,，/;；|\n\t(（]{{1,3}}(?:[(（+0-9]|电话|手机|收|$)|$|[。]?\s*$)"
        ),
        0.6,
        ("号", "室", "楼", "栋", "单元", "层", "幢", "座", "户", "房", "组"),
        alone,
        digit=True,
    ),
    Rule(
        "person_cn_receives",
        "PERSON",
        re.compile(
            rf"(?:(?<![{CJK}])|(?<=[0-9号室楼栋元层幢座户房])|(?<=[给写找让叫由])|(?<=改成)|(?<=改为)|(?<=换成))"
            rf"({NAME})(?=[ ]?(?:亲收|亲启|签收|代收|来?[拿取](?=[^{CJK}]"
            rf"|件|快递|$)|[(（【]?收(?![到据费藏纳入起割银])))"
        ),
        0.7,
        ("收", "亲启", "拿", "取"),
        alone,
    ),
    Rule(
        "person_cn_i_am",
        "PERSON",
        re.compile(
            rf"(?:我是|这里是|本人)({NAME})(?=[,，。 ]{{0,2}}(?:我的|本人)?(?:电话"
            rf"|手机|订单|地址|收货|快递|微信|联系|下单|尾号|会员|单号|昨天|前天|之前))"
        ),
        0.65,
        ("我是", "这里是", "本人"),
        word_or_name,
    ),
    Rule(
        "person_cn_hello",
        "PERSON",
        re.compile(rf"(?:你好|您好|客服|亲|[Hh]i|[Hh]ello)[,，!！~ 。]{{0,2}}我是({FREQUENT}){MARK}"),
        0.65,
        ("我是",),
        word_or_name,
    ),
    Rule(
        "person_cn_dear",
        "PERSON",
        re.compile(
            rf"(?:(?:亲爱的|尊敬的|敬爱的|致(?!敬))(?:客户|顾客|会员|用户|业主)?"
            rf"|(?:[Dd]ear|[Hh]i|[Hh]ello|[Mm]y name is|[Mm]r\.?|[Mm]s\.?|[Mm]rs\.?"
            rf"|[Aa]ttn:?|[Cc]ontact|[Nn]ame:?|@)[ ]?)[ ]?({NAME}"
            rf"|小{HAN}(?!{HAN}))(?=[^{CJK}]|$|您|你|先生|女士|小姐|同学|老师|会员|客户|顾客|用户)"
        ),
        0.7,
        (
            "亲爱的",
            "尊敬的",
            "敬爱的",
            "致",
            "dear",
            "hi ",
            "hello",
            "@",
            "my name",
            "mr",
            "ms",
            "mrs",
            "attn",
            "contact",
            "name",
        ),
        word_or_name,
    ),
    Rule(
        "person_cn_signed",
        "PERSON",
        re.compile(
            rf"(?:--|—|-{{1,3}}|~|敬上[:： ]|此致[^{CJK}]{{0,3}}|\n)["
            rf" ]?({FREQUENT})[ ]?(?:敬上|谨上|上)?\s*(?=$|\n|[0-9]{{4}}[年./-])"
        ),
        0.6,
        ("--", "—", " -", "~", "敬上", "此致", "\n"),
        word_or_name,
        tail=40,
    ),
)
