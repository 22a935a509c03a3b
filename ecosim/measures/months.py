"""R and all the rest, month by month."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.measures.hybrids import hybrids
from ecosim.measures.ingredients import diversity, latent_opportunities, medium
from ecosim.measures.society import trust_measures
from ecosim.reproduction import NextGeneration, cohort_reproduction, emergence_month, instantaneous_reproduction
from ecosim.state import State

__all__ = ["births_by_month", "emergence", "evaluate", "months_table", "reproduction_series"]

FloatArray = npt.NDArray[np.float64]


def evaluate(state: State, next_generation: NextGeneration) -> dict[str, float]:
    """Return the indicators that are too costly for every month."""
    r = next_generation.evaluate(state)
    trust = trust_measures(state) if state.parameters.mechanisms.trust else {}
    return {
        "r_theoretical": r,
        "r_expected_cohort": next_generation.expected_cohort,
        **diversity(state),
        **medium(state),
        "latent_opportunities": latent_opportunities(state),
        **trust,
    }


def births_by_month(state: State) -> tuple[FloatArray, float]:
    """Return (hybrids born in each month, float64 (T,); hybrids that were seeded before month 0)."""
    history = state.history
    births = (history.column("spontaneous") + history.column("recombinant")).astype(np.float64)
    seeded = int((state.bricks["birth"][hybrids(state)] < 0).sum()) if state.parameters.latent.seeded_share > 0 else 0
    return births, float(seeded)


def _dwindling(state: State) -> float:
    """Return the rate at which the carriers of a hybrid dwindle, μ − ρτ, with the run's mean ρ, in 1/month."""
    history, parameters = state.history, state.parameters
    core = parameters.knowledge.core_size
    organisations = max(float(history.column("organisations").sum()), 1.0)
    size = max(core + history.column("carried").sum() / organisations, core + 1.0)
    trials = 2.0 * history.column("meetings").sum() / organisations / size
    return max(parameters.knowledge.forgetting - trials * parameters.effective_transmissibility, 1e-3)


def reproduction_series(state: State) -> tuple[FloatArray, FloatArray]:
    """Return (cohort R, instantaneous R), float64 (T,) each, NaN where unknown."""
    months = state.history.count
    births, seeded = births_by_month(state)
    rate = _dwindling(state)
    cohort = cohort_reproduction(births, state.cohort_offspring[:months], rate)
    recombinant = state.history.column("recombinant").astype(np.float64)
    return cohort, instantaneous_reproduction(recombinant, births, seeded, rate)


def emergence(state: State) -> int | None:
    """Return T*, the month of emergence, or None."""
    history = state.history
    return emergence_month(
        reproduction_series(state)[0], history.column("recombinant").astype(np.float64),
        history.column("organisations").astype(np.float64), state.parameters.record.emergence_floor,
    )  # fmt: skip


def months_table(state: State) -> pd.DataFrame:
    """Return one row per month played: R, births by kind, generation and layer, tallies, the accounts of society and
    economy when they are on (`ecosim.economy.accounts`), and indicators (NaN in months that were not evaluated).
    """  # fmt: skip
    history, bricks = state.history, state.bricks
    months = history.count
    cohort, instantaneous = reproduction_series(state)
    table: dict[str, Any] = {"month": np.arange(months)}
    evaluated = pd.DataFrame(history.evaluations)
    evaluated = evaluated.set_index("month") if len(evaluated) else evaluated
    known = evaluated.reindex(range(months))
    table["r_theoretical"] = known.get("r_theoretical", pd.Series(np.nan, range(months))).to_numpy(np.float64)
    table["r_cohort"] = cohort
    table["r_instantaneous"] = instantaneous
    for kind in ("incremental", "spontaneous", "recombinant"):
        table[f"births_{kind}"] = history.column(kind)
    rows = hybrids(state)
    rows = rows[bricks["birth"][rows] >= 0]
    birth, generation = bricks["birth"][rows], bricks["generation"][rows]
    for label, chosen in (("1", generation == 1), ("2", generation == 2), ("3_and_more", generation >= 3)):
        table[f"births_generation_{label}"] = np.bincount(birth[chosen], minlength=months)[:months]
    table["organisations"] = history.column("organisations")
    for name in ("meetings", "trials", "copies", "forgotten", "evicted", "created", "carried"):
        table[name] = history.column(name)
    for name in history.NAMES:
        if name.startswith(("spontaneous_", "recombinant_")):
            table[f"births_{name}"] = history.column(name)
    for name in history.accounts[-1] if history.accounts else ():
        table[name] = history.account(name)
    for name in known.columns:
        if name != "r_theoretical":
            table[name] = known[name].to_numpy(np.float64)
    return pd.DataFrame(table)
