"""What the page Why has under way: the runs of the ablation and of the families. What has come is kept while the
visitor looks at other pages; what is missing is played when they come back.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call"

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import solara

from dashboards.playing import Cancelled, Job, the_pool
from dashboards.playing.allowed import check
from dashboards.reasons.ablating import Row
from dashboards.reasons.cases import Case
from dashboards.reasons.families import Families
from dashboards.reasons.work import Rows, Work
from dashboards.setup import Setup, World
from dashboards.text import Words
from ecosim import Scenario
from ecosim.errors import EcosimError

__all__ = ["Key", "Pass", "Study", "Tracing", "families", "progress", "study", "traced"]

Key = tuple[Setup, World]
_PACE = 4  # runs, after which their pace is known


@dataclass(frozen=True)
class Study:
    """What has been played of what is set; problem : why not all could be."""

    of: Key | None = None
    rows: Rows = field(default_factory=dict)
    problem: EcosimError | None = None


@dataclass(frozen=True)
class _Progress:
    """Runs of this pass: played, all; seconds since the first came."""

    done: int = 0
    total: int = 0
    seconds: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds to go at the pace so far, None before that is known."""
        return self.seconds / (self.done - 1) * (self.total - self.done) if self.done >= _PACE else None


def _same(one: Any, other: Any) -> bool:
    return one is other


study: solara.Reactive[Study] = solara.reactive(Study(), equals=_same)
progress: solara.Reactive[_Progress] = solara.reactive(_Progress())
# of which run, and its families or why there are none
families: solara.Reactive[tuple[Key, Families | EcosimError] | None] = solara.reactive(None, equals=_same)


def traced(key: Key) -> Families | EcosimError | None:
    """Return the families of what is set, or why they cannot be had; None when they have not come yet."""
    found = families.value
    return found[1] if found is not None and found[0] == key else None


class Pass:
    """One pass over the runs that are missing, in a thread of its own, which knows its session."""

    def __init__(
        self, key: Key, whole: Scenario, runs: list[tuple[Case, int]], owner: str, say: Words, heavy: bool
    ) -> None:  # fmt: skip
        self._key, self._whole, self._total, self._say = key, whole, len(runs), say
        pool = the_pool()
        self._work = Work(runs, lambda job: pool.submit(job, owner), self._tell, heavy)
        self._left = False

    def begin(self) -> None:
        kept = study.peek()
        study.value = Study(self._key, kept.rows if kept.of == self._key else {})
        progress.value = _Progress(0, self._total)
        threading.Thread(target=self._go, daemon=True, name="ablation").start()

    def cancel(self) -> None:
        """End it; what has come stays."""
        self._left = True
        self._work.cancel()

    def _go(self) -> None:
        try:
            check(self._whole, the_pool().limits, self._say)
            self._work.go()
        except Cancelled:
            return
        except EcosimError as problem:
            if not self._left and study.peek().of == self._key:
                study.value = Study(self._key, study.peek().rows, problem)

    def _tell(self, new: dict[tuple[str, int], Row], done: int, seconds: float) -> None:
        known = study.peek()
        if known.of != self._key:  # something else is being looked at
            return
        if not self._left:
            progress.value = _Progress(done, self._total, seconds)
        if new:
            study.value = Study(self._key, {**known.rows, **new}, known.problem)


class Tracing:
    """The run of which the families are traced."""

    def __init__(self, key: Key, whole: Scenario, owner: str, say: Words, heavy: bool) -> None:
        self._key, self._whole, self._owner, self._say, self._heavy = key, whole, owner, say, heavy
        self._ticket: Any = None
        self._left = False

    def begin(self) -> None:
        threading.Thread(target=self._go, daemon=True, name="families").start()

    def cancel(self) -> None:
        self._left = True
        if self._ticket is not None:
            self._ticket.cancel()

    def _go(self) -> None:
        arguments = {"scenario": self._whole, "seed": self._key[0].seed}
        try:
            check(self._whole, the_pool().limits, self._say)
            job = Job("dashboards.reasons.families:play", arguments, heavy=self._heavy)
            self._ticket = the_pool().submit(job, self._owner)
            if self._left:
                self._ticket.cancel()
            for found in self._ticket.messages():
                self._show(found)
        except Cancelled:
            return
        except EcosimError as problem:
            self._show(problem)

    def _show(self, found: Families | EcosimError) -> None:
        if not self._left:
            families.value = (self._key, found)
