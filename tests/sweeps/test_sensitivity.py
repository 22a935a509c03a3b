"""Sobol' indices against known answers, seed noise, and the guard: never an index without a warning."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_sensitivity import FIRST, SECOND, TOTAL, UNIT, V, ishigami_study, own_study, played
from SALib.analyze import sobol

from ecosim.errors import StudyError
from experiments.analysis import Section, analyse
from experiments.analysis.sensitivity.indices import sobol_indices
from experiments.designs.morris import problem_of
from experiments.designs.saltelli import blocks_of
from experiments.reading import study_from_table
from experiments.study import AnalysisSpec


def section_of(results: Any, **options: Any) -> Section:
    found = analyse(results, AnalysisSpec("sensitivity", options))
    json.dumps(dict(found.findings), allow_nan=False)
    return found


def saltelli(points: int, second_order: bool = False) -> dict[str, Any]:
    return {"method": "saltelli", "points": points, "second_order": second_order}


def covers(found: Any, truth: dict[str, float]) -> bool:
    return all(found[name][1] <= value <= found[name][2] for name, value in truth.items())


# -- known answers ------------------------------------------------------------------------------------------------


def test_ishigami_is_covered_and_equal_to_salib(tmp_path: Path) -> None:
    results = played(ishigami_study(saltelli(1024, second_order=True)), tmp_path / "s")
    section = section_of(results)
    found = section.findings["y"]
    for key, truth in (("first", FIRST), ("total", TOTAL), ("second", SECOND)):
        assert covers(found[key], truth), key
        for name, value in truth.items():
            estimate, low, high = found[key][name]
            assert estimate == pytest.approx(value, abs=0.04)
            assert abs((low + high) / 2 - estimate) < 0.1 * (high - low)  # the bootstrap is of the same estimator
    outputs = results.runs["y"].to_numpy()
    theirs = sobol.analyze(problem_of(3), outputs, calc_second_order=True, seed=1)
    assert [found["first"][name][0] for name in FIRST] == pytest.approx(theirs["S1"], abs=1e-12)
    assert [found["total"][name][0] for name in TOTAL] == pytest.approx(theirs["ST"], abs=1e-12)
    assert found["second"]["x1 × x3"][0] == pytest.approx(theirs["S2"][0, 2], abs=1e-12)
    half = (np.array([found["total"][name][2] - found["total"][name][1] for name in TOTAL])) / 2
    assert half == pytest.approx(theirs["ST_conf"], rel=0.3)  # theirs: 100 resamples, taken as normal
    assert found["noise_share"] is None
    assert any("one replicate" in warning for warning in section.warnings)
    assert set(section.figures) == {"indices-y", "pairs-y"}
    assert "pairs-y" not in section_of(results, second_order=False).figures


def test_noise_is_measured_and_taken_off(tmp_path: Path) -> None:
    own, common, replicates = 3.0, 2.0, 6
    study = ishigami_study(saltelli(256), replicates, noise=own, shift=common)
    results = played(study, tmp_path / "s")
    found = section_of(results).findings["y"]
    whole = V + own**2 + common**2
    shifts = np.array([np.random.default_rng([1 + row, 77]).normal() for row in range(replicates)]) * common
    drawn = float(np.var(shifts, ddof=1))  # the six seeds' own spread
    for key, truth in (("noise_share", own**2 + common**2), ("noise_own", own**2), ("noise_common", common**2)):
        assert found[key][1] <= truth / whole <= found[key][2], key
    assert found["noise_common"][0] == pytest.approx(drawn / (V + own**2 + drawn), abs=0.02)
    assert found["noise_own"][0] == pytest.approx(own**2 / (V + own**2 + drawn), abs=0.03)
    assert found["noise_in_means"] == pytest.approx(own**2 / replicates / (V + own**2 / replicates), abs=0.02)
    assert covers(found["first"], FIRST)
    assert covers(found["total"], TOTAL)
    single = found["total"]["x1"][0] * (1 - found["noise_share"][0])
    assert found["total_single_runs"]["x1"] == pytest.approx(single)


def test_the_correction_is_without_bias_where_seeds_are_shared_and_where_not() -> None:
    """A factor that does nothing has a total index of 0, whatever the noise; SALib's own has the noise's share."""
    rng = np.random.default_rng(3)
    count, replicates = 4000, 3
    a, b = rng.normal(size=(2, count, 2))
    points = np.stack([a, np.stack([b[:, 0], a[:, 1]], 1), np.stack([a[:, 0], b[:, 1]], 1), b], axis=1)
    signal = points[:, :, 0]  # the second factor does nothing: S = ST = 1, 0
    separate = rng.normal(size=(count, 4, replicates))
    found = sobol_indices(signal[:, :, None] + separate, 2)
    assert found.total.estimate == pytest.approx([1.0, 0.0], abs=0.03)
    assert found.first.estimate == pytest.approx([1.0, 0.0], abs=0.06)
    assert found.raw_total[1] == pytest.approx(0.25, abs=0.03)
    assert found.noise is not None
    assert found.noise.in_means == pytest.approx(0.25, abs=0.02)
    shared = rng.normal(size=(count, 1, replicates)) + np.zeros((1, 4, 1))
    shared[:, [1, 3]] = rng.normal(size=(count, 1, replicates))  # the noise follows the first factor alone
    found = sobol_indices(signal[:, :, None] + shared, 2)
    assert found.total.estimate == pytest.approx([1.0, 0.0], abs=0.03)
    assert found.raw_total[1] == pytest.approx(0.0, abs=1e-12)


def test_intervals_hold_what_the_seeds_share() -> None:
    """Every seed tilts the outcome along the first factor: six seeds only, however many blocks there are."""
    rng = np.random.default_rng(8)
    hits, narrow = 0, 0
    for _ in range(60):
        a, b = rng.normal(size=(2, 400, 2))
        points = np.stack([a, np.stack([b[:, 0], a[:, 1]], 1), np.stack([a[:, 0], b[:, 1]], 1), b], axis=1)
        tilts = rng.normal(size=6)
        values = points.sum(axis=2)[:, :, None] + points[:, :, :1] * tilts
        found = sobol_indices(values, 2, resamples=200)
        hits += found.total.low[0] <= 0.5 <= found.total.high[0]
        narrow += abs(found.total.estimate[0] - 0.5) <= found.sampling
    assert hits >= 54
    assert narrow < 40  # the bootstrap over blocks alone


# -- the guard ------------------------------------------------------------------------------------------------------


def place(design: dict[str, Any], point: int) -> dict[str, float]:
    """Return the values of a point of Ishigami's design, for its spoiling."""
    from experiments.designs import make_design

    class Nothing:
        points = ()

    first = make_design(ishigami_study(design)).next_round(Nothing())  # type: ignore[arg-type]
    assert first is not None
    row = first.points.iloc[point]
    return {"at1": float(row["x1"]), "at2": float(row["x2"]), "at3": float(row["x3"])}


