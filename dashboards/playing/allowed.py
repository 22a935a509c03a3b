"""How large a run may be here: asked before a job is handed in, so that a refusal is a sentence and no dead worker."""

from __future__ import annotations

import functools
from pathlib import Path

from dashboards.limits import Limits
from dashboards.text import Words
from ecosim import Scenario
from ecosim.errors import EcosimError, InputFileError

__all__ = ["HEAVY", "check", "heavy", "organisations"]

HEAVY = 20_000  # organisations, beyond which a run is heavy: it takes seconds, and hundreds of megabytes
_MEETINGS = 20  # a month, for each of the organisations that are allowed


def organisations(scenario: Scenario) -> int:
    """Return how many organisations a scenario begins with, as its parameters or its file say.

    Raises
    ------
    InputFileError
        When its file cannot be read.
    """
    file = scenario.organisations_file
    if file is not None:
        return _rows(Path(file))
    population = scenario.parameters.population
    return population.firms + population.labs


def heavy(scenario: Scenario) -> bool:
    """Return whether a job that plays this is to be handed in as a heavy one; raises like `organisations`."""
    return organisations(scenario) > HEAVY


def check(scenario: Scenario, limits: Limits, say: Words) -> None:
    """See that a run may be played here.

    Raises
    ------
    EcosimError
        In the visitor's language: what was asked for, and what is allowed.
    """
    total = organisations(scenario)
    if total > limits.organisations:
        raise _refused(say, "organisations", total, limits.organisations)
    if scenario.months > limits.months:
        raise _refused(say, "months", scenario.months, limits.months)
    meetings = round(total * scenario.parameters.effective_meeting_rate)
    if meetings > _MEETINGS * limits.organisations:
        raise _refused(say, "meetings", meetings, _MEETINGS * limits.organisations)


def _refused(say: Words, what: str, asked: int, allowed: int) -> EcosimError:
    return EcosimError(say(f"playing.too_many_{what}", asked=say.number(asked), allowed=say.number(allowed)))


def _rows(file: Path) -> int:
    try:
        found = file.stat()
        return _counted(file, found.st_mtime_ns, found.st_size)
    except OSError as problem:
        raise InputFileError(f"{file.name}: {problem.strerror}") from None


@functools.lru_cache(maxsize=64)
def _counted(file: Path, changed: int, size: int) -> int:
    """Return the lines of a file without its header: at least as many as it has rows."""
    with file.open("rb") as opened:
        return max(sum(1 for line in opened if line.strip()) - 1, 0)
