"""The numbers of one run, read from its table of months: never from what a page shows. What is not known is None."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecosim import EcosystemModel

__all__ = ["Facts", "facts_of"]


@dataclass(frozen=True)
class Facts:
    """What a report says of a run in numbers.

    months : the table of months (docs/odd.md); r_last, r_top : (month, R from the whole state), the last and the
    highest; emergence : month T*; hybrids, recombinant : born in the run, and those with a hybrid among the parents
    revenue : k€ over the run; revenue_last : k€ in the last month; jobs, sme_jobs, alliances : at the end; job_years
    spending : of policies, k€ over the run
    """

    months: pd.DataFrame
    organisations: int
    clusters: int
    sectors: int
    r_last: tuple[int, float] | None
    r_top: tuple[int, float] | None
    emergence: int | None
    hybrids: int
    recombinant: int
    revenue: float | None = None
    revenue_last: float | None = None
    jobs: float | None = None
    sme_jobs: float | None = None
    job_years: float | None = None
    alliances: float | None = None
    spending: float | None = None

    @property
    def played(self) -> int:
        return len(self.months)


def facts_of(model: EcosystemModel) -> Facts:
    """Return the facts of the months that a model has played."""
    months, state, on = model.months, model.state, model.parameters.mechanisms
    known = months.loc[months["r_theoretical"].notna(), ["month", "r_theoretical"]]
    evaluated = [(int(month), float(r)) for month, r in known.itertuples(index=False)]
    recombinant = int(months["births_recombinant"].sum())

    def account(name: str, kept: bool, how: str = "last") -> float | None:
        if not kept or name not in months or months.empty:
            return None
        column = months[name].to_numpy(np.float64)
        value = float(column.sum() if how == "sum" else column[-1])
        return value if math.isfinite(value) else None

    staffed = account("employees", on.firm_life, "sum")
    return Facts(
        months=months,
        organisations=int(state.alive.sum()),
        clusters=len(state.cluster_names),
        sectors=len(state.sector_names),
        r_last=evaluated[-1] if evaluated else None,
        r_top=max(evaluated, key=lambda one: one[1]) if evaluated else None,
        emergence=model.emergence_month,
        hybrids=int(months["births_spontaneous"].sum()) + recombinant,
        recombinant=recombinant,
        revenue=account("revenue", on.firm_life, "sum"),
        revenue_last=account("revenue", on.firm_life),
        jobs=account("employees", on.firm_life),
        sme_jobs=account("sme_employees", on.firm_life),
        job_years=None if staffed is None else staffed / 12.0,
        alliances=account("alliances", on.alliances),
        spending=account("policy_spending", on.policies, "sum"),
    )
