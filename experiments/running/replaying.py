"""One run of a sweep once more, and whether it gives what is in the store."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.errors import OutputError
from experiments.running.play import Played, play
from experiments.store.folder import SweepFolder
from experiments.store.identity import model_version
from experiments.store.results import Results
from experiments.study.points import values_at

__all__ = ["check_version", "compare", "ended", "replay_run"]


def check_version(folder: SweepFolder) -> None:
    """Raise OutputError when the model is not the one that played the sweep."""
    version = model_version(folder.study)
    if version != folder.version:
        raise OutputError(f"{folder.path}: its runs were played by {folder.version}, this is {version}")


def replay_run(folder: SweepFolder, point: int, replicate: int) -> Played:
    """Play a run of a sweep here and now and return what it gives; what it raises comes through.

    Raises
    ------
    OutputError
        When the model is not the one that played the sweep.
    """
    check_version(folder)
    return play(folder.study, values_at(folder.study, folder.points, point), folder.seed(replicate))


def ended(folder: SweepFolder, point: int, replicate: int) -> str | None:
    """Return how a run ended in the sweep, None when it is not in the store."""
    row = _row(Results(folder), point, replicate)
    return None if row is None else str(row["status"])


def compare(folder: SweepFolder, point: int, replicate: int, found: Played) -> tuple[bool, str]:
    """Return (whether the run differs from what is in the store, what is to be said)."""
    results = Results(folder)
    recorded = _row(results, point, replicate)
    values = values_at(folder.study, folder.points, point)
    given = f"{json.dumps(values, ensure_ascii=False)}, seed {folder.seed(replicate)}"
    name = f"{folder.path}: run {point}/{replicate} ({given})"
    outcomes = ", ".join(f"{key} = {value:.10g}" for key, value in found.outcomes.items())
    if recorded is None:
        return False, f"{name} is not in the store yet. It gives {outcomes}"
    if recorded["status"] not in ("ok", "nan"):
        return True, (
            f"{name} ended as {recorded['status']!r} in the sweep, and gives {outcomes} now.\n"
            f"In the sweep: {recorded['error']}"
        )
    other = [
        f"{key} = {value!r} (was {float(recorded[key])!r})"
        for key, value in found.outcomes.items()
        if not _same(np.float64(value), np.float64(recorded[key]))
    ]
    if folder.study.steps.columns:
        steps = results.steps
        steps = steps[(steps["point"] == point) & (steps["replicate"] == replicate)]
        other += [
            f"the steps of {key}" for key, value in found.steps.items() if not _same(value, steps[key].to_numpy())
        ]
    if other:
        return True, f"{name} differs: {', '.join(other)}"
    months = f" and {len(found.steps['month'])} months of steps" if found.steps else ""
    return False, f"{name} played again, all {len(found.outcomes)} outcomes{months} identical: {outcomes}"


def _row(results: Results, point: int, replicate: int) -> dict[str, Any] | None:
    runs = results.runs
    row = runs[(runs["point"] == point) & (runs["replicate"] == replicate)]
    return None if row.empty else row.iloc[0].to_dict()


def _same(value: npt.ArrayLike, recorded: npt.ArrayLike) -> bool:
    """Whether numbers are the same, bit for bit; one that is not a number is like any other that is not."""
    one, other = np.asarray(value, np.float64), np.asarray(recorded, np.float64)
    if one.shape != other.shape or not np.array_equal(np.isnan(one), np.isnan(other)):
        return False
    return one[~np.isnan(one)].tobytes() == other[~np.isnan(other)].tobytes()
