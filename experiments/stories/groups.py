"""What the stories of groups share: play a scenario, look at its largest alliance, set it beside what was reported.

The group is chosen by a rule that knows no result: the alliance with the most members after ten years; of equals, the
one with the most employees. Its equity is its common capital and the capital of its members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval
from experiments.validation.row import Row, interval, judged, shown

if TYPE_CHECKING:
    from ecosim.state import State

__all__ = ["WORDS", "conclude_group", "draw_group", "group_outcome", "median_interval", "play_group", "rows_group"]

YEARS, TOLERANCE = 10, 0.2
BASE = "as shipped"
SEEDS, QUICK_SEEDS, VARIANT_SEEDS = 100, 36, 40
WORDS = {"employees": "employees", "equity": "equity, M€", "turnover": "turnover, M€ a year"}


def group_of(state: State) -> int:
    """Return the row of the group, −1 without any alliance."""
    alliances, organisations = state.alliances, state.organisations
    if len(alliances) == 0 or alliances["members"].max() < 2:
        return -1
    allied = np.flatnonzero(organisations["alliance"] >= 0)
    staff = np.bincount(organisations["alliance"][allied], organisations["employees"][allied], len(alliances))
    return int(np.lexsort((staff, alliances["members"]))[-1])


def group_outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the group after ten years (heads, M€) and the largest alliance at the end of each year, of one run."""
    from ecosim import EcosystemModel

    found: dict[str, Any] = {}
    with EcosystemModel(job["scenario"], seed=job["seed"], reproduction_every=0, **job["values"]) as model:
        for year in range(1, YEARS + 1):
            state = model.run(12).state
            row = group_of(state)
            found[f"largest_{year}"] = int(state.alliances["members"][row]) if row >= 0 else 0
        organisations, alliances = state.organisations, state.alliances
        found |= {
            "alliances": int((alliances["ended"] < 0).sum()),
            "firms_left_without_capital": sum(what == "dissolved: no capital left" for *_, what in state.memberships),
            "members": 0, "employees": 0.0, "equity": 0.0, "turnover": 0.0,
        }  # fmt: skip
        if row < 0:
            return found
        member = np.flatnonzero(organisations["alliance"] == row)
        joined = [month for month, one, _, what in state.memberships if one == row and what == "joined"]
        return found | {
            "members": len(member),
            "employees": float(organisations["employees"][member].sum()),
            "equity": float(organisations["capital"][member].sum() + alliances["capital"][row]) / 1e3,
            "turnover": 12.0 * float(organisations["revenue"][member].sum()) / 1e3,
            "common_capital": float(alliances["capital"][row]) / 1e3,
            "new_offers_share": float(organisations["sales"][member].sum() / organisations["revenue"][member].sum()),
            "founded": int(alliances["founded"][row]),
            "last_joined": max(joined, default=-1),
            "stages": len(np.unique(organisations["stage"][member])),
            "sectors": len(np.unique(organisations["sector"][member])),
            "startups": int((organisations["founded"][member] >= 0).sum()),
        }


def play_group(
    scenario: str, variants: Mapping[str, Mapping[str, Any]], quick: bool = False, workers: int | None = None
) -> pd.DataFrame:
    """Return one row per run: the scenario as it is shipped, and with one assumption changed at a time.

    variants : parameters that differ, by the words for them; left out in the quick form.
    """
    cases: dict[str, Mapping[str, Any]] = {BASE: {}} | ({} if quick else dict(variants))
    jobs = [
        {"scenario": scenario, "variant": name, "values": dict(values), "seed": seed}
        for name, values in cases.items()
        for seed in range(QUICK_SEEDS if quick else SEEDS if name == BASE else VARIANT_SEEDS)
    ]
    return pd.DataFrame(run_many(group_outcome, jobs, workers, scenario)).drop(columns="values")


def median_interval(values: Sequence[float], resamples: int = 2000) -> Interval:
    """Return the median of independent replicates with its 95 % bootstrap interval."""
    array = np.asarray(values, np.float64)
    rows = np.random.default_rng(1).integers(0, len(array), (resamples, len(array)))
    low, high = np.quantile(np.median(array[rows], axis=1), [0.025, 0.975])
    return Interval(float(np.median(array)), float(low), float(high))


