"""Figures of society and economy: activity and employment, alliances, markets, policies."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ecosim.measures import policies_table
from ecosim.report.economy_words import activity_alt, alliances_alt, markets_alt, policies_alt
from ecosim.report.style import (
    COLOURS,
    DASHES,
    TITLE,
    Picture,
    figure,
    legible,
    months_axis,
    plain_numbers,
    plain_shares,
    to_picture,
)
from ecosim.state import State

__all__ = ["activity_figure", "alliances_figure", "markets_figure", "needs_met", "policies_figure"]

FloatArray = npt.NDArray[np.float64]
_LINES = (
    ("blue", "solid"), ("vermillion", "dashed"), ("green", "mixed"), ("purple", "dotted"), ("black", "dashed"),
    ("orange", "solid"),
)  # fmt: skip
_MOST_BARS = 12
_SAME = 1e-3  # of the larger: two lines that cannot be told apart


def activity_figure(months: pd.DataFrame, allied: bool) -> Picture:
    """Revenue (M€ a month) and employees over time: of all firms, of SMEs, from offers, in alliances."""
    made = figure(6.2)
    revenue, employees = made.subplots(2, 1, sharex=True)
    offers = "offer_sales" in months and bool(months["offer_sales"].any())
    _lines(
        revenue, months, 1e-3, ("revenue", "all firms"), ("sme_revenue", "SMEs"),
        ("offer_sales", "from new offers") if offers else None,
    )  # fmt: skip
    revenue.set_title("Revenue (M€ a month)", pad=27)
    _lines(
        employees, months, 1.0, ("employees", "all firms"), ("sme_employees", "SMEs"),
        ("allied_employees", "in alliances") if allied else None,
    )  # fmt: skip
    employees.set_title("Employees (full-time equivalents)", pad=27)
    months_axis(employees, len(months))
    caption = "SMEs are firms of fewer than 250 employees. "
    if not _differ(months, "revenue", "sme_revenue"):
        caption += "Nearly all firms here are SMEs, so that their line is not drawn. "
    caption += "New offers are hybrids that firms have put on the markets; the rest of revenue comes from old products."
    return to_picture(made, activity_alt(months), caption)


def alliances_figure(months: pd.DataFrame, earning: bool) -> Picture:
    """How many alliances there are, how large the largest is, and what share of firms, staff and revenue they have."""
    made = figure(6.2)
    number, share = made.subplots(2, 1, sharex=True)
    _lines(number, months, 1.0, ("alliances", "alliances"), ("largest_alliance", "firms in the largest"))
    number.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    number.set_title("Number of alliances, and size of the largest", pad=27)
    parts = (("firms", "firms"), ("employees", "employees"), *((("revenue", "revenue"),) if earning else ()))
    for (name, label), (colour, dashes) in zip(parts, _LINES, strict=False):
        of_all = months[f"allied_{name}"] / np.maximum(months[name], 1e-300)
        _line(share, months, of_all, label, colour, dashes)
    share.yaxis.set_major_formatter(plain_shares)
    share.set_title("Share of all firms that alliances have", pad=27)
    _finish(share)
    months_axis(share, len(months))
    caption = "Below: what part of all firms, of their employees and of their revenue is in alliances."
    return to_picture(made, alliances_alt(months), caption)


def needs_met(state: State, months: pd.DataFrame) -> FloatArray:
    """Return the share of customers' needs that offers meet, float64 (months, markets)."""
    needs = np.maximum(state.markets["customers"] * state.markets["needs"], 1e-300)
    return np.column_stack([months[f"adoptions: {name}"] for name in state.market_names]) / needs


