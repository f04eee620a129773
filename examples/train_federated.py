"""Fine-tune one adapter across three merchants under differential privacy, and say what it cost.

Makes its own tiny base model and its own records, so that it runs anywhere in under a minute:

    python examples/train_federated.py
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from privgen.federated import Ledger, PrivacyPlan, Silo, simulate
from privgen.files import write_jsonl
from privgen.prompt import Prompt, TrainingRecord
from privgen.schema import SectionKind, Signal, SignalKind

COLOURS = ("red", "green", "blue")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = tiny_model(Path(folder) / "base")
        silos = [tiny_silo(Path(folder), name) for name in ("alpine", "harbour", "mill")]
        plan = PrivacyPlan.calibrate(target_epsilon=8.0, delta=1e-5, sample_rate=0.2, steps=12)
        print(plan.claim(), "\n")
        result = simulate(silos, plan, base, Path(folder) / "out", rounds=6, steps_per_round=2)
        for merchant, spend in result.spends.items():
            lines = Ledger.open(Path(folder) / "out" / "ledger" / f"{merchant}.jsonl").entries()
            print(f"{merchant:<8} epsilon {spend.epsilon:.3f} at delta {spend.delta:g}, {len(lines)} lines")
        for merchants, epsilon in result.epsilon_composed.items():
            print(f"a customer of {merchants} of these merchants: epsilon {epsilon:.3f}")
        print(f"{result.rounds_done} rounds; adapter: {sorted(p.name for p in result.adapter.iterdir())}")


def tiny_silo(folder: Path, merchant: str) -> Silo:
    """Forty customers who each like one colour and have told the shop so, once or more."""
    rng = random.Random(merchant)
    rows = []
    for customer in range(40):
        colour = rng.choice(COLOURS)
        signal = Signal("s1", SignalKind.EVENT, "text", f"bought a {colour} mug", "events")
        prompt = Prompt("Recommend.\n", (signal,), "Text:\n")
        record = TrainingRecord(f"c{customer}", SectionKind.RECOMMENDATION, prompt, (f"More in {colour}.",))
        rows += [record.to_json()] * rng.randint(1, 3)
    path = folder / f"{merchant}.jsonl"
    write_jsonl(path, rows)
    return Silo(merchant, path)


def tiny_model(folder: Path) -> str:
    """A random Llama over bytes; any causal or seq2seq model of transformers takes its place."""
    tokens = [*sorted(pre_tokenizers.ByteLevel.alphabet()), "<s>", "</s>"]
    inner = Tokenizer(models.BPE({token: place for place, token in enumerate(tokens)}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, bos_token="<s>", eos_token="</s>")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=256,
        bos_token_id=256,
        eos_token_id=257,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


if __name__ == "__main__":
    main()
