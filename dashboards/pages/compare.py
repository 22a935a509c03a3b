"""Compare: named scenarios side by side against a baseline, under the same histories and the same assumptions."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import solara

from dashboards import comparison, session
from dashboards.comparing.entries import Entry, acted, entries
from dashboards.comparing.question import (
    AUTOMATIC,
    Question,
    Shelf,
    Standing,
    choices,
    expected,
    hindrance,
    large,
)  # fmt: skip
from dashboards.comparing.sentences import named
from dashboards.comparing.work import News, Work, kept_within, missing, per_job
from dashboards.components.compare_controls import CompareControls
from dashboards.components.compare_list import CompareAssumptions, CompareList
from dashboards.components.compare_shown import CompareShown
from dashboards.components.heading import Heading, Paragraph
from dashboards.limits import limits
from dashboards.playing import in_words, the_pool
from dashboards.setup import World
from dashboards.text import Words
from ecosim.errors import EcosimError

__all__ = ["Compare"]

_asked: solara.Reactive[tuple[Question, int] | None] = solara.reactive(None)  # what is played, and the how-manieth time
_standing: solara.Reactive[Standing] = solara.reactive(Standing())
_lock = threading.Lock()  # of two works of one session, the old one may still be telling its last


@solara.component
def Compare() -> None:  # noqa: N802
    """The page. What it has played stays while its visitor turns the pages, and is played no second time."""
    say = session.say()
    Heading(say("compare.heading"))
    Paragraph(say("compare.intro"))
    Paragraph(say("compare.common"))
    try:
        world = session.world()
    except EcosimError as problem:
        Paragraph(str(problem))
        return
    _Comparison(world)


@solara.component
def _Comparison(world: World) -> None:  # noqa: N802
    say, allowed, owner = session.say(), limits(), session.owner()
    now, kept = session.setup.value, session.kept.value
    dials = comparison.told_by_dials(now)
    listed = solara.use_memo(
        lambda: entries(now, [(one.name, one.setup) for one in kept], world, dials), [now, kept, world, dials]
    )
    moved = any(len(acted(one)) > len(acted(one, dials=False)) for one in (now, *(entry.setup for entry in kept)))
    number = min(comparison.histories.value, max(choices(allowed)))
    question = Question(tuple(entry.key for entry in listed), now.seed, number)
    asked, standing, shelf = _asked.value, _standing.value, comparison.shelf.value
    refused = solara.use_memo(lambda: hindrance(listed, allowed, say), [question.keys, say.language])
    due = None if refused or asked is None or asked[0] != question or len(listed) < 2 else asked
    workers = the_pool().workers

    def adopt() -> None:
        """Play small changes without being asked, once the visitor has asked the first time."""
        before = _asked.peek()
        if before is not None and before[0] != question and not refused:
            _, _, seconds = expected(listed, question.seeds, comparison.shelf.peek().runs, workers)
            if seconds < AUTOMATIC:
                _asked.value = (question, before[1])

    def begin() -> Callable[[], None] | None:
        return None if due is None else _begin(listed, question, owner, say)

    solara.use_effect(adopt, [question, refused])
    solara.use_effect(begin, [due])

    def start(_: Any = None) -> None:
        before = _asked.peek()
        _standing.value = Standing()
        _asked.value = (question, 0 if before is None else before[1] + 1)

    def stop(_: Any = None) -> None:
        _asked.value = None

    def choose(wanted: Any) -> None:
        if wanted in choices(allowed):
            comparison.histories.value = wanted

    playing = due is not None and standing.playing
    left = expected(listed, question.seeds, shelf.runs, workers)
    to_play = len(listed) > 1 and left[0] > 0
    label, told = _told(listed, question, shelf, asked, playing, standing, left, say)
    with solara.v.Html(tag="div", class_="eco-compare-top"):
        CompareList(listed, world)
        with solara.v.Html(tag="div"):
            CompareControls(
                histories=number, choices=choices(allowed), start=label, playing=playing, told=told,
                words=say.page("compare"), share=standing.done / max(standing.total, 1),
                disabled=bool(refused) or not to_play,
                problem=refused or _failures(listed, standing, say), event_choose=choose,
                event_begin=start, event_stop=stop, against=("story" if dials else "here") if moved else "",
                event_turn=lambda chosen: comparison.dials.set(chosen != "here"),
            )  # fmt: skip
            CompareAssumptions(listed[0])
    CompareShown(listed, question, shelf, playing=playing)


def _begin(listed: Sequence[Entry], question: Question, owner: str, say: Words) -> Callable[[], None] | None:
    """Play what is missing in a thread of its own; return what ends it."""
    runs = comparison.shelf.peek().runs
    wanted = missing(listed, question.seeds, runs)
    if not wanted:
        return None
    pool, gone = the_pool(), threading.Event()
    names = {entry.key: entry for entry in listed}
    needed = [(key, seed) for key in names for seed in question.seeds]
    _, one, _ = expected(listed, question.seeds, runs, pool.workers)

    def tell(news: News) -> None:
        with _lock:
            if news.runs:
                before = comparison.shelf.peek()
                together = {**before.runs, **news.runs}
                comparison.shelf.value = Shelf(kept_within(together, needed), before.version + 1)
            if not gone.is_set():
                failed = tuple((key, seed, why) for (key, seed), why in news.failed.items())
                _standing.value = Standing(not news.ended, news.done, news.total, news.left, failed)

    work = Work(
        wanted, submit=lambda job: pool.submit(job, owner), tell=tell, group=per_job(one), heavy=large(listed),
        describe=lambda problem: in_words(problem, say),
    )  # fmt: skip
    _standing.value = Standing(True, 0, sum(len(seeds) for _, seeds in wanted.values()))
    threading.Thread(target=work.go, daemon=True, name="comparison").start()

    def end() -> None:
        gone.set()
        work.cancel()
        _standing.value = Standing(failed=_standing.peek().failed)

    return end


def _told(
    listed: Sequence[Entry], question: Question, shelf: Shelf, asked: tuple[Question, int] | None, playing: bool,
    standing: Standing, expected_now: tuple[int, float, float], say: Words,
) -> tuple[str, str]:  # fmt: skip
    """Return the label of the button and how it stands, in words."""
    first = say("compare.start")
    if len(listed) < 2:
        return first, say("compare.nothing_to_compare")
    if playing:
        done, total = say.number(standing.done), say.number(standing.total)
        if standing.left is not None:
            return first, say("compare.progress", done=done, total=total, time=say.duration(standing.left))
        begun = say("compare.progress_unknown", done=done, total=total)
        return first, say("compare.waiting") + say("compare.colon") + begun
    left, _, seconds = expected_now
    keys = {entry.key for entry in listed if entry.scenario is not None}
    there = sum((key, seed) in shelf.runs for key in keys for seed in question.seeds)
    runs = say.number(there + left)
    if not left:
        return first, say("compare.all_played", runs=runs)
    to_play = say("compare.to_play", runs=say.number(left), time=say.duration(seconds))
    if asked is not None and asked[0] != question:
        return say("compare.again"), to_play
    if asked is None and there:
        return say("compare.go_on"), say("compare.stopped", done=say.number(there), runs=runs)
    return say("compare.go_on") if there else first, to_play


def _failures(listed: Sequence[Entry], standing: Standing, say: Words) -> str:
    if not standing.failed:
        return ""
    key, seed, why = standing.failed[0]
    entry = next((entry for entry in listed if entry.key == key), None)
    if entry is None:
        return ""
    return say(
        "compare.failed", number=say.number(len(standing.failed)), name=named(entry, say), seed=seed, problem=why
    )
