"""The data of a run as files: tables as CSV for spreadsheets, and the run's folder as one zip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd

from ecosim.files import write_bytes
from ecosim.results import read_manifest
from ecosim.results.manifest import write_manifest

__all__ = ["leave_out", "write_csv", "zip_folder"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula
_PACKED = (".parquet", ".png", ".gz")  # compressed already


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, UTF-8. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    safe = frame.copy()
    for name in safe.select_dtypes(exclude="number"):
        texts = safe[name].astype(str)
        safe[name] = texts.where(~texts.str.startswith(_FORMULA), "'" + texts)
    write_bytes(path, safe.to_csv(index=False, lineterminator="\n").encode("utf-8", "backslashreplace"))


def leave_out(folder: Path, table: str, most: float) -> float | None:
    """Remove a table larger than `most` MB from a run's folder, and from its manifest, so that the run can still be
    replayed; return its size in MB, None when it stays.
    """  # fmt: skip
    path = folder / f"{table}.parquet"
    size = path.stat().st_size / 1e6
    if size <= most:
        return None
    manifest = read_manifest(folder)
    manifest["tables"] = {name: digest for name, digest in manifest["tables"].items() if name != path.name}
    path.unlink()
    write_manifest(folder, manifest)
    return size


def zip_folder(folder: Path, path: Path, name: str) -> None:
    """Write the files of a folder into a zip, under one folder called `name`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                how = zipfile.ZIP_STORED if file.suffix in _PACKED else zipfile.ZIP_DEFLATED
                packed.write(file, f"{name}/{file.relative_to(folder).as_posix()}", compress_type=how)
