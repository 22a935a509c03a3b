"""Where the files of a session's report lie until they are fetched: a folder that goes when the report does."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from dashboards.reporting.made import Made

__all__ = ["TYPES", "Shelf"]

TYPES = {
    "html": "text/html", "pdf": "application/pdf", "scenario": "application/toml", "months": "text/csv",
    "data": "application/zip",
}  # fmt: skip


class Shelf:
    """A temporary folder for one report. It is removed by `clear`, and at the latest when the process ends."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ecosim-report-", ignore_cleanup_errors=True)
        self.made: Made | None = None

    @property
    def path(self) -> str:
        return self._folder.name

    def content(self, kind: str) -> tuple[str, bytes] | None:
        """Return name and content of a file that was made; None when there is none of the kind, or not any more."""
        chosen = next((file for file in (self.made.files if self.made else ()) if file.kind == kind), None)
        if chosen is None:
            return None
        try:
            return chosen.name, Path(chosen.path).read_bytes()
        except OSError:
            return None

    def clear(self) -> None:
        """Remove the folder and all that is in it, and what a worker that was stopped may have put there since."""
        self.made = None
        self._folder.cleanup()
        shutil.rmtree(self.path, ignore_errors=True)
