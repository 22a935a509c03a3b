"""What a run has been so far: kept up to date month by month, so that telling it costs little. Makes `Record`s.

Reads the model, changes nothing in it.
"""

from __future__ import annotations

import inspect
import time
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboards.playing.drawing import draw
from dashboards.playing.record import COLUMNS, Place, Record
from dashboards.text import words
from ecosim import EcosystemModel
from ecosim.events import event_log
from ecosim.measures import sector_crossings
from ecosim.measures.months import reproduction_series
from ecosim.state import State

__all__ = ["Teller"]

Floats = npt.NDArray[np.float64]
_FEW = 30  # births before which instantaneous R tells nothing
_MOST_PLACES = 500  # clusters that a record lists: 600 months of them are 1.5 MB
_MOST_LIT = 400  # in one month, evenly chosen among more
_MOST_EVENTS = 400
_MOST_CROSSINGS = 30
_DIGITS = 7


class Teller:
    """The story of one run.

    Parameters
    ----------
    model : at its beginning; planned : months to be played; language : of events and notes; began : when the run did,
    on the clock of `time.perf_counter`
    """

    def __init__(self, model: EcosystemModel, planned: int, language: str, began: float) -> None:
        state = model.state
        self._model, self._planned, self._language, self._began = model, planned, language, began
        self._seen = len(state.bricks)  # bricks looked at so far
        self._generations: list[tuple[int, int, int]] = []
        self._held: list[list[float]] = []
        self._born: list[list[int]] = []
        self._lit: list[list[int]] = []
        self._events: list[tuple[int, str, str]] = []
        self._crossings: list[tuple[str, str, int, int]] = []
        self._notes: list[str] = []
        self._crossed = 0  # pairs of sectors that have crossed
        self._most = 0  # events of one kind that are listed, 0 where all are
        self._organisations = int(state.alive.sum())
        members = np.bincount(state.organisations["cluster"], minlength=len(state.clusters))
        rows = np.argsort(-members, kind="stable")[:_MOST_PLACES]
        self._rows = np.sort(rows[members[rows] > 0])  # clusters that are listed
        listed = np.full(len(state.clusters), -1)
        listed[self._rows] = np.arange(len(self._rows))
        self._places = _places(state, self._rows, members)
        self._network = draw(state, listed)
        self._nodes = np.full(len(members), -1)  # of clusters, where those are drawn
        if not self._network.each_organisation:
            self._nodes[self._rows] = np.arange(len(self._rows))
        self._drawn = len(state.organisations)
        if (members > 0).sum() > len(self._rows):
            say = words(language)
            self._notes.append(
                say("playing.clusters_cut", shown=say.number(len(self._rows)), all=say.number(int((members > 0).sum())))
            )

    # -- each month -------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Take note of the month that was just played."""
        state = self._model.state
        clusters = len(state.clusters)
        fresh = slice(self._seen, len(state.bricks))
        self._seen = len(state.bricks)
        generation = state.bricks["generation"][fresh]
        hybrid = generation > 0
        counts = np.bincount(np.minimum(generation[hybrid], 3), minlength=4)[1:]
        self._generations.append((int(counts[0]), int(counts[1]), int(counts[2])))
        inventors = state.bricks["inventors"][fresh][hybrid]
        cluster = state.organisations["cluster"]
        homes = np.where(inventors >= 0, cluster[np.maximum(inventors, 0)], -1)
        born = np.bincount(_distinct(homes), minlength=clusters)
        self._born.append(born[self._rows].tolist())
        self._lit.append(self._lights(inventors, homes))
        held = state.organisations["held"].astype(np.float64)
        alive = held > 0
        carried = np.maximum(held - state.parameters.knowledge.core_size, 0.0)
        total = np.bincount(cluster, carried, minlength=clusters)[self._rows]
        members = np.bincount(cluster[alive], minlength=clusters)[self._rows]
        self._held.append(np.round(total / np.maximum(members, 1), 3).tolist())

    def _lights(self, inventors: npt.NDArray[Any], homes: npt.NDArray[Any]) -> list[int]:
        """Return the nodes where a month's hybrids were born; start-ups are in no drawing of the beginning."""
        if self._network.each_organisation:
            nodes = _distinct(np.where(inventors < self._drawn, inventors, -1))
        else:
            nodes = self._nodes[_distinct(homes)]
            nodes = nodes[nodes >= 0]
        if len(nodes) > _MOST_LIT:
            nodes = nodes[np.linspace(0, len(nodes) - 1, _MOST_LIT).astype(np.int64)]
        found: list[int] = nodes.tolist()
        return found

    # -- now and then -----------------------------------------------------------------------------------------

    def recall(self) -> None:
        """Write down the events and crossings so far: costly where there are many hybrids."""
        state = self._model.state
        crossings = sector_crossings(state)
        top = crossings.head(_MOST_CROSSINGS)
        self._crossings = [
            (str(a), str(b), int(n), int(month))
            for a, b, n, month in zip(
                top["first_sector"], top["second_sector"], top["hybrids"], top["first_month"], strict=True
            )
        ]
        self._crossed = len(crossings)
        options = {"language": self._language} if "language" in inspect.signature(event_log).parameters else {}
        self._events, self._most = _bounded(event_log(state, crossings, **options))

    def tell(self, drawing: bool = False, done: bool = False) -> Record:
        """Return what is known so far."""
        state = self._model.state
        columns = self._columns(state)
        generations = np.array(self._generations, np.int64).reshape(-1, 3)
        infinite = any(np.isinf(columns[name]).any() for name in columns if name.startswith("r_"))
        return Record(
            planned=self._planned, played=state.history.count, seed=state.seed, organisations=self._organisations,
            economy=state.parameters.mechanisms.economy,
            columns={name: _known(values) for name, values in columns.items()}, events=self._events,
            places=self._places, held=list(self._held), born=list(self._born), lit=list(self._lit),
            crossings=self._crossings, emergence=self._model.emergence_month,
            network=self._network if drawing else None, seconds=round(time.perf_counter() - self._began, 3), done=done,
            notes=self._notes + self._remarks(infinite), hybrids=int(generations.sum()), crossed=self._crossed,
        )  # fmt: skip

    def _columns(self, state: State) -> dict[str, Floats]:
        """Return the columns of the table of months that a record carries, float64 (T,) each, NaN where unknown."""
        history, months = state.history, state.history.count
        cohort, instantaneous = reproduction_series(state)
        births = history.column("spontaneous") + history.column("recombinant")
        generations = np.array(self._generations, np.float64).reshape(-1, 3)
        known: dict[str, Floats] = {
            "r_cohort": cohort,
            "r_instantaneous": np.where(np.cumsum(births) >= _FEW, instantaneous, np.nan),
            "births_spontaneous": history.column("spontaneous"),
            "births_recombinant": history.column("recombinant"),
            "births_generation_1": generations[:, 0],
            "births_generation_2": generations[:, 1],
            "births_generation_3_and_more": generations[:, 2],
            "organisations": history.column("organisations"),
        }
        for name in COLUMNS:
            if name in known:
                continue
            if history.accounts and name in history.accounts[-1]:
                known[name] = history.account(name)
            elif any(name in row for row in history.evaluations):
                values = np.full(months, np.nan)
                for row in history.evaluations:
                    values[int(row["month"])] = row.get(name, np.nan)
                known[name] = values
        return {name: np.asarray(known[name], np.float64) for name in COLUMNS if name in known}

    def _remarks(self, infinite: bool) -> list[str]:
        say = words(self._language)
        found = [say("playing.infinite")] if infinite else []
        if self._most:
            found.append(say("playing.events_cut", number=say.number(self._most)))
        return found


