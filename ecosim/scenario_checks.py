"""What a scenario must satisfy before anything is built from it. Each refusal names the field, what was got and what
is allowed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecosim.errors import ScenarioError, nearest_name
from ecosim.specs import ATTRACTOR_KINDS, MAX_SECTORS, AttractorSpec

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
    _refuse_twins("sectors", names)
    _refuse_twins("clusters", [cluster.name for cluster in scenario.clusters])
    _refuse_twins("attractors", [attractor.name for attractor in scenario.attractors])
    if len(names) > MAX_SECTORS:
        raise ScenarioError(f"sectors: {len(names)} sectors: allowed are at most {MAX_SECTORS}")
    given = [sector.centre is not None for sector in scenario.sectors]
    if any(given) and not all(given):
        missing = scenario.sectors[given.index(False)].name
        raise ScenarioError(f"sectors: {missing!r} has no centre: give one to every sector or to none")
    for index, sector in enumerate(scenario.sectors):
        where = f"sectors[{index}] ({sector.name})"
        _number(sector.share, f"{where}: share", 0, 1e9)
        _point(sector.centre, f"{where}: centre", dimensions)
    if scenario.sectors and sum(sector.share for sector in scenario.sectors) <= 0:
        raise ScenarioError("sectors: every share is 0: at least one must be above 0")
    for index, cluster in enumerate(scenario.clusters):
        where = f"clusters[{index}] ({cluster.name})"
        _number(cluster.latitude, f"{where}: latitude", -90, 90)
        _number(cluster.longitude, f"{where}: longitude", -180, 180)
        _number(cluster.size, f"{where}: size", 1e-9, 1e9)
        _number(cluster.brokerage, f"{where}: brokerage", 0, 1)
        if cluster.sector is not None and names and cluster.sector not in names:
            raise ScenarioError(
                f"{where}: sector = {cluster.sector!r}{nearest_name(cluster.sector, names)}: "
                f"allowed are {', '.join(names)}"
            )
    for index, attractor in enumerate(scenario.attractors):
        _check_attractor(attractor, f"attractors[{index}] ({attractor.name})", names, dimensions)
    if scenario.ties_file is not None and scenario.organisations_file is None:
        raise ScenarioError("inputs.ties needs inputs.organisations: ties name organisations")


def _check_attractor(spec: AttractorSpec, where: str, sectors: Sequence[str], dimensions: int) -> None:
    if spec.kind not in ATTRACTOR_KINDS:
        raise ScenarioError(
            f"{where}: kind = {spec.kind!r}{nearest_name(spec.kind, ATTRACTOR_KINDS)}: "
            f"allowed are {', '.join(ATTRACTOR_KINDS)}"
        )
    _number(spec.strength, f"{where}: strength", 0, 1e6)
    _number(spec.width, f"{where}: width", 1e-6, 1e6)
    _number(spec.boost, f"{where}: boost", 1, 100)
    _point(spec.centre, f"{where}: centre", dimensions)
    if (spec.centre is None) == (not spec.sectors):
        raise ScenarioError(f"{where}: give either sectors (names) or centre (a list of {dimensions} numbers)")
    for name in spec.sectors:
        if sectors and name not in sectors:
            raise ScenarioError(
                f"{where}: sectors: {name!r}{nearest_name(name, sectors)}: allowed are {', '.join(sectors)}"
            )
    for name, month in (("start", spec.start), ("end", spec.end)):
        if month is not None and (isinstance(month, bool) or not isinstance(month, int)):
            raise ScenarioError(f"{where}: {name} = {month!r}: allowed is a whole number of months")
    if spec.start < 0:
        raise ScenarioError(f"{where}: start = {spec.start!r}: allowed is a month, 0 or later")
    if spec.end is not None and spec.end <= spec.start:
        raise ScenarioError(f"{where}: end = {spec.end!r}: must come after start = {spec.start}")


def _refuse_twins(what: str, names: Sequence[str]) -> None:
    seen = set()
    for index, name in enumerate(names):
        if name in seen:
            raise ScenarioError(f"{what}[{index}]: name = {name!r}: there is another one of that name")
        seen.add(name)


def _number(value: float | None, where: str, low: float, high: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ScenarioError(f"{where} = {value!r}: allowed is a number from {low:g} to {high:g}")
    if not low <= value <= high:
        raise ScenarioError(f"{where} = {value!r}: allowed is a number from {low:g} to {high:g}")


def _point(value: tuple[float, ...] | None, where: str, dimensions: int) -> None:
    if value is None:
        return
    if len(value) != dimensions:
        raise ScenarioError(f"{where}: {len(value)} numbers: knowledge.dimensions asks for {dimensions}")
    for number in value:
        _number(number, where, -1e6, 1e6)
