"""Evidence for every figure, and an open list of what was not done and of what the run cannot tell."""

from __future__ import annotations

from typing import Any

from privgen.errors import DataError
from privgen.explain.report_deployer import STATEMENTS
from privgen.explain.report_files import RunFile, list_facts
from privgen.explain.report_values import mapping
from privgen.files import canonical_json, sha256_file, sha256_text, sha256_tree
from privgen.progress import Progress, silent
from privgen.runfolder import STAGES, RunFolder

Facts = dict[str, Any]

_EACH_LOG = "for f in pathlib.Path('RUN/scrubbed').glob('*/scrub.json')"
_PAGES = "map(json.loads, open('RUN/pages/pages.jsonl', encoding='utf-8'))"
_EXPLAINED = "map(json.loads, open('RUN/explanations/explanations.jsonl', encoding='utf-8'))"
_STAGES = "json.load(open('RUN/run.json', encoding='utf-8'))['stages']"

COMMANDS: dict[str, str] = {
    "/consent/totals/customers": (
        f"python -c \"import json; print(sum(m['customers'] for m in "
        f"{_STAGES}['scrub']['summary']['consent'].values()))\""
    ),
    "/consent/totals/training": (
        f"python -c \"import json; print(sum(m['training'] for m in "
        f"{_STAGES}['scrub']['summary']['consent'].values()))\""
    ),
    "/personal_data/found": (
        "python -c \"import json, pathlib; print(sum(sum(json.loads(f.read_text(encoding='utf-8'))"
        f"['entities'].values()) {_EACH_LOG}))\""
    ),
    "/personal_data/residual_found": (
        "python -c \"import json, pathlib; print(sum(sum(json.loads(f.read_text(encoding='utf-8'))"
        f"['residual'].values()) {_EACH_LOG}))\""
    ),
    "/personal_data/held_back": (
        "python -c \"import json, pathlib; print(sum(len(json.loads(f.read_text(encoding='utf-8'))"
        f"['held_back']) {_EACH_LOG}))\""
    ),
    "/privacy/epsilon_max": (
        'python -c "from pathlib import Path; from privgen.federated import Ledger; '
        "print(max(Ledger.open(p).spent().epsilon for p in Path('RUN/federated/ledger').glob('*.jsonl')))\""
    ),
    "/generation/pages": f'python -c "import json; print(sum(1 for p in {_PAGES}))"',
    "/generation/sentences": (
        f"python -c \"import json; print(sum(len(s['sentences']) for p in {_PAGES} for s in p['sections']))\""
    ),
    "/generation/fallbacks": (
        f"python -c \"import json; print(sum(s['fallback'] for p in {_PAGES} for s in p['sections']))\""
    ),
    "/generation/guards_fired": (
        f"python -c \"import json; print(sum(sum(s['guards'].values()) for p in {_PAGES} "
        "for s in p['sections']))\""
    ),
    "/explanations/sentences": f'python -c "import json; print(sum(1 for e in {_EXPLAINED}))"',
    **{
        f"/explanations/verdicts/{verdict}": (
            f"python -c \"import json; print(sum(e['verdict'] == '{verdict}' for e in {_EXPLAINED}))\""
        )
        for verdict in ("supported", "weak", "none")
    },
    "/explanations/counterfactuals": (
        f"python -c \"import json; print(sum(bool(e.get('counterfactual')) for e in {_EXPLAINED}))\""
    ),
    "/explanations/completeness_error_max": (
        "python -c \"import json; print(max(abs(sum(s['score'] for s in e['signals']) "
        f"- (e['value_full'] - e['value_none'])) for e in {_EXPLAINED}))\""
    ),
}
"""JSON pointer of a figure in report.json to a command that counts it again; RUN is the run folder."""

HASH_COMMAND = (
    'python -c "from pathlib import Path; from privgen.files import sha256_tree; '
    "print(sha256_tree(Path('RUN/PATH')))\""
)

FIGURE_COMMAND = (
    'python -c "from pathlib import Path; from privgen.explain.report import figure; '
    "print(figure(Path('RUN'), 'FIGURE'))\""
)
"""Counts any figure of report.json again: FIGURE is its JSON pointer."""

VERIFY_COMMAND = "privgen report --verify RUN"

