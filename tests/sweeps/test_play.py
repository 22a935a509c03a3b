"""One run of a study: what a point's values make of a scenario, seeds, steps, and run functions of a study's own."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.errors import StudyError
from ecosim.specs import PolicySpec
from experiments.outcomes import OUTCOMES, measured
from experiments.reading import study_from_table
from experiments.running.play import play, run_function
from experiments.study import Study
from experiments.study.points import scenario_of

SMALL = {"firms": 40, "labs": 5, "clusters": 3}
X = {"low": 0.0, "high": 1.0}


def own(function: str, *outcomes: str, **more: Any) -> Study:
    return study_from_table({
        "run": f"tests.sweeps.odd_runs:{function}", "outcomes": list(outcomes or ("y",)), "factors": {"x": X}, **more
    })  # fmt: skip


# -- scenarios ------------------------------------------------------------------------------------------------


def test_values_go_into_the_scenario_and_nowhere_else() -> None:
    study = study_from_table({"factors": {"transmissibility": X, "firms": {"levels": [40]}}, "values": {"labs": 5}})
    made = scenario_of(study, {"medium.transmissibility": 0.25, "population.firms": 40})
    assert made.parameters.medium.transmissibility == 0.25
    assert (made.parameters.population.firms, made.parameters.population.labs) == (40, 5)
    assert made.parameters.record.reproduction_every == 0
    assert study.scenario is not None
    assert study.scenario.parameters.population.firms != 40


def test_levers_take_the_place_of_the_scenarios_policies_of_that_lever() -> None:
    policies = (
        PolicySpec("Old training", "training", 0.3, 2, 9, 50.0),
        PolicySpec("assembly", "structuring", 0.8, 1),  # of the name that a lever's policy would take
    )
    scenario = Scenario("s", parameters=Scenario().with_values({"policies": True}).parameters, policies=policies)
    factors = {"lever.training": X, "lever.assembly": X}
    table = {"scenario": "s", "factors": factors, "levers": {"start": 6}}
    study = study_from_table(table, scenarios={"s": scenario})
    made = scenario_of(study, {"lever.training": 0.5, "lever.assembly": 1})
    assert made.policies == (
        policies[1], PolicySpec("training", "training", 0.5, 6), PolicySpec("lever.assembly", "assembly", 1.0, 6)
    )  # fmt: skip
    none = scenario_of(study, {"lever.training": 0.0, "lever.assembly": 0})
    assert none.policies == (policies[1],)


def test_a_lever_changes_the_run_and_its_seed_does_not() -> None:
    table = {
        "scenario": "levers", "factors": {"lever.training": X}, "values": SMALL, "months": 8,
        "outcomes": ["policy_spending", "hybrids", "employees"], "steps": {"columns": ["employees", "meetings"]},
    }  # fmt: skip
    study = study_from_table(table)
    off, on = play(study, {"lever.training": 0.0}, 5), play(study, {"lever.training": 1.0}, 5)
    assert off.outcomes["policy_spending"] == 0 < on.outcomes["policy_spending"]
    assert off.steps["meetings"][0] == on.steps["meetings"][0]  # one seed, one beginning
    assert play(study, {"lever.training": 0.0}, 5).outcomes == off.outcomes
    assert play(study, {"lever.training": 0.0}, 6).steps["meetings"].tolist() != off.steps["meetings"].tolist()


def test_the_scenario_of_a_point_is_the_one_that_it_names() -> None:
    table = {"factors": {"scenario": {"levels": ["alfadir", "three-ingredients"]}, "transmissibility": X}}
    study = study_from_table(table)
    made = scenario_of(study, {"scenario": "alfadir", "medium.transmissibility": 0.5})
    assert (made.name, made.parameters.medium.transmissibility) == ("alfadir", 0.5)


# -- outcomes and steps ---------------------------------------------------------------------------------------


def test_outcomes_are_those_of_the_model_played_by_hand() -> None:
    names = [name for name, outcome in OUTCOMES.items() if not outcome.economy]
    table = {"factors": {"transmissibility": X}, "values": SMALL, "months": 10, "outcomes": names}
    found = play(study_from_table(table), {"medium.transmissibility": 0.05}, 3)
    scenario = Scenario.load("three-ingredients").with_values({**SMALL, "transmissibility": 0.05})
    with EcosystemModel(scenario, seed=3) as model:  # R is recorded here: it changes nothing
        model.run(10)
        by_hand = measured(model, names)
        assert list(found.outcomes) == names
        assert list(found.outcomes.values()) == pytest.approx(list(by_hand.values()), rel=0, abs=0, nan_ok=True)
        table_of_months = model.months
    assert found.steps == {}
    assert table_of_months["r_theoretical"].notna().any()


@pytest.mark.parametrize(("every", "months"), [(1, [0, 1, 2, 3, 4, 5, 6]), (3, [2, 5]), (9, [])])
def test_steps_are_kept_every_so_many_months(every: int, months: list[int]) -> None:
    table = {
        "factors": {"transmissibility": X}, "values": SMALL, "months": 7, "outcomes": ["hybrids"],
        "steps": {"columns": ["meetings", "births_spontaneous"], "every": every},
    }  # fmt: skip
    steps = play(study_from_table(table), {"medium.transmissibility": 0.05}, 3).steps
    assert list(steps) == ["month", "meetings", "births_spontaneous"]
    assert steps["month"].tolist() == months
    with EcosystemModel(
        Scenario.load("three-ingredients").with_values({**SMALL, "transmissibility": 0.05}), seed=3
    ) as m:
        assert steps["meetings"].tolist() == m.run(7).months["meetings"].to_numpy()[months].tolist()


@pytest.mark.parametrize("column", ["r_theoretical", "variety", "mean_degree", "diffusion_number"])
def test_steps_of_what_is_evaluated_are_evaluated(column: str) -> None:
    table = {
        "factors": {"transmissibility": X}, "values": {**SMALL, "reproduction_every": 2}, "months": 5,
        "outcomes": ["hybrids"], "steps": {"columns": [column]},
    }  # fmt: skip
    steps = play(study_from_table(table), {"medium.transmissibility": 0.05}, 3).steps
    assert np.isfinite(steps[column]).tolist() == [True, True, False, True, False]


def test_a_named_column_that_the_scenario_lacks_fails_in_words() -> None:
    table = {
        "scenario": "levers", "factors": {"transmissibility": X}, "values": SMALL, "months": 1,
        "outcomes": ["hybrids"], "steps": {"columns": ["sales: Mars"]},
    }  # fmt: skip
    with pytest.raises(StudyError, match=r"sales: Mars: not in the table of months; allowed are .*sales: home"):
        play(study_from_table(table), {"medium.transmissibility": 0.05}, 3)


# -- run functions of a study's own ---------------------------------------------------------------------------


def test_a_run_function_is_given_values_seed_and_months() -> None:
    study = own("tells", "y", "k", "given", "months", values={"k": 7}, months=9)
    assert play(study, {"x": 0.5}, 11).outcomes == {"y": 0.5, "k": 7.0, "given": 11.0, "months": 9.0}
    assert play(own("tells", "months", values={"k": 7}), {"x": 0.5}, 11).outcomes == {"months": -1.0}


@pytest.mark.parametrize(
    ("what", "value"),
    [("whole", 3.0), ("switch", 1.0), ("zero-d", 2.5), ("more", 1.0), ("infinite", math.inf)],
)  # fmt: skip
def test_every_kind_of_number_is_one(what: str, value: float) -> None:
    found = play(own("returns", factors={"what": {"levels": [what]}}), {"what": what}, 1).outcomes
    assert found == {"y": value}
    assert type(found["y"]) is float


def test_what_is_not_a_number_comes_through() -> None:
    found = play(own("returns", factors={"what": {"levels": ["nan"]}}), {"what": "nan"}, 1).outcomes
    assert math.isnan(found["y"])


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("list", "returned list: allowed is a mapping of outcomes"),
        ("text", "returned y = '1': allowed is a number"),
        ("none", "returned y = None: allowed is a number"),
        ("array", r"returned y = array\(\[0\., 0\.\]\): allowed is a number"),
        ("complex", "returned y = 1j: allowed is a number"),
        ("less", r"returned no y \(it returned z\)"),
    ],
)
def test_a_broken_contract_is_told(what: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        play(own("returns", factors={"what": {"levels": [what]}}), {"what": what}, 1)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("def play(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import nothing_like_it", "No module named 'nothing_like_it'"),
        ("", "has no attribute 'play'"),
        ("play = 3", "this is not a function"),
    ],
)
def test_a_module_that_cannot_be_imported(modules: Path, content: str, words: str) -> None:
    name = f"broken_{abs(hash(content))}"
    (modules / f"{name}.py").write_text(content)
    with pytest.raises(StudyError, match=words):
        run_function(f"{name}:play")


@pytest.mark.parametrize("name", ["no_such_module:f", "..up:f", "tests.sweeps.known:a:b"])
def test_a_module_or_function_that_is_not_there(name: str) -> None:
    with pytest.raises(StudyError, match="cannot be imported"):
        run_function(name)
