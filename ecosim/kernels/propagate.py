"""Copying: a hybrid drawn in a meeting may be copied to the other side."""

from __future__ import annotations

from numba import njit

from ecosim.kernels.hybridise import COPIES, add_to_portfolio
from ecosim.kernels.random import further, uniform


@njit
def holds(organisation, brick, portfolio, held, core):
    """Return whether an organisation holds a hybrid."""
    for slot in range(core, held[organisation]):  # noqa: SIM110 (Numba compiles loops, not generators)
        if portfolio[organisation, slot] == brick:
            return True
    return False


@njit(cache=True)
def propagate(
    initiator, met, base, drawn, fruit, transmissibility, raised, evict_key,
    identity, held, portfolio, core, brick_identity, generation, carriers, tally,
):  # fmt: skip
    """Copy each drawn hybrid to the other side with probability `transmissibility`, meeting by meeting.

    Arguments are those of `kernels.hybridise.hybridise`, which fills `drawn` (int32, M × 2), and

    raised : float64 (M,), by what each meeting's transmissibility is multiplied (up to 1 in all); empty: by 1
    fruit : uint8 (M,), set to 1 where a hybrid is copied
    """
    chance = transmissibility
    for index in range(met.shape[0]):
        if raised.shape[0] > 0:
            chance = transmissibility * raised[index]  # above 1 it is as good as 1: every draw lies below
        for side in range(2):
            brick = drawn[index, side]
            if brick < 0 or uniform(further(base[index], 4 + side)) >= chance:
                continue
            if generation[brick] == 0:
                continue
            receiver = met[index] if side == 0 else initiator[index]
            if held[receiver] == 0 or holds(receiver, brick, portfolio, held, core):
                continue
            arrival = brick_identity[brick] ^ identity[receiver]
            add_to_portfolio(receiver, brick, arrival, evict_key, portfolio, held, carriers, core, tally)
            tally[COPIES] += 1
            fruit[index] = 1
