"""A small ecosystem with all of society and economy on: stages, two markets, each kind of policy, alliances that form,
merge and dissolve, start-ups and exits.
"""  # fmt: skip

from __future__ import annotations

from typing import Any

from ecosim import EcosystemModel, Scenario
from ecosim.parameters import Parameters
from ecosim.scenario import AttractorSpec
from ecosim.specs import AcculturationSpec, MarketSpec, PolicySpec, StageSpec

ON = dict.fromkeys(
    (
        "trust", "alliances", "value_chain", "markets", "frames", "users", "firm_life", "exits", "startups", "policies",
        "check",
    ),
    True,
)  # fmt: skip
SMALL: dict[str, Any] = {
    "firms": 120, "labs": 12, "clusters": 4, "sectors": 5, "base_drive": 0.15, "trust_threshold": 0.4,
    "value_threshold": 0.3, "startup_rate": 0.03, "equity_ratio": 0.05, "demand_volatility": 0.15, "launch_rate": 0.2,
    "reproduction_every": 6,
}  # fmt: skip
SCENARIO = Scenario(
    name="green",
    title="Green industry",
    parameters=Parameters().with_values(ON | SMALL),
    attractors=(AttractorSpec("Green & lean", "market", 0.15, ("sector 1", "sector 2"), start=1, width=0.9),),
    stages=(StageSpec("design", 0.14), StageSpec("machining", 0.05, 0.4), StageSpec("service", 0.16)),
    markets=(
        MarketSpec("France", 20_000, public_share=0.3, region="France", needs=2),
        MarketSpec("China", 60_000, ("sector 1", "sector 2"), abroad=True, region="Hubei"),
    ),
    policies=(
        PolicySpec("Brick assembly", "assembly", 0.8, 6, 9, 400.0),
        PolicySpec("Group engineering", "structuring", 0.8, 2, None, 100.0),
        PolicySpec("Training", "training", 0.5, 1, stage="machining"),
    ),
    acculturations=(AcculturationSpec("Year of France", "China", 0.02, ("sector 1",), start=3, end=8, cost=50.0),),
)


def green(months: int = 0, seed: int = 1, **values: Any) -> EcosystemModel:
    """Return the ecosystem after some months."""
    return EcosystemModel(SCENARIO, seed=seed, **values).run(months)
