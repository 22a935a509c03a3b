"""A scenario with its files read and every name in them checked: all that can be wrong is found here, at once.

Plain Python, so that a mistake is answered before anything heavy is imported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ecosim.errors import EcosimError, InputFileError, ScenarioError, nearest_name
from ecosim.scenario import Scenario
from ecosim.specs import MAX_SECTORS, ORGANISATION_KINDS, ClusterSpec
from ecosim.tables import finite, positive, read_rows, text, weight

__all__ = ["Inputs", "Organisation", "Tie", "read_clusters", "read_organisations", "read_ties", "resolve"]


@dataclass(frozen=True)
class Organisation:
    """One row of an organisations file; `row` is its number there, for messages."""

    id: str
    kind: str
    sector: str
    cluster: str
    region: str = ""
    row: int = 0


@dataclass(frozen=True)
class Tie:
    """One row of a ties file: two organisation ids and a weight above 0; `row` is its number there, for messages."""

    a: str
    b: str
    weight: float = 1.0
    row: int = 0


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
        For parts of the scenario that do not fit together: names of sectors, clusters or regions, numbers of them.
    """
    file = scenario.organisations_file
    organisations = () if file is None else tuple(read_organisations(file))
    if scenario.organisations_file is not None and len(organisations) < 2:
        raise InputFileError(f"{scenario.organisations_file}: 1 organisation: at least 2 are needed to meet")
    clusters = list(scenario.clusters)
    if scenario.clusters_file is not None:
        clusters += read_clusters(scenario.clusters_file)
    _check_twins(clusters, scenario)
    known = {cluster.name for cluster in clusters}
    if not scenario.clusters and scenario.clusters_file is None:
        for organisation in organisations:
            if organisation.cluster not in known:
                known.add(organisation.cluster)
                clusters.append(ClusterSpec(organisation.cluster))
    for organisation in organisations:
        where = f"{scenario.organisations_file}: row {organisation.row}"
        _check_name("cluster", organisation.cluster, known, where, InputFileError)
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
        where = f"{scenario.organisations_file}: row {organisation.row}"
        _check_name("sector", organisation.sector, names, where, InputFileError)
    _check_specs(scenario, names, _regions(clusters, organisations))
    if scenario.parameters.latent.seeded_share > 0 and len(names) < 2:
        raise ScenarioError(
            f"latent.seeded_share = {scenario.parameters.latent.seeded_share}: a hybrid needs 2 sectors, there is 1"
        )
    ties = tuple(_ties(scenario, organisations))
    return Inputs(scenario, tuple(clusters), organisations, ties, tuple(names), tuple(shares))


def _check_specs(scenario: Scenario, sectors: list[str], regions: list[str]) -> None:
    """Check the sectors and regions that the scenario's own lists name; they may come from files."""
    for attractor in scenario.attractors:
        _check_names("sectors", attractor.sectors, sectors, f"attractor {attractor.name!r}")
    for market in scenario.markets:
        _check_names("sectors", market.sectors, sectors, f"market {market.name!r}")
        _check_names("frame_sectors", market.frame_sectors, sectors, f"market {market.name!r}")
    for policy in scenario.policies:
        where = f"policy {policy.name!r}"
        if policy.sector:
            _check_name("sector", policy.sector, sectors, where)
        if policy.region and not regions:
            raise ScenarioError(f"{where}: region = {policy.region!r}: no cluster or organisation has a region")
        if policy.region:
            _check_name("region", policy.region, regions, where)
    for programme in scenario.acculturations:
        _check_names("sectors", programme.sectors, sectors, f"acculturation {programme.name!r}")


