"""Many runs on this machine's processors, in order, with a progress line."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

__all__ = ["run_many"]

Job = dict[str, Any]


def run_many(
    function: Callable[[Job], Job], jobs: Sequence[Job], workers: int | None = None, label: str = ""
) -> list[Job]:
    """Return ``{**job, **function(job)}`` for every job, in the order of `jobs`, whatever the number of workers.

    function : importable from a module; workers : processes (None: as many as processors; 1: this one).
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    began = time.perf_counter()
    out: list[Job] = []

    def collect(results: Any) -> None:
        for job, result in zip(jobs, results, strict=True):
            out.append({**job, **result})
            if label and sys.stderr.isatty():
                spent = time.perf_counter() - began
                left = spent / len(out) * (len(jobs) - len(out))
                print(f"\r{label}: {len(out)}/{len(jobs)} runs, {left:.0f} s left ", end="", file=sys.stderr)

    if workers == 1 or len(jobs) == 1:
        collect(map(function, jobs))
    else:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            collect(pool.map(function, jobs, chunksize=max(1, len(jobs) // (workers * 16))))
    if label and sys.stderr.isatty():
        print(file=sys.stderr)
    return out
