"""How far it is to the edge, where R passes 1: along one setting, and the shortest way in several. Knows no stories.

A map is any function from settings, float64 (n, d) in their own units, to R, float64 (n,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from dashboards.tipping.surrogate import FloatArray

__all__ = ["Map", "Way", "alone", "shortest"]

Map = Callable[[FloatArray], FloatArray]
_STEPS = 65  # looks along one setting
_RAYS, _CLOSER, _ALONG = 128, 32, 25  # ways that are tried, at first and near the best; looks along each


class Way(NamedTuple):
    """A way to the edge: where it ends (float64 (d,)) and how long it is, in shares of the settings' ranges."""

    end: FloatArray
    length: float


def alone(r: Map, here: FloatArray, column: int, low: float, high: float, level: float = 1.0) -> float | None:
    """Return the value of one setting nearest to where it stands at which R passes a level, all others as they are.

    None where R stays on its side from `low` to `high`.
    """
    values = np.unique(np.append(np.linspace(low, high, _STEPS), here[column]))
    points = np.tile(here, (len(values), 1))
    points[:, column] = values
    above = r(points) - level
    found = _crossings(values, above)
    return min(found, key=lambda value: abs(value - here[column])) if found else None


def _crossings(values: FloatArray, above: FloatArray) -> list[float]:
    rows = np.nonzero((above[:-1] > 0) != (above[1:] > 0))[0]
    share = above[rows] / (above[rows] - above[rows + 1])
    return (values[rows] + share * (values[rows + 1] - values[rows])).tolist()


def shortest(
    r: Map, here: FloatArray, columns: Sequence[int], low: FloatArray, high: FloatArray, level: float = 1.0
) -> Way | None:  # fmt: skip
    """Return the shortest way from here to where R passes a level, turning only some settings; None without any.

    Looks along rays, then along rays ever closer to the best one.
    """
    rays = _sphere(len(columns), _RAYS)
    best: Way | None = None
    for narrower in (1.0, 0.25, 0.06, 0.015):
        if best is not None:
            chosen = (best.end - here)[list(columns)] / (high - low)[list(columns)]
            chosen = chosen / max(float(np.linalg.norm(chosen)), 1e-12)
            near = chosen + narrower * _sphere(len(columns), _CLOSER)
            rays = np.vstack([chosen, near / np.linalg.norm(near, axis=1)[:, None]])
        found = _along(r, here, rays, columns, low, high, level)
        if found is None:
            return best
        if best is None or found.length < best.length:
            best = found
    return best


def _along(
    r: Map, here: FloatArray, rays: FloatArray, columns: Sequence[int], low: FloatArray, high: FloatArray, level: float
) -> Way | None:  # fmt: skip
    """Return the shortest way along straight rays that end at the settings' ends."""
    places = list(columns)
    span = (high - low)[places]
    start = (here - low)[places] / span
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(rays > 0, (1.0 - start) / rays, np.where(rays < 0, -start / rays, np.inf))
    reach = np.maximum(np.nanmin(room, axis=1), 0.0)
    # looks lie closer together near here
    shares = np.linspace(0.0, 1.0, _ALONG) ** 1.5
    far = reach[:, None] * shares
    points = np.tile(here, (len(rays) * _ALONG, 1))
    moved = (start + far[:, :, None] * rays[:, None, :]).reshape(-1, len(places))
    points[:, places] = low[places] + np.clip(moved, 0.0, 1.0) * span
    above = (r(points) - level).reshape(len(rays), _ALONG)
    change = (above[:, :-1] > 0) != (above[:, 1:] > 0)
    if not change.any():
        return None
    rows = np.nonzero(change.any(axis=1))[0]
    first = change[rows].argmax(axis=1)
    before, after = above[rows, first], above[rows, first + 1]
    lengths = far[rows, first] + before / (before - after) * (far[rows, first + 1] - far[rows, first])
    chosen = int(lengths.argmin())
    end = here.copy()
    end[places] = low[places] + np.clip(start + lengths[chosen] * rays[rows[chosen]], 0.0, 1.0) * span
    return Way(end, float(lengths[chosen]))


def _sphere(dimensions: int, count: int) -> FloatArray:
    """Return directions that lie evenly on the sphere, the axes among them, float64 (n, dimensions)."""
    axes = np.vstack([np.eye(dimensions), -np.eye(dimensions)])
    if dimensions == 1:
        return axes
    if dimensions == 2:
        angle = 2 * np.pi * (np.arange(count) + 0.5) / count
        return np.vstack([axes, np.column_stack([np.cos(angle), np.sin(angle)])])
    if dimensions == 3:  # Fibonacci's spiral
        step = np.arange(count) + 0.5
        z, around = 1 - 2 * step / count, np.pi * (1 + 5**0.5) * step
        across = np.sqrt(1 - z * z)
        return np.vstack([axes, np.column_stack([across * np.cos(around), across * np.sin(around), z])])
    free = np.random.default_rng(1).normal(size=(2 * count, dimensions))
    return np.vstack([axes, free / np.linalg.norm(free, axis=1)[:, None]])
