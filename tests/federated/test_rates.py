"""The learning rate where none is given."""

from __future__ import annotations

import pytest

from privgen.config import TrainConfig
from privgen.errors import ConfigError
from privgen.federated.configured import settings_of
from privgen.federated.rates import default_rate


def test_it_grows_with_the_silos_and_no_further_than_the_most() -> None:
    rates = [default_rate(silos) for silos in range(1, 60)]
    assert rates == sorted(rates) and rates[0] > 0.0
    assert default_rate(10**6) == default_rate(60) == rates[-1]


def test_what_noise_alone_does_to_a_small_federation_is_bounded() -> None:
    """Adam moves a weight by rate / sqrt(silos) a step on noise alone: never more than at the most silos."""
    most = default_rate(10**6)
    for silos in range(1, 20):
        assert default_rate(silos) / silos**0.5 <= most / 20**0.5


def test_all_weights_have_a_rate_of_their_own() -> None:
    assert default_rate(1, "full") == default_rate(1000, "full") < default_rate(1)


def test_it_wants_a_silo() -> None:
    with pytest.raises(ConfigError, match="learning_rate"):
        default_rate(0)


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        ({}, default_rate(12)),
        ({"silos_per_round": 3}, default_rate(3)),
        ({"silos_per_round": 30}, default_rate(12)),
        ({"learning_rate": 0.5}, 0.5),
        ({"adapter": "full"}, default_rate(12, "full")),
    ],
)
def test_settings_go_by_the_silos_that_a_round_averages(given: dict[str, object], rate: float) -> None:
    settings = settings_of(TrainConfig(**given), "base", 12)  # type: ignore[arg-type]
    assert settings.learning_rate == rate and settings.adapter == given.get("adapter", "lora")
