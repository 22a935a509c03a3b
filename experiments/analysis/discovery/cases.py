"""What counts as a case of interest, point by point, and whether boxes hold on points that they were not found on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.analysis.discovery.prim import Rules, boxes

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study.factors import Factor

__all__ = ["Cases", "HeldOut", "column_of", "find_cases", "held_out", "kind_of"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cases:
    """The points that have runs, and how many of these are of interest.

    columns : one array (P,) per factor; kinds : ``range``, ``whole`` or ``level``, per factor
    cases, trials : runs of interest and runs in all, float64 (P,); with ``by = "point"`` a point is one trial
    unknown : good runs whose outcome is not a number
    """

    columns: tuple[npt.NDArray[Any], ...]
    kinds: tuple[str, ...]
    cases: FloatArray
    trials: FloatArray
    unknown: int

    @property
    def rate(self) -> float:
        return float(self.cases.sum() / self.trials.sum())


class HeldOut(NamedTuple):
    """How a box does on points that it was not found on.

    density : cases among the runs inside; coverage : share of all cases; base : cases among the runs that it chose from
    p : that points drawn at random would be so dense in cases, the median over repetitions; points : in it, on average
    """

    density: float
    coverage: float
    base: float
    p: float
    points: float


def kind_of(factor: Factor) -> str:
    """Return how a factor is peeled: levels that are texts or switches have no order."""
    if factor.levels:
        return "level" if any(isinstance(level, str | bool) for level in factor.levels) else "whole"
    return "whole" if factor.whole else "range"


def column_of(factor: Factor, values: Any) -> npt.NDArray[Any]:
    """Return a factor's values as an array of its own: float64, or texts for categories."""
    return np.array([str(v) for v in values]) if kind_of(factor) == "level" else np.array(values, np.float64)


def find_cases(results: Results, outcome: str, above: float | None, below: float | None, by: str) -> Cases:
    """Return the cases of interest: an outcome above one level and below another, in a run or in the mean of a point.

    An outcome that is not known in a good run (a month of emergence where nothing emerged) is not of interest.
    """
    matrix = results.matrix(outcome)
    played: npt.NDArray[np.bool_] = np.zeros(matrix.shape, np.bool_)
    good = results.good
    played[good["point"].to_numpy(), good["replicate"].to_numpy()] = True
    unknown = int((played & np.isnan(matrix)).sum())
    if by == "point":
        matrix = results.means(outcome)[:, None]
        played = np.any(played, axis=1)[:, None]
    low, high = -np.inf if above is None else above, np.inf if below is None else below
    with np.errstate(invalid="ignore"):
        cases = ((matrix > low) & (matrix < high) & played).sum(axis=1).astype(np.float64)
    trials = played.sum(axis=1).astype(np.float64)
    there = trials > 0
    factors = results.study.factors
    columns = tuple(column_of(factor, results.points[factor.path].tolist())[there] for factor in factors)
    return Cases(columns, tuple(kind_of(factor) for factor in factors), cases[there], trials[there], unknown)


def held_out(data: Cases, rules: Rules, most: int, folds: int = 5, repeats: int = 5, seed: int = 1) -> list[HeldOut]:
    """Return how the first, second, … box does on held-out points, by cross-validation of the whole search.

    Every repetition finds boxes anew on all points but a fold, fold by fold, so that each point is held out once;
    replicates of a point stay together. Inside against all that are eligible: a permutation test by its normal
    approximation (mean of a sample without replacement).
    """
    generator = np.random.default_rng([seed, 7])
    points = len(data.cases)
    rate = data.cases / data.trials
    found: list[list[HeldOut]] = [[] for _ in range(most)]
    for _ in range(repeats):
        which = np.full(points, -1)  # the number of the box that a point lies in
        fold = generator.permutation(points) % folds
        for number in range(folds):
            test = fold == number
            parts = [column[~test] for column in data.columns]
            rest = [column[test] for column in data.columns]
            places = np.full(int(test.sum()), -1)
            for index, (box, _) in enumerate(
                boxes(parts, data.kinds, data.cases[~test], data.trials[~test], rules, most)
            ):
                if box.limits:
                    places[box.holds(rest) & (places < 0)] = index
            which[test] = places
        for index in range(most):
            found[index].append(_judged(data, rate, which == index, (which < 0) | (which >= index)))
    return [HeldOut(*(float(np.median(column)) for column in zip(*rows, strict=True))) for rows in found]


def _judged(
    data: Cases, rate: FloatArray, inside: npt.NDArray[np.bool_], eligible: npt.NDArray[np.bool_]
) -> HeldOut:  # fmt: skip
    count, of = int(inside.sum()), int(eligible.sum())
    base = float(data.cases[eligible].sum() / max(data.trials[eligible].sum(), 1.0))
    if count < 5 or count == of:
        return HeldOut(base, 0.0, base, 1.0, float(count))
    spread = float(rate[eligible].std(ddof=1)) * np.sqrt((1.0 - count / of) / count)
    lift = float(rate[inside].mean() - rate[eligible].mean())
    p = float(stats.norm.sf(lift / spread)) if spread > 0 else 1.0
    density = float(data.cases[inside].sum() / data.trials[inside].sum())
    coverage = float(data.cases[inside].sum() / max(data.cases.sum(), 1.0))
    return HeldOut(density, coverage, base, p, float(count))
