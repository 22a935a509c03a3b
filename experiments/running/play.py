"""One run of a study: a point's values and a seed in, outcomes out. Knows nothing of stores, engines or designs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ecosim.errors import StudyError
from experiments.study.points import scenario_of

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["Played", "play", "run_function"]

Steps = dict[str, npt.NDArray[np.float64]]


class Played(NamedTuple):
    """What a run gave: outcomes by name, and steps: ``month`` and the kept columns, float64 (T,) each."""

    outcomes: dict[str, float]
    steps: Steps


def play(study: Study, values: Mapping[str, Any], seed: int) -> Played:
    """Play one run of a study and return its outcomes.

    Parameters
    ----------
    values : the value of every factor of the study, by path
    seed : of the run

    Raises
    ------
    EcosimError
        When the values cannot go together, or the study's own function breaks its contract. Whatever the model or the
        function raises comes through.
    """
    if study.run:
        return _own(study, values, seed)
    from ecosim import EcosystemModel
    from experiments.outcomes import measured

    scenario = scenario_of(study, values)
    months = scenario.months if study.months is None else study.months
    with EcosystemModel(scenario, seed=seed) as model:
        model.run(months)
        return Played(measured(model, study.outcomes), _steps(study, model))


@lru_cache(maxsize=16)
def run_function(name: str) -> Callable[..., Any]:
    """Return the function ``module:function``; raises StudyError when there is none."""
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except Exception as problem:  # whatever is wrong in a module comes out while it is imported
        raise StudyError(f"run = {name!r}: cannot be imported ({type(problem).__name__}: {problem})") from problem
    if not callable(found):
        raise StudyError(f"run = {name!r}: this is not a function")
    return found  # type: ignore[no-any-return]


def _own(study: Study, values: Mapping[str, Any], seed: int) -> Played:
    """Play the study's own function: ``function(values, seed, months) -> {outcome: number}``."""
    found = run_function(study.run)({**study.values, **values}, seed, study.months)
    if not isinstance(found, Mapping):
        raise StudyError(f"{study.run}: returned {type(found).__name__}: allowed is a mapping of outcomes")
    missing = [name for name in study.outcomes if name not in found]
    if missing:
        given = ", ".join(map(str, found)) or "nothing"
        raise StudyError(f"{study.run}: returned no {', '.join(missing)} (it returned {given})")
    return Played({name: _as_number(found[name], f"{study.run}: returned {name}") for name in study.outcomes}, {})


def _as_number(value: Any, place: str) -> float:
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "biuf":
        raise StudyError(f"{place} = {value!r}: allowed is a number")
    return float(array)


def _steps(study: Study, model: Any) -> Steps:
    columns, every = study.steps.columns, study.steps.every
    if not columns:
        return {}
    table = model.months
    missing = [name for name in columns if name not in table]
    if missing:
        raise StudyError(f"steps: columns: {', '.join(missing)}: not in the table of months; allowed are "
                         f"{', '.join(name for name in table if name != 'month')}")  # fmt: skip
    rows = table.iloc[every - 1 :: every] if every > 1 else table
    return {name: rows[name].to_numpy(np.float64) for name in ("month", *columns)}
