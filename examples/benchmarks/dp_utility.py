"""What privacy costs in utility: one JSON line per figure of each model.

    python examples/benchmarks/dp_utility.py [--data synthetic|FILE.csv] [--silos 20] [--customers 500]
        [--epsilon 8 3] [--held-out 300] [--repeats 1] [--quick]

Models: the untuned base; federated without privacy; federated under a budget per merchant; and one silo that
holds all customers, under the same budget (central). All start from the same base and take as many steps at
the same sampling rate; what is not given is `TrainConfig`'s. Training with privacy is `privgen.federated
.simulate` under the plan of `privgen train`.

Without privacy is for comparison: the same loop with neither clip nor noise, at a learning rate of its own.
Central steps at the default rate over the root of the number of silos, which moves weights as far on noise.

Figures, on records of customers whom no silo has: `loss` (nats per token), `bleu` and `rouge_l` of greedy
text against the true text, `personal_fit` (nats by which the log-likelihood of the true text falls when
another customer's signals are put in), and `improvement_kept`: (base loss - loss) over (base loss - loss of
federated training without privacy).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from dp_utility_data import Federation, load_federation
from text_scores import bleu, rouge_l

from privgen.config import TrainConfig, validate
from privgen.federated import PrivacyPlan, Silo, simulate
from privgen.federated.aggregation import new_sum
from privgen.federated.configured import plan_of, settings_of
from privgen.federated.model import AdapterModel, model_for
from privgen.federated.opacus_step import private_steps
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Example, open_records
from privgen.generator import EMBEDDED, load_generator, model_path
from privgen.template import SectionRequest

_FORWARD = 16  # records in one forward pass
_NEVER_CLIPS = 1e9
_LONGEST = 80  # tokens of a written text
_TYPES = {
    "rounds": int,
    "steps_per_round": int,
    "sample_rate": float,
    "records_per_customer": int,
    "expected_batch_size": float,
    "max_grad_norm": float,
    "rank": int,
    "learning_rate": float,
}
_TUNED = tuple(_TYPES)


def train_without_privacy(
    silos: Sequence[Silo], plan: PrivacyPlan, settings: TrainingSettings, rounds: int, out: Path
) -> Path:
    """The same rounds with neither clip nor noise: for comparison only, privgen itself has no such switch."""
    bare = dataclasses.replace(plan, noise_multiplier=0.0, max_grad_norm=_NEVER_CLIPS)
    model = model_for(settings)
    weights = model.untrained("B")
    for _ in range(rounds):
        total = new_sum("frozen", weights, "B")
        for silo in silos:
            model.set_weights(weights)
            private_steps(model, open_records(silo), bare, settings, random_source(None))
            total.add(model.weights())
        weights, _ = total.mean()
    model.set_weights(weights)
    model.save(out / "adapter", "Without privacy.\n")
    return out / "adapter"


def train_with_privacy(
    silos: Sequence[Silo], plan: PrivacyPlan, config: TrainConfig, base: str, out: Path
) -> Path:
    """As `privgen train` does it."""
    result = simulate(
        silos,
        plan,
        base,
        out,
        rounds=config.rounds,
        steps_per_round=config.steps_per_round,
        rank=config.rank,
        learning_rate=config.learning_rate,
        max_length=config.max_length,
        min_customers=config.min_customers,
    )
    return result.adapter


def figures(
    model: AdapterModel, federation: Federation, base: str, adapter: Path | None, texts: int, max_length: int
) -> dict[str, float]:
    """Judge the model's present weights, which `adapter` holds too."""
    encoder = model.encoder(max_length)
    pairs: list[tuple[Example, Example]] = []
    for place, record in enumerate(federation.held_out):
        other = dataclasses.replace(record, prompt=federation.swapped(place))
        made = [encoder.encode(r, [True] * len(r.prompt.signals)) for r in (record, other)]
        if made[0] is not None and made[1] is not None:
            pairs.append((made[0], made[1]))
    own, swapped = (_losses(model, [pair[side] for pair in pairs]) for side in (0, 1))
    lengths = torch.tensor([len(pair[0].target) for pair in pairs])
    written, references = _written(federation, base, adapter, texts)
    return {
        "loss": float(own.mean()),
        "bleu": bleu(written, references),
        "rouge_l": rouge_l(written, references),
        "personal_fit": float(((swapped - own) * lengths).mean()),
    }


def _losses(model: AdapterModel, examples: Sequence[Example]) -> torch.Tensor:
    with torch.no_grad():
        parts = [
            model.record_losses(examples[start : start + _FORWARD])
            for start in range(0, len(examples), _FORWARD)
        ]
    return torch.cat(parts).double().cpu()


