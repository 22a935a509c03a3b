"""RunFolder: writes what a run leaves behind, so that a reader never takes half a result for a whole one.

The manifest goes first, saying ``running``, and last, saying how it ended: a run that is killed in between, or a disk
that fills up, leaves a folder that says it is not complete.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecosim.errors import OutputError
from ecosim.events import event_log
from ecosim.files import explained, is_temporary, sha256_of, temporary_name, write_bytes
from ecosim.measures import sector_crossings
from ecosim.provenance import now
from ecosim.results.manifest import STATUSES, Manifest, new_manifest, read_manifest, write_manifest
from ecosim.results.tables import ALL_TABLES, ECONOMY_TABLES, TABLES, write_table
from ecosim.scenario import Scenario

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel
    from ecosim.report import Report

__all__ = ["REPORT", "SCENARIO", "RunFolder"]

SCENARIO = "scenario.toml"
REPORT = "report.html"
# What may be removed when a run replaces another: names that only a run gives, whatever its manifest says.
_OURS = re.compile(r"(inputs/(clusters|organisations|ties)(\.\w+){0,2}|figures/[a-z_]+\.png)")


class RunFolder:
    """The folder of a run that is being played; made by `create`, closed by `finish` or `fail`."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def create(
        cls, path: str | Path, model: EcosystemModel, months: int | None = None, overwrite: bool = False
    ) -> RunFolder:
        """Claim a folder for a run that is about to be played: manifest, scenario and copies of its inputs.

        Parameters
        ----------
        path : a folder that does not exist or is empty; made, with those above it
        months : how many months are to be played (None: as many as the scenario says)
        overwrite : let the run replace an earlier one in the same folder; files that are not a run's stay

        Raises
        ------
        OutputError
            When the folder holds anything else, or cannot be written; when an input file is gone.
        """
        folder = Path(path)
        earlier = _claim(folder, overwrite)
        scenario, inputs = _own_copies(model.played_scenario, folder)
        manifest = new_manifest(model, scenario.months if months is None else months)
        content = _scenario_toml(scenario, folder)
        manifest["scenario_sha256"] = sha256_of(content)
        for role, (name, original, copied) in inputs.items():
            manifest["inputs"][role] = {"file": name, "original": original, "sha256": sha256_of(copied)}
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        write_manifest(folder, manifest)
        run = cls(folder, manifest)
        try:
            _remove(folder, earlier)
            write_bytes(folder / SCENARIO, content)
            for name, _, copied in inputs.values():
                _make_folder(folder / "inputs")
                write_bytes(folder / name, copied)
        except BaseException as problem:
            run._give_up(problem)
            raise
        return run

    def finish(
        self, model: EcosystemModel, status: str = "complete", seconds: float | None = None, reason: str = ""
    ) -> Manifest:
        """Write the tables, then the report and its figures, then the manifest; return the manifest.

        Parameters
        ----------
        status : ``complete``; ``interrupted`` for a run that was stopped early; ``failed`` writes no tables, since a
            state that broke down is not to be trusted
        seconds : how long the run took
        reason : why it is not complete, in words

        Raises
        ------
        OutputError
            When something cannot be written. The manifest then says that the run is not complete.
        """
        if status not in STATUSES[1:]:
            raise OutputError(f"status = {status!r}: allowed is one of {', '.join(STATUSES[1:])}")
        manifest = {
            **self.manifest, "status": status, "reason": reason, "ended": now(), "months_played": model.month,
            "seconds": None if seconds is None else round(float(seconds), 3),
        }  # fmt: skip
        if status == "failed":
            self.manifest = manifest
            write_manifest(self.path, manifest)
            return manifest
        try:
            self._write_results(model, manifest)
            write_manifest(self.path, manifest)
        except BaseException as problem:
            self._give_up(problem)
            raise
        self.manifest = manifest
        return manifest

    def fail(self, model: EcosystemModel, reason: str, seconds: float | None = None) -> Manifest:
        """Write down that the run failed, and why; no tables."""
        return self.finish(model, "failed", seconds, reason)

    def _write_results(self, model: EcosystemModel, manifest: Manifest) -> None:
        state = model.state
        # Stopped in the middle of a month, the columns are not those of any whole month: there is nothing to replay.
        recorded = any(process.name == "record" for process in model.processes)
        whole = not recorded or (state.history.count == state.month and not state.tally.any())
        fingerprint = state.fingerprint() if whole else None
        manifest["fingerprint"] = fingerprint
        manifest["fingerprint_digest"] = (
            fingerprint and sha256_of(json.dumps(fingerprint, sort_keys=True).encode())[:32]
        )
        crossings = sector_crossings(state)
        months = model.months
        events = event_log(state, crossings)
        known = {"months": months, "events": events}
        economy = ECONOMY_TABLES if state.parameters.mechanisms.economy else ()
        for name in (*TABLES, *economy):
            frame: pd.DataFrame = known[name] if name in known else getattr(model, name)
            manifest["tables"] = {
                **manifest["tables"], f"{name}.parquet": write_table(frame, self.path / f"{name}.parquet"),
            }  # fmt: skip
        # Late: matplotlib takes half a second to import, and a run that is refused at the door need not wait for it.
        from ecosim.report import make_report

        report = make_report(model, manifest, months, events, crossings, folder=self.path.resolve().name)
        manifest["figures"] = self._write_report(report)

    def _write_report(self, report: Report) -> list[str]:
        if report.figures:
            _make_folder(self.path / "figures")
        names = [f"figures/{name}.png" for name in report.figures]
        for name, png in zip(names, report.figures.values(), strict=True):
            write_bytes(self.path / name, png)
        write_bytes(self.path / REPORT, report.html.encode("utf-8", "backslashreplace"))
        return names

    def _give_up(self, problem: BaseException) -> None:
        """Say in the manifest that the results are not whole, if the disk still takes that much."""
        reason = f"the results were not written: {problem or type(problem).__name__}"
        self.manifest = {**self.manifest, "status": "failed", "reason": reason, "ended": now()}
        with suppress(OutputError):
            write_manifest(self.path, self.manifest)


