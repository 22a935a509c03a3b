"""Maps of two factors at fixed values of the others: the measured boundary with its band, and theory's R = 1 on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.drawing import COLOURS

if TYPE_CHECKING:
    from experiments.analysis.boundary.emergence import EmergenceModel
    from experiments.analysis.boundary.theory import Theory
    from experiments.study import Factor, Study

__all__ = [
    "STYLES", "Window", "edges", "is_log", "label_axes", "legend_rows", "put_band", "put_theory", "shown", "windows",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]
# of theories; what is measured is a solid line
STYLES: tuple[tuple[str, Any], ...] = ((COLOURS[1], "--"), (COLOURS[3], ":"), (COLOURS[4], "-."))
_GRID = 41


@dataclass(frozen=True)
class Window:
    """A slice of the unit cube of the factors: two vary, the others stay.

    x, y : which factors; middle : float64 (D,), where the others are; words : what they are there, for a title;
    panel : the factor that differs from slice to slice (−1: none)
    """

    study: Study
    x: int
    y: int
    middle: FloatArray
    words: str = ""
    panel: int = -1
    grid: int = _GRID

    def places(self) -> FloatArray:
        """Return the places of a grid over the slice, float64 (grid², D), x changing fastest."""
        steps = np.linspace(0.0, 1.0, self.grid)
        out = np.tile(self.middle, (self.grid**2, 1))
        out[:, self.x] = np.tile(steps, self.grid)
        out[:, self.y] = np.repeat(steps, self.grid)
        return out

    def mesh(self) -> tuple[FloatArray, FloatArray]:
        """Return the values of the two factors on the grid, float64 (grid,) each; whole numbers are not rounded."""
        steps = np.linspace(0.0, 1.0, self.grid)
        factors = self.study.factors
        return _values(factors[self.x], steps), _values(factors[self.y], steps)

    def near(self, places: FloatArray, within: float) -> npt.NDArray[np.bool_]:
        """Return which places lie close to the slice, bool (n,)."""
        others = [axis for axis in range(len(self.middle)) if axis not in (self.x, self.y)]
        return np.asarray((np.abs(places[:, others] - self.middle[others]) <= within).all(axis=1))


def windows(study: Study, x: str, y: str, panels: str, positions: Sequence[float]) -> list[Window]:
    """Return the slices over two factors, one for each position of a third; all others stay in the middle.

    x, y, panels : names of factors; empty for the first that are free
    """
    free = [factor.path for factor in study.factors]
    chosen = [study.factor(name).path for name in (x, y, panels) if name]
    free = [path for path in free if path not in chosen]
    paths = [study.factor(name).path if name else (free.pop(0) if free else "") for name in (x, y, panels)]
    place = {path: axis for axis, path in enumerate(study.paths)}
    middle = np.full(len(place), 0.5)
    fixed = [factor for factor in study.factors if factor.path not in paths]
    rest = [f"{f.name.replace('_', ' ')} = {shown(f, 0.5)}" for f in fixed]
    if not paths[2]:
        return [Window(study, place[paths[0]], place[paths[1]], middle, ", ".join(rest))]
    out = []
    for position in positions:
        at = middle.copy()
        at[place[paths[2]]] = position
        factor = study.factor(paths[2])
        words = ", ".join([f"{factor.name.replace('_', ' ')} = {shown(factor, position)}", *rest])
        out.append(Window(study, place[paths[0]], place[paths[1]], at, words, place[paths[2]]))
    return out


def shown(factor: Factor, position: float) -> str:
    """Return the value of a factor at a position of the unit interval, as a text with three significant digits."""
    if not np.isfinite(position):
        return "nowhere"
    value = factor.values([position])[0]
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def put_band(axis: Any, window: Window, model: EmergenceModel) -> None:
    """Draw the measured boundary (P = 0.5) and its 95 % band, hatched."""
    x, y = window.mesh()
    places = window.places()
    mean, deviation = model.latent(places)
    side = (mean / deviation).reshape(window.grid, -1)  # smooth, unlike the probability of emergence itself
    if side.max() > -1.96 and side.min() < 1.96:
        axis.contourf(x, y, side, levels=[-1.96, 1.96], colors="none", hatches=["/////"])
    if side.max() > 0 > side.min():
        axis.contour(x, y, side, levels=[0.0], colors="white", linewidths=4.0)
        axis.contour(x, y, side, levels=[0.0], colors="black", linewidths=2.0)


def put_theory(axis: Any, window: Window, theories: Sequence[Theory]) -> None:
    """Draw R = 1 of theories, each with a colour and dashes of its own."""
    x, y = window.mesh()
    for theory, (colour, dashes) in zip(theories, STYLES, strict=False):
        r = theory.at(window.places()).reshape(window.grid, -1)
        if r.max() > 0 > r.min():
            axis.contour(x, y, r, levels=[0.0], colors="white", linewidths=4.0)
            axis.contour(x, y, r, levels=[0.0], colors=[colour], linestyles=[dashes], linewidths=2.2)


def legend_rows(theories: Sequence[Theory], measured: bool = True) -> list[Any]:
    """Return what a legend says of `put_band` and `put_theory`."""
    rows: list[Any] = []
    if measured:
        rows.append(Line2D([], [], color="black", linewidth=2.0, label="measured boundary, P = 0.5"))
        rows.append(Patch(facecolor="white", edgecolor="black", hatch="////", label="its 95 % band"))
    for theory, (colour, dashes) in zip(theories, STYLES, strict=False):
        rows.append(Line2D([], [], color=colour, linestyle=dashes, linewidth=2.2, label=f"R = 1: {theory.words}"))
    return rows


def label_axes(axis: Any, window: Window) -> None:
    """Name the axes with units and give them the factors' scales and ranges."""
    for which, number in (("x", window.x), ("y", window.y)):
        factor = window.study.factors[number]
        getattr(axis, f"set_{which}label")(factor.label)
        if is_log(factor):
            getattr(axis, f"set_{which}scale")("log")
            line = getattr(axis, f"{which}axis")
            line.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            line.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
            line.set_minor_formatter(NullFormatter())
        ends = _values(factor, np.array([0.0, 1.0]))
        getattr(axis, f"set_{which}lim")(*ends)
    axis.set_title(window.words, fontsize="medium")


