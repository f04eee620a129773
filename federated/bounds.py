"""How far an honest silo's weights can move in a round: known from public settings alone.

Adam's step is a mean of gradients over the root of a mean of their squares, so whatever the gradients are,
no coordinate moves by more than the learning rate times a constant of the step's number.

Source: Kingma and Ba 2015, arXiv:1412.6980, section 2.1; the constant is Cauchy-Schwarz on the two means.
"""

from __future__ import annotations

import math

from privgen.federated.settings import TrainingSettings

_BETA1, _BETA2 = 0.9, 0.999  # torch's defaults, which local training uses
_ROUNDING = 1.01  # single precision


def update_bound(settings: TrainingSettings, parameters: int) -> float:
    """L2 norm that the update of a silo which follows `settings` cannot pass.

    Args:
        settings: How silos train.
        parameters: Number of trained weights.
    """
    steps = sum(map(_step_bound, range(1, settings.steps_per_round + 1)))
    return _ROUNDING * settings.learning_rate * steps * math.sqrt(parameters)


def _step_bound(step: int) -> float:
    """Most that the bias-corrected mean over the root of the bias-corrected square can be.

    >>> round(_step_bound(1), 6), round(_step_bound(2), 4)
    (1.0, 1.0014)
    """
    ratio = _BETA1**2 / _BETA2
    means = (1 - _BETA1) * math.sqrt((1 - ratio**step) / (1 - ratio))
    corrected = math.sqrt(1 - _BETA2**step) / (1 - _BETA1**step)
    return means / math.sqrt(1 - _BETA2) * corrected
