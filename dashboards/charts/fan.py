"""A fan chart: median and bands over histories, month by month, of a scenario and its baseline.

Plain data for ECharts; knows neither Solara nor runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from dashboards.charts.base import BLUE, GREY, option

__all__ = ["FanLike", "fan"]

_Line = list[float | None]
_Band = tuple[_Line, _Line]
_LONGEST = 1200  # months


class FanLike(Protocol):
    """What is drawn of one scenario: see `dashboards.comparing.bands.Fan`."""

    @property
    def months(self) -> list[float]: ...
    @property
    def median(self) -> _Line: ...
    @property
    def half(self) -> _Band | None: ...
    @property
    def outer(self) -> _Band | None: ...


def fan(
    base: FanLike, other: FanLike | None, names: tuple[str, str], x_name: str, y_name: str, colour: str = BLUE
) -> dict[str, Any]:
    """Return the option of a fan chart: the baseline grey and dashed, the other in colour and solid.

    names : of the two, for the legend; colour : of the other
    """
    months = _months([one for one in (base, other) if one is not None])
    series = _fan(base, "base", names[0], GREY, "dashed", 0, months)
    legend = [names[0]]
    if other is not None:
        series += _fan(other, "other", names[1], colour, "solid", 4, months)
        legend.append(names[1])
    made = option(series, x_name, y_name, legend)
    # bands are lines stacked on one another; on two axes of numbers ECharts would stack the months
    made["xAxis"] |= {
        "type": "category", "data": [f"{month:g}" for month in months], "boundaryGap": False,
        "axisLabel": made["xAxis"]["axisLabel"] | {"hideOverlap": True, **_yearly(months)},
    }  # fmt: skip
    made["legend"]["selectedMode"] = False  # without its median a band would say nothing
    made["legend"]["textStyle"] |= {"width": 130, "overflow": "truncate"}
    return made


def _months(fans: Sequence[FanLike]) -> list[float]:
    """Return the months of the axis: every one, so that its lengths are true, or those known in a very long run."""
    known = sorted({month for one in fans for month in one.months})
    whole = bool(known) and known[-1] <= _LONGEST
    return [float(month) for month in range(int(known[-1]) + 1)] if whole else known


def _yearly(months: Sequence[float]) -> dict[str, Any]:
    """Return where the labels stand: at whole years, ten at most."""
    if len(months) < 24:
        return {}
    return {"interval": 12 * max(-(-len(months) // 120), 1) - 1}


def _fan(
    one: FanLike, name: str, words: str, colour: str, line: str, layer: int, months: Sequence[float]
) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = []
    for part, band, opacity, edge in (("outer", one.outer, 0.14, "dotted"), ("half", one.half, 0.28, "solid")):
        if band is not None:
            drawn += _area(f"{name}-{part}", one.months, band, colour, opacity, edge, layer, months)
    drawn.append({
        "id": f"{name}-median", "name": words, "type": "line", "showSymbol": len(one.months) <= 12, "z": 6 + layer,
        "symbol": "circle" if line == "solid" else "rect", "connectNulls": True,
        "data": _points(one.months, one.median, months), "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "type": line, "width": 2.5},
    })  # fmt: skip
    return drawn


def _area(
    name: str,
    months: Sequence[float],
    band: _Band,
    colour: str,
    opacity: float,
    edge: str,
    layer: int,
    axis: Sequence[float],
) -> list[dict[str, Any]]:
    """Return a band as two lines stacked on one another: the lower one, and what lies between, which is filled."""
    low, high = band
    between: _Line = [None if b is None or t is None else t - b for b, t in zip(low, high, strict=True)]
    quiet = {
        "type": "line", "stack": name, "stackStrategy": "all", "showSymbol": False, "silent": True, "z": 2 + layer,
        "tooltip": {"trigger": "none"}, "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 0.8, "type": edge, "opacity": 0.8},
    }  # fmt: skip
    area = {"areaStyle": {"color": colour, "opacity": opacity}}
    return [
        {"id": f"{name}-low", "data": _filled(months, low, axis), **quiet},
        {"id": f"{name}-high", "data": _filled(months, between, axis), **quiet, **area},
    ]


def _points(months: Sequence[float], values: _Line, axis: Sequence[float]) -> _Line:
    """Return one value for each month of the axis, None where there is none: between two evaluations."""
    known = dict(zip(months, values, strict=True))
    return [known.get(month) for month in axis]


def _filled(months: Sequence[float], values: _Line, axis: Sequence[float]) -> _Line:
    """Return the same with straight lines between two evaluations: an area must have no holes."""
    found: _Line = []
    after = 0  # place of the first evaluation that is not before the month
    for month in axis:
        while after < len(months) and months[after] < month:
            after += 1
        if after == len(months) or (after == 0 and months[0] > month):
            found.append(None)
            continue
        high, low = values[after], values[max(after - 1, 0)]
        if months[after] == month:
            found.append(high)
        elif high is None or low is None:
            found.append(None)
        else:
            share = (month - months[after - 1]) / (months[after] - months[after - 1])
            found.append(low + share * (high - low))
    return found
