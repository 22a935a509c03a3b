"""Tails of whole sizes given as counts: a Pareto exponent, and whether a lognormal fits better. Knows of no model.

Both laws are fitted by maximum likelihood to the sizes from a smallest one on, as laws on whole numbers: the zeta law
(Clauset, Shalizi & Newman 2009, "Power-law distributions in empirical data", SIAM Review 51, equation 3.5) and the
lognormal of which each whole number takes the interval of half a unit to both sides.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_ndtr, zeta

__all__ = ["log_lognormal", "log_zeta", "lognormal", "skewness", "tail_from", "zeta_exponent"]

Floats = npt.NDArray[np.float64]


def skewness(sizes: Floats, counts: Floats) -> float:
    """Return the third standardised moment of sizes (S,) that occur counts (S,) times; 2 for an exponential law."""
    away = sizes - np.average(sizes, weights=counts)
    return float(np.average(away**3, weights=counts) / np.average(away**2, weights=counts) ** 1.5)


def tail_from(sizes: Floats, counts: Floats, share: float = 0.05) -> int:
    """Return the smallest size that at most `share` of all reach or exceed. Sizes ascend."""
    reaching = np.cumsum(counts[::-1])[::-1] / counts.sum()
    return int(sizes[reaching <= share].min())


def log_zeta(sizes: Floats, exponent: float, first: int) -> Floats:
    """Return the log-probability of sizes ≥ `first` where P(size ≥ s) falls about as s^-exponent."""
    return np.asarray(-(exponent + 1) * np.log(sizes) - np.log(zeta(exponent + 1, first)))


def zeta_exponent(sizes: Floats, counts: Floats, first: int) -> float:
    """Return the exponent a of the tail, P(size ≥ s) ~ s^-a from `first` on. Its variance is infinite for a < 2."""
    tail = sizes >= first
    found = minimize_scalar(
        lambda a: -float(counts[tail] @ log_zeta(sizes[tail], a, first)), bounds=(0.01, 30.0), method="bounded"
    )
    return float(found.x)


def log_lognormal(sizes: Floats, centre: float, width: float, first: int) -> Floats:
    """Return the log-probability of sizes ≥ `first`; centre and width are those of the logarithm."""

    def log_above(size: Floats) -> Floats:
        return np.asarray(log_ndtr((centre - np.log(size)) / width))

    low, high = log_above(sizes - 0.5), log_above(sizes + 0.5)
    return low + np.log1p(-np.exp(high - low)) - log_above(np.array(first - 0.5))


def lognormal(sizes: Floats, counts: Floats, first: int) -> tuple[float, float]:
    """Return centre and width of the lognormal that fits the sizes from `first` on."""
    tail = sizes >= first
    logs = np.log(sizes[tail])
    start = [float(np.average(logs, weights=counts[tail])), float(np.log(np.ptp(logs) / 2 + 0.1))]
    found = minimize(
        lambda at: -float(counts[tail] @ log_lognormal(sizes[tail], at[0], float(np.exp(at[1])), first)), start,
        method="Nelder-Mead", bounds=[(-30.0, 10.0), (-3.0, 3.0)], options={"maxiter": 2000},
    )  # fmt: skip
    return float(found.x[0]), float(np.exp(found.x[1]))
