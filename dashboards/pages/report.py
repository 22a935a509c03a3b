"""Report: one press makes a page, a PDF and the data of what is set; a link holds the state itself."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import solara

from dashboards import comparison, current, links, session
from dashboards.components.heading import Heading, Paragraph
from dashboards.components.report_desk import ReportDesk
from dashboards.playing import Cancelled, Job, Ticket, in_words, the_pool
from dashboards.playing.allowed import HEAVY, check, organisations
from dashboards.reporting.compared import compared
from dashboards.reporting.made import Made, Step
from dashboards.reporting.shelf import TYPES, Shelf
from dashboards.reporting.titles import changes, title_of
from dashboards.setup import OWN, Setup, World
from dashboards.text import Words, words
from ecosim.errors import EcosimError

__all__ = ["Report"]


@dataclass(frozen=True)
class _State:
    """How the report stands: ``none``, ``waiting``, ``making``, ``ready``, ``stopped`` or ``failed``.

    of : what it is a report of (setup, world, language)
    """

    status: str = "none"
    of: Any = None
    step: Step | None = None
    place: int | None = None
    problem: str = ""


_AFTERWARDS = 5.0  # seconds after which a worker that was stopped writes no more: the pool has ended it by then
_state: solara.Reactive[_State] = solara.reactive(_State())
_shelf: solara.Reactive[Shelf | None] = solara.reactive(None, equals=lambda one, other: one is other)
_sent: solara.Reactive[dict[str, Any]] = solara.reactive({})


def _forget() -> None:
    """Remove the files of this session's report."""
    shelf = _shelf.peek()
    if shelf is not None:
        shelf.clear()
        _shelf.value = None


solara.lab.on_kernel_start(lambda: _forget)  # what it returns is called when the session ends


@solara.component
def Report() -> None:  # noqa: N802
    """The page. A report that was made stays until something is changed; one that is being made ends with the page."""
    say = session.say()
    Heading(say("report.heading"))
    Paragraph(say("report.lead"))
    try:
        world = session.world()
    except EcosimError as problem:
        Paragraph(str(problem))
        return
    _Desk(world)


@solara.component
def _Desk(world: World) -> None:  # noqa: N802
    say, setup, owner = session.say(), session.setup.value, session.owner()
    of = (setup, world, say.language)
    making: Any = solara.use_ref(None)
    base = solara.use_ref("")
    words_of_page = solara.use_memo(lambda: say.page("report"), [say.language])
    query = solara.use_memo(lambda: links.query(setup, say.language), [setup, say.language])
    run = current.record.value
    seconds = run.seconds if run is not None and run.done else None
    subject = solara.use_memo(lambda: _subject(setup, world, seconds, say), [setup, world, seconds, say.language])
    state = _state.value if _state.value.of == of else _State()
    shelf = _shelf.value if state.status == "ready" else None
    made = shelf.made if shelf is not None else None
    busy, share = state.status in ("waiting", "making"), state.step.share if state.step else 0.0

    def ended() -> Any:
        def leave() -> None:
            if making.current is not None:
                making.current.cancel()
                making.current = None
                if _state.peek().status in ("waiting", "making"):
                    _state.value = _State()

        return leave

    solara.use_effect(ended, [of])  # leaving the page, or turning to another language or ecosystem, ends it

    def make(_: Any) -> None:
        # what was compared in this session, if anything, comes along
        runs, histories = comparison.shelf.peek().runs, comparison.histories.peek()
        kept = [(one.name, one.setup) for one in session.kept.peek()]
        if making.current is not None:
            making.current.cancel()
        _forget()
        differences = compared(setup, kept, world, runs, histories, say, comparison.told_by_dials(setup))
        making.current = _Making(of, owner, base.current + "?" + query, differences)
        making.current.begin()

    def stop(_: Any) -> None:
        if making.current is not None:
            making.current.cancel()
            _state.value = _State("stopped", of)

    def ask(kind: str) -> None:
        found = shelf.content(str(kind)) if shelf is not None else None
        if found is not None:
            _sent.value = {"name": found[0], "type": TYPES[str(kind)], "content": found[1]}

    ReportDesk(
        subject=subject, busy=busy, share=100 * share, said=_standing(state, say),
        sentences=list(made.sentences) if made else [], files=_files(made, say) if made else [],
        left_out=_left_out(made, say), query=query, own=setup.world == OWN, sent=_sent.value, words=words_of_page,
        event_make=make, event_stop=stop, event_ask=ask, event_received=lambda _: _sent.set({}),
        event_place=lambda address: _place(base, address),
    )  # fmt: skip


