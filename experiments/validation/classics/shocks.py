"""Watts' threshold rule as one process: a month is one shock, and the cascade of adoptions that follows from it.

The rule (Watts 2002, PNAS 99:5766): an organisation of k partners adopts as soon as a share of at least its threshold φ
of them has. One organisation, drawn uniformly, adopts by itself; all others begin the month without. Nobody ever goes
back in a cascade, so that who has adopted in the end is the same in whatever order they are asked, at once or one
after the other: the kernel asks them in the order in which their partners adopted. Knows nothing of bricks, nor of
what is asked of the model (`watts`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import special

from ecosim import Process
from ecosim.streams import uniforms

__all__ = ["Shock"]

IntArray = npt.NDArray[Any]


class Shock(Process):
    """One cascade a month; thresholds, drawn once, are normal with mean φ and standard deviation σ.

    Columns ``organisations.needed``, int32: how many partners must have adopted (1 for who is vulnerable, k + 1 for who
    never adopts); ``.adopted``, int64: the last month in which the organisation adopted, counted from 1;
    ``.adopters``, int32: partners that had adopted then. ``state.extra["cascades"]``: the size of every month's
    cascade, the first adopter included.
    """

    name = "shock"
    reads = ("ties", "organisations.identity")
    writes = ("organisations.needed", "organisations.adopted", "organisations.adopters", "extra.cascades")

    def __init__(self, threshold: float, spread: float = 0.0) -> None:
        self.threshold, self.spread = threshold, spread

    def step(self, model: Any) -> None:
        state = model.state
        organisations = state.organisations
        if state.month == 0:
            organisations.add_column("needed", np.int32)
            organisations.add_column("adopted", np.int64)
            organisations.add_column("adopters", np.int32)
            organisations["needed"] = self._needed(model)
            state.extra["cascades"] = []
        first = int(uniforms(self.key(model, "first"), np.zeros(1, np.uint64))[0] * len(organisations))
        size = cascade(
            first, state.month + 1, organisations["needed"], organisations["adopted"], organisations["adopters"],
            state.ties.start, state.ties.partner,
        )  # fmt: skip
        state.extra["cascades"].append(size)

    def _needed(self, model: Any) -> IntArray:
        """Return how many adopting partners make an organisation adopt: at least one, as nobody adopts by itself."""
        low, high = model.state.ties.rows(0)
        threshold = np.full(len(low), self.threshold)
        if self.spread > 0:
            chances = uniforms(self.key(model, "thresholds"), model.state.organisations["identity"])
            threshold += self.spread * special.ndtri(np.clip(chances, 1e-12, 1 - 1e-12))
        return np.maximum(np.ceil(threshold * (high - low) - 1e-9), 1).astype(np.int32)


@njit(cache=True)
def cascade(first, month, needed, adopted, adopters, start, partner):  # type: ignore[no-untyped-def]
    """Play one cascade from `first` and return its size. Who was not reached is not touched: rare large cascades among
    many small ones cost what they reach, not what there is.

    month : number of this cascade, from 1 and never the same twice; needed, adopters : int32 (N,); adopted : int64
    (N,), −month for who has adopting partners, but too few; start, partner : the ties, cluster layer only
    """
    queue = np.empty(64, np.int64)
    queue[0] = first
    adopted[first] = month
    size = 1
    asked = 0
    while asked < size:
        i = queue[asked]
        asked += 1
        for e in range(start[3 * i], start[3 * i + 1]):
            j = partner[e]
            if adopted[j] == month:
                continue
            if adopted[j] != -month:  # nobody has asked it this month
                adopted[j] = -month
                adopters[j] = 0
            adopters[j] += 1
            if adopters[j] >= needed[j]:
                adopted[j] = month
                if size == queue.shape[0]:
                    longer = np.empty(2 * size, np.int64)
                    longer[:size] = queue
                    queue = longer
                queue[size] = j
                size += 1
    return size
