"""What drove a result: what is taken away, what each thing contributes, in words; the families of hybrids."""

from __future__ import annotations

import dataclasses
import math
import os
import re
from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pytest

from dashboards.limits import Limits
from dashboards.playing import Cancelled, Job, Pool
from dashboards.reasons import shown
from dashboards.reasons.ablating import Row, play
from dashboards.reasons.cases import BASELINE, FULL, Case, cases
from dashboards.reasons.effects import Effect, effects, mean_of_whole
from dashboards.reasons.families import Families, chosen, families, longest_line
from dashboards.reasons.families import play as play_families
from dashboards.reasons.sentences import amount, label, named_case, origin, said, sentence
from dashboards.reasons.work import Work, missing
from dashboards.setup import Lever, Setup, story
from dashboards.text import words
from ecosim import EcosystemModel, Scenario
from ecosim.errors import EcosimError
from ecosim.measures import cascade_sizes, family_tree
from ecosim.specs import LEVERS
from experiments.ablation import ablate, contributions, mechanisms

WORLD = story("three-ingredients")
SMALL = Setup("three-ingredients", months=18).with_value("population.firms", 80, WORLD)
ECONOMY = story("levers")
EN, FR = words("en"), words("fr")
SEEDS = (1, 2, 3)


def rows_of(setup: Setup, found: list[Case], seeds: tuple[int, ...] = SEEDS) -> dict[tuple[str, int], Row]:
    runs = [(case.key, case.scenario, seed) for case, seed in missing(found, seeds, {})]
    return {(row.case, row.seed): row for row in play(runs) if row is not None}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(Limits(workers=2))
    yield made
    made.close()


# -- what is taken away ---------------------------------------------------------------------------------------


def test_each_mechanism_is_taken_away_by_itself() -> None:
    found = cases(SMALL, WORLD)
    whole = SMALL.scenario(WORLD)
    assert [case.key for case in found] == [FULL, *mechanisms(whole)]
    assert found[0].scenario == whole
    assert {case.key: case.scenario for case in found[1:]} == mechanisms(whole)


def test_each_change_is_taken_back_by_itself_and_assumptions_stay() -> None:
    setup = SMALL.with_value("dials.attractor_dial", 0.5, WORLD).with_value("medium.bridge_openness", 0.2, WORLD)
    changes = {case.what: case for case in cases(setup, WORLD) if case.group == "change"}
    assert set(changes) == {"dials.attractor_dial", "medium.bridge_openness"}
    rest = changes["dials.attractor_dial"].scenario
    assert rest is not None
    assert rest.parameters.dials.attractor_dial == 1.0
    assert rest.parameters.medium.bridge_openness == 0.2
    assert rest.parameters.population.firms == 80
    (baseline,) = (case for case in cases(setup, WORLD) if case.group == "baseline")
    assert baseline.scenario == setup.baseline().scenario(WORLD)


def test_levers_are_changes_and_no_mechanisms() -> None:
    setup = Setup("levers").with_lever("training", Lever(1.0), ECONOMY).with_lever("equity", Lever(0.5), ECONOMY)
    found = cases(setup, ECONOMY)
    assert [case.what for case in found if case.group == "change"] == ["levers.equity", "levers.training"]
    assert not any(case.key.startswith("policy: ") for case in found)
    without = next(case.scenario for case in found if case.what == "levers.equity")
    assert without is not None
    assert [policy.lever for policy in without.policies] == ["training"]


def test_a_policy_of_the_story_is_a_mechanism_and_what_was_changed_of_it_a_change() -> None:
    name = next(name for name in ("mecapole", "alfadir", "viameca", "acculturation") if story(name).scenario.policies)
    world = story(name)
    policy = world.scenario.policies[0]
    setup = Setup(name).with_lever(policy.lever, Lever(0.123), world)
    found = cases(setup, world)
    assert f"policy: {policy.name}" in [case.key for case in found if case.group == "mechanism"]
    (change,) = (case for case in found if case.group == "change")
    assert change.scenario == dataclasses.replace(Setup(name).scenario(world), policies=change.scenario.policies)  # type: ignore[union-attr]
    assert {row.lever: row.intensity for row in change.scenario.policies}[policy.lever] == policy.intensity  # type: ignore[union-attr]


