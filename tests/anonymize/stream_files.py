"""What the tests of scrubbed files share: reading and writing through codecs, one worker against two."""

import gzip
import json
from pathlib import Path

import pyarrow as pa

from privgen.anonymize import Scrubber, scrub_file

KEY = bytes(range(32))

SCRUBBER = Scrubber(key=KEY)

CODECS = {"": "", ".gz": "gzip", ".zst": "zstd"}


def write(path: Path, data: bytes) -> None:
    codec = CODECS.get(path.suffix, "")
    if codec == "gzip":
        data = gzip.compress(data)
    elif codec:
        data = pa.Codec(codec).compress(data, asbytes=True)
    path.write_bytes(data)


def read(path: Path) -> bytes:
    codec = CODECS.get(path.suffix, "")
    if not codec:
        return path.read_bytes()
    pieces = []
    with pa.CompressedInputStream(path.open("rb"), codec) as stream:
        while piece := stream.read(1 << 16):
            pieces.append(piece)
    return b"".join(pieces)


def both(source: Path, **options) -> tuple[Path, dict]:
    """Scrub with one worker and with two; the bytes agree."""
    SCRUBBER.load()  # here, once, rather than in every worker
    one, two = (source.with_name(f"{word}-{source.name}") for word in ("one", "two"))
    report = scrub_file(source, one, scrubber=options.pop("scrubber", SCRUBBER), workers=1, **options)
    scrub_file(source, two, scrubber=SCRUBBER, workers=2, **options)
    assert one.read_bytes() == two.read_bytes()
    return one, report


def plain(text: str) -> str:
    return SCRUBBER.scrub(text).text


def rejects(out: Path) -> dict[int, str]:
    path = out.with_name(f"{out.name}.rejects.jsonl")
    lines = path.read_text().splitlines() if path.exists() else []
    assert all(set(json.loads(line)) == {"file", "row", "reason"} for line in lines)
    return {json.loads(line)["row"]: json.loads(line)["reason"] for line in lines}
