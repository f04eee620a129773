"""The fields that the DP deployments registry asks for, by tier, each with its value or as a gap.

Source: NIST SP 800-226 (2025); OpenDP deployments registry, transparency tiers 1 to 3.
"""

from __future__ import annotations

from typing import Any

from privgen.explain.report_values import shorten

Facts = dict[str, Any]


def registry(facts: Facts) -> list[Facts]:
    """`tier`, `field` and `value` (a text, or None where the run does not tell)."""
    privacy = facts["privacy"]
    if not privacy["trained"]:
        return []
    plan, stated = privacy["plan"], {s["code"]: s["text"] for s in facts["deployer"]["statements"]}
    merchants = privacy["merchants"]
    units = sorted({unit for m in merchants for unit in m["privacy_units"]} | {str(plan.get("privacy_unit"))})
    values: list[tuple[int, str, Any]] = [
        (1, "curator", stated.get("controller")),
        (1, "use", stated.get("purposes")),
        (1, "date", facts["as_of"]),
        (2, "flavour", "(epsilon, delta)"),
        (2, "unit", ", ".join(unit for unit in units if unit != "None") or None),
        (2, "relation", plan.get("neighboring_relation")),
        (2, "epsilon", privacy["epsilon_max"]),
        (2, "delta", privacy["delta"]),
        (2, "model", "secure_aggregation" if plan.get("secure_aggregation") else "local_noise"),
        (3, "mechanism", plan.get("mechanism") or "poisson_subsampled_gaussian"),
        (3, "noise_multiplier", plan.get("noise_multiplier")),
        (3, "clip", plan.get("max_grad_norm")),
        (3, "sample_rate", plan.get("sample_rate")),
        (
            3,
            "steps",
            max((m["steps"] for m in merchants if m["steps"] is not None), default=plan.get("steps")),
        ),
        (3, "accountant", privacy["accountant"] or plan.get("accountant")),
        (3, "tuning", None),
        (3, "justification", None),
    ]
    return [
        {"tier": tier, "field": field, "value": None if value is None else shorten(str(value), 200)}
        for tier, field, value in values
    ]
