"""Layers point down only, and each heavy library enters through a named adapter file (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("anonymize", "federated", "explain")
BASE = {
    *("errors", "files", "schema", "rawfiles", "tables", "prompt", "config", "runfolder", "progress"),
    *("phrases", "consent", "composition"),
}
HEAVY = {
    *("torch", "transformers", "peft", "safetensors", "tokenizers", "accelerate", "opacus", "dp_accounting"),
    *(
        "flwr",
        "ray",
        "presidio_analyzer",
        "presidio_anonymizer",
        "spacy",
        "captum",
        "shap",
        "sklearn",
        "scipy",
    ),
    *("reportlab", "matplotlib", "pandas", "fastapi", "uvicorn", "sqlalchemy", "openai"),
}
ADAPTERS = {
    "anonymize/ner.py": {"presidio_analyzer", "torch"},
    "anonymize/presidio.py": {"presidio_analyzer"},
    "anonymize/presidio_operators.py": {"presidio_anonymizer"},
    "anonymize/ray_data.py": {"ray"},
    "federated/base.py": {"torch", "transformers"},
    "federated/batches.py": {"torch"},
    "federated/lora.py": {"torch", "peft"},
    "federated/model.py": {"torch"},
    "federated/weights_file.py": {"safetensors"},
    "federated/preflight.py": {"torch"},
    "federated/unit_gradients.py": {"torch"},
    "federated/opacus_step.py": {"torch", "opacus"},
    "federated/accounting.py": {"dp_accounting", "opacus"},
    "federated/engines.py": {"flwr"},
    "federated/flower_app.py": {"flwr"},
    "federated/flwr_run.py": {"flwr"},
    "federated/replies.py": {"flwr"},
    "federated/strategies.py": {"flwr"},
    "federated/streamed_grid.py": {"flwr"},
    "federated/worker_grid.py": {"flwr"},
    "federated/wire.py": {"flwr"},
    "explain/scorer.py": {"torch"},
    "explain/batching.py": {"torch"},
    "explain/token_store.py": {"torch", "transformers"},
    "explain/captum_gradients.py": {"torch", "captum"},
    "explain/captum_methods.py": {"torch", "captum"},
    "explain/shap_methods.py": {"shap"},
    "explain/planted_training.py": {"torch", "transformers"},
    "explain/report_accounting.py": {"dp_accounting"},
    "explain/report_pdf.py": {"reportlab"},
    "explain/report_pdf_charts.py": {"reportlab"},
    "explain/report_pdf_style.py": {"reportlab"},
    "explain/report_pdf_tables.py": {"reportlab"},
    "explain/report_pdf_text.py": {"reportlab"},
    "privgen/base_model/make_base_model.py": {"torch", "transformers", "tokenizers"},
    "privgen/hf.py": {"torch", "transformers", "peft"},
}


@cache
def _files() -> dict[str, Path]:
    """Dotted module name to file, for every module of the four packages."""
    found = {}
    for folder in ("privgen", *PACKAGES):
        for path in sorted((ROOT / folder).rglob("*.py")):
            inner = path.relative_to(ROOT / folder)
            if folder == "privgen" and inner.parts[0] in PACKAGES:
                continue  # the symlinks of the three packages
            parts = (
                () if inner.name == "__init__.py" and len(inner.parts) == 1 else inner.with_suffix("").parts
            )
            prefix = ("privgen",) if folder == "privgen" else ("privgen", folder)
            found[".".join((*prefix, *parts))] = path
    return found


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every import, lazy and type-checking ones and `import_module("...")` included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            module = node.module or ""
            known = {f"{module}.{alias.name}" for alias in node.names} & set(_files())
            yield from ((node.lineno, name) for name in known or {module})
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            yield from ((node.lineno, a.value) for a in node.args if isinstance(a, ast.Constant) and a.value)


def _layer(module: str) -> tuple[int, str]:
    """Height and name of a module's layer; modules of one layer and name may import each other."""
    head = module.split(".")[1] if "." in module else ""
    if head in BASE:
        return 0, "base"
    if head in PACKAGES:
        return 1, head
    if head == "cli" or head.startswith("cli_") or head == "__main__":
        return 3, "cli"
    return 2, "privgen"


