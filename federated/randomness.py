"""Where sampling and noise come from: the operating system's cryptographic generator, bit by bit.

Torch's CPU generator keeps 32 bits of whatever seed it is given, so that four thousand million guesses would
take the noise away again; it is used nowhere in here.

Source: Box and Muller 1958, "A note on the generation of random normal deviates".
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable

import numpy as np
import numpy.typing as npt


class RandomSource:
    """Independent uniform and normal draws.

    Args:
        draw: Gives so many random bytes.
        unsafe: Whether they can be predicted.
    """

    def __init__(self, draw: Callable[[int], bytes], *, unsafe: bool) -> None:
        self._draw, self.unsafe = draw, unsafe

    def uniform(self, count: int) -> npt.NDArray[np.float64]:
        """`count` draws from [0, 1), each with 53 random bits."""
        bits = np.frombuffer(self._draw(8 * count), dtype="<u8") >> np.uint64(11)
        return bits.astype(np.float64) * 2.0**-53

    def normal(self, *shape: int) -> npt.NDArray[np.float32]:
        """Draws from the standard normal distribution, made in double precision; at most 8.58 in size."""
        count = math.prod(shape)
        half = (count + 1) // 2
        radius = np.sqrt(-2.0 * np.log1p(-self.uniform(half)))
        angle = (2.0 * math.pi) * self.uniform(half)
        both = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
        return both[:count].astype(np.float32).reshape(shape)

    def choose(self, population: int, most: int) -> list[int]:
        """At most `most` of the numbers below `population`, a uniform sample without replacement."""
        return [int(place) for place in np.argsort(self.uniform(population), kind="stable")[:most]]


def random_source(seed: int | None, *context: object) -> RandomSource:
    """The operating system's generator, or for a given seed a predictable one (UNSAFE).

    Args:
        seed: Leave None. A fixed seed is hashed with `context`, so that even then no two silos or rounds have
            the same noise.
        context: What tells this use apart: merchant, round.
    """
    if seed is None:
        return RandomSource(os.urandom, unsafe=False)
    key = hashlib.sha256("\0".join(map(str, (seed, *context))).encode()).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16])))
    return RandomSource(generator.bytes, unsafe=True)
