"""Random numbers as pure functions of (seed, process, month, identity), on Python's own whole numbers.

A stream's key is a BLAKE2b digest of ``seed/process/month``. A 64-bit draw is a finaliser of SplitMix64 (Steele, Lea &
Flood 2014) applied to the identity and, once more, to that mixed with the key. A decision that needs several numbers
continues as SplitMix64 does: its n-th further draw is the finaliser of ``base + n · GOLDEN``.
"""

from __future__ import annotations

import hashlib
import math
import struct

WORD = 2**64
GOLDEN = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio


def stream_key(seed: int, process: str, month: int = 0) -> int:
    """Return the key of a stream: what draws (a process and, after a space, which of its decisions), and when."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{process}/{month}".encode(), digest_size=8).digest(), "little")


def mix(value: int) -> int:
    """Return the finaliser of SplitMix64."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) % WORD
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) % WORD
    return value ^ (value >> 31)


def stem(key: int, identity: int) -> int:
    """Return what an identity is in a stream before the last mixing; further draws of a stem are a list of draws."""
    return mix((identity + GOLDEN) % WORD) ^ key


def draw(key: int, identity: int) -> int:
    """Return the 64 random bits of an identity in a stream."""
    return mix(stem(key, identity))


def second(identity: int) -> int:
    """Return the identity under which something makes a second decision in the same month."""
    return (identity + GOLDEN) % WORD


def further(base: int, number: int) -> int:
    """Return the further draw of that number (1, 2, ...) of a decision whose first bits are `base`."""
    return mix((base + number * GOLDEN) % WORD)


def uniform(bits: int) -> float:
    """Return a number in [0, 1): the upper 53 bits."""
    return (bits >> 11) / 2**53


def below(bits: int, count: int) -> int:
    """Return a whole number in [0, count) from the upper 32 bits."""
    return (bits >> 32) * count // 2**32


def below_low(bits: int, count: int) -> int:
    """Return a whole number in [0, count) from the lower 32 bits."""
    return (bits % 2**32) * count // 2**32


def normal(base: int, number: int) -> float:
    """Return the standard normal number (0, 1, ...) of a decision, each from two further draws (Box & Muller 1958)."""
    radius = math.sqrt(-2 * math.log(1 - uniform(further(base, 2 * number + 1))))
    return radius * math.cos(2 * math.pi * uniform(further(base, 2 * number + 2)))


def poisson(u: float, mean: float) -> int:
    """Return the smallest count whose cumulative Poisson probability exceeds `u` (inversion)."""
    u = min(u, 1 - 1e-12)
    count, probability = 0, math.exp(-mean)
    if mean > 500:  # exp(-mean) would be 0: begin ten standard deviations below the mean
        count = int(mean - 10 * math.sqrt(mean))
        probability = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    cumulative = probability
    while u >= cumulative and (probability > 1e-20 or count < mean):
        count += 1
        probability *= mean / count
        cumulative += probability
    return count


def seat(bits: int, seats: int) -> int:
    """Return one of `seats` places such that one place more moves only whom it takes (Lamping & Veach 2014)."""
    chosen, following = -1, 0
    while following < seats:
        chosen = following
        bits = (bits * 2862933555777941757 + 1) % 2**64
        following = int((chosen + 1) * (2.0**31 / (bits // 2**33 + 1)))
    return chosen


def child_identity(one: int, other: int) -> int:
    """Return the identity of the brick that two bricks make: of the unordered pair; 0 is kept for "none"."""
    low, high = sorted((one, other))
    return draw(high, low) or 1


def single(value: float) -> float:
    """Return `value` as the design stores it where it stores 32-bit floats: positions, homes, rates, tie shares."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded
