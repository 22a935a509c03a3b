"""Phase diagrams of grids and of scattered points, where what is to be seen is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from in_memory import play_all
from known import threshold
from steep import emerges

from ecosim.errors import StudyError
from experiments import sweep
from experiments.analysis import phase
from experiments.analysis.boundary.maps import edges, windows
from experiments.reading import study_from_table
from experiments.study.factors import Factor


def grid(factors="xy", steps=6, replicates=4, method="factorial", high=1.0, **more):
    design = {"method": method, **({"steps": steps} if method == "factorial" else {}), **more}
    return study_from_table({
        "name": "known", "run": "known:threshold", "outcomes": ["emerged", "r"], "replicates": replicates,
        "factors": {name: {"low": 0.0, "high": high} for name in factors}, "design": design,
    })  # fmt: skip


def options(**given):
    return {**phase.OPTIONS, **given}


def meshes(section):
    (drawing,) = section.figures.values()
    return [axis for axis in drawing.figure.axes if axis.get_title() or axis.get_xlabel()], drawing


def test_cells_of_a_grid_are_means_and_the_lines_are_drawn(tmp_path):
    results = sweep(grid(high=0.93), tmp_path / "grid", workers=1)
    section = phase.analyse(results, options(theory="r"))
    (axis,), drawing = meshes(section)
    assert section.findings["grid"] is True
    cells = axis.collections[0].get_array().reshape(6, 6)
    expected = results.good.groupby(["y", "x"])["emerged"].mean().to_numpy().reshape(6, 6)
    np.testing.assert_allclose(cells, expected)
    assert len(axis.collections) >= 5  # cells, band, boundary and theory on white lines
    assert "Each cell is the mean" in drawing.caption
    assert section.findings["agrees with r"] > 0.9
    assert not section.warnings


def test_scattered_points_are_interpolated_and_it_is_said_how():
    results = play_all(grid(method="boundary", budget=96, precision=0.0), emerges(40.0))
    section = phase.analyse(results, options(theory="r"))
    assert section.findings["grid"] is False
    assert "Gaussian process that knows the counts" in section.words[-1]
    section = phase.analyse(results, options(outcome="r"))
    assert "interpolated by Gaussian-process regression" in section.words[-1]
    (axis,), _ = meshes(section)
    values = axis.collections[0].get_array().reshape(41, 41)
    np.testing.assert_allclose(values[0, 0], math.exp(-1.0), rtol=0.05)
    np.testing.assert_allclose(values[-1, -1], math.exp(1.0), rtol=0.05)


def test_small_multiples_over_the_levels_of_a_third_factor():
    results = play_all(grid("xyz", steps=4, replicates=2), emerges(40.0))
    section = phase.analyse(results, options(x="z", y="x", panels="y", theory="r"))
    axes, _ = meshes(section)
    panels = [axis for axis in axes if axis.get_xlabel() == "z"]
    assert [axis.get_title() for axis in panels] == ["y = 0", "y = 0.333", "y = 0.667", "y = 1"]
    means = results.good.merge(results.points, left_on="point", right_index=True)
    for axis, y in zip(panels, np.linspace(0, 1, 4), strict=True):
        cells = axis.collections[0].get_array().reshape(4, 4)
        rows = means[np.isclose(means["y"], y)].groupby(["x", "z"])["emerged"].mean()
        np.testing.assert_allclose(cells, rows.to_numpy().reshape(4, 4))


def test_a_threshold_on_an_outcome_and_failed_runs():
    def failing(values, seed, months):
        if seed == 2:
            raise RuntimeError
        return threshold(values, seed, months)

    results = play_all(grid(), failing)
    section = phase.analyse(results, options(outcome="r", above=1.1, theory="r"))
    assert any("36 of 144 runs failed and are left out" in warning for warning in section.warnings)
    assert section.findings["highest"] == 1.0
    (axis,), _ = meshes(section)
    cells = axis.collections[0].get_array().reshape(6, 6)
    ends = np.linspace(0, 1, 6)
    np.testing.assert_array_equal(cells, (ends[:, None] + ends > 1.1).astype(float))


def test_an_unfinished_grid_has_holes_and_says_so():
    results = play_all(grid(replicates=1), threshold)
    results.rows = results.rows[:30]
    section = phase.analyse(results, options())
    assert any("6 of 36 points have no run" in warning for warning in section.warnings)
    results.rows = []
    assert "nothing can be drawn" in phase.analyse(results, options()).words[0]


def test_everything_the_same_is_drawn_without_a_boundary():
    results = play_all(grid(), lambda values, seed, months: {"emerged": 0.0, "r": 0.5})
    section = phase.analyse(results, options(theory="r"))
    assert section.findings["highest"] == 0.0
    assert "highest at" not in section.words[0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"outcome": "emergd"}, "emerged"), ({"x": "x", "y": "x"}, "different factors"), ({"x": "w"}, "no factor 'w'"),
        ({"theory": "next-generation"}, "distance does not matter"), ({"above": "x"}, "above = 'x'"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(given, message):
    with pytest.raises(StudyError) as caught:
        phase.check(grid(), options(**given), "here")
    assert message in str(caught.value)
    with pytest.raises(StudyError) as caught:
        phase.check(grid("x"), options(), "here")
    assert "at least two factors" in str(caught.value)


def test_edges_and_windows():
    np.testing.assert_allclose(edges(Factor("a", 0.0, 1.0), [0.0, 0.5, 1.0]), [-0.25, 0.25, 0.75, 1.25])
    np.testing.assert_allclose(edges(Factor("a", 1.0, 100.0, scale="log"), [1.0, 100.0]), [0.1, 10.0, 1000.0])
    assert len(edges(Factor("a", 0.0, 1.0), [0.3])) == 2
    study = grid("xyz", method="boundary")
    found = windows(study, "", "z", "", (0.2, 0.8))
    assert [(window.x, window.y, window.panel) for window in found] == [(0, 2, 1), (0, 2, 1)]
    assert [window.words for window in found] == ["y = 0.2", "y = 0.8"]
    places = pd.DataFrame(found[0].places())
    assert set(places[1]) == {0.2}
    assert places[0].iloc[1] > places[0].iloc[0]  # x changes fastest
    assert found[0].near(np.array([[0.5, 0.25, 0.5], [0.5, 0.5, 0.5]]), 0.1).tolist() == [True, False]
