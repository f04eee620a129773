"""Which signals each section of a page reads, and the prompt made of them."""

from __future__ import annotations

from collections.abc import Sequence

from privgen.phrases import phrases
from privgen.prompt import Prompt
from privgen.schema import SectionKind, Signal, SignalKind
from privgen.template import SectionRequest

SECTION_SIGNALS: dict[SectionKind, tuple[tuple[SignalKind, int], ...]] = {
    SectionKind.DESCRIPTION: ((SignalKind.ATTRIBUTE, 4), (SignalKind.QUERY, 1), (SignalKind.PROFILE, 1)),
    SectionKind.REVIEW_DIGEST: ((SignalKind.DIGEST, 3), (SignalKind.REVIEW, 1)),
    SectionKind.RECOMMENDATION: (
        (SignalKind.PROFILE, 1),
        (SignalKind.EVENT, 3),
        (SignalKind.QUERY, 1),
        (SignalKind.REVIEW, 1),
    ),
    SectionKind.SERVICE_REPLY: ((SignalKind.DIALOGUE, 1), (SignalKind.ATTRIBUTE, 5)),
    SectionKind.CAMPAIGN: ((SignalKind.CAMPAIGN, 2), (SignalKind.EVENT, 1), (SignalKind.PROFILE, 1)),
}
"""Kinds a section reads, in prompt order, and at most how many of each."""

_PREFIX = {"en": "Write the {section}.\nProduct: {product}\n", "zh": "写{section}。\n商品：{product}\n"}
_SUFFIX = {"en": "Text:\n", "zh": "正文：\n"}


def section_request(
    section: SectionKind,
    language: str,
    product_title: str,
    signals: Sequence[Signal],
    max_signals: int | None = None,
) -> SectionRequest:
    """Build the request of one section.

    Args:
        section: Which section.
        language: Of the page; `zh` or anything else, which reads as English.
        product_title: Scrubbed title of the product.
        signals: All signals of the customer and the product, best first within a kind.
        max_signals: Upper bound on the signals of the prompt; the last ones give way.
    """
    chosen: list[Signal] = []
    for kind, most in SECTION_SIGNALS[section]:
        chosen.extend([signal for signal in signals if signal.kind is kind][:most])
    return request_of(section, language, product_title, chosen[:max_signals])


def request_of(
    section: SectionKind, language: str, product_title: str, signals: Sequence[Signal]
) -> SectionRequest:
    """Build a request from exactly these signals, in this order."""
    words = phrases(language)
    title = " ".join(product_title.split())
    prefix = _PREFIX[words.language].format(section=words.section_name(section), product=title)
    prompt = Prompt(prefix, tuple(signals), _SUFFIX[words.language])
    return SectionRequest(section, words.language, title, prompt)
