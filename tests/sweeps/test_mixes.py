"""Mixes of levers: a known front, a search that a kill does not change, targets and regret with known answers."""

from __future__ import annotations

import json
import shutil
import warnings

import numpy as np
import optuna
import pandas as pd
import pytest

from ecosim.errors import StudyError
from experiments import sweep
from experiments.analysis import regret
from experiments.analysis.mixes import section as mixes
from experiments.designs import make_design
from experiments.designs.mixes import front_rows
from experiments.reading import study_from_table
from experiments.store import Results, SweepFolder
from experiments.study import Study

LEVERS = {"lever.a": {"low": 0.0, "high": 1.0}, "lever.b": {"low": 0.0, "high": 1.0}}
SEARCH = {"method": "mixes", "population": 8, "generations": 5, "maximise": ["jobs"], "step": 0.25}
WORLD = {"world": {"low": 0.0, "high": 12.0}}


def study(design=None, factors=LEVERS, values=None, replicates=4, analysis=(), run="known_mixes:policies"):
    return study_from_table({
        "name": "mixes", "run": run, "outcomes": ["jobs", "policy_spending", "still"], "factors": factors,
        "design": {**SEARCH, **(design or {})}, "replicates": replicates, "values": values or {},
        "analysis": list(analysis),
    })  # fmt: skip


def grid(replicates=10, factors=None):
    levels = {path: {"levels": [0.0, 0.5, 1.0]} for path in LEVERS}
    return study_from_table({
        "name": "grid", "run": "known_mixes:policies", "outcomes": ["jobs", "policy_spending", "still"],
        "factors": {**levels, **(factors or {})}, "design": {"method": "factorial"}, "replicates": replicates,
    })  # fmt: skip


def section(results, module=mixes, **chosen):
    found = module.analyse(results, {**module.OPTIONS, "outcome": "jobs", **chosen})
    json.dumps(found.findings, allow_nan=False)
    for drawing in found.figures.values():
        drawing.figure.draw_without_rendering()
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return sweep(study({"confirm": 6}), tmp_path_factory.mktemp("mixes") / "s", workers=1)


# -- the search -----------------------------------------------------------------------------------------------


def test_first_generation_has_none_each_and_all(found):
    first = found.points[found.points["design.generation"] == 0]
    assert first[list(LEVERS)].to_numpy()[:4].tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert 4 < len(first) <= 8  # of a grid this coarse a mix may be drawn twice


def test_no_mix_is_played_twice_and_steps_are_kept(found):
    assert not found.points[list(LEVERS)].duplicated().any()
    assert set(np.unique(found.points[list(LEVERS)])) <= {0, 0.25, 0.5, 0.75, 1}
    assert len(found.points) <= 25


def test_front_is_the_one_that_is_known(found):
    """A k€ spent on b brings 0.4 jobs, on a no more than 0.1: the front goes up b first, then a with b full."""
    truth = found.points[list(LEVERS)]
    means = np.stack([10 * truth["lever.a"] + 4 * truth["lever.b"] - 2 * truth["lever.a"] * truth["lever.b"],
                      100 * truth["lever.a"] + 10 * truth["lever.b"]], axis=1)  # fmt: skip
    known = {tuple(row) for row in truth.to_numpy()[front_rows(means, 1)].tolist()}
    shown = section(found).findings["front"]
    assert {item["mix"] for item in shown} >= {"none", "b", "all two"}
    assert len(shown) == len(known)
    assert all(a == 0 or b == 1 for a, b in known if (a, b) in {(0.0, 1.0), (1.0, 1.0), (0.0, 0.0)})
    assert shown[-1]["mix"] == "all two"
    assert shown[-1]["spent"] == 110
    assert shown[-1]["brought"] == pytest.approx(12, abs=1.5)  # what seeds share is in it
    assert shown[-1]["added low"] < 12 < shown[-1]["added high"]


def test_killed_search_asks_the_same_again(found, tmp_path):
    """Take rounds away: a new design, from what is left, asks for what was asked for."""
    rounds, points = found.folder.rounds, found.folder.points
    assert found.folder.round >= 4
    for last in range(1, found.folder.round):
        shutil.copytree(found.folder.path, tmp_path / f"{last}")
        rounds[rounds["round"] <= last].to_parquet(tmp_path / f"{last}" / "rounds.parquet", index=False)
        folder = SweepFolder.open(tmp_path / f"{last}")
        again = make_design(folder.study).next_round(Results(folder))
        expected = points.loc[points["round"] == last + 1, list(LEVERS)].reset_index(drop=True)
        assert again.points[list(LEVERS)].to_numpy().tolist() == expected.to_numpy().tolist()
        asked = rounds.loc[rounds["round"] == last + 1, ["point", "first", "last"]]
        assert again.replicates[["point", "first", "last"]].to_numpy().tolist() == asked.to_numpy().tolist()
    assert make_design(found.study).next_round(found) is None


