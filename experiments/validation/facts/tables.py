"""From the rows that runs give to one table."""

from __future__ import annotations

from typing import Any

import pandas as pd

__all__ = ["per_run"]


def per_run(results: list[dict[str, Any]]) -> pd.DataFrame:
    """Return one table from jobs that gave several rows each (under ``rows``), with the job's own columns."""
    return pd.DataFrame([
        {**{key: value for key, value in result.items() if key != "rows"}, **row}
        for result in results for row in result["rows"]
    ])  # fmt: skip
