"""The plan of a sweep: how many runs, how long, how much disk, how sharp; against what a sweep then takes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import mishaps
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ecosim.errors import StudyError
from experiments import sweep
from experiments.planning import pilot as pilot_module
from experiments.planning import plan
from experiments.planning.pilot import first_round, spanning
from experiments.planning.precision import half_width, needed, pooled_sd
from experiments.reading import study_from_table


def line(**more: Any) -> Any:
    table = {"name": "line", "run": "known:line", "outcomes": ["y"], "replicates": 8,
             "factors": {"x": {"low": 1.0, "high": 3.0}}, "design": {"steps": 50}}  # fmt: skip
    return study_from_table({**table, **more})


def test_runs_points_and_time() -> None:
    study = mishaps.study(values={"sleep": 0.004, "bad": False}, replicates=40)
    found = plan(study, 3)
    assert (found.points, found.replicates, found.runs_least, found.runs_most) == (15, 40, 600, 600)
    assert (found.pilot_runs, found.pilot_points) == (24, 6)
    middle, low, high = found.seconds
    assert 0.004 <= low <= middle <= high
    assert middle < 0.02
    assert list(found.wall) == [3, 16, 64, 256]
    three, sixteen = found.wall[3][0], found.wall[16][0]
    assert three[0] >= 600 * 0.004 / 3
    assert three[1] <= three[0] <= three[2]
    assert sixteen[0] < three[0]
    assert found.memory is None or found.memory > 20e6


def test_disk_is_within_its_range_of_what_the_sweep_takes(tmp_path: Path) -> None:
    study = line()
    expected = plan(study, 1).disk
    sweep(study, tmp_path / "sweep", workers=1)
    taken = sum(path.stat().st_size for path in (tmp_path / "sweep" / "runs").iterdir())
    assert expected[1] < taken < expected[2]


def test_steps_count_for_disk() -> None:
    study = mishaps.real_study()
    found = plan(study, 1)
    bare = plan(study_from_table({
        "name": "bare", "scenario": "three-ingredients", "months": 24, "outcomes": ["hybrids", "emergence_month"],
        "values": {"population.firms": 60, "population.labs": 6, "population.clusters": 3},
        "factors": {"medium.transmissibility": {"low": 0.1, "high": 0.4}}, "design": {"steps": 4}, "replicates": 2,
    }), 1)  # fmt: skip
    assert found.runs_least == bare.runs_least == 8
    assert found.disk[0] > bare.disk[0]
    assert "known in 0 % of runs" in found.as_text() or "not known in any run" in found.as_text()


def test_widths_are_those_of_theory() -> None:
    width = plan(line(replicates=16), 1).widths[0]
    truth = math.sqrt(1.01)  # of the noise of `known.line`
    assert width.sd_low < truth < width.sd_high
    assert width.mean == pytest.approx(2.0, abs=0.7)
    for half, sd in zip(width.half, (width.sd, width.sd_low, width.sd_high), strict=True):
        assert half == pytest.approx(stats.t.ppf(0.975, 15) * sd / 4)
    assert width.replicates is not None
    assert width.replicates[0] == pytest.approx((1.96 * width.sd / (0.05 * width.mean)) ** 2, rel=0.02)
    assert width.replicates[1] < width.replicates[0] < width.replicates[2]


def test_needed_replicates_are_the_fewest() -> None:
    for half in (0.9, 0.5, 0.13):
        count = needed(1.0, half)
        assert count is not None
        assert half_width(1.0, count) <= half
        assert count == 2 or half_width(1.0, count - 1) > half
    assert needed(1.0, 0.0) is None
    assert needed(1.0, 1e-9) is None
    assert needed(math.nan, 1.0) is None
    assert math.isnan(half_width(1.0, 1))


def test_range_of_the_spread_holds_the_truth_nine_times_in_ten() -> None:
    random = np.random.default_rng(1)
    inside = [low < 2.0 < high for _, low, high in (pooled_sd(random.normal(0, 2, (6, 4))) for _ in range(500))]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)
    assert all(math.isnan(value) for value in pooled_sd(np.full((3, 4), np.nan)))


def test_failures_are_told() -> None:
    found = plan(mishaps.study(), 2)
    assert found.failed > 0
    assert "x = 1, level = " in found.error
    assert "ValueError: x <i>is</i> too large" in found.error or "not a number: y" in found.error
    assert f"{found.failed} of 24 runs did not end well" in found.as_text()
    assert "none in the pilot (so that fewer than 12 % of runs fail" in plan(line(), 2).as_text()


def test_pilot_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pilot_module, "_LEAST", 0.3)
    told: list[tuple[int, int]] = []
    study = mishaps.study(values={"sleep": 0.05, "bad": False}, replicates=2)  # 30 runs: 5 % are 0.08 s
    found = plan(study, 1, lambda done, wanted: told.append((done, wanted)))
    assert 1 <= found.pilot_runs <= 6
    assert found.pilot_seconds < 0.6
    assert told[0] == (1, 24)
    assert len(told) == found.pilot_runs
    monkeypatch.setattr(pilot_module, "_SECONDS", 0.01)
    assert plan(study, 1).pilot_runs == 1  # one run is always played, and said not to be enough
    assert "the pilot has no two replicates of a point" in plan(study, 1).as_text()


def test_pilot_touches_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan(line(), 1)
    assert not list(tmp_path.iterdir())


def test_points_span_the_design() -> None:
    study = mishaps.study(design={"steps": 9})
    first = first_round(study)
    chosen = spanning(study, first.points, 6)
    assert len(set(chosen)) == 6
    found = first.points.iloc[chosen]
    assert {0.0, 1.0} <= set(found["x"])
    assert set(found["level"]) == {"<b>one</b>", "two", "three"}
    assert spanning(study, first.points.iloc[[4]], 6) == [0]


def test_runs_of_a_stopping_rule_are_bounded() -> None:
    rule = {"number": 4, "outcome": "y", "half_width": 0.1, "maximum": 60, "budget": 1000}
    found = plan(line(replicates=rule), 2)
    assert (found.runs_least, found.runs_most) == (200, 1000)
    assert "at least 200, up to 1,000" in found.as_text()
    most = found.wall[2][1]
    assert most is not None
    assert most[0] > found.wall[2][0][0]


def test_runs_of_a_search_are_bounded_by_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    class Search:
        adaptive, options = True, {"budget": 0}

        def planned_runs(self) -> None:
            return None

        def next_round(self, results: Any) -> Any:
            from experiments.designs import Round, replicates_of

            assert len(results.points) == 0
            return Round(pd.DataFrame({"x": [1.0, 2.0, 3.0]}), replicates_of(range(3), 0, 2))

    study = line()
    monkeypatch.setattr("experiments.designs.make_design", lambda study: Search())
    found = plan(study, 2)
    assert (found.runs_least, found.runs_most) == (6, None)
    assert "at least 6 in the first round; how many more depends on the results" in found.as_text()
    Search.options = {"budget": 400}
    assert plan(study, 2).runs_most == 400


def test_run_function_that_is_not_there() -> None:
    with pytest.raises(StudyError, match="cannot be imported"):
        plan(line(run="no_such_module:play"), 1)
