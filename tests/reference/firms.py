"""A firm's month, once more, slow and obvious. Source: docs/odd.md, section 7.14.

Fed with what the markets paid it, what exports cost it and how many meetings it started.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ecosim.parameters import Parameters

from . import draws


@dataclass
class Books:
    """A firm's books: stocks that stay, flows of the month that are written."""

    identity: int
    margin: float
    employees: float
    capital: float
    base: float
    turnover: float
    competence: float
    training: float = 0.0
    revenue: float = 0.0
    research: float = 0.0
    dividends: float = 0.0
    change: float = 0.0

    def month(self, parameters: Parameters, seed: int, month: int, sales: float, dues: float, meetings: int) -> None:
        rules, chain = parameters.firms, parameters.chain
        noise = draws.normal(draws.draw(draws.stream_key(seed, "earn ", month), self.identity), 0)
        volatility = rules.demand_volatility
        self.base *= math.exp(volatility * noise - volatility**2 / 2) * (1 - rules.erosion)
        self.revenue = self.base + sales
        solvent = self.capital > 0
        self.research = rules.research_share * self.margin * self.revenue if solvent else 0.0
        wages = rules.wage * self.employees
        costs = (
            (1 - rules.value_added) * self.revenue + wages + self.research + rules.cooperation_cost * meetings + dues
        )
        profit = self.revenue - costs
        kept = rules.equity_ratio * 12 * self.turnover  # owners leave so much in the firm
        self.dividends = max(0.0, min(profit, rules.payout * (self.capital + profit - kept)))
        self.capital += profit - self.dividends
        self.turnover = (1 - rules.turnover_memory) * self.turnover + rules.turnover_memory * self.revenue
        wanted = max(1.0, (rules.value_added - self.margin) * self.turnover / rules.wage)
        self.change = rules.employment_inertia * (wanted - self.employees)
        if self.change > 0 and self.capital < wages:
            self.change = 0.0
        self.employees += self.change
        effort = 1 - math.exp(-self.research / self.employees / chain.research_scale)
        untrained = parameters.barriers.skills_gap * (1 - self.training)
        learnt = chain.learning * (1 - untrained) * effort * (1 - self.competence)
        self.competence = draws.single(self.competence + learnt - chain.competence_decay * self.competence)
