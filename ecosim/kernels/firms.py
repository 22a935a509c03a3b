"""A month in the books of every firm: sales, purchases, wages, research, dividends, staff and competence."""

from __future__ import annotations

import math

from numba import njit

from ecosim.kernels.random import draw, normal

# Places in the sums that `earn` returns, k€ and heads.
EARNED = (
    "core_sales", "offer_sales", "purchases", "wages", "research", "cooperation", "exports", "dividends", "hired",
    "released",
)  # fmt: skip
CORE, OFFERED, PURCHASES, WAGES, RESEARCH, COOPERATION, EXPORTS, DIVIDENDS, HIRED, RELEASED = range(10)


@njit(cache=True)
def earn(
    key, firm, identity, stage, margin, employees, capital, base, sales, revenue, turnover, research, dues, meetings,
    competence, training, wage, value_added, erosion, volatility, research_share, cooperation_cost, payout, equity,
    inertia, memory, learning, gap, scale, decay, sums,
):  # fmt: skip
    """Close the month of every firm; adds its flows to `sums` (float64, see EARNED).

    Parameters
    ----------
    firm : bool (N,), firms that are there; identity : uint64 (N,); stage : uint8 (N,); margin : float64 (stages,)
    employees ... dues : float64 (N,), k€ and full-time equivalents; revenue, turnover, research, dues are written
    meetings : int64 (N,), meetings that each started; competence, training : float32 (N,), 0 to 1
    wage : k€ a month; value_added, research_share, payout : shares; erosion, inertia, memory, learning, decay : 1/month
    equity : capital that stays in a firm, in years of turnover; gap : skills gap, 0 to 1
    scale : research per employee, k€ a month

    The staff wanted is what the stage's margin leaves for wages: ``(value_added − margin) · turnover / wage``.
    """
    for i in range(employees.shape[0]):
        if not firm[i]:
            continue
        if volatility > 0.0:
            base[i] *= math.exp(volatility * normal(draw(key, identity[i]), 0) - 0.5 * volatility * volatility)
        base[i] *= 1.0 - erosion
        earned = base[i] + sales[i]
        own = margin[stage[i]]
        purchases = (1.0 - value_added) * earned
        wages = employees[i] * wage
        spent = research_share * own * earned if capital[i] > 0.0 else 0.0
        cooperation = cooperation_cost * meetings[i]
        profit = earned - purchases - wages - spent - cooperation - dues[i]
        excess = max(capital[i] + profit - equity * 12.0 * turnover[i], 0.0)
        paid = min(payout * excess, max(profit, 0.0))
        capital[i] += profit - paid
        revenue[i] = earned
        research[i] = spent
        turnover[i] += memory * (earned - turnover[i])
        sums[CORE] += base[i]
        sums[OFFERED] += sales[i]
        sums[PURCHASES] -= purchases
        sums[WAGES] -= wages
        sums[RESEARCH] -= spent
        sums[COOPERATION] -= cooperation
        sums[EXPORTS] -= dues[i]
        sums[DIVIDENDS] -= paid
        dues[i] = 0.0
        change = inertia * (max((value_added - own) * turnover[i] / wage, 1.0) - employees[i])
        if change > 0.0 and capital[i] < wages:
            change = 0.0  # nobody is hired with less than a month's wages in hand
        employees[i] += change
        sums[HIRED if change > 0.0 else RELEASED] += change
        effort = 1.0 - math.exp(-spent / max(employees[i], 1.0) / scale)  # staff set by hand may be 0
        gained = learning * (1.0 - gap * (1.0 - training[i])) * effort * (1.0 - competence[i])
        competence[i] += gained - decay * competence[i]