def conclude_group(table: pd.DataFrame, reported: Mapping[str, float]) -> dict[str, Any]:
    """Return medians with intervals, beside what was reported, and whether they are within 20 % of it.

    reported : some of `WORDS`, in heads and M€.
    """
    findings: dict[str, Any] = {}
    base = table[table["variant"] == BASE]
    findings["seeds"] = len(base)
    for name in WORDS:
        found = median_interval(base[name].to_list())
        entry: dict[str, Any] = {"median": [round(value, 1) for value in found]}
        entry["middle half of the runs"] = [round(float(value), 1) for value in base[name].quantile([0.25, 0.75])]
        if name in reported:
            entry["reported"] = reported[name]
            entry["median over reported"] = [round(value / reported[name], 3) for value in found]
        findings[name] = entry
    for name in (
        "members", "common_capital", "new_offers_share", "founded", "last_joined", "stages", "sectors", "alliances",
        "firms_left_without_capital",
    ):  # fmt: skip
        findings[name] = [round(float(value), 2) for value in base[name].quantile([0.5, 0.25, 0.75])]
    findings["other assumptions, medians"] = {
        variant: {
            name: [round(value, 1) for value in median_interval(rows[name].to_list())] for name in ("members", *WORDS)
        }
        for variant, rows in table.groupby("variant", sort=False)
        if variant != BASE
    }
    findings["holds"] = all(
        abs(findings[name]["median"][0] / value - 1.0) <= TOLERANCE for name, value in reported.items()
    )
    return findings


def rows_group(findings: Mapping[str, Any], reported: Mapping[str, float], source: str) -> list[Row]:
    """Return the lines of the scoreboard: the group's median size beside what was reported of it."""
    return [
        Row(
            name,
            f"After ten years the median group has, within 20 %, the reported {WORDS[name]}.",
            source,
            f"{value:,.0f} ± 20 %",
            f"{shown(findings[name]['median'])} ({shown(findings[name]['median over reported'])} of it)",
            judged(interval(findings[name]["median over reported"]), 1.0 - TOLERANCE, 1.0 + TOLERANCE),
            "The number of firms is put in and their size is assumed; docs/stories says how much hangs on it.",
        )
        for name, value in reported.items()
    ]


def draw_group(table: pd.DataFrame, reported: Mapping[str, float], title: str) -> Figure:
    """Return how the largest alliance grows over the years, and where the group ends, run by run."""
    figure, (left, right) = new_figure(2, width=5.2)
    base = table[table["variant"] == BASE]
    years = np.arange(1, YEARS + 1)
    sizes = base[[f"largest_{year}" for year in years]].to_numpy()
    low, middle, high = np.quantile(sizes, [0.25, 0.5, 0.75], axis=0)
    left.plot(years, middle, color=COLOURS[0], marker=MARKERS[0], label="median run")
    left.fill_between(years, low, high, color=COLOURS[0], alpha=0.25, linewidth=0, label="middle half of the runs")
    left.set_xticks(years)
    left.set_ylim(bottom=0)
    left.set_xlabel("end of year")
    left.set_ylabel("members of the largest alliance, firms")
    left.legend(frameon=False, loc="lower right")
    left.set_title(title)
    right.axhspan(1 - TOLERANCE, 1 + TOLERANCE, color="#999999", alpha=0.2, linewidth=0)
    right.axhline(1.0, color="black", linewidth=1, linestyle="--")
    labels = []
    for place, (name, value) in enumerate(reported.items()):
        ratio = base[name].to_numpy() / value
        spread = place + 0.4 * ((np.arange(len(ratio)) * 0.618) % 1 - 0.5)
        right.plot(spread, ratio, MARKERS[place], color=COLOURS[place], alpha=0.45, markersize=4)
        found = median_interval((base[name] / value).to_list())
        right.errorbar(
            place + 0.32, found.estimate, [[found.estimate - found.low], [found.high - found.estimate]],
            color="black", marker="D", markersize=5, capsize=3,
        )  # fmt: skip
        labels.append(f"{WORDS[name]}\n(reported {value:,.0f})")
    right.set_xticks(range(len(labels)), labels)
    right.set_xlim(-0.5, len(labels) - 0.3)
    right.set_ylim(bottom=0)
    right.set_ylabel("after ten years, as a share of what was reported")
    right.set_title("Dots: runs. Diamonds: median, 95 %. Grey: ±20 %")
    return figure
