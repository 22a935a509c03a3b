"""The value chain: how good an offer a firm or a group of firms can make. Pure functions of columns.

An offer needs every stage. A stage that the seller does not master is bought from others, at a loss. Quality is a CES
aggregate of low elasticity, so that the weakest stage decides (Kremer 1993; Arrow, Chenery, Minhas & Solow 1961).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecosim.columns import Array
from ecosim.economy.levers import lowered
from ecosim.state import State

__all__ = ["ces", "expected_margin", "firm_quality", "group_quality", "stage_competence"]

FloatArray = npt.NDArray[np.float64]
_LEAST = 1e-6  # competence below which a power of it would not be finite


def ces(stages: Array, elasticity: float) -> FloatArray:
    """Return ``(mean q^r)^(1/r)``, r = 1 − 1/elasticity, over the last axis of `stages` (qualities, 0 to 1)."""
    power = 1.0 - 1.0 / elasticity
    quality = np.maximum(np.asarray(stages, np.float64), _LEAST)
    weakest = quality.min(axis=-1, keepdims=True)  # as the unit, or a steep power would overflow
    mean = ((quality / weakest) ** power).mean(axis=-1)
    return np.asarray(weakest[..., 0] * mean ** (1.0 / power))


def stage_competence(state: State) -> FloatArray:
    """Return the mean competence of the firms at each stage, float64 (L,); a stage without firms keeps its last."""
    organisations, stages = state.organisations, state.stages
    firms = state.firms
    stage = organisations["stage"][firms]
    count = np.bincount(stage, minlength=len(stages))
    total = np.bincount(stage, organisations["competence"][firms].astype(np.float64), minlength=len(stages))
    return np.where(count > 0, total / np.maximum(count, 1), stages["competence"])


def firm_quality(state: State, rows: Array) -> FloatArray:
    """Return the quality of an offer that each firm (rows) makes alone, float64; 1 with the value chain off.

    The same as `group_quality` for groups of one, for many firms at once.
    """
    parameters, organisations = state.parameters, state.organisations
    if not parameters.mechanisms.value_chain:
        return np.ones(len(rows))
    power = 1.0 - 1.0 / parameters.chain.substitution
    bought = np.maximum((1.0 - parameters.chain.outsourcing_loss) * state.stages["competence"], _LEAST)
    stage = organisations["stage"][rows]
    own = np.maximum(organisations["competence"][rows].astype(np.float64), bought[stage])
    if len(bought) == 1:
        return own
    # all stages but the firm's own: the weakest of them, as the unit, and the sum of powers of the others
    others = np.array([np.delete(bought, k) for k in range(len(bought))])
    weakest = others.min(axis=1)
    powers = ((others / weakest[:, None]) ** power).sum(axis=1)
    least = np.minimum(weakest[stage], own)
    total = powers[stage] * (weakest[stage] / least) ** power + (own / least) ** power
    return np.asarray(least * (total / len(bought)) ** (1.0 / power))


def group_quality(state: State, group: Array, stage: Array, competence: Array, groups: int) -> FloatArray:
    """Return the quality of the offer that each group of firms makes together, float64 (groups,).

    group : int (M,), the group of each firm; stage : (M,); competence : (M,). The best at each stage does it; what
    does not fit together costs ``assembly_loss · (1 − 1/n)`` of the quality, n firms.
    """
    parameters = state.parameters
    if not parameters.mechanisms.value_chain:
        return np.ones(groups)
    bought = (1.0 - parameters.chain.outsourcing_loss) * state.stages["competence"]
    best = np.tile(bought, (groups, 1))
    np.maximum.at(best, (group, stage), np.asarray(competence, np.float64))
    firms = np.maximum(np.bincount(group, minlength=groups), 1)
    fitting = 1.0 - lowered(state, "assembly") * (1.0 - 1.0 / firms)
    return ces(best, parameters.chain.substitution) * fitting


def expected_margin(state: State, group: Array, firms: Array, groups: int) -> FloatArray:
    """Return the margin that each group expects from an offer that its firms make together, k€ a month (groups,).

    ``gain_share · quality · access · Σ margin · turnover``; access is the share of demand at home that the group can
    answer: all of it when it is large enough for public procurement, else the private part.

    group : int (M,), the group of each firm; firms : int (M,), rows of organisations.
    """
    organisations, markets, parameters = state.organisations, state.markets, state.parameters
    stage = organisations["stage"][firms]
    quality = group_quality(state, group, stage, organisations["competence"][firms], groups)
    access = np.ones(groups)
    home = ~markets["abroad"]
    if parameters.mechanisms.markets and home.any():
        weight = (markets["customers"] * markets["needs"] * markets["spend"])[home]
        public = float((markets["public_share"][home] * weight).sum() / max(float(weight.sum()), 1e-300))
        staff = np.bincount(group, organisations["employees"][firms], minlength=groups)
        access = np.where(staff >= lowered(state, "procurement"), 1.0, 1.0 - public)
    margin = np.bincount(group, state.stages["margin"][stage] * organisations["turnover"][firms], minlength=groups)
    return np.asarray(parameters.alliances.gain_share * quality * access * margin)
