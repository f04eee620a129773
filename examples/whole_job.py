"""The whole job in a few lines of library code: synthetic marketplace to compliance report.

python examples/whole_job.py RUN_FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from privgen.cli_summary import closing_rows
from privgen.pipeline import run_stage

SETTINGS = {
    "synthetic": {"merchants": 2, "customers": 30, "products": 6},
    "train": {"rounds": 2},
    "generate": {"pages_per_merchant": 1},
}


def main() -> None:
    """Run every stage, then print the figures."""
    run = Path(sys.argv[1])
    for stage in ("ingest", "scrub", "train", "generate", "explain", "report"):
        result = run_stage(stage, run, flags=SETTINGS)
        print(f"{stage}: {'unchanged' if result.skipped else 'done'}")
    for name, figure in closing_rows(run):
        print(f"{name}: {figure}")
    print(run / "report" / "index.html")


if __name__ == "__main__":
    main()
