"""How the runs of a round are played: batches, receipts, deaths. Knows no engine but by its executor.

Every run that is asked for ends in the store: played, or set aside with the reason. What counts is what is committed
there; receipts only say how far the workers are.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from itertools import islice

import numpy as np

from ecosim.errors import OutputError
from experiments.running.engines import Engine
from experiments.running.notes import read_notes
from experiments.running.progress import Progress
from experiments.running.row import new_row
from experiments.running.stopping import Stopper
from experiments.running.worker import Pair, Receipt, flush_worker, play_batch
from experiments.store import SweepFolder
from experiments.store.folder import Bits
from experiments.store.parts import PartWriter
from experiments.study.points import values_at

__all__ = ["AHEAD", "BATCH_SECONDS", "Player"]

BATCH_SECONDS = 0.5  # long enough that its submission costs nothing, short enough that an interrupt is answered
AHEAD = 3  # batches under way per worker
LOST_SECONDS = 10.0  # without an answer, of an engine that plays nothing
_LARGEST = 5000
_TRIES = 3


class Player:
    """Plays the rounds of one call of `sweep`: what is under way, what is not safe yet, what is suspected."""

    def __init__(
        self, folder: SweepFolder, engine: Engine, shard: tuple[int, int] | None, retry: bool, flush_seconds: float,
        progress: Progress, stopper: Stopper,
    ) -> None:  # fmt: skip
        self.folder, self.engine, self.shard, self.retry = folder, engine, shard, retry
        self.flush_seconds, self.progress, self.stopper = flush_seconds, progress, stopper
        self.stamp = str(time.time_ns())
        self.path = str(folder.path.resolve())
        self.seen: set[str] = set()
        self.under_way: dict[Future[Receipt], list[Pair]] = {}
        self.unsafe: set[str] = set()
        self.suspects: list[list[Pair]] = []
        self.run_seconds = 0.0  # a running mean

    # -- a round ----------------------------------------------------------------------------------------------

    def play_round(self) -> None:
        """Play all runs that are asked for and are not committed; raise KeyboardInterrupt when asked to stop."""
        bits = self.folder.done(seen=self.seen, retry=self.retry)
        wanted = self._mine(self.folder.wanted())
        self.progress.start(int(wanted.sum()), int((wanted & bits).sum()), self.folder.round)
        left, tries = -1, 0
        while True:
            todo = wanted & ~bits
            count = int(todo.sum())
            if count == 0:
                return
            tries = tries + 1 if count == left else 0
            if tries == _TRIES:
                raise OutputError(f"{self.path}: {count} runs do not reach the store, without any error; stopped")
            left = count
            self._play(todo)
            self._clear_suspects(bits)
            self._make_safe()
            self.folder.done(bits, self.seen)
            self.retry = False  # once
            if self.stopper.asked:
                raise KeyboardInterrupt

    def _mine(self, wanted: Bits) -> Bits:
        if self.shard is None:
            return wanted
        part, parts = self.shard
        points, replicates = np.indices(wanted.shape)
        return wanted & ((points + replicates) % parts == part)  # every point is in every shard, at some replicates

    def _play(self, todo: Bits) -> None:
        """Play runs in interleaved order: all points once before any point twice."""
        queue = _interleaved(todo)
        left = int(todo.sum())
        while True:
            while not self.stopper.asked and len(self.under_way) < AHEAD * self.engine.workers:
                batch = list(islice(queue, self._batch_size(left)))
                if not batch:
                    break
                left -= len(batch)
                if not self._submit(batch):
                    break
            if not self.under_way:
                return
            finished = self._finished(self.under_way)
            if not finished:  # lost: what they were to play is asked for again
                for future in self.under_way:
                    future.cancel()
                self.under_way.clear()
                return
            for future in finished:
                if future in self.under_way:  # not cleared with a broken executor
                    self._take(future, self.under_way.pop(future))

    def _finished(self, futures: Iterable[Future[Receipt]]) -> set[Future[Receipt]]:
        """Wait until one or more of some futures are done and return them; none when the engine has lost them all."""
        idle_since = 0.0
        while True:
            finished, _ = wait(futures, timeout=0.5, return_when=FIRST_COMPLETED)
            self.progress.tick()
            if finished:
                return finished
            if not self.engine.is_idle():
                idle_since = 0.0
            elif not idle_since:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > LOST_SECONDS:
                return set()

    def _submit(self, batch: list[Pair]) -> bool:
        try:
            future = self.engine.executor.submit(play_batch, self.path, self.stamp, batch, self.flush_seconds)
        except BaseException as problem:
            if not self.engine.is_death(problem):
                raise
            self.suspects.append(batch)
            self._all_died()
            return False
        self.under_way[future] = batch
        return True

    def _take(self, future: Future[Receipt], batch: list[Pair]) -> None:
        try:
            receipt = future.result()
        except (Exception, CancelledError) as problem:
            if not self.engine.is_death(problem):
                raise
            self.suspects.append(batch)
            if not self.engine.heals:
                self._all_died()
            return
        self._count(receipt)

    def _count(self, receipt: Receipt) -> None:
        mean = receipt.seconds / max(receipt.played, 1)
        self.run_seconds = mean if self.run_seconds == 0 else 0.7 * self.run_seconds + 0.3 * mean
        (self.unsafe.discard if receipt.safe else self.unsafe.add)(receipt.worker)
        self.progress.add(receipt.played, receipt.failed)

    def _batch_size(self, left: int) -> int:
        """Return how many runs a batch is to have: half a second's worth, less towards the end."""
        if self.run_seconds == 0.0:
            return 1
        sized = BATCH_SECONDS / max(self.run_seconds, 1e-5)
        shared = math.ceil(left / (2 * self.engine.workers))
        return int(max(1, min(sized, shared, _LARGEST)))

    # -- deaths -----------------------------------------------------------------------------------------------

    def _all_died(self) -> None:
        """The executor broke: all that was under way is suspected, and what was not safe is lost (and played again)."""
        for future, batch in self.under_way.items():
            if future.done() and future.exception() is None:
                self._count(future.result())
            else:
                self.suspects.append(batch)
        self.under_way.clear()
        self.unsafe.clear()
        self.engine.renew()

    def _clear_suspects(self, bits: Bits) -> None:
        """Play suspected batches one by one, each half apart when its worker dies, down to the run that kills.

        The runs that the dead workers have noted are tried first, each by itself: it is nearly always one of them.
        """
        if not self.suspects:
            return
        suspected = {run for batch in self.suspects for run in batch}
        noted = [[run] for run in read_notes(self.folder.path, self.stamp) if run in suspected]
        stack, self.suspects = deque([*noted, *self.suspects]), []
        alone = self.engine.alone()
        try:
            while stack and not self.stopper.asked:
                self.folder.done(bits, self.seen)
                batch = [(p, r) for p, r in stack.popleft() if not bits[p, r]]
                if not batch:
                    continue
                try:
                    future = alone.executor.submit(play_batch, self.path, self.stamp, batch, 0.0)
                    if self._finished([future]):
                        self._count(future.result())
                    continue
                except (Exception, CancelledError) as problem:
                    if not alone.is_death(problem):
                        raise
                    reason = str(problem)
                alone.renew()
                self.folder.done(bits, self.seen)
                batch = [(p, r) for p, r in batch if not bits[p, r]]
                if len(batch) == 1:
                    self._set_aside(*batch[0], reason)
                elif batch:
                    half = len(batch) // 2
                    stack.extendleft([batch[half:], batch[:half]])
        finally:
            if alone is not self.engine:
                alone.close(at_once=True)

    def _set_aside(self, point: int, replicate: int, reason: str) -> None:
        """Write down a run that kills its worker, so that it is not played again."""
        folder = self.folder
        values = values_at(folder.study, folder.points, point)
        row = new_row(folder.keys[point], replicate, folder.seed(replicate), values)
        writer = PartWriter(folder.path, folder.study)
        writer.add({**row, "status": "killed", "error": f"its worker died: {reason}"})
        writer.flush()
        self.progress.add(1, 1)

    # -- the end ----------------------------------------------------------------------------------------------

    def _make_safe(self) -> None:
        """Let every worker write what it keeps. One that cannot be reached has died: its runs are played again."""
        for _ in range(200):
            if not self.unsafe:
                return
            futures = [
                self.engine.executor.submit(flush_worker, self.path, self.stamp, 0.02)
                for _ in range(self.engine.workers)
            ]
            for future in futures:
                try:
                    if self._finished([future]):
                        self.unsafe.discard(future.result().worker)
                except (Exception, CancelledError) as problem:
                    if not self.engine.is_death(problem):
                        raise
                    if not self.engine.heals:
                        self._all_died()
                        return
        self.unsafe.clear()


def _interleaved(todo: Bits) -> Iterator[Pair]:
    """Yield (point, replicate) replicate by replicate, so that a sweep that is cut short is balanced."""
    for replicate in range(todo.shape[1]):
        points: Iterable[int] = np.flatnonzero(todo[:, replicate]).tolist()
        for point in points:
            yield point, replicate
