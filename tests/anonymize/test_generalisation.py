"""k-anonymous tables: the guarantee, cells that cover what they replace, and what is refused."""

import csv
import datetime as dt
import gzip
import json
import re
from collections import Counter, defaultdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize import Target, k_anonymize, measure_risk
from privgen.errors import ConfigError, DataError

QUASI = ("age", "born", "zip", "city", "job")
KINDS = {"age": "age", "born": "date", "zip": "postcode", "city": "region", "job": "category"}
PROVINCE = {
    "广东省深圳市": "广东省",
    "广东省广州市": "广东省",
    "江苏省南京市": "江苏省",
    "北京市海淀区": "北京市",
}


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path):
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def people(draw):
    return {
        "age": draw(st.sampled_from(["", "18", "19", "23", "31", "45", "46", "78", "n/a"])),
        "born": draw(st.one_of(st.just(""), st.dates(dt.date(1969, 12, 1), dt.date(1972, 2, 1)).map(str))),
        "zip": draw(st.sampled_from(["01310", "01311", "02000", "20231", "20999", "88000"])),
        "city": draw(st.sampled_from(sorted(PROVINCE))),
        "job": draw(st.sampled_from(["cook", "nurse", "driver", "poet"])),
        "ill": draw(st.sampled_from(["flu", "cold", "none"])),
        "cost": str(draw(st.integers(1, 6))),
    }


tables = st.lists(st.composite(people)(), min_size=6, max_size=60)


def ends(cell):
    low, _, high = cell.partition("..")
    return low, high or low


