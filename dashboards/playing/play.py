"""One run, told while it is played: a generator that a worker runs. Makes a `Record` of a model every now and then."""

from __future__ import annotations

import time
from collections.abc import Iterator

from dashboards.playing.allowed import organisations
from dashboards.playing.record import Record
from dashboards.playing.telling import Teller
from ecosim import EcosystemModel, Scenario

__all__ = ["play", "watched"]

_EVERY = 0.25  # seconds between two records, at least
_RECALL = 2.0  # seconds between two looks at the events, at least
_SHARE = 15.0  # what telling takes is at most one part in so many of the run
_SMALL = 5_000  # organisations, up to which R is evaluated every quarter: it costs little there


def play(scenario: Scenario, seed: int, language: str = "en") -> Iterator[Record | None]:
    """Play a scenario; yield None after each month, and a record every now and then and at the end.

    The first record comes after the first month, with the drawing of the network; the last one carries it too.

    Parameters
    ----------
    scenario : with the months to play; seed : which history; language : of events and notes, ``en`` or ``fr``

    Raises
    ------
    EcosimError
        When the scenario's files or names are wrong.
    """
    began = time.perf_counter()
    with EcosystemModel(watched(scenario), seed=seed) as model:
        planned = model.played_scenario.months
        teller = Teller(model, planned, language, began)
        next_record = next_recall = 0.0  # the first month is told at once
        for month in range(1, planned + 1):
            model.step()
            teller.look()
            now = time.perf_counter()
            if month < planned and now >= next_record:
                if month > 1 and now >= next_recall:
                    teller.recall()
                    told = time.perf_counter()
                    next_recall = told + max(_RECALL, 2 * _SHARE * (told - now))
                yield teller.tell(drawing=month == 1)  # while it waits here, the record is on its way
                told = time.perf_counter()
                next_record = told + max(_EVERY, _SHARE * (told - now))
            yield None
        teller.recall()
        yield teller.tell(drawing=True, done=True)


def watched(scenario: Scenario) -> Scenario:
    """Return the scenario with R evaluated often enough for a line: this changes no result."""
    small = organisations(scenario) <= _SMALL
    return scenario.with_values({"record.reproduction_every": 3 if small else 12})