def is_log(factor: Factor) -> bool:
    """Whether a factor is drawn on a logarithmic axis: its scale says so, or its levels span more than 30 times."""
    if factor.levels:
        low, high = min(map(float, factor.levels)), max(map(float, factor.levels))
        return low > 0 and high > 30 * low
    return factor.scale == "log"


def edges(factor: Factor, values: Any) -> FloatArray:
    """Return the edges of cells around values (n,) of a factor, in order: (n + 1,)."""
    middle = np.log(np.asarray(values, np.float64)) if is_log(factor) else np.asarray(values, np.float64)
    if len(middle) == 1:
        out = np.array([middle[0] - 0.5, middle[0] + 0.5])
    else:
        inner = (middle[1:] + middle[:-1]) / 2
        out = np.concatenate([[2 * middle[0] - inner[0]], inner, [2 * middle[-1] - inner[-1]]])
    return np.asarray(np.exp(out) if is_log(factor) else out)


def _values(factor: Factor, places: FloatArray) -> FloatArray:
    if factor.levels:
        # levels may lie unevenly: their values, at the middles of their shares
        levels = np.array(factor.levels, np.float64)
        return np.interp(places, factor.places(factor.levels), levels)
    if factor.scale == "log":
        return np.asarray(np.exp(np.log(factor.low) + places * (np.log(factor.high) - np.log(factor.low))))
    if factor.whole:  # each whole number has the same share, and lies in its middle
        return np.asarray(factor.low - 0.5 + places * (factor.high - factor.low + 1.0))
    return np.asarray(factor.low + places * (factor.high - factor.low))
