"""What a worker tells of a report: how far it is, and which files it has made. Light, for the server reads it too."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Made", "MadeFile", "Step"]


@dataclass(frozen=True)
class Step:
    """How far it is: what is being done (``play``, ``baseline``, ``tables``, ``figures``, ``write``), a share of 1."""

    doing: str
    share: float


@dataclass(frozen=True)
class MadeFile:
    """A file of the report. kind : ``html``, ``pdf``, ``scenario``, ``months`` or ``data``; name : for who downloads
    it; path : where it lies; size : bytes
    """  # fmt: skip

    kind: str
    name: str
    path: str
    size: int


@dataclass(frozen=True)
class Made:
    """What was made. sentences : the answer; left_out : MB of the table of bricks where it was too large, else None;
    inputs : whether the scenario reads files of its own; seconds : that it took
    """  # fmt: skip

    files: tuple[MadeFile, ...]
    sentences: tuple[str, ...]
    left_out: float | None
    inputs: bool
    seconds: float
