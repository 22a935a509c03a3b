"""Figures of mixes: the front with what it is made of, and regret over worlds. Draws tables, no more."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.analysis.contrasts.pairing import levers_of, named
from experiments.drawing import COLOURS

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["draw_front", "draw_regret"]


def draw_front(
    study: Study, points: pd.DataFrame, table: pd.DataFrame, means: Any, outcome: str, spending: str,
    level: float | None, added: bool,
) -> Figure:  # fmt: skip
    """Return two panels: outcome against spending of every mix, with the front; what the front's mixes are made of.

    points, table : of the mixes on the front; means : of outcome and spending of all mixes, float64 (mixes, 2)
    level : to be reached; added : whether the outcome is what a mix adds
    """
    figure = Figure(figsize=(12.5, max(4.8, 2.2 + 0.2 * len(table))), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    left.plot(means[:, 1], means[:, 0], ".", color="0.6", markersize=6, label="a mix")
    height = "added" if added else "brought"
    ends = [np.abs(table[[f"{name} low", f"{name} high"]].to_numpy() - table[[name]].to_numpy()).T
            for name in ("spent", height)]  # fmt: skip
    left.errorbar(
        table["spent"], table[height], xerr=np.nan_to_num(ends[0]), yerr=np.nan_to_num(ends[1]), marker="o",
        color=COLOURS[0], linestyle="none", capsize=2, linewidth=0.8, markersize=5, label="on the front, 95 % interval",
    )  # fmt: skip
    every = max(1, len(table) // 12)
    for row in table.iloc[::every].to_dict("records"):
        left.annotate(str(row["no."]), (row["spent"], row[height]), textcoords="offset points", xytext=(5, -11),
                      fontsize=8)  # fmt: skip
    if level is not None:
        left.axhline(
            level, color="black", linestyle="--", linewidth=1, label=f"to be reached: {'+' if added else ''}{level:.3g}"
        )
    figure.legend(frameon=False, fontsize=8, loc="outside upper left", ncols=3)
    left.set_xlabel(_label(study, spending))
    left.set_ylabel(("added " if added else "") + _label(study, outcome))
    left.xaxis.set_major_locator(MaxNLocator(5))
    for axis, largest in ((left.xaxis, means[:, 1].max()), (left.yaxis, np.abs(means[:, 0]).max())):
        if largest >= 1000:
            axis.set_major_formatter("{x:,.0f}")
    left.spines[["top", "right"]].set_visible(False)
    left.grid(alpha=0.25)
    levers = levers_of(study)
    numbers = points[levers].to_numpy(np.float64)
    image = right.imshow(numbers, aspect="auto", cmap="cividis", interpolation="none")
    names = [path.rsplit(".", 1)[-1].replace("_", " ") for path in levers]
    right.set_xticks(range(len(levers)), names, rotation=30, ha="right", fontsize=9)
    right.set_yticks(range(0, len(table), every), table["no."].iloc[::every].astype(str), fontsize=8)
    right.set_ylabel("mix on the front, from the cheapest")
    figure.colorbar(image, ax=right, label="intensity of the lever")
    return figure


def draw_regret(table: pd.DataFrame, regrets: Any, unit: str) -> Figure:
    """Return the regret of every mix in every world: a dot a world, the mean, the worst.

    table : of mixes, from the least worst regret; regrets : float64 (mixes, worlds) in the same order
    """
    figure = Figure(figsize=(9.0, 1.8 + 0.42 * len(table)), layout="constrained")
    axis: Any = figure.subplots()
    for place, row in enumerate(regrets):
        # dots that would lie on one another are spread over the line's height, in order of the worlds
        spread = 0.28 * (np.arange(len(row)) / max(len(row) - 1, 1) - 0.5)
        axis.plot(row, place + spread, ".", color="0.6", markersize=5, label="a world" if place == 0 else None)
    places = np.arange(len(table))
    for name, marker, colour, shift in (("mean", "o", COLOURS[0], -0.28), ("worst", "D", COLOURS[1], 0.28)):
        middle = table[f"{name} regret"].to_numpy()
        ends = np.abs(table[[f"{name} regret low", f"{name} regret high"]].to_numpy() - middle[:, None]).T
        axis.errorbar(middle, places + shift, xerr=ends, marker=marker, color=colour, capsize=3, markersize=5,
                      linestyle="none", label=f"{name} of the worlds, 95 % interval over seeds")  # fmt: skip
    axis.set_yticks(places, ["\n".join(textwrap.wrap(label, 44)) for label in table["mix"]], fontsize=8)
    axis.set_ylim(len(table) - 0.4, -0.6)
    axis.set_xlim(left=0)
    axis.xaxis.set_major_locator(MaxNLocator(6))
    if np.nanmax(regrets) >= 1000:
        axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.set_xlabel(f"regret: what the best mix of each world has more{f' ({unit})' if unit else ''}")
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="x", alpha=0.25)
    figure.legend(frameon=False, fontsize=8, loc="outside lower center", ncols=3)
    return figure


def _label(study: Study, outcome: str) -> str:
    words, unit = named(study, outcome)
    return f"{words} ({unit})" if unit else words