def test_one_change_needs_no_baseline_of_its_own() -> None:
    setup = SMALL.with_value("dials.medium_dial", 0.5, WORLD)
    assert [case.group for case in cases(setup, WORLD)].count("baseline") == 0


@pytest.mark.parametrize("say", [EN, FR])
def test_every_case_that_can_be_has_a_name(say: Any) -> None:
    levers = story("levers").scenario
    values = {f"mechanisms.{field.name}": True for field in dataclasses.fields(levers.parameters.mechanisms)}
    everything = mechanisms(levers.with_values({**values, "labs.creation_rate": 0.1}))
    assert len(everything) > 14
    for name, scenario in everything.items():
        assert named_case(Case(name, "mechanism", name, scenario), say)
    dials = [f"dials.{name}_dial" for name in ("diversity", "attractor", "medium")]
    own = ["clusters.encounters_per_year", "medium.bridge_openness"]
    for path in (*dials, *own, *(f"levers.{name}" for name in LEVERS)):
        assert label(Case("x", "change", path, None), say)[0].isupper()
    assert "<b>" in named_case(Case("policy: <b>", "mechanism", "policy: <b>", None), say)


# -- runs -----------------------------------------------------------------------------------------------------


def test_an_ablation_through_the_workers_is_that_of_the_experiments(pool: Pool) -> None:
    found = cases(SMALL, WORLD)
    came: dict[tuple[str, int], Row] = {}
    numbers: list[int] = []

    def tell(new: dict[tuple[str, int], Row], done: int, seconds: float) -> None:
        came.update(new)
        numbers.append(done)
        assert seconds >= 0

    Work(missing(found, SEEDS, {}), lambda job: pool.submit(job, "me"), tell).go()
    assert numbers == sorted(numbers)
    assert numbers[-1] == len(came) == len(found) * len(SEEDS)
    table = ablate(SMALL.scenario(WORLD), SEEDS, 18, workers=1)
    for row in table.itertuples():
        outcomes = came[row.case, row.seed].outcomes
        assert outcomes == {"hybrids": row.hybrids, "r_theoretical": row.r_theoretical}
    expected = contributions(table).set_index(["mechanism", "outcome"])
    for outcome in ("hybrids", "r_theoretical"):
        for effect in effects(found, came.values(), outcome, SEEDS):
            known = expected.loc[(effect.case.key, outcome)]
            if math.isfinite(known.estimate):
                assert (effect.estimate, effect.low, effect.high) == (known.estimate, known.low, known.high)
            else:
                assert effect.verdict == "endless"
            assert effect.seeds == known.seeds
    assert missing(found, SEEDS, came) == []
    assert len(missing(found, (*SEEDS, 4), came)) == len(found)


def test_an_economy_has_turnover_and_employment() -> None:
    setup = Setup("levers", months=4)
    (row,) = (row for row in play([(FULL, setup.scenario(ECONOMY), 1)]) if row is not None)
    assert set(row.outcomes) == {"hybrids", "r_theoretical", "revenue", "job_years"}
    with EcosystemModel(setup.scenario(ECONOMY), seed=1) as model:
        model.run(4)
        assert row.outcomes["revenue"] == pytest.approx(model.months["revenue"].sum(), rel=1e-12)


