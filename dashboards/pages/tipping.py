"""Map of tipping: where one stands, how far it is to the edge, and which lever crosses it."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import solara

from dashboards import session
from dashboards.charts.heat import field
from dashboards.components.heading import Heading, Paragraph
from dashboards.components.tipping_parts import TippingHere, TippingLevers, TippingMap
from dashboards.keeping import keep
from dashboards.pages.tipping_live import Confirm
from dashboards.setup import OWN, Setup, World
from dashboards.tipping import telling
from dashboards.tipping.atlas import Sheet, sheet
from dashboards.tipping.axes import DIALS
from dashboards.tipping.standing import Standing, differences, grid, here, moved, own, standing, values_at
from ecosim.errors import EcosimError

__all__ = ["Tipping"]

_NODES = 33  # of the field along each dial
_PAIRS = ((DIALS[1], DIALS[2]), (DIALS[0], DIALS[2]), (DIALS[0], DIALS[1]))
_STUDY = """name = "my-map"
scenario = "my-ecosystem.toml"
outcomes = ["r_first", "hybrids", "emerged"]
replicates = 2

[factors]
"dials.diversity_dial" = { low = 0.0, high = 1.0 }
"dials.attractor_dial" = { low = 0.0, high = 1.0 }
"dials.medium_dial" = { low = 0.0, high = 1.0 }

[design]
method = "sobol"
points = 256

