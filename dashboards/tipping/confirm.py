"""The map's answer asked of live runs: R at its height of several settings, history by history. A worker runs this.

All settings meet the same histories (common random numbers), so that what differs between them is due to the settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from dashboards.tipping.run import EVERY
from dashboards.tipping.surrogate import FloatArray
from ecosim import EcosystemModel, Scenario

__all__ = ["Found", "Live", "agreement", "interval", "play"]


@dataclass(frozen=True)
class Live:
    """What was played so far.

    found : R at its height, by setting and history; done, total : runs
    """

    found: tuple[tuple[float, ...], ...]
    done: int
    total: int


@dataclass(frozen=True)
class Found:
    """A mean over histories and its 95 % interval (Student's)."""

    estimate: float
    low: float
    high: float


def play(scenarios: Sequence[Scenario], seeds: Sequence[int]) -> Iterator[Live | None]:
    """Play every scenario with every seed, seed by seed; yield None after each month, a `Live` after each run."""
    found: list[list[float]] = [[] for _ in scenarios]
    total = len(scenarios) * len(seeds)
    for seed in seeds:
        for row, scenario in enumerate(scenarios):
            with EcosystemModel(scenario.with_values({"record.reproduction_every": EVERY}), seed=seed) as model:
                yield None
                for _ in range(scenario.months):
                    model.step()
                    yield None
                highest = max((one["r_theoretical"] for one in model.state.history.evaluations), default=float("nan"))
            found[row].append(float(highest))
            yield Live(tuple(map(tuple, found)), sum(map(len, found)), total)


def interval(values: Sequence[float] | FloatArray) -> Found | None:
    """Return the mean of histories with its interval; None of fewer than two."""
    known = np.asarray(values, np.float64)
    if len(known) < 2:
        return None
    half = float(student.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
    return Found(float(known.mean()), float(known.mean()) - half, float(known.mean()) + half)


def agreement(live: Found, low: float, high: float) -> bool:
    """Return whether live runs and the map's interval (low, high) can both be right: whether they are no further apart
    than the two intervals together allow.
    """
    half = np.hypot((live.high - live.low) / 2, (high - low) / 2)
    return bool(abs(live.estimate - (low + high) / 2) <= max(half, 1e-6))
