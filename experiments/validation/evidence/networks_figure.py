"""The figure of `networks`: how far off each measure is, and the distribution of partners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.statistics import mean_interval
from experiments.validation.evidence.compared import COEFFICIENTS, DEGREES, DIFFERENCE_BAND, RATIO_BAND, RATIOS, off

__all__ = ["figure"]

_NAMES = {
    "model": "model, fruitful meetings", "meetings": "model, all meetings", "told": "model, meetings as past activity",
    "preferential": "preferential attachment", "configuration": "configuration model",
}  # fmt: skip


def figure(table: pd.DataFrame) -> Figure:
    """Return ratios and differences of every measure, and the share of organisations by number of partners."""
    out, axes = new_figure(3, width=6.0, height=6.2)
    _forest(axes[0], table, RATIOS, RATIO_BAND, 1.0)
    _forest(axes[1], table, COEFFICIENTS, DIFFERENCE_BAND, 0.0)
    axes[0].set_xscale("log")
    axes[0].set_xticks([0.25, 0.5, 1, 2, 4])
    axes[0].xaxis.set_major_formatter(ScalarFormatter())
    axes[0].xaxis.set_minor_formatter(NullFormatter())
    axes[0].set_xlabel("simulated over observed (ratio)")
    axes[1].set_xlabel("simulated minus observed (difference of correlations)")
    first = table.iloc[0]
    axes[0].set_title(f"{first['programme']}, {first['selection']}, {first['years']}", fontsize=10)
    axes[1].set_title("grey: the band; bars: 95 % intervals over runs", fontsize=10)
    _partners(axes[2], table)
    handles = dict(zip(*reversed(axes[2].get_legend_handles_labels()), strict=True))
    handles |= dict(zip(*reversed(axes[1].get_legend_handles_labels()), strict=True))
    out.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=len(handles), frameon=False)
    return out


def _forest(axis: Any, table: pd.DataFrame, words: dict[str, str], band: tuple[float, float], none: float) -> None:
    observed = table[table["part"] == "observed"].iloc[0]
    names = list(words)
    axis.axvspan(*band, color="0.9")
    axis.axvline(none, color="black", linewidth=1)
    step = 0.8 / (len(_NAMES) + 1)
    for index, part in enumerate(_NAMES):
        runs = table[table["part"] == part]
        found = [mean_interval(off(runs, observed, name)) for name in names]
        middle = np.array([one.estimate for one in found])
        error = np.array([[one.estimate - one.low, one.high - one.estimate] for one in found]).T
        axis.errorbar(
            middle, np.arange(len(names)) + (index - 2.5) * step, xerr=error, linestyle="none", marker=MARKERS[index],
            color=COLOURS[index], capsize=2, markersize=5, label=_NAMES[part],
        )  # fmt: skip
    before = table[table["part"] == "before"]
    if len(before):
        values = [off(before, observed, name)[0] for name in names]
        axis.plot(
            values, np.arange(len(names)) + 2.5 * step, linestyle="none", marker=MARKERS[5], markerfacecolor="white",
            color="black", markersize=6, label="observed in the years before",
        )  # fmt: skip
    axis.set_yticks(range(len(names)), [_short(words[name]) for name in names])
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(visible=False, axis="y")
    for border in range(1, len(names)):
        axis.axhline(border - 0.5, color="0.85", linewidth=0.6)


def _short(words: str) -> str:
    """Break a measure's words into lines that fit beside an axis."""
    words = words.removeprefix("the ")
    if len(words) <= 24:
        return words
    middle = min((place for place, letter in enumerate(words) if letter == " "), key=lambda p: abs(p - len(words) / 2))
    return words[:middle] + "\n" + words[middle + 1 :]


def _partners(axis: Any, table: pd.DataFrame) -> None:
    columns = [f"with_{least}" for least in DEGREES]
    for index, part in enumerate(_NAMES):
        mean = table.loc[table["part"] == part, columns].mean().to_numpy()
        axis.plot(
            DEGREES, np.where(mean > 0, mean, np.nan), color=COLOURS[index], linestyle=DASHES[index],
            marker=MARKERS[index], markersize=5, label=_NAMES[part],
        )  # fmt: skip
    observed = table.loc[table["part"] == "observed", columns].iloc[0].to_numpy(np.float64)
    axis.plot(DEGREES, np.where(observed > 0, observed, np.nan), color="black", linewidth=2.5, label="observed")
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(DEGREES, [str(least) for least in DEGREES])
    axis.set_xlabel("partners of an organisation, or more")
    axis.set_ylabel("share of the organisations that take part")
    axis.set_title("Distribution of partners", fontsize=10)
