"""Crystallisation: an attractor's onset releases a burst of latent opportunities; what stays when it ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.row import Row, above, interval, shown

QUESTION = "Does an attractor's onset make a larger burst than the same total drive spread evenly; what persists?"
MONTHS, START, END, STRENGTH = 180, 60, 84, 0.15
CASES = ("pulse", "even", "none")


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return births of hybrids month by month: spontaneous and recombinant."""
    from dataclasses import replace

    from ecosim import EcosystemModel, Scenario

    scenario = Scenario.load("three-ingredients")
    concept = scenario.attractors[0]
    attractors = {
        "pulse": (replace(concept, start=START, end=END, strength=STRENGTH),),
        "even": (replace(concept, start=0, end=MONTHS, strength=STRENGTH * (END - START) / MONTHS),),
        "none": (),
    }[job["case"]]
    with EcosystemModel(replace(scenario, attractors=attractors), seed=job["seed"], reproduction_every=0) as model:
        history = model.run(MONTHS).state.history
        spontaneous, recombinant = history.column("spontaneous"), history.column("recombinant")
        return {
            **{f"spontaneous_{month}": int(value) for month, value in enumerate(spontaneous)},
            **{f"recombinant_{month}": int(value) for month, value in enumerate(recombinant)},
        }


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: case and seed, births of each month."""
    seeds = 4 if quick else 40
    jobs = [{"case": case, "seed": seed} for seed in range(seeds) for case in CASES]
    return pd.DataFrame(run_many(outcome, jobs, workers, "crystallisation"))


def births(table: pd.DataFrame, case: str, kinds: tuple[str, ...] = ("spontaneous", "recombinant")) -> Any:
    """Return births per month of a case, int64 (seeds, months)."""
    rows = table[table["case"] == case].sort_values("seed")
    return sum(rows[[f"{kind}_{month}" for month in range(MONTHS)]].to_numpy() for kind in kinds)


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return the bursts, the release of latent opportunities at the onset, and what persists after the end."""
    pulse, even, none = (births(table, case) for case in CASES)
    burst = pulse[:, START : START + 12].sum(axis=1)
    best = np.max([even[:, month : month + 12].sum(axis=1) for month in range(MONTHS - 11)], axis=0)
    first = births(table, "pulse", ("spontaneous",))
    at_once, later = first[:, START : START + 3].sum(axis=1) / 3, first[:, END - 3 : END].sum(axis=1) / 3
    after = slice(MONTHS - 24, MONTHS)
    left = pulse[:, after].sum(axis=1) - none[:, after].sum(axis=1)
    found = {
        "births in the onset's first year minus the even case's best year": mean_interval(burst - best),
        "births in 15 years, pulse minus even": mean_interval(pulse.sum(axis=1) - even.sum(axis=1)),
        "first crossings per month, first 3 months of the pulse minus its last 3": mean_interval(at_once - later),
        "births in the last two years (6 to 8 years after the end) minus a run without attractor": mean_interval(left),
    }
    findings: dict[str, Any] = {key: [round(float(value), 2) for value in interval] for key, interval in found.items()}
    values = list(found.values())
    findings["holds"] = values[0].low > 0 and values[2].low > 0
    findings["something persists"] = values[3].low > 0
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    facts = {
        "births in the onset's first year minus the even case's best year": (
            "burst", "An attractor's onset makes a larger burst than the best year of its drive spread evenly.", "",
        ),
        "births in 15 years, pulse minus even": (
            "total", "A pulse makes more hybrids in 15 years than the same total drive spread evenly.", "",
        ),
        "births in the last two years (6 to 8 years after the end) minus a run without attractor": (
            "persistence", "More hybrids are born six to eight years after the attractor's end than without any.",
            "It persists, but barely: portfolios are the core's only memory.",
        ),
    }  # fmt: skip
    return [
        Row(key, fact, "model description, behaviour 4", "above 0 hybrids", shown(findings[name], "hybrids"),
            above(interval(findings[name]), 0.0), note)
        for name, (key, fact, note) in facts.items()
    ]  # fmt: skip


def draw(table: pd.DataFrame) -> Figure:
    """Return births per month in the three cases, mean and 95 % interval, on a logarithmic scale."""
    figure, axis = new_figure(width=8)
    month = np.arange(MONTHS)
    words = {"pulse": "attractor of 24 months", "even": "same drive, spread evenly", "none": "no attractor"}
    for index, case in enumerate(CASES):
        values = births(table, case)
        mean = values.mean(axis=0)
        error = 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(values))
        axis.plot(month, mean, color=COLOURS[index], linestyle=DASHES[index], label=words[case])
        axis.fill_between(month, mean - error, mean + error, color=COLOURS[index], alpha=0.2, linewidth=0)
    axis.axvspan(START, END, color="#999999", alpha=0.2, linewidth=0)
    axis.set_yscale("symlog", linthresh=1)
    axis.set_ylim(bottom=0)
    axis.set_xlim(0, MONTHS)
    axis.set_xlabel("month (shaded: the attractor is there)")
    axis.set_ylabel("hybrids born per month\n(1,000 organisations)")
    axis.set_title("An attractor crystallises latent opportunities")
    axis.legend(frameon=False)
    return figure
