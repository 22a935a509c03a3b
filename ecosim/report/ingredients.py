"""The three ingredients, measured: what the indicators are called, what they mean, and their values in a run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecosim import measures
from ecosim.report.words import number
from ecosim.state import State

__all__ = ["INGREDIENTS", "ingredients"]

# Each indicator: column of the table of months, name, unit, explanation.
INGREDIENTS: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "Diversity",
        (
            ("variety", "Variety", "sectors", "How many sectors there are."),
            ("balance", "Balance", "0 to 1", "How evenly organisations are spread over the sectors; 1: evenly."),
            ("disparity", "Disparity", "knowledge units", "How far apart the sectors' knowledge is, on average."),
            ("rao_stirling", "Rao–Stirling", "knowledge units",
             "All three in one: the mean distance between the sectors of two organisations drawn at random."),
            ("hill_1", "Hill number of order 1", "sectors", "As many sectors of equal size would be as diverse."),
            ("hill_2", "Hill number of order 2", "sectors", "The same, when small sectors count for less."),
        ),
    ),
    (
        "Attractors",
        (
            ("active", "Active attractors", "attractors", "Ideas, concepts, markets and encounters that are open."),
            ("latent_opportunities", "Latent opportunities within reach", "pairs",
             "Pairs of bricks, between two organisations that meet, that would succeed at the first trial."),
        ),
    ),
    (
        "Propagation medium",
        (
            ("mean_degree", "Mean degree", "ties", "Lasting ties that an organisation has, on average."),
            ("bridging_share", "Bridging share", "share", "Share of meetings that bring two clusters together."),
            ("largest_component", "Largest component", "share",
             "Share of organisations that ties link, directly or not, in one network."),
            ("diffusion_number", "Diffusion number", "ρτ/μ", "Above 1, a hybrid would spread by copies alone."),
            ("mean_trust", "Trust", "0 to 1", "Mean trust of a tie."),
            ("effective_partners", "Effective partners", "partners",
             "As many partners, met equally often, would make as varied a circle."),
            ("closure", "Closure", "share", "Share of an organisation's meetings over ties with its three closest."),
        ),
    ),
)  # fmt: skip
_WITH_TRUST = ("mean_trust", "effective_partners", "closure")  # measured only where trust is on


def ingredients(state: State, months: pd.DataFrame) -> dict[str, Any]:
    """Return the indicators of the first and the last evaluation; measured now when there was none."""
    if "rao_stirling" in months and months["rao_stirling"].notna().any():
        known = months[months["rao_stirling"].notna()]
        picked: list[dict[Any, Any]] = [known.iloc[0].to_dict()]
        if len(known) > 1:
            picked.append(known.iloc[-1].to_dict())
    else:
        now: dict[Any, Any] = {**measures.diversity(state), **measures.medium(state)}
        now["latent_opportunities"] = measures.latent_opportunities(state)
        picked = [{**now, "month": max(state.month - 1, 0)}]
    off = state.parameters.dials.attractor_dial == 0
    for row in picked:
        row["active"] = 0 if off else len(state.attractors.active(int(row["month"])))
    groups = [
        (
            title,
            [
                (name, unit, [number(row.get(key)) for row in picked], why)
                for key, name, unit, why in indicators
                if key not in _WITH_TRUST or key in picked[0]
            ],
        )
        for title, indicators in INGREDIENTS
    ]
    return {"months": [int(row["month"]) for row in picked], "groups": groups}
