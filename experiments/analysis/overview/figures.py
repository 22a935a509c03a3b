"""The figures of `overview`: distributions of outcomes, and signal against noise. Knows only numbers and names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from experiments.analysis.base import Drawing
from experiments.drawing import COLOURS
from experiments.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.analysis.overview.section import Spread
    from experiments.store import Results

__all__ = ["distributions", "shares_figure"]

FloatArray = npt.NDArray[np.float64]
_PER_FIGURE = 6
_PER_CENT = FuncFormatter(lambda value, _: f"{100 * value:.3g} %")
_CAPTION = (
    "Distribution of {what}. Filled bars: single runs. Black outline: means of the design points. An outline as wide "
    "as the bars says that the factors decide; a narrow one, that the seed does."
)


def distributions(results: Results) -> dict[str, Drawing]:
    """Return figures of small multiples, six outcomes in each: all runs, and the means of points."""
    study, good = results.study, results.good
    shown = [name for name in study.outcomes if good[name].notna().any()]
    out = {}
    for first in range(0, len(shown), _PER_FIGURE):
        names = shown[first : first + _PER_FIGURE]
        columns = min(len(names), 2)
        rows = -(-len(names) // columns)
        figure = Figure(figsize=(7.4 if columns == 2 else 5.2, 2.7 * rows + 0.5), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, name in zip(grid.flat, names, strict=False):
            words, unit = (name.replace("_", " "), "") if study.run else OUTCOMES[name][:2]
            _panel(axes, good[name].dropna().to_numpy(np.float64), results.means(name), words, unit)
        for axes in grid.flat[len(names) :]:
            axes.set_visible(False)
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=2, frameon=False)
        what = ", ".join(name.replace("_", " ") if study.run else OUTCOMES[name].words for name in names)
        alt = f"Histograms of {what} over {len(good):,} runs and {good['point'].nunique():,} points."
        key = "distributions" if first == 0 else f"distributions-{first // _PER_FIGURE + 1}"
        out[key] = Drawing(figure, alt, _CAPTION.format(what=what))
    return out


def _panel(axes: Any, runs: FloatArray, means: FloatArray, words: str, unit: str) -> None:
    means = means[~np.isnan(means)]
    edges, wide = _edges(runs)
    axes.hist(
        runs, edges, weights=np.full(len(runs), 1 / len(runs)), color=COLOURS[5], edgecolor="white", linewidth=0.4,
        label="runs",
    )  # fmt: skip
    axes.hist(
        means, edges, weights=np.full(len(means), 1 / len(means)), histtype="step", color="black", linewidth=1.5,
        label="means of points",
    )  # fmt: skip
    if wide:
        axes.set_xscale("symlog", linthresh=1)
    elif float(np.abs(edges).max()) >= 1e4:
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.12g}")
        axes.locator_params(axis="x", nbins=4)
    axes.yaxis.set_major_formatter(_PER_CENT)
    axes.set_ylabel("share")
    axes.set_title(_wrapped(words, 40), fontsize=10, loc="left")
    axes.set_xlabel(unit or "value")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)


def _edges(values: FloatArray) -> tuple[FloatArray, bool]:
    """Return the edges of bins, and whether they are for a logarithmic axis."""
    low, high = float(values.min()), float(values.max())
    if bool(np.isin(values, (0.0, 1.0)).all()):
        return np.linspace(0.0, 1.0, 11), False
    if low == high:
        margin = max(abs(low) * 0.1, 0.5)
        return np.linspace(low - margin, high + margin, 12), False
    if low >= 0 and high > 1000 and high > 50 * max(float(np.median(values)), 1.0):
        return np.expm1(np.linspace(0.0, np.log1p(high), 25)), True
    if 5 <= high - low <= 30 and bool((values == np.round(values)).all()):
        return np.arange(low - 0.5, high + 1.0), False
    return np.linspace(low, high, int(np.clip(np.sqrt(len(values)), 10, 30)) + 1), False


def shares_figure(names: Sequence[str], spreads: Sequence[Spread]) -> Figure:
    """Return bars of the share of variance between points (signal) and between replicates (noise), one per outcome."""
    figure = Figure(figsize=(7.0, 0.46 * len(names) + 1.5), layout="constrained")
    axes = figure.subplots()
    rows = np.arange(len(names))[::-1]
    signal = np.array([item.signal for item in spreads])
    axes.barh(rows, signal, color=COLOURS[5], label="between points: signal", height=0.62)
    axes.barh(
        rows, 1 - signal, left=signal, color="#F2F2F2", edgecolor="#8C8C8C", hatch="///", linewidth=0.6,
        label="between replicates: seed noise", height=0.62,
    )  # fmt: skip
    ends = np.array([[item.signal - item.low, item.high - item.signal] for item in spreads]).T
    axes.errorbar(signal, rows, xerr=np.maximum(ends, 0), fmt="none", ecolor="black", capsize=4, linewidth=1.6)
    axes.set_yticks(rows, [_wrapped(name, 34) for name in names])
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.xaxis.set_major_formatter(_PER_CENT)
    axes.set_xlabel("share of the variance between runs")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper right", ncols=2, frameon=False)
    return figure


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text.replace("$", r"\$"), width)) or text
