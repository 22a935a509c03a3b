"""Parts: what one worker writes between two flushes. Steps first, then runs: the runs part commits both."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ecosim.files import explained, is_temporary
from experiments.store.schema import runs_schema, steps_schema, write_part

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["RUNS", "STEPS", "PartWriter", "part_files"]

RUNS, STEPS = "runs", "steps"
_LONGEST = 20_000  # characters of an error: a traceback, but not a table of the model's


class PartWriter:
    """Collects rows and writes them as parts named after this writer; nobody else writes files of these names."""

    def __init__(self, folder: Path, study: Study) -> None:
        self.folder = folder
        self.study = study
        self.name = uuid.uuid4().hex[:12]
        self._number = 0
        self._schema = runs_schema(study)
        self._steps_schema = steps_schema(study)
        self._rows: dict[str, list[Any]] = {name: [] for name in self._schema.names}
        self._steps: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._rows["run"])

    def add(self, row: dict[str, Any], steps: dict[str, Any] | None = None) -> None:
        """Add a run: a value for every column of `runs_schema` (outcomes of a run that failed may be missing: NaN), and
        its steps: ``month`` and the kept columns, (T,) each.
        """  # fmt: skip
        for name, column in self._rows.items():
            column.append(row.get(name, None if name == "error" else np.nan))
        self._rows["error"][-1] = _plain_text(self._rows["error"][-1])
        if steps:
            self._steps.append({"run": row["run"], "point": row["point"], "replicate": row["replicate"], **steps})

    def flush(self) -> int:
        """Write what has been added as parts; return the number of runs that are safe now.

        Raises
        ------
        OutputError
            When a part cannot be written; its rows are kept for another try.
        """
        count = len(self)
        if count == 0:
            return 0
        name = f"part-{self.name}-{self._number:05d}.parquet"
        if self._steps:
            write_part(self._steps_table(), self.folder / STEPS / name, self.study)
        table = pa.table(
            [pa.array(column, field.type) for field, column in zip(self._schema, self._rows.values(), strict=True)],
            schema=self._schema,
        )
        write_part(table, self.folder / RUNS / name, self.study)
        self._number += 1
        self._rows = {column: [] for column in self._rows}
        self._steps = []
        return count

    def _steps_table(self) -> pa.Table:
        lengths = [len(steps["month"]) for steps in self._steps]
        columns = []
        for field in self._steps_schema:
            if field.name in ("run", "point", "replicate"):
                values = np.repeat([steps[field.name] for steps in self._steps], lengths)
            else:
                values = np.concatenate([steps[field.name] for steps in self._steps])
            columns.append(pa.array(values).cast(field.type))
        return pa.table(columns, schema=self._steps_schema)


def _plain_text(error: Any) -> str | None:
    """Return a text that a table can hold: one that cannot be written would keep all other rows from the disk."""
    if not isinstance(error, str):
        return None
    if len(error) > _LONGEST:
        error = f"{error[: _LONGEST // 4]}\n…\n{error[-3 * _LONGEST // 4 :]}"
    return error.encode("utf-8", "backslashreplace").decode()


def part_files(folder: Path, kind: str) -> list[Path]:
    """Return the finished parts of a kind (``runs`` or ``steps``), in order of their names."""
    with explained(folder / kind, "cannot be read"):
        found = (folder / kind).glob("part-*.parquet") if (folder / kind).is_dir() else []
        return sorted(path for path in found if not is_temporary(path))
