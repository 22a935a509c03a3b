"""A sweep as draws from a prior: parameters, summary statistics, and how well values that are known are found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.spatial import cKDTree

from experiments.analysis.calibration.posterior import Forest, Posterior
from experiments.analysis.discovery.cases import kind_of
from experiments.statistics import Interval

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study.factors import Factor

__all__ = ["Draws", "Recovery", "calibrated", "outside", "parameters_of", "recovered", "statistics_of"]

FloatArray = npt.NDArray[np.float64]
PRIOR_SD = float(np.sqrt(1 / 12))  # of a place in the unit interval


@dataclass(frozen=True)
class Draws:
    """The good runs of a sweep, each a draw.

    names : of the statistics that are used; raw : their values, float64 (n, s), NaN where unknown
    statistics : the same on a scale without far tails and without NaN, float64 (n, s)
    places : of every parameter in its range, float64 (n, k); points, seeds : of every run, int64 (n,)
    dropped : statistics that are not used, with the reason
    """

    names: tuple[str, ...]
    raw: FloatArray
    statistics: FloatArray
    places: FloatArray
    points: npt.NDArray[np.int64]
    seeds: npt.NDArray[np.int64]
    dropped: dict[str, str]

    def transformed(self, observed: FloatArray) -> FloatArray:
        """Return observed statistics (m, s) on the scale of `statistics`."""
        return np.column_stack([_bent(column, observed[:, k]) for k, column in enumerate(self.raw.T)])


@dataclass(frozen=True)
class Recovery:
    """How well one parameter's known values were found again, on held-out points; places in the unit interval.

    truth, mean, sd, low, high : per pretended observation, float64 (m,); low and high: of the 90 % interval
    within : share of truths in the 50 % and in the 90 % interval, with binomial (Clopper–Pearson) 95 % intervals
    correlation : of posterior means with truths; error : root mean square of mean minus truth; prior_error : the same
        for the prior's mean; skill : 1 − error²/prior_error², with a bootstrap interval
    width : mean posterior sd over the prior's
    """

    truth: FloatArray
    mean: FloatArray
    sd: FloatArray
    low: FloatArray
    high: FloatArray
    within: dict[int, Interval]
    correlation: float
    error: float
    prior_error: float
    skill: Interval
    width: float

    @property
    def verdict(self) -> str:
        """``identified``, ``weakly identified`` or ``not identified``."""
        if self.skill.low <= 0.05 or self.width > 0.95:
            return "not identified"
        return "identified" if self.skill.low > 0.5 else "weakly identified"


def parameters_of(factors: tuple[Factor, ...]) -> list[Factor]:
    """Return the factors that have an order, and so a posterior; the others are averaged over."""
    return [factor for factor in factors if kind_of(factor) != "level"]


def statistics_of(results: Results, names: tuple[str, ...]) -> Draws:
    """Return the good runs as draws, with the statistics that tell anything."""
    good: pd.DataFrame = results.good
    factors = parameters_of(results.study.factors)
    places = np.column_stack([factor.places(good[factor.path].tolist()) for factor in factors])
    kept, dropped = [], {}
    for name in names:
        values = good[name].to_numpy(np.float64)
        known = values[np.isfinite(values)]
        if len(known) < 2 or (np.ptp(known) == 0 and len(known) == len(values)):
            dropped[name] = "it is the same in every run"
        else:
            kept.append(name)
    raw = good[kept].to_numpy(np.float64, copy=True)
    bent = [_bent(column, column) for column in raw.T]
    table = np.column_stack(bent) if bent else np.empty((len(raw), 0))
    numbers = [good[name].to_numpy(np.int64, copy=True) for name in ("point", "seed")]
    return Draws(tuple(kept), raw, table, places, numbers[0], numbers[1], dropped)


def calibrated(draws: Draws, observed: FloatArray, trees: int, adjust: bool, seed: int) -> list[Posterior]:
    """Return every parameter's posterior for one observation, float64 (s,), from all runs."""
    row = draws.transformed(observed[None, :])
    found = []
    for k in range(draws.places.shape[1]):
        forest = Forest(draws.statistics, draws.places[:, k], draws.points, trees, seed + k)
        found.append(forest.posteriors(row, adjust)[0])
    return found


