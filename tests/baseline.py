"""The committed baseline: what a few short runs give, in whole numbers.

``python -m tests.baseline --update`` renews it.

A commit that changes results renews it and says so in CHANGELOG.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_suffix(".json")
RUNS: dict[str, dict[str, Any]] = {
    "three-ingredients": {"scenario": "three-ingredients", "seed": 1},
    "crowded": {"seed": 2, "base_drive": 0.2, "capacity": 12, "firms": 300, "labs": 60},
    "encounters": {"seed": 3, "encounters_per_year": 6.0, "bridge_openness": 0.5, "firms": 300, "labs": 60},
    "seeded": {"seed": 4, "spontaneous": False, "seeded_share": 0.1, "base_drive": 0.06, "distance_matters": False},
}


def measure() -> dict[str, dict[str, int]]:
    """Return the tallies of every run over 60 months."""
    from ecosim import EcosystemModel

    out = {}
    for name, arguments in RUNS.items():
        history = EcosystemModel(**arguments).run(60).state.history
        out[name] = {column: int(history.column(column).sum()) for column in history.NAMES}
    return out


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit("usage: python -m tests.baseline --update")
    PATH.write_text(json.dumps(measure(), indent=1) + "\n")