def _may_import(importer: str, imported: str) -> bool:
    if importer == "privgen":  # the front door names what is public; what it loads is tested below
        return True
    (height, name), (other_height, other) = _layer(importer), _layer(imported)
    if imported == "privgen":
        return height >= 2  # below, it would make a circle
    return other_height < height or (other_height, other) == (height, name)


def test_the_map_of_modules_is_not_empty() -> None:
    assert {"privgen", "privgen.ingest", "privgen.explain", "privgen.anonymize"} <= set(_files())
    assert {f"privgen.{name}" for name in BASE} <= set(_files())


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("privgen.anonymize.presidio", "privgen.tables", True),
        ("privgen.anonymize.presidio", "privgen.anonymize.spans", True),
        ("privgen.anonymize.presidio", "privgen.explain.game", False),
        ("privgen.federated.model", "privgen.hf", False),
        ("privgen.explain", "privgen", False),
        ("privgen.tables", "privgen.ingest", False),
        ("privgen.tables", "privgen.explain", False),
        ("privgen.ingest", "privgen.mapping", True),
        ("privgen.pages", "privgen.explain", True),
        ("privgen.pages", "privgen.cli", False),
        ("privgen.cli", "privgen.cli_show", True),
        ("privgen.cli", "privgen.pages", True),
    ],
)
def test_the_rule_itself(importer: str, imported: str, allowed: bool) -> None:
    assert _may_import(importer, imported) == allowed


@pytest.mark.parametrize("module", sorted(_files()))
def test_imports_point_down(module: str) -> None:
    path = _files()[module]
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for line, name in _imports(path)
        if name.split(".")[0] == "privgen" and not _may_import(module, name)
    ]
    assert not wrong


@pytest.mark.parametrize("module", sorted(_files()))
def test_heavy_libraries_enter_through_adapters(module: str) -> None:
    path = _files()[module]
    place = path.relative_to(ROOT).as_posix()
    used = {(line, root) for line, name in _imports(path) if (root := name.split(".")[0]) in HEAVY}
    wrong = [
        f"{place}:{line} imports {root}" for line, root in sorted(used) if root not in ADAPTERS.get(place, ())
    ]
    assert not wrong


def test_the_list_of_adapters_is_no_wider_than_their_imports() -> None:
    for module, path in _files().items():
        used = {name.split(".")[0] for _, name in _imports(path)} & HEAVY
        assert ADAPTERS.get(path.relative_to(ROOT).as_posix(), used) == used, module


def test_no_module_of_the_same_name_stands_at_the_top() -> None:
    """`import explain` would find another distribution's module on a user's machine."""
    for module, path in _files().items():
        roots = {name.split(".")[0] for _, name in _imports(path)}
        assert not roots & set(PACKAGES), module


def test_base_modules_have_no_circles() -> None:
    graph = {
        module: {name for _, name in _imports(path) if name in _files() and _layer(name)[1] == "base"}
        for module, path in _files().items()
        if _layer(module)[1] == "base"
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(BASE)


@pytest.mark.parametrize("module", ["privgen", "privgen.anonymize", "privgen.federated", "privgen.explain"])
def test_public_names_are_sorted_and_load_nothing_heavy(module: str) -> None:
    """In a fresh interpreter."""
    code = (
        f"import importlib, json, sys\nm = importlib.import_module({module!r})\n"
        "heavy = sorted(set(json.loads(sys.argv[1])) & set(sys.modules))\n"
        "names = list(getattr(m, '__all__', []))\nprint(json.dumps([heavy, names]))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, json.dumps(sorted(HEAVY | {"numpy", "pyarrow"}))],
        capture_output=True,
        text=True,
        check=True,
    )
    heavy, names = json.loads(done.stdout)
    assert heavy == [] and names
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))


@pytest.mark.slow
@pytest.mark.parametrize("module", ["privgen", "privgen.anonymize", "privgen.federated", "privgen.explain"])
def test_every_public_name_is_there(module: str) -> None:
    loaded = importlib.import_module(module)
    assert all(getattr(loaded, name, None) is not None for name in loaded.__all__)
