"""What all charts share: colours that colour-blind readers can tell apart, axes with units, no motion."""

from __future__ import annotations

from typing import Any

__all__ = ["BLUE", "COLOURS", "FONT", "GREEN", "GREY", "ORANGE", "PINK", "SKY", "VERMILION", "option"]

# Okabe and Ito's colours
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PINK, GREY = "#56B4E9", "#CC79A7", "#5b6670"
FONT = "Roboto, Helvetica, Arial, sans-serif"  # a canvas knows no "inherit"
COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, VERMILION)


def option(
    series: list[dict[str, Any]], x_name: str, y_name: str, legend: list[str] | None = None, **more: Any
) -> dict[str, Any]:
    """Return an option with two axes of numbers.

    series : ECharts series, each with an ``id``; x_name, y_name : axes, with their units; legend : names of the series
    that it lists (None: no legend); more : keys of the option that are added or replaced
    """
    text = {"color": "#1c2733", "fontSize": 12, "fontFamily": FONT}
    axis = {"nameTextStyle": text, "axisLabel": text, "splitLine": {"lineStyle": {"color": "#e5e9ed"}}}
    return {
        "animation": False,
        "color": list(COLOURS),
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 8, "right": 16, "top": 34 if legend else 26, "bottom": 26, "containLabel": True},
        "legend": {"show": bool(legend), "data": legend or [], "top": 0, "right": 0, "textStyle": text},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {
            "type": "value",
            "name": x_name,
            "nameLocation": "middle",
            "nameGap": 24,
            **axis,
            "axisPointer": {"label": {"formatter": f"{x_name} {{value}}"}},
        },  # above a tooltip
        "yAxis": {"type": "value", "name": y_name, "nameLocation": "end", **axis},
        "series": series,
        **more,
    }
