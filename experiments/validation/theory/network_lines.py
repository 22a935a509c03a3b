"""Extinction on an actual network: a branching process whose types are the organisations themselves. Plays no run.

An organisation with k hybrids draws one in each of its meetings with probability k / (n0 + k); its partner is one of
its ties by their weight, or anybody (digital). Success takes it to k + 1 and starts the partner's line, copying
starts the partner's line too. In continuous time; the well-mixed twin by months is `theory.chain`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

__all__ = ["extinction_on"]

FloatArray = npt.NDArray[np.float64]


def extinction_on(state: Any, success: float, months: int, levels: int = 12, steps: int = 2) -> FloatArray:
    """Return the probability that the line of one hybrid is gone after some months, by who holds it: float64 (N,).

    state : State of a model without distance, spontaneous births and trust; only its ties and meeting rates are read
    success : π; steps : Runge–Kutta steps per month
    """
    from ecosim.kernels.ties import find_mirror
    from ecosim.reproduction.next_generation import MeetingRates

    ties, knowledge = state.ties, state.parameters.knowledge
    rates = MeetingRates(state, find_mirror(ties.start, ties.partner).astype(np.int32))
    many = len(rates.started)
    # a tie's meetings: `pair` is what both its ends have with each other; rows are those of its first end
    owner = np.repeat(np.arange(many), np.diff(ties.start[:: (len(ties.start) - 1) // many]))
    tied = csr_array((rates.pair.astype(np.float64), (owner, ties.partner)), shape=(many, many))
    started = rates.digital * rates.started
    k = np.arange(1, levels + 1, dtype=np.float64)
    attention = k / (knowledge.core_size + k)
    transmissibility = state.parameters.effective_transmissibility
    lost = knowledge.forgetting * k

    def slope(now: FloatArray) -> FloatArray:
        """now : float64 (levels + 1, N), probability to be gone by k"""
        single = now[1]
        # Σ over partners of meetings × the partner's probability, and the meetings themselves
        met = tied @ single + started * single.mean() + float(started @ single) / many
        meetings = tied @ np.ones(many) + started + started.mean()
        more = np.concatenate([now[2:], now[-1:]])
        out = np.zeros_like(now)
        born = success * (more * met - now[1:] * meetings)
        copied = transmissibility * now[1:] * (met - meetings)
        out[1:] = attention[:, None] * (born + copied) + lost[:, None] * (now[:-1] - now[1:])
        return out

    values = np.zeros((levels + 1, many))
    values[0] = 1.0
    step = 1.0 / steps
    for _ in range(months * steps):
        one = slope(values)
        two = slope(values + step / 2 * one)
        three = slope(values + step / 2 * two)
        values = values + step / 6 * (one + 2 * two + 2 * three + slope(values + step * three))
    return np.asarray(values[1])
