"""The loop in C (`loop.c`), compiled when asked for, as a process that takes the place of four others."""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from ecosim.processes import Forget, Hybridise, Meet, Process, Propagate
from ecosim.processes.base import World
from ecosim.state import BRICK_ORDER, Meetings, State
from ecosim.streams import stream_key

__all__ = ["LoopInC", "NoCompilerError", "build_loop"]

SOURCE = Path(__file__).with_name("loop.c")
COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-O3", "-std=c11", "-ffp-contract=off", "-shared", "-fPIC")
REPLACED = ("meet", "hybridise", "propagate", "forget")

_INT, _KEY, _REAL, _ARRAY = ctypes.c_int64, ctypes.c_uint64, ctypes.c_double, ctypes.c_void_p
_FIELDS: dict[Any, str] = {
    _INT: "organisations capacity core dimensions bricks room_for_bricks spent_places room attractors month "
    "distance_matters spontaneous",
    _KEY: "meet_key barrier_key birth_key hybridise_evict_key propagate_evict_key forget_key",
    _REAL: "base_drive openness barrier_scale birth_spread transmissibility forgetting",
    _ARRAY: "identity held portfolio rate cluster shares bridge_open start partner cumulative brick_identity "
    + " ".join(BRICK_ORDER)
    + " spent centre strength width cohort_offspring layer_births tally",
}


class NoCompilerError(Exception):
    """There is no C compiler here, or it does not compile the loop; the message says which."""


class _World(ctypes.Structure):
    """The structure of the same name in `world.c`."""

    _fields_ = [(name, kind) for kind, names in _FIELDS.items() for name in names.split()]


def build_loop(folder: Path) -> ctypes.CDLL:
    """Compile the loop into `folder` and load it.

    Raises
    ------
    NoCompilerError
        When no compiler is found, or the one that is found fails.
    """
    compiler = next((found for found in map(shutil.which, COMPILERS) if found), None)
    if compiler is None:
        raise NoCompilerError(f"no C compiler ({', '.join(COMPILERS)}) on the path")
    target = folder / "loop.so"
    problem = ""
    for processor in (
        ["-march=native"],
        [],
    ):  # the processor's own instructions, as Numba uses them, if they can be had
        command = [compiler, *FLAGS, *processor, str(SOURCE), "-o", str(target), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            library = ctypes.CDLL(str(target))
            library.play.restype = ctypes.c_int64
            library.play.argtypes = [ctypes.POINTER(_World)]
            return library
        problem = done.stderr.strip().splitlines()[0] if done.stderr.strip() else f"exit code {done.returncode}"
    raise NoCompilerError(f"{Path(compiler).name} does not compile the loop: {problem}")


class LoopInC(Process):
    """Meet, hybridise, propagate and forget, in C. `seconds` is what the last month took, preparations left out."""

    name = "loop in C"
    reads = (*Meet.reads, *Hybridise.reads, *Propagate.reads, *Forget.reads)
    writes = (*Hybridise.writes, *Propagate.writes, *Forget.writes)

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.seconds = 0.0

    def step(self, model: World) -> None:
        state = model.state
        _make_room(state)
        world, kept = _prepare(state, model)
        started = time.thread_time()
        meetings = self._library.play(ctypes.byref(world))
        self.seconds = time.thread_time() - started
        del kept
        if meetings < 0:
            raise RuntimeError("the loop in C ran out of room for bricks or spent pairs")
        state.spent.count = len(state.spent.table) // 2 - world.room
        state.bricks.count = world.bricks
        state.meetings = Meetings.none()


def core_with_loop(processes: tuple[Process, ...], loop: LoopInC) -> tuple[Process, ...]:
    """Return a schedule in which the loop stands for the four processes that it replaces."""
    place = [process.name for process in processes].index(REPLACED[0])
    rest = [process for process in processes if process.name not in REPLACED]
    return (*rest[:place], loop, *rest[place:])


def _make_room(state: State) -> None:
    """Make room for more births than the month will see, since the loop cannot stop in between."""
    births = 2 * int(state.organisations["rate"].sum()) + 1000
    state.bricks.reserve(births)
    while state.spent.room < births:
        state.spent.grow()
    if state.month >= len(state.cohort_offspring):
        state.cohort_offspring = np.concatenate([state.cohort_offspring, np.zeros_like(state.cohort_offspring)])


def _prepare(state: State, model: World) -> tuple[_World, list[Any]]:
    """Return the structure that the loop works on, and the arrays that must outlive it."""
    parameters, organisations, bricks, ties = state.parameters, state.organisations, state.bricks, state.ties
    hybridise = Hybridise()
    arrays = {
        **{name: organisations[name] for name in ("identity", "held", "portfolio", "rate", "cluster")},
        "shares": np.cumsum(parameters.layer_shares),
        "bridge_open": state.clusters["brokerage"] * parameters.medium.bridge_openness,
        "start": ties.start,
        "partner": ties.partner,
        "cumulative": ties.cumulative,
        "brick_identity": bricks.whole("identity"),
        **{name: bricks.whole(name) for name in BRICK_ORDER},
        "spent": state.spent.table,
        "centre": state.drive_centre,
        "strength": state.drive_strength,
        "width": state.drive_width,
        "cohort_offspring": state.cohort_offspring,
        "layer_births": state.layer_births,
        "tally": state.tally,
    }
    world = _World(
        organisations=len(organisations),
        capacity=parameters.knowledge.capacity,
        core=parameters.knowledge.core_size,
        dimensions=parameters.knowledge.dimensions,
        bricks=bricks.count,
        room_for_bricks=bricks.capacity,
        spent_places=len(state.spent.table),
        room=state.spent.room,
        attractors=len(state.drive_strength),
        month=state.month,
        distance_matters=parameters.diversity.distance_matters,
        spontaneous=parameters.latent.spontaneous,
        meet_key=Meet().key(model),
        barrier_key=stream_key(state.seed, "barriers"),
        birth_key=stream_key(state.seed, "births"),
        hybridise_evict_key=hybridise.key(model, "evict"),
        propagate_evict_key=Propagate().key(model, "evict"),
        forget_key=Forget().key(model),
        base_drive=parameters.latent.base_drive,
        openness=parameters.diversity.openness,
        barrier_scale=parameters.latent.barrier_scale,
        birth_spread=parameters.knowledge.birth_spread,
        transmissibility=parameters.effective_transmissibility,
        forgetting=1.0 - math.exp(-parameters.knowledge.forgetting),
        **{name: array.ctypes.data for name, array in arrays.items()},
    )
    return world, list(arrays.values())
