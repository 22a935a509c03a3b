"""Study files: what is understood, what is refused and in which words, and that writing and reading are inverse."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecosim import EcosystemModel, Scenario
from ecosim.errors import EcosimError, StudyError
from experiments.reading import ready_studies, study_from_table
from experiments.study import Factor, Study
from experiments.study.columns import ACCOUNTS, EVALUATED, MONTHLY, NAMED, TRUST
from experiments.study.factors import assumptions, make_factor
from experiments.study.writing import same_value, study_table

BASIC: dict[str, Any] = {"factors": {"medium.transmissibility": {"low": 0.01, "high": 0.05}}}
OWN: dict[str, Any] = {
    "run": "tests.sweeps.known:line", "outcomes": ["y"], "factors": {"x": {"low": 0.0, "high": 1.0}},
}  # fmt: skip
LEVERS: dict[str, Any] = {"scenario": "levers", "factors": {"lever.training": {"low": 0, "high": 1}}}


def study(base: dict[str, Any] = BASIC, **more: Any) -> Study:
    return study_from_table({**base, **more}, where="a.toml")


# -- refusals -------------------------------------------------------------------------------------------------

X = {"x": {"low": 0.0, "high": 1.0}}
WRONG: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    (BASIC, {"outcome": ["hybrids"]}, ("unknown key 'outcome'", "did you mean 'outcomes'", "allowed are name, title")),
    (BASIC, {"outcomes": ["hybrid"]}, ("outcomes: unknown 'hybrid'", "'hybrids'", "late_births")),
    (BASIC, {"outcomes": ["hybrids", "hybrids"]}, ("outcomes: one is there twice",)),
    (BASIC, {"outcomes": []}, ("outcomes: at least one",)),
    (BASIC, {"outcomes": "hybrids"}, ("outcomes = 'hybrids'", "a list of texts")),
    (BASIC, {"outcomes": ["revenue"]}, ("'revenue' needs society and economy", "three-ingredients")),
    (BASIC, {"name": 3}, ("name = 3", "a text")),
    (BASIC, {"name": "  "}, ("name = '  '", "not empty")),
    (BASIC, {"months": 0}, ("months = 0", "a whole number from 1")),
    (BASIC, {"months": 12.0}, ("months = 12.0", "a whole number")),
    (BASIC, {"months": True}, ("months = True", "a whole number")),
    (BASIC, {"seed": -1}, ("seed = -1", "a whole number from 0")),
    (BASIC, {"run_seconds": math.nan}, ("run_seconds = nan", "a number from 0.01")),
    (BASIC, {"scenario": 3}, ("scenario = 3", ".toml file")),
    (BASIC, {"scenario": "three-ingredient"}, ("no scenario 'three-ingredient'", "'three-ingredients'")),
    (BASIC, {"scenario": "gone.toml"}, ("gone.toml: no such file",)),
    (BASIC, {"factors": {}}, ("no factors",)),
    (BASIC, {"factors": []}, ("factors = []", "a table")),
    (BASIC, {"factors": {"medium.transmisibility": X["x"]}}, ("transmisibility", "medium.transmissibility", "factors")),
    (BASIC, {"factors": {"transmissibility": 0.5}}, ("factors.medium.transmissibility = 0.5", "low = 0.0")),
    (BASIC, {"factors": {"transmissibility": {"low": 0.1, "hi": 1}}}, ("unknown key 'hi'", "'high'")),
    (BASIC, {"factors": {"transmissibility": {"low": 0.1}}}, ("high = None", "a number")),
    (BASIC, {"factors": {"transmissibility": {}}}, ("either levels, or low and high",)),
    (BASIC, {"factors": {"transmissibility": {"low": 0.1, "high": 0.2, "levels": [1]}}}, ("either levels",)),
    (BASIC, {"factors": {"transmissibility": {"low": 0.2, "high": 0.1}}}, ("low must be less than high",)),
    (BASIC, {"factors": {"transmissibility": {"low": 0.1, "high": 7.0}}}, ("= 7.0", "allowed is a number from 0 to 1")),
    (BASIC, {"factors": {"transmissibility": {"low": math.nan, "high": 1}}}, ("low = nan", "a number")),
    (BASIC, {"factors": {"transmissibility": {"low": 0.0, "high": 1, "scale": "log"}}}, ("above 0 on a log scale",)),
    (BASIC, {"factors": {"transmissibility": {"low": 0.1, "high": 1, "scale": "lin"}}}, ("scale = 'lin'", "or log")),
    (BASIC, {"factors": {"transmissibility": {"levels": [0.1, 0.1]}}}, ("a value is there twice",)),
    (BASIC, {"factors": {"transmissibility": {"levels": []}}}, ("levels = []", "a list of values")),
    (BASIC, {"factors": {"transmissibility": {"levels": [0.1], "scale": "log"}}}, ("scale goes with low and high",)),
    (BASIC, {"factors": {"firms": {"low": 10.5, "high": 20}}}, ("10.5", "a whole number")),
    (BASIC, {"factors": {"trust": {"low": 0, "high": 1}}}, ("trust", "true or false")),
    (BASIC, {"factors": {"firms": {"levels": [10, "20"]}}}, ("'20'", "a whole number")),
    (BASIC, {"factors": {"transmissibility": X["x"], "medium": {"transmissibility": X["x"]}}}, ("is there twice",)),
    (BASIC, {"factors": {"scenario": {"levels": ["levers"]}}, "scenario": "levers"}, ("either scenario",)),
    (BASIC, {"factors": {"scenario": {"levels": [1]}}}, ("name of a scenario",)),
    (BASIC, {"values": {"transmissibility": 0.02}}, ("among both the factors and the values",)),
    (BASIC, {"values": {"population": {"firms": 1.5}}}, ("values: population.firms = 1.5", "a whole number")),
    (BASIC, {"values": {"firms": 10, "population": {"firms": 20}}}, ("values: population.firms: it is there twice",)),
    (BASIC, {"values": {"firm": 10}}, ("values", "'firm'", "did you mean")),
    (BASIC, {"levers": {"start": 3}}, ("no factor is a lever",)),
    (LEVERS, {"levers": {"begin": 3}}, ("levers: unknown key 'begin'", "allowed are start")),
    (LEVERS, {"factors": {"lever.trainin": X["x"]}}, ("unknown lever 'trainin'", "'training'", "procurement")),
    (LEVERS, {"factors": {"lever.training": {"low": 0, "high": 2}}}, ("2", "a number from 0 to 1")),
    (LEVERS, {"scenario": "three-ingredients"}, ("lever.training: mechanisms.policies is off in three-ingredients",)),
    (BASIC, {"assumptions": {"group": []}}, ("assumptions: unknown key 'group'", "'groups'")),
    (BASIC, {"assumptions": {"groups": ["mediums"]}}, ("unknown group 'mediums'", "'medium'")),
    (BASIC, {"assumptions": {"span": 2}}, ("span = 2", "a number from 0.001 to 1")),
    (BASIC, {"assumptions": {"leave_out": ["firmz"]}}, ("'firmz'",)),
    (BASIC, {"design": {"method": "factorials"}}, ("design.method = 'factorials'", "'factorial'", "sobol")),
    (BASIC, {"design": {"method": 3}}, ("method = 3", "the name of a design")),
    (BASIC, {"design": {"step": 3}}, ("design: unknown key 'step'", "'steps'")),
    (BASIC, {"replicates": 0}, ("number = 0", "from 1")),
    (BASIC, {"replicates": "ten"}, ("replicates = 'ten'", "a whole number or a table")),
    (BASIC, {"replicates": {"nummer": 3}}, ("replicates: unknown key 'nummer'", "'number'")),
    (BASIC, {"replicates": {"outcome": "hybrids"}}, ("needs an outcome and either half_width or relative",)),
    (BASIC, {"replicates": {"half_width": 1.0}}, ("needs an outcome",)),
    (BASIC, {"replicates": {"outcome": "hybrids", "half_width": 1, "relative": 1}}, ("either half_width or relative",)),
    (BASIC, {"replicates": {"outcome": "hybrids", "half_width": math.inf}}, ("half_width = inf",)),
    (BASIC, {"replicates": {"budget": 3}}, ("go with a stopping rule",)),
    (BASIC, {"replicates": {"number": 1, "outcome": "hybrids", "half_width": 1}}, ("number = 1", "2 to maximum")),
    (BASIC, {"replicates": {"outcome": "alive", "half_width": 1}}, ("outcome = 'alive'", "study's outcomes: hybrids")),
    (BASIC, {"steps": {"column": []}}, ("steps: unknown key 'column'", "'columns'")),
    (BASIC, {"steps": {"columns": ["meeting"]}}, ("steps: columns: unknown 'meeting'", "'meetings'", "copies")),
    (BASIC, {"steps": {"columns": ["month"]}}, ("columns: unknown 'month'",)),
    (BASIC, {"steps": {"columns": ["copies", "copies"]}}, ("columns: one is there twice",)),
    (BASIC, {"steps": {"columns": ["revenue"]}}, ("'revenue' needs society and economy",)),
    (BASIC, {"steps": {"columns": ["closure"]}}, ("'closure' needs mechanisms.trust",)),
    (BASIC, {"steps": {"columns": ["copies"], "every": 0}}, ("every = 0", "from 1 to 1200")),
    (BASIC, {"analysis": {"kind": "overview"}}, ("an array of tables",)),
    (BASIC, {"analysis": ["overview"]}, ("analysis[0] = 'overview'", "a table")),
    (BASIC, {"analysis": [{}]}, ("analysis[0]: kind = None", "the name of an analysis")),
    (BASIC, {"analysis": [{"kind": "overvew"}]}, ("analysis[0]: kind = 'overvew'", "'overview'", "phase")),
    (BASIC, {"analysis": [{"kind": "overview", "colour": 1}]}, ("analysis[0]: unknown key 'colour'",)),
    (BASIC, {"quick": {"name": "other"}}, ("quick: unknown key 'name'",)),
    (BASIC, {"quick": 3}, ("quick = 3", "a table")),
    (OWN, {"run": "known"}, ("run = 'known'", "module:function")),
    (OWN, {"run": "known:"}, ("run = 'known:'", "module:function")),
    (OWN, {"scenario": "levers"}, ("has no scenario, levers, assumptions or steps",)),
    (OWN, {"outcomes": []}, ("at least one must be named",)),
    (OWN, {"outcomes": ["x"]}, ("outcomes: 'x': there is 'x' already",)),
    (OWN, {"outcomes": ["X"]}, ("not in case alone",)),
    (OWN, {"outcomes": ["seed"]}, ("outcomes: 'seed'", "any name but run, point")),
    (OWN, {"outcomes": [""]}, ("outcomes: ''",)),
    (OWN, {"factors": {"Point": {"levels": [1]}}}, ("factors: 'Point'", "any name but")),
    (OWN, {"factors": {"": {"levels": [1]}}}, ("factors: a name is empty",)),
    (OWN, {"factors": {"x": {"levels": [1, "a"]}}}, ("only numbers, only texts or only true and false",)),
    (OWN, {"factors": {"x": {"levels": [False, 2]}}}, ("only numbers, only texts",)),
    (OWN, {"factors": {"x": {"levels": [[1], [2]]}}}, ("[1]", "a text, a number, true or false")),
    (OWN, {"factors": {"x": {"levels": [1.0, math.nan]}}}, ("nan", "a number")),
    (OWN, {"factors": {"x": {"levels": [2**63, 1]}}}, ("9223372036854775808",)),
    (OWN, {"factors": {"x": {"low": -1e308, "high": 1e308}}}, ("low must be less",)),
    (OWN, {"values": {"a": [1]}}, ("values.a: [1]", "a text, a number")),
    (OWN, {"values": {"x": 1}}, ("x is among both the factors and the values",)),
]


@pytest.mark.parametrize(("base", "more", "words"), WRONG, ids=[str(index) for index in range(len(WRONG))])
def test_what_is_wrong_is_refused_in_words(base: dict[str, Any], more: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(EcosimError) as refusal:
        study(base, **more)
    for word in words:
        assert word in str(refusal.value)
    if not any(word in str(refusal.value) for word in ("no scenario", "gone.toml")):
        assert str(refusal.value).startswith("a.toml: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name = ", "not valid TOML"),
        (b"name = '\xff'", "not UTF-8 text (byte 8)"),
        (b"", "no factors"),
        (None, "no such file"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "study.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StudyError) as refusal:
        Study.load(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert words in str(refusal.value)


def test_an_unknown_name_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"no study 'nothing-like-it'.*ready are .*levers"):
        Study.load("nothing-like-it")
    with pytest.raises(StudyError, match="this is a folder"):
        Study.load(tmp_path)


# -- what is understood ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ready_studies()))
@pytest.mark.parametrize("quick", [False, True])
def test_ready_studies_load(name: str, quick: bool) -> None:
    found = Study.load(name, quick)
    assert (found.name, found.quick) == (name, quick)


def test_factors_in_every_form_are_one() -> None:
    shown = {"low": 0.01, "high": 0.05}
    forms = ({"transmissibility": shown}, {"medium.transmissibility": shown}, {"medium": {"transmissibility": shown}})
    found = [study(factors=form) for form in forms]
    assert found[0].factors == found[1].factors == found[2].factors
    assert found[0].paths == ("medium.transmissibility",)
    assert found[0].factors[0].unit == "1/meeting"


def test_values_in_every_form_are_one() -> None:
    forms: list[dict[str, Any]] = [{"firms": 50}, {"population.firms": 50.0}, {"population": {"firms": 50}}]
    found = [study(values=form) for form in forms]
    assert {item.scenario.parameters.population.firms for item in found if item.scenario} == {50}
    assert len({item.digest() for item in found}) == 1
    assert found[0].digest() != study().digest()


def test_a_lever_needs_policies_or_a_switch_that_varies() -> None:
    assert study(LEVERS).factor("training").path == "lever.training"
    both = {"lever.training": {"levels": [0, 1]}, "mechanisms.policies": {"levels": [False, True]}}
    assert len(study(factors=both).factors) == 2
    assert study(LEVERS, levers={"start": 7}).lever_start == 7


def test_a_scenario_can_be_a_factor(tmp_path: Path) -> None:
    for name in "ab":  # of the same name inside
        (tmp_path / f"{name}.toml").write_text(f'name = "same"\n[parameters.population]\nfirms = {30 + ord(name)}\n')
    table = {"factors": {"scenario": {"levels": ["a.toml", "b.toml", "levers"]}}, "values": {"labs": 7}}
    found = study_from_table(table, tmp_path)
    assert list(found.scenarios) == ["a.toml", "b.toml", "levers"]
    assert found.scenario is None
    assert [item.parameters.population.firms for item in found.scenarios.values()][:2] == [127, 128]
    assert {item.parameters.population.labs for item in found.scenarios.values()} == {7}


def test_assumptions_leave_out_what_is_settled() -> None:
    found = study(assumptions={"groups": ["medium"], "span": 0.2}, values={"bridge_share": 0.1})
    paths = found.paths
    assert paths[0] == "medium.transmissibility"
    assert len(set(paths)) == len(paths) > 2
    assert "medium.bridge_share" not in paths
    for factor in found.factors[1:]:
        middle = getattr(Scenario.load("three-ingredients").parameters.medium, factor.name)
        assert factor.low <= middle <= factor.high
        assert factor.low >= 0.79 * middle or factor.whole
    fewer = study(assumptions={"groups": ["medium"], "leave_out": [paths[1]]})
    assert paths[1] not in fewer.paths


def test_an_assumption_below_zero_varies_by_its_span() -> None:
    from ecosim.parameters import declarations

    defaults = {item.path: item.default for item in declarations()}
    chosen = next(i for i in declarations() if i.role == "assumption" and i.type is float and i.default)
    low, high = chosen.low, chosen.high
    found = assumptions(defaults | {chosen.path: -1.0}, [chosen.path.split(".")[0]], 0.1, [], "here")
    factor = [item for item in found if item.path == chosen.path]
    assert all(item.low >= max(-1.1, low) and item.high <= min(-0.9, high) for item in factor)


def test_short_names_of_two_factors_are_refused() -> None:
    found = study(OWN, factors={"a": {"x": {"levels": [1]}}, "b": {"x": {"levels": [2]}}, "x": {"levels": [3]}})
    assert found.factor("x").levels == (3,)
    found = study(OWN, factors={"a.x": {"levels": [1]}, "b.x": {"levels": [2]}})
    with pytest.raises(StudyError, match=r"can be a\.x, b\.x"):
        found.factor("x")
    with pytest.raises(StudyError, match=r"no factor 'a\.y' \(did you mean 'a\.x'\?\)"):
        found.factor("a.y")


# -- quick ----------------------------------------------------------------------------------------------------


def test_quick_goes_over_the_rest_whatever_the_form() -> None:
    table: dict[str, Any] = {
        **BASIC,
        "months": 100,
        "values": {"population": {"firms": 500, "labs": 20}},
        "design": {"method": "factorial", "steps": 9},
        "replicates": {"number": 40, "outcome": "hybrids", "half_width": 1.0},
        "quick": {
            "months": 10, "values": {"firms": 50}, "design": {"steps": 3}, "replicates": 2,
            "factors": {"medium": {"transmissibility": {"levels": [0.02]}}},
        },
    }  # fmt: skip
    table["factors"] = {"transmissibility": {"low": 0.01, "high": 0.05}, "medium": {"bridge_share": {"levels": [0.1]}}}
    whole, quick = study_from_table(table), study_from_table(table, quick=True)
    assert (whole.months, quick.months, whole.quick, quick.quick) == (100, 10, False, True)
    assert quick.scenario is not None
    assert (quick.scenario.parameters.population.firms, quick.scenario.parameters.population.labs) == (50, 20)
    assert quick.design.options == {"steps": 3}
    assert (quick.replicates.number, quick.replicates.sequential) == (2, False)
    assert quick.paths == whole.paths == ("medium.transmissibility", "medium.bridge_share")
    assert quick.factors[0].levels == (0.02,)
    assert table["months"] == 100  # untouched


def test_quick_with_another_design_takes_none_of_the_old_options() -> None:
    table = {**BASIC, "design": {"method": "factorial", "steps": 3}, "quick": {"design": {"method": "lhs"}}}
    assert "steps" not in study_from_table(table, quick=True).design.options


def test_a_study_without_a_quick_version_says_so() -> None:
    with pytest.raises(StudyError, match="there is no quick version"):
        study_from_table(BASIC, quick=True)


# -- written and read -----------------------------------------------------------------------------------------

WHOLE: list[dict[str, Any]] = [
    {**BASIC, "replicates": 3, "months": 7, "seed": 0, "title": "A \"title\" with 'quotes'", "question": "é\nü?"},
    {
        "scenario": "levers", "factors": {"lever.training": {"levels": [0.0, 0.5]}, "firms": {"low": 40, "high": 90}},
        "levers": {"start": 5}, "steps": {"columns": ["revenue", "competence: stage 1"], "every": 3},
        "outcomes": ["revenue"], "replicates": {"number": 4, "outcome": "revenue", "relative": 0.1, "budget": 5000},
        "analysis": [{"kind": "overview"}],
    },
    {
        "factors": {
            "scenario": {"levels": ["three-ingredients", "alfadir"]}, "mechanisms.trust": {"levels": [True, False]},
            "transmissibility": {"low": 0.001, "high": 0.1, "scale": "log"},
        },
        "values": {"firms": 33},
    },
    {
        **BASIC, "assumptions": {"groups": ["knowledge", "medium"], "span": 0.3}, "run_seconds": 5,
        "design": {"method": "lhs"},
    },
    {
        **OWN, "factors": {"a.b": {"levels": ["it's", 'a "b"']}, "x": {"low": 1, "high": 2}},
        "values": {"k": {"j": True}},
    },
]  # fmt: skip


@pytest.mark.parametrize("table", WHOLE, ids=["core", "levers", "scenarios", "assumptions", "own"])
def test_a_study_that_is_written_reads_back_as_it_was(table: dict[str, Any]) -> None:
    first = study_from_table(table)
    written = json.loads(json.dumps(study_table(first)))
    scenarios = dict(first.scenarios)
    if first.scenario is not None:
        scenarios = {first.scenario.name: first.scenario}
    again = study_from_table(written, scenarios=scenarios)
    assert again == first
    assert study_table(again) == study_table(first)
    assert again.digest() == first.digest()


def test_the_digest_knows_values_not_their_types_and_not_words() -> None:
    base = study(OWN, values={"a": 1, "b": 0.0})
    assert study(OWN, values={"a": 1.0, "b": -0.0}, name="other", title="t", replicates=99, seed=4).digest() == (
        base.digest()
    )
    for more in (
        {"values": {"a": 2, "b": 0}},
        {"outcomes": ["y", "z"]},
        {"months": 3},
        {"values": {"a": True, "b": 0}},
    ):
        assert study(OWN, **{"values": {"a": 1, "b": 0.0}, **more}).digest() != base.digest()
    core = study(months=5)
    assert study(months=6).digest() != core.digest()
    assert study(months=5, steps={"columns": ["copies"]}).digest() != core.digest()
    assert study(months=5, scenario="alfadir").digest() != core.digest()


def test_same_value() -> None:
    for one in (1, 1.0, np.int64(1), np.float32(1), np.uint8(1)):
        assert same_value(one) == 1
        assert type(same_value(one)) is int
    assert same_value(True) is True
    assert same_value(np.bool_(False)) is False
    assert same_value(2**60 + 1) == 2**60 + 1
    assert math.isnan(same_value(math.nan))
    assert same_value(math.inf) == math.inf


# -- columns of months ----------------------------------------------------------------------------------------


def test_columns_that_can_be_kept_are_those_of_the_table_of_months() -> None:
    from tests.green import green

    with green(2) as model:
        named = {name for name in model.months if ": " in name}
        table = set(model.months) - named - {"month"}
    assert table == {*MONTHLY, *EVALUATED, *ACCOUNTS}
    assert {name.partition(": ")[0] for name in named} == set(NAMED)
    core = Scenario.load("three-ingredients").with_values({"firms": 40, "labs": 5})
    with EcosystemModel(core, seed=1) as model:
        assert set(model.run(1).months) == {"month", *MONTHLY, *EVALUATED} - set(TRUST)


# -- factors --------------------------------------------------------------------------------------------------

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: float(f"{value:.9g}"))
UNITS = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@st.composite
def factors(draw: st.DrawFn) -> Factor:
    kind = draw(st.sampled_from(("linear", "log", "whole", "whole log", "levels")))
    if kind == "levels":
        levels = draw(st.lists(st.integers(-50, 50) | st.text(max_size=3), min_size=1, max_size=9, unique=True))
        return Factor("f", levels=tuple(levels))
    if kind == "whole":
        low = draw(st.integers(-1000, 1000))
        return Factor("f", low, low + draw(st.integers(1, 1000)), whole=True)
    if kind == "whole log":
        low = draw(st.integers(1, 1000))
        return Factor("f", low, low + draw(st.integers(1, 1000)), scale="log", whole=True)
    if kind == "log":
        start = draw(st.floats(1e-9, 1e6))
        return Factor("f", start, start * draw(st.floats(1.001, 1e6)), scale="log")
    one, other = sorted((draw(NUMBERS), draw(NUMBERS)))
    return Factor("f", one, other if other > one else one + 1.0)


@given(factors(), UNITS)
def test_values_stay_in_their_bounds_and_places_are_their_inverse(factor: Factor, unit: list[float]) -> None:
    values = factor.values(unit)
    places = factor.places(values)
    assert ((places >= 0) & (places <= 1)).all()
    if factor.levels:
        assert set(values) <= set(factor.levels)
    else:
        assert all(factor.low <= value <= factor.high for value in values)  # type: ignore[operator]
    if factor.levels or factor.whole:
        assert factor.values(places) == values
        assert all(isinstance(value, int) for value in values) or factor.levels
    else:
        assert np.allclose(places, unit, atol=1e-6)


@given(factors(), st.integers(2, 12))
def test_steps_go_from_end_to_end_in_order(factor: Factor, count: int) -> None:
    steps = factor.steps(count)
    assert len(set(steps)) == len(steps)
    if factor.levels:
        assert steps == list(factor.levels)
        return
    assert steps[0] == factor.low
    assert steps[-1] == factor.high
    assert steps == sorted(steps)  # type: ignore[type-var]
    assert len(steps) == count or factor.whole


def test_every_level_and_whole_number_has_its_share() -> None:
    unit = (np.arange(6000) + 0.5) / 6000
    for factor in (Factor("f", levels=("a", "b", "c")), Factor("f", 4, 6, whole=True)):
        counts = np.unique(factor.values(unit), return_counts=True)[1]
        assert counts.tolist() == [2000, 2000, 2000]
    assert Factor("f", 1.0, 100.0, scale="log").values([0.5]) == pytest.approx([10.0])
    assert Factor("f", 1, 3, whole=True).steps(10) == [1, 2, 3]


def test_values_of_declared_parameters_have_the_declared_type() -> None:
    factor = make_factor("firms", {"levels": [10.0, 20]}, "here")
    assert factor.levels == (10, 20)
    assert all(type(level) is int for level in factor.levels)
    assert make_factor("transmissibility", {"levels": [1, 0]}, "here").levels == (1.0, 0.0)
    assert make_factor("firms", {"low": 10, "high": 20}, "here").whole
    assert make_factor("mechanisms.trust", {"levels": [True]}, "here").levels == (True,)
