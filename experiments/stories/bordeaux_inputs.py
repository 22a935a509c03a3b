"""The made-up organisations and ties of `bordeaux-wuhan`: ``python -m experiments.stories.bordeaux_inputs FOLDER``.

Writes the two CSV files that ship beside the scenario, the same each time. Knows nothing of the model.
"""

from __future__ import annotations

import csv
import sys
from itertools import combinations, product
from pathlib import Path

import numpy as np

__all__ = ["make_organisations", "make_ties"]

# cluster: theme, region, firms, labs, other organisations (hospitals and clinics)
_CLUSTERS = {
    "University and hospital of Bordeaux": ("health", "Nouvelle-Aquitaine", 30, 30, 0),
    "ALPHA-RLH": ("photonics", "Nouvelle-Aquitaine", 25, 8, 0),
    "Medical training in Nouvelle-Aquitaine": ("training", "Nouvelle-Aquitaine", 25, 10, 0),
    "Asia Heart Hospital": ("cardiology", "Hubei", 0, 18, 12),
    "Universities and hospitals of Hubei": ("hospital practice", "Hubei", 0, 22, 18),
}
_NAMED = {
    ("University and hospital of Bordeaux", "lab"): ("University of Bordeaux", "CHU de Bordeaux"),
    ("Asia Heart Hospital", "lab"): ("Wuhan Asia Heart Hospital",),
}
_THEME_SHARE = 0.85
_CLUSTER_DEGREE, _BRIDGE_DEGREE, _SCIENCE_DEGREE = 10.0, 2.0, 3.0  # mean ties of an organisation (of a lab)
_ACROSS = 80  # science ties between the two places
_SEED = 2016

Organisation = tuple[str, str, str, str, str]  # id, kind, sector, cluster, region
Tie = tuple[str, str]


def make_organisations() -> list[Organisation]:
    """Return (id, kind, sector, cluster, region) of each organisation."""
    draw = np.random.default_rng(_SEED)
    rows: list[Organisation] = []
    for cluster, (theme, region, *counts) in _CLUSTERS.items():
        near = [spec[0] for spec in _CLUSTERS.values() if spec[1] == region and spec[0] != theme]
        for kind, count in zip(("firm", "lab", "other"), counts, strict=True):
            named = _NAMED.get((cluster, kind), ())
            for number in range(count):
                own = number < len(named) or draw.random() < _THEME_SHARE
                sector = theme if own else near[int(draw.integers(len(near)))]
                name = named[number] if number < len(named) else f"{theme} {kind} {number + 1}"
                rows.append((name, kind, sector, cluster, region))
    return rows


def make_ties(organisations: list[Organisation]) -> list[Tie]:
    """Return ties at random: in clusters, between clusters of a place, between labs of a place, and labs across."""
    draw = np.random.default_rng(_SEED + 1)
    ties: dict[Tie, None] = {}

    def tie(pairs: list[tuple[Organisation, Organisation]], count: float) -> None:
        for place in draw.choice(len(pairs), min(round(count), len(pairs)), replace=False).tolist():
            ties[(pairs[place][0][0], pairs[place][1][0])] = None

    for cluster in _CLUSTERS:
        inside = [row for row in organisations if row[3] == cluster]
        tie(list(combinations(inside, 2)), len(inside) * _CLUSTER_DEGREE / 2)
    places = {region: [row for row in organisations if row[4] == region] for region in ("Nouvelle-Aquitaine", "Hubei")}
    for here in places.values():
        labs = [row for row in here if row[1] == "lab"]
        others = [(a, b) for a, b in combinations(here, 2) if a[3] != b[3] and not (a[1] == b[1] == "lab")]
        tie(others, len(here) * _BRIDGE_DEGREE / 2)
        tie(list(combinations(labs, 2)), len(labs) * _SCIENCE_DEGREE / 2)
    french, chinese = ([row for row in places[region] if row[1] == "lab"] for region in places)
    french = [row for row in french if row[2] == "health"]
    hearts = ("University of Bordeaux", "CHU de Bordeaux"), ("Wuhan Asia Heart Hospital",)
    for a, b in product(*hearts):
        ties[(a, b)] = None
    tie(list(product(french, chinese)), _ACROSS - 2)
    return list(ties)


def write(folder: Path) -> None:
    """Write both files into a folder."""
    organisations = make_organisations()
    with (folder / "bordeaux-wuhan-organisations.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([("id", "kind", "sector", "cluster", "region"), *organisations])
    with (folder / "bordeaux-wuhan-ties.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([("a", "b"), *make_ties(organisations)])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
