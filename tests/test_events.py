"""The event log: the story of a run in sentences, in order, and never without end."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.events import KINDS, LIMIT, event_log
from ecosim.events.society import FEW
from ecosim.measures import cascade_sizes, hybrids, sector_crossings
from ecosim.parameters import Parameters
from ecosim.scenario import AttractorSpec, ClusterSpec
from tests.green import green

STRONG = {"firms": 300, "labs": 30, "clusters": 4, "base_drive": 0.25}


def play(months: int, scenario: Scenario | None = None, seed: int = 3, **values: Any) -> EcosystemModel:
    return EcosystemModel(scenario, seed=seed, **values).run(months)


@pytest.fixture(scope="module")
def strong() -> EcosystemModel:
    return play(60, **STRONG)


def test_columns_and_order(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    assert list(log.columns) == ["month", "kind", "sentence"]
    assert log["month"].dtype == np.int64
    assert log["month"].is_monotonic_increasing
    assert set(log["kind"]) <= set(KINDS)
    assert log["month"].between(0, 59).all()


def test_the_first_hybrid_of_each_pair_of_sectors_names_its_makers(strong: EcosystemModel) -> None:
    state = strong.state
    log = event_log(state)
    firsts = log[log["kind"] == "first crossing"]
    pairs = sector_crossings(state)
    assert len(firsts) == len(pairs)
    row = pairs.iloc[0]
    brick = int(row["first_brick"])
    one, other = (int(inventor) for inventor in state.bricks["inventors"][brick])
    found = firsts[
        firsts["sentence"].str.contains(f"first hybrid of {row['first_sector']} and {row['second_sector']},")
    ]
    assert found["month"].tolist() == [row["first_month"]]
    sentence = found["sentence"].iloc[0]
    assert f"by {state.organisation_name(one)} and {state.organisation_name(other)}, generation " in sentence
    clusters = [state.cluster_names[state.organisations["cluster"][inventor]] for inventor in (one, other)]
    assert sentence.startswith(" × ".join(dict.fromkeys(clusters)) + ":")


def test_each_generation_has_its_first(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    born = strong.state.bricks["generation"].max()
    said = log[log["kind"] == "new generation"]["sentence"].str.extract(r"generation (\d+)")[0].astype(int)
    assert sorted(said) == list(range(1, born + 1))


def test_families_pass_each_power_of_ten_once(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    largest = int(cascade_sizes(strong.state)[0])
    sizes = log[log["kind"] == "family grows"]["sentence"].str.extract(r"reaches ([\d,]+) members")[0]
    expected = [10**k for k in range(1, 8) if 10**k <= largest]
    assert len(expected) >= 1
    assert [int(size.replace(",", "")) for size in sizes] == expected


def test_a_family_passes_ten_in_the_month_of_its_tenth_hybrid(strong: EcosystemModel) -> None:
    bricks = strong.state.bricks
    members: Counter[int] = Counter()
    tenth = []
    for row in hybrids(strong.state):
        members[int(bricks["family"][row])] += 1
        if members[int(bricks["family"][row])] == 10:
            tenth.append(int(bricks["birth"][row]))
    log = event_log(strong.state)
    assert log[log["sentence"].str.contains("reaches 10 members")]["month"].tolist() == tenth[:1]


def test_emergence_is_told_in_its_month(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    assert strong.emergence_month is not None
    assert log[log["kind"] == "emergence"]["month"].tolist() == [strong.emergence_month]


def test_r_passing_1_in_both_directions(strong: EcosystemModel) -> None:
    evaluations = strong.state.history.evaluations
    kept = list(evaluations)
    try:
        evaluations[:] = [
            {"month": month, "r_theoretical": r}
            for month, r in ((0, 0.5), (12, 1.2), (24, float("nan")), (36, float("inf")), (48, 0.9), (59, 0.8))
        ]
        log = event_log(strong.state)
    finally:
        evaluations[:] = kept
    said = log[log["kind"] == "R passes 1"]
    assert said["month"].tolist() == [12, 48]
    assert said["sentence"].iloc[0] == "R rises above 1 between months 0 and 12: 0.50 before, 1.20 now (theoretical)."
    assert said["sentence"].iloc[1] == "R falls below 1 between months 36 and 48: ∞ before, 0.90 now (theoretical)."


def test_attractors_and_the_encounters_of_clusters_are_told_apart() -> None:
    scenario = Scenario(
        parameters=Parameters().with_values({"firms": 60, "labs": 5, "clusters": 3, "encounters_per_year": 6}),
        attractors=(AttractorSpec("Fair", "encounter", 0.1, ("sector 1", "sector 2"), start=2, end=5),),
    )
    log = event_log(play(8, scenario).state)
    fair = log[log["sentence"].str.contains("Fair")]
    assert fair[["month", "kind"]].to_numpy().tolist() == [[2, "attractor opens"], [5, "attractor ends"]]
    assert (log["kind"] == "encounter").any()


def test_of_each_kind_only_so_many_are_listed() -> None:
    model = play(2, firms=1500, labs=0, clusters=30, sectors=40, base_drive=1.0)
    crossings = sector_crossings(model.state)
    assert len(crossings) > LIMIT
    log = event_log(model.state, crossings)
    firsts = log[log["kind"] == "first crossing"]
    assert len(firsts) == LIMIT + 1
    assert f"{len(crossings) - LIMIT} more" in firsts["sentence"].iloc[-1]


def test_hybrids_that_were_there_before_are_no_discoveries() -> None:
    model = play(3, spontaneous=False, seeded_share=0.2, base_drive=0.0, firms=80, labs=0, clusters=2)
    log = event_log(model.state)
    assert log["kind"].tolist() == ["seeded"]
    assert "there from the beginning" in log["sentence"].iloc[0]


def test_a_seeded_founder_of_a_large_family() -> None:
    model = play(36, spontaneous=False, seeded_share=0.02, base_drive=0.5, distance_matters=False, firms=200, labs=0)
    log = event_log(model.state)
    assert log["sentence"].str.contains("there from the beginning by firm").any()


def test_nothing_happened() -> None:
    for model in (play(0), play(2, base_drive=0.0), play(2, sectors=1)):
        log = event_log(model.state)
        assert len(log) == 0
        assert log["month"].dtype == np.int64
        assert log["sentence"].dtype == "str"


def test_names_are_the_users_own() -> None:
    scenario = Scenario(
        parameters=Parameters().with_values({**STRONG, "clusters": 1}), clusters=(ClusterSpec("Cosmetic <Valley>"),)
    )
    log = event_log(play(3, scenario).state)
    assert log["sentence"].str.startswith("Cosmetic <Valley>: first hybrid of").any()


# -- society and economy --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def society() -> EcosystemModel:
    return green(30, startup_rate=0.05)


def test_start_ups_and_exits_are_told_by_year(society: EcosystemModel) -> None:
    log, months = event_log(society.state), society.months
    assert set(log["kind"]) <= set(KINDS)
    for kind, column, words in (("start-ups", "entries", "start-ups are founded"), ("exits", "exits", "leave")):
        said = log[log["kind"] == kind]
        assert said["month"].tolist() == [11, 23, 29]
        for month, first, sentence in zip(said["month"], (0, 12, 24), said["sentence"], strict=True):
            number = int(months[column][first : month + 1].sum())
            assert number > 1
            assert sentence.startswith(f"In months {first} to {month}, {number} ")
            assert words in sentence


def test_policies_start_end_and_run_out_of_money(society: EcosystemModel) -> None:
    log = event_log(society.state)
    said = log[log["kind"].isin(["policy starts", "policy ends"])]
    assert said[["month", "sentence"]].to_numpy().tolist() == [
        [1, "The policy “Training” starts."],
        [2, "The policy “Group engineering” starts, budget 100 k€."],
        [3, "The programme “Year of France” starts to acculturate the market “China”."],
        [6, "The policy “Brick assembly” starts, budget 400 k€."],
        [8, "The programme “Year of France” ends."],
        [9, "The policy “Brick assembly” ends."],
    ]
    spent = society.months["spent: Group engineering"]
    (month,) = log[log["kind"] == "policy is spent"]["month"]
    assert spent[month] == pytest.approx(100.0)
    assert spent[month - 1] < 99.0


def test_a_policy_that_is_off_or_still_to_come_is_not_told() -> None:
    assert not event_log(green(4, policies=False).state)["kind"].str.startswith("policy").any()
    said = event_log(green(4).state)
    assert not said["sentence"].str.contains("Brick assembly").any()
    assert not event_log(green(5, frames=False).state)["sentence"].str.contains("Year of France").any()


def test_many_alliances_are_counted_by_year(society: EcosystemModel) -> None:
    state = society.state
    told = Counter(kind for _, kind, _ in state.events)
    formed = told["alliance forms"]
    assert formed > FEW
    log = event_log(state)
    for kind in ("alliance forms", "alliances merge", "alliance dissolves"):
        assert (log["kind"] == kind).sum() == min(told[kind], 1)
    years = log[log["kind"] == "alliances of a year"]
    assert set(years["month"]) <= {11, 23, 29}
    numbers = years["sentence"].str.extract(r"(\d+) alliances? form")[0].fillna(0).astype(int)
    assert numbers.sum() == formed
    there = years["sentence"].str.extract(r"; (\d+) (?:is|are) there")[0].astype(int)
    assert there.tolist() == society.months["alliances"][years["month"]].astype(int).tolist()


def test_few_alliances_are_told_one_by_one() -> None:
    model = green(3)
    formed = Counter(kind for _, kind, _ in model.state.events)["alliance forms"]
    assert 0 < formed <= FEW
    log = event_log(model.state)
    assert (log["kind"] == "alliance forms").sum() == formed
    assert "alliances of a year" not in set(log["kind"])


def test_markets_are_told_when_offers_meet_their_needs() -> None:
    model = green(24, innovation=0.2)
    columns = model.state.markets
    met = model.months["adoptions: France"] / (columns["customers"][0] * columns["needs"][0])
    log = event_log(model.state)
    said = log[(log["kind"] == "market adopts") & log["sentence"].str.contains("France")]
    expected = [int(np.flatnonzero(met >= share)[0]) for share in (0.1, 0.5) if (met >= share).any()]
    assert said["month"].tolist() == expected != []
    assert said["sentence"].iloc[0] == "Offers now meet a tenth of the needs on the market “France”."


def test_the_story_of_an_economy_is_short_however_large_it_is() -> None:
    model = green(18, firms=1200, clusters=12)
    assert len(model.memberships) > 300
    log = event_log(model.state)
    told = log[~log["kind"].isin(["first crossing", "new generation", "family grows"])]
    assert len(told) < 40
