"""What is played at a point of a study: its scenario, with the point's values. Plays nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.study.columns import EVALUATED
from experiments.study.factors import LEVER, SCENARIO

if TYPE_CHECKING:
    import pandas as pd

    from ecosim.scenario import Scenario
    from experiments.study.study import Study

__all__ = ["scenario_of", "values_at"]


def values_at(study: Study, points: pd.DataFrame, number: int) -> dict[str, Any]:
    """Return the values of a row of a table of points by path, as Python's own numbers and texts."""
    return {path: points[path].iloc[[number]].tolist()[0] for path in study.paths}


def scenario_of(study: Study, values: Mapping[str, Any]) -> Scenario:
    """Return the scenario of a point: the study's, with the point's values and with its levers pulled.

    A lever's factor is the intensity of one policy from `study.lever_start` on, in place of any policy that the
    scenario has for that lever; at 0 there is none. R is not recorded month by month unless the study keeps it.
    """
    from ecosim.specs import PolicySpec

    scenario = study.scenarios[str(values[SCENARIO])] if SCENARIO in values else study.scenario
    assert scenario is not None
    parameters = {path: value for path, value in values.items() if path != SCENARIO and not path.startswith(LEVER)}
    if "record.reproduction_every" not in parameters and not _needs_recording(study.steps.columns):
        parameters["record.reproduction_every"] = 0
    scenario = scenario.with_values(parameters)
    levers = {path.removeprefix(LEVER): float(v) for path, v in values.items() if path.startswith(LEVER)}
    if not levers:
        return scenario
    kept = tuple(policy for policy in scenario.policies if policy.lever not in levers)
    taken = {policy.name for policy in kept}
    pulled = tuple(
        PolicySpec(f"lever.{lever}" if lever in taken else lever, lever, intensity, study.lever_start)
        for lever, intensity in levers.items()
        if intensity > 0
    )
    return dataclasses.replace(scenario, policies=kept + pulled)


def _needs_recording(columns: tuple[str, ...]) -> bool:
    return any(column in EVALUATED for column in columns)
