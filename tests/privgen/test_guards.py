"""Guards: what a page may not say is dropped; what it may say passes."""

from __future__ import annotations

import pytest

from privgen.generator import GeneratedSentence
from privgen.guards import failed_guard
from privgen.schema import SectionKind, Signal, SignalKind
from privgen.sections import request_of

SIGNALS = [
    Signal("a", SignalKind.ATTRIBUTE, "text", "price: 24.90 USD", "products:p1"),
    Signal("d", SignalKind.DIGEST, "text", "5/5: The pan is hot in seconds.", "reviews:r1"),
]
REQUEST = request_of(SectionKind.DESCRIPTION, "en", "Sol 40 Pan", SIGNALS)


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("Its price is 24.90 USD.", None),
        ("Meet Sol 40 Pan.", None),
        ('A happy buyer (5/5): "The pan is hot in seconds."', None),
        ("Its price is 19.90 USD.", "supported_numbers"),
        ("Save 50% today.", "supported_numbers"),
        ('One buyer wrote: "I threw my old pan away."', "real_quotes"),
        ("有买家写道：“我扔了旧锅。”", "real_quotes"),
        ("<PERSON_3f9a2c> liked it.", "no_scrubbed_token"),
        ("Comes in te\ufffdl.", "no_line_noise"),
    ],
)
def test_guard(text: str, guard: str | None) -> None:
    assert failed_guard(GeneratedSentence(text, 0, 1, -1.0, ()), REQUEST) == guard
