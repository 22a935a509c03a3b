"""The compiled month against its plain twin: the same bricks in the same portfolios, month by month.

Each scenario says what must have happened in it (`happened`), or agreement would prove little.
"""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecosim.kernels.hybridise import NEAR, TALLY
from ecosim.kernels.meet import PART
from ecosim.parameters import Parameters
from ecosim.scenario import Scenario
from ecosim.schedule import schedule_for
from ecosim.setup import found
from ecosim.specs import AttractorSpec, ClusterSpec, SectorSpec
from ecosim.state import State
from tests.reference import differences, play_month, read

SMALL = {"population.firms": 54, "population.labs": 6, "population.clusters": 4}
SECTORS = (SectorSpec("leather", 3.0), SectorSpec("light", 2.0), SectorSpec("wood"))


@dataclass
class Case:
    """A scenario, for how long it is played, and the least that must happen in it, by name of the tally."""

    values: dict[str, Any]
    happened: dict[str, int]
    months: int = 24
    seed: int = 1
    parts: dict[str, Any] = field(default_factory=dict)  # other fields of the scenario
    gone: int = 0  # the first organisations are gone from the start

    @property
    def scenario(self) -> Scenario:
        return Scenario(parameters=Parameters().with_values(SMALL | self.values), **self.parts)