def test_a_mechanism_that_matters_is_noticed() -> None:
    """Without attractors and with nothing else to drive it, no hybrid is born: it contributes all of them."""
    setup = dataclasses.replace(SMALL.with_value("latent.base_drive", 0.0, WORLD), months=48)
    found = cases(setup, WORLD)
    rows = rows_of(setup, [case for case in found if case.key in (FULL, "attractors", "labs")])
    by_name = {effect.case.key: effect for effect in effects(found, rows.values(), "hybrids", SEEDS)}
    assert by_name["attractors"].estimate == pytest.approx(100.0)
    assert by_name["attractors"].verdict == "adds"
    assert by_name["bridges"].estimate is None  # not played
    assert mean_of_whole(rows.values(), "hybrids", SEEDS) == np.mean(
        [rows[FULL, seed].outcomes["hybrids"] for seed in SEEDS]
    )


def test_work_that_is_cancelled_stops_and_keeps_what_has_come(pool: Pool) -> None:
    found = cases(SMALL, WORLD)
    came: dict[tuple[str, int], Row] = {}
    runs = missing(found, tuple(range(1, 400)), {})

    def tell(new: dict[tuple[str, int], Row], done: int, seconds: float) -> None:
        came.update(new)
        made.cancel()

    made = Work(runs, lambda job: pool.submit(job, "me"), tell)
    with pytest.raises(Cancelled):
        made.go()
    assert 0 < len(came) < len(runs)
    assert all(row.outcomes["hybrids"] >= 0 for row in came.values())


def test_a_run_that_fails_says_why(pool: Pool) -> None:
    broken = dataclasses.replace(SMALL.scenario(WORLD), organisations_file=os.devnull)
    runs = [(Case("x", "mechanism", "x", broken), 1)]
    with pytest.raises(EcosimError):
        Work(runs, lambda job: pool.submit(job, "me"), lambda new, done, seconds: None).go()


# -- what can be said -----------------------------------------------------------------------------------------


def case(name: str = "copying", group: Any = "mechanism") -> Case:
    return Case(name, group, name, SMALL.scenario(WORLD))


def rows(values: dict[str, list[float]], outcome: str = "hybrids") -> list[Row]:
    return [Row(name, seed, {outcome: value}, 0.1) for name, all_ in values.items() for seed, value in enumerate(all_)]


@pytest.mark.parametrize(
    ("without", "verdict"),
    [
        ([10.0, 11.0, 12.0], "adds"), ([190.0, 191.0, 192.0], "holds_back"), ([90.0, 101.0, 112.0], "none"),
        ([100.0, 101.0, 102.0], "none"),
    ],
)  # fmt: skip
def test_what_can_be_said(without: list[float], verdict: str) -> None:
    table = rows({FULL: [100.0, 101.0, 102.0], "copying": without})
    (effect,) = effects([case(FULL, "full"), case()], table, "hybrids", (0, 1, 2))
    assert effect.verdict == verdict
    assert effect.seeds == 3


def test_what_cannot_be_said() -> None:
    whole = [1.0, 2.0, 3.0]
    table = rows({FULL: whole, "copying": [math.inf] * 3, "labs": [math.nan] * 3}, "r_theoretical")
    found = [case(FULL, "full"), case(), case("labs"), case("trust")]
    by_name = {effect.case.key: effect for effect in effects(found, table, "r_theoretical", (0, 1, 2))}
    assert {name: effect.verdict for name, effect in by_name.items()} == {
        "copying": "endless", "labs": "unknown", "trust": "unknown",
    }  # fmt: skip
    assert all(effect.estimate is None for effect in by_name.values())
    (one,) = effects(found[:2], rows({FULL: [5.0], "copying": [4.0]}), "hybrids", (0,))
    assert (one.estimate, one.low, one.verdict) == (20.0, None, "unknown")  # one pair tells no interval
    (none,) = effects(found[:2], rows({FULL: [0.0, 0.0], "copying": [0.0, 0.0]}), "hybrids", (0, 1))
    assert none.verdict == "unknown"  # a share of nothing
    assert effects(found[:2], [], "hybrids", (0, 1))[0].verdict == "unknown"
    (refused,) = effects([Case("change: x", "change", "x", None)], rows({FULL: [5.0]}), "hybrids", (0,))
    assert refused.verdict == "unknown"
    assert mean_of_whole(rows({FULL: [math.inf, 1.0]}), "hybrids", (0, 1)) is None


