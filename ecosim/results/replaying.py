"""Plays a recorded run again, from its own scenario, inputs and seed, and compares the columns bit by bit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecosim.errors import OutputError, ReplayError
from ecosim.files import sha256
from ecosim.provenance import package_commit, package_versions
from ecosim.results.folder import SCENARIO
from ecosim.results.manifest import Manifest
from ecosim.results.reading import load
from ecosim.scenario import Scenario

__all__ = ["Replay", "replay"]

_SHOWN = 3


@dataclass(frozen=True)
class Replay:
    """A replay that gave the recorded result: where, how many months and columns, and how long it took."""

    path: Path
    months: int
    columns: int
    seconds: float
    other_versions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.months} months played again, all {self.columns} columns identical"


def replay(path: str | Path, progress: Callable[[int, int], None] | None = None) -> Replay:
    """Play a recorded run again and compare every column with the recorded one.

    Parameters
    ----------
    path : the folder of the run; progress : called after each month with (months played, months to play)

    Raises
    ------
    ReplayError
        When the run cannot be played again (it did not finish, it had processes of its own, its inputs changed) or
        gives another result; the message names the first columns that differ.
    OutputError
        When the folder holds no run, or its tables are not those that were written.
    """
    run = load(path)
    manifest = run.manifest
    _refuse_unplayable(run.path, manifest)
    scenario = _scenario(run.path, manifest)
    # Late, as Mesa takes more than a second to import: what is wrong with the folder has been said by now.
    from ecosim.model import EcosystemModel

    began = time.perf_counter()
    months = int(manifest["months_played"])
    with EcosystemModel(scenario, seed=manifest["seed"]) as model:
        model.run(months, progress=progress)
        found = model.state.fingerprint()
    recorded: dict[str, str] = manifest["fingerprint"]
    different = [name for name in recorded if found.get(name) != recorded[name]]
    different += [name for name in found if name not in recorded]
    other = _other_versions(manifest)
    if different:
        raise ReplayError(
            f"{run.path}: the replay of {months} months differs in {len(different)} of {len(recorded)} columns: "
            f"{_some(different)}. {_hint(other)}"
        )
    return Replay(run.path, months, len(recorded), time.perf_counter() - began, tuple(other))


def _refuse_unplayable(path: Path, manifest: Manifest) -> None:
    if not manifest.get("default_schedule", True):
        own = manifest.get("custom_processes") or []
        what = f"processes of its own ({', '.join(own)})" if own else "a schedule of its own"
        raise ReplayError(
            f"{path}: this run had {what}. The command can only replay the schedule that the parameters make: play it "
            "again from the Python code that made it, and compare `model.state.fingerprint()` with the manifest"
        )
    if manifest["status"] not in ("complete", "interrupted"):
        raise ReplayError(f"{path}: this run is {manifest['status']} and recorded no result to compare with")
    if not manifest.get("fingerprint"):
        raise ReplayError(f"{path}: this run was stopped in the middle of a month: there is no whole month to compare")


def _scenario(path: Path, manifest: Manifest) -> Scenario:
    """Return the recorded scenario after checking that it and its inputs are what they were."""
    files = {SCENARIO: manifest.get("scenario_sha256")}
    files.update({entry["file"]: entry["sha256"] for entry in manifest.get("inputs", {}).values()})
    for name, recorded in files.items():
        try:
            now = sha256(path / name)
        except OutputError as problem:
            raise ReplayError(str(problem)) from None
        if now != recorded:
            raise ReplayError(f"{path / name}: the file has changed since the run (its SHA-256 differs)")
    scenario = Scenario.load(path / SCENARIO)
    changed = _changed(scenario.parameters.to_dict(), manifest["parameters"])
    if changed:
        raise ReplayError(
            f"{path}: this ecosim gives {len(changed)} parameters another value than the run had: {_some(changed)}. "
            f"{_hint(_other_versions(manifest))}"
        )
    return scenario


def _changed(now: dict[str, dict[str, Any]], recorded: dict[str, dict[str, Any]]) -> list[str]:
    flat = [
        {f"{g}.{n}": value for g, group in table.items() for n, value in group.items()} for table in (now, recorded)
    ]
    names = sorted({*flat[0], *flat[1]})
    return [
        f"{name} = {flat[0].get(name, 'absent')} (was {flat[1].get(name, 'absent')})"
        for name in names
        if flat[0].get(name) != flat[1].get(name)
    ]


def _other_versions(manifest: Manifest) -> list[str]:
    recorded: dict[str, Any] = {**manifest.get("versions", {}), "commit": manifest.get("commit")}
    now: dict[str, Any] = {**package_versions(), "commit": package_commit()}
    return [f"{name} {now.get(name)} (was {was})" for name, was in recorded.items() if now.get(name) != was]


def _hint(other: list[str]) -> str:
    if other:
        return f"What may explain it: other versions than in the run: {', '.join(other)}"
    return "The versions are those of the run"


def _some(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more
