"""Trust on ties: it grows where a meeting bears fruit, wears off where none does, and fades where nobody meets."""

from __future__ import annotations

import numpy as np
from numba import njit

from ecosim.kernels.meet import BRIDGE, CLUSTER
from ecosim.kernels.ties import share_rows

CLOSEST = 3  # partners whose share of the meetings is the closure


@njit(cache=True)
def update_trust(tie, met, fruit, gain, failure, disuse, trust, mirror):
    """Let this month's meetings and the silence on all other ties change trust, the same at both ends of a tie.

    Parameters
    ----------
    tie : int64 (M,), the tie of each meeting in the order in which they took place, −1 for none
    met : int32 (M,), −1 for nobody: who has left since takes no part; fruit : uint8 (M,), whether something came of it
    gain, failure, disuse : shares, of what is missing to 1 and of what is there
    trust : float32 (E,), changed; mirror : int64 (E,), where the tie stands in its other row

    Source: design document, section 4: ``w += η (1 − w)`` on success, ``w −= φ w`` on failure, ``w −= δ w`` in a month
    without meeting.
    """
    used = np.zeros(trust.shape[0], np.uint8)
    for index in range(tie.shape[0]):
        e = tie[index]
        if e < 0 or met[index] < 0:
            continue
        w = np.float64(trust[e])
        if fruit[index] > 0:
            w += gain * (1.0 - w)
        else:
            w -= failure * w
        there = mirror[e]
        trust[e] = w
        trust[there] = w
        used[e] = 1
        used[there] = 1
    for e in range(trust.shape[0]):
        kept = 1.0 if used[e] else 1.0 - disuse
        trust[e] = np.float64(trust[e]) * kept  # each end by itself: equal numbers stay equal


@njit(cache=True)
def draw_together(start, weight, trust, pull, cumulative):
    """Write all rows' running shares anew, by weight · (1 + pull · trust); arguments of `share_rows`."""
    share_rows(start, weight, trust, pull, 0, start.shape[0] - 1, cumulative)


@njit(cache=True)
def raise_copying(tie, trust, copying):
    """Return by what trust multiplies the transmissibility of each meeting: 1 + copying · w, or 1 (float64, M)."""
    raised = np.ones(tie.shape[0])
    for index in range(tie.shape[0]):
        if tie[index] >= 0:
            raised[index] += copying * np.float64(trust[tie[index]])
    return raised


@njit
def share_of_largest(chance, largest):
    """Return the share of the largest `chance` among all of them; as many as there is room for in `largest`."""
    total = 0.0
    largest[:] = 0.0
    for k in range(chance.shape[0]):
        p = chance[k]
        total += p
        if p > largest[-1]:
            for rank in range(largest.shape[0]):
                if p > largest[rank]:
                    largest[rank], p = p, largest[rank]
    return largest.sum() / total if total > 0.0 else 0.0


@njit(cache=True)
def concentration(start, partner, cumulative, cluster, shares, bridge_open, held, effective, closest):
    """Write how an organisation's meetings over ties are spread over its partners.

    The chance that such a meeting is with a partner adds up over the layers, by their shares; partners who are gone are
    left out, and the rest sums to 1.

    start, partner, cumulative : the ties; cluster : int32 (N,); shares : float64 (4,), of the layers
    bridge_open : float64 (C,); held : int16 (N,), 0 for who is gone
    effective : float64 (N,), written, 1 / Σ p², 0 for who can meet nobody
    closest : float64 (N,), written, share of the three largest p among those of the cluster layer, 0 without any
    """
    organisations = held.shape[0]
    place = np.full(organisations, -1, np.int64)  # of a partner among those of the organisation that is looked at
    longest = 0
    for i in range(organisations):
        longest = max(longest, start[3 * i + 3] - start[3 * i])
    chance = np.empty(longest)
    largest = np.empty(CLOSEST)
    for i in range(organisations):
        effective[i] = 0.0
        closest[i] = 0.0
        if held[i] == 0:
            continue
        count = 0
        first = start[3 * i]
        for layer in range(3):
            share = shares[layer]
            if layer == BRIDGE:
                share *= bridge_open[cluster[i]]
            before = np.float32(0.0)
            for e in range(start[3 * i + layer], start[3 * i + layer + 1]):
                p = share * (cumulative[e] - before)
                before = cumulative[e]
                j = partner[e]
                if held[j] == 0:
                    continue
                if place[j] >= first:  # known from another layer: older entries stand before this organisation's
                    chance[place[j] - first] += p
                else:
                    place[j] = first + count
                    chance[count] = p
                    count += 1
            if layer == CLUSTER:
                closest[i] = share_of_largest(chance[:count], largest)
        total = 0.0
        squares = 0.0
        for k in range(count):
            total += chance[k]
            squares += chance[k] * chance[k]
        if squares > 0.0:
            effective[i] = total * total / squares
