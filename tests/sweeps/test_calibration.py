"""Random-forest ABC against a posterior that is known in closed form, and the recovery test against its own promise."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from worlds import gauss, made, study

from ecosim.errors import StudyError
from experiments import sweep
from experiments.analysis.calibration import section as calibration
from experiments.analysis.calibration.posterior import Forest, adjusted, weighted_quantile

RANGES = {name: {"low": 0.0, "high": 1.0} for name in "abc"}
OUTCOMES = ["s", "t", "noise"]
SD = (0.1, 0.2)


def options(**chosen):
    return {**calibration.OPTIONS, "trees": 60, **chosen}


def world(points: int, seed: int = 1, **more):
    """Return results of independent draws of `gauss` from the prior."""
    x = np.random.default_rng(seed).random((points, 3))
    rows = [gauss(dict(zip("abc", row, strict=True)), 10 * seed, None) for row in x.tolist()]
    values = {name: np.array([[row[name]] for row in rows]) for name in OUTCOMES}
    known = study(RANGES, OUTCOMES, design={"method": "lhs", "points": points}, **more)
    return made(known, pd.DataFrame(x, columns=list("abc")), values)


def exact(observed: float, sd: float):
    """The posterior of an even prior on [0, 1] and a Gaussian statistic: a Gaussian cut off."""
    return stats.truncnorm(-observed / sd, (1 - observed) / sd, observed, sd)


@pytest.fixture(scope="module")
def draws():
    return world(1500)


def test_posterior_is_the_one_in_closed_form(draws):
    # Errors over 30 observations: an importance sample of some 100 effective draws has a standard error of sd / 10 in
    # its mean and sd / 14 in its sd; forest and regression add as much again. Means within 0.35 sd each (root mean
    # square 0.25), sd within 15 % on average.
    observed = np.random.default_rng(3).uniform(0.15, 0.85, (30, 2))
    table = draws.good[OUTCOMES].to_numpy()
    for k, sd in enumerate(SD):
        forest = Forest(table, draws.good["ab"[k]].to_numpy(), draws.good["point"].to_numpy(), 80, 1)
        rows = np.column_stack([observed, np.zeros(30)])
        found = forest.posteriors(rows, adjust=True)
        mean = np.array([p.mean - exact(row[k], sd).mean() for p, row in zip(found, rows, strict=True)])
        spread = np.array([p.sd / exact(row[k], sd).std() for p, row in zip(found, rows, strict=True)])
        assert np.sqrt(np.mean(mean**2)) < 0.25 * sd
        assert abs(mean.mean()) < 0.1 * sd
        assert spread.mean() == pytest.approx(1.0, abs=0.15)
        # the adjustment earns its place: without it means are further off and posteriors wider
        plain = forest.posteriors(rows, adjust=False)
        worse = np.array([p.mean - exact(row[k], sd).mean() for p, row in zip(plain, rows, strict=True)])
        assert np.mean(worse**2) > np.mean(mean**2)


def test_recovery_keeps_its_promise(draws):
    found = calibration.analyse(draws, options(recover=250))
    known = {path: entry["recovery"] for path, entry in found.findings["parameters"].items()}
    for path in "ab":
        low, high = known[path]["within_90"][1:]
        assert low <= 0.9 <= high
        assert known[path]["within_50"][1] <= 0.5 <= known[path]["within_50"][2]
    assert known["a"]["verdict"] == "identified"
    assert known["a"]["correlation"] > 0.9
    assert known["a"]["error"] == pytest.approx(0.095, abs=0.02)  # the exact posterior's own is 0.095
    assert known["c"]["verdict"] == "not identified"
    assert known["c"]["width"] > 0.9
    assert any("c is not identified" in text for text in found.words)
    assert known["a"]["error"] < known["b"]["error"] < known["c"]["error"]
    assert set(found.figures) == {"recovery"}
    assert any("same 1 seed" in text for text in found.warnings)
    json.dumps(found.findings, allow_nan=False)


def test_observation_in_a_sweep(tmp_path):
    table = {"observed": {"s": 0.3, "t": 0.6, "noise": 0.0}, "truth": {"a": 0.3}, "trees": 60}
    known = study(
        RANGES, OUTCOMES, run="worlds:gauss", design={"method": "lhs", "points": 60}, replicates=10,
        analysis=[{"kind": "calibration", **table}],
    )  # fmt: skip
    results = sweep(known, tmp_path / "s", workers=1)
    found = calibration.analyse(results, options(**table))
    a = found.findings["parameters"]["a"]["posterior"]
    assert a["mean"] == pytest.approx(0.3, abs=0.06)
    assert a["inside_90"]
    assert a["low_90"] < a["low_50"] < a["median"] < a["high_50"] < a["high_90"]
    assert found.findings["parameters"]["c"]["posterior"]["width"] > 0.8
    assert set(found.figures) == {"posterior", "recovery"}
    assert not any("seed" in text for text in found.warnings)
    assert any("can give in these ranges" in text for text in found.words)


def test_recovery_does_not_let_an_observation_share_its_seed():
    # s is a, shifted by what the seed draws (sd 0.25); t tells seeds apart, but not how they shift. With a seed that is
    # among the draws, a would be read off exactly: no real observation has one.
    generator = np.random.default_rng(9)
    shift, mark = generator.normal(0, 0.25, 5), generator.random(5)
    x = generator.random((200, 3))
    values = {
        "s": x[:, :1] + shift,
        "t": mark + 0.001 * generator.random((200, 5)),
        "noise": generator.random((200, 5)),
    }
    known = study(RANGES, OUTCOMES, design={"method": "lhs", "points": 200})
    results = made(known, pd.DataFrame(x, columns=list("abc")), values)
    found = calibration.analyse(results, options())
    assert found.findings["parameters"]["a"]["recovery"]["error"] > 0.12
    assert any("same 5 seeds" in text for text in found.warnings)


def test_observation_that_no_run_gives(draws):
    found = calibration.analyse(draws, options(observed={"s": 3.0, "t": 0.5}, recover=0))
    assert any("no run of the prior reaches the observed s" in text for text in found.warnings)
    assert any("No recovery test" in text for text in found.warnings)
    # each value is common, the two together are not: s and s2 are nearly the same in every run
    twin = world(400)
    twin.runs["noise"] = twin.runs["s"] + 0.001 * np.random.default_rng(1).normal(size=400)
    found = calibration.analyse(twin, options(observed={"s": 0.2, "noise": 0.9}, recover=0))
    assert any("lie together further" in text for text in found.warnings)
    assert found.findings["observation"]["outside"] == []


def test_weights_are_those_of_the_paper(draws):
    table, places = draws.good[OUTCOMES].to_numpy()[:200], draws.good["a"].to_numpy()[:200]
    points = np.repeat(np.arange(100), 2)
    forest = Forest(table, places, points, 25, 1)
    weights = forest.weights(table[:3])
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert (weights >= 0).all()
    # by hand, tree by tree
    by_hand = np.zeros(200)
    for tree, drawn in zip(forest._trees, forest._drawn, strict=True):
        same = (tree.apply(table) == tree.apply(table[:1])) * drawn
        by_hand += same / same.sum()
    assert weights[0] == pytest.approx(by_hand / 25)
    assert all((drawn[::2] == drawn[1::2]).all() for drawn in forest._drawn)  # replicates are drawn together


def test_adjustment_and_quantiles_by_hand():
    statistics = np.linspace(-1, 1, 201)[:, None]
    logits = 0.4 + 1.5 * statistics[:, 0]
    places = 1 / (1 + np.exp(-logits))
    moved = adjusted(places, statistics, np.array([0.2]), np.full(201, 1 / 201))
    assert moved == pytest.approx(1 / (1 + np.exp(-0.7)), abs=0.005)  # a ridge of 1/201 is all that is between
    found = weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25]), [0.25, 0.625])
    assert found == pytest.approx([1, 2])


def test_failed_runs_unknown_outcomes_and_few_runs():
    results = world(300)
    runs = results.runs
    runs.loc[:29, OUTCOMES] = np.nan
    runs.loc[:29, "status"] = "failed"
    runs.loc[100:150, "t"] = np.nan  # good runs in which it did not happen
    runs["noise"] = 1.0
    before = runs.copy()
    found = calibration.analyse(results, options(observed={"s": 0.5, "t": float("nan"), "noise": 1.0}))
    assert any("30 of 300 runs did not end well" in text for text in found.warnings)
    assert any("noise is not used" in text for text in found.warnings)
    assert found.findings["observation"]["observed"]["t"] is None
    json.dumps(found.findings, allow_nan=False)
    pd.testing.assert_frame_equal(results.runs, before)
    runs.loc[40:, "status"] = "killed"
    few = calibration.analyse(results, options())
    assert "needs 50 or more" in few.warnings[-1]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"observed": {"q": 1.0}}, "observed: unknown 'q'"),
        ({"observed": {"s": "much"}}, "observed.s = 'much'"),
        ({"truth": {"z": 1.0}}, "truth: unknown 'z'"),
        ({"statistics": ["nose"]}, "did you mean 'noise'"),
        ({"statistics": ["s"], "observed": {"t": 1.0}}, "not among the observed"),
        ({"trees": 0}, "trees = 0"),
        ({"recover": -1}, "recover = -1"),
        ({"adjust": 1}, "adjust = 1"),
    ],
)
def test_wrong_options(chosen, words):
    known = study(RANGES, OUTCOMES, design={"method": "lhs", "points": 10})
    with pytest.raises(StudyError, match=words):
        calibration.check(known, options(**chosen), "s: analysis[0]")


def test_designs_that_are_no_prior():
    with pytest.raises(StudyError, match="draws from a prior; allowed are lhs"):
        study(RANGES, OUTCOMES, design={"method": "morris"}, analysis=[{"kind": "calibration"}])
    with pytest.raises(StudyError, match="nothing to calibrate"):
        study({"w": {"levels": ["x", "y"]}}, ["s"], analysis=[{"kind": "calibration"}])
