"""Where emergence begins: P(emergence) over the factors, its boundary with a band, and theory's R = 1 beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Section, Table
from experiments.analysis.boundary.theory import Theory, check_theories, make_theory, theory_names
from experiments.statistics import Interval

if TYPE_CHECKING:
    from experiments.analysis.boundary.emergence import EmergenceModel
    from experiments.analysis.boundary.lines import Comparison, Crossings
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check", "counted", "emergence_outcome"]

OPTIONS: Mapping[str, Any] = {
    "outcome": "", "above": None, "along": "", "x": "", "y": "", "panels": "", "theory": "", "also": (),
}  # fmt: skip
"""outcome, above : what counts as emergence (by default what the search looks at, or ``emerged``); along : the factor
along which positions and distances are given (by default the first); x, y, panels : factors of the map and of its
small multiples; theory : the outcome that holds theory's R (by default ``r_first``), or a closed form; also : further
theories drawn beside it."""

FloatArray = npt.NDArray[np.float64]
_SLICES = (0.25, 0.5, 0.75, 1.0)
_NAMES = {"emerged": "lasting emergence", "alive": "a hybrid left at the end"}


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when outcome, factors or theory are not of the study."""
    check_emergence(study, options, where)
    for key in ("along", "x", "y", "panels"):
        if not isinstance(options[key], str):
            raise StudyError(f"{where}: {key} = {options[key]!r}: allowed is the name of a factor")
        if options[key]:
            study.factor(options[key])
    named = [study.factor(options[key]).path for key in ("x", "y", "panels") if options[key]]
    if len(set(named)) < len(named):
        raise StudyError(f"{where}: x, y and panels must be different factors")
    if len(study.factors) > 5:
        raise StudyError(f"{where}: boundary needs 1 to 5 factors; the study has {len(study.factors)}")
    for factor in study.factors:
        if not factor.is_numeric:
            raise StudyError(f"{where}: factors.{factor.path}: boundary needs numbers, not names")
    check_theories(study, options, where)


