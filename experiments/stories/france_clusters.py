"""France's poles and clusters at full size, with society and economy: what ten years look like, year by year."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES
from experiments.pool import run_many
from experiments.stories.comparing import mean_of, months_of, paired, rounded, with_band

QUESTION = "What do R, births, alliances, activity and employment do in ten years, with the attractors and without?"
CASES = ("as shipped", "no attractor")
SERIES = {
    "births": ("births_spontaneous", "births_recombinant"), "recombinant": ("births_recombinant",),
    "revenue": ("revenue",), "new_sales": ("offer_sales_all",), "exports": ("export_sales",), "entries": ("entries",),
    "exits": ("exits",),
}  # fmt: skip
STOCKS = ("employees", "sme_employees", "alliances", "allied_firms", "firms")


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return figures by year (sums of flows, stocks at its end) of one run, and the seconds that it took."""
    from ecosim import EcosystemModel, Scenario

    began = time.perf_counter()
    scenario = Scenario.load("france-clusters")
    if job["case"] == "no attractor":
        scenario = replace(scenario, attractors=())
    if job["share"] != 1:
        people = scenario.parameters.population
        scenario = scenario.with_values(
            {"population.firms": people.firms // job["share"], "population.labs": people.labs // job["share"]}
        )
        scenario = replace(
            scenario, markets=tuple(replace(spec, customers=spec.customers / job["share"]) for spec in scenario.markets)
        )
    months = EcosystemModel(scenario, seed=job["seed"]).run().months
    out: dict[str, Any] = {"seconds": time.perf_counter() - began}
    for end in range(12, len(months) + 1, 12):
        year = slice(end - 12, end)
        for name, columns in SERIES.items():
            out[f"{name}@{end}"] = float(sum(months[column].iloc[year].sum() for column in columns))
        for name in STOCKS:
            out[f"{name}@{end}"] = float(months[name].iloc[end - 1])
        out[f"r@{end}"] = float(np.nanmean(months["r_theoretical"].iloc[year]))
    return out


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: case and seed. Quick: a twentieth of the ecosystem."""
    jobs = [
        {"case": case, "seed": seed, "share": 20 if quick else 1} for seed in range(2 if quick else 6) for case in CASES
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "france-clusters"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of the first and of the last year, and what the attractors add, paired over seeds."""
    shipped, none = CASES
    findings: dict[str, Any] = {}
    names = ("r", *SERIES, *STOCKS)
    for name in names:
        for end in (12, 60, 120):
            findings[f"{name}, year {end // 12}"] = rounded(mean_of(table, shipped, f"{name}@{end}"))
        findings[f"{name}, year 10, attractors add"] = rounded(paired(table, f"{name}@120", shipped, none))
    findings["highest R, as shipped"] = round(float(months_of(table, shipped, "r")[1].mean(axis=0).max()), 2)
    findings["highest R, no attractor"] = round(float(months_of(table, none, "r")[1].mean(axis=0).max()), 2)
    findings["seconds a run"] = round(float(table["seconds"].mean()), 1)
    findings["holds"] = all(
        paired(table, f"{name}@120", shipped, none).low > 0 for name in ("births", "alliances", "revenue", "employees")
    )
    return findings


def draw(table: pd.DataFrame) -> Figure:
    """Return R, births, alliances, activity and employment by year."""
    figure = Figure(figsize=(12.5, 7), layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    shown = (
        ("r", 1.0, "Reproduction number R"),
        ("births", 1e-3, "Hybrids born in the year, thousands"),
        ("alliances", 1.0, "Alliances"),
        ("revenue", 1e-6, "Activity: turnover of the year, G€"),
        ("new_sales", 1e-6, "of it from new offers, G€"),
        ("employees", 1e-6, "Employees, millions"),
    )
    for axis, (name, unit, title) in zip(axes, shown, strict=True):
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25)
        for place, case in enumerate(CASES):
            month, values = months_of(table, case, name)
            with_band(axis, month // 12, values * unit, COLOURS[place], case, DASHES[place])
        axis.set_title(title, fontsize=11)
        axis.set_xlabel("year")
        if name not in ("revenue", "employees"):
            axis.set_ylim(bottom=0)
    axes[0].axhline(1, color="black", linestyle=":", linewidth=1)
    axes[0].legend(frameon=False)
    return figure
