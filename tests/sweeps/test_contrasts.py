"""Contrasts: known differences, interaction and savings by common random numbers; sweeps that are not whole."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ecosim.errors import StudyError
from experiments import sweep
from experiments.analysis.contrasts import section as contrasts
from experiments.analysis.contrasts.pairing import number, saved
from experiments.designs import make_design
from experiments.reading import study_from_table
from experiments.study import Study

LEVERS = {"lever.a": {"low": 0.0, "high": 1.0}, "lever.b": {"low": 0.0, "high": 1.0}}


def study(replicates=30, factors=LEVERS, design=None, analysis=()):
    return study_from_table({
        "name": "policies", "run": "known_mixes:policies", "outcomes": ["jobs", "policy_spending", "still"],
        "factors": factors, "design": design or {"method": "contrasts"}, "replicates": replicates,
        "analysis": list(analysis),
    })  # fmt: skip


def section(results, **chosen):
    found = contrasts.analyse(results, {**contrasts.OPTIONS, **chosen})
    json.dumps(found.findings, allow_nan=False)
    return found


def row(found, table, **chosen):
    rows = [item for item in found.findings[table] if all(item[key] == value for key, value in chosen.items())]
    assert len(rows) == 1
    return rows[0]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return sweep(study(), tmp_path_factory.mktemp("contrasts") / "s", workers=1)


def test_design_is_none_each_and_all():
    points = make_design(study()).points()
    assert points.to_numpy().tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    more = {**LEVERS, "lever.c": {"levels": [0, 0.2, 0.7]}}
    points = make_design(study(factors=more, design={"method": "contrasts", "all_but_one": True})).points()
    assert points.to_numpy().tolist() == [
        [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0.7], [1, 1, 0.7], [0, 1, 0.7], [1, 0, 0.7], [1, 1, 0]
    ]  # fmt: skip
    assert len(make_design(study(design={"method": "contrasts", "together": False})).points()) == 3


def test_differences_are_those_that_are_known(results):
    found = section(results)
    for policy, change in (("a", 10.0), ("b", 4.0), ("all two", 12.0)):
        item = row(found, "changes", policy=policy, outcome="jobs")
        assert item["low"] < change < item["high"]
        assert item["high"] - item["low"] < 0.2  # 4 · 0.14/√30: the shared noise of 1 is gone
        assert item["pairs"] == 30


def test_pairs_by_replicate_not_by_order(results):
    """What twins share cancels exactly in an outcome that is nothing else."""
    for policy in ("a", "b", "all two"):
        item = row(section(results), "changes", policy=policy, outcome="still")
        assert [item["mean"], item["low"], item["high"]] == [0, 0, 0]
        assert item["moves"] is False


def test_variance_saved_is_what_is_known(results):
    item = row(section(results), "changes", policy="a", outcome="jobs")
    assert item["times low"] < 101 < item["times high"]
    assert item["bar"] == "held"
    assert item["correlation"] > 0.97
    assert row(section(results, bar=2000.0), "changes", policy="a", outcome="jobs")["bar"] == "missed"
    # nothing to pair where the base does not vary
    assert row(section(results), "changes", policy="a", outcome="policy_spending")["bar"] == "nothing to pair"


def test_saved_against_theory():
    """With alike variances and correlation ρ the factor is 1/(1 − ρ); the interval holds it 9 times in 10 or more."""
    generator = np.random.default_rng(3)
    for rho in (0.0, 0.6, 0.9):
        held = 0
        for _ in range(150):
            common, one, two = generator.normal(size=(3, 40))
            a, b = (np.sqrt(rho) * common + np.sqrt(1 - rho) * own for own in (one, two))
            found = saved(a, b, 400)
            held += found.low <= 1 / (1 - rho) <= found.high
        assert held >= 0.87 * 150  # percentile bootstrap: a little short of 95 %
    a = generator.normal(size=20)
    assert saved(a, a + 3.0).times == np.inf
    assert np.isnan(saved(a, np.ones(20)).times)
    assert np.isnan(saved(a[:2], a[2:4]).times)
    kept = a.copy()
    saved(a, a)
    assert (a == kept).all()


def test_interaction_is_minus_two(results):
    item = row(section(results), "together", outcome="jobs")
    assert item["low"] < -2 < item["high"] < 0
    assert item["high"] - item["low"] < 0.3  # what twins share cancels: 4 · 0.2/√30
    assert item["policy"] == "all two"
    assert "less" in " ".join(section(results).words)


def test_cost_is_what_is_known_or_not_given(results):
    found = section(results)
    assert row(found, "cost-effectiveness", policy="b", outcome="jobs")["k€ per unit"] == pytest.approx(2.5, abs=0.1)
    assert row(found, "cost-effectiveness", policy="a", outcome="jobs")["per k€"] == pytest.approx(0.1, abs=0.01)
    still = row(found, "cost-effectiveness", policy="a", outcome="still")
    assert still["k€ per unit"] is None  # nothing is added
    assert "No cost of still" in " ".join(found.words)
    assert {item["outcome"] for item in section(results, bought=["jobs"]).findings["cost-effectiveness"]} == {"jobs"}


def test_base_may_be_chosen(results):
    for base in (3, {"lever.a": 1.0, "lever.b": 1.0}):
        item = row(section(results, base=base), "changes", policy="a", outcome="jobs")
        assert item["low"] < -2 < item["high"]


def test_each_world_has_its_own_base(tmp_path):
    factors = {"lever.a": {"levels": [0.0, 1.0]}, "world": {"levels": [0.0, 9.0]}}
    found = section(sweep(study(12, factors, {"method": "factorial"}), tmp_path / "s", workers=1))
    changes = {item["policy"]: item["mean"] for item in found.findings["changes"] if item["outcome"] == "jobs"}
    assert changes == {"a, world 0": pytest.approx(10, abs=0.3), "a, world 9": pytest.approx(1, abs=0.3)}


def test_failed_runs_are_left_out_with_their_pairs_and_said(tmp_path, monkeypatch):
    import known_mixes

    def fails(values, seed, months):
        if values["lever.a"] == 1 and values["lever.b"] == 0 and seed % 2:
            raise ValueError("no")
        return known_mixes.policies(values, seed, months)

    monkeypatch.setattr(known_mixes, "sometimes", fails, raising=False)
    table = {"name": "p", "run": "known_mixes:sometimes", "outcomes": ["jobs", "policy_spending"], "factors": LEVERS,
             "design": {"method": "contrasts"}, "replicates": 8}  # fmt: skip
    found = section(sweep(study_from_table(table), tmp_path / "s", workers=1))
    assert row(found, "changes", policy="a", outcome="jobs")["pairs"] == 4
    assert row(found, "changes", policy="b", outcome="jobs")["pairs"] == 8
    assert row(found, "together", outcome="jobs")["replicates"] == 4
    assert "4 of 32 runs did not end well" in found.warnings[0]


def test_killed_half_way_is_shown_as_far_as_it_is(results):
    part = type("Part", (), {})()
    for name in ("study", "points", "hash", "folder"):
        setattr(part, name, getattr(results, name))
    part.runs = part.good = results.good
    part.bad = results.bad

    def matrix(outcome):
        values = results.matrix(outcome).copy()
        values[3, 1:] = np.nan
        values[2] = np.nan
        return values

    part.matrix = matrix
    found = section(part)
    assert row(found, "changes", policy="b", outcome="jobs")["mean"] is None
    assert row(found, "changes", policy="all two", outcome="jobs")["low"] is None
    assert row(found, "changes", policy="a", outcome="jobs")["pairs"] == 30
    for drawing in found.figures.values():
        drawing.figure.draw_without_rendering()


def test_figures_can_be_drawn(results):
    found = section(results)
    assert set(found.figures) == {"changes", "saved"}
    for drawing in found.figures.values():
        drawing.figure.draw_without_rendering()
        assert drawing.alt
        assert drawing.caption


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"outcomes": ["job"]}, "did you mean 'jobs'"),
        ({"outcomes": "jobs"}, "allowed is a list"),
        ({"bought": ["nothing"]}, "bought = 'nothing'"),
        ({"base": -1}, "allowed is the number of a point"),
        ({"base": {"lever.c": 1}}, "no factor 'lever.c'"),
        ({"bar": 0}, "allowed is a number above 0"),
        ({"spending": "money"}, "spending = 'money'"),
    ],
)
def test_wrong_options_are_refused(options, words):
    with pytest.raises(StudyError, match=words):
        study(analysis=[{"kind": "contrasts", **options}])


@pytest.mark.parametrize("options", [{"together": 1}, {"all_but_one": "yes"}])
def test_wrong_design_is_refused(options):
    with pytest.raises(StudyError, match="allowed is true or false"):
        study(design={"method": "contrasts", **options})
    with pytest.raises(StudyError, match="nothing to contrast"):
        study(factors={"lever.a": {"levels": [0.5]}})


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", ["levers", "stories"])
def test_ready_studies_can_be_read(name, quick):
    ready = Study.load(name, quick)
    assert ready.quick == quick
    points = make_design(ready).points()
    assert len(points) == (8 if name == "levers" else 9 - quick)


def test_numbers_are_for_readers():
    assert [number(value) for value in (1234567, 1234.5, 0.012345, 0.0, -52.5)] == [
        "1,230,000", "1,230", "0.0123", "0", "-52.5"
    ]  # fmt: skip
    assert number(12.0, True) == "+12"
    assert number(float("nan")) == "unknown"
