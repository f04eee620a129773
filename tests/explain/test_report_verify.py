"""Verification: every byte of every file counts, and what is counted again has to agree."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from report_run import PLANTED, ledger_lines, make_run

from privgen.errors import DataError, KeyFileError, RunError
from privgen.explain.report import figure, report_facts, write_report
from privgen.explain.report_evidence import SOURCES
from privgen.explain.report_files import list_files
from privgen.explain.report_seal import SEAL, SIGNED, SUFFIX, read_seal, write_seal
from privgen.explain.report_signature import SigningKey, is_signed, public_key
from privgen.explain.report_verify import Verification, verify_report
from privgen.files import read_json, read_jsonl, write_json, write_jsonl
from privgen.runfolder import RunFolder


def make_key(folder: Path, name: str = "report") -> tuple[Path, Path]:
    """A key pair as openssl writes it."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, key: tuple[Path, Path]) -> Path:
    path = make_run(tmp_path_factory.mktemp("made") / "run", pages=1)
    (path / "keys").mkdir()
    (path / "keys" / "scrub.key").write_text("0123456789abcdef" * 4 + "\n", encoding="ascii")
    (path / "media").mkdir()
    (path / "media" / "empty.bin").write_bytes(b"")
    write_report(RunFolder(path))
    write_seal(path, SigningKey(key[0]))
    return path


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


def verified(path: Path, **options: Any) -> Verification:
    return verify_report(RunFolder(path), hidden=frozenset, **options)


def reseal(path: Path) -> None:
    """What somebody would do who changes a report and has no key."""
    write_seal(path)


def test_an_untouched_run_is_verified(made: Path, key: tuple[Path, Path]) -> None:
    found = verified(made, public_key=public_key(key[1]))
    assert found.verified and found.notes == []
    assert found.signed_by == SigningKey(key[0]).public
    there = sum(1 for path in made.rglob("*") if path.is_file()) - 2  # seal.json and its signature
    assert found.checked["files"] == there and found.checked["ledgers"] == 2
    assert found.checked["explanation_sums"] == len(
        list(read_jsonl(made / "explanations" / "explanations.jsonl"))
    )
    rendered = sum((made / "report" / name).exists() for name in ("index.html", "report.pdf"))
    assert found.checked["figures"] > 300 and found.checked["rendered"] == 1 + rendered


def test_one_byte_in_any_file_is_found_and_the_file_is_named(run: Path) -> None:
    rng = random.Random(20)
    files = sorted(path for path in run.rglob("*") if path.is_file() and path.stat().st_size)
    assert len(files) > 20
    for path in files:
        before = path.read_bytes()
        place = rng.randrange(len(before))
        changed = bytearray(before)
        changed[place] ^= rng.randrange(1, 256)
        path.write_bytes(changed)
        found = verified(run)
        name = path.relative_to(run).as_posix()
        assert {finding.path for finding in found.findings} == {name}, (name, place, found.to_json())
        path.write_bytes(before)
    assert verified(run).verified


def test_added_and_removed_files_are_named(run: Path) -> None:
    files = sorted(path for path in run.rglob("*") if path.is_file())
    for path in files[::2]:
        kept = path.read_bytes()
        path.unlink()
        name = path.relative_to(run).as_posix()
        assert {f.path for f in verified(run).findings} == {name}, name
        path.write_bytes(kept)
    for name in ("note.txt", "pages/.hidden", "report/extra.html", "silos/new/reviews.jsonl"):
        (run / name).parent.mkdir(exist_ok=True)
        (run / name).write_text("x", encoding="utf-8")
        (finding,) = verified(run).findings
        assert finding.path == name and "added" in finding.fault
        (run / name).unlink()


def test_a_file_cut_to_nothing_or_grown_is_named(run: Path) -> None:
    path = run / "federated" / "history.jsonl"
    path.write_bytes(b"")
    assert {f.path for f in verified(run).findings} == {"federated/history.jsonl"}


def test_nothing_that_a_file_holds_is_told(run: Path) -> None:
    for name in ("silos/alpine/customers.jsonl", "pages/pages.jsonl", "explanations/explanations.jsonl"):
        with (run / name).open("a", encoding="utf-8") as handle:
            handle.write('{"text": "Secret Canary"\n')
    told = str(verified(run).to_json())
    assert "Canary" not in told and not any(value in told for value in PLANTED)


