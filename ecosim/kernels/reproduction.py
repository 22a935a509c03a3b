"""Counts over all portfolios, for the next-generation matrix and for the latent opportunities."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ecosim.kernels.hybridise import pair_drive
from ecosim.kernels.meet import BRIDGE
from ecosim.kernels.random import child_identity, draw, further, mix, uniform
from ecosim.kernels.spent import contains


@njit(cache=True)
def classify(position, first, last, centres, place):
    """Write the nearest class of bricks `first` to `last` − 1 into `place` (uint8).

    position : float32 (B, d); centres : float32 (P, d), P <= 256.
    """
    for row in range(first, last):
        best = np.float32(1e30)
        for p in range(centres.shape[0]):
            squared = np.float32(0.0)
            for axis in range(centres.shape[1]):
                away = position[row, axis] - centres[p, axis]
                squared += away * away
            if squared < best:
                best = squared
                place[row] = p


@njit(cache=True)
def portfolio_shares(group, held, portfolio, core, place, groups, classes, levels):
    """Return what a partner draws in each group, and how many hybrids its members hold.

    group : int32 (N,), −1 for who is gone; place : uint8 (B,), class of each brick

    Returns
    -------
    shares : float64 (G, P, 2), mean share of a draw by class, basic bricks and hybrids apart
    holding : float64 (G, levels), number of members by hybrids held (0, 1, ...; the last takes all above)
    hybrids : float64 (G, P), hybrids held in the group, by class
    """
    shares = np.zeros((groups, classes, 2))
    holding = np.zeros((groups, levels))
    hybrids = np.zeros((groups, classes))
    for i in range(group.shape[0]):
        g = group[i]
        if g < 0:
            continue
        count = held[i]
        weight = 1.0 / count
        for slot in range(count):
            p = place[portfolio[i, slot]]
            if slot < core:
                shares[g, p, 0] += weight
            else:
                shares[g, p, 1] += weight
                hybrids[g, p] += 1.0
        holding[g, min(count - core, levels - 1)] += 1.0
    return shares, holding, hybrids


@njit(cache=True)
def participation(start, partner, cumulative, mirror, started, cluster, shares, bridge_open, held, pair_rate):
    """Write how often the two ends of each tie meet, and return how many meetings each organisation takes part in.

    start, partner, cumulative : the ties, see `state.Ties`; mirror : int32 (E,), place of the same tie at its other end
    started : float64 (N,), meetings started per month; shares : float64 (4,), of the layers; bridge_open : float64 (C,)
    pair_rate : float32 (E,), written, meetings per month whoever starts them

    Returns
    -------
    float64 (N,), meetings in ties per month
    """
    organisations = started.shape[0]
    total = np.zeros(organisations)
    for i in range(organisations):
        for layer in range(3):
            row = 3 * i + layer
            rate = started[i] * shares[layer]
            if layer == BRIDGE:
                rate *= bridge_open[cluster[i]]
            before = np.float32(0.0)
            for e in range(start[row], start[row + 1]):
                pair_rate[e] = rate * (cumulative[e] - before) if held[partner[e]] > 0 else 0.0
                before = cumulative[e]
    for i in range(organisations):
        for e in range(start[3 * i], start[3 * i + 3]):
            if mirror[e] > e:
                both = pair_rate[e] + pair_rate[mirror[e]]
                pair_rate[e] = both
                pair_rate[mirror[e]] = both
            total[i] += pair_rate[e]
    return total


@njit(cache=True)
def meetings_between_groups(start, partner, pair_rate, trust, copying, group, groups, held, forgetting,
                            transmissibility):  # fmt: skip
    """Return meetings per month between groups through ties, as far as they are worth something to a hybrid.

    Two float64 (G, G): for births, where trying the same pair again is worth nothing (each pair of a hybrid and a brick
    is tried at rate ``w / (n n')``, of which a life of 1/μ leaves ``1 / (1 + w / (n n' μ))``); and for copies, where a
    partner that has the hybrid cannot catch it again (``1 / (1 + w τ / (n μ))``). n counts the hybrid itself. With
    trust (float32, E; empty without) τ is that of the tie, up to 1, and copies are given in meetings of the usual τ.
    """
    births = np.zeros((groups, groups))
    copies = np.zeros((groups, groups))
    for i in range(group.shape[0]):
        g = group[i]
        if g < 0:
            continue
        own = np.float64(held[i]) + 1.0
        for e in range(start[3 * i], start[3 * i + 3]):
            j = partner[e]
            other = group[j]
            if other < 0:
                continue
            rate = np.float64(pair_rate[e])
            births[g, other] += rate / (1.0 + rate / (own * held[j] * forgetting))
            raised = 1.0
            if trust.shape[0] > 0 and transmissibility > 0.0:
                raised = min(1.0 + copying * np.float64(trust[e]), 1.0 / transmissibility)
            copies[g, other] += raised * rate / (1.0 + rate * raised * transmissibility / (own * forgetting))
    return births, copies


@njit(cache=True)
def success_by_class(samples, counts, centres, key, trials, base_drive, centre, strength, width,
                     openness, matters, barrier_scale):  # fmt: skip
    """Return the probability that a hybrid of class p meeting a brick of class q makes one of class r.

    samples : float32 (P, M, d), positions of each class, `counts` (P,) of them; `trials` random pairs per (p, q).
    Returns float64 (P, P, P). A pair's success is 1 − exp(−drive / E0) (design document, section 2).
    """
    classes, dimensions = centres.shape
    out = np.zeros((classes, classes, classes))
    point = np.empty(dimensions)
    for p in range(classes):
        for q in range(classes):
            for t in range(trials):
                own = draw(key, np.uint64((p * classes + q) * trials + t))
                a = np.int64(own % np.uint64(counts[p]))
                b = np.int64(further(own, 1) % np.uint64(counts[q]))
                drive = pair_drive(
                    samples[p, a], samples[q, b], point, base_drive, centre, strength, width, openness, matters
                )  # fmt: skip
                best = 1e30
                r = 0
                for c in range(classes):
                    away = 0.0
                    for axis in range(dimensions):
                        step = point[axis] - np.float64(centres[c, axis])
                        away += step * step
                    if away < best:
                        best = away
                        r = c
                out[p, q, r] += (1.0 - math.exp(-drive / barrier_scale)) / trials
    return out


@njit(cache=True)
def open_pairs(key, samples, barrier_key, met, initiator, held, portfolio, brick_identity, position, spent,
               base_drive, centre, strength, width, openness, matters, barrier_scale):  # fmt: skip
    """Return (pairs looked at, open and unspent pairs among them, sum of portfolio products) over random meetings.

    A pair is open when its barrier lies below the present drive: a latent opportunity within reach.
    """
    point = np.empty(position.shape[1])
    looked = 0
    found = 0
    products = 0.0
    meetings = met.shape[0]
    for s in range(samples):
        own = draw(key, np.uint64(s))
        index = np.int64(own % np.uint64(meetings))
        i = initiator[index]
        j = met[index]
        if j < 0 or held[i] == 0 or held[j] == 0:
            continue
        a = portfolio[i, np.int64(further(own, 1) % np.uint64(held[i]))]
        b = portfolio[j, np.int64(further(own, 2) % np.uint64(held[j]))]
        if a == b:
            continue
        looked += 1
        products += np.float64(held[i]) * np.float64(held[j])
        child = child_identity(brick_identity[a], brick_identity[b])
        drive = pair_drive(position[a], position[b], point, base_drive, centre, strength, width, openness, matters)
        u = max(uniform(mix(child ^ barrier_key)), 1e-300)
        if -barrier_scale * math.log(u) < drive and not contains(spent, child):
            found += 1
    return looked, found, products
