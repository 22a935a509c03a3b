"""Quantiles over histories, month by month: what a fan chart shows. No more is drawn than the histories justify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboards.comparing.replicates import Series

__all__ = ["FOR_HALF", "FOR_NINETY", "Fan", "fan_of"]

FOR_HALF, FOR_NINETY = 10, 20  # histories that the 50 % and the 90 % band need
Line = list[float | None]


@dataclass(frozen=True)
class Fan:
    """What is shown of one outcome of one entry, month by month; None where it is not known.

    median : of the histories; half : (low, high) of the 50 % band; outer : (low, high) of the widest band there is,
    and `widest` says which one: ``90``, ``range`` (least to most), or "" when there is none
    """

    months: list[float]
    median: Line
    half: tuple[Line, Line] | None
    outer: tuple[Line, Line] | None
    widest: str
    histories: int


def fan_of(series: Sequence[Series]) -> Fan:
    """Return the fan of an outcome.

    series : (months, values) of each history; NaN is left out of its month. Histories of different months (a run cut
    short) are taken at the months that all have.
    """
    histories = len(series)
    if not histories:
        return Fan([], [], None, None, "", 0)
    months = series[0][0]
    for other, _ in series[1:]:
        months = months if np.array_equal(months, other) else np.intersect1d(months, other)
    table = np.array([values[np.isin(at, months)] for at, values in series], np.float64)
    half = _band(table, 0.25, 0.75, FOR_HALF) if histories >= FOR_HALF else None
    outer, widest = None, ""
    if histories >= FOR_NINETY:
        outer, widest = _band(table, 0.05, 0.95, FOR_NINETY), "90"
    elif histories >= 2:
        outer, widest = _band(table, 0.0, 1.0, 2), "range"
    return Fan([float(month) for month in months], _quantile(table, 0.5, 1), half, outer, widest, histories)


def _band(table: npt.NDArray[np.float64], low: float, high: float, need: int) -> tuple[Line, Line]:
    return _quantile(table, low, need), _quantile(table, high, need)


def _quantile(table: npt.NDArray[np.float64], share: float, need: int) -> Line:
    """Return a quantile of each column, None where fewer than `need` histories know it."""
    if not np.isnan(table).any():
        return [float(value) for value in np.quantile(table, share, axis=0)]
    found: Line = []
    for column in table.T:
        known = column[~np.isnan(column)]
        found.append(float(np.quantile(known, share)) if len(known) >= need else None)
    return found
