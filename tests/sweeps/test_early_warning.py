"""Signals before tipping: a process that slows down, one that does not, a shuffled one, a sweep of the model."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ecosim.errors import StudyError
from experiments import sweep
from experiments.analysis.early_warning import section as early_warning
from experiments.analysis.early_warning.signals import (
    Paths,
    alarm,
    auc,
    crossings,
    indicators,
    kendall,
    matched_ends,
    paths_of,
    roc,
    windows,
)
from experiments.reading import study_from_table

TIP, MONTHS, RUNS = 120, 140, 150


def process(slowing: bool, seed: int, runs: int = RUNS) -> np.ndarray:
    """AR(1) with unit shocks: the coefficient rises from 0.1 to 0.98 at month `TIP` and the state then jumps by 30;
    or it stays at 0.3.
    """
    generator = np.random.default_rng(seed)
    out = np.zeros((runs, MONTHS))
    for month in range(1, MONTHS):
        memory = min(0.1 + 0.88 * month / TIP, 0.98) if slowing else 0.3
        out[:, month] = memory * out[:, month - 1] + generator.normal(size=runs)
        if slowing and month >= TIP:
            out[:, month] += 30.0
    return out


def paths(*blocks: np.ndarray, per_point: int = 5) -> Paths:
    values = np.vstack(blocks)
    number = np.arange(len(values))
    return Paths(number // per_point, number % per_point, np.arange(values.shape[1]), values)


def options(**chosen):
    return {**early_warning.OPTIONS, "window": 100, "resamples": 100, **chosen}


def tips(*counts: tuple[int, float]) -> np.ndarray:
    return np.concatenate([np.full(count, month) for count, month in counts])


@pytest.fixture(scope="module")
def slowing() -> Paths:
    return paths(process(True, 1), process(False, 2))


MIXED = tips((RUNS, float(TIP)), (RUNS, np.nan))


def found_in(runs: Paths, when=MIXED, **chosen):
    return early_warning.section_of(runs, when, options(**chosen), "value", "the jump", [])


def test_slowing_down_is_found(slowing):
    found = found_in(slowing)
    known = found.findings["indicators"]
    assert known["autocorrelation"]["auc"][0] > 0.8
    assert known["autocorrelation"]["auc"][1] > 0.5
    assert known["variance"]["auc"][1] > 0.5
    assert known["level"]["auc"][1] < 0.5 < known["level"]["auc"][2]  # the mean does not move before the jump
    low, high = known["autocorrelation"]["false_alarms"][1:]
    assert low <= 0.1 <= high
    assert known["autocorrelation"]["true_alarms"][0] > 0.4
    assert "rise together, as critical slowing down would have it" in found.words[-1]
    assert found.warnings == ()
    assert known["autocorrelation"]["lead_months"] == 12  # 24 months ahead no window of 100 is there
    assert known["level"]["lead_months"] is None
    assert "dispersion" not in known  # values are negative: no counts
    assert set(found.figures) == {"windows", "roc", "lead"}
    json.dumps(found.findings, allow_nan=False)


def test_what_follows_tipping_is_not_looked_at(slowing):
    # the jump of 30 at the month of tipping would be seen in variance and mean alike
    values, usable = windows(slowing, MIXED, 100)
    assert usable[:RUNS].all()
    assert (values[:RUNS] == slowing.values[:RUNS, TIP - 100 : TIP]).all()
    earlier, _ = windows(slowing, MIXED, 100, gap=6)
    assert (earlier[:RUNS] == slowing.values[:RUNS, TIP - 106 : TIP - 6]).all()
    assert np.abs(values[:RUNS]).max() < 25


def test_shuffled_months_tell_nothing(slowing):
    shuffled = np.random.default_rng(3).permuted(slowing.values[:, :TIP], axis=1)
    runs = Paths(slowing.points, slowing.replicates, slowing.months[:TIP], shuffled)
    found = found_in(runs)
    for name in ("variance", "autocorrelation", "level"):
        low, high = found.findings["indicators"][name]["auc"][1:]
        assert low < 0.5 < high, name
    assert any("no better than chance" in text for text in found.words)
    assert any("no sign of critical slowing down" in text for text in found.words)


def test_false_alarms_are_as_many_as_were_accepted():
    # 40 worlds in which runs are alike. A half of 60 leaves 6/61 = 0.098 above its threshold on average, with a
    # standard deviation of 0.038 from half to half and 0.039 of counting in the other;
    # over 80 halves 0.006 in all: 3 of these.
    rates = []
    generator = np.random.default_rng(4)
    for seed in range(40):
        one = generator.normal(size=(2, 120))
        rates.append(alarm(one[0], one[1], 0.1, 50, seed).false.estimate)
    assert np.mean(rates) == pytest.approx(6 / 61, abs=0.018)
    stationary = paths(process(False, 5), process(False, 6))
    known = found_in(stationary).findings["indicators"]
    for name in ("variance", "autocorrelation"):
        assert known[name]["false_alarms"][1] <= 0.1 <= known[name]["false_alarms"][2]
        assert known[name]["auc"][1] < 0.5 < known[name]["auc"][2]


def test_indicators_known_by_hand():
    generator = np.random.default_rng(7)
    poisson = generator.poisson(4.0, (200, 60)).astype(float)
    found = indicators(poisson, 0.5, "none", 0.1)
    assert found["dispersion"].mean() == pytest.approx(1.0, abs=0.03)  # counts that come at random
    assert found["variance"].mean() == pytest.approx(4.0, abs=0.15)
    assert found["level"].mean() == pytest.approx(4.0, abs=0.05)
    series = np.zeros((500, 400))
    for month in range(1, 400):
        series[:, month] = 0.7 * series[:, month - 1] + generator.normal(size=500)
    assert indicators(series, 0.5, "none", 0.1)["autocorrelation"][:, -1].mean() == pytest.approx(0.68, abs=0.02)
    # Gaussian detrending takes a straight line out: away from the window's ends, nothing is left of it
    line = np.tile(np.arange(100.0), (1, 1)) * 5
    assert indicators(line, 0.2, "gaussian", 0.05)["variance"][0, 40] < 1e-6
    assert indicators(line, 0.2, "none", 0.05)["variance"][0, 40] > 100
    still = indicators(np.zeros((1, 40)), 0.5, "gaussian", 0.1)
    assert np.isnan(still["autocorrelation"]).all()
    assert kendall(still["autocorrelation"]).tolist() == [0.0]


def test_kendall_and_roc_agree_with_scipy_and_the_definition():
    generator = np.random.default_rng(8)
    series = generator.integers(0, 6, (20, 15)).astype(float)
    expected = [stats.kendalltau(np.arange(15), row).statistic for row in series]
    assert kendall(series) == pytest.approx(expected)
    one, other = generator.normal(0.5, 1, 40).round(1), generator.normal(0, 1, 60).round(1)
    pairs = np.mean([(a > b) + 0.5 * (a == b) for a in one for b in other])
    assert auc(one, other) == pytest.approx(pairs)
    false, true = roc(one, other)
    assert np.trapezoid(true, false) == pytest.approx(pairs)  # straight lines count ties as half


def test_still_runs_are_matched_within_their_point():
    runs = paths(np.zeros((10, 30)), per_point=5)
    when = np.array([20.0, np.nan, np.nan, np.nan, np.nan, 25.0, 22.0, np.nan, np.nan, np.nan])
    ends, same = matched_ends(runs, when, 1)
    assert (ends[:5] == 20.0).all()
    assert set(ends[5:]) <= {22.0, 25.0}
    assert same == 1.0
    assert (matched_ends(runs, when, 1)[0] == ends).all()
    alone = np.array([20.0] * 5 + [np.nan] * 5)
    assert matched_ends(runs, alone, 1)[1] == 0.0


def test_crossing_of_a_level():
    values = np.zeros((2, 60))
    values[0, 30:] = 4.0
    assert crossings(paths(values), 3.0).tolist()[0] == 27.0  # nine of the twelve months from 27 on are at 4
    assert np.isnan(crossings(paths(values), 3.0)[1])


def test_shocks_and_lost_windows_are_said(slowing):
    section = early_warning.section_of(slowing, MIXED, options(), "value", "the jump", [TIP - 2])
    assert any("brought by a shock" in text for text in section.warnings)
    assert section.findings["shocked"] == 1.0
    early = MIXED.copy()
    early[:10] = 50.0
    section = found_in(slowing, early)
    assert any("10 of 150 tippings come before" in text for text in section.warnings)
    few = found_in(slowing, tips((5, 120.0), (2 * RUNS - 5, np.nan)))
    assert "20 of each are needed" in few.warnings[-1]
    assert few.findings["tipping_windows"] == 5
    assert "20 of each" in found_in(slowing, np.full(2 * RUNS, np.nan)).warnings[-1]


MODEL = {
    "name": "few", "scenario": "three-ingredients", "months": 60, "outcomes": ["emergence_month", "recombinant"],
    "values": {"population": {"firms": 90, "labs": 10, "clusters": 2}},
    "factors": {"latent.barrier_scale": {"low": 0.6, "high": 4.0}},
    "design": {"method": "factorial", "steps": 8}, "replicates": 6,
    "steps": {"columns": ["births_recombinant"]},
    "analysis": [{"kind": "early-warning", "window": 20}],
}  # fmt: skip


def test_a_sweep_of_the_model(tmp_path):
    known = study_from_table(MODEL)
    results = sweep(known, tmp_path / "s", workers=1)
    found = early_warning.analyse(results, {**early_warning.OPTIONS, "window": 20, "resamples": 60})
    assert found.findings["runs"] == 48
    assert 0 < found.findings["tipped"] < 48
    if found.findings["indicators"]:
        assert any("shock" in text for text in found.warnings)  # the scenario's only attractor begins in month 24
    # the same from a level, and with a run that failed
    runs = results.runs
    runs.loc[3, "status"] = "failed"
    less = early_warning.analyse(results, {**early_warning.OPTIONS, "window": 20, "level": 0.2, "resamples": 60})
    assert less.findings["runs"] == 47
    assert any("1 of 48 runs did not end well" in text for text in less.warnings)
    assert paths_of(results.steps.assign(value=results.steps["births_recombinant"])).values.shape == (48, 60)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"column": "births"}, "did you mean 'births_recombinant'|allowed are the steps"),
        ({"outcome": "emerge"}, "outcome = 'emerge'"),
        ({"window": 5}, "window = 5"),
        ({"detrend": "loess"}, "detrend = 'loess'"),
        ({"gaps": [6, 0]}, "begins with 0"),
        ({"false_alarm": 0.9}, "false_alarm = 0.9"),
        ({"resamples": True}, "resamples = True"),
    ],
)
def test_wrong_options(chosen, words):
    with pytest.raises(StudyError, match=words):
        early_warning.check(study_from_table(MODEL), {**early_warning.OPTIONS, **chosen}, "s: analysis[0]")


def test_no_steps():
    with pytest.raises(StudyError, match="needs months"):
        study_from_table({key: value for key, value in MODEL.items() if key != "steps"})
    frame = pd.DataFrame({"point": [0, 0], "replicate": [0, 0], "month": [3, 6], "value": [1.0, 2.0]})
    assert paths_of(frame).step == 3
