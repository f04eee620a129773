"""Rules for names with which a message ends without a farewell, and names before what gives them away."""

from __future__ import annotations

import re

from privgen.anonymize.names_latin import (
    CAPITALS,
    GIVEN,
    LEFT,
    LOW,
    TWO,
    UP,
    WORD,
    given_places,
    line_places,
    listed,
    uncommon,
    whole_or_given,
)
from privgen.anonymize.names_rule import PUBLIC_WORK, person_rule
from privgen.anonymize.rules import BLANK, DIGITS, Rule
from privgen.anonymize.rules_labelled import any_of

_ASKS = (
    r"please|pls|plz|kindly|asap|urgent(?:ly)?|needful|advise|help|reply|revert|await(?:ing)?|let me know"
    r"|get back to me|call me|sort (?:it|this)|look into|refund|resend|no rush|much appreciated|thanks"
    r"|thank you|waiting|block it|cancel it|fix (?:it|this)|speak soon|talk soon|see you|sorry"
)
_STATES = (
    r"(?:not|never|very|really|quite|still|so|super)[ ](?:un)?(?:happy|pleased|amused|impressed|satisfied"
    r"|convinced|home|in|available|answering|reachable)|unhappy|furious|threatening|threatens|was (?:out|away"
    r"|in|home|not|there|here)|wasn['’]t|isn['’]t|cc['’]?d|asks|asked|only (?:reads|wants|uses|speaks|works"
    r"|accepts)|stopped by|dropped by|came by|popped in|called|rang|moved|rescheduled|returned|returns"
    r"|exchanged|complained|hates|collected|signed|refused|disputes|thinks|says|said|wants|needs|will (?:call"
    r"|come|collect|pick|be|sign|pay)|to (?:arrange|collect|confirm|call|sign|pay|pick up)|account|family"
    r"|household|residence|order|parcel|delivery|refund|return|complaint|booking|ticket|invoice"
)
_LAST = r"(?=[ ]?[.!]?\s*$)"
_TO_WHOM = (
    r"exchange|swap|replacement|refund|return|parcel|package|delivery|order|invoice|quote|gift ?card|pickup"
    r"|pick-?up|collection|reservation|booking|appointment|repair|label|receipt|envelope|box|voucher"
)
_SURNAME_LIKE = (
    r"(?:mc[a-z]{4,12}|mac(?:don|ken|lea|dou|int|far|gre|kay|neil)[a-z]{0,8}|o['’]?(?:neill?|brien|connor"
    r"|reilly"
    r"|malley|hara|sullivan|leary|dwyer|keefe|shea|donnell|rourke|grady|driscoll|toole|callaghan|mahony)s?"
    r"|[a-z]{3,12}(?:sson|dottir|poulos|idis|oglu|wicz|enko|chuk|yshyn|kowski|ewski|owska|iyev|ashvili)"
    r"|[a-z]{2,9}(?:ol|an|on|il|or|ar|er|iv|im|et|ed)ova?|[a-z]{3,8}(?:nch|rn[aá]nd|odr[ií]gu|nz[aá]l"
    r"|art[ií]n"
    r"|[eé]r|[oó]m)ez|[a-z]{3,9}(?:mann|stein|berger|huber|meyer|meier|maier|schmidt))"
)
_NOT_SURNAMES = frozenset(
    ["however", "moreover", "remover", "cover", "over", "discover", "hover", "lover", "mover"]
)


def _lower_two(value: str) -> int:
    """As `listed`, for two or three words that are all of the name."""
    kept = listed(value)
    return kept if kept == len(value) and " " in value else 0


def _whole(value: str) -> int:
    kept = whole_or_given(value)
    return kept if kept == len(value) else 0


def _all_given(value: str) -> int:
    """All of it, if every word in title case is a common given name."""
    names = [word.strip(",").lower() for word in value.split() if word[0].isupper()]
    return len(value) if GIVEN.issuperset(names) else 0