@pytest.mark.parametrize("how", ["nan", "raise", "infinite"])
def test_one_bad_run_takes_its_block_with_it_and_is_told(tmp_path: Path, how: str) -> None:
    design = saltelli(64)
    point = 5 * 17 + 2
    results = played(ishigami_study(design, how=how, **place(design, point)), tmp_path / "bad")
    assert len(results.bad) == 1
    section = section_of(results)
    warning = section.warnings[0]
    assert "1 run failed or gave no number" in warning
    assert "1 of 64 Saltelli blocks" in warning
    assert ("spoiled on purpose" in warning) == (how == "raise")
    found = section.findings["y"]
    assert (found["blocks"], found["blocks_dropped"]) == (63, 1)
    whole = played(ishigami_study(design), tmp_path / "good").runs["y"].to_numpy().reshape(64, 5)
    rest = np.delete(whole, 17, axis=0).ravel()
    theirs = sobol.analyze(problem_of(3), rest, calc_second_order=False, seed=1)
    assert [found["total"][name][0] for name in TOTAL] == pytest.approx(theirs["ST"], abs=1e-12)
    assert [found["first"][name][0] for name in FIRST] == pytest.approx(theirs["S1"], abs=1e-12)


def test_one_bad_replicate_takes_the_block_with_it(tmp_path: Path) -> None:
    design = saltelli(32)
    study = ishigami_study(design, 3, noise=1.0, how="nan", bad_seed=2, **place(design, 12))
    found = section_of(played(study, tmp_path / "s")).findings["y"]
    assert (found["blocks"], found["blocks_dropped"], found["replicates"]) == (31, 1, 3)


def test_too_many_bad_runs_are_refused(tmp_path: Path) -> None:
    results = played(ishigami_study(saltelli(32), beyond=2.5, how="nan"), tmp_path / "s")
    section = section_of(results)
    assert set(section.findings["y"]) == {"refused"}
    assert "no indices" in section.warnings[0]
    assert "at most 5.0% may be left out" in section.warnings[0]
    assert not section.figures
    assert not section.tables
    allowed = section_of(results, drop=0.5).findings["y"]
    assert 0 < allowed["blocks_dropped"] < 16


