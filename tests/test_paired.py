"""Paired comparison: differences seed by seed, the same on any number of processes, and what is concluded from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.specs import PolicySpec
from experiments.paired import OUTCOMES, compare, conclude, difference, outcomes, per, run_cases, without_policies

SMALL = {"population.firms": 60, "population.labs": 5, "population.clusters": 3}


def bench(**values: object) -> Scenario:
    return Scenario.load("levers").with_values({**SMALL, **values})


def pulled(lever: str = "training") -> Scenario:
    import dataclasses

    return dataclasses.replace(bench(), policies=(PolicySpec("it", lever),))


def test_outcomes_are_what_the_run_wrote_down() -> None:
    model = EcosystemModel(pulled(), seed=2).run(30)
    found, months = outcomes(model), model.months
    history = model.state.history
    assert list(found) == list(OUTCOMES)
    assert found["hybrids"] == months["births_spontaneous"].sum() + months["births_recombinant"].sum() > 0
    assert found["recombinant"] == months["births_recombinant"].sum()
    assert found["revenue"] == pytest.approx(history.account("revenue").sum())
    assert found["job_years"] == pytest.approx(history.account("employees").sum() / 12)
    assert found["employees"] == history.account("employees")[-1]
    assert found["allied_firm_years"] == pytest.approx(history.account("allied_firms").sum() / 12)
    assert found["policy_spending"] == pytest.approx(model.state.policies["spent"].sum())
    assert found["policy_spending"] > 0
    assert 0 < found["r_theoretical"] < 10


def test_the_core_has_the_outcomes_of_the_core_only() -> None:
    found = outcomes(EcosystemModel(firms=50, labs=5, seed=1).run(3))
    assert list(found) == ["hybrids", "recombinant", "r_theoretical", "r_cohort"]
    assert np.isnan(found["r_cohort"])  # unknown so early, and not 0


def test_the_same_twice_differs_by_nothing() -> None:
    table = compare(bench(), bench(), range(2), 12, workers=1)
    apart = table[table["case"] == "difference"].drop(columns=["case", "seed"])
    assert ((apart == 0) | apart.isna()).all(axis=None)
    assert list(table["case"]) == ["with", "without", "with", "without", "difference", "difference"]


def test_any_number_of_processes_gives_the_same_table() -> None:
    one = compare(pulled(), bench(), range(2), 8, workers=1)
    two = compare(pulled(), bench(), range(2), 8, workers=2)
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert (one[one["case"] == "difference"]["competence"] > 0).all()


def test_differences_are_taken_seed_by_seed_whatever_the_order() -> None:
    table = pd.DataFrame(
        {"case": ["with", "without", "without", "with"], "seed": [1, 0, 1, 0], "revenue": [11.0, 100.0, 1.0, 105.0]}
    )
    assert difference(table, "with", "without")["revenue"].to_dict() == {0: 5.0, 1: 10.0}


def test_seeds_can_be_given_by_case() -> None:
    table = run_cases({"a": bench(), "b": bench()}, {"a": (3, 4), "b": (4,)}, 2, workers=1)
    assert list(zip(table["case"], table["seed"], strict=True)) == [("a", 3), ("a", 4), ("b", 4)]


def test_conclusions_are_means_of_differences_and_ratios_of_sums() -> None:
    apart = pd.DataFrame(
        {
            "case": "difference", "seed": range(4), "revenue": [90.0, 110.0, 100.0, 100.0],
            "sme_revenue": [80.0, 90.0, 85.0, 85.0], "job_years": [10.0, 12.0, 11.0, 11.0],
            "sme_job_years": [9.0, 10.0, 9.0, 10.0], "employees": [-5.0, 5.0, 1.0, 0.0],
            "sme_employees": [-5.0, 5.0, 1.0, 0.0], "policy_spending": [50.0, 50.0, 60.0, 60.0],
            "hybrids": [1.0, 2.0, 3.0, 4.0], "r_theoretical": [0.1, 0.1, 0.1, 0.1],
        }
    )  # fmt: skip
    found = conclude(apart)
    assert found["additional turnover (k€)"] is not None
    assert found["additional turnover (k€)"][0] == 100
    assert found["additional turnover (k€)"][1] < 100 < found["additional turnover (k€)"][2]
    assert found["cost per job-year (k€)"] is not None
    assert found["cost per job-year (k€)"][0] == 5.0
    assert found["additional turnover per € of policy (€)"] is not None
    assert found["additional turnover per € of policy (€)"][0] == pytest.approx(400 / 220, rel=1e-3)
    assert found["cost per job at the end (k€)"] is None  # no additional job is shown: there is no cost of one


def test_nothing_is_shared_out_over_what_is_not_there() -> None:
    assert per([1.0, 2.0], [0.0, 0.0]) is None
    assert per([1.0, 2.0], [-1.0, -2.0]) is None
    assert per([1.0, 2.0], [1.0, 1.01]) is not None


def test_what_a_policy_is_compared_with() -> None:
    assert without_policies(pulled()) == bench()
