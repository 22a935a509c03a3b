"""What a scenario must satisfy before anything is built from it. Each refusal names the field, what was got and what
is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecosim.economy_checks import check_economy
from ecosim.errors import ScenarioError
from ecosim.specs import ATTRACTOR_KINDS, MAX_SECTORS, AttractorSpec
from ecosim.value_checks import (
    check_months,
    check_name,
    check_names,
    check_number,
    check_optional,
    check_point,
    refuse_twins,
)

if TYPE_CHECKING:
    from ecosim.scenario import Scenario

__all__ = ["check_scenario"]


def check_scenario(scenario: Scenario) -> None:
    """Raise ScenarioError when values are out of bounds or names do not fit together."""
    if not scenario.name or any(character in scenario.name for character in "/\\\0"):
        raise ScenarioError(f"name = {scenario.name!r}: allowed is a text without slashes")
    if not 1 <= scenario.months <= 100_000:
        raise ScenarioError(f"months = {scenario.months!r}: allowed is a whole number from 1 to 100000")
    dimensions = scenario.parameters.knowledge.dimensions
    names = [sector.name for sector in scenario.sectors]
    refuse_twins("sectors", names)
    refuse_twins("clusters", [cluster.name for cluster in scenario.clusters])
    refuse_twins("attractors", [attractor.name for attractor in scenario.attractors])
    if len(names) > MAX_SECTORS:
        raise ScenarioError(f"sectors: {len(names)} sectors: allowed are at most {MAX_SECTORS}")
    given = [sector.centre is not None for sector in scenario.sectors]
    if any(given) and not all(given):
        missing = scenario.sectors[given.index(False)].name
        raise ScenarioError(f"sectors: {missing!r} has no centre: give one to every sector or to none")
    for index, sector in enumerate(scenario.sectors):
        where = f"sectors[{index}] ({sector.name})"
        check_number(sector.share, f"{where}: share", 0, 1e9)
        check_point(sector.centre, f"{where}: centre", dimensions)
    if scenario.sectors and sum(sector.share for sector in scenario.sectors) <= 0:
        raise ScenarioError("sectors: every share is 0: at least one must be above 0")
    for index, cluster in enumerate(scenario.clusters):
        where = f"clusters[{index}] ({cluster.name})"
        check_optional(cluster.latitude, f"{where}: latitude", -90, 90)
        check_optional(cluster.longitude, f"{where}: longitude", -180, 180)
        check_optional(cluster.size, f"{where}: size", 1e-9, 1e9)
        check_number(cluster.brokerage, f"{where}: brokerage", 0, 1)
        if cluster.sector is not None:
            check_names((cluster.sector,), f"{where}: sector", names)
    for index, attractor in enumerate(scenario.attractors):
        _check_attractor(attractor, f"attractors[{index}] ({attractor.name})", names, dimensions)
    check_economy(scenario)
    if scenario.ties_file is not None and scenario.organisations_file is None:
        raise ScenarioError("inputs.ties needs inputs.organisations: ties name organisations")


def _check_attractor(spec: AttractorSpec, where: str, sectors: Sequence[str], dimensions: int) -> None:
    check_name(spec.kind, f"{where}: kind", ATTRACTOR_KINDS)
    check_number(spec.strength, f"{where}: strength", 0, 1e6)
    check_optional(spec.width, f"{where}: width", 1e-6, 1e6)
    check_optional(spec.boost, f"{where}: boost", 1, 100)
    check_point(spec.centre, f"{where}: centre", dimensions)
    if (spec.centre is None) == (not spec.sectors):
        raise ScenarioError(f"{where}: give either sectors (names) or centre (a list of {dimensions} numbers)")
    check_names(spec.sectors, f"{where}: sectors", sectors)
    check_months(spec.start, spec.end, where)
