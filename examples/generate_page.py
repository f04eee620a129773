"""Write one page with the embedded model, as a merchant's pipeline would: five sections, each with sources.

python examples/generate_page.py
"""

from __future__ import annotations

from privgen import PageGenerator, Signal, SignalKind
from privgen.pages import PageRequest

SIGNALS = (
    Signal("c1", SignalKind.PROFILE, "text", "often shops for tea kettle", "events:summary"),
    Signal("c2", SignalKind.EVENT, "text", "viewed Halbre 31 Tea Kettle (3x)", "events:c_01,p_31"),
    Signal("c3", SignalKind.QUERY, "text", "searched for copper tea kettle", "events:c_01,2026-03-02"),
    Signal("c4", SignalKind.DIALOGUE, "text", "asked: what is the weight of the kettle?", "dialogues:d_7,0"),
    Signal("p1", SignalKind.ATTRIBUTE, "text", "material: stainless steel", "products:p_40"),
    Signal("p2", SignalKind.ATTRIBUTE, "text", "weight: 415 g", "products:p_40"),
    Signal("p3", SignalKind.DIGEST, "text", "5/5: Mine is hot in seconds.", "reviews:r_12"),
    Signal(
        "p4", SignalKind.CAMPAIGN, "text", "Harvest Week; 15% off; 2026-10-01 to 2026-10-09", "campaigns:k_2"
    ),
)


def main() -> None:
    """Write and print."""
    request = PageRequest("m01-kitchen", "c_01", "p_40", "Dorvek 52 Tea Kettle", "en", SIGNALS)
    page = PageGenerator.load("embedded").write([request])[0]
    for section in page.sections:
        print(section.request.kind.value)
        for sentence in section.written.sentences:
            log_prob = f"{sentence.log_prob:.1f}" if sentence.log_prob is not None else "template"
            print(f"  {sentence.text}  [{', '.join(sentence.source_ids) or '-'}] {log_prob}")
    print(f"base {page.base_hash[:12]}, page {page.page_id}")


if __name__ == "__main__":
    main()
