"""Elasticities of R: the closed forms' derivatives, the change of a live state, the estimator, and the study."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel
from ecosim.errors import ParameterError
from ecosim.reproduction import dilute_reproduction
from experiments.validation.theory.changes import GROUPS, change, changed
from experiments.validation.theory.counted import counted_elasticity, counted_ratio
from experiments.validation.theory.elasticities import dilute_elasticities, numerical_elasticities
from experiments.validation.theory.sensitivity_runs import LIMIT, SEEDED, SWITCHED, TOTAL


def test_derivatives_by_hand_are_those_of_the_formula() -> None:
    at = (2.0, 8, 0.02, 0.02, 0.04)
    by_hand = dilute_elasticities(*at)
    small = numerical_elasticities(dilute_reproduction, *at, step=1e-3)
    assert set(by_hand) == set(small) == set(LIMIT)
    for name, value in by_hand.items():
        # central differences err by step²: nothing here; by one brick in eight, (1/8)² / 3 of the value, for the core
        assert small[name] == pytest.approx(value, rel=6e-3 if name == "core_size" else 1e-5), name


def test_a_change_multiplies_one_thing_and_is_undone() -> None:
    with EcosystemModel("three-ingredients", seed=1) as model:
        state = model.run(25).state  # the attractor opens in month 24
        before = (state.parameters, state.drive_strength, state.drive_width, state.organisations["rate"].copy())
        with changed(state, "meeting_rate", 1.5):
            assert state.parameters.medium.meeting_rate == pytest.approx(3.0)
            assert np.allclose(state.organisations["rate"], 1.5 * before[3])
        with changed(state, "attractor_strength", 0.5):
            assert np.allclose(state.drive_strength, 0.075)
            assert state.attractors.strength == pytest.approx([0.075])
        with changed(state, "attractor_width", 2.0):
            assert np.allclose(state.drive_width, 1.2)
        for name in GROUPS:
            with changed(state, name, 0.9):
                assert state.parameters != before[0]
        assert state.parameters == before[0]
        assert np.array_equal(state.drive_strength, before[1])
        assert np.array_equal(state.drive_width, before[2])
        assert np.array_equal(state.organisations["rate"], before[3])
        assert state.attractors.strength == pytest.approx([0.15])
        with pytest.raises(ParameterError):
            change(state, "bridge_openness", 1.1)


def test_a_change_holds_for_the_months_to_come() -> None:
    """Four times the forgetting from month 0 on: what is left of seeded hybrids nobody draws is e^(−4 μ t)."""
    with EcosystemModel(seed=1, seeded_share=1.0, spontaneous=False, meeting_rate=0.0, reproduction_every=0) as model:
        change(model.state, "forgetting", 4.0)
        held = model.run(10).state.organisations["held"] - 8
        # 1,000 carriers, binomial: 5 standard errors are 0.064
        assert held.mean() == pytest.approx(math.exp(-4 * 0.04 * 10), abs=0.064)


def test_counted_elasticity_finds_a_known_exponent_with_its_stated_confidence() -> None:
    generator = np.random.default_rng(3)
    exponent, covered, repeats = 1.3, 0, 400
    low_r, high_r = 0.8**exponent, 1.25**exponent
    for _ in range(repeats):
        births = generator.poisson([[400] * 6, [700] * 6]).astype(float)
        sides = [
            (generator.poisson(r * own).astype(float), own) for r, own in zip((low_r, high_r), births, strict=True)
        ]
        found = counted_elasticity(sides[0], sides[1], math.log(1.25 / 0.8))
        covered += found.low <= exponent <= found.high
    # binomial: 0.95 ± 4 standard errors of 0.011
    assert 0.906 < covered / repeats < 0.994
    assert found.estimate == pytest.approx(exponent, abs=0.35)  # 6 standard errors of one repeat


def test_few_or_empty_runs_have_no_interval() -> None:
    one, none = np.array([5.0]), np.zeros(3)
    assert math.isnan(counted_ratio(one, one).low)
    assert math.isnan(counted_ratio(none, none + 1).estimate)
    assert counted_ratio(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == pytest.approx((2.0, 2.0, 2.0))


def test_what_is_exact_holds(quick: Callable[[str], Any]) -> None:
    found = quick("sensitivity")
    for key in ("limit, dilute formula", "limit, R_org", "drive, scale", "signs"):
        assert found.rows[key].verdict == "holds", found.rows[key]
    # a loss that is known: at the model's own core of 8 crowding takes about a tenth
    assert found.rows["limit, formula at core 8"].verdict == "fails"
    own = found.findings["limit"]["core of 8"]
    assert own["operator"]["core_size"] == pytest.approx(-1.043, abs=0.01)  # deterministic; 0.01: tolerance of R


def test_held_states_overstate_what_a_change_does_and_changed_states_do_not(quick: Callable[[str], Any]) -> None:
    """The finding of the full form, in direction: three pairs give standard errors of about 0.06."""
    findings = quick("sensitivity").findings
    for name in ("meeting_rate", "barrier_scale", "attractor_strength"):
        pair = findings["switched"][name]
        assert abs(pair["cohort"][0]) < abs(pair["operator"]), (name, pair)
        assert abs(pair["operator later"]) < abs(pair["operator"]), (name, pair)
        assert abs(pair["cohort"][0]) > 0.2, (name, pair)
    for name in ("meeting_rate", "forgetting", "barrier_scale"):
        pair = findings["total"][name]
        assert abs(pair["difference"][0]) < 0.3, (name, pair)
        assert math.copysign(1, pair["cohort"][0]) == math.copysign(1, pair["operator"])


def test_findings_are_the_same_from_file(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("sensitivity"), reread("sensitivity")
    for part in ("seeded", "switched", "total"):
        for name, pair in found.findings[part].items():
            assert again.findings[part][name]["cohort"] == pytest.approx(pair["cohort"], abs=2e-3)
    keys = list(again.rows)
    expected = 5 + len(SEEDED) + len(SWITCHED) + len(TOTAL)
    assert len(keys) == len(set(keys)) == expected
    assert keys == list(found.rows)
    assert len(found.module.draw(again.table).axes) == 2
