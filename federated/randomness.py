"""Where sampling and noise come from: the operating system's cryptographic generator.

Long draws are its keys expanded by AES-256 in counter mode, a fresh key for each, so that nothing repeats
after a fork or a restart either: there is no state. Torch's CPU generator keeps 32 bits of whatever seed it
is given, so that four thousand million guesses would take the noise away again; it is used nowhere in here.

Source: Box and Muller 1958, "A note on the generation of random normal deviates"; CTR_DRBG without its
state, NIST SP 800-90A.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

_SHORT = 4096  # bytes up to which the operating system answers faster than a new key is set up
_CHUNK = 8192  # pairs of normal draws at a time: what fits into a processor's cache
_ZEROS = bytes(16 * _CHUNK)


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
        """Draws from the standard normal distribution; at most 8.58 in size.

        The radius of each pair is made in double precision from 53 random bits, its angle in single precision
        from 32.
        """
        draws = np.empty(math.prod(shape), np.float32)
        for start in range(0, len(draws), 2 * _CHUNK):
            part = draws[start : start + 2 * _CHUNK]
            half = (len(part) + 1) // 2
            radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(half)))  # 1 - uniform is exact, and never 0
            turns = np.frombuffer(self._draw(4 * half), dtype="<i4").astype(np.float32)
            angle = turns * np.float32(math.pi * 2.0**-31)
            part[:half] = radius * np.cos(angle)
            part[half:] = (radius * np.sin(angle))[: len(part) - half]
        return draws.reshape(shape)

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
        return RandomSource(_system_bytes, unsafe=False)
    key = hashlib.sha256("\0".join(map(str, (seed, *context))).encode()).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16])))
    return RandomSource(generator.bytes, unsafe=True)


def _system_bytes(count: int) -> bytes:
    """Unpredictable bytes: the operating system's, or many of them made from one of its keys."""
    if count <= _SHORT:
        return os.urandom(count)
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    stream = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(os.urandom(16))).encryptor()
    return stream.update(_ZEROS[:count] if count <= len(_ZEROS) else bytes(count))
