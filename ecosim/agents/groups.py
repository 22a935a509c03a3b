"""Groups of organisations: clusters, their federation, and alliances of firms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from ecosim.agents.views import Brick, Column, Stock, View
from ecosim.economy.alliances import dissolve
from ecosim.measures import alliance_name

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = ["Alliance", "Cluster", "Federation"]


class Cluster(View):
    """A cluster: it organises encounters and opens bridges to other clusters."""

    table = "clusters"
    identity = Column("clusters", "identity", read_only=True)
    sector_row = Column("clusters", "sector", lambda state: (0, len(state.sector_names) - 1))
    brokerage = Column("clusters", "brokerage", lambda state: (0, 1))
    latitude = Column("clusters", "latitude")
    longitude = Column("clusters", "longitude")
    size = Column("clusters", "members", read_only=True)

    @property
    def name(self) -> str:
        return str(self.model.state.cluster_names[self.row])

    @property
    def theme(self) -> str:
        return str(self.model.state.sector_names[self.sector_row])

    @property
    def members(self) -> mesa.agent.AgentSet:
        """The organisations of the cluster that are still there."""
        state = self.model.state
        rows = np.flatnonzero(state.organisations["cluster"] == self.row)
        return self.model.organisation_agents(rows)  # type: ignore[no-any-return]

    def remove(self) -> None:
        """Stop acting: no encounters and no bridges from here. The members stay, with their ties to one another."""
        self.brokerage = 0.0
        super().remove()


class Federation:
    """The clusters together; it sets how open the bridges between them are. (One per model, not an agent.)"""

    def __init__(self, model: EcosystemModel) -> None:
        self.model = model

    @property
    def clusters(self) -> mesa.agent.AgentSet:
        return self.model.agents_by_type[Cluster]

    @property
    def bridge_openness(self) -> float:
        return self.model.parameters.medium.bridge_openness

    def __iter__(self) -> Iterator[Any]:
        return iter(self.clusters)


class Alliance(View):
    """Firms that have joined forces. It is there from the month in which it is founded until it ends.

    capital : what members have pooled, k€; set by hand it enters the books of the month as a gift
    trust : 0 to 1, mean over ties among members, NaN where there is none or trust is off
    quality : 0 to 1, of what it can offer; sales : of its offers in the last month, k€
    founded, ended : months; ended is −1 while it lasts
    """

    table = "alliances"
    identity = Column("alliances", "identity", read_only=True)
    founded = Column("alliances", "founded", read_only=True)
    ended = Column("alliances", "ended", read_only=True)
    size = Column("alliances", "members", read_only=True)
    largest = Column("alliances", "largest", read_only=True)
    trust = Column("alliances", "trust", read_only=True)
    quality = Column("alliances", "quality", read_only=True)
    sales = Column("alliances", "sales", read_only=True)
    capital = Stock("alliances", "capital", "gifts", lambda state: (-1e12, 1e12), "alliances")

    @property
    def name(self) -> str:
        return alliance_name(self.row)

    @property
    def is_there(self) -> bool:
        """Whether the alliance lasts."""
        return bool(self.ended < 0)

    @property
    def vision(self) -> str:
        """Name of the attractor that its members work towards."""
        return str(self.model.state.attractors.name[self.model.state.alliances["vision"][self.row]])

    @property
    def members(self) -> mesa.agent.AgentSet:
        """Its firms."""
        return self.model.organisation_agents(self._rows())  # type: ignore[no-any-return]

    @property
    def offers(self) -> list[Brick]:
        """The bricks that members sell now for the alliance."""
        state = self.model.state
        live = (state.offers["withdrawn"] < 0) & (state.offers["alliance"] == self.row)
        return [Brick(state, int(row)) for row in state.offers["brick"][live]]

    @property
    def employees(self) -> float:
        """Employees of all members, full-time equivalents."""
        return self._sum("employees")

    @property
    def revenue(self) -> float:
        """Revenue of all members in the last month, k€."""
        return self._sum("revenue")

    @property
    def equity(self) -> float:
        """Capital of all members and what they have pooled, k€."""
        return self._sum("capital") + float(self.capital)

    def remove(self) -> None:
        """Dissolve the alliance: its capital goes to its members, who go on alone."""
        if self.is_there:
            dissolve(self.model.state, self.row, "ended by hand")
        super().remove()

    def _rows(self) -> Any:
        return np.flatnonzero(self.model.state.organisations["alliance"] == self.row)

    def _sum(self, name: str) -> float:
        return float(self.model.state.organisations[name][self._rows()].sum())
