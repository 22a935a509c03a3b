"""The table of ties: where a tie stands in its other row, which tie a meeting went over, and new ties among the old.

Rows are ``3 * organisation + layer``; every tie stands in the rows of both its ends, partners in ascending order.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ecosim.kernels.meet import DIGITAL

SHORT = 32  # partners of a row that are counted through: two or three lines of the nearest cache


@njit(cache=True)
def find_mirror(start, partner):
    """Return where every tie stands in its other row (int64, E).

    Rows are read in the order of their organisations, so the ends that point to one row come in that row's own order:
    the next free place of the other row is the tie's.

    start : int64 (3N + 1,); partner : int32 (E,)
    """
    rows = start.shape[0] - 1
    following = start[:rows].copy()
    mirror = np.empty(partner.shape[0], np.int64)
    for row in range(rows):
        layer = row % 3
        for e in range(start[row], start[row + 1]):
            other = 3 * np.int64(partner[e]) + layer
            mirror[e] = following[other]
            following[other] += 1
    return mirror


@njit
def place_of(wanted, low, high, partner):
    """Return the place of `wanted` among the ascending partners from `low` to `high` − 1, or −1."""
    last = high
    while high - low > SHORT:
        middle = (low + high) >> 1
        if partner[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    before = 0
    for e in range(low, high):
        before += partner[e] < wanted  # a sum, not a branch, which would be predicted wrongly every other time
    place = low + before
    return place if place < last and partner[place] == wanted else -1


@njit(cache=True)
def find_ties(initiator, met, layer, start, partner):
    """Return what each meeting went over, int32 (M,): the place of the tie in the initiator's row, −1 for nobody, and
    −2 − partner where somebody was met without a tie (in the digital layer).

    That is one number for the two, to be put in order with the meetings; `read_ties` takes it apart again. Meetings are
    best given organisation by organisation, so that rows are read one after the other.

    initiator, met : int32 (M,); layer : int8 (M,), from `kernels.meet`; start, partner : the ties
    """
    over = np.empty(met.shape[0], np.int32)
    for index in range(met.shape[0]):
        if met[index] >= 0 and layer[index] < DIGITAL:
            row = 3 * np.int64(initiator[index]) + layer[index]
            over[index] = place_of(met[index], start[row], start[row + 1], partner)
        else:
            over[index] = -1 if met[index] < 0 else -2 - met[index]
    return over


@njit(cache=True)
def read_ties(over, partner):
    """Return the tie (int64, −1 for none) and the partner (int32, −1 for nobody) of what `find_ties` returned, (M,)."""
    tie = np.empty(over.shape[0], np.int64)
    met = np.empty(over.shape[0], np.int32)
    for index in range(over.shape[0]):
        if over[index] >= 0:
            tie[index] = over[index]
            met[index] = partner[over[index]]
        else:
            tie[index] = -1
            met[index] = -1 if over[index] == -1 else -2 - over[index]
    return tie, met


@njit(cache=True)
def share_rows(start, weight, trust, pull, first, last, cumulative):
    """Write the running shares of rows `first` to `last` − 1, by weight · (1 + pull · trust), into `cumulative`.

    start : int64 (3N + 1,); weight, trust, cumulative : float32 (E,); the last share of a row is exactly 1
    """
    scale = np.float64(pull)
    for row in range(first, last):
        low = start[row]
        high = start[row + 1]
        if low == high:
            continue
        total = 0.0
        for e in range(low, high):
            total += np.float64(weight[e]) * (1.0 + scale * np.float64(trust[e]))
        running = 0.0
        for e in range(low, high - 1):
            running += np.float64(weight[e]) * (1.0 + scale * np.float64(trust[e]))
            cumulative[e] = running / total
        cumulative[high - 1] = 1.0


@njit(cache=True)
def present(row, wanted, start, partner):
    """Return whether each (row, partner) has a tie already, bool (n,).

    row, wanted : int64 (n,), row may lie beyond the table; start, partner : the ties
    """
    found = np.zeros(row.shape[0], np.bool_)
    for k in range(row.shape[0]):
        if row[k] + 1 < start.shape[0]:
            found[k] = place_of(wanted[k], start[row[k]], start[row[k] + 1], partner) >= 0
    return found


@njit(cache=True)
def insert_ties(start, partner, cumulative, weight, trust, rows, row, other, new_trust, pull):
    """Return the ties with new ends among them: (start, partner, cumulative, weight, trust) of `rows` rows.

    A row that gets nothing new keeps its shares to the bit, so that newcomers change nobody else's draws.

    Parameters
    ----------
    start, partner, cumulative, weight, trust : the ties as they are
    rows : rows of the new table, as many as there are or more
    row, other : int64 (n,), the new ends and whom they lead to, in ascending order of (row, other); none is there yet
    new_trust : trust of the new ties, whose weight is 1; pull : what full trust adds to a weight, as a multiple
    """
    old_rows = start.shape[0] - 1
    total = partner.shape[0] + row.shape[0]
    new_start = np.empty(rows + 1, np.int64)
    new_partner = np.empty(total, np.int32)
    new_cumulative = np.empty(total, np.float32)
    new_weight = np.empty(total, np.float32)
    trusted = np.empty(total, np.float32)
    at = 0
    k = 0
    for r in range(rows):
        new_start[r] = at
        low = start[r] if r < old_rows else 0
        high = start[r + 1] if r < old_rows else 0
        first = k
        for e in range(low, high):
            while k < row.shape[0] and row[k] == r and other[k] < partner[e]:
                new_partner[at] = other[k]
                new_weight[at] = 1.0
                trusted[at] = new_trust
                at += 1
                k += 1
            new_partner[at] = partner[e]
            new_cumulative[at] = cumulative[e]
            new_weight[at] = weight[e]
            trusted[at] = trust[e]
            at += 1
        while k < row.shape[0] and row[k] == r:
            new_partner[at] = other[k]
            new_weight[at] = 1.0
            trusted[at] = new_trust
            at += 1
            k += 1
        new_start[r + 1] = at
        if k > first:
            share_rows(new_start, new_weight, trusted, pull, r, r + 1, new_cumulative)
    return new_start, new_partner, new_cumulative, new_weight, trusted
