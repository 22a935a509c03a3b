"""What a worker does: plays batches of runs, keeps their rows, and writes them every so often. No coordinator needed.

A worker finds all it needs in the sweep's folder. It answers with a receipt; results never travel.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.running.notes import open_note
from experiments.running.row import new_row, play_into
from experiments.running.watch import Watch
from experiments.store.folder import SweepFolder
from experiments.store.identity import run_keys
from experiments.store.parts import PartWriter

__all__ = ["FLUSH_SECONDS", "Pair", "Receipt", "flush_all", "flush_worker", "leave_all", "play_batch"]

FLUSH_SECONDS = 30.0
_MOST_ROWS, _MOST_CELLS = 20_000, 4_000_000  # that a worker keeps, of runs and of steps: tens of MB
Pair = tuple[int, int]


class Receipt(NamedTuple):
    """What came of a batch: who played it, how many runs, how many of them failed, how long the runs themselves took,
    and whether everything that this worker has played is safe on disk.
    """  # fmt: skip

    worker: str
    played: int
    failed: int
    seconds: float
    safe: bool


class _Desk:
    """A worker's place at one sweep: the folder as it knows it, its writer, its watch."""

    def __init__(self, folder: str, stamp: str) -> None:
        self.stamp = stamp
        self.folder = SweepFolder.open(folder)
        self.study = self.folder.study
        self.writer = PartWriter(Path(folder), self.study)
        self.playing = threading.Lock()  # one batch at a time: an engine with threads gains nothing
        self.writing = threading.Lock()
        self.flushed = time.monotonic()
        months = self.study.months or max((s.months for s in self.study.played), default=0)
        kept = months // self.study.steps.every * len(self.study.steps.columns)
        self.most_rows = max(1, min(_MOST_ROWS, _MOST_CELLS // max(kept, 1)))
        self.current: dict[str, Any] = {}
        self.mortal = multiprocessing.parent_process() is not None  # somebody is there to replace this process
        self.watch = Watch(self.study.run_seconds, self._last_words if self.mortal else None)
        self._note = open_note(self.folder.path, stamp, self.writer.name)
        self.paths = self.study.paths
        self._values = [self.folder.points[path].tolist() for path in self.paths]

    def values(self, point: int) -> dict[str, Any]:
        """Return the values of a point by path; points that were added since are looked up in the folder."""
        if point >= len(self.folder.points):
            self.folder.reload()
            self._values = [self.folder.points[path].tolist() for path in self.paths]
        return {path: column[point] for path, column in zip(self.paths, self._values, strict=True)}

    def names(self, runs: Sequence[Pair]) -> list[int]:
        """Return the names of runs; all at once, as one by one it would take longer than a short run."""
        points, replicates = np.array(runs, np.int64).T
        self.values(int(points.max()))
        return run_keys(self.folder.keys[points], replicates, self.study.seed + replicates).tolist()

    def begin(self, row: dict[str, Any], point: int) -> None:
        """Note which run is under way: should this process die of it, the note stays."""
        self.current = row
        self._note.seek(0)
        self._note.write(b"%-15d %-15d" % (point, row["replicate"]))

    def flush(self) -> None:
        with self.writing:
            self.writer.flush()
            self.flushed = time.monotonic()

    def close(self) -> None:
        self._note.close()

    def _last_words(self, where: str) -> None:
        """Write down the run that never ended, as the process is about to be ended."""
        with self.writing:
            self.writer.add({**self.current, "status": "timeout", "seconds": self.study.run_seconds, "error": where})
            self.writer.flush()


_desks: dict[str, _Desk] = {}
_opening = threading.Lock()


def _desk(folder: str, stamp: str) -> _Desk:
    with _opening:
        found = _desks.get(folder)
        if found is None or found.stamp != stamp:
            for name, desk in list(_desks.items()):  # of sweeps that are over
                if name == folder or not (len(desk.writer) or desk.playing.locked()):
                    _leave(name)
            _desks[folder] = found = _Desk(folder, stamp)
        return found


def play_batch(folder: str, stamp: str, runs: Sequence[Pair], flush_seconds: float = FLUSH_SECONDS) -> Receipt:
    """Play runs, given as (point, replicate), and keep their rows; write them every `flush_seconds`.

    Parameters
    ----------
    folder : of the sweep; stamp : of this call of the sweep (a worker that served an earlier one opens it again)

    Raises
    ------
    OutputError
        When results cannot be written: nothing else that a run does gets out of here.
    """
    desk = _desk(folder, stamp)
    failed, seconds = 0, 0.0
    with desk.playing:
        for (point, replicate), name in zip(runs, desk.names(runs), strict=True):
            row, steps = _played(desk, point, replicate, name)
            with desk.writing:
                desk.writer.add(row, steps)
            failed += row["status"] != "ok"
            seconds += row["seconds"]
            if len(desk.writer) >= desk.most_rows:
                desk.flush()
        if time.monotonic() - desk.flushed >= flush_seconds:
            desk.flush()
        return Receipt(desk.writer.name, len(runs), failed, seconds, len(desk.writer) == 0)


def flush_worker(folder: str, stamp: str, pause: float) -> Receipt:
    """Write what this worker has kept. One that has nothing waits a little, so that another gets the next call."""
    desk = _desks.get(folder)
    if desk is None or desk.stamp != stamp or len(desk.writer) == 0:
        time.sleep(pause)
        return Receipt("" if desk is None else desk.writer.name, 0, 0, 0.0, True)
    desk.flush()
    return Receipt(desk.writer.name, 0, 0, 0.0, True)


def leave_all() -> None:
    """Give up this worker's places at all sweeps; what it has not written is not kept."""
    for name in list(_desks):
        _leave(name)


def _leave(name: str) -> None:
    desk = _desks.pop(name)
    desk.watch.stop()
    desk.close()


def flush_all(patience: float) -> None:
    """Write what this worker has kept of any sweep, waiting for a batch under way no longer than `patience` seconds."""
    for desk in _desks.values():
        if desk.writing.acquire(timeout=patience):
            try:
                desk.writer.flush()
            finally:
                desk.writing.release()


def _played(desk: _Desk, point: int, replicate: int, name: int) -> tuple[dict[str, Any], dict[str, Any]]:
    values = desk.values(point)
    row = new_row(desk.folder.keys[point], replicate, desk.folder.seed(replicate), values, name)
    desk.begin(row, point)
    return row, play_into(desk.study, row, values, desk.watch.run(), desk.mortal)
