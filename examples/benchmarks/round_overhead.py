"""What a federated round costs besides training: a silo that only echoes, in this process.

One JSON line per number of silos: milliseconds per silo (least and median over rounds), and by how much the
process's peak memory grew over the whole run.

    python examples/benchmarks/round_overhead.py [--parameters N] [--silos N ...] [--rounds N]
        [--quick]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
from pathlib import Path

import numpy as np
from flwr.app import ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from privgen.federated.engines import run_inprocess
from privgen.federated.flower_app import server_app
from privgen.federated.rules import RoundResult, Rules
from privgen.federated.silo import Silo
from privgen.federated.strategies import PrivateRounds

LAYERS = 14


def echo() -> ClientApp:
    """An app that sends back what it got, in the shape of a real reply."""
    app = ClientApp()

    @app.train()
    def train(message: Message, context: Context) -> Message:
        merchant = ConfigRecord({"merchant-id": f"m{context.node_config['partition-id']}"})
        metrics = MetricRecord({"num-examples": 1})
        content = {"arrays": message.content["arrays"], "metrics": metrics, "silo": merchant}
        return Message(RecordDict(content), reply_to=message)

    return app


def measure(silos: int, parameters: int, rounds: int) -> dict[str, float]:
    """Run `rounds` rounds over `silos` echoing silos."""
    seconds: list[float] = []

    def keep(result: RoundResult) -> bool:
        if len(result.participants) != silos:
            raise SystemExit(f"{len(result.participants)} of {silos} silos took part")
        seconds.append(result.seconds)
        return True

    members = tuple(Silo(f"m{place}", Path("none")) for place in range(silos))
    weights = {f"b{layer}": np.ones((parameters // LAYERS,), np.float32) for layer in range(LAYERS)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rounds_of = PrivateRounds(Rules("plan"), members, keep)
    run_inprocess(server_app(rounds_of, weights, rounds), echo, silos)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "silos": silos,
        "parameters": parameters,
        "rounds": rounds,
        "ms_per_silo_least": round(1000 * min(seconds) / silos, 4),
        "ms_per_silo_median": round(1000 * statistics.median(seconds) / silos, 4),
        "peak_growth_mib": round(grown / 1024, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parameters", type=int, default=100_000)
    parser.add_argument("--silos", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="10 silos, 1 round: whether it runs")
    options = parser.parse_args()
    if options.quick:
        options.silos, options.rounds = [10], 1
    measure(2, options.parameters, 2)  # imports and first allocations
    for silos in options.silos:
        print(json.dumps(measure(silos, options.parameters, options.rounds)), flush=True)


if __name__ == "__main__":
    main()
