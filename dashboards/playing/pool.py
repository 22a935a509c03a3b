"""The pool: a few workers that play runs for all visitors, and the queue before them.

A job names a generator function that workers import, and its arguments. What the function yields comes back as
messages, in order; None is not sent: it says that the job can be stopped here. Between two yields nothing is
interrupted, so that a long one is killed when it is cancelled and does not hear.

Knows nothing of models, pages or Solara.
"""

from __future__ import annotations

import atexit
import functools
import os
import threading
import time
from collections import Counter

from dashboards.limits import Limits, limits
from dashboards.playing.jobs import Job, PlayError, Ticket
from dashboards.playing.worker import Worker

__all__ = ["Pool", "the_pool"]

_WAITING, _WAITING_ALL = 400, 5_000  # jobs that may wait: of one owner, of all
_OLD = 30.0  # seconds in the queue after which a job is as urgent as any
_ENDING = 3.0  # seconds that workers have to end

_Order = tuple[bool, int, int, int]


class Pool:
    """Workers and the queue before them. A thread of this process talks to each.

    limits : of workers, seconds and megabytes
    """

    def __init__(self, allowed: Limits | None = None) -> None:
        self.limits = limits() if allowed is None else allowed
        self.workers = self.limits.workers or os.cpu_count() or 1
        self._waiting: list[Ticket] = []
        self._playing: dict[int, Ticket] = {}  # by worker
        self._served: dict[str, int] = {}  # by owner, when their last job was taken
        self._taken = 0
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._made = [Worker(self.limits, self._closed) for _ in range(self.workers)]
        self._threads = [
            threading.Thread(target=self._serve, args=(number,), daemon=True, name=f"worker {number}")
            for number in range(self.workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job, owner: str) -> Ticket:
        """Hand in a job for its owner (a session).

        Raises
        ------
        PlayError
            When the pool is closed, or too many jobs wait: of this owner, or of all.
        """
        ticket = Ticket(job, owner, self)
        with self._changed:
            if self._closed.is_set():
                raise PlayError("playing.closed")
            if sum(other.owner == owner for other in self._waiting) >= _WAITING:
                raise PlayError("playing.yours_wait", most=_WAITING)
            if len(self._waiting) >= _WAITING_ALL:
                raise PlayError("playing.all_wait", most=_WAITING_ALL)
            self._waiting.append(ticket)
            self._changed.notify_all()
        return ticket

    def leave(self, owner: str) -> None:
        """Cancel all that an owner has handed in: they have left."""
        with self._changed:
            tickets = [ticket for ticket in (*self._waiting, *self._playing.values()) if ticket.owner == owner]
            self._served.pop(owner, None)
        for ticket in tickets:
            ticket.cancel()

    def close(self) -> None:
        """Cancel everything and end the workers, whatever they are doing."""
        with self._changed:
            self._closed.set()
            tickets = [*self._waiting, *self._playing.values()]
            self._changed.notify_all()
        for ticket in tickets:
            ticket.cancel()
        end = time.monotonic() + _ENDING
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(end - time.monotonic(), 0.1))
        for worker in self._made:
            worker.end()

    def busy(self) -> tuple[int, int]:
        """Return (jobs that are being played, jobs that wait)."""
        with self._changed:
            return len(self._playing), len(self._waiting)

    def alive(self) -> int:
        """Return how many workers there are: one that has died is replaced when there is something to play."""
        return sum(worker.alive for worker in self._made)

    def ready(self, seconds: float = 120.0) -> bool:
        """Wait until every worker has imported and compiled what a run needs; return whether it is so in time."""
        end = time.monotonic() + seconds
        return all(worker.warm(max(end - time.monotonic(), 0.0)) for worker in self._made)

    # -- the queue --------------------------------------------------------------------------------------------

    def forget(self, ticket: Ticket) -> None:
        """Take a ticket that was cancelled out of the queue."""
        with self._changed:
            if ticket in self._waiting:
                self._waiting.remove(ticket)

    def place(self, ticket: Ticket) -> int | None:
        """Return how many jobs are before this one in the queue, None when it is not there."""
        with self._changed:
            if ticket not in self._waiting:
                return None
            orders = self._orders()
            mine = orders[ticket]
            return sum(order < mine for order in orders.values())

    def _orders(self) -> dict[Ticket, _Order]:
        """Return what sorts the queue: urgent jobs (and those that have waited for long) first; then those whose owner
        has least under way; then those whose owner was served longest ago; then the first come.
        """  # fmt: skip
        under_way = Counter(ticket.owner for ticket in self._playing.values())
        old = time.monotonic() - _OLD
        return {
            ticket: (
                not ticket.job.urgent and ticket.submitted > old, under_way[ticket.owner],
                self._served.get(ticket.owner, 0), arrival,
            )
            for arrival, ticket in enumerate(self._waiting)
        }  # fmt: skip

    def _next(self, worker: int) -> Ticket | None:
        """Wait for a job that this worker may take, None at the end."""
        with self._changed:
            while not self._closed.is_set():
                heavy = sum(other.job.heavy for other in self._playing.values())
                room = heavy < max(self.workers - 1, 1)
                orders = self._orders()
                allowed = [ticket for ticket in self._waiting if room or not ticket.job.heavy]
                if allowed:
                    chosen = min(allowed, key=orders.__getitem__)
                    self._waiting.remove(chosen)
                    self._playing[worker] = chosen
                    self._taken += 1
                    self._served[chosen.owner] = self._taken
                    chosen.begin()
                    return chosen
                self._changed.wait()
        return None

    def _serve(self, number: int) -> None:
        """Let one worker play job after job."""
        worker = self._made[number]
        worker.start()
        while (ticket := self._next(number)) is not None:
            end = worker.play(ticket)
            with self._changed:
                del self._playing[number]
                self._changed.notify_all()
            ticket.end(*end)
            worker.start()  # anew if it is gone, so that the next job finds it warm
        worker.end()


@functools.cache
def the_pool() -> Pool:
    """Return the pool of this server, made when first asked for; it is closed with the server."""
    pool = Pool()
    atexit.register(pool.close)
    return pool
