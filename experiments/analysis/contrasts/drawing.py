"""Figures of contrasts: a forest plot, and by how many times common random numbers save runs. Draws tables, no more."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.analysis.contrasts.pairing import named
from experiments.drawing import COLOURS, MARKERS

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["draw_changes", "draw_saved"]

_ACROSS = 3  # panels in a row


def draw_changes(study: Study, changes: pd.DataFrame) -> Figure:
    """Return a forest plot of the table of changes: one panel per outcome, one line per policy."""
    figure, panels, policies = _panels(study, changes)
    for axis, name in panels:
        rows = changes[changes["outcome"] == name]
        places = np.array([policies.index(label) for label in rows["policy"]])
        sure = ((rows["low"] > 0) | (rows["high"] < 0)).to_numpy()
        for chosen, style, colour, face in ((sure, 0, COLOURS[0], COLOURS[0]), (~sure, 1, "0.45", "white")):
            part = rows[chosen]
            ends = np.nan_to_num(np.abs(part[["low", "high"]].to_numpy() - part[["mean"]].to_numpy())).T
            axis.errorbar(
                part["mean"], places[chosen], xerr=ends, marker=MARKERS[style], color=colour, markerfacecolor=face,
                markersize=5, capsize=3, linestyle="none",
            )  # fmt: skip
        unit = named(study, name)[1]
        axis.axvline(0, color="black", linewidth=1)
        axis.set_xlabel(f"change ({unit})" if unit else "change", fontsize=9)
        axis.xaxis.set_major_locator(MaxNLocator(4))
        if rows["mean"].abs().max() >= 1000:
            axis.xaxis.set_major_formatter("{x:,.0f}")
    figure.suptitle("Paired differences with 95 % intervals (hollow squares: not told from 0)", fontsize=11)
    return figure


def draw_saved(study: Study, changes: pd.DataFrame, bar: float) -> Figure:
    """Return by how many times common random numbers save runs: one panel per outcome, one line per policy."""
    rows = changes[changes["moves"] & changes["times"].notna()]
    figure, panels, policies = _panels(study, rows)
    finite = rows[["times", "times high"]].to_numpy()
    edge = 3 * max(finite[np.isfinite(finite)].max(initial=bar), bar)
    start = min(0.5, 0.8 * rows["times low"].min())
    for axis, name in panels:
        part = rows[rows["outcome"] == name]
        places = np.array([policies.index(label) for label in part["policy"]])
        exact = (part["times"] == np.inf).to_numpy()
        times, low, high = (part[key].clip(upper=edge).to_numpy() for key in ("times", "times low", "times high"))
        verdicts = part["bar"].to_numpy()
        for style, (verdict, face) in enumerate(_FACES.items()):
            chosen = ~exact & (verdicts == verdict)
            if not chosen.any():
                continue
            axis.errorbar(
                times[chosen], places[chosen], xerr=np.stack([times - low, high - times])[:, chosen], linestyle="none",
                marker=MARKERS[style], color=COLOURS[style], markerfacecolor=face or COLOURS[style], capsize=3,
                markersize=5,
            )  # fmt: skip
        if exact.any():
            axis.plot(np.full(exact.sum(), 0.97 * edge), places[exact], ">", color="black")
        axis.axvline(bar, color="black", linestyle="--", linewidth=1)
        axis.set_xscale("log")
        axis.set_xlim(start, edge)
        axis.set_xlabel("times fewer runs", fontsize=9)
    figure.suptitle(
        f"Runs saved by common random numbers: (var a + var b) / var(a − b), 95 % intervals\n"
        f"(dashed: the bar of {bar:g}; circles: held, hollow triangles: not decided, squares: missed)", fontsize=11,
    )  # fmt: skip
    return figure


_FACES = {"held": "", "missed": "", "not decided": "white"}


def _panels(study: Study, rows: pd.DataFrame) -> tuple[Figure, list[tuple[Any, str]], list[str]]:
    """Return a figure, its panels with the outcome of each, and the policies from top to bottom."""
    outcomes, policies = list(dict.fromkeys(rows["outcome"])), list(dict.fromkeys(rows["policy"]))
    across = min(_ACROSS, len(outcomes))
    down = -(-len(outcomes) // across)
    labels = ["\n".join(textwrap.wrap(label, 34)) for label in policies]
    lines = sum(label.count("\n") + 1 for label in labels)
    figure = Figure(figsize=(2.2 + 3.5 * across, 0.4 + down * (1.2 + 0.27 * lines)), layout="constrained")
    grid = figure.subplots(down, across, sharey=True, squeeze=False)
    for axis, name in zip(grid.flat, outcomes, strict=False):
        axis.set_title("\n".join(textwrap.wrap(named(study, name)[0], 38)), fontsize=10)
        axis.set_yticks(range(len(policies)), labels, fontsize=9)
        axis.set_ylim(len(policies) - 0.5, -0.5)
        axis.tick_params(axis="x", labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="x", alpha=0.25)
    for axis in grid.flat[len(outcomes) :]:
        axis.set_visible(False)
    return figure, list(zip(grid.flat, outcomes, strict=False)), policies
