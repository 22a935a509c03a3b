"""Sobol' indices and elementary effects through SALib, with what SALib does not know: the noise of seeds. Guarded
values in (`guards`), numbers out; draws nothing.

The model is stochastic: run (point x, seed s) gives y = f(x) + c(s) + e(x, s), with f the mean over seeds, c what a
seed shifts everywhere alike, e the rest (a two-way random-effects layout, as every seed is played at every point:
common random numbers). Indices are those of f. SALib's estimators (first order: Saltelli et al. 2010, Table 2 (b);
total: Jansen 1999; second order: Saltelli 2002) are given replicate means, which still hold e: with R replicates the
variance is too large by V(e)/R, and so is Jansen's ½ E(A − AB_i)² where the seeds' effects at A and AB_i differ, so
that a factor that does nothing has a total index above 0. Each of SALib's sums is a mean of products of two points'
means, whose expectation is too large by the covariance of the two points' noise over R. That covariance is estimated in
every block from the replicates (Σ_r of the products of deviations / (R (R − 1))) and taken off: the same as leaving the
products of a seed with itself out of the mean, and so without bias whatever the seeds do. See Marrel et al. (2012) and
Mazo (2021) for Sobol' indices of stochastic models; Searle, Casella & McCulloch (1992), ch. 5, for the layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from ecosim.errors import MissingExtraError
from experiments.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.sensitivity.guards import Guarded
    from experiments.study import Study

__all__ = ["Effects", "Estimates", "Noise", "SobolIndices", "elementary_effects", "sobol_indices"]

FloatArray = npt.NDArray[np.float64]


class Estimates(NamedTuple):
    """Estimates with their 95 % intervals, float64 (K,) each."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def half_width(self) -> FloatArray:
        return (self.high - self.low) / 2

    def at(self, row: int) -> Interval:
        return Interval(float(self.estimate[row]), float(self.low[row]), float(self.high[row]))


class Noise(NamedTuple):
    """Seed noise of single runs.

    share : of their variance that is between seeds, V(c + e) / V(y); common : the part of a seed's shift that is the
    same everywhere, V(c) / V(y); own : the rest, V(e) / V(y)
    in_means : share of the variance of replicate means that is noise, V(e) / R over it: what the correction takes off
    """

    share: Interval
    common: Interval
    own: Interval
    in_means: float


@dataclass(frozen=True)
class SobolIndices:
    """Sobol' indices of one outcome.

    first, total : by factor; second : by pair (in the order of `pairs`), None where it was not sampled
    raw_first, raw_total : as SALib gives them for replicate means, noise and all
    noise : None with one replicate, where it is not known
    sampling : half of the widest interval of a total index, as far as it comes from the number of blocks
    drowned : the differences between points cannot be told from noise: no index means anything
    top_share : share of the variance that is due to the 1 % of points that are farthest from the mean
    """

    first: Estimates
    total: Estimates
    second: Estimates | None
    pairs: list[tuple[int, int]]
    raw_first: FloatArray
    raw_total: FloatArray
    noise: Noise | None
    sampling: float
    drowned: bool
    top_share: float

    @property
    def widest(self) -> float:
        """Half of the widest interval of a total index."""
        return float(self.total.half_width.max())


class Effects(NamedTuple):
    """Elementary effects: `importance` mu* and its interval, `mean` mu, `spread` sigma, float64 (D,), in the outcome's
    unit per whole range of the factor; `floor`, the mu* that seed noise alone would give (NaN: unknown).
    """  # fmt: skip

    importance: Estimates
    mean: FloatArray
    spread: FloatArray
    floor: FloatArray


