"""Counter-based random streams, named by process.

Every draw is a pure function of (seed, process, month, identity of what it decides about): no generator is advanced,
so that adding a process, a firm or a policy changes no other draw. A stream's key comes from here; kernels mix it
with identities (`ecosim.kernels.random`). The functions on arrays below give the same bits as the kernels'.

Source: the mixing function is the finaliser of SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom
number generators"), variant 13 of Stafford.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.errors import ParameterError

__all__ = ["as_seed", "hashes", "identity", "mix", "stream_key", "uniforms"]

UInt64Array = npt.NDArray[np.uint64]

GOLDEN = 0x9E3779B97F4A7C15
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


def as_seed(value: Any) -> int:
    """Return `value` as a seed, a whole number from 0 to 2^63 − 1.

    Raises
    ------
    ParameterError
        For a text, a fraction, a negative or a huge number.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not 0 <= int(value) < 2**63:
        raise ParameterError(f"seed = {value!r}: allowed is a whole number from 0 to 2^63 - 1")
    return int(value)


@lru_cache(maxsize=256)  # some keys are asked for every month
def stream_key(seed: int, process: str, month: int = 0) -> np.uint64:
    """Return the 64-bit key of one process in one month."""
    digest = hashlib.blake2b(f"{seed}/{process}/{month}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def identity(name: str) -> np.uint64:
    """Return the 64-bit identity of something that has a name."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, person=b"identity").digest()
    return np.uint64(int.from_bytes(digest, "little"))


def mix(values: UInt64Array) -> UInt64Array:
    """Return the finalised hash of each 64-bit value, as a new array of the same shape."""
    out = values ^ (values >> _SHIFTS[0])
    out *= _FIRST
    out ^= out >> _SHIFTS[1]
    out *= _SECOND
    out ^= out >> _SHIFTS[2]
    return out


def hashes(key: np.uint64, identities: UInt64Array) -> UInt64Array:
    """Return one 64-bit draw per identity, the same as `kernels.random.draw`."""
    return mix(mix(identities + np.uint64(GOLDEN)) ^ key)


def uniforms(key: np.uint64, identities: UInt64Array) -> npt.NDArray[np.float64]:
    """Return one uniform draw in [0, 1) per identity."""
    return (hashes(key, identities) >> np.uint64(11)).astype(np.float64) * 2.0**-53
