"""Mesa agents: real `mesa.Agent` objects whose attributes read and write one row of the model's columns.

Made when first asked for. A row of organisations is a Firm, a Lab or (public bodies and others) an Organisation;
a row of clusters is a Cluster. A column that a process has added is an attribute under its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

from ecosim.errors import ParameterError, nearest_name
from ecosim.measures import sector_set
from ecosim.state import LAYERS, Columns, State

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = ["AGENT_TYPES", "Brick", "Cluster", "Federation", "Firm", "Lab", "Organisation"]


Bounds = Callable[[State], tuple[float, float]]
TIE_LAYERS = LAYERS[:3]  # the digital layer is anyone: it has no ties


class Column:
    """A descriptor: reads and writes ``table[name][agent.row]`` of the agent's own model.

    Parameters
    ----------
    table, name : the column
    bounds : lowest and highest value that may be written, given the state; None for any. Rows of names are bounded
        because kernels follow them without looking.
    read_only : whether the column belongs to the ecosystem, so that an agent must not write it
    """

    def __init__(self, table: str, name: str, bounds: Bounds | None = None, read_only: bool = False) -> None:
        self.table, self.name, self.bounds, self.read_only = table, name, bounds, read_only

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = getattr(agent.model.state, self.table)[self.name][agent.row]
        return value.item() if value.ndim == 0 else value

    def __set__(self, agent: Any, value: Any) -> None:
        if self.read_only:
            raise AttributeError(f"{self.attribute} belongs to the ecosystem and is not set through an agent")
        if self.bounds is not None:
            low, high = self.bounds(agent.model.state)
            if not low <= value <= high:
                raise ParameterError(f"{self.attribute} = {value!r}: allowed is a number from {low:g} to {high:g}")
        getattr(agent.model.state, self.table)[self.name][agent.row] = value


class View(mesa.Agent):  # type: ignore[misc]
    """An agent that stands for a row of a table."""

    table: ClassVar[str]

    def __init__(self, model: EcosystemModel, row: int) -> None:
        object.__setattr__(self, "row", row)
        super().__init__(model)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}: {self.name}>"

    @property
    def name(self) -> str:
        raise NotImplementedError

    def columns(self) -> Columns:
        """Return the table that this agent is a row of."""
        return getattr(self.model.state, self.table)  # type: ignore[no-any-return]

    if not TYPE_CHECKING:  # a type checker should go on finding typos

        def __getattr__(self, name: str) -> Any:
            """Read a column that has no attribute of its own, such as one that a process has added."""
            # copy and pickle ask for names with an underscore, never a column, before `model` is there
            if name.startswith("_") or name in _KEPT:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            columns = self.columns()
            if name not in columns:
                raise AttributeError(self._unknown(name))
            value = columns[name][self.row]
            return value.item() if value.ndim == 0 else value

        def __setattr__(self, name: str, value: Any) -> None:
            """Write an attribute or a column; refuse a name that is neither, which is a typo more often than not."""
            if name in _KEPT or name.startswith("_") or hasattr(type(self), name):
                object.__setattr__(self, name, value)
            elif name in (columns := self.columns()):
                columns[name][self.row] = value
            else:
                raise AttributeError(self._unknown(name))

    def _unknown(self, name: str) -> str:
        names = [known for known in dir(type(self)) if not known.startswith("_")] + self.columns().names
        return (
            f"{type(self).__name__} has no attribute {name!r}{nearest_name(name, names)}; "
            f"a new column is made with model.state.{self.table}.add_column"
        )


_KEPT = frozenset(("model", "unique_id", "pos", "row"))  # what Mesa and a view keep in the agent itself


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
        return sector_set(self.state, self.row)

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

    table = "organisations"
    identity = Column("organisations", "identity", read_only=True)
    kind = Column("organisations", "kind", read_only=True)
    sector_row = Column("organisations", "sector", lambda state: (0, len(state.sector_names) - 1))
    cluster_row = Column("organisations", "cluster", read_only=True)
    region_row = Column("organisations", "region", lambda state: (0, len(state.regions) - 1))
    vision_row = Column("organisations", "vision", lambda state: (-1, len(state.attractors) - 1))
    meeting_rate = Column("organisations", "rate", lambda state: (0, 10_000))
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
    """An organisation that sells."""


class Lab(Organisation):
    """An organisation that creates basic bricks and has science ties; it sells nothing."""


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


AGENT_TYPES: tuple[type[Organisation], ...] = (Firm, Lab, Organisation)
