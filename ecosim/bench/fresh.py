"""What is measured in processes of their own: memory, and how long it takes to start.

``python -m ecosim.bench.fresh memory 1000000`` prints one line of JSON; the rest of this module calls such processes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ecosim.bench.timing import Row, alternate, median, row, skipped

__all__ = ["command_rows", "memory_rows", "start_rows"]

MEGA = 1e6
MONTHS = 3
# the processor's time so far, that of the interpreter's own start included
_MESA = "import mesa, time; print(time.process_time())"
_MONTH = "import time; from ecosim import EcosystemModel; EcosystemModel(seed=1).step(); print(time.process_time())"

_RUN = """
import resource, sys, time
from ecosim.cli import app
app(standalone_mode=False)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(time.process_time(), peak)
"""


def memory_rows(organisations: int) -> list[Row]:
    """Return bytes per organisation and per brick, and the peak of a whole run, for `organisations`."""
    names = ("memory per organisation", "memory per brick", f"memory of {organisations:,} organisations")
    units, bars = ("B", "B", "GB"), (("≤", 1000.0), ("≤", 100.0), ("≤", 2.0))
    done = _python("-m", "ecosim.bench.fresh", "memory", str(organisations))
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}"
        return [skipped(name, unit, bar, reason) for name, unit, bar in zip(names, units, bars, strict=True)]
    found = json.loads(done.stdout)
    per_organisation = (found["organisations_bytes"] + found["ties_bytes"] + found["meetings_bytes"]) / organisations
    per_brick = (found["bricks_bytes"] + found["spent_bytes"]) / found["bricks"]
    allowed = 1000.0 * organisations + 100.0 * found["bricks"]
    above = found["peak"] - found["before"]
    details = (
        f"columns {found['organisations_bytes'] / organisations:.0f}, ties {found['ties_bytes'] / organisations:.0f}, "
        f"meetings of a month {found['meetings_bytes'] / organisations:.0f}",
        f"a row is {found['brick_row']} B; room to grow and spent pairs included; {found['bricks']:,} bricks",
        f"peak of a process that builds it and plays {MONTHS} months; {above / MEGA:,.0f} MB above the "
        f"{found['before'] / MEGA:,.0f} MB of all imports, where 1 kB and 100 B would allow {allowed / MEGA:,.0f} MB",
    )
    values = (per_organisation, per_brick, found["peak"] / 1e9)
    return [row(*parts) for parts in zip(names, values, units, bars, details, strict=True)]


def start_rows(repeats: int) -> list[Row]:
    """Return the time to compile on a fresh machine, to start later (beside Mesa), and to say what the command does."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:

        def start(code: str) -> float:
            done = _python("-c", code, NUMBA_CACHE_DIR=folder)
            if done.returncode != 0:
                raise RuntimeError(done.stderr)
            return float(done.stdout)

        cold = start(_MONTH)
        found = alternate({"mesa": lambda: start(_MESA), "month": lambda: start(_MONTH)}, repeats)
    warm, mesa = median(found["month"]), median(found["mesa"])
    detail = f"a first month with nothing compiled takes {cold:.2f} s of the processor, later {warm:.2f} s"
    rows.append(row("compilation on a fresh machine", cold - warm, "s", ("<", 15.0), detail))
    detail = f"import, build and first month {warm:.2f} s, import mesa {mesa:.2f} s (medians of {repeats}, in turns)"
    rows.append(row("start beside import mesa", warm - mesa, "s", ("<", 1.0), detail))
    rows.append(_help_row(repeats))
    return rows


def command_rows(months: int) -> list[Row]:
    """Return the processor's time and the peak memory of ``ecosim run france-clusters`` with its report."""
    names, bars = (f"ecosim run france-clusters, {months} months", "the same, peak memory"), (("<", 60.0), ("<", 2.0))
    with tempfile.TemporaryDirectory() as folder:
        done = _python(
            "-c", _RUN, "run", "france-clusters", "--months", str(months), "--quiet", "--out", f"{folder}/run"
        )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}"
        return [skipped(name, unit, bar, reason) for name, unit, bar in zip(names, ("s", "GB"), bars, strict=True)]
    seconds, peak = map(float, done.stdout.split())
    return [
        row(names[0], seconds, "s", bars[0], "time of the processor, everything on, report and start included"),
        row(names[1], peak / 1e9, "GB", bars[1], "largest resident set of that process"),
    ]


def _help_row(repeats: int) -> Row:
    name, unit, bar = "ecosim --help", "s", ("<", 0.5)
    try:
        import resource
    except ImportError:  # not on Windows
        return skipped(name, unit, bar, "no module resource on this system")
    times = []
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = _python("-m", "ecosim.cli", "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            problem = done.stderr.strip().splitlines()
            return skipped(name, unit, bar, problem[-1] if problem else f"exit code {done.returncode}")
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return row(name, median(times), unit, bar, f"time of the processor, median of {repeats}")


def _python(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter, so that it finds this very package."""
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, **settings}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


# -- in the other process -------------------------------------------------------------------------------------


def measure_memory(organisations: int) -> dict[str, Any]:
    """Build and play an ecosystem; return bytes by what they are for, and the peak of this process."""
    import resource

    from ecosim.bench.ecosystems import generated, plain_run
    from ecosim.model import EcosystemModel

    with EcosystemModel(generated(100), seed=1) as small:  # what is compiled or loaded late
        small.run(1)
    before = resident()
    model = EcosystemModel(generated(organisations), seed=1, processes=plain_run())
    model.run(MONTHS)
    state = model.state
    meetings = state.meetings
    columns = (meetings.base, meetings.initiator, meetings.partner, meetings.layer, meetings.drawn)
    return {
        "before": before,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "bricks": len(state.bricks),
        "brick_row": state.bricks.nbytes // state.bricks.capacity,
        "bricks_bytes": state.bricks.nbytes,
        "spent_bytes": state.spent.table.nbytes,
        "organisations_bytes": state.organisations.nbytes,
        "ties_bytes": state.ties.nbytes,
        "meetings_bytes": sum(column.nbytes for column in columns),
    }


def resident() -> int:
    """Return the bytes of memory that this process has now; 0 where the system does not tell."""
    statistics = Path("/proc/self/statm")
    return int(statistics.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statistics.exists() else 0


if __name__ == "__main__":
    print(json.dumps(measure_memory(int(sys.argv[2]))))
