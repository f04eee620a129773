"""`privgen scrub PATH --reverse`: values come back for the key, one line and nothing written otherwise."""

import json
import subprocess
import sys

import pytest

from privgen.anonymize import Cipher

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def run(*arguments):
    command = [sys.executable, "-m", "privgen.cli", "scrub", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def here(tmp_path):
    (tmp_path / "a.txt").write_text(f"from {Cipher([OLD]).encrypt('PERSON', 'Ann Lee')}\n")
    for name, keys in {"old": [OLD], "new": [NEW], "both": [NEW, OLD]}.items():
        path = tmp_path / f"{name}.key"
        path.write_text("".join(key.hex() + "\n" for key in keys))
        path.chmod(0o600)
    return tmp_path


@pytest.mark.parametrize("key", ["old", "both"])
def test_values_come_back(here, key):
    out = here / "out.txt"
    done = run(here / "a.txt", "--reverse", "--out", out, "--key-file", here / f"{key}.key", "--json")
    assert done.returncode == 0 and out.read_text() == "from Ann Lee\n"
    assert json.loads(done.stdout)["values"] == 1 and "Ann" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "fault"),
    [
        (("--key-file", "new.key"), 1, "needs the key"),
        (("--key-file", "none.key"), 1, "key file not found"),
        ((), 1, "--reverse needs --key-file"),
    ],
)
def test_one_line_and_nothing_written(here, arguments, code, fault):
    given = [str(here / a) if a.endswith(".key") else a for a in arguments]
    done = run(here / "a.txt", "--reverse", "--out", here / "out.txt", *given)
    assert done.returncode == code and fault in done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""
    assert not (here / "out.txt").exists() and len(list(here.iterdir())) == 4
