"""The state of month 0, step by step."""

from __future__ import annotations

import numpy as np

from ecosim.errors import ScenarioError, nearest_name
from ecosim.scenario import AttractorSpec, ClusterSpec, Scenario
from ecosim.setup.medium import generate_ties, read_ties
from ecosim.setup.population import (
    cluster_columns, complete_clusters, give_cores, organisation_columns, seed_hybrids,
)  # fmt: skip
from ecosim.setup.sectors import Sectors, find_sectors
from ecosim.state import Attractors, Columns, State, brick_schema

__all__ = ["FOREVER", "found"]

FOREVER = 2**31 - 1


def found(scenario: Scenario, seed: int) -> State:
    """Return the state of month 0 of a scenario.

    Raises
    ------
    ScenarioError, InputFileError, ParameterError
        For input that is wrong; the message names field, file and row.
    """
    named = list(scenario.read_clusters())
    organisations = scenario.read_organisations()
    if organisations:
        known = {cluster.name for cluster in named}
        for organisation in organisations:
            if organisation.cluster not in known:
                known.add(organisation.cluster)
                named.append(ClusterSpec(organisation.cluster))
    sectors = find_sectors(scenario, named, organisations)
    specs = complete_clusters(scenario, named, sectors, seed)
    regions: list[str] = []
    clusters = cluster_columns(specs, sectors, regions)
    columns = organisation_columns(scenario, specs, clusters, sectors, organisations, regions, seed)
    names = [organisation.id for organisation in organisations] or None
    if scenario.ties_file is not None and names is not None:
        ties = read_ties(scenario, columns, names)
    else:
        ties = generate_ties(scenario.parameters, columns, clusters, sectors.centres, seed)
    state = State(
        seed=seed,
        parameters=scenario.parameters,
        organisations=columns,
        bricks=Columns(brick_schema(scenario.parameters), 1),
        clusters=clusters,
        ties=ties,
        attractors=_attractors(scenario, sectors),
        sector_names=sectors.names,
        sector_centres=sectors.centres,
        cluster_names=[spec.name for spec in specs],
        regions=regions,
        organisation_names=names,
    )
    give_cores(state, seed)
    seed_hybrids(state, seed)
    return state


def _attractors(scenario: Scenario, sectors: Sectors) -> Attractors:
    attractors = Attractors(scenario.parameters.knowledge.dimensions)
    for spec in scenario.attractors:
        attractors.add(
            spec.name, spec.kind, _centre(spec, sectors), spec.strength, spec.effective_width, spec.effective_boost,
            spec.start, FOREVER if spec.end is None else spec.end,
        )  # fmt: skip
    return attractors


def _centre(spec: AttractorSpec, sectors: Sectors) -> np.ndarray:
    if spec.centre is not None:
        return np.array(spec.centre, np.float64)
    rows = []
    for name in spec.sectors:
        if name not in sectors.names:
            raise ScenarioError(
                f"attractor {spec.name!r}: sectors: {name!r}{nearest_name(name, sectors.names)}: "
                f"allowed are {', '.join(sectors.names)}"
            )
        rows.append(sectors.names.index(name))
    return np.asarray(sectors.centres[rows].mean(axis=0))
