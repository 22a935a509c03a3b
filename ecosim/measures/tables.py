"""What there is now, as DataFrames: organisations, bricks, alliances and memberships, markets, offers, policies.

Rows of other tables are told by their names, months that have not come by <NA>. The tables of society and economy
have their columns, and no rows, when it is off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.measures.hybrids import sectors_of
from ecosim.measures.society import alliance_name, frame_shift
from ecosim.specs import LEVERS
from ecosim.state import FIRM, VALUE_AXES, State

__all__ = [
    "alliances_table", "bricks_table", "markets_table", "memberships_table", "offers_table", "organisations_table",
    "policies_table",
]  # fmt: skip

Array = npt.NDArray[Any]
_FOREVER = np.iinfo(np.int32).max  # the end of what has none
_FIRMS_OWN = ("competence", "insight", "employees", "capital", "revenue", "turnover", "sales")


def bricks_table(state: State) -> pd.DataFrame:
    """Return one row per brick ever made."""
    columns = state.bricks
    table = _axes("position", columns["position"])
    for name in ("identity", "sectors", "generation", "birth", "family", "carriers", "offspring"):
        table[name] = columns[name]
    for index in range(2):
        table[f"parent_{index + 1}"] = columns["parents"][:, index]
        table[f"inventor_{index + 1}"] = columns["inventors"][:, index]
    return _frame(table)


def organisations_table(state: State) -> pd.DataFrame:
    """Return one row per organisation that is or was there.

    With the economy on also: stage and alliance (names, "" for none); competence and insight (0 to 1), employees,
    capital (k€), revenue and sales of offers (k€, of the last month), turnover (k€ a month), NaN for who is no firm;
    offers, the number of live ones; founded, a month, <NA> for who was there before; values_0, values_1.
    """
    columns = state.organisations
    kinds = np.array(["firm", "lab", "other"])
    table: dict[str, Any] = {
        "name": _organisations(state),
        "kind": kinds[columns["kind"]],
        "sector": np.array(state.sector_names)[columns["sector"]],
        "cluster": np.array(state.cluster_names)[columns["cluster"]],
        "region": np.array(state.regions)[columns["region"]],
        "bricks": columns["held"],
        "hybrids": np.maximum(columns["held"].astype(np.int32) - state.parameters.knowledge.core_size, 0),
        "alive": state.alive,
        "degree": np.diff(state.ties.start[::3]),
        **_axes("home", columns["home"]),
    }
    if "capital" in columns:
        firm = columns["kind"] == FIRM
        table["stage"] = np.where(firm, np.array(state.stage_names)[columns["stage"]], "")
        for name in _FIRMS_OWN:
            table[name] = np.where(firm, columns[name], np.nan)
        table["alliance"] = _alliances(columns["alliance"])
        table["offers"] = (columns["offers"] >= 0).sum(axis=1)
        table["founded"] = _months(columns["founded"])
        table |= _axes("values", columns["values"][:, :VALUE_AXES])
    return _frame(table)


def alliances_table(state: State) -> pd.DataFrame:
    """Return one row per alliance that is or was there.

    founded, ended (a month, <NA> while it lasts); vision, an attractor; members, and largest, the most that it had;
    trust (0 to 1, mean over ties of members, NaN without any); quality (0 to 1) of what it can offer; capital (k€,
    pooled), sales (k€, of its offers in the last month); of its members: employees, revenue (k€, last month), turnover
    (k€ a month) and equity (k€, capital of members and what is pooled).
    """
    alliances, organisations = state.alliances, state.organisations
    table = {
        "name": _alliances(np.arange(len(alliances))),
        "founded": alliances["founded"],
        "ended": _months(alliances["ended"]),
        "vision": _named([*state.attractors.name], alliances["vision"]),
        "members": alliances["members"],
        "largest": alliances["largest"],
        "trust": alliances["trust"],
        "quality": alliances["quality"],
        "capital": alliances["capital"],
        "sales": alliances["sales"],
    }
    for name, column in (("employees",) * 2, ("revenue",) * 2, ("turnover",) * 2, ("equity", "capital")):
        table[name] = np.zeros(len(alliances))
        if len(alliances):
            member = np.flatnonzero(organisations["alliance"] >= 0)
            group = organisations["alliance"][member]
            table[name] = np.bincount(group, organisations[column][member], minlength=len(alliances))
    table["equity"] = table["equity"] + alliances["capital"]
    return _frame(table)


def memberships_table(state: State) -> pd.DataFrame:
    """Return one row per firm that joined or left an alliance: month, alliance, firm, its row, what happened."""
    rows = state.memberships
    firm = np.array([firm for _, _, firm, _ in rows], np.int64)
    return _frame(
        {
            "month": np.array([month for month, _, _, _ in rows], np.int64),
            "alliance": _alliances(np.array([alliance for _, alliance, _, _ in rows], np.int64)),
            "firm": _organisations(state, firm),
            "firm_row": firm,
            "what": pd.Series([what for _, _, _, what in rows], dtype="str"),
        }
    )


def markets_table(state: State) -> pd.DataFrame:
    """Return one row per market.

    sectors that it asks for; customers; public_share (0 to 1); needs of a customer; spend (k€ per customer and month
    on one adopted offer); innovation, imitation (Bass p and q, per month); offers, live ones that are sold there;
    adoptions (customers times offers that they use); sales (k€, last month); frame and its origin (knowledge units),
    and frame_shift, how far apart they are.
    """
    markets, offers = state.markets, state.offers
    served = (offers["withdrawn"] < 0)[:, None] & offers["served"]
    table: dict[str, Any] = {
        "name": pd.Series(state.market_names, dtype="str"),
        "region": _named(state.regions, markets["region"]),
        "abroad": markets["abroad"],
        "sectors": pd.Series([", ".join(sectors_of(state, int(mask))) for mask in markets["demand"]], dtype="str"),
    }
    for name in ("customers", "public_share", "needs", "spend", "innovation", "imitation"):
        table[name] = markets[name]
    table["offers"] = served.sum(axis=0, dtype=np.int64)[: len(markets)]
    table["adoptions"] = markets["adoptions"]
    table["sales"] = markets["sales"]
    table["frame_shift"] = frame_shift(state)
    return _frame(table | _axes("frame", markets["frame"]) | _axes("origin", markets["origin"]))


def offers_table(state: State) -> pd.DataFrame:
    """Return one row per offer ever launched.

    brick, a row of the table of bricks; seller, a firm, and its row; alliance that it sells for ("" for a firm alone);
    launched, withdrawn (a month, <NA> while it is live); quality (0 to 1); sales (k€, last month); and for each market
    ``adopters: NAME``, customers that use it, and ``served: NAME``, whether it is sold there.
    """
    offers = state.offers
    table: dict[str, Any] = {
        "brick": offers["brick"],
        "seller": _organisations(state, offers["seller"]),
        "seller_row": offers["seller"],
        "alliance": _alliances(offers["alliance"]),
        "launched": offers["launched"],
        "withdrawn": _months(offers["withdrawn"]),
        "quality": offers["quality"],
        "sales": offers["sales"],
    }
    for row, name in enumerate(state.market_names):
        table[f"adopters: {name}"] = offers["adopters"][:, row]
        table[f"served: {name}"] = offers["served"][:, row]
    return _frame(table)


def policies_table(state: State) -> pd.DataFrame:
    """Return one row per policy of the scenario, then one per programme of acculturation.

    lever, and the barrier that it lowers ("" for acculturation, which moves the frame of a market); intensity (0 to 1;
    of acculturation the rate, 1/month); start, end (first month, and the month after the last, <NA> without end);
    budget (k€, infinite without limit); spent (k€ so far); stage, sector and region whose firms it is for, market
    ("" for all, or none).
    """
    policies, programmes = state.policies, state.acculturations
    on = state.parameters.mechanisms
    acts = on.policies and on.frames  # without frames nobody is acculturated
    months = [max(min(state.month, programme.end) - programme.start, 0) * acts for programme in programmes]
    lever = [list(LEVERS)[place] for place in policies["lever"].tolist()] + ["acculturation"] * len(programmes)
    nowhere = [""] * len(programmes)
    table = {
        "name": pd.Series([*state.policy_names, *(programme.name for programme in programmes)], dtype="str"),
        "lever": pd.Series(lever, dtype="str"),
        "barrier": pd.Series([LEVERS.get(name, "") for name in lever], dtype="str"),
        "intensity": np.array([*policies["intensity"], *(programme.rate for programme in programmes)], np.float64),
        "start": np.array([*policies["start"], *(programme.start for programme in programmes)], np.int32),
        "end": _months(np.array([*policies["end"], *(programme.end for programme in programmes)], np.int32)),
        "budget": np.array([*policies["budget"], *([np.inf] * len(programmes))], np.float64),
        "spent": np.array(
            [*policies["spent"], *(p.cost * played for p, played in zip(programmes, months, strict=True))], np.float64
        ),
    }
    for name, names in (("stage", state.stage_names), ("sector", state.sector_names), ("region", state.regions)):
        table[name] = pd.concat([_named(names, policies[name]), pd.Series(nowhere, dtype="str")], ignore_index=True)
    markets = [state.market_names[programme.market] for programme in programmes]
    table["market"] = pd.Series([""] * len(policies) + markets, dtype="str")
    return _frame(table)


# -- columns --------------------------------------------------------------------------------------------------


def _frame(table: dict[str, Any]) -> pd.DataFrame:
    """Return a DataFrame of its own: later months must not change it."""
    return pd.DataFrame(
        {name: values if isinstance(values, pd.Series) else np.array(values) for name, values in table.items()}
    )


def _axes(name: str, values: Array) -> dict[str, Any]:
    return {f"{name}_{axis}": values[:, axis] for axis in range(values.shape[1])}


def _months(values: Array) -> pd.Series[Any]:
    """Return months as Int64, <NA> for those that have not come."""
    months = pd.Series(np.array(values, np.int64), dtype="Int64")
    return months.mask((months < 0) | (months == _FOREVER))


def _named(names: list[str], rows: Array) -> pd.Series[Any]:
    """Return the names of rows, "" for a row below 0."""
    return pd.Series([names[row] if row >= 0 else "" for row in rows.tolist()], dtype="str")


def _organisations(state: State, rows: Array | None = None) -> pd.Series[Any]:
    rows = np.arange(len(state.organisations)) if rows is None else rows
    return pd.Series([state.organisation_name(row) for row in rows.tolist()], dtype="str")


def _alliances(rows: Array) -> pd.Series[Any]:
    return pd.Series([alliance_name(row) if row >= 0 else "" for row in rows.tolist()], dtype="str")
