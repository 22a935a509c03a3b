"""The rules of the month, in the order of the schedule: attract, meet, hybridise, propagate, trust, forget, create.

Source: the design document, sections 2, 3, 4 (trust) and 6.
"""

from __future__ import annotations

import math
from functools import reduce
from operator import add

from . import draws
from .trust import trust
from .world import Attractor, Brick, Meeting, Organisation, Point, World

LAYERS = ("cluster", "bridge", "science", "digital")


def play_month(world: World) -> None:
    """Play one month; the tally and the meetings are then those of this month alone."""
    world.tally.clear()
    world.births_by_layer.clear()
    attract(world)
    meet(world)
    hybridise(world)
    propagate(world)
    if world.parameters.mechanisms.trust:
        trust(world)
    forget(world)
    create(world)
    world.month += 1


def _key(world: World, process: str, what: str = "") -> int:
    return draws.stream_key(world.seed, f"{process} {what}", world.month)


# -- attract: drive, meeting rates, visions, encounters -------------------------------------------------------


def active_attractors(world: World) -> list[Attractor]:
    return [attractor for attractor in world.attractors if attractor.start <= world.month < attractor.end]


def attract(world: World) -> None:
    organise_encounters(world)
    dial = world.parameters.dials.attractor_dial
    for organisation in world.organisations:
        factor = 1.0
        for attractor in active_attractors(world):
            squared = _squared(organisation.home, attractor.centre)
            if squared < (4 * attractor.width) ** 2:  # beyond 4 widths an encounter calls nobody
                nearness = math.exp(-squared / (2 * attractor.width**2))
                factor += (attractor.boost - 1) * dial * nearness
        organisation.rate = draws.single(world.parameters.effective_meeting_rate * factor)
    for row, attractor in enumerate(world.attractors):
        if attractor.kind == "market" and attractor.start == world.month and dial > 0:
            for organisation in world.organisations:
                if math.dist(organisation.home, attractor.centre) <= attractor.width:
                    organisation.vision = row


def organise_encounters(world: World) -> None:
    """Each cluster, with a chance that its brokerage scales, meets another (by brokerage) for a month, midway."""
    settings = world.parameters.clusters
    if settings.encounters_per_year == 0 or len(world.clusters) < 2:
        return
    pull = [cluster.brokerage if cluster.members > 0 else 0.0 for cluster in world.clusters]
    for host in world.clusters:
        chance = host.brokerage * settings.encounters_per_year / 12
        if draws.uniform(draws.draw(_key(world, "attract"), host.identity)) >= chance:
            continue
        others = [0.0 if cluster is host else weight for cluster, weight in zip(world.clusters, pull, strict=True)]
        total = reduce(add, others)
        if total == 0:
            continue
        target = draws.uniform(draws.draw(_key(world, "attract", "guest"), draws.second(host.identity))) * total
        guest = world.clusters[-1]
        running = 0.0
        for cluster, weight in zip(world.clusters, others, strict=True):
            running += weight
            if running > target:
                guest = cluster
                break
        here, there = world.sector_centres[host.sector], world.sector_centres[guest.sector]
        world.attractors.append(
            Attractor(
                "encounter",
                _midpoint(here, there),
                settings.encounter_strength,
                settings.encounter_width,
                settings.encounter_boost,
                world.month,
                world.month + 1,
            )
        )


# -- meet: how many, when, in which layer, with whom ----------------------------------------------------------


def meet(world: World) -> None:
    key = _key(world, "meet")
    meetings = []
    for organisation in world.organisations:
        if organisation.gone:
            continue
        wanted = draws.poisson(draws.uniform(draws.draw(key, organisation.identity)), organisation.rate)
        own = draws.stem(key, organisation.identity)
        meetings += [Meeting(draws.further(own, number), organisation) for number in range(1, wanted + 1)]
    world.meetings = sorted(meetings, key=lambda meeting: meeting.base)
    for meeting in world.meetings:
        meeting.layer = choose_layer(world, meeting)
        if meeting.layer == "digital":
            meeting.partner = anyone(world, meeting)
        elif meeting.layer is not None:
            meeting.partner = tied(meeting)


