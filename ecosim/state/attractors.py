"""Attractors: those of the scenario and those that clusters open in the run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecosim.columns import Array

__all__ = ["Attractors"]


@dataclass
class Attractors:
    """Attractors of the scenario and those that clusters open in the run; a handful of rows, held as lists.

    Centres in knowledge units (A, d); strength in drive units; width in knowledge units; active in months
    ``start <= month < end``; boost multiplies the meeting rate at the heart.
    """

    dimensions: int
    name: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    centre: list[Array] = field(default_factory=list)
    strength: list[float] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    boost: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)

    def add(
        self, name: str, kind: str, centre: Array, strength: float, width: float, boost: float, start: int, end: int
    ) -> int:
        """Add one attractor; return its row."""
        for column, value in zip(
            (self.name, self.kind, self.centre, self.strength, self.width, self.boost, self.start, self.end),
            (name, kind, np.asarray(centre, np.float64), strength, width, boost, start, end),
            strict=True,
        ):
            column.append(value)  # type: ignore[attr-defined]
        return len(self.name) - 1

    def __len__(self) -> int:
        return len(self.name)

    def active(self, month: int) -> list[int]:
        """Return the rows that are active in a month."""
        return [k for k in range(len(self.name)) if self.start[k] <= month < self.end[k]]
