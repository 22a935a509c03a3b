"""The map's answers in words and rows, in the visitor's language. Plain data for the page's components; no Solara."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboards.text import Words
from dashboards.tipping.atlas import Sheet
from dashboards.tipping.axes import DIALS, LEVER, PLACES
from dashboards.tipping.confirm import Found, Live, agreement, interval
from dashboards.tipping.mixes import Mix, Pull
from dashboards.tipping.standing import Reservation, Standing
from dashboards.tipping.surrogate import FloatArray

__all__ = [
    "answer", "begun", "edges", "label", "live_rows", "made", "mix_rows", "mixed", "ranking_rows", "reading", "table",
    "two", "warnings",
]  # fmt: skip

_SURE = 0.975  # chance from which, or (1 −) to which, the map is said to know on which side of 1 R lies
_TABLE = 5  # steps of the table under the map
_SAME = 0.005  # of a setting's range, within which two settings are shown as the same
Row = dict[str, Any]


def two(value: float, say: Words) -> str:
    """Return a number with two decimals, as this language writes it."""
    text = f"{abs(value):.2f}"
    text = text.replace(".", ",") if say.language == "fr" else text
    return ("−" if value < 0 and text.strip("0.,") else "") + text


def signed(value: float, say: Words) -> str:
    return ("+" if value > 0 else "") + two(value, say)


def between(triple: Sequence[float], say: Words, shown: Any = two) -> str:
    """Return an estimate with its interval."""
    middle = " ; " if say.language == "fr" else ", "
    return f"{shown(triple[0], say)} [{shown(triple[1], say)}{middle}{shown(triple[2], say)}]"


def label(path: str, say: Words) -> str:
    """Return what a setting of the map is called."""
    if path in DIALS:
        return say(f"tipping.dial_{path.split('.')[1].removesuffix('_dial')}")
    return say(f"levers.{path.removeprefix(LEVER).rsplit('.', 1)[-1]}")


# -- where one stands -----------------------------------------------------------------------------------------


def reading(found: Standing, say: Words) -> Row:
    """Return R here and what it means."""
    r = between(found.r, say)
    side = "above" if found.above else "below"
    if 1 - _SURE < found.chance < _SURE:
        sentence = say("tipping.here_maybe", r=r, chance=chance(found.chance, say))
    else:
        sentence = say(f"tipping.here_{side}", r=r)
    luck = say("tipping.one_history", low=two(found.one[0], say), high=two(found.one[1], say))
    return {"r": two(found.r[0], say), "side": side, "sentence": sentence, "luck": luck, "edges": edges(found, say)}


def chance(value: float, say: Words) -> str:
    """Return a chance in percent; never 0 or 100, for nothing is that sure."""
    return say.number(min(max(round(100 * value), 1), 99))


def edges(found: Standing, say: Words) -> list[str]:
    """Return how far it is to R = 1: by each dial alone, and by the shortest way."""
    lines = []
    for row, path in enumerate(DIALS):
        value, now = found.alone[path], float(found.here[row])
        name = label(path, say)
        if value is None:
            lines.append(
                say("tipping.edge_never", dial=name, side=say(f"tipping.side_{'above' if found.above else 'below'}"))
            )
        else:
            key = "tipping.edge_alone_down" if found.above else "tipping.edge_alone_up"
            lines.append(say(key, dial=name, value=two(value, say), change=signed(value - now, say)))
    if found.way is None:
        lines.append(say("tipping.edge_none"))
        return lines
    changes = [
        f"{label(path, say)} {two(float(found.here[row]), say)} → {two(float(found.way.end[row]), say)}"
        for row, path in enumerate(DIALS)
        if abs(float(found.way.end[row] - found.here[row])) >= _SAME
    ]
    if len(changes) > 1:
        lines.append(say("tipping.edge_way", changes=", ".join(changes)))
    return lines


def warnings(found: Sequence[Reservation], sheet: Sheet, say: Words) -> list[str]:
    """Return why the map may not hold, a sentence each."""
    most = say.number(float(sheet.surrogate.high[sheet.surrogate.paths.index(PLACES[0])]))
    least = two(float(sheet.surrogate.low[sheet.surrogate.paths.index(DIALS[0])]), say)
    return [
        say(f"tipping.warn_{one.kind}", count=one.count, months=sheet.months, most=most, least=least) for one in found
    ]


def table(
    r: FloatArray, names: tuple[str, str], ends: Sequence[tuple[float, float]], say: Words
) -> Row:  # fmt: skip
    """Return a coarse grid of R as a table: rows y from the top, columns x; `ends` of x and of y."""
    rows = np.linspace(0, len(r) - 1, _TABLE).round().astype(int)
    across, up = (low + rows / (len(r) - 1) * (high - low) for low, high in ends)
    return {
        "columns": [say("tipping.table_corner", x=names[0], y=names[1]), *(two(tick, say) for tick in across)],
        "rows": [
            [two(tick, say), *(two(float(r[row, column]), say) for column in rows)]
            for row, tick in zip(rows[::-1], up[::-1], strict=True)
        ],
    }


# -- levers ---------------------------------------------------------------------------------------------------


def begun(found: Standing, say: Words) -> str:
    """Return from where levers are compared."""
    if not found.above:
        return say("tipping.from_here")
    if not found.turned:
        return say("tipping.answer_no_edge")
    return say(
        "tipping.from_edge", dial=label(found.turned, say).lower(), value=two(_turned(found), say), r=two(0.97, say)
    )


def _turned(found: Standing) -> float:
    return float(found.start[DIALS.index(found.turned)])


def answer(found: Standing, say: Words) -> str:
    """Return which lever tips it first."""
    if not found.levers:
        return ""
    best = found.levers[0]
    if best.crosses is None:
        more = "" if any(one.tells for one in found.levers) else " " + say("tipping.answer_none_told")
        return say("tipping.answer_none") + more
    told = say("tipping.answer_first", lever=label(best.path, say), setting=unit(best.path, best.crosses, say))
    return told if best.tells else f"{told} {say('tipping.answer_unsure')}"


def unit(path: str, value: float, say: Words) -> str:
    """Return a lever's setting with its unit."""
    return f"{two(value, say)} {say('tipping.a_year')}" if path == PLACES[0] else two(value, say)


