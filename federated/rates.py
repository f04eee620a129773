"""The learning rate where none is given: from public numbers alone, by how much noise the mean averages out.

Adam's first steps are of one size, whatever the gradient. Where a silo's noise is larger than its signal, as
it is under any useful budget, a step's mean over the silos is the signal, scaled by rate over noise, plus
noise of rate / sqrt(silos). So the best rate grows with the number of silos: few of them would carry the
model away on noise, many of them can afford long steps. Measured with the embedded model: docs/training.md.
"""

from __future__ import annotations

from privgen.errors import ConfigError
from privgen.federated.settings import Adapter

_PER_SILO, _MOST = 2e-3, 0.04
_FULL = 1e-4  # all weights: nothing was tuned for them


def default_rate(silos: int, adapter: Adapter = "lora") -> float:
    """The learning rate of local training where a round averages so many silos.

    >>> default_rate(4), default_rate(20), default_rate(1000)
    (0.008, 0.04, 0.04)

    Args:
        silos: That a round asks, 1 or more; public.
        adapter: What trains.

    Raises:
        ConfigError: No silos.
    """
    if silos < 1:
        raise ConfigError("train: learning_rate: wants at least one silo to go by")
    return min(_MOST, _PER_SILO * silos) if adapter == "lora" else _FULL
