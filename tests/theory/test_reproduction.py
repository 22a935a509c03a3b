"""R against what is known exactly: the dilute formula, the birth-death chain, the threshold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from ecosim import EcosystemModel
from ecosim.reproduction import (
    NextGeneration,
    cohort_reproduction,
    dilute_reproduction,
    emergence_month,
    generation_weights,
    instantaneous_reproduction,
    organisation_reproduction,
    well_mixed_reproduction,
)

M, CORE, TAU, MU = 2.0, 8, 0.02, 0.04
WELL_MIXED = {
    "labs": 0, "clusters": 1, "sectors": 2, "distance_matters": False, "spontaneous": False, "cluster_share": 0.0,
    "bridge_share": 0.0, "science_share": 0.0, "digital_share": 1.0, "cluster_degree": 0.0, "bridge_degree": 0.0,
    "reproduction_every": 0,
}  # fmt: skip


def success_for(measure, value: float) -> float:
    return brentq(lambda success: measure(M, CORE, success, TAU, MU) - value, 1e-5, 0.5)


def test_the_formula_of_the_design_document() -> None:
    # rho = 4/9, so R = 2 rho pi / (mu - rho tau)
    assert dilute_reproduction(2, 8, 0.035, 0.02, 0.04) == pytest.approx(2 * 4 / 9 * 0.035 / (0.04 - 4 / 9 * 0.02))
    assert dilute_reproduction(2, 8, 0.035, 0.0901, 0.04) == math.inf  # rho tau > mu: the diffusion threshold


def test_crowding_moves_the_threshold_to_formula_1_08() -> None:
    """Section 3 of the design document: R_org = 1 at formula R = 1.08 in continuous time."""
    success = success_for(organisation_reproduction, 1.0)
    assert dilute_reproduction(M, CORE, success, TAU, MU) == pytest.approx(1.08, abs=0.006)


@pytest.mark.parametrize("tau", [0.0, 0.02, 0.03])
@pytest.mark.parametrize("core", [3, 8, 30])
def test_two_ways_of_counting_have_one_threshold(core: int, tau: float) -> None:
    """Counting hybrids by the crowd they join and counting organisations are critical together."""
    trials = 2 * M / (core + 1)
    dilute = (MU - trials * tau) / (2 * trials)  # where the formula is 1
    success = brentq(lambda p: organisation_reproduction(M, core, p, tau, MU) - 1.0, 0.9 * dilute, 1.6 * dilute)
    assert well_mixed_reproduction(M, core, success, tau, MU) == pytest.approx(1.0, abs=1e-3)


def test_without_crowding_both_are_the_formula() -> None:
    """A large core leaves no room for crowding: R tends to the dilute formula."""
    for r in (0.3, 0.8):
        success = r / dilute_reproduction(200, 4000, 1.0, TAU, MU)  # the formula is linear in the success
        assert well_mixed_reproduction(200, 4000, success, TAU, MU) == pytest.approx(r, rel=0.005)


def test_the_operator_of_a_well_mixed_state_is_the_closed_form() -> None:
    """The general operator, fed with an actual state, gives the well-mixed R."""
    for value in (0.6, 1.0, 1.3):
        success = success_for(well_mixed_reproduction, value)
        model = EcosystemModel(seed=1, firms=2000, base_drive=-math.log1p(-success), **WELL_MIXED)
        model.step()
        assert NextGeneration().evaluate(model.state) == pytest.approx(value, rel=0.01)


def test_diffusion_threshold_of_the_operator() -> None:
    model = EcosystemModel(seed=1, firms=500, **{**WELL_MIXED, "transmissibility": 0.2})
    model.step()
    assert NextGeneration().evaluate(model.state) == math.inf


def test_the_dilute_formula_is_met_within_5_percent() -> None:
    """Mean offspring in the dilute limit against 2 rho pi / (mu - rho tau).

    Crowding is made small by a large core (n0 = 100, the same rho); rates are ten times the default, so that lives are
    short and many families fit into the test: the standard error of the ratio is 1.1 % (measured over runs).
    """
    core, meeting_rate, mu, tau, r = 100, 11.2, 0.1, 0.05, 0.5
    success = brentq(lambda p: dilute_reproduction(meeting_rate, core, p, tau, mu) - r, 1e-5, 0.9)
    births = offspring = 0.0
    for seed in range(12):
        with EcosystemModel(
            seed=seed, firms=6000, core_size=core, capacity=300, meeting_rate=meeting_rate, forgetting=mu,
            transmissibility=tau, base_drive=-math.log1p(-success), seeded_share=0.4, **WELL_MIXED,
        ) as model:  # fmt: skip
            history = model.run(80).state.history
            births += history.column("recombinant")[:20].sum()
            offspring += model.state.cohort_offspring[:20].sum()
    assert births > 8000
    assert offspring / births == pytest.approx(r, rel=0.05)


# -- estimates, on series of which the answer is known ----------------------------------------------------------


def test_generation_weights_are_an_exponential_age_over_calendar_months() -> None:
    weights = generation_weights(0.05, 2000)
    assert weights.sum() == pytest.approx(1.0)
    # a birth at a uniform moment of its month adds nothing to the mean difference of months
    assert (weights * np.arange(2000)).sum() == pytest.approx(1 / 0.05, rel=1e-6)


@pytest.mark.parametrize("r", [0.5, 1.0, 1.4])
def test_renewal_estimate_gives_back_r(r: float) -> None:
    """Births that follow the renewal equation with a known R."""
    rate, months = 0.05, 200
    weights = generation_weights(rate, months)
    births, recombinant = np.zeros(months), np.zeros(months)
    for month in range(months):
        past = (births[:month][::-1] * weights[1 : month + 1]).sum() if month else 0.0
        recombinant[month] = r * (past + weights[0] * 10) / (1 - r * weights[0])
        births[month] = 10 + recombinant[month]
    estimate = instantaneous_reproduction(recombinant, births, 0.0, rate)
    assert estimate[50:] == pytest.approx(r, rel=1e-6)


def test_cohort_estimate_makes_up_for_what_is_still_to_come() -> None:
    rate, months, r = 0.05, 120, 0.8
    births = np.full(months, 10.0)
    age = months - np.arange(months) - 0.5
    offspring = births * r * (1 - np.exp(-rate * age))
    estimate = cohort_reproduction(births, offspring, rate)
    known = ~np.isnan(estimate)
    assert estimate[known] == pytest.approx(r)
    assert known[:90].all()
    assert not known[-1]  # the last cohort is too young


def test_emergence_needs_a_year_of_both_conditions() -> None:
    organisations = np.full(60, 100.0)
    births = np.full(60, 1.0)  # 0.12 per organisation and year
    cohort = np.full(60, 0.9)
    cohort[20:31] = 1.1
    assert emergence_month(cohort, births, organisations, 0.02) is None  # eleven months only
    cohort[31] = 1.1
    assert emergence_month(cohort, births, organisations, 0.02) == 20
    assert emergence_month(cohort, births, organisations, 0.2) is None  # below the floor


def test_with_one_sector_there_is_no_hybrid_to_reproduce() -> None:
    model = EcosystemModel("three-ingredients", seed=1, diversity_dial=0.0).run(36)
    assert (model.months["r_theoretical"].dropna() == 0).all()