def _place(base: Any, address: Any) -> None:
    base.current = str(address)[:500]


# -- making ---------------------------------------------------------------------------------------------------


class _Making:
    """A report that is being made. Its thread knows its session, as every thread that was made in one."""

    def __init__(self, of: tuple[Setup, World, str], owner: str, link: str, differences: Any) -> None:
        self._of, self._owner, self._link, self._differences = of, owner, link, differences
        self._shelf = Shelf()
        self._ticket: Ticket | None = None
        self._cancelled = threading.Event()

    def begin(self) -> None:
        _state.value = _State("waiting", self._of)
        threading.Thread(target=self._go, daemon=True, name="report").start()

    def cancel(self) -> None:
        """End it and show nothing more of it."""
        self._cancelled.set()
        if self._ticket is not None:
            self._ticket.cancel()

    def _go(self) -> None:
        kept = False
        say = words(self._of[2])
        try:
            made = self._follow(say)
            if made is not None and not self._cancelled.is_set():
                self._shelf.made, kept = made, True
                _shelf.value = self._shelf
                _state.value = _State("ready", self._of)
        except Cancelled:
            pass
        except EcosimError as problem:
            self._tell(_State("failed", self._of, problem=in_words(problem, say)))
        finally:
            if not kept:
                self._shelf.clear()
                later = threading.Timer(_AFTERWARDS, self._shelf.clear)
                later.daemon = True
                later.start()

    def _follow(self, say: Words) -> Made | None:
        setup, world, language = self._of
        scenario = setup.scenario(world)
        check(scenario, the_pool().limits, say)
        arguments = {
            "folder": self._shelf.path, "setup": setup, "world": world, "language": language, "link": self._link,
            "comparison": self._differences,
        }  # fmt: skip
        heavy = organisations(scenario) > HEAVY
        self._ticket = the_pool().submit(Job("dashboards.reporting.making:make", arguments, heavy=heavy), self._owner)
        if self._cancelled.is_set():
            self._ticket.cancel()
        while not self._ticket.wait(1.0):
            self._tell(_State("waiting", self._of, place=self._ticket.place))
        for message in self._ticket.messages():
            if isinstance(message, Made):
                return message
            self._tell(_State("making", self._of, step=message))
        return None

    def _tell(self, state: _State) -> None:
        if not self._cancelled.is_set():
            _state.value = state


# -- words ----------------------------------------------------------------------------------------------------


def _subject(setup: Setup, world: World, seconds: float | None, say: Words) -> list[str]:
    """Return what will be reported, and how long it may take, as far as that is known."""
    title = title_of(say, world)[0]
    said = [say("report.subject_run", title=title, seed=setup.seed, months=say.number(setup.planned(world)))]
    dials, levers, assumptions = changes(setup)
    if dials or levers or assumptions:
        said.append(say("report.subject_changes", dials=dials, levers=levers, assumptions=assumptions))
    else:
        said.append(say("report.subject_untouched"))
    try:
        large = organisations(setup.scenario(world))
    except EcosimError:
        return said
    if large > HEAVY:
        said.append(say("report.subject_large", organisations=say.number(large)))
    if seconds is not None:
        said.append(say("report.subject_time", seconds=say.number(seconds, 2)))
    return said


def _standing(state: _State, say: Words) -> str:
    if state.status == "waiting":
        return say("report.waiting_place", place=state.place) if state.place else say("report.waiting")
    if state.status == "making":
        return say(f"report.doing_{state.step.doing if state.step else 'play'}")
    if state.status == "failed":
        return say("report.failed", problem=state.problem)
    return say(f"report.{state.status}") if state.status in ("ready", "stopped") else ""


def _files(made: Made, say: Words) -> list[dict[str, str]]:
    return [
        {
            "kind": file.kind, "name": file.name, "size": _size(file.size, say),
            "about": say(f"report.file_{file.kind}{'_inputs' * (file.kind == 'scenario' and made.inputs)}"),
        }
        for file in made.files
    ]  # fmt: skip


def _size(size: int, say: Words) -> str:
    if size >= 1e6:
        return say("report.bytes_mb", size=say.number(size / 1e6, 2))
    return say("report.bytes_kb", size=say.number(max(round(size / 1e3), 1)))


def _left_out(made: Made | None, say: Words) -> str:
    if made is None or made.left_out is None:
        return ""
    return say("report.left_out", size=say.number(round(made.left_out)))
