"""Models of random weights and a byte-level BPE of the marketplace's own words; nothing is downloaded."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import torch
import transformers as tf
from tokenizers import Tokenizer, decoders, pre_tokenizers, trainers
from tokenizers import models as bpe

from privgen.corpus import Corpus

torch.set_num_threads(1)
tf.logging.set_verbosity_error()
VOCABULARY = 400
POSITIONS = 1024
_SMALL = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": POSITIONS,
    "initializer_range": 0.6,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


def tiny_tokenizer() -> Any:
    """Byte-level BPE of `VOCABULARY` tokens: Chinese characters take several tokens each."""
    corpora = [Corpus(locale, random.Random(3)) for locale in ("en_US", "zh_CN")]
    texts = [
        request.prompt.text() for corpus in corpora for request, _ in (corpus.example() for _ in range(40))
    ]
    tokenizer = Tokenizer(bpe.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<pad>", "<bos>", "<eos>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<bos>", eos_token="<eos>"
    )


def causal_model() -> Any:
    """Llama of hidden size 16 that writes ASCII letters only: what it says passes the guards of a page."""
    model = tf.LlamaForCausalLM(tf.LlamaConfig(**_SMALL))
    tokenizer = tiny_tokenizer()
    letters = re.compile(r"[a-zA-Z ]+|\n")
    other = [id_ for id_ in range(3, VOCABULARY) if not letters.fullmatch(tokenizer.decode([id_]))]
    with torch.no_grad():
        model.lm_head.weight[[0, 1, *other]] = 0.0  # a logit of 0 is never the largest of a hundred
    return model


def t5_model() -> Any:
    """T5 of hidden size 16."""
    shape = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2, "initializer_factor": 3.0}
    ids = {"pad_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 0}
    return tf.T5ForConditionalGeneration(tf.T5Config(vocab_size=VOCABULARY, **shape, **ids))


def bart_model() -> Any:
    """BART of hidden size 16: learned positions, so that padding on the wrong side shows."""
    sides = ("encoder", "decoder")
    shape = {f"{side}_layers": 2 for side in sides} | {f"{side}_attention_heads": 2 for side in sides}
    shape |= {f"{side}_ffn_dim": 32 for side in sides} | {"d_model": 16, "init_std": 0.6}
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2}
    ids |= {"forced_eos_token_id": None}
    config = tf.BartConfig(vocab_size=VOCABULARY, max_position_embeddings=POSITIONS, **shape, **ids)
    return tf.BartForConditionalGeneration(config)


def encoder_model() -> Any:
    """BERT of hidden size 16: it reads both ways."""
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    return tf.BertForMaskedLM(tf.BertConfig(vocab_size=VOCABULARY, initializer_range=0.6, **shape))


def write_models(folder: Path) -> Path:
    """Save one folder per model family under `folder`."""
    tokenizer = tiny_tokenizer()
    makers = {"causal": causal_model, "seq2seq": t5_model, "bart": bart_model, "encoder": encoder_model}
    for seed, (name, make) in enumerate(makers.items()):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            make().save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    return folder


def write_adapter(base: Path, out: Path, *, scale: float, seed: int = 5) -> Path:
    """Save a LoRA adapter for a causal folder; `scale` is the spread of B (0: it changes nothing)."""
    from peft import LoraConfig, get_peft_model

    model = tf.AutoModelForCausalLM.from_pretrained(base)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        adapted = get_peft_model(
            model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
        )
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=scale)
    adapted.save_pretrained(out)
    return out
