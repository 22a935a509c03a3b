"""Mesa agents: real `mesa.Agent` objects whose attributes read and write one row of the model's columns.

Made when first asked for. A row of organisations is a Firm, a Lab or (public bodies and others) an Organisation;
a row of clusters is a Cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from ecosim.state import LAYERS, State

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = ["AGENT_TYPES", "Brick", "Cluster", "Federation", "Firm", "Lab", "Organisation"]


class Column:
    """A descriptor: reads and writes ``table[name][agent.row]`` of the agent's own model."""

    def __init__(self, table: str, name: str, read_only: bool = False) -> None:
        self.table, self.name, self.read_only = table, name, read_only

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = getattr(agent.model.state, self.table)[self.name][agent.row]
        return value.item() if value.ndim == 0 else value

    def __set__(self, agent: Any, value: Any) -> None:
        if self.read_only:
            raise AttributeError(f"{self.name} belongs to the ecosystem and is not set through an agent")
        getattr(agent.model.state, self.table)[self.name][agent.row] = value


class View(mesa.Agent):
    """An agent that stands for a row. (Mesa's own constructor would keep every model alive for ever.)"""

    def __init__(self, model: EcosystemModel, row: int, unique_id: int) -> None:
        self.model: Any = model
        self.row = row
        self.unique_id = unique_id
        self.pos = None
        model.register_agent(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}: {self.name}>"

    @property
    def name(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class Brick:
    """A brick of knowledge, as a view of its row (bricks are data, not agents)."""

    state: State
    row: int

    @property
    def position(self) -> np.ndarray:
        """float32 (d,), knowledge units."""
        return np.asarray(self.state.bricks["position"][self.row])

    @property
    def sectors(self) -> list[str]:
        mask = int(self.state.bricks["sectors"][self.row])
        return [name for s, name in enumerate(self.state.sector_names) if mask >> s & 1]

    @property
    def generation(self) -> int:
        """0 for basic bricks, 1 and more for hybrids."""
        return int(self.state.bricks["generation"][self.row])

    @property
    def birth(self) -> int:
        """Month of birth, −1 for what was there before."""
        return int(self.state.bricks["birth"][self.row])

    @property
    def is_hybrid(self) -> bool:
        return self.generation > 0

    @property
    def parents(self) -> list[Brick]:
        return [Brick(self.state, int(row)) for row in self.state.bricks["parents"][self.row] if row >= 0]


class Organisation(View):
    """Somebody who holds bricks and meets others."""

    sector_row = Column("organisations", "sector")
    cluster_row = Column("organisations", "cluster", read_only=True)
    region_row = Column("organisations", "region")
    vision_row = Column("organisations", "vision")
    meeting_rate = Column("organisations", "rate")
    held = Column("organisations", "held", read_only=True)
    home = Column("organisations", "home")

    @property
    def name(self) -> str:
        return str(self.model.state.organisation_name(self.row))

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
        """Return the partners in one layer (cluster, bridge, science) or, for None, in all three."""
        state = self.model.state
        which = None if layer is None else LAYERS.index(layer)
        rows = np.unique(state.ties.of(self.row, which))
        return self.model.organisation_agents(rows[state.alive[rows]])  # type: ignore[no-any-return]

    def remove(self) -> None:
        """Leave the ecosystem: the row's portfolio is emptied and nobody meets it any more."""
        if self.model.state.alive[self.row]:
            self.model.close_organisation(self.row)
        super().remove()


class Firm(Organisation):
    """An organisation that sells."""


class Lab(Organisation):
    """An organisation that creates basic bricks and has science ties; it sells nothing."""


class Cluster(View):
    """A cluster: it organises encounters and opens bridges to other clusters."""

    sector_row = Column("clusters", "sector")
    brokerage = Column("clusters", "brokerage")
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
        rows = np.flatnonzero((state.organisations["cluster"] == self.row) & state.alive)
        return self.model.organisation_agents(rows)  # type: ignore[no-any-return]


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


AGENT_TYPES: tuple[type[Organisation], ...] = (Firm, Lab, Organisation)
