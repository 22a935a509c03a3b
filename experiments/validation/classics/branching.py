"""Cascades in an infinite Erdős–Rényi network, by generating functions (Watts 2002, PNAS 99:5766, equations 1 to 5).

Who adopts as soon as one partner has is vulnerable: its degree k is at most 1/φ. In an infinite network cascades run
through the vulnerable alone, until they are a finite share of everybody. Knows nothing of runs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import brentq, minimize_scalar

__all__ = ["chance", "edges", "reproduction", "vulnerable"]

Floats = npt.NDArray[np.float64]
DEGREES = np.arange(200.0)


def vulnerable(degrees: Floats, threshold: float, spread: float = 0.0) -> Floats:
    """Return the share ρ_k of organisations of each degree that adopt after one partner has.

    threshold, spread : mean φ and standard deviation σ of normal thresholds
    """
    share = 1.0 / np.maximum(degrees, 1)
    if spread == 0:
        return np.asarray((share >= threshold) & (degrees > 0), float)
    return np.asarray(stats.norm.cdf((share - threshold) / spread) * (degrees > 0))


def reproduction(degree: float, threshold: float, spread: float = 0.0) -> float:
    """Return how many adopters an adopter makes next, Σ k(k − 1) ρ_k p_k / z: 1 at an edge of the window."""
    k = DEGREES
    weights = k * (k - 1) * vulnerable(k, threshold, spread) * stats.poisson.pmf(k, degree)
    return float(weights.sum() / degree)


def edges(threshold: float, spread: float = 0.0) -> tuple[float, float]:
    """Return the mean degrees between which global cascades are possible."""
    top = minimize_scalar(lambda z: -reproduction(z, threshold, spread), bounds=(1.0, 10.0), method="bounded").x
    return (
        float(brentq(lambda z: reproduction(z, threshold, spread) - 1, 0.1, top)),
        float(brentq(lambda z: reproduction(z, threshold, spread) - 1, top, 60.0)),
    )


def chance(degree: float, threshold: float, spread: float = 0.0) -> float:
    """Return the probability that one shock causes a global cascade: 1 − Σ p_k u^k.

    u, the chance that a tie leads to none, solves u = 1 − Σ (k p_k / z) ρ_k (1 − u^(k − 1)).
    """
    k = DEGREES
    share = stats.poisson.pmf(k, degree)
    reached = k * share / degree * vulnerable(k, threshold, spread)
    u = 0.0
    for _ in range(20_000):  # converges slowly at an edge only
        following = 1 - float((reached * (1 - u ** np.maximum(k - 1, 0))).sum())
        if abs(following - u) < 1e-12:
            break
        u = following
    return 1 - float((share * u**k).sum())
