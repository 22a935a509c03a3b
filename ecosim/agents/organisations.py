"""Who holds bricks and meets others: firms, laboratories and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from ecosim.agents.views import Brick, Column, Point, Stock, View
from ecosim.errors import ParameterError, nearest_name
from ecosim.state import LAYERS

if TYPE_CHECKING:
    from ecosim.agents.groups import Alliance, Cluster

__all__ = ["AGENT_TYPES", "Firm", "Lab", "Organisation"]

TIE_LAYERS = LAYERS[:3]  # the digital layer is anyone: it has no ties
_MOST = 1e12  # k€ or heads: what a book can hold without losing cents
_FIRMS_OWN = frozenset(
    (
        "alliance", "stage", "competence", "insight", "employees", "capital", "base", "sales", "revenue", "turnover",
        "research", "training", "dues", "offers",
    )
)  # fmt: skip


class Organisation(View):
    """Somebody who holds bricks and meets others."""

    table = "organisations"
    hidden = _FIRMS_OWN
    identity = Column("organisations", "identity", read_only=True)
    kind = Column("organisations", "kind", read_only=True)
    sector_row = Column("organisations", "sector", lambda state: (0, len(state.sector_names) - 1))
    cluster_row = Column("organisations", "cluster", read_only=True)
    region_row = Column("organisations", "region", lambda state: (0, len(state.regions) - 1))
    vision_row = Column("organisations", "vision", lambda state: (-1, len(state.attractors) - 1))
    meeting_rate = Column("organisations", "rate", lambda state: (0, 10_000))
    held = Column("organisations", "held", read_only=True)
    home = Column("organisations", "home")
    values = Point("organisations", "values", mechanism="alliances")
    founded = Column("organisations", "founded", read_only=True, mechanism="startups")

    @property
    def name(self) -> str:
        return str(self.model.state.organisation_name(self.row))

    @property
    def is_there(self) -> bool:
        """Whether the organisation has not left the ecosystem."""
        return bool(self.held > 0)

    @property
    def sector(self) -> str:
        return str(self.model.state.sector_names[self.sector_row])

    @sector.setter
    def sector(self, name: str) -> None:
        self.sector_row = self.model.sector_row(name)

    @property
    def region(self) -> str:
        return str(self.model.state.regions[self.region_row])

    @property
    def cluster(self) -> Cluster:
        return self.model.cluster_agent(self.cluster_row)  # type: ignore[no-any-return]

    @property
    def vision(self) -> str | None:
        """Name of the attractor that the organisation works towards, or None."""
        row = self.vision_row
        return None if row < 0 else str(self.model.state.attractors.name[row])

    @property
    def portfolio(self) -> list[Brick]:
        """The bricks held: the core first, then hybrids."""
        state = self.model.state
        rows = state.organisations["portfolio"][self.row, : state.organisations["held"][self.row]]
        return [Brick(state, int(row)) for row in rows]

    @property
    def hybrids(self) -> list[Brick]:
        return [brick for brick in self.portfolio if brick.is_hybrid]

    @property
    def partners(self) -> mesa.agent.AgentSet:
        """The organisations that this one has ties with, in any layer."""
        return self.partners_in()

    def partners_in(self, layer: str | None = None) -> mesa.agent.AgentSet:
        """Return the partners in one layer (cluster, bridge, science) or, for None, in all three.

        Raises
        ------
        ParameterError
            For another layer. (In the digital layer anyone meets anyone, without a tie.)
        """
        if layer is not None and layer not in TIE_LAYERS:
            hint = nearest_name(layer, TIE_LAYERS)
            raise ParameterError(f"layer = {layer!r}{hint}: allowed are {', '.join(TIE_LAYERS)}, or None for all")
        state = self.model.state
        rows = np.unique(state.ties.of(self.row, None if layer is None else TIE_LAYERS.index(layer)))
        if not self.held:  # gone
            rows = rows[:0]
        return self.model.organisation_agents(rows)  # type: ignore[no-any-return]

    def remove(self) -> None:
        """Leave the ecosystem: the row's portfolio is emptied and nobody meets it any more."""
        if self.held:
            self.model.close_organisation(self.row)  # empties the row, then comes back here
        else:
            super().remove()


class Firm(Organisation):
    """An organisation that sells.

    With the economy on it has a stage of the value chain, competence there (0 to 1), insight into the market's frame
    (0 to 1), employees (full-time equivalents), capital (k€), revenue (k€, last month) and turnover (k€ a month,
    smoothed, what it plans with). Employees and capital that are set by hand enter the books of the month as a
    transfer or a gift.
    """

    hidden = frozenset()
    employees = Stock("organisations", "employees", "transfers", lambda state: (0, _MOST), "firm_life")
    capital = Stock("organisations", "capital", "gifts", lambda state: (-_MOST, _MOST), "firm_life")
    revenue = Column("organisations", "revenue", read_only=True, mechanism="firm_life")
    turnover = Column("organisations", "turnover", lambda state: (0, _MOST), mechanism="firm_life")
    competence = Column("organisations", "competence", lambda state: (0, 1), mechanism="value_chain")
    insight = Column("organisations", "insight", lambda state: (0, 1), mechanism="users")
    stage_row = Column(
        "organisations", "stage", lambda state: (0, len(state.stage_names) - 1), mechanism="value_chain"
    )  # fmt: skip
    alliance_row = Column("organisations", "alliance", read_only=True, mechanism="alliances")
    offer_rows = Column("organisations", "offers", read_only=True, mechanism="markets")

    @property
    def stage(self) -> str:
        """Name of its stage of the value chain."""
        return str(self.model.state.stage_names[self.stage_row])

    @stage.setter
    def stage(self, name: str) -> None:
        names = self.model.state.stage_names
        if name not in names:
            _ = self.stage_row  # without the economy there is no stage at all
            raise ParameterError(f"stage = {name!r}{nearest_name(name, names)}: allowed are {', '.join(names)}")
        self.stage_row = names.index(name)

    @property
    def alliance(self) -> Alliance | None:
        """The alliance that it is a member of, or None."""
        row = self.alliance_row
        return None if row < 0 else self.model.alliance_agent(row)

    @property
    def offers(self) -> list[Brick]:
        """The bricks that it sells now, alone or for its alliance."""
        return [Brick(self.model.state, int(row)) for row in self.offer_rows if row >= 0]


class Lab(Organisation):
    """An organisation that creates basic bricks and has science ties; it sells nothing."""


AGENT_TYPES: tuple[type[Organisation], ...] = (Firm, Lab, Organisation)
