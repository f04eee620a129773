"""Memory, speed and cores of the scrubber over files of any size: one JSON line per figure.

A log with unique ids on every row is generated into a temporary folder (or `--folder`) in two sizes and
scrubbed with two workers, each in a fresh process whose memory, with that of its workers, is read twenty
times a second (PSS: pages that the processes share count once; and RSS, summed over the processes, which
counts them in each). Then one worker and two take turns on the same file. Then, with `--ray`, a local Ray
scrubs a table and the rows are compared with those of a single process.

    python examples/benchmarks/scrub_scale.py [--small MB] [--large MB] [--speed MB] [--turns N] [--ray]

Targets: peak under 1 GB over all processes; growth from 200 MB to 2,000 MB under 5 %; two workers at least
1.8 x one. The full run (--small 200 --large 2000) takes hours on two cores; `--small 1 --large 2 --speed 1`
a minute.
"""

import argparse
import functools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from privgen.anonymize import Scrubber, scrub_file

KEY = bytes(range(32))
WORDS = (
    ["item", "shipped", "cart", "opened", "coupon", "shown", "page", "viewed", "price", "changed", "stock", "low", "search", "sorted", "by", "size"]
)


def make_log(path: Path, size: int) -> None:
    """A log of about `size` bytes with unique ids in every row; one row in four holds personal data."""
    rng = random.Random(11)
    with path.open("w", encoding="utf-8") as handle:
        row = 0
        while handle.tell() < size if row % 1000 == 0 else True:
            row += 1
            words = " ".join(rng.choices(WORDS, k=12))
            ids = f"req={rng.getrandbits(64):016x} session=s{rng.getrandbits(48):012x} row={row}"
            extra = ("", "", "", f" mail=user{rng.getrandbits(32):08x}@example.com tel=138{row % 10**8:08}")[
                row % 4
            ]
            handle.write(f"2024-05-01T10:{row // 60 % 60:02}:{row % 60:02} {ids} {words}{extra}\n")


def tree(pid: int) -> list[int]:
    """Process ids of a process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in tree(int(child)))]


def memory(pid: int) -> tuple[int, int]:
    """Bytes of PSS and of RSS, summed over a process and all below it."""
    totals = [0, 0]
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            for place, name in enumerate(("Pss:", "Rss:")):
                if line.startswith(name):
                    totals[place] += int(line.split()[1]) * 1024
    return totals[0], totals[1]


def peak(source: Path, out: Path, workers: int) -> tuple[int, int, dict[str, float]]:
    """Scrub in a fresh process; peak bytes of PSS and RSS, and its report."""
    code = (
        "import json, sys; from pathlib import Path; from privgen.anonymize import Scrubber, scrub_file; "
        "r = scrub_file(Path(sys.argv[1]), Path(sys.argv[2]), scrubber=Scrubber(key=bytes(range(32))), "
        "workers=int(sys.argv[3])); "
        "print(json.dumps({k: r[k] for k in ('rows', 'seconds', 'rows_per_second', 'rejected')}))"
    )
    command = [sys.executable, "-c", code, str(source), str(out), str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    highest = [0, 0]
    while process.poll() is None:
        highest = [max(pair) for pair in zip(highest, memory(process.pid), strict=True)]
        time.sleep(0.05)
    assert process.stdout is not None and process.returncode == 0
    return highest[0], highest[1], json.loads(process.stdout.read())


def memory_figures(folder: Path, sizes: tuple[int, int]) -> Iterator[dict[str, object]]:
    """Peak memory at two sizes, and the growth between them."""
    peaks = []
    for size in sizes:
        source, out = folder / f"{size}.log", folder / f"{size}.out.log"
        make_log(source, size * 1_000_000)
        pss, rss, report = peak(source, out, 2)
        peaks.append(pss)
        yield {
            "figure": f"peak_mb_at_{size}_mb",
            "value": round(pss / 1e6, 1),
            "rss_sum_mb": round(rss / 1e6, 1),
        } | report
        source.unlink()
        out.unlink()
    growth = 100 * (peaks[1] / peaks[0] - 1)
    yield {"figure": "growth_percent", "value": round(growth, 2), "from_mb": sizes[0], "to_mb": sizes[1]}


def speed_figures(folder: Path, size: int, turns: int) -> Iterator[dict[str, object]]:
    """Wall seconds of one worker and of two on the same file, in turns."""
    scrubber = Scrubber(key=KEY)
    scrubber.load()
    source = folder / "speed.log"
    make_log(source, size * 1_000_000)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    rows, outs = 0, set()
    for turn in range(turns):
        for workers in (1, 2) if turn % 2 == 0 else (2, 1):
            out = folder / f"speed.{turn}.{workers}.log"
            report = scrub_file(source, out, scrubber=scrubber, workers=workers)
            seconds[workers].append(report["seconds"])
            rows = report["rows"]
            outs.add(out.read_bytes())
    assert len(outs) == 1, "the output depends on the number of workers"
    best = {workers: min(times) for workers, times in seconds.items()}
    for workers in (1, 2):
        yield {
            "figure": f"rows_per_second_{workers}_workers",
            "value": round(rows / best[workers], 1),
            "seconds": seconds[workers],
        }
    yield {"figure": "two_workers_over_one", "value": round(best[1] / best[2], 2), "load": os.getloadavg()[0]}


def ray_figures(folder: Path) -> Iterator[dict[str, object]]:
    """Whether a local Ray writes the rows of a single process."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import ray

    from privgen.anonymize import scrub_dataset

    log = folder / "ray.log"
    make_log(log, 400_000)
    texts = log.read_text().splitlines()
    table = pa.table({"row": range(len(texts)), "text": texts})
    pq.write_table(table, folder / "ray.parquet", row_group_size=500)
    scrub_file(folder / "ray.parquet", folder / "ray.out.parquet", scrubber=Scrubber(key=KEY))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        dataset = ray.data.read_parquet(str(folder / "ray.parquet"))
        done = pa.concat_tables(
            ray.get(scrub_dataset(dataset, functools.partial(Scrubber, key=KEY)).to_arrow_refs())
        )
    finally:
        ray.shutdown()
    same = (
        done.sort_by("row").select(["row", "text"]).to_pylist()
        == pq.read_table(folder / "ray.out.parquet").to_pylist()
    )
    yield {"figure": "ray_equals_single_process", "value": same, "rows": done.num_rows}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=int, default=200, help="MB")
    parser.add_argument("--large", type=int, default=2000, help="MB")
    parser.add_argument("--speed", type=int, default=20, help="MB of the file that one and two workers scrub")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument(
        "--folder", type=Path, help="where the files go, with room for three times the largest"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        figures = [
            memory_figures(folder, (given.small, given.large)),
            speed_figures(folder, given.speed, given.turns),
        ]
        if given.ray:
            figures.append(ray_figures(folder))
        for part in figures:
            for figure in part:
                print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
