"""Which operator replaces which entity type in which column; unknown keys are errors."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from privgen.anonymize.settings import (
    COARSE_TYPES,
    DATE_TYPES,
    Encrypt,
    Given,
    Keep,
    Operator,
    Pseudonymize,
    Replace,
    Setting,
    looks_alike,
)
from privgen.config import Part, read_toml, validate
from privgen.errors import ConfigError
from privgen.schema import IDENTIFIER_COLUMNS, TABLES, ColumnType

PRESETS = ("gdpr-anonymous", "gdpr-pseudonymous", "pipl")
"""Policies that ship with the package, `data/policies/<name>.toml`; a file of such a name needs its path."""

PSEUDONYM_COLUMNS = ("customer_id", "review_id", "dialogue_id")
"""Ids that become keyed pseudonyms (or are encrypted); product and campaign ids stay."""

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

ON_REQUEST = frozenset({"DATE_TIME", "NUMBER"})
"""Types that are personal only where a policy says so: any date, and the numbers of a column."""

_FOLDER = Path(__file__).resolve().parent / "data" / "policies"
_KEEP = Keep()
_TYPED = {
    ColumnType.TIMESTAMP: DATE_TYPES,
    ColumnType.DATE: DATE_TYPES,
    ColumnType.INTEGER: frozenset({"NUMBER"}),
    ColumnType.NUMBER: frozenset({"NUMBER"}),
}
_ALLOWED = {
    "date": ("keep", "redact", "generalise", "shift_date", "surrogate"),
    "number": ("keep", "generalise"),
    "id": ("pseudonymize", "encrypt"),
}


class TablePolicy(Part):
    """Operators of one table: by entity type, and by column and entity type."""

    entities: dict[str, Given] = Field(default_factory=dict)
    columns: dict[str, dict[str, Given]] = Field(default_factory=dict)


class Policy(Part):
    """Operators by table, column and entity type; the nearest one wins, then `default`.

    Args:
        name: Shown in scrub.json.
        key: `file`: the key that is given; `discard`: a random one that nobody keeps, so that not even
            the holder of the key can link a pseudonym back, nor two runs with each other.
        default: Operator of every entity type that nothing else names.
        entities: Operator by entity type, for every table.
        tables: Operators of one table.
    """

    name: str = "default"
    key: Literal["file", "discard"] = "file"
    default: Given = Pseudonymize()
    entities: dict[str, Given] = Field(default_factory=dict)
    tables: dict[str, TablePolicy] = Field(default_factory=dict)

    def named(self, entity_type: str, table: str | None = None, column: str | None = None) -> Setting | None:
        """The setting that the policy writes down for a type, nearest first; None if it says nothing."""
        part = self.tables.get(table or "")
        if part is not None:
            found = part.columns.get(column or "", {}).get(entity_type) or part.entities.get(entity_type)
            if found is not None:
                return found
        if entity_type in ON_REQUEST and table in MERCHANT_TABLES:
            return None  # the dates of a campaign are no customer's
        return self.entities.get(entity_type)

    def setting(self, entity_type: str, table: str | None = None, column: str | None = None) -> Setting:
        """The operator and its parameters for an entity type, in a column or in free-standing text."""
        found = self.named(entity_type, table, column)
        if found is not None:
            return found
        merchant = table in MERCHANT_TABLES and entity_type in MERCHANT_KEEP
        return _KEEP if merchant or entity_type in ON_REQUEST else self.default

    def operator(self, entity_type: str, table: str | None = None, column: str | None = None) -> Operator:
        """The name of that operator."""
        return self.setting(entity_type, table, column).operator

    def looks_for(self, entity_type: str) -> bool:
        """Whether some table or free-standing text does anything but keep an entity type."""
        named = [self.entities.get(entity_type, self.default)]
        for part in self.tables.values():
            found = (part.entities, *part.columns.values())
            named += [settings[entity_type] for settings in found if entity_type in settings]
        return any(setting.operator != "keep" for setting in named)

    def lookalikes(self) -> list[str]:
        """Entity types that some table gets look-alikes for: a fresh scan of the output cannot count them."""
        named = [self.entities, *(part.entities for part in self.tables.values())]
        named += [settings for part in self.tables.values() for settings in part.columns.values()]
        found = {name for settings in named for name, given in settings.items() if looks_alike(given)}
        return sorted(found | ({"default"} if looks_alike(self.default) else set()))


def load_policy(path: str | Path) -> Policy:
    """Read a policy: the name of a preset (pipl, gdpr-pseudonymous, gdpr-anonymous) or a TOML file.

    Raises:
        ConfigError: Unreadable file, unknown key, table, column, entity type or operator; names file and key.
    """
    place = _FOLDER / f"{path}.toml" if str(path) in PRESETS else Path(path)
    if not place.is_file():
        raise ConfigError(f"{path}: no such policy; give one of {', '.join(PRESETS)}, or a TOML file's path")
    policy = validate(Policy, {"name": place.stem, **read_toml(place)}, str(path))
    check_policy(policy, str(path))
    return policy


def check_policy(policy: Policy, where: str = "policy") -> None:
    """Check the names that a policy uses, and that each operator fits where it stands.

    Raises:
        ConfigError: Unknown table, column or entity type, or an operator that cannot be used there.
    """
    from privgen.anonymize.scanner import all_entity_types

    types = {*all_entity_types(), *ON_REQUEST}
    _check({"default": policy.default}, None, where)
    _check(policy.entities, types, f"{where}: entities")
    for name, part in policy.tables.items():
        if name not in TABLES:
            raise ConfigError(f"{where}: tables.{name}: unknown table")
        _check(part.entities, types, f"{where}: tables.{name}.entities")
        for column, settings in part.columns.items():
            place = f"{where}: tables.{name}.columns.{column}"
            if column not in {c.name for c in TABLES[name].columns}:
                raise ConfigError(f"{place}: unknown column")
            _check(settings, types, place)
            _check_column(name, column, settings, place)
    forms = {
        isinstance(policy.named("CUSTOMER_ID", name, "customer_id"), Encrypt)
        for name, table in TABLES.items()
        if any(column.name == "customer_id" for column in table.columns)
    }
    if len(forms) > 1:
        raise ConfigError(
            f"{where}: CUSTOMER_ID: encrypt it in every table or in none, else tables cannot join"
        )


def _check(settings: dict[str, Setting], types: set[str] | None, where: str) -> None:
    """The types of a table of settings (None: of the default, which is for any), and what they are given."""
    from privgen.anonymize.scanner import Scanner

    for name, setting in settings.items():
        if isinstance(setting, Replace) and setting.value and any(Scanner().find(setting.value)):
            raise ConfigError(f"{where}.{name}: value: looks like personal data itself; choose another text")
        if types is None:
            continue
        if name not in types:
            raise ConfigError(f"{where}.{name}: unknown entity type")
        wanted = {"generalise": COARSE_TYPES, "shift_date": DATE_TYPES}.get(setting.operator)
        if wanted is not None and name not in wanted:
            raise ConfigError(f"{where}.{name}: {setting.operator} is for {', '.join(sorted(wanted))}")


def _check_column(table: str, column: str, settings: dict[str, Setting], where: str) -> None:
    """What the cells of a column cannot hold, and what would let an identifier out."""
    kind = TABLES[table].column(column).type
    for name, setting in settings.items():
        if kind in _TYPED and name not in _TYPED[kind]:
            raise ConfigError(f"{where}.{name}: the column holds no {name}, it is a {kind.value}")
        allowed: tuple[str, ...] | None = None
        if kind in _TYPED:
            allowed = _ALLOWED["number" if name == "NUMBER" else "date"]
        elif column in PSEUDONYM_COLUMNS:
            allowed = _ALLOWED["id"]
        if allowed is not None and setting.operator not in allowed:
            raise ConfigError(f"{where}.{name}: {setting.operator} does not fit; use {', '.join(allowed)}")
        if setting.operator == "redact" and TABLES[table].column(column).required and kind in _TYPED:
            raise ConfigError(f"{where}.{name}: every row must have a {column}; use generalise or shift_date")
        if table == "customers" and column in IDENTIFIER_COLUMNS and setting.operator == "keep":
            raise ConfigError(f"{where}.{name}: an identifier never leaves in the clear")
