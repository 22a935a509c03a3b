"""The contract of a process: one rule of the month. Processes never import one another: they meet in the columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

import numpy as np

from ecosim.parameters import Parameters
from ecosim.state import State
from ecosim.streams import stream_key

__all__ = ["Process", "World"]


class World(Protocol):
    """What a process sees of the model. (The model itself also offers its agents.)"""

    state: State

    @property
    def parameters(self) -> Parameters: ...


class Process(ABC):
    """One rule. Subclass it, name it, say what it reads and writes, and put it in the schedule.

    `reads` and `writes` name columns as ``table.column``; they are documentation that the tests hold to.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def step(self, model: Any) -> None:
        """Play this rule for the month ``model.state.month``; `model` is an EcosystemModel (at least a `World`)."""

    def key(self, model: World, what: str = "") -> np.uint64:
        """Return the key of this process's random stream in this month (`what` tells several streams apart)."""
        return stream_key(model.state.seed, f"{self.name} {what}", model.state.month)