def test_same_seed_same_search_other_seed_another(tmp_path):
    tables = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        table = {"name": "s", "run": "known_mixes:policies", "outcomes": ["jobs", "policy_spending"], "seed": seed,
                 "factors": LEVERS, "design": {**SEARCH, "step": 0.01, "generations": 2}, "replicates": 2}  # fmt: skip
        tables.append(sweep(study_from_table(table), tmp_path / name, workers=1).points)
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert len(tables[0]) != len(tables[2]) or not tables[0].equals(tables[2])


def test_front_gets_fresh_seeds_once(found):
    rounds = found.folder.rounds
    fresh = rounds[rounds["first"] > 0]
    assert (fresh["first"] == 4).all()
    assert (fresh["last"] == 10).all()
    assert 0 in fresh["point"].to_numpy()  # no lever at all: what others are paired with
    assert not fresh["point"].duplicated().any()
    shown = section(found)
    assert all(item["seeds"] == 6 for item in shown.findings["front"])
    assert "fresh seeds" in " ".join(shown.words)
    assert "luck of the chosen" in shown.findings


def test_fresh_seeds_do_not_change_the_search_that_is_over(tmp_path):
    """Where all is luck fresh seeds upset every ranking; the search must stay what it was."""
    design = {"step": 0.01, "confirm": 60, "generations": 3}
    results = sweep(study(design, run="known_mixes:blind"), tmp_path / "s", workers=1)
    assert len(results.points) <= 24
    assert results.folder.round == 4
    assert make_design(results.study).next_round(results) is None
    shown = section(results)
    assert shown.findings["luck of the chosen"] > 0


def test_failed_mix_is_told_as_failed_and_the_search_goes_on(tmp_path):
    broken = sweep(study(values={"fails": 1.0}), tmp_path / "s", workers=1)
    assert (broken.bad["lever.a"] == 1).all()
    assert len(broken.bad) > 0
    assert len(broken.points) > 12
    first, second = (broken.points[broken.points["design.generation"] == batch] for batch in (0, 1))
    assert 0 < len(second) <= (first["lever.a"] == 1).sum() + 8 - len(first)  # others in place of those that failed
    shown = section(broken)
    assert "did not end well" in shown.warnings[0]
    assert "mixes have fewer than two good runs" in shown.warnings[1]
    assert all("a +" not in item["mix"] and item["mix"] not in ("a", "all two") for item in shown.findings["front"])
    assert make_design(broken.study).next_round(broken) is None


def test_search_is_silent(tmp_path, capsys):
    before = optuna.logging.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweep(study({"generations": 2}), tmp_path / "s", workers=1)
    written = capsys.readouterr()
    assert "Trial" not in written.out + written.err
    assert optuna.logging.get_verbosity() == before


def test_rows_on_the_front():
    rows = np.array([[1.0, 0.0], [2.0, 1.0], [2.0, 2.0], [3.0, 5.0], [np.nan, 0.0], [2.0, 1.0]])
    kept = rows.copy()
    assert front_rows(rows, 1).tolist() == [0, 1, 3, 5]
    np.testing.assert_array_equal(rows, kept)


# -- targets --------------------------------------------------------------------------------------------------


def test_cheapest_mix_that_reaches_a_target(tmp_path):
    """Of jobs without noise between twins: b alone brings 4 for 10 k€; half of it brings 2 for 5."""
    results = sweep(grid(40), tmp_path / "s", workers=1)
    target = section(results, at_least=2.5).findings["target"]
    assert target["cheapest"]["mix"] == "b"
    assert target["cheapest"]["spent"] == 10
    assert target["cheapest"]["low"] >= 2.5
    target = section(results, at_least=7.0).findings["target"]
    assert target["cheapest"]["mix"] == "a 0.5 + b"  # 8 for 60
    none = section(results, at_least=7.0, budget=50.0)
    assert none.findings["target"]["cheapest"] is None
    assert "No mix is shown to bring" in " ".join(none.words)
    assert "ruled out" in " ".join(none.words)
    free = section(results, target="still", at_least=-5.0)
    assert free.findings["target"]["cheapest"]["mix"] == "none"
    assert "needs no lever" in " ".join(free.words)


def test_target_within_noise_is_neither_reached_nor_ruled_out(tmp_path):
    target = section(sweep(grid(4), tmp_path / "s", workers=1), at_least=12.0)
    assert target.findings["target"]["cheapest"] is None
    assert target.findings["target"]["not ruled out for"] >= 1
    assert "cannot be ruled out" in " ".join(target.words)


def test_same_seeds_for_picking_and_measuring_are_said(tmp_path):
    assert "picked and measured with the same seeds" in section(sweep(grid(3), tmp_path / "s", workers=1)).warnings[0]


# -- regret ---------------------------------------------------------------------------------------------------


