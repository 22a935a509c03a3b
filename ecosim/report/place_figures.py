"""Figures of the end of a run: which sectors crossed, and which clusters hold the hybrids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import BboxBase

from ecosim.report.style import COLOURS, SCALE, TITLE, Picture, figure, legible, plain_numbers, to_picture
from ecosim.report.words import crossings_alt, number, places_alt
from ecosim.state import State

__all__ = ["Places", "crossings_figure", "most_active", "places_figure", "places_of"]

FloatArray = npt.NDArray[np.float64]
_MOST_SECTORS = 20
_MOST_BARS = 20
_NAMED = 14  # clusters that a map tries to name


# -- which sectors --------------------------------------------------------------------------------------------


def most_active(crossings: pd.DataFrame, most: int = _MOST_SECTORS) -> list[str]:
    """Return the sectors that most hybrids hold together with another, most active first."""
    halves = [crossings.set_index(side)["hybrids"] for side in ("first_sector", "second_sector")]
    totals = pd.concat(halves).groupby(level=0, sort=False).sum()
    return [str(name) for name in totals.sort_values(ascending=False, kind="stable").index[:most]]


def crossings_figure(crossings: pd.DataFrame) -> Picture:
    """A matrix of sectors by sectors: how many hybrids hold both."""
    names = most_active(crossings)
    place = {name: row for row, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)))
    for first, second, hybrids in zip(
        crossings["first_sector"], crossings["second_sector"], crossings["hybrids"], strict=True
    ):
        if first in place and second in place:
            counts[place[first], place[second]] = counts[place[second], place[first]] = hybrids
    many = len(names) > 10
    made = figure(6.9 if many else 1.9 + 0.33 * len(names))
    axes = made.subplots()
    most = counts.max()
    least = counts[counts > 0].min()
    norm = LogNorm(least, most) if most > 30 * least else Normalize(0, most)
    scale = colormaps[SCALE].with_extremes(bad="white")
    image = axes.imshow(np.ma.masked_equal(counts, 0), cmap=scale, norm=norm)
    axes.set_xticks(range(len(names)), [legible(name, 18) for name in names], rotation=90 if len(names) > 6 else 40)
    if len(names) <= 6:
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
            label.set_rotation_mode("anchor")
    axes.set_yticks(range(len(names)), [legible(name, 18) for name in names])
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(COLOURS["grey"])
    if len(names) <= 10:
        for row, column in zip(*np.nonzero(counts), strict=True):
            value = counts[row, column]
            dark = norm(value) < 0.55
            axes.text(
                column, row, _compact(value), ha="center", va="center", fontsize=9.5 if len(names) <= 8 else 8.5,
                color="white" if dark else "black",
            )  # fmt: skip
    for index in range(len(names)):
        axes.add_patch(Rectangle((index - 0.5, index - 0.5), 1, 1, color=COLOURS["pale"], linewidth=0))
    bar = made.colorbar(
        image, ax=axes, shrink=0.8, format=plain_numbers, location="bottom" if many else "right", aspect=30
    )
    if not isinstance(norm, LogNorm):
        bar.locator = MaxNLocator(nbins=6, integer=True)
        bar.update_ticks()
    bar.set_label("hybrids")
    made.suptitle("Hybrids by pair of sectors", **TITLE)
    caption = "How many hybrids hold both the sector of the row and that of the column. White: none."
    if len(crossings) and len(names) == _MOST_SECTORS:
        caption += f" The {_MOST_SECTORS} most active sectors are shown."
    return to_picture(made, crossings_alt(crossings), caption)


def _compact(value: float) -> str:
    return f"{value:.0f}" if value < 1000 else f"{value / 1000:.1f}k" if value < 99_500 else f"{value / 1000:.0f}k"


# -- which clusters -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Places:
    """The clusters that have members: name, place (degrees, NaN when unknown), members, hybrids held."""

    names: list[str]
    latitude: FloatArray
    longitude: FloatArray
    members: FloatArray
    hybrids: FloatArray
    invented: npt.NDArray[np.bool_]  # placed at random by the program, and named by a number

    @property
    def per_member(self) -> FloatArray:
        return np.asarray(self.hybrids / self.members)

    @property
    def located(self) -> npt.NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.latitude) & np.isfinite(self.longitude))


def places_of(state: State) -> Places:
    """Return the clusters that have members, as they are now."""
    organisations, clusters = state.organisations, state.clusters
    alive = state.alive
    cluster = organisations["cluster"][alive]
    held = organisations["held"][alive].astype(np.float64) - state.parameters.knowledge.core_size
    members = np.bincount(cluster, minlength=len(clusters)).astype(np.float64)
    hybrids = np.bincount(cluster, np.maximum(held, 0.0), minlength=len(clusters)).astype(np.float64)
    rows = np.flatnonzero(members)
    # Clusters that nobody named are called after their row (`ecosim.setup.population`), and placed at random.
    invented = np.array([state.cluster_names[row] == f"Cluster {row + 1}" for row in rows], bool)
    return Places(
        [state.cluster_names[row] for row in rows], clusters["latitude"][rows], clusters["longitude"][rows],
        members[rows], hybrids[rows], invented & (state.organisation_names is None),
    )  # fmt: skip


def places_figure(places: Places) -> Picture:
    """A map of the clusters when their places are known, else bars."""
    located = places.located
    spots = {*zip(places.latitude[located].tolist(), places.longitude[located].tolist(), strict=True)}
    if len(spots) < 2:
        return _bars(places)
    order = np.flatnonzero(located)
    order = order[np.argsort(-places.members[order], kind="stable")]  # large ones first, small ones on top
    x, y = places.longitude[order], places.latitude[order]
    aspect = 1.0 / max(float(np.cos(np.radians((y.min() + y.max()) / 2))), 0.1)
    width, height = _margins(float(np.ptp(x))), _margins(float(np.ptp(y)))
    made = figure(float(np.clip(4.9 * height * aspect / width + 1.2, 3.4, 7.0)))
    axes = made.subplots()
    most = float(places.members.max())
    points = axes.scatter(
        x, y, s=_area(places.members[order], most), c=places.per_member[order], cmap=SCALE, edgecolors="black",
        linewidths=0.6, vmin=float(places.per_member.min()), vmax=float(places.per_member.max()) + 1e-9,
    )  # fmt: skip
    axes.set_xlim((x.min() + x.max()) / 2 - width / 2, (x.min() + x.max()) / 2 + width / 2)
    axes.set_ylim((y.min() + y.max()) / 2 - height / 2, (y.min() + y.max()) / 2 + height / 2)
    axes.set_aspect(aspect)
    axes.set_xlabel("longitude (degrees)")
    axes.set_ylabel("latitude (degrees)")
    made.colorbar(points, ax=axes, shrink=0.75).set_label("hybrids held per member")
    made.suptitle("Hybrids held per member, by cluster", **TITLE)
    sizes = sorted({_round(most), _round(most / 4), max(_round(most / 16), 1)})
    keys = [
        axes.scatter(
            [], [], s=float(_area(np.array([size]), most)[0]), c="white", edgecolors="black", label=f"{size:,}"
        )
        for size in sizes
    ]
    made.legend(handles=keys, title="members", loc="outside lower left", ncols=3)
    _name_clusters(made, axes, places)
    caption = "Each circle is a cluster: the larger, the more members; the lighter, the more hybrids a member holds."
    if places.invented.any():
        which = "The clusters" if places.invented.all() else "Clusters that the scenario does not name"
        caption += f" {which} were placed at random by the program."
    missing = int((~located).sum())
    if missing:
        caption += f" {number(missing)} clusters whose place is not known are left out."
    return to_picture(made, places_alt(places.names, places.per_member), caption)


def _bars(places: Places) -> Picture:
    rows = np.argsort(-places.per_member, kind="stable")[:_MOST_BARS]
    made = figure(1.0 + 0.3 * len(rows))
    axes = made.subplots()
    axes.barh([legible(places.names[row]) for row in rows][::-1], places.per_member[rows][::-1], color=COLOURS["blue"])
    if len({legible(places.names[row]) for row in rows}) < len(rows):  # cut names can coincide: bars by place instead
        axes.clear()
        axes.barh(np.arange(len(rows))[::-1], places.per_member[rows], color=COLOURS["blue"])
        axes.set_yticks(np.arange(len(rows))[::-1], [legible(places.names[row]) for row in rows])
    axes.set_xlim(0, max(float(places.per_member.max()) * 1.05, 0.1))
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("hybrids held per member")
    made.suptitle("Hybrids held per member, by cluster", **TITLE)
    caption = "Hybrids that a member holds on average, by cluster."
    if len(places.names) > len(rows):
        caption += f" The first {len(rows)} of {number(len(places.names))} clusters."
    return to_picture(made, places_alt(places.names, places.per_member), caption)


def _margins(extent: float) -> float:
    """Return the side of the map, degrees: the extent and some room, never nothing."""
    return max(extent * 1.16, 0.5)


def _area(members: FloatArray, most: float) -> FloatArray:
    return np.asarray(14.0 + 420.0 * members / most)


def _round(value: float) -> int:
    """Return a number of one significant digit."""
    whole = max(round(value), 1)
    power = 10 ** (len(str(whole)) - 1)
    return whole // power * power


def _name_clusters(made: Figure, axes: Axes, places: Places) -> None:
    """Name those that hold the most hybrids, as far as names do not cover one another; numbers are no names."""
    ranked = np.lexsort((-places.hybrids, places.invented))
    rows = [row for row in ranked if places.located[row] and (places.invented.all() or not places.invented[row])]
    labels: list[Text] = []
    west, east = axes.get_xlim()
    for row in rows[:_NAMED]:
        right = places.longitude[row] > west + 0.7 * (east - west)  # no room for a name to the right of it
        labels.append(
            axes.annotate(
                legible(places.names[row], 22), (places.longitude[row], places.latitude[row]),
                xytext=(-7 if right else 7, 5), ha="right" if right else "left", textcoords="offset points", fontsize=9,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "alpha": 0.75, "linewidth": 0},
            )
        )  # fmt: skip
        labels[-1].set_in_layout(False)
    made.draw_without_rendering()
    frame = axes.get_window_extent()
    taken: list[BboxBase] = []
    for label in labels:
        box = label.get_window_extent()
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        if inside and not any(box.overlaps(other) for other in taken):
            taken.append(box)
        else:
            label.remove()
