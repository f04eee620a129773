"""Values in a small table inside a free text: a line of headers, then rows; or a key and a value per line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from privgen.anonymize.headers import header_hint, header_words
from privgen.anonymize.rules import BLANK
from privgen.anonymize.spans import Span

SCORE = 0.7
_DELIMITERS = "\t|;,"
_LINE = re.compile(r"[^\n]+")
_HEADER = re.compile(r"[A-Za-z\u3400-\u9fff#][\w #./()-]{0,29}")
_LONGEST_HEADER = 40
"""Characters before the first separator of a line of headers, with quotation marks, at most."""
_CELLS = {
    delimiter: re.compile(rf'[ ]{{0,4}}("[^"\n]*"|[^{re.escape(delimiter)}\n]*)(?:{re.escape(delimiter)}|$)')
    for delimiter in _DELIMITERS
}
_BARE_NAMES = frozenset({"name", "names", "nome", "nombre", "nom"})
_GOODS = frozenset(
    [
        "sku",
        "qty",
        "quantity",
        "size",
        "color",
        "colour",
        "price",
        "product",
        "item",
        "stock",
        "brand",
        "model",
    ]
)
"""Headers of goods: a bare name beside them is a person's only if something else there is a person's."""
_OF_PEOPLE = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "ADDRESS", "POSTCODE", "AGE", "DATE_OF_BIRTH"})

_SHOP_HEADERS: tuple[tuple[str, str], ...] = (
    ("COUPON_CODE", "coupon|voucher|promo|promocode|discount code|cupom|gutschein|coupon code|优惠码|优惠券"),
    ("TRACKING_NUMBER", "tracking|awb|waybill|consignment|tracking no|track no|运单号|快递单号"),
    (
        "ORDER_NUMBER",
        "order|order id|orderid|order no|order number|order ref|po|po number|invoice|invoice no|pedido"
        "|订单号|订单编号",
    ),
    (
        "LOYALTY_ID",
        "loyalty|loyalty id|member|member id|member no|membership|customer id|customer no|customer number"
        "|cust id|client id|account no|account id|会员号|客户编号",
    ),
    ("PERSON", "customer|recipient|buyer|client|consignee|cust|cust name|contact|attn|ship to|sold to"),
    ("ADDRESS", "addr1|addr2|address1|address2|address line 1|address line 2|ship addr|ship address"),
    ("POSTCODE", "zip5|pin|pin code|pincode|postcode|post code|eircode"),
    ("US_SSN", "ssn"),
    ("PASSPORT", "passport|passport no|passport number"),
    ("PHONE_NUMBER", "contact no|contact number|mob|ph|phone no|landline|whatsapp no"),
)
_BY_HEADER = {words: kind for kind, all_words in _SHOP_HEADERS for words in all_words.split("|")}
_SHAPES = {
    "PERSON": re.compile(r"(?=[^\W\d_])[^\W\d_][^\d@<>{}]{1,49}"),
    "EMAIL_ADDRESS": re.compile(r"\S{1,64}@\S{3,190}"),
    "PHONE_NUMBER": re.compile(r"\+?(?:[ ().x/-]{0,3}[0-9]){6,15}"),
    "POSTCODE": re.compile(r"(?=[^0-9]{0,5}[0-9])[A-Za-z0-9][A-Za-z0-9 -]{2,9}"),
    "ADDRESS": re.compile(r"(?=.{0,60}[^\W\d_]{2})[^@<>{}]{5,120}"),
    "AGE": re.compile(r"1[01][0-9]|[1-9]?[0-9]"),
    "DATE_OF_BIRTH": re.compile(r"[0-9][0-9A-Za-z ./-]{3,18}"),
    "USER_NAME": re.compile(r"@?[\w.-]{2,40}"),
}
_CODE = re.compile(r"(?=[^0-9]{0,20}[0-9])#?[A-Za-z0-9](?:[ _/-]?[A-Za-z0-9]){3,39}")
_SHAPES |= dict.fromkeys(("TRACKING_NUMBER", "ORDER_NUMBER", "LOYALTY_ID", "US_SSN", "PASSPORT"), _CODE)
_SHAPES["COUPON_CODE"] = re.compile(r"[A-Za-z0-9](?:[_-]?[A-Za-z0-9]){3,29}")
_CASELESS_ID = re.compile(r"(?:number|no|nr|id)$")


class Cell(NamedTuple):
    """One cell of a line, without its quotes, in offsets of the text."""

    start: int
    text: str


class HeaderRows:
    """Finds the cells of small tables whose headers say what the cells are."""

    name = "header rows"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of typed cells in normalised text.

        A table is a line of headers and the lines under it with as many cells between the same separators
        (tab, bar, semicolon or comma); or two or more lines of a key and a value.
        """
        if "\n" not in text:
            return
        lines = [(match.start(), match[0]) for match in _LINE.finditer(text)]
        for delimiter in _DELIMITERS:
            firsts = [line.find(delimiter) for _, line in lines if delimiter in line]
            if len(firsts) > 1 and min(firsts) <= _LONGEST_HEADER:
                yield from _tables([_cells(start, line, delimiter) for start, line in lines])


