"""Date shift: intervals and formats stay, the day does not; keyed, and never by 0."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize.date_text import DateFinder, read_date
from privgen.anonymize.dateshift import shift, shift_days, shift_text

KEY = bytes(range(32))
DATES = st.dates(dt.date(1931, 1, 1), dt.date(2029, 12, 31))
FORMATS = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%Y%m%d",
    "%B %d, %Y",
    "%d %b %Y",
    "{0.year}年{0.month}月{0.day}日",
    "{0.month}/{0.day}/{0.year}",
    "%m/%d/%y",
    "{0.day} de {1} de {0.year}",
]
PT = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
]


def write(date, form):
    return date.strftime(form).format(date, PT[date.month - 1])


@given(DATES, st.sampled_from(FORMATS), st.integers(-3650, 3650))
def test_a_written_date_moves_and_keeps_its_format(date, form, by):
    moved = shift_text(write(date, form), by)
    found = read_date(moved)
    wanted = date + dt.timedelta(days=by)
    if "%y" in form:  # two digits: the century is a guess
        assert (found.date.month, found.date.day, found.date.year % 100) == (
            wanted.month,
            wanted.day,
            wanted.year % 100,
        )
    elif 1931 <= wanted.year <= 2029:
        assert found.date == wanted
    if form in FORMATS[:4] or "年" in form:  # 10/10/2000 does not tell whether there are zeros
        assert moved == write(wanted, form)


@given(DATES, DATES, st.sampled_from(FORMATS[:6]), st.sampled_from(FORMATS[:6]), st.text(min_size=1))
def test_intervals_of_a_customer_stay_between_texts_and_columns(first, second, one, other, customer):
    by = shift_days(KEY, customer, 180)
    a, b = read_date(shift_text(write(first, one), by)), read_date(shift_text(write(second, other), by))
    assert b.date - a.date == second - first
    moment = dt.datetime.combine(first, dt.time(10, 30), dt.UTC)
    assert shift(moment, by).date() == a.date and shift(moment, by).time() == dt.time(10, 30)


@given(st.text(), st.integers(1, 3650))
def test_the_shift_is_in_range_and_never_zero(customer, days):
    by = shift_days(KEY, customer, days)
    assert by != 0 and abs(by) <= days and by == shift_days(KEY, customer, days)


def test_all_shifts_occur_and_depend_on_key_and_customer():
    found = [shift_days(KEY, str(i), 3) for i in range(600)]
    assert set(found) == {-3, -2, -1, 1, 2, 3}
    assert min(found.count(by) for by in set(found)) > 60  # each about 100
    assert found != [shift_days(b"another key, long enough", str(i), 3) for i in range(600)]


def test_what_is_no_full_date_or_leaves_the_calendar_goes():
    assert shift_text("May 1990", 5) == shift_text("soon", 5) == shift_text("2024-02-30", 5) == ""
    assert shift(dt.date(9999, 12, 30), 5) is None


@pytest.mark.parametrize(
    ("text", "day_first", "date"),
    [
        ("05/11/2017", False, dt.date(2017, 5, 11)),
        ("05/11/2017", True, dt.date(2017, 11, 5)),
        ("25/11/2017", False, dt.date(2017, 11, 25)),
        ("11/25/2017", True, dt.date(2017, 11, 25)),
        ("05.11.2017", False, dt.date(2017, 11, 5)),
        ("29 Feb 2024", False, dt.date(2024, 2, 29)),
        ("90年5月7日", False, dt.date(1990, 5, 7)),
    ],
)
def test_reading(text, day_first, date):
    assert read_date(text, day_first).date == date


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("May 31st, 2024", "June 1st, 2024"),
        ("MAY 31, 2024", "JUNE 1, 2024"),
        ("31 de dezembro de 2023", "1 de janeiro de 2024"),
        ("2024年12月31日", "2025年1月1日"),
        ("2024年01月05号", "2024年01月06号"),
        ("12月31日", "1月1日"),
    ],
)
def test_by_one_day(before, after):
    assert shift_text(before, 1) == after


def test_the_finder_finds_dates_and_no_sizes():
    text = "2024-05-31T10:00, on 5/31/2024. came May 3, 12月31日到, size 34-26-37, v1.2.3, 3/4 cup, 10/10"
    found = [text[span.start : span.end] for span in DateFinder().find(text)]
    assert found == ["2024-05-31", "5/31/2024", "May 3", "12月31日"]


def test_no_date_in_a_repr():
    assert "2024" not in repr(read_date("2024-05-31"))
