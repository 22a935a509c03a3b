"""Which figures a run has: those that have something to show, in the order of the page."""

from __future__ import annotations

import pandas as pd

from ecosim.measures import cascade_sizes
from ecosim.report.economy_figures import activity_figure, alliances_figure, markets_figure, policies_figure
from ecosim.report.family_figures import cascades_figure, family_figure
from ecosim.report.place_figures import Places, crossings_figure, places_figure
from ecosim.report.style import Picture, drawn
from ecosim.report.time_figures import births_figure, reproduction_figure
from ecosim.state import State

__all__ = ["make_figures"]


def make_figures(
    state: State, months: pd.DataFrame, crossings: pd.DataFrame, places: Places, named: int
) -> dict[str, Picture]:
    """Return the figures by name.

    Parameters
    ----------
    named : the number of the first attractors that come from the scenario, not from clusters
    """
    made: dict[str, Picture] = {}
    with drawn():
        if len(months):
            made["reproduction"] = reproduction_figure(state, months, named)
            if months[["births_incremental", "births_spontaneous", "births_recombinant"]].to_numpy().any():
                made["births"] = births_figure(state, months, named)
        if len(crossings):
            made["crossings"] = crossings_figure(crossings)
        if len(places.names) > 1 and places.hybrids.sum() > 0:
            made["places"] = places_figure(places)
        sizes = cascade_sizes(state)
        if len(sizes) and sizes[0] > 1:
            made["cascades"] = cascades_figure(sizes)
            made["family"] = family_figure(state)
        if len(months) and "revenue" in months:
            made |= _economy(state, months)
    return made


def _economy(state: State, months: pd.DataFrame) -> dict[str, Picture]:
    on = state.parameters.mechanisms
    made: dict[str, Picture] = {}
    if on.firm_life:
        made["activity"] = activity_figure(months, allied=len(state.alliances) > 0)
    if on.alliances and len(state.alliances):
        made["alliances"] = alliances_figure(months, earning=on.firm_life)
    if on.markets and len(state.offers):
        made["markets"] = markets_figure(state, months)
    if on.policies and len(state.policy_names) + len(state.acculturations):
        made["policies"] = policies_figure(state)
    return made
