"""A worker as the server sees it: one process, watched while it plays, started anew when it has died or was killed."""

from __future__ import annotations

import contextlib
import functools
import logging
import multiprocessing
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

from dashboards.limits import Limits
from dashboards.playing.inside import MESSAGE, STOP, TAKEN, work
from dashboards.playing.jobs import PlayError, Ticket

__all__ = ["Worker"]

End = tuple[str, Any]  # done, cancelled or failed, and why
_LOG = logging.getLogger("ecosim.dashboard")
_DEAF = 2.0  # seconds after which a job that was cancelled and goes on is killed with its worker
_TICK = 0.05  # seconds between two looks at whether a busy worker is to be stopped
_STARTING = threading.Lock()  # multiprocessing starts one process at a time


class Worker:
    """One process. All but `alive`, `warm` and, once the server is ending, `end` is for one thread only.

    allowed : limits of seconds and megabytes; closing : set when the server ends
    """

    def __init__(self, allowed: Limits, closing: threading.Event) -> None:
        self._limits, self._closing = allowed, closing
        self._process: Any = None
        self._pipe: Connection[Any, Any] | None = None
        self._warm = threading.Event()

    @property
    def alive(self) -> bool:
        process = self._process
        return process is not None and process.is_alive()

    def warm(self, seconds: float) -> bool:
        """Wait until the process has imported and compiled what a run needs, some seconds at most."""
        return self._warm.wait(seconds)

    def start(self) -> None:
        """Start the process where there is none and wait until it is warm; raises nothing."""
        if self._closing.is_set() or self.alive:
            return
        self.end()
        context = _context()
        try:
            pipe, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs, self._limits.megabytes), daemon=True)
            with _STARTING:
                process.start()
            theirs.close()
            self._pipe, self._process = pipe, process
            while not self._closing.is_set() and not pipe.poll(_TICK):
                pass
            if not self._closing.is_set():
                pipe.recv()
                self._warm.set()
        except (EOFError, OSError) as problem:  # it cannot be started, or died at once: jobs will say so
            _LOG.error("a worker could not be started: %s", problem)
            self.end()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if process is not None:
            with contextlib.suppress(OSError, AttributeError):  # the server's end may come from two threads
                process.kill()
                process.join(5)
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()

    # -- playing ----------------------------------------------------------------------------------------------

    def play(self, ticket: Ticket) -> End:
        """Let the process play a job, pass on what it says, and return how it ended. Raises nothing."""
        try:
            for _ in range(2):  # a process that died at rest may be noticed only now
                self.start()
                end = self._play(ticket)
                if end is not None:
                    return end
                self.end()
        except Exception as problem:  # the job cannot be sent, or a message not be read
            self.end()
            return "failed", PlayError("playing.failed", problem=f"{type(problem).__name__}: {problem}")
        return "failed", PlayError("playing.no_worker")

    def _play(self, ticket: Ticket) -> End | None:
        """Return how the job ended, None where the process did not even take it."""
        if self._pipe is None:
            return None
        taken, began, told = False, time.monotonic(), None
        try:
            self._pipe.send(ticket.job)
            while not self._closing.is_set():
                if self._pipe.poll(_TICK):
                    kind, content = self._pipe.recv()
                    if kind == TAKEN:
                        taken = True
                    elif kind == MESSAGE:
                        ticket.put(content)
                    else:
                        if content[1] > self._limits.megabytes / 2:
                            self.end()  # memory is not always given back: the next job begins in a new process
                        return kind, content[0]
                now = time.monotonic()
                if told is None and ticket.ended:  # cancelled, most often
                    told = now
                    self._pipe.send(STOP)
                if told is None and now - began > self._limits.seconds:
                    self.end()
                    return "failed", PlayError("playing.too_long", seconds=self._limits.seconds)
                if told is not None and now - told > _DEAF:
                    break
        except (EOFError, OSError):
            self.end()
            return ("failed", PlayError("playing.died")) if taken else None
        self.end()
        return "cancelled", None


@functools.cache
def _context() -> Any:
    """Processes are forked from one that has imported and compiled what runs need; spawned where that cannot be."""
    method = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
    context: Any = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["dashboards.playing.warmed"])
    return context
