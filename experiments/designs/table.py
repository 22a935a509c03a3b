"""Points from a CSV file: any design made elsewhere. The header names the factors; a row is a point."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from ecosim.errors import StudyError, nearest_name
from ecosim.files import read_text
from experiments.designs.base import FixedDesign
from experiments.designs.options import checked_value

__all__ = ["Points"]


class Points(FixedDesign):
    """The rows of a CSV file (UTF-8, commas), relative to the study's folder; columns in any order, no others.

    A sweep that is gone on with has its points already: the file is not looked for in a sweep's own folder.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {"file": "", "sha256": ""}  # of the file, put in when the study is read

    def check(self, where: str) -> None:
        file = self.options["file"]
        if not isinstance(file, str) or not file:
            raise StudyError(f"{where}: file = {file!r}: allowed is the name of a CSV file")
        if not self._is_in_sweep:
            self.points()

    def points(self) -> pd.DataFrame:
        """Return the points of the file.

        Raises
        ------
        StudyError
            When the file cannot be read or a value is not allowed: names the file, the line and the column.
        """
        path = self.study.folder / self.options["file"]
        lines = _lines(path)
        if not lines:
            raise StudyError(f"{path}: the file is empty: allowed is a header of factors and a row per point")
        number, header = lines[0]
        factors = [self._factor(name.strip(), f"{path}: line {number}") for name in header]
        missing = [name for name in self.study.paths if name not in [factor.path for factor in factors]]
        if missing or len(factors) > len(self.study.paths):
            wrong = f"no column {', '.join(missing)}" if missing else "a column is there twice"
            raise StudyError(f"{path}: line {number}: {wrong}: allowed is one column for each factor of the study")
        if len(lines) == 1:
            raise StudyError(f"{path}: no points: there is a header only")
        rows: dict[tuple[Any, ...], int] = {}
        for line, cells in lines[1:]:
            if len(cells) != len(factors):
                raise StudyError(f"{path}: line {line}: {len(cells)} values: allowed are {len(factors)}")
            row = tuple(
                checked_value(factor, cell.strip(), f"{path}: line {line}, column {factor.path}")
                for factor, cell in zip(factors, cells, strict=True)
            )
            if row in rows:
                raise StudyError(
                    f"{path}: line {line}: the same point as in line {rows[row]}: allowed is each point once; "
                    "the study's replicates say how often it is played"
                )
            rows[row] = line
        frame = pd.DataFrame(list(rows), columns=[factor.path for factor in factors])
        return frame[list(self.study.paths)]

    def planned_runs(self) -> int | None:
        return None if self._is_in_sweep else super().planned_runs()

    @property
    def _is_in_sweep(self) -> bool:
        return (self.study.folder / "manifest.json").exists()

    def _factor(self, name: str, place: str) -> Any:
        for factor in self.study.factors:
            if factor.path == name:
                return factor
        known = self.study.paths
        raise StudyError(f"{place}: no factor {name!r}{nearest_name(name, known)}; allowed are {', '.join(known)}")


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of the lines that are not empty."""
    content = read_text(path, StudyError, "a CSV file")
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as problem:
        raise StudyError(f"{path}: line {reader.line_num}: not valid CSV ({problem})") from None
