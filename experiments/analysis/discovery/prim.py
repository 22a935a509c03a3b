"""PRIM: boxes in the space of factors in which cases of interest are dense. Knows nothing of studies, files or figures.

Friedman & Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9, 123–143; coverage and
density, quasi-p values: Bryant & Lempert (2010), Technological Forecasting and Social Change 77, 34–49; the lenient
objective, fair to factors of few levels: Kwakkel & Jaxa-Rozen (2016), Environmental Modelling & Software 79, 311–321.

Rows are design points with `trials` runs each, `cases` of them of interest; nothing is random in here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

__all__ = ["Box", "Limit", "Rules", "boxes", "peel", "quasi_p"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Limit:
    """What a box allows of one factor: ``low <= value <= high``, or, for a category, its `kept` levels."""

    low: float = -math.inf
    high: float = math.inf
    kept: frozenset[Any] | None = None

    def holds(self, column: npt.NDArray[Any]) -> BoolArray:
        """Return which values are allowed, bool (P,)."""
        if self.kept is not None:
            return np.isin(column, np.array(sorted(self.kept, key=str), dtype=column.dtype))
        return (column >= self.low) & (column <= self.high)


@dataclass(frozen=True)
class Box:
    """A box and how good it is on the rows that it was found on.

    limits : by number of the column; a column that is not there is free
    density : share of cases among the runs inside; coverage : share of all cases that lie inside
    mass : share of all runs inside; points : design points inside
    """

    limits: dict[int, Limit]
    density: float
    coverage: float
    mass: float
    points: int

    def holds(self, columns: Sequence[npt.NDArray[Any]]) -> BoolArray:
        """Return which rows lie inside, bool (P,)."""
        inside = np.ones(len(columns[0]), bool)
        for number, limit in self.limits.items():
            inside &= limit.holds(columns[number])
        return inside


@dataclass(frozen=True)
class Rules:
    """How boxes are peeled and chosen.

    alpha : share of the box that a step peels off or pastes on; least_mass : of a box, as a share of all runs
    density : the box is the one of most coverage that is at least so dense; 0: the one nearest to coverage 1, density 1
    significance : a restriction whose quasi-p value is above it is taken back
    """

    alpha: float = 0.05
    least_mass: float = 0.05
    density: float = 0.0
    significance: float = 0.05


class _Rows:
    """The rows that a box is looked for in; `kinds` are ``range``, ``whole`` (steps of values) or ``level``."""

    def __init__(
        self, columns: Sequence[npt.NDArray[Any]], kinds: Sequence[str], cases: FloatArray, trials: FloatArray
    ) -> None:
        self.columns, self.kinds = columns, kinds
        self.cases, self.trials = np.asarray(cases, np.float64), np.asarray(trials, np.float64)

    def box(self, limits: dict[int, Limit]) -> Box:
        inside = Box(limits, 0, 0, 0, 0).holds(self.columns)
        cases, trials = float(self.cases[inside].sum()), float(self.trials[inside].sum())
        share = max(float(self.cases.sum()), 1e-300)
        density = cases / trials if trials else math.nan
        return Box(limits, density, cases / share, trials / float(self.trials.sum()), int(inside.sum()))

    def rate(self, inside: BoolArray) -> tuple[float, float]:
        trials = float(self.trials[inside].sum())
        return (float(self.cases[inside].sum()) / trials if trials else math.nan), trials


def peel(
    columns: Sequence[npt.NDArray[Any]], kinds: Sequence[str], cases: FloatArray, trials: FloatArray, rules: Rules
) -> list[Box]:  # fmt: skip
    """Return the peeling trajectory: the box of everything first, then one smaller box after the other.

    columns : one array (P,) per factor: float64 for ``range`` and ``whole``, any type for ``level``
    cases, trials : of interest, and in all, per row; float64 (P,)
    """
    rows = _Rows(columns, kinds, cases, trials)
    limits: dict[int, Limit] = {}
    trajectory = [rows.box(limits)]
    inside = np.ones(len(rows.cases), bool)
    while trajectory[-1].density < 1.0:
        now, mass = rows.rate(inside)
        best, gained, limit = None, -math.inf, (0, Limit())
        for number, candidate, kept in _peels(rows, limits, inside, rules.alpha):
            rate, left = rows.rate(kept)
            if left < rules.least_mass * rows.trials.sum() or left >= mass:
                continue
            gain = (rate - now) * left / (mass - left)  # so, what is peeled off holds the fewest cases per run
            if gain > gained:
                best, gained, limit = kept, gain, (number, candidate)
        if best is None:
            break
        inside, limits = best, {**limits, limit[0]: limit[1]}
        trajectory.append(rows.box(limits))
    return trajectory


def boxes(
    columns: Sequence[npt.NDArray[Any]], kinds: Sequence[str], cases: FloatArray, trials: FloatArray, rules: Rules,
    most: int = 3,
) -> list[tuple[Box, list[Box]]]:  # fmt: skip
    """Return boxes found by covering, each with the trajectory that it comes from: once found, its rows are set aside.

    Density is among the rows that earlier boxes left; coverage and mass are shares of all. The first trajectory is
    there even if no box is found in it (its box has no limits then); a later one only with a box that is dense enough.
    """
    found: list[tuple[Box, list[Box]]] = []
    left = np.ones(len(cases), bool)
    for number in range(most):
        if not (cases[left] > 0).any() or not (cases[left] < trials[left]).any():
            break
        parts = [column[left] for column in columns]
        rows = _Rows(parts, kinds, cases[left], trials[left])
        least = min(1.0, rules.least_mass * trials.sum() / trials[left].sum())
        here = replace(rules, least_mass=least)
        trajectory = peel(parts, kinds, rows.cases, rows.trials, here)
        chosen = choose(trajectory, rules.density)
        box = _simplified(rows, _pasted(rows, chosen, rules.alpha), rules.significance)
        if number and (not box.limits or chosen.density < rules.density):
            break
        shares = float(cases[left].sum() / cases.sum()), float(trials[left].sum() / trials.sum())
        box = replace(box, coverage=box.coverage * shares[0], mass=box.mass * shares[1])
        found.append((box, trajectory))
        if not box.limits:
            break
        left &= ~box.holds(columns)
        if trials[left].sum() < rules.least_mass * trials.sum():
            break
    return found


def choose(trajectory: Sequence[Box], density: float = 0.0) -> Box:
    """Return the box of a trajectory nearest to coverage 1 and density 1; or, with `density`, the one of most coverage
    that is at least so dense (the densest when none is).
    """  # fmt: skip
    if density > 0:
        dense = [box for box in trajectory if box.density >= density]
        return max(dense, key=lambda box: box.coverage) if dense else max(trajectory, key=lambda box: box.density)
    return min(trajectory, key=lambda box: math.hypot(1.0 - box.coverage, 1.0 - box.density))


def quasi_p(
    columns: Sequence[npt.NDArray[Any]], box: Box, cases: FloatArray, trials: FloatArray
) -> dict[int, float]:  # fmt: skip
    """Return the quasi-p value of every restriction of a box, by column (Bryant & Lempert 2010, appendix A).

    The chance that so many of its points would be cases if the restriction did nothing: binomial, with the rate of
    cases without it. Points count once, however often they are played, as the runs of one are not independent draws.
    """
    rate = cases / np.maximum(trials, 1e-300)
    inside = box.holds(columns)
    hits, points = float(rate[inside].sum()), int(inside.sum())
    out = {}
    for number in box.limits:
        without = replace(box, limits={k: v for k, v in box.limits.items() if k != number}).holds(columns)
        out[number] = float(stats.binom.sf(math.floor(hits + 1e-9) - 1, points, min(float(rate[without].mean()), 1.0)))
    return out


# -- steps ----------------------------------------------------------------------------------------------------


def _peels(
    rows: _Rows, limits: dict[int, Limit], inside: BoolArray, alpha: float
) -> Iterator[tuple[int, Limit, BoolArray]]:  # fmt: skip
    """Yield every way to peel a little off: (column, its new limit, the rows that stay)."""
    for number, (column, kind) in enumerate(zip(rows.columns, rows.kinds, strict=True)):
        limit = limits.get(number, Limit())
        values = column[inside]
        if kind == "level":
            present = sorted(set(values.tolist()), key=str)
            for level in present if len(present) > 1 else ():
                allowed = limit.kept if limit.kept is not None else frozenset(column.tolist())
                yield number, Limit(kept=allowed - {level}), inside & (column != level)
            continue
        for low, edge in _edges(values, alpha, kind == "range"):
            found = replace(limit, low=edge) if low else replace(limit, high=edge)
            yield number, found, inside & found.holds(column)


def _edges(values: FloatArray, alpha: float, between: bool) -> Iterator[tuple[bool, float]]:
    """Yield (whether it is the low side, the new edge): a share `alpha` goes, or all that share the outermost value."""
    count = max(1, int(alpha * len(values)))
    for low in (True, False):
        ordered = np.sort(values) if low else -np.sort(-values)
        if len(ordered) <= count or ordered[0] == ordered[-1]:
            continue
        edge = ordered[count]
        if edge == ordered[0]:
            edge = ordered[ordered != ordered[0]][0]
        # the edge lies midway between what went and what stays; whole numbers are their own edge
        gone = values[values < edge].max() if low else values[values > edge].min()
        yield low, float((edge + gone) / 2 if between else edge)


def _pasted(rows: _Rows, box: Box, alpha: float) -> Box:
    """Return the box grown again, as long as it gets no less dense (and so covers more)."""
    limits = dict(box.limits)
    while limits:
        inside = Box(limits, 0, 0, 0, 0).holds(rows.columns)
        now, mass = rows.rate(inside)
        best, most = None, (now, mass)
        for number, limit in limits.items():
            others = Box({k: v for k, v in limits.items() if k != number}, 0, 0, 0, 0).holds(rows.columns)
            for grown in _grown(rows, number, limit, inside, others, alpha):
                rate, left = rows.rate(others & grown.holds(rows.columns[number]))
                if left > mass and (rate, left) >= most:
                    best, most = (number, grown), (rate, left)
        if best is None:
            break
        limits[best[0]] = best[1]
    return rows.box(limits)


def _grown(
    rows: _Rows, number: int, limit: Limit, inside: BoolArray, others: BoolArray, alpha: float
) -> Iterator[Limit]:  # fmt: skip
    column = rows.columns[number]
    if limit.kept is not None:
        for level in sorted(set(column[others].tolist()) - limit.kept, key=str):
            yield Limit(kept=limit.kept | {level})
        return
    between = rows.kinds[number] == "range"
    steps = {max(1, int(alpha * inside.sum() / part)) for part in (1, 2, 4, 8, 16)}  # smaller ones find the edge
    edge: Callable[[float, float], float] = (
        (lambda near, far: (near + far) / 2) if between else (lambda near, far: near)
    )
    below, above = np.sort(column[others & (column < limit.low)])[::-1], np.sort(column[others & (column > limit.high)])
    for beyond, low in ((below, True), (above, False)):
        for last in {float(beyond[min(count, len(beyond)) - 1]) for count in steps} if len(beyond) else ():
            further = beyond[beyond < last] if low else beyond[beyond > last]
            value = float(edge(last, further[0])) if len(further) else (-math.inf if low else math.inf)
            yield replace(limit, low=value) if low else replace(limit, high=value)


def _simplified(rows: _Rows, box: Box, significance: float) -> Box:
    """Return the box without the restrictions that do nothing: those of the largest quasi-p value first."""
    limits = {
        number: limit for number, limit in box.limits.items() if not limit.holds(rows.columns[number]).all()
    }  # fmt: skip
    box = rows.box(limits)
    while box.limits:
        number, p = max(quasi_p(rows.columns, box, rows.cases, rows.trials).items(), key=lambda item: item[1])
        if p <= significance:
            break
        box = rows.box({k: v for k, v in box.limits.items() if k != number})
    return box
