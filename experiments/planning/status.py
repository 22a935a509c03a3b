"""How far a sweep is. Reads the columns that say which run ended how, part by part: flat in memory.

Knows nothing of who plays it: what is said of speed comes from the times at which parts were written.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from experiments.words import amount, command, duration, number, share, size

__all__ = ["MANY_PARTS", "PartInfo", "Status", "playing", "status"]

MANY_PARTS = 200
_WINDOW = 900.0  # seconds of parts that the speed is taken from
_SILENT = 180.0  # seconds without a part after which nobody seems to be playing, if runs are short
_THREADS = 100  # more seconds of runs per second than this are not one worker's: such parts were rewritten


class PartInfo(NamedTuple):
    """A part of runs: its writer, when it was written (seconds since 1970), its runs and their seconds in all."""

    writer: str
    written: float
    runs: int
    seconds: float


@dataclass(frozen=True)
class Status:
    """How far a sweep is.

    path, name, title, hash : of the sweep, its study and its manifest
    asked, committed : runs asked for in the rounds so far, and those of them that are on disk
    counts : committed runs by how they ended (`experiments.store.schema.STATUSES`), further replicates included
    points, round : design points, number of the last round; open_ended : whether the design may add another round
    replicates : fewest and most committed replicates of a point
    parts, bytes : files of runs and of steps, and what they take on disk
    last_part : seconds since the last part was written, None for none; playing : whether somebody seems to play
    rate : runs per second, None when it is not known
    failed_first : (point, replicate) of a run that failed, None for none
    """

    path: Path
    name: str
    title: str
    hash: str
    asked: int
    committed: int
    counts: dict[str, int]
    points: int
    round: int
    open_ended: bool
    replicates: tuple[int, int]
    parts: int
    bytes: int
    last_part: float | None
    playing: bool
    rate: float | None
    failed_first: tuple[int, int] | None

    @property
    def complete(self) -> bool:
        """Whether every run that was asked for so far is committed."""
        return self.committed >= self.asked

    @property
    def eta(self) -> float | None:
        """Seconds until what is asked for is done, None when the speed is not known."""
        return (self.asked - self.committed) / self.rate if self.rate else None

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do next: a command each, with its reason."""
        steps = []
        if not self.complete and not self.playing:
            steps.append(f"{command('sweep', self.path)}   goes on where it stopped")
        elif self.complete and self.open_ended and not self.playing:
            steps.append(f"{command('sweep', self.path)}   asks the design whether it wants more, and plays it")
        if self.committed:
            so_far = "" if self.complete else ", as far as it has come"
            steps.append(f"{command('report', self.path)}   makes the report{so_far}")
        if self.failed_first is not None:
            run = f"{self.failed_first[0]}/{self.failed_first[1]}"
            steps.append(f"{command('replay', self.path, run)}   shows why a run failed")
        if self.parts > MANY_PARTS and not self.playing:
            steps.append(f"{command('compact', self.path)}   makes few large files of {number(self.parts)} small ones")
        return tuple(steps)

    def as_text(self) -> str:
        """Return it for a terminal."""
        done = self.committed / self.asked if self.asked else 1.0
        lines = [
            f"{self.name}: {self.title}" if self.title and self.title != self.name else self.name,
            f"  runs        {number(self.committed)} of {number(self.asked)} asked for ({share(done)}), "
            f"manifest {self.hash}",
            f"  ended       {self._ended()}",
            f"  points      {number(self.points)}, round {self.round}"
            f"{' (the design may ask for more)' if self.open_ended else ''}",
            f"  balance     {self._balance()}",
            f"  speed       {self._speed()}",
            f"  disk        {amount(self.parts, 'part')}, {size(self.bytes)}",
        ]
        if self.next_steps:
            lines += ["Next:", *(f"  {step}" for step in self.next_steps)]
        return "\n".join(lines)

    __str__ = as_text

    def _ended(self) -> str:
        found = [f"{number(many)} {state}" for state, many in self.counts.items()]
        return ", ".join(found) if self.committed else "none yet"

    def _balance(self) -> str:
        low, high = self.replicates
        if low == high:
            return f"{amount(low, 'replicate')} at every point"
        return f"{number(low)} to {amount(high, 'replicate')} per point"

    def _speed(self) -> str:
        if self.last_part is None:
            return "nothing is written yet"
        if self.complete:
            return f"all that was asked for is there (last part written {duration(self.last_part)} ago)"
        if not self.playing:
            return f"nobody seems to be playing it (last part written {duration(self.last_part)} ago)"
        if self.rate is None or self.eta is None:
            return "not known yet: it takes two parts of a worker"
        rate = f"{number(self.rate, 3)} runs/s" if self.rate >= 0.1 else f"{number(3600 * self.rate, 3)} runs/h"
        return f"{rate}, about {duration(self.eta)} left"


