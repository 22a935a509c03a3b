"""The studies that the map of tipping is made from: for each story one that fills the space and one that checks."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scipy.stats import qmc

from dashboards.setup import Setup, World
from dashboards.tipping.axes import LEVER, axes
from dashboards.tipping.run import BOOKS, HISTORY, OUTCOMES
from ecosim import Scenario

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["check_study", "map_study", "model_digest"]

_RUN = "dashboards.tipping.run:play"


def map_study(story: str, points: int, months: int | None = None) -> Study:
    """Return the study of a story: a Sobol' sequence of `points` points (a power of 2), one run at each.

    months : of a run, None for the story's own
    """
    # a continuous factor, cut to whole numbers: no two points share a history
    factors = {**_factors(story), HISTORY: {"low": 1.0, "high": 1e7}}
    return _study(story, factors, {"method": "sobol", "points": points}, 1, months)


def check_study(story: str, points: int, histories: int, folder: Path, months: int | None = None) -> Study:
    """Return the study that the map is checked with: the story's own point and others, `histories` runs at each.

    None of its points or histories is in the map. The points are written to a file in `folder`.
    """
    ranges = _factors(story)
    world = World(story, Scenario.load(story))
    own = [str(own_value(path, world)) for path in ranges]
    unit = qmc.Sobol(d=len(ranges), scramble=True, seed=97).random_base2((points - 1).bit_length())[: points - 1]
    rows = [
        [
            f"{one['low'] + place * (one['high'] - one['low']):.4f}"
            for one, place in zip(ranges.values(), row, strict=True)
        ]
        for row in unit
    ]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"check-{story}.csv"
    file.write_text("\n".join(",".join(row) for row in [list(ranges), own, *rows]) + "\n", encoding="utf-8")
    return _study(story, ranges, {"method": "points", "file": str(file.resolve())}, histories, months)


def own_value(path: str, world: World) -> float:
    """Return where a world itself stands on an axis."""
    setup = Setup(world.name)
    if path.startswith(LEVER):
        return setup.lever(path.removeprefix(LEVER), world).intensity
    return float(setup.value(path, world))


@functools.cache
def model_digest() -> str:
    """Return the digest of the source that results come from, as the store of sweeps makes it; no version number."""
    from experiments.store.identity import model_version
    from experiments.study import Study

    return model_version(Study("any", (), ())).rsplit(" ", 1)[-1]


def _factors(story: str) -> dict[str, dict[str, float]]:
    world = World(story, Scenario.load(story))
    return {axis.path: {"low": axis.low - axis.below, "high": axis.high + axis.above} for axis in axes(world)}


def _study(story: str, factors: dict[str, Any], design: dict[str, Any], replicates: int, months: int | None) -> Study:
    from experiments.reading import study_from_table

    economy = Scenario.load(story).parameters.mechanisms.economy
    table = {
        "name": f"tipping-{story}",
        "title": f"Map of tipping: {story}",
        "question": "Where does R at its height pass 1, over dials and levers?",
        "run": _RUN,
        # the model's source is part of what is asked for, so that runs of two versions never share a folder
        "values": {"story": story, "model": model_digest()},
        "outcomes": [*OUTCOMES, *(BOOKS if economy else ())],
        "factors": factors,
        "design": design,
        "replicates": replicates,
    }
    if months is not None:
        table["months"] = months
    return study_from_table(table)
