"""Mécapole: do mechanical firms around one family become a group of the size that was reported?"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.stories.groups import conclude_group, draw_group, play_group, rows_group
from experiments.validation.row import Row

QUESTION = "Does the largest alliance after ten years have Mécapole's employees, equity and turnover (within 20 %)?"
REPORTED = {"employees": 850.0, "equity": 29.0, "turnover": 120.0}  # compared with; no run knows them
VARIANTS: dict[str, dict[str, Any]] = {
    "firms of 21 employees (all of mechanics)": {"firm_size": 21.0},
    "firms of 61 employees (members of Mécabourg)": {"firm_size": 61.0},
    "no family: trust 0.6 asked, as the default": {"trust_threshold": 0.6},
    "no family: values as far apart as the default": {"value_dispersion": 0.3},
    "no long term: five years instead of ten": {"alliance_horizon": 60},
    "capital that owners leave: 0.3 years of turnover": {"equity_ratio": 0.3},
    "20 firms at most, as the default": {"members_most": 20},
    "no attractor": {"attractor_dial": 0.0},
}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: assumptions and seed."""
    return play_group("mecapole", VARIANTS, quick, workers)


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return medians of the group's size, beside the reported ones."""
    return conclude_group(table, REPORTED)


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    return rows_group(findings, REPORTED, "interview with P. Robert, France Clusters, 2016")


def draw(table: pd.DataFrame) -> Figure:
    """Return the group's growth and its size after ten years."""
    return draw_group(table, REPORTED, "Mécapole: a group of mechanical firms forms")
