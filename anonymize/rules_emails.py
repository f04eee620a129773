"""Rules for e-mail addresses, plain and written to be read by people only."""

from __future__ import annotations

import re

from privgen.anonymize.names_latin import COMMON, GIVEN
from privgen.anonymize.rules import CJK, DOMAIN, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import any_of

TLDS = (
    "com|net|org|info|biz|edu|gov|cn|hk|tw|jp|kr|in|uk|de|fr|br|es|it|pt|nl"
    "|ca|au|us|ru|io|co|me|app|dev|shop|store"
    "|online|site|xyz|top|vip|club|tv|cc|eu|ch|at|be|se|no|dk|pl|mx|ar|cl|example|test|mail|email"
)
_SPOKEN_TLDS = (
    "com(?:(?:\\.| dot | ponto )(?:br|cn|au))?|net|org|info|biz|edu|cn|de|fr|br|uk|co|io|it|es|nl"
    "|at|ch|eu|ca|au|pt|mx|se|no|dk|pl|ie|be|me|kr|jp|hk|tw|sg|ph|th|vn|nz|za|ng|ke|gh|ae|tr|ru|ua|gr|cz|hu"
    "|ro|tv|cc|us|xyz|club|site|online|vip|blog|studio|life|live|world|lu|fi|lt|lv|ee|hr|rs|bg|sk|si|cl|ar"
    "|pe|gov|app|dev|shop|store|online|mail|email"
)
_LOCAL = r"A-Za-z0-9À-ɏ.!#$%&'*+/=?^_`{|}~-"
_LABEL = r"[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ-]{0,61}[A-Za-z0-9À-ɏ])?"
_AT_BRACKETS = r"(?:[ ]?[\[({<][ ]?(?:at|arroba|@|a|ät)[ ]?[\])}>][ ]?|[ ]?-at-[ ]?|_at_|[ ]-[ ]?at[ ]?-[ ])"
_AT = (
    rf"(?:{_AT_BRACKETS}|[ ]{{1,2}}(?:at(?:[ -](?:sign|symbol))?|arroba|ät|chiocciola|klammeraffe"
    rf"|apenstaartje"
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


RULES = (
    Rule(
        "email",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![{_LOCAL}])(?:[A-Za-z_]{{2,20}}=)?([{_LOCAL}]{{1,128}}@@?(?:{_LABEL}\.){{1,8}}(?:[A-Za-z]{{2,24}}"
            rf"|xn--[a-z0-9-]{{2,59}}))"
        ),
        0.95,
        ("@",),
    ),
    Rule(
        "email_cjk",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?:[{CJK}]{{1,10}}|(?<![A-Za-z0-9._-])[A-Za-z0-9._-]{{1,64}})@[{CJK}A-Za-z0-9-]{{1,63}}\.("
            rf"?:{TLDS}|中国|公司|网络|com)" + RIGHT
        ),
        0.6,
        ("@",),
    ),
    Rule(
        "email_spaced",
        "EMAIL_ADDRESS",
        re.compile(
            rf"{LEFT}[A-Za-z0-9._%+-]{{1,64}}[ ]?[\[({{<]?@[\])}}>]?[ ]?[A-Za-z0-9-]{{1,63}}(?:["
            rf" ]?\.[ ]?[A-Za-z0-9-]{{1,63}}){{0,3}}[ ]?[.。][ ]?(?:{TLDS}){RIGHT}"
        ),
        0.8,
        ("@",),
    ),
    Rule(
        "email_words",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+.-]){_SAID_LOCAL}{_AT}{_SAID_LABEL}(?:{_DOT}{_SAID_LABEL}){{0,3}}(?:{_DOT}"
            rf")(?:{_SPOKEN_TLDS}|(?<=dot[ )\]])(?:in|my|id|is|to)|(?<=[ot.][)\]][ ])(?:in|my|id|is"
            rf"|to)){RIGHT}",
            re.IGNORECASE,
        ),
        0.85,
        any_of("dot | dot|dot]|dot)|dot}|dot>|_dot_|-dot-|ponto|punkt|point|punto|[.]|(.)|{.}"),
    ),
    Rule(
        "email_brackets",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+.-]){_SAID_LOCAL}{_AT_BRACKETS}{_SAID_LABEL}(?:{_DOT}{_SAID_LABEL}){{0,3}}"
            rf"(?:[ ]?[\[({{<][ ]?(?:dot|ponto|punkt|point|punto|\.)[ ]?[\])}}>][ ]?|-dot-"
            rf"|_dot_)[a-z]{{2,12}}{RIGHT}",
            re.IGNORECASE,
        ),
        0.84,
        any_of("dot]|dot)|dot}|dot>|_dot_|-dot-|ponto|punkt|point|punto|[.]|(.)|{.}"),
    ),
    Rule(
        "email_at_words",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+.-]){_SAID_LOCAL}(?:{_AT_BRACKETS}|(?-i:[ ]AT[ ])"
            rf"|艾特){_SAID_LABEL}(?:\.[A-Za-z0-9-]{{1,63}}){{0,3}}[ ]?\.[ ]?(?:{TLDS}){RIGHT}",
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
            rf"|[a-z]{{2,30}}[0-9]{{1,6}})[ ]at[ ](?:[a-z0-9-]{{1,63}}\.){{1,3}}(?:{TLDS}){RIGHT}",
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
            rf"{TLDS})){RIGHT}",
            re.IGNORECASE,
        ),
        0.75,
        any_of("email|e-mail|mail|write|reach me|contact"),
        lambda v: v.split(" ", 1)[0].lower() not in COMMON,
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
        lambda v: v.split(" ", 1)[0].lower() not in COMMON and not v.split(" ", 1)[0].endswith(("ing", "ed")),
    ),
    Rule(
        "email_given_at_host",
        "EMAIL_ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9_+.@-])[A-Za-z]{{3,20}}[0-9]{{0,4}}[ ]at[ ](?:[a-z0-9-]{{1,63}}\.){{1,3}}"
            rf"(?:{TLDS}){RIGHT}"
        ),
        0.7,
        DOMAIN,
        lambda v: v.split(" ", 1)[0].rstrip("0123456789").lower() in GIVEN,
        needs=re.compile(" at "),
    ),
    Rule(
        "email_at_provider",
        "EMAIL_ADDRESS",
        re.compile(
            r"(?<![A-Za-z0-9_+.@-])(?:[A-Za-z]{1,20}[0-9._-]){1,4}[A-Za-z0-9]{0,20}[ ](?:at|@)[ ]"
            r"(?:gmail|googlemail|yahoo|hotmail|outlook|icloud|gmx|protonmail|aol)(?![A-Za-z]|\.[a-z])",
            re.IGNORECASE,
        ),
        0.7,
        any_of("gmail|googlemail|yahoo|hotmail|outlook|icloud|gmx|proton|aol"),
    ),
    Rule(
        "email_capitals",
        "EMAIL_ADDRESS",
        re.compile(
            rf"{LEFT}[a-z0-9._-]{{1,64}}AT[a-z0-9-]{{1,63}}(?:DOT[a-z0-9-]{{1,63}}){{0,2}}DOT(?:{TLDS})"
            rf"{RIGHT}"
        ),
        0.8,
        any_of("*atg|*dotcom|*dotnet|*dotorg|*dotco|*dotde|*dotio|*dotfr"),
    ),
)