def _tables(rows: Sequence[list[Cell]]) -> Iterator[Span]:
    place = 0
    while place < len(rows) - 1:
        kinds = _kinds(rows[place])
        place += 1
        while kinds and place < len(rows) and len(rows[place]) == len(kinds):
            yield from _typed(rows[place], kinds)
            place += 1
    yield from _pairs(rows)


def _pairs(rows: Sequence[list[Cell]]) -> Iterator[Span]:
    """Lines of a key and a value; one alone is no table."""
    pairs = [(_kind(row[0].text), row[1]) if len(row) == 2 else (None, None) for row in rows]
    for place, (kind, cell) in enumerate(pairs):
        beside = pairs[max(0, place - 1) : place + 2]
        if kind and cell and sum(other is not None for other, _ in beside) > 1:
            yield from _typed([cell], [kind])


def _kinds(row: Sequence[Cell]) -> list[str | None]:
    """Types of the columns under a line of headers; empty if the line is none."""
    if len(row) < 2 or not all(_HEADER.fullmatch(cell.text) for cell in row if cell.text):
        return []
    if any(len(cell.text.split()) > 4 for cell in row) or not row[-1].text:
        return []
    headers = [header_words(cell.text) for cell in row]
    kinds = [_kind(cell.text) for cell in row]
    if _GOODS & set(headers) and not _OF_PEOPLE & set(kinds):
        kinds = [None if header in _BARE_NAMES else kind for header, kind in zip(headers, kinds, strict=True)]
    return kinds if any(kinds) and len(set(headers)) == len(row) else []


def _kind(header: str) -> str | None:
    if not _HEADER.fullmatch(header):
        return None
    words = header_words(header)
    hint = _BY_HEADER.get(words) or _BY_HEADER.get(_CASELESS_ID.sub("", words).strip()) or header_hint(header)
    return hint if hint in _SHAPES else None


def _typed(row: Sequence[Cell], kinds: Sequence[str | None]) -> Iterator[Span]:
    for cell, kind in zip(row, kinds, strict=True):
        if kind and BLANK not in cell.text and _SHAPES[kind].fullmatch(cell.text):
            yield Span(kind, cell.start, cell.start + len(cell.text), SCORE)


def _cells(start: int, line: str, delimiter: str) -> list[Cell]:
    """The cells of a line; empty without a delimiter."""
    if delimiter not in line:
        return []
    cells = []
    for match in _CELLS[delimiter].finditer(line.strip("|") if delimiter == "|" else line):
        raw = match[1]
        offset = start + match.start(1) + (len(line) - len(line.lstrip("|")) if delimiter == "|" else 0)
        bare = raw.strip(" \"'\r")
        cells.append(Cell(offset + raw.find(bare) if bare else offset, bare))
        if match.end() == len(match.string) and not match[0].endswith(delimiter):
            break
    return cells
