"""Flower's strategies on a streamed mean: against Flower itself, over resumes, with flat memory."""

from __future__ import annotations

import dataclasses
import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federated_models import make_base, make_plan, make_silo
from flwr.app import ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAdam, FedAvg, FedProx
from peft import PeftModel
from safetensors.numpy import load_file
from transformers import AutoModelForCausalLM

from privgen.errors import ConfigError, PlanError
from privgen.federated import FederatedResult, Ledger, Silo, simulate
from privgen.federated.engines import run_inprocess
from privgen.federated.flower_app import server_app
from privgen.federated.model import load_model
from privgen.federated.rules import RoundResult, Rules
from privgen.federated.settings import Weights
from privgen.federated.strategies import PrivateRounds
from privgen.federated.streamed_grid import StreamedGrid
from privgen.federated.wire import WIRE, arrays_of, weights_of

SILOS = tuple(Silo(f"m{place}", Path("none")) for place in range(5))


def moving_app(names: tuple[Silo, ...] = SILOS) -> ClientApp:
    """Node i adds (i + 1) tenths of what it got, plus i + 1 hundredths; it claims to have many examples.

    It got half precision, whoever sent it: Flower's own strategies send more, ours nothing else.
    """
    app = ClientApp()

    @app.query()  # type: ignore[untyped-decorator]
    def query(message: Message, context: Context) -> Message:
        return Message(RecordDict({"silo": _name(names, context)}), reply_to=message)

    @app.train()  # type: ignore[untyped-decorator]
    def train(message: Message, context: Context) -> Message:
        share = int(context.node_config["partition-id"]) + 1.0
        got = {name: value.astype(WIRE) for name, value in weights_of(message.content["arrays"]).items()}
        moved = {
            name: value.astype(np.float32) * np.float32(1 + share / 10) + np.float32(share / 100)
            for name, value in got.items()
        }
        content = RecordDict({"arrays": arrays_of(moved), "silo": _name(names, context)})
        content["metrics"] = MetricRecord({"num-examples": 1 if names is SILOS else 10**6 * int(share)})
        return Message(content, reply_to=message)

    return app


def _name(names: tuple[Silo, ...], context: Context) -> ConfigRecord:
    return ConfigRecord({"merchant-id": names[int(context.node_config["partition-id"])].merchant_id})


def start_weights() -> Weights:
    rng = np.random.default_rng(2)
    return {name: rng.normal(size=(3, 4)).astype(np.float32) for name in ("x.lora_B.w", "y.lora_B.w")}


def rounds(rules: Rules, count: int, **options: Any) -> list[RoundResult]:
    seen: list[RoundResult] = []
    strategy = PrivateRounds(rules, SILOS, lambda result: seen.append(result) or True, **options)
    weights = options.pop("weights", None) or start_weights()
    run_inprocess(server_app(strategy, weights, count), moving_app, len(SILOS))
    return seen


@pytest.mark.parametrize(
    ("rules", "flower"),
    [
        (Rules("plan"), FedAvg),
        (Rules("plan", strategy="fedprox", proximal_mu=0.5), FedProx),
        (Rules("plan", strategy="fedadam", server_learning_rate=0.05), lambda **o: FedAdam(eta=0.05, **o)),
    ],
)
def test_the_same_as_flower_s_own_strategy(rules: Rules, flower: Any) -> None:
    """Oracle: Flower on all replies at once, with equal weights."""
    found = rounds(rules, 4)[-1].weights
    wanted: list[Weights] = []

    def check(grid: Grid) -> None:
        strategy = flower(fraction_evaluate=0.0, min_available_nodes=5, min_train_nodes=5)
        wanted.append(weights_of(strategy.start(grid, arrays_of(start_weights()), num_rounds=4).arrays))

    from flwr.serverapp import ServerApp

    server = ServerApp()

    @server.main()  # type: ignore[untyped-decorator]
    def main(grid: Grid, context: Context) -> None:
        check(grid)

    run_inprocess(server, moving_app, len(SILOS))
    assert found is not None
    for name, value in wanted[0].items():
        np.testing.assert_allclose(found[name], value, rtol=2e-6, atol=1e-6)


def test_the_number_of_examples_that_a_silo_claims_weighs_nothing() -> None:
    liars = tuple(dataclasses.replace(silo) for silo in SILOS)
    seen: list[RoundResult] = []
    strategy = PrivateRounds(Rules("plan"), liars, lambda result: seen.append(result) or True)
    run_inprocess(server_app(strategy, start_weights(), 1), lambda: moving_app(liars), len(liars))
    honest = rounds(Rules("plan"), 1)[0].weights
    assert honest is not None and seen[0].weights is not None
    for name, value in honest.items():
        np.testing.assert_array_equal(seen[0].weights[name], value)