def test_seeds_that_were_not_asked_for_do_not_count() -> None:
    table = rows({FULL: [100.0, 101.0, 500.0], "copying": [10.0, 11.0, 1.0]})
    (few,) = effects([case(FULL, "full"), case()], table, "hybrids", (0, 1))
    assert few.seeds == 2
    assert few.estimate == pytest.approx(100 * 180 / 201)


def effect(estimate: float | None, low: float | None, high: float | None, verdict: Any, **more: Any) -> Effect:
    return Effect(case(**more), estimate, low, high, 10, verdict)


ADDS = effect(86.2, 84.1, 88.0, "adds")
HOLDS = effect(-20.4, -25.0, -15.5, "holds_back", name="forgetting")


def test_signs_in_both_languages() -> None:
    assert sentence(ADDS, "hybrids", EN) == (
        "Without copying between organisations, there would be 86\u00a0% [84, 88] fewer hybrids."
    )
    assert sentence(ADDS, "hybrids", FR) == (
        "Sans copie entre organisations, il y aurait 86\u202f% [84\u202f; 88] d'hybrides en moins."
    )
    assert sentence(HOLDS, "hybrids", EN) == "Without forgetting, there would be 20\u00a0% [16, 25] more hybrids."
    assert sentence(HOLDS, "hybrids", FR) == "Sans oubli, il y aurait 20\u202f% [16\u202f; 25] d'hybrides en plus."
    r = effect(0.456, 0.4, 0.512, "adds")
    assert (
        sentence(r, "r_theoretical", EN) == "Without copying between organisations, R would be 0.46 [0.40, 0.51] lower."
    )
    assert (
        sentence(r, "r_theoretical", FR)
        == "Sans copie entre organisations, R serait plus bas de 0,46 [0,40\u202f; 0,51]."
    )
    assert amount(HOLDS, "hybrids", EN) == "−20\u00a0% [−25, −16]"
    change = effect(-3.0, -4.0, -2.0, "holds_back", name="levers.training", group="change")
    assert sentence(change, "job_years", FR) == (
        "Sans votre réglage «\u202fFormation par les régions\u202f», "
        "l'emploi serait supérieur de 3\u202f% [2\u202f; 4]."
    )
    every = effect(3.0, 2.0, 4.0, "adds", name=BASELINE, group="baseline")
    assert sentence(every, "revenue", EN) == "Without any of your changes, turnover would be 3\u00a0% [2, 4] lower."


def test_the_three_largest_are_told_then_what_makes_no_difference_then_what_is_not_known() -> None:
    others = [effect(float(size), size - 1.0, size + 1.0, "adds", name=name)
              for size, name in ((50, "labs"), (10, "trust"))]  # fmt: skip
    none = effect(1.0, -1.0, 3.0, "none", name="bridges")
    unknown = effect(None, None, None, "unknown", name="firm life")
    lines = said([ADDS, others[0], HOLDS, others[1], none, unknown], "revenue", 10, EN)
    assert [line.split(",")[0] for line in lines[:3]] == [
        "Without copying between organisations", "Without new knowledge from laboratories", "Without forgetting",
    ]  # fmt: skip
    assert lines[3:] == [
        "No difference that 10 histories can tell from chance: bridges between clusters.",
        "Could not be told: the life of firms (sales, investment, hiring).",
        "Without the life of firms nothing is sold and nobody is hired, so that there is nothing to compare.",
    ]
    assert said([unknown], "revenue", 10, EN, ended=False) == []
    assert said([none], "hybrids", 10, FR) == [
        "Quel que soit le mécanisme coupé, aucune différence que 10 histoires permettent de distinguer du hasard."
    ]
    change = effect(0.1, -1.0, 1.0, "none", name="levers.training", group="change")
    assert said([change], "hybrids", 10, EN)[0].endswith("from chance: “Training by the regions”.")


