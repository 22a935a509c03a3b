"""What a worker does: plays job after job until the server is gone. Runs in the worker's process."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from typing import Any

from dashboards.playing.jobs import Job, PlayError
from ecosim.errors import EcosimError

__all__ = ["MESSAGE", "READY", "STOP", "TAKEN", "work"]

STOP = "stop"  # what the server says, besides jobs
READY, TAKEN, MESSAGE = "ready", "taken", "message"  # what the worker says, besides how a job ended


class _Gone(Exception):  # noqa: N818 (it is the end)
    """The server is not there any more."""


def work(pipe: Connection[Any, Any], megabytes: int) -> None:
    """Play job after job until the server is gone.

    megabytes : that this process may use
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal goes to every process
    threading.Thread(target=_follow_server, daemon=True).start()
    with contextlib.suppress(ImportError):
        importlib.import_module("dashboards.playing.warmed")
    _bound_memory(megabytes)
    with contextlib.suppress(_Gone):
        _send(pipe, (READY, None))
        while True:
            try:
                job = _receive(pipe)
            except _Gone:
                raise
            except Exception as problem:  # what it is made of cannot be imported here
                job = problem
            if job == STOP:  # for one that had ended before it was told to
                continue
            _send(pipe, (TAKEN, None))
            kind, why = _failed(job) if isinstance(job, Exception) else _play(job, pipe, megabytes)
            _send(pipe, (kind, (why, _megabytes())))


def _follow_server() -> None:
    """End with the server, however it ended, even in the middle of a month."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)


def _play(job: Job, pipe: Connection[Any, Any], megabytes: int) -> tuple[str, Any]:
    """Play one job; return how it ended."""
    try:
        module, name = job.function.split(":")
        steps = getattr(importlib.import_module(module), name)(**job.arguments)
        with contextlib.closing(steps):
            for message in steps:
                if _has_news(pipe):
                    _receive(pipe)
                    return ("cancelled", None)
                if message is not None:
                    _send(pipe, (MESSAGE, message))
                if _megabytes() > megabytes:
                    return ("failed", PlayError("playing.too_large", megabytes=megabytes))
    except _Gone:
        raise
    except EcosimError as problem:
        return ("failed", problem if isinstance(problem, PlayError) else str(problem))
    except MemoryError:
        return ("failed", PlayError("playing.too_large", megabytes=megabytes))
    except Exception as problem:
        return _failed(problem)
    return ("done", None)


def _failed(problem: Exception) -> tuple[str, Any]:
    return ("failed", PlayError("playing.failed", problem=f"{type(problem).__name__}: {problem}"))


# -- the pipe: when it breaks the server is gone; an OSError of the job itself is another thing -----------------


def _send(pipe: Connection[Any, Any], message: Any) -> None:
    try:
        pipe.send(message)
    except OSError:
        raise _Gone from None


def _receive(pipe: Connection[Any, Any]) -> Any:
    try:
        return pipe.recv()
    except (EOFError, OSError):
        raise _Gone from None


def _has_news(pipe: Connection[Any, Any]) -> bool:
    try:
        return pipe.poll()
    except OSError:
        raise _Gone from None


# -- memory -----------------------------------------------------------------------------------------------------


def _bound_memory(megabytes: int) -> None:
    """Let a single step that asks for too much fail with a MemoryError, where the system can do that (Linux)."""
    try:
        import resource

        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
            held = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData"))
        most = held + megabytes * 1_000_000
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))
    except (ImportError, OSError, StopIteration, ValueError):
        return


def _megabytes() -> float:
    """Return the memory of this process in use, MB, 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 (read at every month)
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0