def test_fedadam_goes_on_where_it_was() -> None:
    rules = Rules("plan", strategy="fedadam", server_learning_rate=0.05)
    whole = rounds(rules, 5)
    first = rounds(rules, 2)[-1]
    assert {name.partition("/")[0] for name in first.moments} == {"m", "v"} and first.weights is not None
    seen: list[RoundResult] = []
    strategy = PrivateRounds(
        rules, SILOS, lambda result: seen.append(result) or True, first_round=3, moments=first.moments
    )
    run_inprocess(server_app(strategy, first.weights, 3), moving_app, len(SILOS))
    for name, value in (whole[-1].weights or {}).items():
        np.testing.assert_allclose((seen[-1].weights or {})[name], value, atol=1e-6)


def test_server_memory_does_not_grow_with_silos() -> None:
    def peak(count: int) -> int:
        silos = tuple(Silo(f"m{place}", Path("none")) for place in range(count))
        weights = {"x.lora_B.w": np.ones(50_000, np.float32)}
        strategy = PrivateRounds(Rules("plan"), silos, lambda result: True)
        tracemalloc.start()
        run_inprocess(server_app(strategy, weights, 1), lambda: moving_app(silos), count)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(2)
    assert peak(200) < peak(10) + 2 * 2**20  # one silo's weights are 0.2 MB, 190 more would be 38 MB


class BatchGrid(StreamedGrid):
    """A grid that, like Flower's own, answers only what was pushed; it counts what is under way."""

    streams = False

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self.under_way, self.most = 0, 0

    def push_messages(self, messages: Any) -> Any:
        ids = super().push_messages(messages)
        self.under_way += len(ids)
        self.most = max(self.most, self.under_way)
        return ids

    def pull_messages(self, message_ids: Any) -> Any:
        replies = list(super().pull_messages(message_ids))
        self.under_way -= len(replies)
        return replies


def test_few_messages_are_under_way_on_flower_s_grids() -> None:
    silos = tuple(Silo(f"m{place}", Path("none")) for place in range(150))
    seen: list[RoundResult] = []
    strategy = PrivateRounds(Rules("plan"), silos, lambda result: seen.append(result) or True)
    grids: list[BatchGrid] = []
    from flwr.serverapp import ServerApp

    server = ServerApp()

    @server.main()  # type: ignore[untyped-decorator]
    def main(grid: Grid, context: Context) -> None:
        grids.append(BatchGrid(grid))
        strategy.start(grids[0], arrays_of(start_weights()), num_rounds=2, timeout=60.0)

    run_inprocess(server, lambda: moving_app(silos), len(silos))
    assert [len(result.participants) + len(result.failures) for result in seen] == [150, 150]
    assert not any("no reply" in why for result in seen for why in result.failures.values())
    assert 1 < grids[0].most <= 64 and grids[0].under_way == 0


# ---- whole trainings ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def silos(tmp_path: Path) -> list[Silo]:
    return [make_silo(tmp_path, name, customers=6, most=2) for name in ("alpine", "harbour", "mill", "quay")]


def _train(silos: list[Silo], base: str, out: Path, **changes: Any) -> FederatedResult:
    options: dict[str, Any] = {"rounds": 4, "steps_per_round": 1, "rank": 2, "min_customers": 5, "seed": 3}
    plan = changes.pop("plan", None) or make_plan()
    return simulate(silos, plan, base, out, **(options | changes))


def _state(out: Path) -> dict[str, np.ndarray]:
    return dict(load_file(out / "state.safetensors"))


def _history(result: FederatedResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.history.read_text().splitlines()]


def test_partial_participation_is_charged_where_it_took_place(
    silos: list[Silo], base: str, tmp_path: Path
) -> None:
    """Two of four silos in each of five rounds: three rounds at most for any, and the plan is for three."""
    out = tmp_path / "out"
    plan = make_plan(steps=3)
    with pytest.raises(PlanError, match="calibrate with steps=3"):
        _train(silos, base, out, plan=make_plan(steps=2), rounds=5, silos_per_round=2)
    result = _train(silos, base, out, plan=plan, rounds=5, silos_per_round=2, seed=None)
    assert result.rounds_done == 5 and result.stopped is None
    for silo in silos:
        name = silo.merchant_id
        entries = Ledger.open(out / "ledger" / f"{name}.jsonl").entries()
        trained = [line["server_round"] for line in _history(result) if name in line["participants"]]
        assert [e["server_round"] for e in entries if e["state"] == "committed"] == trained
        assert 2 <= len(trained) <= 3 and result.spends[name].epsilon == plan.epsilon(len(trained))
    assert all(len(line["asked"]) == 2 and not line["failures"] for line in _history(result))
    said = json.loads((out / "plan.json").read_text())["participation"]
    assert said.startswith("2 of 4 silos a round, those asked least first")


def test_partial_participation_goes_on_fairly_after_an_interruption(
    silos: list[Silo], base: str, tmp_path: Path
) -> None:
    class _Stop(Exception):
        pass

    def interrupt(done: float, total: float | None, label: str) -> None:
        if done == 3:
            raise _Stop

    options: dict[str, Any] = {"plan": make_plan(steps=3), "rounds": 6, "silos_per_round": 2}
    with pytest.raises(_Stop):
        _train(silos, base, tmp_path / "out", progress=interrupt, **options)
    result = _train(silos, base, tmp_path / "out", **options)
    whole = _train(silos, base, tmp_path / "whole", **options)
    asked = [line["asked"] for line in _history(result)]
    assert asked == [line["asked"] for line in _history(whole)]
    assert all(sum(silo.merchant_id in names for names in asked) == 3 for silo in silos)


