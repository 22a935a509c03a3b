"""FinTech: a market opened by financing needs tips an ecosystem; a pole relays it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, new_figure
from experiments.pool import run_many
from experiments.stories.comparing import mean_of, months_of, paired, rounded, with_band

QUESTION = "Does the onset of FinTech carry R over 1, bring start-ups and demand, and what does the relay add?"
CASES = ("with the relay", "without the relay", "no encounters", "no FinTech")
EVERY = 6  # months between two points of a series
START = 24


def scenario_of(case: str) -> Any:
    """Return the scenario of a case."""
    from ecosim import Scenario

    scenario = Scenario.load("fintech").with_values({"record.reproduction_every": 3})
    if case == "without the relay":
        clusters = tuple(
            replace(spec, brokerage=0.0) if spec.name == "Finance Innovation" else spec for spec in scenario.clusters
        )
        return replace(scenario, clusters=clusters)
    if case == "no encounters":
        return scenario.with_values({"clusters.encounters_per_year": 0.0})
    return replace(scenario, attractors=()) if case == "no FinTech" else scenario


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return R, start-ups and sales near FinTech of one run."""
    from ecosim import EcosystemModel

    model = EcosystemModel(scenario_of(job["case"]), seed=job["seed"]).run()
    state, months = model.state, model.months
    bricks = state.bricks
    pair = [state.sector_names.index(name) for name in ("finance", "digital")]
    centre = state.sector_centres[pair].mean(axis=0)
    near = np.linalg.norm(bricks["position"] - centre, axis=1) <= 0.5  # knowledge units: the width of the market
    hybrid = (bricks["generation"] > 0) & near
    born = bricks["birth"][hybrid]
    organisations, core = state.organisations, state.parameters.knowledge.core_size
    founded = organisations["founded"]
    new = np.flatnonzero(founded >= 0)
    own = _founding(state, new, core)
    close = near[own]
    offers = state.offers
    live = offers["withdrawn"] < 0
    adopted = offers["adopters"][live] @ state.markets["spend"]
    offspring, birth = state.cohort_offspring, _births(state)
    after = slice(START, START + 12)
    ends = range(EVERY, state.month + 1, EVERY)
    r = months["r_theoretical"].to_numpy()
    return {
        "hybrids": int(hybrid.sum()),
        "startups": int(close.sum()),
        "startups_all": len(new),
        "sales": float(adopted[near[offers["brick"][live]]].sum()),
        "sales_all": float(adopted.sum()),
        "employees": float(months["employees"].iloc[-1]),
        "cohort_after": float(offspring[after].sum() / max(birth[after].sum(), 1)),
        **{f"r@{end}": float(np.nanmean(r[end - EVERY : end])) for end in ends},
        **{f"hybrids@{end}": int(((born >= end - EVERY) & (born < end)).sum()) for end in ends},
        **{f"startups@{end}": int((founded[new][close] < end).sum()) for end in ends},
    }


def _births(state: Any) -> Any:
    return state.history.column("spontaneous") + state.history.column("recombinant")


def _founding(state: Any, new: Any, core: int) -> Any:
    """Return the hybrid that each start-up (rows) was founded on: the first that it offered."""
    offers = state.offers
    first = np.full(len(state.organisations), -1, np.int64)
    sellers, rows = np.unique(offers["seller"], return_index=True)
    first[sellers] = offers["brick"][rows]
    return first[new]


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: case and seed."""
    jobs = [{"case": case, "seed": seed} for seed in range(3 if quick else 40) for case in CASES]
    return pd.DataFrame(run_many(outcome, jobs, workers, "fintech"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return what the onset and the relay do, as paired differences over seeds."""
    shipped, alone, _, none = CASES
    findings: dict[str, Any] = {}
    first = "cohort R of the hybrids of the onset's first year"
    for case in CASES:
        findings[f"{first}, {case}"] = rounded(mean_of(table, case, "cohort_after"))
    words = {
        "hybrids": "hybrids near FinTech in 10 years", "startups": "start-ups near FinTech",
        "startups_all": "start-ups", "sales": "monthly sales near FinTech at the end, k€",
        "sales_all": "monthly sales of new offers at the end, k€", "employees": "employees at the end",
    }  # fmt: skip
    for column, word in words.items():
        findings[f"{word}, {shipped}"] = rounded(mean_of(table, shipped, column), 1)
        findings[f"{word}, onset adds"] = rounded(paired(table, column, shipped, none), 1)
        findings[f"{word}, relay adds"] = rounded(paired(table, column, shipped, alone), 1)
        findings[f"{word}, encounters add"] = rounded(paired(table, column, shipped, CASES[2]), 1)
    after = mean_of(table, shipped, "cohort_after")
    findings["R passes 1 with the relay"] = after.low > 1
    findings["R passes 1 without it"] = mean_of(table, alone, "cohort_after").low > 1
    findings["holds"] = bool(
        after.low > 1
        and all(paired(table, column, shipped, none).low > 0 for column in ("hybrids", "startups", "sales"))
        and paired(table, "hybrids", shipped, alone).low > 0
    )
    return findings


def draw(table: pd.DataFrame) -> Figure:
    """Return R, hybrids near FinTech and start-ups near it, month by month."""
    figure, axes = new_figure(3, width=4.4)
    titles = ("Reproduction number R", "Hybrids near FinTech\nborn in six months", "Start-ups near FinTech\nso far")
    for axis, name, title in zip(axes, ("r", "hybrids", "startups"), titles, strict=True):
        for place, case in enumerate((CASES[0], CASES[1], CASES[3])):
            month, values = months_of(table, case, name)
            with_band(axis, month - EVERY / 2 * (name != "startups"), values, COLOURS[place], case, DASHES[place])
        axis.axvline(START, color="#555555", linewidth=1)
        axis.set_title(title, fontsize=11)
        axis.set_xlabel("month (line: FinTech opens)")
        axis.set_ylim(bottom=0)
    axes[0].axhline(1, color="black", linestyle=":", linewidth=1)
    axes[1].legend(frameon=False, loc="upper left")
    return figure
