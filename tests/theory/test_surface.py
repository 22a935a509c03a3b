"""The surface R = 1: the logistic midpoint on answers whose boundary is known, and the study."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments.validation.theory.surface import grown
from experiments.validation.theory.threshold import _badness, midpoint


def test_midpoint_covers_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    truth, covered, estimates, widths, repeats = 0.07, 0, [], [], 60
    for _ in range(repeats):
        x = generator.uniform(-0.4, 0.4, 80)
        answers = generator.random(80) < 1 / (1 + np.exp(-(x - truth) / 0.06))
        found = midpoint(x, answers.astype(float))
        covered += found.low <= truth <= found.high
        estimates.append(found.estimate)
        widths.append(found.high - found.low)
    assert covered / repeats > 0.84  # 0.95 − 4 standard errors of 0.028
    # a standard deviation from 60 estimates is known to 9 %
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std(estimates), rel=0.3)
    assert np.mean(estimates) == pytest.approx(truth, abs=5 * np.std(estimates) / math.sqrt(repeats))


def test_midpoint_of_separated_one_sided_and_senseless_answers() -> None:
    x = np.linspace(-1, 1, 41)
    found = midpoint(x, (x > 0.225).astype(float))
    assert 0.2 < found.estimate < 0.25
    assert found.low < found.estimate < found.high
    assert math.isnan(midpoint(x, np.ones(41)).estimate)
    senseless = midpoint(x, (np.arange(41) % 2).astype(float))
    assert math.isinf(senseless.low)
    assert math.isinf(senseless.high)
    wide, narrow = (midpoint(x, (np.sin(7 * x) + 2 * x > 0).astype(float), level) for level in (0.99, 0.9))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_growth_compares_the_windows_in_lives() -> None:
    births = np.zeros(200, np.int64)
    births[:50], births[100:150] = 9, 9  # what lies between does not count
    births[50:100], births[150:200] = 1, 2  # lives 2 to 4 and 6 to 8 of forgetting 0.04
    state = SimpleNamespace(history=SimpleNamespace(column=lambda name: {"recombinant": births}[name]))
    assert grown(state, 0.04) == {"first": 50, "last": 100, "grew": 1}
    births[150:200] = 1
    assert grown(state, 0.04)["grew"] == 0  # as many is not more


def test_the_boundary_is_near_r_of_one(quick: Callable[[str], Any]) -> None:
    found = quick("surface")
    for part, tolerance in (("well-mixed", 0.2), ("dials", 0.3)):
        # the intervals of so few points are about ± 0.15 and ± 0.3 wide (`findings`); the boundary of the full form is
        # near 1, so that a gross error (a factor 1.3) is what this can see
        assert abs(math.log(found.findings[part]["growth"][0])) < tolerance, found.findings[part]
        points = found.table[found.table["part"] == part]
        far = points[(points["next_generation"] - 1).abs() > 0.3]
        agree = (far["grew"] == (far["next_generation"] > 1)).mean()
        assert agree > 0.7, (part, agree)
    table = found.table[found.table["part"] == "dials"]
    assert table["attractor_dial"].between(0.01, 1).all()
    # emergence by the floor comes later than growth
    assert found.findings["well-mixed"]["emergence"][0] > found.findings["well-mixed"]["growth"][0]


def test_findings_are_the_same_from_file(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("surface"), reread("surface")
    assert again.findings["dials"]["growth"][0] == pytest.approx(found.findings["dials"]["growth"][0], rel=1e-3)
    keys = list(again.rows)
    assert keys == list(found.rows)
    assert len(set(keys)) == 6
    assert len(found.module.draw(again.table).axes) == 3


def test_the_penalty_is_that_of_firth() -> None:
    """Of two answers at −1 and 1, slope 0: likelihood ¼, weights ¼ each, so that the information has determinant ¼."""
    found = _badness(0.0, np.array([-1.0, 1.0]), np.array([0.0, 1.0]))
    assert found == pytest.approx(math.log(4) + math.log(4) / 2)
