"""R over two dials as a coloured field with lines of equal R, the edge R = 1 among them, and where one stands.

Plain data for ECharts; knows neither Solara nor where R comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import contourpy
import numpy as np
import numpy.typing as npt

from dashboards.charts.base import FONT

__all__ = ["LEVELS", "field"]

FloatArray = npt.NDArray[np.float64]
LEVELS = (0.25, 0.5, 0.75, 1.5, 2.0, 3.0, 5.0)
# from blue over white at R = 1 to orange: for all kinds of colour vision; dark at both ends, light at the edge
_COLOURS = ("#2c5f9e", "#6ba3d0", "#bcd7ea", "#f7f7f5", "#f6cfa0", "#e08f3c", "#a8560f")
_STRETCH = 1.6  # of log2 R, at which colours end: R from 0.33 to 3
_INK = "#1c2733"


def field(
    r: FloatArray, low: FloatArray, high: FloatArray, names: tuple[str, str],
    ends: tuple[tuple[float, float], tuple[float, float]], places: Sequence[tuple[str, float, float, str]], edge: str,
    write: Any,
) -> dict[str, Any]:  # fmt: skip
    """Return the option of the field.

    r, low, high : R and the ends of its interval on evenly spaced nodes, float64 (n, n), rows are y
    names, ends : of x and y; places : (label, x, y, symbol) of what is marked, the last one on top
    edge : label of R = 1; write : from a number to its text
    """
    nodes = (np.linspace(*ends[0], len(r)), np.linspace(*ends[1], len(r)))
    cells = (r[1:, 1:] + r[:-1, 1:] + r[1:, :-1] + r[:-1, :-1]) / 4
    colour = np.clip(np.log2(np.maximum(cells, 1e-6)), -_STRETCH, _STRETCH)
    count = len(cells)
    heat = [
        [x, y, round(float(colour[y, x]), 2), round(float(cells[y, x]), 3)] for y in range(count) for x in range(count)
    ]
    text = {"color": _INK, "fontSize": 12}
    axis = {"type": "value", "axisLabel": text, "nameTextStyle": text, "splitLine": {"show": False},
            "axisLine": {"lineStyle": {"color": _INK}}}  # fmt: skip
    hidden = {"type": "category", "data": list(range(count)), "show": False}
    series: list[dict[str, Any]] = [
        {"id": "field", "type": "heatmap", "xAxisIndex": 1, "yAxisIndex": 1, "data": heat, "progressive": 0,
         "encode": {"x": 0, "y": 1, "value": 2}, "emphasis": {"disabled": True}}
    ]  # fmt: skip
    labels: list[dict[str, Any]] = []
    for level in LEVELS:
        for part, line in enumerate(_lines(nodes, r, level)):
            series.append(_line(f"level-{level}-{part}", line, 1.0, "solid", "#46535f"))
            labels.append(_label(line, write(level)))
    for name, doubt in (("low", low), ("high", high)):
        for part, line in enumerate(_lines(nodes, doubt, 1.0)):
            series.append(_line(f"{name}-{part}", line, 1.6, "dashed", _INK))
    for part, line in enumerate(_lines(nodes, r, 1.0)):
        series.append(_line(f"edge-{part}", line, 3.5, "solid", _INK))
        labels.append(_label(line, edge, bold=True))
    series.append({
        "id": "labels", "type": "scatter", "data": labels, "symbolSize": 1, "silent": True, "tooltip": {"show": False},
        "itemStyle": {"color": "rgba(0,0,0,0)"}, "z": 6,
    })  # fmt: skip
    for number, (label, x, y, symbol) in enumerate(places):
        series.append({
            "id": f"place-{number}", "type": "scatter", "symbol": symbol, "symbolSize": 18, "z": 8 + number,
            "silent": True, "tooltip": {"show": False}, "data": [[round(x, 4), round(y, 4)]], "clip": False,
            "itemStyle": {"color": "#ffffff", "borderColor": _INK, "borderWidth": 3},
            "label": {
                "show": True, "formatter": label.replace("{", "(").replace("}", ")"), "color": _INK, "fontSize": 13,
                "fontWeight": 700, "backgroundColor": "rgba(255,255,255,.88)", "padding": [3, 5], "borderRadius": 3,
                **_beside(x, y, number),
            },
        })  # fmt: skip
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 8, "right": 18, "top": 30, "bottom": 26, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "visualMap": {
            "show": False, "type": "continuous", "min": -_STRETCH, "max": _STRETCH, "dimension": 2, "seriesIndex": 0,
            "inRange": {"color": list(_COLOURS)},
        },
        "xAxis": [
            {**axis, "min": ends[0][0], "max": ends[0][1], "name": names[0], "nameLocation": "middle", "nameGap": 26},
            hidden,
        ],
        "yAxis": [
            {**axis, "min": ends[1][0], "max": ends[1][1], "name": names[1], "nameLocation": "end",
             "nameTextStyle": {**text, "align": "left"}},
            hidden,
        ],
        "series": series,
    }  # fmt: skip


def _lines(nodes: tuple[FloatArray, FloatArray], r: FloatArray, level: float) -> list[FloatArray]:
    """Return the lines on which R has a level, float64 (m, 2) each; none shorter than a label."""
    found = [np.asarray(line, np.float64) for line in contourpy.contour_generator(*nodes, r).lines(level)]
    return [line for line in found if np.abs(np.diff(line, axis=0)).sum() > 0.08]


def _line(name: str, line: FloatArray, width: float, kind: str, colour: str) -> dict[str, Any]:
    return {
        "id": name, "type": "line", "data": np.round(line, 4).tolist(), "showSymbol": False, "silent": True, "z": 4,
        "tooltip": {"show": False}, "lineStyle": {"color": colour, "width": width, "type": kind},
    }  # fmt: skip


def _label(line: FloatArray, text: str, bold: bool = False) -> dict[str, Any]:
    x, y = line[len(line) // 2].tolist()
    return {
        "value": [round(x, 4), round(y, 4)],
        "label": {
            "show": True, "position": "inside", "formatter": text, "color": _INK, "fontSize": 13 if bold else 11,
            "fontWeight": 700 if bold else 400, "backgroundColor": "rgba(255,255,255,.8)", "padding": [1, 3],
        },
    }  # fmt: skip


def _beside(x: float, y: float, number: int) -> dict[str, str]:
    """Return where a label has room: towards the middle, and two in one corner not on top of each other."""
    side = "left" if x > 0.5 else "right"
    if 0.15 <= y <= 0.85 or (number == 0 and not 0.15 <= x <= 0.85):
        return {"position": side}
    align = {"align": "right" if x > 0.85 else "left"} if not 0.15 <= x <= 0.85 else {}
    return {"position": "bottom" if y > 0.5 else "top", **align}
