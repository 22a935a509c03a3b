"""The clusters on a map, or as bars where places are not known: how many hybrids each holds at the playhead.

No outline of a country: it would be somebody else's data. Parallels, meridians and large towns say where one is.
"""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import solara

from dashboards.components.vue import vue
from dashboards.playing import Place, Record
from dashboards.text import Words

__all__ = ["MOST_BARS", "PlaceMap", "mode", "notes", "top"]

MOST_BARS = 20
FRANCE = (41.0, 51.5, -5.5, 10.0)  # south, north, west, east, degrees
TOWNS = (
    ("Paris", 48.857, 2.352), ("Lyon", 45.764, 4.836), ("Marseille", 43.296, 5.370), ("Bordeaux", 44.838, -0.579),
    ("Lille", 50.629, 3.057), ("Nantes", 47.218, -1.554), ("Strasbourg", 48.573, 7.752), ("Toulouse", 43.604, 1.444),
)  # fmt: skip
# dark for few, light for many: the lightness alone tells, for colour-blind readers and in grey (after cividis)
SCALE = ("#00224e", "#1a386f", "#434e6c", "#61656f", "#7d7c78", "#9b9476", "#bcae6c", "#dec958", "#fee838")


@vue("place_map.vue")
def _PlaceMap(  # noqa: N802
    places: list[dict[str, Any]], held: list[list[float]], born: list[list[int]], most: float, mode: str, notes: str,
    towns: Sequence[Sequence[Any]], scale: Sequence[str], mostBars: int, words: dict[str, str],  # noqa: N803 (read by Vue)
) -> Any: ...  # fmt: skip


def PlaceMap(record: Record | None, say: Words, words: dict[str, str]) -> Any:  # noqa: N802
    """Show the clusters of a run; an empty frame without one.

    words : of the page, with ``language`` and ``colon``
    """
    places: list[Place] = [] if record is None else record.places
    plain = solara.use_memo(lambda: [dataclasses.asdict(place) for place in places], [places])
    return _PlaceMap(
        places=plain, held=[] if record is None else record.held, born=[] if record is None else record.born,
        most=top(record), mode=mode(places), notes=notes(places, say), towns=TOWNS, scale=SCALE, mostBars=MOST_BARS,
        words=words,
    )  # fmt: skip


def mode(places: list[Place]) -> str:
    """Return ``map`` where the known places lie in France and are two at least, or none is there yet; else ``bars``."""
    south, north, west, east = FRANCE
    known = {(place.latitude, place.longitude) for place in places if _located(place)}
    inside = all(
        latitude is not None and longitude is not None and south <= latitude <= north and west <= longitude <= east
        for latitude, longitude in known
    )
    return "map" if not places or (len(known) > 1 and inside) else "bars"


def top(record: Record | None) -> float:
    """Return the most that a cluster's members hold in any month of a run: where the scale of colours ends."""
    return 0.0 if record is None else max((max(row, default=0.0) for row in record.held), default=0.0)


def notes(places: list[Place], say: Words) -> str:
    """Return what is invented, and which clusters have no place on the map."""
    told = []
    invented = sum(place.invented for place in places)
    if invented and mode(places) == "map":
        told.append(
            say("explore.map_all_invented")
            if invented == len(places)
            else say("explore.map_invented", number=say.number(invented), all=say.number(len(places)))
        )
    missing = [place.name for place in places if not _located(place)]
    if missing and mode(places) == "map":
        names = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        told.append(say("explore.map_missing", names=names))
    if mode(places) == "bars" and len(places) > MOST_BARS:
        told.append(say("explore.bars_cut", shown=MOST_BARS, all=say.number(len(places))))
    return " ".join(told)


def _located(place: Place) -> bool:
    return place.latitude is not None and place.longitude is not None
