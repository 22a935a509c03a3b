"""The runs that a comparison still needs, handed to the pool in small jobs, and what comes back of them.

Jobs are small so that other visitors get their turn, and go through the entries seed by seed, so that differences can
be taken from the first moment. Knows the pool and no page; runs in a thread of its own.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dashboards.comparing.entries import Entry
from dashboards.comparing.replicates import Played
from dashboards.playing import Cancelled, Job, Ticket
from ecosim import Scenario
from ecosim.errors import EcosimError

__all__ = ["CACHE", "News", "Runs", "Work", "kept_within", "missing", "per_job", "seconds_expected"]

Runs = Mapping[tuple[str, int], Played]  # by key of the scenario and seed; never changed in place
CACHE = 400  # runs that a session keeps, unless one comparison needs more
_REFRESH = 0.5  # seconds between two looks at what has come
_JOB = 2.0  # seconds that one job should take
_JOB_MOST = 5  # seeds of one job
_AHEAD = 4  # jobs that wait in the pool's queue or are played: few, the queue is everybody's
_GIVE_UP = 2  # failed runs of one scenario, after which no more of it are tried
_PER_MONTH = 2e-6  # seconds for an organisation and month, before a run has told better; measured on slow machines
_START = 0.05  # seconds that a run takes whatever its size


def seconds_expected(organisations: int, months: int, known: Iterable[Played] = ()) -> float:
    """Return how long one run takes, s: the mean of runs of this kind that are known, or a guess from its size."""
    measured = [run.seconds for run in known]
    return sum(measured) / len(measured) if measured else _START + _PER_MONTH * organisations * months


def per_job(seconds: float) -> int:
    """Return how many runs of so many seconds make one job: 1 to 5."""
    return max(1, min(_JOB_MOST, int(_JOB / max(seconds, 1e-3))))


def missing(entries: Sequence[Entry], seeds: Sequence[int], runs: Runs) -> dict[str, tuple[Scenario, list[int]]]:
    """Return what is still to be played: scenario and seeds by the scenario's key, each once."""
    found: dict[str, tuple[Scenario, list[int]]] = {}
    for entry in entries:
        if entry.scenario is None:
            continue
        left = [seed for seed in seeds if (entry.key, seed) not in runs]
        if left:
            found[entry.key] = (entry.scenario, left)
    return found


def kept_within(runs: Runs, needed: Iterable[tuple[str, int]], most: int = CACHE) -> Runs:
    """Return the runs that a session keeps: those that are needed, and of the others the newest, `most` in all."""
    wanted = set(needed)
    others = [name for name in runs if name not in wanted]
    surplus = max(len(runs) - most, 0)
    dropped = set(others[:surplus])
    return {name: run for name, run in runs.items() if name not in dropped}


@dataclass(frozen=True)
class News:
    """What has come since the last time, and how it stands.

    runs : new ones; failed : why a run failed, by key and seed; done, total : runs of this work; seconds : since it
    began; ended : nothing more will come
    """

    runs: dict[tuple[str, int], Played]
    failed: dict[tuple[str, int], str]
    done: int
    total: int
    seconds: float
    ended: bool

    @property
    def left(self) -> float | None:
        """Seconds until the end at the pace so far, None before the first run has come."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


@dataclass
class Work:
    """One pass over the runs that are missing.

    wanted : as `missing` gives it; submit : hands a job to the pool; tell : is told the news, twice a second at most
    and at the end; group : seeds of one job; heavy : whether the runs are large (`Job`); describe : says why one failed
    """

    wanted: dict[str, tuple[Scenario, list[int]]]
    submit: Callable[[Job], Ticket]
    tell: Callable[[News], None]
    group: int = _JOB_MOST
    heavy: bool = False
    describe: Callable[[EcosimError], str] = str
    _stopped: threading.Event = field(default_factory=threading.Event)
    _under_way: deque[tuple[str, list[int], Ticket]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _runs: dict[tuple[str, int], Played] = field(default_factory=dict)
    _failed: dict[tuple[str, int], str] = field(default_factory=dict)
    _done: int = 0
    _told: float = 0.0

    def cancel(self) -> None:
        """Let nothing more be played. What has been played stays."""
        with self._lock:
            self._stopped.set()
            tickets = [ticket for _, _, ticket in self._under_way]
        for ticket in tickets:
            ticket.cancel()

    def go(self) -> None:
        """Play all that is missing; returns when all is played, has failed, or was cancelled."""
        began = time.monotonic()
        total = sum(len(seeds) for _, seeds in self.wanted.values())
        waiting = deque(self._jobs())
        with contextlib.suppress(Cancelled):
            while waiting or self._under_way:
                self._hand_in(waiting)
                if not self._under_way:
                    break
                name, seeds, ticket = self._under_way[0]
                again = self._listen(name, seeds, ticket, began, total)
                with self._lock:
                    self._under_way.popleft()
                if again:
                    waiting.appendleft((name, again))
        self._report(began, total, ended=True)

    # -- parts ------------------------------------------------------------------------------------------------

    def _jobs(self) -> list[tuple[str, list[int]]]:
        """Return (key, seeds) of all jobs, the first seeds of every entry first."""
        parts = {
            name: [seeds[start : start + self.group] for start in range(0, len(seeds), self.group)]
            for name, (_, seeds) in self.wanted.items()
        }
        rounds = max((len(part) for part in parts.values()), default=0)
        return [(name, part[turn]) for turn in range(rounds) for name, part in parts.items() if turn < len(part)]

    def _hand_in(self, waiting: deque[tuple[str, list[int]]]) -> None:
        while waiting and len(self._under_way) < _AHEAD:
            name, seeds = waiting.popleft()
            failures = [problem for (other, _), problem in self._failed.items() if other == name]
            if len(failures) >= _GIVE_UP:
                self._failed.update({(name, seed): failures[-1] for seed in seeds})
                self._done += len(seeds)
                continue
            with self._lock:
                if self._stopped.is_set():
                    raise Cancelled
                arguments = {"scenario": self.wanted[name][0], "seeds": seeds}
                ticket = self.submit(Job("dashboards.comparing.replicates:play", arguments, heavy=self.heavy))
                self._under_way.append((name, seeds, ticket))

    def _listen(self, name: str, seeds: list[int], ticket: Ticket, began: float, total: int) -> list[int]:
        """Take in what a job says; return the seeds that a failed one among them has kept from being played."""
        left = list(seeds)
        try:
            for run in ticket.messages():
                left.remove(run.seed)
                self._runs[name, run.seed] = run
                self._done += 1
                if time.monotonic() - self._told > _REFRESH:
                    self._report(began, total, ended=False)
        except EcosimError as problem:
            if left:
                self._failed[name, left.pop(0)] = self.describe(problem)
                self._done += 1
            return left
        return []

    def _report(self, began: float, total: int, ended: bool) -> None:
        news = News(dict(self._runs), dict(self._failed), self._done, total, time.monotonic() - began, ended)
        self._runs.clear()
        self._told = time.monotonic()
        self.tell(news)
