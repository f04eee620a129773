"""The command line on bad input: one line that says where and what to do, exit code 1, JSON when asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from shop_rows import customer, products, write_silo
from typer.testing import CliRunner

from privgen.cli import app
from privgen.files import read_jsonl, sha256_tree
from privgen.pipeline import run_stage
from privgen.runfolder import RunFolder
from privgen.tables import read_table

TEMPLATE = ("--generator", "template")
COMMANDS = ("scrub", "train", "generate", "explain", "report")


def privgen(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _fault(result: Result) -> str:
    """The one line that a failed command prints, progress aside."""
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    lines = [
        line for line in result.stderr.splitlines() if " of " not in line or line.startswith("privgen: ")
    ]
    assert len(lines) == 1 and lines[0].startswith("privgen: "), result.stderr
    assert "Traceback" not in result.output
    return lines[0]


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _make(run: Path, *tables: tuple[str, list]) -> Path:
    """A run whose only silo holds these tables, as if it had been ingested."""
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 3, "products": 2}})
    (silo,) = (run / "silos").iterdir()
    shutil.rmtree(silo)
    silo.mkdir()
    write_silo(silo, dict(tables))
    return run


# -- a model of names


def test_a_missing_model_of_names_is_one_line(run: Path, tmp_path: Path) -> None:
    before = sha256_tree(run / "scrubbed")
    assert "nowhere: no model folder" in _fault(privgen("scrub", run, "--ner", tmp_path / "nowhere"))
    assert sha256_tree(run / "scrubbed") == before


# -- configuration


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[train]\nrouns = 3\n", "train.rouns: unknown key"),
        ("surprise = 1\n", "surprise: unknown key"),
        ('[train]\nrounds = "3"\n', "train.rounds: "),
        ("[train]\nrounds = 0\n", "train.rounds: "),
        ("[train]\ntarget_epsilon = nan\n", "train.target_epsilon: "),
        ("[train\n", "not valid TOML"),
    ],
)
def test_a_configuration_at_fault_names_file_and_key(run: Path, tmp_path: Path, toml: str, said: str) -> None:
    config = _write(tmp_path / "my.toml", toml)
    before = sha256_tree(run)
    line = _fault(privgen("generate", run, "--config", config))
    assert str(config) in line and said in line and sha256_tree(run) == before


def test_a_configuration_that_is_not_there(run: Path, tmp_path: Path) -> None:
    assert "nowhere.toml: file not found" in _fault(
        privgen("scrub", run, "--config", tmp_path / "nowhere.toml")
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("generate", "--generator", "magic"), "generate.generator: "),
        (("explain", "--method", "magic"), "explain.method: "),
        (("train", "--engine", "magic"), "train.engine: "),
        (("train", "--target-epsilon", "-1"), "train.target_epsilon: "),
        (("report", "--lang", "xx"), "language: "),
    ],
)
def test_a_flag_out_of_range_names_its_key(run: Path, arguments: tuple[str, ...], said: str) -> None:
    privgen("generate", run, *TEMPLATE)
    command, *rest = arguments
    assert said in _fault(privgen(command, run, *rest))


# -- run folders


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_that_is_not_there_says_how_to_make_one(tmp_path: Path, command: str) -> None:
    line = _fault(privgen(command, tmp_path / "nowhere"))
    assert "no run there; run privgen ingest" in line and not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("command", "missing"),
    [("train", "scrub"), ("generate", "scrub"), ("explain", "generate"), ("scrub", "ingest")],
)
def test_a_stage_before_its_turn_names_the_one_to_run(tmp_path: Path, command: str, missing: str) -> None:
    run = tmp_path / "run"
    run.mkdir()
    RunFolder(run).remember({})
    if missing != "ingest":
        run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 2, "products": 2}})
    line = _fault(privgen(command, run))
    assert f"stage {missing} is not complete; run: privgen {missing}" in line


def test_a_report_before_there_are_pages_names_the_stage_to_run(run: Path) -> None:
    assert "run: privgen generate" in _fault(privgen("report", run))
    assert not (run / "report").exists()


def test_a_run_path_that_is_a_file(tmp_path: Path) -> None:
    path = _write(tmp_path / "file", "")
    assert str(path) in _fault(privgen("ingest", "--synthetic", "--run", path))
    assert path.read_text() == ""


def test_a_manifest_at_fault(run: Path) -> None:
    (run / "run.json").write_text("{")
    assert "run.json: not readable as JSON" in _fault(privgen("generate", run))


def test_a_run_in_use_is_refused(run: Path) -> None:
    with RunFolder(run).locked():
        assert "another privgen process is using this run folder" in _fault(
            privgen("generate", run, *TEMPLATE)
        )
    assert privgen("generate", run, *TEMPLATE).exit_code == 0


# -- exports and silos


def _mapping(folder: Path, title: str = "name") -> tuple[Path, Path]:
    source = folder / "export"
    source.mkdir()
    _write(source / "goods.csv", "id,name\np1,Pan\n")
    text = '[silos]\nname = "shop"\n[sources.goods]\npath = "goods.csv"\n[tables.products]\nfrom = "goods"\n'
    text += f'[tables.products.columns]\nproduct_id = "id"\ntitle = "{title}"\n'
    return source, _write(folder / "mapping.toml", text)


def test_a_column_that_the_export_lacks(tmp_path: Path) -> None:
    source, mapping = _mapping(tmp_path, title="label")
    line = _fault(privgen("ingest", source, "--mapping", mapping, "--run", tmp_path / "run"))
    assert "label" in line and ("goods.csv" in line or "mapping.toml" in line)
    assert not (tmp_path / "run/silos").exists()


@pytest.mark.parametrize("name", ["goods.csv", "mapping.toml", "export"])
def test_a_file_of_the_export_that_is_not_there(tmp_path: Path, name: str) -> None:
    source, mapping = _mapping(tmp_path)
    path = next(tmp_path.rglob(name))
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    line = _fault(privgen("ingest", source, "--mapping", mapping, "--run", tmp_path / "run"))
    assert name in line and not (tmp_path / "run/silos").exists()


def test_garbage_as_parquet(tmp_path: Path) -> None:
    source, mapping = _mapping(tmp_path)
    mapping.write_text(mapping.read_text().replace("goods.csv", "goods.parquet"))
    (source / "goods.parquet").write_bytes(b"PAR1" + bytes(range(256)) * 4 + b"PAR1")
    assert "goods.parquet: not readable" in _fault(
        privgen("ingest", source, "--mapping", mapping, "--run", tmp_path / "run")
    )


@pytest.mark.parametrize("content", [b"garbage", b"", b"PAR1" + bytes(64) + b"PAR1"])
@pytest.mark.parametrize("table", ["customers", "reviews"])
def test_a_silo_with_an_unreadable_table(run: Path, table: str, content: bytes) -> None:
    path = next((run / "silos").glob(f"*/{table}.parquet"))
    path.write_bytes(content)
    before = sha256_tree(run / "scrubbed")
    assert f"{table}.parquet: not readable" in _fault(privgen("scrub", run))
    assert sha256_tree(run / "scrubbed") == before


def test_an_empty_silo(tmp_path: Path) -> None:
    run = _make(tmp_path / "run", ("products", products()))
    assert "no customers table; an empty silo cannot take part" in _fault(privgen("scrub", run))
    run = _make(tmp_path / "run", ("products", products()), ("customers", []))
    assert "no row in customers; an empty silo cannot take part" in _fault(privgen("scrub", run))
    run = _make(tmp_path / "run", ("products", []), ("customers", [customer("a")]))
    assert privgen("scrub", run).exit_code == 0
    assert "no products; a silo needs" in _fault(privgen("generate", run, *TEMPLATE))


def test_a_merchant_with_three_customers(tmp_path: Path, models: Path) -> None:
    run = tmp_path / "run"
    assert privgen("ingest", "--synthetic", "--run", run, "--merchants", 1, "--customers", 2).exit_code == 0
    assert privgen("scrub", run).exit_code == 0
    line = _fault(privgen("train", run, "--model", models / "causal"))
    assert (
        "m01-beauty" in line and "fewer than 20 customers" in line and "customers" in line.split("lower")[1]
    )
    assert not (run / "federated/adapter").exists() and not list((run / "federated").glob("ledger/*"))


# -- keys and models


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0, "key file not found"),
        (b"x" * 32, 0o644, "chmod 600"),
        (b"k3y-too-brief", 0o600, "at least 16 random bytes"),
    ],
)
def test_a_key_file_at_fault(run: Path, tmp_path: Path, content: bytes | None, mode: int, said: str) -> None:
    key = tmp_path / "my.key"
    if content is not None:
        key.write_bytes(content)
        key.chmod(mode)
    before = sha256_tree(run)
    line = _fault(privgen("scrub", run, "--key-file", key))
    assert str(key) in line and said in line and sha256_tree(run) == before
    assert content is None or content.decode() not in line


@pytest.mark.parametrize("command", ["train", "generate"])
@pytest.mark.parametrize("model", ["./nowhere", "/no/such/model"])
def test_a_model_that_is_not_there(run: Path, command: str, model: str) -> None:
    before = sha256_tree(run)
    assert f"--model {model}: no such folder" in _fault(privgen(command, run, "--model", model))
    assert sha256_tree(run) == before


def test_a_model_that_is_cut(run: Path, models: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(models / "causal", tmp_path / "broken"))
    (broken / "model.safetensors").write_bytes(b"cut")
    assert f"--model {broken}: not loadable" in _fault(privgen("generate", run, "--model", broken))
    assert not (run / "pages/pages.jsonl").exists()
    assert str(broken) in _fault(privgen("train", run, "--model", broken, "--min-customers", 1))
    assert not list((run / "federated").glob("ledger/*"))  # nothing was charged


# -- customers


def _people(run: Path, consenting: bool) -> list[str]:
    rows = [
        row
        for silo in sorted((run / "scrubbed").iterdir())
        for batch in read_table(silo, "customers")
        for row in batch
    ]
    return [row["customer_id"] for row in rows if ("personalisation" in row["consent"]) == consenting]


def test_a_customer_without_consent_and_an_unknown_one(run: Path) -> None:
    assert privgen("generate", run, *TEMPLATE).exit_code == 0
    before = sha256_tree(run)
    line = _fault(privgen("generate", run, "--customer", _people(run, consenting=False)[0]))
    assert "does not consent to personalisation" in line and "nothing was read" in line
    assert "is at no merchant" in _fault(privgen("generate", run, "--customer", "c_nobody"))
    assert "product p-none is at none of these merchants" in _fault(
        privgen("generate", run, "--product", "p-none")
    )
    assert sha256_tree(run) == before
    refused = set(_people(run, consenting=False))
    assert not refused & {page["customer_id"] for page in read_jsonl(run / "pages/pages.jsonl")}


# -- usage and JSON


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest",),
        ("ingest", "folder"),
        ("ingest", "folder", "--synthetic"),
        ("train", "--rounds", "many"),
        ("train", "--rounds", "0"),
        ("magic",),
        ("scrub", "--magic"),
    ],
)
def test_wrong_usage_is_exit_code_two(arguments: tuple[str, ...]) -> None:
    result = privgen(*arguments)
    assert result.exit_code == 2 and not result.stdout and "Traceback" not in result.stderr


def test_json_is_one_document_in_every_command(run: Path, models: Path) -> None:
    tiny = ("--model", models / "causal")
    small = _write(run.parent / "small.toml", "[train]\nrounds = 1\nsteps_per_round = 1\nrank = 2\n")
    more = _write(run.parent / "more.toml", "[generate]\nmax_new_tokens = 12\nmax_signals = 2\n")
    said: dict[str, Callable[[dict], bool]] = {
        "scrub": lambda s: s["entities"]["PERSON"] > 0,
        "train": lambda s: max(s["epsilon"].values()) <= 8.0,
        "generate": lambda s: s["pages"] == 2 and s["adapter"] == "trained on this data",
        "explain": lambda s: s["sentences"] > 0,
        "report": lambda s: s["html"]["bytes"] > 0,
    }
    options = {
        "train": (*tiny, "--config", small, "--min-customers", 1),
        "generate": (*tiny, "--config", more, "--pages", 1),
    }
    for command in COMMANDS:
        result = privgen(command, run, "--json", *options.get(command, ()))
        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        assert document["stage"] == command and said[command](document["summary"]), document
        assert not result.stderr
    again = json.loads(privgen("report", run, "--json").stdout)
    assert again["skipped"]
    made = privgen("ingest", "--synthetic", "--run", run.parent / "other", "--customers", 2, "--json")
    assert json.loads(made.stdout)["summary"]["planted_spans"] >= 0


@pytest.mark.parametrize("command", ["ingest", "demo", *COMMANDS])
def test_json_is_one_document_on_error_too(tmp_path: Path, command: str) -> None:
    config = _write(tmp_path / "my.toml", "surprise = 1\n")
    where = ("--synthetic", "--run") if command == "ingest" else ()
    rest = () if command == "report" else ("--config", config)
    result = privgen(command, *where, tmp_path / "nowhere", "--json", *rest)
    document = json.loads(result.stdout)
    assert set(document) == {"error", "message"} and document["message"] in _fault(result)
