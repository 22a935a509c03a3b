"""The columns of a sweep's tables, and how they are written. Knows nothing of folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ecosim.files import replacing

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["KEYS", "STATUSES", "runs_schema", "steps_schema", "write_part"]

STATUSES = ("ok", "nan", "failed", "timeout", "killed")
"""How a run can end: well; with an outcome that is not a number; with an error; stopped as it took too long; with its
worker dead."""

KEYS = [
    ("run", pa.uint64()), ("point", pa.uint64()), ("replicate", pa.int32()), ("seed", pa.int64()),
    ("status", pa.dictionary(pa.int8(), pa.string())), ("seconds", pa.float32()), ("error", pa.string()),
]  # fmt: skip


def runs_schema(study: Study) -> pa.Schema:
    """Return the schema of the table of runs: keys, a column per factor (by its path) and per outcome."""
    factors = [(factor.path, _type_of(factor)) for factor in study.factors]
    return pa.schema([*KEYS, *factors, *((name, pa.float64()) for name in study.outcomes)])


def steps_schema(study: Study) -> pa.Schema:
    """Return the schema of the table of steps: run, point, replicate, month, and the kept columns of months."""
    kept = [(name, pa.float64()) for name in study.steps.columns]
    return pa.schema(
        [("run", pa.uint64()), ("point", pa.uint64()), ("replicate", pa.int32()), ("month", pa.int32()), *kept]
    )


def _type_of(factor: Any) -> pa.DataType:
    if factor.levels:
        if all(isinstance(level, bool) for level in factor.levels):
            return pa.bool_()
        if all(isinstance(level, int) and not isinstance(level, bool) for level in factor.levels):
            return pa.int64()
        return pa.string() if any(isinstance(level, str) for level in factor.levels) else pa.float64()
    return pa.int64() if factor.whole else pa.float64()


def write_part(table: pa.Table, path: Path, study: Study) -> None:
    """Write a table whole or not at all, synced: zstd, dictionaries for what repeats, byte-stream-split for the rest.

    Raises
    ------
    OutputError
        When the disk is full, the folder is gone or may not be written.
    """
    known = {*study.paths, "status", "seed", "replicate", "point", "month"}
    repeats = [name for name in table.column_names if name in known]
    split = [field.name for field in table.schema if pa.types.is_float64(field.type) and field.name not in known]
    with replacing(path) as handle:
        pq.write_table(
            table, handle, compression="zstd", use_dictionary=repeats,
            use_byte_stream_split=split, write_statistics=False,
        )  # fmt: skip
