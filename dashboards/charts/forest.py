"""A forest: intervals of differences from a baseline, one row each, with a line at no difference.

Plain data for ECharts; knows neither Solara nor runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboards.charts.base import option

__all__ = ["Row", "forest"]


class Row(NamedTuple):
    """One interval of a forest: what it is of; its estimate and ends, None when there is none; whether 0 is outside."""

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    told: bool


def forest(rows: Sequence[Row], x_name: str, colours: Sequence[str]) -> dict[str, Any]:
    """Return the option of a forest: one interval a row, with a line at 0. Filled where 0 is outside, hollow where
    it is not.

    rows : from top to bottom; x_name : what the difference is of, with its unit; colours : one a row
    """  # fmt: skip
    names = [row.name for row in rows]
    series: list[dict[str, Any]] = []
    for place, (row, colour) in enumerate(zip(rows, colours, strict=True)):
        if row.estimate is None:
            continue
        series.append({
            "id": f"interval-{place}", "type": "line", "data": [[row.low, place], [row.high, place]], "symbol": "rect",
            "symbolSize": [2, 12], "showSymbol": True, "silent": True, "tooltip": {"show": False},
            "lineStyle": {"color": colour, "width": 3, "type": "solid" if row.told else "dashed"},
            "itemStyle": {"color": colour},
        })  # fmt: skip
        series.append({
            "id": f"estimate-{place}", "type": "scatter", "data": [[row.estimate, place]], "symbolSize": 12, "z": 5,
            "itemStyle": {"color": colour if row.told else "#ffffff", "borderColor": colour, "borderWidth": 2},
            "silent": True,
        })  # fmt: skip
    if series:
        series[0]["markLine"] = {
            "symbol": "none", "silent": True, "label": {"show": False}, "data": [{"xAxis": 0}],
            "lineStyle": {"color": "#1c2733", "type": "solid", "width": 1.5},
        }  # fmt: skip
    made = option(series, x_name, "")
    made["tooltip"] = {"show": False}
    made["xAxis"] |= {"scale": False}
    made["grid"] |= {"top": 8}
    made["yAxis"] = {
        "type": "category", "data": names, "inverse": True, "axisTick": {"show": False},
        "axisLabel": {"color": "#1c2733", "fontSize": 12, "width": 120, "overflow": "truncate"},
    }  # fmt: skip
    return made
