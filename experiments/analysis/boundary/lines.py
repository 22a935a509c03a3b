"""Where P(emergence) and theory's R cross their thresholds along one factor: positions, distances and their intervals.

Places and positions are in the unit cube. Knows neither studies nor figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.analysis.boundary.emergence import EmergenceModel, spread
from experiments.analysis.boundary.theory import Theory, unfolded
from experiments.statistics import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Comparison", "Crossings", "compare", "even_lines", "first_crossing", "interval_of", "line_places",
    "measured_crossings", "value_at",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]
_ALONG, _LINES, _DRAWS = 41, 20, 400


@dataclass(frozen=True)
class Crossings:
    """Where the boundary of emergence lies on some lines.

    lines : float64 (L, D), a place on each; axis : along which they run
    draws : float64 (draws, L), positions of the first crossing, NaN where a draw has none
    rising : bool (L,), whether emergence lies above the crossing
    mean : float64 (L,), share of each line on which emergence is likelier than not
    """

    lines: FloatArray
    axis: int
    draws: FloatArray
    rising: npt.NDArray[np.bool_]
    mean: FloatArray

    def seen(self) -> FloatArray:
        """Return how probable it is that there is a boundary on each line, (L,)."""
        return np.asarray(np.isfinite(self.draws).mean(axis=0))

    def interval(self, line: int) -> Interval:
        """Return the position on a line, with its 95 % interval, of the draws that have one."""
        return interval_of(self.draws[:, line])


@dataclass(frozen=True)
class Comparison:
    """How far the measured boundary lies from theory's R = 1, on lines that have the former.

    r : R of theory on the measured boundary, geometric mean over the lines, with interval; r_lines : (L,) by line
    agree : bool (L,), whether the interval of R on the measured boundary of a line holds 1
    distance : measured minus theory's position, mean over the lines that have both
    only_theory, only_measured : share of the space in which R > 1 without emergence, and emergence without R > 1
    """

    r: Interval
    r_lines: list[Interval]
    agree: npt.NDArray[np.bool_]
    distance: Interval
    only_theory: Interval
    only_measured: Interval


def line_places(lines: FloatArray, axis: int, along: int = _ALONG) -> FloatArray:
    """Return places along each line, float64 (L, along, D)."""
    out = np.repeat(lines[:, None, :], along, axis=1)
    out[:, :, axis] = np.linspace(0.0, 1.0, along)
    return out


def even_lines(dimensions: int, axis: int, number: int = _LINES) -> FloatArray:
    """Return lines that fill the other factors evenly, float64 (L, D)."""
    if dimensions == 1:
        return np.zeros((1, 1))
    others = spread(number, dimensions - 1, 0)
    return np.insert(others, axis, 0.0, axis=1)


def first_crossing(values: FloatArray) -> FloatArray:
    """Return where values float64 (..., G), evenly spaced over [0, 1], first change their sign: (...,), NaN where they
    do not.
    """  # fmt: skip
    signs = values > 0
    change = signs[..., 1:] != signs[..., :-1]
    place = change.argmax(axis=-1)
    low = np.take_along_axis(values, place[..., None], -1)[..., 0]
    high = np.take_along_axis(values, place[..., None] + 1, -1)[..., 0]
    share = np.divide(low, low - high, out=np.zeros_like(low), where=low != high)
    position = (place + share) / (values.shape[-1] - 1)
    return np.where(change.any(axis=-1), position, np.nan)


def interval_of(draws: Any) -> Interval:
    """Return median and 95 % interval of draws, leaving out NaN; NaN when nothing is left."""
    draws = np.asarray(draws, np.float64)
    draws = draws[~np.isnan(draws)]
    if not len(draws):
        return Interval(np.nan, np.nan, np.nan)
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return Interval(float(middle), float(low), float(high))


def measured_crossings(model: EmergenceModel, lines: FloatArray, axis: int) -> Crossings:
    """Return where the boundary lies on lines float64 (L, D) along a factor."""
    places = line_places(lines, axis)
    number, along, d = places.shape
    draws = model.draws(places.reshape(-1, d), _DRAWS).reshape(-1, number, along)
    mean = model.latent(places.reshape(-1, d))[0].reshape(number, along)
    rising = mean[:, -1] >= mean[:, 0]
    return Crossings(lines, axis, first_crossing(draws), rising, (mean > 0).mean(axis=1))


def compare(model: EmergenceModel, theory: Theory, axis: int, dimensions: int) -> Comparison:
    """Return how far the measured boundary lies from theory's R = 1, along a factor and in the whole space."""
    found = measured_crossings(model, _lines_across(model, dimensions, axis), axis)
    places = line_places(found.lines, axis)
    values = theory.at(places.reshape(-1, dimensions)).reshape(places.shape[:2])
    known = found.seen() > 0.5
    grid = np.linspace(0.0, 1.0, places.shape[1])
    on_boundary = np.full(found.draws.shape, np.nan)
    for line in np.flatnonzero(known):
        on_boundary[:, line] = np.interp(found.draws[:, line], grid, values[line])
    r = np.log(np.maximum(unfolded(on_boundary), 1e-6))
    theirs = first_crossing(values)
    both = known & np.isfinite(theirs)
    r_lines = [interval_of(np.exp(r[:, line])) for line in range(len(known))]
    agree = np.array([row.low <= 1.0 <= row.high for row in r_lines])
    space = spread(2048, dimensions, 0)
    there, above = model.sides(space, _DRAWS), theory.at(space) > 0
    return Comparison(
        interval_of(np.exp(_mean(r))), r_lines, agree, interval_of(_mean((found.draws - theirs)[:, both])),
        interval_of((~there & above).mean(axis=1)), interval_of((there & ~above).mean(axis=1)),
    )  # fmt: skip


def _lines_across(model: EmergenceModel, dimensions: int, axis: int) -> FloatArray:
    """Return lines that fill the other factors evenly; if any of them cross the boundary, those that do."""
    lines = even_lines(dimensions, axis, 256)
    places = line_places(lines, axis, 11)
    mean = model.latent(places.reshape(-1, dimensions))[0].reshape(places.shape[:2])
    crossing = np.flatnonzero((mean > 0).any(axis=1) & (mean < 0).any(axis=1))
    chosen = lines[crossing] if len(crossing) else lines
    return chosen[:_LINES]


def _mean(draws: FloatArray) -> FloatArray:
    """Return the mean over lines of every draw, leaving out lines on which it has no crossing; NaN when it has none."""
    some = np.isfinite(draws)
    total = np.where(some, draws, 0.0).sum(axis=1)
    return np.divide(total, some.sum(axis=1), out=np.full(len(draws), np.nan), where=some.any(axis=1))


def value_at(values: Callable[[Any], list[Any]], position: float) -> float:
    """Return a factor's value at a position of the unit interval, as a number; NaN stays."""
    return float(values([position])[0]) if np.isfinite(position) else np.nan
