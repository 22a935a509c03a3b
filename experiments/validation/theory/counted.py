"""Ratios of what was counted over runs, with intervals that stay honest for few runs. Knows no model and no study."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.statistics import Interval

__all__ = ["counted_elasticity", "counted_ratio"]

FloatArray = npt.NDArray[np.float64]
NOTHING = Interval(math.nan, math.nan, math.nan)


def counted_ratio(top: FloatArray, bottom: FloatArray) -> Interval:
    """Return ``Σ top / Σ bottom`` over independent runs, float64 (runs,) each, with its 95 % interval.

    The interval is that of the logarithm. NaN when a sum is 0 or there is but one run.
    """
    found = _log_of_sums((top, bottom), (1.0, -1.0))
    return Interval(*(math.exp(value) for value in found))


def counted_elasticity(
    low: tuple[FloatArray, FloatArray], high: tuple[FloatArray, FloatArray], log_ratio: float
) -> Interval:
    """Return the elasticity of cohort R, offspring over births, from runs in pairs, with its 95 % interval.

    low, high : (offspring, births), float64 (pairs,) each, at the lower and the higher value, paired by place, so that
    what common random numbers share cancels; log_ratio : of the two values. NaN as for `counted_ratio`.
    """
    found = _log_of_sums((*high, *low), (1.0, -1.0, -1.0, 1.0))
    return Interval(*(value / log_ratio for value in found))


def _log_of_sums(columns: Sequence[FloatArray], signs: Sequence[float]) -> Interval:
    """Return ``Σ_i sign_i · log Σ column_i`` with its interval: linearised in what each run adds to the sums, with
    Student's quantile. (A bootstrap of a few runs would be too narrow.)"""
    values = [np.asarray(column, np.float64) for column in columns]
    runs = len(values[0])
    if runs < 2 or min(float(column.sum()) for column in values) <= 0:
        return NOTHING
    signed = list(zip(signs, values, strict=True))
    middle = sum(sign * math.log(column.sum()) for sign, column in signed)
    adds = np.sum([sign * column / column.sum() for sign, column in signed], axis=0)
    half = float(stats.t.ppf(0.975, runs - 1)) * math.sqrt(runs / (runs - 1) * float(adds @ adds))
    return Interval(middle, middle - half, middle + half)