# -- the folder -----------------------------------------------------------------------------------------------


def _claim(folder: Path, overwrite: bool) -> Manifest | None:
    """Return the manifest of the run that is to be replaced, None for a folder that is free."""
    with explained(folder, "cannot be read"):
        if not folder.exists():
            return None
        if not folder.is_dir():
            raise OutputError(f"{folder}: this is a file; a folder is needed")
        if all(is_temporary(entry) for entry in folder.iterdir()):
            return None
    try:
        earlier = read_manifest(folder)
    except OutputError:
        raise OutputError(
            f"{folder}: the folder is not empty and does not hold a run: choose a new or an empty folder"
        ) from None
    if not overwrite:
        raise OutputError(
            f"{folder}: the folder holds a run already ({earlier.get('scenario')}, seed {earlier.get('seed')}, "
            f"{earlier['status']}): choose another folder, or let it be overwritten"
        )
    return earlier


def _remove(folder: Path, earlier: Manifest | None) -> None:
    """Remove the files of an earlier run, and nothing else."""
    if earlier is None:
        return
    for path in _files_of(folder, earlier):
        for name in (path, temporary_name(path)):
            with explained(name, "cannot be removed"):
                name.unlink(missing_ok=True)


def _files_of(folder: Path, manifest: Manifest) -> Iterator[Path]:
    for name in (*(f"{table}.parquet" for table in ALL_TABLES), SCENARIO, REPORT):
        yield folder / name
    listed: list[Any] = [*manifest.get("figures", [])]
    listed += [entry.get("file") for entry in manifest.get("inputs", {}).values()]
    for name in listed:
        if isinstance(name, str) and _OURS.fullmatch(name):
            yield folder / name


def _make_folder(folder: Path) -> None:
    with explained(folder):
        folder.mkdir(exist_ok=True)


# -- the inputs -----------------------------------------------------------------------------------------------


def _own_copies(scenario: Scenario, folder: Path) -> tuple[Scenario, dict[str, tuple[str, str, bytes]]]:
    """Return the scenario as it reads its copies, and by role (name of the copy, name of the original, content)."""
    copies: dict[str, tuple[str, str, bytes]] = {}
    for role, path in scenario.input_files.items():
        with explained(path, f"the {role} file cannot be copied"):
            # Roles, not the user's names: two inputs may have the same name in two folders.
            copies[role] = (f"inputs/{role}{_ending(path)}", path.name, path.read_bytes())
    files: dict[str, Any] = {f"{role}_file": folder / name for role, (name, _, _) in copies.items()}
    return dataclasses.replace(scenario, **files), copies


def _ending(path: Path) -> str:
    """Return ``.csv`` or ``.csv.gz``: the reader goes by the ending."""
    endings = path.suffixes[-2:] if path.suffix == ".gz" else path.suffixes[-1:]
    return "".join(ending for ending in endings if re.fullmatch(r"\.\w+", ending))


def _scenario_toml(scenario: Scenario, folder: Path) -> bytes:
    """Return the scenario as TOML that reads back as the same; raises OutputError when it does not."""
    try:
        written = scenario.to_toml(base=folder)
        same = Scenario.from_toml(written, base=folder.resolve()).to_toml(base=folder) == written
        content = written.encode("utf-8")
    except Exception as problem:  # a value that TOML has no word for: anything may come out of the library
        raise OutputError(f"{folder / SCENARIO}: the scenario cannot be written down: {problem}") from problem
    if not same:
        raise OutputError(f"{folder / SCENARIO}: the scenario cannot be written down and read back as it is")
    return content
