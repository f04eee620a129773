"""Rules for links, network addresses, wallets and coordinates."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CJK, DOMAIN, DOTTED, LEFT, RIGHT, Rule
from privgen.anonymize.rules_emails import TLDS
from privgen.anonymize.rules_labelled import any_of

_BARE_TLDS = (
    "com|net|org|info|biz|cn|io|co\\.uk|org\\.uk|de|fr|com\\.br|com\\.cn|edu"
    "|gov|shop|store|app|xyz|ru|eu|jp|nl|co\\.in|co\\.jp|co\\.nz|co\\.za|com\\.(?:au|mx|ar|tr|sg|hk|tw|my"
    "|ph|co|pe|vn|es|pt|pl)"
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_URL_END = rf"[^\s<>\"'{CJK}，。！？；：、“”‘’（）【】]"


def _trim_url(value: str) -> int:
    return len(value.rstrip(".,;:!?)]}"))


RULES = (
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
        "url_path",
        "URL",
        re.compile(
            rf"(?<![A-Za-z0-9@._/-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,61}}\.){{1,4}}(?:{_BARE_TLDS}|{TLDS}"
            rf"|ly|be|ee|gl|gg|to|link|in|page|club|blog|site|tech|io|ai|la|fm|im|ws|so"
            rf"|sh)/{_URL_END}{{2,2000}}"
        ),
        0.6,
        ("*/",),
        _trim_url,
        needs=re.compile(r"\.[A-Za-z]{2,6}/"),
    ),
    Rule(
        "url_capitals",
        "URL",
        re.compile(
            rf"(?<![A-Za-z0-9@._/-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,61}}\.){{1,4}}(?i:com|net|org|co\.uk"
            rf"|com\.br|com\.cn|de|io|edu|gov)(?![A-Za-z0-9@-]|\.[A-Za-z])(?:[:/?#]{_URL_END}{{0,2000}})?"
        ),
        0.5,
        DOMAIN,
        lambda v: (
            _trim_url(v)
            if v.isupper() or re.match(r"(?:[A-Z][a-z0-9]*){1,4}\.(?:com|net|org|co\.uk)", v)
            else 0
        ),
    ),
    Rule(
        "ipv4",
        "IP_ADDRESS",
        re.compile(rf"(?<![A-Za-z0-9.]){_OCTET}(?:\.{_OCTET}){{3}}(?:/[0-9]{{1,2}})?(?![A-Za-z0-9]|\.[0-9])"),
        0.7,
        DOTTED,
        lambda v: len(set(v)) > 2,
        unless=re.compile(
            r"(?i)(?<![a-z])(?:version|firmware|ver|v|release|update|software|driver|build|ios|android"
            r"|windows|bluetooth|app|section|chapter|sku|model|part)s?(?: (?:no|number|is|to))?[ .:]{0,2}$"
        ),
    ),
    Rule(
        "crypto_hex",
        "CRYPTO",
        re.compile(
            LEFT + r"(?:0x[0-9a-fA-F]{40}|[LM][1-9A-HJ-NP-Za-km-z]{33}|r[1-9A-HJ-NP-Za-km-z]{33}"
            r"|T[1-9A-HJ-NP-Za-km-z]{33}|ltc1[a-z0-9]{39,59}|addr1[a-z0-9]{50,100})" + RIGHT
        ),
        0.85,
        any_of("*0x|*ltc1|*addr1|ltc|litecoin|xrp|ripple|tron|trx|usdt|wallet|eth"),
        digit=True,
    ),
    Rule(
        "coordinates",
        "GEO_COORDINATES",
        re.compile(
            r"(?<![0-9A-Za-z.$€£-])-?[0-9]{1,2}\.[0-9]{4,10}°?(?: ?[NS])?, ?-?[0-9]{1,3}\.[0-9]{4,10}°?(?"
            r": ?[EW])?(?![0-9])"
        ),
        0.75,
        (",",),
        digit=True,
        needs=re.compile(r"\.[0-9]{4}"),
    ),
)
