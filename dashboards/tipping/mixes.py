"""Which lever tips it first, and the cheapest mix that does. Asks the map only; knows neither pages nor stories."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from dashboards.tipping.edges import alone
from dashboards.tipping.surrogate import FloatArray, Surrogate

__all__ = ["MARGIN", "Mix", "Pull", "cheapest", "ranking"]

MARGIN = 0.03  # of R above 1 that a mix must bring
_ALIKE = 0.005  # of R, within which two mixes are as good, so that the cheaper one is taken
_CANDIDATES = 512
_STEPS = (0.25, 0.1, 0.05, 0.02, 0.01)  # of the local search, in shares of a lever's range
_TRADES = ((1.0, 1.0), (1.0, 0.4), (0.4, 1.0))  # how far one lever goes up for another that goes down
_STARTS, _MOVES = 4, 12  # mixes that are improved, steps of one size at most
_DROP = 1e-3  # of its range, below which a lever counts as at rest
_Judge = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class Pull:
    """What one lever does from here when it is fully pulled, all else as it is.

    full : R then; change : by what it differs, with its interval; crosses : the smallest setting at which R passes 1,
    None if it does not by itself; costs : additional spending of policies when fully pulled, k€ over the run
    tells : whether the map can tell the change from 0; share : of what was left to pull, up to `crosses`
    """

    path: str
    here: float
    end: float
    full: float
    change: tuple[float, float, float]
    crosses: float | None
    costs: float

    @property
    def tells(self) -> bool:
        return self.change[1] > 0 or self.change[2] < 0

    @property
    def share(self) -> float | None:
        return None if self.crosses is None else (self.crosses - self.here) / max(self.end - self.here, 1e-12)


@dataclass(frozen=True)
class Mix:
    """A mix of levers from here.

    settings : what they stand at, by path, those that were moved; crosses : whether R is above 1 by `MARGIN`; if not,
    it is the mix that comes nearest; r : R with its interval; chance : that it is above 1; tells : whether the map
    can tell what it does from nothing; costs : spending of
    policies, k€ over the run; already : what of it is spent without the mix; point : float64 (d,), all settings
    """

    settings: dict[str, float]
    crosses: bool
    r: tuple[float, float, float]
    chance: float
    tells: bool
    costs: float
    already: float
    point: FloatArray


def ranking(model: Surrogate, here: FloatArray, columns: Sequence[int]) -> list[Pull]:
    """Return what each lever does alone, the one that tips first on top.

    First come those that cross, by the share of what is left to pull; then the others, by R when fully pulled.
    here : float64 (d,); columns : the levers
    """
    if not len(columns):
        return []
    full = np.tile(here, (len(columns), 1))
    full[np.arange(len(columns)), list(columns)] = model.high[list(columns)]
    change, r = model.change(here, full), model.mean(full)
    spent = model.spent(np.vstack([here, full]))
    below = float(model.mean(here[None])[0]) < 1.0
    found = []
    for row, column in enumerate(columns):
        low, high = float(here[column]), float(model.high[column])
        crosses = alone(model.mean, here, column, low, high) if below and high > low else None
        found.append(
            Pull(
                model.paths[column],
                low,
                high,
                float(r[row]),
                (float(change.estimate[row]), float(change.low[row]), float(change.high[row])),
                crosses,
                float(spent[row + 1] - spent[0]),
            )
        )
    return sorted(found, key=lambda one: (one.share is None, one.share or 0.0, -one.full))


def cheapest(model: Surrogate, here: FloatArray, columns: Sequence[int]) -> Mix:
    """Return the mix of levers, each at least at what it stands at, that brings R to 1 + `MARGIN` for least money.

    Where no mix brings it there, the cheapest of those that come nearest (to within half a percent). Levers that cost
    nothing in the model are pulled no further than is of use.

    here : float64 (d,); columns : the levers that may be pulled
    """
    places = list(columns)
    low, span = here[places], model.high[places] - here[places]

    def judged(shares: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (how much R is missing, 0 if nothing; what it costs), both (n,)."""
        points = np.tile(here, (len(shares), 1))
        points[:, places] = low + shares * span
        missing = np.ceil(np.maximum(1.0 + MARGIN - model.mean(points), 0.0) / _ALIKE) * _ALIKE
        # a little for every pull, so that levers without effect are left at rest
        return missing, model.spent(points) + shares.sum(axis=1)

    best = _search(judged, len(places))
    point = here.copy()
    point[places] = low + best * span
    r = model.reproduction(point[None])
    change = model.change(here, point[None])
    spent = model.spent(np.vstack([here, point]))
    moved = {
        model.paths[column]: float(point[column])
        for column, share in zip(places, best, strict=True)
        if share * (model.high[column] - here[column]) > _DROP * (model.high[column] - model.low[column])
    }
    triple = (float(r.estimate[0]), float(r.low[0]), float(r.high[0]))
    return Mix(
        moved, triple[0] >= 1.0 + MARGIN - 1e-9, triple, float(model.chance_above(point[None])[0]),
        bool(change.low[0] > 0 or change.high[0] < 0), float(spent[1]), float(spent[0]), point,
    )  # fmt: skip


def _search(judged: _Judge, dimensions: int) -> FloatArray:
    """Return the best shares, float64 (dimensions,): candidates all over the cube, then steps from the best ones."""
    if not dimensions:
        return np.zeros(0)
    tried = _candidates(dimensions)
    missing, costs = judged(tried)
    found = [
        _improved(judged, tried[row], (float(missing[row]), float(costs[row])))
        for row in np.lexsort((costs, missing))[:_STARTS]
    ]
    return min(found, key=lambda one: one[1])[0]


def _improved(judged: _Judge, best: FloatArray, score: tuple[float, float]) -> tuple[FloatArray, tuple[float, float]]:
    """Return a mix that no step makes better, and its score, from one to begin with."""
    for step in _STEPS:
        for _ in range(_MOVES):
            near = _neighbours(best, step)
            missing, costs = judged(near)
            row = np.lexsort((costs, missing))[0]
            if (float(missing[row]), float(costs[row])) >= score:
                break
            best, score = near[row], (float(missing[row]), float(costs[row]))
    return best, score


@functools.cache
def _candidates(dimensions: int) -> FloatArray:
    """Return mixes to begin with: nothing, each alone at five strengths, and all over the cube, half of it at rest."""
    spread = qmc.Sobol(d=dimensions, scramble=True, seed=5).random(_CANDIDATES)
    single = np.vstack([share * np.eye(dimensions) for share in (0.2, 0.4, 0.6, 0.8, 1.0)])
    return np.vstack([np.zeros((1, dimensions)), np.ones((1, dimensions)), single, np.clip(2 * spread - 1, 0.0, 1.0)])


def _neighbours(best: FloatArray, step: float) -> FloatArray:
    """Return mixes one step away: one lever up or down, at rest, or one up for another down."""
    eye = np.eye(len(best))
    swaps = [
        much * eye[up] - little * eye[down]
        for much, little in _TRADES
        for up in range(len(best))
        for down in range(len(best))
        if up != down
    ]
    moves = np.vstack([eye, -eye, *swaps]) * step
    rest = best * (1.0 - eye)
    return np.clip(np.vstack([best + moves, rest]), 0.0, 1.0)
