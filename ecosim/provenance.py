"""What a result was made with and when: versions, commit, time. Knows nothing of models or results."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import ecosim

__all__ = ["now", "package_commit", "package_versions"]

_PACKAGES = ("numpy", "numba", "mesa", "pandas", "pyarrow")


def package_versions() -> dict[str, str | None]:
    """Return the versions of ecosim, Python and the packages that results depend on (None: not installed)."""
    versions: dict[str, str | None] = {"ecosim": ecosim.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return versions


def package_commit() -> str | None:
    """Return the git commit of the package, ``+changes`` added when files differ from it; None outside a checkout."""
    folder = Path(__file__).resolve().parent
    # An installed package can lie below somebody else's checkout: only one that tracks this file counts.
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return None
    return f"{commit}+changes" if _git(folder, "status", "--porcelain", "--", ".") else commit


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def now() -> str:
    """Return the present time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
