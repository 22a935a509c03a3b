"""Where along an axis runs change over from one answer to the other: a logistic midpoint. Knows no study."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from experiments.statistics import Interval

__all__ = ["midpoint"]

FloatArray = npt.NDArray[np.float64]
STEEPEST = math.asinh(400.0)  # slope per standard deviation of x: a step


def midpoint(x: FloatArray, answers: FloatArray, confidence: float = 0.95) -> Interval:
    """Return where the probability of *yes*, logistic in x, is one half, with its interval.

    x : float64 (runs,); answers : 0 or 1 (runs,). Fitted with the penalty of Firth (1993), so that answers that
    separate at one x still have an estimate; the interval is that of the penalised profile likelihood (Heinze &
    Schemper 2002). NaN where all answers are the same; an infinite end where the likelihood never rules out a midpoint
    within one range of x beyond x.
    """
    x, answers = np.asarray(x, np.float64), np.asarray(answers, np.float64)
    if len(x) < 3 or np.ptp(answers) == 0 or np.ptp(x) == 0:
        return Interval(math.nan, math.nan, math.nan)
    middle, scale = float(x.mean()), float(x.std())
    z = (x - middle) / scale
    lowest, highest = float(2 * z.min() - z.max()), float(2 * z.max() - z.min())

    def profile(at: float) -> float:
        """Minus the largest penalised log-likelihood of any slope, for a midpoint."""
        found = minimize_scalar(_badness, bounds=(-STEEPEST, STEEPEST), args=(z - at, answers), method="bounded")
        return float(found.fun)

    grid = np.linspace(lowest, highest, 31)
    first = int(np.argmin([profile(float(at)) for at in grid]))
    around = (float(grid[max(first - 1, 0)]), float(grid[min(first + 1, len(grid) - 1)]))
    best = minimize_scalar(profile, bounds=around, method="bounded", options={"xatol": 1e-4})
    allowed = float(best.fun) + float(chi2.ppf(confidence, 1)) / 2.0

    def beyond(at: float) -> float:
        return profile(at) - allowed

    estimate = float(best.x)
    low = float(brentq(beyond, lowest, estimate, xtol=1e-4)) if beyond(lowest) > 0 else -math.inf
    high = float(brentq(beyond, estimate, highest, xtol=1e-4)) if beyond(highest) > 0 else math.inf
    return Interval(middle + scale * estimate, middle + scale * low, middle + scale * high)


def _badness(steepness: float, away: FloatArray, answers: FloatArray) -> float:
    """Return minus the log-likelihood and Firth's penalty, half the logarithm of the information's determinant."""
    line = math.sinh(steepness) * away  # fine steps where the slope is small
    likelihood = float((answers * line - np.logaddexp(0.0, line)).sum())
    weight = np.exp(-np.abs(line)) / (1.0 + np.exp(-np.abs(line))) ** 2
    total, first, second = (float((weight * away**power).sum()) for power in (0, 1, 2))
    return -likelihood - 0.5 * math.log(max(total * second - first * first, 1e-300))
