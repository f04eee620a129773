"""Real rounds in this process with workers: wall time against the silos' own time, bytes, and the accountant.

One JSON line each: `round` (wall time of the rounds after the first over the sum of local training divided by
the workers), `bytes` (to and from a silo, over both factors in single precision each way), `accountant` (CPU
seconds to read and verify a ledger of so many entries, and to compute its epsilon, nothing cached). Models
and records are made on the spot; the time grows with --hidden and --steps, which the ratio is about.

    python examples/benchmarks/federated_rounds.py [--silos N] [--workers N] [--rounds N] [--hidden N]
        [--steps N] [--entries N] [--quick]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from flwr.app import Context, Message
from flwr.clientapp import ClientApp
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from privgen.federated import Ledger, PrivacyPlan, Silo
from privgen.federated.chain import Chain, append
from privgen.federated.engines import run_inprocess
from privgen.federated.flower_app import loaded_client_app, server_app
from privgen.federated.ledger_entry import FORMAT, plan_fields
from privgen.federated.rules import Rules, Use
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.strategies import PrivateRounds
from privgen.federated.training import Training
from privgen.files import read_jsonl, write_jsonl
from privgen.progress import silent
from privgen.prompt import Prompt, TrainingRecord
from privgen.schema import SectionKind


def make_base(folder: Path, hidden: int) -> str:
    """A random model over bytes."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE({token: i for i, token in enumerate([*alphabet, "</s>", "<pad>"])}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>", pad_token="<pad>").save_pretrained(
        folder
    )
    sizes = {"hidden_size": hidden, "intermediate_size": 3 * hidden, "num_hidden_layers": 4}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 4}
    config = LlamaConfig(vocab_size=258, eos_token_id=256, pad_token_id=257, **sizes, **heads)
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


def make_silo(folder: Path, name: str, customers: int = 60) -> Silo:
    prompt = Prompt("Write about the tea:\n", (), "Text:\n")
    target = ("The tea is green, it comes from a small garden and tastes of grass and of the sea.",) * 2
    rows = [
        TrainingRecord(f"c{i}", SectionKind.DESCRIPTION, prompt, target).to_json() for i in range(customers)
    ]
    write_jsonl(folder / f"{name}.jsonl", rows)
    return Silo(name, folder / f"{name}.jsonl")


def timed_app(
    silos: tuple[Silo, ...], ledgers: Path, plan: PrivacyPlan, settings: TrainingSettings
) -> ClientApp:
    """The silos' app; writes down how long each training took."""
    inner, app = loaded_client_app(silos, ledgers, plan, settings), ClientApp()

    @app.query()
    def query(message: Message, context: Context) -> Message:
        return inner(message, context)

    @app.train()
    def train(message: Message, context: Context) -> Message:
        begun = time.perf_counter()
        reply = inner(message, context)
        merchant = silos[int(context.node_config["partition-id"])].merchant_id
        server_round = message.content["config"]["server-round"]
        seconds = time.perf_counter() - begun
        (ledgers / f"{merchant}-{server_round}.seconds").write_text(str(seconds))
        return reply

    return app


def rounds(folder: Path, options: argparse.Namespace) -> tuple[Training, list[dict[str, object]]]:
    """Train; the history's lines."""
    silos = tuple(make_silo(folder, f"m{place:02}") for place in range(options.silos))
    base = make_base(folder / "base", options.hidden)
    plan = PrivacyPlan.calibrate(steps=options.rounds * options.steps, sample_rate=0.2, batch_divisor=12.0)
    settings = TrainingSettings(base=base, steps_per_round=options.steps)
    out = folder / "out"
    rules = Rules(plan.plan_id)
    training = Training(silos, plan, settings, rules, out, out / "ledger", None, silent)

    def federate(strategy: PrivateRounds, weights: Weights, left: int) -> None:
        client = partial(timed_app, silos, out / "ledger", plan, settings)
        use = Use(workers=options.workers)
        run_inprocess(server_app(strategy, weights, left), client, len(silos), use)

    training.run(options.rounds, federate)
    return training, list(read_jsonl(out / "history.jsonl"))


def measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        training, lines = rounds(folder, options)
        ratios = []
        for line in lines[1:] or lines:
            own = (folder / "out" / "ledger").glob(f"*-{line['server_round']}.seconds")
            ratios.append(line["seconds"] / (sum(float(file.read_text()) for file in own) / options.workers))
        parameters = {"silos": options.silos, "workers": options.workers, "seconds": lines[-1]["seconds"]}
        found = {"ratio_median": round(statistics.median(ratios), 3), "ratio_least": round(min(ratios), 3)}
        print(json.dumps({"what": "round"} | parameters | found), flush=True)
        whole = sum(value.nbytes for value in training.model.untrained("AB").values())
        per_silo = {way: lines[0][way] // options.silos for way in ("bytes_sent", "bytes_received")}
        share = round(sum(per_silo.values()) / (2 * whole), 3)
        print(json.dumps({"what": "bytes"} | per_silo | {"both_factors": whole, "share": share}))
        print(json.dumps({"what": "accountant"} | accountant(folder / "book.jsonl", options.entries)))


def accountant(path: Path, entries: int) -> dict[str, float]:
    """CPU seconds of a ledger of so many entries, under five settings that nothing has computed yet."""
    plan = PrivacyPlan.calibrate(steps=entries)
    plans = [
        dataclasses.replace(plan, noise_multiplier=1.0 + place / 4, sample_rate=0.01 * (1 + place))
        for place in range(5)
    ]
    chain, fields = Chain(), {"format": FORMAT, "state": "reserved", "steps": 2, "unsafe": False, "time": ""}
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    for place in range(entries):  # as `reserve` would, without its check of the budget
        line = plan_fields(plans[place % 5]) | fields | {"server_round": place, "data_fingerprint": "ab"}
        chain = append(descriptor, path, chain, line)
    os.close(descriptor)
    begun = time.process_time()
    book = Ledger.open(path)
    read = time.process_time() - begun
    spent = book.spent()
    return {
        "entries": len(book.entries()),
        "read_seconds": round(read, 3),
        "epsilon_seconds": round(time.process_time() - begun - read, 3),
        "epsilon": round(spent.epsilon, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--silos", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it runs")
    options = parser.parse_args()
    if options.quick:
        options.silos, options.rounds, options.hidden, options.steps, options.entries = 2, 2, 16, 1, 20
    measure(options)


if __name__ == "__main__":
    main()
