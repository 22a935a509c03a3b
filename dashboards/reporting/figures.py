"""The figures of a report, in its language: made with `Figure()` alone, so that nothing stays open.

Every line has its own dashes and every bar its own hatching, so that a figure survives a grey printer. Names are put in
by `legible`, which knows no formulae and only the letters of the font.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dashboards.charts.base import BLUE, GREEN, GREY, ORANGE, VERMILION
from dashboards.reporting.facts import Facts
from dashboards.reporting.voice import Voice, clean
from ecosim.report.place_figures import Places
from ecosim.report.style import DASHES, TITLE, Picture, drawn, figure, legible, months_axis, to_picture

__all__ = ["clusters_figure", "figures"]

Floats = npt.NDArray[np.float64]
_FEW = 30  # hybrids born, below which the births of a year tell nothing of R
_MOST_CLUSTERS = 15
_LONG_RUN = 36  # months, from which on births are shown by year


def figures(say: Voice, run: Facts, baseline: Facts | None, places: Places) -> list[Picture]:
    """Return the figures that have something to show, but for the family's."""
    made = []
    with drawn():
        if run.played:
            made.append(_reproduction(say, run, baseline))
            if run.hybrids:
                made.append(_births(say, run))
            if run.revenue is not None:
                made.append(_economy(say, run, baseline))
        if len(places.names) > 1 and places.hybrids.sum() > 0:
            made.append(clusters_figure(say, places))
    return made


# -- R --------------------------------------------------------------------------------------------------------


def _reproduction(say: Voice, run: Facts, baseline: Facts | None) -> Picture:
    made, axes = _panel(say("f_r"), 4.1)
    months = run.months
    month, theory = _evaluated(run)
    recent = months["r_instantaneous"].to_numpy(np.float64, copy=True)
    births = (months["births_spontaneous"] + months["births_recombinant"]).to_numpy(np.float64)
    recent[births.cumsum() < _FEW] = np.nan
    series = [theory, recent]
    if baseline is not None:
        before, under = _evaluated(baseline)
        series.append(under)
    top = _top(series)
    axes.axhline(1.0, color="black", linewidth=1.2, linestyle=DASHES["dashed"])
    axes.plot(
        months["month"], np.minimum(recent, top), color=GREEN, linewidth=1.2, linestyle=DASHES["dotted"],
        label=say("f_r_births"),
    )  # fmt: skip
    if baseline is not None:
        axes.plot(
            before, np.minimum(under, top), color=GREY, linestyle=DASHES["mixed"], marker="s", markersize=4,
            linewidth=1.4, label=say("f_r_baseline"),
        )  # fmt: skip
    axes.plot(month, np.minimum(theory, top), color=BLUE, marker="o", markersize=4.5, label=say("f_r_state"))
    beyond = month[theory > top]
    axes.plot(beyond, np.full(len(beyond), top), color=BLUE, marker="^", markersize=11, linestyle="")
    axes.set_ylim(0, top * 1.05)
    axes.set_ylabel(say("f_r_axis"))
    _months(say, axes, run.played)
    _numbers(say, axes)
    axes.annotate(
        "1", (1, 1.0), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points", va="center"
    )
    made.legend(loc="outside lower left", ncols=1)
    caption = say("f_r_caption") + (" " + say("f_r_caption_off") if len(beyond) else "")
    return to_picture(made, _reproduction_alt(say, run, baseline), caption)


def _reproduction_alt(say: Voice, run: Facts, baseline: Facts | None) -> str:
    if run.r_last is None or run.r_top is None:
        return say("f_r_alt_none")
    month, theory = _evaluated(run)
    alt = say(
        "f_r_alt", first=say.number(float(theory[0])), first_month=str(int(month[0])), last=say.number(run.r_last[1]),
        last_month=str(run.r_last[0]), top=say.number(run.r_top[1]), top_month=str(run.r_top[0]),
    )  # fmt: skip
    if baseline is not None and baseline.r_last is not None:
        alt += " " + say("f_r_alt_baseline", last=say.number(baseline.r_last[1]))
    return alt


def _evaluated(run: Facts) -> tuple[Floats, Floats]:
    known = run.months[run.months["r_theoretical"].notna()]
    return known["month"].to_numpy(np.float64), known["r_theoretical"].to_numpy(np.float64)


def _top(series: Sequence[Floats]) -> float:
    """Return the top of the scale of R: what shows nearly all of it, and 1 in any case."""
    values = np.concatenate([*series])
    values = values[np.isfinite(values)]
    if not len(values):
        return 1.5
    return float(max(1.3, min(values.max(), 1.5 * np.quantile(values, 0.9)) * 1.05))


# -- births ---------------------------------------------------------------------------------------------------


