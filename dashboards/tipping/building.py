"""Making the map: sweeps of all stories, the surrogates, the files that ship. Goes on where it stopped."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboards.setup import story as world_of
from dashboards.tipping.atlas import FOLDER, Sheet, read, write
from dashboards.tipping.axes import MAPPED, axes
from dashboards.tipping.fitting import checked, cross_validated, fit, fit_spending
from dashboards.tipping.run import HISTORY, play
from dashboards.tipping.study import check_study, map_study, model_digest
from ecosim.errors import OutputError, ParameterError, nearest_name

__all__ = ["FULL", "QUICK", "Size", "build", "replay"]


@dataclass(frozen=True)
class Size:
    """How much is played for a story.

    points : of the map, a power of 2, one run each; check_points, histories : of the check; months : of a run, None
    for the story's own; features : of the surrogate, at most
    """

    points: int = 1024
    check_points: int = 16
    histories: int = 12
    months: int | None = None
    features: int = 180


FULL = Size()
QUICK = Size(64, 6, 4, 36, 48)
_REPLAYED = 3


def build(
    out: Path, stories: Sequence[str] = MAPPED, size: Size = FULL, workers: int | None = 1, quiet: bool = False
) -> dict[str, Sheet]:  # fmt: skip
    """Play what is missing in `out`, fit, and write ``map.npz`` and ``map.json`` there; return the maps by story.

    Maps of other stories that are in `out` already stay.

    Raises
    ------
    ParameterError
        For a story without a map.
    KeyboardInterrupt
        What was played stays: the same call goes on.
    """
    for name in stories:
        if name not in MAPPED:
            raise ParameterError(
                f"--stories {name}{nearest_name(name, MAPPED)}: there is no map of it; allowed are {', '.join(MAPPED)}"
            )
    for name in stories:
        made = _sheet(out, name, size, workers, quiet)
        # read anew each time: who builds two stories side by side loses none
        write(out, {**read(out), name: made})
    return read(out)


def _sheet(out: Path, story: str, size: Size, workers: int | None, quiet: bool) -> Sheet:
    from experiments import sweep

    place = out / story
    study = map_study(story, size.points, size.months)
    found = sweep(study, place / "map", workers=workers, extend=True, quiet=quiet)
    check = sweep(
        check_study(story, size.check_points, size.histories, place, size.months), place / "check", workers=workers,
        quiet=quiet,
    )  # fmt: skip
    if len(found.bad) or len(check.bad):
        raise OutputError(f"{place}: {len(found.bad) + len(check.bad)} runs failed: see ecosim status {place / 'map'}")
    return fitted(story, found, check, size)


def fitted(story: str, found: Any, check: Any, size: Size) -> Sheet:
    """Return the map of a story from the results of its sweep and of its check."""
    world = world_of(story)
    known = axes(world)
    paths = tuple(axis.path for axis in known)
    runs = found.runs
    points, r = runs[list(paths)].to_numpy(float), runs["r_highest"].to_numpy(float)
    model = fit(paths, [axis.low for axis in known], [axis.high for axis in known], points, r, size.features)
    crossed = cross_validated(model, points, r)
    model, apart = checked(model, check.points[list(paths)].to_numpy(float), check.matrix("r_highest"))
    explained = 0.0
    if "policy_spending" in runs and len(paths) > 5:
        model, explained = fit_spending(model, points, runs["policy_spending"].to_numpy(float))
    return Sheet(
        story, model, len(runs), size.months or world.scenario.months, datetime.now(UTC).date().isoformat(),
        found.study.values["model"], check_points=size.check_points, check_histories=size.histories,
        check_error=apart["error"], check_covered=apart["covered"], spending_known=explained,
        replayed=tuple(
            {
                "values": {path: float(row[path]) for path in paths}, HISTORY: int(row[HISTORY]),
                "r": float(row["r_highest"]),
            }
            for _, row in runs.head(_REPLAYED).iterrows()
        ),
        **crossed,
    )  # fmt: skip


def replay(folder: Path = FOLDER) -> list[str]:
    """Play some runs of every map of a folder again; mark those maps that still hold as of this model's source.

    Returns the stories whose maps do not hold any more: they are to be built anew.
    """
    sheets, old = read(folder), []
    for name, one in sheets.items():
        given = {"story": name, "model": model_digest()}
        same = all(
            abs(play({**given, **run["values"], HISTORY: run[HISTORY]}, 0, one.months)["r_highest"] - run["r"])
            <= 1e-9 * max(run["r"], 1.0)
            for run in one.replayed
        )
        if same:
            sheets[name] = dataclasses.replace(one, model=model_digest())
        else:
            old.append(name)
        print(f"{name}: {'holds' if same else 'is of another model: build it anew'}", file=sys.stderr)
    if len(old) < len(sheets):
        write(folder, sheets)
    return old
