"""Morris' elementary effects against known ones, and the effects of factors one by one."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_sensitivity import KINDS, UNIT, ishigami_study, own_study, played

from ecosim.errors import StudyError
from experiments.analysis import Section, analyse
from experiments.analysis.sensitivity.guards import runs_of
from experiments.study import AnalysisSpec

CUBE: dict[str, Any] = dict.fromkeys("abcde", UNIT)


def section_of(kind: str, results: Any, **options: Any) -> Section:
    found = analyse(results, AnalysisSpec(kind, options))
    json.dumps(dict(found.findings), allow_nan=False)
    return found


def morris(trajectories: int, levels: int = 4) -> dict[str, Any]:
    return {"method": "morris", "trajectories": trajectories, "levels": levels}


# -- screening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [4, 6])
def test_known_elementary_effects(tmp_path: Path, levels: int) -> None:
    """y = 2 a − 3 b + 4 c d: of a and b exactly; of c, 4 d at a grid place: mean 2, spread 4 sd(d)."""
    section = section_of("screening", played(own_study("additive", CUBE, morris(150, levels)), tmp_path / "s"))
    found = section.findings["y"]["factors"]
    for name, star, mu in (("a", 2.0, 2.0), ("b", 3.0, -3.0), ("e", 0.0, 0.0)):
        assert found[name]["mu_star"] == pytest.approx([star] * 3, abs=1e-9)
        assert found[name]["mu"] == pytest.approx(mu, abs=1e-9)
        assert found[name]["sigma"] == pytest.approx(0.0, abs=1e-9)
    spread = 4 * float(np.std(np.linspace(0, 1, levels)))
    for name in "cd":
        assert found[name]["mu_star"][1] <= 2.0 <= found[name]["mu_star"][2]
        assert found[name]["sigma"] == pytest.approx(spread, rel=0.15)
        assert found[name]["noise_floor"] is None
    assert any("one replicate" in warning for warning in section.warnings)
    assert section.tables["effects-y"].frame["factor"].iloc[0] == "b"


def test_the_floor_of_noise_is_what_an_idle_factor_has(tmp_path: Path) -> None:
    results = played(own_study("additive", CUBE, morris(100), replicates=3, values={"noise": 1.0}), tmp_path / "s")
    found = section_of("screening", results).findings["y"]["factors"]
    floor = math.sqrt(2 / math.pi * 2 / 3) / (2 / 3)
    assert found["e"]["noise_floor"] == pytest.approx(floor, rel=0.1)
    assert found["e"]["mu_star"][1] <= floor <= found["e"]["mu_star"][2]
    assert found["b"]["mu_star"][1] > floor


@pytest.mark.parametrize("how", ["nan", "raise"])
def test_a_bad_run_takes_its_trajectory_with_it(tmp_path: Path, how: str) -> None:
    design = morris(60, 8)
    good = played(ishigami_study(design), tmp_path / "good")
    point = good.points.iloc[4 * 20 + 1]
    spoiled = {"at1": float(point["x1"]), "at2": float(point["x2"]), "at3": float(point["x3"]), "how": how}
    results = played(ishigami_study(design, **spoiled), tmp_path / "bad")
    section = section_of("screening", results)
    found = section.findings["y"]
    hit = results.points[["x1", "x2", "x3"]].eq(point[["x1", "x2", "x3"]]).all(axis=1)
    walks = results.points["design.trajectory"][hit].nunique()  # the grid is coarse: others pass there too
    assert (found["trajectories"], found["trajectories_dropped"]) == (60 - walks, walks)
    assert f"{walks} of 60 trajectories" in section.warnings[0]
    assert all(math.isfinite(item["mu_star"][0]) for item in found["factors"].values())


def test_too_many_bad_runs_and_constants_are_refused(tmp_path: Path) -> None:
    results = played(ishigami_study(morris(10), beyond=0.0, how="nan"), tmp_path / "s")
    assert set(section_of("screening", results).findings["y"]) == {"refused"}
    results = played(own_study("additive", CUBE, morris(10), outcomes=["flat"]), tmp_path / "f")
    assert "it is 0 at every point" in section_of("screening", results).warnings[0]


def test_an_unfinished_screening(tmp_path: Path) -> None:
    results = played(own_study("additive", CUBE, morris(20)), tmp_path / "s")
    results.runs = results.runs[results.runs["point"] < 6 * 13 + 2].reset_index(drop=True)
    section = section_of("screening", results)
    # grid points come twice, so that a trajectory may be complete through another
    assert 13 <= section.findings["y"]["trajectories"] < 20
    assert "not complete" in section.warnings[0]
    results.runs = results.runs[:0]
    assert set(section_of("screening", results).findings["y"]) == {"refused"}


def test_ninety_factors_stay_legible(tmp_path: Path) -> None:
    factors = {f"f{row:02d}": UNIT for row in range(90)}
    section = section_of("screening", played(own_study("many", factors, morris(5)), tmp_path / "s"))
    assert len(section.figures["effects-y"].figure.axes[0].get_yticklabels()) == 15
    assert len(section.tables["effects-y"].frame) == 90
    assert section.tables["effects-y"].frame["factor"].iloc[0] == "f00"


def test_screened_says_what_was_kept(tmp_path: Path) -> None:
    design = {"method": "screened", "trajectories": 6, "keep": 2, "points": 8}
    section = section_of("screening", played(own_study("additive", CUBE, design), tmp_path / "s"))
    assert len(section.findings["kept"]) == 2
    assert "b" in section.findings["kept"]
    assert section.findings["kept"][0] in section.words[-1]


def test_screening_needs_trajectories() -> None:
    with pytest.raises(StudyError, match="allowed with this analysis is morris or screened"):
        own_study("additive", CUBE, {"method": "lhs"}, analysis=[{"kind": "screening"}])


# -- effects --------------------------------------------------------------------------------------------------------


def test_effects_of_a_straight_line(tmp_path: Path) -> None:
    results = played(own_study("additive", CUBE, {"method": "sobol", "points": 512}), tmp_path / "s")
    section = section_of("effects", results, bins=4)
    found = section.findings["y"]
    assert np.diff(found["b"]["mean"]) == pytest.approx([-0.75] * 3, abs=0.1)
    truth = [2 * place - 3 / 2 + 1 for place in (0.125, 0.375, 0.625, 0.875)]
    for low, value, high in zip(found["a"]["low"], truth, found["a"]["high"], strict=True):
        assert low <= value <= high
    assert sum(found["a"]["points"]) == 512
    assert section.tables["means-y"].frame["factor"].iloc[0] == "b"
    assert len(section.figures["effects-y"].figure.axes) == 8
    assert "b" in section.words[0]


def test_effects_of_levels_and_failed_runs(tmp_path: Path) -> None:
    results = played(own_study("kinds", KINDS, {"method": "factorial"}, replicates=3), tmp_path / "s")
    found = section_of("effects", results).findings["y"]
    assert found["choice"]["value"] == ["low", "high"]
    assert np.diff(found["choice"]["mean"]) == pytest.approx([4.0])
    assert np.diff(found["whole"]["mean"]) == pytest.approx([1.0, 1.0])
    spoiled = ishigami_study({"method": "lhs", "points": 60}, beyond=2.0, how="raise")
    section = section_of("effects", played(spoiled, tmp_path / "f"))
    assert "runs failed or gave no number; the means are of the others" in section.warnings[0]
    assert sum(section.findings["y"]["x1"]["points"]) < 60


def test_effects_of_one_at_a_time_are_at_the_base(tmp_path: Path) -> None:
    design = {"method": "oat", "steps": 3, "base": {"d": 0.0}}
    study = own_study("additive", CUBE, design, replicates=4, values={"noise": 0.1})
    found = section_of("effects", played(study, tmp_path / "s")).findings["y"]
    assert found["c"]["mean"] == pytest.approx([-0.5] * 3, abs=0.3)  # d = 0: c does nothing
    assert found["c"]["points"] == [1, 1, 1]
    assert all(low < mean for low, mean in zip(found["c"]["low"], found["c"]["mean"], strict=True))


def test_effects_of_a_screened_study_are_of_what_was_kept(tmp_path: Path) -> None:
    design = {"method": "screened", "trajectories": 6, "keep": 2, "points": 32}
    results = played(own_study("additive", CUBE, design), tmp_path / "s")
    section = section_of("effects", results)
    assert sum(section.findings["y"]["b"]["points"]) == 64  # A and B
    assert len(section.findings["y"]) == 2
    assert "The other 3 factors are looked at in the screening only." in section.words


def test_points_of_a_trajectory_count_as_one(tmp_path: Path) -> None:
    """Five points that share four of five coordinates are not five independent ones: intervals must be wider."""
    results = played(own_study("additive", CUBE, morris(30)), tmp_path / "s")
    found = section_of("effects", results).findings["y"]["e"]
    means = runs_of(results, "y")[0][:, 0]
    place = found["value"].index("0")
    inside = means[(results.points["e"] == 0.0).to_numpy()]
    naive = 1.96 * float(np.std(inside, ddof=1)) / math.sqrt(len(inside))
    assert found["high"][place] - found["mean"][place] > 1.3 * naive


def test_effects_without_any_run(tmp_path: Path) -> None:
    results = played(own_study("additive", CUBE, {"method": "lhs", "points": 10}), tmp_path / "s")
    results.runs = results.runs[:0]
    section = section_of("effects", results)
    assert section.warnings == ("y: no run has given a number yet.",)
    assert not section.figures


@pytest.mark.parametrize(
    ("options", "told"), [({"outcomes": ["z"]}, "outcomes = 'z'.*allowed are y"), ({"bins": 1}, "bins = 1: allowed")]
)
def test_effects_check_their_options(options: Any, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        own_study("additive", CUBE, {"method": "lhs"}, analysis=[{"kind": "effects", **options}])
