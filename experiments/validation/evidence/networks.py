"""Co-participation networks: simulated against observed.

Organisations that took part in a project by the end of the years learnt from are imported as a scenario (their ties,
themes and kinds are those of these years), and the model is played with its defaults, first for as many months as the
years learnt from had, then for those of the years predicted. From the meetings of the latter come projects: as many as
were observed, of the observed sizes (`grouping`). Both are projected to networks of organisations in the same way
(`projection`), and compared by what is measured of these.

Put in: the ties up to the split (weights as in Newman 2001), main themes, the number and the sizes of the projects.
Come out: who takes part how often, who with whom, and all that follows of it. Simulated are

``model``          projects that grow along meetings of which something came: a birth, an improvement or a copy
``meetings``       the same along all meetings: the medium alone, whatever people know
``told``           as ``model``, but organisations start meetings in proportion to the projects that they have had, as
                   ``preferential`` knows, too: what it costs the model that all of them start as many. (Added when the
                   first look had shown that activity is what fails; it is no prediction made beforehand.)
``preferential``   members drawn in proportion to the projects that they have had (Price 1976; Barabási & Albert 1999)
``configuration``  the observed projects of each organisation, nothing else (Newman, Strogatz & Watts 2001). It is told
                   who will be active, which the others are not: a yardstick, not a rival

and ``before`` are the observed projects of the years just before, of as many years, with the organisations known then:
how much these measures change by themselves.

Where the mapping breaks: an organisation that is new in the years predicted cannot be simulated (projects are confined
to those known, observed and simulated alike); the model knows meetings of two, and how a consortium grows out of them
is ours (`grouping`), not the model's; organisations in it start as many meetings each, whereas a university and a small
firm do not take part equally often; a consortium answers a call, and its size is the call's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ecosim.errors import InputFileError, nearest_name
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.validation.evidence.compared import (
    COEFFICIENTS,
    DEGREES,
    DIFFERENCE_BAND,
    RATIO_BAND,
    RATIOS,
    misfit_of,
    off,
)
from experiments.validation.evidence.nulls import configuration, preferential
from experiments.validation.evidence.participations import Participations, read, split_years
from experiments.validation.evidence.projection import Projects, measures, tie
from experiments.validation.evidence.simulated import prepare, prepared, simulated_projects
from experiments.validation.evidence.source import Source
from experiments.validation.evidence.window import Window, window
from experiments.validation.row import Row, above, interval, judged

QUESTION = "Do projects that grow along the model's meetings make networks like those of real research projects?"
SIMULATED = ("model", "meetings", "told", "preferential", "configuration")

_OF_ACTIVITY = (
    "organisations", "projects_gini", "degree", "degree_gini", "transitivity", "path", "assortativity",
)  # fmt: skip


def run(quick: bool = False, workers: int | None = None, *, source: Source) -> pd.DataFrame:
    """Return one row per network: observed, before, and of every kind and seed simulated.

    The quick form is confined to the source's countries (or the one with most organisations).
    """
    data = read(source)
    until, last = split_years(source, data)
    countries = _short(source, data) if quick else ()
    table = compare(data, countries, until, last, range(1, 7 if quick else 13), workers)
    table.insert(0, "years", f"{until + 1}–{last}")
    table.insert(0, "selection", ", ".join(countries) or "all countries")
    table.insert(0, "programme", source.name)
    return table


def compare(
    data: Participations, countries: Sequence[str], until: int, last: int, seeds: Iterable[int],
    workers: int | None = 1,
) -> pd.DataFrame:  # fmt: skip
    """Return one row per network of the organisations of some countries (empty: all): those learnt from the years up to
    `until`, the projects those of the years after up to `last`.

    Raises
    ------
    InputFileError
        When there is nothing to simulate or to compare with (`window`, and the importer).
    """
    now = window(data, countries, until, last)
    first, length = int(data.year.min()), last - until
    networks: list[dict[str, Any]] = [{"part": "observed", "seed": 0, **_measured(now.projects, now, now, 0)}]
    with suppress(InputFileError):  # too few years to look back
        past = window(data, countries, until - length, until)
        networks.append({"part": "before", "seed": 0, **_measured(past.projects, past, now, 0)})
    with TemporaryDirectory() as folder:
        prepare(data.within(None, until), countries, now, Path(folder))
        times = {"warm": 12 * (until - first + 1), "months": 12 * length}
        jobs = [{"part": part, "seed": seed, "folder": folder, **times} for seed in seeds for part in SIMULATED]
        networks += run_many(outcome, jobs, workers, "networks")
    return pd.DataFrame(networks).drop(columns=["folder", *times])


def _short(source: Source, data: Participations) -> tuple[str, ...]:
    """Return the countries of the quick form."""
    names, counts = np.unique([code for code in data.countries if code], return_counts=True)
    for code in source.countries:
        if code not in names:
            raise InputFileError(
                f"{source.participations}: country = {code!r}{nearest_name(code, names)}: allowed are "
                f"{', '.join(names)}"
            )
    return tuple(source.countries) or tuple(str(name) for name in names[np.argsort(-counts, kind="stable")[:1]])


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return what is measured of a network simulated in one of the ways."""
    inputs, now = prepared(job["folder"])
    part, seed = job["part"], job["seed"]
    generator = np.random.default_rng([seed, SIMULATED.index(part)])
    if part == "configuration":
        return _measured(configuration(now.projects, generator), now, now, seed)
    if part == "preferential":
        return _measured(preferential(now.projects, now.earlier, generator), now, now, seed)
    projects, pairs = simulated_projects(
        inputs, now, seed, job["warm"], job["months"], part != "meetings", part == "told", generator
    )
    # without a single fruitful meeting there is no project: nothing is measured
    return {"pairs": pairs, **(_measured(projects, now, now, seed) if pairs else {})}


