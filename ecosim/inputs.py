"""A scenario with its files read and every name in them checked: all that can be wrong is found here, at once.

Plain Python, so that a mistake is answered before anything heavy is imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ecosim.errors import InputFileError, ScenarioError, nearest_name
from ecosim.scenario import MAX_SECTORS, ClusterSpec, Organisation, Scenario

__all__ = ["Inputs", "resolve"]


@dataclass(frozen=True)
class Inputs:
    """What a run is made from.

    clusters : named clusters, from the scenario, its clusters file and its organisations file
    organisations : rows of the organisations file, empty for a generated population
    ties : (row of one organisation, row of the other, weight), empty without a ties file
    sector_names, sector_shares : every sector, with its relative weight
    """

    scenario: Scenario
    clusters: tuple[ClusterSpec, ...]
    organisations: tuple[Organisation, ...]
    ties: tuple[tuple[int, int, float], ...]
    sector_names: tuple[str, ...]
    sector_shares: tuple[float, ...]


def resolve(scenario: Scenario) -> Inputs:
    """Return the inputs of a scenario.

    Raises
    ------
    InputFileError
        For a file that is missing or broken, or a name in it that is not known (file, row and column are named).
    ScenarioError
        For sectors, clusters or attractors that do not fit together.
    """
    organisations = tuple(scenario.read_organisations())
    if scenario.organisations_file is not None and len(organisations) < 2:
        raise InputFileError(f"{scenario.organisations_file}: 1 organisation: at least 2 are needed to meet")
    clusters = list(scenario.read_clusters())
    _check_twins(clusters, scenario)
    known = {cluster.name for cluster in clusters}
    if not scenario.clusters and scenario.clusters_file is None:
        for organisation in organisations:
            if organisation.cluster not in known:
                known.add(organisation.cluster)
                clusters.append(ClusterSpec(organisation.cluster))
    for organisation in organisations:
        _check_name("cluster", organisation.cluster, known, f"{scenario.organisations_file}: row {organisation.row}")
    wanted = scenario.parameters.population.clusters
    if not organisations and len(clusters) > wanted:
        raise ScenarioError(
            f"population.clusters = {wanted}: the scenario names {len(clusters)} clusters: allowed is that or more"
        )
    names, shares = _sectors(scenario, clusters, organisations)
    for cluster in clusters:
        if cluster.sector is not None:
            _check_name("sector", cluster.sector, names, f"cluster {cluster.name!r}")
    for organisation in organisations:
        _check_name("sector", organisation.sector, names, f"{scenario.organisations_file}: row {organisation.row}")
    for attractor in scenario.attractors:
        for name in attractor.sectors:
            _check_name("sectors", name, names, f"attractor {attractor.name!r}")
    if scenario.parameters.latent.seeded_share > 0 and len(names) < 2:
        raise ScenarioError(
            f"latent.seeded_share = {scenario.parameters.latent.seeded_share}: a hybrid needs 2 sectors, there is 1"
        )
    ties = tuple(_ties(scenario, organisations))
    return Inputs(scenario, tuple(clusters), organisations, ties, tuple(names), tuple(shares))


def _sectors(
    scenario: Scenario, clusters: Iterable[ClusterSpec], organisations: Iterable[Organisation]
) -> tuple[list[str], list[float]]:
    """Return the sectors that are named, or those of the files, or as many as the parameters ask for."""
    if scenario.sectors:
        return [sector.name for sector in scenario.sectors], [sector.share for sector in scenario.sectors]
    counted: dict[str, float] = {}
    for organisation in organisations:
        counted[organisation.sector] = counted.get(organisation.sector, 0) + 1
    if not counted:
        for cluster in clusters:
            if cluster.sector:
                counted[cluster.sector] = counted.get(cluster.sector, 0) + 1
    if not counted:
        counted = {f"sector {index + 1}": 1.0 for index in range(scenario.parameters.diversity.sectors)}
    if len(counted) > MAX_SECTORS:
        raise ScenarioError(f"sectors: {len(counted)} sectors in the files: allowed are at most {MAX_SECTORS}")
    return list(counted), list(counted.values())


def _ties(scenario: Scenario, organisations: Iterable[Organisation]) -> Iterable[tuple[int, int, float]]:
    rows = {organisation.id: row for row, organisation in enumerate(organisations)}
    for number, tie in scenario.read_ties():
        for column, name in (("a", tie.a), ("b", tie.b)):
            if name not in rows:
                raise InputFileError(
                    f"{scenario.ties_file}: row {number}: {column} = {name!r}: allowed is an id of "
                    f"{scenario.organisations_file}"
                )
        if tie.a == tie.b:
            raise InputFileError(f"{scenario.ties_file}: row {number}: a = b = {tie.a!r}: allowed is a tie to another")
        yield rows[tie.a], rows[tie.b], tie.weight


def _check_name(column: str, value: str, allowed: Iterable[str], where: str) -> None:
    if value not in allowed:
        names = list(allowed)
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        kind = InputFileError if "row" in where else ScenarioError
        raise kind(f"{where}: {column} = {value!r}{nearest_name(value, names)}: allowed are {shown}")


def _check_twins(clusters: Iterable[ClusterSpec], scenario: Scenario) -> None:
    seen = set()
    for cluster in clusters:
        if cluster.name in seen:
            where = f"{scenario.clusters_file}: name = {cluster.name!r}"
            raise InputFileError(f"{where}: the scenario has another one of that name")
        seen.add(cluster.name)
