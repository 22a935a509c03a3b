"""The manifest: what was run, with what, and how far it came. A JSON file that is replaced whole.

Statuses: ``running`` from the start until the end (a killed run keeps it), ``complete``, ``interrupted`` (stopped
early, with the tables of the months played) and ``failed``.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecosim.errors import OutputError
from ecosim.files import explained, write_bytes
from ecosim.provenance import now, package_commit, package_versions
from ecosim.schedule import schedule_for

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = [
    "FORMAT", "MANIFEST", "SCHEMA_VERSION", "STATUSES", "Manifest", "new_manifest", "read_manifest", "write_manifest",
]  # fmt: skip

Manifest = dict[str, Any]
FORMAT = "ecosim run"
SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
STATUSES = ("running", "interrupted", "complete", "failed")


def new_manifest(model: EcosystemModel, months: int) -> Manifest:
    """Return the manifest of a run that begins now and is to play `months` more months."""
    names = [process.name for process in model.processes]
    usual = schedule_for(model.parameters)
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "status": "running",
        "reason": "",
        "scenario": model.played_scenario.name,
        "title": model.played_scenario.title,
        "seed": model.seed,
        "months_planned": model.month + months,
        "months_played": model.month,
        "started": now(),
        "ended": None,
        "seconds": None,
        "versions": package_versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "commit": package_commit(),
        "processes": names,
        "custom_processes": custom_processes(model),
        "default_schedule": [type(process) for process in model.processes] == [type(process) for process in usual],
        "parameters": model.parameters.to_dict(),
        "scenario_sha256": None,
        "inputs": {},
        "tables": {},
        "figures": [],
        "fingerprint": None,
        "fingerprint_digest": None,
    }


def custom_processes(model: EcosystemModel) -> list[str]:
    """Return the names of the processes that the run's own parameters do not put into the month."""
    usual = {type(process) for process in schedule_for(model.parameters)}
    return [process.name for process in model.processes if type(process) not in usual]


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Replace the manifest of a folder; raises OutputError and leaves the old one when it cannot."""
    content = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    write_bytes(folder / MANIFEST, f"{content}\n".encode("utf-8", "backslashreplace"))


def read_manifest(folder: str | Path) -> Manifest:
    """Return the manifest of a run folder.

    Raises
    ------
    OutputError
        When there is none, or it is not one of ours or of a newer version than this program knows.
    """
    folder = Path(folder)
    path = folder / MANIFEST
    with explained(path, "cannot be read"):
        if not folder.exists():
            raise OutputError(f"{folder}: no such folder")
        if not folder.is_dir():
            raise OutputError(f"{folder}: this is a file; the folder of a run is needed")
        if not path.exists():
            raise OutputError(f"{folder}: not the folder of a run (it has no {MANIFEST})")
        content = path.read_bytes()
    try:
        manifest = json.loads(content)
    except ValueError as problem:
        raise OutputError(f"{path}: not a manifest that can be read ({problem})") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise OutputError(f"{path}: not the manifest of an ecosim run")
    version = manifest.get("schema_version")
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise OutputError(f"{path}: schema version {version!r}; this ecosim reads 1 to {SCHEMA_VERSION}")
    if manifest.get("status") not in STATUSES:
        raise OutputError(f"{path}: status = {manifest.get('status')!r}: allowed is one of {', '.join(STATUSES)}")
    return manifest
