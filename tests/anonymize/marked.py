"""Texts whose personal value stands in braces: `I am {34 years old}`."""


def marked(text: str) -> tuple[str, str]:
    """The text without its braces, and the value that stood in them."""
    before, _, rest = text.partition("{")
    value, _, after = rest.partition("}")
    return before + value + after, value
