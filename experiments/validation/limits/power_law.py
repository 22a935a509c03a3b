"""Discrete power laws of sizes by maximum likelihood, with a known cut-off or within a window. Knows of no model.

Sources: Clauset, Shalizi & Newman (2009, SIAM Review 51) for likelihoods of discrete power laws; Vuong (1989,
Econometrica 57) for the comparison of laws that are not nested. (The package ``powerlaw`` fits a tail without end; here
it ends at a known size, beyond which an estimate by its law would be wrong.)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import ndtr

__all__ = ["TruncatedPowerLaw", "cutoff_of", "rival_gains"]

FloatArray = npt.NDArray[np.float64]


class TruncatedPowerLaw:
    """``p(n) ∝ n^−α · shape(n)`` for first ≤ n ≤ last.

    shape : float64 (last − first + 1,), how the law departs from a power law by a known cut-off (None: not at all)
    """

    def __init__(self, first: int, last: int, shape: FloatArray | None = None) -> None:
        self.first, self.last = first, last
        logs = np.log(np.arange(first, last + 1, dtype=np.float64))
        self._alphas = np.linspace(-1.0, 6.0, 1401)
        weights = np.exp(-np.outer(self._alphas, logs - logs[0])) * (1.0 if shape is None else shape)
        self._logs = logs
        self._means = weights @ logs / weights.sum(axis=1)  # falls with the exponent

    def exponents(self, counts: FloatArray) -> FloatArray:
        """Return the exponent of each histogram, float64 (B,) from (B, sizes): the one whose mean logarithm is seen."""
        seen = counts[:, self.first : self.last + 1]
        total = seen.sum(axis=1)
        means = seen @ self._logs[: seen.shape[1]] / np.where(total > 0, total, np.nan)
        return np.asarray(np.interp(-means, -self._means, self._alphas, left=np.nan, right=np.nan))


def cutoff_of(counts: FloatArray, first: int, exponent: float = 1.5) -> FloatArray:
    """Return ξ of ``p(n) ∝ n^−exponent · e^(−n/ξ)``, n ≥ first, of each histogram: float64 (B,) from (B, sizes)."""
    n = np.arange(first, 40_000, dtype=np.float64)
    grid = np.geomspace(2.0, 4000.0, 300)
    weights = n**-exponent * np.exp(-(n - first)[None, :] / grid[:, None])
    means = weights @ n / weights.sum(axis=1)
    seen = counts[:, first:]
    total = seen.sum(axis=1)
    found = seen @ np.arange(first, counts.shape[1]) / np.where(total > 0, total, np.nan)
    return np.asarray(np.exp(np.interp(found, means, np.log(grid), left=np.nan, right=np.nan)))


def rival_gains(counts: FloatArray, first: int, last: int) -> dict[str, Any]:
    """Return by how much the power law's log-likelihood per size seen exceeds its rivals', with 95 % intervals (Vuong).

    The rivals, within the same window: an exponential, and a log-normal cut into whole sizes.
    counts : float64 (sizes,)
    """
    n = np.arange(first, last + 1, dtype=np.float64)
    seen = np.zeros(len(n))
    part = counts[first : last + 1]
    seen[: len(part)] = part
    total = float(seen.sum())
    if total < 20:
        return {"exponential": [None] * 3, "log-normal": [None] * 3}
    alpha = float(TruncatedPowerLaw(first, last).exponents(seen[None, :])[0])
    power = _logs(-alpha * np.log(n))

    def exponential(values: FloatArray) -> FloatArray:
        return _logs(-values[0] * (n - first))

    def log_normal(values: FloatArray) -> FloatArray:
        spread = math.exp(values[1])
        mass = ndtr((np.log(n + 0.5) - values[0]) / spread) - ndtr((np.log(n - 0.5) - values[0]) / spread)
        return _logs(np.log(np.maximum(mass, 1e-300)))

    out: dict[str, Any] = {}
    for name, law, start in (("exponential", exponential, [0.02]), ("log-normal", log_normal, [2.0, 0.5])):
        fitted = minimize(lambda v, law=law: -float(seen @ law(v)) / total, start, method="Nelder-Mead")
        gain = power - law(fitted.x)
        mean = float(seen @ gain) / total
        error = math.sqrt(float(seen @ (gain - mean) ** 2)) / total
        out[name] = [round(v, 5) for v in (mean, mean - 1.96 * error, mean + 1.96 * error)]
    return out


def _logs(values: FloatArray) -> FloatArray:
    """Return logarithms of probabilities that sum to 1."""
    top = float(values.max())
    return np.asarray(values - top - math.log(float(np.exp(values - top).sum())))