def test_regret_is_what_is_known(tmp_path):
    """Jobs alone: with world 0 all two brings 12, with world 12 it brings 0 and b alone 4; half of a lies between."""
    results = sweep(grid(6, {"world": {"levels": [0.0, 6.0, 12.0]}}), tmp_path / "s", workers=1)
    found = section(results, regret)
    rows = {item["mix"]: item for item in found.findings["mixes"]}
    best = {0: 12.0, 6: 6.0, 12: 4.0}
    for name, (a, b) in {"b": (0, 1), "all two": (1, 1), "a 0.5 + b": (0.5, 1), "none": (0, 0)}.items():
        regrets = [best[world] - ((10 - world) * a + 4 * b - 2 * a * b) for world in best]
        assert rows[name]["mean regret"] == pytest.approx(np.mean(regrets), abs=0.3)
        assert rows[name]["worst regret"] == pytest.approx(max(regrets), abs=0.3)
    assert found.findings["minimax"] in ("all two", "a 0.5 + b")  # both have 4
    assert rows["all two"]["best, share of worlds"] == pytest.approx(2 / 3, abs=1e-3)
    # with spending set against it at 1 k€ a job nothing is worth it
    assert section(results, regret, worth=1.0).findings["minimax"] == "none"
    assert section(results, regret, worth=1.0).findings["unit"] == "k€"
    assert section(results, regret, maximise=False).findings["mixes"][0]["mix"] != "all two"


def test_front_is_played_in_other_worlds(tmp_path):
    results = sweep(study({"worlds": 5, "finalists": 3, "confirm": 2}, {**LEVERS, **WORLD}), tmp_path / "s", workers=1)
    after = results.points[results.points["design.generation"] == -1]
    assert len(after) == 15
    assert after["world"].nunique() == 5
    assert after.groupby("design.world")["world"].nunique().eq(1).all()
    assert ((after[list(LEVERS)] == 0).all(axis=1)).sum() == 5
    assert (results.points.loc[results.points["design.world"] == 0, "world"] == 6).all()
    rounds = results.folder.rounds
    assert (results.points.loc[rounds.loc[rounds["first"] > 0, "point"], "design.world"] == 0).all()
    found = section(results, regret)
    assert found.findings["worlds"] == 6  # the search's own is one of them
    assert len(found.findings["mixes"]) == 3
    assert section(results).findings["mixes"] == (results.points["design.world"] == 0).sum()
    assert make_design(results.study).next_round(results) is None


def test_regret_of_sweeps_that_are_not_whole(tmp_path):
    results = sweep(grid(3, {"world": {"levels": [0.0, 6.0, 12.0]}}), tmp_path / "s", workers=1)
    whole = results.matrix("jobs")
    part = type("Part", (), {"study": results.study, "points": results.points, "runs": results.runs,
                             "bad": results.bad, "matrix": lambda self, outcome: cut(whole)})()  # fmt: skip

    def cut(values):
        values = values.copy()
        values[2] = np.nan  # a mix in world 12
        values[:, 2] = np.nan
        return values

    found = section(part, regret)
    assert found.findings["worlds"] == 2
    assert "1 of 3 worlds are left out" in found.warnings[0]
    assert section(type("None", (), {**vars(type(part)), "matrix": lambda self, outcome: whole * np.nan})(),
                   regret).warnings  # fmt: skip


# -- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ({"population": 3}, "population = 3: allowed is 4 or more"),
        ({"maximise": ["job"]}, "did you mean 'jobs'"),
        ({"maximise": []}, "two different outcomes or more, one to maximise"),
        ({"minimise": ["jobs"]}, "two different outcomes"),
        ({"minimise": "jobs"}, "allowed is a list"),
        ({"step": 0}, "step = 0"),
        ({"generations": 0}, "generations = 0"),
        ({"worlds": 3}, "no factor but levers varies"),
        ({"colour": 1}, "unknown key 'colour'"),
    ],
)
def test_wrong_search_is_refused(design, words):
    with pytest.raises(StudyError, match=words):
        study(design)


def test_search_refuses_other_factors_and_rules():
    with pytest.raises(StudyError, match="worlds = 0, but factors vary that are not levers: world"):
        study(factors={**LEVERS, **WORLD})
    with pytest.raises(StudyError, match="the same replicates for all mixes"):
        study(replicates={"number": 4, "outcome": "jobs", "half_width": 1.0})


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"kind": "mixes", "outcome": "job"}, "did you mean 'jobs'"),
        ({"kind": "mixes", "target": "still"}, "at_least is needed"),
        ({"kind": "mixes", "at_least": "much"}, "allowed is a number"),
        ({"kind": "mixes", "budget": -1}, "at least 0"),
        ({"kind": "regret"}, "no factor but levers varies"),
    ],
)
def test_wrong_analysis_is_refused(option, words):
    with pytest.raises(StudyError, match=words):
        study(analysis=[option])


@pytest.mark.parametrize("quick", [False, True])
def test_ready_study_can_be_read(quick):
    ready = Study.load("mixes", quick)
    first = make_design(ready).next_round(type("Nothing", (), {"points": ()}))
    assert len(first.points) == (16 if quick else 40)
    assert first.points[[factor.path for factor in ready.factors if "lever" in factor.path]].iloc[0].eq(0).all()
    assert (first.points["barriers.equity_ticket"] == 400).all()  # as the scenario has it
