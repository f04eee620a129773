"""The ledger's lines of each mechanism: what an auditor recomputes from them, and forged ones."""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import dp_accounting
import pytest
from click.testing import Result
from dp_accounting.pld.pld_privacy_accountant import PLDAccountant
from federated_models import make_plan
from typer.testing import CliRunner

from privgen.cli import app
from privgen.composition import composed
from privgen.errors import LedgerError
from privgen.explain.report_accounting import Accountant
from privgen.explain.report_ledger import read_ledger
from privgen.federated import Ledger, PrivacyPlan
from privgen.federated.accounting import pld_epsilon
from privgen.federated.chain import Chain, append
from privgen.federated.ledger_summary import composed_epsilons

ADAPTIVE = make_plan(
    clipping="adaptive", clip_quantile=0.5, clip_learning_rate=0.2, count_noise=2.0, noise_multiplier=1.5
)
BANDED = make_plan(noise="banded", bands=4, sample_rate=1.0, noise_multiplier=1.2, steps=10)
HELD_OUT = make_plan(
    holdout=0.2, validation_noise=6.0, validation_bound=5.0, validations=4, noise_multiplier=1.4, delta=1e-6
)


def reserve(ledger: Ledger, plan: PrivacyPlan, number: int, **more: Any) -> str:
    return ledger.reserve(
        plan, steps=more.pop("steps", 2), server_round=number, data_fingerprint="ab", **more
    )


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two merchants' ledgers of all mechanisms; read, never changed."""
    folder = tmp_path_factory.mktemp("books")
    for merchant, rounds in (("alpine", 2), ("harbour", 1)):
        ledger = Ledger.open(folder / f"{merchant}.jsonl")
        for number in range(rounds):
            ledger.commit(reserve(ledger, ADAPTIVE, number), clip_norm=0.5 + number)
            ledger.commit(reserve(ledger, BANDED, number, instance="aa"))
            ledger.commit(reserve(ledger, HELD_OUT, number))
            ledger.commit(reserve(ledger, HELD_OUT, number, steps=1, purpose="validation"))
        reserve(ledger, BANDED, 9, instance="bb", steps=1)  # a second run, that a crash ended
    return folder


def recomputed(*ledgers: Path) -> float:
    """From the lines of the files alone, on dp-accounting's own grid, at delta 1e-6."""
    accountant, counts = PLDAccountant(value_discretization_interval=5e-4), Counter[tuple[float, float]]()
    for path in ledgers:
        runs = set()
        for text in path.read_text().splitlines():
            line = json.loads(text)
            if line["state"] != "reserved" or line.get("instance") in runs:
                continue
            banded = line["event"] == "banded_gaussian"
            runs |= {line["instance"]} if banded else set()
            counts[line["noise_multiplier"], line["sample_rate"]] += 1 if banded else line["steps"]
    for (noise, rate), count in counts.items():
        event = dp_accounting.PoissonSampledDpEvent(rate, dp_accounting.GaussianDpEvent(noise))
        accountant.compose(event, count)
    return float(accountant.get_epsilon(1e-6))


def reserved(path: Path) -> list[dict[str, Any]]:
    return [line for line in Ledger.open(path).entries() if line["state"] == "reserved"]


def privgen(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["ledger", *map(str, arguments)])


def test_charged_and_composed_figures_equal_an_independent_recomputation(books: Path) -> None:
    """dp-accounting within 0.1 %: of each merchant, and of a customer of both."""
    both = [Ledger.open(books / f"{name}.jsonl") for name in ("alpine", "harbour")]
    for ledger in both:
        assert ledger.spent().delta == 1e-6
        assert ledger.spent().epsilon == pytest.approx(recomputed(ledger.path), rel=1e-3)
    composed = composed_epsilons(both)
    assert composed[1] == both[0].spent().epsilon
    assert composed[2] == pytest.approx(recomputed(*(ledger.path for ledger in both)), rel=1e-3)
    assert composed[2] < both[0].spent().epsilon + both[1].spent().epsilon
    assert composed_epsilons([]) == {} and composed_epsilons([Ledger(books / "none")]) == {1: 0.0}


def test_a_customer_of_any_k_merchants_is_counted_with_those_that_compose_to_most(tmp_path: Path) -> None:
    """A Poisson plan of the larger epsilon, a banded one that composes to more: the figure
    is that of any k of four merchants, by brute force; so it is for merchants of one mechanism."""
    poisson = make_plan(noise_multiplier=0.556, sample_rate=0.05, steps=20)
    banded = make_plan(noise="banded", bands=4, sample_rate=1.0, noise_multiplier=0.604, steps=10)
    assert poisson.epsilon() > banded.epsilon()
    assert poisson.composed_epsilon(2) + 1.0 < banded.composed_epsilon(2)

    def book(name: str, plan: PrivacyPlan, steps: int) -> Ledger:
        ledger = Ledger.open(tmp_path / f"{name}.jsonl")
        reserve(ledger, plan, 1, steps=steps, **({"instance": name} if plan is banded else {}))
        return ledger

    def most(ledgers: list[Ledger], k: int) -> float:
        groups = itertools.combinations([ledger.events() for ledger in ledgers], k)
        return max(pld_epsilon([event for part in group for event in part], 1e-5) for group in groups)

    mixed = [book("a", poisson, 20), book("b", poisson, 20), book("c", banded, 10), book("d", banded, 2)]
    found = composed_epsilons(mixed)
    assert found == {k: most(mixed, k) for k in (1, 2, 3, 4)}
    assert found[2] == banded.composed_epsilon(2)
    alike = [book(f"e{steps}", poisson, steps) for steps in (5, 20, 10, 3)]
    assert composed_epsilons(alike) == {k: most(alike, k) for k in (1, 2, 3, 4)}
    accountant = Accountant(1e-5)  # the report's
    told = composed([read_ledger(ledger.path).spends for ledger in mixed], accountant.epsilon)
    assert told == pytest.approx(found, rel=1e-3)