def choose_layer(world: World, meeting: Meeting) -> str | None:
    """Choose by the shares of the layers; a bridge that cluster and federation keep shut lets nobody through."""
    u = draws.uniform(draws.further(meeting.base, 1))
    below_this = 0.0
    for layer, share in zip(LAYERS, world.parameters.layer_shares, strict=True):
        up_to_this = below_this + share
        if u < up_to_this or layer == LAYERS[-1]:
            break
        below_this = up_to_this
    if layer == "bridge":
        brokerage = world.clusters[meeting.initiator.cluster].brokerage
        open_share = brokerage * world.parameters.medium.bridge_openness
        if u - below_this >= open_share * (up_to_this - below_this):
            return None
    return layer


def anyone(world: World, meeting: Meeting) -> Organisation | None:
    """Draw a seat until somebody else sits there (a thousand times at most)."""
    for attempt in range(1000):
        other = world.organisations[draws.seat(draws.further(meeting.base, 16 + attempt), len(world.organisations))]
        if other is not meeting.initiator and not other.gone:
            return other
    return None


def tied(meeting: Meeting) -> Organisation | None:
    """Draw a tie by weight; nobody is met when there is none, or when the partner is gone."""
    u = draws.uniform(draws.further(meeting.base, 2))
    assert meeting.layer is not None
    for partner, running_share in meeting.initiator.ties[meeting.layer]:
        if u < running_share:
            return None if partner.gone else partner
    return None


# -- hybridise: each side draws a brick, the pair is tried ----------------------------------------------------


def hybridise(world: World) -> None:
    for meeting in world.meetings:
        if meeting.partner is None:
            continue
        world.tally["meetings"] += 1
        bits = draws.further(meeting.base, 3)
        mine, yours = meeting.initiator.portfolio, meeting.partner.portfolio
        a, b = mine[draws.below(bits, len(mine))], yours[draws.below_low(bits, len(yours))]
        meeting.drawn = (a, b)
        both_basic = a.generation == 0 and b.generation == 0
        if a is b or (both_basic and not world.parameters.latent.spontaneous):
            continue
        world.tally["trials"] += 1
        pair = frozenset((a.identity, b.identity))
        if pair not in world.spent and barrier(world, a, b) < drive(world, a, b):
            world.spent.add(pair)
            meeting.fruit = True
            give_birth(world, meeting, a, b)


def barrier(world: World, a: Brick, b: Brick) -> float:
    """E_ab ~ Exponential(E0), quenched: by inversion from the draw of the pair, which no month enters."""
    u = draws.uniform(
        draws.mix(draws.child_identity(a.identity, b.identity) ^ draws.stream_key(world.seed, "barriers"))
    )
    return math.inf if u == 0 else -world.parameters.latent.barrier_scale * math.log(u)


def drive(world: World, a: Brick, b: Brick) -> float:
    """(e0 + Σ A_k exp(−|x_ab − c_k|² / 2 w_k²)) · h(|x_a − x_b|), h(d) = (d/d*)² exp(1 − (d/d*)²)."""
    parameters = world.parameters
    middle = _midpoint(a.position, b.position)
    total = parameters.latent.base_drive
    for attractor in active_attractors(world):
        strength = attractor.strength * parameters.dials.attractor_dial
        total += strength * math.exp(-_squared(middle, attractor.centre) / (2 * attractor.width**2))
    if parameters.diversity.distance_matters:
        ratio = _squared(a.position, b.position) / parameters.diversity.openness**2
        total *= ratio * math.exp(1 - ratio)
    return total


def give_birth(world: World, meeting: Meeting, a: Brick, b: Brick) -> None:
    """A birth within one sector is incremental: it is counted, and makes no brick."""
    assert meeting.partner is not None
    assert meeting.layer is not None
    sectors = a.sectors | b.sectors
    if len(sectors) == 1:
        world.tally["incremental"] += 1
        return
    identity = draws.child_identity(a.identity, b.identity)
    noise = draws.draw(draws.stream_key(world.seed, "births"), identity)
    spread = world.parameters.knowledge.birth_spread
    child = Brick(
        identity=identity,
        position=tuple(
            draws.single(x + spread * draws.normal(noise, axis))
            for axis, x in enumerate(_midpoint(a.position, b.position))
        ),
        sectors=sectors,
        generation=1 + max(a.generation, b.generation),
        birth=world.month,
        parents=(a, b),
        inventors=(meeting.initiator, meeting.partner),
    )
    hybrid_parents = [parent for parent in (a, b) if parent.generation > 0]
    kind = "recombinant" if hybrid_parents else "spontaneous"
    world.tally[kind] += 1
    world.births_by_layer[meeting.layer, kind] += 1
    for parent in hybrid_parents:  # one child is one unit of credit, shared
        parent.offspring += 1 / len(hybrid_parents)
        if parent.birth >= 0:
            world.offspring_by_birth_month[parent.birth] += 1 / len(hybrid_parents)
    # the cascade goes on in the line of the later generation (the initiator's, when they are level)
    child.family = max(hybrid_parents, key=lambda parent: parent.generation).family if hybrid_parents else child
    world.bricks.append(child)
    for inventor in child.inventors:
        take_in(world, inventor, child, _key(world, "hybridise", "evict"))


