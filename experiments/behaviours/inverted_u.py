"""Inverted U: hybrids are most frequent at a middling cognitive distance (Nooteboom et al. 2007)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.row import Row, above, interval, shown

QUESTION = "Do hybrids rise and then fall with the cognitive distance between sectors?"
DRIVE = 0.05  # without any attractor, whose own reach would mix with the distance


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the hybrids born in ten years, in all and from two basic bricks."""
    from ecosim import EcosystemModel

    with EcosystemModel(
        seed=job["seed"], disparity=job["disparity"], distance_matters=job["distance_matters"], base_drive=DRIVE,
        reproduction_every=0,
    ) as model:  # fmt: skip
        history = model.run(120).state.history
        first = int(history.column("spontaneous").sum())
        return {"first": first, "hybrids": first + int(history.column("recombinant").sum())}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: mean distance between sectors (openness d* = 1), whether distance matters, seed."""
    seeds = 3 if quick else 20
    distances = (0.1, 0.5, 1.0, 1.5, 2.5) if quick else (0.05, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
    jobs = [
        {"disparity": disparity, "distance_matters": matters, "seed": seed}
        for seed in range(seeds)
        for disparity in distances
        for matters in (True, False)
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "inverted-u"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return where the peak lies, and by how much it stands above both ends, with intervals."""
    rows = table[table["distance_matters"]]
    wide = rows.pivot_table(index="seed", columns="disparity", values="hybrids")
    peak = float(wide.mean().idxmax())
    low, high = wide.columns.min(), wide.columns.max()
    rise = mean_interval((wide[peak] - wide[low]).to_numpy())
    fall = mean_interval((wide[peak] - wide[high]).to_numpy())
    flat = table[~table["distance_matters"]].pivot_table(index="seed", columns="disparity", values="first")
    spread = float(flat.mean().max() / flat.mean().min())
    return {
        "distance of the peak, in units of the openness d*": peak,
        "peak minus smallest distance": [round(value, 1) for value in rise],
        "peak minus largest distance": [round(value, 1) for value in fall],
        "when distance does not matter, most over fewest first crossings": round(spread, 3),
        "holds": bool(rise.low > 0 and fall.low > 0 and low < peak < high),
    }


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    peak = findings["distance of the peak, in units of the openness d*"]
    facts = {
        "rise": ("peak minus smallest distance", "Hybrids rise with cognitive distance, up to a middling one."),
        "fall": ("peak minus largest distance", "Hybrids fall again with larger cognitive distance."),
    }
    return [
        Row(key, fact, "Nooteboom et al. 2007; model description, behaviour 5", "difference above 0 hybrids",
            f"{shown(findings[name], 'hybrids')}, peak at {peak:g} d*", above(interval(findings[name]), 0.0))
        for key, (name, fact) in facts.items()
    ]  # fmt: skip


def draw(table: pd.DataFrame) -> Figure:
    """Return hybrids against the distance between sectors, with the ablation."""
    figure, axis = new_figure()
    for index, (matters, words) in enumerate(((True, "distance matters"), (False, "switched off (h = 1)"))):
        rows = table[table["distance_matters"] == matters]
        means = rows.groupby("disparity")["hybrids"].apply(lambda values: mean_interval(values.to_numpy()))
        middle = np.array([value.estimate for value in means])
        error = np.array([value.high - value.estimate for value in means])
        axis.errorbar(
            means.index, middle, error, label=words, color=COLOURS[index], marker=MARKERS[index],
            linestyle=DASHES[index], capsize=3,
        )  # fmt: skip
    axis.set_yscale("log")
    axis.set_xlabel("mean distance between sectors, in units of the openness d*")
    axis.set_ylabel("hybrids in 10 years (1,000 organisations)")
    axis.set_title("An inverted U in cognitive distance")
    axis.legend(frameon=False)
    return figure
