"""Rules for stated ages of persons; ages of things, guarantees and size labels of toys stay."""

from __future__ import annotations

import re

from privgen.anonymize.rules import Rule, words
from privgen.anonymize.rules_labelled import any_of

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_NUMBER = (
    rf"(?:1[01][0-9]|[1-9]?[0-9]|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[- ](?:{_ONES}))?"
    rf"|{_ONES}|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
_GROWN = r"(?:1[3-9]|[2-9][0-9])"
# A range before it ("3-5 year old", "3 to 5") is the label of a size.
_FIRST = r"(?<![A-Za-z0-9.,$€£+/-])(?<![0-9] to )(?<![0-9] or )(?<![0-9] and )(?<![0-9] - )"
_OLD = rf"{_NUMBER}[ -]?(?:(?:years?|yrs?\.?)[ -]?(?:old|young)|(?:years?|yrs?) of age)(?![A-Za-z])"
_SHORT = rf"{_NUMBER}[ -]?y[./]?o\.?(?![A-Za-z0-9/-])"
_KIN = (
    r"(?:step|grand|great[- ]?grand|god)?-?(?:son|daughter|child|kid|mother|father|mom|mum|dad|ma|pa)"
    r"|boy|girl|toddler|baby|infant|niece|nephew|brother|sister|husband|wife|partner|boyfriend"
    r"|girlfriend|aunt|uncle|cousin|friend|granny|nan|nana|twins?"
)
_PERSON = (
    rf"(?:{_KIN}|wom[ae]n|m[ae]n|lady|ladies|gentleman|guy|female|male|teen(?:ager)?|student|self|body"
    r"|widow|retiree|pensioner|veteran|professional|nurse|teacher|grandparent|parent|person|customer|adult|mother-in-law|tween|youngster|lad|lass)s?"
)
_ENDS = (
    r"(?=\s?[.,;:!?)\"'”’\n/(]|\s*$|\s-\s"
    r"|[ ](?:and(?! (?:up|older|above|over))|but|or|so|who|that|with|in|to|at|on|is|was|has|had|have|still"
    r"|now|can|could|will|would"
    r"|loves?|loved|likes?|liked|wears?|wore|wanted|wants|says|said|got|gets|plays?|played|uses?|used (?:it"
    r"|this|them|the)"
    r"|enjoys?|enjoyed|asked|picked|grew|this|these|i|i'm|he|she|we|they|about|for|since|when|because"
    r"|as|just|really|absolutely|thinks?|thought|looks?|looked|needs?|needed|today|tomorrow|soon|next"
    r"|last|too|also|again|if|while|from|figure|face|skin|eyes|feet|hands|legs|here"
    r"|[a-z]{3,12}ed)(?![A-Za-z]))"
)
_IS_PERSON = rf"(?=[ ](?:[a-z-]{{2,14}}[ ]){{0,2}}{_PERSON}(?![A-Za-z]))"
_WHO = (
    r"(?:(?:I|he|she|we|they|who|both)[ ](?:am|is|are|was|were|will be|just|turned|turns?)|(?:I|we|he|she"
    rf"|they|who)['’](?:m|re|s|ll be)|im|(?:{_KIN}),?[ ]?(?:['’]s|is|was|will be|turned|turns|just turned|,"
    r"|\()|turned|turning|turns|aged?|being|at|feel(?:ing)? like|(?:as|for|of|like) (?:an? )?)"
)
_HOW = r"(?:now|currently|almost|nearly|only|just|about|over|around|already|approximately|an?|be)"
_DET = r"(?:my|our|his|her|their|your|an?|the|this|another|any|some|every)"

_ROLE = (
    r"(?:customer|client|caller|buyer|patient|visitor|reviewer|shopper|recipient|guest|member|user"
    r"|passenger|applicant)"
)


def _age(
    name: str,
    pattern: str,
    triggers: tuple[str, ...],
    score: float = 0.6,
    *,
    digit: bool = True,
    needs: re.Pattern[str] | None = None,
) -> Rule:
    return Rule(name, "AGE", re.compile(pattern, re.IGNORECASE), score, triggers, digit=digit, needs=needs)


_OLD_WORDS = any_of(
    "years old|year old|years-old|year-old|yrs old|yr old|yrs-old|yr-old|years young|of age|yrold|yr. old"
    "|yearold|yearsold|yrsold"
)

RULES = (
    _age("age_of_person", rf"{_FIRST}({_OLD}){_IS_PERSON}", _OLD_WORDS, digit=False),
    _age(
        "age_after_person",
        rf"(?<![A-Za-z])(?:{_WHO}\s?|{_DET}[ ])(?:{_HOW}[ ]){{0,2}}(?:[a-z]{{3,12}}[ ])??{_FIRST}({_OLD})"
        rf"{_ENDS}",
        _OLD_WORDS,
        digit=False,
    ),
    _age(
        "age_opens", rf"(?:^|[.!?\n][ ]?)({_OLD})(?=[,.!]|[ ](?:and|here)|\s*$|\n)", _OLD_WORDS, digit=False
    ),
    _age("age_short", rf"{_FIRST}({_SHORT})", ("yo", "y/o", "y.o", "y.o.")),
    _age(
        "age_years",
        rf"(?<![A-Za-z])(?:I am|I['’]?m|he is|she is|s?he['’]s|we are|who is|being|turn(?:ed|ing|s))[ ]"
        rf"(?:{_HOW}[ ]){{0,2}}({_NUMBER} (?:years?|yrs?))(?=[.,!;)\n]|\s*$|[ ](?:and|but|so)[ ])",
        ("years", "yrs", "year"),
    ),
    _age(
        "age_of_customer",
        rf"(?<![A-Za-z])(?:{_ROLE}|s?he|who|i)[ ](?:is|was|am),? (?:now )?(?:an? )?(?:[a-z]{{3,12}}"
        rf" )?({_OLD})(?![A-Za-z])",
        _OLD_WORDS,
        digit=False,
    ),
    _age(
        "age_in_brackets",
        rf"(?<=[( ])(?:(?:{_PERSON}|f|m|retired|{_ROLE}),?[ ](?:aged? |is )?(?=[0-9]{{1,2}}\))"
        rf"|(?<=\()(?=[0-9]{{2}},[ ]?(?:retired"
        rf"|f|m|female|male|single|married|divorced|widow|mother|father|mom|dad"
        rf"|{_ROLE})(?![a-z])))([1-9][0-9]?)",
        any_of(
            "son|daughter|child|kid|mother|father|mom|mum|dad|boy|girl|toddler|baby|niece|nephew|brother"
            "|sister|husband|wife"
            "|f|m|female|male|retired|single|married|divorced|widow|customer|client|caller|buyer|patient"
            "|reviewer"
        ),
        needs=re.compile(r"[0-9]\)|\([0-9]{2},"),
    ),
    _age(
        "age_of_several",
        rf"(?<![A-Za-z])(?:{_PERSON}|kids|children|grandkids)(?: are| is)?,?[ ](?:aged|ages)[ ]?:?[ ]?"
        rf"([1-9][0-9]?(?:(?:,[ ]|,? and | ?& ?)[1-9][0-9]?){{1,4}})(?![0-9A-Za-z+%-]|[ ](?:and|to|years?"
        rf" and) (?:up|older|above))",
        ("aged", "ages"),
    ),
    _age(
        "age_said",
        rf"(?<![A-Za-z])(?:im|i['’]?m|s?he['’]?s|i am|s?he is|they['’]re|turning|just turned|now aged"
        rf"|aged)[ ]({_GROWN})"
        rf"(?=[ ](?:now|btw|yrs?|already|today|soon|this (?:year|month|week)|next (?:year|month|week)|in"
        rf" (?:may|june|july|march))(?![a-z]))",
        any_of("im|i'm|i’m|hes|shes|he's|she's|he’s|she’s|i am|he is|she is|they're|turning|turned|aged"),
    ),
    Rule(
        "age_i_am",
        "AGE",
        re.compile(
            rf"(?<![A-Za-z])[Ii](?: am|['’]?m)[ ](?:(?i:{_HOW})[ ]){{0,2}}(?<! an )(?<! a )({_GROWN})"
            r"(?=\s?[.!;)](?![0-9])|\s*$|\n|,?[ ](?i:and|but|so|or)[ ](?!(?i:[0-9]|size|wear|an?[ ]|up"
            r"|usually))"
            r"|,[ ](?![0-9]))"
        ),
        0.6,
        any_of("i am|i'm|i’m|im"),
        digit=True,
    ),
    Rule(
        "age_at",
        "AGE",
        re.compile(
            r"[Aa]t ((?<![A-Za-z]at )(?<![A-Za-z]At )(?:1[89]|[2-9][0-9]))"
            r"(?=,?[ ](?:[Ii]|[Ii]['’](?:m|ve|d)|he|she|my|we)(?![A-Za-z])|,[ ](?:finally|still|with|even))"
        ),
        0.6,
        ("at",),
        digit=True,
    ),
    Rule(
        "age_label",
        "AGE",
        re.compile(
            r"(?<![A-Za-z])(?:my age(?: is|:)|(?:customer|client|patient|user|buyer|reviewer)?[ _-]?age[\"']?"
            r"[ ]?[:：=]|age is|customer age|aged|(?:i am|i['’]?m|at|at the) age(?: of)?|idade[:：]?"
            r"|alter[:：]"
            r"|edad[:：]|[âa]ge[ ]?:|et[àa]:)[ ]?[\"']?"
            r"((?:1[0-9]|[2-9][0-9]|1[01][0-9]))(?![0-9A-Za-z%/+-]|[.,][0-9]|[ ]?(?:-|–|to)[ ]?[0-9]"
            r"|[ ]?(?:lbs|kg|cm|inch|month|week|day))",
            re.IGNORECASE,
        ),
        0.6,
        any_of("age|aged|idade|alter|edad|âge|età|eta"),
        unless=words(
            "recommended",
            "minimum",
            "suggested",
            "manufacturer",
            "min(?:\\.|imum)?(?![a-z])",
            "from",
            "toy",
            "target",
        ),
        digit=True,
    ),
    Rule(
        "age_he_is",
        "AGE",
        re.compile(
            r"(?<![A-Za-z])(?i:s?he(?:['’]s| is| was|s)|they['’]re|my (?:[a-z]{3,10} )?(?:wife|husband|son"
            r"|daughter"
            rf"|mother|father|mom|mum|dad)(?:['’]s"
            rf"| is))[ ](?:(?i:{_HOW})[ ]){{0,2}}(?<! an )(?<! a )({_GROWN})"
            r"(?=\s?[.!;)](?![0-9.])|\s*$|\n|[ ](?:/|\||-)|,[ ](?![0-9]|size|waist)|,?[ ](?i:and|but"
            r"|so)[ ](?!(?i:[0-9]|size|wear|an?[ ]|up"
            r"|usually)))"
        ),
        0.58,
        any_of(
            "he's|she's|he’s|she’s|he is|she is|he was|she was|they're|they’re|hes|shes|wife|husband"
            "|son|daughter|mother"
            "|father|mom|mum|dad"
        ),
        unless=words("size", "sizes", "waist", "bust", "wears?", "took", "weigh"),
        digit=True,
    ),
    Rule(
        "age_after_name",
        "AGE",
        re.compile(
            r"[A-ZÀ-Þ][a-zß-ÿ'’-]{1,20}[ ][A-ZÀ-Þ][a-zß-ÿ'’-]{1,20}(?:,[ ]|[ ]\()"
            r"((?:1[3-9]|[2-9][0-9])[ ](?:Jahre?|ans|años|anos|anni|jaar|år|yrs?|years?|lat|let))(?: alt"
            r"| old)?"
            r"(?=[ ]?[,;.)|\n]|\s*$)"
        ),
        0.58,
        (
            "jahre",
            "jahr",
            "ans",
            "años",
            "anos",
            "anni",
            "jaar",
            "år",
            "yrs",
            "yr",
            "years",
            "year",
            "lat",
            "let",
        ),
        digit=True,
    ),
    Rule(
        "age_of_named_role",
        "AGE",
        re.compile(
            rf"(?<![A-Za-z])(?i:{_ROLE}|owner|resident|claimant|contact)(?:[ ]is|[ ]was|:|,)?[ ]"
            r"[A-ZÀ-Þ][a-zß-ÿ'’-]{1,20}(?:[ ][A-ZÀ-Þ][a-zß-ÿ'’.-]{0,20}){0,2},?[ ]\(?(?:aged )?"
            rf"({_GROWN})(?=\)|,[ ][a-z(]|[ ]?[.;|](?![0-9])|\s*$|\n)"
        ),
        0.58,
        any_of(
            "customer|client|caller|buyer|patient|visitor|reviewer|shopper|recipient|guest|member|user"
            "|passenger"
            "|applicant|owner|resident|claimant|contact"
        ),
        digit=True,
    ),
    _age(
        "age_line",
        rf"(?:^|\n|[|,;(])[ \t]{{0,2}}age[ ]({_GROWN})(?=[ \t]?[|,;.)\n]|\s*$)",
        ("age",),
    ),
    _age(
        "age_turned",
        rf"(?<![A-Za-z])(?:i|he|she|we|who|{_KIN})[ ](?:(?:just |recently |has |will )?turn(?:ed|ing|s)?"
        rf"|will be|['’]ll be)[ ]"
        rf"({_GROWN})(?![0-9A-Za-z%/-]|[.,][0-9])",
        ("turned", "turning", "turns", "turn", "will be", "'ll be"),
    ),
    _age(
        "age_kin_turned",
        rf"(?<![A-Za-z])(?:{_KIN})[ ](?:[a-z'’-]{{2,15}}[ ])?(?:just |recently |has |will )?"
        r"turn(?:ed|ing|s)?[ ]"
        r"([1-9][0-9]?)(?=[ ]?[,;)!\n]|[ ]?\.(?![0-9])|\s*$|[ ](?:and|today|yesterday|tomorrow|this|last"
        r"|next|on|in|soon|now|so|but)(?![a-z]))",
        ("turned", "turning", "turns", "turn"),
    ),
    _age(
        "age_of_child",
        rf"(?<![A-Za-z])(?:{_KIN})s?[ ,]{{0,2}}\(?age[ds]?[ ]?[:=]?[ ]?([1-9])"
        r"(?![0-9A-Za-z%/+-]|[.,][0-9]|[ ](?:to|-)[ ]?[0-9])",
        ("age", "aged"),
    ),
    _age(
        "age_kin_is",
        rf"(?<![A-Za-z])(?:my|our|his|her|their) (?:[a-z]{{3,10}} )?(?:{_KIN})s?,?[ ](?:(?:who )?(?:is|are"
        rf"|just turned)"
        rf"(?: now| only| just| almost)?[ ]|\(|aged )"
        rf"({_NUMBER}(?:,? and {_NUMBER}|, {_NUMBER},? and {_NUMBER})?(?: years? old| yrs? old)?)"
        r"(?=[ ]?[,;)!\n]|[ ]?\.(?![0-9])|\s*$|[ ](?:and|but|so|now|who|this|years?)(?![A-Za-z]))",
        any_of(
            "son|sons|daughter|daughters|child|kid|kids|mother|father|mom|mum|dad|grandma|grandpa|grands"
            "|grandd|boy|girl"
            "|boys|girls|niece|nephew|brother|sister|husband|wife|granny|nan|twins"
        ),
    ),
    _age(
        "age_family",
        rf"(?<![A-Za-z])(?:mom|mum|mother|dad|father|parent|grandma|grandmother)[ ]of[ ](?:[1-9]"
        rf"|{_ONES}),?[ ]"
        rf"(?:and |aged? |i['’]?m )?({_GROWN})(?=[.,;)!\n]|\s*$|[ ](?:and|from|here))",
        any_of("mom of|mum of|mother of|dad of|father of|parent of|grandma of|grandmother of"),
    ),
    _age(
        "age_sex",
        rf"(?<![A-Za-z])(?:female|male|woman|man|widow|retired|single|married|divorced)[,/][ ]?({_GROWN})"
        r"(?=[ ]?[,;.)/|\n]|\s*$)",
        any_of("female|male|woman|man,|widow|retired|single|married|divorced"),
    ),
    _age(
        "age_reviewer",
        r"(?<![A-Za-z])(?:review(?:ed)?|posted|written|submitted) by[ ]"
        rf"(?:[^\s,;:.()]{{1,24}}[ ]?){{1,3}}[,(][ ]?({_GROWN})(?=[ ]?[,;:.)|\n]|\s*$)",
        any_of("review by|reviewed by|posted by|written by|submitted by"),
    ),
    _age(
        "age_es_pt",
        r"(?<![A-Za-zÀ-ÿ])(?:tengo|tiene|cumpl[ií]|cumple|cumplo|tenho|tem|fiz|fez|completei|com meus|a mis"
        r"|(?:hij|niet|sobrin|niñ|herman|filh|net|menin|irm|espos|amig|garot|crianç|abuel|ti|prim"
        r"|sogr)[oaã]s?"
        r"|mujer|señora|hombre|mulher|homem|senhora|m[aã]e|pai|madre|padre|mam[aá]|beb[eéê])[ ]"
        r"(?:de |con |com |ya |já |casi |quase )?((?:1[01][0-9]|[1-9]?[0-9]) (?:años|anos))(?![A-Za-z])"
        r"(?!\s(?:de (?:garant|uso)))",
        ("años", "anos"),
    ),
    _age(
        "age_fr_it",
        r"(?<![A-Za-zÀ-ÿ])(?:j['’]ai|ai|agée?s? de|âgée?s? de|ho|ha|(?:fils|fille|petite?-?(?:fils|fille)"
        r"|femme|homme"
        r"|enfant|neveu|ni[eè]ce|garçon|m[eè]re|p[eè]re|dame|figli[oa]|nipote|bimb[oa]|bambin[oa]|donna|uomo"
        r"|mamma|pap[aà]|moglie|marito|ragazz[oa]|signora|mari)(?: de| di| a| ha)?)[ ]"
        r"((?:1[01][0-9]|[1-9]?[0-9]) (?:ans|anni))(?![A-Za-z])",
        ("ans", "anni"),
    ),
    _age(
        "age_de_nl",
        r"(?<![A-Za-zÀ-ÿ])(?:(?:ich bin|er ist|sie ist|bin|wird|wurde|mit|ik ben|hij is|zij is|ze is|jeg er"
        r"|jag är)[ ](?:jetzt |schon |nu )?|(?:sohn|tochter|enkel(?:in|sohn|kind)?|neffe|nichte|frau|mann"
        r"|kind|mutter"
        r"|vater|oma|opa|zoon|dochter|kleinkind|vrouw|man|moeder|vader)(?: ist| is| wird| van|,| \()?[ ]?)"
        r"((?:1[01][0-9]|[1-9]?[0-9]) (?:Jahren?(?: (?:alt|jung))?|jaar(?: oud)?"
        r"|år(?: gammel)?))(?![A-Za-z])",
        ("jahre", "jahren", "jaar", "år"),
    ),
    _age(
        "age_de_adjective",
        r"(?<![A-Za-z0-9-])([1-9][0-9]?-?[ ]?jährige[nrms]?|[1-9][0-9]?-jarige)(?![A-Za-z])",
        ("*jährig", "*jarige"),
    ),
    _age(
        "age_hi",
        r"(?<![A-Za-z0-9])(?:(?:umar|umr)[ ])?([1-9][0-9] saal|(?<=umar )[1-9][0-9]"
        r"|(?<=umr )[1-9][0-9])(?![0-9A-Za-z])",
        ("umar", "umr", "saal k"),
    ),
)
