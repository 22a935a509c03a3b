"""ViaMéca: is it worth more to support the strategic link of low margin than the link that earns most?

The same money trains the firms of one stage or of another, or nobody, under common random numbers; once with the chain
as it is shipped, whose weakest link is the one of lowest margin, and once with the competences of these two stages
exchanged, so that the link of highest margin is the weakest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval, ratio_interval

QUESTION = "Does support of the low-margin strategic link yield more per euro, and less where it is not the weakest?"
LOW, HIGH = "forging", "engineering services"  # the stages of lowest and of highest margin
CHAINS = {"shipped": f"{LOW} is the weakest link", "exchanged": f"{HIGH} are the weakest link"}
TRAINED = ("none", LOW, HIGH)
MONTHS = 120
SEEDS, QUICK_SEEDS = 60, 14


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return turnover (k€ in ten years), jobs at the end, job-years, spending and competences of one run."""
    from dataclasses import replace

    from ecosim import EcosystemModel, Scenario

    scenario = Scenario.load("viameca")
    competence = {stage.name: stage.competence for stage in scenario.stages}
    if job["chain"] == "exchanged":
        competence[LOW], competence[HIGH] = competence[HIGH], competence[LOW]
    stages = tuple(replace(stage, competence=competence[stage.name]) for stage in scenario.stages)
    (policy,) = scenario.policies
    trained = job["trained"]
    policies = () if trained == "none" else (replace(policy, name=f"training in {trained}", stage=trained),)
    with EcosystemModel(
        replace(scenario, stages=stages, policies=policies), seed=job["seed"], reproduction_every=0
    ) as model:
        months = model.run(MONTHS).months
        return {
            "turnover": float(months["revenue"].sum()),
            "sme_turnover": float(months["sme_revenue"].sum()),
            "jobs": float(months["employees"].iloc[-1]),
            "sme_jobs": float(months["sme_employees"].iloc[-1]),
            "job_years": float(months["employees"].sum()) / 12.0,
            "spent": float(months["policy_spending"].sum()),
            **{f"competence_{year}: {name}": float(months[f"competence: {name}"].iloc[12 * year - 1])
               for year in (1, 5, 10) for name in competence},
        }  # fmt: skip


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: chain, who is trained, and seed."""
    jobs = [
        {"chain": chain, "trained": trained, "seed": seed}
        for seed in range(QUICK_SEEDS if quick else SEEDS)
        for chain in CHAINS
        for trained in TRAINED
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "viameca"))


def gained(table: pd.DataFrame, chain: str, trained: str, column: str) -> Any:
    """Return what training adds to an outcome, seed by seed, float64."""
    rows = {
        case: table[(table["chain"] == chain) & (table["trained"] == case)].sort_values("seed")[column].to_numpy()
        for case in (trained, "none")
    }
    return rows[trained] - rows["none"]


def _rounded(interval: Interval, digits: int = 2) -> list[float]:
    return [round(float(value), digits) for value in interval]


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return what a euro adds by stage and chain, and what it adds at the low-margin stage above the other."""
    findings: dict[str, Any] = {"seeds": int(table["seed"].nunique())}
    more: dict[str, Interval] = {}
    for chain, words in CHAINS.items():
        found: dict[str, Any] = {}
        per_euro = {}
        for trained in (LOW, HIGH):
            spent = gained(table, chain, trained, "spent")
            turnover = gained(table, chain, trained, "turnover")
            per_euro[trained] = turnover / spent
            jobs, years = (gained(table, chain, trained, name) for name in ("jobs", "job_years"))
            found[f"training in {trained}"] = {
                "spent, k€": _rounded(mean_interval(spent), 0),
                "additional turnover per euro": _rounded(ratio_interval(turnover, spent)),
                "additional turnover of SMEs per euro": _rounded(
                    ratio_interval(gained(table, chain, trained, "sme_turnover"), spent)
                ),
                "jobs at the end": _rounded(mean_interval(jobs), 1),
                "jobs in SMEs at the end": _rounded(mean_interval(gained(table, chain, trained, "sme_jobs")), 1),
                "job-years in ten years": _rounded(mean_interval(years), 0),
                "cost of a job at the end, k€": _cost(spent, jobs),
                "cost of a job-year, k€": _cost(spent, years),
            }
        more[chain] = mean_interval(per_euro[LOW] - per_euro[HIGH])
        found[f"per euro, {LOW} minus {HIGH}"] = _rounded(more[chain])
        rows = table[(table["chain"] == chain) & (table["trained"] == "none")]
        found["competence without training, after 1, 5 and 10 years"] = {
            name: [round(float(rows[f"competence_{year}: {name}"].mean()), 3) for year in (1, 5, 10)]
            for name in sorted({str(column).split(": ")[1] for column in table if ": " in str(column)})
        }
        findings[words] = found
    findings["the low-margin strategic link yields more"] = more["shipped"].low > 0
    findings["the reverse where it is not the weakest"] = more["exchanged"].high < 0
    findings["holds"] = more["shipped"].low > 0 > more["exchanged"].high
    return findings


def _cost(spent: Any, made: Any) -> list[float] | str:
    """Return spending per what is made, k€, or words where what is made may be nothing."""
    if mean_interval(np.asarray(made)).low <= 0:
        return "not known: the interval of what is made holds 0"
    return _rounded(ratio_interval(spent, made), 2)


def draw(table: pd.DataFrame) -> Figure:
    """Return the additional turnover per euro by trained stage and chain, and the competences without training."""
    figure, (left, right) = new_figure(2, width=5.2)
    for index, trained in enumerate((LOW, HIGH)):
        for place, chain in enumerate(CHAINS):
            spent = gained(table, chain, trained, "spent")
            found = ratio_interval(gained(table, chain, trained, "turnover"), spent)
            where = place + 0.2 * (index - 0.5)
            label = f"training in {trained}" if place == 0 else None
            left.bar(where, found.estimate, 0.18, color=COLOURS[index], label=label)
            left.errorbar(
                where, found.estimate, [[found.estimate - found.low], [found.high - found.estimate]],
                color="black", capsize=3,
            )  # fmt: skip
    left.axhline(0, color="black", linewidth=1)
    left.set_xticks(range(len(CHAINS)), [words.replace(" the weakest", "\nthe weakest") for words in CHAINS.values()])
    left.set_ylabel("additional turnover in ten years\nper euro of training, €")
    left.set_title("Support pays where the weakest link is")
    left.legend(frameon=False)
    years = (1, 5, 10)
    for index, name in enumerate((LOW, HIGH)):
        for chain, dash in zip(CHAINS, ("-", "--"), strict=True):
            rows = table[(table["chain"] == chain) & (table["trained"] == "none")]
            means = [rows[f"competence_{year}: {name}"].mean() for year in years]
            right.plot(
                years, means, color=COLOURS[index], linestyle=dash, marker=MARKERS[index],
                label=f"{name}, {CHAINS[chain].split(' is ')[0].split(' are ')[0]} weakest",
            )  # fmt: skip
    right.set_ylim(0, 1)
    right.set_xticks(years)
    right.set_xlabel("year")
    right.set_ylabel("mean competence of the stage's firms, 0 to 1")
    right.set_title("Without support")
    right.legend(frameon=False, fontsize=8)
    return figure
