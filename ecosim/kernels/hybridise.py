"""Trials: in each meeting each side draws one brick; the pair is tried; a hybrid may be born."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ecosim.kernels.random import below, below_low, child_identity, draw, further, mix, normal, uniform
from ecosim.kernels.spent import contains, insert

# Places in the month's tally (int64), which the record process reads.
TALLY = (
    "meetings", "trials", "incremental", "spontaneous", "recombinant", "copies", "forgotten", "evicted",
    "created", "carried",
)  # fmt: skip
MEETINGS, TRIALS, INCREMENTAL, SPONTANEOUS, RECOMBINANT, COPIES, FORGOTTEN, EVICTED, CREATED, CARRIED = range(10)

_LIMIT = 2.0**53
NEAR = 2**17  # places in portfolios: an ecosystem of so many lies near the processor anyhow
AHEAD = 128  # meetings whose portfolios and bricks are read ahead together


@njit
def fit(distance_squared, openness, matters):
    """Return h(d) = (d/d*)² exp(1 − (d/d*)²), or 1 when distance does not matter (design document, section 2)."""
    if not matters:
        return 1.0
    ratio = distance_squared / (openness * openness)
    return ratio * math.exp(1.0 - ratio)


@njit
def field_at(point, base_drive, centre, strength, width):
    """Return e0 + Σ A_k exp(−|x − c_k|² / 2 w_k²) at a point (d,)."""
    total = base_drive
    for k in range(strength.shape[0]):
        squared = 0.0
        for axis in range(point.shape[0]):
            away = point[axis] - centre[k, axis]
            squared += away * away
        total += strength[k] * math.exp(-squared / (2.0 * width[k] * width[k]))
    return total


@njit
def pair_drive(one, other, point, base_drive, centre, strength, width, openness, matters):
    """Return the drive on a pair of bricks at positions `one` and `other` (d,), and write their midpoint to `point`."""
    squared = 0.0
    for axis in range(point.shape[0]):
        here = np.float64(one[axis])
        there = np.float64(other[axis])
        squared += (here - there) * (here - there)
        point[axis] = 0.5 * (here + there)
    return field_at(point, base_drive, centre, strength, width) * fit(squared, openness, matters)


@njit
def add_to_portfolio(organisation, brick, arrival, key, portfolio, held, carriers, core, tally):
    """Give a hybrid to an organisation; a full portfolio loses a random hybrid, drawn by the identity of `arrival`."""
    count = np.int64(held[organisation])
    if count == portfolio.shape[1]:
        bits = draw(key, arrival)
        slot = core + below(bits, count - core)
        carriers[portfolio[organisation, slot]] -= 1
        portfolio[organisation, slot] = brick
        tally[EVICTED] += 1
    else:
        portfolio[organisation, count] = brick
        held[organisation] = count + 1
    carriers[brick] += 1


@njit
def read_ahead(initiator, met, base, held, portfolio, brick_identity, place, drawn, seen):
    """Read what some meetings are about to read, so that it is near when they do; what is written is of no use.

    Bricks lie all over the memory, and `hybridise` goes through its meetings one after the other. Each of these loops
    waits for many of them at once.
    """
    for k in range(base.shape[0]):
        bits = further(base[k], 3)
        place[k, 0] = below(bits, held[initiator[k]])
        place[k, 1] = below_low(bits, held[max(met[k], 0)])
    for k in range(base.shape[0]):
        drawn[k, 0] = portfolio[initiator[k], place[k, 0]]
        drawn[k, 1] = portfolio[max(met[k], 0), place[k, 1]]
    for k in range(base.shape[0]):
        seen[k] = brick_identity[drawn[k, 0]] ^ brick_identity[drawn[k, 1]]


@njit(cache=True)
def hybridise(
    first, initiator, met, base, layer, drawn, fruit, barrier_key, birth_key, evict_key, month,
    identity, held, portfolio, core,
    brick_identity, position, sectors, generation, birth, parents, inventors, family, carriers, offspring, bricks,
    spent, room, base_drive, centre, strength, width, openness, matters, barrier_scale, birth_spread, spontaneous,
    cohort_offspring, layer_births, tally,
):  # fmt: skip
    """Try the pairs of meetings `first` onwards, in order; stop early when bricks or spent pairs need more room.

    Parameters
    ----------
    initiator, met : int32 (M,); base : uint64 (M,); layer : int8 (M,), from `kernels.meet`
    drawn : int32 (M, 2), filled with the brick drawn on each side (−1: none)
    fruit : uint8 (M,), set to 1 where the trial succeeds
    identity : uint64 (N,); held : int16 (N,); portfolio : int32 (N, K); core : bricks never forgotten
    brick_identity ... offspring : the columns of bricks, with room beyond row `bricks`
    spent : uint64, a power of two long; room : keys that it may still take
    base_drive ... barrier_scale : drive and barriers, in drive units; centre (A, d), strength (A,), width (A,)
    cohort_offspring : float64 (months,), credited to the parent's birth month
    layer_births : int64 (4, 2), spontaneous and recombinant births by layer; tally : int64, see TALLY

    Returns
    -------
    (next meeting to try, bricks, room)

    Source: design document, section 2 (drive, h, quenched barriers).
    """
    dimensions = position.shape[1]
    midpoint = np.empty(dimensions, np.float64)
    most = base_drive
    for k in range(strength.shape[0]):
        most += strength[k]
    refused = np.uint64(max(0.0, math.floor(math.exp(-most / barrier_scale) * _LIMIT) - 1.0))
    capacity = birth.shape[0]
    place = np.empty((AHEAD, 2), np.int32)
    seen = np.empty(AHEAD, np.uint64)
    far = portfolio.size > NEAR
    for index in range(first, met.shape[0]):
        if far and index % AHEAD == 0:
            block = slice(index, index + AHEAD)
            read_ahead(initiator[block], met[block], base[block], held, portfolio, brick_identity, place, drawn[block],
                       seen)  # fmt: skip
        drawn[index, 0] = -1
        drawn[index, 1] = -1
        i = np.int64(initiator[index])
        j = np.int64(met[index])
        if j < 0:
            continue
        if bricks >= capacity or room <= 0:
            return index, bricks, room
        tally[MEETINGS] += 1
        bits = further(base[index], 3)
        mine = below(bits, held[i])
        yours = below_low(bits, held[j])
        a = portfolio[i, mine]
        b = portfolio[j, yours]
        drawn[index, 0] = a
        drawn[index, 1] = b
        if a == b or (mine < core and yours < core and not spontaneous):
            continue
        tally[TRIALS] += 1
        child = child_identity(brick_identity[a], brick_identity[b])
        opening = mix(child ^ barrier_key)
        if (opening >> np.uint64(11)) <= refused:
            continue  # the barrier is above the largest possible drive: no position need be read
        drive = pair_drive(
            position[a], position[b], midpoint, base_drive, centre, strength, width, openness, matters
        )  # fmt: skip
        if -barrier_scale * math.log(uniform(opening)) >= drive or contains(spent, child):
            continue
        insert(spent, child)
        room -= 1
        fruit[index] = 1
        union = sectors[a] | sectors[b]
        if union & (union - np.uint64(1)) == np.uint64(0):
            tally[INCREMENTAL] += 1  # an improvement inside one sector: its pair is spent, no new brick
            continue
        noise = draw(birth_key, child)
        for axis in range(dimensions):
            position[bricks, axis] = midpoint[axis] + birth_spread * normal(noise, axis)
        from_a = mine >= core
        from_b = yours >= core
        brick_identity[bricks] = child
        sectors[bricks] = union
        generation[bricks] = 1 + max(generation[a], generation[b])
        birth[bricks] = month
        parents[bricks, 0] = a
        parents[bricks, 1] = b
        inventors[bricks, 0] = i
        inventors[bricks, 1] = j
        carriers[bricks] = 0
        offspring[bricks] = 0.0
        family[bricks] = bricks
        if from_a or from_b:
            tally[RECOMBINANT] += 1
            layer_births[layer[index], 1] += 1
            leading = a
            if not from_a or (from_b and generation[b] > generation[a]):
                leading = b
            family[bricks] = family[leading]
            credit = 0.5 if from_a and from_b else 1.0
            if from_a:
                offspring[a] += credit
                if birth[a] >= 0:
                    cohort_offspring[birth[a]] += credit
            if from_b:
                offspring[b] += credit
                if birth[b] >= 0:
                    cohort_offspring[birth[b]] += credit
        else:
            tally[SPONTANEOUS] += 1
            layer_births[layer[index], 0] += 1
        add_to_portfolio(i, bricks, child ^ identity[i], evict_key, portfolio, held, carriers, core, tally)
        add_to_portfolio(j, bricks, child ^ identity[j], evict_key, portfolio, held, carriers, core, tally)
        bricks += 1
    return np.int64(met.shape[0]), bricks, room
