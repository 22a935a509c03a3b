"""What was set, in three tables: dials, levers, assumptions; each with the story's own value."""

from __future__ import annotations

from dashboards.reporting.content import Block, Table
from dashboards.reporting.voice import Voice
from dashboards.setup import Lever, Setup, World, groups, own_levers
from ecosim.declaration import Declaration
from ecosim.parameters import Parameters, declarations, find_declaration
from ecosim.specs import LEVERS

__all__ = ["parameters_table", "settings"]


def settings(say: Voice, setup: Setup, world: World) -> tuple[Block, ...]:
    """Return the paragraphs and tables that say what was set."""
    blocks: list[Block] = [say("set_lead"), _dials(say, setup, world)]
    table = _levers(say, setup, world)
    if idle := setup.idle(world):
        blocks.append(say(f"levers_idle_{idle}"))
    if table is None:
        blocks.append(say("levers_none"))
    else:
        blocks.append(table)
    blocks.append(_parameters(say, say("other_levers"), _all("lever"), setup, world))
    changed = [find_declaration(path) for path, _ in setup.assumptions]
    if changed:
        blocks.append(_parameters(say, say("assumptions"), changed, setup, world))
    else:
        blocks.append(say("assumptions_none"))
    return tuple(blocks)


def parameters_table(say: Voice, parameters: Parameters) -> Table:
    """Return every parameter with its value, as it was played."""
    played = parameters.to_dict()
    rows = []
    for one in declarations():
        group, name = one.path.split(".")
        rows.append((one.path, say.meaning(one), say.value(played[group][name]), say.value(one.default), say.unit(one)))
    columns = tuple(say(name) for name in ("parameter", "meaning", "here", "default", "unit"))
    return Table(say("appendix_parameters"), columns, tuple(rows), numbers=(2, 3), widths=(38, 46, 11, 11, 18))


def _dials(say: Voice, setup: Setup, world: World) -> Table:
    return _parameters(say, say("dials"), _all("dial"), setup, world)


def _all(role: str) -> list[Declaration]:
    return [one for group in groups(role).values() for one in group]


def _parameters(say: Voice, caption: str, several: list[Declaration], setup: Setup, world: World) -> Table:
    untouched = Setup(setup.world)
    rows = [
        (
            say.meaning(one), say.value(setup.value(one.path, world)), say.value(untouched.value(one.path, world)),
            say.unit(one), one.path,
        )
        for one in several
    ]  # fmt: skip
    columns = tuple(say(name) for name in ("meaning", "here", "in_story", "unit", "parameter"))
    return Table(caption, columns, tuple(rows), numbers=(1, 2), widths=(50, 11, 13, 20, 36))


def _levers(say: Voice, setup: Setup, world: World) -> Table | None:
    """Return how the six levers stand, those that are pulled here or in the story; None when none is."""
    own = own_levers(world.scenario)
    rows = []
    for name in LEVERS:
        here, there = setup.lever(name, world), own[name]
        if here.intensity == 0 and there.intensity == 0:
            continue
        rows.append((say(f"levers.{name}"), *_lever(say, here), _in_words(say, there)))
    if not rows:
        return None
    columns = tuple(say(name) for name in ("lever", "intensity", "start", "duration", "budget", "in_story"))
    return Table(say("levers"), columns, tuple(rows), numbers=(1, 2, 3, 4), widths=(30, 12, 11, 13, 14, 34))


def _lever(say: Voice, lever: Lever) -> tuple[str, str, str, str]:
    if lever.intensity == 0:
        return (say("not_pulled"), "–", "–", "–")
    length = say("to_end") if lever.length is None else say.whole(lever.length)
    budget = say("no_limit") if lever.budget is None else say.money(lever.budget)
    return (say.value(lever.intensity), say.whole(lever.start), length, budget)


def _in_words(say: Voice, lever: Lever) -> str:
    if lever.intensity == 0:
        return say("not_pulled")
    length = say("to_end") if lever.length is None else say("lever_lasting", months=say.whole(lever.length))
    budget = say("no_limit") if lever.budget is None else say("lever_budget", budget=say.money(lever.budget))
    return say(
        "lever_settings", intensity=say.value(lever.intensity), start=say.whole(lever.start), length=length,
        budget=budget,
    )  # fmt: skip
