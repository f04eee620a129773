"""Rules for what people are called online: handles, user names, and the passwords beside them."""

from __future__ import annotations

import re

from privgen.anonymize.names_latin import COMMON
from privgen.anonymize.rules import Rule
from privgen.anonymize.rules_labelled import any_of

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
    return 0 if kept.lower() in COMMON or len(kept) < 3 else len(kept)


def _handle_like(value: str) -> int:
    """As `_no_word`, for what holds a digit, a stop, an underscore or a hyphen: no word of prose does."""
    kept = _no_word(value)
    return kept if any(char.isdigit() or char in "_." for char in value[:kept]) else 0


RULES = (
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
            r"(?:[ ]?[:=][ ]?|,? i['’]?m )@?([a-z][a-z0-9_.]{3,29})(?=[ ]?[|,;)\n]|\s*$|\.?[ ][A-Z]"
            r"|[ ][–—-][ ]|[ ](?:and|or|is|for|on|posted|if|so)[ ])",
            re.IGNORECASE,
        ),
        0.6,
        any_of("ig|insta|tiktok|snapchat|twitter|telegram|discord|skype|venmo|user name|username"),
        _no_word,
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
        "handle_discord",
        "SOCIAL_HANDLE",
        re.compile(r"(?<![A-Za-z0-9_.])[A-Za-z0-9_.]{2,32}#[0-9]{4}(?![0-9A-Za-z])"),
        0.6,
        ("discord", "gamertag", "battle", "battlenet", "blizzard", "psn", "xbox", "steam", "riot"),
        _handle,
        digit=True,
    ),
    Rule(
        "user_key",
        "USER_NAME",
        re.compile(
            r"(?<![A-Za-z])(?:user|usr|uid|login|account|member|nick|screen_?name|handle|buyer|seller"
            r"|author)[\"']?[ ]?[:=][ ]?[\"'@]{0,2}"
            r"((?=[A-Za-z][A-Za-z-]*[0-9_.][A-Za-z0-9])[A-Za-z0-9_.-]{4,30})(?![A-Za-z0-9@._-])",
            re.IGNORECASE,
        ),
        0.6,
        any_of("user|usr|uid|login|account|member|nick|screen|handle|buyer|seller|author"),
        _handle_like,
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