RULES = (
    person_rule(
        "last_after_request",
        LEFT + rf"(?:{_ASKS})[^.!?\n]{{0,40}}[,.!][ ]{{1,2}}",
        any_of(
            "please|pls|plz|kindly|asap|urgent|needful|advise|help|reply|revert|await|let me|get back|call me"
            "|sort|look into|refund|resend|no rush|appreciated|thanks|thank you|waiting|block|cancel|fix"
            "|speak soon|talk soon|see you|sorry"
        ),
        listed,
        value=rf"(?:{TWO}|{WORD}|{CAPITALS}|[{LOW}]{{3,20}}(?:[ ][{LOW}'’-]{{2,20}})?)",
        after=_LAST,
        score=0.56,
        tail=90,
    ),
    person_rule(
        "last_words",
        r"[.!?][ ]{1,2}",
        ("*.", "*!", "*?"),
        _lower_two,
        value=rf"(?:{TWO}|[{LOW}]{{3,20}}[ ][{LOW}'’-]{{3,20}})",
        after=_LAST,
        score=0.55,
        tail=50,
    ),
    Rule(
        "person_given_initial",
        "PERSON",
        re.compile(
            rf"{LEFT}(?<![&@#/.-])([{UP}][{LOW}]{{2,15}}[ ][{UP}]\.)(?=[ ]?[,;:)]|[ ][{LOW}(]|\s*$"
            rf"|\n)"
        ),
        0.56,
        tuple(GIVEN),
        listed,
        unless=PUBLIC_WORK,
        places=given_places,
    ),
    Rule(
        "person_title_behind",
        "PERSON",
        re.compile(
            rf"{LEFT}((?:{TWO}|{WORD})[ -](?:[Mm]adam|[Mm]aam|[Mm]a['’]am|[Ss]ir|[Jj]i|[Ss]aheb|[Ss]ahib"
            rf"|[Bb]hai"
            rf"|[Bb]haiya|[Dd]idi|[Aa]unty|[Uu]ncle|[Aa]nna|san|sama|[Hh]anim|[Bb]ey|[Oo]ga|[Hh]an[ıi]m))"
            rf"(?![A-Za-z])"
        ),
        0.58,
        any_of(
            "madam|maam|ma'am|ma’am|sir|ji|saheb|sahib|bhai|bhaiya|didi|aunty|uncle|anna|san|sama|bey"
            "|hanim|oga"
        ),
        uncommon,
    ),
    person_rule(
        "for_whom_lower",
        LEFT + rf"(?:{_TO_WHOM}) (?:for|to|of|from|by) ",
        any_of(_TO_WHOM.replace("?", "").replace("|pick-up", "")),
        _lower_two,
        value=rf"[{LOW}]{{3,20}}[ ][{LOW}'’-]{{3,20}}",
        after=r"(?=[ ]?[,.;:!?)(/|\n-]|\s*$|[ ](?:and|at|in|on|please|pls|with|who)[ ])",
        score=0.56,
    ),
    Rule(
        "person_state",
        "PERSON",
        re.compile(
            rf"(?:^|\n|[.!?;,:][ ]|[ ](?:and|but|because|since|as|why|if|when)[ ])"
            rf"({CAPITALS}|{TWO}|{WORD}|[{LOW}]{{3,20}})(?=,?[ ](?:{_STATES})(?![A-Za-z])"
            rf"|['’]s[ ](?:[a-z]{{3,12}}[ ])?"
            rf"(?:account|order|parcel|complaint|delivery|refund|return|ticket|booking|invoice|card|phone"
            rf"|email)s?"
            rf"(?![A-Za-z]))"
        ),
        0.56,
        tuple(GIVEN),
        _whole,
        unless=PUBLIC_WORK,
    ),
    Rule(
        "person_surname_like",
        "PERSON",
        re.compile(
            rf"(?<![A-Za-z@._/-])({_SURNAME_LIKE})(?=,?[ ](?:{_STATES})(?![A-Za-z])"
            rf"|['’]s[ ](?:[a-z]{{3,12}}[ ])?"
            rf"(?:account|order|parcel|complaint|delivery|refund|return|ticket|booking|invoice|card|phone"
            rf"|email)s?"
            rf"(?![A-Za-z]))"
        ),
        0.55,
        any_of(
            "*mc|*oneil|*obrien|*oconn|*oreil|*omall|*ohara|*osull|*oleary|*o'|*o’|*sson|*dottir|*poulos"
            "|*idis"
            "|*oglu|*wicz|*enko|*chuk|*yshyn|*wski|*wska|*ov |*ov,|*ov'|*ov’|*ova |*ova,"
            "|*ova'|*ova’|*ez |*ez,|*ez'|*ez’|*mann|*stein|*berger|*huber"
            "|*meyer"
            "|*meier|*maier|*schmidt|*macd|*mack|*macl|*maci|*macf|*macg|*macn"
        ),
        lambda value: 0 if value in _NOT_SURNAMES else len(value),
    ),
    person_rule(
        "abbreviated_title",
        LEFT + r"(?-i:Fr|Hr|Hrn|Sra|Srta|Mme|Mlle|Dhr|Mw|Mevr|Sig|Inż|Ing|Dipl|Bp|Ibu|Pak|Bpk)\.[ ]",
        any_of("fr|hr|hrn|sra|srta|mme|mlle|dhr|mw|mevr|sig|ing|dipl|ibu|pak|bpk"),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        score=0.62,
    ),
    person_rule(
        "lower_title",
        LEFT + r"(?-i:pan|pani|panu|pana|pa[ńn]stwo|señor|señora|senhor|senhora|monsieur|madame|signor"
        r"|signora"
        r"|seu|dona|mevrouw|meneer)[ ]",
        any_of(
            "pan|pani|panu|pana|państwo|panstwo|señor|señora|senhor|senhora|monsieur|madame|signor|signora"
            "|seu"
            "|dona|mevrouw|meneer"
        ),
        uncommon,
        value=rf"(?:(?-i:[{UP}])[{LOW}]{{2,20}}(?:[ ](?-i:[{UP}])[{LOW}]{{2,20}})?)",
        score=0.58,
    ),
    person_rule(
        "doorbell",
        LEFT + r"(?:bei|chez|by|with|at)[ ]",
        any_of("klingeln|läuten|abgeben|abholen|sonner|sonnez|bell|doorbell|buzzer|intercom|citofono"),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[ ](?i:klingeln|l[äa]uten|abgeben|abholen|hinterlegen|\(?buzzer|on the (?:buzzer|bell"
        r"|intercom)))",
        score=0.56,
    ),
    person_rule(
        "bell_says",
        LEFT + r"(?:ring|bell|doorbell|buzzer|intercom|nameplate|door ?bell|letter ?box|citofono|klingel"
        r"|interphone|sonnette)(?:[ ](?:name|says|reads|is|marked|labell?ed|schild"
        r"|au nom de))?[:]?[ ][\"“']?",
        any_of("ring|bell|doorbell|buzzer|intercom|namepl|letterb|citofono|klingel|interph|sonnette"),
        uncommon,
        value=rf"(?:{TWO}|{WORD}|{CAPITALS})",
        after=r"(?=[\"”']?(?:[ ]?[,.;!)(]|\s*$|\n))",
        score=0.55,
    ),
    person_rule(
        "to_from_gift",
        r"(?:^|\n|[.;|(][ ]?)(?:to|from|for|recipient|giver|gift from|gift for)[ ]?[:][ ]?",
        any_of("gift|card|receipt|message|wrap|greeting"),
        uncommon,
        value=rf"(?:{TWO}|{WORD}|{CAPITALS})",
        after=r"(?=[ ]?[,.;:!&|(]|\s*$|[ ]?\n|[ ](?i:from|to|and|message|love|with)(?![a-z]))",
        score=0.6,
    ),
    Rule(
        "person_capitals_then_given",
        "PERSON",
        re.compile(
            rf"(?:^|\n|[/"
            rf"|;(:][ ])([{UP}]{{2,20}}(?:[ -][{UP}]{{2,20}})?,[ ]?{WORD}(?:[ ]{WORD})?)(?![{LOW}])"
        ),
        0.58,
        (",",),
        lambda value: len(value) if listed(value.split(",", 1)[1].strip()) else 0,
        places=line_places,
    ),
    Rule(
        "person_apostrophe",
        "PERSON",
        re.compile(
            rf"{LEFT}((?:{WORD}[ ])?(?:O['’][{UP}][{LOW}]{{3,12}}|Mc[{UP}][{LOW}]{{2,12}}"
            rf"|Ma?c[{UP}][{LOW}]{{3,12}}"
            rf"|(?:van|von|de|del|di|da|al|el|bin)(?: der| den| la)?[ ][{UP}][{LOW}]{{2,14}}"
            rf"|Al[ -][{UP}][{LOW}]{{2,14}}))"
            rf"(?=[ ](?:family|household|residence|account|wedding|order|parcel|delivery)(?![a-z]))"
        ),
        0.56,
        any_of("family|household|residence|account|wedding|order|parcel|delivery"),
        len,
    ),
    person_rule(
        "family_of",
        LEFT + r"(?:the|our|whole|entire)[ ]",
        any_of("family|household|residence|wedding|estate"),
        uncommon,
        value=WORD,
        after=r"(?=[ ](?:family|household|residence|wedding|estate)(?:[ ]?[,.;'’)]|\s*$|[ ](?:order"
        r"|account|address|is|are"
        r"|has|have|was|were|want|need|live|moved|parcel|party|home|asked|called)))",
        score=0.56,
    ),
    person_rule(
        "kisses",
        r"(?:^|\n|[.!?,;][ ]|[ ])",
        any_of("x|xx|xxx|xxxx|xo|xoxo|*<3"),
        _whole,
        value=rf"(?:{WORD}|[{LOW}]{{3,20}})",
        after=r"(?=[ ](?:x{1,4}|xo(?:xo)?|<3)[.!]?\s*$)",
        score=0.56,
        tail=40,
    ),
    person_rule(
        "kin_of_somebody",
        r"(?<=[a-z])['’]s[ ](?:husband|wife|son|daughter|brother|sister|mother|mom|mum|dad|father|partner"
        r"|boyfriend"
        r"|girlfriend|neighbou?r|assistant|carer|flatmate|roommate|colleague|cousin|niece|nephew|uncle|aunt)"
        r"(?:,| is| was| named| called)?[ ]\(?",
        any_of(
            "husband|wife|son|daughter|brother|sister|mother|mom|mum|dad|father|partner|boyfriend"
            "|girlfriend|neighb"
            "|assistant|carer|flatmate|roommate|colleague|cousin|niece|nephew|uncle|aunt"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        score=0.58,
    ),
    person_rule(
        "kin_title_lower",
        LEFT + r"(?:auntie|aunty|aunt|uncle|gran(?:dad|ddad|ny|dpa|dma|ma|pa)?|gramps|nanny|nanna|nan"
        r"|cousin|godmother"
        r"|godfather|grandpapa)[ ]",
        any_of(
            "auntie|aunty|aunt|uncle|gran|grandad|granddad|granny|grandpa|grandma|gramps|nanny|nanna"
            "|nan|cousin|godm|godf"
        ),
        listed,
        value=rf"(?:{TWO}|{WORD})",
        score=0.58,
    ),
    Rule(
        "person_signed_capitals",
        "PERSON",
        re.compile(
            rf"(?i:(?<![a-z])(?:by|to|pod|name|from|attn|recipient|signed|signature|received"
            rf"|for))[ ]?[:.]?[ ]"
            rf"((?:[{UP}]\.[ ]?){{1,3}}[{UP}]{{3,20}}(?:-[{UP}]{{2,20}})?)(?![A-Za-z0-9])"
        ),
        0.6,
        any_of("by|to|pod|name|from|attn|recip|signed|signat|received|for"),
        needs=re.compile(rf"(?<![A-Za-z])[{UP}]\.[ ]?[{UP}]"),
    ),
    person_rule(
        "wishes",
        LEFT + r"(?:darling|sweetheart|(?:my )?love|my dear|dearest|beautiful|yours|hugs|congratulations"
        r"|congrats"
        r"|happy [a-z]{3,12}|merry christmas|get well|good luck|well done|all our love|thinking of you"
        r"|welcome baby"
        r"|baby|bride|groom|mr and mrs|from|and|&|to)[ ,:–-]{1,2}",
        any_of(
            "gift|card|engrav|monogram|message|write|reads|read:|inscri|note:|wrap|birthday|christmas|wedding"
        ),
        whole_or_given,
        value=rf"(?:{WORD}(?:[ ]{WORD})?)",
        after=r"(?=[ ]?[,.!;\"”&)]|\s*$|\n|[ ](?:and|from|love|on|xx?|to)(?![a-z]))",
        score=0.56,
        unless=PUBLIC_WORK,
    ),
    Rule(
        "person_several",
        "PERSON",
        re.compile(
            rf"{LEFT}(?<![&@#/.-])({WORD}(?:,[ ]{WORD}){{0,4}},?[ ](?:and|&|\+|und|y|et|e)[ ](?:baby[ ]"
            rf"|little[ ])?{WORD})"
            rf"(?![{LOW}])"
        ),
        0.56,
        tuple(GIVEN),
        _all_given,
        unless=PUBLIC_WORK,
        needs=re.compile(r"[a-z],? (?:and|&|\+|und|y|et|e) (?:baby |little )?[A-ZÀ-Þ]"),
    ),
    person_rule(
        "birthday",
        LEFT + r"happy[ ](?:[0-9]{1,2}(?:st|nd|rd|th)|belated|early|[a-z]{3,12})(?: birthday| anniversary"
        r"| bday)?,?[ ]",
        ("happy",),
        whole_or_given,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[ ]?[,.!;\"”&)]|\s*$|\n|[ ](?:and|from|love|xx?)(?![a-z]))",
        score=0.56,
    ),
    Rule(
        "person_says_in_chat",
        "PERSON",
        re.compile(
            rf"(?:^|\n)[ >*]{{0,3}}(?:\[[^\]\n]{{1,25}}\][ ]?"
            rf"|[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?: ?[ap]m)?[ ]?[-–|]?[ ]?)?"
            rf"<?({TWO}|{WORD}|[{LOW}]{{3,20}})>?[ ]?(?:\([^)\n]{{1,20}}\))?:[ ]"
        ),
        0.58,
        (":",),
        _whole,
    ),
    Rule(
        "person_lower_before_contact",
        "PERSON",
        re.compile(
            rf"(?<![A-Za-z@._-])([{LOW}]{{3,20}}[ ][{LOW}'’-]{{3,20}})(?=\s?[,;:(<|/-]{{1,2}}\s?"
            rf"(?i:tel|phone|mobile|cell|ph|email|e-mail|mail)?[.:]?\s?"
            rf"(?:\+?[0-9(](?:[ ().-]?[0-9]){{7}}|[^\s@{BLANK}]{{1,40}}@))"
        ),
        0.58,
        (*DIGITS, "@"),
        _lower_two,
    ),
)
