"""Signals before tipping: rolling indicators, their trends, and how often they would give a true or a false alarm.

Scheffer et al. (2009), Nature 461, 53–59; Dakos et al. (2012), PLoS ONE 7, e41010 (detrending, rolling windows,
Kendall's tau); ROC of trends: Boettiger & Hastings (2012), J. R. Soc. Interface 9, 2527–2539. Knows tables only: a
frame of (point, replicate, month, value) and a month of tipping per run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy import stats
from scipy.ndimage import gaussian_filter1d

from experiments.statistics import Interval

__all__ = [
    "DETRENDING", "INDICATORS", "Alarm", "Paths", "alarm", "auc", "crossings", "indicators", "kendall", "matched_ends",
    "paths_of", "roc", "scores", "windows",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

INDICATORS: Mapping[str, str] = {
    "variance": "rolling variance",
    "autocorrelation": "rolling autocorrelation at lag 1",
    "dispersion": "rolling variance over rolling mean (1 for counts that come at random)",
    "level": "rolling mean: no signal of slowing down, but what any observer sees",
}
DETRENDING = ("gaussian", "difference", "none")


@dataclass(frozen=True)
class Paths:
    """Runs month by month: `points`, `replicates` int64 (n,); `months` (t,), evenly apart; `values` float64 (n, t), NaN
    where a month is missing.
    """  # fmt: skip

    points: IntArray
    replicates: IntArray
    months: IntArray
    values: FloatArray

    @property
    def step(self) -> int:
        """Months between two values."""
        return int(self.months[1] - self.months[0]) if len(self.months) > 1 else 1


@dataclass(frozen=True)
class Alarm:
    """How an indicator does as an alarm.

    area : under the ROC curve (0.5: chance), with its bootstrap 95 % interval
    hits : share of tippings announced at the wished rate of false alarms, bootstrap interval
    false : rate of false alarms measured on runs that the threshold was not taken from, binomial interval
    tipping, still : windows of each kind
    """

    area: Interval
    hits: Interval
    false: Interval
    tipping: int
    still: int


def paths_of(frame: pd.DataFrame) -> Paths:
    """Return the runs of a frame with columns ``point``, ``replicate``, ``month`` and ``value``."""
    table = frame.pivot_table(index=["point", "replicate"], columns="month", values="value", aggfunc="first")
    keys = table.index.to_frame().to_numpy(np.int64)
    return Paths(keys[:, 0], keys[:, 1], table.columns.to_numpy(np.int64), table.to_numpy(np.float64))


def crossings(paths: Paths, level: float, months: int = 12) -> FloatArray:
    """Return the first month from which on the mean over `months` months reaches a level, NaN for none, (n,)."""
    width = max(1, months // paths.step)
    out = np.full(len(paths.values), np.nan)
    if paths.values.shape[1] < width:
        return out
    high = sliding_window_view(paths.values, width, axis=1).mean(axis=-1) >= level
    there = high.any(axis=1)
    out[there] = paths.months[high[there].argmax(axis=1)]
    return out


def matched_ends(paths: Paths, tips: FloatArray, seed: int) -> tuple[FloatArray, float]:
    """Return the month that a window is to end before, (n,), and the share of still runs matched within their point.

    Where a run tips, that is the month of tipping. A run that does not gets the month of one that does: of its own
    point when there is one (so that windows differ in nothing else), else of any, drawn by `seed`.
    """
    generator = np.random.default_rng([seed, 31])
    ends = tips.copy()
    tipped = np.isfinite(tips)
    still = np.flatnonzero(~tipped)
    if not tipped.any():
        return ends, 0.0
    same = 0
    for row in still:
        own = tips[tipped & (paths.points == paths.points[row])]
        same += len(own) > 0
        ends[row] = generator.choice(own if len(own) else tips[tipped])
    return ends, same / len(still) if len(still) else 0.0


def windows(paths: Paths, ends: FloatArray, window: int, gap: int = 0) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the last `window` months that end `gap` months before a month (itself not in it), float64 (n, w), and
    which runs have such a window whole, bool (n,); the others' rows are NaN.
    """  # fmt: skip
    width = window // paths.step
    out = np.full((len(ends), width), np.nan)
    # the number of values before the end
    with np.errstate(invalid="ignore"):
        upto = np.searchsorted(paths.months, np.where(np.isfinite(ends), ends - gap, -1.0))
    for row in np.flatnonzero((upto >= width) & np.isfinite(ends)):
        out[row] = paths.values[row, upto[row] - width : upto[row]]
    return out, np.isfinite(out).all(axis=1)


