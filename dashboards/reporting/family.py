"""The figure of the largest family of hybrids: a tree that grows from left to right."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from dashboards.charts.base import BLUE, GREEN, GREY, ORANGE, PINK
from dashboards.reporting.voice import Voice
from ecosim.measures import hybrids
from ecosim.report.family_figures import LIMIT, parents_within, tree_layout
from ecosim.report.style import DASHES, TITLE, Picture, drawn, figure, months_axis, to_picture
from ecosim.state import State

__all__ = ["family_figure"]

_LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PINK, "D"))  # by generation; the last one for all that follow


def family_figure(say: Voice, state: State) -> Picture | None:
    """Return the first hybrids of the largest family as a tree; None where no hybrid has come of another."""
    rows = hybrids(state)
    if not len(rows):
        return None
    families = state.bricks["family"][rows]
    family = rows[families == np.bincount(families).argmax()]
    if len(family) < 2:
        return None
    shown = family[:LIMIT]
    generation = state.bricks["generation"][shown].astype(int)
    place = {int(row): index for index, row in enumerate(shown)}
    leading, other = parents_within(state, shown, place, generation)
    birth = np.maximum(state.bricks["birth"][shown], -1).astype(float)
    x, y = tree_layout(leading, birth)
    with drawn():
        made = figure(float(np.clip(2.4 + 0.04 * (y.max() + 1), 3.4, 7.0)))
        axes = made.subplots()
        made.suptitle(say("f_family"), **TITLE)
        for pairs, dashes, width in ((other, "dotted", 0.7), (leading, "solid", 0.9)):
            arcs = [[(x[a], y[a]), (x[b], y[b])] for b, a in enumerate(pairs) if a >= 0]
            axes.add_collection(
                LineCollection(arcs, colors=GREY, linewidths=width, linestyles=[DASHES[dashes]], zorder=1)
            )
        axes.scatter(x, y, s=0)  # lines alone do not set the limits
        handles = []
        lowest = int(generation.min())
        size = 7.0 if len(shown) <= 60 else 5.0 if len(shown) <= 150 else 3.5
        for index, (colour, marker) in enumerate(_LOOKS):
            last = index == len(_LOOKS) - 1
            chosen = generation >= lowest + index if last else generation == lowest + index
            if not chosen.any():
                continue
            looks: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": "", "markeredgecolor": "black"}
            axes.plot(x[chosen], y[chosen], markersize=size, markeredgewidth=0.4, zorder=2, **looks)
            label = say("f_generation", number=f"{lowest + index}{'+' if last else ''}")
            handles.append(Line2D([], [], markersize=7, markeredgewidth=0.4, label=label, **looks))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
        months_axis(axes, max(state.history.count, int(np.ceil(x.max())) + 1), label=False)
        room = max((x.max() - x.min()) * 0.04, 0.6)
        axes.set_xlim(x.min() - room, x.max() + room)
        axes.margins(y=0.05)
        axes.set_xlabel(say("month"))
        made.legend(handles=handles, loc="outside lower left", ncols=2)
        caption = say("f_family_caption")
        if len(family) > LIMIT:
            caption += " " + say("f_family_caption_cut", shown=say.whole(LIMIT), all=say.whole(len(family)))
        born = state.bricks["birth"][family]
        alt = say(
            "f_family_alt", size=say.whole(len(family)), generations=str(int(state.bricks["generation"][family].max())),
            first=str(max(int(born.min()), 0)), last=str(int(born.max())),
        )  # fmt: skip
        return to_picture(made, alt, caption)
