"""Inside alliances: members take over hybrids from one another, and how much they trust one another."""

from __future__ import annotations

import numpy as np
from numba import njit

from ecosim.kernels.hybridise import COPIES, add_to_portfolio
from ecosim.kernels.propagate import holds
from ecosim.kernels.random import below, draw, further, uniform


@njit(cache=True)
def share(key, evict_key, rate, member, first, last, identity, held, portfolio, core, brick_identity, carriers, tally):
    """Let each member of an alliance take over a hybrid of another with probability `rate`.

    Parameters
    ----------
    member : int64 (M,), rows of organisations, alliance by alliance; first, last : int64 (M,), where the member's
        alliance begins and ends in `member`
    The other arguments are those of `kernels.propagate.propagate`.
    """
    for index in range(member.shape[0]):
        i = member[index]
        fellows = last[index] - first[index]
        if fellows < 2:
            continue
        own = draw(key, identity[i])
        if uniform(own) >= rate:
            continue
        place = first[index] + below(further(own, 1), fellows - 1)
        other = member[place if place < index else place + 1]
        if held[other] <= core:
            continue
        brick = portfolio[other, core + below(further(own, 2), held[other] - core)]
        if holds(i, brick, portfolio, held, core):
            continue
        add_to_portfolio(
            i, brick, brick_identity[brick] ^ identity[i], evict_key, portfolio, held, carriers, core, tally
        )
        tally[COPIES] += 1


@njit(cache=True)
def mutual_trust(member, alliance, start, partner, trust, total, ties):
    """Add up the trust of ties between members of the same alliance.

    member : int64 (M,), rows of organisations; alliance : int32 (N,); start : int64 (3N + 1,), partner : int32 (E,),
    trust : float32 (E,), the ties; total, ties : float64 (alliances,), written: sum of trust and number of ties.
    """
    for index in range(member.shape[0]):
        i = member[index]
        for place in range(start[3 * i], start[3 * i + 3]):
            if alliance[partner[place]] == alliance[i]:
                total[alliance[i]] += np.float64(trust[place])
                ties[alliance[i]] += 1.0
