"""Charts of one run by month, its baseline beside it: R, hybrids, cascades, turnover, jobs.

Series with ``follow`` end at the playhead; the baseline's are seen whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from dashboards.charts.base import BLUE, GREEN, GREY, ORANGE, PINK, SKY, VERMILION, option
from dashboards.playing.record import Record
from dashboards.text import Words

__all__ = ["Drawn", "births", "cascades", "jobs", "money_unit", "reproduction", "turnover"]

Values = Sequence[float | None]
_YEAR = 12  # months


@dataclass(frozen=True)
class Drawn:
    """A chart: its option, title, what is to be seen in words, and its table by year."""

    option: dict[str, Any]
    title: str
    alt: str
    table: dict[str, list[Any]]


def reproduction(record: Record, baseline: Record | None, say: Words) -> Drawn:
    """R by month: theoretical, cohort, instantaneous, and the baseline's theoretical one."""
    columns = record.columns
    told = {
        "theoretical": (say("explore.r_theoretical"), columns["r_theoretical"]),
        "instantaneous": (say("explore.r_instantaneous"), columns["r_instantaneous"]),
        "cohort": (say("explore.r_cohort"), columns["r_cohort"]),
    }
    series = [
        _line("instantaneous", *told["instantaneous"], SKY, width=1),
        _line("cohort", *told["cohort"], PINK, width=1.5, dash=[2, 2]),
        _line("theoretical", *told["theoretical"], BLUE, width=3),
        _one(say("explore.one")),
    ]
    names = [name for name, _ in told.values()]
    ruling = [told["theoretical"], told["instantaneous"]]
    if baseline is not None:
        told["baseline"] = (say("outcomes.baseline"), baseline.columns["r_theoretical"])
        series.append(_baseline(*told["baseline"]))
        names.append(told["baseline"][0])
        ruling.append(told["baseline"])
    made = _option(series, record, say, names)
    # cohort R begins with a few hybrids, each of which moves it far: it may leave the chart, and stands in the table
    made["yAxis"]["max"] = _above(value for _, values in ruling for value in values)
    return Drawn(
        made,
        say("explore.r_title"),
        _in_words(list(told.values()), say),
        _by_year(list(told.values()), [_last] * len(told), record.played, say),
    )


def births(record: Record, baseline: Record | None, say: Words) -> Drawn:
    """Hybrids born in each month, by generation, one upon the other."""
    columns = record.columns
    looks = (("1", SKY, "solid"), ("2", ORANGE, [6, 3]), ("3_and_more", VERMILION, [2, 2]))
    told, series = [], []
    for label, colour, dash in looks:
        name, values = say(f"explore.generation_{label}"), columns[f"births_generation_{label}"]
        told.append((name, values))
        one = _line(f"generation {label}", name, values, colour, width=1.5, dash=dash)
        series.append(one | {"stack": "generations", "areaStyle": {"opacity": 0.55, "color": colour}})
    total = say("outcomes.hybrids")
    shown = [*told, (total, _born(record))]
    if baseline is not None:
        shown.append((say("outcomes.baseline"), _born(baseline)))
        series.append(_baseline(*shown[-1]))
    return Drawn(
        _option(series, record, say, [one["name"] for one in series]),
        say("explore.births"),
        _totals_in_words(shown, say),
        _by_year(shown, [_sum] * len(shown), record.played, say),
    )


def cascades(record: Record, baseline: Record | None, say: Words) -> Drawn:
    """Hybrids so far: made of basic bricks alone, or of a hybrid at least; this is how they feed on each other."""
    columns = record.columns
    told = [
        (say("explore.from_bricks"), _so_far(columns["births_spontaneous"])),
        (say("explore.from_hybrids"), _so_far(columns["births_recombinant"])),
    ]
    series = [_line("bricks", *told[0], GREEN, dash=[6, 3]), _line("hybrids", *told[1], VERMILION, width=3)]
    if baseline is not None:
        told.append((say("explore.from_hybrids_baseline"), _so_far(baseline.columns["births_recombinant"])))
        series.append(_baseline(*told[-1]))
    return Drawn(
        _option(series, record, say, [name for name, _ in told]),
        say("explore.cascades"),
        _in_words(told, say),
        _by_year(told, [_last] * len(told), record.played, say),
    )


