"""The core month as a competent Mesa user writes it: agents, lists, sets and dictionaries, and Mesa's own generator.

The rules are those of `ecosim.processes` and the world of month 0 is the one that ``found(scenario, seed)`` makes, so
that the two can be compared: in distribution, and in time. Nothing here is slow on purpose. A partner is drawn with
``random.choices`` over running weights; a barrier is drawn when its pair is first tried and then remembered; a trial
that no drive could help is given up before any position is read.

Left out: visions, which no rule of the core reads, and encounters that clusters organise (refused).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import mesa

from ecosim.parameters import Parameters
from ecosim.scenario import Scenario
from ecosim.setup import found
from ecosim.state import LAB, LAYERS, State

__all__ = ["Brick", "Firm", "Lab", "Organisation", "PlainModel"]

Point = tuple[float, ...]
CLUSTER, BRIDGE, SCIENCE, DIGITAL = range(4)


@dataclass(eq=False)
class Brick:
    """A brick, basic (generation 0) or hybrid."""

    number: int
    position: Point
    sectors: frozenset[int]
    generation: int = 0
    birth: int = -1
    parents: tuple[Brick, ...] = ()
    inventors: tuple[Organisation, ...] = ()


class Organisation(mesa.Agent):  # type: ignore[misc]
    """Meets others, keeps a portfolio (its core first, then hybrids), forgets."""

    model: PlainModel

    def __init__(self, model: PlainModel, sector: int, home: Point, open_bridges: float) -> None:
        super().__init__(model)
        self.sector = sector
        self.home = home
        self.open_bridges = open_bridges
        self.rate = 0.0
        self.portfolio: list[Brick] = []
        self.partners: list[list[Organisation]] = [[], [], []]
        self.weights: list[list[float]] = [[], [], []]  # running, per layer

    def meetings_this_month(self) -> int:
        """Return a Poisson number of mean `rate` (Knuth: so many uniform numbers until their product is small)."""
        draw = self.random.random
        least = math.exp(-self.rate)
        count, product = 0, draw()
        while product > least:
            count += 1
            product *= draw()
        return count

    def meet(self) -> None:
        """Find a partner; each side draws a brick; try the pair; promise copies for the end of the month."""
        model, random = self.model, self.random
        other = self._partner()
        if other is None:
            return
        tally = model.tally
        tally["meetings"] += 1
        mine, yours = random.choice(self.portfolio), random.choice(other.portfolio)
        if mine.generation and random.random() < model.transmissibility:
            model.copies.append((other, mine))
        if yours.generation and random.random() < model.transmissibility:
            model.copies.append((self, yours))
        if mine is yours or not (mine.generation or yours.generation or model.spontaneous):
            return
        tally["trials"] += 1
        if model.succeeds(mine, yours):
            model.give_birth(self, other, mine, yours)

    def _partner(self) -> Organisation | None:
        model, random = self.model, self.random
        layer = random.choices(range(4), cum_weights=model.layer_weights)[0]
        if layer == DIGITAL:
            other = random.choice(model.organisations)
            while other is self:
                other = random.choice(model.organisations)
            return other
        if layer == BRIDGE and random.random() >= self.open_bridges:
            return None
        partners = self.partners[layer]
        return random.choices(partners, cum_weights=self.weights[layer])[0] if partners else None

    def acquire(self, brick: Brick) -> None:
        """Take a hybrid in; a full portfolio loses a random one."""
        model, portfolio = self.model, self.portfolio
        if len(portfolio) < model.capacity:
            portfolio.append(brick)
        else:
            portfolio[self.random.randrange(model.core, model.capacity)] = brick
            model.tally["evicted"] += 1

    def forget(self) -> None:
        """Lose each hybrid with the month's probability; never the core."""
        model, portfolio = self.model, self.portfolio
        core, probability, draw = model.core, model.forgetting, self.random.random
        before = len(portfolio)
        if before > core:
            portfolio[core:] = [brick for brick in portfolio[core:] if draw() >= probability]
            model.tally["carried"] += before - core
            model.tally["forgotten"] += before - len(portfolio)