def _written(
    federation: Federation, base: str, adapter: Path | None, texts: int
) -> tuple[list[str], list[list[str]]]:
    """What the model writes for the first held-out prompts, and what customers' records say there."""
    said: dict[SectionRequest, list[str]] = {}
    for record in federation.held_out:
        request = SectionRequest(record.section, "en", "", record.prompt)
        said.setdefault(request, []).append(" ".join(record.target))
    requests = list(said)[:texts]
    generator = load_generator(model=base, adapter=adapter, max_new_tokens=_LONGEST)
    written = [" ".join(s.text for s in section.sentences) for section in generator.write(requests)]
    return written, [said[request] for request in requests]


class Study:
    """One federation, its silos on disk, and the models trained on it so far."""

    def __init__(self, options: argparse.Namespace, config: TrainConfig, repeat: int, folder: Path) -> None:
        self._options, self._config, self._folder, self._repeat = options, config, folder, repeat
        sizes = (options.silos, options.customers, options.held_out)
        self._federation = load_federation(options.data, *sizes, options.seed + repeat)
        self._base = model_path(options.base)
        self._settings = settings_of(config, self._base, options.silos)
        self._silos, self._pooled = self._written("silos"), self._written("pooled", pooled=True)

    def run(self) -> Iterator[dict[str, Any]]:
        """Train and judge; the lines to print."""
        model = model_for(self._settings)
        model.set_weights(model.untrained("B"))
        base = self._judged(None)
        yield from self._lines("base", None, base)
        bare = dataclasses.replace(self._settings, learning_rate=self._options.rate_without_privacy)
        out, config = self._folder / "bare", self._config
        bare_plan = plan_of(config, len(self._silos))
        best = self._judged(train_without_privacy(self._silos, bare_plan, bare, config.rounds, out))
        yield from self._lines("federated without privacy", None, best)
        for epsilon in self._options.epsilon:
            central = (("central", self._pooled),) if epsilon in self._options.central else ()
            for name, silos in (("federated", self._silos), *central):
                found = self._judged(self._private(name, silos, epsilon))
                kept = (base["loss"] - found["loss"]) / (base["loss"] - best["loss"])
                yield from self._lines(name, epsilon, found | {"improvement_kept": kept})

    def _private(self, name: str, silos: Sequence[Silo], epsilon: float) -> Path:
        merged = len(self._silos) // len(silos)
        changes: dict[str, float] = {
            "target_epsilon": epsilon,
            "expected_batch_size": self._config.expected_batch_size * merged,
        }
        if merged > 1:
            changes["learning_rate"] = self._settings.learning_rate / merged**0.5
        config = self._config.model_copy(update=changes)
        plan = plan_of(config, len(silos))
        return train_with_privacy(silos, plan, config, self._base, self._folder / f"{name}-{epsilon:g}")

    def _judged(self, adapter: Path | None) -> dict[str, float]:
        model = model_for(self._settings)
        texts, longest = self._options.texts, self._config.max_length
        return figures(model, self._federation, self._base, adapter, texts, longest)

    def _written(self, name: str, *, pooled: bool = False) -> tuple[Silo, ...]:
        folder = self._folder / name
        return tuple(Silo(merchant, path) for merchant, path in self._federation.write(folder, pooled))

    def _lines(
        self, trained: str, epsilon: float | None, found: dict[str, float]
    ) -> Iterator[dict[str, Any]]:
        where = {"trained": trained, "epsilon": epsilon, "repeat": self._repeat}
        for figure, value in found.items():
            yield where | {"figure": figure, "value": round(value, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", default="synthetic", help="synthetic, or a CSV of reviews or of E2E")
    parser.add_argument("--base", default=EMBEDDED, help="base model, as of `privgen train`")
    parser.add_argument("--silos", type=int, default=20)
    parser.add_argument("--customers", type=int, default=500, help="of a silo")
    parser.add_argument("--held-out", type=int, default=300, help="records of customers of no silo")
    parser.add_argument("--texts", type=int, default=60, help="prompts that text is written for")
    parser.add_argument("--epsilon", type=float, nargs="+", default=[8.0, 3.0])
    parser.add_argument("--central", type=float, nargs="*", default=[8.0], help="budgets of central, if any")
    parser.add_argument("--rate-without-privacy", type=float, default=0.01, help="its own learning rate")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0, help="who is where; noise is always fresh")
    for name in _TUNED:
        parser.add_argument(f"--{name.replace('_', '-')}", type=_TYPES[name], default=None)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it runs")
    options = parser.parse_args()
    if options.quick:
        options.silos, options.customers, options.held_out, options.texts = 2, 20, 4, 2
        options.rounds, options.epsilon = 2, [8.0]
    given = {name: getattr(options, name) for name in _TUNED if getattr(options, name) is not None}
    config = validate(TrainConfig, given, "dp_utility")
    rate = settings_of(config, options.base, options.silos).learning_rate
    settings = {name: getattr(config, name) for name in _TUNED} | {"learning_rate": rate}
    sizes = {"data": Path(options.data).name, "silos": options.silos, "customers": options.customers}
    print(json.dumps({"settings": sizes | settings}), flush=True)
    for repeat in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            for line in Study(options, config, repeat, Path(folder)).run():
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
