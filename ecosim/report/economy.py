"""Society and economy as plain data for the page: only what was on in the run. No HTML here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ecosim.measures import alliances_table, policies_table
from ecosim.report.economy_figures import needs_met
from ecosim.report.economy_words import YEAR, change, millions, years
from ecosim.report.words import count, number
from ecosim.state import MONEY, State

__all__ = ["economy_facts"]

Table = dict[str, Any]
_TOP = 5
_FLOWS = {
    "core_sales": "sales of old products", "offer_sales": "sales of new offers", "purchases": "purchases",
    "wages": "wages", "research": "research", "cooperation": "cost of meetings", "exports": "fixed costs of exports",
    "coordination": "running alliances", "structuring": "founding and enlarging alliances",
    "dividends": "paid to owners", "investors": "from investors, to start-ups",
    "creditors": "debts that creditors have borne", "public_equity": "public equity, to alliances",
    "gifts": "set by hand",
}  # fmt: skip
_LEVERS = {
    "assembly": "assembling bricks", "structuring": "structuring groups", "internationalisation": "going abroad",
    "equity": "equity of alliances", "training": "training firms", "procurement": "training public buyers",
    "acculturation": "acculturation",
}  # fmt: skip


def economy_facts(state: State, months: pd.DataFrame) -> dict[str, Any]:
    """Return what the sections on activity, alliances, markets and policies say; None for a section that is not."""
    on, played = state.parameters.mechanisms, len(months) > 0 and "revenue" in months
    return {
        "activity": {"summary": _summary(months), "flows": _flows(months)} if on.firm_life and played else None,
        "alliances": _alliances(state, months) if on.alliances and played else None,
        "markets": _markets(state, months) if on.markets and played else None,
        "policies": _policies(state) if on.policies and played else None,
    }


def _table(caption: str, columns: list[str], rows: list[list[str]], text_columns: int = 1) -> Table:
    return {"caption": caption, "columns": columns, "rows": rows, "text_columns": text_columns}


# -- activity -------------------------------------------------------------------------------------------------


def _summary(months: pd.DataFrame) -> Table:
    """The first and the last year."""
    spans = years(len(months))
    parts = [months.iloc[slice(*span)] for span in spans]
    sums = {name: [float(part[name].sum()) for part in parts] for name in ("revenue", "sme_revenue", "offer_sales")}
    ends = {
        name: [float(part[name].iloc[-1]) for part in parts]
        for name in ("employees", "sme_employees", "firms", "allied_employees")
    }
    rows = [
        ["revenue (M€)", *(millions(value) for value in sums["revenue"])],
        ["… of SMEs (M€)", *(millions(value) for value in sums["sme_revenue"])],
        ["… from new offers (share of all sales)", *(_share(part) for part in parts)],
        ["employees at the end", *(number(round(value)) for value in ends["employees"])],
        ["… of SMEs", *(number(round(value)) for value in ends["sme_employees"])],
        ["firms at the end", *(number(int(value)) for value in ends["firms"])],
        ["start-ups founded", *(number(int(part["entries"].sum())) for part in parts)],
        ["organisations that left", *(number(int(part["exits"].sum())) for part in parts)],
    ]
    columns = ["", *(f"months {first} to {last - 1}" for first, last in spans)]
    if len(parts) == 2:
        columns.append("change")
        changed = [sums["revenue"], sums["sme_revenue"], None, ends["employees"], ends["sme_employees"], ends["firms"]]
        for row, values in zip(rows, [*changed, None, None], strict=True):
            row.append(change(*values) if values else "")
    return _table("Activity and employment (SMEs: firms of fewer than 250 employees)", columns, rows)


def _share(part: pd.DataFrame) -> str:
    new, old = float(part["offer_sales"].sum()), float(part["core_sales"].sum())
    return f"{new / (new + old):.1%}" if new + old > 0 else "–"


def _flows(months: pd.DataFrame) -> Table:
    """Where the money of firms and alliances came from and went to in the last year; it adds up."""
    last = months.iloc[-YEAR:]
    flows = {name: float(last[name].sum()) for name in MONEY}
    end = float(last["capital"].iloc[-1])
    digits = 1 if max(abs(end), *(abs(flow) for flow in flows.values())) >= 1e5 else 2  # the same in all rows
    rows = [["capital at the beginning", millions(end - sum(flows.values()), digits)]]
    rows += [[_FLOWS.get(name, name), millions(flow, digits, signed=True)] for name, flow in flows.items() if flow]
    rows.append(["capital at the end", millions(end, digits)])
    span = f"months {int(last['month'].iloc[0])} to {int(last['month'].iloc[-1])}"
    return _table(f"Money of firms and alliances in {span}: what came in (+) and went out (−)", ["", "M€"], rows)


# -- alliances ------------------------------------------------------------------------------------------------


def _alliances(state: State, months: pd.DataFrame) -> dict[str, Any]:
    table = alliances_table(state)
    there = table[table["ended"].isna()]
    last = months.iloc[-1]
    if len(table) == 0:
        return {"said": "No alliance was formed.", "largest": None}
    said = (
        f"{count(len(table), 'alliance was', 'alliances were')} formed; {count(len(there), 'is', 'are')} there at the "
        f"end, with {count(int(last['allied_firms']), 'firm')}, {number(round(float(last['allied_employees'])))} "
        f"employees, {millions(float(there['turnover'].sum()) * YEAR)} M€ of turnover a year and "
        f"{millions(float(last['allied_equity']))} M€ of equity."
    )
    top = there.sort_values(["members", "employees"], ascending=False, kind="stable").head(_TOP)
    rows = [
        [
            str(row["name"]), str(row["vision"]), number(int(row["founded"])), number(int(row["members"])),
            number(round(row["employees"])), millions(row["turnover"] * YEAR), millions(row["equity"]),
            number(row["trust"], 2),
        ]
        for _, row in top.iterrows()
    ]  # fmt: skip
    columns = ["alliance", "vision", "since", "firms", "employees", "turnover (M€/year)", "equity (M€)", "trust"]
    caption = (
        "The largest alliances at the end (since: the month of its founding; equity: capital of members and what "
        "they have pooled; trust: 0 to 1)"
    )
    return {"said": said, "largest": _table(caption, columns, rows, 2) if rows else None}


# -- markets and policies -------------------------------------------------------------------------------------


def _markets(state: State, months: pd.DataFrame) -> Table:
    met, markets = needs_met(state, months), state.markets
    live = state.offers["withdrawn"] < 0
    last = months.iloc[-YEAR:]
    order = np.argsort(-markets["sales"], kind="stable")[:15]
    rows = []
    for row in order.tolist():
        name = state.market_names[row]
        where = "abroad" if markets["abroad"][row] else "at home"
        sold = millions(float(last[f"sales: {name}"].sum()))
        offers = number(int((live & state.offers["served"][:, row]).sum()))
        rows.append([name, where, number(round(float(markets["customers"][row]))), offers, f"{met[-1, row]:.1%}", sold])
    caption = f"Markets at the end (sales: of new offers, in the last {count(len(last), 'month')})"
    columns = ["market", "where", "customers", "offers", "needs met", "sales (M€)"]
    return _table(caption, columns, rows, 2)


def _policies(state: State) -> Table | None:
    table = policies_table(state)
    rows = []
    for _, row in table.iterrows():
        reach = [row[name] for name in ("stage", "sector", "region", "market") if row[name]]
        what = _LEVERS.get(row["lever"], row["lever"]) + (f": {', '.join(reach)}" if reach else "")
        end = "the end" if pd.isna(row["end"]) or row["end"] > state.month else str(int(row["end"]) - 1)
        when = f"{int(row['start'])} to {end}" if row["start"] < state.month else "after the run"
        budget = millions(row["budget"]) if np.isfinite(row["budget"]) else "no limit"
        rows.append([row["name"], what, when, number(row["intensity"]), millions(row["spent"]), budget])
    if not rows:
        return None
    caption = "Policies (intensity 0 to 1; of acculturation: the rate at which the frame moves, per month)"
    return _table(caption, ["policy", "what it helps", "months", "intensity", "spent (M€)", "budget (M€)"], rows, 3)
