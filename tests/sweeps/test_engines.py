"""Engines: the same study, row for row, on processes, Dask and MPI; a Dask worker that dies loses nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from ecosim.errors import MissingExtraError, ParameterError
from experiments import load, sweep
from experiments.running import engines
from experiments.running.engines import make_engine
from experiments.store import SweepFolder
from tests.sweeps.examples import poisoned, same_runs, small_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """A Dask scheduler and two workers with nannies, each a process of its own, on loopback."""
    distributed = pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
    pytest.importorskip("dask")
    import dask

    with (
        dask.config.set(
            {"distributed.scheduler.allowed-failures": 1, "distributed.nanny.environ.PYTHONPATH": str(ROOT)}
        ),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as cluster,
    ):
        yield cluster


def test_dask_gives_the_same_runs(tmp_path: Path, scheduler: Any) -> None:
    study = small_model()
    here = sweep(study, tmp_path / "here", workers=1)
    dask = sweep(study, tmp_path / "dask", engine="dask", scheduler=scheduler.scheduler_address)
    same_runs(here, dask)
    assert dask.steps.equals(here.steps)
    parts = [path.name.split("-")[1] for path in (tmp_path / "dask" / "runs").iterdir()]
    assert len(set(parts)) == 2  # both workers wrote


def test_a_dask_worker_killed_in_mid_sweep_loses_nothing(tmp_path: Path, scheduler: Any) -> None:
    study = poisoned("none", points=10, replicates=12, sleep=0.03)
    folder = tmp_path / "s"
    victims: list[int] = []

    def kill() -> None:
        until = time.monotonic() + 30
        while len(victims) < 2 and time.monotonic() < until:
            if (folder / "under-way").exists() and len(list((folder / "under-way").iterdir())) > len(victims):
                time.sleep(0.4)
                # the nanny of the last victim has no process until it has started the next
                living = [worker.pid for worker in scheduler.workers.values() if worker.pid not in (None, *victims)]
                if living:
                    victims.append(living[0])
                    os.kill(living[0], 9)
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    killer.start()
    results = sweep(study, folder, engine="dask", scheduler=scheduler.scheduler_address, flush_seconds=0.3)
    killer.join()
    assert len(victims) == 2
    same_runs(sweep(study, tmp_path / "whole", workers=1), results)


@pytest.mark.parametrize(("kind", "status"), [("exit", "killed"), ("loop", "timeout")])
def test_a_run_that_kills_dask_workers_is_set_aside(tmp_path: Path, scheduler: Any, kind: str, status: str) -> None:
    results = sweep(poisoned(kind), tmp_path / "s", engine="dask", scheduler=scheduler.scheduler_address)
    assert len(results.runs) == 40
    assert results.bad[["point", "replicate", "status"]].to_numpy().tolist() == [[7, 1, status]]


class _Forgetful(engines.HereEngine):
    """Loses every fifth batch: no answer ever comes, as of a Dask worker that dies while it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.submitted = 0
        inline = self.executor

        class Lossy(Executor):
            def submit(_, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: N805
                self.submitted += 1
                return Future() if self.submitted % 5 == 2 else inline.submit(fn, *args, **kwargs)

        self.executor = Lossy()

    def is_idle(self) -> bool:
        return True


def test_an_answer_that_never_comes_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = poisoned("none", points=5, replicates=8)
    whole = sweep(study, tmp_path / "whole", workers=1)
    monkeypatch.setattr("experiments.running.runner.make_engine", lambda *_: _Forgetful())
    monkeypatch.setattr("experiments.running.rounds.LOST_SECONDS", 0.1)
    same_runs(whole, sweep(study, tmp_path / "lossy", flush_seconds=0.0))


def test_no_scheduler_there() -> None:
    pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
    with pytest.raises(ParameterError, match="no Dask scheduler answers there"):
        make_engine("dask", scheduler="nonsense")
    with pytest.raises(ParameterError, match="goes with --engine dask"):
        make_engine("processes", scheduler="tcp://127.0.0.1:1")
    with pytest.raises(ParameterError, match=r"did you mean 'dask'.*allowed are processes, dask, mpi"):
        make_engine("dsak")


def test_an_engine_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"ecosim\[dask\]"):
        engines.DaskEngine()
    monkeypatch.setitem(sys.modules, "mpi4py.futures", None)
    with pytest.raises(MissingExtraError, match=r"ecosim\[mpi\]"):
        engines.MPIEngine()


def test_mpi_ranks_give_the_same_runs(tmp_path: Path) -> None:
    if shutil.which("mpiexec") is None:
        pytest.skip("no mpiexec on this machine: Debian's openmpi-bin has it")
    pytest.importorskip("mpi4py", reason="the extra 'mpi' is not installed")
    study = small_model()
    here = sweep(study, tmp_path / "here", workers=1)
    # a folder that holds the study but no run yet: what a launcher on a cluster starts from
    empty = tmp_path / "mpi"
    shutil.copytree(tmp_path / "here", empty, ignore=shutil.ignore_patterns("part-*"))
    assert len(load(empty).runs) == 0
    command = ["mpiexec", "-n", "3", "--oversubscribe", "--bind-to", "none"]
    if os.geteuid() == 0:
        command.append("--allow-run-as-root")
    command += [
        sys.executable,
        "-m",
        "mpi4py.futures",
        "-m",
        "ecosim",
        "sweep",
        str(empty),
        "--engine",
        "mpi",
        "--quiet",
    ]
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "OMPI_MCA_rmaps_base_oversubscribe": "1"},
    )
    assert done.returncode == 0, done.stderr
    same_runs(here, load(empty))
    assert len({path.name.split("-")[1] for path in (empty / "runs").iterdir()}) == 2
    assert SweepFolder.open(empty).done().all()
