"""What the page says of society and economy in words: money, a sentence on activity, what figures show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.report.words import count, number
from ecosim.state import State

__all__ = [
    "YEAR", "activity", "activity_alt", "alliances_alt", "change", "markets_alt", "millions", "policies_alt", "years",
]  # fmt: skip

YEAR = 12


def millions(thousands: float, digits: int | None = None, signed: bool = False) -> str:
    """Return k€ as M€ in text, with as many digits after the point as asked for; None: 1, or 2 below 10 M€."""
    if not np.isfinite(thousands):
        return number(float(thousands))
    amount = thousands / 1000
    shown = digits if digits is not None else 1 if abs(amount) >= 10 else 2
    size = f"{abs(amount):,.{shown}f}"
    sign = "−" if amount < 0 else "+" if signed and amount > 0 else ""
    return (sign if size.strip("0.,") else "") + size


def change(before: float, after: float) -> str:
    """Return a relative change as signed per cent."""
    if before == 0:
        return "–"
    share = after / before - 1
    text = f"{abs(share):.1%}"
    return f"{'−' if share < 0 else '+'}{text}" if text.strip("0.%") else text


def years(months: int) -> list[tuple[int, int]]:
    """Return (first month, month after the last) of the first and the last year; one of them when they would meet."""
    if months < 2 * YEAR:
        return [(max(months - YEAR, 0), months)]
    return [(0, YEAR), (months - YEAR, months)]


def activity(state: State, months: pd.DataFrame) -> str | None:
    """Return a sentence on activity and employment; None for a run without firm life or a month."""
    if not state.parameters.mechanisms.firm_life or len(months) == 0 or "revenue" not in months:
        return None
    spans = years(len(months))
    first, last = (months.iloc[slice(*span)] for span in (spans[0], spans[-1]))
    heads = f"{number(round(float(last['employees'].iloc[-1])))} people"
    if len(spans) == 1:
        return (
            f"Firms sold for {millions(float(last['revenue'].sum()))} M€ in {count(len(last), 'month')} and employ "
            f"{heads} at the end."
        )
    sold = change(float(first["revenue"].sum()), float(last["revenue"].sum()))
    staff = change(float(first["employees"].iloc[-1]), float(last["employees"].iloc[-1]))
    return (
        f"Firms sold for {millions(float(last['revenue'].sum()))} M€ in the last year ({sold} against the first) and "
        f"employ {heads} at its end ({staff} against the end of the first)."
    )


def activity_alt(months: pd.DataFrame) -> str:
    """Alternative text of the figure of activity and employment."""
    first, last = months.iloc[0], months.iloc[-1]
    return (
        f"Two line charts over {count(len(months), 'month')}. Revenue goes from {millions(first['revenue'])} to "
        f"{millions(last['revenue'])} M€ a month, employees from {number(round(first['employees']))} to "
        f"{number(round(last['employees']))}."
    )


def alliances_alt(months: pd.DataFrame) -> str:
    """Alternative text of the figure of alliances."""
    last = months.iloc[-1]
    return (
        f"Two line charts: the number of alliances, {number(int(last['alliances']))} at the end, and the share of "
        f"firms, employees and revenue in alliances; {number(int(last['allied_firms']))} of "
        f"{count(last['firms'], 'firm')} are members at the end."
    )


def markets_alt(names: Sequence[str], met: npt.NDArray[Any]) -> str:
    """Alternative text of the figure of markets."""
    best = int(np.argmax(met))
    return (
        f"Line charts of what new offers meet of customers' needs on {count(len(names), 'market')}, and how far frames "
        f"have moved. The highest share at the end is {met[best]:.1%} ({names[best]})."
    )


def policies_alt(policies: pd.DataFrame) -> str:
    """Alternative text of the figure of policies."""
    most = policies.iloc[int(policies["spent"].to_numpy().argmax())]
    return (
        f"Bars of what {count(len(policies), 'policy has', 'policies have')} spent, against the budgets: "
        f"{millions(float(policies['spent'].sum()))} M€ in all, most by {most['name']}, {millions(most['spent'])} M€."
    )
