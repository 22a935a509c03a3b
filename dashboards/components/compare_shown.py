"""What came out of a comparison, in words or in charts and tables, from the runs that are there."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import solara

from dashboards import session
from dashboards.comparing import showing
from dashboards.comparing.effects import played
from dashboards.comparing.entries import Entry
from dashboards.comparing.question import Question, Shelf
from dashboards.comparing.sentences import named
from dashboards.comparing.table import as_csv
from dashboards.components.chart import Chart
from dashboards.components.compare_parts import CompareChoice, CompareResults, CompareTable
from dashboards.components.heading import Heading, Paragraph
from dashboards.text import Words
from ecosim import __version__

__all__ = ["CompareShown"]

_detailed: solara.Reactive[bool] = solara.reactive(False)
_chosen: solara.Reactive[str] = solara.reactive("")  # id of the entry that the fans show in colour


@solara.component
def CompareShown(listed: Sequence[Entry], question: Question, shelf: Shelf, playing: bool) -> None:  # noqa: N802
    """Show what is known. listed : the baseline first; playing : whether more will come: costs wait for the end."""
    say = session.say()
    upon = [listed, question, shelf.version, playing, say.language]
    found = solara.use_memo(
        lambda: showing.results(listed, question.seeds, shelf.runs, ratios=not playing), upon[:-1]
    )  # fmt: skip
    cards = solara.use_memo(lambda: showing.cards(found, say), upon)
    lead = solara.use_memo(lambda: _lead(listed, question, shelf, found, say), upon)
    CompareResults(
        cards=cards, lead=lead, detailed=_detailed.value, words=say.page("compare"), event_detail=_detailed.set
    )  # fmt: skip
    if _detailed.value:
        _Details(listed, question, shelf, found, upon)


@solara.component
def _Details(  # noqa: N802
    listed: Sequence[Entry], question: Question, shelf: Shelf, found: list[showing.Result], upon: list[Any]
) -> None:
    say = session.say()
    others = [entry for entry in listed[1:] if entry.scenario is not None]
    shown = next((entry for entry in others if entry.id == _chosen.value), others[0] if others else None)
    forests = solara.use_memo(lambda: showing.forests(found, say), upon)
    fans = solara.use_memo(
        lambda: showing.fans(listed, shown, question.seeds, shelf.runs, say), [*upon, shown and shown.id]
    )  # fmt: skip
    differences = solara.use_memo(lambda: showing.difference_table(found, say), upon)
    costs = solara.use_memo(lambda: showing.cost_table(found, say), upon)
    if not fans:
        return
    if forests:
        Heading(say("compare.forests"), 2)
        Paragraph(say("compare.forests_help"), "eco-soft")
        _Pictures(forests)
    Heading(say("compare.fans"), 2)
    if others:
        CompareChoice(
            label=say("compare.shown"), value=shown.id if shown else "", event_choose=_chosen.set,
            choices=[{"id": entry.id, "name": named(entry, say)} for entry in others],
        )  # fmt: skip
    histories = _fewest([listed[0], *([shown] if shown else [])], question, shelf)
    Paragraph(showing.fan_help(histories, say), "eco-soft")
    _Pictures(fans)
    if others:
        Heading(say("compare.table"), 2)
        CompareTable(**differences, title=say("compare.table"), numbers=[2, 3, 5, 6])
        Paragraph(say("compare.narrowing_help"), "eco-soft")
    if costs:
        Heading(say("compare.costs"), 2)
        CompareTable(**costs, title=say("compare.costs"), numbers=[2])

    def download() -> str:
        names = [(entry, named(entry, say)) for entry in listed]
        return as_csv(names, question.seeds, shelf.runs, showing.outcomes(listed), __version__)

    with solara.Div(style={"margin-top": "12px"}):
        button = solara.v.Html(tag="button", attributes={"type": "button"}, children=[say("compare.download")])
        solara.FileDownload(download, filename="ecosim-comparison.csv", mime_type="text/csv", children=[button])


@solara.component
def _Pictures(pictures: list[showing.Picture]) -> None:  # noqa: N802
    with solara.v.Html(tag="div", class_="eco-compare-charts"):
        for one in pictures:
            Chart(one.option, one.title, one.alt, one.height, table=one.table).key(one.name)


def _fewest(entries: Sequence[Entry], question: Question, shelf: Shelf) -> int:
    """Return how many histories are there in every entry that can be played."""
    return min(
        (len(played(entry, question.seeds, shelf.runs)) for entry in entries if entry.scenario is not None), default=0
    )  # fmt: skip


def _lead(
    listed: Sequence[Entry], question: Question, shelf: Shelf, found: list[showing.Result], say: Words
) -> list[str]:  # fmt: skip
    """Return what the results rest on."""
    scenario = listed[0].scenario
    there = _fewest(listed, question, shelf)
    if not any(played(entry, question.seeds, shelf.runs) for entry in listed) or scenario is None:
        return [say("compare.results_none")]
    texts = [
        say(
            "compare.results_from", number=say.number(question.histories), first=question.seeds[0],
            last=question.seeds[-1], months=say.number(scenario.months),
        )
    ]  # fmt: skip
    if there < question.histories:
        texts.append(say("compare.results_some", number=say.number(there), wanted=say.number(question.histories)))
    intervals = sum(effect.interval is not None for result in found for effect in result.effects)
    if intervals > 1:
        texts.append(say("compare.many", number=say.number(intervals), false=say.number(max(intervals / 20, 0.1), 1)))
    return texts
