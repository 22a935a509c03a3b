"""Every mechanism, of the core and of society and economy, can be switched off, and something notices."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from ecosim import AttractorSpec, EcosystemModel, Scenario
from tests import busy

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


# -- society and economy --------------------------------------------------------------------------------------


@cache
def society(off: str = "") -> EcosystemModel:
    """Two and a half years of a busy society, with one mechanism or parameter at nothing."""
    values = {"startup_rate": 0.001, "base_drive": 0.15, "reproduction_every": 0, "coordination_cost": 2.0,
              "demand_volatility": 0.2, "equity_ratio": 0.1, "assembly_loss": 0.4}  # fmt: skip
    if off:
        values[off] = False if off in busy.ALL_ON else 0.0
    return EcosystemModel(busy.SOCIETY.with_values(values), seed=8).run(30)


@pytest.mark.parametrize(
    ("off", "figure", "least", "most"),
    [
        ("mechanisms.alliances", "allied_firms", 0, 0),
        ("mechanisms.value_chain", "offer_quality", 1.5, 4),  # nothing is weak any more
        ("mechanisms.markets", "offer_sales_all", 0, 0),
        ("mechanisms.frames", "frame shift: home", 0, 0),
        ("mechanisms.users", "insight", 0, 0),
        ("mechanisms.firm_life", "wages", 0, 0),
        ("mechanisms.exits", "exits", 0, 0),
        ("mechanisms.startups", "entries", 0, 0),
        ("mechanisms.policies", "policy_spending", 0, 0),
        ("trust_gain", "alliances", 0, 0),  # nobody comes to trust anybody enough
        ("gain_share", "alliances", 0, 0),
        ("equity_ticket", "public_equity", 0, 0),
        ("structuring_cost", "structuring", 0, 0),
        ("coordination_cost", "coordination", 0, 0),
        ("export_cost", "exports", 0, 0),
        ("pool_share", "capital", 0, 0.99),
        ("assembly_loss", "alliance_quality", 1.03, 2),
        ("skills_gap", "competence", 1.02, 2),
        ("outsourcing_loss", "offer_quality", 1.05, 2),
        ("learning", "competence", 0, 0.9),
        ("competence_decay", "competence", 1.05, 2),
        ("research_share", "research", 0, 0),
        ("cooperation_cost", "cooperation", 0, 0),
        ("payout", "dividends", 0, 0.001),  # what exits leave to owners still goes to them
        ("employment_inertia", "hired", 0, 0),
        ("erosion", "core_sales", 1.01, 2),
        ("demand_volatility", "exits", 0, 0.1),
        ("startup_pull", "entries", 0, 0.3),
        ("startup_rate", "entries", 0, 0),
        ("launch_rate", "offers_launched", 0, 0.2),  # start-ups alone still offer
        ("imitation", "adoptions: home", 0, 0.97),
        ("attractor_demand", "adoptions: home", 0, 0.85),
        ("insight_gain", "insight", 0, 0),
        ("insight_decay", "insight", 1.03, 3),
        ("tradition", "frame shift: home", 1.03, 3),
    ],
)
def test_a_part_of_society_that_is_off_leaves_its_mark(off: str, figure: str, least: float, most: float) -> None:
    def sum_of(model: EcosystemModel) -> float:
        return abs(float(np.nansum(model.state.history.account(figure))))

    assert sum_of(society()) > 1
    assert least <= sum_of(society(off)) / sum_of(society()) <= most


def test_trust_is_what_chooses_allies() -> None:
    on, off = society(), society("mechanisms.trust")
    assert len(on.state.ties.trust) > 0
    assert on.state.ties.trust.std() > 0.1
    assert len(np.unique(off.state.ties.trust)) <= 1
    assert on.state.fingerprint()["ties.cumulative"] != off.state.fingerprint()["ties.cumulative"]


def test_sharing_spreads_hybrids_inside_alliances() -> None:
    """Members of an alliance hold more of the same hybrids than without sharing."""

    def common(model: EcosystemModel) -> float:
        state = model.state
        core, columns = state.parameters.knowledge.core_size, state.organisations
        allied = np.flatnonzero(columns["alliance"] >= 0)
        held = {int(row): set(columns["portfolio"][row, core : columns["held"][row]].tolist()) for row in allied}
        pairs = [(a, b) for a in held for b in held if a < b and columns["alliance"][a] == columns["alliance"][b]]
        return float(np.mean([len(held[a] & held[b]) for a, b in pairs]))

    assert common(society()) > 1.2 * common(society("sharing_rate"))
