"""What a page is told of one run: plain lists, ready to be sent to a browser. No NumPy, no NaN: unknown is None."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["COLUMNS", "DRAWN", "Network", "Place", "Record"]

DRAWN = 3_000  # organisations, up to which each is drawn; beyond, clusters are
COLUMNS = (
    "r_theoretical", "r_cohort", "r_instantaneous", "births_spontaneous", "births_recombinant", "births_generation_1",
    "births_generation_2", "births_generation_3_and_more", "organisations", "firms", "revenue", "employees",
    "sme_revenue", "sme_employees", "alliances", "allied_firms", "entries", "exits", "policy_spending", "export_sales",
    "competence", "rao_stirling", "bridging_share", "latent_opportunities",
)  # fmt: skip
"""Columns of the table of months (docs/odd.md) that a record carries; those of the economy only where it is on.
`r_instantaneous` is None until 30 hybrids are born: one lucky birth among few makes it 5 or 10."""


@dataclass(frozen=True)
class Place:
    """A cluster: its name, theme sector, place (degrees, None when unknown), members at the beginning; whether the
    program invented name and place.
    """  # fmt: skip

    name: str
    sector: str
    latitude: float | None
    longitude: float | None
    members: int
    invented: bool


@dataclass(frozen=True)
class Network:
    """A drawing of the network. Positions in a unit square; a link is a pair of nodes.

    Nodes are the organisations of the beginning (rows of the state), or clusters where there are more than `DRAWN`.
    kind : firm, lab, other or cluster, per node; cluster : its place in `Record.places`, -1 for one that is not there;
    size : relative, 1 for an organisation, else members; links : ties between nodes, at most 6,000: between
    organisations those that join clusters before those within one; between clusters the heaviest first, with the number
    of ties in `weights`, else all 1.
    """

    each_organisation: bool
    x: list[float]
    y: list[float]
    kind: list[str]
    cluster: list[int]
    size: list[float]
    links: list[tuple[int, int]]
    weights: list[float]


@dataclass(frozen=True)
class Record:
    """What is known of one run so far; each message of a run is a whole record, the last one has ``done``.

    planned, played : months; columns : by name, one value per month played
    events : (month, kind, sentence) in the language that was asked for, by month
    places : the clusters that have members, the 500 largest of more; held : per month and place, hybrids held per
    member; born : per month and place, hybrids born with a hand in it (one of two clusters counts for both)
    network : the drawing, in the first record of a run and the last; None in those between, for it does not change
    lit : per month, the nodes of the network where hybrids were born (twice for two), at most 400 of them; start-ups
    that entered later are no nodes
    emergence : month T*, or None; hybrids : born in the run; crossed : pairs of sectors that have crossed; crossings :
    (sector, sector, hybrids, first month), the most frequent first, at most 30
    seconds : that the run has taken so far; notes : what a reader should know, in the language that was asked for
    """

    planned: int
    played: int
    seed: int
    organisations: int
    economy: bool
    columns: dict[str, list[float | None]]
    events: list[tuple[int, str, str]]
    places: list[Place]
    held: list[list[float]]
    born: list[list[int]]
    lit: list[list[int]]
    crossings: list[tuple[str, str, int, int]]
    emergence: int | None = None
    network: Network | None = None
    seconds: float = 0.0
    done: bool = False
    notes: list[str] = field(default_factory=list)
    hybrids: int = 0
    crossed: int = 0