def check_emergence(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when the options `outcome` and `above` do not say what emergence is."""
    outcome, above = emergence_outcome(study, options)
    if outcome not in study.outcomes:
        hint = nearest_name(str(outcome), study.outcomes)
        allowed = ", ".join(study.outcomes)
        raise StudyError(f"{where}: outcome = {outcome!r}{hint}: allowed is one of the study's: {allowed}")
    if isinstance(above, bool) or not isinstance(above, int | float):
        raise StudyError(f"{where}: above = {above!r}: allowed is a number")


def emergence_outcome(study: Study, options: Mapping[str, Any]) -> tuple[str, float]:
    """Return the outcome that says whether a run emerged, and above which value it does."""
    search = study.design.options if study.design.method == "boundary" else {}
    outcome = options["outcome"] or search.get("outcome", "emerged")
    same = outcome == search.get("outcome", "emerged")
    above = options["above"] if options["above"] is not None else (search.get("above", 0.5) if same else 0.5)
    return outcome, above


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return where emergence begins."""
    from experiments.analysis.boundary.emergence import EmergenceModel, misjudged, spread
    from experiments.analysis.boundary.lines import compare, interval_of
    from experiments.designs.boundary import unit_places

    study = results.study
    outcome, above = emergence_outcome(study, options)
    emerged, runs, warnings = counted(results, outcome, above)
    what = _NAMES.get(outcome, f"{outcome.replace('_', ' ')} above {above:g}")
    title = "Where emergence begins" + ("" if outcome == "emerged" else f": {what}")
    if runs.sum() == 0:
        return Section(title, ("No run has ended well yet: nothing can be said.",), tuple(warnings))
    total, points = int(runs.sum()), int((runs > 0).sum())
    if emerged.sum() in (0, total):
        none = "none of them shows" if emerged.sum() == 0 else "all of them show"
        seen = f"{total} runs at {points} points were played, and {none} {what}: no boundary was seen in these ranges."
        found = {"runs": total, "points": points, "emerged": int(emerged.sum())}
        return Section(title, (seen,), tuple(warnings), found)
    model = EmergenceModel(unit_places(results), emerged, runs)
    if not model.converged:
        warnings.append("The fit of the model of P(emergence) did not come to its end: its band may be too narrow.")
    d = len(study.factors)
    axis = study.paths.index(study.factor(options["along"]).path) if options["along"] else 0
    space = spread(4096, d, 0)
    uncertainty = float(misjudged(*model.latent(space)).mean())
    wanted = study.design.options.get("precision", 0.01) if study.design.method == "boundary" else None
    if wanted is not None and uncertainty > 1.5 * wanted:
        warnings.append(
            f"The search has not reached the precision that was asked for: {uncertainty:.2g} of the space is expected "
            f"to be on the wrong side, {wanted:g} was wanted. Go on with a larger budget, or read the band."
        )
    share = interval_of(model.sides(spread(4096, d, 0)).mean(axis=1))
    words = [
        f"{total} runs at {points} points. Emergence here means {what}. It is likelier than not in {_percent(share)} "
        f"of the space of the factors (95 % interval); {uncertainty:.1%} of the space is expected to be judged wrongly."
    ]
    sentences, table = _slices(model, study, axis)
    words.append(" ".join(sentences))
    findings: dict[str, Any] = {
        "outcome": outcome, "above": above, "runs": total, "points": points, "uncertainty": uncertainty,
        "share of the space": _plain(share), "boundary": table.to_dict("records"), "theories": {},
    }  # fmt: skip
    theories = _theories(results, options, warnings)
    for theory in theories:
        comparison = compare(model, theory, axis, d)
        words += _agreement(results, theory, comparison, outcome, study.factors[axis].label, theory is theories[0])
        findings["theories"][theory.name] = {
            "R on the boundary": _plain(comparison.r),
            "distance": _plain(comparison.distance),
            "share with R above 1 only": _plain(comparison.only_theory),
            "share with emergence only": _plain(comparison.only_measured),
            "lines that agree": int(comparison.agree.sum()),
            "lines": int(sum(np.isfinite(row.estimate) for row in comparison.r_lines)),
        }
    from experiments.analysis.boundary.drawing import draw

    name = "boundary" if outcome == "emerged" else f"boundary-{outcome}".replace("_", "-")
    figures = {name: draw(results, options, model, theories, emerged, runs, what)}
    caption = "The boundary of emergence on some lines (positions in the factor's unit, 95 % intervals)."
    return Section(title, tuple(words), tuple(warnings), findings, figures, {name: Table(table, caption)})


def counted(results: Results, outcome: str, above: float) -> tuple[FloatArray, FloatArray, list[str]]:
    """Return how many runs of each point emerged and how many there are, and what a reader must know of the rest."""
    from experiments.designs.boundary import counts

    emerged, runs, played = counts(results, outcome, above)
    warnings = []
    bad = len(results.bad)
    if bad:
        warnings.append(f"{bad} of {int(played.sum())} runs failed and are left out.")
    unknown = int(played.sum() - runs.sum()) - bad
    if unknown > 0:
        warnings.append(f"In {unknown} runs {outcome.replace('_', ' ')} is not known (NaN); they are left out.")
    empty = int((runs == 0).sum())
    if empty and runs.sum():
        warnings.append(f"{empty} of {len(runs)} points have no run that can be used (yet).")
    return emerged, runs, warnings


def _theories(results: Results, options: Mapping[str, Any], warnings: list[str]) -> list[Theory]:
    found = []
    for name in theory_names(results.study, options):
        try:
            theory = make_theory(results, name)
        except ValueError:
            warnings.append(f"Too few runs know {name}: no comparison with it.")
            continue
        if not theory.converged:
            warnings.append(f"The surface through {name} was not fitted to the end: its R = 1 is rough.")
        found.append(theory)
    return found


def _slices(model: EmergenceModel, study: Study, axis: int) -> tuple[list[str], pd.DataFrame]:
    """Return where emergence begins along a factor, at some values of the next one, in words and as a table."""
    from experiments.analysis.boundary.lines import measured_crossings, value_at
    from experiments.analysis.boundary.maps import shown

    d, factor = len(study.factors), study.factors[axis]
    others = [number for number in range(d) if number != axis]
    lines = np.full((len(_SLICES) ** min(len(others), 2), d), 0.5)
    for row, picks in enumerate(np.ndindex(*([len(_SLICES)] * min(len(others), 2)))):
        for other, pick in zip(others, picks, strict=False):
            lines[row, other] = _SLICES[pick]
    found = measured_crossings(model, lines, axis)
    sentences: list[str] = []
    nowhere: list[str] = []
    rows = []
    for line in range(len(lines)):
        at = {study.factors[o].name.replace("_", " "): shown(study.factors[o], lines[line, o]) for o in others}
        there = f"at {', '.join(f'{name} {value}' for name, value in at.items())}" if at else "over the range"
        interval = found.interval(line)
        seen = float(found.seen()[line])
        sentence = f"{there[0].upper()}{there[1:]}, {_line_in_words(found, line, factor.values, factor.name, seen)}"
        if seen >= 0.5 or found.mean[line] > 0.5:
            sentences.append(sentence)
        else:
            nowhere.append(there.removeprefix("at "))
        values = [value_at(factor.values, part) for part in interval] if seen >= 0.5 else [np.nan] * 3
        ends: dict[str, Any] = {"low": values[1], "high": values[2], "probability of a boundary": seen}
        rows.append({**at, factor.label: values[0], **ends})
    if nowhere:
        name = factor.name.replace("_", " ")
        sentences.append(f"At no {name} is emergence likelier than not with {'; '.join(nowhere)}.")
    frame = pd.DataFrame(rows)
    return sentences, frame.astype(object).where(frame.notna(), None)


def _line_in_words(found: Crossings, line: int, values: Any, name: str, seen: float) -> str:
    name = name.replace("_", " ")
    if seen < 0.5:
        return f"emergence is likelier than not {'everywhere' if found.mean[line] > 0.5 else 'nowhere'}."
    middle, low, high = (f"{values([part])[0]:.3g}" for part in found.interval(line))
    does = "begins" if found.rising[line] else "ends"
    doubt = f" (with a chance of {1 - seen:.0%}, there is no boundary on this line)" if seen < 0.975 else ""
    return f"emergence {does} at {name} {middle} [{low}, {high}]{doubt}."


def _agreement(
    results: Results, theory: Theory, comparison: Comparison, outcome: str, label: str, first: bool
) -> list[str]:  # fmt: skip
    """Return how the measured boundary lies to R = 1 of a theory, and for the first theory, why."""
    r = comparison.r
    if np.isnan(r.estimate):
        return [f"Compared with {theory.words}: the boundary lies on none of the lines that were looked at."]
    lines = [row for row in comparison.r_lines if np.isfinite(row.estimate)]
    spread_of = sorted(row.estimate for row in lines)
    if r.low <= 1.0 <= r.high:
        verdict = "The interval holds 1: the boundary is where theory puts it, as closely as it is known."
    else:
        side = "above" if r.estimate > 1 else "below"
        verdict = f"So emergence begins {side} R = 1, by {abs(r.estimate - 1):.1%} of R."
    agreeing = sum(row.low <= 1.0 <= row.high for row in lines)
    words = (
        f"Compared with {theory.words}: on the measured boundary R is {r} (mean over {len(lines)} lines and 95 % "
        f"interval; from {spread_of[0]:.3g} to {spread_of[-1]:.3g} along it). {verdict} On {agreeing} of the "
        f"{len(lines)} lines the interval of R holds 1. R is above 1 without emergence in "
        f"{_percent(comparison.only_theory)} of the space, and emergence is there without R above 1 in "
        f"{_percent(comparison.only_measured)}."
    )
    if np.isfinite(comparison.distance.estimate):
        words += (
            f" Along {label}, the boundary lies {_signed(comparison.distance)} of its range above theory's (mean; "
            "negative: below)."
        )
    out = [words]
    above = any(row.low > 1.0 for row in lines) or comparison.only_theory.low > 0.005
    below = any(row.high < 1.0 for row in lines) or comparison.only_measured.low > 0.005
    if first and (above or below):
        why = reasons_of(results, outcome, above, below, theory.name)
        if why:
            out.append("Why they can differ here. " + " ".join(why))
    return out


def reasons_of(results: Results, outcome: str, above: bool, below: bool, theory: str) -> list[str]:
    """Return why the boundary may lie elsewhere than R = 1; see `experiments.analysis.boundary.reasons`."""
    from experiments.analysis.boundary.reasons import reasons

    return reasons(results, outcome, above, below, theory)


def _percent(interval: Interval) -> str:
    return f"{interval.estimate:.1%} [{interval.low:.1%}, {interval.high:.1%}]"


def _signed(interval: Interval) -> str:
    return f"{interval.estimate:+.1%} [{interval.low:+.1%}, {interval.high:+.1%}]"


def _plain(interval: Interval) -> list[float] | None:
    return [float(part) for part in interval] if np.isfinite(interval.estimate) else None
