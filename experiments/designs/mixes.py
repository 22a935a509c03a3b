"""Mixes of levers: a search for the Pareto front of what they cost and what they bring, then what doubt makes of it.

The search is NSGA-II (Deb et al. 2002) by Optuna, a generation a round, in the scenario as it is. Its first generation
holds no lever at all, each lever alone and all together. Then the mixes on the front are played with fresh seeds, for
those picked as the best of many have had luck with theirs; and, where other factors than levers vary, the front's mixes
are played in other worlds, for their regret.

Every call replays the search from its beginning and from `results` alone: a sweep that was killed asks again for the
same. Mixes that were played already are not played twice. Should the search go another way than before (a run that had
failed was played again; another version of Optuna), what it lacks is played, and what is there is used.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import qmc

from ecosim.errors import MissingExtraError, StudyError, nearest_name
from experiments.designs.base import Design, Round, no_points, repeated, replicates_of
from experiments.designs.options import check_number, check_whole
from experiments.study.factors import LEVER, SCENARIO, Factor, Value

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["Mixes", "front_rows"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mix = tuple[int, ...]  # of each lever the number of its step
GENERATION, WORLD = "design.generation", "design.world"
AFTER = -1  # the generation of points that are no part of the search


class Mixes(Design):
    """NSGA-II over levers.

    population, generations : of the search; a generation is a round
    maximise, minimise : outcomes of the study; two in all at least
    step : the intensities that are tried lie so far apart; a factor with levels has its levels
    confirm : fresh replicates of the mixes on the front, after the search
    worlds : how many other worlds (a Latin hypercube over the factors that are not levers) the front is played in
    finalists : how many mixes of the front are, at most: spread evenly along it, the null mix among them
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {
        "population": 20, "generations": 10, "maximise": (), "minimise": ("policy_spending",), "step": 0.1,
        "confirm": 0, "worlds": 0, "finalists": 8,
    }  # fmt: skip

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        named = [factor for factor in study.factors if factor.path.startswith(LEVER)]
        self.levers: list[Factor] = named or (list(study.factors) if study.run else [])
        self.others: list[Factor] = [factor for factor in study.factors if factor not in self.levers]

    def check(self, where: str) -> None:
        """Raise StudyError for options or factors that a search over mixes cannot have."""
        study, options = self.study, self.options
        for key, low in (("population", 2), ("generations", 1), ("confirm", 0), ("worlds", 0), ("finalists", 2)):
            check_whole(options, key, low, 1_000_000, where)
        check_number(options, "step", 0.001, 1.0, where)
        for key in ("maximise", "minimise"):
            if not isinstance(options[key], list | tuple):
                raise StudyError(f"{where}: {key} = {options[key]!r}: allowed is a list of outcomes")
            for name in options[key]:
                if name not in study.outcomes:
                    raise StudyError(
                        f"{where}: {key}: {name!r}{nearest_name(str(name), study.outcomes)}: allowed are the study's "
                        f"outcomes: {', '.join(study.outcomes)}"
                    )
        chosen = self.objectives
        if len(set(chosen)) < max(len(chosen), 2) or not options["maximise"]:
            raise StudyError(
                f"{where}: maximise, minimise: allowed are two different outcomes or more, one to maximise"
            )
        if not self.levers:
            raise StudyError(f"{where}: no factor is a lever; allowed are factors such as lever.training")
        if any(not factor.is_numeric for factor in self.levers):
            raise StudyError(f"{where}: a lever's levels must be numbers")
        if any(factor.path == SCENARIO for factor in self.others):
            raise StudyError(f"{where}: the scenario cannot be a factor of a search; use a factorial design")
        if options["worlds"] and not self.others:
            raise StudyError(f"{where}: worlds = {options['worlds']}: no factor but levers varies: there is one world")
        if self.others and not options["worlds"]:
            names = ", ".join(factor.path for factor in self.others)
            raise StudyError(f"{where}: worlds = 0, but factors vary that are not levers: {names}")
        if options["population"] < len(self._first()):
            raise StudyError(
                f"{where}: population = {options['population']}: allowed is {len(self._first())} or more: no lever, "
                "each alone, all together"
            )
        if study.replicates.sequential:
            raise StudyError(f"{where}: a search has the same replicates for all mixes: give replicates a number only")
        _optuna()

    @property
    def objectives(self) -> tuple[str, ...]:
        """The outcomes that are searched over, those to maximise first."""
        return (*self.options["maximise"], *self.options["minimise"])

    def next_round(self, results: Results) -> Round | None:
        """Return the next generation, and in the end what follows the search; see the module.

        A mix none of whose runs was good is told to the search as failed; others are tried in its place, out of the
        same number of trials (population × generations).
        """
        with _quiet():
            return self._next(results)

    def _next(self, results: Results) -> Round | None:
        known, means = self._known(results), self._means(results)
        search, space = self._search(), self._space()
        left, missing = self.options["population"] * self.options["generations"], self.options["population"]
        batch = 0
        while left:
            trials = [search.ask(space) for _ in range(min(missing, left))]
            mixes = [tuple(int(trial.params[lever.path]) for lever in self.levers) for trial in trials]
            new = [mix for mix in dict.fromkeys(mixes) if mix not in known]
            if new:
                first = len(results.points)
                asked = replicates_of(range(first, first + len(new)), 0, self.study.replicates.number)
                return Round(self._points(new, batch), asked, f"{len(new)} new mixes, {left} trials left")
            told = sum(_tell(search, trial, means[known[mix]]) for trial, mix in zip(trials, mixes, strict=True))
            left -= len(trials)
            missing = missing - told or self.options["population"]
            batch += 1
        return self._after(results, means)

    def planned_runs(self) -> int | None:
        return None

    # -- the search -------------------------------------------------------------------------------------------

    def _search(self) -> Any:
        optuna = _optuna()
        ways = ["maximize"] * len(self.options["maximise"]) + ["minimize"] * len(self.options["minimise"])
        with warnings.catch_warnings():
            # part of NSGA-II's sampler is still marked experimental; its version is in the manifest
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.NSGAIISampler(
                population_size=self.options["population"], seed=self.study.seed % 2**32
            )
        search = optuna.create_study(directions=ways, sampler=sampler)
        for mix in self._first():
            search.enqueue_trial(dict(zip(self._space(), mix, strict=True)))
        return search

    def _space(self) -> dict[str, Any]:
        whole = _optuna().distributions.IntDistribution
        return {lever.path: whole(0, len(self._steps(lever)) - 1) for lever in self.levers}

    def _steps(self, lever: Factor) -> list[Value]:
        """Return the values of a lever that are tried, from the lowest to the highest."""
        if lever.levels:
            return list(lever.levels)
        parts = max(round(1 / self.options["step"]), 1)
        return [round(float(value), 12) for value in lever.steps(parts + 1)]

    def _first(self) -> list[Mix]:
        """Return the mixes that are tried first: none, each alone, all together."""
        most = [len(self._steps(lever)) - 1 for lever in self.levers]
        count = len(most)
        alone = [tuple(most[row] if row == chosen else 0 for row in range(count)) for chosen in range(count)]
        return list(dict.fromkeys([(0,) * count, *alone, tuple(most)]))

    # -- points -----------------------------------------------------------------------------------------------

    def _points(self, mixes: list[Mix], generation: int) -> pd.DataFrame:
        steps = [self._steps(lever) for lever in self.levers]
        rows = [{lever.path: steps[row][mix[row]] for row, lever in enumerate(self.levers)} for mix in mixes]
        usual = {factor.path: self._usual(factor) for factor in self.others}
        table = pd.DataFrame([{**row, **usual} for row in rows], columns=list(self.study.paths))
        return table.assign(**{GENERATION: np.int64(generation), WORLD: np.int64(0)})

    def _usual(self, factor: Factor) -> Value:
        """Return the value of an assumption in the world of the search: that of the scenario."""
        scenario = self.study.scenario
        if scenario is None:
            return factor.values([0.5])[0]
        group, name = factor.path.split(".")
        value: Value = scenario.parameters.to_dict()[group][name]
        return value

    def _known(self, results: Results) -> dict[Mix, int]:
        """Return the number of the point of every mix of the search."""
        points = results.points
        if len(points) == 0:
            return {}
        places = [{value: row for row, value in enumerate(self._steps(lever))} for lever in self.levers]
        columns = [points[lever.path].tolist() for lever in self.levers]
        found: dict[Mix, int] = {}
        for point in np.flatnonzero(points[WORLD] == 0).tolist():
            mix = tuple(place[column[point]] for place, column in zip(places, columns, strict=True))
            found.setdefault(mix, point)
        return found

    def _means(self, results: Results) -> FloatArray:
        """Return the objectives of every point, float64 (P, objectives): means over the replicates of the search; NaN
        where there is none. Later replicates do not count, or a finished search would not be the same any more.
        """  # fmt: skip
        number = self.study.replicates.number
        found = np.full((len(results.points), len(self.objectives)), np.nan)
        for column, name in enumerate(self.objectives if len(found) else ()):
            values = results.matrix(name)[:, :number]
            count = (~np.isnan(values)).sum(axis=1)
            found[count > 0, column] = np.nansum(values[count > 0], axis=1) / count[count > 0]
        return found

    # -- after the search -------------------------------------------------------------------------------------

    def _after(self, results: Results, means: FloatArray) -> Round | None:
        """Return the last round: fresh replicates for the front, and the front in other worlds."""
        points, number = results.points, self.study.replicates.number
        confirm, worlds = self.options["confirm"], self.options["worlds"]
        means = np.where((points[WORLD] == 0).to_numpy()[:, None], means, np.nan)  # worlds are not set against another
        front = front_rows(means, len(self.options["maximise"]))
        levers = points[[lever.path for lever in self.levers]]
        nothing = int(np.flatnonzero((levers == [self._steps(lever)[0] for lever in self.levers]).all(axis=1))[0])
        asked = []
        if confirm:
            rounds = results.folder.rounds
            confirmed = rounds.loc[rounds["last"] >= number + confirm, "point"]
            chosen = [point for point in dict.fromkeys([nothing, *front.tolist()]) if point not in set(confirmed)]
            asked.append(replicates_of(chosen, number, number + confirm))
        new = no_points(self.study)
        if worlds:
            elsewhere = self._elsewhere(points, self._finalists(nothing, front, means))
            new = elsewhere[~repeated(self.study, elsewhere, points)].reset_index(drop=True)
            asked.append(replicates_of(range(len(points), len(points) + len(new)), 0, number))
        if not sum(map(len, asked)):
            return None
        words = f"the front, {len(front)} mixes: {confirm} fresh replicates each, and {worlds} other worlds"
        return Round(new, pd.concat(asked, ignore_index=True), words)

    def _finalists(self, nothing: int, front: IntArray, means: FloatArray) -> list[int]:
        """Return the null mix and mixes spread evenly along the front, in order of the last objective."""
        others = front[front != nothing]
        others = others[np.argsort(means[others, -1], kind="stable")]
        most = self.options["finalists"] - 1
        if len(others) > most:
            others = others[np.unique(np.linspace(0, len(others) - 1, most).round().astype(np.int64))]
        return [nothing, *others.tolist()]

    def _elsewhere(self, points: pd.DataFrame, finalists: list[int]) -> pd.DataFrame:
        """Return the finalists in every other world: a Latin hypercube over the factors that are not levers."""
        sampler = qmc.LatinHypercube(d=len(self.others), seed=self.study.seed)
        places = sampler.random(self.options["worlds"])
        worlds = [factor.values(places[:, row]) for row, factor in enumerate(self.others)]
        levers = points.loc[finalists, [lever.path for lever in self.levers]].to_dict("records")
        rows = [
            {**mix, **{factor.path: column[world] for factor, column in zip(self.others, worlds, strict=True)},
             WORLD: np.int64(world + 1)}
            for world in range(len(places)) for mix in levers
        ]  # fmt: skip
        return pd.DataFrame(rows)[[*self.study.paths, WORLD]].assign(**{GENERATION: np.int64(AFTER)})


