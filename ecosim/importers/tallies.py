"""Cells of tables into numbers: rows of names, the most frequent value of each, and weights of what is shared.

Knows of no file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["known", "most_frequent", "numbered", "shared_weights"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def known(value: str) -> str:
    """Return what a cell says, "" for ``NA``: both mean not known."""
    return "" if value == "NA" else value


def numbered(values: Collection[str]) -> tuple[list[str], IntArray]:
    """Return the different values, sorted, and each value's row among them (int64)."""
    names = sorted(set(values))
    row_of = {name: row for row, name in enumerate(names)}
    return names, np.array([row_of[value] for value in values], np.int64)


def most_frequent(row: IntArray, values: Sequence[str], rows: int) -> list[str]:
    """Return the most frequent value of each row (ties: alphabetical; "" only where there is nothing else).

    row : int64 (N,), below `rows`; values : N of them
    """
    names, column = numbered(values)
    counts = np.bincount(row * len(names) + column, minlength=rows * len(names)).reshape(rows, -1).astype(np.float64)
    if names[0] == "":
        counts[:, 0] = np.minimum(counts[:, 0], 0.5)
    return [names[place] for place in counts.argmax(axis=1)]


def shared_weights(pairs: Collection[tuple[int, str]], rows: int) -> tuple[list[str], FloatArray]:
    """Return the different names, sorted, and float64 (rows, names): 1/k for each of the k names that a row has, a row
    of zeros where it has none.

    pairs : of row and name; repeated ones count once
    """
    names, column = numbered([name for _, name in pairs])
    weights = np.zeros((rows, len(names)))
    weights[[row for row, _ in pairs], column] = 1.0
    return names, weights / np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