def test_a_ledger_that_another_epsilon_is_told_of_is_found_without_hashes(run: Path) -> None:
    """The hash list made to fit: the figure still does not."""
    write_jsonl(run / "federated" / "ledger" / "alpine.jsonl", ledger_lines(3))
    _repin(run)
    found = verified(run)
    assert not found.verified and found.findings == []
    figures = {change.figure: change for change in found.figures}
    spent = figures["/privacy/merchants/merchant_id=alpine/epsilon"]
    assert spent.by is not None and spent.by > 0
    assert "/privacy/epsilon_max" in figures and "/summary/epsilon_max" in figures


def test_counts_that_do_not_fit_are_found_without_hashes(run: Path) -> None:
    report = read_json(run / "report" / "report.json")
    report["generation"]["pages"] += 1
    report["personal_data"]["by_type"]["PERSON"] -= 1
    write_json(run / "report" / "report.json", report)
    reseal(run)
    found = verified(run)
    assert {change.figure for change in found.figures} == {
        "/generation/pages",
        "/personal_data/by_type/PERSON",
    }
    assert [(c.before, c.after) for c in found.figures if c.figure == "/generation/pages"] == [(3, 2)]


def test_scores_that_do_not_add_up_are_named_by_line(run: Path) -> None:
    path = run / "explanations" / "explanations.jsonl"
    records = list(read_jsonl(path))
    records[2]["signals"][0]["score"] += 0.001
    write_jsonl(path, records)
    _repin(run)
    found = [finding for finding in verified(run).findings if "add up" in finding.fault]
    assert [(f.path, f.fault.split(":")[0]) for f in found] == [("explanations/explanations.jsonl", "line 3")]


def test_a_page_that_says_something_else_than_report_json_is_found(run: Path) -> None:
    for name in ("index.html", "details/pages-00001.html"):
        path = run / "report" / name
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace("merino", "cotton", 1), encoding="utf-8")
        reseal(run)
        assert [f.path for f in verified(run).findings] == [f"report/{name}"]
        path.write_text(before, encoding="utf-8")


def _repin(run: Path) -> None:
    """Pin the files as they are now: an attacker who knows how, and has no key."""
    from privgen.explain.report_files import LIST, list_facts, list_text

    files = list_files(run)
    report = read_json(run / "report" / "report.json")
    report["evidence"]["files"] = list_facts(files)
    write_json(run / "report" / "report.json", report)
    (run / LIST).write_text(list_text(files), encoding="utf-8")
    reseal(run)


def test_a_signature_cannot_be_replaced_or_dropped(run: Path, key: tuple[Path, Path], tmp_path: Path) -> None:
    mine = public_key(key[1])
    assert verified(run, public_key=mine).signed_by == mine
    other, theirs = make_key(tmp_path, "other")
    write_seal(run, SigningKey(other))
    assert verified(run).signed_by == public_key(theirs)
    found = verified(run, public_key=mine)
    assert found.signed_by is None
    assert {f.path for f in found.findings} == {f"{name}{SUFFIX}" for name in SIGNED}
    (run / SEAL).unlink()
    write_seal(run)
    assert verified(run).verified and verified(run).signed_by is None
    assert {f.fault for f in verified(run, public_key=mine).findings} == {"missing: the file is not signed"}


def test_openssl_checks_the_signature(run: Path, key: tuple[Path, Path]) -> None:
    """The command of docs/report.md."""
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key[1]), "-rawin"]
    for name in SIGNED:
        files = ["-in", str(run / name), "-sigfile", str(run / f"{name}{SUFFIX}")]
        done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "Verified Successfully" in done.stdout
    with (run / SIGNED[0]).open("a", encoding="utf-8") as handle:
        handle.write(" ")
    files = ["-in", str(run / SIGNED[0]), "-sigfile", str(run / f"{SIGNED[0]}{SUFFIX}")]
    assert subprocess.run([*command, *files], capture_output=True, check=False).returncode != 0