SOURCES: dict[str, tuple[str, ...]] = {
    "/data": ("run.json", "scrubbed/*/scrub.json", "pages/pages.jsonl"),
    "/consent": ("run.json", "erasures.jsonl", "pages/pages.jsonl"),
    "/deployer": ("deployer.toml",),
    "/erasures": ("erasures.jsonl",),
    "/personal_data": ("scrubbed/*/scrub.json",),
    "/privacy": ("federated/ledger/*.jsonl", "federated/plan.json", "federated/history.jsonl", "run.json"),
    "/model": ("federated/adapter", "pages/pages.jsonl", "run.json"),
    "/generation": ("pages/pages.jsonl",),
    "/explanations": ("explanations/explanations.jsonl",),
    "/groups": ("scrubbed/*/customers.*", "pages/pages.jsonl", "explanations/explanations.jsonl"),
    "/rules": ("report/report.json",),
    "/details": ("pages/pages.jsonl", "explanations/explanations.jsonl"),
    "/evidence": ("run.json", "report/files.jsonl"),
    "/summary": ("report/report.json",),
}
"""Beginning of a JSON pointer in report.json to the files of the run that its figures are counted from."""

_NEVER = ("detection_recall",)


def evidence(
    run: RunFolder,
    files: list[RunFile],
    *,
    explained: bool,
    trained: bool,
    progress: Progress = silent,
) -> Facts:
    """Hashes as recorded and as found now, versions, and how to count each figure again."""
    stages = run.manifest["stages"]
    names = [name for name in STAGES if name in stages and name != "report"]
    entries = []
    for done, name in enumerate(names, start=1):
        entries.append(_stage(run, name, mapping(stages[name])))
        progress(done, len(names), "hashes")
    versions: dict[str, str] = {}
    for name in names:
        versions |= {str(k): str(v) for k, v in mapping(mapping(stages[name]).get("versions")).items()}
    absent = {pointer for pointer in COMMANDS if not _present(pointer, explained, trained)}
    return {
        "stages": entries,
        "changed": sum(output["state"] == "changed" for entry in entries for output in entry["outputs"]),
        "missing": sum(output["state"] == "missing" for entry in entries for output in entry["outputs"]),
        "versions": dict(sorted(versions.items())),
        "commands": [{"figure": p, "command": c} for p, c in COMMANDS.items() if p not in absent],
        "hash_command": HASH_COMMAND,
        "figure_command": FIGURE_COMMAND,
        "verify_command": VERIFY_COMMAND,
        "sources": [{"figures": figures, "files": list(names)} for figures, names in SOURCES.items()],
        "files": list_facts(files),
        "manifest_sha256": manifest_hash(run.manifest),
    }


def manifest_hash(manifest: dict[str, Any]) -> str:
    """Hex SHA-256 of what run.json says of everything but the report, which is recorded in it later."""
    stages = {name: entry for name, entry in manifest["stages"].items() if name != "report"}
    return sha256_text(canonical_json(manifest | {"stages": stages}))


def model(run: RunFolder, writers: list[Facts]) -> Facts:
    """Which weights wrote the pages, and whether the adapter in the run folder is the one that did."""
    adapters = sorted({writer["adapter_hash"] for writer in writers if writer["adapter_hash"]})
    folder = run.path / "federated" / "adapter"
    found = sha256_tree(folder) if folder.is_dir() else None
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return {
        "writers": writers,
        "trained_on_this_data": _trained_on_this_data(run),
        "adapter_folder_hash": found,
        "adapter_matches": (found in adapters) if found and adapters else None,
        "adapter_files": [
            {
                "file": path.relative_to(folder).as_posix(),
                "bytes": path.stat().st_size,
                "sha256": sha256_file(path),
            }
            for path in files
        ],
    }


def not_done(run: RunFolder, facts: Facts) -> list[str]:
    """Codes of the work that this run did not do; the wording is in templates/labels.*.toml."""
    stages = run.manifest["stages"]
    plan = facts["privacy"]["plan"]
    open_stages = [
        name for name in ("evaluate", "audit") if mapping(stages.get(name)).get("status") != "complete"
    ]
    engine = mapping(mapping(stages.get("train")).get("summary")).get("engine", "inprocess")
    conditions = {
        "train": not facts["privacy"]["trained"],
        "explain": not facts["explanations"]["done"],
        "recompute": facts["privacy"]["trained"] and facts["privacy"]["accountant"] is None,
        "secure_aggregation": not plan.get("secure_aggregation"),
        "deployment": facts["privacy"]["trained"] and engine in ("inprocess", "ray"),
        "human_review": facts["generation"]["states"].get("approved", 0) < facts["generation"]["pages"],
        "ai_label": facts["generation"]["labelled"] < facts["generation"]["pages"],
        "reidentification": not facts["personal_data"]["risk"]["measured"],
        "diversity": bool(facts["personal_data"]["risk"]["missing"]),
        "faithfulness": facts["explanations"]["done"] and not facts["explanations"]["curves"]["sentences"],
        "stability": facts["explanations"]["done"],
        "outcomes_by_group": not any(d["groups"] for d in facts["groups"]["dimensions"]),
    }
    return [*open_stages, *(code for code, holds in conditions.items() if holds), *_NEVER]


