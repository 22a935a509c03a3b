"""Exponents: is the transition at R = 1 in the universality class of mean-field directed percolation?

Asked: how births and times scale with size at the threshold, and births with the distance above it. On a complete
graph directed percolation (the contact process, SIS epidemics) has the order parameter ∝ (R − 1)^β with β = 1, in N
at the threshold ∝ N^(−β/ν̄) with β/ν̄ = 1/2, and times ∝ N^z̄ with z̄ = 1/2 (Marro & Dickman 1999, Nonequilibrium
Phase Transitions in Lattice Models; Hinrichsen 2000, Advances in Physics 49; Deroulers & Monasson 2004, Physical
Review E 69).

How it maps: the seeded well-mixed experiment of `behaviours.tipping`, spontaneous births off, a tenth of the
organisations given one hybrid. Meetings are fewer than by default, their success and forgetting higher, and nothing
is copied: the same chain of organisations with a tenth of the meetings to play, whose threshold is known exactly,
months and all (`theory.chain`; with copying it leaves out that one meeting may do both). Nothing presupposes an
exponent: the time of a size is the month by which a third of the runs have no hybrid left, and its births are those of
the runs that are left, in the half of that time before it.

Corrections to scaling: at small sizes the time is few lives of a hybrid, and a tenth of the organisations are few.
Slopes are given over all sizes and over the larger half; the rows judge the larger half. Above the threshold the
leading correction, a factor 1 + b (R − 1), is fitted beside the exponent.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from experiments.behaviours.tipping import WELL_MIXED
from experiments.drawing import COLOURS, MARKERS, new_figure
from experiments.pool import run_many
from experiments.validation.row import Row, interval, judged, shown
from experiments.validation.theory.chain import Rates, threshold

QUESTION = "Which exponents do births and times have at R = 1 and above it, and are they those of the mean field?"
RATES = Rates(0.4, 8, 0.0, 0.0, 0.1)
SEEDED, HORIZON, BINS = 0.1, 60, 24  # share of organisations; months per square root of the size; parts of it
ABOVE = (0.06, 0.09, 0.13, 0.18, 0.25)  # success over the threshold's, minus 1; nearer, runs are slow to settle
ENDED = 1 / 3  # share of runs that have ended by a size's time
LARGE = 1000  # organisations from which on sizes are judged
RESAMPLES = 400
FloatArray = npt.NDArray[np.float64]


def seeded(job: dict[str, Any]) -> dict[str, Any]:
    """Return the month in which no hybrid is left (NaN: never) and the births in equal parts of the horizon."""
    from ecosim import EcosystemModel

    success = threshold(RATES) * (1.0 + job["above"])
    with EcosystemModel(
        seed=job["seed"], firms=job["organisations"], base_drive=-math.log1p(-success), seeded_share=SEEDED,
        meeting_rate=RATES.meeting_rate, transmissibility=0.0, forgetting=RATES.forgetting, core_size=RATES.core,
        dimensions=1, **WELL_MIXED,
    ) as model:  # fmt: skip
        extinct = math.nan
        while model.state.month < job["months"]:
            history = model.run(min(50, job["months"] - model.state.month)).state.history
            held = history.column("carried")
            if held[-1] == 0:
                extinct = float(np.argmax(held == 0))
                break
        born = np.zeros(job["months"])
        born[: history.count] = history.column("recombinant")
        edges = np.linspace(0, job["months"], BINS + 1).round().astype(int)
        parts = np.diff(np.concatenate([[0.0], np.cumsum(born)])[edges]) / np.diff(edges)
        yearly = parts * 12.0 / job["organisations"]
        return {"extinct": extinct, **{f"births {i}": float(v) for i, v in enumerate(yearly)}}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return a row per run: ``at`` the threshold, by size, and ``above`` it, by the distance from it."""
    many = {250: 200, 500: 160, 1000: 120, 2000: 80, 4000: 48, 8000: 24}
    if quick:
        many = {125: 24, 500: 12}
    jobs: list[dict[str, Any]] = [
        {"part": "at", "organisations": size, "above": 0.0, "months": int(HORIZON * math.sqrt(size)), "seed": size + s}
        for size, seeds in many.items()
        for s in range(seeds)
    ]
    size, seeds, months = (1000, 2, 400) if quick else (8000, 6, 1600)
    for place, above in enumerate(ABOVE[2:] if quick else ABOVE):
        known = {"part": "above", "organisations": size, "above": above, "months": months}
        jobs += [{**known, "seed": 100 * place + s} for s in range(seeds)]
    jobs.sort(key=lambda job: job["organisations"] * job["months"], reverse=True)
    return pd.DataFrame(run_many(seeded, jobs, workers, "exponents"))


