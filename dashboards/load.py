"""Measures the dashboard with many visitors at once: ``python -m dashboards.load --sessions 50``.

Each visitor is a websocket that speaks to the server as a browser does and keeps what a browser would show, without
drawing it: fifty real browsers would take more of the machine than the server that is to be measured. Starts a server
of its own, so that its memory can be read before, while and after. Linux only. Needs the extra `dashboard`.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dashboards.visitor import Visitor

__all__ = ["Figures", "Visitor", "main", "measure", "resident"]

LINK = "lang=en&story=three-ingredients&seed={seed}&months=24"
_DIAL = "dials.medium_dial"
_GRACE = "20s"  # how long the server keeps a session whose browser was lost, in a measurement


@dataclass(frozen=True)
class Figures:
    """What was measured. Times in seconds, memory in MB, of the server process alone."""

    sessions: int
    acts: int  # answers waited for, all visitors together
    opened_p50: float
    opened_p95: float
    answered_p50: float
    answered_p95: float
    answered_worst: float
    health_worst: float  # of GET /healthz meanwhile
    processor_each: float  # seconds of the server process for one answer, with all that follows from it but the run
    mixed_up: int  # answers that held another visitor's state: must be 0
    memory_before: float
    memory_with: float
    memory_after: float
    memory_each: float
    left: int  # sessions that the server still holds at the end: must be 0


# -- the measurement ------------------------------------------------------------------------------------------


def resident(process: int) -> float:
    """Return the memory that a process holds, MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def health(address: str) -> dict[str, Any]:
    """Return what the server says of itself, well or not."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as ill:  # 503: its workers are not there yet, or no more
        found = json.load(ill)
    return found


def spent(process: int) -> float:
    """Return the seconds that a process has had of a processor."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(
    address: str, process: int, sessions: int, rounds: int, pause: float = 5.0, quiet: float = 60.0
) -> Figures:
    """Let visitors come, act all at once, and leave: half of them with a word, half without.

    process : of the server; rounds : times that each acts; pause : seconds from an answer to a visitor's next act
    quiet : seconds to wait at most for the server to have nothing more to play, before its memory is read
    """
    await _settle(address, quiet)
    before = resident(process)
    visitors = [Visitor(address, LINK.format(seed=1000 + number)) for number in range(sessions)]
    opened: list[float] = []
    for start in range(0, sessions, 5):  # five arrive at a time
        opened += await asyncio.gather(*(_timed(visitor.open()) for visitor in visitors[start : start + 5]))
    await _settle(address, quiet)
    along = resident(process)

    waited: list[float] = [0.0]
    watching = asyncio.create_task(_watch(address, waited))
    used = spent(process)
    answers = await asyncio.gather(*(_play(visitor, number, rounds, pause) for number, visitor in enumerate(visitors)))
    watching.cancel()
    await _settle(address, quiet)
    used = spent(process) - used
    times = sorted(seconds for each, _ in answers for seconds in each)

    for number, visitor in enumerate(visitors):
        if number % 2:
            visitor.vanish()
        else:
            await visitor.leave()
    left = await _gone(address)
    await _settle(address, quiet)
    await asyncio.sleep(3)  # Solara collects its garbage a second after a session
    after = resident(process)
    opened.sort()
    return Figures(
        sessions, len(times), _quantile(opened, 0.5), _quantile(opened, 0.95), _quantile(times, 0.5),
        _quantile(times, 0.95), times[-1], max(waited), used / len(times),
        sum(wrong for _, wrong in answers), before, along, after, (along - before) / sessions, left,
    )  # fmt: skip


async def _play(visitor: Visitor, number: int, rounds: int, pause: float) -> tuple[list[float], int]:
    """Move a dial to values that are this visitor's alone; return the time of each answer, and how many were wrong."""
    times, wrong = [], 0
    await asyncio.sleep(pause * (number % 10) / 10)  # not all in the same moment
    for turn in range(rounds):
        value = str(round(0.2 + 0.6 * (turn + 1) / rounds + number / 100_000, 6))
        began = time.perf_counter()
        controls = visitor.find("form", "state", "names")
        await visitor.act(controls, "value", {"path": _DIAL, "value": float(value), "turn": turn + 1})
        await visitor.until(functools.partial(_shows, visitor, value))
        times.append(time.perf_counter() - began)
        wrong += visitor.query.get("seed") != str(1000 + number)
        await asyncio.sleep(pause)
    return times, wrong


def _shows(visitor: Visitor, value: str) -> bool:
    return visitor.query.get(_DIAL) == value


async def _timed(doing: Any) -> float:
    began = time.perf_counter()
    await doing
    return time.perf_counter() - began


async def _watch(address: str, taken: list[float]) -> None:
    """Ask for the server's health all the time; keep how long each answer took."""
    while True:
        began = time.perf_counter()
        await asyncio.to_thread(health, address)
        taken.append(time.perf_counter() - began)
        await asyncio.sleep(0.2)


async def _settle(address: str, seconds: float) -> None:
    """Wait until nothing is played and nothing waits, at most so long."""
    end = time.monotonic() + seconds
    still = 0
    while time.monotonic() < end and still < 3:
        state = await asyncio.to_thread(health, address)
        still = 0 if state["playing"] or state["waiting"] or not state["workers"] else still + 1
        await asyncio.sleep(0.5)


async def _gone(address: str, seconds: float = 90.0) -> int:
    """Wait until the server holds no session; return how many it still does at the end."""
    end = time.monotonic() + seconds
    while True:
        held = int((await asyncio.to_thread(health, address))["sessions"])
        if held == 0 or time.monotonic() > end:
            return held
        await asyncio.sleep(0.5)


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def main(arguments: list[str] | None = None) -> int:
    """Measure a server that is started for it; print the figures as JSON. Return 1 when sessions were mixed up or
    outlived their visitors.
    """  # fmt: skip
    parser = argparse.ArgumentParser(prog="python -m dashboards.load", description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=6, help="times that each visitor acts")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds from an answer to the next act")
    asked = parser.parse_args(arguments)
    environment = os.environ | {"SOLARA_KERNEL_CULL_TIMEOUT": _GRACE, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from dashboards import launch; launch(0)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            if found is None:
                return 1
            figures = asyncio.run(measure(found.group(), server.pid, asked.sessions, asked.rounds, asked.pause))
        finally:
            server.terminate()
    print(json.dumps(asdict(figures), indent=2))
    return int(figures.mixed_up > 0 or figures.left > 0)


if __name__ == "__main__":
    sys.exit(main())