def turnover(record: Record, baseline: Record | None, say: Words) -> Drawn:
    """Turnover of all firms and of small and medium ones, in a unit that fits."""
    columns = record.columns
    revenues = [value for run in (record, baseline) if run is not None for value in run.columns["revenue"] if value]
    factor, unit = money_unit(max(revenues, default=0.0), say)
    return _money_or_jobs(
        record, baseline, say, say("outcomes.revenue"), say("explore.a_month", unit=unit), "revenue",
        (columns["revenue"], columns["sme_revenue"]), factor,
    )  # fmt: skip


def jobs(record: Record, baseline: Record | None, say: Words) -> Drawn:
    """Employees of all firms and of small and medium ones."""
    columns = record.columns
    return _money_or_jobs(
        record, baseline, say, say("outcomes.employees"), say("outcomes.employees_unit"), "employees",
        (columns["employees"], columns["sme_employees"]), 1.0,
    )  # fmt: skip


def money_unit(most: float, say: Words) -> tuple[float, str]:
    """Return (factor, unit) in which a sum of thousands of euros is told, so that the largest one is read at ease."""
    if most >= 2e6:
        return 1e-6, say("explore.billions")
    if most >= 2e3:
        return 1e-3, say("explore.millions")
    return 1.0, say("explore.thousands")


# -- what they share ------------------------------------------------------------------------------------------


def _money_or_jobs(
    record: Record, baseline: Record | None, say: Words, title: str, unit: str, column: str,
    values: tuple[Values, Values], factor: float,
) -> Drawn:  # fmt: skip
    told: list[tuple[str, Values]] = [
        (say("explore.all_firms"), _scaled(values[0], factor)),
        (say("explore.small_firms"), _scaled(values[1], factor)),
    ]
    series = [_line("all", *told[0], BLUE, width=3), _line("small", *told[1], GREEN, width=1.5, dash=[6, 3])]
    if baseline is not None:
        told.append((say("explore.all_firms_baseline"), _scaled(baseline.columns[column], factor)))
        series.append(_baseline(*told[-1]))
    return Drawn(
        _option(series, record, say, [name for name, _ in told]),
        f"{title} ({unit})",
        _in_words(told, say),
        _by_year(told, [_mean] * len(told), record.played, say),
    )


def _line(name: str, label: str, values: Values, colour: str, width: float = 2, dash: Any = "solid") -> dict[str, Any]:
    return {
        "id": name, "name": label, "type": "line", "follow": True, "data": _points(values), "connectNulls": True,
        "symbol": "none", "lineStyle": {"width": width, "color": colour, "type": dash}, "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
    }  # fmt: skip


def _baseline(label: str, values: Values) -> dict[str, Any]:
    """Return the baseline's series: whole, whatever the playhead, dashed and grey."""
    one = _line("baseline", label, values, GREY, width=1.5, dash=[8, 5])
    return one | {"follow": False, "z": 1}


def _one(label: str) -> dict[str, Any]:
    """Return the line at 1, from which on hybrids feed on each other."""
    text = {
        "formatter": label,
        "position": "insideEndTop",
        "color": "#1c2733",
        "fontSize": 11,
        "backgroundColor": "rgba(255, 255, 255, 0.8)",
        "padding": 2,
    }
    line = {"yAxis": 1, "label": text, "lineStyle": {"color": "#1c2733", "width": 1, "type": "solid"}}
    mark = {"silent": True, "symbol": "none", "animation": False, "data": [line]}
    return {"id": "one", "type": "line", "data": [], "markLine": mark}


def _points(values: Values) -> list[list[float | None]]:
    return [[month, value] for month, value in enumerate(values)]


