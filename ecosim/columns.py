"""Growing tables of NumPy arrays, and the set of spent pairs. They hold data and know nothing of what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.kernels.spent import rehash

__all__ = ["Array", "Columns", "SpentPairs"]

Array = npt.NDArray[Any]


class Columns:
    """Named arrays of one length, with room to grow.

    ``columns["name"]`` is a view of the rows in use: its changes are the table's. Views taken before the table grows
    are stale afterwards; take a column anew in each step.
    """

    def __init__(self, schema: Mapping[str, tuple[Any, tuple[int, ...]]], capacity: int = 16) -> None:
        self.count = 0
        self._arrays: dict[str, Array] = {
            name: np.zeros((max(capacity, 1), *shape), dtype) for name, (dtype, shape) in schema.items()
        }

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name][: self.count]

    def __setitem__(self, name: str, values: Any) -> None:
        self._arrays[name][: self.count] = values

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __len__(self) -> int:
        return self.count

    @property
    def names(self) -> list[str]:
        return list(self._arrays)

    @property
    def capacity(self) -> int:
        return len(next(iter(self._arrays.values())))

    @property
    def nbytes(self) -> int:
        """Bytes held, room to grow included."""
        return sum(array.nbytes for array in self._arrays.values())

    def whole(self, name: str) -> Array:
        """Return a column with its room to grow, for kernels that append."""
        return self._arrays[name]

    def add_column(self, name: str, dtype: Any, shape: tuple[int, ...] = ()) -> None:
        """Add a column of zeros, for a process that needs its own."""
        if name not in self._arrays:
            self._arrays[name] = np.zeros((self.capacity, *shape), dtype)

    def reserve(self, rows: int) -> None:
        """Make room for `rows` more rows."""
        needed = self.count + rows
        if needed <= self.capacity:
            return
        capacity = max(needed, self.capacity * 3 // 2)
        for name, array in self._arrays.items():
            larger = np.zeros((capacity, *array.shape[1:]), array.dtype)
            larger[: self.count] = array[: self.count]
            self._arrays[name] = larger

    def append(self, rows: int = 1) -> slice:
        """Add rows of zeros and return where they are."""
        self.reserve(rows)
        first = self.count
        self.count += rows
        return slice(first, self.count)


class SpentPairs:
    """The set of realised pairs, as a hash table of 64-bit child identities at most half full."""

    def __init__(self) -> None:
        self.table = np.zeros(1024, np.uint64)
        self.count = 0

    @property
    def room(self) -> int:
        return len(self.table) // 2 - self.count

    def grow(self) -> None:
        """Double the table."""
        larger = np.zeros(2 * len(self.table), np.uint64)
        rehash(self.table, larger)
        self.table = larger
