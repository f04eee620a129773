"""Tiny models, silos and plans, made on the spot."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    LlamaConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    T5Config,
    T5ForConditionalGeneration,
)

from privgen.federated.plan import PrivacyPlan
from privgen.federated.silo import Silo
from privgen.files import write_jsonl
from privgen.prompt import Prompt, TrainingRecord
from privgen.schema import SectionKind, Signal, SignalKind

COLOURS = ("red", "green", "blue", "grey")
VOCABULARY = 259  # bytes, begin, end, padding


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
    sizes: dict[str, Any] = {"vocab_size": VOCABULARY, "pad_token_id": 258, "eos_token_id": 257}
    deep: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2}
    deep |= {"num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 512}
    model: Any
    if kind == "t5":
        model = T5ForConditionalGeneration(
            T5Config(
                **sizes, d_model=16, d_kv=8, d_ff=24, num_layers=1, num_heads=2, decoder_start_token_id=258
            )
        )
    else:
        config: Any = {
            "llama": lambda: LlamaConfig(**sizes, **deep, bos_token_id=256),
            "qwen2": lambda: Qwen2Config(**sizes, **deep, tie_word_embeddings=True),
            "gpt2": lambda: GPT2Config(**sizes, n_embd=16, n_layer=2, n_head=2, n_positions=512),
        }[kind]()
        model = AutoModelForCausalLM.from_config(config)
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
