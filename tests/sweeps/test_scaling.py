"""Finite-size scaling where the threshold and the exponent are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from in_memory import play_all

from ecosim.errors import StudyError
from experiments import Study, sweep
from experiments.analysis import scaling
from experiments.reading import study_from_table


def births(values, seed, months):
    """``N^(−1/2) · (1 + tanh((R − 1.02) √N / 4))`` with noise: scaled curves cross where R is 1.02."""
    size, r = float(values["population.firms"]), float(values["r"])
    scaled = 1.0 + math.tanh((r - 1.02) * math.sqrt(size) / 4)
    noise = np.random.default_rng([seed, round(size), round(1000 * r)]).lognormal(0.0, 0.1)
    return {"late_births": scaled * noise / math.sqrt(size), "alive": float(r > 1.0), "r_first": r - 0.01}


def study(sizes=(250, 1000, 4000), r=(0.9, 0.96, 1.0, 1.04, 1.1), replicates=30, **factors):
    return study_from_table({
        "name": "known", "run": "test_scaling:births", "outcomes": ["late_births", "alive", "r_first"],
        "replicates": replicates,
        "factors": {"population.firms": {"levels": list(sizes)}, "r": {"levels": list(r)}, **factors},
    })  # fmt: skip


def options(**given):
    return {**scaling.OPTIONS, **given}


@pytest.fixture(scope="module")
def found():
    return play_all(study(), births)


def test_curves_cross_where_they_are_made_to(found):
    section = scaling.analyse(found, options(level=1.02, shares="alive"))
    first, second = section.findings["crossings"]
    assert first["sizes"] == "250 and 1,000"
    for row in (first, second):
        assert row["crossing"] == pytest.approx(1.02, abs=0.02)
        assert row["high"] - row["low"] < 0.06
    assert all(
        "hold the threshold 1.02" in words or "holds the threshold 1.02" in words for words in section.words[1:3]
    )
    assert section.findings["rise of alive"] == {"250": 1.0, "1000": 1.0, "4000": 1.0}
    axes = section.figures["scaling"].figure.axes
    assert axes[1].get_ylabel() == "share of runs with a hybrid left"
    assert len(axes[0].get_legend().get_texts()) == 3


def test_theory_on_the_axis_shifts_the_crossing(found):
    section = scaling.analyse(found, options(against="r_first"))
    assert section.findings["crossings"][1]["crossing"] == pytest.approx(1.01, abs=0.02)
    assert "the threshold 1" in section.words[1]


def test_intervals_are_as_wide_as_what_other_replicates_give():
    """The 95 % interval holds the crossing in most of 20 experiments."""
    held = 0
    for seed in range(20):
        results = play_all(study((250, 1000), replicates=20), lambda v, s, m, k=seed: births(v, s + 1000 * k, m))
        row = _crossing(results)
        held += row["low"] <= 1.02 <= row["high"]
    assert held >= 16


def _crossing(results):
    axis = {0.9: 0.9, 0.96: 0.96, 1.0: 1.0, 1.04: 1.04, 1.1: 1.1}
    curves = [scaling._curve(results, options(), "r", s, sorted(axis), axis, "late_births") for s in (250, 1000)]
    return scaling._crossing(*curves, 0.5)


def test_last_crossing():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    assert scaling.last_crossing(x, np.ones(4), np.array([0.5, 0.5, 2.0, 4.0])) == pytest.approx(1.5)
    assert np.isnan(scaling.last_crossing(x, np.ones(4), np.full(4, 2.0)))
    assert np.isnan(scaling.last_crossing(x, np.ones(4), np.full(4, 0.5)))
    # one that is passed twice counts where the larger stays above for good
    assert scaling.last_crossing(x, np.ones(4), np.array([2.0, 0.5, 0.5, 2.0])) == pytest.approx(2.5)


def test_failed_runs_and_sizes_without_runs():
    def failing(values, seed, months):
        if values["population.firms"] == 4000 or seed % 7 == 0:
            raise RuntimeError
        return births(values, seed, months)

    section = scaling.analyse(play_all(study(), failing), options(shares="alive"))
    assert any("runs failed and are left out" in warning for warning in section.warnings)
    assert any("Size 4,000 has no runs" in warning for warning in section.warnings)
    assert [row["sizes"] for row in section.findings["crossings"]] == ["250 and 1,000"]

    def fails(values, seed, months):
        raise RuntimeError

    assert "nothing can be said" in scaling.analyse(play_all(study(replicates=1), fails), options()).words[0]


def test_no_crossing_within_the_range_is_said():
    results = play_all(study(r=(1.06, 1.1)), births)
    section = scaling.analyse(results, options())
    assert "do not cross within the range" in section.words[1]
    assert section.findings["crossings"][0]["crossing"] is None


def test_the_study_of_the_well_mixed_limit_plays_what_the_behaviour_does(tmp_path):
    """One run of each size, against the runs of `experiments.behaviours.tipping`."""
    from ecosim.reproduction import well_mixed_reproduction
    from experiments.behaviours.tipping import outcome, success_for
    from experiments.well_mixed import seeded

    ready = Study.load("finite-size", quick=True)
    values = {**ready.values, "population.firms": 250, "next_generation_r": 1.06}
    ours = seeded(values, 3, None)
    job = {"seed": 3, "organisations": 250, "months": 197, "seeded": 0.1,
           "success": success_for(well_mixed_reproduction, 1.06)}  # fmt: skip
    theirs = outcome(job)
    assert ours["late_births"] == pytest.approx(theirs["late"])
    assert ours["alive"] == float(theirs["alive"])
    assert ours["r_first"] == pytest.approx(1.06, abs=0.03)  # a little lower: the seeds crowd
    assert ours["r_first"] < 1.06


def test_a_sweep_of_it(tmp_path):
    results = sweep(study((250, 1000), (0.96, 1.04), 3), tmp_path / "sweep", workers=1)
    section = scaling.analyse(results, options())
    assert section.findings["curves"].keys() == {"250", "1000"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"outcome": "late_birth"}, "late_births"), ({"size": "firms"}, "population.firms"),
        ({"size": "r"}, None), ({"against": "rr"}, "against = 'rr'"), ({"power": "half"}, "power = 'half'"),
        ({"against": "dilute"}, "without distance"), ({"shares": "aliv"}, "alive"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(given, message):
    if message is None:
        scaling.check(study(), options(**given), "here")  # any factor of numbers may be the size
        return
    with pytest.raises(StudyError) as caught:
        scaling.check(study(), options(**given), "here")
    assert message in str(caught.value)


def test_factors_that_do_not_fit_are_refused():
    with pytest.raises(StudyError, match="one factor beside"):
        scaling.check(study(z={"levels": [1, 2]}), options(), "here")
    with pytest.raises(StudyError, match="at least two levels"):
        scaling.check(study((250,)), options(), "here")
