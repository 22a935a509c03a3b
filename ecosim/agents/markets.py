"""Markets: populations whose frame filters what they adopt."""

from __future__ import annotations

from ecosim.agents.views import Brick, Column, Point, View
from ecosim.measures import sectors_of

__all__ = ["Market"]


class Market(View):
    """A market.

    customers; public_share of the demand (0 to 1); needs of a customer, that offers share out; spend : k€ per customer
    and month on one adopted offer; innovation, imitation : Bass p and q, 1/month; frame : a point, knowledge units;
    adoptions : customers times offers that they use; sales : k€, of the last month
    """

    table = "markets"
    identity = Column("markets", "identity", read_only=True)
    region_row = Column("markets", "region", lambda state: (0, len(state.regions) - 1))
    abroad = Column("markets", "abroad", lambda state: (0, 1))
    customers = Column("markets", "customers", lambda state: (0, 1e12))
    needs = Column("markets", "needs", lambda state: (1, 1e12))
    spend = Column("markets", "spend", lambda state: (0, 1e12))
    public_share = Column("markets", "public_share", lambda state: (0, 1))
    innovation = Column("markets", "innovation", lambda state: (0, 1))
    imitation = Column("markets", "imitation", lambda state: (0, 5))
    frame = Point("markets", "frame")
    origin = Point("markets", "origin")
    demand = Column("markets", "demand", read_only=True)
    adoptions = Column("markets", "adoptions", read_only=True)
    used = Column("markets", "used", read_only=True)
    sales = Column("markets", "sales", read_only=True)

    @property
    def name(self) -> str:
        return str(self.model.state.market_names[self.row])

    @property
    def region(self) -> str:
        return str(self.model.state.regions[self.region_row])

    @property
    def sectors(self) -> list[str]:
        """The sectors that it asks for."""
        return sectors_of(self.model.state, self.demand)

    @property
    def offers(self) -> list[Brick]:
        """The bricks that are on sale there now, one for each offer."""
        state = self.model.state
        live = (state.offers["withdrawn"] < 0) & state.offers["served"][:, self.row]
        return [Brick(state, int(row)) for row in state.offers["brick"][live]]

    def remove(self) -> None:
        """Close the market: nobody is left who would buy."""
        state = self.model.state
        self.customers = self.public_share = 0.0
        for table, name in ((state.markets, "adoptions"), (state.markets, "sales")):
            table[name][self.row] = 0.0
        state.offers["adopters"][:, self.row] = 0.0
        state.offers["served"][:, self.row] = False
        super().remove()
