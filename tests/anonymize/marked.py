"""Texts whose personal value stands in braces: `I am {34 years old}`."""

from privgen.anonymize import Scrubber


def marked(text: str) -> tuple[str, str]:
    """The text without its braces, and the value that stood in them."""
    before, _, rest = text.partition("{")
    value, _, after = rest.partition("}")
    return before + value + after, value


def names_of_marked(scrubber: Scrubber, text: str) -> set[str]:
    """The entity types that are found of exactly the value in braces."""
    plain, value = marked(text)
    return {s.entity_type for s in scrubber.find(plain) if plain[s.start : s.end] == value}
