"""The folder of a sweep: what was asked for (manifest, scenarios, design, rounds) and which of it is done.

```
DIR/manifest.json            the study, versions, commit, root seed
DIR/scenarios/NAME.toml      what is played, with copies of its input files
DIR/design.parquet           one row per point
DIR/rounds.parquet           which replicates of which points, round by round
DIR/runs/part-*.parquet      one row per run
DIR/steps/part-*.parquet     months, if the study keeps them
```
A folder is there as a whole or not at all: it is made under another name and renamed. Points of the same values are the
same runs: they are played once, at the first of them (`SweepFolder.first`).
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecosim.errors import OutputError, StudyError
from ecosim.files import explained, replacing
from ecosim.provenance import now
from experiments.store.identity import point_keys
from experiments.store.manifest import (
    SCENARIOS,
    is_sweep,
    new_manifest,
    read_manifest,
    read_study,
    study_hash,
    write_manifest,
)
from experiments.store.parts import RUNS, STEPS, part_files
from experiments.store.schema import STATUSES
from experiments.study.writing import study_table

if TYPE_CHECKING:
    from experiments.designs import Round
    from experiments.study import Study

__all__ = ["Bits", "SweepFolder", "is_sweep", "read_table", "status_codes", "study_hash"]

_KEY = "_key"  # a column of design.parquet: to hash a million points takes seconds, in every worker
Bits = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


class SweepFolder:
    """A sweep on disk. `create` makes one, `open` finds one.

    Attributes
    ----------
    path, manifest, study; version : of what plays the runs (`experiments.store.identity.model_version`)
    points : one row per design point (index: its number): a column per factor, ``round``, and ``design.…`` columns
    keys : uint64 (P,), the key of every point; first : int64 (P,), the number of the first point with the same values
    rounds : columns round, point, first, last: the replicates that were asked for
    """

    def __init__(self, path: Path, manifest: dict[str, Any], study: Study, new: bool = False) -> None:
        self.path = path
        self.manifest = manifest
        self.study = study
        self.version: str = manifest["model"]
        self._forget()
        if not new:
            self.reload()

    def _forget(self) -> None:
        self.points, self.rounds = pd.DataFrame(), pd.DataFrame()
        self.keys, self.first = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        self._order = np.zeros(0, np.int64)  # of the points by their keys

    # -- making and finding -----------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | Path, study: Study, first: Round) -> SweepFolder:
        """Make the folder of a sweep with its first round, or find the one that another process has just made.

        Raises
        ------
        OutputError
            When there is something else of that name, or nothing can be written there.
        StudyError
            When there is another study.
        """
        folder = Path(path)
        with explained(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                return cls._found(folder, study)
        building = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            with explained(building):
                for name in (building, building / RUNS, building / STEPS, building / SCENARIOS):
                    name.mkdir()
            made = cls(building, new_manifest(study, building), study, new=True)
            write_manifest(building, made.manifest)
            made.add_round(first)
            if read_study(building, read_manifest(building)).digest() != made.manifest["digest"]:
                raise OutputError(f"{folder}: the study cannot be written down and read back as it is")
            with explained(folder):
                try:
                    if folder.is_dir():
                        folder.rmdir()  # an empty one is in the way on some systems
                    building.replace(folder)
                except OSError:  # somebody was faster
                    if not is_sweep(folder):
                        raise
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return cls._found(folder, study)

    @classmethod
    def _found(cls, folder: Path, study: Study) -> SweepFolder:
        if not (folder / "manifest.json").exists():
            raise OutputError(f"{folder}: the folder is not empty and does not hold a sweep: choose another one")
        found = cls.open(folder)
        if found.manifest["hash"] != study_hash(study, found.version):
            raise StudyError(f"{folder}: holds another study ({found.study.name}): choose another folder")
        return found

    @classmethod
    def open(cls, path: str | Path) -> SweepFolder:
        """Return the sweep that a folder holds.

        Raises
        ------
        OutputError
            When there is none, or it is broken, changed by hand or of a newer version.
        """
        folder = Path(path)
        manifest = read_manifest(folder)
        return cls(folder, manifest, read_study(folder, manifest))

    def reload(self) -> None:
        """Read points and rounds again: another process may have added some."""
        self.rounds = read_table(self.path / self.manifest["rounds"]).to_pandas()
        known = len(self.points)
        points: pd.DataFrame = read_table(self.path / self.manifest["design"]).to_pandas()
        keys = points.pop(_KEY).to_numpy(np.uint64)
        # points are written before the round that asks for them: those of a round that was not committed do not count
        self.points = points[points["round"] <= self.rounds["round"].max()].reset_index(drop=True)
        if known == len(self.points):
            return
        self.keys = keys[: len(self.points)]
        self._order = np.argsort(self.keys, kind="stable")
        self.first = self._order[np.searchsorted(self.keys, self.keys, sorter=self._order)]

    def extend(self, study: Study, first: Round) -> None:
        """Let the folder hold a larger or other study of the same runs: what is done already will not be played again.

        Points and rounds go to files of their own; the manifest, which names them, commits.

        Raises
        ------
        OutputError
            When the studies play different things: scenario, months, seed, values, outcomes or steps.
        """
        if study.digest() != self.manifest["digest"] or study.seed != self.study.seed:
            raise OutputError(
                f"{self.path}: holds a sweep of {self.study.name!r} with another scenario, months, seed, fixed values, "
                "outcomes or steps: its runs cannot be used for this study; choose another folder"
            )
        earlier = [*self.manifest.get("earlier", []), {"study": self.manifest["study"], "until": now()}]
        old = [self.manifest["design"], self.manifest["rounds"]]
        number = uuid.uuid4().hex[:8]
        scenarios = self.manifest["scenarios"]
        if study.scenario is not None:  # the same content, but its name may be another
            scenarios = {study.scenario.name: {**next(iter(scenarios.values())), "name": study.scenario.name}}
        self.manifest = {
            **self.manifest, "study": study_table(study), "hash": study_hash(study, self.version),
            "quick": study.quick, "earlier": earlier, "scenarios": scenarios,
            "design": f"design-{number}.parquet", "rounds": f"rounds-{number}.parquet",
        }  # fmt: skip
        self.study = study
        self._forget()
        self.add_round(first)
        write_manifest(self.path, self.manifest)
        for name in old:
            with explained(self.path / name, "cannot be removed"):
                (self.path / name).unlink(missing_ok=True)

    # -- rounds -----------------------------------------------------------------------------------------------

    def add_round(self, added: Round) -> None:
        """Write a round down: first its points, then what is asked of them, which commits it."""
        number = 1 if self.rounds.empty else int(self.rounds["round"].max()) + 1
        new = added.points.assign(round=np.int64(number))
        points = new.reset_index(drop=True)
        if len(self.points):
            points = pd.concat([self.points, new], ignore_index=True) if len(new) else self.points
        rounds = added.replicates.astype({"point": np.int64, "first": np.int64, "last": np.int64})
        rounds = rounds.assign(round=np.int64(number))[["round", "point", "first", "last"]]
        rounds = pd.concat([self.rounds, rounds], ignore_index=True) if len(self.rounds) else rounds
        if len(rounds) and not rounds["point"].between(0, len(points) - 1).all():
            raise OutputError(f"{self.path}: round {number} of the design asks for points that it does not have")
        keys = point_keys(self.study, self.version, new, self.manifest["digest"])
        keyed = points.assign(**{_KEY: np.concatenate([self.keys, keys])})
        _write(keyed, self.path / self.manifest["design"])
        _write(rounds, self.path / self.manifest["rounds"])
        self.reload()

    @property
    def round(self) -> int:
        """The number of the last round."""
        return int(self.rounds["round"].max())

    @property
    def most(self) -> int:
        """One more than the highest replicate that is asked for."""
        return int(self.rounds["last"].max())

    def asked(self) -> Bits:
        """Return which replicates are asked for of every point in all rounds, bool (points, replicates)."""
        bits = np.zeros((len(self.points), self.most), bool)
        for (first, last), group in self.rounds.groupby(["first", "last"])["point"]:
            bits[group.to_numpy(), first:last] = True
        return bits

    def wanted(self) -> Bits:
        """Return which runs are to be played, bool (points, replicates): what is asked for, points of the same values
        once, at the first of them.
        """  # fmt: skip
        bits = self.asked()
        twins = np.flatnonzero(self.first != np.arange(len(self.first)))
        np.logical_or.at(bits, self.first[twins], bits[twins])
        bits[twins] = False
        return bits

    def seed(self, replicate: int) -> int:
        """Return the seed of a replicate, the same at every point."""
        return self.study.seed + replicate

    # -- what is done -----------------------------------------------------------------------------------------

    def done(self, bits: Bits | None = None, seen: set[str] | None = None, retry: bool = False) -> Bits:
        """Return which runs are committed, bool (points, replicates), in the places of `wanted`.

        bits, seen : what an earlier call found and read, to look only at new parts; both are changed. Without bits,
            every part is looked at
        retry : runs that failed do not count
        """
        seen = set() if seen is None else seen
        if bits is None:
            bits = np.zeros((len(self.points), self.most), bool)
            seen.clear()
        for path in part_files(self.path, RUNS):
            if path.name in seen:
                continue
            table = read_table(path, ["point", "replicate", "seed", "status"])
            rows, replicates, ours = self.places(table)
            ours &= (replicates < bits.shape[1]) & (rows < bits.shape[0])
            if retry:
                ours &= status_codes(table) <= STATUSES.index("nan")
            bits[rows[ours], replicates[ours]] = True
            seen.add(path.name)
        return bits

    def status_counts(self) -> dict[str, int]:
        """Return how many of the runs that are wanted ended in which way; a run that is there twice counts once, with
        the better end. Flat in memory: reads four columns, part by part.
        """  # fmt: skip
        wanted = self.wanted()
        rank = np.full(wanted.shape, len(STATUSES), np.int8)
        for path in part_files(self.path, RUNS):
            table = read_table(path, ["point", "replicate", "seed", "status"])
            rows, replicates, ours = self.places(table)
            np.minimum.at(rank, (rows[ours], replicates[ours]), status_codes(table)[ours])
        counts = np.bincount(rank[wanted], minlength=len(STATUSES) + 1)
        return dict(zip(STATUSES, counts[: len(STATUSES)].tolist(), strict=True))

    def places(self, table: pa.Table) -> tuple[IntArray, IntArray, Bits]:
        """Return for every row of a part: the number of its point, its replicate, whether it belongs to this design.

        table : with the columns ``point``, ``replicate`` and ``seed``
        """
        points = table["point"].to_numpy()
        places = np.minimum(np.searchsorted(self.keys, points, sorter=self._order), len(self._order) - 1)
        rows = self._order[places]
        replicates = table["replicate"].to_numpy().astype(np.int64)
        ours = (self.keys[rows] == points) & (replicates >= 0) & (replicates < self.most)
        ours &= table["seed"].to_numpy() == self.study.seed + replicates
        return rows, replicates, ours


def status_codes(table: pa.Table) -> npt.NDArray[np.int8]:
    """Return the place of every row's status in `STATUSES`, int8: the lower, the better."""
    found = pc.index_in(table["status"].cast(pa.string()), value_set=pa.array(STATUSES))
    return found.fill_null(len(STATUSES)).to_numpy().astype(np.int8)


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Return a Parquet table, or some columns of it; raises OutputError when it cannot be read."""
    try:
        with explained(path, "cannot be read"):
            return pq.read_table(path, columns=columns, partitioning=None)
    except pa.ArrowException as problem:
        raise OutputError(f"{path}: not a Parquet file that can be read ({problem})") from None


def _write(frame: pd.DataFrame, path: Path) -> None:
    with replacing(path, shared=True) as handle:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), handle, compression="zstd")
