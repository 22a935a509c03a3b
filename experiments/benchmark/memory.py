"""The memory of the process that leads a sweep: of few and of many runs, and while 100,000 runs are played.

``python -m experiments.benchmark.memory KIND RUNS FOLDER`` plays a sweep and prints one line of JSON; the rest of this
module calls such processes. Workers are processes apart: they are not counted, but stated.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from ecosim.bench.fresh import resident
from ecosim.bench.timing import Row, row, skipped
from experiments.benchmark.bare import environment

__all__ = ["long_rows", "measure", "memory_rows"]

POINTS = 1_000
WORKERS = 2
MEGA = 1e6
_BAR = ("≤", 50.0)


def memory_rows(few: int, many: int) -> list[Row]:
    """Return by how much the parent's largest memory differs between a sweep of `few` and one of `many` runs.

    The runs do nothing, and there are 1,000 points; what is left is the bookkeeping, of which the second row says how
    long it takes (it is left out where the larger sweep was not the longer one).
    """
    name, cost = f"parent's memory, {few:,} to {many:,} runs", "runs that do nothing"
    small = _in_a_process("trivial", few)
    large = _in_a_process("trivial", many) if isinstance(small, dict) else small
    if isinstance(small, str) or isinstance(large, str):
        reason = small if isinstance(small, str) else str(large)
        return [skipped(name, "MB", _BAR, reason)]
    detail = (
        f"largest resident set {small['peak'] / MEGA:.0f} and {large['peak'] / MEGA:.0f} MB, imports "
        f"({large['before'] / MEGA:.0f} MB) included; {POINTS:,} points; the largest worker had "
        f"{small['worker'] / MEGA:.0f} and {large['worker'] / MEGA:.0f} MB"
    )
    found = [row(name, abs(large["peak"] - small["peak"]) / MEGA, "MB", _BAR, detail)]
    longer = large["seconds"] - small["seconds"]
    if longer > 0:
        rate = (large["runs"] - small["runs"]) / longer
        how = f"{1e6 * WORKERS / rate:.0f} µs of a worker each; start and end not counted"
        found.append(row(cost, rate, "runs/s", None, how))
    return found


def long_rows(runs: int) -> list[Row]:
    """Return the speed of a long sweep of the model (200 organisations, 60 months), and how its parent's memory grows
    from a tenth of the time to the end.
    """  # fmt: skip
    name = f"a sweep of {runs:,} runs"
    names = (name, f"{name}, growth of the parent's memory")
    found = _in_a_process("model", runs)
    if isinstance(found, str):
        return [skipped(names[1], "MB", _BAR, found)]
    speed = (
        f"200 organisations, 60 months, {WORKERS} workers: {found['seconds']:.0f} s in all, start and end included; "
        f"{found['failed']} failed"
    )
    growth = (
        f"the largest resident set from a tenth of the time on, less the one at that tenth; "
        f"{found['at_a_tenth'] / MEGA:.0f} MB then, {found['peak'] / MEGA:.0f} MB at most"
    )
    return [
        row(names[0], runs / found["seconds"], "runs/s", None, speed),
        row(names[1], found["growth"] / MEGA, "MB", _BAR, growth),
    ]


def _in_a_process(kind: str, runs: int) -> dict[str, Any] | str:
    """Return what a sweep in a process of its own measured, or why it did not."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "experiments.benchmark.memory", kind, str(runs), folder]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        return said[-1] if said else f"exit code {done.returncode}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# -- in the other process -------------------------------------------------------------------------------------


def measure(kind: str, runs: int, folder: Path) -> dict[str, Any]:
    """Play a sweep; return bytes of this process and seconds.

    before, peak : when all was imported; at most. at_a_tenth, growth : after a tenth of the time; how much more it was
    at most after that. worker : the largest worker at most (of ``trivial`` runs). runs, failed, seconds : of the sweep
    """
    from experiments.benchmark.runs import study
    from experiments.running.runner import sweep

    points = min(POINTS, runs)
    asked = study(kind, points, runs // points)
    before = resident()
    samples: list[tuple[float, int]] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            samples.append((time.perf_counter(), resident()))

    watch = threading.Thread(target=look, daemon=True)
    began = time.perf_counter()
    watch.start()
    results = sweep(asked, folder / "sweep", workers=WORKERS)
    ended = time.perf_counter()
    over.set()
    watch.join()
    largest = _largest()
    samples.append((ended, resident()))
    later = [size for when, size in samples if when - began >= 0.1 * (ended - began)]
    runs_there, failed, worker = _what_came(results.folder.path, kind)
    return {
        "before": before,
        "peak": largest,
        "at_a_tenth": later[0],
        "growth": max(later) - later[0],
        "worker": worker,
        "runs": runs_there,
        "failed": failed,
        "seconds": ended - began,
    }


def _what_came(folder: Path, kind: str) -> tuple[int, int, float]:
    """Return the runs in a folder, how many of them failed, and the largest worker's bytes."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from experiments.store.parts import RUNS, part_files

    runs = failed = 0
    worker = 0.0
    for path in part_files(folder, RUNS):
        table = pq.read_table(path, columns=["status", *(["peak"] if kind == "trivial" else [])], partitioning=None)
        runs += len(table)
        failed += len(table) - pc.sum(pc.equal(table["status"].cast("string"), "ok")).as_py()
        if kind == "trivial":
            worker = max(worker, pc.max(table["peak"]).as_py() * (1.0 if sys.platform == "darwin" else 1024.0))
    return runs, failed, worker


def _largest() -> int:
    """Return the largest memory of this process so far, bytes.

    What ``getrusage`` says of a process that was forked on Linux may be its parent's: `/proc` is asked first.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
