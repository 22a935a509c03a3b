"""Early warning: do variance and autocorrelation rise before tipping, and how often would they cry wolf?

Runs that tip are set against runs that do not, in windows of the same length at the same months. The months come from
the table of steps; the signals themselves are computed in `signals`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.early_warning.signals import (
    DETRENDING,
    INDICATORS,
    Alarm,
    Paths,
    alarm,
    crossings,
    indicators,
    matched_ends,
    paths_of,
    scores,
    windows,
)

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check", "section_of"]

OPTIONS: Mapping[str, Any] = {
    "column": "",  # of the steps; empty: the first
    "outcome": "emergence_month",  # the month of tipping
    "level": 0.0,  # above 0: tipping is when the column's mean over twelve months reaches this, not the outcome
    "window": 48,  # months before tipping that are looked at
    "rolling": 0.5,  # share of the window that an indicator looks back on
    "detrend": "gaussian",  # or "difference", "none"
    "bandwidth": 0.1,  # of the Gaussian, as a share of the window
    "gaps": [0, 6, 12, 24],  # months between the window's end and tipping: how early is the signal there?
    "false_alarm": 0.1,  # rate of false alarms that is accepted
    "resamples": 400,  # of the bootstrap
}
_FEW = 20  # windows of each kind
_SHOCK = 0.25  # an onset that brings such a share of the attractors' strength is a shock


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when the study keeps no months, or an option is wrong."""
    columns = study.steps.columns
    if not columns:
        raise StudyError(f'{where}: early warning needs months: give steps = {{ columns = ["births_recombinant"] }}')
    column = options["column"] or columns[0]
    if column not in columns:
        raise StudyError(
            f"{where}: column = {column!r}{nearest_name(str(column), columns)}: allowed are the steps’ columns: "
            f"{', '.join(columns)}"
        )
    for key, least, most in (
        ("level", 0.0, 1e12), ("rolling", 0.1, 0.9), ("bandwidth", 0.01, 1.0), ("false_alarm", 0.005, 0.5)
    ):  # fmt: skip
        value = options[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise StudyError(f"{where}: {key} = {value!r}: allowed is a number from {least:g} to {most:g}")
    if not options["level"] and options["outcome"] not in study.outcomes:
        hint = nearest_name(str(options["outcome"]), study.outcomes)
        raise StudyError(
            f"{where}: outcome = {options['outcome']!r}{hint}: allowed are the study’s outcomes "
            f"({', '.join(study.outcomes)}), or a level above 0"
        )
    for key, least_whole, most_whole in (("window", 12 * study.steps.every, 100_000), ("resamples", 50, 100_000)):
        value = options[key]
        if isinstance(value, bool) or not isinstance(value, int) or not least_whole <= value <= most_whole:
            raise StudyError(
                f"{where}: {key} = {value!r}: allowed is a whole number from {least_whole} to {most_whole}"
            )
    if options["detrend"] not in DETRENDING:
        raise StudyError(f"{where}: detrend = {options['detrend']!r}: allowed are {', '.join(DETRENDING)}")
    gaps = options["gaps"]
    if not isinstance(gaps, list) or not gaps or gaps[0] != 0 or gaps != sorted(set(gaps)) or not all(
        isinstance(gap, int) and not isinstance(gap, bool) for gap in gaps
    ):  # fmt: skip
        raise StudyError(f"{where}: gaps = {gaps!r}: allowed is a list of rising whole numbers that begins with 0")


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return how well each indicator announces tipping."""
    study = results.study
    column = options["column"] or study.steps.columns[0]
    good = results.good
    steps = results.steps.merge(good[["point", "replicate"]], on=["point", "replicate"])
    frame = steps[["point", "replicate", "month"]].assign(value=steps[column])
    warnings = []
    if len(results.bad):
        warnings.append(f"{len(results.bad)} of {len(results.runs)} runs did not end well and are left out.")
    if not len(frame):
        return Section("Early warning", (), (*warnings, "There are no months of good runs yet."), {"runs": 0})
    paths = paths_of(frame)
    if options["level"]:
        tips = crossings(paths, float(options["level"]))
        tipping = f"the mean of {column} over twelve months reaches {options['level']:g}"
    else:
        months = good.set_index(["point", "replicate"])[options["outcome"]]
        tips = months.reindex(pd.MultiIndex.from_arrays([paths.points, paths.replicates])).to_numpy(np.float64)
        tipping = "emergence" if options["outcome"] == "emergence_month" else options["outcome"].replace("_", " ")
    return section_of(paths, tips, options, column, tipping, _shocks(study), tuple(warnings), study.seed)


def section_of(
    paths: Paths, tips: npt.NDArray[np.float64], options: Mapping[str, Any], column: str, tipping: str,
    shocks: list[int], warnings: tuple[str, ...] = (), seed: int = 1,
) -> Section:  # fmt: skip
    """Return the section from runs month by month and their month of tipping (NaN: none), float64 (n,).

    shocks : months in which an attractor of weight begins
    """
    said = list(warnings)
    tipped = np.isfinite(tips)
    title = f"Early warning: {column.replace('_', ' ')} before {tipping}"
    findings: dict[str, Any] = {
        "runs": len(tips), "tipped": int(tipped.sum()), "indicators": {},
        "median_month": float(np.median(tips[tipped])) if tipped.any() else None,
    }  # fmt: skip
    ends, same = matched_ends(paths, tips, seed)
    values, usable = windows(paths, ends, options["window"])
    counts = int((usable & tipped).sum()), int((usable & ~tipped).sum())
    findings |= {"tipping_windows": counts[0], "still_windows": counts[1], "matched_within_point": same}
    early = int((tipped & ~usable).sum())
    if early:
        said.append(
            f"{early} of {int(tipped.sum())} tippings come before there are {options['window']} whole months to look "
            "at and are left out: the early ones, which are those that came without much of a warning."
        )
    if min(counts) < _FEW:
        said.append(
            f"There are {counts[0]} windows before tipping and {counts[1]} of runs that do not tip: {_FEW} of each are "
            "needed to tell a signal from chance."
        )
        return Section(title, (), tuple(said), findings)
    if paths.step > 1:
        said.append(f"Only every {paths.step}th month is kept: autocorrelation is at a lag of {paths.step} months.")
    words = [
        f"{counts[0]} windows of {options['window']} months before tipping ({tipping}; median month "
        f"{findings['median_month']:.0f}) are set against {counts[1]} windows at the same months of runs that do not "
        f"tip; {same:.0%} of these belong to a point of which other runs tip, so that only chance sets them apart. "
        "What follows tipping is in no window. A trend is Kendall’s tau over the window."
    ]
    results: dict[int, dict[str, Alarm]] = {}
    for gap in options["gaps"]:
        trends, which = _trends(paths, ends, tipped, gap, options)
        if min(int(which.sum()), int((~which).sum())) < _FEW:
            break
        results[gap] = {
            name: alarm(trend[which], trend[~which], options["false_alarm"], options["resamples"], seed)
            for name, trend in trends.items()
        }
    leads = {name: _lead(results, name) for name in results[0]}
    for name, found in results[0].items():
        words.append(_words(name, found, leads[name], options["false_alarm"]))
        findings["indicators"][name] = {
            "auc": list(found.area), "true_alarms": list(found.hits), "false_alarms": list(found.false),
            "lead_months": leads[name],
        }  # fmt: skip
    words.append(_verdict(results[0]))
    words += _shocked(tips[tipped & usable], shocks, options["window"], said, findings)
    figures, tables = _shown(paths, ends, tipped, values[usable], tipped[usable], results, options, column)
    return Section(title, tuple(words), tuple(said), findings, figures, tables)


# -- parts ----------------------------------------------------------------------------------------------------


def _trends(
    paths: Paths, ends: Any, tipped: Any, gap: int, options: Mapping[str, Any]
) -> tuple[dict[str, npt.NDArray[np.float64]], npt.NDArray[np.bool_]]:  # fmt: skip
    """Return the trend of every indicator in the windows that end `gap` months before, and which of them are of runs
    that tip.
    """  # fmt: skip
    values, usable = windows(paths, ends, options["window"], gap)
    trends = scores(values[usable], options["rolling"], options["detrend"], options["bandwidth"])
    if (paths.values < 0).any():
        del trends["dispersion"]  # it is for counts and other amounts
    return trends, tipped[usable]


def _lead(results: Mapping[int, Mapping[str, Alarm]], name: str) -> int | None:
    """Return how many months before tipping the signal is there already, from 0 on without a break; None: never."""
    lead = None
    for gap, found in results.items():
        if found[name].area.low <= 0.5:
            break
        lead = gap
    return lead


def _words(name: str, found: Alarm, lead: int | None, rate: float) -> str:
    what = INDICATORS[name].split(":")[0].split(" (")[0]
    area = f"area under the ROC curve {found.area.estimate:.2f} ({found.area.low:.2f} to {found.area.high:.2f})"
    if found.area.low <= 0.5 <= found.area.high:
        return f"The {what} is no better than chance: {area}."
    if found.area.high < 0.5:
        return f"The {what} goes the wrong way: it falls before tipping, or rises less than elsewhere; {area}."
    when = "" if not lead else f" The signal is there {lead} months ahead."
    return (
        f"The {what} rises before tipping: {area}. Where {rate:.0%} of false alarms are accepted, it announces "
        f"{found.hits.estimate:.0%} of tippings ({found.hits.low:.0%} to {found.hits.high:.0%}); false alarms measured "
        f"on other runs: {found.false.estimate:.0%} ({found.false.low:.0%} to {found.false.high:.0%}).{when}"
    )


def _verdict(found: Mapping[str, Alarm]) -> str:
    slowing = {name: found[name] for name in ("variance", "autocorrelation")}
    seen = [name for name, one in slowing.items() if one.area.low > 0.5]
    best = max(slowing.values(), key=lambda one: one.area.estimate).area.estimate
    level = found["level"].area
    if len(seen) == 2:
        text = "Variance and autocorrelation rise together, as critical slowing down would have it."
    elif seen:
        other = next(name for name in slowing if name not in seen)
        text = (
            f"Only {seen[0]} rises, {other} does not: that is not what critical slowing down predicts (both would), "
            "and for counts the variance rises with their mean anyhow; see the dispersion."
        )
    else:
        text = "There is no sign of critical slowing down: neither variance nor autocorrelation tells who will tip."
    if level.estimate > best and level.low > 0.5:
        text += f" Looking at the mean alone does better ({level.estimate:.2f})."
    return text


def _shocked(
    tips: npt.NDArray[np.float64], shocks: list[int], window: int, said: list[str], findings: dict[str, Any]
) -> list[str]:  # fmt: skip
    """Say when tipping is brought by an attractor's onset."""
    share = float(np.mean([any(tip - window <= s <= tip for s in shocks) for tip in tips])) if shocks else 0.0
    findings["shocked"] = share
    if share < 0.5:
        return []
    said.append(
        f"In {share:.0%} of the windows before tipping an attractor of weight begins (month "
        f"{', '.join(str(s) for s in shocks)}): tipping is brought by a shock. Critical slowing down is for a slow "
        "approach, and what is seen here is the shock itself."
    )
    return ["Signals before a tipping that a shock brings are no evidence for, or against, early warning."]


def _shocks(study: Study) -> list[int]:
    """Return the months after the first in which an attractor begins that brings a good share of all their strength."""
    months = set()
    scenarios = [study.scenario] if study.scenario is not None else list(study.scenarios.values())
    for scenario in scenarios:
        total = sum(attractor.strength for attractor in scenario.attractors)
        months |= {a.start for a in scenario.attractors if a.start > 0 and a.strength >= _SHOCK * total}
    return sorted(months)


def _shown(
    paths: Paths, ends: Any, tipped: Any, values: Any, which: Any, results: Mapping[int, Mapping[str, Alarm]],
    options: Mapping[str, Any], column: str,
) -> tuple[dict[str, Drawing], dict[str, Table]]:  # fmt: skip
    from experiments.analysis.early_warning import drawing

    trends, mine = _trends(paths, ends, tipped, 0, options)
    rolled = indicators(values, options["rolling"], options["detrend"], options["bandwidth"])
    figures = {
        "windows": drawing.medians(values, rolled, which, paths.step, column),
        "roc": drawing.roc_curves(trends, mine, results[0], options["false_alarm"]),
        "lead": drawing.leads(results),
    }
    rows = [
        (name, gap, *one.area, one.hits.estimate, one.false.estimate, one.tipping, one.still)
        for gap, found in results.items()
        for name, one in found.items()
    ]
    names = [
        "indicator", "months before tipping", "area under ROC", "from", "to", "true alarms", "false alarms",
        "windows before tipping", "other windows",
    ]  # fmt: skip
    caption = f"Trends of rolling indicators as alarms; thresholds accept {options['false_alarm']:.0%} false alarms."
    frame = pd.DataFrame(rows, columns=names)
    assert math.isfinite(frame["area under ROC"].sum())
    return figures, {"alarms": Table(frame, caption)}
