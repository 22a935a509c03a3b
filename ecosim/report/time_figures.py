"""Figures over the months: R, and births by kind and generation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecosim.report.style import COLOURS, DASHES, Picture, figure, legible, months_axis, plain_numbers, to_picture
from ecosim.report.words import births_alt, reproduction_alt
from ecosim.reproduction.estimates import WINDOW, trailing
from ecosim.state import State

__all__ = ["birth_rates", "births_figure", "reproduction_figure"]

FloatArray = npt.NDArray[np.float64]
_TITLE = "R, the innovation reproduction number"
_LANES = 6  # attractors that are drawn; the page names the rest
_SHADE: dict[str, Any] = {"color": COLOURS["grey"], "alpha": 0.10, "linewidth": 0}


def reproduction_figure(state: State, months: pd.DataFrame, named: int) -> Picture:
    """R over time: theoretical, cohort and instantaneous, with the periods of the first `named` attractors."""
    made, axes = _with_attractors(state, len(months), named, 3.9)
    month = months["month"].to_numpy()
    axes.axhline(1.0, color=COLOURS["black"], linewidth=1.3, linestyle=DASHES["dashed"])
    theory = months["r_theoretical"].to_numpy(np.float64)
    evaluated = ~np.isnan(theory)
    top = _top(months)
    axes.plot(
        month, months["r_instantaneous"], color=COLOURS["vermillion"], linestyle=DASHES["dotted"],
        label="instantaneous (births of the last year)",
    )  # fmt: skip
    axes.plot(
        month, months["r_cohort"], color=COLOURS["blue"], linestyle=DASHES["mixed"],
        label="cohort (children of those born then)",
    )  # fmt: skip
    axes.plot(
        month[evaluated], np.minimum(theory[evaluated], top), color=COLOURS["black"], marker="o", markersize=6.5,
        linewidth=1.0,
        label="theoretical (from the whole state)",
    )  # fmt: skip
    beyond = month[evaluated & (theory > top)]
    axes.plot(beyond, np.full(len(beyond), top), color=COLOURS["black"], marker="^", markersize=11, linestyle="")
    axes.set_ylim(0, top * 1.04)
    axes.set_ylabel("R (hybrids per hybrid)")
    axes.annotate(
        "R = 1", (1, 1.0), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points", va="center"
    )
    made.legend(loc="outside lower left", ncols=1)
    caption = (
        "How many more hybrids one hybrid makes in its life. Above the dashed line they feed on each other. "
        "Three ways to measure it: from the whole state of the ecosystem (theoretical), from the children of "
        "the hybrids born in the year up to a month (cohort, known only once most children are born), and from the "
        "births of the last year (instantaneous; in the first months it rests on few births)."
    )
    if len(beyond):
        caption += " A triangle at the top: R is beyond the scale."
    return to_picture(made, reproduction_alt(months), caption)


def birth_rates(births: Any, organisations: Any) -> FloatArray:
    """Return births per 1,000 organisations and year, as the mean over 12 months (fewer at the beginning)."""
    pooled = trailing(np.asarray(births, np.float64))
    window = np.minimum(np.arange(1, len(pooled) + 1), WINDOW)
    return np.asarray(pooled / window * 12.0 * 1000.0 / np.maximum(np.asarray(organisations, np.float64), 1.0))


def births_figure(state: State, months: pd.DataFrame, named: int) -> Picture:
    """Births over time: by kind above, by generation below (when there are hybrids)."""
    hybrids = int(months["births_spontaneous"].sum() + months["births_recombinant"].sum())
    made = figure(6.4 if hybrids else 3.4)
    panels = made.subplots(2 if hybrids else 1, 1, sharex=True, squeeze=False)[:, 0]
    contents = (
        ("Births by kind", (
            ("births_incremental", "incremental", "grey", "dashed"),
            ("births_spontaneous", "spontaneous", "blue", "solid"),
            ("births_recombinant", "recombinant", "vermillion", "mixed"),
        )),
        ("Hybrids by generation", (
            ("births_generation_1", "generation 1", "blue", "solid"),
            ("births_generation_2", "generation 2", "green", "dashed"),
            ("births_generation_3_and_more", "3 and more", "purple", "dotted"),
        )),
    )  # fmt: skip
    for axes, (title, lines) in zip(panels, contents, strict=False):  # without hybrids there are no generations
        for column, label, colour, dashes in lines:
            axes.plot(
                months["month"], birth_rates(months[column], months["organisations"]), label=label,
                color=COLOURS[colour], linestyle=DASHES[dashes], marker="o" if len(months) == 1 else None,
            )  # fmt: skip
        _shade(axes, state, len(months), named)
        axes.set_ylim(0, max(axes.get_ylim()[1], 1.0))
        axes.yaxis.set_major_formatter(plain_numbers)
        axes.set_title(title, pad=27)
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.98), ncols=3, columnspacing=1.2, handlelength=2.4)
    label = "births per 1,000 organisations and year"
    if hybrids:
        made.supylabel(label, fontsize=11.5)
    else:
        panels[0].set_ylabel(label.replace("organisations", "organisations\n"))
    months_axis(panels[-1], len(months))
    caption = (
        "Births per 1,000 organisations and year, as a mean over the last 12 months. Incremental: an improvement "
        "within one sector, no hybrid. Spontaneous: a hybrid of two basic bricks, generation 1. Recombinant: a parent "
        "is a hybrid itself, so the generation is one more than the parent's."
    )
    return to_picture(made, births_alt(months), caption)


# -- attractors -----------------------------------------------------------------------------------------------


def _with_attractors(state: State, months: int, named: int, height: float) -> tuple[Figure, Axes]:
    """Return a figure and its main axes, under a strip that names the attractors and shows when they are active."""
    rows = _periods(state, months, named)[:_LANES]
    if not rows:
        made = figure(height)
        axes = made.subplots()
        axes.set_title(_TITLE)
        months_axis(axes, months)
        return made, axes
    strip = 0.27 * len(rows) + 0.1
    made = figure(height + strip)
    grid = made.add_gridspec(2, 1, height_ratios=(strip, height - 1.3))
    axes = made.add_subplot(grid[1])
    months_axis(axes, months)
    upper = made.add_subplot(grid[0], sharex=axes)
    upper.set_axis_off()
    upper.set_title(_TITLE)
    upper.set_ylim(-len(rows) + 0.4, 0.6)
    for lane, (row, start, end) in enumerate(rows):
        left, right = start - 0.5, end - 0.5
        upper.barh(-lane, right - left, left=left, height=0.85, color=COLOURS["pale"])
        words = f"{state.attractors.kind[row]}: {legible(state.attractors.name[row])}"
        # A name starts where its bar does, unless it would run out of the figure.
        early = left < 0.45 * months
        upper.text(
            left if early else right, -lane, f" {words} ", ha="left" if early else "right", va="center", fontsize=10
        )
    _shade(axes, state, months, named)
    return made, axes


def _periods(state: State, months: int, named: int) -> list[tuple[int, int, int]]:
    """Return (row, first month, month after the last) of the scenario's attractors that were active in the run."""
    attractors = state.attractors
    if state.parameters.dials.attractor_dial == 0:
        return []
    return [
        (row, attractors.start[row], min(attractors.end[row], months))
        for row in range(min(named, len(attractors)))
        if attractors.start[row] < months and attractors.strength[row] > 0
    ]


def _shade(axes: Axes, state: State, months: int, named: int) -> None:
    for _, start, end in _periods(state, months, named)[:_LANES]:
        axes.axvspan(start - 0.5, end - 0.5, **_SHADE)


def _top(months: pd.DataFrame) -> float:
    """Return the top of the scale of R: what shows nearly all of it, and 1 in any case."""
    values = months[["r_theoretical", "r_cohort", "r_instantaneous"]].to_numpy(np.float64)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return 1.5
    return float(max(1.3, min(values.max(), 1.5 * np.quantile(values, 0.9)) * 1.05))
