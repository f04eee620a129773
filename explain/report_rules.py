"""Which rules a reader will ask about, and what the run can say of each: facts with a reason, no judgement.

A rule `applies`, `does_not_apply` or is `for_the_deployer` to decide. The run decides only what its own facts
decide (nothing about people was read; no model wrote text) and, where the deployer states jurisdictions,
where a rule is in force. Whether a rule is kept is not said here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from privgen.schema import CUSTOMER_KINDS

Facts = dict[str, Any]

STATES = ("applies", "does_not_apply", "for_the_deployer")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: where it is in force, what has to be so, and what nobody but a person can weigh.

    Args:
        source: Name and article.
        place: Jurisdiction, or None where a standard is used by choice.
        needs: Facts without which it cannot apply; `personal`, `written`, `trained`, `personalised`.
        weighs: Whether applying takes a judgement of the deployer even then.
        section: Section of the report with the facts.
    """

    source: str
    place: str | None
    needs: tuple[str, ...]
    weighs: bool
    section: str


RULES: dict[str, Rule] = {
    "inform": Rule("GDPR 13-14", "EU", ("personal",), False, "data"),
    "access": Rule("GDPR 15(1)", "EU", ("personal",), False, "data"),
    "logic": Rule("GDPR 15(1)(h); CJEU C-203/22", "EU", ("personal", "personalised"), True, "explanations"),
    "consent": Rule("GDPR 6(1)(a), 7", "EU", ("personal",), True, "consent"),
    "special": Rule("GDPR 9", "EU", ("personal",), True, "explanations"),
    "erasure": Rule("GDPR 17", "EU", ("personal",), False, "erasures"),
    "object": Rule("GDPR 21(2)-(3)", "EU", ("personal", "personalised"), False, "generation"),
    "decision": Rule("GDPR 22", "EU", ("personal", "personalised"), True, "generation"),
    "design": Rule("GDPR 25", "EU", ("personal",), False, "personal"),
    "impact": Rule("GDPR 35", "EU", ("personal",), True, "open"),
    "ai_marking": Rule("AI Act 50(1), (2), (5)", "EU", ("written",), False, "generation"),
    "ai_high_risk": Rule("AI Act 6, 13, 86; Annex III", "EU", ("written",), True, "generation"),
    "platform": Rule("DSA 26(1)(d), 27", "EU", ("personal", "personalised"), True, "explanations"),
    "price": Rule("Directive 2011/83/EU 6(1)(ea)", "EU", ("personal", "personalised"), True, "generation"),
    "pipl_choice": Rule("PIPL 24", "CN", ("personal", "personalised"), False, "generation"),
    "pipl_impact": Rule("PIPL 55-56", "CN", ("personal", "personalised"), True, "open"),
    "cn_recommend": Rule(
        "Algorithm Recommendation Provisions 16-17", "CN", ("personal", "personalised"), True, "explanations"
    ),
    "cn_label": Rule("Labelling Measures 2025; GB 45438-2025", "CN", ("written",), False, "generation"),
    "cn_generative": Rule("Interim Measures for Generative AI 4, 15", "CN", ("written",), True, "generation"),
    "nist_dp": Rule("NIST SP 800-226", None, ("trained",), False, "privacy"),
    "dp_registry": Rule("DP Deployments Registry, tiers 1-3", None, ("trained",), False, "privacy"),
    "model_card": Rule("Model Cards (Mitchell et al. 2019)", None, ("written",), False, "model"),
}
"""Code to rule; the wording of codes and reasons is in templates/labels.*.toml."""

_FACTS: dict[str, Callable[[Facts], bool]] = {
    "personal": lambda facts: facts["data"]["origin"] != "synthetic",
    "personalised": lambda facts: any(
        kind in CUSTOMER_KINDS for kinds in facts["generation"]["sources"].values() for kind in kinds
    ),
    "written": lambda facts: facts["generation"]["from_model"] > 0,
    "trained": lambda facts: bool(facts["privacy"]["trained"]),
}
"""What has to be so, and how the report's facts tell."""


def rules(facts: Facts) -> list[Facts]:
    """State and reason of every rule: `code`, `source`, `state`, `reason` (a code), `section`."""
    holds = {name: told(facts) for name, told in _FACTS.items()}
    return [
        {"code": code, "source": rule.source, "section": rule.section}
        | dict(zip(("state", "reason"), _state(rule, holds, facts["deployer"]["jurisdictions"]), strict=True))
        for code, rule in RULES.items()
    ]


def _state(rule: Rule, holds: dict[str, bool], places: list[str] | None) -> tuple[str, str]:
    missing = next((need for need in rule.needs if not holds[need]), None)
    if missing:
        return "does_not_apply", f"not_{missing}"
    if rule.place is None:
        return "applies", rule.needs[-1]
    if places is None:
        return "for_the_deployer", f"where_{rule.place.lower()}"
    if rule.place not in places:
        return "does_not_apply", "elsewhere"
    return ("for_the_deployer", "weigh") if rule.weighs else ("applies", rule.needs[-1])
