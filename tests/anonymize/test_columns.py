"""Column typing: what generated tables hold, under telling and under foreign headers, and never a value."""

import csv
import doctest
import json
import random

import pytest

from privgen.anonymize import Scrubber, cell_values, columns, headers, type_columns
from privgen.errors import DataError

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋"


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def typed(path, **options):
    return {column.column: column for column in type_columns(path, **options)}


def prose(rng):
    return " ".join(rng.choices(["the", "dress", "fits", "well", "came", "late", "but", "lovely"], k=14))


@pytest.fixture
def english(tmp_path):
    rng = random.Random(3)
    first, last = ["Ada", "Alan", "Grace", "Edsger"], ["Lovelace", "Turing", "Hopper", "Dijkstra"]
    rows = [
        {
            "": str(number),
            "CustomerID": f"C{rng.randrange(10**7):07}",
            "full_name": f"{rng.choice(first)} {rng.choice(last)}",
            "contact": f"user{number}@mail{rng.randrange(9)}.com",
            "mobilePhone": f"+44 7911 {rng.randrange(100000, 999999)}",
            "dob": f"{rng.randrange(1950, 2004)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
            "ZipCode": f"{rng.randrange(10000, 99999)}",
            "g": rng.choice(["male", "female"]),
            "lang": rng.choice(["en_US", "en_GB", "zh_CN"]),
            "annual income": str(rng.randrange(20, 200) * 1000),
            "comment": prose(rng),
            "order_state": rng.choice(["shipped", "open"]),
            "Class Name": rng.choice(["Dresses", "Knits"]),
            "quantity": str(rng.randrange(1, 9)),
            "seen": f"2020-0{rng.randrange(1, 9)}-1{rng.randrange(9)} 10:{rng.randrange(10, 59)}:00",
            "nothing": "",
        }
        for number in range(300)
    ]
    return write(tmp_path / "people.csv", rows)


def test_a_table_of_people_is_typed(english):
    found = {name: (column.type, column.role) for name, column in typed(english).items()}
    assert found == {
        "": ("id", "direct identifier"),
        "CustomerID": ("id", "direct identifier"),
        "full_name": ("PERSON", "direct identifier"),
        "contact": ("EMAIL_ADDRESS", "direct identifier"),
        "mobilePhone": ("PHONE_NUMBER", "direct identifier"),
        "dob": ("DATE_OF_BIRTH", "quasi-identifier"),
        "ZipCode": ("POSTCODE", "quasi-identifier"),
        "g": ("gender", "quasi-identifier"),
        "lang": ("locale", "quasi-identifier"),
        "annual income": ("income", "sensitive"),
        "comment": ("text", "free text"),
        "order_state": ("category", "other"),
        "Class Name": ("category", "other"),
        "quantity": ("number", "other"),
        "seen": ("date", "other"),
        "nothing": ("empty", "other"),
    }


@pytest.mark.parametrize(
    ("headers_of", "language"),
    [
        (("收货人", "手机号", "年龄", "邮政编码", "城市", "性别", "职业"), "zh"),
        (("nome completo", "celular", "idade", "cep", "cidade", "sexo", "profissao"), "pt"),
    ],
)
def test_headers_in_other_languages(tmp_path, make, headers_of, language):
    rng = make.rng
    name = {"zh": lambda: rng.choice(SURNAMES) + rng.choice(GIVEN), "pt": lambda: "Maria Souza"}[language]
    rows = [
        dict(
            zip(
                headers_of,
                (
                    *(name(), make.mobile(), str(rng.randrange(18, 90)), make.digits(6)),
                    *("X" + rng.choice("abc"), rng.choice({"zh": "男女", "pt": "mf"}[language])),
                    rng.choice(["cook", "nurse"]),
                ),
                strict=True,
            )
        )
        for _ in range(120)
    ]
    found = typed(write(tmp_path / "t.csv", rows))
    assert [column.type for column in found.values()] == [
        *("PERSON", "PHONE_NUMBER", "AGE", "POSTCODE", "city", "gender", "occupation")
    ]
    assert [column.role for column in found.values()] == ["direct identifier"] * 2 + ["quasi-identifier"] * 5


def test_content_that_is_confirmed_wins_over_the_header(tmp_path, make):
    rows = [{"city": f"u{n}@shop{n % 7}.com", "note": make.id_card()} for n in range(60)]
    found = typed(write(tmp_path / "t.csv", rows))
    assert (found["city"].type, found["note"].type) == ("EMAIL_ADDRESS", "CN_ID_CARD")
    assert {column.role for column in found.values()} == {"direct identifier"}


def test_rare_categories_are_quasi_identifiers(tmp_path):
    rows = [{"hobby": "chess" if n else "falconry", "colour": "red"} for n in range(150)]
    found = typed(write(tmp_path / "t.csv", rows))
    assert (found["hobby"].role, found["colour"].role) == ("quasi-identifier", "other")
    assert "1 rare values among 2" in found["hobby"].reason


def test_confidence_counts_the_cells_that_fit(tmp_path):
    rows = [{"email": f"a{n}@b.com" if n % 4 else "none given"} for n in range(200)]
    column = typed(write(tmp_path / "t.csv", rows))["email"]
    assert column.type == "EMAIL_ADDRESS" and column.confidence == pytest.approx(0.75, abs=0.02)
    assert column.low < 0.75 < column.high and column.high - column.low < 0.13


def test_the_sample_is_bounded_seeded_and_taken_from_the_whole_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("age,x\n" + "30,a\n" * 5000 + "31,b\n" * 5000)
    first = typed(path, sample_rows=200)
    assert first["age"].cells == 200 and first["age"].distinct == 2
    assert first == typed(path, sample_rows=200)


def test_a_scrubber_can_find_too(tmp_path):
    path = write(tmp_path / "t.csv", [{"contact": f"a{n}@b.com"} for n in range(20)])
    assert typed(path, find=Scrubber(key=bytes(range(32))).find)["contact"].type == "EMAIL_ADDRESS"


def test_no_report_holds_a_value(english):
    found = type_columns(english)
    text = json.dumps([column.to_json() for column in found], allow_nan=False) + repr(found)
    assert not any(value in text for value in ("Lovelace", "@", "7911", "zh_CN", "lovely"))


def test_broken_files_and_rows(tmp_path):
    with pytest.raises(DataError, match="file not found"):
        type_columns(tmp_path / "none.csv")
    path = tmp_path / "t.csv"
    path.write_text("age,x\n30\n")
    assert [column.type for column in type_columns(path)] == ["empty", "empty"]


@pytest.mark.parametrize("module", [cell_values, columns, headers])
def test_examples_of_the_docstrings(module):
    tried = doctest.testmod(module)
    assert tried.attempted and not tried.failed
