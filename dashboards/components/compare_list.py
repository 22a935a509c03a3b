"""The scenarios of a comparison: what tells each from the baseline, and what the visitor does with their names."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import solara

from dashboards import session
from dashboards.comparing.entries import BASELINE, NOW, Entry
from dashboards.comparing.sentences import named, parameter_words, what_differs
from dashboards.comparing.showing import colour
from dashboards.components.compare_scenarios import CompareScenarios
from dashboards.components.heading import Heading, Paragraph
from dashboards.keeping import MOST, Kept, keep, rename, without
from dashboards.setup import OWN, World
from dashboards.text import Words
from ecosim.errors import EcosimError

__all__ = ["CompareAssumptions", "CompareList"]

_done: solara.Reactive[str] = solara.reactive("")  # what came of what was done last


@solara.component
def CompareList(listed: Sequence[Entry], world: World) -> None:  # noqa: N802
    """Show the scenarios. listed : as `comparing.entries.entries` gives them, the baseline first."""
    say = session.say()
    kept, now = session.kept.value, session.setup.value
    solara.use_effect(lambda: _done.set(""), [now.world])  # what was said of another story says nothing here

    def take(key: str, place: int, change: Callable[[], tuple[Kept, ...]]) -> None:
        """Change what is kept, and say so with the name that stands, or stood, at the place; or why not."""
        before = session.kept.value
        try:
            session.kept.value = change()
        except EcosimError as problem:
            _done.value = str(problem)
            return
        named_there = before if key == "keeping.removed" else session.kept.value
        _done.value = say(key, name=named_there[place].name)

    def save(name: str) -> None:
        take("keeping.kept", -1, lambda: keep(session.kept.value, name, now, say))

    def call(data: Any) -> None:
        place = int(data["id"])
        if place < len(session.kept.value):
            take("keeping.renamed", place, lambda: rename(session.kept.value, place, data["name"], say))

    def remove(data: str) -> None:
        place = int(data)
        if place < len(session.kept.value):
            take("keeping.removed", place, lambda: without(session.kept.value, place))

    data = solara.use_memo(lambda: _listing(listed, kept, world, say), [listed, kept, world, say.language])
    CompareScenarios(
        **data, words=say.page("compare"), told=_done.value, note=_note(listed, say),
        keepable=any(entry.id == NOW for entry in listed), event_save=save, event_rename=call, event_remove=remove,
    )  # fmt: skip


@solara.component
def CompareAssumptions(baseline: Entry) -> None:  # noqa: N802
    """Show which assumptions, common to all scenarios, differ from the story's."""
    say = session.say()
    Heading(say("compare.assumptions"), 2)
    assumed = [parameter_words(path, value, say) for path, value in baseline.setup.assumptions]
    Paragraph(say("compare.assumptions_some" if assumed else "compare.assumptions_none"), "eco-soft")
    if assumed:
        items = [solara.v.Html(tag="li", children=[text]) for text in assumed]
        solara.v.Html(tag="ul", children=items, class_="eco-compare-assumptions")


def _listing(
    listed: Sequence[Entry], kept: Sequence[Kept], world: World, say: Words
) -> dict[str, list[Any]]:  # fmt: skip
    shown = [
        {
            "id": entry.id, "name": named(entry, say), "colour": colour(place), "kept": entry.id not in (BASELINE, NOW),
            "what": _what(entry, world, say), "problem": entry.problem,
            "rename": say("compare.rename_one", name=entry.name), "remove": say("compare.remove_one", name=entry.name),
        }
        for place, entry in enumerate(listed)
    ]  # fmt: skip
    known = {entry.id for entry in listed}
    others = []
    for place, one in enumerate(kept):
        if one.setup.world != world.name:
            others.append(say("compare.other_story", name=one.name, story=_story(one.setup.world, say)))
        elif str(place) not in known:
            others.append(say("compare.too_many", name=one.name, most=MOST))
    return {"entries": shown, "others": others}


def _what(entry: Entry, world: World, say: Words) -> list[str]:
    if entry.id == BASELINE:
        if entry.dials:
            return [say("compare.baseline_is")]
        return [say("compare.baseline_here"), *what_differs(dataclasses.replace(entry.setup, levers=()), world, say)]
    return what_differs(entry.setup, world, say, entry.dials) or [say("compare.nothing_differs")]


def _note(listed: Sequence[Entry], say: Words) -> str:
    """Return what is to be said of what is set now, where it is no entry of its own."""
    if any(entry.id == NOW for entry in listed):
        return ""
    now = session.setup.value
    if not now.levers and now.baseline(listed[0].dials) == now:
        return say("compare.now_is_baseline" if listed[0].dials else "compare.now_is_here")
    return ""


def _story(name: str, say: Words) -> str:
    if name == OWN:
        return say("compare.own_world")
    told = say.story(name)
    return name if told is None else told[0]
