"""Runs of one scenario with several seeds, told in a few numbers and series each: a generator that workers run.

Imported by workers: knows nothing of Solara.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ecosim import Scenario
from experiments.outcomes import measured

if TYPE_CHECKING:
    from ecosim import EcosystemModel

__all__ = ["CORE", "POINTS", "SERIES", "Played", "Series", "measurable", "play", "thinned"]

CORE = ("hybrids", "r_theoretical")
# of every run with an economy, whatever is switched on: a lever switches policies on that its baseline has not
ECONOMY = (*CORE, "job_years", "employees", "revenue", "export_sales", "alliances", "policy_spending")
POINTS = 240  # of a series, at most: more than a chart can show, few enough to keep hundreds of runs
SERIES = ("r_theoretical", "hybrids", "revenue", "employees")
Series = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]  # months, values


@dataclass(frozen=True, eq=False)
class Played:
    """What is kept of one run.

    outcomes : by name, NaN for what is not known; series : (months, values) by name; seconds : that it took
    """

    seed: int
    outcomes: dict[str, float]
    series: dict[str, Series]
    seconds: float


def measurable(scenario: Scenario) -> tuple[str, ...]:
    """Return the outcomes that mean something in a world, in the order in which they are shown."""
    mechanisms = scenario.parameters.mechanisms
    if not mechanisms.economy:
        return CORE
    more = ["job_years", "employees", "revenue"]
    if mechanisms.markets:
        more.append("export_sales")
    if mechanisms.alliances:
        more.append("alliances")
    if mechanisms.policies:
        more.append("policy_spending")
    return (*CORE, *more)


def play(scenario: Scenario, seeds: Sequence[int]) -> Iterator[Played | None]:
    """Play a scenario with one seed after the other; yield None after each month and a `Played` after each run.

    Raises
    ------
    EcosimError
        For input that is wrong.
    """
    from ecosim import EcosystemModel
    from ecosim.inputs import resolve

    inputs = resolve(scenario)  # files are read once
    names = ECONOMY if scenario.parameters.mechanisms.economy else CORE
    for seed in seeds:
        began = time.perf_counter()
        with EcosystemModel(inputs, seed=seed) as model:
            yield None
            for _ in range(scenario.months):
                model.step()
                yield None
            outcomes = measured(model, names)
            series = _series(model, outcomes["r_theoretical"])
        yield Played(seed, outcomes, series, time.perf_counter() - began)


def _series(model: EcosystemModel, r_at_the_end: float) -> dict[str, Series]:
    history = model.state.history
    known = [(row["month"], row["r_theoretical"]) for row in history.evaluations]
    last = history.count - 1
    if last >= 0 and (not known or known[-1][0] != last):
        known.append((last, r_at_the_end))
    births = (history.column("spontaneous") + history.column("recombinant")).astype(np.float64)
    found = {
        "r_theoretical": _compact(np.array([month for month, _ in known]), np.array([r for _, r in known])),
        "hybrids": thinned(np.cumsum(births), flow=False),
    }
    if history.accounts:
        found["revenue"] = thinned(history.account("revenue"), flow=True)
        found["employees"] = thinned(history.account("employees"), flow=False)
    return found


def thinned(values: npt.NDArray[np.float64], flow: bool, points: int = POINTS) -> Series:
    """Return at most `points` of a monthly series: of each stretch of months its last, a flow as the stretch's mean.

    values : one per month; flow : whether it is so much a month (turnover) rather than a stock (employees)
    """
    values = np.asarray(values, np.float64)
    width = max(-(-len(values) // points), 1)
    ends = np.append(np.arange(width, len(values), width), len(values)) if len(values) else np.zeros(0, np.int64)
    if not flow or width == 1:
        return _compact(ends - 1, values[ends - 1])
    starts = np.append(0, ends[:-1])
    return _compact(ends - 1, np.add.reduceat(values, starts) / (ends - starts) if len(values) else values)


def _compact(months: npt.NDArray[np.generic], values: npt.NDArray[np.generic]) -> Series:
    return months.astype(np.float32), values.astype(np.float32)
