"""privgen: personalised shop pages in the words of a shop's customers, private and explained.

Heavy parts load on first use: importing this module loads no torch, presidio or flwr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privgen.errors import PrivgenError
from privgen.schema import SectionKind, Signal, SignalKind

if TYPE_CHECKING:
    from privgen.pages import PageGenerator

__version__ = "0.1.0"
__all__ = ["PageGenerator", "PrivgenError", "SectionKind", "Signal", "SignalKind", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "PageGenerator":
        from privgen.pages import PageGenerator

        return PageGenerator
    raise AttributeError(f"module 'privgen' has no attribute {name!r}")
