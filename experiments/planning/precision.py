"""How narrow confidence intervals will be, from a pilot. Pure arithmetic on its outcomes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from experiments.planning.pilot import Pilot
    from experiments.study import Study

__all__ = ["RELATIVE", "Width", "half_width", "needed", "widths"]

RELATIVE = 0.05  # half-width over mean that replicates are counted for
_CONFIDENCE, _RANGE = 0.95, 0.90
_MOST = 10**7


@dataclass(frozen=True)
class Width:
    """What to expect of an outcome.

    mean : over the pilot's points; sd : of replicates of a point, with its 90 % range (`sd_low` to `sd_high`);
    NaN when the pilot does not say
    known : share of the good runs in which the outcome has a value
    half : 95 % half-width of a point's mean with the planned replicates, (middle, low, high)
    replicates : for a half-width of 5 % of the mean, (middle, low, high), None where none are enough or it is not known
    """

    outcome: str
    unit: str
    mean: float
    sd: float
    sd_low: float
    sd_high: float
    known: float
    half: tuple[float, float, float]
    replicates: tuple[int, int, int] | None


def widths(study: Study, pilot: Pilot) -> list[Width]:
    """Return what to expect of every outcome: replicates' variance is pooled over the pilot's points."""
    from experiments.outcomes import OUTCOMES

    good = sum(row["status"] == "ok" for row in pilot.rows)
    out = []
    for outcome in study.outcomes:
        matrix = pilot.matrix(outcome)
        there = ~np.isnan(matrix)
        known = float(there.sum() / good) if good else math.nan
        mean = float(np.mean([row[~np.isnan(row)].mean() for row in matrix if (~np.isnan(row)).any()] or [math.nan]))
        sd, low, high = pooled_sd(matrix)
        replicates = study.replicates.number * (known if known > 0 else 1.0)
        half = tuple(half_width(value, replicates) for value in (sd, low, high))
        goal = RELATIVE * abs(mean)
        counts = [needed(value, goal) for value in (sd, low, high)] if sd > 0 and goal > 0 else []
        found = [count for count in counts if count is not None]
        unit = "" if study.run else OUTCOMES[outcome].unit
        out.append(Width(
            outcome, unit, mean, sd, low, high, known, (half[0], half[1], half[2]),
            (found[0], found[1], found[2]) if len(found) == 3 else None,
        ))  # fmt: skip
    return out


def pooled_sd(matrix: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the standard deviation of replicates, pooled over points, and its 90 % range (χ²); NaN when no point of
    float64 (points, replicates) has two values. All values must be independent: no seeds in common.
    """  # fmt: skip
    from scipy import stats

    rows = [row[~np.isnan(row)] for row in matrix]
    freedom = sum(len(row) - 1 for row in rows if len(row) > 1)
    if freedom == 0:
        return math.nan, math.nan, math.nan
    squares = sum(float(((row - row.mean()) ** 2).sum()) for row in rows if len(row) > 1)
    high, low = stats.chi2.ppf([0.5 - _RANGE / 2, 0.5 + _RANGE / 2], freedom)
    return math.sqrt(squares / freedom), math.sqrt(squares / low), math.sqrt(squares / high)


def half_width(sd: float, replicates: float) -> float:
    """Return the 95 % half-width (Student) of the mean of so many replicates; NaN for fewer than two."""
    from scipy import stats

    if replicates < 2:
        return math.nan
    return float(stats.t.ppf(0.5 + _CONFIDENCE / 2, replicates - 1) * sd / math.sqrt(replicates))


def needed(sd: float, half: float) -> int | None:
    """Return the fewest replicates with which the 95 % half-width is at most `half`; None for more than 10⁷."""
    if math.isnan(sd) or half <= 0:
        return None
    count = max(math.ceil((1.96 * sd / half) ** 2) - 1, 2)
    while count <= _MOST:
        if half_width(sd, count) <= half:
            return count
        count += 1
    return None
