"""Sequential replication: intervals as narrow as asked for, never more than the budget, the same after a kill."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ecosim.errors import StudyError
from experiments import sweep
from experiments.designs import make_design
from experiments.designs.replication import check_rule, more_replicates, precision, runs_needed
from experiments.reading import study_from_table
from experiments.statistics import mean_interval
from experiments.store import Results, SweepFolder

NOISY = "known_mixes:noisy"


def study(rule, levels=(0.0, 1.0, 2.0, 4.0), values=None, run=NOISY, outcomes=("y", "flat")):
    return study_from_table({
        "name": "narrow", "run": run, "outcomes": list(outcomes), "values": values or {},
        "factors": {"x": {"levels": list(levels)}}, "design": {"method": "factorial"},
        "replicates": {"number": 10, "outcome": "y", "maximum": 1000, **rule},
    })  # fmt: skip


def asked(results):
    return precision(results.study, results)["asked"].to_numpy()


def test_intervals_become_as_narrow_as_asked(tmp_path):
    found = sweep(study({"half_width": 0.6}), tmp_path / "s", workers=1)
    state = precision(found.study, found)
    assert state["decided"].all()
    assert state["asked"][0] == 10  # x = 0 does not vary: it stops at once
    for point, values in enumerate(found.matrix("y")):
        known = values[~np.isnan(values)]
        interval = mean_interval(known)
        assert interval.high - interval.estimate == pytest.approx(state["half_width"][point])
        assert interval.high - interval.estimate <= 0.6
    # standard deviations are 1, 2 and 4: (1.96 s/0.6)² is 11, 43 and 171
    assert state["asked"][1] < 30 < state["asked"][2] < 80
    assert 110 < state["asked"][3] < 260


def test_share_of_the_mean(tmp_path):
    found = sweep(study({"relative": 0.2}, values={"spread": 0.5}), tmp_path / "s", workers=1)
    state = precision(found.study, found)
    assert state["decided"].all()
    assert (state["half_width"] <= 0.2 * state["mean"].abs() + 1e-12).all()


def test_maximum_ends_what_can_never_be_decided(tmp_path):
    found = sweep(study({"half_width": 1e-9, "maximum": 37}), tmp_path / "s", workers=1)
    assert asked(found).tolist() == [10, 37, 37, 37]


@pytest.mark.parametrize("contrast", [None, 0, 2])
@pytest.mark.parametrize("budget", [41, 200])
def test_budget_is_spent_and_never_exceeded(tmp_path, budget, contrast):
    rule = {"half_width": 0.05, "budget": budget} | ({} if contrast is None else {"contrast": contrast})
    found = sweep(study(rule), tmp_path / "s", workers=1)
    assert len(found.runs) == asked(found).sum() <= budget
    assert budget - len(found.runs) <= 1  # a pair may need two
    if contrast is not None:
        assert asked(found)[contrast] == asked(found).max()


def test_budget_goes_to_the_widest_first(tmp_path):
    found = sweep(study({"half_width": 0.3, "budget": 60}), tmp_path / "s", workers=1)
    counts = asked(found)
    assert counts[3] == 20  # doubled first
    assert counts[2] == 20
    assert counts[1] == 10  # nothing is left


def test_contrast_needs_far_fewer_runs_than_points_by_themselves(tmp_path):
    levels = (0.0, 1.0, 2.0)
    alone = sweep(study({"half_width": 0.1}, levels, run="known:line", outcomes=("y",)), tmp_path / "a", workers=1)
    rule = {"half_width": 0.1, "contrast": 0}
    paired = sweep(study(rule, levels, run="known:line", outcomes=("y",)), tmp_path / "p", workers=1)
    state = precision(paired.study, paired)
    assert state["decided"].all()
    assert state["mean"].tolist() == pytest.approx([0, 1, 2], abs=0.2)  # differences from point 0
    assert asked(alone).sum() > 10 * asked(paired).sum()  # noise of 1 is shared, of 0.1 it is not


def test_resumed_is_as_uninterrupted(tmp_path):
    """Take rounds away and ask again: the same rounds come."""
    rule = {"half_width": 0.5, "contrast": 0, "budget": 300}
    whole = sweep(study(rule), tmp_path / "s", workers=1)
    rounds = whole.folder.rounds
    assert whole.folder.round > 2
    for last in range(1, whole.folder.round):
        folder = SweepFolder.open(tmp_path / "s")
        folder.rounds = rounds[rounds["round"] <= last]  # later runs are in the folder all the same
        found = more_replicates(folder.study, Results(folder))
        expected = rounds.loc[rounds["round"] == last + 1, ["point", "first", "last"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(found.replicates.reset_index(drop=True), expected)
    assert more_replicates(whole.study, whole) is None
    again = sweep(study(rule), tmp_path / "s", workers=1)
    pd.testing.assert_frame_equal(again.folder.rounds, rounds)


def test_failed_runs_tell_nothing_and_are_not_played_for_ever(tmp_path):
    values = {"broken": 2.0}
    found = sweep(study({"half_width": 0.6}, values=values), tmp_path / "s", workers=1)
    state = precision(found.study, found)
    assert state["given_up"].tolist() == [False, False, True, False]
    assert state["known"][2] == 0
    assert state["asked"][2] == 20
    assert state["decided"][[0, 1, 3]].all()


def test_half_of_the_runs_fail(tmp_path):
    found = sweep(study({"half_width": 0.4}, (1.0, 2.0), {"half": True}), tmp_path / "s", workers=1)
    state = precision(found.study, found)
    assert state["decided"].all()
    assert (state["known"] < 0.8 * state["asked"]).all()


def test_points_that_come_twice_are_played_once(tmp_path):
    rule = study({"half_width": 0.6, "contrast": 1})
    design = make_design(rule)
    first = design.next_round(type("Nothing", (), {"points": ()}))
    twice = pd.DataFrame({"x": [1.0, 1.0, 4.0]})
    folder = SweepFolder.create(tmp_path / "s", rule, type(first)(twice, first.replicates.iloc[:3]))
    state = precision(rule, Results(folder))
    assert state["given_up"].tolist() == [False, True, False]
    assert state["decided"].tolist() == [True, False, False]


def test_ten_equal_runs_do_not_show_that_nothing_ever_emerges(tmp_path):
    """Of an outcome that is 0 or 1 all runs may agree by chance: Wilson's interval is asked, not a width of 0."""
    table = {
        "name": "shares", "scenario": "three-ingredients", "outcomes": ["emerged", "hybrids"], "months": 2,
        "factors": {"medium.transmissibility": {"levels": [0.1, 0.2]}},
        "replicates": {"number": 4, "outcome": "emerged", "half_width": 0.2},
    }  # fmt: skip
    rule = study_from_table(table)
    found = sweep(rule, tmp_path / "s", workers=1)
    state = precision(rule, found)
    assert found.good["emerged"].eq(0).all()
    assert state["decided"].all()
    z2 = stats.norm.ppf(0.975) ** 2
    assert (state["half_width"] == z2 / (2 * (state["known"] + z2))).all()
    assert (state["known"] >= 6).all()  # z²/(2 · 0.2) − z² = 5.8


