"""What a user installs: a light shell, a wheel that owns only `privgen`, no trace of a machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "torch",
    "transformers",
    "peft",
    "opacus",
    "flwr",
    "ray",
    "presidio_analyzer",
    "captum",
    "shap",
    "numpy",
)
COMMANDS = (*("demo", "ingest", "scrub", "train", "generate", "explain", "report"),)


def _help(*arguments: str) -> tuple[list[str], str]:
    """Heavy modules that `privgen ... --help` loads, and what it prints."""
    code = (
        "import json, sys\nfrom privgen.cli import main\nheavy = set(json.loads(sys.argv[1]))\n"
        "sys.argv = ['privgen', *sys.argv[2:], '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('\\n' + json.dumps(sorted(heavy & set(sys.modules))))\n"
    )
    command = [sys.executable, "-P", "-c", code, json.dumps(HEAVY), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    shown, _, loaded = done.stdout.rstrip("\n").rpartition("\n")
    return json.loads(loaded), shown


def test_help_loads_nothing_heavy_and_names_every_command() -> None:
    loaded, shown = _help()
    assert loaded == []
    assert all(command in shown for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_nothing_heavy(command: str) -> None:
    loaded, shown = _help(command)
    assert loaded == [] and "Usage" in shown


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


MACHINE = re.compile(
    r"(?<![\w.~<{}])/(?:work|root|home/\w+|Users/\w+)/[\w.]"  # a path of one machine
    r"|https?://[^\s/]+/(?:simple|artifactory|nexus)\b"  # a package index
    r"|index-url\s*=|pythonhosted\.org|\.internal\b"
)


def test_no_tracked_file_names_a_machine_or_a_package_index() -> None:
    found = []
    for path in _tracked():
        if path == Path(__file__) or path.is_symlink() or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # weights and other binary files
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cd /wor" + "k/main", True),
        ("/hom" + "e/anna/x", True),
        ("https://pypi.example/simp" + "le/x", True),
        ("tests/work/x and https://example.org/work/", False),
    ],
)
def test_the_search_for_traces_finds_them(text: str, told: bool) -> None:
    assert bool(MACHINE.search(text)) == told


def test_the_three_links_lead_to_the_packages() -> None:
    for name in ("anonymize", "federated", "explain"):
        link = ROOT / "privgen" / name
        assert link.is_symlink() and str(link.readlink()) == f"../{name}"


@pytest.mark.slow
def test_the_wheel_owns_privgen_only_and_runs(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for path in _tracked():
        target = source / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target, follow_symlinks=False)
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(source),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"privgen"}
    for path in _tracked():
        place = path.relative_to(ROOT)
        if place.parts[0] in ("anonymize", "federated", "explain") and not path.is_symlink():
            assert f"privgen/{place.as_posix()}" in names, place
        elif place.parts[0] == "privgen" and not path.is_symlink():
            assert place.as_posix() in names, place
    code = "import privgen.anonymize, privgen.federated, privgen.explain; print(privgen.__file__)"
    command = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); {code}",
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert Path(shown.strip()).is_relative_to(tmp_path / "site")
