"""Bordeaux and Wuhan: science ties carry knowledge over 9,400 km; what of it reaches firms and is exported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import new_figure
from experiments.pool import run_many
from experiments.stories.comparing import mean_of, paired, rounded, strips

QUESTION = "Do science ties carry hybrids that join both places' knowledge, and do exports follow?"
CASES = ("science", "no ties across", "bridges only", "business ties instead", "both")
ONLINE = ("anybody online", "anybody online, no ties across")  # the digital layer as it is by default
WORDS = ("science ties\n(as shipped)", "no ties\nacross", "science\nlayer off", "business ties\ninstead", "both")
HERE, THERE = 1, 2  # bits: knowledge of Bordeaux, of Wuhan


def inputs_of(case: str, seed: int) -> Any:
    """Return the inputs of a case; business ties lead from firms of Bordeaux to hospitals, as many as science ties."""
    from ecosim import Scenario
    from ecosim.inputs import resolve

    scenario = Scenario.load("bordeaux-wuhan")
    if case == "bridges only":
        scenario = scenario.with_values({"medium.science_share": 0.0})
    if case in ONLINE:
        scenario = scenario.with_values({"medium.digital_share": 0.15})
    inputs = resolve(scenario)
    people = inputs.organisations
    across = [people[a].region != people[b].region for a, b, _ in inputs.ties]
    ties = inputs.ties
    if case in ("no ties across", "business ties instead", ONLINE[1]):
        ties = tuple(tie for tie, far in zip(ties, across, strict=True) if not far)
    if case in ("business ties instead", "both"):
        draw = np.random.default_rng([2016, seed])
        firms = [row for row, one in enumerate(people) if one.kind == "firm"]
        hospitals = [row for row, one in enumerate(people) if one.kind == "other"]
        count = sum(across)
        ends = zip(draw.choice(firms, count).tolist(), draw.choice(hospitals, count).tolist(), strict=True)
        ties += tuple((a, b, 1.0) for a, b in ends)
    return replace(inputs, ties=ties)


def origins(state: Any) -> npt.NDArray[np.int8]:
    """Return where the knowledge in each brick comes from, int8 (B,): the union of its basic bricks' places."""
    bricks = state.bricks
    far = state.organisations["region"] == state.regions.index("Hubei")
    parents = bricks["parents"]
    places = np.where(far[bricks["inventors"][:, 0]], THERE, HERE).astype(np.int8)
    made = parents[:, 0] >= 0
    for row in np.flatnonzero(made).tolist():  # in order of birth: parents come first
        places[row] = places[parents[row, 0]] | places[parents[row, 1]]
    return places


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return joint hybrids, the firms that hold one, and exports of one run."""
    from ecosim import EcosystemModel
    from ecosim.state import FIRM

    model = EcosystemModel(inputs_of(job["case"], job["seed"]), seed=job["seed"]).run()
    state, months = model.state, model.months
    organisations, offers = state.organisations, state.offers
    joint = (origins(state) == HERE | THERE) & (state.bricks["generation"] > 0)
    firms = np.flatnonzero((organisations["kind"] == FIRM) & (organisations["held"] > 0))
    held = np.arange(organisations["portfolio"].shape[1]) < organisations["held"][firms][:, None]
    hubei = state.market_names.index("Health system of Hubei")
    live = np.flatnonzero(offers["withdrawn"] < 0)
    paid = offers["adopters"][live, hubei] * state.markets["spend"][hubei]
    return {
        "hybrids": int((state.bricks["generation"] > 0).sum()),
        "joint": int(joint.sum()),
        "firms": len(firms),
        "firms_with_joint": int((joint[organisations["portfolio"][firms]] & held).any(axis=1).sum()),
        "exports": float(months["export_sales"].iloc[-60:].sum()) / 1000.0,  # M€ in the last 5 years
        "joint_exports": float(paid[joint[offers["brick"][live]]].sum()),  # k€ in the last month
        "end_exports": float(paid.sum()),
    }


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: case and seed."""
    jobs = [{"case": case, "seed": seed} for seed in range(4 if quick else 40) for case in (*CASES, *ONLINE)]
    return pd.DataFrame(run_many(outcome, jobs, workers, "bordeaux-wuhan"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return means by case and paired differences to the case without any tie across."""
    findings: dict[str, Any] = {}
    words = {
        "joint": "hybrids that join both places' knowledge", "firms_with_joint": "firms of Bordeaux that hold one",
        "exports": "exports of the last five years, M€", "joint_exports": "of it from joint hybrids, last month, k€",
    }  # fmt: skip
    for column, word in words.items():
        for case in (*CASES, *ONLINE):
            findings[f"{word}, {case}"] = rounded(mean_of(table, case, column), 1)
        for case in CASES[2:]:
            findings[f"{word}, {case} minus none"] = rounded(paired(table, column, case, CASES[1]), 1)
        findings[f"{word}, science minus none"] = rounded(paired(table, column, CASES[0], CASES[1]), 1)
        findings[f"{word}, {ONLINE[0]}, science adds"] = rounded(paired(table, column, *ONLINE), 1)
        findings[f"{word}, science minus business"] = rounded(paired(table, column, CASES[0], CASES[3]), 1)
    findings["hybrids cross"] = paired(table, "joint", "science", "no ties across").low > 0
    findings["exports follow"] = paired(table, "exports", "science", "no ties across").low > 0
    findings["holds"] = bool(findings["hybrids cross"] and findings["exports follow"])
    return findings


def draw(table: pd.DataFrame) -> Figure:
    """Return joint hybrids, the firms that hold one, and exports, by case."""
    figure, axes = new_figure(3, width=4.8)
    titles = {
        "joint": "Hybrids that join both\nplaces' knowledge, in 15 years",
        "firms_with_joint": "Firms of Bordeaux that hold one\nat the end",
        "exports": "Exports to Hubei\nin the last five years, M€",
    }
    for axis, (column, title) in zip(axes, titles.items(), strict=True):
        strips(axis, table, CASES, column, WORDS)
        axis.set_title(title, fontsize=11)
        axis.tick_params(axis="x", labelsize=7.5)
        axis.set_ylim(bottom=0)
    axes[0].set_ylabel("one point a run, bar: mean")
    return figure
