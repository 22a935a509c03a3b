"""The run of what is set: started when the setup changes, told as it goes, with its baseline beside it.

`Player` stands in the frame around all pages, so that a run goes on while its visitor turns the pages.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import solara

from dashboards import session
from dashboards.playing import Cancelled, Job, Record, Ticket, in_words, the_pool
from dashboards.playing.allowed import HEAVY, check, organisations
from dashboards.setup import OWN, Setup, World
from dashboards.text import words
from ecosim import Scenario
from ecosim.errors import EcosimError

__all__ = ["AUTOMATIC", "Player", "Progress", "baseline", "progress", "record", "start", "stop"]

_LOG = logging.getLogger("ecosim.dashboard")
AUTOMATIC = 20_000  # organisations, up to which a run starts by itself whenever something is changed
_PAUSE = 0.12  # seconds that a change waits for the next one, so that a slider that is dragged asks for one run
_PLACE_EVERY = 1.0  # seconds between two looks at the place in the queue


@dataclass(frozen=True)
class Progress:
    """How the run stands: ``asked`` (large: waits to be started), ``waiting`` (in the queue), ``playing``, ``done``,
    ``stopped`` (by the visitor; what was played is shown) or ``failed``.

    place : jobs before it in the queue; problem : why it failed, or why there is no baseline
    """  # fmt: skip

    status: str = "waiting"
    place: int | None = None
    problem: str = ""


def _same(one: Any, other: Any) -> bool:
    """Records are told apart as objects: comparing their months would take longer than showing them."""
    return one is other


# of what is set, the newest; kept until a new one comes. Both carry the drawing of the network in every message.
record: solara.Reactive[Record | None] = solara.reactive(None, equals=_same)
baseline: solara.Reactive[Record | None] = solara.reactive(None, equals=_same)  # None where nothing differs from it
progress: solara.Reactive[Progress] = solara.reactive(Progress())

_asked: solara.Reactive[int] = solara.reactive(0)  # how often the visitor has asked for a run
_run: solara.Reactive[_Run | None] = solara.reactive(None, equals=_same)  # the one under way, or the last
_compared: solara.Reactive[_Key | None] = solara.reactive(None)  # what `baseline` is the run of
_kept: solara.Reactive[tuple[_Key, Record] | None] = solara.reactive(None, equals=_same)  # the last whole baseline


@solara.component
def Player() -> None:  # noqa: N802
    """Keep `record` and `baseline` in step with the setup. Shows nothing."""
    setup, language, owner, asked = session.setup.value, session.language.value, session.owner(), _asked.value
    own = session.own.value if setup.world == OWN else None
    world = solara.use_memo(_world, [setup.world, own, language])
    last: Any = solara.use_ref(None)

    def play() -> Callable[[], None]:
        before, last.current = last.current, (setup, own)
        same = before == (setup, own)  # asked for by hand, or in another language: a large run begins as well
        run = _Run(setup, world, language, owner, by_hand=same)
        _run.value = run
        run.begin(0.0 if before is None or same else _PAUSE)
        return run.cancel

    solara.use_effect(play, [setup, own, language, asked])


def start() -> None:
    """Play a large run that waits to be started, or one that was stopped, again."""
    _asked.value = _asked.peek() + 1


def stop() -> None:
    """Stop what is being played; what was played stays."""
    run = _run.peek()
    if run is not None:
        run.stop()


def _world() -> World | EcosimError:
    try:
        return session.world()
    except EcosimError as problem:
        return problem


# -- one run ----------------------------------------------------------------------------------------------------

_Key = tuple[Setup, World, str]


class _Run:
    """What is set, being played in the pool, with its baseline. Its threads live no longer than its tickets.

    They know their session, as every thread that was made in one; reactive variables are its own.
    """

    def __init__(
        self, setup: Setup, world: World | EcosimError, language: str, owner: str, by_hand: bool
    ) -> None:  # fmt: skip
        self._setup, self._world, self._language, self._owner, self._by_hand = setup, world, language, owner, by_hand
        self._cancelled, self._shown = threading.Event(), threading.Event()
        self._stopped = False
        self._tickets: list[Ticket] = []
        self._problem = ""  # of the baseline

    def begin(self, pause: float) -> None:
        threading.Thread(target=self._go, args=(pause,), daemon=True, name="current run").start()

    def cancel(self) -> None:
        """End it and show nothing more of it."""
        self._cancelled.set()
        self._shown.set()
        for ticket in self._tickets:
            ticket.cancel()

    def stop(self) -> None:
        """End it on the visitor's wish."""
        if progress.peek().status in ("waiting", "playing"):
            self._stopped = True
            self.cancel()
            progress.value = Progress("stopped")

    def _say(self, status: str, place: int | None = None, problem: str = "") -> None:
        if not self._cancelled.is_set():
            progress.value = Progress(status, place, problem)

    # -- what is set ------------------------------------------------------------------------------------------

    def _go(self, pause: float) -> None:
        if self._cancelled.wait(pause):
            return
        try:
            self._play()
        except Cancelled:
            if self._stopped:
                progress.value = Progress("stopped")
        except EcosimError as problem:
            self._fail(in_words(problem, words(self._language)))
        except Exception as problem:
            _LOG.exception("the run of what is set failed")
            self._fail(f"{type(problem).__name__}: {problem}")

    def _fail(self, problem: str) -> None:
        self._say("failed", problem=problem)
        self.cancel()

    def _play(self) -> None:
        if isinstance(self._world, EcosimError):
            raise self._world
        scenario = self._setup.scenario(self._world)
        check(scenario, the_pool().limits, words(self._language))
        if organisations(scenario) > AUTOMATIC and not self._by_hand:
            self._say("asked")
            return
        self._say("waiting")
        ticket = self._submit(scenario)
        key = (self._setup.baseline(), self._world, self._language)
        apart = key[0] != self._setup
        if apart:
            self._compare(key)
        while not ticket.wait(_PLACE_EVERY):
            self._say("waiting", ticket.place)
        self._say("playing")
        newest = None
        for message in ticket.messages():
            newest = _drawn(message, newest or record.peek())
            self._show(newest, key if apart else None)
        if newest is not None and not apart:
            _kept.value = (key, newest)
        self._say("done", problem=self._problem)

    def _show(self, newest: Record, key: _Key | None) -> None:
        if self._cancelled.is_set():
            return
        record.value = newest
        if not self._shown.is_set():
            if _compared.peek() != key:  # what is shown beside it is the baseline of something else
                baseline.value, _compared.value = None, None
            self._shown.set()

    # -- its baseline -----------------------------------------------------------------------------------------

    def _compare(self, key: _Key) -> None:
        """Show the baseline beside the run: the one that was kept, or played anew."""
        kept = _kept.peek()
        known = kept is not None and kept[0] == key
        told = (kept[1],) if kept is not None and known else self._submit(key[0].scenario(key[1])).messages()
        threading.Thread(target=self._follow, args=(key, told), daemon=True, name="baseline").start()

    def _follow(self, key: _Key, told: Iterable[Record]) -> None:
        newest = None
        try:
            for message in told:
                self._shown.wait()  # never beside a run of something else
                if self._cancelled.is_set():
                    return
                newest = _drawn(message, newest or record.peek())
                baseline.value, _compared.value = newest, key
            if newest is not None:
                _kept.value = (key, newest)
        except Cancelled:
            return
        except EcosimError as problem:
            say = words(self._language)
            self._problem = say("playing.baseline_failed", problem=in_words(problem, say))
            if progress.peek().status == "done":
                self._say("done", problem=self._problem)

    def _submit(self, scenario: Scenario) -> Ticket:
        arguments = {"scenario": scenario, "seed": self._setup.seed, "language": self._language}
        job = Job(
            "dashboards.playing.play:play", arguments, urgent=True, latest=True, heavy=organisations(scenario) > HEAVY
        )
        ticket = the_pool().submit(job, self._owner)
        self._tickets.append(ticket)
        if self._cancelled.is_set():
            ticket.cancel()
        return ticket


def _drawn(new: Record, known: Record | None) -> Record:
    """Return the record with the drawing of its network, which few messages carry; the known one where it is the same,
    so that what was made of it stays good.
    """  # fmt: skip
    drawing = known.network if known is not None else None
    if new.network is drawing or (new.network is not None and new.network != drawing):
        return new
    return dataclasses.replace(new, network=drawing)