def ranking_rows(found: Standing, say: Words) -> list[Row]:
    """Return a row per lever, the one that tips first on top."""
    return [_lever_row(one, say) for one in found.levers]


def _lever_row(one: Pull, say: Words) -> Row:
    name = label(one.path, say)
    pulled = one.end - one.here < 1e-6
    target = one.end if one.crosses is None else min(round(one.crosses + 0.005, 2), one.end)
    crosses = unit(one.path, one.crosses, say) if one.crosses is not None else say("tipping.not_alone")
    return {
        "path": one.path,
        "label": name,
        "crosses": say("tipping.already_full") if pulled else crosses,
        "full": two(one.full, say),
        "change": say("tipping.already_full") if pulled else between(one.change, say, signed),
        "note": "" if pulled or one.tells else say("tipping.cannot_tell"),
        "costs": say("tipping.no_costs") if one.path in PLACES else say.number(round(one.costs, -2)),
        "set": "" if pulled else say("tipping.set_of", lever=name, value=unit(one.path, target, say)),
        "target": target,
    }


def mix_rows(found: Standing, sheet: Sheet, say: Words) -> list[Row]:
    """Return what there is to say of each mix, that with all levers first."""
    return [_mix_row(mix, number, found, sheet, say) for number, mix in enumerate(found.mixes)]


def in_words(mix: Mix, say: Words) -> str:
    """Return the settings of a mix in a line."""
    return ", ".join(f"{label(path, say)} {unit(path, value, say)}" for path, value in mix.settings.items())


def _mix_row(mix: Mix, number: int, found: Standing, sheet: Sheet, say: Words) -> Row:
    r = between(mix.r, say)
    key, more = (
        ("tipping.mix_crosses", {"chance": chance(mix.chance, say)}) if mix.crosses else ("tipping.mix_short", {})
    )
    costs = []
    if sheet.surrogate.spending is not None:
        spent = round(mix.costs, -2)
        costs.append(
            say("tipping.mix_costs", costs=say.number(spent), months=sheet.months) if spent else say("tipping.mix_free")
        )
    if any(path in PLACES for path in mix.settings):
        costs.append(say("tipping.mix_no_costs"))
    settings = [
        f"{label(path, say)}{say('tipping.colon')}{unit(path, value, say)}" for path, value in mix.settings.items()
    ]
    if mix.settings and found.turned:
        settings.insert(0, f"{label(found.turned, say)}{say('tipping.colon')}{two(_turned(found), say)}")
    return {
        "title": say("tipping.mix_six") if number else say("tipping.mix_all"),
        "settings": settings or [say("tipping.mix_nothing")],
        "verdict": say(key, r=r, **more)
        + ("" if mix.tells or mix.crosses or not mix.settings else f" {say('tipping.mix_unsure')}"),
        "costs": " ".join(costs),
        "can": bool(mix.settings),
    }


def mixed(found: Standing, say: Words) -> str:
    """Return from where mixes are told."""
    if not found.turned:
        return ""
    return say("tipping.mix_here", dial=label(found.turned, say).lower(), value=two(_turned(found), say))


# -- live runs ------------------------------------------------------------------------------------------------


def live_rows(
    names: Sequence[str], mapped: Sequence[tuple[float, float, float] | None], live: Live, say: Words
) -> tuple[list[Row], bool | None]:
    """Return a row per setting that was played, and whether all agree with the map (None: nothing to compare)."""
    rows, all_agree = [], None
    for name, on_map, values in zip(names, mapped, live.found, strict=True):
        found = interval(values)
        verdict = ""
        if found is not None and on_map is not None:
            agree = agreement(found, on_map[1], on_map[2])
            verdict = say("tipping.agrees" if agree else "tipping.differs")
            all_agree = agree if all_agree is None else all_agree and agree
        rows.append({
            "name": name, "live": _found(found, values, say), "verdict": verdict or say("tipping.not_mapped"),
            "map": say("tipping.not_mapped") if on_map is None else between(on_map, say),
        })  # fmt: skip
    return rows, all_agree


def _found(found: Found | None, values: Sequence[float], say: Words) -> str:
    if found is not None:
        return between((found.estimate, found.low, found.high), say)
    return two(values[0], say) if values else "…"


def made(sheet: Sheet, say: Words) -> list[str]:
    """Return how a map was made and how wrong it is."""
    percent = {name: say.number(round(100 * getattr(sheet, name), 1)) for name in ("side", "covered", "check_covered")}
    lines = [
        say("tipping.what_r"),
        say("tipping.made_runs", points=say.number(sheet.points), months=sheet.months, date=sheet.date,
            factors=len(sheet.surrogate.paths)),
        say("tipping.made_check", points=sheet.check_points, histories=sheet.check_histories,
            error=two(sheet.check_error, say), covered=percent["check_covered"]),
        say("tipping.made_cross", side=percent["side"], covered=percent["covered"], error=two(sheet.error, say)),
        say("tipping.made_seed"),
    ]  # fmt: skip
    if sheet.surrogate.spending is not None:
        lines.append(say("tipping.mix_error", share=say.number(round(100 * sheet.spending_known))))
    return [
        *lines,
        say("tipping.made_command", command=f"python -m dashboards.tipping --out FOLDER --stories {sheet.story}"),
    ]
