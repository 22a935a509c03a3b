"""Figures of early warning: what the windows look like, ROC curves, and how early a signal is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.analysis.base import Drawing
from experiments.analysis.early_warning.signals import Alarm, roc
from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure

__all__ = ["leads", "medians", "roc_curves"]

FloatArray = npt.NDArray[np.float64]


def medians(
    values: FloatArray, rolled: Mapping[str, FloatArray], tipping: npt.NDArray[np.bool_], step: int, column: str
) -> Drawing:  # fmt: skip
    """Return medians and quartiles of the column and of two indicators, before tipping and elsewhere."""
    panels = {
        column.replace("_", " ") + " (per month)": values, "rolling variance": rolled["variance"],
        "rolling autocorrelation, lag 1": rolled["autocorrelation"],
    }  # fmt: skip
    figure, axes = new_figure(3, width=3.9, height=3.5)
    for axis, (word, series) in zip(axes, panels.items(), strict=True):
        months = -step * np.arange(series.shape[1], 0, -1)
        for mine, colour, dash, label in (
            (tipping, COLOURS[1], "-", "before tipping"), (~tipping, COLOURS[0], "--", "runs that do not tip")
        ):  # fmt: skip
            some = series[mine]
            known = np.isfinite(some).any(axis=0)
            low, middle, high = np.nanquantile(some[:, known], [0.25, 0.5, 0.75], axis=0)
            axis.plot(months[known], middle, color=colour, ls=dash, lw=1.8, label=label)
            axis.fill_between(months[known], low, high, color=colour, alpha=0.15, lw=0)
        axis.set(xlabel="months before tipping", ylabel=word)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=9, frameon=False)
    return Drawing(
        figure, "Median and quartiles over windows, before tipping and in runs that do not tip.",
        "Medians (lines) and quartiles (shaded) over windows that end at tipping, and over windows at the same months "
        "of runs that do not tip. An indicator is drawn at the end of the stretch that it looks back on.",
    )  # fmt: skip


def roc_curves(
    trends: Mapping[str, FloatArray], tipping: npt.NDArray[np.bool_], found: Mapping[str, Alarm], rate: float
) -> Drawing:  # fmt: skip
    """Return the ROC curve of every indicator."""
    figure, axis = new_figure(width=5.6, height=4.8)
    for place, (name, trend) in enumerate(trends.items()):
        false, true = roc(trend[tipping], trend[~tipping])
        area = found[name].area
        label = f"{name}: {area.estimate:.2f} ({area.low:.2f} to {area.high:.2f})"
        axis.plot(
            false, true, color=COLOURS[place], ls=DASHES[place], marker=MARKERS[place], ms=4.5, lw=1.6, label=label,
            markevery=max(1, len(false) // 8),
        )  # fmt: skip
    axis.plot([0, 1], [0, 1], color="0.5", lw=1, ls=":")
    axis.axvline(rate, color="0.3", lw=0.8)
    axis.annotate("accepted", (rate, 0.02), xytext=(4, 0), textcoords="offset points", fontsize=8)
    axis.set(xlabel="rate of false alarms", ylabel="rate of true alarms", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    axis.legend(title="area under the curve (95 %)", fontsize=8, title_fontsize=8, loc="lower right")
    told = "; ".join(f"{name} {one.area.estimate:.2f}" for name, one in found.items())
    return Drawing(
        figure, f"ROC curves; areas: {told}.",
        "True against false alarms as the threshold on an indicator’s trend falls. Dotted: chance. Vertical line: the "
        "rate of false alarms that is accepted.",
    )  # fmt: skip


def leads(results: Mapping[int, Mapping[str, Alarm]]) -> Drawing:
    """Return the area under the ROC curve against how early the window ends."""
    figure, axis = new_figure(width=6.0, height=4.0)
    gaps: list[Any] = list(results)
    names = list(results[gaps[0]])
    spread = 0.012 * max(gaps[-1], 1)
    for place, name in enumerate(names):
        areas = [results[gap][name].area for gap in gaps]
        x = [gap + (place - 1.5) * spread for gap in gaps]  # side by side, so that intervals are told apart
        axis.errorbar(
            x, [a.estimate for a in areas],
            yerr=[[a.estimate - a.low for a in areas], [a.high - a.estimate for a in areas]],
            color=COLOURS[place], ls=DASHES[place], marker=MARKERS[place], ms=5, lw=1.4, capsize=2, label=name,
        )  # fmt: skip
    axis.axhline(0.5, color="0.4", ls=":", lw=1)
    axis.annotate(
        "chance", (gaps[-1] + 1.5 * spread, 0.5), xytext=(0, 3), textcoords="offset points", fontsize=8, color="0.3"
    )
    axis.set(xlabel="months between the window’s end and tipping", ylabel="area under the ROC curve")
    axis.invert_xaxis()
    axis.set_xticks(gaps)
    axis.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    told = ", ".join(str(gap) for gap in gaps)
    return Drawing(
        figure, f"Area under the ROC curve for windows that end {told} months before tipping.",
        "How early the signal is there: area under the ROC curve (95 % bootstrap intervals) of windows that end some "
        "months before tipping.",
    )  # fmt: skip
