"""A family tree that grows from left to right: a sign for each member, lines from parents to children. Plain data for
ECharts; knows neither hybrids nor runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboards.charts.base import COLOURS, GREY, option

__all__ = ["NAMED", "Member", "groups", "height", "tree"]

NAMED = 6  # groups that have a colour and a sign of their own
_SIGNS = ("circle", "rect", "triangle", "diamond", "roundRect", "pin")
_LINE = "#8a96a3"


class Member(NamedTuple):
    """One member of a family: its place; its parents' places in the list, −1 for none; its group; words about it."""

    x: float
    y: float
    parent: int
    other: int
    group: str
    words: str


def groups(members: Sequence[Member]) -> list[str]:
    """Return the groups that are named, the largest first; the first met of equals."""
    return [name for name, _ in Counter(member.group for member in members).most_common(NAMED)]


def tree(members: Sequence[Member], x_name: str, others: str) -> dict[str, Any]:
    """Return the option of a tree; x_name : what is from left to right; others : the name of all groups without one.

    Tooltips show a member's words through ECharts' own template, which encodes them: they may hold anything.
    """
    named = groups(members)
    series: list[dict[str, Any]] = [
        _lines("parents", [(members[one.parent], one) for one in members if one.parent >= 0], "solid", 1.2),
        _lines("others", [(members[one.other], one) for one in members if one.other >= 0], "dotted", 1.0),
    ]
    size = 12 if len(members) <= 60 else 9 if len(members) <= 150 else 7
    legend = []
    for place, name in enumerate([*named, None]):
        inside = [one for one in members if (one.group not in named if name is None else one.group == name)]
        if not inside:
            continue
        shown = others if name is None else name
        colour = GREY if name is None else COLOURS[place]
        legend.append(shown)
        series.append({
            "id": f"group-{place}", "name": shown, "type": "scatter", "z": 5,
            "symbol": "circle" if name is None else _SIGNS[place], "symbolSize": size - 2 * (name is None),
            "itemStyle": {"color": colour, "borderColor": "#fff", "borderWidth": 1},
            "data": [
                {"value": [one.x, one.y], "name": one.words} | ({"symbolSize": 2 * size} if one.parent < 0 else {})
                for one in inside
            ],
        })  # fmt: skip
    made = option(series, x_name, "", legend=legend)
    made["legend"] |= {"type": "scroll", "left": 0, "right": "auto"}
    made["tooltip"] = {
        "trigger": "item", "confine": True, "formatter": "{b}",
        "extraCssText": "white-space: pre-line; max-width: 320px;",
    }  # fmt: skip
    made["xAxis"] |= {"minInterval": 1, "splitNumber": 6, "axisLine": {"onZero": False}}
    left, right = (edge([one.x for one in members]) for edge in (min, max))
    room = max((right - left) * 0.03, 0.6)
    made["xAxis"] |= {"min": round(left - room, 2), "max": round(right + room, 2)}
    made["xAxis"]["axisLabel"] = made["xAxis"]["axisLabel"] | {"showMinLabel": False, "showMaxLabel": False}
    top, bottom = max(one.y for one in members), min(one.y for one in members)
    made["yAxis"] |= {"show": False, "min": bottom - 1, "max": top + 1}
    return made


def height(members: Sequence[Member]) -> int:
    """Return the height that a tree needs, pixels."""
    lanes = max(one.y for one in members) - min(one.y for one in members)
    return round(min(max(190 + 5 * lanes, 240), 620))


def _lines(name: str, pairs: Sequence[tuple[Member, Member]], kind: str, width: float) -> dict[str, Any]:
    return {
        "id": name, "type": "lines", "coordinateSystem": "cartesian2d", "silent": True, "z": 2,
        "lineStyle": {"color": _LINE, "width": width, "type": kind, "opacity": 0.8, "curveness": 0},
        "data": [{"coords": [[one.x, one.y], [other.x, other.y]]} for one, other in pairs],
    }  # fmt: skip
