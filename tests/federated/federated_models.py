"""Tiny models, silos and plans, made on the spot."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as tf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedTokenizerFast

from privgen.federated.plan import PrivacyPlan
from privgen.federated.silo import Silo
from privgen.files import write_jsonl
from privgen.prompt import Prompt, TrainingRecord
from privgen.schema import SectionKind, Signal, SignalKind

COLOURS = ("red", "green", "blue", "grey")
VOCABULARY = 264  # bytes, begin, end, padding, and what some tokenizer classes add

_IDS: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "pad_token_id": 258,
    "eos_token_id": 257,
    "bos_token_id": 256,
}
_DEEP: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 512,
}
_GROUPED = _DEEP | {"num_key_value_heads": 1}
_GPT: dict[str, Any] = {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 512}
_HEADS: dict[str, Any] = {"num_attention_heads": 2, "max_position_embeddings": 512, "word_embed_proj_dim": 16}
_T5: dict[str, Any] = {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}
_BART: dict[str, Any] = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "max_position_embeddings": 512,
}

ARCHITECTURES: dict[str, Callable[[], Any]] = {
    "bart": lambda: tf.BartConfig(**_IDS, **_BART, decoder_start_token_id=257),
    "bloom": lambda: tf.BloomConfig(**_IDS, hidden_size=16, n_layer=2, n_head=2),
    "falcon": lambda: tf.FalconConfig(**_IDS, **_DEEP),
    "gemma": lambda: tf.GemmaConfig(**_IDS, **_GROUPED, head_dim=8),
    "gemma2": lambda: tf.Gemma2Config(**_IDS, **_GROUPED, head_dim=8),
    "gpt2": lambda: tf.GPT2Config(**_IDS, **_GPT),
    "gpt_neox": lambda: tf.GPTNeoXConfig(**_IDS, **_DEEP),
    "gptj": lambda: tf.GPTJConfig(**_IDS, **_GPT, rotary_dim=4),
    "llama": lambda: tf.LlamaConfig(**_IDS, **_GROUPED),
    "mistral": lambda: tf.MistralConfig(**_IDS, **_GROUPED),
    "mixtral": lambda: tf.MixtralConfig(**_IDS, **_GROUPED, num_local_experts=3, num_experts_per_tok=2),
    "opt": lambda: tf.OPTConfig(**_IDS, hidden_size=16, ffn_dim=24, num_hidden_layers=2, **_HEADS),
    "phi": lambda: tf.PhiConfig(**_IDS, **_DEEP),
    "phi3": lambda: tf.Phi3Config(**_IDS, **_DEEP),
    "qwen2": lambda: tf.Qwen2Config(**_IDS, **_GROUPED, tie_word_embeddings=True),
    "qwen3": lambda: tf.Qwen3Config(**_IDS, **_GROUPED, head_dim=8),
    "stablelm": lambda: tf.StableLmConfig(**_IDS, **_GROUPED),
    "t5": lambda: tf.T5Config(**_IDS, **_T5, decoder_start_token_id=258),
}
"""Kind to the configuration of a tiny model; many tie weights, most have a padding_idx."""


def byte_tokenizer() -> PreTrainedTokenizerFast:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate([*alphabet, "<s>", "</s>", "<pad>"])}
    inner = Tokenizer(models.BPE(vocabulary, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )


def make_base(folder: Path, kind: str = "llama") -> str:
    """Save a random model of hidden size 16 with its tokenizer."""
    torch.manual_seed(3)
    config = ARCHITECTURES[kind]()
    family = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    model = family.from_config(config)
    with torch.no_grad():  # away from the symmetric start, so that every weight has a gradient of its own
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
    model.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return str(folder)


def record(customer: str, colour: str, *, signals: int = 2, words: int = 1) -> TrainingRecord:
    evidence = tuple(
        Signal(f"s{i}", SignalKind.EVENT, "text", f"{colour} {i}", "events") for i in range(signals)
    )
    target = (f"So {colour}.",) + ("More words.",) * (words - 1)
    return TrainingRecord(customer, SectionKind.RECOMMENDATION, Prompt("Say:\n", evidence, "Text:\n"), target)


def make_silo(
    folder: Path, merchant: str = "alpine", *, customers: int = 20, most: int = 3, seed: int = 1
) -> Silo:
    """Records of customers who each like one colour, 1 to `most` of them per customer."""
    rng = random.Random(f"{merchant}{seed}")
    rows = []
    for i in range(customers):
        colour = rng.choice(COLOURS)
        for _ in range(rng.randint(1, most)):
            rows.append(record(f"c{i}", colour, signals=rng.randint(0, 3), words=rng.randint(1, 2)).to_json())
    path = folder / f"{merchant}.jsonl"
    write_jsonl(path, rows)
    return Silo(merchant, path)


def make_plan(**changes: Any) -> PrivacyPlan:
    """A plan with some noise that promises something, without calibrating."""
    values: dict[str, Any] = {
        "privacy_unit": "customer",
        "neighboring_relation": "add_or_remove_one",
        "sample_rate": 0.3,
        "steps": 20,
        "max_grad_norm": 1.0,
        "noise_multiplier": 1.0,
        "records_per_unit": 2,
        "batch_divisor": 4.0,
        "delta": 1e-5,
        "target_epsilon": 1000.0,
        "accountant": "test",
    }
    return PrivacyPlan(**(values | changes))
