"""Many runs on this machine's processors, in order, with a progress line."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import active_children, get_context
from typing import Any

__all__ = ["run_many"]

Job = dict[str, Any]


def run_many(
    function: Callable[[Job], Job], jobs: Sequence[Job], workers: int | None = None, label: str = "",
    each: Callable[[Job], None] | None = None,
) -> list[Job]:  # fmt: skip
    """Return ``{**job, **function(job)}`` for every job, in the order of `jobs`, whatever the number of workers.

    function : importable from a module; workers : processes (None: as many as processors; 1: this one); each : called
    with every result as it comes, in order. After an interrupt or an error no run goes on, and it is raised here.
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    began = time.perf_counter()
    out: list[Job] = []

    def collect(results: Iterator[Job]) -> None:
        for job, result in zip(jobs, results, strict=True):
            out.append({**job, **result})
            if each is not None:
                each(out[-1])
            if label and sys.stderr.isatty():
                spent = time.perf_counter() - began
                left = spent / len(out) * (len(jobs) - len(out))
                print(f"\r{label}: {len(out)}/{len(jobs)} runs, {left:.0f} s left ", end="", file=sys.stderr)

    if workers == 1 or len(jobs) <= 1:
        collect(map(function, jobs))
    else:
        size = 1 if each is not None else max(1, len(jobs) // (workers * 16))
        others = set(active_children())
        with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_interrupts_to_the_parent) as pool:
            try:
                collect(_in_order(pool, function, jobs, size, 4 * workers))
            except BaseException:
                for worker in set(active_children()) - others:
                    worker.terminate()
                raise
    if label and sys.stderr.isatty():
        print(file=sys.stderr)
    return out


def _in_order(
    pool: ProcessPoolExecutor, function: Callable[[Job], Job], jobs: Sequence[Job], size: int, ahead: int
) -> Iterator[Job]:
    """Yield the results of jobs in their order, `size` jobs to a task, no more than `ahead` tasks under way."""
    tasks: deque[Future[list[Job]]] = deque()
    for first in range(0, len(jobs), size):
        tasks.append(pool.submit(_play, function, jobs[first : first + size]))
        if len(tasks) >= ahead:
            yield from tasks.popleft().result()
    while tasks:
        yield from tasks.popleft().result()


def _play(function: Callable[[Job], Job], jobs: Sequence[Job]) -> list[Job]:
    return [function(job) for job in jobs]


def _leave_interrupts_to_the_parent() -> None:
    """An interrupt at the terminal goes to every process; the parent alone decides what becomes of the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