def gaps(facts: Facts) -> list[Facts]:
    """What a data-protection officer would ask and the run folder does not hold: named, never filled in."""
    stated = {statement["code"] for statement in facts["deployer"]["statements"]}
    missing = [{"code": code, "source": source} for code, source in STATEMENTS.items() if code not in stated]
    if facts["deployer"]["jurisdictions"] is None:
        missing.append({"code": "jurisdictions", "source": "GDPR 3; PIPL 3"})
    if not facts["consent"]["known"]:
        missing.insert(0, {"code": "consent_counts", "source": "GDPR 7(1)"})
    if not facts["consent"]["basis"]:
        missing.append({"code": "consent_basis", "source": "GDPR 7(1)"})
    privacy = facts["privacy"]
    if privacy["trained"] and not privacy["claim"]:
        missing.append({"code": "claim", "source": "NIST SP 800-226"})
    if privacy["trained"] and not privacy["ledgers_in_run"]:
        missing.append({"code": "ledgers", "source": "NIST SP 800-226"})
    return missing


def attention(facts: Facts) -> list[str]:
    """Codes of what a reader has to know before anything else; empty if nothing stands out."""
    data, privacy, written = facts["personal_data"], facts["privacy"], facts["generation"]
    merchants, target = privacy["merchants"], privacy["target_epsilon"]
    explained = facts["explanations"]
    conditions = {
        "unsafe": privacy["unsafe"],
        "residual": data["residual_found"] > 0,
        "held_back": data["held_back"] > 0,
        "over_target": target is not None and (privacy["epsilon_max"] or 0.0) > target * 1.001,
        "no_guarantee": privacy["trained"] and privacy["epsilon_max"] is None,
        "disagrees": any(m["agrees"] is False for m in merchants),
        "chain": any(m["chained"] is False for m in merchants),
        "uncommitted": any(m["uncommitted"] for m in merchants),
        "changed": facts["evidence"]["changed"] > 0 or facts["evidence"]["missing"] > 0,
        "adapter": facts["model"]["adapter_matches"] is False,
        "unused_adapter": privacy["trained"] and not any(w["adapter_hash"] for w in written["writers"]),
        "other_data": facts["model"]["trained_on_this_data"] is False,
        "no_consent_counts": not facts["consent"]["known"],
        "stopped_early": privacy["stopped_early"],
        "failures": privacy["failures"] > 0,
        "part_explained": explained["done"] and explained["sentences"] < written["from_model"],
        "over_explained": explained["sentences"] > written["from_model"],
    }
    return [code for code, holds in conditions.items() if holds]


def _trained_on_this_data(run: RunFolder) -> bool | None:
    """Whether training read the scrubbed tables as they are now; None if that is not recorded."""
    stages = run.manifest["stages"]
    read = mapping(mapping(stages.get("train")).get("inputs")).get("scrubbed")
    written = mapping(mapping(stages.get("scrub")).get("outputs")).get("scrubbed")
    return None if read is None or written is None else bool(read == written)


def _stage(run: RunFolder, name: str, entry: dict[str, Any]) -> Facts:
    return {
        "stage": name,
        "status": str(entry.get("status", "")),
        "started": entry.get("started"),
        "finished": entry.get("finished"),
        "fingerprint": entry.get("fingerprint"),
        "inputs": [{"name": k, "sha256": str(v)} for k, v in sorted(mapping(entry.get("inputs")).items())],
        "outputs": [_output(run, k, str(v)) for k, v in sorted(mapping(entry.get("outputs")).items())],
    }


def _output(run: RunFolder, name: str, recorded: str) -> Facts:
    path = run.path / name
    if not path.resolve().is_relative_to(run.path.resolve()):
        return {"path": name, "sha256": recorded, "state": "missing"}
    try:
        state = "unchanged" if sha256_tree(path) == recorded else "changed"
    except (DataError, OSError):
        state = "missing"
    return {"path": name, "sha256": recorded, "state": state}


def _present(pointer: str, explained: bool, trained: bool) -> bool:
    return (explained or not pointer.startswith("/explanations")) and (
        trained or not pointer.startswith("/privacy")
    )
