"""Why: what drove this result. Each mechanism switched off in turn, each change taken back, and the largest cascade."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

from collections.abc import Callable, Sequence

import solara

from dashboards import current, session
from dashboards.components.chart import Chart
from dashboards.components.heading import Heading, Paragraph
from dashboards.components.why_panel import WhyPanel, WhyWords
from dashboards.pages.why_playing import Key, Pass, Tracing, progress, study, traced
from dashboards.playing import in_words, the_pool
from dashboards.playing.allowed import heavy
from dashboards.reasons import shown
from dashboards.reasons.cases import Case, cases
from dashboards.reasons.effects import OUTCOMES, Effect, effects, mean_of_whole
from dashboards.reasons.families import Families
from dashboards.reasons.sentences import origin, said
from dashboards.reasons.work import missing
from dashboards.setup import OWN
from dashboards.text import Words
from ecosim import Scenario
from ecosim.errors import EcosimError

__all__ = ["Why"]

HISTORIES = (5, 10, 20)
_ECONOMY = ("revenue", "job_years")

_outcome: solara.Reactive[str] = solara.reactive(OUTCOMES[0])
_histories: solara.Reactive[int] = solara.reactive(10)
_asked: solara.Reactive[Key | None] = solara.reactive(None)  # the large ecosystem that the visitor wants played
_stopped: solara.Reactive[tuple[Key, int] | None] = solara.reactive(None)  # what they have stopped
_traced: solara.Reactive[Key | None] = solara.reactive(None)  # the large run of which they want the families


@solara.component
def Why() -> None:  # noqa: N802
    say = session.say()
    Heading(say("why.heading"))
    Paragraph(say("why.intro"))
    setup = session.setup.value
    own = session.own.value if setup.world == OWN else None

    def prepared() -> tuple[Key, list[Case], bool] | EcosimError:
        try:
            world = session.world()
            found = cases(setup, world)
            return (setup, world), found, heavy(_whole(found))
        except EcosimError as problem:
            return problem

    made = solara.use_memo(prepared, [setup, own])
    if isinstance(made, EcosimError):
        Paragraph(say("why.failed", problem=in_words(made, say)))
        return
    _Ablation(*made)
    _Families(*made)


@solara.component
def _Ablation(key: Key, found: list[Case], large: bool) -> None:  # noqa: N802
    """What each mechanism and each change contributes."""
    say, owner = session.say(), session.owner()
    setup, world = key
    choices = _allowed(the_pool().limits.replicates)
    histories, known = min(_histories.value, choices[-1]), study.value
    rows = known.rows if known.of == key else {}
    problem = known.problem if known.of == key else None
    seeds = [(setup.seed + place) % 2**63 for place in range(histories)]
    todo = missing(found, seeds, rows)
    wanted = not large or _asked.value == key
    active = bool(todo) and problem is None and wanted and _stopped.value != (key, histories)

    def play() -> Callable[[], None] | None:
        if not active:
            return None
        begun = Pass(key, _whole(found), todo, owner, say, large)
        begun.begin()
        return begun.cancel

    solara.use_effect(play, [key, histories, active])

    names = [name for name in OUTCOMES if name not in _ECONOMY or _whole(found).parameters.mechanisms.economy]
    outcome = _outcome.value if _outcome.value in names else names[0]
    estimated = solara.use_memo(
        lambda: effects(found, rows.values(), outcome, seeds), [found, rows, outcome, histories]
    )

    def act(action: str) -> None:
        if action == "stop":
            _stopped.value = (key, histories)
        else:
            _stopped.value, _asked.value = None, key
            if study.peek().problem is not None:
                study.value = type(known)(key, rows)

    runs = len([case for case in found if case.scenario is not None]) * histories
    stopped = bool(todo) and not active and bool(rows)
    WhyPanel(
        words=say.page("why"), outcomes=[{"value": name, "label": say(f"why.outcome_{name}")} for name in names],
        outcome=outcome, choices=choices, histories=histories,
        told=_standing(
            say, active, stopped, large, problem, runs, len(todo), _each(rows, key), seeds, setup.planned(world)
        ),
        share=round(1 - len(todo) / max(runs, 1), 3),
        action="stop" if active else "" if not todo else "go_on" if stopped else "start",
        event_choose=lambda name: _outcome.set(name) if name in names else None,
        event_count=lambda number: _histories.set(number) if number in choices else None, event_act=act,
    )  # fmt: skip

    Heading(say("why.answer"), 2)
    mechanisms = [effect for effect in estimated if effect.case.group == "mechanism"]
    changes = [effect for effect in estimated if effect.case.group in ("change", "baseline")]
    whole = mean_of_whole(rows.values(), outcome, seeds)
    counted = min((effect.seeds for effect in estimated if effect.seeds), default=0)
    nothing = outcome == "hybrids" and whole == 0.0 and not todo
    lead, notes = "", [say("why.how")]
    if nothing:
        lead, notes = say("why.no_hybrids"), []
    elif counted < 2:
        lead, notes = say("why.not_yet" if active else "why.not_started"), []
    elif todo:
        lead = say("why.partial", seeds=counted, wanted=histories)
    ready = counted >= 2 and not nothing
    WhyWords(lead, said(mechanisms, outcome, counted, say, not todo) if ready else [], notes)

    Heading(say("why.mechanisms"), 2)
    _Bars(mechanisms, outcome, "mechanisms")
    Heading(say("why.changes"), 2)
    if not changes:
        Paragraph(say("why.changes_none"))
        return
    WhyWords("", said(changes, outcome, counted, say, not todo) if ready else [], [say("why.changes_help")])
    _Bars(changes, outcome, "changes")


@solara.component
def _Bars(effects: list[Effect], outcome: str, kind: str) -> None:  # noqa: N802
    say = session.say()
    drawn = solara.use_memo(
        lambda: shown.contributions(effects, outcome, kind, say), [effects, outcome, kind, say.language]
    )
    Chart(drawn.option, drawn.title, drawn.alt, drawn.height, table=drawn.table)
    Paragraph(say("why.bars_help"), "eco-soft")


@solara.component
def _Families(key: Key, found: list[Case], large: bool) -> None:  # noqa: N802
    """The largest cascade of the run that is set."""
    say, owner = session.say(), session.owner()
    result = traced(key)
    wanted = result is None and (not large or _traced.value == key)

    def trace() -> Callable[[], None] | None:
        if not wanted:
            return None
        begun = Tracing(key, _whole(found), owner, say, large)
        begun.begin()
        return begun.cancel

    solara.use_effect(trace, [key, wanted])
    Heading(say("why.family"), 2)
    if result is None and not wanted:
        WhyWords(say("why.large"), button=say("why.family_start"), event_press=lambda _: _traced.set(key))
    elif result is None:
        Paragraph(say("why.family_waiting", seed=key[0].seed))
    elif isinstance(result, EcosimError):
        Paragraph(say("why.failed", problem=in_words(result, say)))
    else:
        _Tree(result, key[0].seed)


@solara.component
def _Tree(found: Families, seed: int) -> None:  # noqa: N802
    say = session.say()
    drawn = solara.use_memo(
        lambda: (shown.family(found, say), shown.largest(found, say)) if found.tree else None, [found, say.language]
    )
    lines = []
    if found.size > 1:
        values = {"hybrids": say.number(found.hybrids), "families": say.number(found.families)}
        lines.append(say("why.family_share", share=shown.share(found, say), **values))
    WhyWords(origin(found, seed, say), notes=lines)
    if drawn is None:
        return
    tree, sizes = drawn
    if found.size > 1:
        Chart(tree.option, tree.title, tree.alt, tree.height, table=tree.table)
        Paragraph(say("why.family_help"), "eco-soft")
        if found.left_out:
            numbers = {"shown": len(found.tree), "size": found.size, "left": found.left_out}
            Paragraph(say("why.family_cut", **{name: say.number(n) for name, n in numbers.items()}), "eco-soft")
    Heading(say("why.largest"), 3)
    Chart(sizes.option, sizes.title, sizes.alt, sizes.height, table=sizes.table)


def _allowed(most: int) -> list[int]:
    """Return the numbers of histories that may be chosen, of which there is one at least."""
    return [number for number in HISTORIES if number <= most] or [most]


def _whole(found: Sequence[Case]) -> Scenario:
    scenario = found[0].scenario
    assert scenario is not None
    return scenario


def _each(rows: object, key: Key) -> float | None:
    """Return how long one run takes, s: as runs of this kind took, or as the run that is set took; None: not known."""
    taken = [row.seconds for row in rows.values()]  # type: ignore[attr-defined]
    if taken:
        return float(sum(taken) / len(taken))
    record = current.record.peek()
    if record is not None and record.done and record.seed == key[0].seed and current.progress.peek().status == "done":
        return record.seconds
    return None


def _standing(
    say: Words, active: bool, stopped: bool, large: bool, problem: EcosimError | None, runs: int, left: int,
    each: float | None, seeds: Sequence[int], months: int,
) -> str:  # fmt: skip
    """Return how far the runs are, in words."""
    if problem is not None:
        return say("why.failed", problem=in_words(problem, say))
    if active:
        how = progress.value
        if how.done == 0:
            return say("why.waiting")
        numbers = {"done": say.number(runs - left), "total": say.number(runs)}
        if how.left is None:
            return say("why.progress_unknown", **numbers)
        return say("why.progress", time=say.duration(how.left), **numbers)
    if not left:
        return say(
            "why.all_played", runs=say.number(runs), seeds=len(seeds), months=months, first=seeds[0], last=seeds[-1]
        )
    if stopped:
        return say("why.stopped", done=say.number(runs - left), total=say.number(runs))
    pool = the_pool()
    at_once = max(pool.workers - 1, 1) if large else pool.workers
    key, values = "why.to_play_unknown", {"runs": say.number(left)}
    if each is not None:
        key, values = "why.to_play", values | {"time": say.duration(each * left / at_once)}
    return (say("why.large") + " " if large else "") + say(key, **values)
