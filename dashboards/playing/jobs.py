"""Jobs as they are handed in, and tickets: what comes back of them. Knows nothing of models, pages or processes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from dashboards.text import Words, words
from ecosim.errors import EcosimError

__all__ = ["Cancelled", "Job", "PlayError", "Ticket", "in_words"]

_UNREAD = 5_000  # messages of one job that nobody reads, after which it is stopped


class Cancelled(Exception):  # noqa: N818 (it is no error)
    """The job was cancelled: by who asked for it, or because they left."""


class PlayError(EcosimError):
    """A run that was refused or stopped by the workers, not by the model: in English, and in the words of any language.

    key : of `dashboards.text`; values : to be filled in, numbers as numbers
    """

    def __init__(self, key: str, **values: Any) -> None:
        self.key, self.values = key, values
        super().__init__(self.told(words("en")))

    def told(self, say: Words) -> str:
        """Return the message in a language."""
        numbers = (int, float)
        return say(self.key, **{k: say.number(v) if isinstance(v, numbers) else v for k, v in self.values.items()})

    def __reduce__(self) -> tuple[Any, ...]:
        return _play_error, (self.key, self.values)


def _play_error(key: str, values: dict[str, Any]) -> PlayError:
    return PlayError(key, **values)


def in_words(problem: EcosimError, say: Words) -> str:
    """Return what went wrong in a visitor's language, where there are words for it; else as the model says it."""
    return problem.told(say) if isinstance(problem, PlayError) else str(problem)


@dataclass(frozen=True)
class Job:
    """What a worker is to do.

    function : ``module:name`` of a generator function; arguments : for it, picklable
    urgent : goes before jobs that are not; heavy : never takes the last free worker; latest : of messages that nobody
    has read yet only the first and the newest of the job are kept (for messages that are each the whole story so far)
    """

    function: str
    arguments: dict[str, Any]
    urgent: bool = False
    heavy: bool = False
    latest: bool = False


class _Queue(Protocol):
    """What a ticket knows of the pool."""

    def forget(self, ticket: Ticket) -> None: ...
    def place(self, ticket: Ticket) -> int | None: ...


class Ticket:
    """A job that was handed in, and what comes back of it. Made by `Pool.submit`."""

    def __init__(self, job: Job, owner: str, pool: _Queue) -> None:
        self.job, self.owner, self.submitted = job, owner, time.monotonic()
        self._pool = pool
        self._news = threading.Condition()
        self._unread: deque[Any] = deque()
        self._received = 0
        self._first_unread = False
        self._began = False
        self._end: tuple[str, Any] | None = None

    def messages(self) -> Iterator[Any]:
        """Yield what the job yields, as it comes.

        Raises
        ------
        Cancelled
            When the job was cancelled.
        EcosimError
            When its input was refused, when it failed, took too long or too much memory, or when its worker died.
        """
        while True:
            with self._news:
                self._news.wait_for(lambda: self._unread or self._end is not None)
                if not self._unread:
                    assert self._end is not None
                    kind, content = self._end
                    break
                message = self._unread.popleft()
                self._first_unread = False
            yield message
        if kind == "cancelled":
            raise Cancelled
        if kind == "failed":
            raise content if isinstance(content, EcosimError) else EcosimError(content)

    def wait(self, seconds: float) -> bool:
        """Wait until the job is being played or has ended, some seconds at most; return whether it is so."""
        with self._news:
            return self._news.wait_for(lambda: self._began or self._end is not None, seconds)

    def cancel(self) -> None:
        """Let the job not go on; what was not read is dropped. Without effect on one that has ended."""
        with self._news:
            if self._end is None:
                self._unread.clear()
                self._end = ("cancelled", None)
                self._news.notify_all()
        self._pool.forget(self)

    @property
    def cancelled(self) -> bool:
        return self._end is not None and self._end[0] == "cancelled"

    @property
    def place(self) -> int | None:
        """How many jobs are before this one in the queue; None when it is being played or has ended."""
        return self._pool.place(self)

    # -- for the pool -----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Say that a worker has it."""
        with self._news:
            self._began = True
            self._news.notify_all()

    def put(self, message: Any) -> None:
        """Hand on one message of the job."""
        with self._news:
            if self._end is not None:
                return
            if self.job.latest and len(self._unread) > self._first_unread:
                self._unread[-1] = message
            elif len(self._unread) < _UNREAD:
                self._unread.append(message)
            else:
                self._end = ("failed", PlayError("playing.unread"))
            self._first_unread = self._first_unread or self._received == 0
            self._received += 1
            self._news.notify_all()

    def end(self, kind: str, content: Any = None) -> None:
        """Say how it ended: ``done``, ``cancelled`` or ``failed``, with the reason. What was told first stands."""
        with self._news:
            if self._end is None:
                self._end = (kind, content)
                self._news.notify_all()

    @property
    def ended(self) -> bool:
        return self._end is not None
