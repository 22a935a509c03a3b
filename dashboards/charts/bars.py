"""Horizontal bars around 0, the first on top, with whiskers for their intervals. Plain data for ECharts.

Names are drawn on the canvas and stand in no tooltip: they may be anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from dashboards.charts.base import BLUE, ORANGE, option

__all__ = ["Bar", "bars", "height"]

INK = "#1c2733"
_WIDE = 560  # pixels of a chart that has room for long names
_EMPTY = "-"  # ECharts' word for no point: a line is interrupted there


class Bar(NamedTuple):
    """One bar: its name; its length, None where it is not known; the ends of its interval; what is written at its end.

    look : ``adds``, ``holds_back`` or ``hollow``
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""
    look: Literal["adds", "holds_back", "hollow"] = "adds"


def bars(rows: Sequence[Bar], x_name: str, whole: bool = False) -> dict[str, Any]:
    """Return the option of horizontal bars.

    x_name : what they measure, with its unit; whole : whether they are counts: whole numbers from 0 on
    """
    data, whiskers, ends = [], [], []
    for place, row in enumerate(rows):
        data.append({"value": row.value, "itemStyle": _look(row)})
        if row.value is None:
            continue
        low, high = (row.value if end is None else end for end in (row.low, row.high))
        if row.low is not None:
            whiskers += [[low, place], [high, place], [_EMPTY, _EMPTY]]
        left = row.value < 0
        ends.append({
            "value": [min(low, row.value, 0) if left else max(high, row.value, 0), place],
            "label": {
                "show": True, "formatter": row.text, "position": "left" if left else "right", "color": INK,
                "fontSize": 11,
            },
        })  # fmt: skip
    series: list[dict[str, Any]] = [
        {
            "id": "bars", "type": "bar", "data": data, "barMaxWidth": 16, "silent": True,
            "markLine": {
                "symbol": "none", "silent": True, "label": {"show": False}, "data": [{"xAxis": 0}],
                "lineStyle": {"color": INK, "type": "solid", "width": 1.5},
            },
        },
        {
            "id": "intervals", "type": "line", "data": whiskers, "symbol": "rect", "symbolSize": [2, 9], "z": 4,
            "showAllSymbol": True, "silent": True, "lineStyle": {"color": INK, "width": 1.5},
            "itemStyle": {"color": INK},
        },
        {"id": "ends", "type": "scatter", "data": ends, "symbolSize": 1, "silent": True, "z": 5},
    ]  # fmt: skip
    made = option(series, x_name, "")
    made["tooltip"] = {"show": False}
    made["grid"] |= {"top": 8, "right": 24}
    made["xAxis"] |= {"boundaryGap": ["14%", "14%"], "splitNumber": 4}
    if whole:
        made["xAxis"] |= {"boundaryGap": [0, "12%"], "minInterval": 1}
    made["yAxis"] = {
        "type": "category", "data": [row.name for row in rows], "inverse": True, "axisTick": {"show": False},
        "axisLabel": {"color": INK, "fontSize": 12, "width": 130, "overflow": "break", "interval": 0, "lineHeight": 14},
    }  # fmt: skip
    wide = {"query": {"minWidth": _WIDE}, "option": {"yAxis": {"axisLabel": {"width": 260}}}}
    return made | {"media": [wide]}


def height(rows: int) -> int:
    """Return the height that so many bars need, pixels."""
    return 70 + 34 * max(rows, 1)


def _look(row: Bar) -> dict[str, Any]:
    colour = ORANGE if row.look == "holds_back" or (row.look == "hollow" and (row.value or 0.0) < 0) else BLUE
    if row.look == "hollow":
        return {"color": "#ffffff", "borderColor": colour, "borderWidth": 1.5, "borderType": "dashed"}
    return {"color": colour, "borderColor": colour, "borderWidth": 1.5}
