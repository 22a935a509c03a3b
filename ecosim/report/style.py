"""Colours, fonts and how a figure becomes a PNG. Knows nothing of models.

Figures are made with `matplotlib.figure.Figure` alone: no pyplot, so no global list of open figures, and nothing to
close. Colours are those of Okabe & Ito (2008, "Color universal design"), which colour-blind readers can tell apart;
every line also has its own dashes, so that the figures survive a grey printer.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FuncFormatter

__all__ = [
    "COLOURS", "DASHES", "SCALE", "TITLE", "Picture", "drawn", "figure", "legible", "months_axis", "plain_numbers",
    "plain_shares", "to_picture",
]  # fmt: skip

COLOURS = {
    "black": "#000000", "orange": "#E69F00", "sky": "#56B4E9", "green": "#009E73", "yellow": "#F0E442",
    "blue": "#0072B2", "vermillion": "#D55E00", "purple": "#CC79A7", "grey": "#6E6E6E", "pale": "#E4E4E4",
}  # fmt: skip
DASHES: dict[str, Any] = {"solid": "-", "dashed": (0, (5, 2)), "dotted": (0, (1.2, 1.4)), "mixed": (0, (6, 2, 1.2, 2))}
SCALE = "cividis"  # of lightness: the same in colour, in grey and for colour-blind readers
TITLE: dict[str, Any] = {"x": 0.012, "ha": "left", "fontsize": 12, "fontweight": "bold"}
WIDTH = 6.0  # inches: letters of 11 points are still legible when the figure is as wide as a telephone
_DPI = 160
_LONGEST = 30

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11.5,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 11.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "lines.linewidth": 2.0,
    "savefig.facecolor": "white",
}


@dataclass(frozen=True)
class Picture:
    """A figure as PNG, with its words: `alt` for those who do not see it, `caption` for all."""

    png: bytes
    width: int
    height: int
    alt: str
    caption: str


plain_numbers = FuncFormatter(lambda value, _: f"{value:,.12g}")
plain_shares = FuncFormatter(lambda value, _: f"{100 * value:.12g} %")


@contextmanager
def drawn() -> Iterator[None]:
    """Draw in the house style, whatever the reader's own matplotlibrc says."""
    with mpl.style.context(_STYLE, after_reset=True):
        yield


def figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure, inches."""
    return Figure(figsize=(width, height), layout="constrained")


def to_picture(made: Figure, alt: str, caption: str) -> Picture:
    """Return a figure as a picture."""
    buffer = io.BytesIO()
    made.savefig(buffer, format="png", dpi=_DPI)
    width, height = (round(float(size) * _DPI) for size in made.get_size_inches())
    return Picture(buffer.getvalue(), width, height, alt, caption)


def months_axis(axes: Axes, months: int, label: bool = True) -> None:
    """Set the axis of months, from 0, with room for a run of a single one."""
    axes.set_xlim(-0.5, max(months, 1) - 0.5)
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600) if months / s <= 11), 1200)
    axes.set_xticks(range(0, max(months, 1), step))
    if label:
        axes.set_xlabel("month")


def legible(name: str, longest: int = _LONGEST) -> str:
    """Return a user's name as a figure can show it: short, on one line, no formula, only letters the font has."""
    known = _letters()
    shown = "".join(letter if ord(letter) in known else "□" for letter in " ".join(name.split()))
    if len(shown) > longest:
        shown = f"{shown[: longest - 1].rstrip()}…"
    return shown.replace("$", r"\$")


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())
