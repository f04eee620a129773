"""Which operator replaces which entity type in which column; unknown keys are errors."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field

from privgen.config import Part, validate
from privgen.errors import ConfigError
from privgen.schema import TABLES

Operator = Literal["pseudonymize", "redact", "mask", "replace", "keep"]
"""pseudonymize: keyed token; redact: nothing; mask: a * per character; replace: `<TYPE>`; keep: as is."""

MERCHANT_TABLES = ("products", "campaigns", "media")
MERCHANT_KEEP = frozenset(
    {
        "AGE",
        "COUPON_CODE",
        "DATE_OF_BIRTH",
        "ORDER_NUMBER",
        "PASSWORD",
        "PERSON",
        "POSTCODE",
        "TRACKING_NUMBER",
        "URL",
        "USER_NAME",
    }
)
"""What a merchant writes about goods and campaigns holds codes, links and names that are no customer's."""


class TablePolicy(Part):
    """Operators of one table: by entity type, and by column and entity type."""

    entities: dict[str, Operator] = Field(default_factory=dict)
    columns: dict[str, dict[str, Operator]] = Field(default_factory=dict)


class Policy(Part):
    """Operators by table, column and entity type; the nearest one wins, then `default`.

    Args:
        name: Shown in scrub.json.
        default: Operator of every entity type that nothing else names.
        entities: Operator by entity type, for every table.
        tables: Operators of one table.
    """

    name: str = "default"
    default: Operator = "pseudonymize"
    entities: dict[str, Operator] = Field(default_factory=dict)
    tables: dict[str, TablePolicy] = Field(default_factory=dict)

    def operator(self, entity_type: str, table: str | None = None, column: str | None = None) -> Operator:
        """The operator of an entity type, in a column of a table or in free-standing text."""
        part = self.tables.get(table or "")
        if part is not None:
            found = part.columns.get(column or "", {}).get(entity_type) or part.entities.get(entity_type)
            if found is not None:
                return found
        if entity_type in self.entities:
            return self.entities[entity_type]
        return "keep" if table in MERCHANT_TABLES and entity_type in MERCHANT_KEEP else self.default


def load_policy(path: Path) -> Policy:
    """Read a policy from TOML.

    Raises:
        ConfigError: Unreadable file, unknown key, table, column or entity type; names file and key.
    """
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(f"{path}: file not found or not readable") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: not valid TOML ({fault})") from None
    policy = validate(Policy, {"name": Path(path).stem, **values}, str(path))
    check_policy(policy, str(path))
    return policy


def check_policy(policy: Policy, where: str = "policy") -> None:
    """Check the names that a policy uses.

    Raises:
        ConfigError: Unknown table, column or entity type.
    """
    from privgen.anonymize.scanner import all_entity_types

    types = set(all_entity_types())
    _known(policy.entities, types, f"{where}: entities")
    for name, part in policy.tables.items():
        if name not in TABLES:
            raise ConfigError(f"{where}: tables.{name}: unknown table")
        _known(part.entities, types, f"{where}: tables.{name}.entities")
        for column, operators in part.columns.items():
            if column not in {c.name for c in TABLES[name].columns}:
                raise ConfigError(f"{where}: tables.{name}.columns.{column}: unknown column")
            _known(operators, types, f"{where}: tables.{name}.columns.{column}")


def _known(operators: dict[str, Operator], types: set[str], where: str) -> None:
    for name in operators:
        if name not in types:
            raise ConfigError(f"{where}.{name}: unknown entity type")
