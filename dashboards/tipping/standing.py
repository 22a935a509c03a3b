"""Where a visitor stands on the map of their story, and all that it answers from there. Knows no words and no page."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from dashboards.setup import Lever, Setup, World
from dashboards.tipping.atlas import Sheet
from dashboards.tipping.axes import DIALS, LEVER, PLACES, set_to
from dashboards.tipping.edges import Way, alone, shortest
from dashboards.tipping.mixes import Mix, Pull, cheapest, ranking
from dashboards.tipping.study import own_value
from dashboards.tipping.surrogate import FloatArray
from ecosim.specs import LEVERS

__all__ = ["CLOSE", "Reservation", "Standing", "differences", "grid", "here", "own", "standing", "values_at"]

CLOSE = 0.97  # R at the edge, just below 1, from where levers are compared where the story tips by itself


@dataclass(frozen=True)
class Standing:
    """What the map answers.

    here : float64 (d,); r, one : R's mean over histories with its interval, that of single histories, how
    sure it is that the mean is above 1
    alone : for each dial the nearest value at which R passes 1, None where it never does
    way : the shortest way to the edge in the three dials, None without any
    start : from where levers are compared: here, or where R stands at `CLOSE` once `turned`, a dial, is turned down
    levers : what each does alone from `start`; mixes : the cheapest with all levers, and with the six alone
    """

    here: FloatArray
    r: tuple[float, float, float]
    one: tuple[float, float]
    chance: float
    alone: dict[str, float | None]
    way: Way | None
    start: FloatArray
    turned: str
    levers: tuple[Pull, ...]
    mixes: tuple[Mix, ...]

    @property
    def above(self) -> bool:
        return self.r[0] >= 1.0


@dataclass(frozen=True)
class Reservation:
    """Why the map may not hold for what is set: ``model``, ``assumptions`` (how many), ``months``, ``timing`` (levers
    that do not act all the time, or whose money has a limit), ``beyond`` (more encounters than it knows) or ``sparse``
    (less diversity than it knows).
    """

    kind: str
    count: int = 0


def here(setup: Setup, world: World, sheet: Sheet) -> FloatArray:
    """Return where a setup stands on a map, float64 (d,), cut off at its ends."""
    found = [
        setup.lever(path.removeprefix(LEVER), world).intensity
        if path.startswith(LEVER)
        else float(setup.value(path, world))
        for path in sheet.surrogate.paths
    ]
    return np.clip(np.array(found, np.float64), sheet.surrogate.low, sheet.surrogate.high)


def own(world: World, sheet: Sheet) -> FloatArray:
    """Return where the story itself stands."""
    return np.array([own_value(path, world) for path in sheet.surrogate.paths], np.float64)


@functools.lru_cache(maxsize=64)
def standing(sheet: Sheet, place: tuple[float, ...]) -> Standing:
    """Return what a map answers from a place, as a tuple of its settings. The last few answers are kept."""
    model = sheet.surrogate
    point = np.array(place, np.float64)
    mean, single = model.reproduction(point[None]), model.one_history(point[None])
    r = (float(mean.estimate[0]), float(mean.low[0]), float(mean.high[0]))
    columns = {path: row for row, path in enumerate(model.paths)}
    dials = [columns[path] for path in DIALS]
    edges = {path: alone(model.mean, point, columns[path], *_ends(sheet, path)) for path in DIALS}
    start, turned = (point, "") if r[0] < 1.0 else _edge(sheet, point)
    pulled = [columns[path] for path in PLACES] + [columns[LEVER + name] for name in LEVERS if LEVER + name in columns]
    six = pulled[len(PLACES) :]
    levers: tuple[Pull, ...] = ()
    mixes: tuple[Mix, ...] = ()
    if r[0] < 1.0 or turned:
        levers = tuple(ranking(model, start, pulled))
        mixes = tuple(cheapest(model, start, chosen) for chosen in (pulled, six) if chosen)
    return Standing(
        point, r, (float(single.low[0]), float(single.high[0])), float(model.chance_above(point[None])[0]), edges,
        shortest(model.mean, point, dials, model.low, model.high), start, turned, levers, mixes,
    )  # fmt: skip


def _edge(sheet: Sheet, point: FloatArray) -> tuple[FloatArray, str]:
    """Return where R stands at `CLOSE` once one dial is turned down, attractors first, and that dial; as it is, and
    no dial, where none brings it there.
    """  # fmt: skip
    for path in (DIALS[1], DIALS[2], DIALS[0]):
        column = sheet.surrogate.paths.index(path)
        value = alone(sheet.surrogate.mean, point, column, _ends(sheet, path)[0], float(point[column]), CLOSE)
        if value is not None:
            moved = point.copy()
            moved[column] = round(value, 3)
            return moved, path
    return point, ""


def _ends(sheet: Sheet, path: str) -> tuple[float, float]:
    """Return the ends of a setting on a map."""
    column = sheet.surrogate.paths.index(path)
    return float(sheet.surrogate.low[column]), float(sheet.surrogate.high[column])


def grid(sheet: Sheet, place: FloatArray, x: str, y: str, nodes: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (R, lower end, upper end of its interval) over two dials, float64 (nodes, nodes) each: rows are y."""
    model = sheet.surrogate
    across, up = np.meshgrid(np.linspace(*_ends(sheet, x), nodes), np.linspace(*_ends(sheet, y), nodes))
    points = np.tile(place, (nodes * nodes, 1))
    points[:, model.paths.index(x)], points[:, model.paths.index(y)] = across.ravel(), up.ravel()
    found = model.reproduction(points)
    shape = (nodes, nodes)
    return found.estimate.reshape(shape), found.low.reshape(shape), found.high.reshape(shape)


def values_at(sheet: Sheet, place: FloatArray) -> dict[str, float]:
    """Return a place's settings by path, rounded as they are shown, for `axes.set_to`."""
    return {path: round(float(value), 3) for path, value in zip(sheet.surrogate.paths, place, strict=True)}


def differences(setup: Setup, world: World, sheet: Sheet, model: str | None) -> list[Reservation]:
    """Return why the map may not hold for a setup. model : digest of the model's source, None while it is not known."""
    found = []
    if model is not None and model != sheet.model:
        found.append(Reservation("model"))
    if setup.assumptions:
        found.append(Reservation("assumptions", len(setup.assumptions)))
    if setup.planned(world) != sheet.months:
        found.append(Reservation("months"))
    levers = [setup.lever(name, world) for name in LEVERS]
    limited = sum(one.intensity > 0 and one != Lever(one.intensity) for one in levers)
    if limited:
        found.append(Reservation("timing", limited))
    if float(setup.value(PLACES[0], world)) > _ends(sheet, PLACES[0])[1]:
        found.append(Reservation("beyond"))
    if float(setup.value(DIALS[0], world)) < _ends(sheet, DIALS[0])[0]:
        found.append(Reservation("sparse"))
    return found


def moved(setup: Setup, world: World, settings: dict[str, float]) -> Setup:
    """Return a setup with some settings of the map."""
    return set_to(setup, settings, world)
