"""What is kept of a study that was played: table, figure, findings and lines of the scoreboard, in one folder.

``NAME.csv`` and ``NAME.png`` are written first, ``NAME.json`` last: where it is, all of it is. Knows of no study.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecosim.errors import OutputError
from experiments.validation.row import Row

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Kept", "keep", "keep_table", "kept_in"]


@dataclass(frozen=True)
class Kept:
    """A study that was played.

    seeds : in words; made : UTC, ISO 8601; version : of ecosim, with a digest of the model's source; key : of all that
    decides the table; telling : of the source that concludes from it; files : digest of each file of data by its name;
    problem : why it could not be played, else ""
    """

    name: str
    question: str
    quick: bool
    seeds: str
    made: str
    seconds: float
    version: str
    key: str
    telling: str = ""
    rows: tuple[Row, ...] = ()
    findings: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def keep_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write the table of a study that was played; what an earlier run found there is forgotten first.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    with _refused(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").unlink(missing_ok=True)
        table.to_csv(folder / f"{name}.csv.part", index=False, float_format="%.6g")
        (folder / f"{name}.csv.part").replace(folder / f"{name}.csv")


def keep(folder: Path, kept: Kept, figure: Figure | None = None) -> None:
    """Write a study's figure and, last, what it found.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    with _refused(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if figure is not None:
            figure.savefig(folder / f"{kept.name}.png.part", dpi=110, format="png")
            (folder / f"{kept.name}.png.part").replace(folder / f"{kept.name}.png")
        text = json.dumps(asdict(kept), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / f"{kept.name}.json.part").write_text(text + "\n", encoding="utf-8")
        (folder / f"{kept.name}.json.part").replace(folder / f"{kept.name}.json")


@contextmanager
def _refused(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise OutputError(f"--out {folder}: cannot be written: {problem.strerror}") from None


def kept_in(folder: Path) -> dict[str, Kept]:
    """Return what a folder holds, by name of study; a file that is none of ours, or of another form, is passed over."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            rows = tuple(Row(**row) for row in content.pop("rows"))
            found[path.stem] = Kept(**content, rows=rows)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return found