def indicators(
    values: FloatArray, rolling: float = 0.5, detrend: str = "gaussian", bandwidth: float = 0.1
) -> dict[str, FloatArray]:  # fmt: skip
    """Return rolling indicators of windows (n, w), float64 (n, k) each; NaN where one is not defined (no variance).

    rolling : share of the window that an indicator looks back on; bandwidth : of the Gaussian, as a share of the window
    """
    width = values.shape[1]
    if detrend == "gaussian":
        left = values - gaussian_filter1d(values, max(bandwidth * width, 0.5), axis=1, mode="nearest")
    elif detrend == "difference":
        left, values = np.diff(values, axis=1), values[:, 1:]
    else:
        left = values
    back = max(4, round(rolling * width))
    parts = sliding_window_view(left, back, axis=1)
    level = sliding_window_view(values, back, axis=1).mean(axis=-1)
    apart = parts - parts.mean(axis=-1, keepdims=True)
    variance = (apart**2).sum(axis=-1) / (back - 1)
    now, after = parts[..., :-1], parts[..., 1:]
    now, after = now - now.mean(axis=-1, keepdims=True), after - after.mean(axis=-1, keepdims=True)
    size = np.sqrt((now**2).sum(axis=-1) * (after**2).sum(axis=-1))
    lag = np.full(size.shape, np.nan)
    np.divide((now * after).sum(axis=-1), size, out=lag, where=size > 1e-12)
    spread = np.full(level.shape, np.nan)
    np.divide(variance, level, out=spread, where=level > 1e-12)
    return {"variance": variance, "autocorrelation": lag, "dispersion": spread, "level": level}


def kendall(series: FloatArray) -> FloatArray:
    """Return Kendall's tau-b of rows (n, k) with time, float64 (n,); NaN are left out, 0 where nothing is left."""
    first, second = np.triu_indices(series.shape[1], 1)
    out = np.zeros(len(series))
    for start in range(0, len(series), 256):  # pairs are many
        signs = np.sign(series[start : start + 256, second] - series[start : start + 256, first])
        known = np.isfinite(signs).sum(axis=1)
        untied = (np.nan_to_num(signs) != 0).sum(axis=1)
        out[start : start + 256] = np.nansum(signs, axis=1) / np.sqrt(np.maximum(known * untied, 1.0))
    return out


def scores(values: FloatArray, rolling: float, detrend: str, bandwidth: float) -> dict[str, FloatArray]:
    """Return the trend (Kendall's tau) of every indicator over windows (n, w), float64 (n,) each."""
    return {name: kendall(series) for name, series in indicators(values, rolling, detrend, bandwidth).items()}


def auc(tipping: FloatArray, still: FloatArray) -> float:
    """Return the area under the ROC curve: the chance that a tipping run scores above a still one, ties half."""
    ranks = stats.rankdata(np.concatenate([tipping, still]))
    count = len(tipping)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(still)))


def roc(tipping: FloatArray, still: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ROC curve: rates of false and of true alarms as the threshold falls, from (0, 0) to (1, 1)."""
    levels = np.unique(np.concatenate([tipping, still]))[::-1]
    false = np.array([0.0, *((still >= level).mean() for level in levels)])
    true = np.array([0.0, *((tipping >= level).mean() for level in levels)])
    return false, true


def alarm(tipping: FloatArray, still: FloatArray, false_alarm: float, resamples: int, seed: int) -> Alarm:
    """Return how an indicator's trends tell tipping runs from still ones."""
    generator = np.random.default_rng([seed, 32])
    areas, rates = np.empty(resamples), np.empty(resamples)
    for row in range(resamples):
        one = generator.choice(tipping, len(tipping))
        other = generator.choice(still, len(still))
        areas[row], rates[row] = auc(one, other), (one > _threshold(other, false_alarm)).mean()
    half = generator.permutation(len(still)) % 2 == 0
    wrong = int((still[half] > _threshold(still[~half], false_alarm)).sum())
    wrong += int((still[~half] > _threshold(still[half], false_alarm)).sum())
    ends = stats.binomtest(wrong, len(still)).proportion_ci(0.95)
    hits = float((tipping > _threshold(still, false_alarm)).mean())
    return Alarm(
        Interval(auc(tipping, still), *(float(v) for v in np.quantile(areas, [0.025, 0.975]))),
        Interval(hits, *(float(v) for v in np.quantile(rates, [0.025, 0.975]))),
        Interval(wrong / len(still), float(ends.low), float(ends.high)),
        len(tipping), len(still),
    )  # fmt: skip


def _threshold(still: FloatArray, false_alarm: float) -> float:
    """Return the lowest of the still runs' scores that at most a share `false_alarm` of them exceed."""
    return float(np.quantile(still, 1.0 - false_alarm, method="higher"))
