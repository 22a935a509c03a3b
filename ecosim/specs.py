"""The parts of a scenario: sectors, clusters and attractors as they are written down. Plain data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ATTRACTOR_KINDS", "HOME_MARKET", "LEVERS", "MAX_MARKETS", "MAX_SECTORS", "MAX_STAGES", "ORGANISATION_KINDS",
    "AcculturationSpec", "AttractorSpec", "ClusterSpec", "MarketSpec", "PolicySpec", "SectorSpec", "StageSpec",
]  # fmt: skip

ATTRACTOR_KINDS = ("idea", "concept", "market", "encounter")
ORGANISATION_KINDS = ("firm", "lab", "other")
# The six levers (mission, row 9) and the one barrier that each lowers.
LEVERS = {
    "assembly": "assembly_loss",  # a: support for assembling technology bricks
    "structuring": "structuring_cost",  # b: engineering of creating and structuring groups
    "internationalisation": "export_cost",  # c: accompaniment of global offers
    "equity": "equity_ticket",  # d: financial instruments that consolidate alliances' capital
    "training": "skills_gap",  # e: regions train and accompany firms
    "procurement": "procurement_size",  # f: public buyers are trained
}
_WIDTHS = {"idea": 0.25, "concept": 0.6, "market": 0.5, "encounter": 0.35}
_ENCOUNTER_BOOST = 3.0
MAX_SECTORS = 64  # one bit of a 64-bit mask each
MAX_STAGES = 16  # as `chain.stages`
MAX_MARKETS = 64
HOME_MARKET = "home"  # the market that is there when a scenario names none


@dataclass(frozen=True)
class SectorSpec:
    """A sector: its share of organisations (relative weight) and, if given, its centre in knowledge units."""

    name: str
    share: float = 1.0
    centre: tuple[float, ...] | None = None


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster: theme sector, place (degrees, WGS84; None when unknown), relative size, brokerage in [0, 1]."""

    name: str
    sector: str | None = None
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    size: float | None = None
    brokerage: float = 1.0


@dataclass(frozen=True)
class AttractorSpec:
    """An attractor of the knowledge space.

    `sectors` (its centre is the mean of theirs) or `centre` (knowledge units); strength in drive units; width in
    knowledge units; active in months ``start <= month < end``; `boost` multiplies the meeting rate at its heart.
    """

    name: str
    kind: str
    strength: float
    sectors: tuple[str, ...] = ()
    centre: tuple[float, ...] | None = None
    width: float | None = None
    start: int = 0
    end: int | None = None
    boost: float | None = None

    @property
    def effective_width(self) -> float:
        return self.width if self.width is not None else _WIDTHS[self.kind]

    @property
    def effective_boost(self) -> float:
        if self.boost is not None:
            return self.boost
        return _ENCOUNTER_BOOST if self.kind == "encounter" else 1.0


@dataclass(frozen=True)
class StageSpec:
    """A stage of the value chain: margin on turnover; mean competence of its firms at the beginning; and its share of
    firms (relative weight). None: as the parameters have it.
    """  # fmt: skip

    name: str
    margin: float
    competence: float | None = None
    share: float = 1.0


@dataclass(frozen=True)
class MarketSpec:
    """A market: customers, the sectors they ask for (none: all), and their frame, a point in the knowledge space.

    The frame is at `frame` (knowledge units) or in the middle of `frame_sectors` (neither: of the sectors asked for);
    `public_share` of the demand comes from public buyers; a market abroad costs the fixed cost of exports. A customer
    has `needs` (a number), and would spend `spend` (k€ a month) if new offers met them all. `innovation` and
    `imitation` are Bass coefficients per month. None: as the parameters have it.
    """

    name: str
    customers: float
    sectors: tuple[str, ...] = ()
    frame_sectors: tuple[str, ...] = ()
    frame: tuple[float, ...] | None = None
    public_share: float = 0.0
    abroad: bool = False
    region: str = ""
    needs: float | None = None
    spend: float | None = None
    innovation: float | None = None
    imitation: float | None = None


@dataclass(frozen=True)
class PolicySpec:
    """A policy: one lever at an intensity from 0 to 1 in months ``start <= month < end``, with a budget.

    `budget` is in k€ for the whole run (None: without limit). `stage` names the stage of the value chain, `sector`
    the sector, `region` the region whose firms it is for (empty: all); they are for training only.
    """

    name: str
    lever: str
    intensity: float = 1.0
    start: int = 0
    end: int | None = None
    budget: float | None = None
    stage: str = ""
    sector: str = ""
    region: str = ""


@dataclass(frozen=True)
class AcculturationSpec:
    """A programme that acculturates a market's population: its frame moves to a point at a monthly rate.

    The point is `centre` (knowledge units) or the middle of `sectors`; `cost` is in k€ per month.
    """

    name: str
    market: str
    rate: float
    sectors: tuple[str, ...] = ()
    centre: tuple[float, ...] | None = None
    start: int = 0
    end: int | None = None
    cost: float = 0.0
