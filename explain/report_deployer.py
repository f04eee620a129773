"""What no stage of a run can know and only the deployer can state: `deployer.toml` in the run folder.

    jurisdictions = ["EU", "CN"]
    controller = "Example Ltd, 1 Example Street"
    legal_basis = "consent, GDPR 6(1)(a)"

Every key may be left out: what is not stated is listed as a gap and never filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privgen.config import read_toml
from privgen.errors import ConfigError
from privgen.explain.report_values import clean, shorten
from privgen.runfolder import RunFolder

Facts = dict[str, Any]

STATEMENTS: Mapping[str, str] = {
    "controller": "GDPR 13(1)(a)",
    "contact": "GDPR 13(1)(b)",
    "purposes": "GDPR 13(1)(c)",
    "legal_basis": "GDPR 13(1)(c)",
    "recipients": "GDPR 13(1)(e)",
    "transfers": "GDPR 13(1)(f)",
    "retention": "GDPR 13(2)(a)",
    "objection": "GDPR 21(2)-(4); PIPL 24",
    "impact_assessment": "GDPR 35; PIPL 55",
    "withdrawals": "GDPR 7(3)",
    "ai_notice": "AI Act 50(1), (5)",
    "significance": "GDPR 22; PIPL 24",
    "price": "Directive 2011/83/EU 6(1)(ea)",
    "complaints": "Interim Measures for Generative AI (CN) 15",
}
"""Statement to who asks for it; a missing one is a gap."""
JURISDICTIONS = ("CN", "EU", "UK", "US")
FILE = "deployer.toml"
_LONGEST = 600


def deployer(run: RunFolder) -> Facts:
    """What the deployer states, in the deployer's words.

    Returns:
        `given` (whether there is a file), `jurisdictions` (None: not stated), `statements` (code, source,
        text).

    Raises:
        ConfigError: The file is no TOML, or has an unknown key or a value that is no text; the message names
            file and key.
    """
    path = run.path / FILE
    values = read_toml(path) if path.is_file() else {}
    for key, value in values.items():
        wanted = list if key == "jurisdictions" else str
        if key != "jurisdictions" and key not in STATEMENTS:
            raise ConfigError(f"{path}: {shorten(key, 40)}: unknown key; use {', '.join(STATEMENTS)}")
        if not isinstance(value, wanted) or not value:
            raise ConfigError(f"{path}: {key}: wanted {'a list' if wanted is list else 'a text'}, not empty")
    places = values.get("jurisdictions")
    if places is not None and not set(map(str, places)) <= set(JURISDICTIONS):
        raise ConfigError(f"{path}: jurisdictions: wanted some of {', '.join(JURISDICTIONS)}")
    return {
        "given": path.is_file(),
        "jurisdictions": None if places is None else sorted(places),
        "statements": [
            {"code": code, "source": source, "text": shorten(clean(values[code]), _LONGEST)}
            for code, source in STATEMENTS.items()
            if code in values
        ],
    }
