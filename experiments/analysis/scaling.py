"""Curves of an outcome for several sizes: where they cross, and whether they steepen (finite-size scaling)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.boundary.theory import CLOSED, closed_form
from experiments.statistics import Interval

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check", "last_crossing"]

OPTIONS: Mapping[str, Any] = {
    "outcome": "late_births", "size": "population.firms", "against": "", "power": 0.5, "shares": "", "level": None,
}  # fmt: skip
"""outcome : of the curves; size : the factor that holds the sizes; against : the factor on the axis, an outcome that
holds theory's R (its mean over all sizes is the place on the axis), or a closed form of R; power : the outcome is
multiplied by the size to this power; shares : an outcome that is a share of runs, such as ``alive``, drawn beside;
level : where theory has the threshold (by default 1 where the axis is theory's R, else nowhere)."""

FloatArray = npt.NDArray[np.float64]
_RESAMPLES = 1000


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when sizes, axis or outcomes are not of the study."""
    for key in ("outcome", "shares"):
        name = options[key]
        if name not in study.outcomes and not (key == "shares" and name == ""):
            hint = nearest_name(str(name), study.outcomes)
            raise StudyError(f"{where}: {key} = {name!r}{hint}: allowed is one of {', '.join(study.outcomes)}")
    if options["size"] not in study.paths:
        hint = nearest_name(str(options["size"]), study.paths)
        raise StudyError(f"{where}: size = {options['size']!r}{hint}: allowed is one of {', '.join(study.paths)}")
    size = study.factor(options["size"])
    if len(size.levels) < 2 or not size.is_numeric or min(float(level) for level in size.levels) <= 0:
        raise StudyError(f"{where}: size: {size.path} needs at least two levels, numbers above 0")
    others = [path for path in study.paths if path != size.path]
    if len(others) != 1:
        raise StudyError(f"{where}: scaling needs one factor beside {size.path}; the study has {len(others)}")
    if not study.factor(others[0]).is_numeric:
        raise StudyError(f"{where}: factors.{others[0]}: scaling needs numbers, not names")
    against = options["against"]
    allowed = (*others, *study.outcomes, *CLOSED)
    if against and against not in allowed:
        raise StudyError(f"{where}: against = {against!r}{nearest_name(str(against), allowed)}: allowed is one of "
                         f"{', '.join(allowed)}")  # fmt: skip
    if against in CLOSED and (study.scenario is None or study.scenario.parameters.diversity.distance_matters):
        raise StudyError(f"{where}: against = {against!r}: the closed forms need a scenario without distance")
    for key in ("power", "level"):
        if key == "level" and options[key] is None:
            continue
        if isinstance(options[key], bool) or not isinstance(options[key], int | float):
            raise StudyError(f"{where}: {key} = {options[key]!r}: allowed is a number")


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return the curves by size, and where those of neighbouring sizes cross."""
    study, warnings = results.study, []
    if len(results.bad):
        warnings.append(f"{len(results.bad)} of {len(results.runs)} runs failed and are left out.")
    path = next(item for item in study.paths if item != options["size"])
    axis, values = _axis(results, options, path)
    sizes = [float(level) for level in study.factor(options["size"]).levels]
    label = study.factor(path).label if options["against"] in ("", path) else _words(options["against"])
    curves: dict[float, Curve] = {}
    for size in sizes:
        curve = _curve(results, options, path, size, values, axis, options["outcome"])
        if curve is None:
            warnings.append(f"Size {size:,.0f} has no runs at two or more values of {label} (yet): it is left out.")
        else:
            curves[size] = curve
    title = "Finite-size scaling"
    if not curves:
        return Section(title, ("No size has runs that can be used: nothing can be said.",), tuple(warnings))
    name = options["outcome"].replace("_", " ")
    rows = [
        {"sizes": f"{small:,.0f} and {large:,.0f}", **_crossing(curves[small], curves[large], options["power"])}
        for small, large in pairwise(curves)
    ]
    words = [
        f"{name.capitalize()}, multiplied by the size to the power {options['power']:g}, against {label}. At a "
        "threshold, such curves of different sizes cross; those of small sizes cross too early or too late, and what "
        "the largest sizes show counts most."
    ]
    level = options["level"]
    if level is None and options["against"] not in ("", path):
        level = 1.0
    words += [_crossing_in_words(row, label, level) for row in rows]
    findings: dict[str, Any] = {
        "crossings": [{key: None if _missing(value) else value for key, value in row.items()} for row in rows],
        "curves": {f"{size:g}": _plain(curve) for size, curve in curves.items()},
    }
    shares: dict[float, Curve] = {}
    if options["shares"]:
        found = {size: _curve(results, options, path, size, values, axis, options["shares"]) for size in curves}
        shares = {size: curve for size, curve in found.items() if curve is not None}
        rise = {size: float(curve.mean[-1] - curve.mean[0]) for size, curve in shares.items()}
        listed = ", ".join(f"{value:.2f} at {size:,.0f}" for size, value in rise.items())
        words.append(f"From the lowest to the highest {label}, {_words(options['shares'])} rises by {listed}.")
        findings["rise of " + options["shares"]] = {f"{size:g}": value for size, value in rise.items()}
    table = pd.DataFrame(rows).astype(object)
    tables = {"crossings": Table(table.where(table.notna(), None), f"Where scaled curves cross ({label}, 95 %).")}
    figures = {"scaling": _draw(curves, shares, options, name, label, level)}
    return Section(title, tuple(words), tuple(warnings), findings, figures, tables if rows else {})


class Curve:
    """An outcome of one size.

    x : float64 (L,), rising; values : float64 (L, R), by replicate, NaN where missing
    mean, low, high : float64 (L,), mean and its 95 % bootstrap interval; resampled : float64 (resamples, L), means
    """

    def __init__(self, size: float, x: FloatArray, values: FloatArray) -> None:
        self.size, self.x = size, x
        self.mean = np.nanmean(values, axis=1)
        some = values[:, ~np.isnan(values).all(axis=0)]
        # replicates are resampled as a whole: at all places of the axis they share their seeds
        rows = np.random.default_rng(1).integers(0, some.shape[1], (_RESAMPLES, some.shape[1]))
        known = np.isfinite(some)
        weights = np.stack([np.bincount(row, minlength=some.shape[1]) for row in rows]).astype(np.float64)
        total, count = weights @ np.where(known, some, 0.0).T, weights @ known.T.astype(np.float64)
        self.resampled = np.where(count > 0, total / np.maximum(count, 1.0), self.mean)
        self.low, self.high = np.quantile(self.resampled, [0.025, 0.975], axis=0)


def last_crossing(x: FloatArray, small: FloatArray, large: FloatArray) -> float:
    """Return the x from which the curve of the larger size lies above that of the smaller for good, by a straight line
    in the logarithm of their ratio between the two places around it; NaN when there is no such crossing.

    x : float64 (L,), rising; small, large : float64 (L,), what the curves are, scaled; 0 is allowed
    """
    ratio = np.log((large + 1e-9) / (small + 1e-9))
    under = np.flatnonzero(ratio <= 0)
    if not len(under) or under[-1] == len(x) - 1:
        return np.nan
    last = int(under[-1])
    return float(x[last] + (x[last + 1] - x[last]) * -ratio[last] / (ratio[last + 1] - ratio[last]))


def _crossing(small: Curve, large: Curve, power: float) -> dict[str, Any]:
    """Return where two scaled curves cross, with its bootstrap interval and how often resamples cross at all."""
    x = np.intersect1d(small.x, large.x)
    if len(x) < 2:
        return {"crossing": np.nan, "low": np.nan, "high": np.nan, "share of resamples": 0.0}
    here, there = np.isin(small.x, x), np.isin(large.x, x)
    factors = small.size**power, large.size**power
    at = last_crossing(x, small.mean[here] * factors[0], large.mean[there] * factors[1])
    # the same numbers of replicates for both, in other orders: sizes share seeds but not what comes of them
    pairs = zip(small.resampled, large.resampled[::-1], strict=True)
    found = np.array([last_crossing(x, a[here] * factors[0], b[there] * factors[1]) for a, b in pairs])
    known = found[np.isfinite(found)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) and np.isfinite(at) else (np.nan, np.nan)
    return {"crossing": at, "low": float(low), "high": float(high), "share of resamples": len(known) / len(found)}


def _crossing_in_words(row: Mapping[str, Any], label: str, level: float | None) -> str:
    if not np.isfinite(row["crossing"]):
        return f"The curves of {row['sizes']} do not cross within the range."
    interval = Interval(row["crossing"], row["low"], row["high"])
    there = ""
    if level is not None:
        holds = interval.low <= level <= interval.high
        there = f", which {'holds' if holds else 'does not hold'} the threshold {level:g}"
    doubt = row["share of resamples"]
    rest = f"; {1 - doubt:.0%} of the resamples have no crossing within the range" if doubt < 0.975 else ""
    return f"The curves of {row['sizes']} cross at {label} {interval}{there}{rest}."


def _axis(results: Results, options: Mapping[str, Any], path: str) -> tuple[dict[Any, float], list[Any]]:
    """Return the place on the axis of every value of the other factor, and these values in order of their places."""
    points, against = results.points, options["against"]
    values = points[path].drop_duplicates().tolist()
    if against in ("", path):
        axis = {value: float(value) for value in values}
    elif against in CLOSED:
        first = points.drop_duplicates(path)
        rows = first[list(results.study.paths)].to_dict("records")
        axis = {row[path]: closed_form(results.study, against, row) for row in rows}
    else:
        mean = pd.Series(results.means(against)).groupby(points[path].to_numpy()).mean()
        axis = {value: float(mean[value]) for value in values}
    axis = {value: place for value, place in axis.items() if np.isfinite(place)}
    return axis, sorted(axis, key=axis.__getitem__)


def _curve(
    results: Results, options: Mapping[str, Any], path: str, size: float, values: list[Any], axis: dict[Any, float],
    outcome: str,
) -> Curve | None:  # fmt: skip
    matrix, points = results.matrix(outcome), results.points
    rows, places = [], []
    for value in values:
        at = np.flatnonzero((points[options["size"]] == size) & (points[path] == value))
        if len(at) and np.isfinite(matrix[at[0]]).any():
            rows.append(matrix[at[0]])
            places.append(axis[value])
    return Curve(size, np.array(places), np.stack(rows)) if len(rows) > 1 else None


def _draw(
    curves: Mapping[float, Curve], shares: Mapping[float, Curve], options: Mapping[str, Any], name: str, label: str,
    level: float | None,
) -> Drawing:  # fmt: skip
    from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure

    figure, axes = new_figure(2, width=5.4)
    power = options["power"]
    panels = [(curves, power, f"size$^{{{power:g}}}$ × {name}")]
    panels.append((shares, 0.0, _words(options["shares"])) if shares else (curves, 0.0, name))
    for axis, (rows, exponent, words) in zip(axes, panels, strict=True):
        for index, (size, curve) in enumerate(rows.items()):
            style = index % len(COLOURS)
            factor = size**exponent
            error = np.stack([np.maximum(curve.mean - curve.low, 0), np.maximum(curve.high - curve.mean, 0)]) * factor
            axis.errorbar(
                curve.x, curve.mean * factor, error, color=COLOURS[style], marker=MARKERS[style],
                linestyle=DASHES[style], capsize=3, label=f"{size:,.0f}",
            )  # fmt: skip
        if level is not None:
            axis.axvline(level, color="black", linewidth=0.8, linestyle=":")
        axis.set(xlabel=label, ylabel=words)
        axis.legend(frameon=False, title=options["size"].rsplit(".", 1)[-1])
    positive = [value * size**power for size, curve in curves.items() for value in curve.mean if value > 0]
    if positive and max(positive) > 20 * min(positive):
        axes[0].set_yscale("symlog", linthresh=min(positive))
    sizes = ", ".join(f"{size:,.0f}" for size in curves)
    alt = f"{name.capitalize()} against {label} for sizes {sizes}, scaled and not."
    return Drawing(figure, alt, "Means of runs with 95 % bootstrap intervals; the dotted line is theory's threshold.")


def _plain(curve: Curve) -> dict[str, list[float]]:
    return {key: [float(v) for v in getattr(curve, key)] for key in ("x", "mean", "low", "high")}


def _missing(value: Any) -> bool:
    return isinstance(value, float) and bool(np.isnan(value))


def _words(name: str) -> str:
    if name in CLOSED:
        return f"{name} R"
    known = {"r_first": "theory's R (r_first)", "alive": "share of runs with a hybrid left"}
    return known.get(name, name.replace("_", " "))
