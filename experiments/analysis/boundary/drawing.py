"""Figures of the boundary of emergence: a curve over one factor, a map over two, small multiples over a third."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.analysis.base import Drawing
from experiments.analysis.boundary.maps import STYLES, label_axes, legend_rows, put_band, put_theory, windows
from experiments.drawing import COLOURS, new_figure

if TYPE_CHECKING:
    from experiments.analysis.boundary.emergence import EmergenceModel
    from experiments.analysis.boundary.theory import Theory
    from experiments.store import Results

__all__ = ["draw"]

FloatArray = npt.NDArray[np.float64]
_PANELS = (0.15, 0.5, 0.85)


def draw(
    results: Results, options: Mapping[str, Any], model: EmergenceModel, theories: Sequence[Theory],
    emerged: FloatArray, runs: FloatArray, what: str,
) -> Drawing:  # fmt: skip
    """Return the figure. `emerged` and `runs` are the counts of every point, (P,)."""
    if len(results.study.factors) == 1:
        return _curve(results, model, theories, emerged, runs, what)
    return _maps(results, options, model, theories, emerged, runs, what)


def _curve(
    results: Results, model: EmergenceModel, theories: Sequence[Theory], emerged: FloatArray, runs: FloatArray,
    what: str,
) -> Drawing:  # fmt: skip
    factor = results.study.factors[0]
    figure, axis = new_figure()
    steps = np.linspace(0.0, 1.0, 201)
    values = np.array(factor.values(steps), np.float64)
    mean, low, high = model.probability(steps[:, None])
    axis.fill_between(values, low, high, color=COLOURS[0], alpha=0.25, label="95 % band")
    axis.plot(values, mean, color=COLOURS[0], label=f"P({what})")
    some = runs > 0
    at = results.points[factor.path].to_numpy(np.float64)[some]
    share = emerged[some] / runs[some]
    axis.scatter(at, share, 12 + 6 * runs[some], color="black", marker="o", facecolors="none", label="points, by runs")
    for theory, (colour, dashes) in zip(theories, STYLES, strict=False):
        r = theory.at(steps[:, None])
        for row in np.flatnonzero((r[1:] > 0) != (r[:-1] > 0)):
            axis.axvline(values[row], color=colour, linestyle=dashes, label=f"R = 1: {theory.words}")
    axis.axhline(0.5, color="black", linewidth=0.6, linestyle=":")
    axis.set_xscale("log" if factor.scale == "log" else "linear")
    axis.set(xlabel=factor.label, ylabel=f"P({what})", ylim=(-0.03, 1.03))
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    alt = f"P({what}) against {factor.label}, with its band and the points that were played."
    return Drawing(figure, alt, f"P({what}) by {factor.label}; circles: shares of runs, larger for more runs.")


def _maps(
    results: Results, options: Mapping[str, Any], model: EmergenceModel, theories: Sequence[Theory],
    emerged: FloatArray, runs: FloatArray, what: str,
) -> Drawing:  # fmt: skip
    from experiments.designs.boundary import unit_places

    study = results.study
    slices = windows(study, options["x"], options["y"], options["panels"], _PANELS)
    figure = Figure(figsize=(6.4 if len(slices) == 1 else 4.2 * len(slices), 5.4), layout="constrained")
    axes = figure.subplots(1, len(slices), sharey=True, squeeze=False)[0]
    places, some = unit_places(results), runs > 0
    share = np.divide(emerged, runs, out=np.zeros_like(runs), where=some)
    drawn: Any = None
    for axis, window in zip(axes, slices, strict=True):
        x, y = window.mesh()
        p = model.probability(window.places())[0].reshape(window.grid, -1)
        drawn = axis.pcolormesh(x, y, p, cmap="cividis", vmin=0, vmax=1, shading="gouraud", rasterized=True)
        put_band(axis, window, model)
        put_theory(axis, window, theories)
        near = some & window.near(places, 0.18)
        at = [results.points[study.paths[number]].to_numpy(np.float64)[near] for number in (window.x, window.y)]
        axis.scatter(
            *at, 10 + 4 * runs[near], c=share[near], cmap="Greys_r", vmin=0, vmax=1, edgecolors="black", linewidths=0.7,
            zorder=3,
        )  # fmt: skip
        label_axes(axis, window)
    for axis in axes[1:]:
        axis.set_ylabel("")
    figure.colorbar(drawn, ax=list(axes), label=f"P({what})", shrink=0.9)
    rows = legend_rows(theories)
    style: dict[str, Any] = {"color": "black", "marker": "o", "markerfacecolor": "0.6", "linestyle": ""}
    rows.append(Line2D([], [], **style, label="points (white: all emerged)"))
    figure.legend(handles=rows, loc="outside lower center", ncols=1 if len(slices) == 1 else 2, frameon=False)
    lines = ", ".join(theory.words for theory in theories) or "no theory"
    names = " and ".join(study.factors[number].label for number in (slices[0].x, slices[0].y))
    alt = f"Map of P({what}) over {names}, with the measured boundary, its band and R = 1 by {lines}."
    near_words = "" if len(slices) == 1 else " Points are drawn in the panel that they lie near."
    return Drawing(
        figure, alt, f"P({what}) over {names}: measured boundary (black) with its 95 % band (hatched); R = 1 by "
        f"{lines}. Circles: points, larger for more runs, lighter for more emergence.{near_words}",
    )  # fmt: skip
