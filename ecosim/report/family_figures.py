"""Figures of cascades: the sizes of families of hybrids, and the largest family as a tree."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.ticker import MaxNLocator

from ecosim.measures import hybrids
from ecosim.report.style import (
    COLOURS,
    DASHES,
    SCALE,
    TITLE,
    Picture,
    figure,
    months_axis,
    plain_numbers,
    plain_shares,
    to_picture,
)
from ecosim.report.words import cascades_alt, family_alt, number
from ecosim.state import State

__all__ = ["LIMIT", "cascades_figure", "family_figure", "parents_within", "tree_layout"]

Array = npt.NDArray[Any]
LIMIT = 300  # hybrids of the family that are drawn
_COLOURED = 8  # generations that have a colour of their own


def cascades_figure(sizes: Array) -> Picture:
    """Share of families with at least so many hybrids, on logarithmic scales."""
    values, counts = np.unique(sizes, return_counts=True)
    share = counts[::-1].cumsum()[::-1] / len(sizes)
    made = figure(3.9)
    axes = made.subplots()
    axes.loglog(
        values, share, color=COLOURS["blue"], marker="o", markersize=5, linewidth=1.2, label="families of this run"
    )
    reach = np.array([1.0, float(max(values.max(), 10))])
    axes.loglog(
        reach, reach**-0.5, color=COLOURS["black"], linestyle=DASHES["dashed"], linewidth=1.3,
        label="slope −1/2: branching at R = 1",
    )  # fmt: skip
    axes.set_xlim(0.9, reach[1] * 1.3)
    axes.set_ylim(min(share.min(), 0.1) * 0.6, 1.5)
    axes.set_xlabel("hybrids in the family")
    axes.set_ylabel("families at least as large")
    axes.xaxis.set_major_formatter(plain_numbers)
    axes.yaxis.set_major_formatter(plain_shares)
    made.suptitle("Sizes of families of hybrids", **TITLE)
    made.legend(loc="outside lower left", ncols=1)
    caption = (
        "A family is a hybrid and all that came of it. A line that falls steeply: hybrids stay alone. Along the dashed "
        "line, or above it: some families grow very large."
    )
    return to_picture(made, cascades_alt(sizes), caption)


def family_figure(state: State) -> Picture:
    """The largest family of hybrids, as a tree that grows from left to right (the first `LIMIT` hybrids of it)."""
    rows = hybrids(state)
    # `measures.family_tree` makes a graph of the whole family: a large one has a hundred thousand hybrids, and only the
    # first few hundred can be drawn.
    founder = int(np.bincount(state.bricks["family"][rows]).argmax())
    family = rows[state.bricks["family"][rows] == founder]
    shown = family[:LIMIT]
    place = {int(row): index for index, row in enumerate(shown)}
    generation = state.bricks["generation"][shown].astype(int)
    leading, other = parents_within(state, shown, place, generation)
    birth = np.maximum(state.bricks["birth"][shown], -1).astype(float)
    x, y = tree_layout(leading, birth)

    made = figure(float(np.clip(1.9 + 0.05 * (y.max() + 1), 3.0, 7.5)))
    axes = made.subplots()
    for pairs, style in (
        (other, {"linestyles": [DASHES["dotted"]], "linewidths": 0.7}),
        (leading, {"linewidths": 0.9}),
    ):
        arcs = [[(x[a], y[a]), (x[b], y[b])] for b, a in enumerate(pairs) if a >= 0]
        axes.add_collection(LineCollection(arcs, colors=COLOURS["grey"], zorder=1, **style))
    lowest = int(generation.min())
    highest = max(min(int(generation.max()), lowest + _COLOURED - 1), lowest + 1)
    norm = BoundaryNorm(np.arange(lowest, highest + 2) - 0.5, 256)
    size = 46 if len(shown) <= 60 else 26 if len(shown) <= 150 else 16
    area = np.where(leading < 0, size * 4, size)
    axes.scatter(
        x, y, c=np.minimum(generation, highest), s=area, cmap=f"{SCALE}_r", norm=norm, edgecolors="black",
        linewidths=0.5, zorder=2,
    )  # fmt: skip
    bar = made.colorbar(ScalarMappable(norm, colormaps[f"{SCALE}_r"]), ax=axes, ticks=range(lowest, highest + 1))
    if generation.max() > highest:
        bar.ax.set_yticklabels([*map(str, range(lowest, highest)), f"{highest}+"])
    bar.ax.tick_params(length=0)
    bar.set_label("generation")
    made.suptitle("The largest family of hybrids", **TITLE)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    room = max((x.max() - x.min()) * 0.04, 0.6)
    if x.min() < 0 or len(state.history.column("organisations")) < 2:
        axes.set_xlabel("month")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        months_axis(axes, state.history.count)
    axes.set_xlim(x.min() - room, x.max() + room)
    pad = max((y.max() - y.min()) * 0.04, 0.8)
    axes.set_ylim(y.min() - pad, y.max() + pad)
    caption = (
        "Each dot is a hybrid, at the month of its birth; the large one founded the family. Lines lead from a parent "
        "to its child; dotted ones from the second parent, when it is of the family too."
    )
    if len(family) > LIMIT:
        caption += f" The first {number(LIMIT)} of {number(len(family))} hybrids are drawn."
    return to_picture(made, family_alt(len(family), int(generation.max())), caption)


def parents_within(state: State, shown: Array, place: dict[int, int], generation: Array) -> tuple[Array, Array]:
    """Return, for each hybrid shown, the place of its leading and of its other parent in the family, −1 for none."""
    leading = np.full(len(shown), -1)
    other = np.full(len(shown), -1)
    for index, pair in enumerate(state.bricks["parents"][shown].tolist()):
        known = sorted((place[row] for row in pair if row in place), key=lambda parent: -generation[parent])
        if known:
            leading[index] = known[0]
        if len(known) > 1:
            other[index] = known[1]
    return leading, other


def tree_layout(leading: Array, birth: Array) -> tuple[Array, Array]:
    """Return x (months; a child born in its parent's month a little later) and y (leaves in order, parents between)."""
    x, y = birth.copy(), np.zeros(len(birth))
    children: list[list[int]] = [[] for _ in birth]
    for index, parent in enumerate(leading):  # in order of birth, so a parent's x is final
        if parent >= 0:
            children[parent].append(index)
            x[index] = max(x[index], x[parent] + 0.3)
    leaf = 0.0
    stack = [(int(root), False) for root in np.flatnonzero(leading < 0)[::-1]]
    while stack:
        index, seen = stack.pop()
        if not children[index]:
            y[index] = leaf
            leaf += 1.0
        elif seen:
            y[index] = np.mean([y[child] for child in children[index]])
        else:
            stack.append((index, True))
            stack.extend((child, False) for child in reversed(children[index]))
    return x, y