def front_rows(means: FloatArray, maximised: int) -> IntArray:
    """Return which rows of float64 (P, objectives) no other row dominates, int64; the first `maximised` columns are to
    be large, the others small. Rows with NaN are left out; of equal rows all count.
    """  # fmt: skip
    better = means * np.where(np.arange(means.shape[1]) < maximised, -1.0, 1.0)  # small is good
    known = np.flatnonzero(~np.isnan(better).any(axis=1))
    found = []
    for row in known.tolist():
        no_worse = (better[known] <= better[row]).all(axis=1)
        if not (no_worse & (better[known] < better[row]).any(axis=1)).any():
            found.append(row)
    return np.array(found, np.int64)


def _tell(search: Any, trial: Any, values: FloatArray) -> bool:
    """Tell the search what a mix gave; return whether it was anything."""
    if np.isnan(values).any():
        search.tell(trial, state=_optuna().trial.TrialState.FAIL)
        return False
    search.tell(trial, values.tolist())
    return True


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise MissingExtraError("the design mixes", "experiments") from None
    return optuna


@contextmanager
def _quiet() -> Iterator[None]:
    """Let the search work without a word: a line for each of thousands of trials helps nobody."""
    log = _optuna().logging
    before = log.get_verbosity()
    log.set_verbosity(log.WARNING)
    try:
        yield
    finally:
        log.set_verbosity(before)
