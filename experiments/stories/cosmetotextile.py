"""Cosmetotextile: cosmetics and textile cross where bridges, a concept and both sectors come together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, ratio_interval
from experiments.stories.comparing import mean_of, months_of, paired, rounded, strips, with_band

QUESTION = "Do cosmetics and textile cross, and do their hybrids feed on each other, without one of the ingredients?"
_USUAL = {  # the shares of meetings that the model has by default: members mixed, and a wide digital layer
    "medium.cluster_share": 0.6, "medium.bridge_share": 0.15, "medium.science_share": 0.1, "medium.digital_share": 0.15,
    "population.theme_share": 0.75,
}  # fmt: skip
_CLOSED = {"medium.bridge_openness": 0.0}
CASES: dict[str, dict[str, Any]] = {
    "all": {},
    "no bridges": _CLOSED,
    "no bridges, no digital": {**_CLOSED, "medium.digital_share": 0.0},
    "no concept": {"dials.attractor_dial": 0.0},
    "one sector": {"dials.diversity_dial": 0.0},
    "usual mixing": _USUAL,
    "usual mixing, no bridges": {**_USUAL, **_CLOSED},
}
SHOWN = ("all", "no bridges", "no bridges, no digital", "no concept", "one sector")
WORDS = ("as shipped", "no bridges", "no bridges,\nno digital", "no concept", "one sector")
YEARS = tuple(range(0, 120, 12))


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the hybrids that hold both cosmetics and textile: how many, when, and of which generation."""
    from ecosim import EcosystemModel, Scenario

    scenario = Scenario.load("cosmetotextile").with_values(CASES[job["case"]])
    state = EcosystemModel(scenario.with_values({"record.reproduction_every": 0}), seed=job["seed"]).run().state
    bricks = state.bricks
    both = bricks["generation"] > 0
    for name in ("cosmetics", "textile"):
        both &= (bricks["sectors"] >> np.uint64(state.sector_names.index(name))) & np.uint64(1) == 1
    born = bricks["birth"][both]
    return {
        "crossings": int(both.sum()),
        "later": int((both & (bricks["generation"] > 1)).sum()),
        "sales": float(state.history.account("offer_sales_all")[-12:].sum()),
        **{f"born@{month}": int(((born >= month) & (born < month + 12)).sum()) for month in YEARS},
    }


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: case and seed."""
    jobs = [{"case": case, "seed": seed} for seed in range(3 if quick else 40) for case in CASES]
    return pd.DataFrame(run_many(outcome, jobs, workers, "cosmetotextile"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return hybrids of the two sectors by case, as a share of the shipped case's, and paired differences."""
    findings: dict[str, Any] = {}
    holds = True
    for column, word in (("crossings", "cosmetics and textile hybrids"), ("later", "of generation 2 and later")):
        everything = table[table["case"] == "all"].sort_values("seed")[column].to_numpy()
        findings[f"{word}, as shipped"] = rounded(mean_of(table, "all", column), 0)
        for case in SHOWN[1:]:
            rows = table[table["case"] == case].sort_values("seed")[column].to_numpy()
            findings[f"{word}, {case}, share"] = rounded(ratio_interval(rows, everything), 4)
            holds &= paired(table, column, "all", case).low > 0
    usual = [table[table["case"] == case].sort_values("seed")["later"].to_numpy() for case in list(CASES)[-2:]]
    findings["generation 2 and later, usual mixing, without bridges, share"] = rounded(
        ratio_interval(usual[1], usual[0]), 4
    )
    gain = paired(table, "sales", "all", "no bridges")
    findings["sales of new offers in the last year, as shipped minus no bridges, M€"] = rounded(
        Interval(*(value / 1000 for value in gain)), 1
    )
    findings["holds"] = bool(holds)
    return findings


def draw(table: pd.DataFrame) -> Figure:
    """Return births of cosmetics and textile hybrids by year, and those of generation 2 and later by case."""
    figure, (left, right) = new_figure(2, width=5.6)
    for place, case in enumerate(SHOWN):
        month, born = months_of(table, case, "born")
        with_band(left, month + 6, born, COLOURS[place], WORDS[place].replace("\n", " "), DASHES[place])
    left.axvline(24, color="#555555", linewidth=1)
    left.text(25.5, 0.985, "the concept opens", transform=left.get_xaxis_transform(), va="top")
    left.set_xlabel("month (one point a year)")
    left.set_ylabel("cosmetics × textile hybrids\nborn in the year")
    left.legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.4))
    shown = table.assign(later=table["later"] + 1)
    strips(right, shown, SHOWN, "later", WORDS)
    right.set_yscale("log")
    right.tick_params(axis="x", labelsize=8)
    right.set_ylabel("1 + hybrids of generation 2 and later in 10 years\n(one point a run, bar: mean)")
    figure.suptitle("Cosmetics and textile cross where concept, bridges and both sectors come together")
    return figure
