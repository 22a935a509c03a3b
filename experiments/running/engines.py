"""Where runs are played: here, in processes of this machine, on a Dask cluster, on MPI ranks.

An engine is a `concurrent.futures.Executor` and what the runner has to know of it; the runner speaks nothing else.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Any

from ecosim.errors import MissingExtraError, ParameterError, nearest_name

__all__ = ["ENGINES", "DaskEngine", "Engine", "HereEngine", "MPIEngine", "ProcessEngine", "check_engine", "make_engine"]

ENGINES = ("processes", "dask", "mpi")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Engine:
    """Workers behind an executor.

    Attributes
    ----------
    executor : plays what is submitted to it; workers : how many at a time
    heals : whether a death of a worker leaves the executor alive
    """

    executor: Executor
    workers: int
    heals = False

    def is_death(self, problem: BaseException) -> bool:
        """Whether an exception of a batch says that its worker died."""
        return isinstance(problem, BrokenExecutor)

    def is_idle(self) -> bool:
        """Whether it is known that no worker is playing: a batch without an answer has been lost then."""
        return False

    def renew(self) -> None:
        """Replace an executor whose workers died."""

    def alone(self) -> Engine:
        """Return an engine of one worker, for runs that may kill it; it is closed by the runner."""
        return self

    def close(self, at_once: bool = False) -> None:
        """Let the workers go; `at_once` in the middle of their runs."""


class _Inline(Executor):
    """Plays at once what is submitted, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as problem:
            future.set_exception(problem)
        return future


class HereEngine(Engine):
    """This process: no start-up, and nothing between a run that kills its process and the sweep."""

    heals = True

    def __init__(self) -> None:
        self.executor = _Inline()
        self.workers = 1

    def close(self, at_once: bool = False) -> None:
        from experiments.running.worker import leave_all

        leave_all()


class ProcessEngine(Engine):
    """Processes of this machine: forked from a server that has imported all they need; spawned where there is none."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        method = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
        self._context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            self._context.set_forkserver_preload(["experiments.running.worker", "ecosim.model"])
        self._processes_before: set[Any] = set()
        self._start()

    def _start(self) -> None:
        # One thread a worker: as many workers as processors, and results that do not depend on the number of threads.
        before = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        self._processes_before = set(multiprocessing.active_children())
        try:
            pool = ProcessPoolExecutor(self.workers, self._context, initializer=_begin_worker)
            pool.submit(os.getpid).result()  # the server takes its environment when it starts
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
        self.executor = pool

    def renew(self) -> None:
        self.close(at_once=True)
        self._start()

    def alone(self) -> Engine:
        return ProcessEngine(1)

    def close(self, at_once: bool = False) -> None:
        self.executor.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            for worker in set(multiprocessing.active_children()) - self._processes_before:
                worker.terminate()
                worker.join(10)


def _begin_worker() -> None:
    """An interrupt at the terminal goes to every process: the parent alone decides. A worker whose parent was killed,
    or that is ended as another one has died, writes what it has.
    """  # fmt: skip
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    gc.collect()
    gc.freeze()  # what was imported stays: the collector need not look at it again and again
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True, name="parent's death").start()


def _end(number: int, frame: Any) -> None:
    from experiments.running.worker import flush_all

    flush_all(patience=0.0)
    os._exit(128 + number)


def _follow(sentinel: int) -> None:
    wait([sentinel])
    from experiments.running.worker import flush_all

    flush_all(patience=5.0)
    os._exit(1)


class DaskEngine(Engine):
    """The workers of a Dask scheduler (``tcp://…``), or of a cluster on this machine when none is named.

    Start workers with one thread each, and let all of them see the sweep's folder. A worker that dies is replaced by
    its nanny, and what it played is played again.
    """

    heals = True

    def __init__(self, scheduler: str | None = None, workers: int | None = None) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise MissingExtraError("--engine dask", "dask") from None
        self._cluster = None
        if scheduler is None:
            self._cluster = distributed.LocalCluster(
                n_workers=workers or os.cpu_count() or 1, threads_per_worker=1, processes=True, dashboard_address=":0"
            )
        try:
            self._client = distributed.Client(self._cluster or scheduler, timeout="30s", set_as_default=False)
        except (OSError, ValueError) as problem:
            raise ParameterError(
                f"--scheduler {scheduler}: no Dask scheduler answers there ({problem}); allowed is an address such as "
                "tcp://10.0.0.1:8786"
            ) from None
        self._client.wait_for_workers(1, timeout=60)
        self.executor = self._client.get_executor(pure=False)
        threads = self._client.nthreads()
        self.workers = max(len(threads), 1)

    def is_death(self, problem: BaseException) -> bool:
        return type(problem).__name__ in ("KilledWorker", "CancelledError", "FutureCancelledError")

    def is_idle(self) -> bool:
        # where a worker dies while its answer is on the way, Dask may never give one
        return not any(self._client.processing().values())

    def close(self, at_once: bool = False) -> None:
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


class MPIEngine(Engine):
    """MPI ranks: ``mpiexec -n 65 python -m mpi4py.futures -m ecosim sweep STUDY --engine mpi`` has 64 workers.

    MPI ends all ranks when one dies: the sweep goes on with the same command, and loses what was not written yet.
    """

    def __init__(self, workers: int | None = None) -> None:
        try:
            from mpi4py.futures import MPIPoolExecutor
        except (ImportError, RuntimeError) as problem:
            if isinstance(problem, ImportError):
                raise MissingExtraError("--engine mpi", "mpi") from None
            raise ParameterError(f"--engine mpi: no MPI library can be loaded ({problem})") from None
        self.executor = MPIPoolExecutor(workers)
        self.executor.bootup()
        self.workers = max(int(self.executor.num_workers), 1)

    def close(self, at_once: bool = False) -> None:
        self.executor.shutdown(wait=True, cancel_futures=at_once)


def check_engine(name: str, scheduler: str | None = None) -> None:
    """Raise ParameterError for an engine that is unknown, or a scheduler where none is needed. Starts nothing."""
    if name not in ENGINES:
        raise ParameterError(f"--engine {name}{nearest_name(name, ENGINES)}: allowed are {', '.join(ENGINES)}")
    if scheduler is not None and name != "dask":
        raise ParameterError(f"--scheduler {scheduler}: goes with --engine dask, not with {name}")


def make_engine(name: str = "processes", workers: int | None = None, scheduler: str | None = None) -> Engine:
    """Return the engine of a name; one worker of ``processes`` is this process.

    Raises
    ------
    ParameterError
        For an unknown engine, or a scheduler where none is needed or none answers.
    MissingExtraError
        When its packages are not installed.
    """
    check_engine(name, scheduler)
    if name == "dask":
        return DaskEngine(scheduler, workers)
    if name == "mpi":
        return MPIEngine(workers)
    return HereEngine() if workers == 1 else ProcessEngine(workers)
