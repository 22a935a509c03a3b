"""Worlds of participations whose rule is known: the model's own, run by the engine, or preferential attachment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ecosim import EcosystemModel, Scenario
from ecosim.inputs import Inputs, Organisation
from ecosim.parameters import Parameters
from ecosim.specs import ClusterSpec, SectorSpec
from experiments.validation.evidence.known import Known, known
from experiments.validation.evidence.participations import Participations

THEMES = ["air", "bread", "cloth", "dye", "earth", "fire"]
RULES = {"latent.base_drive": 0.03, "medium.digital_share": 1.0, "diversity.openness": 0.5}
"""Of the model's world: organisations hybridise best with what is near."""
Project = tuple[int, list[int], list[int]]
"""Year, members, themes."""


def participations(projects: Iterable[Project], organisations: int) -> Participations:
    """Return projects as what a reader makes of files."""
    projects = list(projects)
    pairs = np.array([(row, one) for row, (_, members, _) in enumerate(projects) for one in sorted(set(members))])
    weights = np.zeros((len(projects), len(THEMES)))
    for row, (_, _, themes) in enumerate(projects):
        weights[row, themes] = 1.0 / len(themes)
    return Participations(
        project=pairs[:, 0], organisation=pairs[:, 1], year=np.array([year for year, _, _ in projects]),
        themes=list(THEMES), weights=weights, kinds=["lab" if row % 9 == 0 else "firm" for row in range(organisations)],
        countries=["XX" if row % 2 else "YY" for row in range(organisations)],
        ids=[f"o{row:05d}" for row in range(organisations)],
        project_ids=[f"p{row:06d}" for row in range(len(projects))],
        skipped={},
    )  # fmt: skip


def first_projects(organisations: int, count: int, seed: int, year: int = 2000) -> list[Project]:
    """Return projects of organisations of unequal activity, which mostly keep to their community, to their theme and
    to the two that are akin to it: themes come in two groups of three."""
    generator = np.random.default_rng(seed)
    theme = generator.permutation(np.arange(organisations) % len(THEMES))
    community = np.arange(organisations) * 12 // organisations
    group = np.arange(len(THEMES)) // 3
    akin = np.where(np.eye(len(THEMES)) > 0, 1.0, np.where(group[:, None] == group[None], 0.4, 0.01))
    activity = generator.pareto(1.5, organisations) + 0.3
    out: list[Project] = []
    for _ in range(count):
        one = int(generator.choice(organisations, p=activity / activity.sum()))
        near = activity * np.where(community == community[one], 1.0, 0.02) * akin[theme, theme[one]]
        near[one] = 0.0
        others = generator.choice(organisations, int(generator.integers(1, 4)), replace=False, p=near / near.sum())
        out.append((year, [one, *others.tolist()], [int(theme[one])]))
    # everybody takes part once, so that everybody has a theme
    for one in range(organisations):
        near = np.where(community == community[one], 1.0, 0.02) * (theme == theme[one])
        near[one] = 0.0
        out.append((year, [one, int(generator.choice(organisations, p=near / near.sum()))], [int(theme[one])]))
    return out


def inputs_of(at: Known, parameters: Parameters) -> Inputs:
    """Return the scenario of a network, as the importer would write it."""
    size = at.members.sum(axis=0)
    sectors = tuple(
        SectorSpec(name, float(size[row]), tuple(at.centres[row].tolist())) for row, name in enumerate(THEMES)
    )
    names = {int(number): f"cluster {number}" for number in np.unique(at.cluster)}
    organisations = tuple(
        Organisation(f"o{row}", "lab" if at.lab[row] else "firm", THEMES[at.theme[row]], names[int(at.cluster[row])])
        for row in range(len(at.theme))
    )
    half = at.ties.tocoo()
    ties = tuple(
        (int(one), int(other), float(weight))
        for one, other, weight in zip(half.row, half.col, half.data, strict=True)
        if one < other
    )
    return Inputs(
        Scenario(parameters=parameters, sectors=sectors), tuple(ClusterSpec(name) for name in names.values()),
        organisations, ties, tuple(THEMES), tuple(float(value) for value in size),
    )  # fmt: skip


def played(inputs: Inputs, months: int, seed: int) -> dict[str, Any]:
    """Return the hybrids of one run: inventors (n, 2), sector masks (n,), parents' rows, and all of the bricks."""
    with EcosystemModel(inputs, seed=seed) as model:
        bricks = model.run(months).state.bricks
        born = np.flatnonzero(bricks["birth"] >= 0)
        hybrid = born[bricks["generation"][born] > 0]
        names = ("inventors", "sectors", "parents", "generation")
        return {"rows": hybrid, **{name: bricks[name].copy() for name in names}}


def crossings(run: dict[str, Any], at: Known) -> tuple[np.ndarray, np.ndarray]:
    """Return the hybrids with each theme that each organisation invented in a run, (N, T) twice: spontaneous and
    recombinant ones."""
    out = np.zeros((2, *at.members.shape))
    for row in run["rows"]:
        held = [theme for theme in range(len(THEMES)) if int(run["sectors"][row]) >> theme & 1]
        for one in run["inventors"][row]:
            for theme in held:
                out[int(run["generation"][row] > 1), one, theme] += 1
    out[:, ~at.foreign] = 0.0
    return out[0], out[1]


def model_world(organisations: int, seed: int) -> Participations:
    """Return a world whose later projects are the hybrids of runs of the model on the network so far: members are the
    inventors of a hybrid and those of its parents (of a basic brick: its owner). Two rounds of two years."""
    projects = first_projects(organisations, organisations, seed)
    parameters = Parameters().with_values(RULES)
    for year in (2002, 2004):
        at = known(participations(projects, organisations), year)
        run = played(inputs_of(at, parameters), 24, seed + year)
        for row in run["rows"]:
            people = {int(one) for one in run["inventors"][row]}
            for parent in run["parents"][row]:
                people |= {int(one) for one in run["inventors"][parent] if one >= 0}
            members = [int(at.organisation[one]) for one in people]
            themes = [theme for theme in range(len(THEMES)) if int(run["sectors"][row]) >> theme & 1]
            projects.append((year, members, themes))
    return participations(projects, organisations)


def preferential_world(organisations: int, later: int, seed: int) -> Participations:
    """Return a world whose later projects are pairs drawn in proportion to the partners that both have."""
    projects = first_projects(organisations, organisations, seed)
    generator = np.random.default_rng(seed + 1)
    for year in (2002, 2004):
        at = known(participations(projects, organisations), year)
        chance = at.degree / at.degree.sum()
        for _ in range(later):
            one, other = generator.choice(len(chance), 2, replace=False, p=chance)
            members = [int(at.organisation[one]), int(at.organisation[other])]
            projects.append((year, members, [int(at.theme[one]), int(at.theme[other])]))
    return participations(projects, organisations)