def _measured(projects: Projects, known: Window, now: Window, seed: int) -> dict[str, Any]:
    """Return what is measured of projects of the organisations of `known`, the distance of their degrees to those of
    `now`, and the share of organisations with a number of partners or more."""
    degree = tie(projects).degree
    observed = tie(now.projects).degree
    grid = np.arange(1, max(degree.max(), observed.max()) + 1)
    shares = [np.searchsorted(np.sort(one[one > 0]), grid, "right") / (one > 0).sum() for one in (degree, observed)]
    return {
        "projects": len(projects.sizes),
        "members": len(projects.member),
        "share_reached": known.reached / known.participations,
        **measures(projects, known.theme, known.before, np.random.default_rng(seed)),
        "degree_distance": float(np.abs(shares[0] - shares[1]).max()),
        **{f"with_{least}": float((degree[degree > 0] >= least).mean()) for least in DEGREES},
    }


# -- findings -------------------------------------------------------------------------------------------------------


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return each measure, observed and simulated, and how far off the simulated networks are in all."""
    observed = table[table["part"] == "observed"].iloc[0]
    runs = {part: table[table["part"] == part].sort_values("seed") for part in SIMULATED}
    before = table[table["part"] == "before"]
    findings: dict[str, Any] = {
        "programme": str(observed["programme"]), "selection": str(observed["selection"]),
        "years": str(observed["years"]), "seeds": len(runs["model"]),
        "joint projects observed": int(observed["projects"]),
        "share of participations in these years by organisations known before": _round(observed["share_reached"]),
        "standard error of the observed path, steps": _round(observed["path_error"]),
        "meetings of which something came, per run": _round(runs["model"]["pairs"].mean()),
        "share of members that simulated projects lack": {
            part: _round(1.0 - rows["members"].mean() / observed["members"]) for part, rows in runs.items()
        },
    }  # fmt: skip
    findings["measures"] = {
        name: {
            "observed": _round(observed[name]),
            "before": _round(before[name].iloc[0]) if len(before) else None,
            **{part: _interval(mean_interval(rows[name].to_numpy(np.float64))) for part, rows in runs.items()},
        }
        for name in [*RATIOS, *COEFFICIENTS, "ties", "degree_distance"]
    }
    findings["model off by"] = {
        name: _interval(mean_interval(off(runs["model"], observed, name))) for name in [*RATIOS, *COEFFICIENTS]
    }
    misfit = {part: misfit_of(rows, observed) for part, rows in runs.items()}
    findings["misfit"] = {part: _interval(mean_interval(values)) for part, values in misfit.items()}
    if len(before):
        findings["misfit"]["before"] = _round(misfit_of(before, observed)[0])
    findings["misfit beyond the model's"] = {
        part: _interval(mean_interval(misfit[part] - misfit["model"])) for part in SIMULATED[1:]
    }
    findings["misfit beyond the told model's"] = {
        part: _interval(mean_interval(misfit[part] - misfit["told"])) for part in ("preferential", "configuration")
    }
    findings["distance of degrees beyond the model's"] = {
        part: _interval(mean_interval(rows["degree_distance"].to_numpy() - runs["model"]["degree_distance"].to_numpy()))
        for part, rows in runs.items()
        if part != "model"
    }
    return findings


def _round(value: Any) -> float | None:
    return float(f"{float(value):.4g}") if math.isfinite(float(value)) else None


def _interval(found: Interval) -> list[float | None]:
    return [_round(value) for value in found]


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return a line for each measure, and lines on who lies nearer to what was observed."""
    where = f"{findings['programme']}, {findings['selection']}, {findings['years']}"
    out = []
    for name, words in {**RATIOS, **COEFFICIENTS}.items():
        found = findings["measures"][name]
        difference = name in COEFFICIENTS
        band = DIFFERENCE_BAND if difference else RATIO_BAND
        away = interval(findings["model off by"][name])
        verdict = judged(away, *band)
        out.append(
            Row(
                key=name,
                fact=f"Projects that grow along the model's fruitful meetings give {words} as observed.",
                source=f"participations: {where}",
                expected=f"{_words(found['observed'])} ({'± 0.1' if difference else 'between 0.8 and 1.25 of it'})",
                found=f"{interval(found['model'])}, {'difference' if difference else 'ratio'} {away}",
                verdict=verdict,
                note="" if verdict == "holds" else _why(name, found) + _beside(found),
            )
        )
    claims = (
        ("nearer-than-preferential", "misfit beyond the model's", "preferential",
         f"Over {len(RATIOS) + len(COEFFICIENTS)} measures the model's networks lie nearer to the observed one than "
         "those of preferential attachment do."),
        ("nearer-than-configuration", "misfit beyond the model's", "configuration",
         "The model's networks lie nearer than those of a configuration model that is told how often each organisation "
         "will take part."),
        ("knowledge-counts", "misfit beyond the model's", "meetings",
         "The model's networks lie nearer than those that grow along all of its meetings, whether or not anything came "
         "of them."),
        ("nearer-when-told", "misfit beyond the told model's", "preferential",
         "When organisations start meetings in proportion to the projects that they have had, which preferential "
         "attachment knows as well, the model's networks lie nearer to the observed one than those of preferential "
         "attachment."),
        ("nearer-when-told-than-configuration", "misfit beyond the told model's", "configuration",
         "When organisations start meetings in proportion to the projects that they have had, the model's networks lie "
         "nearer to the observed one than those of a configuration model that is told how often each will take part."),
        ("degrees-nearer", "distance of degrees beyond the model's", "preferential",
         "The model's distribution of partners lies nearer to the observed one than preferential attachment's."),
    )  # fmt: skip
    for key, what, rival, fact in claims:
        found_difference = interval(findings[what][rival])
        unit = "Kolmogorov–Smirnov" if key == "degrees-nearer" else "mean absolute log ratio or difference"
        verdict = above(found_difference, 0.0)
        out.append(
            Row(
                key=key,
                fact=fact,
                source=f"participations: {where}",
                expected=f"more than 0 ({unit})",
                found=str(found_difference),
                verdict=verdict,
                note="" if verdict == "holds" else _standing(findings, key),
            )
        )  # fmt: skip
    return out


