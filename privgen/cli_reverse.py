"""`privgen scrub PATH --reverse --out OUT --key-file K`: decrypt what a policy encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_json, progress_bar
from privgen.config import load_config
from privgen.errors import ConfigError, MissingExtraError


def run_reverse(
    path: Path, out: Path, config_file: Path | None, flags: dict[str, Any], as_json: bool
) -> None:
    """Decrypt a file or a folder into `out` and say how many values came back.

    Raises:
        PrivgenError: No key file, a wrong key, a changed value or an unreadable file; `out` is not made.
    """
    try:
        from privgen.anonymize import load_keys, reverse
    except ImportError as missing:
        raise MissingExtraError("anonymize", str(missing.name)) from None
    config = load_config(config_file, **flags)
    if config.scrub.key_file is None:
        raise ConfigError("--reverse needs --key-file: the key that encrypted")
    keys = load_keys(Path(config.scrub.key_file))
    with progress_bar("reverse", quiet=as_json) as progress:
        done = reverse(path, out, keys, progress=progress)
    if as_json:
        print_json({"out": str(out), **done})
        return
    typer.echo(f"{out}: {done['values']:,} values decrypted in {len(done['files'])} files; keep them safe")
    if done["left_out"]:
        typer.echo(f"left out, no table or text: {', '.join(done['left_out'])}")
