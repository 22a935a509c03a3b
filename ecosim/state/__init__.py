"""The columns: NumPy arrays that hold all there is. No behaviour."""

from ecosim.columns import Columns, SpentPairs
from ecosim.state.attractors import Attractors
from ecosim.state.facts import Fact
from ecosim.state.history import History
from ecosim.state.ledger import HEADS, MONEY, Ledger
from ecosim.state.medium import LAYERS, Meetings, Ties
from ecosim.state.schemas import (
    BRICK_ORDER,
    FIRM,
    LAB,
    OTHER,
    VALUE_AXES,
    brick_schema,
    market_schema,
    offer_schema,
    organisation_schema,
)
from ecosim.state.state import TABLES, Acculturation, State

__all__ = [
    "BRICK_ORDER", "FIRM", "HEADS", "LAB", "LAYERS", "MONEY", "OTHER", "TABLES", "VALUE_AXES", "Acculturation",
    "Attractors", "Columns", "Fact", "History", "Ledger", "Meetings", "SpentPairs", "State", "Ties", "brick_schema",
    "market_schema", "offer_schema", "organisation_schema",
]  # fmt: skip
