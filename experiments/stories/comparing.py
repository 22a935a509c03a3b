"""What the stories share: paired differences between cases of the same seeds, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.drawing import COLOURS
from experiments.statistics import Interval, mean_interval

__all__ = ["mean_of", "months_of", "paired", "rounded", "strips", "with_band"]

FloatArray = npt.NDArray[np.float64]


def mean_of(table: pd.DataFrame, case: str, column: str) -> Interval:
    """Return the mean over seeds of a column in a case, with its interval."""
    return mean_interval(_by_seed(table, case, column))


def paired(table: pd.DataFrame, column: str, case: str, other: str) -> Interval:
    """Return the mean over seeds of `case` minus `other`, seed by seed, with its interval."""
    return mean_interval(_by_seed(table, case, column) - _by_seed(table, other, column))


def months_of(table: pd.DataFrame, case: str, name: str) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return (months, int64 (T,); values, float64 (seeds, T)) of the columns ``NAME@MONTH`` of a case, by seed."""
    columns = [column for column in table.columns if column.startswith(f"{name}@")]
    rows = table[table["case"] == case].sort_values("seed")
    return np.array([int(column.split("@")[1]) for column in columns]), rows[columns].to_numpy(np.float64)


def rounded(interval: Interval, digits: int = 2) -> list[float]:
    """Return estimate, low and high, rounded, for the findings."""
    return [round(value, digits) + 0.0 for value in interval]


def strips(axis: Any, table: pd.DataFrame, cases: Sequence[str], column: str, words: Sequence[str]) -> None:
    """Draw a column as one point a run, case by case, with the mean as a bar."""
    for place, case in enumerate(cases):
        values = _by_seed(table, case, column)
        spread = place + 0.3 * ((np.arange(len(values)) * 0.618) % 1 - 0.5)
        axis.plot(spread, values, "o", color=COLOURS[place], alpha=0.5, markersize=4)
        axis.plot([place - 0.3, place + 0.3], [values.mean()] * 2, color="black", linewidth=2)
    axis.set_xticks(range(len(cases)), list(words))


def with_band(axis: Any, month: npt.NDArray[Any], values: FloatArray, colour: str, label: str, dash: Any = "-") -> None:
    """Draw the mean over seeds, float64 (seeds, T), with its 95 % interval as a band."""
    intervals = np.array([mean_interval(column) for column in values.T])
    axis.plot(month, intervals[:, 0], color=colour, linestyle=dash, label=label)
    axis.fill_between(month, intervals[:, 1], intervals[:, 2], color=colour, alpha=0.2, linewidth=0)


def _by_seed(table: pd.DataFrame, case: str, column: str) -> FloatArray:
    return table[table["case"] == case].sort_values("seed")[column].to_numpy(np.float64)
