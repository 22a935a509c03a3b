"""The run of what is set, without a browser: one session each, in a real pool, with small worlds."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("solara", reason="solara is not installed: pip install 'ecosim[dashboard]'")

import solara
import solara.server.app  # threads belong to sessions from here on, as they do in the server
from solara.server import kernel, kernel_context
from waiting import until

from dashboards import current, session
from dashboards.limits import Limits
from dashboards.playing import Pool
from dashboards.playing import pool as pools
from dashboards.setup import Lever, Setup, World
from ecosim import Scenario

SMALL = Setup(
    "three-ingredients", months=24, values=(("population.firms", 60), ("population.labs", 6))
)  # fmt: skip
_NUMBERS = itertools.count()  # variables outlive a session of the same name
LONG = dataclasses.replace(SMALL, months=50_000)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(Limits(workers=2, organisations=30_000, months=100_000))
    assert made.ready()
    yield made
    made.close()


@pytest.fixture
def enter(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Session]]:
    monkeypatch.setattr("solara.toestand._using_solara_server", lambda: True)  # so do variables
    for module in (session, current, pools):
        monkeypatch.setattr(module, "the_pool", lambda: pool)
    entered: list[Session] = []

    def begun(name: str = "one", setup: Setup = SMALL) -> Session:
        entered.append(Session(name, setup))
        return entered[-1]

    yield begun
    for visitor in entered:
        visitor.leave()
    until(lambda: pool.busy() == (0, 0))


class Session:
    """A visitor, with the player mounted as the frame does."""

    def __init__(self, name: str, setup: Setup) -> None:
        name = f"{name} {next(_NUMBERS)}"
        self._loop = asyncio.new_event_loop()  # Solara would look for the thread's, and there is none
        self.context = kernel_context.VirtualKernelContext(
            id=name, kernel=kernel.Kernel(), session_id=name, event_loop=self._loop
        )
        self.statuses: list[str] = []
        with self.context:
            session.setup.value = setup
            session.language.value = "en"
            current.progress.subscribe(lambda new: self.statuses.append(new.status))
            _, self._rendered = solara.render(current.Player(), handle_error=False)
        self._left = False

    def set(self, setup: Setup) -> None:
        with self.context:
            session.setup.value = setup

    def record(self) -> Any:
        with self.context:
            return current.record.peek()

    def baseline(self) -> Any:
        with self.context:
            return current.baseline.peek()

    def progress(self) -> current.Progress:
        with self.context:
            return current.progress.peek()

    def done(self, months: int = 24) -> Any:
        """Wait until a run of so many months is there, and return it."""
        until(
            lambda: self.progress().status == "done" and self.record() is not None and self.record().planned == months
        )
        return self.record()

    def leave(self) -> None:
        """End the session as the server does: what was registered for its end, then the page."""
        if not self._left:
            self._left = True
            with self.context:
                session.leave()
                self._rendered.close()
            self._loop.close()


def stronger(setup: Setup, dial: float = 0.5) -> Setup:
    return setup.with_value("dials.attractor_dial", dial, session.story(setup.world))


def test_what_is_set_is_played(enter: Callable[..., Session]) -> None:
    visitor = enter()
    record = visitor.done()
    assert record.done
    assert record.played == 24
    assert record.seed == 1
    assert record.network is not None
    assert visitor.baseline() is None  # nothing differs from it
    assert visitor.statuses[-2:] == ["playing", "done"]


def test_a_change_is_played_beside_the_baseline_which_is_played_once(
    enter: Callable[..., Session], monkeypatch: pytest.MonkeyPatch, pool: Pool
) -> None:
    visitor = enter()
    first = visitor.done()
    asked = counted(monkeypatch, pool)
    visitor.set(stronger(SMALL))
    until(lambda: visitor.record() is not first and visitor.progress().status == "done")
    until(lambda: visitor.baseline() is first)  # it was played already
    assert len(asked) == 1
    assert visitor.record().network is first.network  # what a page made of the drawing stays good
    changed = visitor.record()
    visitor.set(stronger(SMALL, 0.25))
    until(lambda: visitor.record() is not changed and visitor.progress().status == "done")
    assert visitor.baseline() is first
    assert len(asked) == 2


def test_another_assumption_has_another_baseline(enter: Callable[..., Session]) -> None:
    visitor = enter(setup=stronger(SMALL))
    visitor.done()
    before = until(lambda: (found := visitor.baseline()) is not None and found.done and found)
    assumed = stronger(SMALL).with_value("medium.transmissibility", 0.1, session.story(SMALL.world))
    visitor.set(assumed)
    until(lambda: (found := visitor.baseline()) is not None and found is not before and found.done)
    with visitor.context:
        key = current._compared.peek()
    assert key is not None
    assert key[0] == assumed.baseline() != SMALL
    assert visitor.baseline().columns != before.columns


def test_back_at_the_baseline_there_is_none(enter: Callable[..., Session]) -> None:
    visitor = enter(setup=stronger(SMALL))
    until(lambda: visitor.baseline() is not None)
    first = visitor.done()
    visitor.set(SMALL)
    until(lambda: visitor.record() is not first and visitor.progress().status == "done")
    assert visitor.baseline() is None


def test_a_slider_that_is_dragged_asks_for_few_runs(
    enter: Callable[..., Session], monkeypatch: pytest.MonkeyPatch, pool: Pool
) -> None:
    monkeypatch.setattr(current, "_PAUSE", 1.0)  # machines are slow while other tests run
    visitor = enter()
    first = visitor.done()
    asked = counted(monkeypatch, pool)
    for step in range(1, 31):
        visitor.set(stronger(SMALL, step / 40))
    until(lambda: visitor.record() is not first and visitor.progress().status == "done")
    assert len(asked) == 1
    assert asked[0].arguments["scenario"].parameters.dials.attractor_dial == 30 / 40


def test_a_change_ends_the_run_under_way(enter: Callable[..., Session], pool: Pool) -> None:
    visitor = enter(setup=LONG)
    until(lambda: visitor.record() is not None)
    old = visitor.record()
    visitor.set(SMALL)
    assert visitor.record() is not None  # the old one stays in view until there is a new one
    assert visitor.done() is not old
    until(lambda: pool.busy() == (0, 0))


def test_stop_keeps_what_was_played_and_start_plays_again(enter: Callable[..., Session], pool: Pool) -> None:
    visitor = enter(setup=LONG)
    until(lambda: visitor.record() is not None)
    with visitor.context:
        current.stop()
    assert visitor.progress().status == "stopped"
    until(lambda: pool.busy() == (0, 0))
    until(lambda: not threads())
    kept = visitor.record()
    assert 0 < kept.played < LONG.months
    assert visitor.progress().status == "stopped"
    with visitor.context:
        current.start()
    until(lambda: visitor.record() is not kept)
    assert visitor.progress().status in ("waiting", "playing")


def test_a_large_world_waits_to_be_started(enter: Callable[..., Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "AUTOMATIC", 50)
    visitor = enter()
    until(lambda: visitor.progress().status == "asked")
    assert visitor.record() is None
    with visitor.context:
        current.start()
    record = visitor.done()
    with visitor.context:
        session.language.value = "fr"  # this is no other world: what was started is told in French
    until(lambda: visitor.record() is not record and visitor.progress().status == "done")
    visitor.set(stronger(SMALL))
    until(lambda: visitor.progress().status == "asked")


def test_what_is_too_large_is_refused_in_the_language_of_the_visitor(enter: Callable[..., Session]) -> None:
    visitor = enter(setup=dataclasses.replace(SMALL, values=(("population.firms", 40_000),)))
    until(lambda: visitor.progress().status == "failed")
    assert "30,000" in visitor.progress().problem
    with visitor.context:
        session.language.value = "fr"
    until(lambda: "Le maximum autorisé ici est" in visitor.progress().problem)


def test_what_does_not_fit_together_is_said_and_the_old_record_stays(enter: Callable[..., Session]) -> None:
    visitor = enter()
    record = visitor.done()
    visitor.set(dataclasses.replace(SMALL, values=(("medium.transmissibility", 7.0),)))
    until(lambda: visitor.progress().status == "failed")
    assert "transmissibility" in visitor.progress().problem
    assert visitor.record() is record
    visitor.set(SMALL)
    until(lambda: visitor.progress().status == "done")


def test_a_fault_that_only_the_worker_finds_is_said(enter: Callable[..., Session]) -> None:
    three = "".join(f'[[clusters]]\nname = "{name}"\n' for name in "abc")
    world = World("own", Scenario.from_toml(f"[parameters.population]\nclusters = 1\nfirms = 60\nlabs = 6\n{three}"))
    visitor = enter()
    visitor.done()
    with visitor.context:
        session.own.value = world
        session.setup.value = Setup("own", months=12)
    until(lambda: visitor.progress().status == "failed")
    assert "cluster" in visitor.progress().problem


def test_who_leaves_leaves_nothing_behind(enter: Callable[..., Session], pool: Pool) -> None:
    visitor = enter(setup=stronger(LONG))
    until(lambda: visitor.record() is not None)
    visitor.leave()
    until(lambda: pool.busy() == (0, 0))
    until(lambda: not threads())


def test_sessions_are_apart(enter: Callable[..., Session]) -> None:
    one = enter("one")
    other = enter("other", stronger(dataclasses.replace(SMALL, months=36)))
    assert one.done(24).planned == 24
    assert other.done(36).planned == 36
    until(lambda: other.baseline() is not None)
    assert one.baseline() is None
    with other.context:
        current.stop()
    assert one.progress().status == "done"


def test_a_lever_is_compared_with_the_levers_at_rest(enter: Callable[..., Session]) -> None:
    world = session.story("levers")
    few = Setup("levers", months=12, values=(("population.firms", 60), ("population.labs", 6)))
    visitor = enter(setup=few.with_lever("assembly", Lever(1.0), world))
    visitor.done(12)
    until(lambda: (found := visitor.baseline()) is not None and found.done)
    assert sum(visitor.record().columns["policy_spending"]) > 0


def counted(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> list[Any]:
    """Note what is handed in from now on."""
    asked: list[Any] = []
    submit = pool.submit
    monkeypatch.setattr(pool, "submit", lambda job, owner: (asked.append(job), submit(job, owner))[1])
    return asked


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name in ("current run", "baseline")]
