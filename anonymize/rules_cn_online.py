"""Rules for Chinese chat ids, accounts and passwords, and for e-mail addresses as Chinese spells them."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.rules import CJK, LEFT, RIGHT, Rule
from privgen.anonymize.rules_cn_words import SAID

_LINK = (
    r"(?:号码|号|账号|帐号|账户|群|同号|昵称|名字|名|联系方式|联系|搜索"
    r"|搜一下|搜|查找|加我|加|扫|交流群|客服群|客服|找我|找|上?(?:说|聊|联系)"
    r"|里|同步|[ ]?(?i:id|number|no\.?)(?![A-Za-z]))"
)
_TO = rf"(?:[ ]?我|{SAID})[(（【\[「\"'“]?@?"
_WECHAT = (
    r"(?:微[ ]{0,2}信(?:[ ]?号)?|威信|薇信|徽信|围信|维信|微姓|魏信|卫星|微 ?❤️?|[薇威] ?❤️?"
    r"|微芯|绿泡泡|绿色软件|(?<![a-z])(?:we ?chat(?:_?(?:id|no))?|wei ?xin|v❤️?x|w❤️?x?"
    r"|wx|vx|v❤️?|➕ ?v|\+ ?v|加 ?v(?:x(?![a-z0-9_-]))?|加我 ?v|私我 ?v|我的"
    r" ?v)(?![a-z]{1,19}(?![a-z0-9_-]))|加个?微|加我?[薇威]|加我 ?微"
    r"|v信|wei信|(?<![A-Za-z])[vw]x(?=[a-z0-9_-]{5})(?!works))"
)
_QQ = (
    r"(?:(?<![A-Za-z])(?:q ?q|Qq|qQ|QQ)|扣扣|抠抠|蔻蔻|球球|企鹅|(?:加|我|➕|\+)(?:我)?[ ]?[qQ扣](?![A-Za-z])"
    r"|(?<![A-Za-z])[qQ扣](?:我|号|群|[:：]"
    r"|(?=[1-9][0-9]{5,10}(?![0-9A-Za-z])|[1-9] [0-9]{5,10}(?![0-9A-Za-z])))|扣号|扣群)"
)
_WORDS = wordlist("chat_words")
_TLD = r"(?:com(?:[.]cn)?|cn|net|org|edu[.]cn|com|c0m|ｃｏｍ|hk|tw|io|me|cc|vip)"
_AT = (
    r"(?:@|艾特|圈[aA]|小老鼠|[(（\[【]?(?:(?<![A-Za-z])(?:at|AT"
    r"|At)(?![A-Za-z])|艾特|@|＠)[)）\]】]?|#|＃|○|\*(?=(?:qq|163)))"
)
_DOT = r"(?:[.。．]|点|[(（\[【]?(?:(?<![A-Za-z])(?:dot|DOT)(?![A-Za-z])|点|[.])[)）\]】]?)"
_MAIL_HOST = (
    r"(?:qq|QQ|扣扣|163|126|139|189|sina|sohu|gmail|outlook|hotmail|foxmail|yeah|icloud|aliyun|yahoo|live|msn"
    r"|tom|21cn|wo|protonmail|proton|新浪|网易)"
)


def _id(value: str) -> bool:
    return value.lower() not in _WORDS


def _coded(value: str) -> bool:
    """Whether it looks like an id and not like the name of a product."""
    return _digit(value) and re.match(r"(?i)iphone|ipad|ios|mate|android|redmi|win[0-9]", value) is None


def _digit(value: str) -> bool:
    return any(char.isdigit() for char in value)


RULES = (
    Rule(
        "wechat_id",
        "WECHAT_ID",
        re.compile(
            rf"{_WECHAT}{_LINK}{{0,3}}{_TO}([a-z][a-z0-9_-]{{4,19}}|1[3-9][0-9]{{9}}|[0-9]{{5,11}}){RIGHT}",
            re.IGNORECASE,
        ),
        0.85,
        (
            *(
                "微信",
                "威信",
                "薇信",
                "徽信",
                "围信",
                "维信",
                "微姓",
                "魏信",
                "卫星",
                "微❤",
                "薇❤",
                "威❤",
                "加威",
                "我威",
                "微芯",
                "微 ",
                "❤",
                "*wei xin",
                "绿泡泡",
            ),
            *(
                "绿色软件",
                "加微",
                "加个微",
                "加薇",
                "加我薇",
                "加我微",
                "私我",
                "*加v",
                "*加 v",
                "*v信",
                "*+v",
                "*+ v",
                "➕",
                "*我v",
                "*的v",
                "*的 v",
            ),
            *("*v❤", "*我 v", "*i信", "wechat", "we chat", "weixin", "*vx", "*wx"),
        ),
        _id,
    ),
    Rule(
        "wechat_id_near",
        "WECHAT_ID",
        re.compile(
            r"(?:加|搜|搜索|这个|这是|用|换|联系|号是"
            r"|(?<![型货款编批])号)(?:一下|下|我|个|这个)?[ ]?[:：]?[ ]?"
            rf"([a-z][a-z0-9_-]{{4,19}}){RIGHT}(?![.@])",
            re.IGNORECASE,
        ),
        0.6,
        ("微信", "薇信", "威信", "*vx", "*v信", "*wx"),
        _coded,
        before=re.compile("微 ?信|薇信|威信|v信|vx|wx", re.IGNORECASE),
    ),
    Rule(
        "wechat_id_this",
        "WECHAT_ID",
        re.compile(
            r"(?:加|搜|查)(?:一下|下|我|个)?[ ]?([a-z][a-z0-9_-]{5,19})(?=[ ]?(?:这个"
            r"|那个|的)?(?:微信|薇信|威信|v信|vx))",
            re.IGNORECASE,
        ),
        0.6,
        ("微信", "薇信", "威信", "*v信", "*vx"),
        _id,
    ),
    Rule("wechat_id_own", "WECHAT_ID", re.compile(r"wxid_[a-z0-9]{6,24}" + RIGHT), 0.9, ("wxid",)),
    Rule(
        "wechat_id_v",
        "WECHAT_ID",
        re.compile(
            r"(?<![A-Za-z0-9])[vV微薇][:：]\s{0,2}([A-Za-z][A-Za-z0-9_-]{4,19}|1[3-9][0-9]{9})" + RIGHT
        ),
        0.7,
        ("*v:", "*v：", "微:", "微：", "薇:", "薇："),
    ),
    Rule(
        "wechat_id_before",
        "WECHAT_ID",
        re.compile(
            r"(?<![A-Za-z0-9@._-])([A-Za-z][A-Za-z0-9_-]{5,19})(?=[ ]?[,，(（]?(?:这?是"
            r"|就是|为)?(?:我的|我)?(?:这个|那个|的)?(?:微信|薇信|威信|v信)(?:号|同号|[)）]|$))"
        ),
        0.65,
        ("微信", "薇信", "威信", "*v信"),
        _digit,
        digit=True,
    ),
    Rule(
        "qq_id",
        "QQ_ID",
        re.compile(
            rf"{_QQ}{_LINK}{{0,3}}{_TO}[:： ]{{0,2}}([1-9](?:[ -]?[0-9]){{4,10}})(?![0-9A-Za-z@])",
            re.IGNORECASE,
        ),
        0.85,
        (
            "qq",
            "*q q",
            "扣扣",
            "抠抠",
            "蔻蔻",
            "球球",
            "企鹅",
            "*加q",
            "*加 q",
            "*我q",
            "*我 q",
            "*q我",
            "*q1",
            "*q2",
            "*q3",
            "*q4",
            "*q5",
            "*q6",
            "*q7",
            "*q8",
            "*q9",
            "*q号",
            "*q群",
            "*q:",
            "*q：",
            "➕",
            "*+q",
            "扣",
        ),
        digit=True,
    ),
    Rule(
        "social_id_cn",
        "SOCIAL_HANDLE",
        re.compile(
            r"(?:小红书|抖音|快手|微博|淘宝|旺旺|支付宝|陌陌|知乎|豆瓣|闲鱼|贴吧|[bB]站|哔哩哔哩|拼多多|京东|钉钉|飞书)"
            r"(?:(?:账号|帐号|账户|号|ID|id|UID|uid|用户名|昵称|名字?)(?:是|为|叫|[:：])?|(?:是|为|叫|[:：]))\s{0,2}@?"
            rf"([A-Za-z0-9_][A-Za-z0-9_.-]{{3,29}}|[A-Za-z0-9_{CJK}](?:(?![的了在是，。])[A-Za-z0-9_.{CJK}-])"
            rf"{{2,19}})"
        ),
        0.6,
        (
            *(
                "小红书",
                "抖音",
                "快手",
                "微博",
                "淘宝",
                "旺旺",
                "*b站",
                "支付宝",
                "陌陌",
                "知乎",
                "豆瓣",
                "闲鱼",
                "贴吧",
            ),
            *("哔哩哔哩", "拼多多", "京东", "钉钉", "飞书"),
        ),
        lambda v: any(c.isascii() for c in v),
    ),
    Rule(
        "cn_email_spelled",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+-])[A-Za-z0-9_+-]{{1,64}}(?:(?:[.。]"
            rf"|点)[A-Za-z0-9_+-]{{1,64}}){{0,3}}[ ]{{0,2}}{_AT}[ ]{{0,2}}"
            rf"{_MAIL_HOST}(?:[ ]{{0,2}}{_DOT}[ ]{{0,2}}{_TLD}){{1,2}}{RIGHT}"
            rf"|(?<![A-Za-z0-9_+-])[A-Za-z0-9_+-]{{1,64}}(?:(?:[.。]|点)[A-Za-z0-9_+-]{{1,64}}){{0,3}}["
            rf" ]?(?:@|艾特|圈a|小老鼠|[(\[（【{{<][ ]?(?:at|@|艾特)[ ]?[)\]）】}}>])[ ]?"
            rf"[A-Za-z0-9-]{{1,63}}(?:[ ]?(?:[.。]|点)["
            rf" ]?[A-Za-z0-9-]{{1,20}}){{0,2}}[ ]?(?:[.。]|点)[ ]?{_TLD}{RIGHT}",
            re.IGNORECASE,
        ),
        0.85,
        (
            *(
                "艾特",
                "圈a",
                "小老鼠",
                "点com",
                "点 com",
                "点cn",
                "点net",
                "。com",
                "。 com",
                "。cn",
                "。net",
                "#qq",
                "#163",
                "#126",
            ),
            *(
                "#gmail",
                "#sina",
                "#outlook",
                "#foxmail",
                "○qq",
                "*at qq",
                "*at 163",
                "*at 126",
                "*(at)",
                "*[at]",
                "（at）",
            ),
            *(
                "*at gmail",
                "@ ",
                "*qq点",
                "*163点",
                "*126点",
                "*mail点",
                "*qq dot",
                "*163 dot",
                "*qq(dot)",
                "**qq.com",
                "**163.",
            ),
        ),
    ),
    Rule(
        "cn_email_host",
        "EMAIL_ADDRESS",
        re.compile(
            rf"{LEFT}([A-Za-z0-9_.-]{{4,40}})(?:@|艾特)["
            rf" ]?(?:{_MAIL_HOST}|企业)(?:邮箱|mail|$|(?=[^A-Za-z0-9.]))"
        ),
        0.7,
        ("@", "艾特"),
    ),
    Rule(
        "cn_user_name",
        "USER_NAME",
        re.compile(
            r"(?:用户名|昵称|登录名|登录账号|登陆账号|会员名|账号|帐号|账户名|网名)(?:是|为|叫|[:：])\s{0,2}([A-Za-z0-9][A-Za-z0-9_.-]{2,29})"
        ),
        0.6,
        ("用户名", "昵称", "登录名", "登录账号", "登陆账号", "会员名", "账号", "帐号", "账户名", "网名"),
        lambda v: any(c.isdigit() or c in "_.-" for c in v),
    ),
    Rule(
        "cn_password",
        "PASSWORD",
        re.compile(r"(?:密码|口令|取件码|验证码|提货码)(?:是|为|[:：])?\s{0,2}([!-~]{3,63}[!-+.-:<-~-])"),
        0.7,
        ("密码", "口令", "取件码", "验证码", "提货码"),
        _digit,
        digit=True,
    ),
)
