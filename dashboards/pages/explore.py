"""Explore: a story is played; its dials and levers are moved, and every curve answers."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from dashboards import current, session
from dashboards.charts import lines
from dashboards.components.chart import Chart
from dashboards.components.controls import Controls
from dashboards.components.gauge import Gauge, figures, reproduction
from dashboards.components.heading import Heading, Paragraph
from dashboards.components.keep import Keep
from dashboards.components.log import Log
from dashboards.components.network import NetworkView
from dashboards.components.place_map import PlaceMap
from dashboards.components.story import Story
from dashboards.components.transport import Transport
from dashboards.components.upload import Upload
from dashboards.keeping import keep
from dashboards.limits import limits
from dashboards.playing import Record
from dashboards.setup import OWN, World
from dashboards.text import Words
from ecosim.errors import EcosimError
from ecosim.events import KINDS, kind_words

__all__ = ["Explore", "keep", "status", "steady"]

_CHART = 240  # pixels
_SOON = 1.5  # seconds that the beginnings of a run are not shown in place of a whole one


@solara.component
def Explore() -> None:  # noqa: N802
    say = session.say()
    words = solara.use_memo(lambda: say.page("explore") | {"language": say.language}, [say.language])
    world = session.world()
    baseline = current.baseline.value
    kept: Any = solara.use_ref(None)
    record: Record | None = steady(current.record.value, kept.current, current.progress.value.status)
    kept.current = record
    Heading(say("explore.heading"))
    _Which(world, words)
    with solara.v.Html(tag="div", class_="eco-explore"):
        with solara.v.Html(
            tag="section", class_="eco-explore-controls", attributes={"tabindex": "-1", "aria-label": words["controls"]}
        ):
            Controls()
            _Keeping(words)
            Upload()
        with solara.v.Html(tag="section", class_="eco-explore-results", attributes={"aria-label": words["results"]}):
            _Play(world, record, words)
            economy = world.has_economy if record is None else record.economy
            Gauge(
                r=reproduction(record),
                baseline=None if baseline is None else reproduction(baseline),
                figures=solara.use_memo(
                    lambda: figures(record, baseline, economy, say), [record, baseline, economy, say.language]
                ),
                words=words,
            )
            _Charts(economy, record, baseline)
            Heading(words["places"], level=2)
            with solara.v.Html(tag="div", class_="eco-explore-two"):
                PlaceMap(record, say, words)
                NetworkView(record, say, words)
            Log(
                entries=[] if record is None else record.events, kinds=_kinds(record, say), language=say.language,
                words=words,
            )  # fmt: skip
            for note in [] if record is None else record.notes:
                Paragraph(note, style="eco-soft")


# -- which ecosystem ------------------------------------------------------------------------------------------


@solara.component
def _Which(world: World, words: dict[str, str]) -> None:  # noqa: N802
    say, setup = session.say(), session.setup.value
    own = session.own.value
    names = [*session.STORIES, *([OWN] if own is not None else [])]
    told, language = _told(world, say)

    def ask(change: Callable[[], None]) -> None:
        try:
            change()
        except EcosimError as problem:
            session.message.set(str(problem))

    Story(
        stories=solara.use_memo(
            lambda: [{"name": name, "title": session.title(name)} for name in names], [names, say.language, own]
        ),
        chosen=setup.world, story=told, language=language, months=setup.planned(world), most=limits().months,
        seed=setup.seed, words=words,
        event_pick=lambda name: ask(lambda: session.choose(name)),
        event_last=lambda months: ask(lambda: session.change(setup.with_months(months, world))),
        event_history=lambda seed: ask(lambda: session.change(setup.with_seed(seed))),
    )  # fmt: skip


def _told(world: World, say: Words) -> tuple[str, str]:
    """Return a world's story and the language it is in: that of the scenario's file where there are no own words."""
    told = say.story(world.name)
    return (world.scenario.story, "en") if told is None else (told[1], say.language)


# -- playing --------------------------------------------------------------------------------------------------


@solara.component
def _Play(world: World, record: Record | None, words: dict[str, str]) -> None:  # noqa: N802
    say, progress = session.say(), current.progress.value
    over = progress.status in ("done", "stopped", "failed")
    told = {"kind": progress.status, "text": status(progress, current.record.value, say)}
    Transport(
        planned=session.setup.value.planned(world) if record is None else record.planned,
        played=0 if record is None else record.played, done=over or (record is not None and record.done),
        story=session.setup.value.world, status=told, words=words,
        event_run=lambda _: current.start(), event_halt=lambda _: current.stop(),
    )  # fmt: skip


def status(progress: current.Progress, record: Record | None, say: Words) -> str:
    """Return how a run stands, in a sentence or two."""
    if progress.status == "waiting":
        before = progress.place or 0
        return say("explore.status_waiting", place=say.number(before)) if before else say("explore.status_next")
    if progress.status == "failed":
        return say("explore.status_failed", problem=progress.problem)
    if progress.status == "asked":
        return say("explore.status_asked")
    if record is None or (progress.status == "playing" and (record.done or not record.played)):
        return say("explore.status_starting")
    played, planned = say.number(record.played), say.number(record.planned)
    if progress.status == "stopped":
        return say("explore.status_stopped", played=played)
    if progress.status == "playing":
        left = record.seconds * (record.planned - record.played) / record.played
        if left < 2:
            return say("explore.status_playing", played=played, planned=planned)
        return say("explore.status_left", played=played, planned=planned, seconds=say.number(round(left)))
    done = say(
        "explore.status_done", organisations=say.number(record.organisations), planned=planned, seed=record.seed,
        seconds=say.number(record.seconds, 2),
    )  # fmt: skip
    if record.emergence is None:
        return f"{done} {say('explore.status_no_emergence')}"
    return f"{done} {say('explore.status_emergence', month=record.emergence)}"


def steady(record: Record | None, before: Record | None, status: str) -> Record | None:
    """Return the record to show: the one before, as long as its successor is a short run's beginning. So curves answer
    a lever by going from one place to another, not by vanishing and growing back.
    """  # fmt: skip
    if record is None or before is None or not before.done or record.done or status != "playing":
        return record
    same = [place.name for place in record.places] == [place.name for place in before.places]
    return before if same and record.seconds < _SOON else record


# -- what is shown --------------------------------------------------------------------------------------------


@solara.component
def _Charts(economy: bool, record: Record | None, baseline: Record | None) -> None:  # noqa: N802
    say = session.say()
    makers: list[tuple[Any, str]] = [
        (lines.reproduction, "explore.r_title"), (lines.births, "explore.births"), (lines.cascades, "explore.cascades"),
    ]  # fmt: skip
    if economy:
        makers += [(lines.turnover, "outcomes.revenue"), (lines.jobs, "outcomes.employees")]

    def made() -> list[lines.Drawn]:
        if record is None:
            return [lines.Drawn({}, say(title), say("explore.not_played"), {}) for _, title in makers]
        return [make(record, baseline, say) for make, _ in makers]

    charts = solara.use_memo(made, [record, baseline, economy, say.language])
    Heading(say("explore.charts"), level=2)
    with solara.v.Html(tag="div", class_="eco-explore-two"):
        for chart in charts:
            Chart(chart.option, chart.title, chart.alt, height=_CHART, follow=True, table=chart.table)
        if not economy:
            Paragraph(say("explore.no_economy"), style="eco-soft")


def _kinds(record: Record | None, say: Words) -> list[dict[str, str]]:
    """Return the kinds of events that there are, in the order of the log."""
    there = set() if record is None else {kind for _, kind, _ in record.events}
    order = [kind for kind in KINDS if kind in there] + sorted(there - set(KINDS))
    told = kind_words(say.language)
    return [{"name": kind, "label": told.get(kind, kind)} for kind in order]


# -- keeping --------------------------------------------------------------------------------------------------


@solara.component
def _Keeping(words: dict[str, str]) -> None:  # noqa: N802
    say, setup = session.say(), session.setup.value
    told, set_told = solara.use_state("")

    def save(name: str) -> None:
        try:
            session.kept.value = keep(session.kept.value, name, setup, say)
        except EcosimError as problem:
            set_told(str(problem))
            return
        set_told(say("keeping.kept", name=session.kept.value[-1].name))

    def back() -> None:
        session.choose(setup.world)
        set_told("")

    changed = bool(setup.values or setup.levers or setup.months is not None)
    Keep(
        told=told, count=len(session.kept.value), changed=changed, words=words, event_save=save,
        event_back=lambda _: back(),
    )  # fmt: skip
