"""Pólya's urn with triggering (Tria, Loreto, Servedio & Strogatz 2014) as a process of the engine, and its mean field.

Colours are bricks, balls of a colour its carriers. A draw takes a ball at random, adds `reinforcement` balls of its
colour (copies), and, when the colour had never been drawn, one ball each of `triggered` + 1 new colours (their
adjacent possible). Knows no verdict.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ecosim.kernels.random import draw, uniform
from ecosim.processes.base import Process, World

__all__ = ["DrawBalls", "distinct_colours", "expected_counts"]

FloatArray = npt.NDArray[np.float64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def draw_balls(
    key: Any, draws: int, reinforcement: int, triggered: int, balls: Any, count: int, used: Any, carriers: Any,
    bricks: int,
) -> Any:  # fmt: skip
    """Draw balls one after another; return balls in the urn, bricks, and colours drawn for the first time.

    balls : int32 with room, brick of each of the `count` balls; used : int64, carriers : int32 with room, by brick
    """
    novelties = 0
    for number in range(draws):
        colour = balls[np.int64(uniform(draw(key, np.uint64(number))) * count)]
        for _ in range(reinforcement):
            balls[count] = colour
            count += 1
        carriers[colour] += reinforcement
        used[colour] += 1
        if used[colour] == 1:
            novelties += 1
            for _ in range(triggered + 1):
                balls[count] = bricks
                carriers[bricks] = 1
                count += 1
                bricks += 1
    return count, bricks, novelties


class DrawBalls(Process):
    """A month's draws from the urn. `distinct` holds how many colours had been drawn at the end of each month.

    draws : a month; reinforcement : ρ balls; triggered : ν (+ 1) colours; first : colours at the beginning
    """

    name = "draw balls"
    writes = ("bricks.carriers", "bricks.used")

    def __init__(self, draws: int, reinforcement: int, triggered: int, first: int) -> None:
        self.draws, self.reinforcement, self.triggered, self.first = draws, reinforcement, triggered, first
        self.distinct: list[int] = []
        self._balls = np.empty(0, np.int32)
        self._count = 0

    def step(self, model: World) -> None:
        bricks = model.state.bricks
        bricks.add_column("used", np.int64)
        if self._count == 0:
            rows = bricks.append(self.first)
            bricks["carriers"][rows] = 1
            self._balls = np.arange(rows.start, rows.stop, dtype=np.int32)
            self._count = self.first
        bricks.reserve(self.draws * (self.triggered + 1))
        room = self._count + self.draws * (self.reinforcement + self.triggered + 1)
        if room > len(self._balls):
            larger = np.empty(2 * room, np.int32)
            larger[: self._count] = self._balls[: self._count]
            self._balls = larger
        self._count, bricks.count, novelties = draw_balls(
            self.key(model), self.draws, self.reinforcement, self.triggered, self._balls, self._count,
            bricks.whole("used"), bricks.whole("carriers"), bricks.count,
        )  # fmt: skip
        self.distinct.append((self.distinct[-1] if self.distinct else 0) + novelties)


def distinct_colours(draws: FloatArray, reinforcement: int, triggered: int, first: int) -> FloatArray:
    """Return the mean field of colours drawn, D(n): ``dD/dn = (N0 + ν D) / (N0 + ρ n + (ν + 1) D)``.

    Every colour never drawn has one ball, so that N0 + ν D balls are new. draws : rising, all above 0
    """
    grid = np.unique(np.concatenate([np.geomspace(1e-3, float(draws[-1]), 8000), draws]))

    def rate(n: float, d: float) -> float:
        return (first + triggered * d) / (first + reinforcement * n + (triggered + 1) * d)

    values = np.empty(len(grid))
    n, d = 0.0, 0.0
    for place, following in enumerate(grid.tolist()):  # Heun's rule: a one-dimensional equation, not a month's path
        step = following - n
        slope = rate(n, d)
        d += step * (slope + rate(following, d + step * slope)) / 2
        n = following
        values[place] = d
    return np.asarray(values[np.searchsorted(grid, draws)])


def expected_counts(
    draws: int, reinforcement: int, triggered: int, first: int, samples: int, seed: int = 1
) -> npt.NDArray[np.int64]:
    """Return a sample of how often colours have been drawn after n draws, as the mean field has it.

    A colour first drawn at n0 then has 1 + ρ balls among T(n) in all, and is drawn at rate ``(1 + ρ k) / T``: a birth
    process with immigration in the time ``s = ∫ dn / T``, whose births are negative binomial of size 1 + 1/ρ and
    success chance ``exp(−ρ s)``.
    """
    grid = np.geomspace(0.5, draws, 4000)
    distinct = distinct_colours(grid, reinforcement, triggered, first)
    total = first + reinforcement * grid + (triggered + 1) * distinct
    passed = np.concatenate([[0.0], np.cumsum(np.diff(grid) * (1 / total[1:] + 1 / total[:-1]) / 2)])
    generator = np.random.default_rng(seed)
    found = np.interp(generator.random(samples) * distinct[-1], distinct, passed)
    chance = np.exp(-reinforcement * (passed[-1] - found))
    return np.asarray(1 + generator.negative_binomial(1 + 1 / reinforcement, chance), np.int64)