def time_of(extinct: FloatArray) -> float:
    """Return the month by which a third of the runs have ended, NaN (a run still alive) counting as later than all."""
    return float(np.quantile(np.where(np.isnan(extinct), np.inf, extinct), ENDED, method="lower"))


def at_threshold(extinct: FloatArray, births: FloatArray, months: int) -> tuple[float, float]:
    """Return a size's time (months) and its births per organisation and year among runs that are left, in the second
    half of that time.

    extinct : float64 (R,); births : float64 (R, BINS), per organisation and year
    """
    time = time_of(extinct)
    edges = np.linspace(0, months, BINS + 1)
    ends = np.where(np.isnan(extinct), np.inf, extinct)
    chosen = (edges[1:] <= time) & (edges[1:] > time / 2)
    if not math.isfinite(time) or not chosen.any():
        return math.nan, math.nan
    left = ends[:, None] >= edges[1:][None, chosen]
    return time, float((births[:, chosen] * left).sum() / left.sum())


def power(x: FloatArray, y: FloatArray) -> float:
    """Return the slope of log y on log x by least squares, NaN where a value is missing."""
    logs = np.log(x) - np.log(x).mean()
    return float(logs @ np.log(y) / (logs @ logs))


def corrected(x: FloatArray, y: FloatArray) -> float:
    """Return β of ``y = A x^β (1 + b x)`` by least squares in logarithms, with log(1 + b x) as b x."""
    design = np.stack([np.ones(len(x)), np.log(x), x], axis=1)
    return float(np.linalg.lstsq(design, np.log(y), rcond=None)[0][1])


class Group(NamedTuple):
    """Runs of one kind: extinct float64 (R,), month or NaN; births float64 (R, BINS)."""

    part: str
    size: float
    above: float
    months: int
    extinct: FloatArray
    births: FloatArray


def groups_of(table: pd.DataFrame) -> list[Group]:
    """Return the runs of each size, and of each distance above the threshold."""
    names = [f"births {i}" for i in range(BINS)]
    return [
        Group(
            str(part), float(size), float(above), int(rows_of["months"].iloc[0]),
            rows_of["extinct"].to_numpy(np.float64), rows_of[names].to_numpy(np.float64),
        )
        for (part, size, above), rows_of in table.groupby(["part", "organisations", "above"])
    ]  # fmt: skip


