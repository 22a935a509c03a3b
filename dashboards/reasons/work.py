"""The runs that are missing, handed to the workers a few at a time, and what comes back of them.

Goes seed by seed through all cases, so that every bar has something to show from the first moment, and the rest makes
its interval shorter. Knows the pool and no page; runs in a thread of its own.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from dashboards.playing import Cancelled, Job, Ticket
from dashboards.reasons.ablating import Row
from dashboards.reasons.cases import Case
from ecosim.errors import EcosimError

__all__ = ["Rows", "Work", "missing"]

Rows = Mapping[tuple[str, int], Row]  # by case and seed; never changed in place
_AHEAD = 4  # jobs that are in the pool's hands; the queue is everybody's
_MOST = 8  # runs of one job
_LONG = 1.5  # seconds that a job should take
_REFRESH = 0.7  # seconds between two looks at what has come


def missing(cases: Iterable[Case], seeds: Sequence[int], rows: Rows) -> list[tuple[Case, int]]:
    """Return what is still to be played, seed by seed."""
    playable = [case for case in cases if case.scenario is not None]
    return [(case, seed) for seed in seeds for case in playable if (case.key, seed) not in rows]


class Work:
    """Plays what is missing.

    runs : as `missing` gives them; submit : hands a job to the pool; tell : is told (new rows, their number so far,
    seconds since the first of them), once in a while and at the end; heavy : as of `Job`
    """

    def __init__(
        self, runs: Sequence[tuple[Case, int]], submit: Callable[[Job], Ticket],
        tell: Callable[[dict[tuple[str, int], Row], int, float], None], heavy: bool = False,
    ) -> None:  # fmt: skip
        self._waiting = deque(runs)
        self._submit, self._tell, self._heavy = submit, tell, heavy
        self._under_way: deque[Ticket] = deque()
        self._lock = threading.Lock()
        self._stopped = False
        self._new: dict[tuple[str, int], Row] = {}
        self._done = 0
        self._seconds = 0.0  # of all runs so far

    def cancel(self) -> None:
        """Let nothing more be played; what has come stays."""
        with self._lock:
            self._stopped = True
            tickets = list(self._under_way)
        for ticket in tickets:
            ticket.cancel()

    def go(self) -> None:
        """Play everything.

        Raises
        ------
        Cancelled
            When it was cancelled.
        EcosimError
            When a run failed, or the pool took no more.
        """
        began = told = math.inf  # when the first row came; what it waited for says nothing about the pace
        try:
            while True:
                self._hand_in()
                if not self._under_way:
                    return
                for row in self._under_way[0].messages():
                    self._new[row.case, row.seed] = row
                    self._done, self._seconds = self._done + 1, self._seconds + row.seconds
                    now = time.monotonic()
                    began = min(began, now)
                    if now - told > _REFRESH or self._done == 1:
                        told = now
                        self._report(now - began)
                with self._lock:
                    self._under_way.popleft()
        except BaseException:
            self.cancel()  # what is under way besides
            raise
        finally:
            self._report(max(time.monotonic() - began, 0.0))

    def _report(self, seconds: float) -> None:
        new, self._new = self._new, {}
        self._tell(new, self._done, seconds)

    def _hand_in(self) -> None:
        """Hand in jobs: single runs until it is known how long one takes, several short ones then."""
        with self._lock:
            while self._waiting and len(self._under_way) < _AHEAD:
                if self._stopped:
                    raise Cancelled
                each = self._seconds / self._done if self._done else _LONG
                number = min(max(int(_LONG / max(each, 1e-3)), 1), _MOST, len(self._waiting))
                runs = [self._waiting.popleft() for _ in range(number)]
                arguments = {"runs": [(case.key, case.scenario, seed) for case, seed in runs]}
                try:
                    ticket = self._submit(Job("dashboards.reasons.ablating:play", arguments, heavy=self._heavy))
                except EcosimError:
                    if not self._under_way:
                        raise
                    self._waiting.extendleft(reversed(runs))  # the queue is full: later
                    return
                self._under_way.append(ticket)
