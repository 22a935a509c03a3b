"""The books of a month: every flow of money and every change of heads, by name. No rule knows the books of another.

Stocks are the capital of firms and of alliances (k€) and the employees of firms. Each flow is added where it happens;
`ecosim.processes.audit` checks that the stocks change by the flows and by nothing else (Godley & Lavoie 2007).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecosim.columns import Array

__all__ = ["HEADS", "MONEY", "Ledger"]

# Flows of money into (+) and out of (−) firms and alliances, k€. Gifts are what is set by hand through an agent.
MONEY = (
    "core_sales", "offer_sales", "purchases", "wages", "research", "cooperation", "exports", "coordination",
    "structuring", "dividends", "investors", "creditors", "public_equity", "gifts",
)  # fmt: skip
# Changes of the number of employees. Transfers are what is set by hand through an agent.
HEADS = ("hired", "released", "lost", "founders", "transfers")


@dataclass
class Ledger:
    """Flows of the month, and the stocks at its beginning."""

    money: Array = field(default_factory=lambda: np.zeros(len(MONEY)))
    heads: Array = field(default_factory=lambda: np.zeros(len(HEADS)))
    exits: int = 0
    programmes: float = 0.0  # k€, what policies pay to others than firms and alliances, for them
    acculturation: float = 0.0  # k€, paid for programmes of acculturation
    opening_capital: float = 0.0
    opening_employees: float = 0.0
    opening_spent: float = 0.0  # k€, all that policies had spent

    def pay(self, flow: str, amount: float) -> None:
        """Add to a flow of money: above 0 into firms and alliances, below 0 out of them."""
        self.money[MONEY.index(flow)] += amount

    def count(self, flow: str, number: float) -> None:
        """Add to a change of heads."""
        self.heads[HEADS.index(flow)] += number

    def flow(self, name: str) -> float:
        """Return a flow of this month."""
        return float(self.money[MONEY.index(name)] if name in MONEY else self.heads[HEADS.index(name)])

    def close(self, capital: float, employees: float, spent: float) -> None:
        """End the month: no flow yet, and these stocks to begin with."""
        self.money[:] = 0.0
        self.heads[:] = 0.0
        self.exits = 0
        self.programmes = 0.0
        self.acculturation = 0.0
        self.opening_capital, self.opening_employees, self.opening_spent = capital, employees, spent
