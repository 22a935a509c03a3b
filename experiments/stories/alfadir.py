"""ALFADIR: do firms of one spirit in nuclear safety and new energies become a group of 1,000 employees?"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.stories.groups import conclude_group, draw_group, play_group, rows_group
from experiments.validation.row import Row

QUESTION = "Does the largest alliance after ten years have ALFADIR's 1,000 employees (within 20 %)?"
REPORTED = {"employees": 1000.0}  # compared with; no run knows it
VARIANTS: dict[str, dict[str, Any]] = {
    "firms of 38 employees (nuclear work of smaller suppliers)": {"firm_size": 38.0},
    "trust 0.6 asked, as the default": {"trust_threshold": 0.6},
    "values as far apart as the default": {"value_dispersion": 0.3},
    "public buyers take any seller": {"procurement_size": 0.0},
    "20 firms at most, as the default": {"members_most": 20},
    "no attractor": {"attractor_dial": 0.0},
}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: assumptions and seed."""
    return play_group("alfadir", VARIANTS, quick, workers)


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return medians of the group's size, beside the reported one."""
    return conclude_group(table, REPORTED)


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    return rows_group(findings, REPORTED, "interview with P. Robert, France Clusters, 2016")


def draw(table: pd.DataFrame) -> Figure:
    """Return the group's growth and its size after ten years."""
    return draw_group(table, REPORTED, "ALFADIR: a group of one spirit forms")