def _places(state: State, rows: npt.NDArray[np.int64], members: npt.NDArray[np.int64]) -> list[Place]:
    found = []
    for row in rows.tolist():
        name = state.cluster_names[row]
        latitude, longitude = float(state.clusters["latitude"][row]), float(state.clusters["longitude"][row])
        known = np.isfinite(latitude) and np.isfinite(longitude)
        # clusters that nobody named are called after their row, and placed at random (`ecosim.setup.population`)
        invented = state.organisation_names is None and name == f"Cluster {row + 1}"
        found.append(
            Place(
                name, state.sector_names[int(state.clusters["sector"][row])], round(latitude, 4) if known else None,
                round(longitude, 4) if known else None, int(members[row]), invented,
            )
        )  # fmt: skip
    return found


def _distinct(rows: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return both columns of (H, 2) rows in one, without those below 0, one of two that are the same."""
    first, second = rows[:, 0], rows[:, 1]
    both = np.concatenate([first[first >= 0], second[(second >= 0) & (second != first)]])
    return both.astype(np.int64)


def _bounded(table: pd.DataFrame) -> tuple[list[tuple[int, str, str]], int]:
    """Return events, the first of each kind where there are too many, and how many of a kind there are at most."""
    rows = list(zip(table["month"].tolist(), table["kind"].tolist(), table["sentence"].tolist(), strict=True))
    if len(rows) <= _MOST_EVENTS:
        return rows, 0
    counts = Counter(kind for _, kind, _ in rows)
    most = max(counts.values())
    while sum(min(count, most) for count in counts.values()) > _MOST_EVENTS:
        most -= 1
    kept, seen = [], Counter[str]()
    for row in rows:
        seen[row[1]] += 1
        if seen[row[1]] <= most:
            kept.append(row)
    return kept, most


def _known(values: Floats) -> list[float | None]:
    """Return values as a browser can read them: whole ones as they are, to seven digits else, None for no number."""
    return [
        None if not np.isfinite(value) else int(value) if value == int(value) else float(f"{value:.{_DIGITS}g}")
        for value in values.tolist()
    ]
