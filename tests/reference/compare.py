"""What differs between a twin and the columns of the compiled model, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ecosim.kernels.hybridise import TALLY
from ecosim.state import LAYERS, State

from .draws import child_identity
from .world import TIED, World

# Positions are stored as 32-bit floats: one unit in the last place, should a cosine be rounded the other way.
_POSITION = 2.0**-22


def differences(world: World, state: State) -> list[str]:
    """Return one line per difference, empty when the two are equal; positions may differ by float32 rounding."""
    return [
        line for part in (_tallies, _meetings, _bricks, _organisations, _ties, _the_rest) for line in part(world, state)
    ]


def _compare(what: str, twin: Any, compiled: Any) -> Iterator[str]:
    if twin != compiled:
        yield f"{what}: twin {twin!r}, compiled {compiled!r}"


def _tallies(world: World, state: State) -> Iterator[str]:
    for name, compiled in zip(TALLY, state.tally.tolist(), strict=True):
        yield from _compare(f"tally of {name}", world.tally[name], compiled)
    for layer, row in zip(LAYERS, state.layer_births.tolist(), strict=True):
        for kind, compiled in zip(("spontaneous", "recombinant"), row, strict=True):
            yield from _compare(f"{kind} births, {layer} layer", world.births_by_layer[layer, kind], compiled)


def _meetings(world: World, state: State) -> Iterator[str]:
    who = _rows(world.organisations)
    what = _rows(world.bricks)
    compiled = state.meetings
    yield from _compare("meetings", len(world.meetings), len(compiled))
    columns = (compiled.base, compiled.initiator, compiled.partner, compiled.layer, compiled.drawn, compiled.fruit)
    rows = zip(world.meetings, *(column.tolist() for column in columns), strict=False)
    for index, (meeting, *row) in enumerate(rows):
        twin = [
            meeting.base,
            who[meeting.initiator],
            -1 if meeting.partner is None else who[meeting.partner],
            -1 if meeting.layer is None else LAYERS.index(meeting.layer),
            [-1, -1] if meeting.drawn is None else [what[brick] for brick in meeting.drawn],
            int(meeting.fruit),
        ]
        yield from _compare(f"meeting {index} (base, initiator, partner, layer, drawn, fruit)", twin, row)


def _bricks(world: World, state: State) -> Iterator[str]:
    yield from _compare("bricks", len(world.bricks), state.bricks.count)
    who = _rows(world.organisations)
    what = _rows(world.bricks)
    carriers = world.carriers()
    names = ("identity", "sectors", "generation", "birth", "parents", "inventors", "family", "carriers", "offspring")
    columns = zip(*(state.bricks[name].tolist() for name in names), strict=True)
    positions = state.bricks["position"].tolist()
    for row, (brick, compiled) in enumerate(zip(world.bricks, columns, strict=False)):
        twin = (
            brick.identity,
            sum(1 << sector for sector in brick.sectors),
            brick.generation,
            brick.birth,
            _pair(what[parent] for parent in brick.parents),
            _pair(who[inventor] for inventor in brick.inventors),
            -1 if brick.family is None else what[brick.family],
            carriers[brick],
            brick.offspring,
        )
        for name, mine, theirs in zip(names, twin, compiled, strict=True):
            yield from _compare(f"brick {row}, {name}", mine, theirs)
        for mine, theirs in zip(brick.position, positions[row], strict=True):
            if not math.isclose(mine, theirs, rel_tol=_POSITION, abs_tol=_POSITION):
                yield f"brick {row}, position: twin {brick.position}, compiled {positions[row]}"


def _organisations(world: World, state: State) -> Iterator[str]:
    what = _rows(world.bricks)
    columns = state.organisations
    for row, organisation in enumerate(world.organisations):
        held = int(columns["held"][row])
        portfolio = [what[brick] for brick in organisation.portfolio]
        yield from _compare(f"organisation {row}, portfolio", portfolio, columns["portfolio"][row][:held].tolist())
        yield from _compare(f"organisation {row}, rate", organisation.rate, float(columns["rate"][row]))
        vision = -1 if organisation.vision is None else organisation.vision
        yield from _compare(f"organisation {row}, vision", vision, int(columns["vision"][row]))


def _ties(world: World, state: State) -> Iterator[str]:
    """Shares always; with trust also trust, and over which tie each meeting went."""
    who = _rows(world.organisations)
    ties = state.ties
    for row, organisation in enumerate(world.organisations):
        for number, layer in enumerate(TIED):
            here = slice(int(ties.start[3 * row + number]), int(ties.start[3 * row + number + 1]))
            partners = [partner for partner, _ in organisation.ties[layer]]
            name = f"organisation {row}, {layer} ties"
            yield from _compare(
                f"{name}, partners", [who[partner] for partner in partners], ties.partner[here].tolist()
            )
            shares = [share for _, share in organisation.ties[layer]]
            yield from _compare(f"{name}, running shares", shares, ties.cumulative[here].tolist())
            if world.trust:
                trust = [world.trust[layer, frozenset((organisation, partner))] for partner in partners]
                yield from _compare(f"{name}, trust", trust, ties.trust[here].tolist())
    if not world.trust:
        yield from _compare("places of meetings' ties", 0, len(state.meetings.tie))
        return
    for index, (meeting, tie) in enumerate(zip(world.meetings, state.meetings.tie.tolist(), strict=True)):
        met = None
        if tie >= 0:
            row, number = divmod(int(np.searchsorted(ties.start, tie, side="right")) - 1, 3)
            met = (TIED[number], row, int(ties.partner[tie]))
        twin = None
        if meeting.bond is not None and meeting.partner is not None:
            twin = (meeting.layer, who[meeting.initiator], who[meeting.partner])
        yield from _compare(f"meeting {index}, tie", twin, met)


def _the_rest(world: World, state: State) -> Iterator[str]:
    spent = {child_identity(*pair) for pair in world.spent}
    table = [key for key in state.spent.table.tolist() if key]
    yield from _compare("spent pairs, as a set", spent, set(table))
    yield from _compare("spent pairs, counted", len(spent), state.spent.count)
    yield from _compare("spent pairs, places taken", len(spent), len(table))
    credit = {birth: credit for birth, credit in enumerate(state.cohort_offspring.tolist()) if credit}
    yield from _compare("offspring by birth month", dict(sorted(world.offspring_by_birth_month.items())), credit)
    found = state.attractors
    for row, attractor in enumerate(world.attractors[: len(found)]):
        twin = [attractor.kind, list(attractor.centre), attractor.start, attractor.end]
        compiled = [found.kind[row], found.centre[row].tolist(), found.start[row], found.end[row]]
        yield from _compare(f"attractor {row}", twin, compiled)
    yield from _compare("attractors", len(world.attractors), len(found))


def _rows(things: Iterable[Any]) -> dict[Any, int]:
    return {thing: row for row, thing in enumerate(things)}


def _pair(rows: Iterable[int]) -> list[int]:
    return [*rows, -1, -1][:2]
