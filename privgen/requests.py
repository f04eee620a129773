"""Choose for whom and on what to write pages, and gather the evidence from a scrubbed silo."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from privgen.errors import DataError
from privgen.pages import PageRequest
from privgen.records import page_language
from privgen.schema import Row
from privgen.signals import EARLIEST, Catalogue, History, SignalMaker
from privgen.silo import Silo

_WEIGHTS = {"events": 1, "reviews": 2, "dialogues": 3}


def page_requests(
    silo: Silo, count: int, *, customer_id: str | None = None, product_id: str | None = None
) -> list[PageRequest]:
    """Requests for the `count` consenting customers with the richest history, or for one customer.

    Args:
        silo: Opened for personalisation.
        count: How many pages at most.
        customer_id: Pseudonym of the one customer to write for.
        product_id: The product of every page; by default one that suits each customer.

    Raises:
        ConsentError: The named customer does not consent to personalisation.
        DataError: Unknown customer or product, or an empty catalogue.
    """
    catalogue = silo.catalogue()
    if product_id is not None and product_id not in catalogue:
        raise DataError(f"{silo.merchant_id}: no product {product_id}; see the products table")
    if customer_id is not None:
        silo.require(customer_id)
        chosen = [customer_id]
    else:
        chosen = _richest(silo, count)
    histories = silo.histories(chosen)
    locales = silo.customers()
    products = {id_: product_id or suited_product(histories[id_], catalogue) for id_ in chosen}
    reviews = silo.latest_reviews(products.values())
    campaigns = silo.campaigns()
    return [
        _request(silo, histories[id_], catalogue, products[id_], locales.get(id_, ""), reviews, campaigns)
        for id_ in chosen
    ]


def suited_product(history: History, catalogue: Catalogue) -> str:
    """The product that a page for this customer is about.

    The one the customer asked about last; else one of the category touched most that is not bought yet,
    the most viewed first; else the first of the catalogue.
    """
    for row in sorted(history.dialogues, key=_asked_at, reverse=True):
        if row.get("product_id") in catalogue:
            return str(row["product_id"])
    touched = Counter(e["product_id"] for e in history.events if e["product_id"] in catalogue)
    bought = {e["product_id"] for e in history.events if e["kind"] == "purchase"}
    categories = Counter({catalogue[id_]["category"]: 0 for id_ in touched})
    for id_, times in touched.items():
        categories[catalogue[id_]["category"]] += times
    favourite = categories.most_common(1)[0][0] if categories else None
    open_ids = [id_ for id_ in catalogue if id_ not in bought] or list(catalogue)
    return max(open_ids, key=lambda id_: (catalogue[id_]["category"] == favourite, touched[id_]))


def _asked_at(row: Row) -> tuple[dt.datetime, int]:
    return row["timestamp"] or EARLIEST, row["turn"]


def _richest(silo: Silo, count: int) -> list[str]:
    """Consenting customers by how much they left; equal ones by id, so that the choice is stable."""
    scores = Counter(dict.fromkeys(silo.customers(), 0))
    for table, weight in _WEIGHTS.items():
        for row in silo.rows(table):
            scores[row["customer_id"]] += weight
    return sorted(scores, key=lambda id_: (-scores[id_], id_))[:count]


def _request(
    silo: Silo,
    history: History,
    catalogue: Catalogue,
    product_id: str,
    locale: str,
    reviews: dict[str, list[Row]],
    campaigns: Sequence[Row],
) -> PageRequest:
    product = catalogue[product_id]
    language = page_language(product, locale)
    maker = SignalMaker(language, catalogue)
    others = [row for row in reviews[product_id] if row["customer_id"] != history.customer_id]
    signals = [
        *maker.customer_signals(history, product_id),
        *maker.product_signals(product, others, campaigns),
    ]
    return PageRequest(
        silo.merchant_id, history.customer_id, product_id, product["title"], language, tuple(signals)
    )
