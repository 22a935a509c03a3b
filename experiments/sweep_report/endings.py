"""How the runs of a sweep ended, and whether it is complete. Reads results; says it in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.designs import make_design
from experiments.store.schema import STATUSES
from experiments.words import amount, command, number, share

if TYPE_CHECKING:
    from experiments.store import Results

__all__ = ["Progress", "endings", "progress"]

_SHOWN = 5  # kinds of errors
_MEANS = {
    "ok": "ended well",
    "nan": "an outcome was not a number",
    "failed": "stopped with an error",
    "timeout": "took too long and was stopped",
    "killed": "its worker died in it",
}


@dataclass(frozen=True)
class Progress:
    """How much of what was asked for is there.

    asked, committed : runs of all rounds so far; replicates : fewest and most committed of a point
    problem : why the sweep is not complete, or why that cannot be told; empty when it is
    complete : None when it cannot be told
    """

    asked: int
    committed: int
    replicates: tuple[int, int]
    complete: bool | None
    problem: str = ""


def progress(results: Results) -> Progress:
    """Return whether everything that was asked for is there, and the design wants nothing more."""
    wanted = results.folder.wanted()
    runs = results.runs
    rows, columns = runs["point"].to_numpy(np.int64), runs["replicate"].to_numpy(np.int64)
    per_point = np.bincount(rows, minlength=len(results.points))[wanted.any(axis=1)]  # without points that come again
    ends = (int(per_point.min()), int(per_point.max()))
    there = np.zeros_like(wanted)
    inside = columns < wanted.shape[1]
    there[rows[inside], columns[inside]] = True
    asked, committed = int(wanted.sum()), int((wanted & there).sum())
    if committed < asked:
        said = (
            f"{number(committed)} of {amount(asked, 'run')} that were asked for are there "
            f"({share(committed / asked)}). What follows is about those, and will change."
        )
        return Progress(asked, committed, ends, False, said)
    study = results.study
    try:
        design = make_design(study)
        more = (design.adaptive or study.replicates.sequential) and design.next_round(results) is not None
    except Exception as problem:
        said = f"Whether its design asks for more runs cannot be told ({type(problem).__name__}: {problem})."
        return Progress(asked, committed, ends, None, said)
    if more:
        said = (
            f"All {amount(asked, 'run')} of {amount(results.folder.round, 'round')} are there, but the design asks for "
            "more: it was stopped between two rounds. What follows will change."
        )
        return Progress(asked, committed, ends, False, said)
    return Progress(asked, committed, ends, True)


def endings(results: Results, folder: str) -> dict[str, Any]:
    """Return how runs ended: a table of counts, and the kinds of errors, each with its first run and how to replay it.

    folder : of the sweep, as commands name it
    """
    counts = results.runs["status"].value_counts().to_dict()
    total = len(results.runs)
    rows = [
        (status, _MEANS[status], number(counts.get(status, 0)), share(counts.get(status, 0) / total))
        for status in STATUSES
        if total and (status == "ok" or status in counts)
    ]
    bad = results.bad
    kinds: dict[tuple[str, str], list[int]] = {}
    for row, (status, error) in enumerate(zip(bad["status"], bad["error"], strict=True)):
        kinds.setdefault((status, _last_line(error)), []).append(row)
    most = sorted(kinds.items(), key=lambda item: -len(item[1]))
    errors = []
    for (status, line), places in most[:_SHOWN]:
        first = bad.iloc[places[0]]
        run = f"{first['point']}/{first['replicate']}"
        text = str(first["error"] or "").strip()
        errors.append({
            "status": status, "line": line, "count": amount(len(places), "run"), "point": number(int(first["point"])),
            "replicate": number(int(first["replicate"])), "seed": str(first["seed"]),
            "values": [(path, number(first[path])) for path in results.study.paths],
            "text": text if text != line else "", "command": command("replay", folder, run),
            "points": amount(int(bad.iloc[places]["point"].nunique()), "point"),
        })  # fmt: skip
    return {
        "table": {
            "caption": "Committed runs, by how they ended", "columns": ["status", "meaning", "runs", "share"],
            "rows": rows, "numeric": [False, False, True, True], "left_out": 0,
        },
        "errors": errors, "more_errors": max(len(most) - _SHOWN, 0), "bad": len(bad),
        "counts": {str(status): int(many) for status, many in counts.items()},
    }  # fmt: skip


def _last_line(error: Any) -> str:
    """Return what an error says in a line: the last of a traceback, the first of anything else."""
    lines = [line.strip() for line in str(error or "").strip().splitlines() if line.strip()]
    if not lines:
        return "no message"
    return lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0]