def test_a_constant_is_refused_and_the_rest_is_not(tmp_path: Path) -> None:
    results = played(ishigami_study(saltelli(32), outcomes=["flat", "other"]), tmp_path / "s")
    section = section_of(results)
    assert set(section.findings["flat"]) == {"refused"}
    assert any("flat: no indices: it is 3 at every point" in warning for warning in section.warnings)
    assert section.findings["other"]["total"]["x1"][0] == pytest.approx(1.0, abs=0.25)


def test_a_nan_of_one_outcome_leaves_another_alone(tmp_path: Path) -> None:
    design = saltelli(32)
    study = ishigami_study(design, outcomes=["y", "other"], how="nan", **place(design, 7))
    section = section_of(played(study, tmp_path / "s"))
    assert section.findings["y"]["blocks"] == 31
    assert section.findings["other"]["blocks"] == 32


def test_noise_that_drowns_all_is_refused(tmp_path: Path) -> None:
    section = section_of(played(ishigami_study(saltelli(16), 2, noise=1000.0), tmp_path / "s"))
    assert "cannot be told from seed noise" in section.warnings[0]
    assert "total" not in section.findings["y"]


def test_an_unfinished_sweep_says_how_far_it_is(tmp_path: Path) -> None:
    results = played(ishigami_study(saltelli(64), 3, noise=1.0), tmp_path / "s")
    runs = results.runs
    for kept, blocks, replicates in (
        (runs["replicate"] * 320 + runs["point"] < 320 + 100, 64, 1),
        (runs["replicate"] * 320 + runs["point"] < 103, 20, 1),
        ((runs["replicate"] < 1) | ((runs["point"] < 300) & (runs["replicate"] < 3)), 60, 3),
    ):
        results.runs = runs[kept].reset_index(drop=True)
        section = section_of(results)
        found = section.findings["y"]
        assert (found["blocks"], found["blocks_missing"], found["replicates"]) == (blocks, 64 - blocks, replicates)
        assert any("not complete" in warning for warning in section.warnings) == (blocks < 64)
    for few in (0, 3):
        results.runs = runs[(runs["point"] < few) & (runs["replicate"] < 1)].reset_index(drop=True)
        section = section_of(results)
        assert "no Saltelli block is played in full yet" in section.warnings[0]
        assert set(section.findings["y"]) == {"refused"}


def test_a_screening_without_indices_yet(tmp_path: Path) -> None:
    design = {"method": "screened", "trajectories": 6, "keep": 2, "points": 8}
    results = played(ishigami_study(design, beyond=0.0, how="raise"), tmp_path / "s")
    assert "there is no Saltelli block yet" in section_of(results).warnings[0]


def test_log1p_is_said_and_refused_below_minus_one(tmp_path: Path) -> None:
    results = played(ishigami_study(saltelli(32), outcomes=["y", "other"]), tmp_path / "s")
    section = section_of(results, transform="log1p")
    assert any("other: no indices: log1p needs values above −1" in warning for warning in section.warnings)
    factors = {f"f{row:02d}": UNIT for row in range(4)}
    section = section_of(played(own_study("many", factors, saltelli(64)), tmp_path / "m"), transform="log1p")
    assert "Log(1 + y)" in section.words[0]


def test_nothing_of_the_caller_is_changed(tmp_path: Path) -> None:
    results = played(ishigami_study(saltelli(16, True), 2, noise=1.0), tmp_path / "s")
    runs, points = results.runs.copy(), results.points.copy()
    section_of(results)
    assert results.runs.equals(runs)
    assert results.points.equals(points)
    values = np.random.default_rng(1).normal(size=(16, 5, 2))
    before = values.copy()
    sobol_indices(values, 3)
    assert np.array_equal(values, before)


# -- what is shown --------------------------------------------------------------------------------------------------


def test_ninety_factors_stay_legible(tmp_path: Path) -> None:
    factors = {f"f{row:02d}": UNIT for row in range(90)}
    section = section_of(played(own_study("many", factors, saltelli(16)), tmp_path / "s"))
    labels = section.figures["indices-y"].figure.axes[0].get_yticklabels()
    assert len(labels) == 15
    assert labels[0].get_text() == "f00"
    assert len(section.tables["indices-y"].frame) == 90
    assert "75 smallest of 90" in section.figures["indices-y"].caption