def test_runs_needed_is_the_least_number():
    for spread, width in ((1.0, 0.1), (3.0, 0.7), (1.0, 5.0), (2.0, 1.9)):
        number = runs_needed(spread, width, 10_000)
        half = [stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n) for n in (number, max(number - 1, 2))]
        assert half[0] <= width
        assert half[1] > width or number == 2
    assert runs_needed(1.0, 0.0, 500) == 500
    assert runs_needed(0.0, 0.0, 500) == 2


def test_coverage_of_the_sequential_rule():
    """The rule's own intervals, on normal noise with known mean: a little below 95 %, not far (Chow & Robbins)."""
    generator = np.random.default_rng(11)
    held, sizes = 0, []
    for _ in range(2000):
        values = generator.normal(size=400)
        number = 10
        while True:
            interval = mean_interval(values[:number])
            half = interval.high - interval.estimate
            if half <= 0.3:
                break
            needed = runs_needed(float(values[:number].std(ddof=1)), 0.3, 400)
            number += min(max(needed - number, 1), number)
        held += interval.low <= 0 <= interval.high
        sizes.append(number)
    assert 0.92 <= held / 2000 <= 0.955  # three standard errors are 0.015
    assert 38 < np.mean(sizes) < 52  # 43 would do if the variance were known, 46 with Student's


def test_rule_that_does_not_fit_is_refused():
    rule = study({"half_width": 0.6, "contrast": 4})
    with pytest.raises(StudyError, match="contrast = 4: allowed is the number of a point, 0 to 3"):
        check_rule(rule, 4, "here")
    with pytest.raises(StudyError, match="at least number × points = 40 runs"):
        check_rule(study({"half_width": 0.6, "budget": 39}), 4, "here")
    check_rule(study({"half_width": 0.6, "budget": 40, "contrast": 3}), 4, "here")
