"""The month on one page.

::

    support      policies pull their levers                                               (policies)
    attract      attractors set the drive, the meeting rates and the visions
    meet         organisations start meetings, find a layer and a partner
    hybridise    in each meeting, in random order, a pair of bricks is tried
    propagate    hybrids that were drawn may be copied to the other side
    trust        ties strengthen with success, decay with failure and disuse              (trust)
    forget       carriers lose hybrids
    create       labs renew their basic bricks
    ally         firms join forces, and share                                             (alliances)
    users        designers meet those who use                                             (users)
    launch       firms put hybrids on the markets                                         (markets)
    sell         offers diffuse and are paid for                                          (markets)
    reframe      markets' frames follow what is used and what is promoted                 (frames)
    earn         firms sell, pay, invest, hire and let go                                 (firm_life)
    exit         insolvent firms leave                                                    (exits)
    enter        start-ups are founded on new hybrids                                     (startups)
    audit        money and heads are conserved, or the run stops                          (record.check)
    record       the month is written down

What stands in brackets is the switch (``mechanisms.…``) without which the process is not there. The processes without
one are the core.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecosim.errors import ParameterError, nearest_name
from ecosim.parameters import Parameters
from ecosim.processes import (
    Ally,
    Attract,
    Audit,
    Create,
    Earn,
    Enter,
    Exit,
    Forget,
    Hybridise,
    Launch,
    Meet,
    Process,
    Propagate,
    Record,
    Reframe,
    Sell,
    Support,
    Trust,
    Users,
)

__all__ = ["core_schedule", "schedule_for", "with_process"]


def core_schedule() -> tuple[Process, ...]:
    """Return the processes of a month of the core, in their order, made anew for one model."""
    return schedule_for(Parameters())


def schedule_for(parameters: Parameters) -> tuple[Process, ...]:
    """Return the processes of a month, in their order: the core, and those whose mechanism is on."""
    on = parameters.mechanisms
    month: tuple[tuple[bool, type[Process]], ...] = (
        (on.policies, Support),
        (True, Attract),
        (True, Meet),
        (True, Hybridise),
        (True, Propagate),
        (on.trust, Trust),
        (True, Forget),
        (True, Create),
        (on.alliances, Ally),
        (on.users, Users),
        (on.markets, Launch),
        (on.markets, Sell),
        (on.frames, Reframe),
        (on.firm_life, Earn),
        (on.exits, Exit),
        (on.startups, Enter),
        (parameters.record.check and on.economy, Audit),
        (True, Record),
    )
    return tuple(process() for present, process in month if present)


def with_process(
    new: Process, before: str = "record", schedule: Sequence[Process] | None = None
) -> tuple[Process, ...]:
    """Return a schedule with one more process, put before the one named `before`.

    Raises
    ------
    ParameterError
        When no process of the schedule has that name.
    """
    processes = list(core_schedule() if schedule is None else schedule)
    names = [process.name for process in processes]
    if before not in names:
        raise ParameterError(f"before = {before!r}{nearest_name(before, names)}: allowed are {', '.join(names)}")
    processes.insert(names.index(before), new)
    return tuple(processes)
