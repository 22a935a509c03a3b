"""What the stages, markets, policies and acculturations of a scenario must satisfy.

Refused is what could not be played or would say something else than what is played. A policy in a scenario whose
`mechanisms.policies` is off is neither: a switch turns a mechanism off without the scenario being written anew.
The sectors and regions of input files are not known here: `ecosim.inputs.resolve` checks their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecosim.errors import ScenarioError
from ecosim.specs import (
    HOME_MARKET,
    LEVERS,
    MAX_MARKETS,
    MAX_STAGES,
    AcculturationSpec,
    MarketSpec,
    PolicySpec,
    StageSpec,
)
from ecosim.value_checks import (
    check_months,
    check_name,
    check_names,
    check_number,
    check_optional,
    check_point,
    refuse_twins,
)

if TYPE_CHECKING:
    from ecosim.scenario import Scenario

__all__ = ["check_economy"]

_MOST = 1e12  # customers or k€
_AIMED = "training"  # the one lever that can be for some firms only


def check_economy(scenario: Scenario) -> None:
    """Raise ScenarioError when values are out of bounds or names do not fit together."""
    parameters = scenario.parameters
    dimensions = parameters.knowledge.dimensions
    sectors = [sector.name for sector in scenario.sectors]
    stages = _names("stages", scenario.stages, MAX_STAGES)
    markets = _names("markets", scenario.markets, MAX_MARKETS)
    _names("policies", scenario.policies)
    _names("acculturations", scenario.acculturations)
    for index, stage in enumerate(scenario.stages):
        _check_stage(stage, f"stages[{index}] ({stage.name})", parameters.firms.value_added)
    if stages and sum(stage.share for stage in scenario.stages) <= 0:
        raise ScenarioError("stages: every share is 0: at least one must be above 0")
    for index, market in enumerate(scenario.markets):
        _check_market(market, f"markets[{index}] ({market.name})", sectors, dimensions)
    stages = stages or [f"stage {index + 1}" for index in range(parameters.chain.stages)]
    for index, policy in enumerate(scenario.policies):
        _check_policy(policy, f"policies[{index}] ({policy.name})", stages, sectors)
    for index, programme in enumerate(scenario.acculturations):
        where = f"acculturations[{index}] ({programme.name})"
        _check_acculturation(programme, where, markets or [HOME_MARKET], sectors, dimensions)


def _names(
    what: str, specs: Sequence[StageSpec | MarketSpec | PolicySpec | AcculturationSpec], most: int | None = None
) -> list[str]:
    names = [spec.name for spec in specs]
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:  # without a name, a policy's stage = "" would be for all
            raise ScenarioError(f"{what}[{index}]: name = {name!r}: allowed is a text that is not empty")
    refuse_twins(what, names)
    if most is not None and len(names) > most:
        raise ScenarioError(f"{what}: {len(names)} {what}: allowed are at most {most}")
    return names


def _check_stage(spec: StageSpec, where: str, value_added: float) -> None:
    check_number(spec.margin, f"{where}: margin", 0, 1)
    if spec.margin >= value_added:
        raise ScenarioError(
            f"{where}: margin = {spec.margin!r}: must be less than firms.value_added = {value_added:g}, "
            "or nothing is left to pay wages with"
        )
    check_optional(spec.competence, f"{where}: competence", 0, 1)
    check_number(spec.share, f"{where}: share", 0, 1e9)


def _check_market(spec: MarketSpec, where: str, sectors: Sequence[str], dimensions: int) -> None:
    check_number(spec.customers, f"{where}: customers", 0, _MOST)
    check_number(spec.public_share, f"{where}: public_share", 0, 1)
    check_optional(spec.needs, f"{where}: needs", 1, _MOST)
    check_optional(spec.spend, f"{where}: spend", 0, _MOST)
    check_optional(spec.innovation, f"{where}: innovation", 0, 5)
    check_optional(spec.imitation, f"{where}: imitation", 0, 5)
    check_point(spec.frame, f"{where}: frame", dimensions)
    if not isinstance(spec.abroad, bool):
        raise ScenarioError(f"{where}: abroad = {spec.abroad!r}: allowed is true or false")
    if spec.frame is not None and spec.frame_sectors:
        raise ScenarioError(
            f"{where}: give either frame (a list of {dimensions} numbers) or frame_sectors (names), or neither"
        )
    for name in spec.sectors:
        if spec.sectors.count(name) > 1:
            raise ScenarioError(f"{where}: sectors: {name!r} is there twice: allowed is each sector once")
    check_names(spec.sectors, f"{where}: sectors", sectors)
    check_names(spec.frame_sectors, f"{where}: frame_sectors", sectors)


def _check_policy(spec: PolicySpec, where: str, stages: Sequence[str], sectors: Sequence[str]) -> None:
    check_name(spec.lever, f"{where}: lever", tuple(LEVERS))
    check_number(spec.intensity, f"{where}: intensity", 0, 1)
    check_months(spec.start, spec.end, where)
    check_optional(spec.budget, f"{where}: budget", 0, _MOST)
    for aim in ("stage", "sector", "region"):
        value = getattr(spec, aim)
        if value and spec.lever != _AIMED:
            raise ScenarioError(
                f"{where}: {aim} = {value!r}: lever = {spec.lever!r} is for all firms: "
                f"only {_AIMED!r} can be for a stage, a sector or a region"
            )
    if spec.stage:
        check_name(spec.stage, f"{where}: stage", stages)
    if spec.sector:
        check_names((spec.sector,), f"{where}: sector", sectors)


def _check_acculturation(
    spec: AcculturationSpec, where: str, markets: Sequence[str], sectors: Sequence[str], dimensions: int
) -> None:
    check_name(spec.market, f"{where}: market", markets)
    check_number(spec.rate, f"{where}: rate", 0, 1)
    check_number(spec.cost, f"{where}: cost", 0, _MOST)
    check_months(spec.start, spec.end, where)
    check_point(spec.centre, f"{where}: centre", dimensions)
    if (spec.centre is None) == (not spec.sectors):
        raise ScenarioError(f"{where}: give either sectors (names) or centre (a list of {dimensions} numbers)")
    check_names(spec.sectors, f"{where}: sectors", sectors)
