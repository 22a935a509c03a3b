"""A hybrid's life in a portfolio that fills up, and the leading eigenvalue over all types of carriers.

A hybrid's children sit in its own inventors' portfolios and compete for their attention; so the type of a carrier
holds the number k of hybrids that its organisation has when the hybrid arrives. Pure arrays; knows no state.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Carriers", "leading_eigenvalue"]

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


def leading_eigenvalue(
    carriers: Carriers,
    meetings: FloatArray,
    copying: FloatArray,
    shares: FloatArray,
    success: FloatArray,
    transmissibility: float,
    guess: FloatArray | None = None,
    tolerance: float = 1e-4,
) -> tuple[float, FloatArray]:
    """Return R and its vector of carriers by type, float64 (G, P, K), summing to 1.

    R is the leading eigenvalue of ``B (1 − C)⁻¹``: B the carriers of children, C the carriers of copies that one
    carrier makes in its life (Diekmann, Heesterbeek & Metz 1990). Infinite when copies alone sustain a hybrid.

    Parameters
    ----------
    meetings, copying : float64 (G, G), meetings per month of a member of g with members of g', for births and copies
    shares : float64 (G, P), share of what a member of g draws by class, a hybrid counting half (two parents, one child)
    success : float64 (P, P, P), probability that a hybrid of class p and a brick of class q make one of class r
    """
    groups, classes = shares.shape
    levels = carriers.start.shape[1]
    vector = np.ones((groups, classes, levels)) if guess is None or guess.shape != (groups, classes, levels) else guess
    vector = vector / vector.sum()
    opposite = meetings @ shares  # (G, P): what a member of g sees drawn across the table, per month
    at_home = np.einsum("gq,pqr->grp", opposite, success)
    abroad = np.einsum("gq,pqr->gpr", shares, success)
    start = carriers.start[:, None, :]
    r = math.nan
    for _ in range(500):
        drawn = (vector @ carriers.occupancy) * carriers.attention  # (G, P, K): times drawn, per meeting rate
        total = drawn.sum(axis=2)
        stay = at_home @ drawn  # children at home, by class and by k at their birth
        born = np.einsum("gp,gpr->gr", meetings.T @ total, abroad)[:, :, None] * start
        born[:, :, 1:] += stay[:, :, :-1]
        born[:, :, -1] += stay[:, :, -1]
        copied = transmissibility * (copying.T @ total)[:, :, None] * start
        left = 1.0 - copied.sum()
        if left <= 0:
            return math.inf, vector
        births = born.sum()
        if births <= 0:
            return 0.0, vector
        before, r = r, float(births / left)
        vector = born / r + copied
        vector /= vector.sum()
        if abs(r - before) < tolerance * r:
            break
    return r, vector