def _option(series: list[dict[str, Any]], record: Record, say: Words, names: list[str]) -> dict[str, Any]:
    """Return an option whose axis of months is that of the whole run, from its first month to its last."""
    made = option(series, say("outcomes.month"), "", legend=names)
    last = max(record.planned - 1, 1)
    # months as categories: ECharts stacks areas over categories, not over numbers
    made["xAxis"] |= {"type": "category", "boundaryGap": False, "data": list(range(last + 1))}
    made["xAxis"]["axisLabel"] = made["xAxis"]["axisLabel"] | {"interval": _step(last) - 1}
    made["xAxis"]["axisTick"] = {"interval": _step(last) - 1}
    made["xAxis"]["splitLine"] = made["xAxis"]["splitLine"] | {"show": True, "interval": _step(last) - 1}
    made["legend"] |= {"left": 0, "right": None, "itemWidth": 30, "itemGap": 12, "itemStyle": {"opacity": 0}}
    return made


def _above(values: Iterable[float | None]) -> float:
    """Return a round number at least 2 and above all values."""
    most = max((value for value in values if value is not None), default=0.0)
    step = 0.5 if most < 5 else 10.0 ** math.floor(math.log10(most)) / 2
    return max(2.0, step * math.ceil(most * 1.05 / step))


def _step(last: int) -> int:
    """Return the months between two marks of the axis: whole years, some ten marks at most."""
    years = max(1, -(-last // (_YEAR * 10)))
    return _YEAR * years if last > _YEAR else max(1, last // 6)


def _born(record: Record) -> list[float | None]:
    columns = record.columns
    return [
        (a or 0) + (b or 0) for a, b in zip(columns["births_spontaneous"], columns["births_recombinant"], strict=True)
    ]


def _so_far(values: Values) -> list[float | None]:
    return list(accumulate(value or 0 for value in values))


def _scaled(values: Values, factor: float) -> list[float | None]:
    return [None if value is None else value * factor for value in values]


# -- in words -------------------------------------------------------------------------------------------------


def _in_words(told: Sequence[tuple[str, Values]], say: Words) -> str:
    """Return where each line begins and ends, and its highest value."""
    parts = []
    for name, values in told:
        known = [(month, value) for month, value in enumerate(values) if value is not None]
        if not known:
            parts.append(say("explore.alt_unknown", name=name))
            continue
        peak = max(known, key=lambda point: point[1])
        parts.append(
            say(
                "explore.alt_line",
                name=name,
                first=say.number(known[0][1]),
                from_month=known[0][0],
                last=say.number(known[-1][1]),
                to_month=known[-1][0],
                most=say.number(peak[1]),
                peak=peak[0],
            )
        )
    return " ".join(parts)


def _totals_in_words(told: Sequence[tuple[str, Values]], say: Words) -> str:
    return " ".join(
        say("explore.alt_total", name=name, total=say.number(sum(value or 0 for value in values)), months=len(values))
        for name, values in told
    )


def _by_year(
    told: Sequence[tuple[str, Values]], how: Sequence[Callable[[Values], float | None]], played: int, say: Words
) -> dict[str, list[Any]]:
    """Return a table of one row a year: the year's sum, mean or last known value of each line."""
    kinds: dict[Callable[[Values], float | None], str] = {
        _last: "explore.at_end",
        _sum: "explore.in_year",
        _mean: "explore.mean_of_year",
    }
    rows = []
    for start in range(0, played, _YEAR):
        months = slice(start, min(start + _YEAR, played))
        cells = [say.number(take(values[months])) for (_, values), take in zip(told, how, strict=True)]
        rows.append([say("explore.months_of", first=start, last=months.stop - 1), *cells])
    heads = [f"{name} ({say(kinds[take])})" for (name, _), take in zip(told, how, strict=True)]
    return {"columns": [say("explore.months_column"), *heads], "rows": rows}


def _last(values: Values) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _sum(values: Values) -> float | None:
    return sum(value or 0 for value in values)


def _mean(values: Values) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
