"""DataFrames as Parquet, through PyArrow, with the schema version in the file's metadata."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecosim.errors import OutputError
from ecosim.files import explained, replacing, sha256
from ecosim.results.manifest import SCHEMA_VERSION

__all__ = ["ALL_TABLES", "ECONOMY_TABLES", "TABLES", "read_table", "write_table"]

TABLES = ("months", "bricks", "organisations", "events")
ECONOMY_TABLES = ("alliances", "memberships", "markets", "offers", "policies")  # of runs with the economy on
ALL_TABLES = TABLES + ECONOMY_TABLES


def write_table(frame: pd.DataFrame, path: Path) -> str:
    """Write a DataFrame as Parquet (zstd), whole or not at all, and return the file's SHA-256.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    table = _as_arrow(frame)
    with replacing(path) as handle:
        pq.write_table(table, handle, compression="zstd")
    return sha256(path)


def read_table(path: Path) -> pd.DataFrame:
    """Return a table that `write_table` wrote; raises OutputError."""
    try:
        with explained(path, "cannot be read"):
            frame: pd.DataFrame = pq.read_table(path).to_pandas()
            return frame
    except pa.ArrowException as problem:
        raise OutputError(f"{path}: not a Parquet file that can be read ({problem})") from None


def _as_arrow(frame: pd.DataFrame) -> pa.Table:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    # The same types whatever the version of pandas, and for a table without rows: text is text.
    for place, column in enumerate(table.schema):
        if pa.types.is_large_string(column.type) or pa.types.is_null(column.type):
            table = table.set_column(place, column.name, table.column(place).cast(pa.string()))
    metadata = {**(table.schema.metadata or {}), b"ecosim.schema_version": str(SCHEMA_VERSION).encode()}
    return table.replace_schema_metadata(metadata)
