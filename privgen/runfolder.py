"""The run folder and its manifest: which stage ran on what, with which result; done stages are skipped."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from privgen.errors import RunError
from privgen.files import canonical_json, read_json, sha256_text, sha256_tree, write_json

STAGES = ("ingest", "scrub", "train", "generate", "explain", "evaluate", "audit", "report")
_PACKAGES = (
    *("privgen", "captum", "dp-accounting", "flwr", "numpy", "opacus", "peft", "presidio-analyzer"),
    *("presidio-anonymizer", "pyarrow", "safetensors", "shap", "torch", "transformers"),
)


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage did: its summary (counts and figures, never a value) and whether it was skipped."""

    name: str
    summary: dict[str, Any]
    skipped: bool


class RunFolder:
    """One run on disk. Only one process may extend it at a time (an advisory lock on `.lock`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._manifest_path = path / "run.json"

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as read from disk; an empty one for a new run."""
        if not self._manifest_path.exists():
            return {"format": 1, "stages": {}}
        manifest: dict[str, Any] = read_json(self._manifest_path)
        stages = manifest.get("stages") if isinstance(manifest, dict) else None
        if not isinstance(stages, dict) or not all(isinstance(entry, dict) for entry in stages.values()):
            raise RunError(f"{self._manifest_path}: not a privgen manifest")
        if manifest.get("format") != 1:
            raise RunError(f"{self._manifest_path}: made by another privgen version; use a new run folder")
        return manifest

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run folder for this process.

        Raises:
            RunError: Another process is extending the run.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RunError(f"{self.path}: another privgen process is using this run folder") from None
            yield

    @property
    def config(self) -> dict[str, Any]:
        """The resolved configuration that the run was last extended with; empty for a new run."""
        config: dict[str, Any] = self.manifest.get("config", {})
        return config

    def remember(self, config: Mapping[str, Any]) -> None:
        """Keep the resolved configuration, so that the next command starts from it."""
        manifest = self.manifest
        if manifest.get("config") != config:
            write_json(self._manifest_path, manifest | {"config": dict(config)})

    def stale(self, stage: str, label: str, path: Path) -> bool:
        """Whether the input that a stage read under `label` is no longer what lies at `path`.

        A stage that has not run is not stale, nor is one whose input is gone (raw tables may be deleted).
        """
        read = self.manifest["stages"].get(stage, {}).get("inputs", {}).get(label)
        return read is not None and path.exists() and sha256_tree(path) != read

    def require(self, stage: str, label: str, path: Path) -> dict[str, Any]:
        """Summary of a complete stage whose input under `label` has not changed since.

        Raises:
            RunError: The stage has not run, or its input changed; the message names the command to run.
        """
        summary = self.summary(stage)
        if self.stale(stage, label, path):
            raise RunError(f"{path}: changed after stage {stage}; run: privgen {stage} {self.path}")
        return summary

    def summary(self, stage: str) -> dict[str, Any]:
        """Summary of a complete stage.

        Raises:
            RunError: The stage has not run; the message names the command to run.
        """
        entry = self.manifest["stages"].get(stage)
        if not entry or entry.get("status") != "complete":
            command = f"ingest --synthetic --run {self.path}" if stage == "ingest" else f"{stage} {self.path}"
            raise RunError(f"{self.path}: stage {stage} is not complete; run: privgen {command}")
        summary: dict[str, Any] = entry["summary"]
        return summary

    def stage(
        self,
        name: str,
        config: Mapping[str, Any],
        inputs: Mapping[str, Path],
        outputs: tuple[str, ...],
        work: Callable[[], dict[str, Any]],
    ) -> StageResult:
        """Run `work` unless the stage is complete with the same configuration, inputs and outputs.

        Args:
            name: One of `STAGES`.
            config: Resolved configuration of the stage; JSON values.
            inputs: Label to file or folder that the stage reads; their hashes go into the manifest.
            outputs: Paths relative to the run folder that the stage writes (file or folder).
            work: Writes the outputs (atomically; it may resume what an earlier try left) and returns the
                summary.

        Returns:
            The summary, fresh or as recorded. When `work` raises and the outputs of an earlier, complete
            run are still as they were, the manifest goes on saying so.
        """
        input_hashes = {label: sha256_tree(path) for label, path in sorted(inputs.items())}
        fingerprint = stage_fingerprint(config, input_hashes)
        entry = self.manifest["stages"].get(name)
        done = entry and entry.get("status") == "complete" and entry.get("fingerprint") == fingerprint
        if done and self._hashes(outputs) == entry.get("outputs"):
            return StageResult(name, entry["summary"], skipped=True)
        kept = entry if entry and entry.get("status") == "complete" else None
        entry = {
            "status": "running",
            "fingerprint": fingerprint,
            "config": dict(config),
            "inputs": input_hashes,
            "started": _now(),
            "versions": versions(),
        }
        self._record(name, entry)
        try:
            summary = work()
        except Exception:
            if kept and self._hashes(tuple(kept.get("outputs", ()))) == kept.get("outputs"):
                self._record(name, kept)
            raise
        entry |= {
            "status": "complete",
            "finished": _now(),
            "outputs": self._hashes(outputs),
            "summary": summary,
        }
        self._record(name, entry)
        return StageResult(name, summary, skipped=False)

    def amend(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Let `change` edit the manifest in place, then write it; the caller holds the run folder."""
        manifest = self.manifest
        change(manifest)
        write_json(self._manifest_path, manifest)

    def _record(self, name: str, entry: dict[str, Any]) -> None:
        self.amend(lambda manifest: manifest["stages"].update({name: entry}))

    def _hashes(self, outputs: tuple[str, ...]) -> dict[str, str]:
        return {out: sha256_tree(self.path / out) for out in outputs if (self.path / out).exists()}


def stage_fingerprint(config: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """What tells a stage that it was done already: its configuration and the hashes of its inputs."""
    return sha256_text(canonical_json({"config": dict(config), "inputs": dict(inputs)}))


def versions() -> dict[str, str]:
    """Versions of the packages that shape a run, as far as they are installed."""
    found = {}
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def now() -> dt.datetime:
    """The time in UTC, or that of SOURCE_DATE_EPOCH where a run has to come out the same again."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch else dt.datetime.now(dt.UTC)


def _now() -> str:
    return now().isoformat(timespec="seconds")
