"""What a run is called: a hash of what decides it. The same values, replicate and model give the same name anywhere."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import ecosim
from ecosim.errors import StudyError
from ecosim.streams import mix
from experiments.study.writing import same_value

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["ecosim_version", "model_version", "point_keys", "run_keys"]

UInt64Array = npt.NDArray[np.uint64]

# What a run's results come from; reports, importers, the command and agents' views are not in it.
_DECISIVE = (
    "economy", "kernels", "measures", "parameters", "processes", "reproduction", "setup", "state", "columns.py",
    "declaration.py", "inputs.py", "model.py", "scenario.py", "schedule.py", "specs.py", "streams.py", "tables.py",
)  # fmt: skip
_OURS = ("outcomes.py", "running/play.py", "study/points.py")


def model_version(study: Study) -> str:
    """Return the version of what plays a study's runs: a name and a digest of its source. Of a run function's own
    source it is the module that counts, not what that imports.

    Raises
    ------
    StudyError
        When the module of a run function cannot be found.
    """
    if study.run:
        return _own_version(study.run.partition(":")[0])
    return ecosim_version()


@cache
def ecosim_version() -> str:
    """Return the version of the model and a digest of its source."""
    folder = Path(ecosim.__file__).parent
    files = [path for name in _DECISIVE for path in (sorted((folder / name).rglob("*.py")) or [folder / name])]
    digest = hashlib.blake2b(digest_size=6)
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + _source(path) + b"\0")
    for name in _OURS:
        digest.update(name.encode() + b"\0" + _source(Path(__file__).parent.parent / name) + b"\0")
    return f"ecosim {ecosim.__version__} {digest.hexdigest()}"


@cache
def _own_version(module: str) -> str:
    try:
        found = importlib.util.find_spec(module)
    except Exception:  # of its parents, which are imported for it
        found = None
    if found is None:
        raise StudyError(f"run = '{module}:…': there is no module {module!r} on Python's path")
    source = Path(found.origin) if found.origin else None
    content = _source(source) if source is not None and source.is_file() else b""
    return f"{module} {hashlib.blake2b(content, digest_size=6).hexdigest()}"


def _source(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")  # the same on every system


def point_keys(study: Study, version: str, points: pd.DataFrame, digest: str | None = None) -> UInt64Array:
    """Return the key of every point, uint64 (P,): a hash of its values, what is played and by which version.

    Points of the same values have the same key.

    digest : `Study.digest`, where it is known
    """
    paths = sorted(study.paths)
    stem = hashlib.blake2b(json.dumps([digest or study.digest(), version, paths]).encode(), digest_size=8)
    columns = [[_token(value) for value in points[path].tolist()] for path in paths]
    found = []
    for tokens in zip(*columns, strict=True):
        one = stem.copy()
        one.update("\0".join(tokens).encode())
        found.append(one.digest())
    return np.frombuffer(b"".join(found), "<u8").astype(np.uint64)


def run_keys(points: UInt64Array | Sequence[int], replicates: Any, seeds: Any) -> UInt64Array:
    """Return the key of every run, uint64, from its point's key, its replicate and its seed."""
    with np.errstate(over="ignore"):
        numbers = np.asarray(replicates, np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.asarray(seeds, np.uint64)
        return mix(np.asarray(points, np.uint64) ^ mix(numbers))


def _token(value: Any) -> str:
    if type(value) is float:  # what most values are, and a million of them take a second each time
        return str(int(value)) if value.is_integer() else repr(value)
    same = same_value(value)
    return json.dumps(same) if isinstance(same, str | bool) else repr(same)
