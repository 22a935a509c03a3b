"""Draws as pure functions of keys and identities, for use inside other kernels.

The bits are those of `ecosim.streams`. All arithmetic is on unsigned 64-bit numbers and wraps around.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30 = np.uint64(30)
_S27 = np.uint64(27)
_S31 = np.uint64(31)
_S32 = np.uint64(32)
_S11 = np.uint64(11)
_UNIT = 2.0**-53


@njit
def mix(value):
    """Return the finalised hash of one 64-bit value."""
    value = (value ^ (value >> _S30)) * _FIRST
    value = (value ^ (value >> _S27)) * _SECOND
    return value ^ (value >> _S31)


@njit
def draw(key, identity):
    """Return the 64-bit draw of `identity` in the stream `key`."""
    return mix(mix(identity + GOLDEN) ^ key)


@njit
def further(base, count):
    """Return the `count`-th further draw (1, 2, ...) of a decision whose first draw is `base`."""
    return mix(base + np.uint64(count) * GOLDEN)


@njit
def uniform(bits):
    """Return a number in [0, 1) from 64 random bits."""
    return np.float64(bits >> _S11) * _UNIT


@njit
def below(bits, count):
    """Return a whole number in [0, count) from the upper 32 of 64 random bits; `count` < 2^31."""
    return np.int64(((bits >> _S32) * np.uint64(count)) >> _S32)


@njit
def below_low(bits, count):
    """Like `below`, from the lower 32 bits, which are independent of the upper."""
    return np.int64(((bits & np.uint64(0xFFFFFFFF)) * np.uint64(count)) >> _S32)


@njit
def normal(base, count):
    """Return the `count`-th standard normal number (0, 1, ...) of a decision (Box & Muller 1958)."""
    first = further(base, 2 * count + 1)
    second = further(base, 2 * count + 2)
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(first)))
    return radius * math.cos(2.0 * math.pi * uniform(second))


@njit
def child_identity(one, other):
    """Return the identity of the brick that two bricks make: a pure function of the unordered pair, never 0."""
    low = min(one, other)
    high = max(one, other)
    value = mix(mix(low + GOLDEN) ^ high)
    return value if value != np.uint64(0) else np.uint64(1)