def test_a_seal_that_holds_keeps_its_signature(run: Path) -> None:
    before = {name: (run / f"{name}{SUFFIX}").read_bytes() for name in SIGNED}
    write_seal(run)
    assert {name: (run / f"{name}{SUFFIX}").read_bytes() for name in SIGNED} == before
    (run / "report" / "index.html").write_text("x", encoding="utf-8")
    write_seal(run)
    assert not any((run / f"{name}{SUFFIX}").exists() for name in SIGNED)
    assert read_seal(run).public_key is None


@pytest.mark.parametrize("change", ["missing", "open", "text", "rsa", "password", "public"])
def test_a_key_that_cannot_sign_is_one_line(tmp_path: Path, change: str) -> None:
    private, public = make_key(tmp_path)
    if change == "missing":
        private.unlink()
    elif change == "open":
        private.chmod(0o644)
    elif change == "text":
        private.write_text("secret-canary", encoding="ascii")
    elif change == "public":
        private.write_bytes(public.read_bytes())
    else:
        kind = ["-algorithm", "rsa"] if change == "rsa" else ["-algorithm", "ed25519", "-aes256"]
        more = ["-pass", "pass:secret-canary"] if change == "password" else []
        subprocess.run(
            ["openssl", "genpkey", *kind, *more, "-out", str(private)], check=True, capture_output=True
        )
        private.chmod(0o600)
    with pytest.raises(KeyFileError) as fault:
        SigningKey(private)
    assert str(private) in str(fault.value) and "canary" not in str(fault.value)
    assert "\n" not in str(fault.value)


def test_signatures_are_of_exactly_these_bytes(tmp_path: Path) -> None:
    key = SigningKey(make_key(tmp_path)[0])
    signature = key.sign(b"data")
    assert is_signed(key.public, b"data", signature) and len(signature) == 64
    assert not is_signed(key.public, b"Data", signature)
    assert not is_signed(key.public, b"data", signature[:-1])
    assert not is_signed("00", b"data", signature)
    assert "key" in repr(key).lower() and key.public not in repr(key)
    with pytest.raises(KeyFileError, match="not an Ed25519 public key"):
        public_key(make_key(tmp_path, "b")[0])


def test_keys_are_listed_without_their_hash(made: Path) -> None:
    (entry,) = [file for file in list_files(made) if file.path == "keys/scrub.key"]
    assert len(entry.digest) == 8 and entry.to_json() == {
        "path": "keys/scrub.key",
        "bytes": 65,
        "check": entry.digest,
    }


def test_a_link_that_leads_back_stops(run: Path) -> None:
    (run / "pages" / "loop").symlink_to(run)
    with pytest.raises(RunError, match="a link to a folder that it lies in"):
        list_files(run)
    (run / "pages" / "loop").unlink()
    (run / "pages" / "gone").symlink_to(run / "nowhere")
    with pytest.raises(RunError, match="not a file"):
        list_files(run)


def test_every_number_of_the_report_has_a_source(made: Path) -> None:
    facts = report_facts(RunFolder(made))
    with_numbers = {f"/{block}" for block, value in facts.items() if _has_numbers(value)}
    assert with_numbers <= set(SOURCES)
    optional = {"erasures.jsonl", "deployer.toml", "scrubbed/*/customers.*"}
    for names in SOURCES.values():
        assert all(name in optional or any(made.glob(name)) for name in names)


def test_any_figure_can_be_counted_again(made: Path) -> None:
    facts = read_json(made / "report" / "report.json")
    for pointer in ("/generation/pages", "/evidence/files/bytes", "/privacy/merchants/0/epsilon"):
        value = facts
        for step in pointer.strip("/").split("/"):
            value = value[int(step)] if isinstance(value, list) else value[step]
        assert figure(made, pointer) == value


def _has_numbers(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_numbers, value.values()))
    if isinstance(value, list):
        return any(map(_has_numbers, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def test_a_run_without_a_report_is_told_so(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    with pytest.raises(RunError, match="privgen report"):
        verified(path)
    with pytest.raises(RunError, match="no report to seal"):
        write_seal(path)
    write_report(RunFolder(path))
    assert [f.to_json() for f in verified(path).findings] == [{"path": SEAL, "fault": "missing"}]
    with pytest.raises(DataError):
        read_seal(path)
