"""A watch over runs that never end: first an exception inside the run, then, if it does not listen, the end of the
process. A run in compiled code, which holds the interpreter, is ended by a timer outside of it.
"""  # fmt: skip

from __future__ import annotations

import ctypes
import faulthandler
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["RunTimeoutError", "Watch"]

_GRACE = 3.0  # seconds between the exception and the end of the process
_HARD = 5.0  # seconds over the limit after which the C library ends a process whose interpreter never comes free


class RunTimeoutError(BaseException):
    """Raised inside a run that takes too long. Not an `Exception`, so that a model's own handlers let it through."""


class Watch:
    """Watches one thread's run at a time.

    limit : seconds that a run may take
    last_words : called with a traceback before the process is ended; None where the process must not be ended
    """

    def __init__(self, limit: float, last_words: Callable[[str], None] | None) -> None:
        self.limit = limit
        self._last_words = last_words
        self._stopped = False
        self._dump = tempfile.TemporaryFile()  # noqa: SIM115 (what the timer writes as it ends the process)
        self._began = 0.0
        self._thread = 0
        self._told = False
        self._lock = threading.Lock()
        self._wind_up()
        threading.Thread(target=self._look, daemon=True, name="watch over runs").start()

    @contextmanager
    def run(self) -> Iterator[None]:
        """Watch over one run; raises RunTimeoutError inside it."""
        self._thread = threading.get_ident()
        self._told = False
        self._began = time.monotonic()
        try:
            yield
        finally:
            with self._lock:  # an exception that is on its way is not sent any more
                self._began = 0.0

    def stop(self) -> None:
        """Watch no more."""
        self._stopped = True

    def _wind_up(self) -> None:
        """Wind up the dead man's switch: where compiled code holds the interpreter, nobody comes by to do so again."""
        if self._last_words is not None:
            faulthandler.dump_traceback_later(self.limit + _HARD, exit=True, file=self._dump)

    def _look(self) -> None:
        pause = min(max(self.limit / 10, 0.02), 1.0)
        while not self._stopped:
            self._wind_up()
            time.sleep(pause)
            with self._lock:
                began = self._began
                if not began or time.monotonic() - began < self.limit:
                    continue
                if not self._told:
                    self._told = True
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(self._thread), ctypes.py_object(RunTimeoutError)
                    )
                    continue
            if self._last_words is not None and time.monotonic() - began > self.limit + _GRACE:
                frame = sys._current_frames().get(self._thread)
                self._last_words("".join(traceback.format_stack(frame)) if frame is not None else "")
                os._exit(86)
        if self._last_words is not None:
            faulthandler.cancel_dump_traceback_later()
        self._dump.close()
