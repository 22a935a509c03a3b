"""How far a sweep is: counts against what pandas says, speed from known times, and what to do next."""

from __future__ import annotations

import os
import time
from pathlib import Path

import mishaps
import pytest

from ecosim.errors import OutputError
from experiments import load, sweep
from experiments.analysis import analyse
from experiments.designs import Round, no_points, replicates_of
from experiments.planning import status
from experiments.planning.status import MANY_PARTS, PartInfo, playing
from experiments.reading import study_from_table
from experiments.store import SweepFolder
from experiments.store.identity import run_keys
from experiments.store.parts import PartWriter, part_files
from experiments.sweep_report.endings import progress


def write(folder: SweepFolder, runs: list[tuple[int, int]], writer: PartWriter, state: str = "ok") -> Path:
    """Write a part of runs, each of which took a second, and return it."""
    before = set(part_files(folder.path, "runs"))
    for point, replicate in runs:
        key, seed = folder.keys[point], folder.seed(replicate)
        values = {path: folder.points[path].tolist()[point] for path in folder.study.paths}
        writer.add({
            "run": run_keys([int(key)], [replicate], [seed])[0], "point": key, "replicate": replicate, "seed": seed,
            "status": state, "seconds": 1.0, "error": None if state == "ok" else "bad", **values, "y": 1.0, "high": 0.0,
        })  # fmt: skip
    writer.flush()
    return next(iter(set(part_files(folder.path, "runs")) - before))


def empty(path: Path) -> SweepFolder:
    """Return the folder of a sweep of 15 points × 4 replicates of which nothing is played."""
    from experiments.designs import make_design

    study = mishaps.study()
    points = make_design(study).points()  # type: ignore[attr-defined]
    return SweepFolder.create(path, study, Round(points, replicates_of(range(15), 0, 4)))


def age(path: Path, seconds: float) -> None:
    when = time.time() - seconds
    os.utime(path, (when, when))


def test_finished_sweep(tmp_path: Path) -> None:
    results = sweep(mishaps.study(), tmp_path / "sweep", workers=1)
    found = status(tmp_path / "sweep")
    assert found.counts == results.runs["status"].value_counts().to_dict() == {"ok": 54, "nan": 3, "failed": 3}
    assert (found.committed, found.asked, found.complete, found.points, found.round) == (60, 60, True, 15, 1)
    assert found.replicates == (4, 4)
    assert found.failed_first == (12, 0)
    said = found.as_text()
    assert "60 of 60 asked for (100 %)" in said
    assert "54 ok, 3 nan, 3 failed" in said
    assert f"ecosim replay {tmp_path / 'sweep'} 12/0" in said
    assert "ecosim sweep" not in said
    assert not found.playing


def test_truncated_sweep_says_how_to_go_on(tmp_path: Path) -> None:
    sweep(mishaps.study(), tmp_path / "sweep", workers=1)
    folder = SweepFolder.open(tmp_path / "sweep")
    folder.add_round(Round(no_points(folder.study), replicates_of(range(5), 4, 10)))
    for path in part_files(folder.path, "runs"):
        age(path, 7200)
    found = status(tmp_path / "sweep")
    assert (found.committed, found.asked, found.complete, found.round) == (60, 90, False, 2)
    assert not found.playing
    said = found.as_text()
    assert "60 of 90 asked for (67 %)" in said
    assert "nobody seems to be playing it (last part written 2 h ago)" in said
    assert f"ecosim sweep {tmp_path / 'sweep'}   goes on where it stopped" in said
    assert "makes the report, as far as it has come" in said


def test_nothing_played_yet(tmp_path: Path) -> None:
    empty(tmp_path / "sweep")
    found = status(tmp_path / "sweep")
    assert (found.committed, found.asked, found.parts, found.rate, found.last_part) == (0, 60, 0, None, None)
    assert "nothing is written yet" in found.as_text()
    assert "ecosim report" not in found.as_text()


