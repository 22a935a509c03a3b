"""What agents are made of: an agent is a row of a table, its attributes are columns. Bricks are views as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

from ecosim.errors import ParameterError, nearest_name
from ecosim.measures import sector_set
from ecosim.state import HEADS, Columns, State

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = ["Bounds", "Brick", "Column", "Point", "Stock", "View"]

Bounds = Callable[[State], tuple[float, float]]


class Column:
    """A descriptor: reads and writes ``table[name][agent.row]`` of the agent's own model.

    Parameters
    ----------
    table, name : the column
    bounds : lowest and highest value that may be written, given the state; None for any. Rows of names are bounded
        because kernels follow them without looking.
    read_only : whether the column belongs to the ecosystem, so that an agent must not write it
    mechanism : the switch that makes the column mean something, for columns that are not always there
    """

    def __init__(
        self, table: str, name: str, bounds: Bounds | None = None, read_only: bool = False, mechanism: str = ""
    ) -> None:
        self.table, self.name, self.bounds, self.read_only = table, name, bounds, read_only
        self.mechanism = mechanism

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = self.column(agent)[agent.row]
        return value.item() if value.ndim == 0 else value

    def __set__(self, agent: Any, value: Any) -> None:
        column = self.column(agent)
        if self.read_only:
            raise AttributeError(f"{self.attribute} belongs to the ecosystem and is not set through an agent")
        if self.bounds is not None:
            low, high = self.bounds(agent.model.state)
            if not low <= value <= high:
                raise ParameterError(f"{self.attribute} = {value!r}: allowed is a number from {low:g} to {high:g}")
        column[agent.row] = value

    def column(self, agent: Any) -> Any:
        """Return the column; raises AttributeError where the mechanism that it belongs to is off."""
        columns = getattr(agent.model.state, self.table)
        if self.name not in columns:
            raise AttributeError(
                f"{self.name}: this run has no economy; switch on mechanisms.{self.mechanism}, as in "
                f"EcosystemModel(..., {self.mechanism}=True)"
            )
        return columns[self.name]


class Stock(Column):
    """A column that the month's books watch: what is set by hand is written down as a flow, a gift or a transfer."""

    def __init__(self, table: str, name: str, flow: str, bounds: Bounds, mechanism: str) -> None:
        super().__init__(table, name, bounds, mechanism=mechanism)
        self.flow = flow

    def __set__(self, agent: Any, value: Any) -> None:
        if not agent.is_there:
            raise ParameterError(f"{self.attribute} of {agent.name}, which is no more, cannot be set")
        before = float(self.column(agent)[agent.row])
        super().__set__(agent, value)
        books = agent.model.state.ledger
        book = books.count if self.flow in HEADS else books.pay
        book(self.flow, float(self.column(agent)[agent.row]) - before)


class Point(Column):
    """A column of points: what is set must have as many coordinates, all of them finite."""

    def __set__(self, agent: Any, value: Any) -> None:
        row = self.column(agent)[agent.row]
        point = np.asarray(value, np.float64)
        if point.shape != row.shape or not np.isfinite(point).all():
            raise ParameterError(f"{self.attribute} = {value!r}: allowed are {len(row)} finite numbers")
        row[:] = point


class View(mesa.Agent):  # type: ignore[misc]
    """An agent that stands for a row of a table."""

    table: ClassVar[str]
    hidden: ClassVar[frozenset[str]] = frozenset()  # columns of the table that this kind of agent does not have

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
            if hasattr(type(self), name):  # it has one, which failed: let it say why
                return object.__getattribute__(self, name)
            columns = self.columns()
            if name not in columns or name in self.hidden:
                raise AttributeError(self._unknown(name))
            value = columns[name][self.row]
            return value.item() if value.ndim == 0 else value

        def __setattr__(self, name: str, value: Any) -> None:
            """Write an attribute or a column; refuse a name that is neither, which is a typo more often than not."""
            if name in _KEPT or name.startswith("_") or hasattr(type(self), name):
                object.__setattr__(self, name, value)
            elif name in (columns := self.columns()) and name not in self.hidden:
                columns[name][self.row] = value
            else:
                raise AttributeError(self._unknown(name))

    def _unknown(self, name: str) -> str:
        if name in self.hidden:
            return f"{type(self).__name__} has no attribute {name!r}: only firms have it"
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
