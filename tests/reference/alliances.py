"""A month of alliances, once more, slow and obvious: dictionaries of firms and sets of members.

Source: docs/odd.md, section 7.10 (alliances), 7.11 (quality) and 7.15 (what policies pay).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ecosim.parameters import Parameters
from ecosim.specs import LEVERS
from ecosim.state import FIRM, State

from . import draws


@dataclass
class Firm:
    row: int
    identity: int
    values: tuple[float, ...]
    vision: int
    stage: int
    competence: float
    employees: float
    turnover: float
    capital: float
    core: int
    portfolio: list[int]


@dataclass
class Society:
    """What alliances are about, read from a state just before their turn."""

    parameters: Parameters
    seed: int
    month: int
    firms: dict[int, Firm]
    members: dict[int, set[int]]  # live alliances
    pools: dict[int, float]
    trust: dict[frozenset[int], list[float]]  # of every tie between two firms, once per layer
    meetings: list[tuple[int, int, float | None]]  # initiator, partner, trust of the tie they met over
    margins: list[float]
    stage_competence: list[float]
    public_share: float
    budgets: dict[str, list[float]]  # what the active policies of a lever have left, in their order
    support: dict[str, float]
    brick_identities: list[int]
    following: int  # row of the next alliance
    flows: dict[str, float] = field(default_factory=dict)
    log: list[tuple[int, int, str]] = field(default_factory=list)

    def pay(self, flow: str, amount: float) -> None:
        self.flows[flow] = self.flows.get(flow, 0.0) + amount


def read(state: State) -> Society:
    organisations, markets, policies = state.organisations, state.markets, state.policies
    core = state.parameters.knowledge.core_size
    firms = {}
    for row in range(len(organisations)):
        held = int(organisations["held"][row])
        if organisations["kind"][row] == FIRM and held:
            names = ("competence", "employees", "turnover", "capital")
            firms[row] = Firm(
                row, int(organisations["identity"][row]), tuple(organisations["values"][row].tolist()),
                int(organisations["vision"][row]), int(organisations["stage"][row]),
                *(float(organisations[name][row]) for name in names), core,
                organisations["portfolio"][row, :held].tolist(),
            )  # fmt: skip
    live = [row for row in range(len(state.alliances)) if state.alliances["ended"][row] < 0]
    trust: dict[frozenset[int], list[float]] = {}
    for row in firms:
        for layer in range(3):
            first = int(state.ties.start[3 * row + layer])
            for place, partner in enumerate(state.ties.of(row, layer).tolist(), first):
                if partner in firms and row < partner:
                    trust.setdefault(frozenset((row, partner)), []).append(float(state.ties.trust[place]))
    meetings = [
        (one, other, float(state.ties.trust[tie]) if tie >= 0 else None)
        for one, other, tie in zip(
            state.meetings.initiator.tolist(), state.meetings.partner.tolist(), state.meetings.tie.tolist(), strict=True
        )
        if other >= 0
    ]
    home = [k for k in range(len(markets)) if not markets["abroad"][k]]
    spending = [float(markets["customers"][k] * markets["needs"][k] * markets["spend"][k]) for k in home]
    public = sum(float(markets["public_share"][k]) * weight for k, weight in zip(home, spending, strict=True))
    budgets: dict[str, list[float]] = {lever: [] for lever in LEVERS}
    for row in range(len(policies)):
        now = policies["start"][row] <= state.month < policies["end"][row]
        left = float(policies["budget"][row] - policies["spent"][row])
        if now and left > 0 and policies["intensity"][row] > 0:
            budgets[list(LEVERS)[policies["lever"][row]]].append(left)
    means = []
    for stage in range(len(state.stages)):
        here = [firm.competence for firm in firms.values() if firm.stage == stage]
        means.append(sum(here) / len(here) if here else float(state.stages["competence"][stage]))
    return Society(
        state.parameters, state.seed, state.month, firms,
        {row: {firm for firm in firms if organisations["alliance"][firm] == row} for row in live},
        {row: float(state.alliances["capital"][row]) for row in live}, trust, meetings,
        state.stages["margin"].tolist(), means, public / sum(spending), budgets,
        dict(zip(LEVERS, state.support.tolist(), strict=True)), state.bricks["identity"].tolist(), len(state.alliances),
    )  # fmt: skip


def ally(society: Society) -> None:
    """Play the month: what there is is run and dissolved, then alliances form and grow, then members share."""
    for alliance in sorted(society.members):
        run(society, alliance)
    for one, other, trust in society.meetings:
        consider(society, one, other, trust)
    share(society)


def run(society: Society, alliance: int) -> None:
    rules, members = society.parameters.alliances, society.members[alliance]
    cost = rules.coordination_cost * len(members)
    society.pools[alliance] -= cost
    society.pay("coordination", -cost)
    excess = society.pools[alliance] - society.parameters.barriers.equity_ticket * len(members)
    if excess > 0 and members:
        given = society.parameters.firms.payout * excess
        society.pools[alliance] -= given
        for firm in members:
            society.firms[firm].capital += given / len(members)
    ties = [value for pair, values in society.trust.items() if pair <= members for value in values]
    distrust = not ties or sum(ties) / len(ties) < rules.dissolution_trust
    if len(members) < 2 or society.pools[alliance] < 0 or distrust:
        pool = society.pools.pop(alliance)
        for firm in society.members.pop(alliance):
            society.firms[firm].capital += pool / len(members)
            society.log.append((alliance, firm, "dissolved"))
        if not members:
            society.pay("dividends" if pool > 0 else "creditors", -pool)


def consider(society: Society, one: int, other: int, trust: float | None) -> None:
    """Two firms have met: all conditions, one after the other."""
    rules, barriers = society.parameters.alliances, society.parameters.barriers
    if one not in society.firms or other not in society.firms:
        return  # a lab
    mine, yours = society.firms[one], society.firms[other]
    if mine.vision < 0 or mine.vision != yours.vision:
        return
    if trust is None or trust < rules.trust_threshold:
        return
    apart = sum((a - b) ** 2 for a, b in zip(mine.values, yours.values, strict=True))
    if math.exp(-apart / (2 * rules.value_width**2)) < rules.value_threshold:
        return
    rows = [next((row for row, members in society.members.items() if firm in members), None) for firm in (one, other)]
    if rows[0] is not None and rows[0] == rows[1]:
        return
    groups = [{firm} if row is None else society.members[row] for firm, row in zip((one, other), rows, strict=True)]
    if len(groups[0]) + len(groups[1]) > rules.members_most:
        return
    alone = [firm for firm, row in zip((one, other), rows, strict=True) if row is None]
    joining = len(alone) or min(len(group) for group in groups)
    cost = joining * barriers.structuring_cost
    helped = min(society.support["structuring"] * cost, sum(society.budgets["structuring"]))
    gain = margin(society, groups[0] | groups[1]) - margin(society, groups[0]) - margin(society, groups[1])
    if gain * rules.alliance_horizon <= cost - helped:
        return
    equity = min(society.support["equity"] * barriers.equity_ticket * len(alone), sum(society.budgets["equity"]))
    if alone:
        each = barriers.equity_ticket - equity / len(alone) + (cost - helped) / joining
        if any(society.firms[firm].capital < each for firm in alone):
            return
    elif sum(society.pools[row] for row in rows if row is not None) < cost - helped:
        return
    spend(society, "structuring", helped)
    spend(society, "equity", equity)
    society.pay("structuring", helped - cost)
    society.pay("public_equity", equity)
    target = next((row for row in rows if row is not None), None)
    if target is None:
        target, society.following = society.following, society.following + 1
        society.members[target], society.pools[target] = set(), 0.0
    for firm in alone:
        society.firms[firm].capital -= each
        society.log.append((target, firm, "joined"))
    society.pools[target] += (barriers.equity_ticket * len(alone) - equity) + equity if alone else helped - cost
    if not alone:
        assert rows[1] is not None
        society.pools[target] += society.pools.pop(rows[1])
        gone = society.members.pop(rows[1])
        society.log += [(rows[1], firm, "merged") for firm in gone] + [(target, firm, "joined") for firm in gone]
    society.members[target] |= groups[0] | groups[1]


def spend(society: Society, lever: str, amount: float) -> None:
    budgets = society.budgets[lever]
    for place, left in enumerate(budgets):
        paid = min(left, amount)
        budgets[place] -= paid
        amount -= paid


def margin(society: Society, group: set[int]) -> float:
    """Return gain_share · quality · access · Σ margin · turnover of a group."""
    parameters, firms = society.parameters, [society.firms[row] for row in sorted(group)]
    chain, barriers = parameters.chain, parameters.barriers
    stages = [(1 - chain.outsourcing_loss) * mean for mean in society.stage_competence]
    for firm in firms:
        stages[firm.stage] = max(stages[firm.stage], firm.competence)
    power = 1 - 1 / chain.substitution
    quality = (sum(stage**power for stage in stages) / len(stages)) ** (1 / power)
    quality *= 1 - barriers.assembly_loss * (1 - society.support["assembly"]) * (1 - 1 / len(firms))
    large = sum(firm.employees for firm in firms) >= barriers.procurement_size * (1 - society.support["procurement"])
    access = 1.0 if large else 1 - society.public_share
    earned = sum(society.margins[firm.stage] * firm.turnover for firm in firms)
    return parameters.alliances.gain_share * quality * access * earned


def share(society: Society) -> None:
    """Alliance by alliance and member by member: take over a hybrid of another member, or not."""
    rate, capacity = society.parameters.alliances.sharing_rate, society.parameters.knowledge.capacity
    key, evict = (draws.stream_key(society.seed, f"ally {what}", society.month) for what in ("", "evict"))
    for alliance in sorted(society.members):
        members = sorted(society.members[alliance])
        for place, row in enumerate(members):
            firm = society.firms[row]
            bits = draws.draw(key, firm.identity)
            if len(members) < 2 or draws.uniform(bits) >= rate:
                continue
            others = members[:place] + members[place + 1 :]
            giver = society.firms[others[draws.below(draws.further(bits, 1), len(others))]]
            hybrids = giver.portfolio[giver.core :]
            if not hybrids:
                continue
            brick = hybrids[draws.below(draws.further(bits, 2), len(hybrids))]
            if brick in firm.portfolio[firm.core :]:
                continue
            if len(firm.portfolio) < capacity:
                firm.portfolio.append(brick)
            else:
                bits = draws.draw(evict, society.brick_identities[brick] ^ firm.identity)
                firm.portfolio[firm.core + draws.below(bits, capacity - firm.core)] = brick
