"""`flwr run .` does what `simulate` does: the same settings, the same weights for a fixed UNSAFE seed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federated_models import make_base, make_silo
from safetensors.numpy import load_file

from privgen.config import TrainConfig
from privgen.errors import ConfigError, DataError
from privgen.federated import Ledger, simulate
from privgen.federated.configured import plan_of
from privgen.federated.flwr_run import job_of

ROOT = Path(__file__).resolve().parents[2]
APP: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["flwr"]["app"]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "records").mkdir()
    for name in ("harbour", "alpine"):
        make_silo(tmp_path / "records", name)
    base = make_base(tmp_path / "base")
    return {"records": str(tmp_path / "records"), "base": base, "out": str(tmp_path / "out")}


def test_the_settings_of_flwr_run_are_those_of_privgen_train(places: dict[str, Any]) -> None:
    """Every field of the configuration but those that choose an engine has a key, with the same default."""
    job = job_of(APP["config"] | places)
    assert job.config == TrainConfig()
    keys = {key.replace("-", "_") for key in APP["config"]} - set(places)
    engines = {"engine", "workers", "gpus_per_client", "skip_small"}
    assert keys - {"unsafe_seed"} | {"seed"} == set(TrainConfig.model_fields) - engines
    assert [silo.merchant_id for silo in job.silos] == ["alpine", "harbour"]
    assert job.plan == plan_of(TrainConfig(), 2) and job.settings.base == places["base"]
    assert job.ledgers == Path(places["out"]) / "ledger"


def test_given_values_count(places: dict[str, Any], tmp_path: Path) -> None:
    given = {"rounds": 3, "silos-per-round": 1, "unsafe-seed": 7, "ledger-dir": str(tmp_path / "books")}
    job = job_of(APP["config"] | places | given | {"deadline": 9.5, "target-epsilon": 3})
    assert (job.config.rounds, job.config.silos_per_round, job.config.seed) == (3, 1, 7)
    assert (job.config.deadline, job.config.target_epsilon) == (9.5, 3.0)
    assert job.plan.steps == 4  # two of three rounds at most, of two steps
    assert job.ledgers == tmp_path / "books"


def test_mechanisms_are_settings_like_any_other(places: dict[str, Any]) -> None:
    short = {"rounds": 2, "steps-per-round": 1, "holdout": 0.25}
    plan = job_of(APP["config"] | places | short | {"clipping": "adaptive", "clip-quantile": 0.7}).plan
    assert (plan.clipping, plan.clip_quantile, plan.noise, plan.bands) == ("adaptive", 0.7, "independent", 1)
    assert plan.count_noise == pytest.approx(1.64 * plan.noise_multiplier, rel=1e-3)
    assert (plan.holdout, plan.validations, plan.validation_bound) == (0.25, 2, 6.0)
    plan = job_of(APP["config"] | places | short | {"noise": "banded", "clipping": "automatic"}).plan
    assert (plan.noise, plan.bands, plan.sample_rate, plan.clip_stability) == ("banded", 5, 1.0, 0.01)


def test_what_is_missing_or_wrong_is_one_line(places: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for error, words, changes in (
        (ConfigError, "records: not given", {"records": ""}),
        (ConfigError, "base: not given", {"base": ""}),
        (DataError, "no records of a merchant", {"records": str(tmp_path / "empty")}),
        (ConfigError, "rounds", {"rounds": 0}),
        (ConfigError, "strategy", {"strategy": "krum"}),
        (ConfigError, "unknown key", {"sigma": 0.1}),
    ):
        with pytest.raises(error, match=words) as caught:
            job_of(APP["config"] | places | changes)
        assert "\n" not in str(caught.value)


def test_the_apps_that_pyproject_names_are_there() -> None:
    from importlib import import_module

    from flwr.clientapp import ClientApp
    from flwr.serverapp import ServerApp

    for name, kind in (("serverapp", ServerApp), ("clientapp", ClientApp)):
        module, _, attribute = APP["components"][name].partition(":")
        assert isinstance(getattr(import_module(module), attribute), kind)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A Flower home of its own; the SuperLink that `flwr run` leaves behind is stopped."""
    home = tmp_path / "flower"
    home.mkdir()
    yield home
    for process in _of(home):
        os.kill(process, signal.SIGTERM)
    end = time.monotonic() + 20
    while _of(home) and time.monotonic() < end:
        time.sleep(0.2)
    assert not _of(home)


def _of(home: Path) -> list[int]:
    """Processes whose command line names this home."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(home).encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue  # it has just ended
    return found


@pytest.mark.slow
def test_flwr_run_trains_as_simulate_does(places: dict[str, Any], home: Path, tmp_path: Path) -> None:
    given = {"rounds": 2, "rank": 4, "unsafe-seed": 5, "target-epsilon": 50.0, "steps-per-round": 1}
    pairs = " ".join(f"{key}={json.dumps(value)}" for key, value in (places | given).items())
    environment = os.environ | {
        "FLWR_HOME": str(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [Path(sys.executable).parent / "flwr", "run", str(ROOT), "-c", pairs, "--stream"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    out = Path(places["out"])
    assert done.returncode == 0 and (out / "adapter" / "adapter_config.json").exists(), (
        done.stdout + done.stderr
    )[-3000:]
    app = next((home / "apps").iterdir())
    shipped = {path.name for path in app.iterdir()}
    assert {"pyproject.toml", "README.md", "LICENSE"} <= shipped and not list(app.rglob("*.py"))
    job = job_of(APP["config"] | places | given)
    simulated = simulate(
        job.silos,
        job.plan,
        places["base"],
        tmp_path / "simulated",
        rounds=2,
        steps_per_round=1,
        rank=4,
        signal_dropout=job.settings.signal_dropout,
        seed=5,
    )
    found = load_file(out / "state.safetensors")
    for name, value in load_file(tmp_path / "simulated" / "state.safetensors").items():
        np.testing.assert_allclose(found[name], value, atol=1e-6)
    for merchant in ("alpine", "harbour"):
        assert Ledger.open(out / "ledger" / f"{merchant}.jsonl").spent() == simulated.spends[merchant]