def test_what_is_endless_is_told_first_and_without_numbers() -> None:
    endless = effect(None, None, None, "endless", name="forgetting")
    assert said([ADDS, endless], "r_theoretical", 10, EN)[0] == (
        "Without forgetting, R would know no bound: copies alone would keep hybrids alive."
    )
    assert "R n'aurait plus de limite" in said([endless], "r_theoretical", 10, FR)[0]


def test_bars_show_what_is_known_and_the_table_all() -> None:
    none = effect(1.0, -1.0, 3.0, "none", name="bridges")
    unknown = effect(None, None, None, "unknown", name="firm life")
    made = shown.contributions([ADDS, HOLDS, none, unknown], "hybrids", "mechanisms", EN)
    bars, whiskers, ends = made.option["series"]
    assert [point["value"] for point in bars["data"]] == [86.2, -20.4, 1.0]
    assert whiskers["data"][:3] == [[84.1, 0], [88.0, 0], ["-", "-"]]
    assert [end["value"][0] for end in ends["data"]] == [88.0, -25.0, 3.0]
    assert bars["data"][0]["itemStyle"]["color"] != bars["data"][1]["itemStyle"]["color"]
    assert bars["data"][2]["itemStyle"]["color"] == "#ffffff"
    assert made.option["yAxis"]["data"] == [
        "Copying between organisations", "Forgetting", "Bridges between clusters",
    ]  # fmt: skip
    assert len(made.table["rows"]) == 4
    assert made.table["rows"][1] == ["Forgetting", "−20\u00a0%", "−25, −16", "10", "holds back"]
    assert made.table["rows"][3][1:] == ["–\u00a0%", "–", "10", "not known"]
    assert "Forgetting: −20\u00a0% [−25, −16]" in made.alt


# -- families -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> Iterator[EcosystemModel]:
    with EcosystemModel(firms=300, labs=30, clusters=4, base_drive=0.25, seed=3) as made:
        yield made.run(60)


def test_the_tree_is_that_of_the_measures(model: EcosystemModel) -> None:
    tree = family_tree(model.state)
    found = families(model.state, most=10_000)
    nodes = sorted(tree)
    assert len(nodes) > 10
    assert found.size == len(found.tree) == len(nodes)
    arcs = set()
    for place, hybrid in enumerate(found.tree):
        data = tree.nodes[nodes[place]]
        assert (hybrid.birth, hybrid.generation, list(hybrid.sectors)) == (
            data["birth"],
            data["generation"],
            data["sectors"],
        )
        arcs |= {(nodes[parent], nodes[place]) for parent in (hybrid.parent, hybrid.other) if parent >= 0}
        if hybrid.parent >= 0:
            assert found.tree[hybrid.parent].generation == hybrid.generation - 1
            assert hybrid.x > found.tree[hybrid.parent].x
    assert arcs == set(tree.edges)
    assert [hybrid.parent for hybrid in found.tree].count(-1) == 1
    assert found.tree[0].parent == -1
    assert [size for size, _, _ in found.largest] == cascade_sizes(model.state)[:10].tolist()
    assert found.last == max(birth for _, birth in tree.nodes(data="birth"))
    assert sum(one.hybrids for one in found.generations) == found.size
    for one in found.generations:
        members = [row for row in nodes if tree.nodes[row]["generation"] == one.generation]
        assert (one.hybrids, one.first) == (len(members), min(tree.nodes[row]["birth"] for row in members))
        sets = [tuple(tree.nodes[row]["sectors"]) for row in members]
        assert sets.count(one.sectors) == one.share == max(map(sets.count, sets))


def test_the_worker_traces_what_the_model_played() -> None:
    scenario = SMALL.scenario(WORLD)
    *months, found = list(play_families(scenario, 2))
    assert months == [None] * 18
    with EcosystemModel(scenario, seed=2) as other:
        assert found == families(other.run(18).state)