def status(folder: str | Path) -> Status:
    """Return how far the sweep in a folder is.

    Raises
    ------
    OutputError
        When there is no sweep in it, or a part cannot be read.
    """
    import numpy as np

    from experiments.designs import make_design
    from experiments.store import SweepFolder
    from experiments.store.parts import RUNS, STEPS, part_files

    sweep = SweepFolder.open(folder)
    wanted, done = sweep.wanted(), sweep.done()
    committed, asked = wanted & done, int(wanted.sum())
    counts = {state: many for state, many in sweep.status_counts().items() if many or state == "ok"}
    per_point = done.sum(axis=1)[wanted.any(axis=1)]  # without points that come again
    files = part_files(sweep.path, RUNS)
    sizes, parts = [], []
    for path in files + part_files(sweep.path, STEPS):
        try:
            found = path.stat()
        except FileNotFoundError:  # compacted just now
            continue
        sizes.append(found.st_size)
        if path.parent.name == RUNS:
            parts.append((found.st_mtime, path))
    newest = max((written for written, _ in parts), default=None)
    recent = _recent(parts, newest) if newest is not None else []
    age = None if newest is None else max(time.time() - newest, 0.0)
    longest = max((part.seconds / max(part.runs, 1) for part in recent), default=0.0)
    active = age is not None and age < max(_SILENT, 4 * longest) and int(committed.sum()) < asked
    failed = np.argwhere(done & ~sweep.done(retry=True)).tolist() if set(counts) - {"ok", "nan"} else []
    return Status(
        path=Path(folder),
        name=sweep.study.name,
        title=sweep.study.title,
        hash=sweep.manifest["hash"],
        asked=asked,
        committed=int(committed.sum()),
        counts=counts,
        points=len(sweep.points),
        round=sweep.round,
        open_ended=make_design(sweep.study).adaptive or sweep.study.replicates.sequential,
        replicates=(int(per_point.min()), int(per_point.max())),
        parts=len(sizes),
        bytes=sum(sizes),
        last_part=age,
        playing=active,
        rate=playing(recent) if active else None,
        failed_first=(failed[0][0], failed[0][1]) if failed else None,
    )


def playing(parts: Sequence[PartInfo]) -> float | None:
    """Return the runs per second of all workers together, None when no worker has written twice.

    A worker's pace is what it wrote after its first part, over the time since that part. Parts whose runs took far
    longer than a worker has had are rewritten ones (`compact`), not a worker's.
    """
    total = 0.0
    for name in {part.writer for part in parts}:
        own = sorted((part for part in parts if part.writer == name), key=lambda part: part.written)
        span = own[-1].written - own[0].written
        if len(own) < 2 or span <= 0 or sum(part.seconds for part in own[1:]) > _THREADS * span:
            continue
        total += sum(part.runs for part in own[1:]) / span
    return total or None


def _recent(parts: list[tuple[float, Path]], newest: float) -> list[PartInfo]:
    import pyarrow.parquet as pq

    from ecosim.files import explained

    found = []
    for written, path in parts:
        if written < newest - _WINDOW:
            continue
        with explained(path, "cannot be read"):
            seconds = pq.read_table(path, columns=["seconds"], partitioning=None)["seconds"].to_numpy()
        writer = path.stem.removeprefix("part-").rpartition("-")[0]
        found.append(PartInfo(writer, written, len(seconds), float(seconds.sum())))
    return found
