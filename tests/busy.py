"""Busy worlds for tests: small, and in their thirteenth month every process has something to do.

`CORE` has the core only; `SOCIETY` has all of society and economy: two markets, one of them abroad and both with public
demand, a policy on each lever, an acculturation, alliances that form, merge and dissolve, insolvent firms, start-ups;
`ALONE` is the same without alliances.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from ecosim.parameters import Parameters
from ecosim.scenario import Scenario
from ecosim.specs import (
    LEVERS,
    AcculturationSpec,
    AttractorSpec,
    ClusterSpec,
    MarketSpec,
    PolicySpec,
    SectorSpec,
    StageSpec,
)

MONTHS = 12
MECHANISMS = tuple(item.name for item in dataclasses.fields(Parameters().mechanisms))
ALL_ON = {f"mechanisms.{name}": True for name in MECHANISMS}
_VALUES: dict[str, Any] = {
    "population.firms": 50,
    "population.labs": 14,
    "population.clusters": 5,
    "knowledge.capacity": 24,
    "knowledge.forgetting": 0.5,
    "latent.base_drive": 0.3,
    "latent.seeded_share": 0.2,
    "medium.meeting_rate": 4.0,
    "medium.transmissibility": 0.2,
    "medium.bridge_openness": 0.5,
    "clusters.encounters_per_year": 6.0,
    "labs.creation_rate": 0.3,
    "record.reproduction_every": 1,
}
_SOCIETY: dict[str, Any] = {
    **ALL_ON,
    "record.check": True,
    "alliances.trust_threshold": 0.35,
    "alliances.dissolution_trust": 0.34,
    "alliances.value_threshold": 0.2,
    "alliances.members_most": 6,
    "alliances.coordination_cost": 6.0,
    "alliances.sharing_rate": 0.3,
    "barriers.equity_ticket": 30.0,
    "barriers.export_cost": 0.05,
    "barriers.procurement_size": 60.0,
    "market.launch_rate": 0.2,
    "market.offer_life": 6,
    "users.user_share": 0.8,
    "firms.demand_volatility": 0.4,
    "firms.equity_ratio": 0.05,
    "firms.startup_rate": 0.003,
}

CORE = Scenario(
    parameters=Parameters().with_values(_VALUES),
    sectors=(SectorSpec("leather", 3.0), SectorSpec("light", 2.0), SectorSpec("wood")),
    clusters=(
        ClusterSpec("north", "leather", "N", brokerage=0.4),
        ClusterSpec("empty", "wood", size=1e-9, brokerage=0.7),
        ClusterSpec("south", "wood", "S", brokerage=0.9),
    ),
    attractors=(
        AttractorSpec("lamp", "idea", 0.5, ("leather", "light")),
        AttractorSpec("atelier", "concept", 0.5, ("light", "wood"), start=3, end=MONTHS + 2),
        AttractorSpec("export", "market", 1.0, ("wood",), start=MONTHS),
        AttractorSpec("fair", "encounter", 0.4, ("leather", "wood"), width=1.0, start=MONTHS, end=MONTHS + 1),
    ),
)

SOCIETY = dataclasses.replace(
    CORE,
    parameters=CORE.parameters.with_values(_SOCIETY),
    attractors=(*CORE.attractors, AttractorSpec("city", "market", 0.2, ("leather", "light"), width=2.0)),
    stages=(StageSpec("design", 0.16, 0.7), StageSpec("make", 0.04, 0.4, 2.0), StageSpec("sell", 0.1)),
    markets=(
        MarketSpec("home", 4000.0, public_share=0.4, needs=20.0, spend=30.0),
        MarketSpec("far", 8000.0, ("leather", "light"), public_share=0.1, abroad=True, needs=30.0, spend=30.0),
    ),
    policies=(
        *(PolicySpec(lever, lever, 0.5, budget=1500.0) for lever in LEVERS),
        *(PolicySpec(f"more {lever}", lever, 0.3, start=MONTHS) for lever in LEVERS),
        PolicySpec("makers", "training", 0.4, stage="make", budget=40.0),
        PolicySpec("the north", "training", 0.4, region="N", start=6, budget=8.0),
    ),
    acculturations=(AcculturationSpec("school", "home", 0.05, ("wood",), cost=7.0),),
)

ALONE = SOCIETY.with_values({"mechanisms.alliances": False})
