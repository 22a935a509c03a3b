"""What society and economy start from: stages, markets, policies, and the values, staff and books of firms."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.inputs import Inputs
from ecosim.setup.random import normals
from ecosim.setup.sectors import Sectors
from ecosim.specs import HOME_MARKET, LEVERS, MarketSpec
from ecosim.state import FIRM, VALUE_AXES, Acculturation, Columns, State, market_schema, offer_schema
from ecosim.streams import identity, stream_key, uniforms

__all__ = ["FOREVER", "found_economy"]

FOREVER = 2**31 - 1


def found_economy(state: State, inputs: Inputs, sectors: Sectors, seed: int) -> None:
    """Fill the tables of society and economy for month 0. Nothing is done when all of it is off."""
    if not state.parameters.mechanisms.economy:
        return
    shares = _stages(state, inputs)
    _markets(state, inputs, sectors)
    _policies(state, inputs)
    state.acculturations = [
        Acculturation(
            spec.name, state.market_names.index(spec.market), _point(spec.centre, spec.sectors, sectors), spec.rate,
            spec.start, FOREVER if spec.end is None else spec.end, spec.cost,
        )
        for spec in inputs.scenario.acculturations
    ]  # fmt: skip
    organisations = state.organisations
    organisations["alliance"] = -1
    organisations["offers"] = -1
    organisations["founded"] = -1
    firms = np.flatnonzero(organisations["kind"] == FIRM)
    _values(state, seed)
    furnish(state, firms, shares, seed)
    state.ledger.close(float(organisations["capital"].sum()), float(organisations["employees"].sum()), 0.0)


def furnish(state: State, firms: npt.NDArray[np.int64], shares: npt.NDArray[np.float64], seed: int) -> None:
    """Give firms (rows) of month 0 their stage, competence, staff and books, each drawn by the firm's identity.

    A firm starts in balance: its old products sell as much as its staff and purchases cost, at its stage's margin.
    """
    parameters, organisations = state.parameters, state.organisations
    own = organisations["identity"][firms]
    u = uniforms(stream_key(seed, "stage"), own)
    stage = np.minimum(np.searchsorted(np.cumsum(shares / shares.sum()), u, side="right"), len(shares) - 1)
    spread = parameters.chain.competence_spread * (2.0 * uniforms(stream_key(seed, "competence"), own) - 1.0)
    dispersion = parameters.firms.firm_size_dispersion
    size = np.exp(dispersion * normals(stream_key(seed, "employees"), own) - dispersion**2 / 2)
    employees = np.maximum(parameters.firms.firm_size * size, 1.0)
    margin = state.stages["margin"][stage]
    base = employees * parameters.firms.wage / (parameters.firms.value_added - margin)
    organisations["stage"][firms] = stage
    organisations["competence"][firms] = np.clip(state.stages["competence"][stage] + spread, 0.0, 1.0)
    organisations["employees"][firms] = employees
    organisations["base"][firms] = base
    organisations["turnover"][firms] = base
    organisations["capital"][firms] = 12.0 * base * parameters.firms.equity_ratio


def _values(state: State, seed: int) -> None:
    """A cluster has values of its own around 0, its members around them, with the same dispersion."""
    organisations, clusters = state.organisations, state.clusters
    dispersion = state.parameters.alliances.value_dispersion
    for axis in range(VALUE_AXES):
        common = normals(stream_key(seed, f"cluster values {axis}"), clusters["identity"])
        own = normals(stream_key(seed, f"values {axis}"), organisations["identity"])
        organisations["values"][:, axis] = dispersion * (common[organisations["cluster"]] + own)


def _stages(state: State, inputs: Inputs) -> npt.NDArray[np.float64]:
    """Make the stages; return their shares of firms. Unnamed ones have margins at even steps, the lowest first."""
    chain, specs = state.parameters.chain, inputs.scenario.stages
    state.stage_names = [spec.name for spec in specs] or [f"stage {k + 1}" for k in range(chain.stages)]
    state.stages.append(len(state.stage_names))
    if specs:
        state.stages["margin"] = [spec.margin for spec in specs]
        state.stages["competence"] = [
            chain.initial_competence if spec.competence is None else spec.competence for spec in specs
        ]
        return np.array([spec.share for spec in specs], np.float64)
    state.stages["margin"] = np.linspace(chain.lowest_margin, chain.highest_margin, chain.stages)
    state.stages["competence"] = chain.initial_competence
    return np.ones(chain.stages)


def _markets(state: State, inputs: Inputs, sectors: Sectors) -> None:
    parameters = state.parameters
    firms = int((state.organisations["kind"] == FIRM).sum())
    specs = inputs.scenario.markets or (MarketSpec(HOME_MARKET, parameters.market.customers_per_firm * firms),)
    state.market_names = [spec.name for spec in specs]
    state.markets = markets = Columns(market_schema(parameters), len(specs))
    markets.append(len(specs))
    state.offers = Columns(offer_schema(len(specs)))
    markets["identity"] = [identity(f"market {spec.name}") for spec in specs]
    markets["abroad"] = [spec.abroad for spec in specs]
    markets["customers"] = [spec.customers for spec in specs]
    markets["public_share"] = [spec.public_share for spec in specs]
    for row, spec in enumerate(specs):
        if spec.region not in state.regions:
            state.regions.append(spec.region)
        markets["region"][row] = state.regions.index(spec.region)
        needs = max(_or(spec.needs, parameters.market.needs_per_firm * firms), 1.0)
        markets["needs"][row] = needs
        markets["spend"][row] = _or(spec.spend, parameters.market.customer_spend) / needs
        markets["innovation"][row] = _or(spec.innovation, parameters.market.innovation)
        markets["imitation"][row] = _or(spec.imitation, parameters.market.imitation)
        asked = spec.sectors or tuple(sectors.names)
        markets["demand"][row] = sum(1 << sectors.names.index(name) for name in set(asked))
        markets["frame"][row] = _point(spec.frame, spec.frame_sectors or asked, sectors)
    markets["origin"] = markets["frame"]


def _policies(state: State, inputs: Inputs) -> None:
    policies, specs = state.policies, inputs.scenario.policies
    state.policy_names = [spec.name for spec in specs]
    policies.append(len(specs))
    levers = list(LEVERS)
    for row, spec in enumerate(specs):
        policies["lever"][row] = levers.index(spec.lever)
        policies["intensity"][row] = spec.intensity
        policies["start"][row] = spec.start
        policies["end"][row] = FOREVER if spec.end is None else spec.end
        policies["budget"][row] = _or(spec.budget, np.inf)
        policies["stage"][row] = state.stage_names.index(spec.stage) if spec.stage else -1
        policies["sector"][row] = state.sector_names.index(spec.sector) if spec.sector else -1
        policies["region"][row] = state.regions.index(spec.region) if spec.region else -1


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _point(given: tuple[float, ...] | None, names: tuple[str, ...], sectors: Sectors) -> npt.NDArray[Any]:
    if given is not None:
        return np.array(given, np.float64)
    return np.asarray(sectors.centres[[sectors.names.index(name) for name in names]].mean(axis=0))