def test_of_a_large_family_the_founder_the_longest_line_and_the_earliest_are_drawn(model: EcosystemModel) -> None:
    tree = family_tree(model.state)
    line = longest_line(tree)
    assert nx.is_path(tree, line)
    assert [tree.nodes[row]["generation"] for row in line] == list(range(1, len(line) + 1))
    assert len(line) == max(generation for _, generation in tree.nodes(data="generation"))
    most = len(line) + 3
    kept = chosen(tree, most)
    assert len(kept) == most < len(tree)
    assert set(line) <= set(kept)
    rest = [row for row in sorted(tree) if row not in line]
    assert sorted(set(kept) - set(line)) == rest[: most - len([row for row in kept if row in line])]
    found = families(model.state, most)
    assert (len(found.tree), found.size, found.left_out) == (most, len(tree), len(tree) - most)
    assert all(hybrid.parent >= 0 for hybrid in found.tree[1:])
    assert chosen(tree, 3) == sorted(line[:3])
    assert sum(one.hybrids for one in found.generations) == len(tree)  # the table tells all of it


def test_a_family_in_words(model: EcosystemModel) -> None:
    found = families(model.state, 40)
    founder = found.tree[0]
    for say, start in (
        (EN, "In the history with seed 3, the largest cascade goes"),
        (FR, "Dans l'histoire de graine 3,"),
    ):
        told = origin(found, 3, say)
        assert told.startswith(start)
        assert f" {founder.birth}" in told
        assert str(found.size) in told
        assert f" {found.last}." in told
    made = shown.family(found, EN)
    groups = [one for one in made.option["series"] if one["type"] == "scatter"]
    assert sum(len(one["data"]) for one in groups) == 40
    assert 1 < len(groups) <= 7
    assert len({(one["symbol"], one["itemStyle"]["color"]) for one in groups}) == len(groups)
    assert made.option["tooltip"]["formatter"] == "{b}"  # ECharts encodes names
    lines = {one["id"]: len(one["data"]) for one in made.option["series"] if one["type"] == "lines"}
    assert lines["parents"] == 39
    assert len(made.table["rows"]) == len(found.generations)
    sizes = shown.largest(found, FR)
    assert [point["value"] for point in sizes.option["series"][0]["data"]] == [size for size, _, _ in found.largest]
    assert all(re.match(r"\d+\. ", name) for name in sizes.option["yAxis"]["data"])


def test_no_hybrids_no_family() -> None:
    with EcosystemModel(firms=30, base_drive=0.0, seed=1) as still:
        found = families(still.run(2).state)
    assert found == Families(0, 0)
    assert origin(found, 1, EN) == "No hybrid was born in this history (seed 1): there is no cascade."
    assert "Aucun hybride n'est né" in origin(found, 1, FR)


def test_hybrids_that_stay_alone(model: EcosystemModel) -> None:
    found = families(model.state)
    single = dataclasses.replace(found, size=1, tree=found.tree[:1], families=12)
    assert "each of the 12 cascades is a single hybrid" in origin(single, 1, EN)
    assert "chacune des 12 cascades est un hybride isolé" in origin(single, 1, FR)


def test_a_founder_from_before_the_first_month() -> None:
    values = {"spontaneous": False, "seeded_share": 0.02, "base_drive": 0.5, "distance_matters": False, "labs": 0}
    with EcosystemModel(firms=200, seed=3, **values) as seeded:
        found = families(seeded.run(24).state)
    assert found.tree[0].birth == -1
    assert "made before the first month by " in origin(found, 3, EN)
    assert "from month 0 to" in shown.family(found, EN).alt


def test_families_come_through_the_workers(pool: Pool) -> None:
    ticket = pool.submit(Job("dashboards.reasons.families:play", {"scenario": SMALL.scenario(WORLD), "seed": 2}), "me")
    (found,) = ticket.messages()
    assert isinstance(found, Families)
    assert found.hybrids > 0


def test_scenarios_of_cases_can_be_played() -> None:
    assert all(isinstance(one.scenario, Scenario) for one in cases(SMALL, WORLD))