class Firm(Organisation):
    """An organisation that is no laboratory."""


class Lab(Organisation):
    """Also renews its basic bricks."""

    def create(self) -> None:
        model, random = self.model, self.random
        if random.random() >= model.parameters.labs.creation_rate:
            return
        spread = model.parameters.diversity.sector_spread
        position = tuple(axis + random.gauss(0.0, spread) for axis in model.centres[self.sector])
        brick = model.new_brick(position, frozenset((self.sector,)), birth=model.month)
        self.portfolio[random.randrange(model.core)] = brick
        model.tally["created"] += 1


class PlainModel(mesa.Model):  # type: ignore[misc]
    """The core of `ecosim` in plain Mesa.

    Parameters
    ----------
    scenario : what is played; its month 0 is ``found(scenario, seed)``
    seed : of the world of month 0; run : of Mesa's generator, which plays the months (None: as `seed`)
    """

    def __init__(self, scenario: Scenario, seed: int, run: int | None = None) -> None:
        super().__init__(rng=seed if run is None else run)
        state = found(scenario, seed)
        parameters = state.parameters
        if parameters.clusters.encounters_per_year > 0:
            raise ValueError("the plain model has no encounters that clusters organise")
        self.parameters: Parameters = parameters
        self.month = 0
        self.core = parameters.knowledge.core_size
        self.capacity = parameters.knowledge.capacity
        self.forgetting = 1.0 - math.exp(-parameters.knowledge.forgetting)
        self.transmissibility = parameters.effective_transmissibility
        self.spontaneous = parameters.latent.spontaneous
        self.layer_weights: Sequence[float] = _running(parameters.layer_shares)
        self.centres: list[Point] = [tuple(centre) for centre in state.sector_centres.tolist()]
        self.attractors = state.attractors
        self.active: list[tuple[Point, float, float]] = []  # centre, strength, width
        self.barriers: dict[tuple[int, int], float] = {}
        self.spent: set[tuple[int, int]] = set()
        self.copies: list[tuple[Organisation, Brick]] = []
        self.bricks = 0
        self.tally: Counter[str] = Counter()
        self.organisations: list[Organisation] = []
        _settle(self, state)

    # -- the month --------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Play one month."""
        self.attract()
        organisations = self.organisations
        meetings = [one for one in organisations for _ in range(one.meetings_this_month())]
        self.random.shuffle(meetings)
        for organisation in meetings:
            organisation.meet()
        self.propagate()
        self.agents.do("forget")
        self.agents_by_type[Lab].shuffle_do("create")
        self.month += 1

    def attract(self) -> None:
        """Let the attractors of the month set the drive and the meeting rates."""
        attractors, dial = self.attractors, self.parameters.dials.attractor_dial
        active = attractors.active(self.month)
        centres = [tuple(attractors.centre[k].tolist()) for k in active]
        widths = [attractors.width[k] for k in active]
        self.active = list(zip(centres, [attractors.strength[k] * dial for k in active], widths, strict=True))
        calls = list(zip(centres, [(attractors.boost[k] - 1) * dial for k in active], widths, strict=True))
        calls = [call for call in calls if call[1] > 0]
        usual = self.parameters.effective_meeting_rate
        for organisation in self.organisations:
            organisation.rate = usual * (1 + _sum_of_bells(organisation.home, calls)) if calls else usual

    def propagate(self) -> None:
        """Copy the hybrids that were promised, to those that do not have them."""
        for organisation, brick in self.copies:
            if brick not in organisation.portfolio:
                organisation.acquire(brick)
                self.tally["copies"] += 1
        self.copies.clear()

    # -- bricks -----------------------------------------------------------------------------------------------

    def succeeds(self, a: Brick, b: Brick) -> bool:
        """Return whether the barrier of a pair, drawn once and for all, lies below the drive; if so it is spent."""
        pair = (a.number, b.number) if a.number < b.number else (b.number, a.number)
        if pair in self.spent:
            return False
        barrier = self.barriers.get(pair)
        if barrier is None:
            barrier = self.barriers[pair] = self.random.expovariate(1.0 / self.parameters.latent.barrier_scale)
        if barrier >= self.drive(a, b):
            return False
        self.spent.add(pair)
        return True

    def drive(self, a: Brick, b: Brick) -> float:
        """Return (e0 + Σ A_k exp(−|x_ab − c_k|² / 2 w_k²)) · h(|x_a − x_b|)."""
        diversity = self.parameters.diversity
        drive = self.parameters.latent.base_drive
        if self.active:
            drive += _sum_of_bells(tuple((x + y) / 2 for x, y in zip(a.position, b.position, strict=True)), self.active)
        if diversity.distance_matters:
            ratio = math.dist(a.position, b.position) ** 2 / diversity.openness**2
            drive *= ratio * math.exp(1.0 - ratio)
        return drive

    def give_birth(self, one: Organisation, other: Organisation, a: Brick, b: Brick) -> None:
        """Make the child of a pair; a birth inside one sector is only counted."""
        sectors = a.sectors | b.sectors
        if len(sectors) == 1:
            self.tally["incremental"] += 1
            return
        gauss, spread = self.random.gauss, self.parameters.knowledge.birth_spread
        position = tuple((x + y) / 2 + gauss(0.0, spread) for x, y in zip(a.position, b.position, strict=True))
        generation = 1 + max(a.generation, b.generation)
        child = self.new_brick(position, sectors, generation, self.month, (a, b), (one, other))
        self.tally["recombinant" if generation > 1 else "spontaneous"] += 1
        one.acquire(child)
        other.acquire(child)

    def new_brick(
        self,
        position: Point,
        sectors: frozenset[int],
        generation: int = 0,
        birth: int = -1,
        parents: tuple[Brick, ...] = (),
        inventors: tuple[Organisation, ...] = (),
    ) -> Brick:
        """Return a brick of the next number."""
        self.bricks += 1
        return Brick(self.bricks, position, sectors, generation, birth, parents, inventors)


