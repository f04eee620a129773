"""Make the embedded base model: a small bilingual Llama trained on privgen's own synthetic section texts.

    python privgen/base_model/make_base_model.py --out privgen/base_model --minutes 40

Uses no text from outside the repository. Figures and settings of the shipped file: MODEL_CARD.md.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from privgen.corpus import Corpus
from privgen.prompt import encode_prompt, encode_sentences

LOCALES = ("en_US", "zh_CN")
VOCABULARY = 4096
SHAPE: dict[str, Any] = {
    "hidden_size": 192,
    "intermediate_size": 512,
    "num_hidden_layers": 5,
    "num_attention_heads": 6,
    "num_key_value_heads": 6,
    "max_position_embeddings": 2048,
    "tie_word_embeddings": True,
}
POOL, BATCH, PEAK_RATE, WARMUP = 1024, 24, 2e-3, 100
SMALL_BATCH, SMALL_SHARE = 8, 0.35
"""Batches are small for this share of the time: many short steps form the heads that copy slots sooner."""


def make_tokenizer(texts: Iterator[str]) -> PreTrainedTokenizerFast:
    """Byte-level BPE over words that carry the space behind them; digits stand alone.

    A space behind rather than in front gives a slot the same first tokens in a signal line, in a quotation
    and at the start of a sentence, so that copying is one step: the token after the last one.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\W\d_]+ ?|\d ?|[^\w\s] ?|_|\s"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<pad>", "<bos>", "<eos>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        max_token_length=24,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<bos>", eos_token="<eos>"
    )


def texts(corpora: list[Corpus], count: int) -> Iterator[str]:
    """Prompt and target texts for the tokenizer."""
    for number in range(count):
        request, drafts = corpora[number % len(corpora)].example()
        yield request.prompt.text() + "\n".join(draft.text for draft in drafts)


def batches(
    corpora: list[Corpus], tokenizer: Any, rng: random.Random
) -> Iterator[list[tuple[list[int], int]]]:
    """Endless batches of (ids, prompt length), similar lengths together."""
    bos, eos = [tokenizer.bos_token_id], tokenizer.eos_token_id
    while True:
        pool = []
        for number in range(POOL):
            request, drafts = corpora[number % len(corpora)].example()
            prompt = encode_prompt(request.prompt, tokenizer, bos).ids()
            target, _ = encode_sentences([draft.text for draft in drafts], tokenizer)
            pool.append(([*prompt, *target, eos], len(prompt)))
        pool.sort(key=lambda example: len(example[0]))
        starts = list(range(0, POOL, BATCH))
        rng.shuffle(starts)
        yield from (pool[start : start + BATCH] for start in starts)


def loss_of(model: Any, batch: list[tuple[list[int], int]]) -> torch.Tensor:
    """Mean negative log-likelihood of the target tokens, in nats."""
    width = max(len(ids) for ids, _ in batch)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    wanted = torch.zeros(len(batch), width, dtype=torch.bool)
    for row, (ids, prompt_length) in enumerate(batch):
        tokens[row, : len(ids)] = torch.tensor(ids)
        wanted[row, prompt_length : len(ids)] = True
    hidden = model.model(input_ids=tokens).last_hidden_state[:, :-1][wanted[:, 1:]]
    return torch.nn.functional.cross_entropy(model.lm_head(hidden), tokens[:, 1:][wanted[:, 1:]])


def rate(progress: float, step: int, peak: float) -> float:
    """Warm-up, then cosine over the time budget down to 3 % of the peak."""
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return peak * min(1.0, (step + 1) / WARMUP) * (0.03 + 0.97 * cosine)


def train(
    model: Any,
    tokenizer: Any,
    corpora: list[Corpus],
    *,
    minutes: float,
    seed: int,
    out: Path,
    resumed: bool,
    peak: float,
) -> dict[str, Any]:
    """Train for a time budget; return what was used."""
    optimizer = torch.optim.AdamW(model.parameters(), peak, betas=(0.9, 0.98), weight_decay=0.05, fused=True)
    started, seen, running, rng = time.monotonic(), 0, 0.0, random.Random(seed)
    for step, batch in enumerate(batches(corpora, tokenizer, rng)):
        progress = min(1.0, (time.monotonic() - started) / (60 * minutes))
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, step, peak)
        if progress < SMALL_SHARE and not resumed:
            batch = rng.sample(batch, SMALL_BATCH)
        loss = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seen += sum(len(ids) for ids, _ in batch)
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item()
        if step % 100 == 0:
            print(
                json.dumps(
                    {"step": step, "loss": round(running, 4), "tokens": seen, "done": round(progress, 3)}
                ),
                flush=True,
            )
        if step % 500 == 499:
            save(model, tokenizer, out)
        if progress >= 1.0:
            return {"steps": step + 1, "tokens": seen, "loss": running, "minutes": minutes, "seed": seed}
    raise AssertionError("batches are endless")


def new_model(tokenizer: Any) -> LlamaForCausalLM:
    """A randomly initialised Llama of the shipped shape."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        **SHAPE,
    )
    model = LlamaForCausalLM(config)
    # tied embeddings of unit length: a copied token then has a large logit from the start
    torch.nn.init.normal_(model.model.embed_tokens.weight, std=config.hidden_size**-0.5)
    return model


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """Save as half precision: 2 bytes a weight on disk; loaded as fp32."""
    copy = LlamaForCausalLM(model.config)
    copy.load_state_dict(model.state_dict())
    copy.half().save_pretrained(out)
    tokenizer.save_pretrained(out)


def main() -> None:
    """Parse arguments, train, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--peak-rate", type=float, default=PEAK_RATE)
    parser.add_argument("--resume", action="store_true", help="go on from the model in --out")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    corpora = [
        Corpus(locale, random.Random(f"{options.seed}:{locale}:{options.resume}")) for locale in LOCALES
    ]
    if options.resume:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(options.out)
        model = LlamaForCausalLM.from_pretrained(options.out, dtype=torch.float32)
    else:
        tokenizer = make_tokenizer(texts(corpora, 30_000))
        model = new_model(tokenizer)
    options.out.mkdir(parents=True, exist_ok=True)
    figures = train(
        model,
        tokenizer,
        corpora,
        minutes=options.minutes,
        seed=options.seed,
        out=options.out,
        resumed=options.resume,
        peak=options.peak_rate,
    )
    save(model, tokenizer, options.out)
    figures["parameters"] = model.num_parameters()
    (options.out / "training.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
