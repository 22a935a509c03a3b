"""What `sensitivity` plays: a job each, and the tables of all jobs. Draws no conclusion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.behaviours import agreement
from experiments.behaviours.tipping import CORE, FORGETTING, MEETING_RATE, TRANSMISSIBILITY, WELL_MIXED
from experiments.pool import run_many
from experiments.validation.theory.changes import GROUPS, change, changed
from experiments.validation.theory.elasticities import dilute_elasticities, drive_of, numerical_elasticities

if TYPE_CHECKING:
    from ecosim import Scenario
    from ecosim.state import State

__all__ = ["DIRECT", "cohort", "cohorts", "core_of", "direct", "limit", "limits", "states", "worlds"]

MONTH = 48
LATER = 24  # months after a change, about the middle of the lives of the hybrids born in the year after it
STEP = 0.1  # of the logarithm, to both sides
FACTORS = (0.8, 1.25)
SEEDED = ("meeting_rate", "forgetting", "barrier_scale", "core_size")
SWITCHED = ("meeting_rate", "forgetting", "barrier_scale", "attractor_strength")
TOTAL = ("meeting_rate", "forgetting", "barrier_scale", "disparity")
LIMIT = ("meeting_rate", "core_size", "base_drive", "barrier_scale", "transmissibility", "forgetting")
DIRECT = (*GROUPS, "attractor_strength", "attractor_width")


def core_of(path: str, values: dict[str, Any]) -> Scenario:
    """Return a scenario without society and economy, and without encounters: the claim is the core's."""
    import dataclasses

    from ecosim import Scenario
    from ecosim.parameters.society import Mechanisms

    off = {f"mechanisms.{item.name}": False for item in dataclasses.fields(Mechanisms)}
    return Scenario.load(path).with_values({"clusters.encounters_per_year": 0.0, **off, **values})


def held_elasticity(state: State, parameter: str) -> float:
    """Return the elasticity of the operator's R in a parameter, all else in the state held: central differences."""
    from ecosim.reproduction import NextGeneration

    top = 0.0 if parameter == "bridge_openness" else STEP  # bridges are fully open already
    ends = []
    for step in (-STEP, top):
        with changed(state, parameter, math.exp(step)):
            ends.append(NextGeneration().evaluate(state))
    return math.log(ends[1] / ends[0]) / (STEP + top)


def limit(job: dict[str, Any]) -> dict[str, Any]:
    """Return R by the operator in a well-mixed ecosystem without a hybrid, and its elasticity in each parameter."""
    from ecosim import EcosystemModel
    from ecosim.reproduction import NextGeneration

    values, bricks = job["values"], job["values"].get("core_size", CORE)
    with EcosystemModel(seed=0, **values) as model:
        state = model.run(1).state
        out = {name: held_elasticity(state, name) for name in LIMIT if name != "core_size"}
        out["r"] = NextGeneration().evaluate(state)
    ends = []
    for count in (bricks - 1, bricks + 1):
        with EcosystemModel(seed=0, **{**values, "core_size": count}) as model:
            ends.append(NextGeneration().evaluate(model.run(1).state))
    out["core_size"] = math.log(ends[1] / ends[0]) / math.log((bricks + 1) / (bricks - 1))
    return out


def direct(job: dict[str, Any]) -> dict[str, Any]:
    """Return R of a state at a month, and its elasticity in each parameter."""
    from ecosim import EcosystemModel
    from ecosim.reproduction import NextGeneration

    with EcosystemModel(core_of(job["path"], job["values"]), seed=job["seed"], reproduction_every=0) as model:
        state = model.run(MONTH).state
        return {"r": NextGeneration().evaluate(state), **{name: held_elasticity(state, name) for name in DIRECT}}


def cohort(job: dict[str, Any]) -> dict[str, Any]:
    """Return the hybrids born in a window and their offspring, and R by the operator at its beginning and later.

    The parameter changes there, in month 0 before anything has happened; the core's size is in the job's values.
    """
    from ecosim import EcosystemModel
    from ecosim.reproduction import NextGeneration

    scenario = core_of(job["path"], {}) if job["path"] else None
    month, window = job["month"], job["window"]
    with EcosystemModel(scenario, seed=job["seed"], **{"reproduction_every": 0, **job["values"]}) as model:
        state = model.run(month).state
        if job["parameter"] != "core_size":
            change(state, job["parameter"], job["factor"])
        r = NextGeneration().evaluate(state)
        later = NextGeneration().evaluate(model.run(LATER).state)
        model.run(window + agreement.LIFE - LATER)
        births = (state.history.column("spontaneous") + state.history.column("recombinant"))[month : month + window]
        offspring = state.cohort_offspring[month : month + window]
        return {"births": int(births.sum()), "offspring": float(offspring.sum()), "r": r, "later": later}


