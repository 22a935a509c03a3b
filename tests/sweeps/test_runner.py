"""The runner: every run that is asked for ends in the store, whatever happens to workers, runs and the runner."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecosim.errors import OutputError, StudyError
from experiments import Study, load, sweep
from experiments.designs import make_design
from experiments.reading import study_from_table
from experiments.running import worker
from experiments.running.runner import open_sweep
from experiments.store import SweepFolder
from tests.sweeps.examples import poisoned, same_runs, small_model

ROOT = Path(__file__).parents[2]


def test_two_processes_give_the_runs_of_one(tmp_path: Path) -> None:
    study = small_model()
    one = sweep(study, tmp_path / "one", workers=1)
    two = sweep(study, tmp_path / "two", workers=2)
    assert len(one.runs) == 6 * 4
    assert (one.runs["status"] == "ok").all()
    same_runs(one, two)
    pd.testing.assert_frame_equal(one.steps, two.steps)


def test_replicates_share_seeds_and_are_interleaved(tmp_path: Path) -> None:
    study = poisoned("none", points=5, replicates=3)
    played: list[tuple[int, int]] = []
    original = worker._played

    def watched(desk: Any, point: int, replicate: int, name: int) -> Any:
        played.append((point, replicate))
        return original(desk, point, replicate, name)

    worker._played = watched
    try:
        results = sweep(study, tmp_path / "s", workers=1)
    finally:
        worker._played = original
    assert played == [(point, replicate) for replicate in range(3) for point in range(5)]
    assert set(results.runs.groupby("replicate")["seed"].nunique()) == {1}
    assert results.runs["seed"].nunique() == 3


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("exit", "killed", "its worker died"),
        ("segfault", "killed", "its worker died"),
        ("raise", "failed", "ZeroDivisionError: a mistake in the model"),
        ("loop", "timeout", "took more than 1 s"),
        ("sleep", "timeout", "_go_wrong"),
        ("swallow", "timeout", "took more than 1 s"),
        ("compiled", "killed", "its worker died"),
        ("nan", "nan", "not a number: y"),
        ("interrupt", "failed", "KeyboardInterrupt"),
        ("system-exit", "failed", "SystemExit"),
    ],
)
def test_a_run_that_goes_wrong_is_set_aside_and_the_rest_finishes(
    tmp_path: Path, kind: str, status: str, said: str
) -> None:  # fmt: skip
    results = sweep(poisoned(kind), tmp_path / "s", workers=2)
    assert len(results.runs) == 40
    bad = results.bad
    assert bad[["point", "replicate", "status"]].to_numpy().tolist() == [[7, 1, status]]
    assert said in bad["error"].iloc[0]
    assert bad["x"].iloc[0] == 7.0
    clean = sweep(poisoned("none"), tmp_path / "clean", workers=1)
    others = clean.runs[(clean.runs["point"] != 7) | (clean.runs["replicate"] != 1)]
    np.testing.assert_array_equal(results.good["y"], others["y"])
    assert sweep(poisoned(kind), tmp_path / "s", workers=1).bad["status"].tolist() == [status]  # not played again


def test_without_notes_the_batch_is_bisected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.running.rounds.read_notes", lambda *_: [])  # as on a slow network disk
    results = sweep(poisoned("exit"), tmp_path / "s", workers=2)
    assert len(results.runs) == 40
    assert results.bad[["point", "replicate", "status"]].to_numpy().tolist() == [[7, 1, "killed"]]


def test_failed_runs_are_played_again_when_asked(tmp_path: Path) -> None:
    study = poisoned("raise")
    sweep(study, tmp_path / "s", workers=1)
    before = len(list((tmp_path / "s" / "runs").iterdir()))
    sweep(study, tmp_path / "s", workers=1)
    assert len(list((tmp_path / "s" / "runs").iterdir())) == before
    results = sweep(study, tmp_path / "s", workers=1, retry=True)
    assert len(list((tmp_path / "s" / "runs").iterdir())) == before + 1
    assert results.bad["status"].tolist() == ["failed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to be quick")
def test_killed_at_twenty_random_moments_nothing_committed_is_lost(tmp_path: Path) -> None:
    study = small_model(replicates=200, months=12)
    whole = sweep(study, tmp_path / "whole", workers=1)
    folder = tmp_path / "killed"
    moments = random.Random(4)
    committed: set[tuple[int, int]] = set()
    kills = 0
    while kills < 20:
        child = os.fork()
        if child == 0:
            sweep(study, folder, workers=1, flush_seconds=0.0)
            os._exit(0)
        time.sleep(moments.uniform(0.001, 0.08))
        os.kill(child, signal.SIGKILL)
        _, how = os.waitpid(child, 0)
        kills += os.WIFSIGNALED(how)
        if (folder / "manifest.json").exists():
            runs = load(folder).runs
            now = set(zip(runs["point"], runs["replicate"], strict=True))
            assert committed <= now
            committed = now
        if not os.WIFSIGNALED(how):
            break
    assert kills == 20, "the machine is too fast for this test to say anything: more replicates"
    results = sweep(study, folder, workers=1)
    same_runs(whole, results)
    pd.testing.assert_frame_equal(whole.steps, results.steps)
    assert not list(folder.rglob("under-way/*"))


def test_killed_with_its_workers_and_resumed(tmp_path: Path) -> None:
    """The whole command with two workers, killed outright three times; then interrupted; then let through."""
    study = tmp_path / "study.toml"
    study.write_text(
        'name = "slow"\nrun = "tests.sweeps.poison:play"\noutcomes = ["y"]\nreplicates = 20\n'
        "[values]\nat = -1.0\nkind = 'none'\nsleep = 0.02\n[factors]\nx = { levels = [1.0, 2.0, 3.0, 4.0, 5.0] }\n"
    )
    folder = tmp_path / "s"
    command = [sys.executable, "-c", _COMMAND, str(study), str(folder)]
    kept = 0
    for _ in range(3):
        begun = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL)
        _wait_for(lambda kept=kept, begun=begun: _rows(folder) > kept or begun.poll() is not None)
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()
        assert _rows(folder) >= kept
        kept = _rows(folder)
    begun = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True)
    _wait_for(lambda: _rows(folder) > kept or begun.poll() is not None)
    if begun.poll() is None:
        begun.send_signal(signal.SIGTERM)
        _, said = begun.communicate(timeout=60)
        assert "stopping when the runs under way are written" in said
        assert begun.returncode == 1
    results = sweep(Study.load(study), folder, workers=2)
    assert len(results.runs) == 100
    same_runs(sweep(Study.load(study), tmp_path / "whole", workers=2), results)


_COMMAND = """
import sys
from experiments import Study, sweep
if __name__ == "__main__":
    try:
        sweep(Study.load(sys.argv[1]), sys.argv[2], workers=2, flush_seconds=0.1)
    except KeyboardInterrupt:
        sys.exit(1)
