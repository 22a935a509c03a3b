"""Ally: firms that trust one another, share values and a vision join forces when it pays and they can afford it."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.economy import levers
from ecosim.economy.alliances import dissolve, establish, merge
from ecosim.economy.chain import expected_margin, group_quality, stage_competence
from ecosim.kernels.alliance import mutual_trust, share
from ecosim.processes.base import Process, World
from ecosim.state import FIRM, State

__all__ = ["Ally"]


class Ally(Process):
    """Each month alliances are run and, where trust or capital fails, dissolved; then new ones form and grow out of
    this month's meetings, in their order; then members share hybrids.
    """  # fmt: skip

    name = "ally"
    reads = (
        "meetings", "meetings.tie", "ties.trust", "organisations.kind", "organisations.identity",
        "organisations.values", "organisations.vision", "organisations.stage", "organisations.competence",
        "organisations.employees", "organisations.turnover", "stages.margin", "markets.public_share",
        "markets.customers", "markets.needs", "markets.spend", "markets.abroad", "bricks.identity", "support",
        "policies",
    )  # fmt: skip
    writes = (
        "alliances", "memberships", "organisations.alliance", "organisations.capital", "organisations.held",
        "organisations.portfolio", "bricks.carriers", "stages.competence", "offers.alliance", "policies.spent",
        "ledger",
    )  # fmt: skip

    def step(self, model: World) -> None:
        state = model.state
        state.stages["competence"] = stage_competence(state)
        self._run(state)
        alliance = state.organisations["alliance"]
        for one, other, pays_alone in self._candidates(state):
            if pays_alone or alliance[one] >= 0 or alliance[other] >= 0:
                self._join(state, one, other)
        self._share(model)
        self._measure(state)

    # -- what there is ----------------------------------------------------------------------------------------

    def _run(self, state: State) -> None:
        """Pay for coordination, give back what is too much; dissolve those without trust, money or members."""
        alliances, parameters = state.alliances, state.parameters
        live = np.flatnonzero(alliances["ended"] < 0)
        if len(live) == 0:
            return
        self._measure(state)
        cost = parameters.alliances.coordination_cost * alliances["members"][live]
        alliances["capital"][live] -= cost
        state.ledger.pay("coordination", -float(cost.sum()))
        self._give_back(state, live)
        distrust = np.zeros(len(live), bool)
        if parameters.mechanisms.trust:
            distrust = ~(alliances["trust"][live] >= parameters.alliances.dissolution_trust)
        for row, lost in zip(live.tolist(), distrust.tolist(), strict=True):
            few, broke = alliances["members"][row] < 2, alliances["capital"][row] < 0
            if few or broke or lost:
                reason = "too few members" if few else "no capital left" if broke else "no trust left"
                dissolve(state, row, reason)

    def _give_back(self, state: State, live: Array) -> None:
        """Give members what the common capital holds beyond their tickets, at the rate at which firms pay owners."""
        alliances, organisations, parameters = state.alliances, state.organisations, state.parameters
        live = live[alliances["members"][live] > 0]
        tickets = parameters.barriers.equity_ticket * alliances["members"][live]
        given = np.zeros(len(alliances))
        given[live] = parameters.firms.payout * np.maximum(alliances["capital"][live] - tickets, 0.0)
        alliances["capital"] -= given
        member = np.flatnonzero(organisations["alliance"] >= 0)
        group = organisations["alliance"][member]
        organisations["capital"][member] += (given / np.maximum(alliances["members"], 1))[group]

    def _measure(self, state: State) -> None:
        """Count members; measure the trust among them and the quality of what they can offer together."""
        alliances, organisations = state.alliances, state.organisations
        if not (alliances["ended"] < 0).any():
            return
        member = np.flatnonzero(organisations["alliance"] >= 0)
        group = organisations["alliance"][member]
        alliances["members"] = np.bincount(group, minlength=len(alliances))
        alliances["largest"] = np.maximum(alliances["largest"], alliances["members"])
        alliances["quality"] = group_quality(
            state, group, organisations["stage"][member], organisations["competence"][member], len(alliances)
        )
        if len(state.ties.trust):
            total, ties = np.zeros(len(alliances)), np.zeros(len(alliances))
            mutual_trust(
                member, organisations["alliance"], state.ties.start, state.ties.partner, state.ties.trust, total, ties
            )
            alliances["trust"] = np.where(ties > 0, total / np.maximum(ties, 1.0), np.nan)

    # -- what forms and grows ---------------------------------------------------------------------------------

    def _candidates(self, state: State) -> list[tuple[int, int, bool]]:
        """Return pairs of firms that met, want the same future, trust each other and share values, in their order; and
        whether it may pay for them even without an alliance that one of them is in.
        """  # fmt: skip
        meetings, organisations, parameters = state.meetings, state.organisations, state.parameters
        rules = parameters.alliances
        one, other = meetings.initiator, meetings.partner
        vision, alliance = organisations["vision"], organisations["alliance"]
        index = np.flatnonzero((other >= 0) & (vision[one] >= 0))
        index = index[vision[one[index]] == vision[other[index]]]
        if parameters.mechanisms.trust:
            tie = meetings.tie[index]
            index = index[(tie >= 0) & (state.ties.trust[np.maximum(tie, 0)] >= rules.trust_threshold)]
        one, other = one[index], other[index]
        away = organisations["values"][one] - organisations["values"][other]
        similar = np.exp(-(away.astype(np.float64) ** 2).sum(axis=1) / (2.0 * rules.value_width**2))
        firms = (organisations["kind"][one] == FIRM) & (organisations["kind"][other] == FIRM)
        apart = (alliance[one] != alliance[other]) | (alliance[one] < 0)
        chosen = firms & apart & (similar >= rules.value_threshold)
        one, other = one[chosen], other[chosen]
        # two firms that are in no alliance, as most are: as long as they are, where it does not pay nobody is asked
        alone = np.flatnonzero((alliance[one] < 0) & (alliance[other] < 0))
        pays = np.ones(len(one), bool)
        pays[alone] = self._gain(state, one[alone], other[alone]) > 0
        return list(zip(one.tolist(), other.tolist(), pays.tolist(), strict=True))

    def _gain(self, state: State, one: Array, other: Array) -> Array:
        """Return what pairs of single firms gain by joining forces, above all costs, at most (k€, float64)."""
        pairs = len(one)
        group = np.arange(pairs)
        firms = np.concatenate([one, other])
        together = expected_margin(state, np.concatenate([group, group]), firms, pairs)
        apart = expected_margin(state, np.arange(2 * pairs), firms, 2 * pairs)
        cost = 2.0 * state.parameters.barriers.structuring_cost
        cost -= self._offered(state, "structuring", cost)
        return (together - apart[:pairs] - apart[pairs:]) * state.parameters.alliances.alliance_horizon - cost

    def _join(self, state: State, one: int, other: int) -> None:
        """Let two firms, or their alliances, join forces when the gain beats the cost and the ticket is affordable."""
        organisations, alliances, rules = state.organisations, state.alliances, state.parameters.alliances
        rows = [int(organisations["alliance"][firm]) for firm in (one, other)]
        if rows[0] == rows[1] >= 0:
            return
        sides = [
            np.array([firm]) if row < 0 else np.flatnonzero(organisations["alliance"] == row)
            for firm, row in zip((one, other), rows, strict=True)
        ]
        union = np.concatenate(sides)
        if len(union) > rules.members_most:
            return
        newcomers = np.array([firm for firm, row in zip((one, other), rows, strict=True) if row < 0], np.int64)
        joining = len(newcomers) if len(newcomers) else min(len(side) for side in sides)
        structuring = joining * state.parameters.barriers.structuring_cost
        helped = self._offered(state, "structuring", structuring)
        group = np.repeat([0, 1, 2], [len(union), len(sides[0]), len(sides[1])])
        together, first, second = expected_margin(state, group, np.concatenate([union, *sides]), 3)
        gain = float(together - first - second)
        if gain * rules.alliance_horizon <= structuring - helped:
            return
        ticket = state.parameters.barriers.equity_ticket
        equity = self._offered(state, "equity", ticket * len(newcomers))
        own = ticket - equity / max(len(newcomers), 1)
        fee = (structuring - helped) / joining
        pool = [row for row in rows if row >= 0]
        if len(newcomers):
            if (organisations["capital"][newcomers] < own + fee).any():
                return
        elif float(alliances["capital"][pool].sum()) < structuring - helped:
            return
        # all pass: now it is done
        state.ledger.programmes += levers.charge(state, "structuring", helped)
        state.ledger.pay("public_equity", levers.charge(state, "equity", equity))
        state.ledger.pay("structuring", -(structuring - helped))
        organisations["capital"][newcomers] -= own + fee
        target = establish(state, one, other) if not pool else pool[0]
        alliances["capital"][target] += (own * len(newcomers)) + equity
        if not len(newcomers):
            merge(state, pool[0], pool[1], sides[1], structuring - helped)
        organisations["alliance"][union] = target
        alliances["members"][target] = len(union)
        for firm in newcomers.tolist():
            state.memberships.append((state.month, target, firm, "joined"))

    def _offered(self, state: State, lever: str, cost: float) -> float:
        """Return what a lever pays of a cost, k€."""
        return min(float(state.support[levers.places[lever]]) * cost, levers.funds(state, lever))

    # -- what members share -----------------------------------------------------------------------------------

    def _share(self, model: World) -> None:
        state = model.state
        organisations = state.organisations
        member = np.flatnonzero(organisations["alliance"] >= 0)
        if len(member) == 0:
            return
        member = member[np.argsort(organisations["alliance"][member], kind="stable")]
        group = organisations["alliance"][member]
        first = np.searchsorted(group, group, side="left")
        last = np.searchsorted(group, group, side="right")
        share(
            self.key(model), self.key(model, "evict"), state.parameters.alliances.sharing_rate, member, first, last,
            organisations["identity"], organisations["held"], organisations["portfolio"],
            state.parameters.knowledge.core_size, state.bricks["identity"], state.bricks["carriers"], state.tally,
        )  # fmt: skip
