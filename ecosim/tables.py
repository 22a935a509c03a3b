"""Reads the user's CSV files, row by row, and refuses what is wrong by file and row.

Knows of no model: it turns text into lists of plain rows. Files ending in ``.gz`` are read compressed.
"""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from ecosim.errors import InputFileError, nearest_name

__all__ = ["finite", "positive", "read_rows", "text", "weight"]

Reader = Callable[[str], object]


def text(value: str) -> str:
    """Accept any text that is not empty."""
    if not value:
        raise ValueError("some text")
    return value


def finite(value: str) -> float:
    """Accept a finite number."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("a finite number")
    return number


def positive(value: str) -> float:
    """Accept a finite number above 0."""
    try:
        number = finite(value)
    except ValueError:
        number = 0.0
    if number <= 0:
        raise ValueError("a number above 0")
    return number


def weight(value: str) -> float:
    """Accept a number above 0 that single precision can hold."""
    try:
        number = positive(value)
    except ValueError:
        number = 0.0
    if not 1e-30 <= number <= 1e30:
        raise ValueError("a number from 1e-30 to 1e30")
    return number


def _separator(handle: TextIO, separators: str) -> str:
    """Return the separator that gives the first line of a file most columns (ties: the first); read from there on."""
    if len(separators) == 1:
        return separators
    first = handle.readline()
    handle.seek(0)
    return max(separators, key=lambda one: len(next(csv.reader([first], delimiter=one), [])))


def read_rows(
    path: Path, columns: Mapping[str, Reader], optional: Sequence[str] = (), separators: str = ","
) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield ``(row number, {column: value})`` for each data row of a CSV file; the header is row 1.

    `columns` maps a column's name to a function that turns its text into a value and raises ValueError with the
    words for what is allowed. A column in `optional` may be missing or empty: its value is then None. Of several
    `separators` that values may stand between, it is the one that gives the header most columns.

    Raises
    ------
    InputFileError
        For a file that is missing, unreadable, empty or not UTF-8, a missing column, a row that is cut short
        or a value that is refused. The message names file, row and column.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, delimiter=_separator(handle, separators))
            header = next(reader, None)
            if not header:
                raise InputFileError(f"{path}: the file is empty; expected columns {', '.join(columns)}")
            header = [name.strip() for name in header]
            for name in columns:
                if header.count(name) > 1:
                    raise InputFileError(f"{path}: row 1: column {name!r} stands there {header.count(name)} times")
            for name in columns:
                if name not in header and name not in optional:
                    raise InputFileError(
                        f"{path}: row 1: no column {name!r}{nearest_name(name, header)}; "
                        f"got {', '.join(header)}; needed are {', '.join(c for c in columns if c not in optional)}"
                    )
            place = [(name, header.index(name), columns[name]) for name in columns if name in header]
            absent = {name: None for name in columns if name not in header}
            count = 0
            for number, row in enumerate(reader, start=2):
                if not row:
                    continue
                if len(row) != len(header):
                    raise InputFileError(
                        f"{path}: row {number}: {len(row)} values where the header has {len(header)} columns"
                    )
                values: dict[str, object] = dict(absent)
                for name, index, read in place:
                    raw = row[index].strip()
                    if not raw and name in optional:
                        values[name] = None
                        continue
                    try:
                        values[name] = read(raw)
                    except ValueError as problem:
                        raise InputFileError(f"{path}: row {number}: {name} = {raw!r}: allowed is {problem}") from None
                count += 1
                yield number, values
            if count == 0:
                raise InputFileError(f"{path}: the file has a header but no row")
    except FileNotFoundError:
        raise InputFileError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputFileError(f"{path}: this is a folder, a CSV file is needed") from None
    except PermissionError:
        raise InputFileError(f"{path}: the file may not be read (permission denied)") from None
    except UnicodeDecodeError as problem:
        raise InputFileError(f"{path}: not UTF-8 text ({problem.reason})") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise InputFileError(f"{path}: not a whole gzip file") from None
    except csv.Error as problem:
        raise InputFileError(f"{path}: not a CSV file ({problem})") from None
    except OSError as problem:
        raise InputFileError(f"{path}: the file cannot be read ({problem.strerror or problem})") from None
