"""Live runs beside the map's answer: here, the mix and the baseline, in the same histories."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara

from dashboards import session
from dashboards.components.tipping_parts import TippingConfirm
from dashboards.limits import limits
from dashboards.playing import Cancelled, Job, the_pool
from dashboards.playing.allowed import check
from dashboards.setup import Setup, World
from dashboards.tipping import telling
from dashboards.tipping.atlas import Sheet
from dashboards.tipping.confirm import Live
from dashboards.tipping.standing import Standing, here, moved, values_at
from ecosim.errors import EcosimError

__all__ = ["Confirm"]

_HISTORIES = (5, 10, 20)


@dataclass(frozen=True)
class _Question:
    """What is asked of live runs: setups by name, how many histories; `number` tells two same ones apart."""

    names: tuple[str, ...]
    setups: tuple[Setup, ...]
    histories: int
    number: int


_NOTHING: _Question | None = None  # has been asked


@dataclass(frozen=True)
class _Answer:
    """How it stands: ``playing``, ``done``, ``stopped`` or ``failed`` with its problem; what was played."""

    status: str = "playing"
    live: Live | None = None
    problem: str = ""


@solara.component
def Confirm(known: Sheet, world: World, found: Standing) -> None:  # noqa: N802
    """Show the button and what came of it. What was asked stays when the visitor moves on."""
    say, setup, owner = session.say(), session.setup.value, session.owner()
    histories, set_histories = solara.use_state(10)
    question, set_question = solara.use_state(_NOTHING)
    answer, set_answer = solara.use_state(_Answer(), eq=lambda one, other: one is other)
    number = solara.use_ref(0)

    def begin(_: None) -> None:
        number.current += 1
        names, setups = _cases(known, world, found, setup, say)
        set_answer(_Answer())
        set_question(_Question(names, setups, min(histories, limits().replicates), number.current))

    def play() -> Callable[[], None] | None:
        return None if question is None else _play(question, world, owner, say, set_answer)

    solara.use_effect(play, [question])
    live = answer.live
    rows: list[dict[str, Any]] = []
    agree: bool | None = None
    if question is not None and live is not None:
        mapped = [_on_map(known, world, one) for one in question.setups]
        rows, agree = telling.live_rows(question.names, mapped, live, say)
    playing = question is not None and answer.status == "playing"

    def stop(_: None) -> None:
        set_question(_NOTHING)
        set_answer(_Answer("stopped"))

    TippingConfirm(
        lead=say("tipping.confirm_lead", points=say.number(known.points)), histories=histories,
        choices=list(_HISTORIES), playing=playing, share=live.done / live.total if live else 0.0,
        status=_status(question, answer, agree, say), rows=rows,
        made=solara.use_memo(lambda: telling.made(known, say), [known.story, say.language]),
        words=say.page("tipping"), event_number=set_histories, event_begin=begin, event_stop=stop,
    )  # fmt: skip


def _cases(
    known: Sheet, world: World, found: Standing, setup: Setup, say: Any
) -> tuple[tuple[str, ...], tuple[Setup, ...]]:  # fmt: skip
    """Return what is compared: the baseline, what is set where it differs, the mix where there is one."""
    names, setups = [say("tipping.case_baseline")], [setup.baseline()]
    if setup != setup.baseline():
        names.append(say("tipping.case_here"))
        setups.append(setup)
    if found.mixes and found.mixes[0].settings:
        mix = found.mixes[0]
        start = {} if not found.turned else {found.turned: values_at(known, found.start)[found.turned]}
        what = telling.in_words(mix, say)
        if found.turned:
            what = f"{telling.label(found.turned, say)} {telling.two(start[found.turned], say)}, {what}"
        names.append(say("tipping.case_mix", what=what))
        setups.append(moved(setup, world, start | mix.settings))
    return tuple(names), tuple(setups)


def _on_map(known: Sheet, world: World, setup: Setup) -> tuple[float, float, float]:
    found = known.surrogate.reproduction(here(setup, world, known)[None])
    return float(found.estimate[0]), float(found.low[0]), float(found.high[0])


def _play(
    question: _Question, world: World, owner: str, say: Any, tell: Callable[[_Answer], None]
) -> Callable[[], None]:  # fmt: skip
    """Play in the pool, listening in a thread of its own; return what ends it."""
    gone = threading.Event()

    def said(answer: _Answer) -> None:
        if not gone.is_set():
            tell(answer)

    try:
        scenarios = [one.scenario(world) for one in question.setups]
        for scenario in scenarios:
            check(scenario, limits(), say)
        seeds = [question.setups[0].seed + k for k in range(question.histories)]
        job = Job("dashboards.tipping.confirm:play", {"scenarios": scenarios, "seeds": seeds}, latest=True)
        ticket = the_pool().submit(job, owner)
    except EcosimError as problem:
        tell(_Answer("failed", problem=str(problem)))
        return lambda: None

    def listen() -> None:
        live: Live | None = None
        try:
            for live in ticket.messages():
                said(_Answer("playing", live))
            said(_Answer("done", live))
        except Cancelled:
            pass
        except EcosimError as problem:
            said(_Answer("failed", live, str(problem)))

    threading.Thread(target=listen, daemon=True, name="confirm").start()

    def end() -> None:
        gone.set()
        ticket.cancel()

    return end


def _status(question: _Question | None, answer: _Answer, agree: bool | None, say: Any) -> str:
    if answer.status == "stopped":
        return str(say("tipping.stopped"))
    if question is None:
        return ""
    if answer.status == "failed":
        return str(say("tipping.failed", problem=answer.problem))
    total = len(question.setups) * question.histories
    if answer.status == "playing":
        return str(say("tipping.progress", done=0 if answer.live is None else answer.live.done, total=total))
    told = say("tipping.finished", total=total, histories=question.histories)
    if agree is None:
        return str(told)
    return f"{told} {say('tipping.same_side' if agree else 'tipping.other_side')}"