CASES = {
    "default": Case({}, {"spontaneous": 1, "incremental": 1, "forgotten": 1, "created": 1}, months=36),
    "strong drive": Case(
        {"latent.base_drive": 0.3}, {"recombinant": 120, "spontaneous": 70, "incremental": 40, "copies": 10}
    ),
    "many births": Case(
        {"latent.base_drive": 0.8}, {"recombinant": 800, "evicted": 10, "forgotten": 500}, months=36, seed=0
    ),
    "small portfolios": Case(
        {"latent.base_drive": 0.3, "knowledge.capacity": 12, "medium.transmissibility": 0.3},
        {"evicted": 300, "copies": 100},
    ),
    "seeded, no distance": Case(
        {
            "latent.base_drive": 0.1,
            "latent.seeded_share": 0.2,
            "latent.spontaneous": False,
            "diversity.distance_matters": False,
            "medium.transmissibility": 0.2,
        },
        {"recombinant": 20, "copies": 50},
    ),
    "four attractors": Case(
        {"dials.attractor_dial": 0.8},
        {"spontaneous": 20, "recombinant": 20, "meetings": 2600},
        parts={
            "sectors": SECTORS,
            "attractors": (
                AttractorSpec("lamp", "idea", 2.0, ("leather", "light"), start=2, end=9),
                AttractorSpec("atelier", "concept", 0.5, ("light", "wood"), start=4),
                AttractorSpec("export", "market", 1.0, ("wood",), start=6, end=20),
                AttractorSpec("home", "market", 0.2, ("leather", "light"), width=0.45, start=6),
                AttractorSpec("fair", "encounter", 0.4, ("leather", "wood"), width=1.0, start=0, end=1),
                AttractorSpec("summit", "encounter", 0.4, ("light",), boost=5.0, start=12, end=15),
            ),
        },
    ),
    "encounters of clusters": Case(
        {
            "clusters.encounters_per_year": 6.0,
            "clusters.encounter_strength": 1.0,
            "clusters.encounter_width": 0.6,
            "population.clusters": 6,
        },
        {"spontaneous": 20, "recombinant": 10},
        parts={
            "sectors": SECTORS,
            "clusters": (ClusterSpec("north", "leather", brokerage=0.4), ClusterSpec("south", "wood", brokerage=0.9)),
        },
    ),
    "bridges half open": Case(
        {
            "medium.bridge_openness": 0.5,
            "medium.bridge_share": 1.0,
            "medium.bridge_degree": 6.0,
            "latent.base_drive": 0.2,
        },
        {"recombinant": 40, "copies": 5},
    ),
    "two dimensions, wide births, half dials": Case(
        {
            "knowledge.dimensions": 2,
            "knowledge.core_size": 3,
            "knowledge.birth_spread": 0.5,
            "latent.base_drive": 0.5,
            "latent.barrier_scale": 2.0,
            "diversity.openness": 0.6,
            "dials.diversity_dial": 0.7,
            "dials.medium_dial": 0.6,
            "medium.meeting_rate": 5.0,
            "labs.creation_rate": 0.3,
            "population.labs": 20,
        },
        {"recombinant": 100, "created": 80, "incremental": 40},
    ),
    "a dozen for longer than columns of months are": Case(
        {"population.firms": 10, "population.labs": 2, "population.clusters": 2, "latent.base_drive": 0.3},
        {"recombinant": 60},
        months=140,
    ),
    "two organisations": Case(
        {
            "population.firms": 2,
            "population.labs": 0,
            "population.clusters": 1,
            "latent.base_drive": 2.0,
            "diversity.sectors": 2,
            "diversity.disparity": 0.1,
            "population.theme_share": 0.0,
        },
        {"meetings": 50},
    ),
    "nobody meets": Case({"medium.meeting_rate": 0.0, "latent.seeded_share": 0.5}, {"forgotten": 5}),
    "some are gone": Case({"latent.base_drive": 0.3}, {"recombinant": 100}, gone=12),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


class SideBySide:
    """A state and its twin, played together and compared after every month; `done` is the tally of all months."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.twin = read(state)
        self.done: Counter[str] = Counter()
        # `record`, which changes nothing that the model reads, is left out: the months' tallies are compared here
        self.processes = [process for process in schedule_for(state.parameters) if process.name != "record"]

    @property
    def parameters(self) -> Parameters:
        return self.state.parameters

    def play(self, months: int) -> None:
        state = self.state
        for _ in range(months):
            state.tally[:] = 0
            state.layer_births[:] = 0
            for process in self.processes:
                process.step(self)
            state.month += 1
            play_month(self.twin)
            wrong = differences(self.twin, state)
            assert not wrong, f"month {state.month - 1}: {len(wrong)} differences\n" + "\n".join(wrong[:10])
            self.done.update(dict(zip(TALLY, state.tally.tolist(), strict=True)))


def start(case: Case) -> SideBySide:
    state = found(case.scenario, case.seed)
    held, portfolio = state.organisations["held"], state.organisations["portfolio"]
    for row in range(case.gone):
        state.bricks["carriers"][portfolio[row, : held[row]]] -= 1
        held[row] = 0
    return SideBySide(state)


def test_twin_and_compiled_month_agree(case: Case) -> None:
    both = start(case)
    both.play(case.months)
    missing = {name: both.done[name] for name, least in case.happened.items() if both.done[name] < least}
    assert not missing, f"too little happened for a comparison to mean much: {missing}, of {dict(both.done)}"


@pytest.mark.parametrize("number", range(12))
def test_twin_and_compiled_month_agree_on_random_scenarios(number: int) -> None:
    """Parameters drawn over wide ranges, all at once: combinations that nobody thought of."""
    pick = random.Random(number)
    values = {
        "population.firms": pick.randint(2, 70),
        "population.labs": pick.randint(0, 20),
        "population.clusters": pick.randint(1, 9),
        "diversity.sectors": pick.randint(1, 64),
        "diversity.openness": pick.uniform(0.2, 2),
        "diversity.distance_matters": pick.random() < 0.7,
        "knowledge.dimensions": pick.randint(1, 6),
        "knowledge.core_size": pick.randint(1, 6),
        "knowledge.capacity": pick.randint(7, 20),
        "knowledge.forgetting": pick.uniform(0, 0.4),
        "latent.base_drive": pick.uniform(0.05, 1.5),
        "latent.spontaneous": pick.random() < 0.7,
        "medium.meeting_rate": pick.uniform(0.5, 6),
        "medium.transmissibility": pick.random(),
        "medium.cluster_share": pick.random(),
        "medium.bridge_share": pick.random(),
        "medium.science_share": pick.random(),
        "medium.bridge_openness": pick.random(),
        "medium.science_degree": pick.uniform(0, 6),
        "medium.bridge_degree": pick.uniform(0, 6),
        "clusters.encounters_per_year": pick.uniform(0, 12),
        "labs.creation_rate": pick.random(),
        "dials.attractor_dial": pick.random(),
        "dials.medium_dial": pick.random(),
    }
    if values["diversity.sectors"] > 1:
        values["latent.seeded_share"] = pick.random()
    centre = tuple(pick.uniform(-0.5, 0.5) for _ in range(values["knowledge.dimensions"]))
    attractors = tuple(
        AttractorSpec(kind, kind, pick.uniform(0, 2), centre=centre, start=pick.randint(0, 9), end=pick.randint(10, 20))
        for kind in ("idea", "concept", "market", "encounter")
    )
    both = start(Case(values, {}, seed=number, parts={"attractors": attractors}, gone=pick.randint(0, 1)))
    both.play(15)


def test_many_births_outgrow_columns_and_spent_pairs() -> None:
    """What the case promises: bricks and spent pairs grow in mid-month, more than once."""
    both = start(CASES["many births"])
    rows, places = both.state.bricks.capacity, len(both.state.spent.table)
    both.play(36)
    assert both.state.bricks.capacity > 2 * rows
    assert len(both.state.spent.table) > 2 * places


def test_many_meetings_over_wide_portfolios() -> None:
    """Past the sizes from which kernels read ahead and put meetings in order part by part: the same rules."""
    values = {
        "population.firms": 120,
        "population.labs": 20,
        "knowledge.capacity": 1000,
        "medium.meeting_rate": 70.0,
        "latent.base_drive": 0.1,
    }
    both = start(Case(values, {}, gone=3))
    assert both.state.organisations["portfolio"].size > NEAR
    both.play(3)
    assert len(both.state.meetings) > 4 * 2**PART
    assert both.done["recombinant"] > 500
    assert both.state.spent.count > 1024


def test_attractors_set_rates_and_visions() -> None:
    """What the four kinds promise: else the agreement about attractors would be empty."""
    both = start(CASES["four attractors"])
    usual = both.state.organisations["rate"].copy()
    both.play(1)
    assert np.any(both.state.organisations["rate"] > usual), "the fair calls nobody"
    both.play(1)
    assert np.array_equal(both.state.organisations["rate"], usual), "the fair has ended"
    both.play(5)
    assert set(both.state.organisations["vision"].tolist()) == {-1, 2, 3}


def test_clusters_organise_encounters() -> None:
    both = start(CASES["encounters of clusters"])
    both.play(12)
    assert len(both.state.attractors) > 10


def test_input_files_with_weighted_ties(tmp_path: Path) -> None:
    """Organisations and ties from files: ties of unequal weight, organisations without any, one cluster without."""
    organisations, ties = tmp_path / "organisations.csv", tmp_path / "ties.csv"
    rows = [f"o{i},{'lab' if i % 7 == 0 else 'other' if i % 11 == 0 else 'firm'},s{i % 4},c{i % 3}" for i in range(45)]
    organisations.write_text("id,kind,sector,cluster\n" + "\n".join(rows) + "\n", encoding="utf-8")
    pairs = [(i, (i * step + 1) % 40, weight) for i in range(40) for step, weight in ((3, 1), (5, 0.25), (7, 40))]
    lines = [f"o{a},o{b},{weight}" for a, b, weight in pairs if a != b]
    ties.write_text("a,b,weight\n" + "\n".join(lines) + "\n", encoding="utf-8")
    values = {"latent.base_drive": 0.3, "medium.science_share": 1.0, "labs.creation_rate": 0.2}
    scenario = dataclasses.replace(Scenario().with_values(values), organisations_file=organisations, ties_file=ties)
    both = SideBySide(found(scenario, 3))
    assert len(set(np.round(both.state.ties.weights(), 6))) > 10
    both.play(24)
    assert both.done["recombinant"] > 50
    assert both.done["created"] > 20
