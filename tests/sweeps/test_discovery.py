"""PRIM and trees against boxes that are known, noise in which there is none, and sweeps that are not whole."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from worlds import LEVELS, in_box, made, study

from ecosim.errors import StudyError
from experiments import sweep
from experiments.analysis.discovery import section as discovery
from experiments.analysis.discovery.cases import Cases, held_out
from experiments.analysis.discovery.prim import Box, Limit, Rules, boxes, peel, quasi_p

UNIT = {f"x{k}": {"low": 0.0, "high": 1.0} for k in range(5)}


def cube(points: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((points, 5))


def options(**chosen):
    return {**discovery.OPTIONS, "outcome": "y", "above": 0.5, **chosen}


def section(x: np.ndarray, y: np.ndarray, **chosen):
    frame = pd.DataFrame(x, columns=list(UNIT))
    return discovery.analyse(made(study(UNIT, ["y"]), frame, {"y": y}), options(**chosen))


def test_box_is_recovered():
    # 1,000 points, nine cases of ten inside and one of twenty outside. Each edge is known to some points' spacing
    # (a twentieth of what is inside); 0.06 is more than that plus the noise of the few wrong cases near it.
    x = cube(1000, 1)
    y = (np.random.default_rng(2).random(1000) < np.where(in_box(x), 0.9, 0.05)).astype(float)
    found = section(x, y[:, None])
    limits = found.findings["boxes"][0]["limits"]
    assert set(limits) == {"x0", "x1", "x2"}
    assert limits["x0"]["low"] == pytest.approx(0.6, abs=0.06)
    assert limits["x0"]["high"] is None
    assert limits["x1"]["high"] == pytest.approx(0.5, abs=0.06)
    assert limits["x1"]["low"] is None
    assert limits["x2"]["low"] == pytest.approx(0.2, abs=0.06)
    assert limits["x2"]["high"] == pytest.approx(0.8, abs=0.06)
    assert len(found.findings["boxes"]) == 1
    judged = found.findings["boxes"][0]["held_out"]
    assert judged["density"] == pytest.approx(0.9, abs=0.08)  # 3 sd of a mean of some 110
    assert judged["p"] < 1e-6
    # the tree says the same
    dense = max(found.findings["tree"]["leaves"], key=lambda leaf: leaf["density"])
    assert dense["density"] > 0.8
    assert {rule.split()[0] for rule in dense["rule"]} == {"x0", "x1", "x2"}
    assert found.findings["tree"]["skill"] > 0.4
    assert json.dumps(found.findings)
    assert set(found.figures) == {"trajectory", "boxes", "plane", "tree"}


def test_noise_gives_no_box():
    claims = warned = trees = 0
    for seed in range(16):
        x, base = cube(250, seed), (0.1, 0.5)[seed % 2]
        y = (np.random.default_rng([seed, 5]).random(250) < base).astype(float)
        # asked for a dense box, PRIM finds one in noise: it must not be claimed, and said not to be reproducible
        found = section(x, y[:, None], density=min(2 * base, 0.8), boxes=1, depth=2)
        claims += bool(found.findings["boxes"])
        trees += not any("No tree is claimed" in text for text in found.words)
        warned += any("not reproducible" in text for text in found.warnings)
        if not found.findings["boxes"]:
            assert any("No box is claimed" in text for text in found.words)
            assert "boxes" not in found.figures
    assert warned >= 2  # so that the test is not empty
    assert trees <= 4
    assert claims <= 3  # at 5 %, 4 or more of 16 have probability 0.007


def test_two_boxes_by_covering():
    x = cube(1500, 4)
    first, second = (x[:, 0] > 0.65) & (x[:, 1] > 0.5), (x[:, 2] < 0.3) & (x[:, 3] < 0.3)
    y = (np.random.default_rng(5).random(1500) < np.where(first | second, 0.95, 0.03)).astype(float)
    found = section(x, y[:, None], density=0.8)
    assert [set(box["limits"]) for box in found.findings["boxes"]] == [{"x0", "x1"}, {"x2", "x3"}]
    total = sum(box["coverage"] for box in found.findings["boxes"])
    assert 0.8 < total <= 1.0  # shares of all cases, so that they add up


def test_levels_and_whole_numbers():
    factors = {"where": {"levels": LEVELS}, "on": {"levels": [True, False]}, "n": {"levels": [1, 2, 4, 8]}}
    generator = np.random.default_rng(6)
    frame = pd.DataFrame({
        "where": generator.choice(LEVELS, 600), "on": generator.random(600) < 0.5,
        "n": generator.choice([1, 2, 4, 8], 600),
    })  # fmt: skip
    inside = frame["where"].isin(["east", "south"]) & frame["on"] & (frame["n"] >= 4)
    y = (generator.random(600) < np.where(inside, 0.9, 0.05)).astype(float)
    found = discovery.analyse(made(study(factors, ["y"]), frame, {"y": y[:, None]}), options())
    limits = found.findings["boxes"][0]["limits"]
    assert limits["where"]["levels"] == ["east", "south"]
    assert limits["on"]["levels"] == ["True"]
    assert limits["n"]["low"] == 4
    assert "where is east or south" in found.words[1]
    assert found.findings["tree"]["skill"] > 0.3


def test_replicates_count_as_shares_and_stay_together():
    x = cube(200, 7)
    chance = np.where(x[:, 0] > 0.6, 0.7, 0.1)
    y = (np.random.default_rng(8).random((200, 6)) < chance[:, None]).astype(float)
    runs = section(x, y, by="run").findings
    assert runs["runs"] == 1200
    assert runs["boxes"][0]["density"] == pytest.approx(0.7, abs=0.1)
    points = section(x, y, by="point").findings
    assert points["points"] == 200
    assert points["boxes"][0]["density"] == pytest.approx(0.744, abs=0.1)  # four or more of six runs
    # a rate that differs from point to point at random, played often: not reproducible though its runs are many
    rates = np.random.default_rng(9).beta(0.3, 0.7, 200)
    y = (np.random.default_rng(10).random((200, 40)) < rates[:, None]).astype(float)
    assert section(x, y, density=0.5).findings["boxes"] == []


def test_pieces_known_by_hand():
    column = np.arange(1.0, 11.0)
    cases = (column > 7).astype(float)
    ones = np.ones(10)
    path = peel([column], ["whole"], cases, ones, Rules(alpha=0.1, least_mass=0.1))
    assert [len(box.limits) for box in path] == [0] + [1] * 7
    assert path[-1].limits[0].low == 8
    assert (path[-1].density, path[-1].coverage, path[-1].mass) == (1.0, 1.0, pytest.approx(0.3))
    box = Box({0: Limit(low=8)}, 0, 0, 0, 0)
    # 3 hits of 3 at the rate 0.3 that there is without the restriction
    assert quasi_p([column], box, cases, ones)[0] == pytest.approx(0.027)
    noisy = np.column_stack([column, np.tile([0.2, 0.7], 5)])
    before = noisy.copy()
    (found, _), *_ = boxes([noisy[:, 0], noisy[:, 1]], ["whole", "range"], cases, ones, Rules(0.1, 0.1))
    assert set(found.limits) == {0}
    assert (noisy == before).all()


def test_pasting_gives_back_what_peeling_took_too_much():
    x = cube(800, 12)
    y = ((x[:, 0] > 0.5) & (x[:, 1] > 0.5)).astype(float)  # no noise: a dense box may be grown to its true edges
    columns = [x[:, k].copy() for k in range(5)]
    (box, path), *_ = boxes(columns, ["range"] * 5, y, np.ones(800), Rules(alpha=0.1, density=1.0))
    assert box.density == 1.0
    assert box.coverage > 0.97
    assert max(b.coverage for b in path if b.density == 1.0) < box.coverage


def test_held_out_is_honest_about_noise():
    x, y = cube(400, 13), (np.random.default_rng(14).random(400) < 0.3).astype(float)
    data = Cases(tuple(x.T.copy()), ("range",) * 5, y, np.ones(400), 0)
    rules = Rules(density=0.5, significance=1.0)  # nothing is taken back
    judged = held_out(data, rules, 1)[0]
    (box, _), *_ = boxes(data.columns, data.kinds, y, np.ones(400), rules, 1)
    assert box.density >= 0.48  # in sample
    assert judged.density == pytest.approx(0.3, abs=0.15)


def test_a_sweep_with_failed_runs(tmp_path):
    small = study(
        {"x": {"low": 0.0, "high": 1.0}, "where": {"levels": LEVELS}}, ["y"], replicates=2,
        design={"method": "factorial", "steps": 81}, analysis=[{"kind": "discovery", "outcome": "y", "above": 0.5}],
    )  # fmt: skip
    results = sweep(small, tmp_path / "s", workers=1)
    found = discovery.analyse(results, options())
    assert any("6 of 486 runs did not end well" in text for text in found.warnings)
    limits = found.findings["boxes"][0]["limits"]
    assert limits["where"]["levels"] == ["east", "south"]
    assert limits["x"]["low"] == pytest.approx(0.5, abs=0.06)


def test_incomplete_and_one_sided():
    x = cube(100, 15)
    y = (x[:, 0] > 0.5).astype(float)
    y[50:] = np.nan
    found = section(x, y[:, None])
    assert any("50 of 100 points have no good run" in text for text in found.warnings)
    for value, word in ((0.0, "none"), (1.0, "all")):
        found = section(x, np.full((100, 1), value))
        assert found.findings["boxes"] == []
        assert f"As {word} of them are" in found.words[1]
    assert section(x, np.full((100, 1), np.nan)).findings["cases"] == 0


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"outcome": "z"}, "outcome = 'z'"),
        ({"above": None}, "say with above or below"),
        ({"above": "much"}, "above = 'much'"),
        ({"above": 2, "below": 1}, "less than below"),
        ({"by": "seed"}, "allowed is run or point"),
        ({"alpha": 0.9}, "alpha = 0.9"),
        ({"boxes": 0}, "boxes = 0"),
        ({"depth": True}, "depth = True"),
    ],
)
def test_wrong_options(chosen, words):
    with pytest.raises(StudyError, match=words.replace("(", r"\(")):
        discovery.check(study(UNIT, ["y"]), options(**chosen), "s: analysis[0]")


def test_unknown_key_in_a_study():
    with pytest.raises(StudyError, match="did you mean 'density'"):
        study(UNIT, ["y"], analysis=[{"kind": "discovery", "outcome": "y", "above": 0, "densty": 1}])
