"""Pairs of points played with the same seeds: what differs, how much the pairing saves, and what points are called.

Knows nothing of reports.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import StudyError, nearest_name
from experiments.outcomes import OUTCOMES
from experiments.statistics import Interval, mean_interval
from experiments.study.factors import LEVER

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = [
    "Saved", "change", "check_outcome", "is_lever", "levers_of", "name_of_mix", "named", "nominal_rows", "number",
    "others_of", "paired", "plain", "saved",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]


class Saved(NamedTuple):
    """Variance saved by common random numbers.

    times : (var a + var b) / var(a − b), by how many times independent seeds would need more runs; inf where every
        difference is the same, NaN where one of the two does not vary: there is nothing to pair
    low, high : of its 95 % bootstrap interval
    correlation : of the two outcomes over replicates
    """

    times: float
    low: float
    high: float
    correlation: float


def saved(a: FloatArray, b: FloatArray, resamples: int = 2000) -> Saved:
    """Return what pairing by replicate saves, from the paired outcomes of two points, float64 (n,) each, n ≥ 3.

    The interval is a percentile bootstrap's (replicates are resampled), with generator seed 1.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    times = float(_times(a[None], b[None])[0]) if len(a) > 2 else math.nan
    if len(a) < 3 or not math.isfinite(times):
        return Saved(times, times, times, 1.0 if times == math.inf else math.nan)
    rows = np.random.default_rng(1).integers(0, len(a), (resamples, len(a)))
    drawn = _times(a[rows], b[rows])
    drawn = drawn[~np.isnan(drawn)]
    # inf is a value that a resample may take: take what was drawn, do not interpolate
    low, high = np.quantile(drawn, [0.025, 0.975], method="nearest")
    return Saved(times, float(low), float(high), float(np.corrcoef(a, b)[0, 1]))


def _times(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the ratio by row of (k, n); rounding in sums is not taken for variance."""
    top = a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)
    bottom = (a - b).var(axis=1, ddof=1)
    same = np.ptp(a - b, axis=1) <= 1e-12 * np.maximum(np.abs(a).max(axis=1), np.abs(b).max(axis=1))
    out = np.full(len(a), np.nan)
    varies = (np.ptp(a, axis=1) > 0) & (np.ptp(b, axis=1) > 0)
    out[varies & same] = np.inf
    usual = varies & ~same
    out[usual] = top[usual] / bottom[usual]
    return out


def paired(values: FloatArray, point: int, base: int) -> tuple[FloatArray, FloatArray]:
    """Return the outcomes of two points for the replicates that both have, from float64 (points, replicates)."""
    both = ~np.isnan(values[point]) & ~np.isnan(values[base])
    return values[point, both], values[base, both]


def change(a: FloatArray, b: FloatArray) -> Interval:
    """Return the mean of a − b with its 95 % Student interval; NaN ends below two pairs, all NaN for none."""
    if len(a) == 0:
        return Interval(math.nan, math.nan, math.nan)
    if len(a) == 1:
        return Interval(float(a[0] - b[0]), math.nan, math.nan)
    return mean_interval(a - b)


# -- what points are called -----------------------------------------------------------------------------------


def is_lever(path: str) -> bool:
    """Whether a factor is the intensity of a policy lever."""
    return path.startswith(LEVER)


def levers_of(study: Study) -> list[str]:
    """Return the paths of the factors that are levers; all numeric ones in a study with a run function of its own that
    has none so named.
    """  # fmt: skip
    found = [factor.path for factor in study.factors if is_lever(factor.path)]
    return found or ([factor.path for factor in study.factors if factor.is_numeric] if study.run else [])


def others_of(study: Study) -> list[str]:
    """Return the paths of the factors that are not levers: assumptions, scenarios."""
    levers = levers_of(study)
    return [path for path in study.paths if path not in levers]


def nominal_rows(study: Study, points: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which points lie in the world that a search was made in, bool (P,): those of ``design.world`` 0, or the
    world of the first point; all where only levers vary.
    """  # fmt: skip
    if "design.world" in points:
        return (points["design.world"] == 0).to_numpy()
    others = others_of(study)
    if not others or not len(points):
        return np.ones(len(points), bool)
    return (points[others] == points[others].iloc[0]).all(axis=1).to_numpy()


def name_of_mix(study: Study, values: Mapping[str, Any]) -> str:
    """Return a mix of levers in words: ``none``, ``training``, ``training 0.5 + equity``, ``all six``."""
    levers = levers_of(study)
    on = [path for path in levers if values[path] != 0]
    if not on:
        return "none"
    lasting = [path.rsplit(".", 1)[-1].replace("_", " ") for path in on]
    if len(on) == len(levers) > 1 and all(values[path] == 1 for path in on):
        return f"all {_NUMBERS.get(len(on), str(len(on)))}"
    texts = [name if values[path] == 1 else f"{name} {values[path]:g}" for path, name in zip(on, lasting, strict=True)]
    return " + ".join(texts)


_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def named(study: Study, outcome: str) -> tuple[str, str]:
    """Return an outcome in words and its unit (both from the model's list; the bare name in a study of its own)."""
    if study.run or outcome not in OUTCOMES:
        return outcome.replace("_", " "), ""
    return OUTCOMES[outcome].words, OUTCOMES[outcome].unit


def check_outcome(study: Study, name: Any, option: str, where: str) -> None:
    """Raise StudyError for what is not one of the study's outcomes."""
    if name not in study.outcomes:
        hint = nearest_name(name, study.outcomes) if isinstance(name, str) else ""
        raise StudyError(
            f"{where}: {option} = {name!r}{hint}: allowed is one of the study's outcomes: {', '.join(study.outcomes)}"
        )


def plain(values: Sequence[float] | Interval) -> list[float | None]:
    """Return numbers for a machine: four significant digits, None for what is not finite."""
    return [float(f"{value:.4g}") if math.isfinite(value) else None for value in values]


def number(value: float, sign: bool = False) -> str:
    """Return a number for readers: three significant digits, thousands apart, no exponent unless it is tiny."""
    if not math.isfinite(value):
        return "unknown"
    rounded = float(f"{value:.3g}")
    before = "+" if sign and rounded >= 0 else ""
    return f"{before}{rounded:,.0f}" if abs(rounded) >= 1000 else f"{before}{rounded:.3g}"
