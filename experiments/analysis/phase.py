"""Phase diagrams: an outcome over two factors, small multiples over a third, with R = 1 and the measured boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Drawing, Section
from experiments.analysis.boundary.theory import Theory, check_theories, make_theory, theory_names

if TYPE_CHECKING:
    from experiments.analysis.boundary.emergence import EmergenceModel
    from experiments.analysis.boundary.maps import Window
    from experiments.store import Results
    from experiments.study import Factor, Study

__all__ = ["OPTIONS", "analyse", "check", "is_grid"]

OPTIONS: Mapping[str, Any] = {
    "outcome": "", "above": None, "x": "", "y": "", "panels": "", "theory": "", "also": (),
}  # fmt: skip
"""outcome : what is mapped (by default ``emerged``, or the first outcome); above : map the share of runs in which it is
above this value, with the boundary where that is a half; x, y, panels : factors of the axes and of the small multiples
(by default the first, second and third); theory, also : whose R = 1 is drawn, as for ``boundary``."""

FloatArray = npt.NDArray[np.float64]
_POSITIONS, _MOST_PANELS, _MOST_LEVELS = (0.15, 0.5, 0.85), 5, 64


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when outcome, factors or theory are not of the study."""
    outcome = outcome_of(study, options)
    if outcome not in study.outcomes:
        hint = nearest_name(str(outcome), study.outcomes)
        allowed = ", ".join(study.outcomes)
        raise StudyError(f"{where}: outcome = {outcome!r}{hint}: allowed is one of the study's: {allowed}")
    above = options["above"]
    if above is not None and (isinstance(above, bool) or not isinstance(above, int | float)):
        raise StudyError(f"{where}: above = {above!r}: allowed is a number")
    if len(study.factors) < 2:
        raise StudyError(f"{where}: phase needs at least two factors; the study has {len(study.factors)}")
    chosen = []
    for key in ("x", "y", "panels"):
        if not isinstance(options[key], str):
            raise StudyError(f"{where}: {key} = {options[key]!r}: allowed is the name of a factor")
        if options[key]:
            chosen.append(study.factor(options[key]).path)
    if len(set(chosen)) < len(chosen):
        raise StudyError(f"{where}: x, y and panels must be different factors")
    for factor in study.factors:
        if not factor.is_numeric:
            raise StudyError(f"{where}: factors.{factor.path}: phase needs numbers, not names")
    check_theories(study, options, where)


def outcome_of(study: Study, options: Mapping[str, Any]) -> str:
    """Return the outcome that is mapped."""
    return options["outcome"] or ("emerged" if "emerged" in study.outcomes else study.outcomes[0])


