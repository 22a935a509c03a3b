"""Figures of calibration: prior and posterior of every parameter, and what recovery found. Computes densities only."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from experiments.analysis.base import Drawing
from experiments.analysis.calibration.draws import Recovery
from experiments.analysis.calibration.posterior import Posterior
from experiments.drawing import COLOURS, MARKERS

if TYPE_CHECKING:
    from experiments.study.factors import Factor

__all__ = ["densities", "recovery"]

FloatArray = npt.NDArray[np.float64]


def densities(factors: Sequence[Factor], posteriors: Sequence[Posterior], truth: Mapping[str, float]) -> Drawing:
    """Return prior and posterior of every parameter, over its range on its scale."""
    figure, axes = _panels(len(factors), 3.2)
    grid = np.linspace(0.0, 1.0, 201)
    for place, (factor, found) in enumerate(zip(factors, posteriors, strict=True)):
        axis = axes[place]
        density = _density(found, grid)
        axis.axhline(1.0, color="0.35", ls="--", lw=1.2, label="prior")
        axis.plot(grid, density, color=COLOURS[0], lw=1.8, label="posterior")
        low, high, inner, outer = found.quantile([0.05, 0.95, 0.25, 0.75])
        for ends, alpha, word in (((low, high), 0.18, "90 %"), ((inner, outer), 0.35, "50 %")):
            some = (grid >= ends[0]) & (grid <= ends[1])
            axis.fill_between(grid[some], density[some], color=COLOURS[0], alpha=alpha, lw=0, label=word)
        if factor.path in truth:
            at = float(factor.places([truth[factor.path]])[0]) if not factor.levels else math.nan
            axis.axvline(at, color=COLOURS[1], ls=":", lw=2.2, label="known value")
        _scaled(axis.set_xticks, factor)
        axis.set(xlabel=factor.label, xlim=(0, 1), ylim=(0, max(1.25, 1.08 * float(density.max()))))
        if place % 3 == 0:
            axis.set_ylabel("density (prior = 1)")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), fontsize=8, frameon=False)
    told = "; ".join(
        f"{f.name} with sd {p.sd * math.sqrt(12):.2f} of the prior’s" for f, p in zip(factors, posteriors, strict=True)
    )
    return Drawing(
        figure, f"Prior and posterior densities: {told}.",
        "Posterior density of each parameter given the observation, over its range (on its scale), against the even "
        "prior. Shaded: 50 % and 90 % intervals.",
    )  # fmt: skip


def recovery(factors: Sequence[Factor], recoveries: Sequence[Recovery]) -> Drawing:
    """Return what was found against what was true, on held-out points, with 90 % intervals."""
    figure, axes = _panels(len(factors), 3.9)
    for place, (factor, found) in enumerate(zip(factors, recoveries, strict=True)):
        axis = axes[place]
        hit = (found.truth >= found.low) & (found.truth <= found.high)
        for some, colour, marker, word in (
            (hit, COLOURS[0], MARKERS[0], "truth in the 90 % interval"), (~hit, COLOURS[1], MARKERS[1], "truth outside")
        ):  # fmt: skip
            # the skewed interval need not hold the mean: its ends are drawn as they are
            axis.vlines(found.truth[some], found.low[some], found.high[some], color=colour, lw=0.7, alpha=0.5)
            axis.plot(found.truth[some], found.mean[some], marker, ls="none", ms=4, color=colour, label=word)
        axis.plot([0, 1], [0, 1], color="k", lw=1, ls="--", label="truth")
        for ticks in (axis.set_xticks, axis.set_yticks):
            _scaled(ticks, factor)
        axis.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=f"true {factor.label}")
        axis.set_title(f"{found.verdict}\n90 % intervals hold {found.within[90].estimate:.0%}", fontsize=9)
        if place % 3 == 0:
            axis.set_ylabel("found (posterior mean, 90 %)")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), fontsize=8, frameon=False)
    told = "; ".join(
        f"{f.name} {r.verdict}, correlation {r.correlation:.2f}" for f, r in zip(factors, recoveries, strict=True)
    )
    return Drawing(
        figure, f"Recovery on held-out points: {told}.",
        "Known values that were found again from single runs that were held out: posterior mean and 90 % interval "
        "against the truth, over each factor’s range (on its scale).",
    )  # fmt: skip


def _panels(count: int, height: float) -> tuple[Figure, list[Any]]:
    columns = min(count, 3)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(max(3.5 * columns, 5.5), height * rows), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for axis in axes[:count]:
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
    for axis in axes[count:]:
        axis.set_axis_off()
    return figure, axes


def _density(found: Posterior, grid: FloatArray) -> FloatArray:
    """Return a kernel density of weighted places, reflected at 0 and 1 so that no mass is lost there."""
    width = max(0.9 * found.sd * found.effective**-0.2, 0.01)
    out = np.zeros(len(grid))
    for places in (found.places, -found.places, 2.0 - found.places):
        apart = (grid[:, None] - places[None, :]) / width
        out += np.exp(-0.5 * apart**2) @ found.weights
    return out / (width * math.sqrt(2 * math.pi))


def _scaled(ticks: Any, factor: Factor) -> None:
    """Label places of the unit interval with the factor's values."""
    if factor.levels:
        count = len(factor.levels)
        ticks([(row + 0.5) / count for row in range(count)], [str(level) for level in factor.levels])
        return
    places = [0.0, 0.25, 0.5, 0.75, 1.0]
    low, high = factor.low, factor.high
    if factor.scale == "log":
        values = [math.exp(math.log(low) + p * (math.log(high) - math.log(low))) for p in places]
    else:
        values = [low + p * (high - low) for p in places]
    ticks(places, [f"{value:.2g}" for value in values])
