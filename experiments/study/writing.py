"""A study and its scenarios as plain data: for the manifest, for hashes, for workers on other machines."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np

from ecosim.scenario import Scenario
from experiments.study.factors import SCENARIO, Factor

if TYPE_CHECKING:
    from experiments.study.study import Study

__all__ = ["plain_scenario", "same_value", "study_table"]


def study_table(study: Study) -> dict[str, Any]:
    """Return the study as the table that `study_from_table` reads, its scenarios by name only."""
    replicates = {
        item.name: getattr(study.replicates, item.name)
        for item in dataclasses.fields(study.replicates)
        if getattr(study.replicates, item.name) != item.default
    }
    table: dict[str, Any] = {
        "name": study.name,
        "title": study.title,
        "question": study.question,
        "seed": study.seed,
        "run_seconds": study.run_seconds,
        "outcomes": list(study.outcomes),
        "factors": {factor.path: _factor_table(factor) for factor in study.factors},
        "design": {"method": study.design.method, **study.design.options},
        "replicates": {"number": study.replicates.number, **replicates},
        "analysis": [{"kind": spec.kind, **spec.options} for spec in study.analyses],
    }
    if study.run:
        table |= {"run": study.run, "values": dict(study.values)}
    elif study.scenario is not None:
        table[SCENARIO] = study.scenario.name
    if study.months is not None:
        table["months"] = study.months
    if study.lever_start:
        table["levers"] = {"start": study.lever_start}
    if study.steps.columns:
        table["steps"] = {"columns": list(study.steps.columns), "every": study.steps.every}
    return table


def _factor_table(factor: Factor) -> dict[str, Any]:
    if factor.levels:
        return {"levels": list(factor.levels)}
    ends = {"low": factor.low, "high": factor.high}
    if factor.whole:
        ends = {key: math.floor(value) for key, value in ends.items()}
    return {**ends, "scale": factor.scale}


def plain_scenario(scenario: Scenario) -> dict[str, Any]:
    """Return what decides a scenario's runs: its content without its words, and the hashes of its input files."""
    bare = dataclasses.replace(
        scenario, name="bare", title="", story="", clusters_file=None, organisations_file=None, ties_file=None
    )
    hashes = {
        role: hashlib.sha256(path.read_bytes()).hexdigest() for role, path in sorted(scenario.input_files.items())
    }
    # read back, so that the manner of writing does not matter: a newer TOML library must not give other hashes
    return {"content": _same_values(tomllib.loads(bare.to_toml())), "inputs": hashes}


def same_value(value: Any) -> Any:
    """Return a value in the one form in which it is hashed: 1, 1.0 and NumPy's 1 are the same; so are 0.0 and −0.0."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | np.integer):
        return int(value)
    number = float(value)
    return int(number) if number.is_integer() else number


def _same_values(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _same_values(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_same_values(value) for value in content]
    return same_value(content)
