"""How far a sweep is: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from typing import Any

__all__ = ["Progress"]

_LINE_SECONDS = 30.0


class Progress:
    """Runs done, runs/s, time left, failures; on stderr."""

    def __init__(self, quiet: bool, name: str) -> None:
        self.quiet = quiet
        self.name = name
        self.done = self.total = self.failed = self.round = 0
        self._first = 0  # done before this call
        self._began = self._said = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if not self.quiet and sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            columns = (
                progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn(),
                progress.TextColumn("runs, {task.fields[rate]:.3g}/s, {task.fields[failed]} failed"),
                progress.TimeElapsedColumn(), progress.TextColumn("left"), progress.TimeRemainingColumn(),
            )  # fmt: skip
            self._bar = progress.Progress(*columns, console=Console(stderr=True), refresh_per_second=4)
            self._bar.start()
            self._task = self._bar.add_task(self.name, total=None, rate=0.0, failed=0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif not self.quiet and self.done > self._first:
            self._say()

    def start(self, total: int, done: int, number: int) -> None:
        """Begin a round (its number) of `total` runs, counted with all rounds before, of which `done` are there."""
        self.total, self.done, self.round = total, done, number
        self._first, self._began = done, time.monotonic()
        if not self.quiet and done and number == 1:
            print(f"{done:,} of {total:,} runs are there already", file=sys.stderr)
        self.tick()

    def add(self, played: int, failed: int) -> None:
        """Count runs that were played."""
        self.done = min(self.done + played, self.total)
        self.failed += failed
        self.tick()

    def tick(self) -> None:
        """Show how far it is, if it is time."""
        if self.quiet:
            return
        if self._bar is not None:
            words = self.name if self.round <= 1 else f"{self.name}, round {self.round}"
            self._bar.update(
                self._task, total=self.total, completed=self.done, rate=self._rate(), failed=self.failed,
                description=words,
            )  # fmt: skip
        elif time.monotonic() - self._said > _LINE_SECONDS:
            self._say()

    def _rate(self) -> float:
        return (self.done - self._first) / max(time.monotonic() - self._began, 1e-3)

    def _say(self) -> None:
        self._said = time.monotonic()
        rate = self._rate()
        left = f"{(self.total - self.done) / rate:.0f} s left" if rate > 0 else "no run done yet"
        words = "" if self.round <= 1 else f" (round {self.round})"
        print(
            f"{self.name}{words}: {self.done:,} of {self.total:,} runs, {rate:.3g}/s, {self.failed} failed, {left}",
            file=sys.stderr, flush=True,
        )  # fmt: skip
