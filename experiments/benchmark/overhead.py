"""What a sweep costs beside its runs: two workers, runs of 10 ms, against the same runs in two bare loops.

Elapsed time is counted while all workers are at work (`experiments.benchmark.clocks`): batches, receipts, bookkeeping,
watching and workers that wait for a batch are in it, the start and the end of a sweep are stated apart. The bare loops
are processes that have imported and compiled all, and store nothing.

Other programs on the machine disturb elapsed times: the share of the processors that the bare loops got says how much.
Hence the second row, of the processor's time: in a worker from its first run to its last, and in the parent.
"""

from __future__ import annotations

from ecosim.bench.timing import Row, alternate, median, row
from experiments.benchmark.bare import BareLoops, Loop
from experiments.benchmark.clocks import Steady, Swept, steady, swept

__all__ = ["overhead_rows"]

POINTS = 20
WORKERS = 2
MONTHS = {"busy": 1, "timed": 110}  # 110 months of 200 organisations take 10 ms
MILLI, MICRO = 1e3, 1e6
_BAR = ("≤", 5.0)


def overhead_rows(replicates: int, rounds: int) -> list[Row]:
    """Return the overhead of sweeps of runs that do nothing but take 10 ms, and of runs of the model.

    replicates : of 20 points; rounds : in turns, of which the median is taken
    """
    return [*_rows("busy", replicates, rounds), *_rows("timed", replicates, rounds)]


def _rows(kind: str, replicates: int, rounds: int) -> list[Row]:
    months = MONTHS[kind]
    sweeps: list[Swept] = []
    at_work: list[Steady] = []
    loops: list[Loop] = []
    swept(kind, POINTS, 2, months, WORKERS)  # compiled, or read from Numba's cache; the server of workers is there
    least = swept(kind, POINTS, 2, months, WORKERS)
    with BareLoops(kind, POINTS, months, WORKERS) as bare:

        def sweep_turn() -> float:
            sweeps.append(swept(kind, POINTS, replicates, months, WORKERS))
            at_work.append(steady(sweeps[-1].runs, WORKERS))
            return at_work[-1].per_run

        def loop_turn() -> float:
            loops.append(bare.play(0, replicates))
            return loops[-1].elapsed / (POINTS * replicates)

        took = alternate({"sweep": sweep_turn, "bare": loop_turn}, rounds)
    ours, theirs = took["sweep"], took["bare"]
    found = [_above(a, b) for a, b in zip(ours, theirs, strict=True)]
    got = median([100.0 * loop.processor / (WORKERS * seconds) for loop, seconds in zip(loops, theirs, strict=True)])
    runs = POINTS * replicates
    ends = median([sweep.elapsed - runs * seconds for sweep, seconds in zip(sweeps, ours, strict=True)])
    worker, loop = median([found.processor for found in at_work]), median([loop.processor for loop in loops])
    parent = median([(sweep.parent - least.parent) / (runs - 2 * POINTS) for sweep in sweeps])
    what = "busy runs of 10 ms" if kind == "busy" else f"200 organisations, {months} months"
    quickest = _above(min(ours), min(theirs))
    elapsed = (
        f"elapsed: a run every {MILLI * median(ours):.3f} ms with {WORKERS} workers, every {MILLI * median(theirs):.3f}"
        f" ms in {WORKERS} bare loops; {rounds} times {runs:,} runs in turns, from {min(found):.1f} to "
        f"{max(found):.1f} %, the quickest of each {quickest:.1f} %; start and end of a sweep, not counted, {ends:.2f} "
        f"s; the bare loops had {got:.0f} % of {WORKERS} processors"
    )
    processor = (
        f"a run of {MILLI * loop:.2f} ms costs {MICRO * (worker - loop):.0f} µs more in a worker and "
        f"{MICRO * parent:.0f} µs in the parent"
    )
    return [
        row(f"overhead of a sweep, {what}", median(found), "%", _BAR, elapsed),
        row(f"the same, of the processor, {what}", _above(worker + parent, loop), "%", _BAR, processor),
    ]


def _above(one: float, other: float) -> float:
    return 100.0 * (one / other - 1.0)