def sobol_indices(
    values: FloatArray, factors: int, second_order: bool = False, resamples: int = 1000
) -> SobolIndices:  # fmt: skip
    """Return the Sobol' indices of the expected outcome.

    Parameters
    ----------
    values : float64 (blocks, points of a block in SALib's order, replicates), all finite, not constant in A and B
    factors : D; second_order : whether blocks have points BA_i
    resamples : of the bootstrap over blocks (percentiles)

    Intervals hold what another sample of blocks would change (the bootstrap) and, from three replicates on, what other
    seeds would: all points have the same few seeds, and what these share is not seen by resampling blocks, so that a
    jackknife over replicates is added (in quadrature, with Student's quantile). They are rather too wide: blocks of a
    Sobol' sequence are more even than independent ones, and noise that is not shared is in both parts.
    """
    count, _, replicates = values.shape
    centred = values - values.mean(axis=(0, 1))  # per replicate: c(s) is in all points and leaves every difference
    means = centred.mean(axis=2)
    pairs = list(combinations(range(factors), 2)) if second_order else []
    raw_first, raw_total, raw_second = _salib(means, factors, second_order, pairs)
    terms = _terms(means[..., None], factors, pairs)
    rows = np.random.default_rng(1).multinomial(count, np.full(count, 1 / count), resamples) / count
    variance, drawn = _variance(terms.mean(axis=0)), _variance(rows @ terms)
    top, boot = np.concatenate([raw_first, raw_total, raw_second]) * variance, (rows @ terms)[:, 2:]
    if replicates > 1:
        own = _noise_terms(centred, factors, pairs)
        noise, noisy = own.mean(axis=0), rows @ own
        top, boot = top - noise[2:], boot - noisy[:, 2:]
        # A and B are a sample of 2 · blocks points
        signal = variance * 2 * count / (2 * count - 1) - noise[1]
        signals = drawn * 2 * count / (2 * count - 1) - noisy[:, 1]
    else:
        signal, signals = variance, drawn
    drowned = bool(signal <= 0 or np.quantile(signals, 0.025) <= 0)
    shared, shared_own = np.zeros(len(top)), 0.0
    if replicates > 2 and not drowned:
        shared, shared_own, left = _between_seeds(centred, factors, pairs)
        drowned = left <= 0
    share: Noise | None = None
    if replicates > 1:
        sums = signal, signals, noise[1] * replicates, noisy[:, 1] * replicates
        share = Noise(*_noise(values[:, [0, -1]], *sums, shared_own), float(noise[1] / variance))
    scale, scales = max(signal, 1e-300), np.maximum(signals, 1e-300)
    low, high = np.quantile(boot / scales[:, None], [0.025, 0.975], axis=0)
    estimate = top / scale
    sampling = float((high - low)[factors : 2 * factors].max() / 2)
    every = Estimates(estimate, estimate - _wider(estimate - low, shared), estimate + _wider(high - estimate, shared))
    cut = [slice(0, factors), slice(factors, 2 * factors), slice(2 * factors, None)]
    first, total, second = (Estimates(*(part[where] for part in every)) for where in cut)
    away = np.sort(means[:, [0, -1]].ravel() ** 2)[::-1]
    top_share = float(away[: max(1, len(away) // 100)].sum() / away.sum())
    return SobolIndices(
        first, total, second if second_order else None, pairs, raw_first, raw_total, share, sampling, drowned, top_share
    )


def _salib(
    means: FloatArray, factors: int, second_order: bool, pairs: list[tuple[int, int]]
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    from experiments.designs.morris import problem_of

    try:
        from SALib.analyze import sobol  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError("the analysis sensitivity", "experiments") from None
    outputs = means.ravel().copy()  # SALib may write into what it is given
    found = sobol.analyze(problem_of(factors), outputs, calc_second_order=second_order, num_resamples=2, seed=1)
    second = np.array([found["S2"][pair] for pair in pairs], np.float64)
    return np.asarray(found["S1"], np.float64), np.asarray(found["ST"], np.float64), second


def _terms(values: FloatArray, factors: int, pairs: list[tuple[int, int]]) -> FloatArray:
    """Return what SALib's estimators are block means of, float64 (blocks, 2 + 2 D + pairs), as means over replicates:
    mean of A and B, of their squares, then the terms of first, total and second order. One resample of the bootstrap is
    then one product with a vector of weights.
    """  # fmt: skip
    a, b, crossed = values[:, 0], values[:, -1], values[:, 1 : factors + 1]
    first = b[:, None] * (crossed - a[:, None])
    total = 0.5 * (a[:, None] - crossed) ** 2
    columns = [(a + b) / 2, (a**2 + b**2) / 2, *np.moveaxis(first, 1, 0), *np.moveaxis(total, 1, 0)]
    if pairs:
        back = values[:, factors + 1 : 2 * factors + 1]
        columns += [back[:, j] * crossed[:, k] - a * b - first[:, j] - first[:, k] for j, k in pairs]
    return np.stack([column.mean(axis=1) for column in columns], axis=1)


def _noise_terms(centred: FloatArray, factors: int, pairs: list[tuple[int, int]]) -> FloatArray:
    """Return by how much the terms of replicate means are too large, as far as a block can tell."""
    own = _terms(centred - centred.mean(axis=2, keepdims=True), factors, pairs)
    own[:, 0] = 0.0
    return own / (centred.shape[2] - 1)


def _between_seeds(
    centred: FloatArray, factors: int, pairs: list[tuple[int, int]]
) -> tuple[FloatArray, float, float]:  # fmt: skip
    """Return half of the 95 % interval that a jackknife over replicates gives: of all indices, float64 (K,), and of
    V(e) as a share of itself; and the least variance of the expected outcome without one of the seeds.
    """  # fmt: skip
    count, _, replicates = centred.shape
    indices, owns, least = [], [], np.inf
    for out in range(replicates):
        rest = np.delete(centred, out, axis=2)
        noise = _noise_terms(rest, factors, pairs).mean(axis=0)
        terms = _terms(rest.mean(axis=2, keepdims=True), factors, pairs).mean(axis=0)
        signal = float(_variance(terms)) * 2 * count / (2 * count - 1) - noise[1]
        least = min(least, signal)
        indices.append((terms[2:] - noise[2:]) / max(signal, 1e-300))
        owns.append(noise[1] * (replicates - 1))
    factor = stats.t.ppf(0.975, replicates - 1) * (replicates - 1) / np.sqrt(replicates)
    own = np.array(owns)
    return factor * np.std(indices, axis=0), float(factor * own.std() / max(own.mean(), 1e-300)), least


def _variance(terms: FloatArray) -> Any:
    return terms[..., 1] - terms[..., 0] ** 2


def _wider(side: Any, more: Any) -> Any:
    """Return a side of an interval with another source of error added, if there is one. A side of a percentile interval
    is below 0 where the interval does not hold the estimate, and stays so where nothing is added.
    """  # fmt: skip
    return np.where(np.asarray(more) > 0, np.hypot(np.maximum(side, 0.0), more), side)


def _noise(
    sample: FloatArray, signal: float, signals: FloatArray, own: float, owns: FloatArray, shared: float
) -> tuple[Interval, Interval, Interval]:  # fmt: skip
    """Return the shares of the variance of single runs: all noise, common to all points, and the rest.

    sample : float64 (blocks, 2, replicates); own, owns : V(e), and resampled; shared : half of the interval of V(e)
        that comes from the seeds, as a share of it

    A seed's common shift is seen R times only, however many points there are: its variance has R − 1 degrees of
    freedom, and its interval is drawn with them (generalised confidence interval, Weerahandi 1993).
    """
    replicates = sample.shape[2]
    points = sample.shape[0] * 2
    between = float(sample.mean(axis=(0, 1)).var(ddof=1))
    chi = np.random.default_rng(2).chisquare(replicates - 1, len(owns))
    common = max(between - own / points, 0.0)
    commons = np.maximum(between * (replicates - 1) / chi - owns / points, 0.0)
    whole, wholes = max(signal, 0.0) + common + own, np.maximum(signals, 0.0) + commons + owns
    whole, wholes = max(whole, 1e-300), np.maximum(wholes, 1e-300)

    def interval(part: float, parts: FloatArray, more: float) -> Interval:
        low, high = np.quantile(parts / wholes, [0.025, 0.975])
        middle = part / whole
        low, high = middle - _wider(middle - low, more), middle + _wider(high - middle, more)
        return Interval(middle, max(float(low), 0.0), min(float(high), 1.0))

    share = own / whole
    more = shared * share * (1 - share)  # of a share p = v / (v + rest), dp = p (1 − p) dv / v
    every = interval(common + own, commons + owns, shared * share * (1 - (common + own) / whole))
    return every, interval(common, commons, shared * share * common / whole), interval(own, owns, more)


def elementary_effects(
    study: Study, points: pd.DataFrame, found: Guarded, levels: int, resamples: int = 1000
) -> Effects:
    """Return Morris' measures of the expected outcome, through SALib.

    mu* of replicate means holds noise: its floor is the mean of ``|e_i − e_j| / delta`` if nothing else moved, from the
    spread of the paired differences between neighbouring points over seeds, taken as normal.
    """
    from experiments.designs.morris import problem_of

    try:
        from SALib.analyze import morris
    except ImportError:
        raise MissingExtraError("the analysis screening", "experiments") from None
    count, size, replicates = found.values.shape
    factors = size - 1
    rows = points.iloc[found.numbers.ravel()]
    # SALib looks at the direction of a step only; its length is that of the grid of places
    places = np.column_stack([factor.places(rows[factor.path].tolist()) for factor in study.factors])
    outputs = found.values.mean(axis=2).ravel()
    out = morris.analyze(problem_of(factors), places, outputs, num_levels=levels, num_resamples=resamples, seed=1)
    importance = np.asarray(out["mu_star"], np.float64)
    half = np.asarray(out["mu_star_conf"], np.float64)
    floor = np.full(factors, np.nan)
    if replicates > 1:
        steps = places.reshape(count, size, factors)
        moved = np.abs(np.diff(steps, axis=1)).argmax(axis=2)  # (count, D): which factor a step moves
        spread = np.diff(found.values, axis=1).var(axis=2, ddof=1) / replicates
        delta = levels / (2 * (levels - 1))
        for factor in range(factors):
            floor[factor] = np.sqrt(2 / np.pi * spread[moved == factor].mean()) / delta
    return Effects(
        Estimates(importance, np.maximum(importance - half, 0.0), importance + half),
        np.asarray(out["mu"], np.float64), np.asarray(out["sigma"], np.float64), floor,
    )  # fmt: skip
