"""Rules for Chinese chat ids, accounts and passwords."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CJK, RIGHT, Rule

RULES = (
    Rule(
        "social_id_cn",
        "SOCIAL_HANDLE",
        re.compile(
            rf"(?:小红书|抖音|快手|微博|淘宝|旺旺|B站|支付宝)(?:账号|帐号|号"
            rf"|昵称|名|ID|id|用户名)?(?:是|为|[:：])\s{{0,2}}@?([A-Za-z0-9_{CJK}][A-Za-z0-9_.{CJK}-]{{2,1"
            rf"9}})"
        ),
        0.6,
        ("小红书", "抖音", "快手", "微博", "淘宝", "旺旺", "b站", "支付宝"),
        lambda v: any(c.isascii() for c in v),
    ),
    Rule(
        "wechat_id",
        "WECHAT_ID",
        re.compile(
            r"(?:微信|威信|薇信|加微|加v|v信|(?<![A-Za-z])(?:wechat|weixin"
            r"|vx|wx)(?![a-z]))(?:号码|号|账号|帐号|[ ]?id)?(?:[ ]?(?:是|为"
            r"|is|[:：])|[ ]|)\s{0,2}"
            r"([A-Za-z][A-Za-z0-9_-]{4,19}|[0-9]{6,11})" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        ("微信", "威信", "薇信", "加微", "加v", "v信", "wechat", "weixin", "vx", "wx"),
        lambda v: v.lower() not in {"wechat", "weixin", "payment", "please", "account", "number"},
    ),
    Rule(
        "qq_id",
        "QQ_ID",
        re.compile(
            r"(?:(?<![A-Za-z])QQ|扣扣|企鹅)(?:号码|号|群号?)?(?:是|为|[ ]?(?:is"
            r"|number|id|no\.?))?[:： ]{0,3}([1-9][0-9]{4,10})" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        ("qq", "扣扣", "企鹅"),
        digit=True,
    ),
    Rule(
        "cn_user_name",
        "USER_NAME",
        re.compile(r"(?:用户名|昵称|登录名)(?:是|为|[:：])\s{0,2}([A-Za-z0-9][A-Za-z0-9_.-]{2,29})"),
        0.6,
        ("用户名", "昵称", "登录名"),
        lambda v: any(c.isdigit() or c in "_.-" for c in v),
    ),
    Rule(
        "cn_password",
        "PASSWORD",
        re.compile(r"(?:密码|口令)(?:是|为|[:：])\s{0,2}(\S{4,64})"),
        0.7,
        ("密码", "口令"),
        lambda v: any(c.isdigit() for c in v),
        digit=True,
    ),
)
