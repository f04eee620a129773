"""`privgen risk` on tables and run folders: tables for people, JSON for machines, one line for faults."""

import csv
import datetime as dt
import json

import pytest
from shop_rows import customer, products, write_silo
from typer.testing import CliRunner

from privgen.anonymize import Scrubber, scrub_silo
from privgen.anonymize.silo_risk import silo_risk
from privgen.cli import app
from privgen.tables import TableWriter


def risk(*arguments):
    return CliRunner().invoke(app, ["risk", *map(str, arguments)])


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "people.csv"
    with path.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["customer_id", "age", "city", "salary"])
        for number in range(120):
            writer.writerow([f"c{number:04}", 20 + number % 40, "Rome", 1000 * (number % 7)])
    return path


def test_json_of_a_table(table):
    result = risk(table, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [column["role"] for column in found["columns"]] == [
        *("direct identifier", "quasi-identifier", "quasi-identifier", "sensitive")
    ]
    assert (found["risk"]["k"], found["risk"]["classes"]) == (3, 40)
    assert found["risk"]["sensitive"][0]["distinct_l"] == 3 and "anonymised" not in found


def test_a_safer_table_is_written_and_reported(table, tmp_path):
    out = tmp_path / "safer.csv"
    result = risk(table, "--k", 10, "--out", out, "--json")
    done = json.loads(result.stdout)["anonymised"]
    assert (
        result.exit_code == 0
        and done["after"]["k"] >= 10
        and done["dropped"] == {"customer_id": "direct identifier"}
    )
    assert json.loads(risk(out, "--quasi", "age", "--quasi", "city", "--json").stdout)["risk"]["k"] >= 10


def test_what_people_see(table, tmp_path):
    result = risk(
        table, "--k", 10, "--out", tmp_path / "safer.csv", "--quasi", "age", "--sensitive", "salary"
    )
    assert result.exit_code == 0, result.output
    for words in (
        "quasi-identifier",
        "k (smallest class)",
        "salary: t (ordered",
        "lost over all",
        "left out",
    ):
        assert words in result.stdout
    assert "Rome" not in result.output and "c0001" not in result.output


def test_a_table_without_quasi_identifiers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("price\n1\n2\n3\n")
    assert "--quasi" in risk(path).stdout
    assert json.loads(risk(path, "--json").stdout)["risk"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--k", "5"], 2, "--k and --out go together"),
        (["--quasi", "height"], 1, "no column 'height'"),
        (["--k", "500", "--out", "{folder}/o.csv"], 1, "120 rows cannot be 500-anonymous"),
        (["--k", "5", "--out", "{folder}/o.parquet"], 1, "ending .csv"),
        (["--k", "1", "--out", "{folder}/o.csv"], 2, "--k"),
    ],
)
def test_faults_are_one_line(table, tmp_path, arguments, code, message):
    result = risk(table, *(text.format(folder=tmp_path) for text in arguments))
    assert result.exit_code == code and message in " ".join(result.output.split())
    assert "Traceback" not in result.output and [path.name for path in tmp_path.iterdir()] == ["people.csv"]


def test_a_missing_table_and_an_empty_folder(tmp_path):
    assert "file not found" in risk(tmp_path / "none.csv").output
    assert "no scrubbed silos" in risk(tmp_path).output
    assert risk(tmp_path).exit_code == 1


def test_a_run_folder(tmp_path):
    people = [
        customer(f"cust{n:03}") | {"locale": ("en_US", "zh_CN")[n % 2], "region": "100080"} for n in range(9)
    ]
    silo = tmp_path / "silos" / "m1"
    write_silo(silo, {"customers": people, "products": products()})
    report = scrub_silo(silo, tmp_path / "scrubbed" / "m1", scrubber=Scrubber(key=bytes(range(32))))
    assert report["risk"] == {
        "quasi": ["locale", "region"],
        "rows": 9,
        "classes": 2,
        "k": 4,
        "unique_rows": 0,
        "prosecutor_mean": pytest.approx(2 / 9, abs=1e-6),
    }
    assert json.loads(risk(tmp_path, "--json").stdout) == {"merchants": {"m1": report["risk"]}}
    assert "m1" in risk(tmp_path).stdout and risk(tmp_path, "--quasi", "locale").exit_code == 2


def test_a_silo_without_customers_or_without_anything_that_tells(tmp_path):
    assert silo_risk(tmp_path) is None
    row = customer("c1") | {"locale": None, "region": None, "birth_date": None}
    with TableWriter(tmp_path, "customers") as writer:
        writer.write([row])
    assert silo_risk(tmp_path) is None
    with TableWriter(tmp_path, "customers") as writer:
        writer.write([row | {"birth_date": dt.date(1990, 1, 2)}])
    assert silo_risk(tmp_path)["quasi"] == ["birth_date"]
