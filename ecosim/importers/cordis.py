"""From European research projects (CORDIS) to a scenario: organisations that work together are tied.

Writes files and returns what is in them. Knows of no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ecosim.errors import InputFileError, ParameterError, nearest_name
from ecosim.importers.assumptions import horizon_attractors
from ecosim.importers.network import Network, commonest, communities, community_names
from ecosim.importers.participations import KINDS, Participations, read_participations, read_programmes
from ecosim.importers.sectors import most_active, sector_centres
from ecosim.importers.writing import Summary, check_target, cluster_specs, counted, sector_specs, write_network
from ecosim.inputs import Organisation
from ecosim.parameters import Parameters

__all__ = ["import_cordis"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CLUSTERINGS = ("communities", "country")
SMALLEST_COMMUNITY = 10  # organisations; smaller ones are put together by country
_NOWHERE = "unknown country"
_OTHER_NAMES = {"GR": "EL", "GB": "UK"}  # CORDIS keeps the European Union's own codes for these two


def import_cordis(
    participations: Path,
    out: Path,
    programmes: Path | None = None,
    countries: Sequence[str] = (),
    clusters: str = "communities",
    months: int = 120,
    source: str = "Horizon 2020",
) -> Summary:
    """Write a scenario made of the organisations and projects of CORDIS.

    - Kind: PRC is a firm, HES and REC are labs, PUB and OTH are others.
    - Sector: the programme part in which the organisation is most active, in all its projects (a project with k
      parts counts 1/k for each; ties: alphabetical). One without any known part takes the commonest sector of the
      organisations it worked with, or else of all. Without `programmes`, the sector is the type (PRC, HES, ...),
      because a hybrid needs two sectors.
    - Centres of the sectors: parts pursued by the same organisations of the file, whatever the selection, lie close
      together (`ecosim.importers.sectors.sector_centres`); without `programmes` none are written.
    - Tie: two selected organisations with a project in common; its weight is the sum over those projects of
      1 / (n − 1), n being the project's number of selected participants.
    - Cluster: the Louvain community of that network (those below 10 organisations are put together by country), or
      the country. Its theme is its commonest sector.

    Parameters
    ----------
    participations
        CSV (or .csv.gz) with columns rcn, pic, type, country, and start_date if there, which dates the story.
    out
        The scenario, a name ending in .toml; the CSV files are written beside it.
    programmes
        CSV (or .csv.gz) with columns rcn and programme_part, several rows for a project.
    countries
        Codes of the countries to select (France: FR); all when empty.
    clusters
        ``communities`` or ``country``.
    months
        Length of the scenario's runs, months.
    source
        The programme's name, for title and story.

    Raises
    ------
    InputFileError
        For files that cannot be understood, a country that is not in them, or a selection without any tie.
    OutputError, ParameterError, ScenarioError
        For a target that cannot be written, or a wrong value of `clusters` or `months`.

    Source: weights as in Newman 2001, "Scientific collaboration networks. II", Physical Review E 64, 016132.
    """
    files = [participations] if programmes is None else [participations, programmes]
    check_target(out, ("organisations", "ties"), files, months)
    if clusters not in CLUSTERINGS:
        raise ParameterError(
            f"clusters = {clusters!r}{nearest_name(clusters, CLUSTERINGS)}: allowed are {', '.join(CLUSTERINGS)}"
        )
    data = read_participations(participations)
    chosen = _selected(data, countries, participations)
    notes: list[str] = []
    centres = None
    if programmes is None:
        sector_of = data.types
        notes.append("Without a programmes file, an organisation's sector is its type (PRC, HES, ...).")
    else:
        parts, weights = read_programmes(programmes, data.projects)
        without = int((weights.sum(axis=1) == 0).sum())
        if without:
            notes.append(f"Projects without a programme part: {without:,} of {len(weights):,}.")
        activity = _activity(data, weights)
        sector_of = _sectors(data, parts, activity, chosen, notes)
        kept = sorted({sector_of[row] for row in chosen})
        places = sector_centres(activity[:, [parts.index(name) for name in kept]], Parameters().knowledge.dimensions)
        if places is not None:
            centres = dict(zip(kept, (tuple(place) for place in places.tolist()), strict=True))
    selection = ", ".join(dict.fromkeys(countries)) or "all countries"
    network = _network(data, chosen)
    if not len(network.one):
        raise InputFileError(f"{participations}: no project has two organisations of the selection ({selection})")
    people = [
        Organisation(data.organisations[row], KINDS[data.types[row]], sector_of[row], "", data.countries[row])
        for row in chosen
    ]
    people, order = _clustered(people, network, clusters, notes)
    kinds = Counter(row.kind for row in people)
    attractors = horizon_attractors({row.sector for row in people})
    if attractors:
        names = " and ".join(attractor.name for attractor in attractors)
        notes.append(f"Attractors are assumptions, not data: {names}.")
    years = "" if data.years is None else f" of projects started {data.years[0]}–{data.years[1]}"
    return write_network(
        out,
        title=f"{source} participations, {selection}",
        story=(
            f"{source} participations{years}, CORDIS (European Commission), read from {participations.name}; "
            f"selection {selection}, {len(people):,} organisations: {kinds['firm']:,} firms, {kinds['lab']:,} labs, "
            f"{kinds['other']:,} others. Two organisations are tied when they share projects. "
            f"Clusters are {'communities of that network' if clusters == 'communities' else 'countries'}, "
            f"sectors are {'types of organisation' if programmes is None else 'programme parts'}."
            f"{' Attractors are assumptions, not data.' if attractors else ''}"
        ),
        months=months,
        organisations=people,
        network=network,
        clusters=cluster_specs(people, order),
        sectors=sector_specs(people, participations, centres),
        skipped={f"{participations.name}: {reason}": number for reason, number in data.skipped.items()},
        notes=notes,
        attractors=attractors,
    )


def _selected(data: Participations, countries: Sequence[str], path: Path) -> list[int]:
    """Return the rows of the organisations in the given countries."""
    for code in countries:
        if code not in data.codes:
            hint = nearest_name(_OTHER_NAMES.get(code.upper(), code.upper()), data.codes)
            raise InputFileError(f"{path}: country = {code!r}{hint}: allowed are {', '.join(data.codes)}")
    rows = [row for row, code in enumerate(data.countries) if not countries or code in countries]
    if len(rows) < 2:
        raise InputFileError(
            f"{path}: organisations in the selection ({', '.join(countries) or 'all countries'}): {len(rows)}; "
            f"at least 2 are needed"
        )
    return rows


def _activity(data: Participations, weights: FloatArray) -> FloatArray:
    """Return how active each organisation is in each programme part, float64 (organisations, parts)."""
    activity = np.zeros((len(data.organisations), weights.shape[1]))
    np.add.at(activity, data.organisation, weights[data.project])
    return activity


def _sectors(
    data: Participations, parts: list[str], activity: FloatArray, chosen: list[int], notes: list[str]
) -> list[str]:
    """Return the sector of each organisation of the file; those of no known part take that of their partners."""
    best = most_active(activity)
    unknown = set(np.flatnonzero(best < 0).tolist())
    usual = commonest(parts[part] for part in best.tolist() if part >= 0)
    sectors = [parts[part] if part >= 0 else usual for part in best.tolist()]
    start = np.searchsorted(data.project, np.arange(len(data.projects) + 1))
    projects_of: dict[int, list[int]] = {row: [] for row in unknown}
    concerned = np.isin(data.organisation, list(unknown))
    for project, row in zip(data.project[concerned].tolist(), data.organisation[concerned].tolist(), strict=True):
        projects_of[row].append(project)
    selected, alone = set(chosen), 0
    for row in sorted(unknown):
        partners = {
            partner
            for project in projects_of[row]
            for partner in data.organisation[start[project] : start[project + 1]].tolist()
        }
        names = [sectors[partner] for partner in sorted(partners - unknown)]
        if names:
            sectors[row] = commonest(names)
        elif row in selected:
            alone += 1
    touched = len(unknown & selected)
    if touched:
        notes.append(
            f"Organisations without a known programme part: {touched:,}; {touched - alone:,} took the commonest sector "
            f"of their partners, {alone:,} the commonest of all ({usual})."
        )
    return sectors


def _network(data: Participations, chosen: list[int]) -> Network:
    """Return the ties of the chosen organisations, numbered in their order."""
    from scipy import sparse

    number = np.full(len(data.organisations), -1)
    number[chosen] = np.arange(len(chosen))
    member = number[data.organisation]
    inside = member >= 0
    took_part = sparse.csr_matrix(
        (np.ones(inside.sum()), (data.project[inside], member[inside])), shape=(len(data.projects), len(chosen))
    )
    size = np.asarray(took_part.sum(axis=1)).ravel()
    share = sparse.diags(np.where(size > 1, 1.0 / np.maximum(size - 1, 1), 0.0))
    together = sparse.triu(took_part.T @ share @ took_part, k=1).tocoo()
    real = together.data > 0
    return Network.joined(
        len(chosen), together.row[real].astype(np.int64), together.col[real].astype(np.int64), together.data[real]
    )


def _clustered(
    people: list[Organisation], network: Network, clusters: str, notes: list[str]
) -> tuple[list[Organisation], list[str]]:
    """Return the organisations with their clusters, and the clusters' names in order."""
    places = [row.region or _NOWHERE for row in people]
    if clusters == "country":
        return _renamed(people, places), list(counted(places))
    groups = [group for group in communities(network) if len(group) >= SMALLEST_COMMUNITY]
    named = community_names(groups, [row.sector for row in people])
    names = [f"{place}, outside communities" for place in places]
    outside = set(range(len(people)))
    for name, group in zip(named, groups, strict=True):
        outside.difference_update(group)
        for member in group:
            names[member] = name
    if outside:
        notes.append(
            f"Organisations in communities of fewer than {SMALLEST_COMMUNITY}, put together by country: "
            f"{len(outside):,}."
        )
    return _renamed(people, names), named + list(counted(names[row] for row in sorted(outside)))


def _renamed(people: list[Organisation], clusters: list[str]) -> list[Organisation]:
    return [
        Organisation(row.id, row.kind, row.sector, cluster, row.region)
        for row, cluster in zip(people, clusters, strict=True)
    ]
