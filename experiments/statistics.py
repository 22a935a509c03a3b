"""Intervals for means, and where a curve crosses a level."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

__all__ = ["Interval", "crossing", "mean_interval", "ratio_interval"]

FloatArray = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate and its confidence interval."""

    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.estimate:.3g} [{self.low:.3g}, {self.high:.3g}]"


def mean_interval(values: FloatArray, confidence: float = 0.95) -> Interval:
    """Return the mean of independent replicates with its Student interval."""
    values = np.asarray(values, np.float64)
    mean = float(values.mean())
    if len(values) < 2 or np.ptp(values) == 0:
        return Interval(mean, mean, mean)
    half = float(stats.t.ppf(0.5 + confidence / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Interval(mean, mean - half, mean + half)


def ratio_interval(top: Any, bottom: Any, confidence: float = 0.95, resamples: int = 2000) -> Interval:
    """Return ``Σ top / Σ bottom`` over replicates with its bootstrap interval (replicates are resampled)."""
    top, bottom = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    generator = np.random.default_rng(1)
    rows = generator.integers(0, len(top), (resamples, len(top)))
    ratios = top[rows].sum(axis=1) / np.maximum(bottom[rows].sum(axis=1), 1e-300)
    low, high = np.quantile(ratios, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(top.sum() / bottom.sum()), float(low), float(high))


def crossing(x: FloatArray, y: FloatArray, level: float = 1.0) -> float:
    """Return where a straight line through (x, y), fitted by least squares, takes the value `level`."""
    slope, start = np.polyfit(x, y, 1)
    return float((level - start) / slope)
