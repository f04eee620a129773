"""Which model a name means, and the table of generators."""

from __future__ import annotations

from pathlib import Path

import pytest

from privgen.errors import ModelError
from privgen.generator import EMBEDDED, EMBEDDED_PATH, load_generator, model_path


def test_a_folder_is_a_folder_and_a_name_with_one_slash_is_of_the_hub(tmp_path: Path) -> None:
    assert model_path(str(tmp_path)) == str(tmp_path.resolve())
    assert model_path("someone/some-model") == "someone/some-model"


@pytest.mark.parametrize("name", ["/nowhere/model", "./nowhere", "~/nowhere", "a/b/c", "nowhere", "../x/y"])
def test_a_path_where_nothing_is_is_one_line(name: str) -> None:
    with pytest.raises(ModelError) as fault:
        model_path(name)
    assert str(fault.value).startswith(f"--model {name}: no such folder") and "\n" not in str(fault.value)


def test_the_embedded_model_is_there_or_says_how_to_make_it() -> None:
    if (EMBEDDED_PATH / "config.json").is_file():
        assert model_path(EMBEDDED) == str(EMBEDDED_PATH)
    else:
        with pytest.raises(ModelError, match=r"make_base_model\.py"):
            model_path(EMBEDDED)


def test_an_unknown_generator_is_refused() -> None:
    with pytest.raises(ModelError, match="unknown generator x; use hf or template"):
        load_generator("x")


def test_generators_have_the_names_they_are_loaded_by(models: Path) -> None:
    for name in ("template", "hf"):
        generator = load_generator(name, model=str(models / "causal"))
        assert generator.name == name and len(generator.base_hash) == 64 and generator.adapter_hash is None
        assert generator.write([]) == []