def markets_figure(state: State, months: pd.DataFrame) -> Picture:
    """The share of needs that offers meet on each market, and how far the markets' frames have moved."""
    met = needs_met(state, months)
    shown = np.sort(np.argsort(-met[-1], kind="stable")[: len(_LINES)])
    frames = state.parameters.mechanisms.frames
    made = figure((6.4 if frames else 3.4) + 0.25 * -(-len(shown) // 2))
    panels = made.subplots(2 if frames else 1, 1, sharex=True, squeeze=False)[:, 0]
    for row, (colour, dashes) in zip(shown.tolist(), _LINES, strict=False):
        name = state.market_names[row]
        label = legible(name, 24)
        _line(panels[0], months, met[:, row], label, colour, dashes)
        if frames:
            _line(panels[1], months, months[f"frame shift: {name}"], label, colour, dashes)
    panels[0].yaxis.set_major_formatter(plain_shares)
    panels[0].set_title("Customers' needs that new offers meet")
    if frames:
        panels[1].set_title("How far frames have moved (knowledge units)")
    for axes in panels:
        axes.set_ylim(0, max(axes.get_ylim()[1], 1e-9))
    made.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=2)  # below: names may be long
    months_axis(panels[-1], len(months))
    caption = "A need is met when a customer has adopted an offer for it; where offers abound they share the needs out."
    if frames:
        caption += (
            " A market's frame is where its customers' representations lie: what lies far from it is hardly adopted. "
            "It moves to what they use and to what programmes of acculturation show them, and tradition draws it back."
        )
    if len(shown) < len(state.market_names):
        caption += f" The {len(shown)} markets of {len(state.market_names)} that adopt most."
    return to_picture(made, markets_alt(state.market_names, met[-1]), caption)


def policies_figure(state: State) -> Picture:
    """What each policy has spent, against its budget."""
    table = policies_table(state)
    order = np.argsort(-table["spent"].to_numpy(), kind="stable")[:_MOST_BARS]
    table = table.iloc[np.sort(order)]
    spent, budget = table["spent"].to_numpy() / 1000, table["budget"].to_numpy() / 1000
    made = figure(1.5 + 0.42 * len(table))
    axes = made.subplots()
    places = np.arange(len(table))
    limited = np.isfinite(budget)
    axes.barh(places[limited], budget[limited], height=0.72, color=COLOURS["pale"], label="budget")
    axes.barh(places, spent, height=0.4, color=COLOURS["blue"], label="spent")
    for place in places[~limited].tolist():
        axes.annotate(
            "no limit", (spent[place], place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=10
        )
    axes.set_yticks(places, [legible(name, 24) for name in table["name"]])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(plain_numbers)
    top = max(float(spent.max()), float(budget[limited].max(initial=0.0)))
    axes.set_xlim(0, top * 1.15 if top > 0 else 1.0)
    axes.set_xlabel("M€ since the beginning")
    made.suptitle("What policies have spent", **TITLE)
    made.legend(loc="outside lower left", ncols=2)
    caption = "Blue: what a policy has spent so far. Grey: its budget for the whole run."
    if len(state.policy_names) + len(state.acculturations) > _MOST_BARS:
        caption += f" The {_MOST_BARS} that have spent most."
    return to_picture(made, policies_alt(policies_table(state)), caption)


# -- lines ----------------------------------------------------------------------------------------------------


def _differ(months: pd.DataFrame, one: str, other: str) -> bool:
    first, second = months[one].to_numpy(np.float64), months[other].to_numpy(np.float64)
    return bool((np.abs(first - second) > _SAME * np.maximum(np.abs(first), np.abs(second))).any())


def _lines(axes: Axes, months: pd.DataFrame, scale: float, *lines: tuple[str, str] | None) -> None:
    """Draw columns of the table of months; the second is left out where it is the first."""
    first = lines[0]
    for line, (colour, dashes) in zip(lines, _LINES, strict=False):
        if line is None or first is None or (line[1] == "SMEs" and not _differ(months, first[0], line[0])):
            continue
        _line(axes, months, months[line[0]] * scale, line[1], colour, dashes)
    axes.yaxis.set_major_formatter(plain_numbers)
    _finish(axes)


def _line(axes: Axes, months: pd.DataFrame, values: Any, label: str, colour: str, dashes: str) -> None:
    axes.plot(
        months["month"], values, label=label, color=COLOURS[colour], linestyle=DASHES[dashes],
        marker="o" if len(months) == 1 else None,
    )  # fmt: skip


def _finish(axes: Axes) -> None:
    """Let the scale begin at 0 and name the lines above."""
    axes.set_ylim(0, max(axes.get_ylim()[1], 1e-9))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.98), ncols=3, columnspacing=1.2, handlelength=2.4)