"""


def _rows(folder: Path) -> int:
    return len(load(folder).runs) if (folder / "manifest.json").exists() else 0


def _wait_for(condition: Any, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_workers_write_what_they_have_when_the_runner_is_killed(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(
        'name = "slow"\nrun = "tests.sweeps.poison:play"\noutcomes = ["y"]\nreplicates = 100\n'
        "[values]\nat = -1.0\nkind = 'none'\nsleep = 0.05\n[factors]\nx = { levels = [1.0, 2.0, 3.0, 4.0, 5.0] }\n"
    )
    folder = tmp_path / "s"
    command = [
        sys.executable,
        "-c",
        _COMMAND.replace("flush_seconds=0.1", "flush_seconds=1e6"),
        str(study),
        str(folder),
    ]
    begun = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    _wait_for((folder / "under-way").exists)
    time.sleep(1.5)
    assert _rows(folder) == 0
    begun.kill()
    begun.wait()
    _wait_for(lambda: _rows(folder) > 5)


def test_shards_together_are_the_whole(tmp_path: Path) -> None:
    study = poisoned("none", points=5, replicates=6)
    whole = sweep(study, tmp_path / "whole", workers=1)
    shared = tmp_path / "shared"
    for part in range(3):
        sweep(study, shared, workers=1, shard=(part, 3))
        runs = load(shared).runs
        assert len(runs) == 10 * (part + 1)
        assert runs.groupby("point").size().nunique() == 1  # balanced, whichever shards are there
    same_runs(whole, load(shared))


def test_only_fixed_designs_are_sharded(tmp_path: Path) -> None:
    table = {"number": 3, "outcome": "y", "half_width": 0.1}
    with pytest.raises(StudyError, match="needs one coordinator"):
        sweep(poisoned("none", replicates=table), tmp_path / "s", shard=(0, 2))
    with pytest.raises(StudyError, match="i/N with i from 0"):
        sweep(poisoned("none"), tmp_path / "s", shard=(2, 2))


def test_a_larger_study_uses_the_runs_that_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    sweep(poisoned("none", points=4, replicates=3), folder, workers=1)
    with pytest.raises(StudyError, match=r"holds another study.*--extend"):
        sweep(poisoned("none", points=6, replicates=5), folder, workers=1)
    rows = [len(pd.read_parquet(path)) for path in (folder / "runs").iterdir()]
    assert sum(rows) == 12
    results = sweep(poisoned("none", points=6, replicates=5), folder, workers=1, extend=True)
    assert len(results.runs) == 30
    rows = [len(pd.read_parquet(path)) for path in (folder / "runs").iterdir()]
    assert sum(rows) == 30  # 18 more
    same_runs(sweep(poisoned("none", points=6, replicates=5), tmp_path / "whole", workers=1), results)
    with pytest.raises(OutputError, match="cannot be used for this study"):
        sweep(poisoned("none", points=6, replicates=5, kind_of_noise=1), folder, workers=1, extend=True)


def test_another_model_does_not_go_on_in_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = poisoned("none", points=2, replicates=2)
    sweep(study, tmp_path / "s", workers=1)
    monkeypatch.setattr("experiments.running.runner.model_version", lambda _: "ecosim 9.9 abc")
    with pytest.raises(StudyError, match=r"this is ecosim 9\.9 abc: the model has changed"):
        sweep(study, tmp_path / "s", workers=1)


def test_a_run_function_that_is_not_there_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    table = {"name": "n", "run": "tests.sweeps.poison:plya", "outcomes": ["y"], "factors": {"x": {"levels": [1]}}}
    with pytest.raises(StudyError, match="cannot be imported"):
        sweep(study_from_table(table), tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_disk_that_is_full_stops_the_sweep_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = poisoned("none", points=10, replicates=4)
    folder = tmp_path / "s"
    open_sweep(study, folder, make_design(study))
    original = worker.PartWriter.flush
    calls = []

    def full(self: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise OutputError("the disk is full")
        return original(self)

    monkeypatch.setattr(worker.PartWriter, "flush", full)
    with pytest.raises(OutputError, match="the disk is full"):
        sweep(study, folder, workers=1, flush_seconds=0.0)
    kept = len(load(folder).runs)
    assert 0 < kept < 40
    results = sweep(study, folder, workers=1)
    assert len(results.runs) == 40


def test_the_folder_finds_what_is_done_without_reading_runs_twice(tmp_path: Path) -> None:
    sweep(poisoned("nan", points=10, replicates=3), tmp_path / "s", workers=1, flush_seconds=0.0)
    folder = SweepFolder.open(tmp_path / "s")
    seen: set[str] = set()
    bits = folder.done(seen=seen)
    assert bits.all()
    assert len(seen) == len(list((tmp_path / "s" / "runs").iterdir()))
    assert folder.status_counts() == {"ok": 29, "nan": 1, "failed": 0, "timeout": 0, "killed": 0}
