"""A split in time: who forms new ties across themes, predicted from the years before.

Everything is learnt from projects that start up to a year; what is predicted are ties (a project in common) in the
years after, between organisations of different main themes that had none (`targets`). Scored are the model and simple
rules (`predictors`), all calibrated in one way on an earlier split (`forecast`). The model's setting is chosen on that
earlier split, by a rule stated there: the code that chooses is not given the predicted years. (Who wrote it was: the
Horizon 2020 scores of the defaults at both splits had been seen when the settings to choose from were written down.)

How it maps onto the model. Organisations, ties, themes, distances and communities are what the importer of CORDIS
files makes of the years learnt from. A new tie with a theme stands for a hybrid with knowledge of that theme: the score
is how many of these an organisation is expected to make. Where it breaks: ties do not form in the core of the model,
knowledge does; a partner's partner is reached by the hybrids that the partner brings. A project of thirty partners
makes many ties at once, a hybrid has two inventors. In a scenario all organisations start as many meetings; that they
start them in proportion to past projects takes a process of one line, and is offered as a choice. Attractors, which
would be calls for proposals, are not known before they are published, and left out.

Intervals are bootstrap intervals: organisations and themes are resampled, both (`scores.two_way`), 2.5 % to 97.5 %;
themes alone where pairs of themes are predicted. Organisations that join one project are resampled as if apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from ecosim.errors import InputFileError, nearest_name
from experiments.statistics import Interval
from experiments.validation.evidence.forecast import BOTH, TOGETHER, Forecast, forecast
from experiments.validation.evidence.known import new_ties, of_countries
from experiments.validation.evidence.participations import Participations, read, split_years
from experiments.validation.evidence.predictors import BASELINES
from experiments.validation.evidence.scores import Ranked, bins, brier, copies, two_way
from experiments.validation.evidence.source import Source
from experiments.validation.evidence.targets import TARGETS, Target
from experiments.validation.evidence.time_split_figure import draw_scores
from experiments.validation.evidence.time_split_rows import statements
from experiments.validation.row import Row

QUESTION = "Does the model, learning from some years, predict who forms ties across themes in the next?"
FloatArray = npt.NDArray[np.float64]
OURS = ("model", "model, defaults", "busy partners")
SINGLE = (*OURS, *BASELINES, "chance")
SHARE = 0.01  # of cases, for the precision among the first
SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
BINS = 10
COLUMNS = ("part", "target", "predictor", "metric", "item", "seed", "value")


def run(quick: bool = False, workers: int | None = None, source: Source | None = None) -> pd.DataFrame:
    """Return scores in long form: ``part``, ``target``, ``predictor``, ``metric``, ``item``, ``seed``, ``value``.

    Parts: ``score`` (seed −1: of all cases, from 0 on: of a resample), ``precision`` (item: share of cases taken),
    ``calibration`` (item: bin), ``setting`` (item: number of the setting), ``gravity``, ``size``, ``skipped`` (the
    metric is the reason). The short form takes the organisations of the source's countries alone, or of the one with
    most. It is one process, whatever `workers`.

    Raises
    ------
    EcosimError
        For files that cannot be understood, or years or themes that are too few.
    """
    if source is None:
        raise TypeError("the study time-split needs a source of participations")
    data = read(source)
    until, last = split_years(source, data)
    if quick:
        data = of_countries(data, _short(source, data))
    expected = forecast(data.within(None, until), until, last - until, quick)
    formed = new_ties(expected.known, data, until + 1, last)
    rows = _what_was_fitted(expected)
    rows += [("size", "", "", name, np.nan, -1, number) for name, number in (("until", until), ("last", last))]
    for number, name in enumerate(TARGETS):
        cases = expected.target(name, formed)
        if not len(cases.happened) or np.isnan(Ranked(cases.happened, np.zeros(len(cases.first)), cases.group).auc()):
            reason = "no two cases with different outcomes to compare" if len(cases.happened) else "no case"
            rows.append(("skipped", name, "", reason, np.nan, -1, np.nan))
            continue
        rows.append(("size", name, "", "cases", np.nan, -1, len(cases.happened)))
        rows.append(("size", name, "", "happened", np.nan, -1, int(cases.happened.sum())))
        rows += _scored(expected, cases, 100 if quick else 200, 1 + number)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return, for each target, AUC by predictor and the model's differences from each, with intervals."""
    score = table[table["part"] == "score"]
    wide = score.pivot_table(index=["target", "metric", "seed"], columns="predictor", values="value")
    size = table[(table["part"] == "size")].set_index(["target", "metric"])["value"]
    setting = table[table["part"] == "setting"].pivot_table(index="item", columns="metric", values="value")
    best = setting.loc[setting["chosen"] == 1].iloc[0]
    findings: dict[str, Any] = {
        "learnt until": int(table.loc[table["metric"] == "until", "value"].iloc[0]),
        "predicted until": int(table.loc[table["metric"] == "last", "value"].iloc[0]),
        "chosen on the earlier split": {
            "openness d*, 0: distance without effect": round(float(best["openness"]), 3),
            "weight of the digital layer": round(float(best["digital"]), 3),
            "meetings in proportion to past projects": bool(best["by_activity"]), "AUC there": round(best["auc"], 4),
            "AUC of the defaults there": round(float(setting["auc"].loc[setting.index.min()]), 4),
        },
        "exponents of gravity": {
            row.metric: round(row.value, 3) for row in table[table["part"] == "gravity"].itertuples()
        },
        "not measured": {row.target: row.metric for row in table[table["part"] == "skipped"].itertuples()},
    }  # fmt: skip
    for target in dict.fromkeys(score["target"]):
        found: dict[str, Any] = {
            "cases": int(size[target, "cases"]), "happened": int(size[target, "happened"]), "AUC": {},
        }  # fmt: skip
        for metric in dict.fromkeys(score.loc[score["target"] == target, "metric"]):
            values = wide.loc[(target, metric)].dropna(axis=1, how="all")
            found[metric] = {name: _interval(values[name]) for name in values}
            for ours in OURS:
                sign = -1 if metric == "Brier" else 1  # better is smaller
                found[f"{metric} of {ours} better by"] = {
                    name: _interval(sign * (values[ours] - values[name])) for name in BASELINES if name in values
                }
            if BOTH in values:
                found[f"{metric} added by the model"] = _interval(values[BOTH] - values[TOGETHER])
        findings[target] = found
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the statements."""
    return statements(findings)


def draw(table: pd.DataFrame) -> Figure:
    """Return AUC by target and predictor, the calibration, and the precision among the first."""
    return draw_scores(table, conclude(table))


def _what_was_fitted(expected: Forecast) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number, (setting, auc) in enumerate(expected.tried):
        values = {**vars(setting), "auc": auc, "chosen": setting == expected.chosen}
        rows += [("setting", "tie", "model", name, number, -1, float(value)) for name, value in values.items()]
    rows += [("gravity", "", "gravity", name, np.nan, -1, value) for name, value in expected.gravity.items()]
    return rows


def _scored(expected: Forecast, cases: Target, resamples: int, seed: int) -> list[tuple[Any, ...]]:
    """Return the rows of one target: its scores, all and resampled, and for ties the curves of the figure."""
    scores = {name: cases.of(expected.scores[name]) for name in SINGLE}
    if cases.name == "affinity":
        del scores["chance"]  # random numbers have no size to divide by
    probabilities: dict[str, FloatArray] = {}
    if cases.name in ("tie", "first"):
        scores |= {name: expected.probability(cases.name, name) for name in (TOGETHER, BOTH)}
    if cases.name == "tie":
        probabilities = {name: expected.probability("tie", name) for name in (*OURS, *BASELINES)}
    ranked = {name: Ranked(cases.happened, score, cases.group) for name, score in scores.items()}

    def measured(weight: FloatArray | None, seed: int) -> list[tuple[Any, ...]]:
        found = [("AUC", name, ranks.auc(weight)) for name, ranks in ranked.items()]
        if cases.name == "tie":
            found += [("precision", name, ranked[name].precision(SHARE, weight)) for name in SINGLE]
            found += [("Brier", name, brier(cases.happened, p, weight)) for name, p in probabilities.items()]
            happened = np.average(cases.happened, weights=weight)
            found += [
                ("expected over observed", name, float(np.average(p, weights=weight)) / happened)
                for name, p in probabilities.items()
            ]
        return [("score", cases.name, name, metric, np.nan, seed, value) for metric, name, value in found]

    rows = measured(None, -1)
    of_themes = cases.name in ("pair", "affinity")
    for number, weight in enumerate(two_way(cases.first, cases.second, resamples, seed, of_themes)):
        if (weight * cases.happened).sum() > 0:
            rows += measured(weight, number)
    if cases.name == "tie":
        rows += [
            ("precision", "tie", name, "precision", share, -1, ranked[name].precision(share))
            for name in SINGLE
            for share in SHARES
        ]
        for name, probability in probabilities.items():
            rows += _calibration(name, probability, cases, resamples)
    return rows


def _calibration(name: str, probability: FloatArray, cases: Target, resamples: int) -> list[tuple[Any, ...]]:
    """Return the mean probability and the share that happened, bin by bin; organisations are resampled."""
    place = bins(probability, BINS)
    number = int(place.max()) + 1
    counts = np.bincount(place)
    organisations = int(cases.first.max()) + 1
    key = place * organisations + cases.first
    happened = np.bincount(key, cases.happened, number * organisations).reshape(number, organisations)
    there = np.bincount(key, minlength=number * organisations).reshape(number, organisations)
    generator = np.random.default_rng(7)
    drawn = np.stack([copies(organisations, generator) for _ in range(resamples)], axis=1)
    low, high = np.quantile((happened @ drawn) / np.maximum(there @ drawn, 1), (0.025, 0.975), axis=1)
    columns = {
        "expected": np.bincount(place, probability) / counts, "observed": happened.sum(axis=1) / counts, "low": low,
        "high": high,
    }  # fmt: skip
    return [
        ("calibration", "tie", name, metric, row, -1, float(values[row]))
        for metric, values in columns.items()
        for row in range(number)
    ]


def _interval(values: pd.Series) -> list[float] | None:
    """Return [estimate, low, high] of what the table has for all cases (seed −1) and for resamples."""
    resampled = values[values.index >= 0].dropna()
    estimate = values.get(-1, np.nan)
    if np.isnan(estimate) or len(resampled) < 10:
        return None
    low, high = np.quantile(resampled, (0.025, 0.975))
    return [round(float(value), 4) for value in Interval(estimate, low, high)]


def _short(source: Source, data: Participations) -> tuple[str, ...]:
    """Return the countries of the short form: the source's, or the one with most organisations (ties: alphabetical)."""
    names, counts = np.unique(data.countries, return_counts=True)
    for code in source.countries:
        if code not in names:
            allowed = [str(name) for name in names if name]
            raise InputFileError(
                f"{source.participations}: country = {code!r}{nearest_name(code, allowed)}: allowed are "
                f"{', '.join(allowed)}"
            )
    return tuple(source.countries) or (str(names[counts.argmax()]),)
