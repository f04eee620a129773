"""The utility benchmark: its scores by hand-computed values, its split, and that it runs."""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from federated_models import make_base

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def benchmarks() -> Iterator[None]:
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


def test_bleu_is_what_one_gets_by_hand() -> None:
    from text_scores import bleu

    # 6 of 7 words, 5 of 6 pairs, 4 of 5 triples, 3 of 4 runs of four; "the" counts once, as in the reference
    one = bleu(["The cat sat on the mat."], [["A cat sat on the mat."]])
    assert one == pytest.approx(100 * (3 / 7) ** 0.25)
    short = bleu(["cat sat on the mat"], [["the cat sat on the mat"]])
    assert short == pytest.approx(100 * math.exp(1 - 6 / 5))
    assert bleu(["cat sat on the mat"], [["the cat sat on the mat", "a cat on a mat"]]) == pytest.approx(100)
    assert bleu(["the cat sat on the mat"], [["the cat is on the mat"]]) == 0.0  # no run of four


def test_rouge_l_is_what_one_gets_by_hand() -> None:
    from text_scores import rouge_l

    wanted = ["police killed the gunman"]
    assert rouge_l(["police kill the gunman"], [wanted]) == pytest.approx(75)
    assert rouge_l(["the gunman kill police"], [wanted]) == pytest.approx(50)
    assert rouge_l(["", "police killed the gunman"], [wanted, ["no", *wanted]]) == pytest.approx(50)


def test_no_silo_has_a_held_out_customer_or_prompt(tmp_path: Path) -> None:
    from dp_utility_data import load_federation

    made = load_federation(str(_places(tmp_path)), silos=2, customers=20, held_out=10, seed=1)
    inside = [record for silo in made.silos for unit in silo for record in unit]
    assert [len(silo) for silo in made.silos] == [20, 20] and len(made.held_out) >= 10
    assert not {r.customer_id for r in inside} & {r.customer_id for r in made.held_out}
    assert not {r.prompt for r in inside} & {r.prompt for r in made.held_out}
    swapped = made.swapped(0)
    assert swapped.prefix == made.held_out[0].prompt.prefix
    assert [s.text for s in swapped.signals] != [s.text for s in made.held_out[0].prompt.signals]


def test_it_runs_and_training_without_privacy_helps(tmp_path: Path) -> None:
    from dp_utility import Study

    from privgen.config import TrainConfig

    options = argparse.Namespace(
        data=str(_places(tmp_path)),
        base=make_base(tmp_path / "base"),
        silos=2,
        customers=20,
        held_out=6,
        texts=1,
        epsilon=[8.0],
        central=[],
        rate_without_privacy=0.01,
        seed=0,
    )
    config = TrainConfig(rounds=3, steps_per_round=1, sample_rate=1.0)
    lines = list(Study(options, config, 0, tmp_path / "one").run())
    found = {(line["trained"], line["figure"]): line["value"] for line in lines}
    assert found["federated without privacy", "loss"] < found["base", "loss"]
    assert math.isfinite(found["federated", "improvement_kept"])
    again: list[dict[str, Any]] = list(islice(Study(options, config, 0, tmp_path / "two").run(), 4))
    assert again == lines[:4]  # the base is judged alike, whatever was trained in this process before


def _places(folder: Path) -> Path:
    """Made-up places as E2E writes them: 60 rows, two texts for the same attributes."""
    path = folder / "places.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["mr", "ref"])
        for number in range(60):
            name, food = f"Inn {number // 2}", ("soup", "fish")[number // 2 % 2]
            rows.writerow([f"name[{name}], food[{food}]", f"{name} has {food}{'.' if number % 2 else '!'}"])
    return path