def first_day(text, last=False):
    """First day of a year, quarter, month or day, or the last one."""
    year, _, rest = text.partition("-")
    if rest.startswith("Q"):
        months = (3 * int(rest[1]) - 2, 3 * int(rest[1]))
    elif rest:
        month, _, day = rest.partition("-")
        if day:
            return dt.date(int(year), int(month), int(day))
        months = (int(month), int(month))
    else:
        months = (1, 12)
    if not last:
        return dt.date(int(year), months[0], 1)
    following = dt.date(int(year) + months[1] // 12, months[1] % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def covers(column, cell, value):
    """Whether a written cell stands for a value, read without the package's help."""
    if cell in ("*", value):
        return True
    if not value.strip() or value == "n/a":
        return False
    low, high = ends(cell)
    if column == "age":
        return float(low) <= float(value) <= float(high)
    if column == "born":
        return first_day(low) <= dt.date.fromisoformat(value) <= first_day(high, last=True)
    if column == "zip":
        low, high = low.rstrip("*"), high.rstrip("*")
        return low <= value[: len(low)] and value[: len(high)] <= high
    named = re.fullmatch(r"\{(.*)\}", cell)
    names = named[1].split("|") if named else [cell]
    return value in names or (column == "city" and f"{PROVINCE[value]}*" in names)


@given(rows=tables, k=st.integers(2, 6), relaxed=st.booleans(), share=st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_output_is_k_anonymous_and_covers_the_input(tmp_path_factory, rows, k, relaxed, share):
    folder = tmp_path_factory.mktemp("t")
    numbered = [row | {"row": str(number)} for number, row in enumerate(rows)]
    source, out = write(folder / "in.csv", numbered), folder / "out.csv"
    target = Target(k, max_suppressed=share, relaxed=relaxed)
    done = k_anonymize(source, out, target, quasi=QUASI, sensitive=["ill"], kinds=KINDS, keep=["row"])
    written = read(out)
    classes = Counter(tuple(row[name] for name in QUASI) for row in written)
    assert min(classes.values()) >= k
    assert done.loss.suppressed_rows == len(rows) - len(written) <= share * len(rows)
    assert (done.after.k, done.after.classes) == (min(classes.values()), len(classes))
    for row in written:
        original = numbered[int(row["row"])]
        assert all(covers(name, row[name], original[name]) for name in QUASI)
        assert all(row[name] == original[name] for name in ("ill", "cost"))
    for loss in done.loss.columns:
        starred = sum(row[loss.column] == "*" for row in written)
        assert loss.suppressed == starred and 0 <= loss.ncp <= 1
    assert done.loss.discernibility == sum(n * n for n in classes.values()) + done.loss.suppressed_rows * len(
        rows
    )


@given(rows=tables, wanted=st.integers(1, 3), t=st.sampled_from([None, 0.15, 0.4]))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_diversity_and_closeness_hold_where_asked_for(tmp_path_factory, rows, wanted, t):
    folder = tmp_path_factory.mktemp("t")
    source, out = write(folder / "in.csv", rows), folder / "out.csv"
    possible = min(len({row[name] for row in rows}) for name in ("ill", "cost"))
    target = Target(2, l=wanted, t=t, max_suppressed=0.2)
    arguments = {"quasi": QUASI, "sensitive": ["ill", "cost"], "kinds": KINDS}
    if wanted > possible:
        with pytest.raises(DataError, match="fewer than"):
            k_anonymize(source, out, target, **arguments)
        assert not out.exists()
        return
    done = k_anonymize(source, out, target, **arguments)
    report = measure_risk(out, QUASI, ["ill", "cost"])
    assert (report.k, report.classes) == (done.after.k, done.after.classes)
    assert report.t == pytest.approx(done.after.t)  # the same figure, summed in another order
    assert report.distinct_l >= wanted and (t is None or report.t <= t + 1e-9)


@given(rows=tables, k=st.integers(2, 5))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_suppression_never_loses_more_than_it_saves(tmp_path_factory, rows, k):
    folder = tmp_path_factory.mktemp("t")
    source = write(folder / "in.csv", rows)
    lost = [
        k_anonymize(
            source, folder / f"{n}.csv", Target(k, max_suppressed=n / 10), quasi=QUASI, kinds=KINDS
        ).loss.gcp
        for n in (0, 3)
    ]
    assert lost[1] <= lost[0] + 1e-9


def shop(rows=400):
    return [
        {
            "customer_id": f"c{number:05}",
            "name": ("Ada Lovelace", "Alan Turing")[number % 2],
            "age": str(20 + number * 7 % 50),
            "postcode": f"{10000 + number * 37 % 900}",
            "note": f"the parcel number {number} came a day late but all was well in the end",
            "salary": str(1000 * (number % 9 + 1)),
        }
        for number in range(rows)
    ]


def test_proposals_are_used_and_identifiers_left_out(tmp_path):
    source, out = write(tmp_path / "in.csv", shop()), tmp_path / "out.csv"
    done = k_anonymize(source, out, Target(5))
    assert done.before.quasi == ("age", "postcode") and done.before.k == 1 and done.after.k >= 5
    assert [s.column for s in done.before.sensitive] == ["salary"]
    assert done.dropped == {
        "customer_id": "direct identifier",
        "name": "direct identifier",
        "note": "free text",
    }
    assert list(read(out)[0]) == ["age", "postcode", "salary"]
    text = json.dumps(done.to_json(), allow_nan=False) + repr(done)
    assert "Lovelace" not in text and "c00001" not in text and "10037" not in text


def test_telling_columns_that_are_kept_are_named(tmp_path):
    source, out = write(tmp_path / "in.csv", shop()), tmp_path / "out.csv"
    done = k_anonymize(source, out, Target(5), quasi=["age"], keep=["customer_id"])
    assert done.telling == ("customer_id", "postcode")


def test_the_same_input_gives_the_same_file(tmp_path):
    source = write(tmp_path / "in.csv", shop())
    for name in ("a.csv", "b.csv"):
        k_anonymize(source, tmp_path / name, Target(4, relaxed=True))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("ending", ["csv.gz", "tsv", "jsonl", "jsonl.gz", "parquet"])
def test_every_format_comes_out_as_it_went_in(tmp_path, ending):
    rows = shop(60)
    source, out = tmp_path / f"in.{ending}", tmp_path / f"out.{ending}"
    opened = gzip.open if ending.endswith("gz") else open
    if ending == "parquet":
        for row in rows:
            row |= {"age": int(row["age"]), "salary": float(row["salary"])}
        pq.write_table(pa.Table.from_pylist(rows), source)
    else:
        with opened(source, "wt", encoding="utf-8", newline="") as handle:
            if "jsonl" in ending:
                handle.writelines(json.dumps(row) + "\n" for row in rows)
            else:
                writer = csv.DictWriter(handle, list(rows[0]), delimiter="\t" if ending == "tsv" else ",")
                writer.writeheader()
                writer.writerows(rows)
    done = k_anonymize(source, out, Target(5), quasi=["age", "postcode"], sensitive=["salary"])
    report = measure_risk(out, ["age", "postcode"], ["salary"])
    assert (report.k, report.classes) == (done.after.k, done.after.classes) and report.k >= 5
    assert report.t == pytest.approx(done.after.t)
    if ending == "parquet":
        assert pq.read_schema(out).field("salary").type == pa.float64()
    else:
        with opened(out, "rt", encoding="utf-8") as handle:
            assert handle.readline()


def test_few_outlying_rows_go_rather_than_coarsen_the_rest(tmp_path):
    rows = [{"age": str(30 + number % 2), "job": "cook"} for number in range(40)] + [
        {"age": "99", "job": "cook"}
    ]
    source = write(tmp_path / "in.csv", rows)
    held = k_anonymize(source, tmp_path / "a.csv", Target(30, max_suppressed=0.0), quasi=["age"])
    freed = k_anonymize(source, tmp_path / "b.csv", Target(30, max_suppressed=0.05), quasi=["age"])
    assert held.loss.suppressed_rows == 0 and held.loss.gcp == 1.0
    assert freed.loss.suppressed_rows == 1 and freed.loss.gcp < 0.05


def test_relaxed_cuts_lose_no_more_than_strict_ones_here(tmp_path):
    rows = [{"age": "1"}] * 3 + [{"age": "2"}] * 7
    source = write(tmp_path / "in.csv", rows)
    loss = {
        relaxed: k_anonymize(
            source, tmp_path / f"{relaxed}.csv", Target(5, max_suppressed=0.0, relaxed=relaxed), quasi=["age"]
        ).loss.gcp
        for relaxed in (False, True)
    }
    assert loss == {False: 1.0, True: 0.5}


def test_broken_rows_are_set_aside_and_counted(tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("age,x\n" + "30,1\n" * 5 + "30\n" + "40,1\n" * 5)
    done = k_anonymize(source, out, Target(5), quasi=["age"])
    assert done.set_aside == 1 and Counter(row["age"] for row in read(out)) == {"30": 5, "40": 5}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"quasi": ["height"]}, ConfigError, "no column 'height'"),
        ({"quasi": ["age"], "kinds": {"age": "fish"}}, ConfigError, r"kinds\.age"),
        ({"quasi": ["age"], "kinds": {"job": "age"}}, ConfigError, r"kinds\.job"),
        ({"quasi": ["age"], "keep": ["height"]}, ConfigError, "no column 'height'"),
        ({"quasi": []}, DataError, "no column looks like a quasi-identifier"),
        ({"quasi": ["age"], "target": Target(50)}, DataError, "3 rows cannot be 50-anonymous"),
        ({"quasi": ["age"], "out": "out.jsonl"}, ConfigError, r"ending \.csv"),
        ({"quasi": ["age"], "out": "in.csv"}, ConfigError, "another file"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(tmp_path, arguments, error, message):
    source = tmp_path / "in.csv"
    source.write_text("age,x\n1,a\n2,a\n3,a\n" if arguments["quasi"] else "x\na\na\na\n")
    before = source.read_bytes()
    target, out = arguments.pop("target", Target(2)), arguments.pop("out", "out.csv")
    with pytest.raises(error, match=message):
        k_anonymize(source, tmp_path / out, target, **arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"] and source.read_bytes() == before


@pytest.mark.parametrize(
    "wrong", [{"k": 1}, {"k": 2, "l": 0}, {"k": 2, "t": 1.5}, {"k": 2, "max_suppressed": -0.1}]
)
def test_targets_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match="|".join(wrong)):
        Target(**wrong)


def test_cities_without_parts_are_grouped_under_their_state(tmp_path):
    states = {"SP": ["campinas", "santos", "franca"], "RJ": ["niteroi", "macae", "buzios"]}
    rows = [
        {"city": city, "state": state} for state, cities in states.items() for city in cities for _ in "ab"
    ]
    out = tmp_path / "out.csv"
    k_anonymize(write(tmp_path / "in.csv", rows), out, Target(6), quasi=["city", "state"])
    found = defaultdict(set)
    for row in read(out):
        found[row["state"]].add(row["city"])
    assert found == {"SP": {"SP/*"}, "RJ": {"RJ/*"}}