def _regions(clusters: Iterable[ClusterSpec], organisations: Iterable[Organisation]) -> list[str]:
    """Return the regions that organisations can be in: their own when they come from a file, else their cluster's."""
    places = [item.region for item in organisations] or [item.region for item in clusters]
    return sorted({place for place in places if place})


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
    for tie in () if scenario.ties_file is None else read_ties(scenario.ties_file):
        for column, name in (("a", tie.a), ("b", tie.b)):
            if name not in rows:
                raise InputFileError(
                    f"{scenario.ties_file}: row {tie.row}: {column} = {name!r}: allowed is an id of "
                    f"{scenario.organisations_file}"
                )
        if tie.a == tie.b:
            raise InputFileError(f"{scenario.ties_file}: row {tie.row}: a = b = {tie.a!r}: allowed is a tie to another")
        yield rows[tie.a], rows[tie.b], tie.weight


def _check_name(
    column: str, value: str, allowed: Collection[str], where: str, kind: type[EcosimError] = ScenarioError
) -> None:
    if value not in allowed:
        names = list(allowed)
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        raise kind(f"{where}: {column} = {value!r}{nearest_name(value, names)}: allowed are {shown}")


def _check_names(column: str, values: Iterable[str], allowed: Collection[str], where: str) -> None:
    for value in values:
        _check_name(column, value, allowed, where)


def _check_twins(clusters: Iterable[ClusterSpec], scenario: Scenario) -> None:
    seen = set()
    for cluster in clusters:
        if cluster.name in seen:
            where = f"{scenario.clusters_file}: name = {cluster.name!r}"
            raise InputFileError(f"{where}: the scenario has another one of that name")
        seen.add(cluster.name)


# -- files ------------------------------------------------------------------------------------------------------


def read_clusters(path: Path) -> Iterator[ClusterSpec]:
    """Yield the clusters of a CSV file with columns name, theme, latitude, longitude and, if there, region, size."""
    columns = {
        "name": text, "theme": text, "region": text, "latitude": _latitude, "longitude": _longitude,
        "size": positive,
    }  # fmt: skip
    seen: dict[str, int] = {}
    for number, row in read_rows(path, columns, ["region", "latitude", "longitude", "size"]):
        name = str(row["name"])
        if name in seen:
            raise InputFileError(f"{path}: row {number}: name = {name!r}: already in row {seen[name]}")
        seen[name] = number
        yield ClusterSpec(
            name=name,
            sector=str(row["theme"]),
            region=str(row["region"] or ""),
            latitude=row["latitude"],  # type: ignore[arg-type]
            longitude=row["longitude"],  # type: ignore[arg-type]
            size=row["size"],  # type: ignore[arg-type]
        )


def read_organisations(path: Path) -> Iterator[Organisation]:
    """Yield the rows of an organisations file: id, kind, sector, cluster and, if there, region."""
    columns = {"id": text, "kind": _kind, "sector": text, "cluster": text, "region": text}
    seen: dict[str, int] = {}
    for number, row in read_rows(path, columns, ["region"]):
        name = str(row["id"])
        if name in seen:
            raise InputFileError(f"{path}: row {number}: id = {name!r}: already in row {seen[name]}")
        seen[name] = number
        region = str(row["region"] or "")
        yield Organisation(name, str(row["kind"]), str(row["sector"]), str(row["cluster"]), region, number)


def read_ties(path: Path) -> Iterator[Tie]:
    """Yield the rows of a ties file: a, b and, if there, weight."""
    for number, row in read_rows(path, {"a": text, "b": text, "weight": weight}, ["weight"]):
        share = 1.0 if row["weight"] is None else float(row["weight"])  # type: ignore[arg-type]
        yield Tie(str(row["a"]), str(row["b"]), share, number)


def _kind(value: str) -> str:
    if value not in ORGANISATION_KINDS:
        raise ValueError(f"one of {', '.join(ORGANISATION_KINDS)}")
    return value


def _latitude(value: str) -> float:
    number = finite(value)
    if not -90 <= number <= 90:
        raise ValueError("a latitude from -90 to 90 degrees")
    return number


def _longitude(value: str) -> float:
    number = finite(value)
    if not -180 <= number <= 180:
        raise ValueError("a longitude from -180 to 180 degrees")
    return number
