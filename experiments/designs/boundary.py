"""Active search for where emergence begins: every round plays where it tells most about the boundary P = 0.5.

A round is chosen by what it is expected to do for the uncertainty of the boundary, whether by playing a known point
again or by moving to a new one (`experiments.analysis.boundary.emergence`). Knows nothing of what is played.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import StudyError, nearest_name
from experiments.designs.base import Design, Round, no_points

if TYPE_CHECKING:
    from experiments.analysis.boundary.emergence import EmergenceModel
    from experiments.store import Results

__all__ = ["FIRST", "BoundarySearch", "counts", "unit_places"]

FloatArray = npt.NDArray[np.float64]
FIRST = "design.first"  # the replicate that a point begins with

_NEW, _TESTS, _PICKS = 128, 400, 16  # new places looked at, places the uncertainty is looked at, choices per round
_HOPELESS, _SAFE = 0.2, 0.9  # expected shares of good runs: below, a place is left alone; above, it is not doubted
_NEAR = 0.15  # within this distance places are thought to succeed or fail alike
_BETTER = 1.05  # a new point must promise this many times what a known one does: few points keep the model fast


class BoundarySearch(Design):
    """Search for the boundary of emergence over one to five ranges.

    Options: `outcome`, and `above` which value it counts as emergence; `initial`, runs that fill the space at first;
    `batch`, runs per round; `budget`, runs in all; `precision`, the uncertainty of the boundary at which to stop: the
    share of the space that is expected to be on the wrong side of it; `seeds`, how many replicates the points share.

    The points have different seeds, in turn: were all played with replicates 0 and 1, the search would find, very
    precisely, the boundary of two seeds. A failed run counts against the budget and tells nothing; where hardly any
    run succeeds the search does not come back. The study's number of replicates is not used.

    Source: stepwise uncertainty reduction (Bect et al. 2012; Chevalier et al. 2014), with replication as in Binois et
    al. 2019.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {
        "outcome": "emerged", "above": 0.5, "initial": 32, "batch": 32, "budget": 400, "precision": 0.01, "seeds": 256,
    }  # fmt: skip

    def check(self, where: str) -> None:
        factors, options = self.study.factors, self.options
        if not 1 <= len(factors) <= 5:
            raise StudyError(f"{where}: boundary searches 1 to 5 factors; the study has {len(factors)}")
        for factor in factors:
            if factor.levels:
                raise StudyError(f"{where}: factors.{factor.path}: boundary needs a range (low and high), not levels")
        if self.study.replicates.sequential:
            raise StudyError(f"{where}: boundary decides what is played again: no stopping rule in replicates")
        name = options["outcome"]
        if name not in self.study.outcomes:
            hint = nearest_name(str(name), self.study.outcomes)
            raise StudyError(
                f"{where}: outcome = {name!r}{hint}: allowed is one of the study's: {', '.join(self.study.outcomes)}"
            )
        for key, low in (("initial", 4), ("batch", 1), ("budget", 4), ("seeds", 1)):
            value = options[key]
            if isinstance(value, bool) or not isinstance(value, int) or value < low:
                raise StudyError(f"{where}: {key} = {value!r}: allowed is a whole number from {low}")
        if options["budget"] < options["initial"]:
            raise StudyError(
                f"{where}: budget = {options['budget']}: allowed is a whole number from initial = {options['initial']}"
            )
        for key, least, most in (("above", -math.inf, math.inf), ("precision", 0.0, 0.5)):
            value = options[key]
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise StudyError(f"{where}: {key} = {value!r}: allowed is a number from {least:g} to {most:g}")

    def next_round(self, results: Results) -> Round | None:
        known, options = len(results.points), self.options
        if known == 0:
            return self._round(self._spread(0, options["initial"]), 0, 0, "fill the space")
        emerged, runs, asked = counts(results, options["outcome"], options["above"])
        played = int(asked.sum())
        left = min(options["batch"], options["budget"] - played)
        if left <= 0:
            return None
        if emerged.sum() in (0, runs.sum()):
            # no boundary to be seen: half of the budget goes on looking evenly, and then it is left at that
            if played >= options["budget"] / 2:
                return None
            return self._round(self._spread(known, known + left), known, played, "no boundary yet: fill the space")
        from experiments.analysis.boundary.emergence import EmergenceModel, misjudged, spread

        d = len(self.study.factors)
        places = unit_places(results)
        model = EmergenceModel(places, emerged, runs)
        tests = spread(256 * 2 ** min(d, 3), d, self.study.seed)
        wrong = misjudged(*model.latent(tests))
        if wrong.mean() <= options["precision"]:
            return None
        tests = tests[np.argsort(-wrong, kind="stable")[:_TESTS]]
        new = spread(1024, d, self.study.seed + 1 + played)
        mean, deviation = model.latent(new)
        new = new[np.abs(mean) < 3.0 * deviation + 2.0][:_NEW]
        picks = self._choose(model, places, new, tests, asked, runs, left)
        chosen, often = np.unique(picks, return_counts=True)
        again = {
            int(point): (int(results.points[FIRST].iloc[point]), int(asked[point]), int(number))
            for point, number in zip(chosen, often, strict=True)
            if point < known
        }
        words = f"uncertainty of the boundary: {wrong.mean():.2g} of the space"
        fresh = chosen >= known
        return self._round(new[chosen[fresh] - known], known, played, words, often[fresh].tolist(), again)

    # -- choosing -----------------------------------------------------------------------------------------------

    def _choose(
        self, model: EmergenceModel, places: FloatArray, new: FloatArray, tests: FloatArray, asked: FloatArray,
        runs: FloatArray, left: int,
    ) -> npt.NDArray[np.int64]:  # fmt: skip
        """Return the points of the next `left` runs, each chosen knowing what those before it will do for the
        uncertainty: numbers below P are known points, the others rows of `new` after them.
        """  # fmt: skip
        from scipy.special import expit

        from experiments.analysis.boundary.emergence import misjudged_after

        candidates = np.concatenate([places, new])
        mean, covariance = model.covariance(np.concatenate([candidates, tests]))
        count = len(candidates)
        first = np.sqrt(np.maximum(np.diag(covariance)[count:], 1e-12))  # of the tests, before the round
        centre = mean[count:]
        # what a run tells, given that it succeeds: the information of a Bernoulli trial, at the P that is expected
        deviation = np.sqrt(np.maximum(np.diag(covariance)[:count], 1e-12))
        p = expit(mean[:count] / np.sqrt(1 + math.pi * deviation**2 / 8))
        success = _success(places, asked, runs, candidates)
        told = p * (1 - p) * success
        risky = success < _SAFE
        known = np.arange(count) < len(places)
        # far from the boundary there is nothing to be learnt: leave those out, for speed
        open_ = np.flatnonzero((np.abs(mean[:count]) < 3.0 * deviation + 2.0) & (told > 0))
        if not len(open_):
            open_ = np.arange(count)
        sizes = np.diff(np.linspace(0, left, min(left, _PICKS) + 1).astype(np.int64))
        picks: list[int] = []
        for size in sizes.tolist():
            cross = covariance[np.ix_(open_, np.arange(count, len(covariance)))]
            variance = np.diag(covariance)
            gain = size * told[open_] / (1.0 + size * told[open_] * variance[open_])
            later = np.sqrt(np.maximum(variance[count:] - gain[:, None] * cross**2, 1e-12))
            now = misjudged_after(centre, first, np.sqrt(np.maximum(variance[count:], 1e-12))).mean()
            promise = now - misjudged_after(centre, first, later).mean(axis=1)
            promise = np.where(known[open_], promise * _BETTER, promise)
            row = int(np.argmax(promise))
            best = int(open_[row])
            picks += [best] * size
            if risky[best]:  # one probe for this neighbourhood: whether runs succeed there is known after the round
                told[risky & (((candidates - candidates[best]) ** 2).sum(axis=1) < _NEAR**2)] = 0.0
            column = covariance[:, best].copy()
            covariance -= gain[row] * np.outer(column, column)
        return np.array(picks, np.int64)

    def _spread(self, first: int, last: int) -> FloatArray:
        from experiments.analysis.boundary.emergence import spread

        return spread(last, len(self.study.factors), self.study.seed)[first:]

    def _round(
        self, new: FloatArray, known: int, played: int, words: str, often: Sequence[int] = (),
        again: Mapping[int, tuple[int, int, int]] | None = None,
    ) -> Round:  # fmt: skip
        """Return a round of new places, `often` runs each (one), and of known points again: by point, the replicate it
        began with, how many runs it has, and how many more.
        """  # fmt: skip
        often, seeds = often or [1] * len(new), self.options["seeds"]
        rows = [row for point, how in (again or {}).items() for row in _turn(point, *how, seeds)]
        begins = [(played + sum(often[:index])) % seeds for index in range(len(new))]
        for index, (begin, runs) in enumerate(zip(begins, often, strict=True)):
            rows += _turn(known + index, begin, 0, runs, seeds)
        columns = {factor.path: factor.values(new[:, axis]) for axis, factor in enumerate(self.study.factors)}
        points = pd.DataFrame(columns) if len(new) else no_points(self.study)
        points = points.assign(**{FIRST: np.array(begins, np.int64)})
        return Round(points, pd.DataFrame(rows, columns=["point", "first", "last"]).astype(np.int64), words)


