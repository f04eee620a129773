"""Risk figures against pycanon's, against slow loops that follow the definitions, and at the edges."""

import csv
import itertools
import json
import math
import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize import measure_risk
from privgen.errors import ConfigError, DataError

QUASI = ("age", "zip", "sex")
SENSITIVE = ("income", "illness")


def random_rows(seed: int, rows: int = 60) -> list[dict[str, str]]:
    rng = random.Random(seed)
    return [
        {
            "age": str(rng.choice((20, 30, 40))),
            "zip": rng.choice(("100", "101", "200")),
            "sex": rng.choice("mf"),
            "income": str(rng.choice((1, 2, 2, 3, 5, 8, 13))),
            "illness": rng.choice(("flu", "flu", "flu", "cough", "ache", "none")),
        }
        for _ in range(rows)
    ]


def coarse_rows(seed: int) -> list[dict[str, str]]:
    """Rows in few, large classes, so that l is above 1."""
    return [row | {"age": "*", "zip": row["zip"][0]} for row in random_rows(seed, 90)]


PYCANON = [  # pycanon 1.3.6: kind, seed, column, k, classes, average_rir, alpha, l, entropy l, t, beta, delta
    ("random", 0, "income", 1, 18, 0.45787037037, 1, 1, 1, 0.443333333333, 19, 2.99573227355),
    ("random", 0, "illness", 1, 18, 0.45787037037, 1, 1, 1, 0.783333333333, 3.61538461538, 1.52939520476),
    ("random", 1, "income", 1, 18, 0.377777777778, 1, 1, 1, 0.536666666667, 11, 2.48490664979),
    ("random", 1, "illness", 1, 18, 0.377777777778, 1, 1, 1, 0.516666666667, 3.44444444444, 1.49165487678),
    ("random", 2, "income", 1, 17, 0.414775910364, 1, 1, 1, 0.47, 7.57142857143, 2.14843441317),
    ("random", 2, "illness", 1, 17, 0.414775910364, 1, 1, 1, 0.816666666667, 4.45454545455, 1.69644928942),
    ("random", 3, "income", 1, 16, 0.4078125, 1, 1, 1, 0.43, 6.5, 2.01490302054),
    ("random", 3, "illness", 1, 16, 0.4078125, 1, 1, 1, 0.783333333333, 3.61538461538, 1.52939520476),
    (
        "coarse",
        0,
        "income",
        17,
        4,
        0.0472917136203,
        0.411764705882,
        5,
        4,
        0.0833986928105,
        0.764705882353,
        0.684778930889,
    ),
    (
        "coarse",
        0,
        "illness",
        17,
        4,
        0.0472917136203,
        0.588235294118,
        4,
        2,
        0.267973856209,
        1.11764705882,
        1.22377543162,
    ),
    (
        "coarse",
        1,
        "income",
        12,
        4,
        0.0555402930403,
        0.384615384615,
        6,
        4,
        0.0822222222222,
        1.14285714286,
        1.15267950994,
    ),
    ("coarse", 1, "illness", 12, 4, 0.0555402930403, 0.692307692308, 4, 2, 0.15, 0.875, 1.13497993284),
    (
        "coarse",
        2,
        "income",
        14,
        4,
        0.0509216589862,
        0.466666666667,
        4,
        3,
        0.0888888888889,
        1.11143695015,
        1.29928298413,
    ),
    (
        "coarse",
        2,
        "illness",
        14,
        4,
        0.0509216589862,
        0.612903225806,
        4,
        2,
        0.244444444444,
        1.33766233766,
        0.849151429037,
    ),
    (
        "coarse",
        3,
        "income",
        16,
        4,
        0.048230466429,
        0.363636363636,
        5,
        4,
        0.117777777778,
        0.875,
        1.51145750407,
    ),
    ("coarse", 3, "illness", 16, 4, 0.048230466429, 0.529411764706, 4, 3, 0.2, 1.05882352941, 1.16315080981),
]


def table(folder, rows, name="t.csv"):
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("golden", PYCANON, ids=lambda g: f"{g[0]}-{g[1]}-{g[2]}")
def test_figures_are_those_of_pycanon(tmp_path, golden):
    kind, seed, column, k, classes, average, alpha, distinct, entropy, t, beta, delta = golden
    rows = (random_rows if kind == "random" else coarse_rows)(seed)
    report = measure_risk(table(tmp_path, rows), QUASI, [column])
    (found,) = report.sensitive
    assert (report.k, report.classes, found.distinct_l) == (k, classes, distinct)
    assert math.floor(found.entropy_l + 1e-9) == entropy
    assert (report.class_mean, report.prosecutor_max) == pytest.approx((average, 1 / k))
    assert (found.alpha, found.t, found.beta, found.delta) == pytest.approx((alpha, t, beta, delta))


