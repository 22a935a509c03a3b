"""The month on one page.

::

    attract      attractors set the drive, the meeting rates and the visions
    meet         organisations start meetings, find a layer and a partner
    hybridise    in each meeting, in random order, a pair of bricks is tried
    propagate    hybrids that were drawn may be copied to the other side
    forget       carriers lose hybrids
    create       labs renew their basic bricks
    record       the month is written down
"""

from __future__ import annotations

from collections.abc import Sequence

from ecosim.errors import ParameterError, nearest_name
from ecosim.processes import Attract, Create, Forget, Hybridise, Meet, Process, Propagate, Record

__all__ = ["core_schedule", "with_process"]


def core_schedule() -> tuple[Process, ...]:
    """Return the processes of a month, in their order, made anew for one model."""
    return (Attract(), Meet(), Hybridise(), Propagate(), Forget(), Create(), Record())


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
