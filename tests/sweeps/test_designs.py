"""Designs: their points, their options, and what they refuse."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from known_sensitivity import KINDS, UNIT, additive, ishigami_study, own_study, played

from ecosim.errors import StudyError
from experiments import load
from experiments.designs import make_design
from experiments.designs.morris import trajectories_of
from experiments.designs.saltelli import blocks_of
from experiments.reading import study_from_table

FACTORS = {"a": UNIT, "b": {"low": 1.0, "high": 100.0, "scale": "log"}, "c": {"levels": ["x", "y", "z"]}}


def study_of(method: str, factors: Any = None, folder: Path = Path(), **options: Any) -> Any:
    table = {
        "run": "known_sensitivity:many", "outcomes": ["y"], "factors": factors or FACTORS, "replicates": 1,
        "design": {"method": method, **options},
    }  # fmt: skip
    return study_from_table(table, folder)


def points_of(method: str, **options: Any) -> pd.DataFrame:
    return make_design(study_of(method, **options)).points()


# -- grids ------------------------------------------------------------------------------------------------------


def test_factorial_is_every_combination() -> None:
    points = points_of("factorial", steps=3)
    assert len(points) == 27
    assert not points.duplicated().any()
    assert sorted(points["b"].unique()) == pytest.approx([1.0, 10.0, 100.0])


@pytest.mark.parametrize("steps", [1, 2.5, True, "3", 0])
def test_factorial_refuses_steps(steps: Any) -> None:
    with pytest.raises(StudyError, match=r"design: steps = .*allowed is a whole number from 2"):
        study_of("factorial", steps=steps)


def test_factorial_refuses_what_cannot_be_meant() -> None:
    with pytest.raises(StudyError, match="20 factors make"):
        study_of("factorial", {f"f{row}": UNIT for row in range(20)}, steps=10)


def test_one_at_a_time_moves_one_from_the_base() -> None:
    points = points_of("oat", steps=3)
    base = points[points["design.moved"] == ""]
    assert base[["a", "b", "c"]].to_numpy().tolist() == [[0.5, pytest.approx(10.0), "y"]]
    for name, row in zip(points["design.moved"], points[["a", "b", "c"]].to_dict("records"), strict=True):
        changed = [key for key in row if row[key] != base[key].iloc[0]]
        assert changed in ([], [name])
    assert not points[["a", "b", "c"]].duplicated().any()
    assert (points["design.moved"] == "c").sum() == 2


def test_one_at_a_time_from_a_given_base() -> None:
    points = points_of("oat", steps=2, base={"a": 0.25, "c": "z"})
    assert points.iloc[0].tolist() == [0.25, pytest.approx(10.0), "z", ""]
    nested = {"g.a": UNIT, "g.b": UNIT}
    assert make_design(study_of("oat", nested, base={"g": {"a": 0.1}})).points()["g.a"].iloc[0] == 0.1


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ({"aa": 1}, "no factor 'aa'.*allowed are a, b, c"),
        ({"a": 2.0}, r"base.a: got 2.0: allowed is a number from 0 to 1"),
        ({"c": "w"}, "base.c: got 'w': allowed is one of x, y, z"),
        (3, "base = 3: allowed is a table"),
    ],
)
def test_one_at_a_time_refuses_a_base(base: Any, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        study_of("oat", base=base)


# -- filling ----------------------------------------------------------------------------------------------------


def test_latin_hypercube_has_one_point_in_every_slice() -> None:
    points = points_of("lhs", points=20)
    assert sorted((points["a"] * 20).astype(int)) == list(range(20))
    assert sorted((np.log(points["b"]) / math.log(100) * 20).astype(int)) == list(range(20))
    pd.testing.assert_frame_equal(points, points_of("lhs", points=20))


def test_sobol_begins_with_the_smaller_design() -> None:
    small, large = points_of("sobol", points=16), points_of("sobol", points=64)
    pd.testing.assert_frame_equal(small, large.iloc[:16])
    assert np.histogram(large["a"], 64, (0, 1))[0].tolist() == [1] * 64


@pytest.mark.parametrize("method", ["sobol", "saltelli"])
def test_sobol_refuses_what_is_no_power_of_two(method: str) -> None:
    with pytest.raises(StudyError, match=r"points = 100: allowed is a power of 2 \(64 or 128\)"):
        study_of(method, points=100)


# -- points from a file -----------------------------------------------------------------------------------------

TYPED = {"a": UNIT, "n": {"levels": [1, 2, 3]}, "on": {"levels": [True, False]}, "c": {"levels": ["x", "y"]}}


def test_points_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("\ufeffc,a,on,n\ny, 0.25 ,true,3\n\nx,1,0,2\n", encoding="utf-8")
    points = make_design(study_of("points", TYPED, tmp_path, file="p.csv")).points()
    assert points.to_dict("records") == [
        {"a": 0.25, "n": 3, "on": True, "c": "y"}, {"a": 1.0, "n": 2, "on": False, "c": "x"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,n,on,c\n0.5,4,true,x\n", r"p.csv: line 2, column n: got '4': allowed is one of 1, 2, 3"),
        ("a,n,on,c\n0.5,1,true,x\n1.5,1,true,x\n", r"line 3, column a: got '1.5': allowed is a number from 0 to 1"),
        ("a,n,on,c\nnan,1,true,x\n", r"column a: got 'nan'"),
        ("a,n,on,c\n0.5,1,perhaps,x\n", r"column on: got 'perhaps': allowed is one of true, false"),
        ("a,n,on,c\n0.5,1,true\n", r"line 2: 3 values: allowed are 4"),
        ("a,n,on\n0.5,1,true\n", r"line 1: no column c"),
        ("a,n,on,c,c\n0.5,1,true,x,x\n", r"line 1: a column is there twice"),
        ("a,n,on,cc\n0.5,1,true,x\n", r"line 1: no factor 'cc'"),
        ("a,n,on,c\n", r"no points"),
        ("", r"the file is empty"),
        ("a,n,on,c\n0.5,1,true,x\n.5,1,1,x\n", r"line 3: the same point as in line 2"),
        ('a,n,on,c\n"0.5,1,true,x\n', r"not valid CSV"),
    ],
)
def test_points_refuse_a_wrong_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(StudyError, match=told):
        study_of("points", TYPED, tmp_path, file="p.csv")


def test_points_need_a_file_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "bytes.csv").write_bytes(b"a,n,on,c\n\xff")
    for file, told in (("no.csv", "no such file"), (".", "folder"), ("bytes.csv", "not UTF-8"), ("", "file = ''")):
        with pytest.raises(StudyError, match=told):
            study_of("points", TYPED, tmp_path, file=file)


def test_a_sweep_goes_on_without_the_file(tmp_path: Path) -> None:
    factors = {f"f{row:02d}": UNIT for row in range(4)}
    (tmp_path / "p.csv").write_text("f00,f01,f02,f03\n0,0,0,0\n1,1,1,1\n")
    study = study_of("points", factors, tmp_path, file="p.csv")
    played(study, tmp_path / "sweep")
    (tmp_path / "p.csv").unlink()
    results = load(tmp_path / "sweep")
    assert results.means("y").tolist() == [0.0, 10.0]
    assert len(played(results.study, tmp_path / "sweep").runs) == 2


# -- Saltelli ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second_order", [False, True])
def test_saltelli_blocks_cross_a_and_b(second_order: bool) -> None:
    study = study_of("saltelli", points=8, second_order=second_order)
    found = make_design(study).next_round(Nothing())  # type: ignore[arg-type]
    assert found is not None
    blocks = blocks_of(found.points)
    assert blocks.numbers.shape == (8, 8 if second_order else 5)
    assert blocks.factors.tolist() == [0, 1, 2]
    names = ["a", "b", "c"]
    for row in blocks.numbers:
        part = found.points.loc[row].set_index("design.role")
        assert part["design.block"].nunique() == 1
        for place, name in enumerate(names, 1):
            for crossed, whole, other in (("AB", "A", "B"), ("BA", "B", "A"))[: 1 + second_order]:
                expected = [part.loc[other if key == name else whole, key] for key in names]
                assert part.loc[f"{crossed}_{place}", names].tolist() == expected


def test_saltelli_doubles_until_the_interval_is_narrow(tmp_path: Path) -> None:
    design = {"method": "saltelli", "points": 64, "maximum": 4096, "precision": 0.15}
    results = played(ishigami_study(design), tmp_path / "s")
    blocks = blocks_of(results.points)
    assert 64 < len(blocks.numbers) < 4096
    assert results.points["design.block"].tolist() == np.repeat(np.arange(len(blocks.numbers)), 5).tolist()
    longer = ishigami_study({**design, "points": len(blocks.numbers), "precision": 0.0})
    direct = make_design(longer).next_round(Nothing())  # type: ignore[arg-type]
    assert direct is not None
    pd.testing.assert_frame_equal(direct.points, results.points.drop(columns="round"))
    assert make_design(results.study).next_round(results) is None


def test_saltelli_stops_at_the_maximum(tmp_path: Path) -> None:
    design = {"method": "saltelli", "points": 8, "maximum": 16, "precision": 0.001}
    assert len(blocks_of(played(ishigami_study(design), tmp_path / "s").points).numbers) == 16


def test_saltelli_stops_where_nothing_can_be_known(tmp_path: Path) -> None:
    design = {"method": "saltelli", "points": 8, "maximum": 64, "precision": 0.1}
    results = played(ishigami_study(design, beyond=-1.0, how="raise"), tmp_path / "s")
    assert len(blocks_of(results.points).numbers) == 8


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"points": 64, "maximum": 32}, "maximum = 32: allowed is points = 64 or more"),
        ({"precision": -0.1}, "precision = -0.1: allowed is a number from 0 to 1"),
        ({"second_order": 1}, "second_order = 1: allowed is true or false"),
        ({"outcome": "why"}, "outcome = 'why'"),
        ({"transform": "log"}, "transform = 'log'.*allowed is none or log1p"),
        ({"point": 64}, "unknown key 'point'"),
    ],
)
def test_saltelli_refuses_options(options: Any, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        study_of("saltelli", **options)


def test_saltelli_needs_equal_replicates() -> None:
    with pytest.raises(StudyError, match="the same replicates"):
        own_study(
            "many", {f"f{row:02d}": UNIT for row in range(4)}, {"method": "saltelli"},
            replicates={"number": 2, "outcome": "y", "half_width": 0.1},
        )  # fmt: skip


def test_an_outcome_that_may_be_unknown_is_refused() -> None:
    table = {
        "scenario": "three-ingredients", "factors": {"medium.transmissibility": {"low": 0.01, "high": 0.03}},
        "outcomes": ["emergence_month", "hybrids"], "design": {"method": "saltelli", "precision": 0.1},
    }  # fmt: skip
    with pytest.raises(StudyError, match="may be unknown"):
        study_from_table(table)
    study_from_table({**table, "design": {"method": "saltelli", "precision": 0.1, "outcome": "hybrids"}})


# -- Morris and screened ----------------------------------------------------------------------------------------


def test_morris_moves_one_factor_at_a_step() -> None:
    points = points_of("morris", trajectories=7)
    walks = trajectories_of(points)
    assert walks.shape == (7, 4)
    for walk in walks:
        rows = points.loc[walk, ["a", "b", "c"]]
        moved = [(rows.iloc[step] != rows.iloc[step + 1]).to_numpy() for step in range(3)]
        assert np.sum(moved, axis=0).tolist() == [1, 1, 1]
        assert points.loc[walk, "design.step"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("options", [{"levels": 5}, {"trajectories": 1}, {"levels": 0}])
def test_morris_refuses_options(options: Any) -> None:
    with pytest.raises(StudyError, match="allowed is"):
        study_of("morris", **options)


def test_screened_keeps_what_matters(tmp_path: Path) -> None:
    factors = {name: {"low": 0.0, "high": 1.0} for name in "abcde"}
    design = {"method": "screened", "trajectories": 8, "keep": 3, "points": 16, "maximum": 16}
    study = own_study("additive", factors, design)
    results = played(study, tmp_path / "s")
    blocks = blocks_of(results.points)
    # mean absolute effects: 2, 3, 4 E(d), 4 E(c), 0
    walks = results.points.loc[trajectories_of(results.points).ravel()]
    assert set(walks["design.stage"]) == {"screening"}
    assert {"b"} <= {study.paths[place] for place in blocks.factors}
    assert 4 not in blocks.factors
    part = results.points.loc[blocks.numbers.ravel()]
    assert set(part["design.stage"]) == {"indices"}
    assert (part["e"] == 0.5).all()
    assert part["b"].nunique() > 2
    assert make_design(study).planned_runs() == len(results.runs)
    again = played(study, tmp_path / "s")
    pd.testing.assert_frame_equal(again.points, results.points)


def test_screened_doubles_over_the_same_factors(tmp_path: Path) -> None:
    factors = {name: {"low": 0.0, "high": 1.0} for name in "abcde"}
    design = {"method": "screened", "trajectories": 4, "keep": 2, "points": 8, "maximum": 32, "precision": 0.01}
    results = played(own_study("additive", factors, design), tmp_path / "s")
    assert blocks_of(results.points).numbers.shape == (32, 4)
    assert results.points["round"].max() == 4


def test_screened_goes_no_further_when_the_screening_is_spoiled(tmp_path: Path) -> None:
    design = {"method": "screened", "trajectories": 6, "keep": 2, "points": 8}
    results = played(ishigami_study(design, beyond=0.0, how="raise"), tmp_path / "s")
    assert set(results.points["design.stage"]) == {"screening"}


def test_screened_refuses_to_keep_more_than_there_are() -> None:
    with pytest.raises(StudyError, match="keep = 4: allowed is a whole number from 1 to 3"):
        study_of("screened", keep=4)


# -- values that come twice --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "design",
    [
        {"method": "lhs", "points": 50}, {"method": "sobol", "points": 64}, {"method": "morris", "trajectories": 20},
        {"method": "saltelli", "points": 32}, {"method": "screened", "keep": 2, "points": 16, "trajectories": 10},
    ],
    ids=lambda design: design["method"],
)  # fmt: skip
def test_values_that_come_twice_are_played_once(tmp_path: Path, design: Any) -> None:
    study = own_study("kinds", KINDS, design, replicates=2)
    results = played(study, tmp_path / "s")
    values = results.points[list(study.paths)]
    assert len(results.runs) == 2 * len(values.drop_duplicates())
    assert values.duplicated().any()
    assert len(played(study, tmp_path / "s").runs) == len(results.runs)


class Nothing:
    points = ()


def test_known_function() -> None:
    assert additive({**dict.fromkeys("abcde", 1.0)}, 1, None)["y"] == 3.0