def recovered(draws: Draws, count: int, trees: int, adjust: bool, seed: int) -> list[Recovery]:
    """Return how well parameters are found again. `count` points take turns, at most a fifth of all at a time, in being
    held out: one run of each is a pretended observation, and forests are grown on the runs of the other points.

    A fifth of the seeds is held out with them, when there are five or more: under common random numbers all points
    share their seeds, and an observation that shares its seed with the draws is found better than any real one.
    """
    generator = np.random.default_rng([seed, 22])
    points = generator.permutation(np.unique(draws.points))
    turns = max(1, -(-count // max(1, len(points) // 5)))
    seeds = generator.permutation(np.unique(draws.seeds))
    few = len(seeds) // 5
    truths: list[FloatArray] = []
    found: list[list[Posterior]] = [[] for _ in range(draws.places.shape[1])]
    for turn, held in enumerate(np.array_split(points[:count], turns)):
        strange = np.roll(seeds, -turn * few)[:few]
        asked = np.isin(draws.points, held)
        grown = ~asked & ~np.isin(draws.seeds, strange)
        if few:
            asked &= np.isin(draws.seeds, strange)
        runs = [np.flatnonzero(asked & (draws.points == point)) for point in held]
        rows = np.array([generator.choice(some) for some in runs if len(some)], np.int64)
        truths.append(draws.places[rows])
        for k in range(len(found)):
            forest = Forest(draws.statistics[grown], draws.places[grown, k], draws.points[grown], trees, seed + k)
            found[k] += forest.posteriors(draws.statistics[rows], adjust)
    truth = np.concatenate(truths)
    return [_scored(truth[:, k], posteriors) for k, posteriors in enumerate(found)]


def outside(draws: Draws, observed: FloatArray) -> tuple[list[str], float]:
    """Return the statistics whose observed value no run reaches, and the share of runs that lie at least as far from
    other runs as the observation does (distance to the tenth nearest, statistics in standard deviations).
    """  # fmt: skip
    names = []
    for k, name in enumerate(draws.names):
        known = draws.raw[np.isfinite(draws.raw[:, k]), k]
        if not np.isfinite(observed[k]):
            if len(known) == len(draws.raw):
                names.append(name)
        elif not known.min() <= observed[k] <= known.max():
            names.append(name)
    centre, spread = draws.statistics.mean(axis=0), draws.statistics.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    tree = cKDTree((draws.statistics - centre) / spread)
    near = min(10, len(draws.statistics) - 1)
    own = tree.query(tree.data, k=[near + 1])[0][:, 0]  # the first is the run itself
    mine = tree.query((draws.transformed(observed[None, :]) - centre) / spread, k=[near])[0][0, 0]
    return names, float((own >= mine - 1e-12).mean())


def _scored(truth: FloatArray, posteriors: list[Posterior]) -> Recovery:
    mean, sd = np.array([p.mean for p in posteriors]), np.array([p.sd for p in posteriors])
    ends = np.array([p.quantile([0.05, 0.25, 0.75, 0.95]) for p in posteriors])
    inside = {
        90: (truth >= ends[:, 0]) & (truth <= ends[:, 3]), 50: (truth >= ends[:, 1]) & (truth <= ends[:, 2])
    }  # fmt: skip
    within = {}
    for level, hits in inside.items():
        low, high = stats.binomtest(int(hits.sum()), len(hits)).proportion_ci(0.95)
        within[level] = Interval(float(hits.mean()), float(low), float(high))
    wrong, blind = (mean - truth) ** 2, (0.5 - truth) ** 2
    rows = np.random.default_rng(23).integers(0, len(truth), (1000, len(truth)))
    skills = 1.0 - wrong[rows].sum(axis=1) / np.maximum(blind[rows].sum(axis=1), 1e-300)
    low, high = np.quantile(skills, [0.025, 0.975])
    varied = len(truth) > 2 and np.ptp(mean) > 0 and np.ptp(truth) > 0
    return Recovery(
        truth, mean, sd, ends[:, 0], ends[:, 3], within,
        float(np.corrcoef(mean, truth)[0, 1]) if varied else np.nan,
        float(np.sqrt(wrong.mean())), float(np.sqrt(blind.mean())),
        Interval(float(1.0 - wrong.sum() / max(blind.sum(), 1e-300)), float(low), float(high)),
        float(sd.mean() / PRIOR_SD),
    )  # fmt: skip


def _bent(column: FloatArray, values: Any) -> FloatArray:
    """Return values on the scale of a column: inverse hyperbolic sine in units of its typical size, so that counts over
    many orders of magnitude have no far tail; what is not known lies beyond the highest.
    """  # fmt: skip
    known = np.abs(column[np.isfinite(column) & (column != 0)])
    size = float(np.median(known)) if len(known) else 1.0
    bent: FloatArray = np.arcsinh(np.asarray(values, np.float64) / size)
    top = float(np.arcsinh(np.nanmax(column) / size)) if np.isfinite(column).any() else 0.0
    low = float(np.arcsinh(np.nanmin(column) / size)) if np.isfinite(column).any() else 0.0
    bent[~np.isfinite(bent)] = top + 0.1 * max(top - low, 1.0)
    return bent