def test_show_and_verify_name_mechanisms_and_the_composed_figure(books: Path) -> None:
    shown = json.loads(privgen("show", books, "--json").stdout)
    adaptive, banded, held_out = shown["ledgers"][0]["plans"]
    assert (adaptive["mechanism"], adaptive["clip_norm"]) == ("Poisson, adaptive clipping", 1.5)
    assert banded["mechanism"] == "banded noise, 4 bands, 3 participations, flat clipping"
    assert (banded["steps"], banded["steps_left"]) == (5, 9)  # of the second run
    assert (held_out["steps"], held_out["validations"], shown["ledgers"][0]["validations"]) == (4, 2, 2)
    both = composed_epsilons([Ledger.open(books / f"{name}.jsonl") for name in ("alpine", "harbour")])
    assert shown["composed"] == [{"merchants": k, "epsilon": e, "delta": 1e-6} for k, e in both.items()]
    table = privgen("show", books).stdout
    assert "A customer of several merchants" in table and "adaptive" in table and "banded" in table
    told = json.loads(privgen("verify", books, "--json").stdout)
    for entry in told["ledgers"]:
        assert entry["recomputed"] == pytest.approx(entry["epsilon"], rel=1e-3)


def test_the_report_reads_the_same(books: Path) -> None:
    facts = read_ledger(books / "alpine.jsonl")
    events = Ledger.open(books / "alpine.jsonl").events()
    spends = [(s.noise_multiplier, s.sample_rate, s.steps) for s in facts.spends if s.steps]
    wanted = [(e.noise_multiplier, e.sample_rate, e.steps) for e in events]
    for spend, event in zip(spends, wanted, strict=True):
        assert spend == pytest.approx(event)
    assert facts.chained and facts.steps == 4 + 5 + 4 and len(facts.rounds) == len(facts.spends) == 9


def test_an_adaptive_bound_and_a_run_s_steps_are_read_back(books: Path) -> None:
    ledger = Ledger.open(books / "harbour.jsonl")
    assert ledger.clip_norm(ADAPTIVE.plan_id) == 0.5 and ledger.clip_norm(BANDED.plan_id) is None
    assert ledger.run_steps("aa") == (2, 2) and ledger.run_steps("bb") == (1, 0)
    assert ledger.run_steps("cc") == (0, 0)


@pytest.mark.parametrize(
    ("place", "forged"),
    [
        *[(0, {"noise_multiplier": 3.0}), (0, {"count_noise": 9.0}), (0, {"step_noise": 9.0})],
        *[(0, {"step_noise": 0}), (0, {"clip_norm": -1.0}), (0, {"purpose": "fun"})],
        *[(2, {"noise_multiplier": 5.0}), (2, {"bands": 8}), (2, {"planned_steps": 5}), (2, {"bands": 1})],
        *[(2, {"participations": 1}), (2, {"first_step": 1}), (2, {"instance": 5}), (2, {"steps": 11})],
        *[(2, {"sample_rate": 0.1}), (2, {"instance": None}), (4, {"event": "gaussian"})],
    ],
)
def test_lines_that_do_not_add_up_are_refused(
    place: int, forged: dict[str, Any], books: Path, tmp_path: Path
) -> None:
    """By somebody who can write chain and head."""
    line = Ledger.open(books / "alpine.jsonl").entries()[place]
    kept = {key: value for key, value in line.items() if key not in ("hash", "previous_hash")}
    path = tmp_path / "m.jsonl"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    append(descriptor, path, Chain(), kept)
    os.close(descriptor)
    Ledger.open(path)  # as it is, it may stand alone
    path.unlink()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    append(descriptor, path, Chain(), kept | forged)
    os.close(descriptor)
    with pytest.raises(LedgerError, match="line 1 cannot be accounted for"):
        Ledger.open(path)


def test_a_run_s_lines_follow_one_another(books: Path, tmp_path: Path) -> None:
    """A line left out, taken twice, or of another plan: the chain may hold, the run does not."""
    lines = [line for line in reserved(books / "alpine.jsonl") if line.get("instance") == "aa"]
    for number, chosen in enumerate(([1], [0, 1, 1], [0, 0], [1, 0])):
        path, chain = tmp_path / f"{number}.jsonl", Chain()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        for place in chosen:
            kept = {k: v for k, v in lines[place].items() if k not in ("hash", "previous_hash")}
            chain = append(descriptor, path, chain, kept)
        os.close(descriptor)
        with pytest.raises(LedgerError, match="cannot be accounted for"):
            Ledger.open(path)
