"""What the benchmarks of sweeps play: studies, and the same runs by hand, without a sweep around them."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ecosim.scenario import Scenario
from experiments.outcomes import measured
from experiments.reading import study_from_table
from experiments.running.play import play
from experiments.study import Study

__all__ = ["CLOCK", "OUTCOMES", "SEED", "busy", "by_hand", "clock", "small", "study", "timed", "trivial"]

SEED = 1
SECONDS = 0.01
OUTCOMES = ("hybrids", "recombinant", "late_births", "emerged")
CLOCK = ("ended", "process", "processor")
_SIZE = {"population.firms": 180, "population.labs": 20, "population.clusters": 4}
_RANGE = {"low": 0.005, "high": 0.1}  # of transmissibility; it is 0.02 in the scenario
_OWN = {"busy": ("y", *CLOCK), "trivial": ("y", "peak"), "timed": (*OUTCOMES, *CLOCK)}


def study(kind: str, points: int, replicates: int, months: int = 60) -> Study:
    """Return a study of `points` values of one factor, each with so many replicates.

    kind : ``model`` plays three-ingredients with 200 organisations, society and economy off; ``timed`` plays the same
    and looks at the clock; ``busy`` takes 10 ms of the processor, ``trivial`` next to nothing
    """
    factor = "x" if kind in ("busy", "trivial") else "medium.transmissibility"
    table: dict[str, Any] = {
        "name": f"benchmark {kind}",
        "seed": SEED,
        "months": months,
        "replicates": replicates,
        "design": {"method": "factorial", "steps": points},
        "factors": {factor: _RANGE},
    }
    if kind == "model":
        played = {"scenario": "three-ingredients", "values": _SIZE, "outcomes": list(OUTCOMES)}
    else:
        played = {"run": f"experiments.benchmark.runs:{kind}", "outcomes": list(_OWN[kind])}
    return study_from_table(table | played)


def by_hand(kind: str, values: Mapping[str, Any], seed: int, months: int) -> dict[str, float]:
    """Play one run as a plain loop does, without any of `experiments.running`."""
    from ecosim import EcosystemModel

    if kind == "busy":
        return busy(values, seed, None)
    with EcosystemModel(small().with_values(values), seed=seed) as model:
        model.run(months)
        return measured(model, OUTCOMES)


@lru_cache(maxsize=1)
def small() -> Scenario:
    """Return three-ingredients with 200 organisations in four clusters, R not recorded."""
    return Scenario.load("three-ingredients").with_values({**_SIZE, "record.reproduction_every": 0})


def clock() -> dict[str, float]:
    """Return when it is (s, of a clock that processes share), which process this is, and s it had of a processor."""
    return {"ended": time.monotonic(), "process": float(os.getpid()), "processor": time.process_time()}


# -- run functions (`experiments.running.play`) ---------------------------------------------------------------


def busy(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Take 10 ms of the processor, then look at the clock."""
    end = time.thread_time() + SECONDS
    while time.thread_time() < end:
        pass
    return {"y": float(values["x"]), **clock()}


def timed(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Play a run of the study ``model`` as sweeps play it, then look at the clock."""
    return {**play(_model(months or 60), values, seed).outcomes, **clock()}


def trivial(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Return at once; say what memory this process has had at most, in the system's unit (0 where it does not tell)."""
    return {"y": float(values["x"]), "peak": _peak()}


@lru_cache(maxsize=4)
def _model(months: int) -> Study:
    return study("model", 2, 1, months)


def _peak() -> float:
    try:
        import resource
    except ImportError:  # not on Windows
        return 0.0
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