def closed_form(measure: str, values: dict[str, Any]) -> dict[str, float]:
    """Return the elasticities of a closed form, by its name in `ecosim.reproduction`, in a well-mixed ecosystem."""
    from ecosim import reproduction

    at = (
        values.get("meeting_rate", MEETING_RATE), values.get("core_size", CORE), -math.expm1(-values["base_drive"]),
        TRANSMISSIBILITY, values.get("forgetting", FORGETTING),
    )  # fmt: skip
    if measure == "dilute_reproduction":
        return dilute_elasticities(*at)
    return numerical_elasticities(getattr(reproduction, measure), *at, step=STEP)


def limits() -> pd.DataFrame:
    """The well-mixed limit at R = 1: a core so large that crowding is gone, and the model's own core."""
    from ecosim.reproduction import dilute_reproduction, organisation_reproduction

    large, rate = 90, 22.5
    cases: dict[str, dict[str, Any]] = {
        "core of 90": {
            "core_size": large, "capacity": 140, "meeting_rate": rate,
            "base_drive": drive_of(_success(dilute_reproduction, 1.0, rate, large)),
        },
        "core of 8": {"base_drive": drive_of(_success(organisation_reproduction, 1.0, MEETING_RATE, CORE))},
    }  # fmt: skip
    rows = []
    for state, values in cases.items():
        found = limit({"values": {**WELL_MIXED, "firms": 200, **values}})
        forms = {name: closed_form(f"{name}_reproduction", values) for name in ("dilute", "organisation")}
        rows += [
            {"part": "limit", "state": state, "parameter": name, "r": found["r"], "elasticity": found[name],
             **{form: known[name] for form, known in forms.items()}}
            for name in LIMIT
        ]  # fmt: skip
    return pd.DataFrame(rows)


def _success(measure: Any, value: float, meeting_rate: float, core: int) -> float:
    from scipy.optimize import brentq

    def beyond(success: float) -> float:
        return float(measure(meeting_rate, core, success, TRANSMISSIBILITY, FORGETTING)) - value

    return float(brentq(beyond, 1e-5, 0.5))


def states(paths: dict[str, str], seeds: int, workers: int | None) -> pd.DataFrame:
    reduced = {"france-clusters": {"population.firms": 6000, "population.labs": 300}}
    jobs = [
        {"state": name, "path": path, "values": reduced.get(name, {}), "seed": seed}
        for name, path in paths.items()
        for seed in range(seeds)
    ]
    table = pd.DataFrame(run_many(direct, jobs, workers, "elasticities of states"))
    kept = table.melt(["state", "seed", "r"], list(DIRECT), "parameter", "elasticity")
    return kept.dropna(subset="elasticity").assign(part="direct")


def cohorts(quick: bool, workers: int | None) -> pd.DataFrame:
    """Cohorts after a change: in the seeded well-mixed limit, R at most 1 throughout, and in three-ingredients."""
    from ecosim.reproduction import organisation_reproduction

    drive = drive_of(_success(organisation_reproduction, 0.72, MEETING_RATE, CORE))
    firms, share = (1000, 0.1) if quick else (12000, 0.1)
    mixed = {**WELL_MIXED, "firms": firms, "seeded_share": share, "base_drive": drive}
    jobs: list[dict[str, Any]] = []
    for parameter in SEEDED:
        for factor in (6 / CORE, 10 / CORE) if parameter == "core_size" else FACTORS:
            values = {**mixed, "core_size": round(factor * CORE)} if parameter == "core_size" else mixed
            common = {"part": "seeded", "state": "well-mixed", "path": "", "month": 0, "window": 36, "values": values}
            jobs += [{**common, "parameter": parameter, "factor": factor, "seed": s} for s in range(3 if quick else 20)]
    for parameter in SWITCHED:
        common = {"part": "switched", "state": "three-ingredients", "path": "three-ingredients", "values": {}}
        common |= {"month": MONTH, "window": agreement.WINDOW}
        jobs += [
            {**common, "parameter": parameter, "factor": factor, "seed": seed}
            for factor in FACTORS
            for seed in range(3 if quick else 80)
        ]
    return pd.DataFrame(run_many(cohort, jobs, workers, "cohorts after a change")).drop(columns=["values", "path"])


def worlds(quick: bool, workers: int | None) -> pd.DataFrame:
    """Worlds that differ from the start; `agreement` plays them and follows the cohort born from month 48 on."""
    base = core_of("three-ingredients", {}).parameters
    jobs = []
    for parameter in TOTAL:
        path = f"{GROUPS.get(parameter, 'diversity')}.{parameter}"
        group, name = path.split(".")
        given = getattr(getattr(base, group), name)
        jobs += [
            {"part": "total", "state": "three-ingredients", "parameter": parameter, "factor": factor, "month": MONTH,
             "path": "three-ingredients", "values": {path: given * factor}, "seed": seed}
            for factor in FACTORS
            for seed in range(3 if quick else 60)
        ]  # fmt: skip
    table = pd.DataFrame(run_many(agreement.outcome, jobs, workers, "worlds that differ from the start"))
    return table.rename(columns={"theory": "r"}).drop(columns=["values", "path", "expected", "theory_end", "cohort"])