def unit_places(results: Results) -> FloatArray:
    """Return where the points of a sweep lie in the unit cube of the factors, float64 (P, D)."""
    columns = [factor.places(results.points[factor.path].tolist()) for factor in results.study.factors]
    return np.stack(columns, axis=1) if columns else np.zeros((len(results.points), 0))


def counts(results: Results, outcome: str, above: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, point by point, how many good runs have an outcome above a value, how many good runs there are that know
    it, and how many were played in all: float64 (P,) each.
    """  # fmt: skip
    number = len(results.points)
    runs = results.runs
    good = runs[(runs["status"] == "ok") & runs[outcome].notna()]
    there = good["point"].to_numpy()
    return (
        np.bincount(there, good[outcome].to_numpy(np.float64) > above, number).astype(np.float64),
        np.bincount(there, minlength=number).astype(np.float64),
        np.bincount(runs["point"].to_numpy(), minlength=number).astype(np.float64),
    )


def _success(places: FloatArray, asked: FloatArray, runs: FloatArray, at: FloatArray) -> FloatArray:
    """Return the share of runs that is expected to succeed at places, from those played around, (n,); 0 where hardly
    any do: they are thought to fail because of where they are.
    """  # fmt: skip
    away = ((at[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    near = np.exp(-0.5 * away / _NEAR**2)
    share = (near @ runs + 0.1) / (near @ asked + 0.1)
    return np.where(share < _HOPELESS, 0.0, share)


def _turn(point: int, begin: int, done: int, runs: int, seeds: int) -> list[tuple[int, int, int]]:
    """Return the rows (point, first, last) of the next replicates of a point that began with one and has had `done`:
    in turn through those that are shared, then on with higher numbers.
    """  # fmt: skip
    rows: list[tuple[int, int, int]] = []
    for number in range(done, done + runs):
        replicate = (begin + number) % seeds if number < seeds else number
        if rows and rows[-1][2] == replicate:
            rows[-1] = (point, rows[-1][1], replicate + 1)
        else:
            rows.append((point, replicate, replicate + 1))
    return rows
