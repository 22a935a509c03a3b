"""The runs of an ablation: a generator that a worker runs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ecosim import EcosystemModel, Scenario
from experiments.ablation import SHOWN
from experiments.outcomes import OUTCOMES, measured

__all__ = ["Row", "play"]


class Row(NamedTuple):
    """One run: its case, its seed, the outcomes of `experiments.ablation.SHOWN` that it has, seconds that it took."""

    case: str
    seed: int
    outcomes: dict[str, float]
    seconds: float


def play(runs: Sequence[tuple[str, Scenario, int]]) -> Iterator[Row | None]:
    """Play (case, scenario, seed) one after another; yield None after each month and a row after each run."""
    for case, scenario, seed in runs:
        began = time.perf_counter()
        # R is wanted at the end alone; evaluating it in between changes nothing
        with EcosystemModel(scenario, seed=seed, reproduction_every=0) as model:
            for _ in range(scenario.months):
                model.step()
                yield None
            accounts = bool(model.state.history.accounts)
            outcomes = measured(model, [name for name in SHOWN if accounts or not OUTCOMES[name].economy])
        yield Row(case, seed, outcomes, time.perf_counter() - began)
