"""One run of the map's study: a point's values in, outcomes out.

The map tells what is to be expected over histories, not what one history does: every point of its design has a history
(a seed) of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from dashboards.setup import World
from dashboards.tipping.axes import scenario_at
from ecosim import EcosystemModel, Scenario

__all__ = ["BOOKS", "EVERY", "HISTORY", "OUTCOMES", "outcomes", "play"]

HISTORY = "history"
EVERY = 6  # months between two evaluations of R
OUTCOMES = ("r_highest", "hybrids", "late_births", "emerged")
BOOKS = ("job_years", "revenue", "policy_spending")  # where there is an economy
_GIVEN = ("story", "model", HISTORY)


def play(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Play one run of the study; see `experiments.running.play`. A point without a history of its own takes `seed`."""
    world = _world(str(values["story"]))
    scenario = scenario_at({path: value for path, value in values.items() if path not in _GIVEN}, world)
    return outcomes(scenario, int(values.get(HISTORY, seed)), months)


def outcomes(scenario: Scenario, seed: int, months: int | None = None) -> dict[str, float]:
    """Play a scenario; return the outcomes of the map by name.

    ``r_highest`` is R at its height: the highest next-generation R (`ecosim.reproduction`) of the months in which it is
    evaluated, every `EVERY`. R begins low where an attractor opens late, and falls again as portfolios fill.
    """
    from experiments.outcomes import measured

    with EcosystemModel(scenario.with_values({"record.reproduction_every": EVERY}), seed=seed) as model:
        model.run(scenario.months if months is None else months)
        history = model.state.history
        highest = max(one["r_theoretical"] for one in history.evaluations)
        return {"r_highest": float(highest), **measured(model, [*OUTCOMES[1:], *(BOOKS if history.accounts else ())])}


@functools.cache
def _world(story: str) -> World:
    return World(story, Scenario.load(story))