def test_screened_words_say_what_stays_still(tmp_path: Path) -> None:
    factors = {f"f{row:02d}": UNIT for row in range(6)}
    design = {"method": "screened", "trajectories": 6, "keep": 2, "points": 32}
    section = section_of(played(own_study("many", factors, design), tmp_path / "s"))
    assert set(section.findings["y"]["total"]) == {"f00", "f01"}
    assert "the 2 factors that the screening kept; the other 4 stayed" in section.words[0]
    assert section.findings["y"]["total"]["f00"][0] == pytest.approx(25 / 34, abs=0.2)


# -- options --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"outcomes": ["why"]}, r"analysis\[0\]: outcomes = 'why'.*allowed is one of the study's outcomes: y"),
        ({"outcomes": "y"}, "allowed is a list"),
        ({"resamples": 1}, "resamples = 1: allowed is a whole number from 100"),
        ({"second_order": "yes"}, "second_order = 'yes': allowed is true or false"),
        ({"transform": "log2"}, "transform = 'log2'.*none or log1p"),
        ({"drop": 0.9}, "drop = 0.9: allowed is a number from 0 to 0.5"),
        ({"resample": 100}, "unknown key 'resample', did you mean|unknown key 'resample'"),
    ],
)
def test_options_are_checked_before_anything_is_played(options: Any, told: str) -> None:
    factors = {f"f{row:02d}": UNIT for row in range(4)}
    with pytest.raises(StudyError, match=told):
        own_study("many", factors, saltelli(8), analysis=[{"kind": "sensitivity", **options}])


def test_another_design_is_refused() -> None:
    factors = {f"f{row:02d}": UNIT for row in range(4)}
    with pytest.raises(StudyError, match=r"design.method = 'lhs': allowed with this analysis is saltelli or screened"):
        own_study("many", factors, {"method": "lhs"}, analysis=[{"kind": "sensitivity"}])


def test_an_outcome_that_may_be_unknown_is_refused_in_words(tmp_path: Path) -> None:
    table = {
        "scenario": "three-ingredients", "months": 2, "outcomes": ["emergence_month", "hybrids"],
        "values": {"population.firms": 27, "population.labs": 3, "population.clusters": 2},
        "factors": {"latent.base_drive": {"low": 0.05, "high": 0.2}}, "design": saltelli(8), "replicates": 1,
    }  # fmt: skip
    with pytest.raises(StudyError, match="may be unknown in a run"):
        study_from_table({**table, "analysis": [{"kind": "sensitivity", "outcomes": ["emergence_month"]}]})
    with pytest.raises(StudyError, match="every outcome of the study may be unknown"):
        study_from_table({**table, "outcomes": ["emergence_month"], "analysis": [{"kind": "sensitivity"}]})
    results = played(study_from_table(table), tmp_path / "s")
    section = section_of(results)
    assert "may be unknown in a run" in section.findings["emergence_month"]["refused"]
    assert any("emergence_month: no indices" in warning for warning in section.warnings)
    assert math.isfinite(section.findings["hybrids"]["total"]["latent.base_drive"][0])


def test_the_ready_study_is_as_large_as_it_says() -> None:
    from experiments import Study
    from experiments.designs import make_design

    quick, full = Study.load("sensitivity", quick=True), Study.load("sensitivity")
    assert len(quick.factors) == len(full.factors) > 25
    planned = make_design(quick).planned_runs()
    assert planned is not None
    assert planned <= 25_000
    assert blocks_of(make_design(quick).next_round(_Nothing()).points).numbers.size == 0  # type: ignore[union-attr, arg-type]


class _Nothing:
    points = ()


def test_factors_that_another_outcome_would_have_kept_are_named(tmp_path: Path) -> None:
    factors = {name: {"low": -math.pi, "high": math.pi} for name in ("x1", "x2", "x3")}
    design = {"method": "screened", "trajectories": 20, "keep": 1, "points": 16, "outcome": "other"}
    table = {
        "run": "known_sensitivity:ishigami", "outcomes": ["y", "other"], "factors": factors, "design": design,
        "replicates": 1,
    }  # fmt: skip
    results = played(study_from_table(table), tmp_path / "o")
    assert list(section_of(results).findings["other"]["total"]) == ["x1"]
    named = [warning for warning in section_of(results).warnings if "the screening finds" in warning]
    assert len(named) == 1
    assert named[0].startswith("y: the screening finds x")
