"""Small tables in a free text: their headers say what the cells are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize import Scrubber
from privgen.anonymize.header_rows import HeaderRows


def _cells(text):
    return [(span.entity_type, text[span.start : span.end]) for span in HeaderRows().find(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "id,name,phone,zip\n1,Ann Lee,212-555-0135,10012",
            [("PERSON", "Ann Lee"), ("PHONE_NUMBER", "212-555-0135"), ("POSTCODE", "10012")],
        ),
        (
            "order_id;total\nA-2204;59,90\nA-2205;12,00",
            [("ORDER_NUMBER", "A-2204"), ("ORDER_NUMBER", "A-2205")],
        ),
        ("no\tname\tpin\n1\tAnn Lee\t600041", [("PERSON", "Ann Lee"), ("POSTCODE", "600041")]),
        (
            '"addr1"|"tel"\n"3 Chapel Row"|"029 2018 0000"',
            [("ADDRESS", "3 Chapel Row"), ("PHONE_NUMBER", "029 2018 0000")],
        ),
        ("See below.\nsku;coupon\nLMP-1;HELLO5\n\nBye", [("COUPON_CODE", "HELLO5")]),
        (
            "| Order | Customer |\n|---|---|\n| 99812 | Zoë Quill |",
            [("ORDER_NUMBER", "99812"), ("PERSON", "Zoë Quill")],
        ),
        ("loyalty_id,LYL553019\nzip,94107", [("LOYALTY_ID", "LYL553019"), ("POSTCODE", "94107")]),
        ("订单号,收货人\n88120031,张伟", [("ORDER_NUMBER", "88120031"), ("PERSON", "张伟")]),
    ],
)
def test_the_cells_are_typed_by_their_headers(text, wanted):
    assert _cells(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "size,colour,fit\nM,blue,tight",
        "item,price\nLuna Lamp,29.99",
        "brand,name,price\nAcme,Oslo Chair,99",
        "Name, that is all I ask\nNothing else, really",
        "Hello, it is nice\nI like it, thanks",
        "zip,94107",
        "name,phone",
        "",
    ],
)
def test_other_lines_are_left_alone(text):
    assert _cells(text) == []


@given(st.text(alphabet='name,zip;|\t"\n1 A张é-', max_size=80))
def test_spans_lie_in_the_text_and_hold_no_separator_at_their_ends(text):
    for span in HeaderRows().find(text):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip(' \n\t|"')


def test_the_scrubber_replaces_the_cells_and_finds_nothing_more_in_what_it_wrote():
    scrubber = Scrubber(key=bytes(range(32)))
    once = scrubber.scrub("name,coupon,zip\nAnn Lee,SPRING,10012\nBo Dahl,AUTUMN,10013").text
    assert not any(value in once for value in ("Ann Lee", "SPRING", "10012", "Bo Dahl", "AUTUMN", "10013"))
    assert scrubber.scrub(once).text == once
