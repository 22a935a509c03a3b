"""Outcomes: what is looked at in a run, in one number each. Computed when asked for; reads a model, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from ecosim import EcosystemModel

__all__ = ["OUTCOMES", "Outcome", "measured"]


class Outcome(NamedTuple):
    """What is looked at: in words, and its unit.

    economy : known only where society and economy are on; unknown : NaN is a possible answer, such as a month of
    emergence where nothing emerged; compared : what paired comparisons list
    """

    words: str
    unit: str
    economy: bool = False
    unknown: bool = False
    compared: bool = True


def _core(words: str, unit: str, unknown: bool = False, compared: bool = False) -> Outcome:
    return Outcome(words, unit, False, unknown, compared)


def _books(words: str, unit: str, unknown: bool = False) -> Outcome:
    return Outcome(words, unit, True, unknown, True)


OUTCOMES: dict[str, Outcome] = {
    "hybrids": _core("hybrids born", "hybrids", compared=True),
    "recombinant": _core("hybrids born from hybrids", "hybrids", compared=True),
    "r_theoretical": _core("next-generation R at the end", "hybrids/hybrid", compared=True),
    "r_cohort": _core("cohort R, the last that is known", "hybrids/hybrid", unknown=True, compared=True),
    "revenue": _books("turnover", "k€"),
    "sme_revenue": _books("turnover of SMEs", "k€"),
    "employees": _books("employees at the end", "jobs"),
    "sme_employees": _books("employees of SMEs at the end", "jobs"),
    "job_years": _books("employment", "job-years"),
    "sme_job_years": _books("employment in SMEs", "job-years"),
    "offer_sales": _books("sales of offers", "k€"),
    "allied_sales": _books("sales of alliances' offers", "k€"),
    "export_sales": _books("sales of offers abroad", "k€"),
    "small_seller_sales": _books("sales of small sellers where public buyers are", "k€"),
    "alliances": _books("alliances at the end", "alliances"),
    "allied_firms": _books("firms in alliances at the end", "firms"),
    "allied_firm_years": _books("membership of alliances", "firm-years"),
    "alliance_quality": _books("quality of what alliances can offer, mean over the run", "0 to 1", unknown=True),
    "competence": _books("competence at the end, mean of firms", "0 to 1", unknown=True),
    "firms": _books("firms at the end", "firms"),
    "entries": _books("start-ups", "firms"),
    "exits": _books("firms that left", "firms"),
    "policy_spending": _books("spending of policies", "k€"),
    "emerged": _core("lasting emergence", "share of runs"),
    "emergence_month": _core("month of emergence T*", "month", unknown=True),
    "late_births": _core("order parameter: recombinant births in the last year", "births/organisation/year"),
    "generation_2": _core("hybrids of generation 2 and later", "hybrids"),
    "alive": _core("whether any organisation holds a hybrid at the end", "share of runs"),
    "r_first": _core("next-generation R of the first hybrid, with the attractors on", "hybrids/hybrid"),
    "r_mean_cohort": _core("cohort R over the whole run: offspring per hybrid born", "hybrids/hybrid", unknown=True),
}
"""All outcomes, by name. SMEs are the firms below 250 employees in the month: one that grows beyond takes its turnover
and jobs out of the figure. A small seller is a firm, or an alliance as a whole, below 250 employees."""

_SUMS = {"offer_sales": "offer_sales_all"} | {
    name: name
    for name in ("revenue", "sme_revenue", "export_sales", "small_seller_sales", "entries", "exits", "policy_spending")
}
_ENDS = ("employees", "sme_employees", "alliances", "allied_firms", "competence", "firms")
_YEARS = {"job_years": "employees", "sme_job_years": "sme_employees", "allied_firm_years": "allied_firms"}


def measured(model: EcosystemModel, names: Iterable[str]) -> dict[str, float]:
    """Return outcomes of the months that a model has played, by name, in the order of `names`.

    Sums are over the run, values at its end. NaN for what is not known, such as the accounts of a run without economy.
    """
    return {name: float(_value(model, name)) for name in names}


def _value(model: EcosystemModel, name: str) -> float:
    if name in _ALONE:
        return _ALONE[name](model)
    history = model.state.history
    if not history.accounts:
        return np.nan
    if name in _SUMS:
        return float(history.account(_SUMS[name]).sum())
    if name in _ENDS:
        return float(history.account(name)[-1])
    return float(history.account(_YEARS[name]).sum() / 12.0)


def _hybrids(model: EcosystemModel) -> float:
    history = model.state.history
    return float(history.column("spontaneous").sum() + history.column("recombinant").sum())


def _recombinant(model: EcosystemModel) -> float:
    return float(model.state.history.column("recombinant").sum())


def _r_theoretical(model: EcosystemModel) -> float:
    from ecosim.reproduction import NextGeneration

    return float(NextGeneration().evaluate(model.state))


def _r_first(model: EcosystemModel) -> float:
    """R of month 0 as the operator sees it, all attractors of the scenario being on: is a first hybrid to be followed
    by others? Nothing has been born yet, so that nothing of the run's outcome is in it.
    """
    from dataclasses import replace

    from ecosim import EcosystemModel
    from ecosim.processes import Attract
    from ecosim.reproduction import NextGeneration

    scenario = model.played_scenario
    always = tuple(replace(attractor, start=0, end=None) for attractor in scenario.attractors)
    with EcosystemModel(replace(scenario, attractors=always), seed=model.seed) as first:
        for process in first.processes:
            if isinstance(process, Attract):
                process.step(first)
        return float(NextGeneration().evaluate(first.state))


def _r_cohort(model: EcosystemModel) -> float:
    from ecosim.measures import reproduction_series

    cohort = reproduction_series(model.state)[0]
    known = cohort[~np.isnan(cohort)]
    return float(known[-1]) if len(known) else np.nan


def _r_mean_cohort(model: EcosystemModel) -> float:
    """Offspring per hybrid over the whole run; the last born are cut short, so that it lies below R in short runs."""
    state = model.state
    births = _hybrids(model)
    return float(state.cohort_offspring[: state.history.count].sum()) / births if births else np.nan


def _emerged(model: EcosystemModel) -> float:
    return float(model.emergence_month is not None)


def _emergence_month(model: EcosystemModel) -> float:
    when = model.emergence_month
    return np.nan if when is None else float(when)


def _late_births(model: EcosystemModel) -> float:
    history = model.state.history
    births, organisations = history.recent("recombinant", 12), history.recent("organisations", 12)
    return float(12.0 * births.sum() / max(organisations.sum(), 1)) if len(births) else 0.0


def _generation_2(model: EcosystemModel) -> float:
    from ecosim.measures import hybrids

    state = model.state
    return float((state.bricks["generation"][hybrids(state)] >= 2).sum())


def _alive(model: EcosystemModel) -> float:
    state = model.state
    return float((state.organisations["held"] > state.parameters.knowledge.core_size).any())


def _alliance_quality(model: EcosystemModel) -> float:
    history = model.state.history
    if not history.accounts:
        return np.nan
    quality = history.account("alliance_quality")
    quality = quality[~np.isnan(quality)]
    return float(quality.mean()) if len(quality) else np.nan


def _allied_sales(model: EcosystemModel) -> float:
    history = model.state.history
    if not history.accounts:
        return np.nan
    return float(history.account("offer_sales_all").sum()) - float(history.account("offer_sales_alone").sum())


_ALONE: dict[str, Callable[[EcosystemModel], float]] = {
    "hybrids": _hybrids,
    "recombinant": _recombinant,
    "r_theoretical": _r_theoretical,
    "r_first": _r_first,
    "r_cohort": _r_cohort,
    "r_mean_cohort": _r_mean_cohort,
    "emerged": _emerged,
    "emergence_month": _emergence_month,
    "late_births": _late_births,
    "generation_2": _generation_2,
    "alive": _alive,
    "alliance_quality": _alliance_quality,
    "allied_sales": _allied_sales,
}
