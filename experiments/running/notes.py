"""Notes of what each worker is playing, so that a run that kills its worker is known at once.

A few bytes, never synced: they need to survive a process, not a machine.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["open_note", "read_notes", "remove_notes"]

_FOLDER = "under-way"


def open_note(folder: Path, stamp: str, worker: str) -> IO[bytes]:
    """Return the file in which a worker of one call of the sweep notes its run."""
    place = folder / _FOLDER
    place.mkdir(exist_ok=True)
    return (place / f"{stamp}-{worker}").open("wb", buffering=0)


def read_notes(folder: Path, stamp: str) -> list[tuple[int, int]]:
    """Return the runs, (point, replicate), that workers of one call of the sweep were last playing."""
    found = []
    for path in sorted((folder / _FOLDER).glob(f"{stamp}-*")):
        words = path.read_bytes().split()
        if len(words) == 2:
            found.append((int(words[0]), int(words[1])))
    return found


def remove_notes(folder: Path, stamp: str) -> None:
    """Remove the notes of one call of the sweep; of all calls where `stamp` is empty."""
    with suppress(OSError):
        for path in (folder / _FOLDER).glob(f"{stamp}*-*"):
            path.unlink()
        (folder / _FOLDER).rmdir()
