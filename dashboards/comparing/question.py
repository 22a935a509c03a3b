"""What is asked of a comparison: which scenarios, which histories; how it stands. Plain data, no Solara, no runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboards.comparing.entries import Entry
from dashboards.comparing.work import Runs, missing, seconds_expected
from dashboards.limits import Limits
from dashboards.playing.allowed import check, heavy, organisations
from dashboards.text import Words
from ecosim.errors import EcosimError

__all__ = ["AUTOMATIC", "CHOICES", "Question", "Shelf", "Standing", "choices", "expected", "hindrance", "large"]

AUTOMATIC = 10.0  # seconds of work, up to which a change is played without being asked
CHOICES = (10, 20, 40, 80)


@dataclass(frozen=True)
class Question:
    """Keys of the scenarios, the first seed and the number of histories of each."""

    keys: tuple[str, ...]
    seed: int
    histories: int

    @property
    def seeds(self) -> range:
        return range(self.seed, self.seed + self.histories)


@dataclass(frozen=True, eq=False)
class Shelf:
    """The runs of a session; another shelf each time that some come. version : tells one from the next."""

    runs: Runs = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True)
class Standing:
    """How the work stands. left : seconds to go, None before it can be told; failed : (key, seed, why) of each."""

    playing: bool = False
    done: int = 0
    total: int = 0
    left: float | None = None
    failed: tuple[tuple[str, int, str], ...] = ()


def choices(limits: Limits) -> list[int]:
    """Return the numbers of histories to choose from, up to what is allowed here."""
    allowed = [number for number in CHOICES if number <= limits.replicates]
    if limits.replicates < CHOICES[0] or limits.replicates > CHOICES[-1]:
        allowed.append(limits.replicates)
    return sorted(set(allowed))


def hindrance(entries: Sequence[Entry], limits: Limits, say: Words) -> str:
    """Return why these may not be played here, "" when they may."""
    try:
        for entry in entries:
            if entry.scenario is not None:
                check(entry.scenario, limits, say)
    except EcosimError as problem:
        return str(problem)
    return ""


def large(entries: Sequence[Entry]) -> bool:
    """Return whether their runs are large; raises EcosimError when a file cannot be read."""
    return any(entry.scenario is not None and heavy(entry.scenario) for entry in entries)


def expected(entries: Sequence[Entry], seeds: Sequence[int], runs: Runs, workers: int) -> tuple[int, float, float]:
    """Return (runs to play, seconds of one, seconds of all with so many workers)."""
    wanted = missing(entries, seeds, runs)
    number = sum(len(left) for _, left in wanted.values())
    scenario = next((entry.scenario for entry in entries if entry.scenario is not None), None)
    if scenario is None:
        return 0, 0.0, 0.0
    keys = {entry.key for entry in entries}
    known = [run for (key, _), run in runs.items() if key in keys]
    one = seconds_expected(organisations(scenario), scenario.months, known)
    return number, one, number * one / max(workers, 1)
