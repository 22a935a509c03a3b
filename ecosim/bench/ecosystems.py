"""The ecosystems that are measured, and the schedule that is."""

from __future__ import annotations

from ecosim.processes import Attract, Create, Forget, Hybridise, Meet, Process, Propagate, Record
from ecosim.scenario import Scenario

__all__ = ["core_rules", "france_scale", "generated", "plain_run", "story"]

CLUSTER_SIZE = 300  # organisations; much as in France, and the same at every size, or the ties would lie differently


def generated(organisations: int) -> Scenario:
    """Return the generated ecosystem with so many organisations, a tenth of them laboratories, by its defaults."""
    labs = organisations // 10
    return _quiet(Scenario(), organisations - labs, labs, max(organisations // CLUSTER_SIZE, 2))


def france_scale(shrink: int = 1) -> Scenario:
    """Return 60,000 firms, 3,000 laboratories and 200 clusters (or one in `shrink` of each)."""
    return Scenario().with_values(
        {
            "population.firms": 60_000 // shrink,
            "population.labs": 3_000 // shrink,
            "population.clusters": max(200 // shrink, 2),
        }
    )


def story() -> Scenario:
    """Return the scenario that is played from its beginning to its end: a thousand organisations, one attractor."""
    return Scenario.load("three-ingredients").with_values({"record.reproduction_every": 0})


def core_rules() -> tuple[Process, ...]:
    """Return the rules of the core, made anew, without `record`."""
    return (Attract(), Meet(), Hybridise(), Propagate(), Forget(), Create())


def plain_run() -> tuple[Process, ...]:
    """Return the rules of the core and `record`."""
    return (*core_rules(), Record())


def _quiet(scenario: Scenario, firms: int, labs: int, clusters: int) -> Scenario:
    values = {"population.firms": firms, "population.labs": labs, "population.clusters": clusters}
    return scenario.with_values({**values, "record.reproduction_every": 0})
