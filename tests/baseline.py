"""The committed baseline: what a few short runs give, in whole numbers.

``python -m tests.baseline --update`` renews it.

A commit that changes results renews it and says so in CHANGELOG.md.
"""

from __future__ import annotations

import json
import math
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
SOCIETY: dict[str, Any] = {"firms": 150, "labs": 20, "clusters": 4, "base_drive": 0.05, "trust_threshold": 0.4}


def society() -> Any:
    """Return the scenario of a small ecosystem with all of society and economy on, a vision and all levers."""
    from ecosim import AttractorSpec, Scenario
    from ecosim.specs import LEVERS, AcculturationSpec, MarketSpec, PolicySpec
    from tests.busy import ALL_ON

    known = ("sector 1", "sector 2")
    return Scenario(
        attractors=(AttractorSpec("city", "market", 0.05, known, width=1.5, start=12),),
        markets=(MarketSpec("home", 30_000.0, public_share=0.3), MarketSpec("abroad", 60_000.0, abroad=True)),
        policies=tuple(PolicySpec(lever, lever, 0.5, start=24, budget=3000.0) for lever in LEVERS),
        acculturations=(AcculturationSpec("school", "home", 0.02, known, start=24, cost=2.0),),
    ).with_values({**ALL_ON, **SOCIETY, "record.check": True})


def measure() -> dict[str, dict[str, int]]:
    """Return the tallies of every run over 60 months; with society and economy, also the sums of their accounts."""
    from ecosim import EcosystemModel

    out = {}
    for name, arguments in (RUNS | {"society": {"scenario": society(), "seed": 5}}).items():
        history = EcosystemModel(**arguments).run(60).state.history
        out[name] = {column: int(history.column(column).sum()) for column in history.NAMES}
        for figure in history.accounts[-1] if history.accounts else ():
            values = [value for value in history.account(figure).tolist() if not math.isnan(value)]
            out[name][figure] = round(sum(values))
    return out


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit("usage: python -m tests.baseline --update")
    PATH.write_text(json.dumps(measure(), indent=1) + "\n")
