"""What workers play in the tests of the pool: generators that talk, sleep, die and fail in every way; and what those
tests share.
"""  # fmt: skip

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numba
import numpy as np

from dashboards.playing import Job, Ticket
from ecosim.errors import ParameterError


def job(function: str, urgent: bool = False, heavy: bool = False, latest: bool = False, **arguments: Any) -> Job:
    """A job that plays one of the generators below."""
    return Job(f"{__name__}:{function}", arguments, urgent=urgent, heavy=heavy, latest=latest)


def read_all(ticket: Ticket) -> None:
    for _ in ticket.messages():
        pass


def exists(process: int) -> bool:
    """Whether a process is there and no mere remainder that nobody has waited for."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# -- what workers play ------------------------------------------------------------------------------------------------


def count(to: int, note: str | None = None) -> Iterator[int]:
    yield from range(to)
    if note:
        Path(note).touch()


def wait(path: str, name: str = "", log: str | None = None) -> Iterator[int | None]:
    """Until a file is there."""
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(name + "\n")
    yield os.getpid()
    while not Path(path).exists():
        time.sleep(0.01)
        yield None


def deaf(seconds: float) -> Iterator[Any]:
    yield os.getpid()
    time.sleep(seconds)
    yield "woke"


def chatter() -> Iterator[str]:
    while True:
        yield "."


def die(how: str) -> Iterator[str]:
    yield "before"
    if how == "exit":
        os._exit(3)
    if how == "segfault":
        ctypes.string_at(0)
    raise SystemExit(1)


def fail(how: str) -> Iterator[Any]:
    yield "before"
    problems: dict[str, Exception] = {
        "refused": ParameterError("firms = -1: allowed is 0 or more"),
        "os": BrokenPipeError("of the job itself"),
        "end": EOFError("of the job itself"),
        "fault": KeyError("name"),
    }
    if how in problems:
        raise problems[how]
    yield Unreadable() if how == "unreadable" else lambda: None


class Unreadable:
    def __reduce__(self) -> tuple[Any, ...]:
        return _refuse, ()


def _refuse() -> NoReturn:
    raise ValueError("cannot be read")


def grow(megabytes: int, at_once: bool) -> Iterator[Any]:
    held = []
    yield "before"
    for _ in range(1 if at_once else megabytes):
        held.append(bytearray(b"x") * ((megabytes if at_once else 1) << 20))
        yield None


def kernel(megabytes: int) -> Iterator[float]:
    yield float(_allocate(1))
    yield float(_allocate(megabytes))


@numba.njit
def _allocate(megabytes):  # type: ignore[no-untyped-def] # compiled
    return np.ones((megabytes, 1 << 17)).sum()
