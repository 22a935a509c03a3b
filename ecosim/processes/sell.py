"""Sell: live offers diffuse on the markets that they are sold on, and are paid for."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.economy import levers
from ecosim.economy.chain import firm_quality, stage_competence
from ecosim.economy.offers import staff_behind
from ecosim.kernels.market import diffuse, go_abroad, wanted
from ecosim.processes.base import Process, World
from ecosim.state import State

__all__ = ["Sell"]


class Sell(Process):
    """A seller, a firm or its alliance, answers public procurement when it is large enough, and goes abroad when the
    margin expected there beats the fixed cost of exports and a year of that cost is in hand: in an alliance's common
    capital, when it sells for one. Whoever sells pays.
    """  # fmt: skip

    name = "sell"
    reads = (
        "organisations.kind", "organisations.held", "organisations.alliance", "organisations.stage",
        "organisations.competence", "organisations.employees", "organisations.capital", "bricks.position",
        "bricks.sectors", "attractors", "active_attractors", "stages.margin", "alliances.quality", "support",
        "policies", "offers.brick", "offers.seller", "offers.alliance", "offers.withdrawn", "markets",
    )  # fmt: skip
    writes = (
        "offers.quality", "offers.served", "offers.adopters", "offers.sales", "markets.adoptions", "markets.used",
        "markets.sales", "alliances.sales", "alliances.capital", "organisations.sales", "organisations.dues",
        "stages.competence", "policies.spent", "ledger",
    )  # fmt: skip

    def step(self, model: World) -> None:
        state = model.state
        offers, markets, rules = state.offers, state.markets, state.parameters.market
        offers["sales"] = 0.0
        state.organisations["dues"] = 0.0
        state.stages["competence"] = stage_competence(state)
        live = np.flatnonzero(offers["withdrawn"] < 0)
        seller, alliance = offers["seller"][live], offers["alliance"][live]
        quality = firm_quality(state, np.arange(len(state.organisations)))[seller]  # most have several offers
        together = alliance >= 0
        quality[together] = state.alliances["quality"][alliance[together]]
        capital = state.organisations["capital"][seller]
        capital[together] = state.alliances["capital"][alliance[together]]
        offers["quality"][live] = quality
        large = np.zeros(len(offers), bool)
        large[live] = staff_behind(state, live) >= levers.lowered(state, "procurement")
        centre, width, gain = _market_attractors(state)
        attraction = np.empty((len(live), len(markets)))
        neutral = not state.parameters.mechanisms.frames
        wanted(
            live, offers["brick"], offers["quality"], large, state.bricks["position"], state.bricks["sectors"],
            markets["demand"], markets["frame"], markets["public_share"], rules.frame_width, neutral, centre, width,
            gain, attraction,
        )  # fmt: skip
        self._go_abroad(state, live, attraction, capital)
        diffuse(
            live, offers["brick"], attraction, offers["served"], offers["adopters"], offers["sales"],
            state.bricks["position"], markets["customers"], markets["needs"], markets["spend"],
            markets["innovation"], markets["imitation"], markets["adoptions"], markets["used"], markets["sales"],
        )  # fmt: skip
        self._pay(state, live)

    def _go_abroad(self, state: State, live: Array, attraction: Array, capital: Array) -> None:
        """Decide where to sell abroad and charge the fixed costs; support for exports pays its part of them."""
        offers, markets, organisations = state.offers, state.markets, state.organisations
        if len(live) == 0 or not markets["abroad"].any():
            return
        cost = state.parameters.barriers.export_cost
        share = float(state.support[levers.places["internationalisation"]])
        own = cost * (1.0 - share) if levers.funds(state, "internationalisation") > 0 else cost
        seller = offers["seller"][live]
        margin = state.stages["margin"][organisations["stage"][seller]]
        due = np.zeros(len(live))
        go_abroad(
            live, markets["abroad"], attraction, margin, capital, own, markets["customers"], markets["needs"],
            markets["spend"], offers["served"], offers["adopters"], due,
        )  # fmt: skip
        due *= cost
        paid = levers.charge(state, "internationalisation", share * float(due.sum()))
        state.ledger.programmes += paid
        due -= paid * due / max(float(due.sum()), 1e-300)
        organisations["dues"] = np.bincount(seller, due, minlength=len(organisations))

    def _pay(self, state: State, live: Array) -> None:
        """Give sales to sellers; of an alliance's, a share goes into its common capital."""
        offers, organisations, alliances = state.offers, state.organisations, state.alliances
        sales, seller, alliance = offers["sales"][live], offers["seller"][live], offers["alliance"][live]
        together = alliance >= 0
        alliances["sales"] = np.bincount(alliance[together], sales[together], minlength=len(alliances))
        pooled = np.zeros(len(live))
        if state.parameters.mechanisms.firm_life:
            pooled[together] = state.parameters.alliances.pool_share * sales[together]
            alliances["capital"] += np.bincount(alliance[together], pooled[together], minlength=len(alliances))
            state.ledger.pay("offer_sales", float(pooled.sum()))
        organisations["sales"] = np.bincount(seller, sales - pooled, minlength=len(organisations))


def _market_attractors(state: State) -> tuple[Array, Array, Array]:
    """Return centres, widths and gains of the active markets among the attractors: they raise demand."""
    attractors, dial = state.attractors, state.parameters.dials.attractor_dial
    rows = [k for k in state.active_attractors if attractors.kind[k] == "market" and attractors.strength[k] > 0]
    centre = np.array([attractors.centre[k] for k in rows], np.float64).reshape(-1, attractors.dimensions)
    width = np.array([attractors.width[k] for k in rows], np.float64)
    return centre, width, np.full(len(rows), state.parameters.market.attractor_demand * dial)
