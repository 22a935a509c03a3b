"""How the benchmarks measure: thread time, in turns, as medians; and what a measurement is reported as.

Thread time is what the processor spent on this thread: another program's work on a shared machine is not counted
(that it empties the caches cannot be helped).
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypedDict

from numba.core.dispatcher import Dispatcher

__all__ = ["Row", "Stopwatch", "alternate", "compiled_calls", "median", "row", "skipped", "timed"]


class Row(TypedDict):
    """One measurement. `met` says whether `value` keeps to `bar`; None where there is no bar or no value."""

    name: str
    value: float | None
    unit: str
    bar: str
    met: bool | None
    detail: str


def row(name: str, value: float, unit: str, bar: tuple[str, float] | None, detail: str) -> Row:
    """Return a measurement; `bar` is ``("≤" or "<" or "≥", limit)`` in the unit of the value."""
    if bar is None:
        return Row(name=name, value=value, unit=unit, bar="", met=None, detail=detail)
    sign, limit = bar
    met = {"≤": value <= limit, "<": value < limit, "≥": value >= limit}[sign]
    return Row(name=name, value=value, unit=unit, bar=f"{sign} {limit:g}", met=met, detail=detail)


def skipped(name: str, unit: str, bar: tuple[str, float], reason: str) -> Row:
    """Return the row of something that could not be measured here."""
    sign, limit = bar
    return Row(name=name, value=None, unit=unit, bar=f"{sign} {limit:g}", met=None, detail=f"skipped: {reason}")


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def timed(action: Callable[[], Any]) -> float:
    """Return the thread time of an action, in seconds."""
    started = time.thread_time()
    action()
    return time.thread_time() - started


def alternate(actions: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Take turns: in every round each action once, in the one order and then in the other.

    Actions return what they measured, so that they can leave out their own preparations.
    """
    found: dict[str, list[float]] = {name: [] for name in actions}
    gc.collect()
    for number in range(rounds):
        names = list(actions) if number % 2 == 0 else list(actions)[::-1]
        for name in names:
            found[name].append(actions[name]())
    return found


class Stopwatch:
    """Adds up thread time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, with its time added up."""

        def watched(*arguments: Any) -> Any:
            started = time.thread_time()
            try:
                return function(*arguments)
            finally:
                self.seconds += time.thread_time() - started

        return watched


@contextmanager
def compiled_calls(modules: Sequence[ModuleType]) -> Iterator[Stopwatch]:
    """Watch the compiled functions that some modules call, as far as they call them by a name of their own."""
    watch = Stopwatch()
    kernels = [
        (module, name, value)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher)
    ]
    for module, name, value in kernels:
        setattr(module, name, watch.around(value))
    try:
        yield watch
    finally:
        for module, name, value in kernels:
            setattr(module, name, value)