def is_grid(points: pd.DataFrame, paths: Sequence[str]) -> bool:
    """Whether the points are all combinations of a few values of each factor."""
    counts = [points[path].nunique() for path in paths]
    distinct = len(points.drop_duplicates(list(paths)))
    return max(counts, default=0) <= _MOST_LEVELS and distinct > 1 and int(np.prod(counts)) == distinct


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return the map of an outcome."""
    from experiments.analysis.boundary.emergence import EmergenceModel, Surface
    from experiments.analysis.boundary.section import counted
    from experiments.designs.boundary import unit_places

    study, outcome, above = results.study, outcome_of(results.study, options), options["above"]
    name = outcome.replace("_", " ")
    title = f"Phase diagram of {name}"
    found = results.good[outcome].dropna()
    if found.empty:
        return Section(title, ("No run has ended well yet: nothing can be drawn.",))
    shares = above is not None or bool(found.isin((0.0, 1.0)).all())
    limit = 0.5 if above is None else above
    emerged, runs, warnings = counted(results, outcome, limit)
    what = name if above is None else f"share of runs with {name} above {above:g}"
    mean = results.means(outcome)
    if shares:
        mean = np.divide(emerged, runs, out=np.full(len(runs), np.nan), where=runs > 0)
    places = unit_places(results)
    model = EmergenceModel(places, emerged, runs) if shares and 0 < emerged.sum() < runs.sum() else None
    theories = []
    for theory in theory_names(study, options):
        try:
            theories.append(make_theory(results, theory))
        except ValueError:
            warnings.append(f"Too few runs know {theory}: its R = 1 is not drawn.")
    grid = is_grid(results.points, study.paths)
    surface: Any = None
    how = "Each cell is the mean of its runs."
    if not grid and model is not None:
        surface = lambda at: model.probability(at)[0]  # noqa: E731
        how = "Between the points, it is what a Gaussian process that knows the counts expects."
    elif not grid:
        try:
            smooth = Surface(places, mean)
        except ValueError:
            return Section(title, ("Fewer than three points have runs: nothing can be drawn.",), tuple(warnings))
        if not smooth.converged:
            warnings.append(f"The surface through {name} was not fitted to the end: the map is rough.")
        surface = smooth
        how = "Between the points, it is interpolated by Gaussian-process regression on the means."
    words, findings = _words(study, theories, places, mean, what, shares)
    figure = _draw(results, options, mean, surface, model, theories, what, shares)
    lines = "".join(f" R = 1 by {theory.words}." for theory in theories)
    boundary = " Black line: where a half of the runs do, with its 95 % band (hatched)." if model is not None else ""
    axes = " and ".join(factor.label for factor in _axes(study, options)[:2])
    caption = f"{what.capitalize()} over {axes}. {how}{boundary}{lines}"
    drawing = Drawing(figure, f"Map of {what} over {axes}.{lines}", caption)
    findings |= {"grid": grid, "points": int((runs > 0).sum()), "runs": int(runs.sum())}
    return Section(title, (*words, how), tuple(warnings), findings, {f"phase-{outcome}".replace("_", "-"): drawing})


def _axes(study: Study, options: Mapping[str, Any]) -> list[Factor]:
    """Return the factors of the axes x and y and, if there is one, of the panels."""
    chosen = {key: study.factor(options[key]) for key in ("x", "y", "panels") if options[key]}
    free = [factor for factor in study.factors if factor not in chosen.values()]
    out = []
    for key in ("x", "y", "panels"):
        if key in chosen:
            out.append(chosen[key])
        elif free:
            out.append(free.pop(0))
    return out


def _words(
    study: Study, theories: Sequence[Theory], places: FloatArray, mean: FloatArray, what: str, shares: bool
) -> tuple[list[str], dict[str, Any]]:  # fmt: skip
    """Return what is seen at the points themselves."""
    from experiments.analysis.boundary.maps import shown

    known = np.isfinite(mean)
    low, high = float(np.nanmin(mean)), float(np.nanmax(mean))
    best, where = int(np.nanargmax(mean)), ""
    if (mean[known] == high).sum() == 1:
        at = enumerate(study.factors)
        where = ", highest at " + ", ".join(f"{f.name.replace('_', ' ')} {shown(f, places[best, i])}" for i, f in at)
    words = [f"{what.capitalize()}: from {low:.3g} to {high:.3g} over {int(known.sum())} points{where}."]
    findings: dict[str, Any] = {"lowest": low, "highest": high}
    for theory in theories if shares else ():
        above, there = theory.at(places[known]) > 0, mean[known] > 0.5
        agree = float((above == there).mean())
        only = int((above & ~there).sum()), int((~above & there).sum())
        words.append(
            f"Compared with R = 1 by {theory.words}: at {agree:.0%} of the points, either R is above 1 and more than "
            f"half of the runs show it, or neither. At {only[0]} points R is above 1 without that, at {only[1]} the "
            "other way round."
        )
        findings[f"agrees with {theory.name}"] = agree
    return words, findings


def _draw(
    results: Results, options: Mapping[str, Any], mean: FloatArray, surface: Any, model: EmergenceModel | None,
    theories: Sequence[Theory], what: str, shares: bool,
) -> Figure:  # fmt: skip
    from experiments.analysis.boundary.maps import label_axes, legend_rows, put_band, put_theory, windows
    from experiments.designs.boundary import unit_places

    study = results.study
    factors = _axes(study, options)
    positions: list[float] = list(_POSITIONS)
    if surface is None and len(factors) > 2:
        levels = np.unique(results.points[factors[2].path].to_numpy(np.float64))
        if len(levels) > _MOST_PANELS:
            levels = levels[np.linspace(0, len(levels) - 1, _MOST_PANELS).round().astype(int)]
        third = factors[2]
        positions = third.places([_level(third, value) for value in levels.tolist()]).tolist()
    x, y, panels = [*(factor.path for factor in factors), ""][:3]
    slices = windows(study, x, y, panels, positions)
    width = 6.4 if len(slices) == 1 else 3.9 * len(slices)
    figure = Figure(figsize=(width, 5.2), layout="constrained")
    axes = figure.subplots(1, len(slices), sharey=True, squeeze=False)[0]
    shown: list[Any] = [surface(window.places()) if surface else None for window in slices]
    known = mean[np.isfinite(mean)] if surface is None else np.concatenate(shown)
    low, high = (0.0, 1.0) if shares else (float(known.min()), float(known.max()))
    places, drawn = unit_places(results), cast(Any, None)
    for axis, window, values in zip(axes, slices, shown, strict=True):
        if values is None:
            drawn, sides = _cells(axis, results.points, window, mean, low, high)
        else:
            mesh = window.mesh()
            drawn = axis.pcolormesh(
                *mesh, values.reshape(window.grid, -1), cmap="cividis", vmin=low, vmax=high, shading="gouraud",
                rasterized=True,
            )  # fmt: skip
            near = window.near(places, 0.18)
            at = [results.points[study.paths[number]].to_numpy(np.float64)[near] for number in (window.x, window.y)]
            axis.scatter(*at, s=6, color="white", edgecolors="black", linewidths=0.5, zorder=3)
        if model is not None:
            put_band(axis, window, model)
        put_theory(axis, window, theories)
        label_axes(axis, window)
        if values is None:
            axis.set(xlim=sides[0][[0, -1]], ylim=sides[1][[0, -1]])
    for axis in axes[1:]:
        axis.set_ylabel("")
    figure.colorbar(drawn, ax=list(axes), label=what, shrink=0.9)
    rows = legend_rows(theories, model is not None)
    if rows:
        figure.legend(handles=rows, loc="outside lower center", ncols=1 if len(slices) == 1 else 2, frameon=False)
    return figure


def _level(factor: Factor, value: float) -> Any:
    """Return the level of a factor that is a number, as it was given; the number itself for a range."""
    return next((level for level in factor.levels if float(level) == value), value)


def _cells(
    axis: Any, points: pd.DataFrame, window: Window, mean: FloatArray, low: float, high: float
) -> tuple[Any, tuple[FloatArray, FloatArray]]:
    """Draw the cells of a grid in one panel: means over factors that are neither on the axes nor on the panels. Return
    what was drawn and the edges of the cells.
    """  # fmt: skip
    from experiments.analysis.boundary.maps import edges

    study = window.study
    x, y = study.factors[window.x], study.factors[window.y]
    frame = points.assign(**{"mean ": mean})
    if window.panel >= 0:
        at = study.factors[window.panel].places(frame[study.paths[window.panel]].tolist())
        frame = frame[np.isclose(at, window.middle[window.panel])]
    table = frame.pivot_table(index=y.path, columns=x.path, values="mean ", aggfunc="mean", dropna=False)
    sides = edges(x, table.columns), edges(y, table.index)
    return axis.pcolormesh(*sides, table.to_numpy(np.float64), cmap="cividis", vmin=low, vmax=high), sides
