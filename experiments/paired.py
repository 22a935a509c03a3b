"""Paired comparison: the same ecosystem with and without something, under common random numbers.

A seed draws the same in both runs (design document, section 6), so that what differs between them is due to what was
changed. Every difference is taken seed by seed; intervals are those of the differences.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.outcomes import OUTCOMES as ALL
from experiments.outcomes import Outcome, measured
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval, ratio_interval

if TYPE_CHECKING:
    from ecosim import EcosystemModel, Scenario

__all__ = [
    "OUTCOMES", "Outcome", "compare", "conclude", "difference", "outcomes", "per", "play", "run_cases",
    "without_policies",
]  # fmt: skip


OUTCOMES: dict[str, Outcome] = {name: kind for name, kind in ALL.items() if kind.compared}
"""What `outcomes` returns; from `revenue` on only where society and economy are on."""


def outcomes(model: EcosystemModel) -> dict[str, float]:
    """Return the outcomes of the months that a model has played, by name: sums over the run and values at its end.

    Those of society and economy are there when one of their mechanisms is on. NaN for what is not known, such as the
    quality of alliances where there was none.
    """
    accounts = bool(model.state.history.accounts)
    return measured(model, [name for name, kind in OUTCOMES.items() if accounts or not kind.economy])


def play(job: dict[str, Any]) -> dict[str, float]:
    """Return the outcomes of one run: ``scenario``, ``seed`` and ``months`` of the job."""
    from ecosim import EcosystemModel

    with EcosystemModel(job["scenario"], seed=job["seed"], reproduction_every=0) as model:
        return outcomes(model.run(job["months"]))


def run_cases(
    cases: Mapping[str, Scenario], seeds: Sequence[int] | Mapping[str, Sequence[int]], months: int | None = None,
    workers: int | None = None, label: str = "",
) -> pd.DataFrame:  # fmt: skip
    """Play several scenarios with the same seeds; return one row per run: case, seed and its outcomes.

    seeds : of every case, or by case; months : None for as many as each scenario says. Runs are interleaved, seed by
    seed.
    """
    chosen = seeds if isinstance(seeds, Mapping) else dict.fromkeys(cases, seeds)
    jobs = [
        {"case": case, "seed": seed, "scenario": scenario, "months": scenario.months if months is None else months}
        for seed in sorted({seed for known in chosen.values() for seed in known})
        for case, scenario in cases.items()
        if seed in chosen[case]
    ]
    return pd.DataFrame(run_many(play, jobs, workers, label)).drop(columns=["scenario", "months"])


def difference(table: pd.DataFrame, case: str, base: str) -> pd.DataFrame:
    """Return the outcomes of a case minus those of another, one row per seed (the index)."""
    with_it, without = (
        table[table["case"] == name].drop(columns="case").set_index("seed").sort_index() for name in (case, base)
    )
    return with_it - without


def compare(
    scenario_with: Scenario, scenario_without: Scenario, seeds: Sequence[int], months: int | None = None,
    workers: int | None = None, label: str = "",
) -> pd.DataFrame:  # fmt: skip
    """Return three rows per seed, `case` being ``with``, ``without`` and ``difference``, with all outcomes.

    months : None for as many as each scenario says.
    """
    cases = {"with": scenario_with, "without": scenario_without}
    table = run_cases(cases, seeds, months, workers, label)
    apart = difference(table, "with", "without").reset_index()
    return pd.concat([table, apart.assign(case="difference")], ignore_index=True)[list(table.columns)]


def per(top: Any, bottom: Any) -> Interval | None:
    """Return ``Σ top / Σ bottom`` over seeds with its bootstrap interval; None where the interval of the mean of
    `bottom` does not lie above 0, for then there is nothing to share out.
    """  # fmt: skip
    if not mean_interval(np.asarray(bottom, np.float64)).low > 0:
        return None
    return ratio_interval(top, bottom)


def conclude(table: pd.DataFrame) -> dict[str, list[float] | None]:
    """Return what was added, by seed-wise differences: mean and 95 % interval, from the table of `compare` or
    of `difference`.

    Costs are in k€ of policy spending. A ratio is None where what it is a ratio to is not shown to be above 0.
    """
    apart = table[table["case"] == "difference"] if "case" in table else table
    found: dict[str, Interval | None] = {}
    for words, name in (
        ("additional turnover (k€)", "revenue"),
        ("additional turnover of SMEs (k€)", "sme_revenue"),
        ("additional job-years", "job_years"),
        ("additional job-years in SMEs", "sme_job_years"),
        ("additional jobs at the end", "employees"),
        ("additional jobs in SMEs at the end", "sme_employees"),
        ("policy spending (k€)", "policy_spending"),
        ("additional hybrids", "hybrids"),
        ("additional R (next-generation, at the end)", "r_theoretical"),
    ):
        if name in apart:
            found[words] = mean_interval(apart[name].to_numpy())
    if "policy_spending" in apart:
        spent = apart["policy_spending"]
        found["cost per job-year (k€)"] = per(spent, apart["job_years"])
        found["cost per job at the end (k€)"] = per(spent, apart["employees"])
        found["additional turnover per € of policy (€)"] = per(apart["revenue"], spent)
    return {words: None if value is None else [_rounded(x) for x in value] for words, value in found.items()}


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def without_policies(scenario: Scenario) -> Scenario:
    """Return the scenario with no policy and no programme of acculturation: what a policy is compared with."""
    return dataclasses.replace(scenario, policies=(), acculturations=())