def scaled(groups: list[Group], generator: np.random.Generator | None = None) -> dict[str, dict[float, float]]:
    """Return times and births by size, and births by the distance above the threshold, of the runs or a resample."""
    found: dict[str, dict[float, float]] = {"time": {}, "births": {}, "above": {}}
    for group in groups:
        many = len(group.births)
        pick = np.arange(many) if generator is None else generator.integers(0, many, many)
        if group.part == "at":
            time, births = at_threshold(group.extinct[pick], group.births[pick], group.months)
            found["time"][group.size], found["births"][group.size] = time, births
        else:
            found["above"][group.above] = float(group.births[pick, BINS // 2 :].mean())
    return found


def exponents(found: dict[str, dict[float, float]]) -> dict[str, float]:
    """Return the exponents that `scaled` implies."""
    out = {}
    for name, key in (("z", "time"), ("beta over nu", "births")):
        sizes, values = (np.array(list(v), np.float64) for v in (found[key].keys(), found[key].values()))
        large = sizes >= (LARGE if (sizes >= LARGE).sum() > 1 else 0)
        sign = 1.0 if key == "time" else -1.0
        out[name] = sign * power(sizes[large], values[large])
        out[f"{name}, all sizes"] = sign * power(sizes, values)
    above, births = (np.array(list(v), np.float64) for v in (found["above"].keys(), found["above"].values()))
    out["beta, without correction"] = power(above, np.maximum(births, 1e-9))
    out["beta"] = corrected(above, np.maximum(births, 1e-9))
    return out


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return each exponent with its bootstrap interval (runs are resampled), and what they are the slopes of.

    Where more than 1 % of the resamples have no time within the horizon, the interval is not known.
    """
    groups = groups_of(table)
    plain = scaled(groups)
    generator = np.random.default_rng(1)
    estimates = exponents(plain)
    again = [exponents(scaled(groups, generator)) for _ in range(RESAMPLES)]
    findings: dict[str, Any] = {
        "time by size, months": {f"{size:g}": _number(v) for size, v in plain["time"].items()},
        "births per organisation and year by size": {f"{size:g}": _number(v) for size, v in plain["births"].items()},
        "births per organisation and year above": {f"{e:g}": _number(v) for e, v in plain["above"].items()},
    }
    for name, value in estimates.items():
        values = np.array([one[name] for one in again])
        known = values[np.isfinite(values)]
        there = math.isfinite(value) and len(known) >= 0.99 * len(values)
        ends = np.quantile(known, [0.025, 0.975]) if there else (math.nan, math.nan)
        findings[name] = [_number(v) for v in (value, *ends)]
    return findings


def _number(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard: one per exponent."""
    source = "Marro & Dickman 1999; Hinrichsen 2000"
    out = []
    for key, name, fact, expected, margin, note in (
        ("z", "z", "At the threshold times grow with size as N^z̄, z̄ = 1/2.", 0.5, 0.05, "z, all sizes"),
        (
            "beta-over-nu", "beta over nu", "At the threshold births per organisation fall with size as N^(−β/ν̄), "
            "β/ν̄ = 1/2.", 0.5, 0.05, "beta over nu, all sizes",
        ),
        (
            "beta", "beta", "Above the threshold births per organisation grow as (R − 1)^β, β = 1.", 1.0, 0.1,
            "beta, without correction",
        ),
    ):  # fmt: skip
        other = f"{note.split(', ')[1].capitalize()}: {shown(findings[note])}."
        out.append(
            Row(key, fact, source, f"{expected:g} ± {margin:g}", shown(findings[name]),
                judged(interval(findings[name]), expected - margin, expected + margin), other)
        )  # fmt: skip
    return out


def draw(table: pd.DataFrame) -> Figure:
    """Return times and births against size at the threshold, and births against the distance above it."""
    figure, axes = new_figure(3, width=4.6)
    groups = groups_of(table)
    plain = scaled(groups)
    generator = np.random.default_rng(1)
    again = [scaled(groups, generator) for _ in range(200)]
    panels = (
        ("time", "organisations N", "months until a third of the runs\nhave no hybrid left", 0.5, "slope 1/2"),
        (
            "births",
            "organisations N",
            "births per organisation and year\nbefore that, in runs that are left",
            -0.5,
            "slope −1/2",
        ),
        ("above", "success over the threshold's, minus 1", "births per organisation and year", 1.0, "slope 1"),
    )
    for index, (axis, (key, x_label, y_label, slope, words)) in enumerate(zip(axes, panels, strict=True)):
        x = np.array(list(plain[key]), np.float64)
        y = np.array(list(plain[key].values()))
        ends = np.nanquantile([[one[key][place] for place in plain[key]] for one in again], [0.025, 0.975], axis=0)
        error = np.maximum([y - ends[0], ends[1] - y], 0.0)
        axis.errorbar(
            x, y, error, color=COLOURS[index], marker=MARKERS[index], linestyle="", capsize=3, label="runs, 95 %"
        )
        anchor = int(np.flatnonzero(np.isfinite(y))[-1]) if key != "above" else 0
        axis.plot(x, y[anchor] * (x / x[anchor]) ** slope, color="black", linewidth=0.8, label=words)
        axis.set(xscale="log", yscale="log", xlabel=x_label, ylabel=y_label)
        axis.set_xticks(x, [f"{v:g}" for v in x], fontsize=8)
        axis.set_xticks([], minor=True)
        axis.legend(frameon=False, fontsize=8)
    axes[0].set_title("At the threshold: times")
    axes[1].set_title("At the threshold: births")
    axes[2].set_title("Above the threshold")
    return figure
