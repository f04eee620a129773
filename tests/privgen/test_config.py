from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from privgen.config import RunConfig, TrainConfig, load_config, read_toml, validate
from privgen.errors import ConfigError


def _write(folder: Path, text: str) -> Path:
    path = folder / "run.toml"
    path.write_text(text)
    return path


def test_defaults_then_file_then_flags(tmp_path: Path) -> None:
    path = _write(tmp_path, 'model = "mine"\n[train]\nrounds = 3\ntarget_epsilon = 2\n')
    config = load_config(path, train={"rounds": 5, "rank": None}, model=None)
    assert config.model == "mine"
    assert config.train == TrainConfig(rounds=5, target_epsilon=2.0)
    assert load_config() == RunConfig()


@given(st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1))
def test_any_unknown_key_is_an_error_that_names_it(key: str) -> None:
    if key in RunConfig.model_fields or key in TrainConfig.model_fields:
        return
    with pytest.raises(ConfigError, match=rf"^here: {key}: unknown key$"):
        validate(RunConfig, {key: 1}, "here")
    with pytest.raises(ConfigError, match=rf"^here: train\.{key}: unknown key$"):
        validate(RunConfig, {"train": {key: 1}}, "here")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("[train]\ntarget_epsilon = nan", "train.target_epsilon"),
        ("[train]\ntarget_epsilon = inf", "train.target_epsilon"),
        ("[train]\ntarget_epsilon = 0", "train.target_epsilon"),
        ("[train]\ndelta = 1.0", "train.delta"),
        ("[train]\nsample_rate = 1.5", "train.sample_rate"),
        ("[train]\nrounds = 0", "train.rounds"),
        ("[train]\nrounds = true", "train.rounds"),
        ('[train]\nrounds = "10"', "train.rounds"),
        ('[train]\nengine = "spark"', "train.engine"),
        ("[generate]\nmax_signals = 41", "generate.max_signals"),
        ("train = 3", "train"),
    ],
)
def test_a_value_out_of_range_or_of_another_type_names_file_and_key(
    tmp_path: Path, line: str, key: str
) -> None:
    path = _write(tmp_path, line)
    with pytest.raises(ConfigError) as fault:
        load_config(path, train={"rank": 4} if key == "train" else None)
    assert str(fault.value).startswith(f"{path}: {key}: ") and "\n" not in str(fault.value)


def test_no_message_holds_the_value(tmp_path: Path) -> None:
    path = _write(tmp_path, '[scrub]\nworkers = "anna@example.org"\n')
    with pytest.raises(ConfigError) as fault:
        load_config(path)
    assert "anna" not in str(fault.value)


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_a_file_that_is_not_toml_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="not valid TOML") as fault:
        read_toml(path)
    assert "\n" not in str(fault.value)


def test_a_missing_file_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.toml", tmp_path):
        with pytest.raises(ConfigError, match="not found or not readable"):
            load_config(path)


def test_configuration_is_frozen_and_goes_through_json() -> None:
    config = RunConfig()
    with pytest.raises(ValidationError):
        config.model = "other"
    values: dict[str, Any] = config.model_dump(mode="json")
    assert validate(RunConfig, values, "json") == config
