"""Measures: state in, indicators out. Reads columns, changes nothing.

``ingredients``  diversity, medium, latent opportunities
``hybrids``      cascades, families, sectors that cross
``society``      trust, closure, frames
``months``       R, and the table of months
``tables``       what there is now: organisations, bricks, alliances, markets, offers, policies

Units are in the names or docstrings; docs/odd.md lists the columns of the table of months.
"""

from ecosim.measures.hybrids import cascade_sizes, family_tree, hybrids, sector_crossings, sector_set, sectors_of
from ecosim.measures.ingredients import (
    diversity,
    hill_number,
    largest_component,
    latent_opportunities,
    medium,
    rao_stirling,
)
from ecosim.measures.months import births_by_month, emergence, evaluate, months_table, reproduction_series
from ecosim.measures.society import alliance_name, frame_shift, trust_measures
from ecosim.measures.tables import (
    alliances_table,
    bricks_table,
    markets_table,
    memberships_table,
    offers_table,
    organisations_table,
    policies_table,
)

__all__ = [
    "alliance_name", "alliances_table", "births_by_month", "bricks_table", "cascade_sizes", "diversity", "emergence",
    "evaluate", "family_tree", "frame_shift", "hill_number", "hybrids", "largest_component", "latent_opportunities",
    "markets_table", "medium", "memberships_table", "months_table", "offers_table", "organisations_table",
    "policies_table", "rao_stirling", "reproduction_series", "sector_crossings", "sector_set", "sectors_of",
    "trust_measures",
]  # fmt: skip
