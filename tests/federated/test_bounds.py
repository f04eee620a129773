"""No honest silo can pass the bound: torch's own Adam under gradients chosen to move it most."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.federated.bounds import update_bound
from privgen.federated.settings import TrainingSettings


def moved(gradients: np.ndarray, rate: float) -> float:
    """How far Adam comes from zero under `(steps, parameters)` gradients."""
    weights = torch.zeros(gradients.shape[1], requires_grad=True)
    adam = torch.optim.Adam([weights], lr=rate)
    for gradient in gradients:
        weights.grad = torch.from_numpy(gradient.astype(np.float32))
        adam.step()
    return float(weights.detach().norm())


def bound(steps: int, parameters: int, rate: float) -> float:
    return update_bound(TrainingSettings(base="x", steps_per_round=steps, learning_rate=rate), parameters)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 60), st.integers(1, 20), st.floats(1e-5, 1.0), st.integers(0, 2**32 - 1), st.floats(0, 8)
)
def test_no_gradients_pass_it(steps: int, parameters: int, rate: float, seed: int, spread: float) -> None:
    """Spread: how many powers of e the sizes of steps differ by, with signs equal or not."""
    rng = np.random.default_rng(seed)
    sizes = np.exp(rng.normal(scale=spread, size=(steps, 1)).clip(-30, 30))
    for gradients in (rng.normal(size=(steps, parameters)) * sizes, np.ones((steps, parameters)) * sizes):
        assert moved(gradients, rate) <= bound(steps, parameters, rate)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_it_is_close_for_few_steps(steps: int) -> None:
    """So ten times an honest update of few steps passes it."""
    assert moved(np.ones((steps, 7)), 0.01) > 0.95 * bound(steps, 7, 0.01)
