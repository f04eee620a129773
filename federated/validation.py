"""Validation loss on public records, and the best round by it.

The records are nobody's at any merchant, and the weights that they judge have been let out under the plan's
noise: reading the loss, keeping the best round and writing both down is post-processing, so it costs no
privacy. A record that lies in a silo would make it cost some, so such a file is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from privgen.errors import DataError
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Example, Silo, open_records

if TYPE_CHECKING:
    from privgen.federated.model import AdapterModel

_MOST = 512  # records that a round is judged by

RULE = "lowest mean loss on public validation records; noised weights only are judged, so it costs no privacy"


class Validation:
    """The encoded validation records.

    Args:
        digest: Hash of the file.
        examples: Its records as far as they fit.
        micro_batch: Records in one forward pass.
    """

    def __init__(self, digest: str, examples: Sequence[Example], micro_batch: int) -> None:
        self.digest, self._examples, self._micro_batch = digest, tuple(examples), micro_batch

    def loss(self, model: AdapterModel, weights: Weights) -> float:
        """Mean over records of their negative log-likelihood, in nats per token; sets the weights."""
        model.set_weights(weights)
        return model.mean_loss(self._examples, self._micro_batch)


def open_validation(
    path: Path, silos: Sequence[Silo], model: AdapterModel, settings: TrainingSettings
) -> Validation:
    """Read validation records (JSON Lines of `TrainingRecord.to_json`); the first 512 that fit count.

    Raises:
        DataError: Unreadable, none that fits, or a record of a silo is among them.
    """
    records = open_records(Silo("validation", path))
    _refuse_overlap(path, silos)
    encoder = model.encoder(settings.max_length)
    examples: list[Example] = []
    for (offset,) in records.units("record"):
        (record,) = records.read([offset])
        example = encoder.encode(record, [True] * len(record.prompt.signals))
        examples += [example] if example is not None else []
        if len(examples) == _MOST:
            break
    if not examples:
        raise DataError(f"{path}: no record fits into max_length {settings.max_length} tokens; raise it")
    return Validation(records.digest, examples, settings.micro_batch)


def _refuse_overlap(path: Path, silos: Sequence[Silo]) -> None:
    public = set(_line_hashes(path))
    for silo in silos:
        for number, line in enumerate(_line_hashes(silo.records), start=1):
            if line in public:
                raise DataError(
                    f"{path}: holds line {number} of merchant {silo.merchant_id}'s records; validate on "
                    "public records, a merchant's own would be spent without noise"
                )


def _line_hashes(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        for line in handle:
            yield hashlib.sha256(line.strip() or str(path).encode()).digest()  # blank lines are equal to none
