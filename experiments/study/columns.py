"""Columns of the table of months that a study can keep, and what must be on for them. Plain names: loads no model."""

from __future__ import annotations

from collections.abc import Sequence

from ecosim.errors import StudyError, nearest_name
from ecosim.parameters import Parameters

__all__ = ["ACCOUNTS", "EVALUATED", "MONTHLY", "NAMED", "TRUST", "check_columns"]

MONTHLY = (
    "r_cohort", "r_instantaneous", "births_incremental", "births_spontaneous", "births_recombinant",
    "births_generation_1", "births_generation_2", "births_generation_3_and_more", "organisations", "meetings", "trials",
    "copies", "forgotten", "evicted", "created", "carried", "births_spontaneous_cluster", "births_recombinant_cluster",
    "births_spontaneous_bridge", "births_recombinant_bridge", "births_spontaneous_science",
    "births_recombinant_science", "births_spontaneous_digital", "births_recombinant_digital",
)  # fmt: skip
"""Of every month and every scenario."""

TRUST = ("mean_trust", "effective_partners", "closure")
EVALUATED = (
    "r_theoretical", "r_expected_cohort", "variety", "balance", "disparity", "rao_stirling", "hill_1", "hill_2",
    "mean_degree", "bridging_share", "largest_component", "diffusion_number", "latent_opportunities", *TRUST,
)  # fmt: skip
"""Of the months that are evaluated (``record.reproduction_every``): they cost time."""

ACCOUNTS = (
    "firms", "revenue", "employees", "sme_revenue", "sme_employees", "capital", "offers_live", "offers_launched",
    "offer_quality", "alliances", "allied_firms", "allied_employees", "allied_revenue", "allied_equity",
    "largest_alliance", "alliance_quality", "offer_sales_all", "offer_sales_alone", "small_seller_sales",
    "export_sales", "insight", "competence", "entries", "exits", "policy_spending", "core_sales", "offer_sales",
    "purchases", "wages", "research", "cooperation", "exports", "coordination", "structuring", "dividends", "investors",
    "creditors", "public_equity", "gifts", "hired", "released", "lost", "founders", "transfers",
)  # fmt: skip
"""Of society and economy, where they are on."""

NAMED = ("competence", "adoptions", "needs met", "sales", "frame shift", "spent")
"""Accounts of one stage, market or policy: ``competence: NAME``, ``adoptions: NAME``, …"""


def check_columns(columns: Sequence[str], parameters: Sequence[Parameters], may_change: bool, where: str) -> None:
    """Raise StudyError for columns that no table of months has, or not with these mechanisms.

    parameters : of every scenario that is played; may_change : whether the study varies which mechanisms are on
    """
    known = (*MONTHLY, *EVALUATED, *ACCOUNTS)
    for name in columns:
        kind, colon, _ = name.partition(": ")
        named = bool(colon) and kind in NAMED
        if not named and name not in known:
            hint = nearest_name(name, known)
            allowed = f"{', '.join(known)}; and of a stage, market or policy {', '.join(f'{k}: …' for k in NAMED)}"
            raise StudyError(f"{where}: columns: unknown {name!r}{hint}; allowed are {allowed}")
        needs_trust, needs_economy = name in TRUST, named or name in ACCOUNTS
        for scenario in parameters if not may_change else ():
            if needs_trust and not scenario.mechanisms.trust:
                raise StudyError(f"{where}: columns: {name!r} needs mechanisms.trust, which is off")
            if needs_economy and not scenario.mechanisms.economy:
                raise StudyError(f"{where}: columns: {name!r} needs society and economy, which are off")
    if len(set(columns)) < len(columns):
        raise StudyError(f"{where}: columns: one is there twice")
