"""Basic bricks: the core that every organisation starts with, and what labs renew in it."""

from __future__ import annotations

import numpy as np
from numba import njit

from ecosim.kernels.hybridise import CREATED
from ecosim.kernels.random import GOLDEN, below, draw, further, mix, normal, uniform


@njit
def write_basic(row, own, organisation, sector, month, centres, spread, brick_identity, position, sectors,
                generation, birth, parents, inventors, family, carriers, offspring):  # fmt: skip
    """Write one basic brick of `organisation`, around the centre of its sector, into a row of the brick columns."""
    brick_identity[row] = own
    for axis in range(position.shape[1]):
        position[row, axis] = centres[sector, axis] + spread * normal(own, axis)
    sectors[row] = np.uint64(1) << np.uint64(sector)
    generation[row] = 0
    birth[row] = month
    parents[row, 0] = -1
    parents[row, 1] = -1
    inventors[row, 0] = organisation
    inventors[row, 1] = -1
    family[row] = -1
    carriers[row] = 1
    offspring[row] = 0.0


@njit(cache=True)
def found_cores(
    key, month, first, last, bricks, identity, sector, held, portfolio, core, centres, spread,
    brick_identity, position, sectors, generation, birth, parents, inventors, family, carriers, offspring,
):  # fmt: skip
    """Give organisations `first` to `last` − 1 their `core` basic bricks, made in `month`, −1: before the first.

    Returns the number of bricks then.
    """
    for i in range(first, last):
        for slot in range(core):
            own = draw(key, identity[i] + np.uint64(slot) * GOLDEN)
            write_basic(bricks, own, i, sector[i], month, centres, spread, brick_identity, position, sectors,
                        generation, birth, parents, inventors, family, carriers, offspring)  # fmt: skip
            portfolio[i, slot] = bricks
            bricks += 1
        held[i] = core
    return bricks


@njit(cache=True)
def renew(
    key, probability, month, labs, bricks, identity, sector, held, portfolio, core, centres, spread,
    brick_identity, position, sectors, generation, birth, parents, inventors, family, carriers, offspring, tally,
):  # fmt: skip
    """Let each lab renew one random brick of its core with `probability`; return the number of bricks then.

    labs : int64 (L,), rows of the labs. The brick columns must have room for L more rows.
    """
    for index in range(labs.shape[0]):
        i = labs[index]
        if held[i] == 0:
            continue
        own = draw(key, mix(identity[i]))
        if uniform(own) >= probability:
            continue
        write_basic(bricks, further(own, 1), i, sector[i], month, centres, spread, brick_identity, position, sectors,
                    generation, birth, parents, inventors, family, carriers, offspring)  # fmt: skip
        slot = below(further(own, 2), core)
        carriers[portfolio[i, slot]] -= 1
        portfolio[i, slot] = bricks
        tally[CREATED] += 1
        bricks += 1
    return bricks
