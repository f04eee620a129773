"""How long the shell takes to answer: `python -c "import privgen"`, `privgen --help` and one per command.

python examples/benchmarks/shell_speed.py [REPEATS]

Prints the fastest and the median wall time of each, in seconds; the fastest tells what the program needs,
the median what a busy machine makes of it. The aim is under 0.5 s.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = ("demo", "ingest", "scrub", "train", "generate", "explain", "report")
_CALL = "import sys; from privgen.cli import main; sys.argv = ['privgen', *sys.argv[1:]]; main()"


def seconds(command: list[str], repeats: int) -> list[float]:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return times


def main(repeats: int) -> None:
    shell = [sys.executable, "-c", _CALL]
    cases = {
        "python": [sys.executable, "-c", ""],
        "import privgen": [sys.executable, "-c", "import privgen"],
        "privgen --help": [*shell, "--help"],
    }
    cases |= {f"privgen {command} --help": [*shell, command, "--help"] for command in COMMANDS}
    print(f"{'':24} {'fastest':>8} {'median':>8}")
    for name, command in cases.items():
        times = seconds(command, repeats)
        print(f"{name:24} {min(times):8.3f} {statistics.median(times):8.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
