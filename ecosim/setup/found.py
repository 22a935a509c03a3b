"""The state of month 0, step by step."""

from __future__ import annotations

import numpy as np

from ecosim.inputs import Inputs, resolve
from ecosim.scenario import Scenario
from ecosim.setup.economy import FOREVER, found_economy
from ecosim.setup.medium import generate_ties, given_ties, make_changeable
from ecosim.setup.population import (
    cluster_columns,
    complete_clusters,
    give_cores,
    organisation_columns,
    seed_hybrids,
)  # fmt: skip
from ecosim.setup.sectors import Sectors, find_sectors
from ecosim.specs import AttractorSpec
from ecosim.state import Attractors, Columns, State, brick_schema

__all__ = ["FOREVER", "found"]


def found(scenario: Scenario | Inputs, seed: int) -> State:
    """Return the state of month 0 of a scenario.

    Raises
    ------
    ScenarioError, InputFileError
        For input that is wrong; the message names field, file and row.
    """
    inputs = scenario if isinstance(scenario, Inputs) else resolve(scenario)
    scenario = inputs.scenario
    sectors = find_sectors(inputs)
    specs = complete_clusters(inputs, sectors, seed)
    regions: list[str] = []
    clusters = cluster_columns(specs, sectors, regions)
    columns = organisation_columns(inputs, specs, clusters, sectors, regions, seed)
    names = [organisation.id for organisation in inputs.organisations] or None
    if scenario.ties_file is not None or inputs.ties:
        ties = given_ties(inputs, columns)
    else:
        ties = generate_ties(scenario.parameters, columns, clusters, sectors.centres, seed)
    if scenario.parameters.mechanisms.trust or scenario.parameters.mechanisms.startups:
        ties = make_changeable(ties, scenario.parameters.trust.initial_trust)
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
    found_economy(state, inputs, sectors, seed)
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
    rows = [sectors.names.index(name) for name in spec.sectors]
    return np.asarray(sectors.centres[rows].mean(axis=0))
