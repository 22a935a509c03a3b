"""How good a prediction is: AUC, precision among the first, Brier score, calibration; and resampling for intervals.

Arrays in, numbers out. Knows of no model, no network and no file. Every measure takes weights, so that a bootstrap is
a change of weights and nothing is sorted twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["Ranked", "bins", "brier", "copies", "two_way"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Ranked:
    """Cases in the order of their score, within groups; equal scores stay together.

    Parameters
    ----------
    happened : bool (n,), what came of each case
    score : float64 (n,), larger is likelier; no NaN
    group : int64 (n,), cases are compared within their group only; None: all with all
    """

    def __init__(self, happened: BoolArray, score: FloatArray, group: IntArray | None = None) -> None:
        if np.isnan(score).any():
            raise ValueError("score: NaN: a case without a score cannot be ranked")
        group = np.zeros(len(score), np.int64) if group is None else group
        order = np.lexsort((score, group))
        step = np.r_[True, (np.diff(score[order]) != 0) | (np.diff(group[order]) != 0)]
        block = np.empty(len(score), np.int64)
        block[order] = np.cumsum(step) - 1
        self._block, self._blocks = block, int(step.sum())
        _, self._of_group = np.unique(group[order][step], return_inverse=True)
        self._first = np.r_[0, np.flatnonzero(np.diff(self._of_group)) + 1]
        self._happened = happened.astype(np.float64)

    def _hits_and_all(self, weight: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """Return the weight of what happened, and of all, in each block of equal scores."""
        if weight is None:
            weight = np.ones(len(self._block))
        hits: FloatArray = np.bincount(self._block, weight * self._happened, self._blocks).astype(np.float64)
        return hits, np.bincount(self._block, weight, self._blocks).astype(np.float64)

    def auc(self, weight: FloatArray | None = None) -> float:
        """Return the chance that of two cases of one group, one that happened and one that did not, the first has the
        higher score (equal scores: one half). NaN without such a pair.

        Source: Hanley & McNeil 1982, "The meaning and use of the area under a ROC curve", Radiology 143, 29.
        """
        hits, everything = self._hits_and_all(weight)
        misses = everything - hits
        below = np.cumsum(misses) - misses
        below -= below[self._first][self._of_group]
        groups = len(self._first)
        pairs = (np.bincount(self._of_group, hits, groups) * np.bincount(self._of_group, misses, groups)).sum()
        return float((hits * (below + misses / 2)).sum() / pairs) if pairs > 0 else float("nan")

    def precision(self, share: float, weight: FloatArray | None = None) -> float:
        """Return what share happened among the `share` of cases (above 0) with the highest scores, whatever their
        group; of equal scores at the edge, as many as fit, taken at random (their expectation)."""
        if len(self._first) > 1:
            raise ValueError("precision: cases of several groups have no common order")
        hits, everything = self._hits_and_all(weight)
        hits, everything = hits[::-1], everything[::-1]
        wanted = share * everything.sum()
        before = np.cumsum(everything) - everything
        taken = np.clip(wanted - before, 0.0, everything)
        rate = np.divide(hits, everything, out=np.zeros_like(hits), where=everything > 0)
        return float((taken * rate).sum() / wanted) if wanted > 0 else float("nan")


def brier(happened: BoolArray, probability: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the mean squared difference of probability and outcome (Brier 1950, Monthly Weather Review 78, 1)."""
    return float(np.average((probability - happened) ** 2, weights=weight))


def bins(probability: FloatArray, number: int) -> IntArray:
    """Return the bin of each case, int64 (n,): `number` bins of about as many cases, in order of the probability;
    equal probabilities fall into one bin, so that there may be fewer."""
    order = np.argsort(probability, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    # of equal ones, all take the place of the first
    values, which = np.unique(probability, return_inverse=True)
    first = np.full(len(values), len(order), np.int64)
    np.minimum.at(first, which, place)
    _, found = np.unique(first[which] * number // max(len(order), 1), return_inverse=True)
    return found.astype(np.int64)


def copies(count: int, generator: np.random.Generator) -> FloatArray:
    """Return how often each of `count` units is drawn in a bootstrap, float64 (count,), summing to `count`."""
    return np.bincount(generator.integers(0, count, count), minlength=count).astype(np.float64)


def two_way(
    first: IntArray, second: IntArray, resamples: int, seed: int, one_kind: bool = False
) -> Iterator[FloatArray]:
    """Yield the weights of cases (float64, n) in each resample of the units that a case belongs to.

    first, second : int64 (n,), the units of each case, say organisation and theme; one_kind : they are of one kind, say
    the two themes of a pair. The units of either kind are resampled by themselves, and a case weighs the product: cases
    that share a unit are not taken as independent, and intervals are rather too wide than too narrow.

    Source: Owen 2007, "The pigeonhole bootstrap", Annals of Applied Statistics 1, 386.
    """
    generator = np.random.default_rng(seed)
    units = int(max(first.max(), second.max())) + 1 if one_kind else int(first.max()) + 1
    for _ in range(resamples):
        drawn = copies(units, generator)
        other = drawn if one_kind else copies(int(second.max()) + 1, generator)
        yield drawn[first] * other[second]
