"""Every mechanism of the core can be switched off, and something notices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ecosim import AttractorSpec, EcosystemModel, Scenario

BUSY = {"base_drive": 0.08, "firms": 270, "labs": 30, "seed": 3}


def total(model: EcosystemModel, name: str) -> int:
    return int(model.state.history.column(name).sum())


def play(months: int = 48, **arguments: Any) -> EcosystemModel:
    return EcosystemModel(**{**BUSY, **arguments}).run(months)


@pytest.mark.parametrize(
    ("off", "tally", "left"),
    [
        ({"transmissibility": 0.0}, "copies", 0),
        ({"forgetting": 0.0}, "forgotten", 0),
        ({"creation_rate": 0.0}, "created", 0),
        ({"meeting_rate": 0.0}, "meetings", 0),
        ({"base_drive": 0.0}, "spontaneous", 0),
        ({"spontaneous": False}, "recombinant", 0),
        ({"capacity": 1000}, "evicted", 0),
        ({"cluster_share": 0.0}, "spontaneous_cluster", 0),
        ({"bridge_openness": 0.0}, "spontaneous_bridge", 0),
        ({"science_share": 0.0}, "spontaneous_science", 0),
        ({"digital_share": 0.0}, "spontaneous_digital", 0),
        ({"diversity_dial": 0.0}, "spontaneous", 0),
        ({"medium_dial": 0.0}, "meetings", 0),
    ],
)
def test_a_mechanism_that_is_off_leaves_no_trace(off: dict[str, Any], tally: str, left: int) -> None:
    crowded = {"capacity": 14} if tally == "evicted" else {}
    assert total(play(**crowded), tally) > 10
    assert total(play(**{**crowded, **off}), tally) == left


def test_copying_spreads_hybrids() -> None:
    assert total(play(transmissibility=0.1), "carried") > 1.1 * total(play(transmissibility=0.0), "carried")


def test_forgetting_makes_room() -> None:
    assert total(play(forgetting=0.0), "carried") > 1.5 * total(play(), "carried")


def test_labs_renew_what_can_be_combined() -> None:
    """Where nearly every pair of basic bricks has been tried, only renewed bricks make new crossings."""

    def late(rate: float) -> int:
        few = {"firms": 10, "labs": 10, "clusters": 2, "meeting_rate": 20.0, "base_drive": 0.3, "forgetting": 3.0}
        return int(play(96, **few, creation_rate=rate).state.history.column("spontaneous")[-24:].sum())

    assert late(0.1) > 3 * late(0.0)


def test_trials_notice_distance() -> None:
    near = play(disparity=0.02, sector_spread=0.01)
    assert total(near, "spontaneous") < 0.1 * total(
        play(disparity=0.02, sector_spread=0.01, distance_matters=False), "spontaneous"
    )


def attracted(kind: str, months: int = 36, **changes: Any) -> EcosystemModel:
    spec = AttractorSpec("it", kind, 0.3, sectors=("sector 1", "sector 2"), start=12, end=30)
    scenario = replace(Scenario(), attractors=(replace(spec, **changes),))
    return EcosystemModel(scenario, firms=540, labs=60, seed=4).run(months)


@pytest.mark.parametrize("kind", ["idea", "concept", "market", "encounter"])
def test_each_kind_of_attractor_raises_the_drive(kind: str) -> None:
    births = attracted(kind).state.history.column("spontaneous")
    assert births[12:18].sum() > 1.5 * births[:12].sum()
    assert births[30:36].sum() < births[12:18].sum()  # it ends
    assert (
        attracted(kind, strength=0.0, boost=1.0).state.history.column("spontaneous")[12:18].sum() < births[12:18].sum()
    )


def test_a_concept_is_wider_than_an_idea() -> None:
    assert total(attracted("concept"), "spontaneous") > 1.3 * total(attracted("idea"), "spontaneous")


def test_only_a_market_sets_visions() -> None:
    for kind in ("idea", "concept", "market", "encounter"):
        drawn = (attracted(kind).state.organisations["vision"] == 0).sum()
        assert (drawn > 20) == (kind == "market")


def test_only_an_encounter_raises_the_meeting_rate_while_it_lasts() -> None:
    for kind in ("idea", "concept", "market", "encounter"):
        model = attracted(kind, months=20)
        state = model.state
        near = np.linalg.norm(state.organisations["home"] - state.attractors.centre[0], axis=1)
        order = np.argsort(near)
        rates = state.organisations["rate"]
        if kind == "encounter":
            assert rates[order[:20]].mean() > 1.3 * 2.0
            assert rates[order[0]] > rates[order[-1]]
        else:
            assert (rates == np.float32(2.0)).all()
        assert (model.run(12).state.organisations["rate"] == np.float32(2.0)).all()


def test_the_attractor_dial_takes_attractors_away() -> None:
    spec = AttractorSpec("it", "encounter", 0.3, sectors=("sector 1", "sector 2"))
    scenario = replace(Scenario(), attractors=(spec,))
    off = EcosystemModel(scenario, seed=4, attractor_dial=0.0).run(24)
    none = EcosystemModel(seed=4).run(24)
    same = off.state.fingerprint()
    assert same == none.state.fingerprint()


def test_clusters_organise_encounters() -> None:
    model = play(encounters_per_year=6.0)
    assert {"encounter"} == set(model.state.attractors.kind)
    assert len(model.state.attractors) > 100
    assert len(play().state.attractors) == 0
    # without brokerage nobody brings people together
    quiet = EcosystemModel(**BUSY, encounters_per_year=6.0)
    quiet.state.clusters["brokerage"] = 0.0
    assert len(quiet.run(12).state.attractors) == 0


def test_bridges_decay_with_geographic_and_with_cognitive_distance() -> None:
    from ecosim.setup.medium import kilometres

    def reach(**arguments: Any) -> tuple[float, float]:
        state = EcosystemModel(firms=3000, clusters=30, seed=1, bridge_degree=6.0, **arguments).state
        first, last = state.ties.rows(1)
        source = np.repeat(np.arange(len(first)), last - first)
        target = np.concatenate([state.ties.of(row, 1) for row in range(len(first))])
        cluster = state.organisations["cluster"]
        km = kilometres(state.clusters["latitude"], state.clusters["longitude"])
        theme = state.sector_centres[state.clusters["sector"]]
        apart = np.linalg.norm(theme[:, None] - theme[None, :], axis=2)
        pairs = (cluster[source], cluster[target])
        assert (pairs[0] != pairs[1]).all()
        return float(km[pairs].mean()), float(apart[pairs].mean())

    far, near = reach(geographic_range=1e5), reach(geographic_range=50.0)
    assert near[0] < 0.6 * far[0]
    wide, narrow = reach(cognitive_range=100.0), reach(cognitive_range=0.2)
    assert narrow[1] < 0.5 * wide[1]


def test_as_many_encounters_as_asked_for() -> None:
    """Six a year and cluster, with two clusters as with ten: nobody is its own guest (within 4 standard errors)."""
    for clusters in (2, 10):
        opened = len(play(60, clusters=clusters, encounters_per_year=6.0, base_drive=0.0).state.attractors)
        expected = 6 * 5 * clusters
        assert abs(opened - expected) < 4 * np.sqrt(expected * 0.5)
