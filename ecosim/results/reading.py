"""Reads a run back from its folder, and refuses one that was changed since."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pandas as pd

from ecosim.errors import OutputError
from ecosim.files import sha256
from ecosim.results.manifest import Manifest, read_manifest
from ecosim.results.tables import ALL_TABLES, ECONOMY_TABLES, read_table

__all__ = ["Run", "load"]


class Run:
    """A run as it was recorded. Its tables are read when first asked for.

    Attributes
    ----------
    path : the folder; manifest : what was run (see `ecosim.results.manifest`)
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    def __repr__(self) -> str:
        manifest = self.manifest
        return f"<Run {self.path}: {manifest.get('scenario')}, seed {manifest.get('seed')}, {manifest['status']}>"

    @property
    def status(self) -> str:
        """``running`` (or killed), ``interrupted``, ``complete`` or ``failed``."""
        return str(self.manifest["status"])

    @property
    def is_partial(self) -> bool:
        """Whether the run did not play all the months it was to play, or left no results."""
        return self.status != "complete"

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row per month played. Raises OutputError when the run left no tables; so do the others."""
        return self._table("months")

    @cached_property
    def bricks(self) -> pd.DataFrame:
        """One row per brick ever made."""
        return self._table("bricks")

    @cached_property
    def organisations(self) -> pd.DataFrame:
        """One row per organisation, as it was at the end."""
        return self._table("organisations")

    @cached_property
    def events(self) -> pd.DataFrame:
        """What happened: month, kind, sentence."""
        return self._table("events")

    @cached_property
    def alliances(self) -> pd.DataFrame:
        """One row per alliance. Raises OutputError when the run had no economy; so do the following."""
        return self._table("alliances")

    @cached_property
    def memberships(self) -> pd.DataFrame:
        """One row per firm that joined or left an alliance."""
        return self._table("memberships")

    @cached_property
    def markets(self) -> pd.DataFrame:
        """One row per market, as it was at the end."""
        return self._table("markets")

    @cached_property
    def offers(self) -> pd.DataFrame:
        """One row per offer ever launched."""
        return self._table("offers")

    @cached_property
    def policies(self) -> pd.DataFrame:
        """One row per policy and programme of acculturation."""
        return self._table("policies")

    def _table(self, name: str) -> pd.DataFrame:
        recorded = self.manifest.get("tables", {})
        if f"{name}.parquet" not in recorded:
            if name in ECONOMY_TABLES and recorded:
                raise OutputError(f"{self.path}: this run had no economy and left no table of {name}")
            raise OutputError(f"{self.path}: this run is {self.status} and left no table of {name}")
        return read_table(self.path / f"{name}.parquet")


def load(path: str | Path) -> Run:
    """Return the run that a folder holds.

    Raises
    ------
    OutputError
        When there is no such folder or no run in it, or a table is missing or is not the one that was written.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    recorded = manifest.get("tables")
    if not isinstance(recorded, dict) or (manifest["status"] in ("complete", "interrupted") and not recorded):
        raise OutputError(f"{folder}: the manifest names no tables")
    for name in ALL_TABLES:
        file = f"{name}.parquet"
        if file not in recorded:
            continue
        if not (folder / file).exists():
            raise OutputError(f"{folder / file}: no such file; the manifest says that the run wrote it")
        if sha256(folder / file) != recorded[file]:
            raise OutputError(f"{folder / file}: not the table that the run wrote (its SHA-256 differs)")
    return Run(folder, manifest)
