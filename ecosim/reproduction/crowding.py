"""A hybrid's life in a portfolio that fills up, and the operator from one generation of carriers to the next.

A hybrid's children sit in its own inventors' portfolios and compete for their attention; so the type of a carrier
holds the number k of hybrids that its organisation has when the hybrid arrives. Pure arrays; knows no state.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Carriers", "Operator"]

FloatArray = npt.NDArray[np.float64]
Array = npt.NDArray[Any]


class Carriers:
    """Where in its organisation's crowd a hybrid spends its life, for each group of organisations.

    Parameters
    ----------
    others : float64 (G,), births per month that a hybrid would have if its organisation drew nothing else
    arrivals : float64 (G,), hybrids that reach an organisation from outside, 1/month
    forgetting : μ, 1/month; core : n0, bricks
    start : float64 (G, K), distribution of k (1 ... K) when a hybrid arrives from outside

    Attributes
    ----------
    occupancy : float64 (G, K, K), months that a hybrid which arrives as the k-th spends as one of k'
    attention : float64 (K,), share of an organisation's draws that one of k hybrids gets, ``1 / (n0 + k)``
    """

    def __init__(
        self, others: FloatArray, arrivals: FloatArray, forgetting: float, core: int, start: FloatArray
    ) -> None:
        levels = start.shape[1]
        k = np.arange(1, levels + 1, dtype=np.float64)
        self.start = start
        self.attention = 1.0 / (core + k)
        up = others[:, None] * k * self.attention + arrivals[:, None]
        down = np.broadcast_to(forgetting * (k - 1.0), up.shape)
        lost = np.full_like(up, forgetting)
        lost[:, -1] += up[:, -1] / levels  # a full portfolio loses a random hybrid
        up[:, -1] = 0.0
        place = np.arange(levels)
        generator = np.zeros((len(others), levels, levels))
        generator[:, place, place] = up + down + lost
        generator[:, place[:-1], place[1:]] = -up[:, :-1]
        generator[:, place[1:], place[:-1]] = -down[:, 1:]
        self.occupancy = np.linalg.inv(generator)


class Operator:
    """What one carrier of a hybrid makes in its life: carriers of children (B) and of copies (C), by type.

    Types are group g × position class p × k, the number of hybrids that the carrier's organisation holds at the start.

    Parameters
    ----------
    carriers : see `Carriers`
    meetings, copying : float64 (G, G), meetings per month of a member of g with members of g', for births and copies
    shares : float64 (G, P), share of what a member of g draws by class, a hybrid counting half (two parents, one child)
    success : float64 (P, P, P), probability that a hybrid of class p and a brick of class q make one of class r
    transmissibility : τ, per meeting
    """

    def __init__(
        self, carriers: Carriers, meetings: FloatArray, copying: FloatArray, shares: FloatArray, success: FloatArray,
        transmissibility: float,
    ) -> None:  # fmt: skip
        self.carriers = carriers
        self.transmissibility = transmissibility
        self.meetings, self.copying = meetings, copying
        self.shape = (*shares.shape, carriers.start.shape[1])
        # what a member of g sees drawn across the table leaves a child at home and one abroad
        self._at_home = np.einsum("gq,pqr->grp", meetings @ shares, success)
        self._abroad = np.einsum("gq,pqr->gpr", shares, success)

    def step(self, vector: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (B v, C v) for carriers v, float64 (G, P, K)."""
        start = self.carriers.start[:, None, :]
        drawn = (vector @ self.carriers.occupancy) * self.carriers.attention
        total = drawn.sum(axis=2)
        stay = self._at_home @ drawn  # children at home, by class and by k at their birth
        born = np.einsum("gp,gpr->gr", self.meetings.T @ total, self._abroad)[:, :, None] * start
        born[:, :, 1:] += stay[:, :, :-1]
        born[:, :, -1] += stay[:, :, -1]
        return born, self.transmissibility * (self.copying.T @ total)[:, :, None] * start

    def leading(self, guess: FloatArray | None = None, tolerance: float = 5e-4) -> tuple[float, FloatArray]:
        """Return R, the leading eigenvalue of ``B (1 − C)⁻¹``, and its carriers by type, summing to 1.

        Infinite when copies alone sustain a hybrid. Source: Diekmann, Heesterbeek & Metz 1990.
        """
        vector = np.ones(self.shape) if guess is None or guess.shape != self.shape else guess
        vector = vector / vector.sum()
        r = math.nan
        for _ in range(500):
            born, copied = self.step(vector)
            left, births = 1.0 - copied.sum(), born.sum()
            if left <= 0:
                return math.inf, vector
            if births <= 0:
                return 0.0, vector
            before, r = r, float(births / left)
            vector = born / r + copied  # v = B v / R + C v
            vector /= vector.sum()
            if abs(r - before) < tolerance * r:
                break
        return r, vector

    def offspring(self, vector: FloatArray) -> float:
        """Return the mean offspring of hybrids that have the carriers v (two each): ``|B (1 − C)⁻¹ v| / |v|``."""
        carriers, total, births = vector, vector.sum(), 0.0
        if total <= 0:
            return math.nan
        for _ in range(500):
            born, carriers = self.step(carriers)
            births += born.sum()
            if carriers.sum() < 1e-4 * total:
                return float(births / total)
        return math.inf
