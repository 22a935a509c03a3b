"""The columns of every table: names, types and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ecosim.parameters import Parameters

__all__ = [
    "ALLIANCE_SCHEMA", "BRICK_ORDER", "FIRM", "LAB", "OTHER", "POLICY_SCHEMA", "STAGE_SCHEMA",
    "brick_schema", "market_schema", "offer_schema", "organisation_schema",
]  # fmt: skip

Schema = dict[str, tuple[Any, tuple[int, ...]]]
VALUE_AXES = 2
FIRM, LAB, OTHER = 0, 1, 2


def organisation_schema(parameters: Parameters) -> Schema:
    """The columns of organisations; those of society and economy are there when one of their mechanisms is on."""
    core: Schema = {
        "identity": (np.uint64, ()),
        "kind": (np.uint8, ()),  # FIRM, LAB, OTHER
        "sector": (np.uint8, ()),
        "cluster": (np.int32, ()),
        "region": (np.int16, ()),  # row of State.regions
        "vision": (np.int16, ()),  # row of Attractors, -1 for none
        "rate": (np.float32, ()),  # meetings started per month, this month
        "held": (np.int16, ()),  # bricks in the portfolio; 0 for who is gone
        "home": (np.float32, (parameters.knowledge.dimensions,)),  # mean of the core at the founding
        "portfolio": (np.int32, (parameters.knowledge.capacity,)),  # bricks: core first, then hybrids
    }
    if not parameters.mechanisms.economy:
        return core
    return core | {
        "values": (np.float32, (VALUE_AXES,)),
        "alliance": (np.int32, ()),  # row of Alliances, -1 for none
        "stage": (np.uint8, ()),  # of the value chain
        "competence": (np.float32, ()),  # 0 to 1, at its stage
        "insight": (np.float32, ()),  # 0 to 1, into the market's frame
        "founded": (np.int32, ()),  # month, -1 for what was there before
        "employees": (np.float64, ()),  # full-time equivalents
        "capital": (np.float64, ()),  # k€
        "base": (np.float64, ()),  # k€/month, sales of old products
        "sales": (np.float64, ()),  # k€, sales of offers this month
        "revenue": (np.float64, ()),  # k€, all sales of this month
        "turnover": (np.float64, ()),  # k€/month, smoothed revenue
        "research": (np.float64, ()),  # k€, this month
        "training": (np.float32, ()),  # 0 to 1, accompaniment received this month
        "dues": (np.float64, ()),  # k€, fixed costs of this month that are still to be paid
        "offers": (np.int32, (parameters.market.offers_most,)),  # bricks of its live offers, -1 for none
    }


def brick_schema(parameters: Parameters) -> Schema:
    """The columns of bricks, 66 bytes a row in four dimensions."""
    return {
        "identity": (np.uint64, ()),
        "position": (np.float32, (parameters.knowledge.dimensions,)),
        "sectors": (np.uint64, ()),  # bit mask
        "generation": (np.int16, ()),  # 0 for basic bricks
        "birth": (np.int32, ()),  # month, -1 for what was there before
        "parents": (np.int32, (2,)),
        "inventors": (np.int32, (2,)),
        "family": (np.int32, ()),  # the hybrid that founded the cascade, -1 for basic bricks
        "carriers": (np.int32, ()),
        "offspring": (np.float32, ()),  # hybrids made, half credit when both parents are hybrids
    }


BRICK_ORDER = ("position", "sectors", "generation", "birth", "parents", "inventors", "family", "carriers", "offspring")

ALLIANCE_SCHEMA: Schema = {
    "identity": (np.uint64, ()),
    "founded": (np.int32, ()),  # month
    "ended": (np.int32, ()),  # month, -1 while it lasts
    "vision": (np.int16, ()),  # row of Attractors
    "members": (np.int32, ()),
    "largest": (np.int32, ()),  # members at its largest
    "trust": (np.float64, ()),  # mean over ties among members, NaN without any
    "capital": (np.float64, ()),  # k€, pooled
    "sales": (np.float64, ()),  # k€, of its offers this month
    "quality": (np.float32, ()),  # of the offer that it can make
}

STAGE_SCHEMA: Schema = {
    "margin": (np.float64, ()),  # share of turnover
    "competence": (np.float64, ()),  # mean over its firms, this month
}

POLICY_SCHEMA: Schema = {
    "lever": (np.int8, ()),  # place in specs.LEVERS
    "intensity": (np.float64, ()),
    "start": (np.int32, ()),
    "end": (np.int32, ()),
    "budget": (np.float64, ()),  # k€, infinite without limit
    "spent": (np.float64, ()),  # k€ so far
    "stage": (np.int16, ()),  # whose firms it is for, -1 for all
    "sector": (np.int16, ()),
    "region": (np.int16, ()),
}


def market_schema(parameters: Parameters) -> Schema:
    """The columns of markets."""
    return {
        "identity": (np.uint64, ()),
        "region": (np.int16, ()),
        "abroad": (np.bool_, ()),
        "customers": (np.float64, ()),
        "needs": (np.float64, ()),  # of a customer, that offers share out
        "spend": (np.float64, ()),  # k€ per customer and month on one adopted offer
        "public_share": (np.float64, ()),
        "innovation": (np.float64, ()),  # Bass p, 1/month
        "imitation": (np.float64, ()),  # Bass q, 1/month
        "demand": (np.uint64, ()),  # bit mask of sectors
        "frame": (np.float64, (parameters.knowledge.dimensions,)),
        "origin": (np.float64, (parameters.knowledge.dimensions,)),  # of the frame: tradition
        "adoptions": (np.float64, ()),  # customers times live offers that they use
        "used": (np.float64, (parameters.knowledge.dimensions,)),  # mean position of what they use
        "sales": (np.float64, ()),  # k€, this month
    }


def offer_schema(markets: int) -> Schema:
    """The columns of offers: a brick that a firm, alone or for its alliance, sells on the markets."""
    return {
        "brick": (np.int32, ()),
        "seller": (np.int32, ()),  # row of organisations
        "alliance": (np.int32, ()),  # row of alliances, -1 for a firm alone
        "launched": (np.int32, ()),  # month
        "withdrawn": (np.int32, ()),  # month, -1 while it is live
        "quality": (np.float32, ()),  # 0 to 1
        "adopters": (np.float64, (markets,)),  # customers of each market that use it
        "served": (np.bool_, (markets,)),  # whether it is sold there at all
        "sales": (np.float64, ()),  # k€, this month
    }
