"""The runs of a study in bare loops: two processes of their own, no store, no batches, nothing but the runs.

``python -m experiments.benchmark.bare KIND POINTS MONTHS`` plays what it is told on stdin, a line of JSON each time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

__all__ = ["BareLoops", "Loop", "environment"]


class Loop(NamedTuple):
    """What the bare loops took: s from the word to begin until the last one was done, and s of the processor a run."""

    elapsed: float
    processor: float


class BareLoops:
    """Loops that wait, everything imported and compiled, for the word to begin."""

    def __init__(self, kind: str, points: int, months: int, workers: int = 2) -> None:
        command = [sys.executable, "-m", "experiments.benchmark.bare", kind, str(points), str(months)]
        self._points = points
        self._stack = ExitStack()
        self._loops = [
            self._stack.enter_context(
                subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), bufsize=1
                )
            )
            for _ in range(workers)
        ]
        try:
            self.play(0, 1)
        except BaseException:
            self.close()
            raise

    def play(self, first: int, last: int) -> Loop:
        """Play the replicates from `first` to `last` (not included) of all points, shared out evenly.

        Raises
        ------
        RuntimeError
            When a loop has ended, or not every run was played once.
        """
        workers = len(self._loops)
        began = time.perf_counter()
        try:
            for share, loop in enumerate(self._loops):
                assert loop.stdin is not None
                loop.stdin.write(json.dumps([first, last, share, workers]) + "\n")
        except BrokenPipeError:
            raise RuntimeError("a bare loop ended before it was asked for anything") from None
        answers = []
        for loop in self._loops:
            assert loop.stdout is not None
            answers.append(loop.stdout.readline())
        elapsed = time.perf_counter() - began
        if not all(answers):
            raise RuntimeError("a bare loop ended with an error")
        played = [json.loads(answer) for answer in answers]
        runs = sum(count for count, _ in played)
        if runs != self._points * (last - first):
            raise RuntimeError(f"the bare loops played {runs} runs of {self._points * (last - first)}")
        return Loop(elapsed, sum(seconds for _, seconds in played) / runs)

    def close(self) -> None:
        """End the loops."""
        for loop in self._loops:
            assert loop.stdin is not None
            try:
                loop.stdin.close()
            except BrokenPipeError:
                loop.kill()
        self._stack.close()

    def __enter__(self) -> BareLoops:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def environment() -> dict[str, str]:
    """Return the environment of a process of this interpreter: it finds this very package and has one thread."""
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": path}


# -- in the other processes -----------------------------------------------------------------------------------


def _serve(kind: str, points: int, months: int) -> None:
    from experiments.benchmark.runs import SEED, by_hand, study

    asked = study(kind, points, 1, months)
    values = [{asked.factors[0].path: value} for value in asked.factors[0].steps(points)]
    for line in sys.stdin:
        first, last, share, workers = json.loads(line)
        todo = [(point, replicate) for replicate in range(first, last) for point in values][share::workers]
        began = time.process_time()
        for point, replicate in todo:
            by_hand(kind, point, SEED + replicate, months)
        print(json.dumps([len(todo), time.process_time() - began]), flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
