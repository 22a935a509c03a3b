"""What a sweep's runs say of the clock when all its workers are at work: its start and its end are left out.

The same is asked of other ways to play many runs, which therefore have the same columns (`experiments.benchmark.runs`).
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.benchmark.runs import study
from experiments.running.runner import sweep

__all__ = ["Steady", "Swept", "steady", "swept"]


class Steady(NamedTuple):
    """The time from when every worker has ended a run until the first one ends its last.

    runs : that ended in it; elapsed : s; processor : s of a run, of all that its worker did (mean over workers)
    """

    runs: int
    elapsed: float
    processor: float

    @property
    def per_run(self) -> float:
        """Seconds that pass until the next run ends."""
        return self.elapsed / self.runs


class Swept(NamedTuple):
    """A sweep: its runs (`experiments.store.Results.good`); s that passed in all; s of the processor for the process
    that leads.
    """  # fmt: skip

    runs: pd.DataFrame
    elapsed: float
    parent: float


def steady(runs: pd.DataFrame, workers: int) -> Steady:
    """Return what runs with the columns ``ended``, ``process`` and ``processor`` say of the time when all were at work.

    Raises
    ------
    RuntimeError
        When there are too few runs for such a time, or other workers than was asked for.
    """
    by_worker = runs.groupby("process")
    if len(by_worker) != workers:
        raise RuntimeError(f"{len(by_worker)} of {workers} workers have played anything: more runs are needed")
    begin, end = float(by_worker["ended"].min().max()), float(by_worker["ended"].max().min())
    count = int(((runs["ended"] > begin) & (runs["ended"] <= end)).sum())
    if count < workers:
        raise RuntimeError(f"{workers} workers were never at work together: more runs are needed")
    spent = (by_worker["processor"].max() - by_worker["processor"].min()).sum() / (len(runs) - workers)
    return Steady(count, end - begin, float(spent))


def swept(kind: str, points: int, replicates: int, months: int, workers: int) -> Swept:
    """Play a sweep in a new folder (`kind`: ``busy`` or ``timed``); raises RuntimeError when runs are missing."""
    asked = study(kind, points, replicates, months)
    with tempfile.TemporaryDirectory() as folder:
        began, processor = time.perf_counter(), time.process_time()
        results = sweep(asked, Path(folder) / "sweep", workers=workers)
        elapsed, parent = time.perf_counter() - began, time.process_time() - processor
        runs, bad = results.good, results.bad
    if len(runs) != points * replicates:
        why = f": {bad['error'].iloc[0]}" if len(bad) else ""
        raise RuntimeError(f"{len(runs)} of {points * replicates} runs are there and well{why}")
    return Swept(runs, elapsed, parent)
