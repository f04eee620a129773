"""Rules for what identifies a person on the net: e-mail, links, network addresses, handles, chat ids."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CJK, DOMAIN, DOTTED, LEFT, RIGHT, Rule

_TLDS = (
    "com|net|org|info|biz|edu|gov|cn|hk|tw|jp|kr|in|uk|de|fr|br|es|it|pt|nl"
    "|ca|au|us|ru|io|co|me|app|dev|shop|store"
    "|online|site|xyz|top|vip|club|tv|cc|eu|ch|at|be|se|no|dk|pl|mx|ar|cl|example|test|mail|email"
)
_SPOKEN_TLDS = "com(?:(?:\\.| dot | ponto )(?:br|cn|au))?|net|org|info|biz|edu|cn|de|fr|br|uk|co|io"
_BARE_TLDS = (
    "com|net|org|info|biz|cn|io|co\\.uk|org\\.uk|de|fr|com\\.br|com\\.cn|edu"
    "|gov|shop|store|app|xyz|ru|eu|jp|nl"
)
_LOCAL = r"A-Za-z0-9À-ɏ.!#$%&'*+/=?^_`{|}~-"
_LABEL = r"[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ-]{0,61}[A-Za-z0-9À-ɏ])?"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_URL_END = rf"[^\s<>\"'{CJK}，。！？；：、“”‘’（）【】]"


def _handle(value: str) -> bool:
    return any(char.isalpha() for char in value)


def _trim_url(value: str) -> int:
    return len(value.rstrip(".,;:!?)]}"))


RULES = (
    Rule(
        "email",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,128}}@(?:{_LABEL}\.){{1,8}}(?:[A-Za-z]{{2,24}}"
            rf"|xn--[a-z0-9-]{{2,59}})"
        ),
        0.95,
        ("@",),
    ),
    Rule(
        "email_cjk",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?:[{CJK}]{{1,10}}|(?<![A-Za-z0-9._-])[A-Za-z0-9._-]{{1,64}})@[{CJK}A-Za-z0-9-]{{1,63}}\.(?:{_TLDS}|中国|公司|网络|com)"
            + RIGHT
        ),
        0.6,
        ("@",),
    ),
    Rule(
        "email_spaced",
        "EMAIL_ADDRESS",
        re.compile(
            rf"{LEFT}[A-Za-z0-9._%+-]{{1,64}}[ ]?[\[({{<]?@[\])}}>]?[ ]?[A-Za-z0-9-]{{1,63}}(?:["
            rf" ]?\.[ ]?[A-Za-z0-9-]{{1,63}}){{0,3}}[ ]?[.。][ ]?(?:{_TLDS}){RIGHT}"
        ),
        0.8,
        ("@",),
    ),
    Rule(
        "email_words",
        "EMAIL_ADDRESS",
        re.compile(
            rf"{LEFT}[A-Za-z0-9_+-]{{1,64}}(?:(?:\.|[ ]?[\[({{][ ]?dot[ ]?[\])}}]["
            rf" ]?|[ ]dot[ ])[A-Za-z0-9_+-]{{1,64}}){{0,4}}"
            rf"(?:[ ]?[\[({{<][ ]?(?:at|arroba|@)[ ]?[\])}}>][ ]?|[ ](?:at|arroba)[ ]|艾特|[ ]?@[ ]?)"
            rf"[A-Za-z0-9-]{{1,63}}(?:(?:[ ]?[\[({{<][ ]?(?:dot|ponto|punkt"
            rf"|point|\.)[ ]?[\])}}>][ ]?|[ ](?:dot|ponto|punkt|point)[ ]|点"
            rf"|\.)[A-Za-z0-9-]{{1,63}}){{0,3}}"
            rf"(?:[ ]?[\[({{<][ ]?(?:dot|ponto|punkt|point|\.)[ ]?[\])}}>]["
            rf" ]?|[ ](?:dot|ponto|punkt|point)[ ]|点)(?:{_SPOKEN_TLDS}){RIGHT}",
            re.IGNORECASE,
        ),
        0.85,
        (
            " dot ",
            "dot]",
            "dot)",
            "dot}",
            "dot>",
            " ponto ",
            "ponto)",
            "ponto]",
            "punkt",
            " point ",
            "point)",
            "point]",
            "点",
            "[.]",
            "(.)",
        ),
    ),
    Rule(
        "url",
        "URL",
        re.compile(rf"(?i:{LEFT}(?:https?|ftp)://|{LEFT}www\.){_URL_END}{{3,2000}}"),
        0.8,
        ("://", "www."),
        _trim_url,
    ),
    Rule(
        "url_domain",
        "URL",
        re.compile(
            rf"(?<![A-Za-z0-9@._/-])(?:[a-z0-9][a-z0-9-]{{0,61}}\.){{1,4}}(?:{_BARE_TLDS})(?![A-Za-z0-9@-]"
            rf"|\.[a-z])(?:[:/?#]{_URL_END}{{0,2000}})?"
        ),
        0.5,
        DOMAIN,
        _trim_url,
    ),
    Rule(
        "ipv4",
        "IP_ADDRESS",
        re.compile(rf"(?<![A-Za-z0-9.]){_OCTET}(?:\.{_OCTET}){{3}}(?:/[0-9]{{1,2}})?(?![A-Za-z0-9]|\.[0-9])"),
        0.7,
        DOTTED,
        lambda v: len(set(v)) > 2,
    ),
    Rule(
        "social_handle",
        "SOCIAL_HANDLE",
        re.compile(
            r"(?<![A-Za-z0-9@._%+-])@[A-Za-z0-9_](?:[A-Za-z0-9_.]{1,28}[A-Za-z0-9_])(?![A-Za-z0-9@-])"
        ),
        0.6,
        ("@",),
        _handle,
    ),
    Rule(
        "social_handle_context",
        "SOCIAL_HANDLE",
        re.compile(
            r"(?<![A-Za-z])(?:instagram|insta|ig|twitter|tiktok|snapchat|snap"
            r"|facebook|fb|telegram|line id|skype|kakao ?talk)"
            r"(?: (?:handle|account|user(?:name)?|id|name))?(?: (?:is|as)|[:：@])\s{0,2}@?([A-Za-z0-9_][A-"
            r"Za-z0-9_.]{2,29}[A-Za-z0-9_])",
            re.IGNORECASE,
        ),
        0.6,
        (
            "insta",
            " ig ",
            " ig:",
            "twitter",
            "tiktok",
            "snapchat",
            "snap:",
            "snap is",
            "facebook",
            " fb",
            "telegram",
            "line id",
            "skype",
            "kakao",
        ),
        lambda v: any(c.isdigit() or c in "_." for c in v.rstrip(".")),
    ),
    Rule(
        "user_name",
        "USER_NAME",
        re.compile(
            r"(?<![A-Za-z])(?:user ?name|login|screen name|nickname"
            r")(?: is|[:：])\s{0,2}([A-Za-z0-9][A-Za-z0-9_.-]{2,29})",
            re.IGNORECASE,
        ),
        0.6,
        ("username", "user name", "login", "screen name", "nickname"),
        lambda v: any(c.isdigit() or c in "_.-" for c in v),
    ),
    Rule(
        "password",
        "PASSWORD",
        re.compile(
            r"(?<![A-Za-z])(?:password|passcode|senha)(?: is|[:：é])\s{0,2}(\S{4,64})",
            re.IGNORECASE,
        ),
        0.7,
        ("password", "passcode", "senha"),
        lambda v: any(c.isdigit() for c in v),
        digit=True,
    ),
)
