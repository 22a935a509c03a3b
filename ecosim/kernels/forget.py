"""Forgetting: each carrier of a hybrid may lose it, each month, independently."""

from __future__ import annotations

from numba import njit

from ecosim.kernels.hybridise import CARRIED, FORGOTTEN
from ecosim.kernels.random import draw, mix, uniform


@njit(cache=True)
def forget(key, probability, identity, held, portfolio, core, brick_identity, carriers, tally):
    """Remove each hybrid of each portfolio with `probability`; the draw belongs to (organisation, brick, month).

    Never keyed by the portfolio's slot: a brick moved into a slot would share its predecessor's fate.
    """
    for i in range(held.shape[0]):
        count = held[i]
        if count <= core:
            continue
        tally[CARRIED] += count - core
        own = mix(identity[i])
        slot = count - 1
        while slot >= core:
            brick = portfolio[i, slot]
            if uniform(draw(key, own ^ brick_identity[brick])) < probability:
                count -= 1
                portfolio[i, slot] = portfolio[i, count]
                carriers[brick] -= 1
                tally[FORGOTTEN] += 1
            slot -= 1
        held[i] = count