def _sum_of_bells(point: Point, bells: Sequence[tuple[Point, float, float]]) -> float:
    total = 0.0
    for centre, height, width in bells:
        ratio = math.dist(point, centre) ** 2 / (width * width)
        total += height * math.exp(-0.5 * ratio)
    return total


def _running(shares: Sequence[float]) -> list[float]:
    return [sum(shares[: index + 1]) for index in range(len(shares))]


def _settle(model: PlainModel, state: State) -> None:
    """Make the agents of a state of month 0: their bricks, partners and weights."""
    columns, ties = state.organisations, state.ties
    open_bridges = state.clusters["brokerage"] * model.parameters.medium.bridge_openness
    names = ("kind", "sector", "cluster", "home")
    for kind, sector, cluster, home in zip(*(columns[name].tolist() for name in names), strict=True):
        kind_of_agent = Lab if kind == LAB else Firm
        model.organisations.append(kind_of_agent(model, sector, tuple(home), float(open_bridges[cluster])))
    masks, generations = state.bricks["sectors"].tolist(), state.bricks["generation"].tolist()
    bricks = [
        model.new_brick(tuple(position), frozenset(s for s in range(64) if mask >> s & 1), generation)
        for position, mask, generation in zip(state.bricks["position"].tolist(), masks, generations, strict=True)
    ]
    first, partner, running = ties.start.tolist(), ties.partner.tolist(), ties.cumulative.tolist()
    for row, organisation in enumerate(model.organisations):
        held = columns["portfolio"][row, : columns["held"][row]]
        organisation.portfolio = [bricks[brick] for brick in held.tolist()]
        for layer in range(len(LAYERS) - 1):
            low, high = first[3 * row + layer], first[3 * row + layer + 1]
            organisation.partners[layer] = [model.organisations[other] for other in partner[low:high]]
            organisation.weights[layer] = running[low:high]
