"""Society and economy in figures, month by month: activity, employment, alliances, markets, policies, trust.

Reads columns and the month's books, changes nothing. Money in k€, heads in full-time equivalents.
"""

from __future__ import annotations

import numpy as np

from ecosim.economy.offers import staff_behind
from ecosim.state import HEADS, MONEY, State

__all__ = ["SME", "month_accounts", "opening", "small_seller_sales"]

SME = 250  # employees, from which on a firm is no SME (EU Recommendation 2003/361/EC)


def opening(state: State) -> tuple[float, float, float]:
    """Return the stocks that the next month begins with: capital (k€), employees, all that policies have spent (k€)."""
    organisations = state.organisations
    capital = float(organisations["capital"].sum() + state.alliances["capital"].sum())
    return capital, float(organisations["employees"].sum()), float(state.policies["spent"].sum())


def month_accounts(state: State) -> dict[str, float]:
    """Return the figures of the month that ends, by name; see docs/odd.md, section 8.4."""
    organisations, alliances, offers, ledger = state.organisations, state.alliances, state.offers, state.ledger
    firms = state.firms
    employees, revenue = organisations["employees"][firms], organisations["revenue"][firms]
    small = employees < SME
    allied = firms & (organisations["alliance"] >= 0)
    going = alliances["ended"] < 0
    live = offers["withdrawn"] < 0
    alone = live & (offers["alliance"] < 0)
    figures = {
        "firms": float(firms.sum()),
        "revenue": float(revenue.sum()),
        "employees": float(employees.sum()),
        "sme_revenue": float(revenue[small].sum()),
        "sme_employees": float(employees[small].sum()),
        "capital": float(organisations["capital"].sum() + alliances["capital"].sum()),
        "offers_live": float(live.sum()),
        "offers_launched": float((offers["launched"] == state.month).sum()),
        "offer_quality": float(offers["quality"][live].mean()) if live.any() else np.nan,
        "alliances": float(going.sum()),
        "allied_firms": float(allied.sum()),
        "allied_employees": float(organisations["employees"][allied].sum()),
        "allied_revenue": float(organisations["revenue"][allied].sum()),
        "allied_equity": float(organisations["capital"][allied].sum() + alliances["capital"].sum()),
        "largest_alliance": float(alliances["members"].max()) if len(alliances) else 0.0,
        "alliance_quality": float(alliances["quality"][going].mean()) if going.any() else np.nan,
        "offer_sales_all": float(offers["sales"][live].sum()),
        "offer_sales_alone": float(offers["sales"][alone].sum()),
        "small_seller_sales": small_seller_sales(state),
        "export_sales": float(state.markets["sales"][state.markets["abroad"]].sum()),
        "insight": float(organisations["insight"][firms].mean()) if firms.any() else np.nan,
        "competence": float(organisations["competence"][firms].mean()) if firms.any() else np.nan,
        "entries": float((organisations["founded"] == state.month).sum()),
        "exits": float(ledger.exits),
        "policy_spending": float(state.policies["spent"].sum()) - ledger.opening_spent + ledger.acculturation,
    }
    for row, name in enumerate(state.stage_names):
        figures[f"competence: {name}"] = float(state.stages["competence"][row])
    for row, name in enumerate(state.market_names):
        figures[f"adoptions: {name}"] = float(state.markets["adoptions"][row])
        needs = float(state.markets["customers"][row] * state.markets["needs"][row])
        figures[f"needs met: {name}"] = float(state.markets["adoptions"][row]) / needs if needs > 0 else np.nan
        figures[f"sales: {name}"] = float(state.markets["sales"][row])
        figures[f"frame shift: {name}"] = float(
            np.linalg.norm(state.markets["frame"][row] - state.markets["origin"][row])
        )
    for row, name in enumerate(state.policy_names):
        figures[f"spent: {name}"] = float(state.policies["spent"][row])
    return figures | {name: ledger.flow(name) for name in (*MONEY, *HEADS) if name not in figures}


def small_seller_sales(state: State) -> float:
    """Return the sales of this month, k€, on markets with public buyers, of offers whose seller (a firm, or an alliance
    as a whole) has fewer than 250 employees.
    """  # fmt: skip
    offers, markets = state.offers, state.markets
    live = np.flatnonzero(offers["withdrawn"] < 0)
    if len(live) == 0:
        return 0.0
    sales = offers["adopters"][live] @ (markets["spend"] * (markets["public_share"] > 0))
    return float(sales[staff_behind(state, live) < SME].sum())
