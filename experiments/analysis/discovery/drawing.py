"""Figures of scenario discovery: trajectory, boxes, the plane of two factors, the tree. Computes nothing but places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from experiments.analysis.base import Drawing
from experiments.analysis.discovery.cases import Cases, HeldOut
from experiments.analysis.discovery.prim import Box, Limit
from experiments.analysis.discovery.tree import Node
from experiments.drawing import COLOURS, MARKERS, new_figure

if TYPE_CHECKING:
    from experiments.study.factors import Factor

__all__ = ["limits", "plane", "trajectory", "tree"]


def trajectory(path: Sequence[Box], chosen: Box, judged: HeldOut, base: float, claimed: bool) -> Drawing:
    """Return coverage against density along the peeling, marked by the number of restricted factors."""
    figure, axis = new_figure(width=6.4, height=4.4)
    counts = sorted({len(box.limits) for box in path})
    shades = np.linspace(0.85, 0.15, len(counts))
    from matplotlib import colormaps

    for place, count in enumerate(counts):
        some = [box for box in path if len(box.limits) == count]
        axis.plot(
            [box.coverage for box in some], [box.density for box in some], MARKERS[place % len(MARKERS)], ls="none",
            color=colormaps["cividis"](shades[place]), ms=5, label=f"{count} restricted",
        )  # fmt: skip
    axis.axhline(base, color="0.4", ls=":", lw=1, label="all runs")
    if chosen.limits:
        axis.plot(
            chosen.coverage, chosen.density, "*", ms=15, color=COLOURS[1], mec="k",
            label="box" if claimed else "box (not reproducible)",
        )  # fmt: skip
        axis.plot(judged.coverage, judged.density, "X", ms=9, color=COLOURS[1], mec="k", label="held-out points")
    axis.set(xlabel="coverage (share of all cases)", ylabel="density (share of cases inside)")
    axis.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    axis.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    alt = f"Coverage against density along {len(path)} steps of peeling, from density {base:.2f} at coverage 1."
    caption = (
        "The peeling trajectory of the first box, from all runs (coverage 1) inwards. Star: the box, after pasting "
        "and without restrictions that do nothing; cross: boxes found the same way, on points held out."
    )
    return Drawing(figure, alt, caption)


def limits(factors: Sequence[Factor], found: Sequence[Box]) -> Drawing:
    """Return the boxes' limits, each factor on its own range."""
    rows = sorted({number for box in found for number in box.limits})
    figure, axis = new_figure(width=7.0, height=1.3 + 0.55 * len(rows) * max(1, 0.6 * len(found)))
    height = 0.7 / len(found)
    for place, number in enumerate(rows):
        factor = factors[number]
        for index, box in enumerate(found):
            limit = box.limits.get(number)
            y = place + (index - (len(found) - 1) / 2) * height
            style: dict[str, Any] = {
                "color": COLOURS[index], "hatch": ("", "///", "...")[index % 3], "ec": "w", "height": 0.85 * height
            }  # fmt: skip
            if limit is None:
                axis.barh(y, 1.0, color="none", ec="0.6", ls=":", height=0.85 * height)
                continue
            if limit.kept is not None:
                for row, level in enumerate(factor.levels):
                    if str(level) in limit.kept:
                        axis.barh(y, 1 / len(factor.levels), left=row / len(factor.levels), **style)
                names = ", ".join(str(level) for level in factor.levels if str(level) in limit.kept)
                axis.text(1.01, y, names, va="center", fontsize=8)
                continue
            low, high = _range(factor, limit.low, limit.high)
            ends = _places(factor, low, high)
            axis.barh(y, ends[1] - ends[0], left=ends[0], **style)
            axis.text(1.01, y, f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}", va="center", fontsize=8)
    for index in range(len(found)):
        hatch = ("", "///", "...")[index % 3]
        axis.bar(0, 0, color=COLOURS[index], hatch=hatch, ec="w", label=f"box {index + 1}")
    axis.set_yticks(range(len(rows)), [factors[number].label for number in rows])
    axis.set(xlim=(0, 1), xlabel="share of the factor’s range (on its scale)", ylim=(len(rows) - 0.5, -0.5))
    axis.set_xticks([0, 0.5, 1], ["lowest", "middle", "highest"])
    if len(found) > 1:
        figure.legend(loc="outside upper center", ncols=len(found), fontsize=8, frameon=False)
    alt = "Limits of the boxes: " + "; ".join(
        f"box {index + 1} restricts {', '.join(factors[n].name for n in box.limits)}" for index, box in enumerate(found)
    )
    caption = "What each box allows of each factor (bars); factors that no box restricts are not shown."
    return Drawing(figure, alt, caption)