def _births(say: Voice, run: Facts) -> Picture:
    made, axes = _panel(say("f_births"), 3.9)
    kinds = (
        ("births_generation_1", say("f_generation", number="1"), BLUE, ""),
        ("births_generation_2", say("f_generation", number="2"), ORANGE, "///"),
        ("births_generation_3_and_more", say("f_generation_more"), GREEN, "..."),
    )
    step = 12 if run.played >= _LONG_RUN else 1
    starts = np.arange(0, run.played, step)
    below = np.zeros(len(starts))
    totals = []
    for column, label, colour, hatch in kinds:
        births = run.months[column].to_numpy(np.float64)
        totals.append(int(births.sum()))
        heights = np.add.reduceat(births, starts)
        axes.bar(
            starts + step / 2 - 0.5, heights, width=0.86 * step, bottom=below, color=colour, hatch=hatch, label=label,
            edgecolor="white", linewidth=0.3,
        )  # fmt: skip
        below += heights
    axes.set_ylabel(say("f_births_axis_year" if step == 12 else "f_births_axis_month"))
    axes.set_ylim(0, max(float(below.max()) * 1.05, 1.0))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _months(say, axes, run.played)
    _numbers(say, axes)
    made.legend(loc="outside lower left", ncols=1)
    caption = say("f_births_caption")
    if run.played % step:
        caption += " " + say("f_births_caption_part", months=str(run.played % step))
    one, two, more = (say.whole(total) for total in totals)
    return to_picture(made, say("f_births_alt", one=one, two=two, more=more), caption)


# -- turnover and jobs ----------------------------------------------------------------------------------------


def _economy(say: Voice, run: Facts, baseline: Facts | None) -> Picture:
    made = figure(5.6)
    panels = made.subplots(2, 1, sharex=True)
    shown = [(baseline, GREY, "dashed", say("f_baseline"))] if baseline is not None else []
    shown.append((run, VERMILION, "solid", say("f_here" if baseline is not None else "f_run")))  # type: ignore[list-item]
    for axes, column, scale, label in (
        (panels[0], "revenue", 1e-3, say("f_revenue_axis")),
        (panels[1], "employees", 1.0, say("f_jobs_axis")),
    ):
        for facts, colour, dashes, name in shown:
            assert facts is not None
            table = facts.months
            axes.plot(
                table["month"], table[column] * scale, color=colour, linestyle=DASHES[dashes], label=name,
                marker="o" if len(table) == 1 else None,
            )  # fmt: skip
        axes.set_ylim(0, max(axes.get_ylim()[1], 1e-3))
        axes.set_title(label, fontsize=11.5, fontweight="normal")
        _numbers(say, axes)
    made.suptitle(say("f_economy"), **TITLE)
    _months(say, panels[1], run.played)
    made.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=2)
    caption = say("f_economy_caption")
    revenue, jobs = run.months["revenue"], run.months["employees"]
    alt = say(
        "f_economy_alt", revenue_first=say.number(revenue.iloc[0] / 1e3),
        revenue_last=say.number(revenue.iloc[-1] / 1e3), jobs_first=say.whole(jobs.iloc[0]),
        jobs_last=say.whole(jobs.iloc[-1]),
    )  # fmt: skip
    if baseline is not None and baseline.revenue_last is not None:
        caption += " " + say("f_economy_caption_baseline")
        alt += " " + say(
            "f_economy_alt_baseline", revenue=say.number(baseline.revenue_last / 1e3), jobs=say.whole(baseline.jobs)
        )
    return to_picture(made, alt, caption)


# -- clusters -------------------------------------------------------------------------------------------------


def clusters_figure(say: Voice, places: Places) -> Picture:
    """Return bars of the clusters whose members hold most hybrids. Call it within `drawn`."""
    rows = np.argsort(-places.per_member, kind="stable")[:_MOST_CLUSTERS]
    made, axes = _panel(say("f_clusters"), 1.5 + 0.3 * len(rows))
    held = places.per_member[rows]
    place = np.arange(len(rows))[::-1]
    axes.barh(place, held, height=0.72, color=BLUE)
    names = [f"{legible(clean(places.names[row]))} ({say.whole(places.members[row])})" for row in rows]
    axes.set_yticks(place, names)
    axes.set_xlim(0, max(float(held.max()) * 1.12, 0.1))
    for at, value in zip(place, held, strict=True):
        axes.annotate(
            say.number(float(value), 2),
            (value, at),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
        )
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    made.supxlabel(say("f_clusters_axis"), fontsize=11.5)  # long names leave little room below the bars alone
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say.plain(round(value, 9))))
    caption = say("f_clusters_caption")
    if len(places.names) > len(rows):
        caption += " " + say("f_clusters_caption_most", shown=say.whole(len(rows)), all=say.whole(len(places.names)))
    if places.invented.any():
        caption += " " + say("f_clusters_caption_invented")
    alt = say(
        "f_clusters_alt", shown=str(len(rows)), most=say.number(float(held[0])), best=clean(places.names[rows[0]], 60),
        least=say.number(float(held[-1])),
    )  # fmt: skip
    return to_picture(made, alt, caption)


# -- axes -----------------------------------------------------------------------------------------------------


def _panel(title: str, height: float) -> tuple[Figure, Axes]:
    made = figure(height)
    made.suptitle(title, **TITLE)
    return made, made.subplots()


def _months(say: Voice, axes: Axes, months: int) -> None:
    months_axis(axes, months, label=False)
    axes.set_xlabel(say("month"))


def _numbers(say: Voice, axes: Any) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: say.plain(round(value, 9))))
