"""Effects: each factor against an outcome, the others averaged over. Means in bins, small multiples; any design."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.sensitivity.guards import outcome_words, runs_of, transformed
from experiments.designs.options import TRANSFORMS, check_choice, check_whole
from experiments.designs.saltelli import blocks_of
from experiments.drawing import COLOURS, DASHES, MARKERS
from experiments.statistics import mean_interval

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Factor, Study

__all__ = ["OPTIONS", "analyse", "check"]

OPTIONS: Mapping[str, Any] = {"outcomes": [], "bins": 8, "shown": 12, "transform": "none"}
FloatArray = npt.NDArray[np.float64]


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError for outcomes that the study does not have, and for options out of range."""
    given = options["outcomes"]
    if not isinstance(given, list):
        raise StudyError(f"{where}: outcomes = {given!r}: allowed is a list of outcomes")
    for name in given:
        if name not in study.outcomes:
            hint = nearest_name(str(name), study.outcomes)
            raise StudyError(f"{where}: outcomes = {name!r}{hint}: allowed are {', '.join(study.outcomes)}")
    check_whole(options, "bins", 2, 50, where)
    check_whole(options, "shown", 1, 30, where)
    check_choice(options, "transform", TRANSFORMS, where)


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return binned means with 95 % intervals of every factor, for every outcome."""
    study = results.study
    words: list[str] = []
    warned: list[str] = []
    findings: dict[str, Any] = {}
    figures: dict[str, Drawing] = {}
    tables: dict[str, Table] = {}
    for outcome in options["outcomes"] or study.outcomes:
        values, bad = runs_of(results, outcome)
        warned += _left_out(study, outcome, values, bad)
        if options["transform"] == "log1p" and np.nanmin(values, initial=0.0) <= -1:
            warned.append(f"{outcome}: log1p needs values above −1, and there are others: no effects are shown.")
            continue
        values = transformed(values, options["transform"])
        frames = [_binned(results, factor, values, options["bins"]) for factor in _varied(results)]
        frames = [frame for frame in frames if len(frame)]
        if not frames:
            warned.append(f"{outcome}: no run has given a number yet.")
            continue
        order = np.argsort([-_moved(frame) for frame in frames], kind="stable")
        title, unit = outcome_words(study, outcome, options["transform"])
        tables[f"means-{outcome}"] = Table(pd.concat([frames[row] for row in order], ignore_index=True),
                                           f"Means by factor: {title}{f' ({unit})' if unit else ''}.")  # fmt: skip
        chosen = [frames[row] for row in order[: options["shown"]]]
        figures[f"effects-{outcome}"] = _draw(study, chosen, title, unit, len(frames))
        findings[outcome] = {str(frame["factor"].iloc[0]): _finding(frame) for frame in frames}
        words.append(_words(title, unit, [frames[row] for row in order[:3]]))
    still = len(study.factors) - len(_varied(results))
    if words and still:
        words.append(f"The other {still} factors are looked at in the screening only.")
    return Section("Each factor by itself", tuple(words), tuple(warned), findings, figures, tables)


def _left_out(study: Study, outcome: str, values: FloatArray, bad: npt.NDArray[np.bool_]) -> list[str]:
    wrong, played = int(bad.sum()), int((bad | ~np.isnan(values)).sum())
    if not wrong:
        return []
    if study.may_be_unknown(outcome):
        return [f"{outcome}: means are of the {played - wrong} of {played} runs in which it is known."]
    return [f"{outcome}: {wrong} of {played} runs failed or gave no number; the means are of the others."]


def _binned(results: Results, factor: Factor, values: FloatArray, bins: int) -> pd.DataFrame:
    """Return a row per bin: factor, label, place (for the axis), mean, low, high, points.

    Intervals are between the means of points, which are what was drawn, or of trajectories, whose points go together;
    of a bin with one point, between its replicates.
    """
    rows = _rows(results.points, factor)
    rows = rows[~np.isnan(values[rows]).all(axis=1)] if values.shape[1] else rows[:0]
    if not len(rows):
        return pd.DataFrame()
    given = results.points[factor.path].to_numpy()[rows]
    if factor.levels:
        found = {level: place for place, level in enumerate(factor.levels)}
        group = np.array([found[value] for value in given])
        places, labels = [float(place) for place in range(len(factor.levels))], [str(level) for level in factor.levels]
    else:
        distinct = np.unique(given.astype(np.float64))
        if len(distinct) <= bins:
            group, places = np.searchsorted(distinct, given.astype(np.float64)), distinct.tolist()
        else:  # of equal width on the factor's own scale
            group = np.minimum((factor.places(given) * bins).astype(np.int64), bins - 1)
            places = [
                float(np.mean(given[group == place])) if (group == place).any() else np.nan for place in range(bins)
            ]
        labels = [f"{place:.4g}" for place in places]
    walks = results.points["design.trajectory"].to_numpy() if "design.trajectory" in results.points else None
    out = []
    for place in np.unique(group).tolist():
        chosen = rows[group == place]
        part = values[chosen]
        means = np.nanmean(part, axis=1) if len(part) > 1 else part[0][~np.isnan(part[0])]
        if walks is not None and (walks[chosen] >= 0).all():
            means = pd.Series(means).groupby(walks[chosen]).mean().to_numpy()
        mean, low, high = mean_interval(means)
        unsure = len(means) < 2
        out.append({
            "factor": factor.path, "value": labels[place], "place": places[place], "mean": mean,
            "low": np.nan if unsure else low, "high": np.nan if unsure else high, "points": len(part),
        })  # fmt: skip
    return pd.DataFrame(out)


def _moved(frame: pd.DataFrame) -> float:
    """Return how much a factor moves the mean, beyond what the width of the intervals would make: a variance."""
    half = ((frame["high"] - frame["low"]) / 2).fillna(0.0) / 1.96
    return float(frame["mean"].var(ddof=0) - (half**2).mean())


def _varied(results: Results) -> list[Factor]:
    """Return the factors to look at: of a screened study those that were kept; the screening itself has few, crossed
    trajectories, from which `screening` reads more than means of bins could.
    """  # fmt: skip
    study = results.study
    kept = blocks_of(results.points).factors.tolist()
    return [study.factors[place] for place in kept] or list(study.factors)


def _rows(points: pd.DataFrame, factor: Factor) -> npt.NDArray[np.int64]:
    """Return the points that say what a factor does: of one at a time, those in which it moved; of a Saltelli sample,
    A and B, which are independent.
    """  # fmt: skip
    keep = np.ones(len(points), bool)
    if "design.moved" in points:
        keep &= points["design.moved"].isin(["", factor.path]).to_numpy()
    if "design.role" in points:
        role = points["design.role"].astype(str)
        keep &= (role.isin(["A", "B"]) | ~role.ne("").any()).to_numpy()
    return np.flatnonzero(keep)


def _draw(study: Study, frames: list[pd.DataFrame], title: str, unit: str, total: int) -> Drawing:
    columns = min(4, len(frames))
    lines = ceil(len(frames) / columns)
    figure = Figure(figsize=(3.1 * columns + 0.6, 2.5 * lines + 0.5), layout="constrained")
    axes = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for axis, frame in zip(axes.flat, frames, strict=False):
        factor = study.factor(str(frame["factor"].iloc[0]))
        error = np.nan_to_num(np.stack([frame["mean"] - frame["low"], frame["high"] - frame["mean"]]))
        style = "" if factor.levels else DASHES[0]
        axis.errorbar(
            frame["place"], frame["mean"], error, marker=MARKERS[0], color=COLOURS[0], linestyle=style or "none",
            capsize=2, markersize=4,
        )  # fmt: skip
        if factor.levels:
            axis.set_xticks(frame["place"], frame["value"], rotation=30 if frame["value"].str.len().max() > 4 else 0)
            axis.set_xlim(-0.5, len(factor.levels) - 0.5)
        elif factor.scale == "log":
            axis.set_xscale("log")
        axis.set_xlabel(factor.label, fontsize=9)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
    for axis in axes.flat[len(frames) :]:
        axis.set_visible(False)
    figure.supylabel(f"{title}{f' ({unit})' if unit else ''}", fontsize=10)
    first = study.factor(str(frames[0]["factor"].iloc[0])).label
    more = (
        f" The {total - len(frames)} factors that move it least are in the table only." if total > len(frames) else ""
    )
    return Drawing(
        figure,
        f"Means of {title} against {len(frames)} factors, one panel each; {first} moves them most.",
        f"Mean of all runs in a bin of the factor, whatever the other factors are, with its 95 % interval.{more}",
    )


def _finding(frame: pd.DataFrame) -> dict[str, Any]:
    columns = {name: frame[name].tolist() for name in ("value", "mean", "low", "high")}
    plain = {
        name: [None if isinstance(item, float) and not np.isfinite(item) else item for item in column]
        for name, column in columns.items()
    }
    return {**plain, "points": [int(number) for number in frame["points"]]}


def _words(title: str, unit: str, frames: list[pd.DataFrame]) -> str:
    of = f" {unit}" if unit else ""
    parts = []
    for frame in frames:
        lowest, highest = frame.loc[frame["mean"].idxmin()], frame.loc[frame["mean"].idxmax()]
        parts.append(
            f"{frame['factor'].iloc[0]}, from {lowest['mean']:.4g}{_around(lowest)}{of} at {lowest['value']} to "
            f"{highest['mean']:.4g}{_around(highest)}{of} at {highest['value']}"
        )
    which = "factor that moves the mean most is" if len(parts) == 1 else "factors that move the mean most are"
    return f"{title[:1].upper()}{title[1:]}: the {which} {'; '.join(parts)}."


def _around(row: Any) -> str:
    return "" if np.isnan(row["low"]) else f" [{row['low']:.4g}, {row['high']:.4g}]"
