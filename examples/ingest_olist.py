"""Ingest a marketplace's own export and print what became of its rows.

python examples/ingest_olist.py EXPORT_FOLDER OUT_FOLDER [MAPPING.toml]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from privgen.errors import PrivgenError
from privgen.ingest import ingest


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    mapping = Path(arguments[2]) if len(arguments) == 3 else Path(__file__).with_name("olist.toml")
    try:
        summary = ingest(Path(arguments[0]), mapping, Path(arguments[1]))
    except PrivgenError as fault:
        print(fault, file=sys.stderr)
        return 1
    for merchant, counts in summary["merchants"].items():
        print(merchant, counts["tables"], "rejected", sum(counts["rejects"].values()))
    print(json.dumps({name: value for name, value in summary.items() if name != "merchants"}, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
