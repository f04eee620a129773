"""Seconds and memory to make N rows with four quasi-identifiers 5-anonymous, and what is lost.

python examples/benchmarks/risk_speed.py [ROWS]     default 1,000,000; the table is generated
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from privgen.anonymize import Target, k_anonymize

QUASI = ("birth_date", "zip", "gender", "occupation")
JOBS = [f"job{number}" for number in range(60)]


def write_table(path: Path, rows: int) -> None:
    """Birth dates and postcodes that crowd, rare occupations, an income."""
    rng = random.Random(1)
    jobs = rng.choices(JOBS, [1 / (rank + 1) for rank in range(len(JOBS))], k=rows)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["customer_id", *QUASI, "income"])
        for number in range(rows):
            born = dt.date(1940, 1, 1) + dt.timedelta(days=int(rng.triangular(0, 24_000, 15_000)))
            zip_code = f"{int(rng.triangular(1_000, 99_999, 3_000)):05}"
            cells = (born, zip_code, rng.choice("mf"), jobs[number], rng.randrange(20, 200))
            writer.writerow([f"c{number:07}", *cells])


def main(rows: int) -> None:
    """Generate, anonymise, print one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.csv"
        write_table(source, rows)
        wall, cpu = time.perf_counter(), time.process_time()
        done = k_anonymize(source, Path(folder) / "out.csv", Target(5), quasi=QUASI, sensitive=["income"])
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"rows": rows, "seconds": round(wall, 1), "cpu_seconds": round(cpu, 1), "peak_mb": round(peak)}
    found = {"k_before": done.before.k, "k_after": done.after.k, "gcp": round(done.loss.gcp, 4)}
    print(json.dumps(figures | found | {"suppressed_rows": done.loss.suppressed_rows}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