def classes_of(rows, quasi):
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in quasi)].append(row)
    return list(groups.values())


def shares(values, domain):
    counts = Counter(values)
    return [counts[value] / len(values) for value in domain]


def slow_t(rows, quasi, column, ordered):
    """Transport of Li et al., by the formulas of sections 4.1 and 4.2."""
    domain = sorted({row[column] for row in rows}, key=float if ordered else str)
    whole = shares([row[column] for row in rows], domain)
    worst = 0.0
    for group in classes_of(rows, quasi):
        gaps = [q - p for q, p in zip(shares([r[column] for r in group], domain), whole, strict=True)]
        moved = sum(abs(total) for total in itertools.accumulate(gaps)) / max(1, len(domain) - 1)
        worst = max(worst, moved if ordered else sum(map(abs, gaps)) / 2)
    return worst


def slow_recursive(rows, quasi, column, depth):
    """Smallest whole c with r_1 < c (r_l + ... + r_m), tried one by one."""
    for c in itertools.count(1):
        falling = [
            sorted(Counter(r[column] for r in g).values(), reverse=True) for g in classes_of(rows, quasi)
        ]
        if all(counts[0] < c * sum(counts[depth - 1 :]) for counts in falling):
            return c


tables = st.lists(
    st.fixed_dictionaries(
        {
            "a": st.sampled_from(["x", "y", ""]),
            "b": st.sampled_from(["1", "2", "3"]),
            "n": st.sampled_from(["1", "2", "4.5", "-3", "10"]),
            "s": st.sampled_from("pqrs"),
        }
    ),
    min_size=1,
    max_size=40,
)


@given(rows=tables)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_figures_are_those_of_the_definitions(tmp_path_factory, rows):
    report = measure_risk(table(tmp_path_factory.mktemp("t"), rows), ("a", "b"), ("n", "s"))
    groups = classes_of(rows, ("a", "b"))
    sizes = [len(group) for group in groups]
    assert (report.rows, report.classes, report.k) == (len(rows), len(groups), min(sizes))
    assert report.unique_rows == sizes.count(1)
    assert report.prosecutor_mean == pytest.approx(sum(1 / len(g) for g in groups for _ in g) / len(rows))
    assert report.rows_below[5] == sum(size for size in sizes if size < 5)
    for found in report.sensitive:
        per_class = [Counter(row[found.column] for row in group) for group in groups]
        entropies = [-sum(n / c.total() * math.log(n / c.total()) for n in c.values()) for c in per_class]
        assert found.ordered == (found.column == "n")
        assert found.distinct_l == min(map(len, per_class))
        assert found.entropy_l == pytest.approx(math.exp(min(entropies)))
        assert found.alpha == pytest.approx(max(max(c.values()) / c.total() for c in per_class))
        assert found.t == pytest.approx(slow_t(rows, ("a", "b"), found.column, found.ordered))
        if found.distinct_l > 1:
            assert found.recursive_c == slow_recursive(rows, ("a", "b"), found.column, found.distinct_l)
        else:
            assert found.recursive_c is None


def test_the_report_is_json_and_holds_no_value(tmp_path):
    path = table(tmp_path, random_rows(1))
    report = measure_risk(path, QUASI, SENSITIVE)
    text = json.dumps(report.to_json(), allow_nan=False)
    assert not any(value in text + repr(report) for value in ("cough", "flu", "ache"))
    assert report.distinct_l == 1 and report.t == max(s.t for s in report.sensitive)


def test_many_wide_columns_do_not_overflow(tmp_path):
    rows = [{f"c{i}": str(number) for i in range(9)} for number in range(300)]
    assert measure_risk(table(tmp_path, rows + rows), [f"c{i}" for i in range(9)]).k == 2


def test_edges(tmp_path):
    path = table(tmp_path, random_rows(1))
    with pytest.raises(ConfigError, match="no column 'height'"):
        measure_risk(path, ["height"])
    with pytest.raises(DataError, match="no quasi-identifiers"):
        measure_risk(path, [])
    empty = tmp_path / "empty.csv"
    empty.write_text("a,b\n")
    report = measure_risk(empty, ["a"], ["b"])
    assert (report.rows, report.k, report.prosecutor_max, report.sensitive) == (0, 0, 0.0, ())
    broken = tmp_path / "broken.csv"
    broken.write_text("a,b\n1,2\n3\n1,2\n")
    assert measure_risk(broken, ["a"]).rows == 2