def test_speed_balance_and_time_left_of_a_sweep_under_way(tmp_path: Path) -> None:
    folder = empty(tmp_path / "sweep")
    one, other = PartWriter(folder.path, folder.study), PartWriter(folder.path, folder.study)
    age(write(folder, [(p, 0) for p in range(10)], one), 45)
    age(write(folder, [(p, 1) for p in range(10)], one), 25)  # 10 runs in 20 s
    age(write(folder, [(p, 0) for p in range(10, 15)], other), 40)
    age(write(folder, [(p, 1) for p in range(10, 14)], other), 30)  # 4 runs in 10 s
    found = status(tmp_path / "sweep")
    assert found.playing
    assert found.rate == pytest.approx(0.9, rel=0.01)
    assert found.eta == pytest.approx(31 / 0.9, rel=0.01)
    assert found.replicates == (1, 2)
    said = found.as_text()
    assert " runs/s, about 34 s left" in said
    assert "1 to 2 replicates per point" in said
    assert "ecosim sweep" not in said


def test_run_that_is_there_twice_counts_once_with_its_better_end(tmp_path: Path) -> None:
    folder = empty(tmp_path / "sweep")
    write(folder, [(0, 0), (1, 0)], PartWriter(folder.path, folder.study), "killed")
    write(folder, [(0, 0)], PartWriter(folder.path, folder.study))
    found = status(tmp_path / "sweep")
    assert found.committed == 2
    assert found.counts == {"ok": 1, "killed": 1}
    assert found.failed_first == (1, 0)
    assert found.counts == load(tmp_path / "sweep").runs["status"].value_counts().to_dict()


def test_pace_of_workers() -> None:
    assert playing([]) is None
    assert playing([PartInfo("a", 0.0, 10, 10.0)]) is None
    assert playing([PartInfo("a", 30.0, 60, 30.0), PartInfo("a", 0.0, 900, 30.0)]) == pytest.approx(2.0)
    compacted = [PartInfo("c", 100.0, 500_000, 5000.0), PartInfo("c", 101.0, 500_000, 5000.0)]
    assert playing(compacted) is None


def test_many_parts_are_to_be_compacted(tmp_path: Path) -> None:
    folder = empty(tmp_path / "sweep")
    first = write(folder, [(0, 0)], PartWriter(folder.path, folder.study))
    for number in range(MANY_PARTS):
        copy = first.with_name(f"part-{number:012x}-00000.parquet")
        copy.write_bytes(first.read_bytes())
        age(copy, 3600)
    age(first, 3600)
    found = status(tmp_path / "sweep")
    assert found.parts == MANY_PARTS + 1
    assert found.committed == 1
    assert f"ecosim compact {tmp_path / 'sweep'}" in found.as_text()


def test_design_that_may_go_on_is_said_to(tmp_path: Path) -> None:
    rule = {"number": 2, "outcome": "y", "half_width": 100.0}
    folder = tmp_path / "sweep"
    study = mishaps.study(replicates=rule, values={"bad": False})
    from experiments.designs import make_design

    points = make_design(study).points()  # type: ignore[attr-defined]
    made = SweepFolder.create(folder, study, Round(points, replicates_of(range(15), 0, 2)))
    write(made, [(p, r) for p in range(15) for r in range(2)], PartWriter(made.path, study))
    found = status(folder)
    assert found.complete
    assert found.open_ended
    assert "asks the design whether it wants more" in found.as_text()


def test_not_a_sweep(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not the folder of a sweep"):
        status(tmp_path)


def test_points_that_come_again_are_played_once_and_lack_nothing(tmp_path: Path) -> None:
    table = {
        "name": "twins", "run": "tests.sweeps.poison:play", "outcomes": ["y"], "replicates": 3,
        "values": {"at": -1.0, "kind": "none"}, "factors": {"x": {"levels": [1.0, 2.0]}},
        "design": {"method": "lhs", "points": 8}, "analysis": [{"kind": "overview"}],
    }  # fmt: skip
    results = sweep(study_from_table(table), tmp_path / "s", workers=1)
    assert len(results.points) == 8
    assert len(results.runs) == 6
    assert status(tmp_path / "s").replicates == (3, 3)
    assert progress(results).replicates == (3, 3)
    assert analyse(results, results.study.analyses[0]).warnings == ()
