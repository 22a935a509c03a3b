"""The things of the twin's world, and how they are read, once, from the columns of a state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ecosim.parameters import Parameters
from ecosim.state import LAB, State

Point = tuple[float, ...]
TIED = ("cluster", "bridge", "science")  # the layers of ties


@dataclass(eq=False)
class Brick:
    """A brick, basic (generation 0) or hybrid."""

    identity: int
    position: Point
    sectors: frozenset[int]
    generation: int
    birth: int
    parents: tuple[Brick, ...] = ()
    inventors: tuple[Organisation, ...] = ()
    family: Brick | None = None
    offspring: float = 0.0


@dataclass(eq=False)
class Organisation:
    """A firm or a lab. `ties` has, per layer, the partners and the running share of the weight up to each; `weights`,
    with trust, the weight of each by itself.
    """  # fmt: skip

    identity: int
    lab: bool
    sector: int
    cluster: int
    home: Point
    rate: float
    vision: int | None
    gone: bool
    core: list[Brick]
    hybrids: list[Brick]
    ties: dict[str, list[tuple[Organisation, float]]] = field(default_factory=dict)
    weights: dict[str, list[float]] = field(default_factory=dict)

    @property
    def portfolio(self) -> list[Brick]:
        """The bricks among which a uniform slot is drawn: the core, then the hybrids."""
        return self.core + self.hybrids


@dataclass(eq=False)
class Cluster:
    identity: int
    sector: int
    brokerage: float
    members: int


@dataclass(eq=False)
class Attractor:
    """Active in months ``start <= month < end``."""

    kind: str
    centre: Point
    strength: float
    width: float
    boost: float
    start: int
    end: int


@dataclass(eq=False)
class Meeting:
    """`base` is both the meeting's random bits and its time in the month; `drawn` is the brick of each side."""

    base: int
    initiator: Organisation
    layer: str | None = None
    partner: Organisation | None = None
    drawn: tuple[Brick, Brick] | None = None
    fruit: bool = False

    @property
    def bond(self) -> Bond | None:
        """The tie over which the two met; none in the digital layer."""
        if self.partner is None or self.layer not in TIED:
            return None
        return self.layer, frozenset((self.initiator, self.partner))


Bond = tuple[str, frozenset[Organisation]]


@dataclass(eq=False)
class World:
    """Everything. Bricks are listed in order of their making."""

    seed: int
    parameters: Parameters
    month: int
    organisations: list[Organisation]
    clusters: list[Cluster]
    bricks: list[Brick]
    attractors: list[Attractor]
    sector_centres: list[Point]
    spent: set[frozenset[int]] = field(default_factory=set)  # pairs of brick identities
    meetings: list[Meeting] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)
    births_by_layer: Counter[tuple[str, str]] = field(default_factory=Counter)
    offspring_by_birth_month: Counter[int] = field(default_factory=Counter)
    trust: dict[Bond, float] = field(default_factory=dict)

    def carriers(self) -> Counter[Brick]:
        """Count who holds what."""
        return Counter(brick for organisation in self.organisations for brick in organisation.portfolio)


def read(state: State) -> World:
    """Return a world equal to a state in which no meeting has yet been held."""
    core = state.parameters.knowledge.core_size
    organisations = _organisations(state)
    trust: dict[Bond, float] = {}
    bricks = _bricks(state, organisations)
    held, portfolio = state.organisations["held"].tolist(), state.organisations["portfolio"].tolist()
    for row, organisation in enumerate(organisations):
        mine = [bricks[brick] for brick in portfolio[row][: held[row]]]
        organisation.core, organisation.hybrids = mine[:core], mine[core:]
        for number, layer in enumerate(TIED):
            first, last = int(state.ties.start[3 * row + number]), int(state.ties.start[3 * row + number + 1])
            partners = [organisations[other] for other in state.ties.partner[first:last].tolist()]
            organisation.ties[layer] = list(zip(partners, state.ties.cumulative[first:last].tolist(), strict=True))
            if state.parameters.mechanisms.trust:
                organisation.weights[layer] = state.ties.weight[first:last].tolist()
                for partner, value in zip(partners, state.ties.trust[first:last].tolist(), strict=True):
                    trust[layer, frozenset((organisation, partner))] = value
    columns = (state.clusters[name].tolist() for name in ("identity", "sector", "brokerage", "members"))
    found = state.attractors
    return World(
        seed=state.seed,
        parameters=state.parameters,
        month=state.month,
        organisations=organisations,
        clusters=[Cluster(*row) for row in zip(*columns, strict=True)],
        bricks=bricks,
        attractors=[
            Attractor(kind, tuple(centre.tolist()), *rest)
            for kind, centre, *rest in zip(
                found.kind, found.centre, found.strength, found.width, found.boost, found.start, found.end, strict=True
            )
        ],
        sector_centres=[tuple(centre) for centre in state.sector_centres.tolist()],
        trust=trust,
    )


def _organisations(state: State) -> list[Organisation]:
    names = ("identity", "kind", "sector", "cluster", "home", "rate", "vision", "held")
    return [
        Organisation(
            identity,
            kind == LAB,
            sector,
            cluster,
            tuple(home),
            rate,
            vision if vision >= 0 else None,
            held == 0,
            [],
            [],
        )
        for identity, kind, sector, cluster, home, rate, vision, held in zip(
            *(state.organisations[name].tolist() for name in names), strict=True
        )
    ]


def _bricks(state: State, organisations: list[Organisation]) -> list[Brick]:
    """Bricks of month 0 have no parents that the state knows of; a family is headed by a brick of the state."""
    bricks = []
    names = ("identity", "position", "sectors", "generation", "birth", "inventors", "offspring")
    for identity, position, mask, generation, birth, inventors, offspring in zip(
        *(state.bricks[name].tolist() for name in names), strict=True
    ):
        sectors = frozenset(bit for bit in range(64) if mask >> bit & 1)
        authors = tuple(organisations[row] for row in inventors if row >= 0)
        bricks.append(
            Brick(identity, tuple(position), sectors, generation, birth, inventors=authors, offspring=offspring)
        )
    for brick, family in zip(bricks, state.bricks["family"].tolist(), strict=True):
        brick.family = bricks[family] if family >= 0 else None
    return bricks
