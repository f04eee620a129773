"""Tiny random models, prompts and games that several test files share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
import transformers as tf

from privgen.explain.game import TableGame
from privgen.explain.target import Target
from privgen.prompt import EncodedPrompt, Prompt
from privgen.schema import Signal, SignalKind

torch.set_num_threads(1)
tf.logging.set_verbosity_error()

VOCABULARY = 60
_LLAMA = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 256,
    "initializer_range": 0.5,
}
_ENCODER_DECODER = {
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "max_position_embeddings": 256,
    "init_std": 0.5,
    "decoder_start_token_id": 2,
}
CAUSAL = ("llama", "gpt2", "qwen2", "bloom", "opt", "mistral_window")
SEQ2SEQ = ("t5", "bart")


def tiny(name: str, seed: int = 0) -> Any:
    """A model of random weights, large enough ones that signals matter."""
    v = VOCABULARY
    build = {
        "llama": lambda: tf.LlamaForCausalLM(tf.LlamaConfig(**_LLAMA)),
        "qwen2": lambda: tf.Qwen2ForCausalLM(tf.Qwen2Config(**_LLAMA)),
        "mistral_window": lambda: tf.MistralForCausalLM(tf.MistralConfig(**_LLAMA, sliding_window=8)),
        "gpt2": lambda: tf.GPT2LMHeadModel(
            tf.GPT2Config(
                vocab_size=v,
                n_embd=16,
                n_layer=2,
                n_head=2,
                n_positions=256,
                initializer_range=0.5,
                bos_token_id=1,
                eos_token_id=1,
            )
        ),
        "bloom": lambda: tf.BloomForCausalLM(
            tf.BloomConfig(vocab_size=v, hidden_size=16, n_layer=2, n_head=2, initializer_range=0.5)
        ),
        "opt": lambda: tf.OPTForCausalLM(
            tf.OPTConfig(
                vocab_size=v,
                hidden_size=16,
                num_hidden_layers=2,
                ffn_dim=32,
                num_attention_heads=2,
                max_position_embeddings=256,
                word_embed_proj_dim=16,
                init_std=0.5,
            )
        ),
        "t5": lambda: tf.T5ForConditionalGeneration(
            tf.T5Config(
                vocab_size=v,
                d_model=16,
                d_kv=8,
                d_ff=32,
                num_layers=2,
                num_heads=2,
                decoder_start_token_id=0,
            )
        ),
        "bart": lambda: tf.BartForConditionalGeneration(tf.BartConfig(vocab_size=v, **_ENCODER_DECODER)),
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build[name]().eval()


class CharTokenizer:
    """One id per character, by code point; enough for tiny vocabularies."""

    def __init__(self, padding_side: str = "left") -> None:
        self.padding_side = padding_side

    def encode(self, text: str, *, add_special_tokens: bool = True) -> list[int]:
        return [3 + ord(char) % (VOCABULARY - 3) for char in text]

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        return [str(i) for i in ids]

    def decode(self, ids: Any) -> str:
        return "".join(chr(97 + int(i) % 26) for i in ids)


def generator(name: str = "llama", padding_side: str = "left") -> Any:
    return SimpleNamespace(model=tiny(name), tokenizer=CharTokenizer(padding_side))


def signal(index: int, text: str, kind: SignalKind = SignalKind.EVENT) -> Signal:
    return Signal(f"s{index}", kind, "text", text, f"events:{index}")


def prompt(*texts: str) -> Prompt:
    return Prompt("shop facts:\n", tuple(signal(i, text) for i, text in enumerate(texts)), "write:\n")


def encoded(seed: int = 0, lengths: tuple[int, ...] = (3, 5, 2, 7)) -> tuple[EncodedPrompt, Target]:
    """Random ids: a prompt with signals of these lengths and a target of three sentences."""
    rng = np.random.default_rng(seed)

    def draw(length: int) -> tuple[int, ...]:
        return tuple(int(i) for i in rng.integers(3, VOCABULARY, length))

    pieces = EncodedPrompt(draw(9), tuple(draw(length) for length in lengths), draw(3))
    return pieces, Target(draw(15), ((0, 4), (4, 9), (9, 15)), ("one", "two", "three"))


def random_game(n_signals: int, n_sentences: int, seed: int) -> TableGame:
    """A game with no structure at all."""
    rng = np.random.default_rng(seed)
    return TableGame(rng.normal(scale=3.0, size=(1 << n_signals, n_sentences)))
