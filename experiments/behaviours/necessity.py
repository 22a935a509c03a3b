"""Necessity: with any one of the three ingredients absent, hybrids do not make hybrids."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, new_figure
from experiments.pool import run_many
from experiments.statistics import ratio_interval
from experiments.validation.row import Row, below, interval, shown

QUESTION = "Do generation-2 hybrids over 10 years stay below 1 % of the all-on case with any one dial at 0?"
DIALS = ("diversity_dial", "attractor_dial", "medium_dial")


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the hybrids of generation 2, and of 2 and more, of one run."""
    from ecosim import EcosystemModel

    dials = {} if job["absent"] == "none" else {job["absent"]: 0.0}
    with EcosystemModel("three-ingredients", seed=job["seed"], reproduction_every=0, **dials) as model:
        months = model.run(120).months
        second = int(months["births_generation_2"].sum())
        return {"generation_2": second, "later": second + int(months["births_generation_3_and_more"].sum())}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: absent ingredient and seed."""
    seeds = 6 if quick else 40
    jobs = [{"absent": absent, "seed": seed} for seed in range(seeds) for absent in ("none", *DIALS)]
    return pd.DataFrame(run_many(outcome, jobs, workers, "necessity"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return, for each absent ingredient, generation-2 hybrids as a share of the all-on case."""
    everything = table[table["absent"] == "none"].sort_values("seed")
    findings: dict[str, Any] = {}
    for dial in DIALS:
        rows = table[table["absent"] == dial].sort_values("seed")
        share = ratio_interval(rows["generation_2"].to_numpy(), everything["generation_2"].to_numpy())
        findings[f"share without {dial.removesuffix('_dial')}"] = [round(value, 5) for value in share]
    findings["all on, generation-2 hybrids per run"] = float(everything["generation_2"].mean())
    findings["holds"] = all(value[2] < 0.01 for key, value in findings.items() if key.startswith("share"))
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    words = {"diversity": "diversity", "attractor": "the attractor", "medium": "the medium"}
    return [
        Row(
            name,
            f"Without {words[name]}, hybrids of generation 2 over ten years stay below 1 % of the all-on case.",
            "model description, behaviour 1",
            "below 1 %",
            shown([100 * value for value in findings[f"share without {name}"]], "%"),
            below(interval(findings[f"share without {name}"]), 0.01),
            "" if name == "attractor" else "Built in: nothing can be born across sectors then.",
        )
        for name in words
    ]


def draw(table: pd.DataFrame) -> Figure:
    """Return a strip of generation-2 hybrids per run, by what is absent."""
    figure, axis = new_figure()
    labels = ["none", *DIALS]
    for place, absent in enumerate(labels):
        values = table.loc[table["absent"] == absent, "generation_2"]
        spread = [place + 0.3 * ((index * 0.618) % 1 - 0.5) for index in range(len(values))]
        axis.plot(spread, values + 1, "o", color=COLOURS[place], alpha=0.6, markersize=5)
    axis.set_yscale("log")
    everything = table.loc[table["absent"] == "none", "generation_2"].mean()
    axis.axhline(1 + 0.01 * everything, color="black", linestyle="--", linewidth=1)
    axis.text(len(labels) - 0.6, 1.15 * (1 + 0.01 * everything), "1 % of all on", ha="right")
    axis.set_xticks(range(len(labels)), ["all on", "no diversity", "no attractor", "no medium"])
    axis.set_ylabel("1 + generation-2 hybrids in 10 years\n(1,000 organisations, one point a run)")
    axis.set_title("Each ingredient is necessary")
    return figure
