"""The parts of a scenario: sectors, clusters and attractors as they are written down. Plain data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ATTRACTOR_KINDS", "MAX_SECTORS", "ORGANISATION_KINDS", "AttractorSpec", "ClusterSpec", "SectorSpec"]

ATTRACTOR_KINDS = ("idea", "concept", "market", "encounter")
ORGANISATION_KINDS = ("firm", "lab", "other")
_WIDTHS = {"idea": 0.25, "concept": 0.6, "market": 0.5, "encounter": 0.35}
_ENCOUNTER_BOOST = 3.0
MAX_SECTORS = 64  # one bit of a 64-bit mask each


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
