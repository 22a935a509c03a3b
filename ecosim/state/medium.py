"""Ties of the propagation medium, and the meetings of a month."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecosim.columns import Array

__all__ = ["LAYERS", "Meetings", "Ties"]

LAYERS = ("cluster", "bridge", "science", "digital")


@dataclass
class Ties:
    """Ties of the cluster, bridge and science layers, as rows ``3 * organisation + layer`` of one sparse matrix.

    start : int64 (3N + 1,); partner : int32 (E,); cumulative : float32 (E,), running share of the row's weight.
    Every tie stands in the rows of both its ends; partners stand in order in each row.

    Where ties change (with trust, or when start-ups enter), also
    weight : float32 (E,), the tie's own weight, without trust; trust : float32 (E,), from 0 to 1, the same at both
    ends; mirror : int64 (E,), where the tie stands in its other row. Empty else.
    """

    start: Array
    partner: Array
    cumulative: Array
    weight: Array = field(default_factory=lambda: np.zeros(0, np.float32))
    trust: Array = field(default_factory=lambda: np.zeros(0, np.float32))
    mirror: Array = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in vars(self).values())

    def rows(self, layer: int) -> tuple[Array, Array]:
        """Return (first, last) places of every organisation's ties in one layer."""
        return self.start[layer:-1:3], self.start[layer + 1 :: 3]

    def of(self, organisation: int, layer: int | None = None) -> Array:
        """Return the rows of an organisation's partners, in one layer or in all three."""
        row = 3 * organisation
        if layer is None:
            return self.partner[self.start[row] : self.start[row + 3]]
        return self.partner[self.start[row + layer] : self.start[row + layer + 1]]

    def weights(self) -> Array:
        """Return each tie's share of its row (float64, E)."""
        share = np.diff(self.cumulative.astype(np.float64), prepend=0.0)
        first = self.start[:-1][np.diff(self.start) > 0]
        share[first] = self.cumulative[first]
        return share


@dataclass
class Meetings:
    """The meetings of the current month, in the order in which they take place.

    base : uint64 (M,), the draw of each; initiator, partner : int32 (M,), −1 for nobody; layer : int8 (M,);
    drawn : int32 (M, 2), the brick that each side drew, −1 for none; fruit : uint8 (M,), 1 where something came of
    it: a birth, an improvement or a copy; tie : int64 (M,), the place of the initiator's tie, −1 for none (only with
    trust).
    """

    base: Array
    initiator: Array
    partner: Array
    layer: Array
    drawn: Array
    fruit: Array = field(default_factory=lambda: np.zeros(0, np.uint8))
    tie: Array = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def none(cls) -> Meetings:
        return cls(
            np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int8),
            np.empty((0, 2), np.int32),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.base)