def take_in(world: World, organisation: Organisation, hybrid: Brick, key: int) -> None:
    """Add a hybrid to a portfolio; in a full one it takes the place of a random hybrid. The core is never lost."""
    if len(organisation.portfolio) < world.parameters.knowledge.capacity:
        organisation.hybrids.append(hybrid)
        return
    bits = draws.draw(key, hybrid.identity ^ organisation.identity)
    organisation.hybrids[draws.below(bits, len(organisation.hybrids))] = hybrid
    world.tally["evicted"] += 1


# -- propagate, forget, create --------------------------------------------------------------------------------


def propagate(world: World) -> None:
    """Once all meetings are over, each hybrid drawn in one may be copied to the other side."""
    key = _key(world, "propagate", "evict")
    for meeting in world.meetings:
        if meeting.drawn is None or meeting.partner is None:
            continue
        for side, receiver in enumerate((meeting.partner, meeting.initiator)):
            brick = meeting.drawn[side]
            chance = world.parameters.effective_transmissibility
            if meeting.bond in world.trust:
                chance = min(1.0, chance * (1 + world.parameters.trust.trust_copying * world.trust[meeting.bond]))
            copied = draws.uniform(draws.further(meeting.base, 4 + side)) < chance
            if copied and brick.generation > 0 and brick not in receiver.hybrids:
                take_in(world, receiver, brick, key)
                world.tally["copies"] += 1
                meeting.fruit = True


def forget(world: World) -> None:
    """A rate μ is a chance 1 − exp(−μ) a month; the draw belongs to (organisation, brick, month), to no place."""
    key = _key(world, "forget")
    chance = 1 - math.exp(-world.parameters.knowledge.forgetting)
    for organisation in world.organisations:
        world.tally["carried"] += len(organisation.hybrids)
        for hybrid in reversed(list(organisation.hybrids)):
            if draws.uniform(draws.draw(key, draws.mix(organisation.identity) ^ hybrid.identity)) < chance:
                _remove(organisation.hybrids, hybrid)
                world.tally["forgotten"] += 1


def _remove(hybrids: list[Brick], hybrid: Brick) -> None:
    """The last of the list moves into the gap."""
    gap = hybrids.index(hybrid)
    hybrids[gap] = hybrids[-1]
    hybrids.pop()


def create(world: World) -> None:
    """A lab may put a new basic brick of its sector in the place of one of its core."""
    key = _key(world, "create")
    for lab in world.organisations:
        if not lab.lab or lab.gone:
            continue
        bits = draws.draw(key, draws.mix(lab.identity))
        if draws.uniform(bits) >= world.parameters.labs.creation_rate:
            continue
        identity = draws.further(bits, 1)
        spread = world.parameters.diversity.sector_spread
        centre = world.sector_centres[lab.sector]
        position = tuple(draws.single(x + spread * draws.normal(identity, axis)) for axis, x in enumerate(centre))
        brick = Brick(identity, position, frozenset((lab.sector,)), 0, world.month, inventors=(lab,))
        world.bricks.append(brick)
        lab.core[draws.below(draws.further(bits, 2), len(lab.core))] = brick
        world.tally["created"] += 1


def _midpoint(one: Point, other: Point) -> Point:
    return tuple((x + y) / 2 for x, y in zip(one, other, strict=True))


def _squared(one: Point, other: Point) -> float:
    return sum((x - y) ** 2 for x, y in zip(one, other, strict=True))
