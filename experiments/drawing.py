"""How the studies' figures look: Okabe–Ito colours, readable in grey through markers and dashes."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

__all__ = ["COLOURS", "DASHES", "MARKERS", "new_figure"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), "-")


def new_figure(columns: int = 1, width: float = 6.4, height: float = 4.2) -> tuple[Figure, Any]:
    """Return a figure and its axes (one, or a row of `columns`)."""
    figure = Figure(figsize=(width * columns, height), layout="constrained")
    axes = figure.subplots(1, columns)
    for axis in [axes] if columns == 1 else axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
    return figure, axes
