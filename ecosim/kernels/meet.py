"""Who meets whom this month, and in which order."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ecosim.kernels.random import GOLDEN, draw, further, mix, uniform

CLUSTER, BRIDGE, SCIENCE, DIGITAL = range(4)  # the layers
LIKELY = 8  # at the usual rates hardly anybody starts as many meetings in a month
PART = 11  # 2^11 meetings are put in order at a time: they fit into the nearest caches
_CUT = 1.0 - 1e-12
_JUMP = np.uint64(2862933555777941757)
_ONE = np.uint64(1)
_S33 = np.uint64(33)


@njit
def poisson(u, mean):
    """Return the Poisson quantile of `u` (inversion; it only grows with `mean`).

    The last 10⁻¹² of `u` is cut off: there rounding of the running sum would decide. Above a mean of 500, where
    ``exp(-mean)`` underflows, the sum starts ten standard deviations below the mean.
    """
    u = min(u, _CUT)
    count = 0
    term = math.exp(-mean)
    if mean > 500.0:
        count = int(mean - 10.0 * math.sqrt(mean))
        term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1.0))
    total = term
    while u >= total and (term > 1e-20 or count < mean):
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


@njit
def running_poisson(mean, running):
    """Write the probabilities of at most 0, 1, 2, ... events, with the arithmetic of `poisson`."""
    term = math.exp(-mean)
    running[0] = term
    for count in range(1, running.shape[0]):
        term *= mean / count
        running[count] = running[count - 1] + term


@njit(cache=True)
def start_meetings(key, identity, held, rate):
    """Return the meetings that organisations start this month, organisation by organisation.

    Parameters
    ----------
    key : uint64, the stream of the month
    identity : uint64 (N,), held : int16 (N,) bricks held, 0 for who is gone
    rate : float32 (N,), meetings started per month

    Returns
    -------
    base : uint64 (M,), the meeting's own draw, which is also its time in the month; initiator : int32 (M,)
    """
    organisations = held.shape[0]
    counts = np.zeros(organisations, np.int32)
    total = 0
    running = np.empty(LIKELY)
    mean = 0.0
    for i in range(organisations):
        if held[i] > 0 and rate[i] > 0.0:
            u = min(uniform(draw(key, identity[i])), _CUT)
            if rate[i] != mean:
                mean = np.float64(rate[i])
                running_poisson(mean, running)
            for k in range(LIKELY):
                counts[i] += u >= running[k]  # a sum, not a branch, which would often be predicted wrongly
            if counts[i] == LIKELY:
                counts[i] = poisson(u, mean)
            total += counts[i]
    base = np.empty(total, np.uint64)
    initiator = np.empty(total, np.int32)
    index = 0
    for i in range(organisations):
        own = mix(identity[i] + GOLDEN) ^ key
        for k in range(counts[i]):
            base[index] = mix(own + np.uint64(k + 1) * GOLDEN)
            initiator[index] = i
            index += 1
    return base, initiator


@njit
def first_above(u, low, high, cumulative):
    """Return the first place from `low` to `high` − 1 whose running share lies above `u`."""
    place = low + np.int64(u * (high - low))
    if u < cumulative[place] and (place == low or u >= cumulative[place - 1]):
        return place  # where it is when all ties weigh the same
    high -= 1
    while low < high:
        place = (low + high) >> 1
        if u < cumulative[place]:
            high = place
        else:
            low = place + 1
    return low


@njit(cache=True)
def find_partners(base, initiator, cluster, shares, bridge_open, start, partner, cumulative, held):
    """Return the layer and the partner of each meeting (−1: nobody there).

    Parameters
    ----------
    base : uint64 (M,), initiator : int32 (M,), from `start_meetings`: in that order, so that ties are read in a row
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
        u = uniform(further(base[index], 1))
        chosen = (u >= shares[0]) + (u >= shares[1]) + (u >= shares[2])
        width = (shares[1] - shares[0]) * bridge_open[cluster[initiator[index]]]
        layer[index] = -1 if chosen == BRIDGE and u - shares[0] >= width else chosen
        met[index] = -1
    for index in range(meetings):
        i = initiator[index]
        if layer[index] == DIGITAL:
            for attempt in range(1000):  # again while it is oneself or nobody is left there
                j = seat(further(base[index], 16 + attempt), organisations)
                if j != i and held[j] > 0:
                    met[index] = j
                    break
        elif layer[index] >= 0:
            row = 3 * np.int64(i) + layer[index]
            if start[row] < start[row + 1]:
                place = first_above(uniform(further(base[index], 2)), start[row], start[row + 1], cumulative)
                if held[partner[place]] > 0:
                    met[index] = partner[place]
    return layer, met


@njit
def deal(first, last, skipped, bits, place, meetings, dealt):
    """Write rows `first` to `last` − 1 of `meetings` into the same rows of `dealt`, by some bits of their draw.

    skipped, bits : how many of the highest bits are not looked at, and how many then are
    place : int32 (2^bits,), left with the first row of each value of the bits
    meetings, dealt : (base, initiator, layer, met), columns as of `put_in_order`
    """
    base, initiator, layer, met = meetings
    new_base, new_initiator, new_layer, new_met = dealt
    shift = np.uint64(64 - skipped - bits)
    mask = np.uint64((1 << bits) - 1)
    place[:] = 0
    for index in range(first, last):
        place[(base[index] >> shift) & mask] += 1
    end = first
    for value in range(1 << bits):
        end += place[value]
        place[value] = end
    for index in range(first, last):
        value = (base[index] >> shift) & mask
        place[value] -= 1
        row = place[value]
        new_base[row] = base[index]
        new_initiator[row] = initiator[index]
        new_layer[row] = layer[index]
        new_met[row] = met[index]


@njit(cache=True)
def put_in_order(base, initiator, layer, met):
    """Put the meetings into the order in which they take place: by their draws, all 64 bits, which is at random.

    They are dealt into parts that fit into the nearest caches, then each part by finer bits (memory written all over
    the place would cost more than all the rest); the few that still stand the wrong way round are put right.

    base : uint64 (M,), initiator : int32 (M,), layer : int8 (M,), met : int32 (M,), in any order; overwritten
    """
    total = base.shape[0]
    bits = 0
    while (1 << bits) < total:
        bits += 1
    coarse = max(bits - PART, 1)
    fine = max(bits - coarse, 0) + 2  # four places to a meeting: most have one to themselves
    meetings = base, initiator, layer, met
    parts = np.empty(total, np.uint64), np.empty(total, np.int32), np.empty(total, np.int8), np.empty(total, np.int32)
    part = np.empty(1 << coarse, np.int32)
    place = np.empty(1 << fine, np.int32)
    deal(0, total, 0, coarse, part, meetings, parts)
    for p in range(1 << coarse):
        last = part[p + 1] if p + 1 < (1 << coarse) else total
        deal(part[p], last, coarse, fine, place, parts, meetings)
    for index in range(1, total):
        row = index
        while row > 0 and base[row - 1] > base[row]:
            base[row - 1], base[row] = base[row], base[row - 1]
            initiator[row - 1], initiator[row] = initiator[row], initiator[row - 1]
            layer[row - 1], layer[row] = layer[row], layer[row - 1]
            met[row - 1], met[row] = met[row], met[row - 1]
            row -= 1
