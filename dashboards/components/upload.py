"""An ecosystem of the visitor's own: files are uploaded, checked by a worker and taken over; what is set is downloaded.

The browser sends files in pieces and checks their number and size first; the server checks everything again.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from dashboards import arrivals, session, uploads
from dashboards.arrivals import Arrival
from dashboards.components.vue import vue
from dashboards.limits import limits
from dashboards.playing import Cancelled, Job, Ticket, in_words, the_pool
from dashboards.setup import OWN
from ecosim.errors import EcosimError

__all__ = ["Upload"]


@vue("upload.vue")
def _Upload(  # noqa: N802
    status: str, told: str, most: int, tables: int, examples: list[dict[str, str]], file: dict[str, Any],
    words: dict[str, str], event_announce: Callable[[Any], None], event_piece: Callable[[Any], None],
    event_save: Callable[[Any], None], event_stop: Callable[[Any], None],
) -> Any: ...  # fmt: skip


@solara.component
def Upload() -> None:  # noqa: N802
    """Show the choice of files, what came of them, and the download of what is set."""
    say = session.say()
    status = solara.use_reactive("")  # "", sending, checking
    told = solara.use_reactive("")
    arrival: solara.Reactive[Arrival | None] = solara.use_reactive(None)
    checked: solara.Reactive[Arrival | None] = solara.use_reactive(None)
    file = solara.use_reactive({"number": 0, "name": "", "text": ""})
    owner = session.owner()
    running: Any = solara.use_ref(None)

    def refuse(problem: str) -> None:
        if arrival.value is not None:
            arrivals.discard(owner, arrival.value.folder)
        arrival.value = checked.value = None
        status.value = ""
        session.message.set(say("upload.refused", detail=problem[:600]))

    def announce(data: Any) -> None:
        stop(None)
        session.message.set("")
        told.value = ""
        try:
            arrival.value = Arrival(data, owner, limits(), say)
        except (EcosimError, OSError) as problem:
            refuse(str(problem))
        else:
            status.value = "sending"

    def piece(data: Any) -> None:
        if arrival.value is None or checked.value is not None:
            return  # what is left of an upload that was refused
        try:
            arrival.value.add(data)
        except EcosimError as problem:
            refuse(str(problem))
            return
        if arrival.value.whole:
            status.value = "checking"
            checked.value = arrival.value

    def stop(_: Any) -> None:
        if running.current is not None:
            running.current.cancel()
        if arrival.value is not None:
            arrivals.discard(owner, arrival.value.folder)
        arrival.value = checked.value = None
        status.value = ""

    def examine() -> None:
        """In a thread: let a worker read the files, and take over what it finds."""
        here = checked.value
        if here is None:
            return
        arguments = {
            "folder": here.folder, "names": [name for name, _ in here.files], "language": say.language,
            "most": limits(),
        }  # fmt: skip
        try:
            ticket: Ticket = the_pool().submit(Job("dashboards.uploads:examine", arguments, urgent=True), owner)
            running.current = ticket
            world, organisations = next(ticket.messages())
        except Cancelled:
            return
        except EcosimError as problem:
            if checked.value is here:
                refuse(in_words(problem, say))
            return
        if checked.value is not here:
            return
        gone = [entry for entry in session.kept.value if entry.setup.world == OWN]
        if gone:  # they are changes to an ecosystem that is no longer there
            session.kept.set(tuple(entry for entry in session.kept.value if entry not in gone))
        session.own.set(world)
        session.choose(OWN)
        arrivals.keep(owner, here.folder)
        loaded = say("upload.loaded", title=world.scenario.title, organisations=say.number(organisations))
        told.value = f"{loaded} {say('upload.kept_gone')}" if gone else loaded
        arrival.value = checked.value = None
        status.value = ""

    def save(_: Any) -> None:
        try:
            world, setup = session.world(), session.setup.value
            text = uploads.as_toml(setup, world)
        except EcosimError as problem:
            session.message.set(str(problem))
            return
        file.value = {"number": file.value["number"] + 1, "name": f"{setup.world}.toml", "text": text}

    solara.lab.use_task(examine, dependencies=[checked.value], prefer_threaded=True)
    most = limits().upload
    words = solara.use_memo(
        lambda: say.page("upload") | {"help": say("upload.help", most=say.number(most))}, [say.language, most]
    )
    _Upload(
        status=status.value, told=told.value, most=most, tables=arrivals.CSVS, examples=uploads.EXAMPLES,
        file=file.value, words=words, event_announce=announce, event_piece=piece, event_save=save, event_stop=stop,
    )  # fmt: skip
