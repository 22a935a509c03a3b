"""Several folders of one study into one, many parts into few. Nothing is removed before what replaces it is safe."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecosim.errors import OutputError
from ecosim.files import explained, replacing
from experiments.store.folder import SweepFolder, is_sweep, read_table, status_codes
from experiments.store.manifest import MANIFEST, SCENARIOS
from experiments.store.parts import RUNS, STEPS, part_files
from experiments.store.schema import runs_schema, steps_schema, write_part

__all__ = ["compact", "merge"]

_ROWS = 500_000  # of a compacted part
Bits = npt.NDArray[np.bool_]


def merge(sources: Sequence[Path], out: Path) -> SweepFolder:
    """Bring the runs of several folders of the same study together in `out`, and return it.

    `out` is made as a copy of the one that is furthest when it is not there; it may be one of the sources. Runs that
    are in several folders count once.

    Raises
    ------
    OutputError
        When a folder holds no sweep, or another study or version of the model than the first.
    """
    folders = [SweepFolder.open(source) for source in sources]
    if (out / MANIFEST).exists():
        folders.insert(0, SweepFolder.open(out))
    first = folders[0]
    for other in folders[1:]:
        if (other.version, other.manifest["digest"]) != (first.version, first.manifest["digest"]):
            what = "another version of the model" if other.version != first.version else "other runs"
            raise OutputError(
                f"{other.path}: holds {what} than {first.path} ({other.study.name}, manifest {other.manifest['hash']}, "
                f"and {first.study.name}, manifest {first.manifest['hash']}): they cannot go together"
            )
        if other.manifest["hash"] != first.manifest["hash"]:
            raise OutputError(
                f"{other.path}: holds another study than {first.path}: bring a folder to the larger study first, with "
                "`ecosim sweep STUDY --out FOLDER --extend`; its runs stay"
            )
    if not is_sweep(out):
        _copy(max(folders, key=lambda folder: folder.round), out)
    for folder in folders:
        if folder.path.resolve() != out.resolve():
            for kind in (STEPS, RUNS):  # runs commit
                for path in part_files(folder.path, kind):
                    _copy_part(path, out / kind / path.name)
    return SweepFolder.open(out)


def compact(path: Path) -> tuple[int, int]:
    """Rewrite the parts of a folder as few large ones, each run once; return the number of files before and after.

    Do it when no sweep is playing there: parts that arrive meanwhile are left as they are, and so are those of an
    earlier study with other columns. A kill leaves runs twice at worst, which readers count once.

    Raises
    ------
    OutputError
        When the folder holds no sweep, or cannot be written.
    """
    folder = SweepFolder.open(path)
    before = after = 0
    for kind, schema in ((STEPS, steps_schema(folder.study)), (RUNS, runs_schema(folder.study))):
        files = part_files(folder.path, kind)
        before += len(files)
        old = [file for file in files if pq.read_schema(file).remove_metadata().equals(schema)]
        if len(old) > 1:
            name, number, waiting = uuid.uuid4().hex[:12], 0, list[pa.Table]()
            for table in _fresh(old, kind):
                waiting.append(table)
                if sum(map(len, waiting)) >= _ROWS:
                    _write(waiting, schema, folder, kind, f"part-{name}-{number:05d}.parquet")
                    number, waiting = number + 1, []
            if waiting:
                _write(waiting, schema, folder, kind, f"part-{name}-{number:05d}.parquet")
            for file in old:
                with explained(file, "cannot be removed"):
                    file.unlink()
        after += len(part_files(folder.path, kind))
    return before, after


def _fresh(files: Sequence[Path], kind: str) -> Iterator[pa.Table]:
    """Yield the rows of every file that are to be kept: of each run the best row, and its months once."""
    for file, kept in zip(files, (_best_rows if kind == RUNS else _new_months)(files), strict=True):
        table = read_table(file)
        if kept.any():
            yield table.filter(pa.array(kept))


def _best_rows(files: Sequence[Path]) -> Iterator[Bits]:
    """Yield which rows of each file are kept: of every run the row with the best end, the first of those as good."""
    tables = [read_table(file, ["run", "status"]) for file in files]
    runs = np.concatenate([table["run"].to_numpy() for table in tables])
    ranks = np.concatenate([status_codes(table) for table in tables])
    order = np.lexsort((ranks, runs))  # stable
    first = np.ones(len(order), bool)
    first[1:] = runs[order][1:] != runs[order][:-1]
    kept = np.zeros(len(order), bool)
    kept[order[first]] = True
    ends = np.cumsum([len(table) for table in tables])[:-1]
    yield from np.split(kept, ends)


def _new_months(files: Sequence[Path]) -> Iterator[Bits]:
    """Yield which rows of each file are kept: months of runs that no file before has, once."""
    seen = np.zeros(0, np.uint64)
    for file in files:
        table = read_table(file, ["run", "month"])
        runs = table["run"].to_numpy()
        twice = pd.DataFrame({"run": runs, "month": table["month"].to_numpy()}).duplicated().to_numpy()
        yield ~twice & ~np.isin(runs, seen)
        seen = np.union1d(seen, runs)


def _write(tables: list[pa.Table], schema: pa.Schema, folder: SweepFolder, kind: str, name: str) -> None:
    plain = pa.schema([pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in schema])
    whole: Any = pa.concat_tables([table.cast(plain) for table in tables]).cast(schema)
    write_part(whole, folder.path / kind / name, folder.study)


def _copy(folder: SweepFolder, out: Path) -> None:
    """Make `out` a folder of the same sweep, without runs; whole or not at all."""
    with explained(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise OutputError(f"{out}: the folder is not empty and does not hold a sweep: choose another one")
        building = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            for name in (building, building / RUNS, building / STEPS):
                name.mkdir()
            shutil.copytree(folder.path / SCENARIOS, building / SCENARIOS)
            for file in (MANIFEST, folder.manifest["design"], folder.manifest["rounds"]):
                shutil.copy(folder.path / file, building / file)
            if out.is_dir():
                out.rmdir()
            building.replace(out)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def _copy_part(source: Path, target: Path) -> None:
    if target.exists():
        return
    with explained(source, "cannot be read"):
        content = source.read_bytes()
    with replacing(target, shared=True) as handle:
        handle.write(content)
