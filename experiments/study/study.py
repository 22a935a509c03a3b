"""A study: which scenario, what varies, what is looked at, how often, and what is made of it. Data, no behaviour.

Everything that a sweep, a plan and a report need to know; `experiments.reading` makes one from TOML.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecosim.scenario import Scenario
from experiments.outcomes import OUTCOMES
from experiments.study.factors import Factor, Value

__all__ = ["AnalysisSpec", "DesignSpec", "ReplicatesSpec", "StepsSpec", "Study"]


@dataclass(frozen=True)
class DesignSpec:
    """How points are chosen: the method's name (`experiments.designs.DESIGNS`) and its options."""

    method: str = "factorial"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReplicatesSpec:
    """How often every point is played: `number` times, or until an interval is narrow enough.

    number : replicates of every point at first
    outcome : what the sequential rule looks at; empty for no such rule
    half_width : of the 95 % interval, in the outcome's unit; or `relative`, as a share of the mean
    maximum : replicates of a point at most; budget : runs in all at most (0: no limit but `maximum`)
    contrast : number of the point that the others are compared with, seed by seed (−1: each point by itself)
    """

    number: int = 10
    outcome: str = ""
    half_width: float = 0.0
    relative: float = 0.0
    maximum: int = 1000
    budget: int = 0
    contrast: int = -1

    @property
    def sequential(self) -> bool:
        return bool(self.outcome)


@dataclass(frozen=True)
class StepsSpec:
    """Which columns of the table of months are kept, and every how many months; empty for none."""

    columns: tuple[str, ...] = ()
    every: int = 1


@dataclass(frozen=True)
class AnalysisSpec:
    """A part of the report: its kind (`experiments.analysis.ANALYSES`) and its options."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A study, checked.

    Attributes
    ----------
    name, title, question : what it is called and what it asks
    scenario : what is played (None in a study with a run function of its own, or with `scenario` as a factor);
        its parameters hold the study's fixed values
    scenarios : by name, where the scenario itself is a factor
    run : ``module:function``, a run function of the study's own (see `experiments.running.play`); empty for the model
    values : the fixed values of a study with a run function of its own
    months : to play; None for as many as the scenario says
    seed : of replicate 0; replicate r has ``seed + r`` at every point (common random numbers)
    lever_start : the month from which ``lever.NAME`` factors act
    run_seconds : a run that takes longer is stopped and set aside
    quick : whether this is the small version of the study
    """

    name: str
    factors: tuple[Factor, ...]
    outcomes: tuple[str, ...]
    title: str = ""
    question: str = ""
    scenario: Scenario | None = None
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    run: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    months: int | None = None
    seed: int = 1
    lever_start: int = 0
    design: DesignSpec = field(default_factory=DesignSpec)
    replicates: ReplicatesSpec = field(default_factory=ReplicatesSpec)
    steps: StepsSpec = field(default_factory=StepsSpec)
    analyses: tuple[AnalysisSpec, ...] = ()
    run_seconds: float = 3600.0
    quick: bool = False
    folder: Path = Path()

    @classmethod
    def load(cls, source: str | Path, quick: bool = False) -> Study:
        """Return a ready study by name, or one from a TOML file; `quick` for its small version.

        Raises
        ------
        StudyError
            When there is no such study, or the file is not a valid one.
        """
        from experiments.reading import load_study

        return load_study(source, quick)

    @property
    def paths(self) -> tuple[str, ...]:
        """The names of the factors, which are those of their columns."""
        return tuple(factor.path for factor in self.factors)

    @property
    def played(self) -> tuple[Scenario, ...]:
        """The scenarios that are played; none in a study with a run function of its own."""
        return tuple(self.scenarios.values()) if self.scenario is None else (self.scenario,)

    def may_be_unknown(self, outcome: str) -> bool:
        """Whether NaN is a possible answer of an outcome, as of a month of emergence where nothing emerged."""
        return not self.run and OUTCOMES[outcome].unknown

    def factor(self, path: str) -> Factor:
        """Return a factor by its path or its short name; raises StudyError for one that the study does not have."""
        from ecosim.errors import StudyError, nearest_name

        found = [factor for factor in self.factors if factor.path == path]
        found = found or [factor for factor in self.factors if factor.name == path]
        if len(found) == 1:
            return found[0]
        if found:
            both = ", ".join(factor.path for factor in found)
            raise StudyError(f"{self.name}: factor {path!r} can be {both}: give the whole name")
        raise StudyError(
            f"{self.name}: no factor {path!r}{nearest_name(path, self.paths)}; it has {', '.join(self.paths)}"
        )

    def specification(self) -> dict[str, Any]:
        """Return what decides the results of a point and replicate, as plain data: the same text, the same runs."""
        from experiments.study.writing import plain_scenario, same_value

        return {
            "scenario": None if self.scenario is None else plain_scenario(self.scenario),
            "scenarios": {name: plain_scenario(scenario) for name, scenario in self.scenarios.items()},
            "run": self.run,
            "values": {name: same_value(value) for name, value in self.values.items()},
            "months": self.months,
            "lever_start": self.lever_start,
            "outcomes": list(self.outcomes),
            "steps": {"columns": list(self.steps.columns), "every": self.steps.every},
        }

    def digest(self) -> str:
        """Return the hash of `specification`, 16 hexadecimal digits."""
        text = json.dumps(self.specification(), sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