def plane(factors: Sequence[Factor], data: Cases, box: Box, unit: str) -> Drawing:
    """Return the points on the two factors that the box restricts most, with the box's outline."""
    ordered = sorted(box.limits, key=lambda number: float(box.limits[number].holds(data.columns[number]).mean()))
    pair = ordered[:2]
    figure, axis = new_figure(width=6.0, height=4.8)
    rate = data.cases / data.trials
    places = [_jittered(factors[number], data.columns[number]) for number in pair]
    for mine, marker, colour, word in (
        (rate <= 0.5, MARKERS[0], COLOURS[5], "no case"), (rate > 0.5, MARKERS[1], COLOURS[1], "case")
    ):  # fmt: skip
        face = colour if word == "case" else "none"
        axis.plot(
            places[0][mine], places[1][mine], marker, ls="none", ms=3.5, mfc=face, mec=colour, mew=0.7, label=word
        )
    spans = []
    for number, set_scale in zip(pair, (axis.set_xscale, axis.set_yscale), strict=True):
        factor, limit = factors[number], box.limits[number]
        if factor.levels:
            rows = [row for row, level in enumerate(factor.levels) if _allowed(limit, level)]
            spans.append([(row - 0.45, row + 0.45) for row in rows])
        else:
            if factor.scale == "log":
                set_scale("log")
            spans.append([_range(factor, limit.low, limit.high)])
    for x in spans[0]:
        for y in spans[1]:
            axis.add_patch(Rectangle((x[0], y[0]), x[1] - x[0], y[1] - y[0], fill=False, ec="k", lw=1.8, zorder=4))
    for number, ticks in zip(pair, (axis.set_xticks, axis.set_yticks), strict=True):
        if factors[number].levels:
            ticks(range(len(factors[number].levels)), [str(level) for level in factors[number].levels])
    axis.set(xlabel=factors[pair[0]].label, ylabel=factors[pair[1]].label)
    figure.legend(loc="outside upper center", ncols=2, fontsize=8, frameon=False)
    others = len(box.limits) - 2
    more = f" It has {others} more restriction{'s' if others > 1 else ''}, not seen here." if others > 0 else ""
    word = "points of which more than half of the runs are cases" if unit == "runs" else "points that are cases"
    return Drawing(
        figure, f"Cases on {factors[pair[0]].name} and {factors[pair[1]].name} with the outline of box 1.",
        f"Squares: {word}. Outline: box 1 on the two factors that it restricts most.{more}",
    )  # fmt: skip


def tree(root: Node) -> Drawing:
    """Return the tree, yes to the left; the darker a leaf the more cases."""
    from matplotlib import colormaps

    leaves = root.leaves()
    figure = Figure(figsize=(max(6.4, 1.25 * len(leaves)), 1.2 + 1.15 * (root.depth + 1)), layout="constrained")
    axis = figure.subplots()
    axis.set_axis_off()
    place = {id(leaf): float(index) for index, leaf in enumerate(leaves)}

    def draw(node: Node, depth: int) -> float:
        if node.yes is None or node.no is None:
            x = place[id(node)]
            colour = colormaps["cividis"](1.0 - node.density)
            text = f"{node.density:.0%} cases\n{node.mass:.0%} of runs"
            ink = "w" if node.density > 0.55 else "k"
            axis.text(
                x, -depth, text, ha="center", va="center", fontsize=8, color=ink,
                bbox={"boxstyle": "round", "fc": colour, "ec": "k"},
            )  # fmt: skip
            return x
        ends = draw(node.yes, depth + 1), draw(node.no, depth + 1)
        x = sum(ends) / 2
        for end, word in zip(ends, ("yes", "no"), strict=True):
            axis.plot([x, end], [-depth, -depth - 1], color="0.4", lw=1 + 4 * math.sqrt(node.mass) / 4, zorder=0)
            axis.text((x + end) / 2, -depth - 0.5, word, fontsize=8, ha="center", va="center",
                      bbox={"fc": "w", "ec": "none", "pad": 0.6})  # fmt: skip
        axis.text(
            x, -depth, f"{node.question}?\n{node.density:.0%} cases", ha="center", va="center", fontsize=8,
            bbox={"boxstyle": "round", "fc": "w", "ec": "0.4"},
        )  # fmt: skip
        return x

    draw(root, 0)
    axis.set(xlim=(-0.6, len(leaves) - 0.4), ylim=(-root.depth - 0.4, 0.4))
    return Drawing(
        figure, f"A tree of {len(leaves)} leaves, {root.depth} questions deep, first: {root.question}?",
        "The tree of the cases, cut back by cross-validation. Left: yes; right: no. Darker leaves hold more cases.",
    )  # fmt: skip


def _range(factor: Factor, low: float, high: float) -> tuple[float, float]:
    """Return the limits, those that are open replaced by the ends of the factor's range."""
    numbers = [float(level) for level in factor.levels] if factor.levels else [factor.low, factor.high]
    return (min(numbers) if math.isinf(low) else low), (max(numbers) if math.isinf(high) else high)


def _places(factor: Factor, low: float, high: float) -> tuple[float, float]:
    if factor.levels:  # numbers: each level has its share, as `Factor.places` has it
        numbers = [float(level) for level in factor.levels]
        share = 1 / len(numbers)
        rows = [row for row, number in enumerate(numbers) if low <= number <= high] or [0]
        return min(rows) * share, (max(rows) + 1) * share
    ends = factor.places([low, high])
    half = 0.5 / (factor.high - factor.low + 1) if factor.whole and factor.scale != "log" else 0.0
    return float(ends[0]) - half, float(ends[1]) + half


def _allowed(limit: Limit, level: Any) -> bool:
    return str(level) in limit.kept if limit.kept is not None else limit.low <= float(level) <= limit.high


def _jittered(factor: Factor, column: Any) -> Any:
    """Return places on an axis; values that many points share are spread a little, so that all are seen."""
    spread = np.random.default_rng(3).uniform(-0.35, 0.35, len(column))
    if factor.levels:
        rows = {(str(v) if column.dtype.kind == "U" else float(v)): row for row, v in enumerate(factor.levels)}
        return np.array([rows[value] for value in column.tolist()]) + spread
    return column + spread if factor.whole else column
