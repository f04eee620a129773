"""The adapter model: equal A everywhere, only B trains, saved so that PEFT and generation load it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from federated_models import byte_tokenizer, make_base, record
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from privgen.errors import DataError, ModelError, RunError
from privgen.federated.model import _loaded, load_model
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.weights_file import read_weights, save_weights
from privgen.hf import HFGenerator


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


def _random(weights: Weights) -> Weights:
    rng = np.random.default_rng(4)
    return {name: rng.normal(0, 0.1, value.shape).astype(np.float32) for name, value in weights.items()}


def test_only_b_trains_and_nothing_else_is_in_training_mode(base: str) -> None:
    model = load_model(base, rank=4)
    assert len(model.parameters) == 14 and all(".lora_B." in name for name in model.parameters)
    assert not any(module.training for module in model.network.modules())


def test_a_follows_its_public_seed_and_not_torch_s(base: str) -> None:
    found = []
    for seed, noise in ((0, 1), (0, 2), (1, 1)):
        _loaded.cache_clear()
        torch.manual_seed(noise)
        model = load_model(base, rank=4, adapter_seed=seed)
        found.append({n: p.detach().clone() for n, p in model.network.named_parameters() if ".lora_A." in n})
    assert len(found[0]) == 14
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])
    assert not any(torch.equal(found[0][name], found[2][name]) for name in found[0])
    for name, value in found[0].items():
        assert float(value.abs().max()) <= value.shape[1] ** -0.5, name


def test_an_untrained_adapter_changes_nothing(base: str) -> None:
    model = load_model(base, rank=4)
    model.set_weights({name: value * 0 for name, value in model.weights().items()})
    ids = torch.arange(10)[None]
    with torch.no_grad():
        plain = AutoModelForCausalLM.from_pretrained(base)(ids).logits
        assert torch.equal(model.network(ids).logits, plain)


def test_the_mean_of_b_is_the_mean_update(base: str) -> None:
    """Why A is frozen: averaging B averages the products, exactly."""
    model = load_model(base, rank=4)
    name = next(iter(model.parameters))
    layer = model.network.get_submodule(name.partition(".lora_B")[0])
    first, second = _random(model.weights()), {n: v * -0.5 for n, v in _random(model.weights()).items()}
    products = []
    for weights in (first, second, {n: (first[n] + second[n]) / 2 for n in first}):
        model.set_weights(weights)
        products.append(layer.get_delta_weight("default").detach().clone())
    torch.testing.assert_close(products[2], (products[0] + products[1]) / 2)


def test_saved_adapter_loads_with_peft(base: str, tmp_path: Path) -> None:
    model = load_model(base, rank=4)
    model.set_weights(_random(model.weights()))
    for card in ("# first\n", "# second\n"):  # an adapter may be replaced
        model.save(tmp_path / "adapter", card)
    assert sorted(p.name for p in (tmp_path / "adapter").iterdir()) == [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    assert (tmp_path / "adapter" / "README.md").read_text() == "# second\n"
    loaded = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(base), tmp_path / "adapter"
    ).eval()
    ids = torch.arange(10)[None]
    with torch.no_grad():
        torch.testing.assert_close(loaded(ids).logits, model.network(ids).logits, atol=1e-6, rtol=1e-5)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(RunError, match="adapter_config"):
        model.save(tmp_path / "mine", "")
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize("kind", ["llama", "qwen2", "t5"])  # apart, tied, encoder-decoder
def test_full_fine_tuning_starts_from_the_base_and_is_saved_whole(kind: str, tmp_path: Path) -> None:
    base = make_base(tmp_path / "base", kind)
    model = load_model(base, adapter="full")
    start = model.untrained("B")
    changed = {name: value + np.float32(0.01) for name, value in start.items()}
    model.set_weights(changed)
    again = model.untrained("B")
    assert all(np.array_equal(start[name], again[name]) for name in start)
    load_model(base, rank=4).save(tmp_path / "tuned", "# adapter\n")  # may be replaced
    model.save(tmp_path / "tuned", "# whole\n")
    assert (tmp_path / "tuned" / "README.md").read_text() == "# whole\n"
    assert not (tmp_path / "tuned" / "adapter_config.json").exists()
    family = AutoModelForSeq2SeqLM if kind == "t5" else AutoModelForCausalLM
    tuned = family.from_pretrained(tmp_path / "tuned")
    for name, parameter in tuned.named_parameters():
        assert np.array_equal(parameter.detach().numpy(), changed[name]), name
    load_model(base, rank=4).save(tmp_path / "tuned", "# adapter\n")
    assert not (tmp_path / "tuned" / "config.json").exists()


def test_generation_loads_what_full_fine_tuning_saved(base: str, tmp_path: Path) -> None:
    model = load_model(base, adapter="full")
    model.set_weights(_random(model.weights()))
    model.save(tmp_path / "tuned", "")
    generator = HFGenerator(base, tmp_path / "tuned")
    loaded = dict(generator.model.named_parameters())
    assert all(np.array_equal(loaded[n].detach().numpy(), w) for n, w in model.weights().items())
    assert generator.base_hash == model.base_hash and generator.adapter_hash
    other = make_base(tmp_path / "other", "gpt2")
    with pytest.raises(ModelError, match="not made of this base model"):
        HFGenerator(other, tmp_path / "tuned")


def test_a_base_model_that_is_not_whole_is_refused(base: str, tmp_path: Path) -> None:
    """A layer that loading makes up would differ from silo to silo."""
    broken = tmp_path / "broken"
    AutoModelForCausalLM.from_pretrained(base).model.save_pretrained(broken)  # without its head
    byte_tokenizer().save_pretrained(broken)
    with pytest.raises(ModelError, match="1 weights of a text generator are not in its files"):
        load_model(str(broken))
    tokens = shutil.copytree(base, tmp_path / "tokens")
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens([f"more{i}" for i in range(9)])
    tokenizer.save_pretrained(tokens)
    with pytest.raises(ModelError, match="tokens that the model has no embedding for"):
        load_model(str(tokens))


def test_weights_must_fit(base: str) -> None:
    model = load_model(base, rank=4)
    weights = model.weights()
    name = next(iter(weights))
    for wrong in (
        {n: v for n, v in weights.items() if n != name},
        weights | {name: np.zeros((2, 2), np.float32)},
        weights | {name: np.full_like(weights[name], np.inf)},
    ):
        with pytest.raises(ModelError, match="adapter weights"):
            model.set_weights(wrong)
    kept = model.weights()
    assert all(np.array_equal(kept[n], weights[n]) for n in kept)


def test_weights_are_copies(base: str) -> None:
    model = load_model(base, rank=4)
    weights = model.weights()
    next(iter(weights.values()))[:] = 7.0
    assert not (next(iter(model.weights().values())) == 7.0).any()


def test_state_file_round_trip_and_damage(base: str, tmp_path: Path) -> None:
    weights = _random(load_model(base, rank=4).weights())
    save_weights(tmp_path / "s", weights, {"rounds_done": "3"})
    read, metadata = read_weights(tmp_path / "s")
    assert metadata == {"rounds_done": "3"} and read.keys() == weights.keys()
    assert all(np.array_equal(read[name], weights[name]) for name in weights)
    (tmp_path / "s").write_bytes((tmp_path / "s").read_bytes()[:40])
    with pytest.raises(DataError, match="delete it"):
        read_weights(tmp_path / "s")


def test_what_cannot_be_trained_is_refused_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text('{"model_type": "llama"}')
    for path in (str(tmp_path / "none"), str(broken)):
        with pytest.raises(ModelError) as caught:
            load_model(path)
        assert path in str(caught.value) and "\n" not in str(caught.value)


def test_target_is_all_that_is_learnt(base: str) -> None:
    """The loss is the mean over target tokens, computed here from the plain model."""
    model = load_model(base, rank=4)
    model.set_weights(_random(model.weights()))
    example = model.encoder(200).encode(record("c", "red"), [True, True])
    assert example is not None and example.target[-1] == 257
    ids = torch.tensor([example.prompt + example.target])
    with torch.no_grad():
        log_probs = torch.log_softmax(model.network(ids).logits[0, :-1], -1)
        picked = log_probs[torch.arange(len(ids[0]) - 1), ids[0, 1:]][len(example.prompt) - 1 :]
        assert len(picked) == len(example.target)
        torch.testing.assert_close(model.record_losses([example])[0], -picked.mean(), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "change", [{"rank": 0}, {"learning_rate": float("nan")}, {"signal_dropout": 1.0}, {"max_length": 0}]
)
def test_settings_out_of_range(change: dict[str, float]) -> None:
    from privgen.errors import ConfigError

    with pytest.raises(ConfigError, match=next(iter(change))):
        TrainingSettings(base="x", **change)  # type: ignore[arg-type]


def test_records_never_need_more_positions_than_the_model_has(base: str) -> None:
    model = load_model(base, rank=4)
    positions = model.network.get_base_model().config.max_position_embeddings
    assert model.encoder(positions * 10).max_length == positions
    assert model.encoder(7).max_length == 7