def _words(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3g}"


def _why(name: str, found: dict[str, Any]) -> str:
    """Return what is known of the reason why a measure is off, with a space after it."""
    if name in _OF_ACTIVITY:
        return (
            "In the model every organisation starts as many meetings, in the data few do most; see `told`, where they "
            "start as many as they had projects. "
        )
    low = None not in (found["model"][0], found["observed"]) and found["model"][0] < found["observed"]
    if name == "repeated" and low:
        return "A simulated consortium is made anew each time; real ones come back together. "
    if name == "known" and low:
        return "Where fruitful meetings are few, a consortium fills up with partners of partners. "
    return ""


def _beside(found: dict[str, Any]) -> str:
    others = ", ".join(f"{part} {_words(found[part][0])}" for part in SIMULATED[1:])
    before = "" if found["before"] is None else f"; observed in the years before {_words(found['before'])}"
    return f"Beside it: {others}{before}."


def _standing(findings: dict[str, Any], key: str) -> str:
    if key == "degrees-nearer":
        values = {part: findings["measures"]["degree_distance"][part][0] for part in SIMULATED}
    else:
        values = {part: findings["misfit"][part][0] for part in SIMULATED}
    return "Off by: " + ", ".join(f"{part} {_words(value)}" for part, value in values.items()) + "."


def draw(table: pd.DataFrame) -> Figure:
    """Return ratios and differences of every measure, and the distribution of partners."""
    from experiments.validation.evidence.networks_figure import figure

    return figure(table)
