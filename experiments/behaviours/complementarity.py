"""Complementarity: the three ingredients together make more than the sum of what they make apart."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.row import Row, above, interval, shown

QUESTION = "Is the three-way interaction of the dials on log(1 + hybrids) positive?"
LOW_LEVELS = (0.0, 0.5)  # a dial's low level; its high level is 1


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the hybrids born in one run of ten years."""
    from ecosim import EcosystemModel

    dials = {f"{name}_dial": 1.0 if job[name] else job["low"] for name in ("diversity", "attractor", "medium")}
    with EcosystemModel("three-ingredients", seed=job["seed"], reproduction_every=0, **dials) as model:
        history = model.run(120).state.history
        return {"hybrids": int(history.column("spontaneous").sum() + history.column("recombinant").sum())}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: low level, the three dials (0 low, 1 high) and seed."""
    seeds = 4 if quick else 40
    names = ("diversity", "attractor", "medium")
    jobs = [
        {"low": low, "seed": seed, **dict(zip(names, levels, strict=True))}
        for seed in range(seeds)
        for low in LOW_LEVELS
        for levels in product((0, 1), repeat=3)
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "complementarity"))


def interaction(table: pd.DataFrame, low: float, values: str = "log") -> np.ndarray[Any, Any]:
    """Return the three-way interaction of each seed: the sum over cells, signed by their low dials."""
    rows = table[table["low"] == low].copy()
    rows["y"] = np.log1p(rows["hybrids"]) if values == "log" else rows["hybrids"]
    rows["sign"] = (-1) ** (3 - rows[["diversity", "attractor", "medium"]].sum(axis=1))
    return (rows["y"] * rows["sign"]).groupby(rows["seed"]).sum().to_numpy()


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return the interaction with its interval, for each low level, on logarithms and on counts."""
    findings: dict[str, Any] = {}
    for low in LOW_LEVELS:
        found = mean_interval(interaction(table, low))
        findings[f"interaction on log(1 + hybrids), dials {low:g} and 1"] = [round(value, 3) for value in found]
        counts = mean_interval(interaction(table, low, "counts"))
        findings[f"interaction on hybrids, dials {low:g} and 1"] = [round(value, 1) for value in counts]
    for low in LOW_LEVELS:
        name = f"dials {low:g} and 1"
        findings[f"holds on logarithms, {name}"] = findings[f"interaction on log(1 + hybrids), {name}"][1] > 0
        findings[f"holds on counts, {name}"] = findings[f"interaction on hybrids, {name}"][1] > 0
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    found = []
    for low in LOW_LEVELS:
        for scale, words in (("log(1 + hybrids)", "on log(1 + hybrids)"), ("hybrids", "on counts")):
            values = findings[f"interaction on {scale}, dials {low:g} and 1"]
            note = ""
            if low and scale != "hybrids":
                note = (
                    "With dials at 0.5 the ecosystem already tips; above the threshold births saturate, and each "
                    "ingredient multiplies them by nearly the same factor."
                )
            found.append(
                Row(
                    f"dials {low:g} and 1, {words}",
                    f"Between dials of {low:g} and 1, the three-way interaction of diversity, attractor and medium is "
                    f"positive {words}.",
                    "model description, behaviour 3",
                    "above 0",
                    shown(values),
                    above(interval(values), 0.0),
                    note,
                )
            )
    return found


def draw(table: pd.DataFrame) -> Figure:
    """Return hybrids against the attractor dial, for each level of the other two."""
    figure, axes = new_figure(2)
    for axis, low in zip(axes, LOW_LEVELS, strict=True):
        rows = table[table["low"] == low]
        for index, (diversity, medium) in enumerate(product((0, 1), repeat=2)):
            cell = rows[(rows["diversity"] == diversity) & (rows["medium"] == medium)]
            means = cell.groupby("attractor")["hybrids"].apply(lambda values: mean_interval(np.log1p(values)))
            middle = np.array([value.estimate for value in means])
            error = np.array([value.high - value.estimate for value in means])
            words = f"diversity {'1' if diversity else f'{low:g}'}, medium {'1' if medium else f'{low:g}'}"
            axis.errorbar(
                [0, 1], middle, error, label=words, color=COLOURS[index], marker=MARKERS[index],
                linestyle=DASHES[index], capsize=3,
            )  # fmt: skip
        axis.set_xticks([0, 1], [f"{low:g}", "1"])
        axis.set_xlabel("attractor dial")
        axis.set_ylabel("log(1 + hybrids in 10 years)")
        axis.set_title(f"Dials at {low:g} or 1")
        axis.legend(frameon=False, loc="upper left")
        axis.set_ylim(top=axis.get_ylim()[1] + 0.35 * (axis.get_ylim()[1] - axis.get_ylim()[0]))
    return figure
