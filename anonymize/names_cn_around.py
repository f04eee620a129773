"""Rules for Chinese names that a role, a verb or a place in a list tells, with the family name as the gate.

What these rules take is made of a family name and of characters that given names are made of; so the words
around need say less than in the other files. After a word for a person or a verb that a person follows,
anything may come next; after a preposition, before a verb, and in a list, more is asked for.
"""

from __future__ import annotations

import re

from privgen.anonymize.names_cn_parts import (
    BRANDS,
    COMPOUNDS,
    FOREIGN,
    HAN,
    LAST,
    MARK,
    NEXT,
    NOT_LAST,
    PEOPLE,
    TYPICAL,
    WORDS,
    full_name,
)
from privgen.anonymize.rules import CJK, Rule
from privgen.anonymize.rules_cn_words import one_of
from privgen.anonymize.surnames import COMMON, COMPOUND

_ROLES = (
    "团长|群主|楼长|组长|班长|站长|店长|领队|队长|店主|掌柜|老板|门卫|保安|物业|前台|财务|会计|出纳|仓库|仓管|库管|采购|业务员|跟单|跟单员|销售|销售员|导购"
    "|导购员|店员|客服|坐席|话务员|专员|助理|顾问|管家|骑手|外卖员|配送员|送货员|快递员|派件员|派送员|收件员|揽件员|小哥|司机|师傅|安装工|维修工|维修员|钟点工|保洁"
    "|家政|保姆|月嫂|志愿者|网格员|代购|主播|博主|模特|设计师|摄影师|造型师|技师|教练|卖家|买家|客户|顾客|会员|用户|业主|住户|租户|租客|房东|学生|学员|家长|同事"
    "|同学|同桌|室友|舍友|工友|战友|邻居|朋友|好友|闺蜜|亲戚|老公|老婆|丈夫|妻子|爱人|媳妇|儿子|女儿|闺女|孩子|宝宝|小孩|孙子|孙女|外甥|侄子|侄女|妈妈|爸爸"
    "|母亲|父亲|表姐|表妹|表哥|表弟|堂姐|堂哥|当事人|代签人|代领人|代办|经办|经手|审核|复核|制单|打包|质检|签收|代签|收件|寄件|发件|收货|退货人|寄方|得主|获奖者"
    "|中奖者|新人|寿星|叫做|名叫|取名|署名|签名|落款|姓名贴|甲方|乙方|发型师|美容师|医生|医师|护士|律师|老师|服务员|收银员|检验员|质检员|厨师|被告|原告|新郎|新娘"
    "|宝贝|小朋友|房客|乘客|患者|病人|来电人|受理人|收票人|代收点|百日宴|自称|自称是|名为|我是|本人|群里的|店里的|班里的|楼里的|家里的|公司的|部的|部门的|组的"
)
_VERBS = (
    "联系|联系一下|联络|找一下|找到|打给|转给|转接|转接给|转交|转交给|转告|转达|交给|发给|寄给|送给|捎给|带给|拿给|递给|留给|退给|还给|赔给|付给|打款给|转账给"
    "|提醒|抄送|通知|恭喜|祝贺|表扬|举报|投诉|感谢|谢谢|麻烦|拜托|委托|指派|安排|写给|刻字|写成|写成了|填成|填成了|改成|改为|换成|变成|退款到|退到|转到|送到"
    "|放在|请转|问问|问下|问一下|叫下|叫一下|喊一下|写上|刻上|印上|起诉|状告|告诉|转发|引用|回复|你好|您好|采访|认识"
)
_WITH = "跟和给把被让替帮由用以对为是与同问催向找经据按听愿喊转诉打写印刻@我"
_DID = (
    "[一同说聊谈问签拿取补查退打换接寄送联沟代改付确核投反吗吧呢转催申告承别卡支评拍撤邀让跟给帮揽派领拒预没未已刚才不在来去要想会就也下早三买]|收(?![到据费藏纳入起割银])"
    "|(?:的)?名义|本人|那[里边儿]|处(?!理器)|开(?!心)|发(?![现展觉])|负责|家(?=[^一-鿿]|$|的|门|里|人|快|长)"
    "|的(?:手机|电话|号|订单|快递|包裹|件|名|地址|微信|账|卡|身份|支付|家|孩子|妈|爸|老|朋友|同事|邻居|单|东西|货|那|消息|好评|评价|留言|师傅|客服|卖家)"
    "|垫付|推荐|介绍|做主|统一|等人|和|、"
)
_SAYS = (
    f"{_DID}|要求|来电|致电|表示|咨询|回复|收[到件货]|追评|晒单|加(?:入|[0-9一])|入群|进群|接龙"
    "|报名|拼单|参团|扫码|请假|差评|好评|身[高份]|会员|电话|手机"
    "|在吗|您|你好|妈妈|爸爸|家长|奶奶|爷爷|师傅|老师|同学|于(?=[0-9]|今|昨|上|本|前)|上门|的(?:师傅|好评)"
)
_DOUBTFUL = (
    "于向时查成游费管段任安常万方高白黄金温文左席路单马石江程严关易牛梅项曲古田牟车华明乐雷阳苗丛卫毛尤申位"
)
"""Family names that begin many words: with one more character they are no name without more to say so."""
_THINGS = (
    "色|材|质|品牌|产地|尺码|规格|型号|口味|风格|款|成分|配料|面料|里料|系列|名称|品名|商品|产品|标题|店名|店铺|城市|地区|省|市|国|地址|小区|适用|场景|季节"
    "|评|优点|缺点|总结|物流|质量|效果|包装|服务|口感|味|功能|用途|图案|版型|香型|等级|品种|类|主题|关键词|标签|理由|原因|备注|状态|方式|书名|歌|片|剧|角色"
    "|作者|导演|主演|演员|出版"
)
_MEASURES = "斤份箱盒个件袋瓶只套包条板提桶"
_LAST = "".join(char for char in TYPICAL if char not in NOT_LAST)
_GIVEN = f"(?:(?!{NEXT})[{TYPICAL}])?(?!{NEXT})[{_LAST}]"
_COMPOUND = f"(?:{COMPOUNDS}){_GIVEN}儿?"
_FIRST = "".join(sorted({name[0] for name in COMPOUND}))
_SURE = f"(?:(?=[{_FIRST}]){_COMPOUND}|[{COMMON}]{_GIVEN}|{FOREIGN})"
_OPEN = f"(?<![{CJK}A-Za-z])"
_NAMES = (*COMMON, *COMPOUND, "·")