[[analysis]]
kind = "phase"
outcome = "r_first"
x = "dials.attractor_dial"
y = "dials.medium_dial"
"""
_COMMANDS = "ecosim sweep my-map.toml --out my-map\necosim report my-map"


@solara.component
def Tipping() -> None:  # noqa: N802
    say, setup, world = session.say(), session.setup.value, session.world()
    known = None if setup.world == OWN else sheet(setup.world)
    Heading(say("tipping.heading"))
    Paragraph(say("tipping.lead"))
    if known is None:
        _NoMap(world)
        return
    _Mapped(known, world, setup).key(f"map-{setup.world}")


@solara.component
def _NoMap(world: World) -> None:  # noqa: N802
    """Say why there is no map, and how to make one."""
    say = session.say()
    _Here(None, world, None)
    Heading(say("tipping.no_map"), level=2)
    Paragraph(say("tipping.no_map_own" if world.name == OWN else "tipping.no_map_large"))
    Paragraph(say("tipping.no_map_do"))
    for code in (_STUDY, _COMMANDS):
        solara.v.Html(tag="pre", children=[code], class_="eco-tipping-code", attributes={"tabindex": "0"})
    Paragraph(say("tipping.no_map_docs"), style="eco-soft")


@solara.component
def _Mapped(known: Sheet, world: World, setup: Setup) -> None:  # noqa: N802
    place = tuple(here(setup, world, known).tolist())
    found = solara.use_memo(lambda: standing(known, place), [known.story, place])
    with solara.v.Html(tag="div", class_="eco-tipping"):
        _Field(known, world, found)
        _Here(known, world, found)
    _Levers(known, world, found)
    Confirm(known, world, found)


@solara.component
def _Field(known: Sheet, world: World, found: Standing) -> None:  # noqa: N802
    say = session.say()
    pair, set_pair = solara.use_state(0)
    x, y = _PAIRS[pair]
    names = (telling.label(x, say), telling.label(y, say))
    at = tuple(found.here.tolist())
    paths = known.surrogate.paths
    columns = (paths.index(x), paths.index(y))

    def drawn() -> tuple[dict[str, Any], dict[str, Any], str]:
        r, low, high = grid(known, found.here, x, y, _NODES)
        ends = (_ends(known, columns[0]), _ends(known, columns[1]))
        told = own(world, known)
        mine, theirs = (found.here[list(columns)], told[list(columns)])
        places = [(say("tipping.story_point"), float(theirs[0]), float(theirs[1]), "diamond")]
        if np.abs(mine - theirs).max() < 0.01:  # one mark where both stand at one place
            places = []
        places.append((say("tipping.you", r=telling.two(found.r[0], say)), float(mine[0]), float(mine[1]), "circle"))
        option = field(r, low, high, names, ends, places, "R = 1", lambda value: telling.two(value, say))
        third = next(path for path in DIALS if path not in (x, y))
        alt = say(
            "tipping.map_alt", x=names[0], y=names[1], third=telling.label(third, say),
            value=telling.two(float(found.here[paths.index(third)]), say), at_x=telling.two(float(mine[0]), say),
            at_y=telling.two(float(mine[1]), say), r=telling.between(found.r, say),
            share=say.number(round(100 * float((r > 1).mean()))),
        )  # fmt: skip
        return option, telling.table(r, names, ends, say), alt

    option, rows, alt = solara.use_memo(drawn, [known.story, at, pair, say.language])
    words = solara.use_memo(
        lambda: say.page("tipping") | {"language": say.language, "table": say("app.table")}, [say.language]
    )
    TippingMap(
        option=option, title=say("tipping.map_title", x=names[0].lower(), y=names[1].lower()), alt=alt,
        names=list(names), pair=pair, table=rows,
        pairs=[say("tipping.axes_pair", x=telling.label(a, say), y=telling.label(b, say)) for a, b in _PAIRS],
        words=words, event_turn=set_pair,
        event_move=lambda point: _take(lambda: moved(session.setup.value, world, {x: point[0], y: point[1]})),
    )  # fmt: skip


def _ends(known: Sheet, column: int) -> tuple[float, float]:
    return float(known.surrogate.low[column]), float(known.surrogate.high[column])


@solara.component
def _Here(known: Sheet | None, world: World, found: Standing | None) -> None:  # noqa: N802
    say, setup = session.say(), session.setup.value
    digest = _digest()
    reading: dict[str, Any] = {}
    dials: list[dict[str, Any]] = []
    levers: list[dict[str, Any]] = []
    warned: list[str] = []
    if known is not None and found is not None:
        reading = telling.reading(found, say) | {"edge": "", "changed": bool(setup.values or setup.levers)}
        if found.turned:
            value = telling.two(float(found.start[known.surrogate.paths.index(found.turned)]), say)
            reading["edge"] = say(
                "tipping.go_edge_help",
                dial=telling.label(found.turned, say).lower(),
                value=value,
                r=telling.two(0.97, say),
            )
        sliders = [
            {"path": path, "label": telling.label(path, say), "value": round(float(value), 4),
             "text": telling.two(float(value), say), "least": float(least), "most": float(most)}
            for path, value, least, most in zip(
                known.surrogate.paths, found.here, known.surrogate.low, known.surrogate.high, strict=True
            )
        ]  # fmt: skip
        dials, levers = sliders[: len(DIALS)], sliders[len(DIALS) :]
        warned = telling.warnings(differences(setup, world, known, digest), known, say)

    def edge(_: None) -> None:
        assert known is not None
        assert found is not None
        column = known.surrogate.paths.index(found.turned)
        _take(lambda: moved(setup, world, {found.turned: float(found.start[column])}))

    names = [*session.STORIES, *([OWN] if session.own.value is not None else [])]
    TippingHere(
        stories=[{"name": name, "title": session.title(name)} for name in names], story=setup.world, reading=reading,
        dials=dials, levers=levers, warnings=warned, words=say.page("tipping"), event_choose=session.choose,
        event_put=lambda one: _take(lambda: moved(session.setup.value, world, {str(one[0]): float(one[1])})),
        event_edge=edge, event_back=lambda _: session.choose(setup.world),
    )  # fmt: skip


@solara.component
def _Levers(known: Sheet, world: World, found: Standing) -> None:  # noqa: N802
    say = session.say()
    told, set_told = solara.use_state("")
    rows = solara.use_memo(lambda: telling.ranking_rows(found, say), [id(found), say.language])
    mixes = solara.use_memo(lambda: telling.mix_rows(found, known, say), [id(found), say.language])

    def with_settings(settings: dict[str, float]) -> Setup:
        """What is set, from where levers are compared, with some settings."""
        start = {} if not found.turned else {found.turned: values_at(known, found.start)[found.turned]}
        return moved(session.setup.value, world, start | settings)

    def store(number: int) -> None:
        name = say("tipping.kept_edge" if found.turned else "tipping.kept_name", number=number + 1)
        taken = {entry.name for entry in session.kept.value}
        free = next(one for one in (name, *(f"{name} ({k})" for k in range(2, 99))) if one not in taken)
        try:
            setup = with_settings(found.mixes[number].settings)
            session.kept.value = keep(session.kept.value, free, setup, say)
        except EcosimError as problem:
            set_told(str(problem))
            return
        set_told(say("keeping.kept", name=free))

    TippingLevers(
        answer=telling.answer(found, say), begun=telling.begun(found, say), rows=rows, mixes=mixes,
        mixed=telling.mixed(found, say), costed=known.surrogate.spending is not None, told=told,
        words=say.page("tipping"),
        event_pull=lambda row: _take(lambda: with_settings({rows[row]["path"]: rows[row]["target"]})),
        event_use=lambda number: _take(lambda: with_settings(found.mixes[number].settings)), event_store=store,
    )  # fmt: skip


def _take(change: Callable[[], Setup]) -> None:
    """Take over a setup, or show why it is refused."""
    try:
        session.change(change())
    except (EcosimError, KeyError, TypeError, ValueError) as problem:
        session.message.set(str(problem))


def _digest() -> str | None:
    """Return the digest of the model's source once it is known: to read it takes a moment, the first time."""
    from dashboards.tipping.study import model_digest

    task = solara.lab.use_task(model_digest, dependencies=[], prefer_threaded=True)
    return task.value if task.finished else None
