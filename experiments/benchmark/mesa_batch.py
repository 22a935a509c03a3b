"""`mesa.batch_run` over the twin in plain Mesa: what a Mesa user has for a sweep.

The twin (`ecosim.bench.plain_mesa`) becomes a model with keyword parameters and a data collector. It gives the outcomes
that the sweep asks for, by the same formulae, and works them out once, at the end; then it looks at the clock.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import mesa
import numpy as np

from ecosim.bench.plain_mesa import Brick, PlainModel
from ecosim.reproduction import cohort_reproduction, emergence_month
from experiments.benchmark.runs import CLOCK, OUTCOMES, SEED, clock, small

__all__ = ["BatchModel", "batch"]


class BatchModel(PlainModel):
    """The twin as `mesa.batch_run` wants it.

    Parameters
    ----------
    transmissibility : of the medium; replicate : its world and its run have the seed ``SEED + replicate``
    months : after which it stops, so that versions of Mesa that count `max_steps` differently play as many
    rng : given by Mesa 3.4 and later; not used, replicates are numbered
    """

    def __init__(self, transmissibility: float, replicate: int, months: int = 60, rng: Any = None) -> None:
        super().__init__(small().with_values({"medium.transmissibility": transmissibility}), seed=SEED + replicate)
        self.months = months
        self.born = np.zeros(months)
        self.offspring = np.zeros(months)
        self.recombinants = np.zeros(months)
        self.outcomes: dict[str, float] = {}
        # Mesa 3.3 finds the last value by its step, so that it wants one of every step
        self.datacollector = mesa.DataCollector(model_reporters={name: _reporter(name) for name in (*OUTCOMES, *CLOCK)})

    def step(self) -> None:
        """Play one month; after the last one, stop."""
        before = self.tally["recombinant"]
        super().step()
        self.recombinants[self.month - 1] = self.tally["recombinant"] - before
        if self.month == self.months:
            self.outcomes = {**self.measured(), **clock()}
            self.running = False
        self.datacollector.collect(self)

    def new_brick(self, *arguments: Any, **named: Any) -> Brick:
        """Return a brick of the next number; a hybrid is counted, and credited to the months of its parents."""
        brick = super().new_brick(*arguments, **named)
        if brick.parents:
            self.born[self.month] += 1
            hybrid = [parent for parent in brick.parents if parent.generation > 0]
            for parent in hybrid:
                self.offspring[parent.birth] += 1.0 / len(hybrid)
        return brick

    def measured(self) -> dict[str, float]:
        """Return the outcomes of the months played, as `experiments.outcomes` defines them."""
        tally, organisations = self.tally, len(self.organisations)
        last_year = self.recombinants[-12:]
        return {
            "hybrids": float(tally["spontaneous"] + tally["recombinant"]),
            "recombinant": float(tally["recombinant"]),
            "late_births": float(12.0 * last_year.sum() / (organisations * len(last_year))),
            "emerged": float(self._emergence() is not None),
        }

    def _emergence(self) -> int | None:
        parameters, tally = self.parameters, self.tally
        organisation_months = float(self.months * len(self.organisations))
        size = max(self.core + tally["carried"] / organisation_months, self.core + 1.0)
        trials = 2.0 * tally["meetings"] / organisation_months / size
        rate = max(parameters.knowledge.forgetting - trials * self.transmissibility, 1e-3)
        return emergence_month(
            cohort_reproduction(self.born, self.offspring, rate), self.recombinants,
            np.full(self.months, float(len(self.organisations))), parameters.record.emergence_floor,
        )  # fmt: skip


def _reporter(name: str) -> Any:
    return lambda model: model.outcomes.get(name)


def batch(transmissibilities: Sequence[float], replicates: int, months: int, processes: int) -> list[dict[str, Any]]:
    """Play all values of transmissibility, so many times each, by `mesa.batch_run`; return its rows."""
    with _start_method_kept():
        from mesa.batchrunner import batch_run

        parameters = {
            "transmissibility": [float(value) for value in transmissibilities],
            "replicate": range(replicates),
            "months": months,
        }
        found: list[dict[str, Any]] = batch_run(
            BatchModel, parameters, number_processes=processes, max_steps=10 * months, display_progress=False
        )
    return found


@contextmanager
def _start_method_kept() -> Iterator[None]:
    """Put back how processes are started: Mesa sets it for the whole interpreter, on import or when it is called."""
    before = multiprocessing.get_start_method(allow_none=True)
    try:
        yield
    finally:
        multiprocessing.set_start_method(before, force=True)