def sure(value: str) -> int:
    """Length of a name of which neither the whole nor a part is a word; it may end a character earlier."""
    if value[:2] in COMPOUND or "·" in value or len(value) == 2:
        return _whole(value)
    return _whole(value) or (0 if value in WORDS or value in BRANDS else _whole(value[:2]))


def _whole(name: str) -> int:
    if name in PEOPLE:
        return len(name)
    if name[0] in _DOUBTFUL and (name[-1] not in LAST if len(name) == 2 else name[1:] in WORDS):
        return 0
    return full_name(name)


def _rule(name: str, pattern: str, triggers: tuple[str, ...] = _NAMES) -> Rule:
    return Rule(f"person_cn_{name}", "PERSON", re.compile(pattern, re.MULTILINE), 0.55, triggers, sure)


RULES = (
    _rule(
        "cued",
        rf"(?:{one_of(f'{_ROLES}|{_VERBS}')}|(?<=[叫祝找请放搁存刻送致])|工号[0-9A-Z]{{2,8}}的?)[ :]?"
        rf"({_SURE})",
    ),
    _rule("with", rf"(?<=[{_WITH}])({_SURE})(?=[ ]?(?:{_DID}))"),
    _rule("says", rf"{_OPEN}({_SURE})(?=[ ]?(?:{_SAYS}))"),
    _rule(
        "numbered",
        rf"(?:^|[\n;。]|接龙)[ ]?[0-9]{{1,3}}[ ]?[.、):][ ]?({_SURE})(?=[ ,+:(0-9]|{MARK})",
        tuple("0123456789"),
    ),
    _rule("in_marks", rf"[\[【“\"'‘(]({_SURE})[\]】”\"'’)]"),
    _rule(
        "alone",
        rf"(?:^|[\n。!;~|、/&])[ ]{{0,2}}({_SURE})[ ]?(?=[:、/|&·-]|[ ][0-9]{{1,2}}:[0-9]{{2}}"
        rf"|[ ]20[0-9]{{2}}[-/年]|$)",
    ),
    _rule("counted", rf"{_OPEN}({_SURE})(?=[ ]?\+[ ]?[0-9])", ("+",)),
    _rule(
        "order_list",
        rf"^({_SURE})(?=[ ]{{1,2}}{HAN}{{1,8}}[0-9一两二三四五六七八九十半]{{1,4}}[ ]?[{_MEASURES}])",
        tuple(_MEASURES),
    ),
    Rule(
        "age_cn_named",
        "AGE",
        re.compile(
            rf"(?:{_OPEN}|{one_of(_ROLES)}|我叫|叫){_SURE}[, (]{{0,2}}(?:今年|[男女][, ])?[ ]?"
            r"([1-9][0-9]?[ ]?周?岁半?)"
        ),
        0.6,
        ("岁",),
        digit=True,
    ),
    _rule(
        "person_data",
        rf"{_OPEN}({_SURE})(?=[,、 ]{{0,2}}(?:[(]?[男女](?![{CJK}])|[0-9]{{1,2}}周?岁|身份证|护照))",
        ("男", "女", "岁", "身份证", "护照"),
    ),
    _rule(
        "any_label",
        rf"(?<![{CJK}])(?!{HAN}{{0,4}}(?:{_THINGS})){HAN}{{2,6}}:[ ]?({_SURE}){MARK}",
        (":",),
    ),
    _rule(
        "asked_for",
        rf"(?:喂[,， ]?(?:是|请问是)?|请问是|请问|[你您]是|找)({_SURE})(?=吗|吧|么|嘛|本人)",
        ("吗", "吧", "么", "嘛", "本人"),
    ),
    _rule(
        "dated",
        rf"(?:^|[\n。!~])[ ]{{0,2}}({_SURE})[ ,]{{0,3}}"
        r"(?=[0-9]{4}[年./-][0-9]{1,2}[月./-][0-9]{1,2}日?\s*$)",
        ("年", "-", "/", "."),
    ),
    _rule(
        "sides",
        rf"(?<![A-Za-z])(?i:from|to|attn|name|receiver|buyer|cc)[ ]?[:]?[ ]?({_SURE}){MARK}",
        ("from", "to", "attn", "name", "receiver", "buyer", "cc"),
    ),
    _rule("cells", rf"(?:人|姓名|名字|昵称)[,，]({_SURE}){MARK}", ("人,", "名,", "字,", "称,")),
    _rule(
        "private",
        rf"(?:个人(?:抬头|发票|开票)?|抬头|实名)[,，:： ]{{1,2}}({_SURE}){MARK}",
        ("个人", "抬头", "实名"),
    ),
    _rule("told_at_once", rf"(?:[】\])]|^)[ ]?({_SURE})[,，!！:~ ]{{1,2}}(?=[您你]|麻烦|请|快递|包裹|订单)"),
)
