"""What a name in Latin letters looks like, and where it ends in running text."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import lines, wordlist

UP = "A-ZÀ-ÖØ-Þ\u0100-\u024f\u1e00-\u1eff"
LOW = "a-zß-öø-ÿ\u0100-\u024f\u1e00-\u1eff"
LEFT = f"(?<![{UP}{LOW}])"

_PARTICLE = (
    r"(?:d[aeiou]|dos|das|des|dell[aeo]|de[lnr]|dal|van|von|vom|zu[rm]?|te[nr]|la|las|los|le|bin|ibn"
    r"|binti?|al|el|e|y|i"
    r"|af|av|st\.|san|santa)"
)
_PARTICLES = wordlist("name_particles")
WORD = (
    rf"(?:[{UP}](?:['’][{UP}{LOW}])?[{LOW}]{{1,24}}(?:['’]?[{UP}][{LOW}]{{1,20}})?(?:-[{UP}]?[{LOW}]{{1,2"
    rf"0}}){{0,2}}"
    rf"|[{UP}]\.(?:-?[{UP}]\.)?)"
)
FULL = (
    rf"(?:{WORD}|[{UP}](?=[ ][{UP}][{LOW}]))(?:[ ](?:{_PARTICLE}[ ]){{0,2}}(?:(?:d['’])?{WORD}"
    rf"|[{UP}](?=[ ][{UP}]))){{0,3}}"
)
"""One to four words in title case, with initials and particles between them."""
TWO = rf"{WORD}[ ](?:{_PARTICLE}[ ]){{0,2}}(?:[{UP}]\.?[ ])?{WORD}(?:[ ]{WORD})?"
"""Two or three words in title case."""

_CAPITAL = rf"(?=[{UP}'’.-]{{2}})[{UP}]{{1,20}}(?:['’-][{UP}]{{2,20}})?\.?(?![{LOW}])"
CAPITALS = rf"{_CAPITAL}(?:[ ][{UP}]\.?(?=[ ]))?(?:[ ]{_CAPITAL}){{0,3}}"
ANY_CASE = rf"[{UP}{LOW}][{UP}{LOW}'’-]{{1,24}}(?:[ ][{UP}{LOW}][{UP}{LOW}'’.-]{{0,24}}){{0,3}}"
NAME = rf"(?:{FULL}|{CAPITALS}|{ANY_CASE})"
"""A name in title case, in capitals or in lower case."""

_RUN = re.compile(rf"[{UP}{LOW}]+")
_JOINS = ("'", "’", "-")
_CELL = re.compile(r"[\n|;\t:(/]")

GIVEN = wordlist("given_names")
"""Common given names that are no words of a shop's English."""
NOT_NAMES = wordlist("not_names")
COMMON = wordlist("after_names") | NOT_NAMES
"""Words that in lower case are neither a name nor an account."""
_AMBIGUOUS = wordlist("ambiguous_names")
_BRANDS = re.compile(
    r"(?:dr|mr|mrs|ms)\.?\s(?:martens?|scholl|pepper|clean|coffee|potato|bean|meyer|brown's|porter|right"
    r"|darcy"
    r"|denim|doolittle|jart|bronner|dre|oetker|beckmann|seuss|who|freeze|christmas|muscle|heater|dress"
    r"|fancy|big|t|men)(?![a-z])",
    re.IGNORECASE,
)
_FAMOUS = frozenset(line.strip() for line in lines("famous_names"))
_THING = re.compile(
    r"(?:ions?|ments?|[ae]nces?|ness|ity|ings?|[uf]nds|bates?|als|able|ible|ful|less|ous"
    r"|ive|ersements|ated|ional|ation|tins|ders|ters|rses)$"
)
_TOKEN = re.compile(r"\S+")
_TITLE = re.compile(r"(?:\S{1,5}[ ](?:and|&|y|e|und|et)[ ])?\S{1,12}[ ]")
LONGEST_LOWER = 3
"""Words of a name in lower case or in capitals: after that somebody is telling a story."""


_ALSO_SURNAMES = wordlist("also_surnames")


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.strip(".,").lower()) or word.lower()


def _ends(word: str, first: bool) -> bool:
    """Whether a name ends before `word`: in title case fewer words are none."""
    plain = _plain(word)
    if len(plain) == 1 and word[0].isupper() and not first:
        return plain == "i"
    if not word[0].isupper() or word.isupper():
        return plain in COMMON
    return plain in NOT_NAMES and (first or plain not in _ALSO_SURNAMES)


def name_length(value: str) -> int:
    """Length of the name that `value` starts with; 0 if its first word is none."""
    words = list(_TOKEN.finditer(value))
    title = any(word[0][:1].isupper() and not word[0].isupper() for word in words[:1])
    loose = not title
    kept = 0
    for place, word in enumerate(words):
        if loose and kept >= LONGEST_LOWER:
            break
        if place and _plain(word[0]) in _PARTICLES and place + 1 < len(words):
            continue
        if _ends(word[0], not place) or (place and title and word[0][0].islower()):
            break
        kept = place + 1
        if word[0].endswith(".") and len(word[0]) > 3:  # a sentence ends here; an initial goes on
            break
    if not kept:
        return 0
    name = value[: words[kept - 1].end()]
    return len(name if kept > 1 and re.search(r"[ ]\w\.$", name) else name.rstrip("."))


