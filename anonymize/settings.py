"""The operators that a policy can name, each with its parameters; an unknown one is an error."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from privgen.config import Part


class Keep(Part):
    """Leave the value as it is."""

    operator: Literal["keep"] = "keep"


class Redact(Part):
    """Leave nothing."""

    operator: Literal["redact"] = "redact"


class Mask(Part):
    """A `*` per character; the first and last letters or digits may stay.

    Guarantees: at least four letters or digits are masked, or else all are.
    """

    operator: Literal["mask"] = "mask"
    keep_first: Annotated[int, Field(ge=0, le=4)] = 0
    keep_last: Annotated[int, Field(ge=0, le=4)] = 0


class Replace(Part):
    """`<TYPE>`, or a text of your own: the reader sees that something stood there."""

    operator: Literal["replace"] = "replace"
    value: Annotated[str, Field(max_length=60)] | None = None


class Pseudonymize(Part):
    """A keyed token, equal for equal values: HMAC-SHA256 over the canonical value."""

    operator: Literal["pseudonymize"] = "pseudonymize"


class Surrogate(Part):
    """A made-up value of the same language and format; see `privgen.anonymize.surrogates`."""

    operator: Literal["surrogate"] = "surrogate"


class Encrypt(Part):
    """AES-GCM; whoever holds the key can undo it; see `privgen.anonymize.crypt`."""

    operator: Literal["encrypt"] = "encrypt"


class Generalise(Part):
    """A coarser value; what cannot be made coarser becomes `<TYPE>`.

    Args:
        band: Width of a band of ages (years) or numbers.
        prefix: Leading characters of a postcode that stay.
        date: What stays of a date.
        place: What stays of an address.
        day_first: Whether 05/11/2017 is in November.
    """

    operator: Literal["generalise"] = "generalise"
    band: Annotated[int, Field(ge=2, le=1_000_000)] = 10
    prefix: Annotated[int, Field(ge=1, le=3)] = 2
    date: Literal["month", "year"] = "month"
    place: Literal["city", "province"] = "city"
    day_first: bool = False


class ShiftDate(Part):
    """Move every date of a customer by the same secret number of days, never 0; without a customer: redact.

    Args:
        days: Most days to move, either way.
        day_first: Whether 05/11/2017 is in November.
    """

    operator: Literal["shift_date"] = "shift_date"
    days: Annotated[int, Field(ge=1, le=3650)] = 180
    day_first: bool = False


def _long(value: Any) -> Any:
    """The short form `"mask"` as the long one, `{operator = "mask"}`."""
    return {"operator": value} if isinstance(value, str) else value


Setting = Keep | Redact | Mask | Replace | Pseudonymize | Surrogate | Encrypt | Generalise | ShiftDate
"""An operator with its parameters."""
Given = Annotated[Annotated[Setting, Field(discriminator="operator")], BeforeValidator(_long)]
"""A setting as a TOML file writes it: a name, or a table with the key `operator`."""
Operator = Literal[
    "keep",
    "redact",
    "mask",
    "replace",
    "pseudonymize",
    "surrogate",
    "encrypt",
    "generalise",
    "shift_date",
]
"""The names of the operators."""

DATE_TYPES = frozenset({"DATE_OF_BIRTH", "DATE_TIME"})
COARSE_TYPES = frozenset({"AGE", "POSTCODE", "ADDRESS", "LOCATION", "NUMBER", *DATE_TYPES})
"""Types that can be generalised."""
LOOKALIKES = frozenset({"surrogate", "shift_date"})
"""Operators whose output looks like the personal data that it stands for."""
