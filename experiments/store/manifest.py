"""The manifest of a sweep: what is played, by what, and the scenarios with copies of their input files.

A folder can be moved and read where the original files are gone; what was changed in it by hand is refused.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecosim.errors import OutputError
from ecosim.files import explained, sha256, sha256_of, write_bytes
from ecosim.provenance import now, package_commit, package_versions
from ecosim.scenario import Scenario
from experiments.reading import study_from_table
from experiments.store.identity import model_version
from experiments.study.writing import study_table

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = [
    "DESIGN", "MANIFEST", "ROUNDS", "SCENARIOS", "is_sweep", "new_manifest", "read_manifest", "read_study",
    "study_hash", "write_manifest",
]  # fmt: skip

FORMAT, SCHEMA_VERSION = "ecosim sweep", 1
MANIFEST, DESIGN, ROUNDS, SCENARIOS = "manifest.json", "design.parquet", "rounds.parquet", "scenarios"
_PARTS = {
    "study": dict, "quick": bool, "digest": str, "hash": str, "model": str, "scenarios": dict, "design": str,
    "rounds": str,
}  # fmt: skip


def is_sweep(folder: Path) -> bool:
    """Whether a folder holds a sweep."""
    try:
        read_manifest(folder)
    except OutputError:
        return False
    return True


def study_hash(study: Study, version: str) -> str:
    """Return the hash of a whole study and what plays it, 12 hexadecimal digits: every figure carries it."""
    return _hash(study_table(study), study.digest(), version)


def new_manifest(study: Study, folder: Path) -> dict[str, Any]:
    """Return the manifest of a new sweep, its scenarios written to the folder."""
    version, table = model_version(study), study_table(study)
    played = dict(study.scenarios)
    if study.scenario is not None:
        played = {study.scenario.name: study.scenario}
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "study": table,
        "quick": study.quick,
        "digest": study.digest(),
        "hash": study_hash(study, version),
        "model": version,
        "design": DESIGN,
        "rounds": ROUNDS,
        "versions": package_versions(),
        "commit": package_commit(),
        "created": now(),
        "scenarios": {name: _keep(scenario, index, folder) for index, (name, scenario) in enumerate(played.items())},
    }


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Replace the manifest of a folder; raises OutputError and leaves the old one when it cannot."""
    content = json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n"
    write_bytes(folder / MANIFEST, content.encode("utf-8", "backslashreplace"), shared=True)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder.

    Raises
    ------
    OutputError
        When there is none, or it is broken, of a newer version, or of something else.
    """
    path = folder / MANIFEST
    with explained(folder, "cannot be read"):
        if not folder.is_dir():
            raise OutputError(f"{folder}: no such folder" if not folder.exists() else f"{folder}: this is a file")
        if not path.exists():
            raise OutputError(f"{folder}: not the folder of a sweep (it has no {MANIFEST})")
    try:
        with explained(path, "cannot be read"):
            manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as problem:
        raise OutputError(f"{path}: not a manifest that can be read ({problem})") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise OutputError(f"{path}: not the manifest of a sweep")
    version = manifest.get("schema_version")
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise OutputError(f"{path}: schema version {version!r}; this ecosim reads 1 to {SCHEMA_VERSION}")
    for key, kind in _PARTS.items():
        if not isinstance(manifest.get(key), kind):
            raise OutputError(f"{path}: {key} = {manifest.get(key)!r}: the manifest is broken")
    for name, entry in manifest["scenarios"].items():
        if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("file", "name")):
            raise OutputError(f"{path}: scenarios.{name} = {entry!r}: the manifest is broken")
    return manifest


def read_study(folder: Path, manifest: dict[str, Any]) -> Study:
    """Return the study of a manifest with the scenarios that stand beside it.

    Raises
    ------
    OutputError
        When the study, a scenario or an input file was changed since the folder was made.
    """
    path = folder / MANIFEST
    if _hash(manifest["study"], manifest["digest"], manifest["model"]) != manifest["hash"]:
        raise OutputError(f"{path}: the study in it was changed since the folder was made")
    scenarios = {}
    for name, entry in manifest["scenarios"].items():
        for file, digest in entry.get("sha256", {}).items():
            if sha256(folder / file) != digest:
                raise OutputError(f"{folder / file}: the file was changed since the sweep was made")
        scenarios[name] = dataclasses.replace(Scenario.load(folder / entry["file"]), name=entry["name"])
    study = study_from_table(manifest["study"], folder, str(path), scenarios=scenarios)
    return dataclasses.replace(study, quick=manifest["quick"])


def _hash(table: dict[str, Any], digest: str, version: str) -> str:
    text = json.dumps([table, digest, version], sort_keys=True, default=str)
    return sha256_of(text.encode())[:12]


def _keep(scenario: Scenario, index: int, folder: Path) -> dict[str, Any]:
    """Write a scenario and copies of its input files; return how it is found again."""
    copies: dict[str, Any] = {}
    hashes = {}
    for role, path in scenario.input_files.items():
        name = f"{SCENARIOS}/{index:02d}-{role}{_ending(path)}"  # roles: two inputs may have the same name
        with explained(path, f"the {role} file cannot be copied"):
            content = path.read_bytes()
        write_bytes(folder / name, content)
        hashes[name] = sha256_of(content)
        copies[f"{role}_file"] = folder / name
    own = dataclasses.replace(scenario, **copies)
    file = f"{SCENARIOS}/{index:02d}-{re.sub(r'[^A-Za-z0-9_-]+', '-', scenario.name)[:60]}.toml"
    try:
        content = own.to_toml(base=folder / SCENARIOS).encode()
    except Exception as problem:  # a value that TOML has no word for: anything may come out of the library
        raise OutputError(f"{folder / file}: the scenario cannot be written down: {problem}") from problem
    write_bytes(folder / file, content)
    return {"file": file, "name": scenario.name, "sha256": {file: sha256_of(content), **hashes}}


def _ending(path: Path) -> str:
    """Return ``.csv`` or ``.csv.gz``: the reader goes by the ending."""
    endings = path.suffixes[-2:] if path.suffix == ".gz" else path.suffixes[-1:]
    return "".join(ending for ending in endings if re.fullmatch(r"\.\w+", ending))
