"""Comparisons: quantiles, paired differences and costs against numbers worked out by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from dashboards.comparing.bands import fan_of
from dashboards.comparing.effects import costs, effects
from dashboards.comparing.entries import BASELINE, NOW, Entry, entries, key, uncosted, under, usual
from dashboards.comparing.replicates import Played, measurable, thinned
from dashboards.setup import Lever, Setup, story
from ecosim import Scenario

THREE = "three-ingredients"


def run(seed: int, **outcomes: float) -> Played:
    return Played(seed, outcomes, {}, 0.1)


def runs(**outcomes: list[float]) -> list[Played]:
    """Runs of the seeds 1, 2, ... with these outcomes."""
    return [
        run(1 + place, **dict(zip(outcomes, row, strict=True)))
        for place, row in enumerate(zip(*outcomes.values(), strict=True))
    ]


def entry(setup: Setup | None = None) -> Entry:
    return Entry("0", "x", setup or Setup(THREE), None, "k")


# -- entries --------------------------------------------------------------------------------------------------


def test_an_assumption_moves_every_entry_a_lever_moves_one() -> None:
    world = story("levers")
    kept = [
        ("one", Setup("levers").with_lever("assembly", Lever(1.0), world)),
        ("other", Setup("levers").with_value("dials.medium_dial", 0.5, world)),
    ]
    now = Setup("levers").with_lever("training", Lever(0.5), world)
    before = entries(now, kept, world)
    assert [one.id for one in before] == [BASELINE, NOW, "0", "1"]
    assumed = entries(now.with_value("firms.wage", 4.5, world), kept, world)
    assert not {one.key for one in before} & {one.key for one in assumed}
    assert all(("firms.wage", 4.5) in one.setup.values for one in assumed)
    pulled = entries(now.with_lever("training", Lever(1.0), world), kept, world)
    assert [one.key == other.key for one, other in zip(before, pulled, strict=True)] == [True, False, True, True]


def test_a_kept_setup_is_taken_under_what_is_assumed_now() -> None:
    world = story("levers")
    kept = Setup(
        "levers",
        seed=9,
        months=50,
        values=(("dials.medium_dial", 0.5), ("firms.wage", 9.0)),
        levers=(("equity", Lever(1.0)),),
    )
    now = Setup("levers", seed=3).with_value("firms.wage", 4.5, world).with_value("dials.diversity_dial", 0.2, world)
    assert under(kept, now) == Setup("levers", 3, None, (("dials.medium_dial", 0.5), ("firms.wage", 4.5)), kept.levers)


def test_what_is_set_is_no_entry_where_it_plays_like_another() -> None:
    world = story(THREE)
    dialled = Setup(THREE).with_value("dials.medium_dial", 0.5, world)
    assert [one.id for one in entries(Setup(THREE), [], world)] == [BASELINE]
    assert [one.id for one in entries(dialled, [], world)] == [BASELINE, NOW]
    assert [one.id for one in entries(dialled, [("a", dialled)], world)] == [BASELINE, "0"]


def test_other_stories_and_all_beyond_five_are_left_out() -> None:
    world = story(THREE)
    many = [("away", Setup("levers"))] + [
        (f"{n}", Setup(THREE).with_value("dials.medium_dial", 0.1 * n, world)) for n in range(1, 8)
    ]
    assert [one.name for one in entries(Setup(THREE), many, world)] == ["", "1", "2", "3", "4", "5"]


def test_what_no_longer_fits_is_shown_with_its_reason() -> None:
    world = story(THREE)
    broken = Setup(THREE, values=(("dials.medium_dial", 99.0),))
    _, found = entries(Setup(THREE), [("a", broken)], world)
    assert found.scenario is None
    assert "medium_dial" in found.problem


def test_a_key_tells_scenarios_apart(tmp_path: Any) -> None:
    scenario = Scenario.load(THREE)
    assert key(scenario) == key(Scenario.load(THREE))
    assert key(scenario) != key(dataclasses.replace(scenario, months=7))
    file = tmp_path / "organisations.csv"
    file.write_text("id,kind,sector\n")
    own = dataclasses.replace(scenario, organisations_file=file)
    before = key(own)
    file.write_text("id,kind,sector\na,firm,x\n")
    assert key(own) != before


# -- quantiles ------------------------------------------------------------------------------------------------


def _series(rows: Any) -> list[Any]:
    return [(np.arange(len(row), dtype=np.float32), np.array(row, np.float32)) for row in rows]


def test_a_fan_is_made_of_quantiles() -> None:
    fan = fan_of(_series([[float(n), 2.0 * n] for n in range(21)]))  # 0, 1, ..., 20: quantiles are at 20 × share
    assert fan.median == [10.0, 20.0]
    assert fan.half == ([5.0, 10.0], [15.0, 30.0])
    assert fan.outer == ([1.0, 2.0], [19.0, 38.0])
    assert fan.widest == "90"


@pytest.mark.parametrize(
    ("histories", "half", "widest"),
    [
        (1, False, ""),
        (2, False, "range"),
        (9, False, "range"),
        (10, True, "range"),
        (19, True, "range"),
        (20, True, "90"),
    ],
)
def test_no_band_is_drawn_that_the_histories_do_not_justify(histories: int, half: bool, widest: str) -> None:
    fan = fan_of(_series([[float(n)] for n in range(histories)]))
    assert (fan.half is not None, fan.widest) == (half, widest)
    if widest == "range":
        assert fan.outer == ([0.0], [histories - 1.0])


def test_what_is_not_known_is_left_out_of_its_month() -> None:
    rows = [[float(n), float(n)] for n in range(20)]
    rows[0][1] = np.nan
    fan = fan_of(_series(rows))
    assert fan.median == [9.5, 10.0]
    assert fan.outer is not None
    assert fan.outer[0][1] is None  # 19 histories know it: too few for 90 %
    assert fan.half is not None
    assert fan.half[0][1] == 5.5


def test_a_long_series_is_thinned() -> None:
    at, values = thinned(np.arange(10.0), flow=False, points=4)
    assert at.tolist() == [2, 5, 8, 9]
    assert values.tolist() == [2, 5, 8, 9]
    assert thinned(np.arange(10.0), flow=True, points=4)[1].tolist() == [1, 4, 7, 9]  # means of 0-2, 3-5, 6-8, 9
    assert thinned(np.arange(10.0), flow=True, points=10)[1].tolist() == list(range(10))


# -- differences ----------------------------------------------------------------------------------------------


def test_a_difference_is_taken_seed_by_seed() -> None:
    base = runs(hybrids=[10.0, 20.0, 30.0, 40.0])
    other = runs(hybrids=[11.0, 22.0, 33.0, 44.0])
    (effect,) = effects(base, other, ["hybrids"])
    # differences 1, 2, 3, 4: mean 2.5, s = 1.2910, t(3; 0.975) = 3.1824: half = 3.1824 × 1.2910 / 2 = 2.0543
    assert effect.interval == pytest.approx((2.5, 0.4457, 4.5543), abs=1e-4)
    assert (effect.base, effect.mean, effect.pairs, effect.verdict) == (25.0, 27.5, 4, "more")
    # variances: of the difference 1.6667; of the sides 166.667 and 201.667
    assert effect.narrowing == pytest.approx(1.66667 / 368.3333, rel=1e-4)


def test_the_order_in_which_runs_came_does_not_matter() -> None:
    base, other = runs(hybrids=[10.0, 20.0, 30.0]), runs(hybrids=[13.0, 21.0, 32.0])
    assert effects(base, other[::-1], ["hybrids"]) == effects(base, other, ["hybrids"])


def test_only_seeds_that_both_have_played_are_compared() -> None:
    (effect,) = effects(
        runs(hybrids=[1.0, 2.0, 3.0, 4.0]), [run(2, hybrids=5.0), run(9, hybrids=7.0), run(3, hybrids=6.0)], ["hybrids"]
    )
    assert (effect.pairs, effect.left_out, effect.interval) == (2, 0, (3.0, 3.0, 3.0))


def test_unknown_outcomes_are_left_out_in_pairs_and_counted() -> None:
    base = runs(hybrids=[1.0, 2.0, 3.0], r_theoretical=[1.0, np.nan, 3.0])
    other = runs(hybrids=[2.0, 4.0, 6.0], r_theoretical=[np.nan, 1.0, 3.5])
    hybrids, r = effects(base, other, ["hybrids", "r_theoretical"])
    assert (hybrids.pairs, hybrids.left_out) == (3, 0)
    assert (r.pairs, r.left_out, r.interval, r.verdict) == (1, 2, None, "few")
    assert (r.base, r.mean) == (3.0, 3.5)


def test_verdicts() -> None:
    base = runs(a=[1.0, 2.0, 3.0], b=[1.0, 2.0, 3.0], c=[1.0, 2.0, 3.0], d=[1.0, 2.0, 3.0])
    other = runs(a=[2.0, 3.1, 4.0], b=[0.0, 1.1, 2.0], c=[1.0, 2.0, 3.0], d=[2.0, 1.0, 3.0])
    assert [one.verdict for one in effects(base, other, "abcd")] == ["more", "less", "same", "chance"]
    assert [one.verdict for one in effects([], [], "a")] == ["few"]


def _spent(jobs: list[float], spent: list[float]) -> tuple[list[Played], list[Played]]:
    zero = [0.0] * len(jobs)
    return runs(job_years=zero, policy_spending=zero), runs(job_years=jobs, policy_spending=spent)


def test_cost_is_the_ratio_of_sums_of_differences() -> None:
    base, other = _spent([float(n) for n in range(5, 15)], [2.0 * n for n in range(5, 15)])
    (cost,) = costs(entry(), base, other)
    assert (cost.of, cost.status) == ("job_year", "known")
    assert cost.interval == pytest.approx((2.0, 2.0, 2.0))
    base, other = _spent([5.0, 10.0] * 5, [30.0] * 10)
    (cost,) = costs(entry(), base, other)
    assert cost.interval is not None
    assert cost.interval.estimate == pytest.approx(4.0)  # 300 / 75, where the mean of ratios would be 4.5
    assert cost.interval.low < 4.0 < cost.interval.high


@pytest.mark.parametrize(
    ("jobs", "spent", "status"),
    [([-1.0, 1.0] * 5, [3.0] * 10, "unknown"), ([-2.0, -1.0] * 5, [3.0] * 10, "unknown"),
     ([1.0, 2.0] * 5, [0.0] * 10, "free"), ([1.0, 2.0] * 5, [-1.0] * 10, "free"), ([1.0] * 9, [1.0] * 9, "few")],
)  # fmt: skip
def test_a_cost_that_cannot_be_told_is_not_told(jobs: list[float], spent: list[float], status: str) -> None:
    (cost,) = costs(entry(), *_spent(jobs, spent))
    assert (cost.status, cost.interval) == (status, None)


@pytest.mark.parametrize("path", ["clusters.encounters_per_year", "medium.bridge_openness", "dials.medium_dial"])
def test_what_the_model_does_not_cost_has_no_cost(path: str) -> None:
    used = entry(Setup(THREE).with_value(path, 0.5, story(THREE)))
    (cost,) = costs(used, *_spent([1.0, 2.0] * 5, [3.0] * 10))
    assert (cost.status, cost.interval) == ("uncosted", None)


def test_a_world_without_economy_has_two_outcomes_and_no_cost() -> None:
    assert measurable(Scenario.load(THREE)) == ("hybrids", "r_theoretical")
    assert {"job_years", "revenue", "export_sales"} <= set(measurable(Scenario.load("levers")))
    assert costs(entry(), runs(hybrids=[1.0, 2.0]), runs(hybrids=[1.0, 2.0])) == []


def test_dials_belong_to_one_scenario_or_to_all() -> None:
    world = story("levers")
    now = Setup("levers").with_value("dials.attractor_dial", 0.5, world).with_lever("training", Lever(1.0), world)
    kept = Setup("levers").with_value("dials.medium_dial", 0.3, world).with_lever("equity", Lever(0.5), world)
    told = entries(now, [("kept", kept)], world)
    assert [entry.setup.value("dials.attractor_dial", world) for entry in told] == [1.0, 0.5, 1.0]
    assert [uncosted(entry) for entry in told] == [(), ("dials.attractor_dial",), ("dials.medium_dial",)]
    shared = entries(now, [("kept", kept)], world, dials=False)
    assert [entry.setup.value("dials.attractor_dial", world) for entry in shared] == [0.5, 0.5, 0.5]
    assert [entry.setup.value("dials.medium_dial", world) for entry in shared] == [1.0, 1.0, 1.0]
    assert [dict(entry.setup.levers) for entry in shared] == [{}, dict(now.levers), dict(kept.levers)]
    assert [uncosted(entry) for entry in shared] == [(), (), ()]
    # where levers are pulled beside dials, the levers are what is asked about
    assert [usual(one) for one in (Setup("levers"), now, now.baseline(), now.baseline(dials=False))] == [
        True, False, True, True,
    ]  # fmt: skip