def listed(value: str) -> int:
    """As `name_length`, if the first word is a common given name."""
    first = value.split(" ", 1)[0]
    known = {_plain(first), *_plain(first).split("-")} & GIVEN
    return name_length(value) if known else 0


def given_places(text: str) -> list[int]:
    """Where something begins of which `listed` may say that it is a name."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return [match.start() for match in _RUN.finditer(text)]
    places: set[int] = set()
    for name in GIVEN.intersection(_RUN.findall(lowered)):
        place = lowered.find(name)
        while place >= 0:
            start = place
            while start and (lowered[start - 1] in _JOINS or lowered[start - 1].isalpha()):
                start -= 1
            places.update((start, place))
            place = lowered.find(name, place + 1)
    return sorted(places)


def line_places(text: str) -> list[int]:
    """Where a text begins, and each line, cell or bracket of it."""
    return [0, *(match.start() for match in _CELL.finditer(text))]


def title_or_listed(value: str) -> int:
    """As `name_length` for title case; in lower case and in capitals the first word must be a given name."""
    first = value.split(" ", 1)[0]
    title = first[:1].isupper() and (not first.isupper() or len(first.rstrip(".")) == 1)
    return name_length(value) if title else listed(value)


def named(value: str) -> int:
    """A name after a label: in lower case or in capitals one word is a given name, or two are no other words.

    >>> named("HENRIKSEN MAIA"), named("mireille dubois"), named("silver chain")
    (14, 15, 0)
    """
    kept = title_or_listed(value)
    if kept:
        return kept
    kept = name_length(value)
    words = [_plain(word) for word in value[:kept].split()]
    if not GIVEN.isdisjoint(words):
        return kept
    return kept if len(words) > 1 and not any(_no_name(word) for word in words) else 0


def _no_name(word: str) -> bool:
    """Whether a word in lower case is a common one, or ends as words for things and deeds do."""
    return (
        word in COMMON or word in _AMBIGUOUS or _THING.search(word) is not None or word.endswith(("ed", "ly"))
    )


def capital_surname(value: str) -> int:
    """One word in capitals after a label that only a name follows, and no other word.

    >>> capital_surname("WIŚNIEWSKI"), capital_surname("UNKNOWN"), capital_surname("DELIVERED")
    (10, 0, 0)
    """
    return 0 if len(value) < 4 or _no_name(_plain(value)) else len(value)


def surname_first(value: str) -> int:
    """A family name, a comma and a given name, of which one is a listed given name and none a common word."""
    words = [_plain(word.rstrip(",")) for word in value.split()]
    return 0 if GIVEN.isdisjoint(words) or not COMMON.isdisjoint(words) else len(value)


def any_listed(value: str) -> int:
    """As `name_length`, if one of the words is a common given name and none is a common word."""
    words = [_plain(word) for word in value.split()]
    return 0 if GIVEN.isdisjoint(words) or not COMMON.isdisjoint(words) else name_length(value)


def capitals_first(value: str) -> int:
    """A family name in capitals that is no common word, and a listed given name."""
    surname, given = value.split(" ", 1)
    common = _plain(surname) in COMMON
    return 0 if common or not listed(given) else len(surname) + 1 + name_length(given)


def listed_or_two(value: str) -> int:
    """The whole of a line: a listed name, or two words in title case; in lower case no common word."""
    first = value.split(" ", 1)[0]
    kept = name_length(value)
    if kept != len(value.rstrip(".")) or (first.islower() and _plain(first) in _AMBIGUOUS):
        return 0
    title = first[0].isupper() and not first.isupper()
    return kept if listed(value) or (title and " " in value[:kept]) else 0


def titled(value: str) -> int:
    """A title and a name: brands such as a boot or a cleaner are none."""
    title = _TITLE.match(value)
    if title is None or _BRANDS.match(value):
        return 0
    kept = name_length(value[title.end() :])
    return title.end() + kept if kept else 0


def two_words(value: str) -> int:
    """As `name_length`, if it takes two words at least."""
    kept = name_length(value)
    return kept if " " in value[:kept] else 0


def whole_name(value: str) -> int:
    """A given name and a family name in title case that no label, film, book or piece of clothing bears."""
    kept = whole_or_given(value)
    words = [_plain(word) for word in value[:kept].split()]
    return kept if len(words) > 1 and not (words[-1] in COMMON and words[-1] not in _ALSO_SURNAMES) else 0


def whole_or_given(value: str) -> int:
    """As `listed`, unless the first two words are a label, a film or a book."""
    kept = listed(value)
    name = " ".join(_plain(word) for word in value[:kept].split()[:2])
    return 0 if name in _FAMOUS else kept


def uncommon(value: str) -> int:
    """As `name_length` in title case, if no common word stands first; as `listed` in other cases."""
    first = _plain(value.split(" ", 1)[0])
    common = first in COMMON or first.endswith(("ing", "ed", "ly"))
    return listed(value) or (0 if common or not value[0].isupper() else name_length(value))


def not_a_thing(value: str) -> int:
    """As `name_length`, for a first word that does not end as words for things do."""
    first = _plain(value.split(" ", 1)[0])
    return 0 if _THING.search(first) else name_length(value)
