"""Figures of indices and elementary effects. Numbers in, drawings out."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.analysis.base import Drawing
from experiments.analysis.sensitivity.indices import Effects, Estimates, SobolIndices
from experiments.drawing import COLOURS, MARKERS

__all__ = ["draw_effects", "draw_indices", "draw_pairs"]

MOST_PAIRS = 12  # factors in the matrix of interactions


def draw_indices(names: list[str], indices: SobolIndices, title: str, shown: int) -> Drawing:
    """Return first and total indices with their intervals, the largest total index at the top."""
    order = np.argsort(-indices.total.estimate, kind="stable")[:shown]
    figure = Figure(figsize=(7.2, 1.5 + 0.32 * len(order)), layout="constrained")
    axis = figure.subplots()
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25, axis="x")
    axis.axvline(0, color="0.4", linewidth=0.8)
    rows = np.arange(len(order), dtype=np.float64)
    for number, (estimates, label) in enumerate(
        ((indices.first, "first: alone"), (indices.total, "total: with others"))
    ):
        _points(axis, estimates, order, rows + (number - 0.5) * 0.3, number, label)
    axis.set_yticks(rows, [names[row] for row in order])
    axis.set_ylim(len(order) - 0.4, -0.6)
    axis.set_xlabel("share of the variance of the expected outcome, with 95 % interval")
    left_out = len(names) - len(order)
    axis.set_title(f"Which factors decide: {title}", fontsize=11)
    axis.legend(frameon=False, loc="lower right")
    more = f" The {left_out} smallest of {len(names)} factors are in the table only." if left_out else ""
    best = names[order[0]]
    return Drawing(
        figure,
        f"Sobol' indices of {len(order)} factors for {title}; the largest total index is that of {best}, "
        f"{indices.total.estimate[order[0]]:.2f}.",
        f"First-order index (dots): the share of the variance that a factor makes alone; total index (squares): alone "
        f"and with others. Bars: 95 % intervals, bootstrap over blocks.{more}",
    )


def draw_pairs(names: list[str], indices: SobolIndices, title: str) -> Drawing:
    """Return the second-order indices as a matrix, of the factors with the largest total indices."""
    assert indices.second is not None
    chosen = np.sort(np.argsort(-indices.total.estimate, kind="stable")[:MOST_PAIRS])
    matrix = np.full((len(names), len(names)), np.nan)
    sure = np.zeros(matrix.shape, bool)
    for row, (j, k) in enumerate(indices.pairs):
        matrix[k, j] = indices.second.estimate[row]
        sure[k, j] = indices.second.low[row] > 0
    part, sure = matrix[np.ix_(chosen, chosen)][1:, :-1], sure[np.ix_(chosen, chosen)][1:, :-1]
    most = max(float(np.nanmax(part)) if part.size else 0.0, 0.01)
    side = 2.8 + 0.48 * len(chosen)
    figure = Figure(figsize=(side + 1.2, side), layout="constrained")
    axis = figure.subplots()
    image = axis.imshow(part, cmap="cividis", vmin=0.0, vmax=most)
    for row, column in np.argwhere(~np.isnan(part)):
        value = part[row, column]
        axis.text(
            column, row, f"{value:.2f}{'*' if sure[row, column] else ''}", ha="center", va="center", fontsize=8,
            color="white" if value < 0.5 * most else "black",
        )  # fmt: skip
    axis.set_xticks(range(len(chosen) - 1), [names[row] for row in chosen[:-1]], rotation=40, ha="right")
    axis.set_yticks(range(len(chosen) - 1), [names[row] for row in chosen[1:]])
    axis.set_title(f"Interactions of two: {title}", fontsize=11)
    figure.colorbar(image, ax=axis, label="second-order index (share of variance)", shrink=0.8)
    row = int(np.argmax(indices.second.estimate))
    j, k = indices.pairs[row]
    left_out = f" Shown are the {MOST_PAIRS} factors of largest total index." if len(names) > MOST_PAIRS else ""
    return Drawing(
        figure,
        f"Matrix of second-order indices for {title}; the largest is that of {names[j]} with {names[k]}, "
        f"{indices.second.estimate[row]:.2f}.",
        "Share of the variance that two factors make together beyond what each makes alone; * where its 95 % interval "
        f"excludes 0. Values below 0 are estimates of very small ones.{left_out}",
    )


def draw_effects(names: list[str], effects: Effects, title: str, unit: str, shown: int) -> Drawing:
    """Return mu* of the most important factors, and sigma against mu* of all."""
    importance = effects.importance
    order = np.argsort(-importance.estimate, kind="stable")[:shown]
    figure = Figure(figsize=(11.5, max(4.2, 1.5 + 0.3 * len(order))), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
    rows = np.arange(len(order), dtype=np.float64)
    known = bool(np.isfinite(effects.floor).any())
    if known:
        left.barh(rows, effects.floor[order], height=0.8, color="0.85", zorder=0)
    _points(left, importance, order, rows, 0, "mu*")
    left.set_yticks(rows, [names[row] for row in order])
    left.set_ylim(len(order) - 0.4, -0.6)
    left.set_xlim(left=0)
    of = f" ({unit})" if unit else ""
    left.set_xlabel(f"mu*: mean size of the effect of a whole range{of}")
    left.set_title(title, fontsize=11)
    if known:
        left.legend(handles=[Patch(color="0.85", label="seed noise alone")], frameon=False, loc="lower right")
    right.plot(importance.estimate, effects.spread, MARKERS[0], color=COLOURS[0], markersize=5)
    most = float(importance.estimate.max()) * 1.08
    right.plot([0, most], [0, most], "--", color="0.5", linewidth=1)
    right.annotate("sigma = mu*", (most, most), ha="right", va="bottom", fontsize=8, color="0.35")
    high = max(float(effects.spread.max()), 1e-300)
    placed: list[tuple[float, float]] = []
    for row in order[:5]:
        x, y = float(importance.estimate[row]), float(effects.spread[row])
        near = sum(abs(x - other[0]) < 0.25 * most and abs(y - other[1]) < 0.06 * high for other in placed)
        right.annotate(names[row], (x, y), xytext=(5, 4 - 12 * near), textcoords="offset points", fontsize=8)
        placed.append((x, y))
    right.set_xlim(0, most * 1.25)
    right.set_ylim(-0.04 * high, None)
    right.set_xlabel(f"mu*{of}")
    right.set_ylabel(f"sigma: spread of the effect{of}")
    right.set_title("Above the line: curved, or depends on others", fontsize=11)
    left_out = len(names) - len(order)
    more = f" The {left_out} least important of {len(names)} factors are in the table only." if left_out else ""
    grey = " Grey bars: what seed noise alone would give." if known else ""
    return Drawing(
        figure,
        f"Elementary effects of {len(order)} factors on {title}; the largest mu* is that of {names[order[0]]}, "
        f"{importance.estimate[order[0]]:.3g}.",
        f"Left: mean absolute elementary effect with 95 % interval.{grey} Right: its spread against its mean.{more}",
    )


def _points(axis: Any, estimates: Estimates, order: Any, rows: Any, number: int, label: str) -> None:
    value = estimates.estimate[order]
    # a percentile interval need not hold the estimate where both are close to 0
    error = np.maximum(np.stack([value - estimates.low[order], estimates.high[order] - value]), 0)
    axis.errorbar(
        value, rows, xerr=error, fmt=MARKERS[number], color=COLOURS[number], capsize=3, markersize=5, label=label,
        markerfacecolor=COLOURS[number] if number == 0 else "white",
    )  # fmt: skip
