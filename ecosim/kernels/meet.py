"""Who meets whom this month, and in which order."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ecosim.kernels.random import GOLDEN, draw, further, mix, uniform

BRIDGE = 1
DIGITAL = 3
_JUMP = np.uint64(2862933555777941757)
_ONE = np.uint64(1)
_S33 = np.uint64(33)


@njit
def poisson(u, mean):
    """Return the Poisson quantile of `u` (inversion; it only grows with `mean`).

    The last 10⁻¹² of `u` is cut off: there rounding of the running sum would decide.
    """
    u = min(u, 1.0 - 1e-12)
    term = math.exp(-mean)
    total = term
    count = 0
    while u >= total:
        count += 1
        term *= mean / count
        total += term
    return count


@njit
def seat(bits, seats):
    """Return one of `seats` places, uniformly, such that one place more takes over 1 / (seats + 1) of all and moves no
    other (jump consistent hash, Lamping & Veach 2014).
    """  # fmt: skip
    chosen = np.int64(-1)
    following = np.int64(0)
    while following < seats:
        chosen = following
        bits = bits * _JUMP + _ONE
        following = np.int64(np.float64(chosen + 1) * (2147483648.0 / np.float64((bits >> _S33) + _ONE)))
    return chosen


@njit(cache=True)
def start_meetings(key, identity, held, rate):
    """Return the meetings that organisations start this month, in random order.

    Parameters
    ----------
    key : uint64, the stream of the month
    identity : uint64 (N,), held : int16 (N,) bricks held, 0 for who is gone
    rate : float32 (N,), meetings started per month

    Returns
    -------
    base : uint64 (M,), the meeting's own draw, sorted: it is also the meeting's time in the month
    initiator : int32 (M,)
    """
    organisations = held.shape[0]
    counts = np.zeros(organisations, np.int32)
    total = 0
    for i in range(organisations):
        if held[i] > 0 and rate[i] > 0.0:
            counts[i] = poisson(uniform(draw(key, identity[i])), np.float64(rate[i]))
            total += counts[i]
    bits = 0
    while (1 << bits) < total:
        bits += 1
    shift = np.uint64(64 - max(bits, 1))
    buckets = 1 << max(bits, 1)
    first = np.zeros(buckets + 1, np.int32)
    for i in range(organisations):
        own = mix(identity[i] + GOLDEN) ^ key
        for k in range(counts[i]):
            first[(mix(own + np.uint64(k + 1) * GOLDEN) >> shift) + np.uint64(1)] += 1
    for b in range(buckets):
        first[b + 1] += first[b]
    base = np.empty(total, np.uint64)
    initiator = np.empty(total, np.int32)
    filled = first[:-1].copy()
    for i in range(organisations):
        own = mix(identity[i] + GOLDEN) ^ key
        for k in range(counts[i]):
            value = mix(own + np.uint64(k + 1) * GOLDEN)
            bucket = value >> shift
            place = filled[bucket]
            filled[bucket] += 1
            # insertion keeps each bucket sorted by the whole 64 bits: no tie, no trace of row order
            while place > first[bucket] and base[place - 1] > value:
                base[place] = base[place - 1]
                initiator[place] = initiator[place - 1]
                place -= 1
            base[place] = value
            initiator[place] = i
    return base, initiator


@njit(cache=True)
def find_partners(base, initiator, cluster, shares, bridge_open, start, partner, cumulative, held):
    """Return the layer and the partner of each meeting (−1: nobody there).

    Parameters
    ----------
    base : uint64 (M,), initiator : int32 (M,), from `start_meetings`
    cluster : int32 (N,); shares : float64 (4,), cumulative shares of the layers
    bridge_open : float64 (C,), share of its members' bridge meetings that a cluster lets take place
    start : int64 (3N + 1,), partner : int32 (E,), cumulative : float32 (E,), the ties: row ``3i + layer``
    held : int16 (N,) bricks held, 0 for who is gone

    Returns
    -------
    layer : int8 (M,), met : int32 (M,)
    """
    meetings = base.shape[0]
    organisations = held.shape[0]
    layer = np.empty(meetings, np.int8)
    met = np.empty(meetings, np.int32)
    for index in range(meetings):
        i = initiator[index]
        met[index] = -1
        layer[index] = -1
        u = uniform(further(base[index], 1))
        chosen = 0
        while chosen < 3 and u >= shares[chosen]:
            chosen += 1
        if chosen == BRIDGE and u - shares[0] >= (shares[1] - shares[0]) * bridge_open[cluster[i]]:
            continue
        layer[index] = chosen
        if chosen == DIGITAL:
            for attempt in range(1000):  # again while it is oneself or nobody is left there
                j = seat(further(base[index], 16 + attempt), organisations)
                if j != i and held[j] > 0:
                    met[index] = j
                    break
            continue
        row = 3 * np.int64(i) + chosen
        low = start[row]
        high = start[row + 1]
        if low == high:
            continue
        u = uniform(further(base[index], 2))
        high -= 1
        while low < high:
            middle = (low + high) >> 1
            if u < cumulative[middle]:
                high = middle
            else:
                low = middle + 1
        if held[partner[low]] > 0:
            met[index] = partner[low]
    return layer, met
