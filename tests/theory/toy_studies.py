"""A study of the scoreboard that takes no time, with dials for the tests of the command. (No test by itself.)"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import new_figure
from experiments.statistics import mean_interval
from experiments.validation.row import Row, above, interval, shown

QUESTION = "Is a number above 0?"
PLAYED: list[bool] = []  # quick or not, of every run
BEHAVIOUR = {"problem": "", "interrupt": False, "interrupt later": False, "values": (1.0, 1.1, 1.2)}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    PLAYED.append(quick)
    if BEHAVIOUR["problem"]:
        raise ZeroDivisionError(BEHAVIOUR["problem"])
    if BEHAVIOUR["interrupt"]:
        raise KeyboardInterrupt
    return pd.DataFrame({"seed": [0, 1, 2], "value": BEHAVIOUR["values"]})


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    if BEHAVIOUR["interrupt later"]:
        raise KeyboardInterrupt
    return {"mean": [round(value, 3) for value in mean_interval(table["value"].to_numpy())]}


def rows(findings: dict[str, Any]) -> list[Row]:
    found = interval(findings["mean"])
    return [
        Row("number", "The number is above 0.", "a | bar", "above 0", shown(found), above(found, 0.0), "a note"),
    ]  # fmt: skip


def draw(table: pd.DataFrame) -> Figure:
    figure, axis = new_figure()
    axis.plot(table["seed"], table["value"])
    return figure