@pytest.mark.parametrize("aggregation", ["alternating", "exact"])
def test_other_exact_aggregations_train_and_load(
    silos: list[Silo], base: str, tmp_path: Path, aggregation: Any
) -> None:
    out = tmp_path / "out"
    states = []
    for count in (1, 2):
        result = _train(silos, base, out / str(count), rounds=count, aggregation=aggregation)
        states.append(_state(out / str(count)))
    changed = {name for name in states[0] if not np.array_equal(states[0][name], states[1][name])}
    letters = {"alternating": {".lora_A."}, "exact": {".lora_A.", ".lora_B."}}[aggregation]
    assert {part for name in changed for part in (".lora_A.", ".lora_B.") if part in name} == letters
    line = _history(result)[-1]
    if aggregation == "exact":
        assert 0.0 < line["rank_cut"] < 1.0
    else:  # both factors are sent, one comes back
        assert line["bytes_received"] < line["bytes_sent"]
    PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(result.adapter))
    saved = load_file(result.adapter / "adapter_model.safetensors")
    for name, value in states[1].items():
        np.testing.assert_array_equal(saved[name.replace(".default", "")], value)
    frozen = _train(silos, base, tmp_path / "frozen", rounds=1)  # A is as it was drawn, not as it was trained
    saved = load_file(frozen.adapter / "adapter_model.safetensors")
    again = _train(silos, base, tmp_path / "again", rounds=1)
    for name, value in load_file(again.adapter / "adapter_model.safetensors").items():
        np.testing.assert_array_equal(saved[name], value)


def test_less_than_half_the_bytes(silos: list[Silo], base: str, tmp_path: Path) -> None:
    """Of what plain LoRA sends: both factors in single precision, each way, to and from every silo."""
    both = load_model(base, rank=2).untrained("AB").values()
    line = _history(_train(silos, base, tmp_path / "out", rounds=1))[0]
    for way in ("bytes_sent", "bytes_received"):
        assert 0 < line[way] <= 0.3 * len(silos) * sum(value.nbytes for value in both)


def test_fedprox_pulls_back_and_is_charged_the_same(silos: list[Silo], base: str, tmp_path: Path) -> None:
    plan = make_plan(noise_multiplier=0.5)
    lengths = {}
    for mu in (0.0, 50.0):
        options: dict[str, Any] = {"strategy": "fedprox", "proximal_mu": mu} if mu else {}
        result = _train(
            silos,
            base,
            tmp_path / str(mu),
            plan=plan,
            rounds=1,
            steps_per_round=8,
            learning_rate=0.05,
            **options,
        )
        lengths[mu] = _history(result)[0]["update_norm"]
        assert result.spends["alpine"].epsilon == plan.epsilon(8)
    assert lengths[50.0] < 0.8 * lengths[0.0]


def test_fedadam_resumes(silos: list[Silo], base: str, tmp_path: Path) -> None:
    options: dict[str, Any] = {"strategy": "fedadam", "server_learning_rate": 0.02}

    class _Stop(Exception):
        pass

    def interrupt(done: float, total: float | None, label: str) -> None:
        if done == 2:
            raise _Stop

    whole = _train(silos[:2], base, tmp_path / "whole", **options)
    with pytest.raises(_Stop):
        _train(silos[:2], base, tmp_path / "out", progress=interrupt, **options)
    again = _train(silos[:2], base, tmp_path / "out", **options)
    assert whole.rounds_done == again.rounds_done == 4
    found, wanted = _state(tmp_path / "out"), _state(tmp_path / "whole")
    assert any(name.startswith("moments/v/") for name in wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, atol=1e-7)


def test_what_is_refused(silos: list[Silo], base: str, tmp_path: Path) -> None:
    for error, words, options in (
        (PlanError, "not the mean of the products", {"aggregation": "average"}),
        (ConfigError, "aggregation", {"aggregation": "median"}),
        (ConfigError, "strategy", {"strategy": "krum"}),
        (ConfigError, "fedadam wants", {"strategy": "fedadam", "aggregation": "exact"}),
        (ConfigError, "proximal_mu", {"strategy": "fedprox"}),
        (ConfigError, "proximal_mu", {"proximal_mu": 1.0}),
        (ConfigError, "proximal_mu", {"proximal_mu": -1.0}),
        (ConfigError, "server_learning_rate", {"server_learning_rate": 0.0}),
        (ConfigError, "silos_per_round", {"silos_per_round": 0}),
        (ConfigError, "deadline", {"deadline": 0.0}),
        (ConfigError, "workers", {"workers": 0}),
        (ConfigError, "gpus_per_client", {"gpus_per_client": -1.0}),
    ):
        with pytest.raises(error, match=words) as caught:
            _train(silos, base, tmp_path / "out", **options)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()
