"""Mesa agents: real `mesa.Agent` objects whose attributes read and write one row of the model's columns.

Made when first asked for. A row of organisations is a Firm, a Lab or (public bodies and others) an Organisation; a row
of clusters, alliances or markets is a Cluster, an Alliance or a Market. A column that a process has added is an
attribute under its own name.

``views``          what they are made of, and bricks
``organisations``  Organisation, Firm, Lab
``groups``         Cluster, Federation, Alliance
``markets``        Market
``roll``           who is there
"""

from ecosim.agents.groups import Alliance, Cluster, Federation
from ecosim.agents.markets import Market
from ecosim.agents.organisations import AGENT_TYPES, Firm, Lab, Organisation
from ecosim.agents.roll import Roll
from ecosim.agents.views import Brick, Column, View

__all__ = [
    "AGENT_TYPES", "Alliance", "Brick", "Cluster", "Column", "Federation", "Firm", "Lab", "Market", "Organisation",
    "Roll", "View",
]  # fmt: skip
