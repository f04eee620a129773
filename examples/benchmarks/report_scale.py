"""Time, memory and size of a report on many pages: one JSON line per figure.

Pages that the template wrote for a synthetic marketplace are repeated under new ids until there are enough,
each sentence with a made-up explanation, in a run folder that the other commands take for any other. Then
`privgen report` and `privgen report --verify` run in fresh processes, at a tenth of the pages and at all.

    python examples/benchmarks/report_scale.py [--pages N] [--folder PATH]

Targets at 10,000 pages: under 60 seconds, index.html under 5 MB, memory bounded: within 25 % of that at
1,000 pages.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from privgen.files import canonical_json, read_jsonl, sha256_text, sha256_tree, write_jsonl
from privgen.pipeline import run_stage
from privgen.runfolder import RunFolder
from privgen.schema import TABLES, Purpose
from privgen.stage_explain import EXPLANATIONS, explanation_counts
from privgen.stage_pages import PAGES, page_counts
from privgen.tables import arrow_schema, read_table

MERCHANTS, CUSTOMERS, EACH = 5, 40, 25


def pages(first: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    """`count` pages: the first ones again and again, under new ids, as if a model had written them."""
    for number in range(count):
        page = dict(first[number % len(first)])
        page["page_id"] = sha256_text(f"page {number}")[:16]
        page["sections"] = [part | {"token_ids": list(range(64))} for part in page["sections"]]
        yield page


def explanations(written: Path) -> Iterator[dict[str, Any]]:
    """A record per sentence: one signal carries it, the others move it little."""
    rng = random.Random(3)
    for page in read_jsonl(written):
        for part in page["sections"]:
            signals = [{k: s[k] for k in s if k != "source"} for s in part["prompt"]["signals"]]
            for index, sentence in enumerate(part["sentences"]):
                scores = [rng.gauss(0.0, 0.3) for _ in signals]
                if scores:
                    scores[index % len(scores)] += rng.uniform(2.0, 30.0)
                yield {
                    "page_id": page["page_id"],
                    "section": part["kind"],
                    "sentence": index,
                    "text": sentence["text"],
                    "method": "exact",
                    "exact": True,
                    "removal": "remove",
                    "rows": 64,
                    "forward_passes": 5,
                    "signals": [s | {"score": x} for s, x in zip(signals, scores, strict=True)],
                    "value_full": -1.5,
                    "value_none": -1.5 - sum(scores),
                    "completeness_error": 0.0,
                    "noise_floor": 1.7e-5,
                    "verdict": "supported" if scores else "none",
                    "cited": [],
                    "counterfactual": None,
                }


def agree(path: Path) -> None:
    """Let every customer agree to everything, so that every page is shown."""
    until = [(purpose.value, "2099-12-31") for purpose in Purpose]
    for silo in sorted((path / "silos").iterdir()):
        rows = [row | {"consent": until} for batch in read_table(silo, "customers") for row in batch]
        table = pa.Table.from_pylist(rows, schema=arrow_schema(TABLES["customers"]))
        pq.write_table(table, silo / "customers.parquet")
    hashed = {"silos": sha256_tree(path / "silos")}
    RunFolder(path).amend(lambda manifest: manifest["stages"]["ingest"]["outputs"].update(hashed))


def make_run(path: Path, base: Path, count: int) -> None:
    """A run of `count` explained pages, recorded as its stages would record it."""
    shutil.copytree(base, path)
    run = RunFolder(path)
    first = list(read_jsonl(path / PAGES))
    entry = run.manifest["stages"]["generate"]
    kept = {"config": entry["config"], "inputs": {"scrubbed": path / "scrubbed"}}

    def generate() -> dict[str, Any]:
        write_jsonl(path / PAGES, pages(first, count))
        return page_counts(path / PAGES)

    def explain() -> dict[str, Any]:
        write_jsonl(path / EXPLANATIONS, explanations(path / PAGES))
        return explanation_counts(path / EXPLANATIONS)

    run.stage("generate", kept["config"] | {"repeated": count}, kept["inputs"], (PAGES,), generate)
    run.stage("explain", {"method": "exact"}, {"pages": path / PAGES}, (EXPLANATIONS,), explain)


def high_water(pid: int) -> int:
    """Peak bytes of a process so far; 0 once it is gone. (What wait4 tells would count this process too.)"""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def measured(*arguments: object) -> dict[str, float]:
    """Wall and CPU seconds and peak bytes of a privgen command in a fresh process."""
    command = [sys.executable, "-m", "privgen.cli", *map(str, arguments)]
    started, peak, before = time.perf_counter(), 0, os.times()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, high_water(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"privgen {arguments[0]}: exit {process.returncode}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"seconds": time.perf_counter() - started, "cpu_seconds": cpu, "peak_rss": peak}


def show(figure: str, count: int, value: float, target: str = "") -> None:
    """Print one figure."""
    print(
        canonical_json({"figure": figure, "pages": count, "value": round(value, 3), "target": target}),
        flush=True,
    )


def measure(path: Path, count: int) -> float:
    """Print the figures of one run; peak bytes of its report."""
    size = sum(file.stat().st_size for file in (path / PAGES, path / EXPLANATIONS))
    show("input_bytes", count, size)
    made = measured("report", path, "--json")
    for name, value in made.items():
        show(f"report_{name}", count, value, "< 60" if name == "seconds" else "")
    report = path / "report"
    show("index_html_bytes", count, (report / "index.html").stat().st_size, "< 5000000")
    show("report_json_bytes", count, (report / "report.json").stat().st_size)
    details = [file.stat().st_size for file in (report / "details").iterdir()]
    show("details_files", count, len(details))
    show("details_bytes", count, sum(details))
    facts = json.loads((report / "report.json").read_text("utf-8"))
    show("sentences_explained", count, facts["explanations"]["sentences"])
    for name, value in measured("report", "--verify", path, "--json").items():
        show(f"verify_{name}", count, value)
    return made["peak_rss"]


def main() -> None:
    """Make the runs and measure them."""
    options = argparse.ArgumentParser()
    options.add_argument("--pages", type=int, default=10_000)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        base = folder / "base"
        sizes = {"merchants": MERCHANTS, "customers": CUSTOMERS}
        template = {"generator": "template", "pages_per_merchant": EACH}
        run_stage("ingest", base, flags={"synthetic": sizes})
        agree(base)
        for stage in ("scrub", "generate"):
            run_stage(stage, base, flags={"generate": template})
        peaks = []
        for count in (max(1, given.pages // 10), given.pages):
            path = folder / f"run-{count}"
            make_run(path, base, count)
            peaks.append(measure(path, count))
        show("peak_rss_growth", given.pages, peaks[1] / peaks[0], "<= 1.25")


if __name__ == "__main__":
    main()
