"""Rules for what identifies a person on the net: e-mail, links, network addresses, handles, chat ids."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.rules import CJK, DOMAIN, DOTTED, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import any_of

_TLDS = (
    "com|net|org|info|biz|edu|gov|cn|hk|tw|jp|kr|in|uk|de|fr|br|es|it|pt|nl"
    "|ca|au|us|ru|io|co|me|app|dev|shop|store"
    "|online|site|xyz|top|vip|club|tv|cc|eu|ch|at|be|se|no|dk|pl|mx|ar|cl|example|test|mail|email"
)
_SPOKEN_TLDS = (
    "com(?:(?:\\.| dot | ponto )(?:br|cn|au))?|net|org|info|biz|edu|cn|de|fr|br|uk|co|io|it|es|nl"
    "|at|ch|eu|ca|au|pt|mx|se|no|dk|pl|ie|be|me"
)
_BARE_TLDS = (
    "com|net|org|info|biz|cn|io|co\\.uk|org\\.uk|de|fr|com\\.br|com\\.cn|edu"
    "|gov|shop|store|app|xyz|ru|eu|jp|nl|co\\.in|co\\.jp|co\\.nz|co\\.za|com\\.(?:au|mx|ar|tr|sg|hk|tw|my"
    "|ph|co|pe|vn|es|pt|pl)"
)
_LOCAL = r"A-Za-z0-9À-ɏ.!#$%&'*+/=?^_`{|}~-"
_LABEL = r"[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ-]{0,61}[A-Za-z0-9À-ɏ])?"
_AT_BRACKETS = r"(?:[ ]?[\[({<][ ]?(?:at|arroba|@|a|ät)[ ]?[\])}>][ ]?|[ ]?-at-[ ]?|_at_|[ ]-[ ]?at[ ]?-[ ])"
_AT = (
    rf"(?:{_AT_BRACKETS}|[ ]{{1,2}}(?:at|arroba|ät|chiocciola|klammeraffe|apenstaartje"
    rf"|snabel-a)[ ]{{1,2}}|艾特|[ ]?@[ ]?)"
)
_DOT = (
    r"(?:[ ]?[\[({<][ ]?(?:dot|ponto|punkt|point|punto|\.)[ ]?[\])}>][ ]?|[ ]{1,2}(?:dot|ponto|punkt"
    r"|point|punto|punt|kropka)[ ]{1,2}|[ ]?-dot-[ ]?|_dot_|[ ]-[ ]?dot[ ]?-[ ]|点|\.)"
)
_SAID_LABEL = r"[A-Za-z0-9-]{1,63}"
_SAID_LOCAL = (
    rf"[A-Za-z0-9_+-]{{1,64}}?(?:(?:{_DOT}|[ ](?:underscore|dash|hyphen|minus"
    rf"|plus)[ ])[A-Za-z0-9_+-]{{1,64}}?){{0,4}}"
)
_MAIL_HOST = (
    r"(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|icloud|me|mac|aol|protonmail|proton|gmx"
    r"|web|mail|zoho|yandex|fastmail|qq|163|126|sina|orange|wanadoo|uol|bol|terra|t-online|libero"
    r"|btinternet|comcast|verizon|att)"
    r"[ ]?(?:\.|[ ]dot[ ])[ ]?(?:com|co\.uk|net|de|fr|it|es|me|org|com\.br|ca|in|ru|cn|co\.in|com\.au)"
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_URL_END = rf"[^\s<>\"'{CJK}，。！？；：、“”‘’（）【】]"

_COMMON = wordlist("after_names") | wordlist("not_names")
_PLATFORM = (
    "instagram|insta|ig|twitter|tiktok|snapchat|snap|facebook|fb|telegram|line id|skype|kakao ?talk"
    "|linkedin|discord|reddit|twitch|youtube|pinterest|threads|mastodon|signal|viber"
    "|etsy|poshmark|depop|venmo|cash ?app|zelle|paypal(?:\\.me)?|steam|psn|xbox|gamertag|bluesky|tumblr"
    "|vinted|ebay|whatsapp"
)
_PLATFORM_TRIGGERS = any_of(
    "insta|ig|twitter|tiktok|snapchat|snap|facebook|fb|telegram|line id|skype|kakao|linkedin"
    "|discord|reddit|twitch|youtube|pinterest|threads|mastodon|signal|viber|etsy|poshmark"
    "|depop|venmo|cashapp|cash app|zelle|paypal|steam|psn|xbox|gamertag|bluesky|tumblr|vinted"
    "|ebay|whatsapp"
)


def _handle(value: str) -> bool:
    return any(char.isalpha() for char in value)


def _no_word(value: str) -> int:
    """Length without a full stop at the end; 0 for a common word."""
    kept = value.rstrip(".-_")
    return 0 if kept.lower() in _COMMON or len(kept) < 3 else len(kept)


def _handle_like(value: str) -> int:
    """As `_no_word`, for what holds a digit, a stop, an underscore or a hyphen: no word of prose does."""
    kept = _no_word(value)
    return kept if any(char.isdigit() or char in "_." for char in value[:kept]) else 0


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
            rf"(?:[{CJK}]{{1,10}}|(?<![A-Za-z0-9._-])[A-Za-z0-9._-]{{1,64}})@[{CJK}A-Za-z0-9-]{{1,63}}\.("
            rf"?:{_TLDS}|中国|公司|网络|com)" + RIGHT
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
            rf"(?<![A-Za-z0-9_+.-]){_SAID_LOCAL}{_AT}{_SAID_LABEL}(?:{_DOT}{_SAID_LABEL}){{0,3}}(?:{_DOT}"
            rf")(?:{_SPOKEN_TLDS}){RIGHT}",
            re.IGNORECASE,
        ),
        0.85,
        any_of("dot | dot|dot]|dot)|dot}|dot>|_dot_|-dot-|ponto|punkt|point|punto|[.]|(.)|{.}"),
    ),
    Rule(
        "email_at_words",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+.-]){_SAID_LOCAL}(?:{_AT_BRACKETS}|(?-i:[ ]AT[ ])"
            rf"|艾特){_SAID_LABEL}(?:\.[A-Za-z0-9-]{{1,63}}){{0,3}}[ ]?\.[ ]?(?:{_TLDS}){RIGHT}",
            re.IGNORECASE,
        ),
        0.85,
        any_of("*(at|*[at|*{at|*<at|( at|[ at|(@|[@|{@|at |艾特|arroba|*(a)|*[a]|*-at-|*_at_|chiocciola"),
        needs=re.compile(
            r"[\[({<] ?(?:at|arroba|@|a|ät) ?[\])}>]|[-_] ?at ?[-_]|(?-i: AT )|艾特", re.IGNORECASE
        ),
    ),
    Rule(
        "email_at_host",
        "EMAIL_ADDRESS",
        re.compile(
            rf"{LEFT}(?:[a-z]{{1,30}}(?:[._+-][a-z0-9]{{1,30}}){{1,4}}"
            rf"|[a-z]{{2,30}}[0-9]{{1,6}})[ ]at[ ](?:[a-z0-9-]{{1,63}}\.){{1,3}}(?:{_TLDS}){RIGHT}",
            re.IGNORECASE,
        ),
        0.75,
        DOMAIN,
    ),
    Rule(
        "email_label_at_host",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z])(?:e-?mail|mail|write|reach me|contact)(?:[ ](?:me|us|is|address|id|to|at"
            rf"|address is))?[ :]{{1,3}}([a-z0-9._+-]{{2,64}}[ ]at[ ](?:[a-z0-9-]{{1,63}}\.){{1,3}}(?:"
            rf"{_TLDS})){RIGHT}",
            re.IGNORECASE,
        ),
        0.75,
        any_of("email|e-mail|mail|write|reach me|contact"),
        lambda v: v.split(" ", 1)[0].lower() not in _COMMON,
    ),
    Rule(
        "email_at_mail_host",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+.-])(?=[A-Za-z0-9._+-]{{0,40}}[0-9._+-]|(?<=mail )|(?<=mail: )"
            rf"|(?<=mail is )|(?<=mail me )|(?<=me at ))[A-Za-z0-9_+-]{{1,64}}(?:[._+-][A-Za-z0-9]{{1,40"
            rf"}}){{0,4}}[ ]at[ ]{_MAIL_HOST}{RIGHT}"
            rf"|(?<=mail )(?:is |me )?[A-Za-z0-9._+-]{{2,64}}[ ]at[ ]{_MAIL_HOST}{RIGHT}",
            re.IGNORECASE,
        ),
        0.75,
        any_of(
            "gmail|yahoo|hotmail|outlook|icloud|proton|aol|gmx|googlemail|live.|msn|mail.|ymail"
            "|yandex|qq.|163."
        ),
    ),
    Rule(
        "email_at_plain_mail_host",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+.@-])[A-Za-z][A-Za-z0-9]{{3,40}}[ ]at[ ](?:gmail|googlemail|yahoo|hotmail"
            rf"|outlook"
            rf"|icloud|gmx|protonmail|proton|aol|web|t-online|libero|mail)\.(?:com|de|fr|it|es|net|me"
            rf"|co\.uk){RIGHT}",
            re.IGNORECASE,
        ),
        0.7,
        any_of("gmail|googlemail|yahoo|hotmail|outlook|icloud|gmx|proton|aol|web.|t-online|libero|mail."),
        lambda v: (
            v.split(" ", 1)[0].lower() not in _COMMON and not v.split(" ", 1)[0].endswith(("ing", "ed"))
        ),
    ),
    Rule(
        "email_capitals",
        "EMAIL_ADDRESS",
        re.compile(
            rf"{LEFT}[a-z0-9._-]{{1,64}}AT[a-z0-9-]{{1,63}}(?:DOT[a-z0-9-]{{1,63}}){{0,2}}DOT(?:{_TLDS})"
            rf"{RIGHT}"
        ),
        0.8,
        any_of("*atg|*dotcom|*dotnet|*dotorg|*dotco|*dotde|*dotio|*dotfr"),
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
    Rule(
        "url_path",
        "URL",
        re.compile(
            rf"(?<![A-Za-z0-9@._/-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,61}}\.){{1,4}}(?:{_BARE_TLDS}|{_TLDS}"
            rf"|ly|be|ee|gl|gg|to|link|in|page|club|blog|site|tech|io|ai|la|fm|im|ws|so"
            rf"|sh)/{_URL_END}{{2,2000}}"
        ),
        0.6,
        ("*/",),
        _trim_url,
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
        "social_handle",
        "SOCIAL_HANDLE",
        re.compile(
            r"(?<![A-Za-z0-9@._%+-])@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{1,28}[A-Za-z0-9_])(?![A-Za-z0-9@])"
        ),
        0.6,
        ("@",),
        _handle,
    ),
    Rule(
        "social_handle_context",
        "SOCIAL_HANDLE",
        re.compile(
            rf"(?<![A-Za-z])(?:{_PLATFORM})(?:[ ](?:handle|account|user(?:[ ]?name)?|id|name|page|profile"
            rf"|tag))?(?:,?[ ](?:is|as|at|on|=|i am|i['’]m)|[ ]?[:：@=-]|[ ](?=@"
            rf"|(?=[a-z]+[0-9_.])[a-z0-9]*[0-9_.][a-z0-9]))\s{{0,2}}@?([A-Za-z0-9_][A-Za-z0-9_.-]"
            rf"{{2,29}}[A-Za-z0-9_])",
            re.IGNORECASE,
        ),
        0.6,
        _PLATFORM_TRIGGERS,
        _handle_like,
    ),
    Rule(
        "social_handle_named",
        "SOCIAL_HANDLE",
        re.compile(
            rf"(?<![A-Za-z])(?:(?:{_PLATFORM})[ ](?:handle|account|user ?name|id|name|tag)|(?:my|his|her"
            rf"|our) (?:handle|insta|ig|twitter|snap|tiktok|discord|telegram|venmo|cash ?app))(?:[ ]is"
            rf"|[ ]?[:：=])\s{{0,2}}[@$]?([A-Za-z0-9_][A-Za-z0-9_.-]{{2,29}})",
            re.IGNORECASE,
        ),
        0.6,
        (*_PLATFORM_TRIGGERS, "my handle"),
        _no_word,
    ),
    Rule(
        "social_handle_label",
        "SOCIAL_HANDLE",
        re.compile(
            r"(?<![A-Za-z])(?:ig|insta|instagram|tiktok|snapchat|twitter|telegram|discord|skype|venmo"
            r"|user ?name)"
            r"(?:[ ]?[:=][ ]?|,? i['’]?m )@?([a-z][a-z0-9_.]{3,29})(?=[ ]?[|,;\n]|\s*$|\.?[ ][A-Z])",
            re.IGNORECASE,
        ),
        0.6,
        any_of("ig|insta|tiktok|snapchat|twitter|telegram|discord|skype|venmo|user name|username"),
        _no_word,
    ),
    Rule(
        "user_name_bare",
        "USER_NAME",
        re.compile(
            r"(?<![A-Za-z])(?:user ?name|user ?id|login|screen ?name|gamertag|nick(?:name)?|account)[ ]"
            r"@?((?=[A-Za-z][A-Za-z-]*[0-9_.][A-Za-z0-9])[A-Za-z0-9_.-]{4,30})",
            re.IGNORECASE,
        ),
        0.6,
        any_of("username|user name|user id|userid|login|screen name|screenname|gamertag|nick|nickname"),
        _handle_like,
    ),
    Rule(
        "social_handle_find",
        "SOCIAL_HANDLE",
        re.compile(
            rf"(?<![A-Za-z])(?:find|follow|add|message|dm|reach|tag|pm) (?:me|us|him"
            rf"|her)(?: up)?(?: over)? on"
            rf" (?:{_PLATFORM}),?[ ](?:at |as |under |@)?([A-Za-z0-9_][A-Za-z0-9_.-]{{3,29}})(?=[ ]?[.,;:!?)"
            rf"\n]|\s*$)",
            re.IGNORECASE,
        ),
        0.6,
        any_of("find |follow|add |message|dm |reach|tag |pm "),
        _no_word,
    ),
    Rule(
        "user_in_brackets",
        "USER_NAME",
        re.compile(
            r"(?<![A-Za-z])(?:buyer|seller|user|member|bidder|from)[ :]{1,3}[^\s(][^\n(:]{0,40}[ ]"
            r"\(@?([A-Za-z0-9][A-Za-z0-9_.-]{3,29})\)",
            re.IGNORECASE,
        ),
        0.6,
        any_of("buyer|seller|user|member|bidder"),
        _handle_like,
    ),
    Rule(
        "reddit_user",
        "SOCIAL_HANDLE",
        re.compile(r"(?<![A-Za-z0-9/])/?u/[A-Za-z0-9_-]{3,20}(?![A-Za-z0-9_-])"),
        0.6,
        ("*u/",),
    ),
    Rule(
        "cash_tag",
        "SOCIAL_HANDLE",
        re.compile(r"(?<![A-Za-z0-9$])\$[A-Za-z][A-Za-z0-9_-]{2,19}(?![A-Za-z0-9])"),
        0.5,
        ("cashapp", "cash app", "cashtag"),
    ),
    Rule(
        "user_name",
        "USER_NAME",
        re.compile(
            r"(?<![A-Za-z])(?:user[ _-]?(?:name|id)|login(?:[ ](?:name|id))?|log[ ]?in (?:name|id)"
            r"|screen ?name|nick(?:name)?|account name|handle|logged in as|benutzername|usu[aá]rio"
            r"|usuario|nom d['’]utilisateur)"
            r"(?:[ ]?(?:(?:is|as)(?![a-z])|[:：=#])"
            r"|(?<=in as))\s{0,2}[\"'“]?@?([A-Za-z0-9][A-Za-z0-9_.-]{2,29})",
            re.IGNORECASE,
        ),
        0.6,
        any_of(
            "username|user name|user id|userid|user_|user-|login|log in|screen name|screenname|nick"
            "|nickname|account name|handle|logged in as|benutzer|usuário|usuario|utilisateur"
        ),
        _no_word,
    ),
    Rule(
        "password",
        "PASSWORD",
        re.compile(
            r"(?<![A-Za-z])(?:password|passcode|passwd|pwd|pass ?word|passphrase|pin(?: (?:code|number))?"
            r"|otp|passwort|kennwort|contrase[ñn]a|mot de passe|senha)(?:[ ](?:is|was|=)"
            r"|[ ]?[:：é=])\s{0,2}[\"'“]?([^\s\"'”,;]{4,64})",
            re.IGNORECASE,
        ),
        0.7,
        any_of(
            "password|passcode|passwd|pwd|pass word|passphr|pin|otp|passwort|kennwort|contraseña"
            "|contrasena|mot de passe|senha"
        ),
        lambda v: any(c.isdigit() for c in v),
        digit=True,
    ),
)
