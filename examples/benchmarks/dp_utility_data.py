"""The federations of `dp_utility.py`: silos of equally many customers, and customers that none of them has.

- synthetic: a marketplace that is scrubbed and made into records as `privgen train` does it.
- clothing_reviews: a CSV with the columns Class Name, Age, Rating, Title, Review Text; a row is a customer
  whose class, age band, rating and title are the signals, and whose review's first sentence is learnt.
- E2E: a CSV with the columns mr and ref; a row is a customer whose attributes are the signals. Held-out rows
  have attributes that no silo has; all texts for the same attributes are references.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import random
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute
import pyarrow.parquet

from privgen.config import SyntheticConfig
from privgen.files import write_jsonl
from privgen.prompt import Prompt, TrainingRecord
from privgen.records import records
from privgen.schema import Purpose, SectionKind, Signal, SignalKind
from privgen.signals import sentences_of
from privgen.silo import open_silos
from privgen.synthetic import write_marketplace

_SLOT = re.compile(r"([^,\[]+)\[([^\]]*)\]")
_SMALLEST = 0.6  # of the mean, in a synthetic marketplace
_SPARE = 1.35  # customers per wanted one: not all consent to training, and some are held out


@dataclass(frozen=True)
class Federation:
    """Records of a benchmark.

    Args:
        silos: Per silo, per customer, the customer's records.
        held_out: Records of customers of no silo.
        personal: Whether only the signals of kinds that tell of a customer are the customer's own; else all.
    """

    silos: list[list[list[TrainingRecord]]]
    held_out: list[TrainingRecord]
    personal: bool

    def write(self, folder: Path, pooled: bool = False) -> list[tuple[str, Path]]:
        """Write each silo's records, or all as one silo's; return names and files."""
        customers = [[u for silo in self.silos for u in silo]] if pooled else self.silos
        made = []
        for number, silo in enumerate(customers):
            name = "pooled" if pooled else f"silo{number:02}"
            write_jsonl(folder / f"{name}.jsonl", (r.to_json() for unit in silo for r in unit))
            made.append((name, folder / f"{name}.jsonl"))
        return made

    def swapped(self, place: int) -> Prompt:
        """The prompt of a held-out record with the signals of the next one of its section."""
        own = self.held_out[place]
        later = (*self.held_out[place + 1 :], *self.held_out[:place])
        other = next((r for r in later if r.section is own.section and r.prompt != own.prompt), own)
        kept = tuple(s for s in own.prompt.signals if self.personal and not s.personal)
        brought = tuple(s for s in other.prompt.signals if not self.personal or s.personal)
        signals = tuple(
            Signal(f"x{number}", s.kind, s.modality, s.text, s.source)
            for number, s in enumerate((*brought, *kept))
        )
        return Prompt(own.prompt.prefix, signals, own.prompt.suffix)


def load_federation(data: str, silos: int, customers: int, held_out: int, seed: int) -> Federation:
    """Make the silos of a data set, by its name or its file.

    Args:
        data: synthetic, or a CSV file, gzipped or not.
        silos: How many.
        customers: Customers of each.
        held_out: Records of customers of none.
        seed: Which customers are where, and of the synthetic marketplace.
    """
    rng = random.Random(seed)
    if data == "synthetic":
        return _synthetic(silos, customers, held_out, rng)
    rows = list(_rows(Path(data)))
    if "mr" in rows[0]:
        return _split([[_attributes(row, n)] for n, row in enumerate(rows)], silos, customers, held_out, rng)
    made = [[record] for n, row in enumerate(rows) for record in _review(row, n)]
    return _split(made, silos, customers, held_out, rng)


def _split(
    units: list[list[TrainingRecord]], silos: int, customers: int, held_out: int, rng: random.Random
) -> Federation:
    """Public records: held-out prompts first, then silos of customers who have none of those prompts."""
    rng.shuffle(units)
    held: list[TrainingRecord] = []
    for unit in units:
        if len(held) < held_out:
            held += unit
    prompts = {record.prompt for record in held}
    held = [record for unit in units for record in unit if record.prompt in prompts]
    left = [unit for unit in units if unit[0].prompt not in prompts]
    if len(left) < silos * customers:
        raise SystemExit(f"the data has {len(left)} customers for {silos} silos of {customers}")
    parts = [left[place * customers : (place + 1) * customers] for place in range(silos)]
    return Federation(parts, held, personal=False)


def _synthetic(silos: int, customers: int, held_out: int, rng: random.Random) -> Federation:
    from privgen.anonymize import Scrubber, scrub_silo  # slow to import

    wanted = int(customers * _SPARE) + 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = SyntheticConfig(
            merchants=silos, customers=int(wanted / _SMALLEST) + 1, seed=rng.randrange(10**6)
        )
        write_marketplace(config, folder / "silos", folder / "truth")
        scrubber = Scrubber(key=secrets.token_bytes(32))
        parts, spare = [], []
        for silo in sorted((folder / "silos").iterdir()):
            _keep_customers(silo, wanted)
            scrub_silo(silo, folder / "scrubbed" / silo.name, scrubber=scrubber)
        for tables in open_silos(folder / "scrubbed", Purpose.TRAINING, dt.date(2026, 12, 1)):
            by_customer: dict[str, list[TrainingRecord]] = {}
            for record in records(tables):
                by_customer.setdefault(record.customer_id, []).append(record)
            units = [by_customer[key] for key in sorted(by_customer)]
            parts.append(units[:customers])
            spare += units[customers:]
    inside = {unit[0].customer_id for part in parts for unit in part}  # a tenth shops at two merchants
    held = [record for unit in spare if unit[0].customer_id not in inside for record in unit]
    rng.shuffle(held)
    return Federation(parts, held[:held_out], personal=True)


def _keep_customers(silo: Path, count: int) -> None:
    """Cut a silo's tables down to its first customers."""
    kept = pyarrow.parquet.read_table(silo / "customers.parquet")["customer_id"].slice(0, count)
    for file in silo.glob("*.parquet"):
        table = pyarrow.parquet.read_table(file)
        if "customer_id" in table.column_names:
            mask = pyarrow.compute.is_in(table["customer_id"], kept.combine_chunks())
            pyarrow.parquet.write_table(table.filter(mask), file)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def _review(row: dict[str, str], number: int) -> list[TrainingRecord]:
    sentences = sentences_of(" ".join(row["Review Text"].split()))[:1]
    said = [f"rated {row['Rating']} of 5", " ".join(row["Title"].split())]
    told = [(SignalKind.PROFILE, f"aged {int(row['Age']) // 10 * 10} to {int(row['Age']) // 10 * 10 + 9}")]
    told += [(SignalKind.REVIEW, text) for text in said if text]
    made = _record(number, SectionKind.REVIEW_DIGEST, row["Class Name"] or "clothes", told, sentences)
    return [made] if sentences else []


def _attributes(row: dict[str, str], number: int) -> TrainingRecord:
    slots = [(name.strip(), value) for name, value in _SLOT.findall(row["mr"])]
    told = [(SignalKind.ATTRIBUTE, f"{name}: {value}") for name, value in slots]
    text = " ".join(row["ref"].split())
    return _record(number, SectionKind.DESCRIPTION, dict(slots).get("name", "place"), told, [text])


def _record(
    number: int,
    section: SectionKind,
    title: str,
    told: Sequence[tuple[SignalKind, str]],
    target: Sequence[str],
) -> TrainingRecord:
    signals = tuple(
        Signal(f"s{place}", kind, "text", text, "public:0") for place, (kind, text) in enumerate(told)
    )
    prefix = f"Write the {section.value.replace('_', ' ')}.\nProduct: {title}\n"
    return TrainingRecord(f"c{number}", section, Prompt(prefix, signals, "Text:\n"), tuple(target))
