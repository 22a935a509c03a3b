"""The columns: NumPy arrays that hold all there is. No behaviour.

Rows are organisations, bricks, clusters or attractors. A table grows by doubling; nothing sets its size beforehand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ecosim.columns import Array, Columns, SpentPairs
from ecosim.kernels.hybridise import TALLY
from ecosim.parameters import Parameters

__all__ = [
    "FIRM", "LAB", "LAYERS", "OTHER", "Attractors", "Columns", "History", "Meetings", "SpentPairs", "State", "Ties",
]  # fmt: skip

LAYERS = ("cluster", "bridge", "science", "digital")
FIRM, LAB, OTHER = 0, 1, 2


@dataclass
class Ties:
    """Ties of the cluster, bridge and science layers, as rows ``3 * organisation + layer`` of one sparse matrix.

    start : int64 (3N + 1,); partner : int32 (E,); cumulative : float32 (E,), running share of the row's weight.
    Every tie stands in the rows of both its ends.
    """

    start: Array
    partner: Array
    cumulative: Array

    @property
    def nbytes(self) -> int:
        return self.start.nbytes + self.partner.nbytes + self.cumulative.nbytes

    def rows(self, layer: int) -> tuple[Array, Array]:
        """Return (first, last) places of every organisation's ties in one layer."""
        return self.start[layer:-1:3], self.start[layer + 1 :: 3]

    def of(self, organisation: int, layer: int | None = None) -> Array:
        """Return the rows of an organisation's partners, in one layer or in all three."""
        row = 3 * organisation
        if layer is None:
            return self.partner[self.start[row] : self.start[row + 3]]
        return self.partner[self.start[row + layer] : self.start[row + layer + 1]]

    def weights(self) -> Array:
        """Return each tie's share of its row (float64, E)."""
        share = np.diff(self.cumulative.astype(np.float64), prepend=0.0)
        first = self.start[:-1][np.diff(self.start) > 0]
        share[first] = self.cumulative[first]
        return share


@dataclass
class Attractors:
    """Attractors of the scenario and those that clusters open in the run; a handful of rows, held as lists.

    Centres in knowledge units (A, d); strength in drive units; width in knowledge units; active in months
    ``start <= month < end``; boost multiplies the meeting rate at the heart.
    """

    dimensions: int
    name: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    centre: list[Array] = field(default_factory=list)
    strength: list[float] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    boost: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)

    def add(
        self, name: str, kind: str, centre: Array, strength: float, width: float, boost: float, start: int, end: int
    ) -> int:
        """Add one attractor; return its row."""
        for column, value in zip(
            (self.name, self.kind, self.centre, self.strength, self.width, self.boost, self.start, self.end),
            (name, kind, np.asarray(centre, np.float64), strength, width, boost, start, end),
            strict=True,
        ):
            column.append(value)  # type: ignore[attr-defined]
        return len(self.name) - 1

    def __len__(self) -> int:
        return len(self.name)

    def active(self, month: int) -> list[int]:
        """Return the rows that are active in a month."""
        return [k for k in range(len(self.name)) if self.start[k] <= month < self.end[k]]


@dataclass
class Meetings:
    """The meetings of the current month, in the order in which they take place.

    base : uint64 (M,), the draw of each; initiator, partner : int32 (M,), −1 for nobody; layer : int8 (M,);
    drawn : int32 (M, 2), the brick that each side drew, −1 for none.
    """

    base: Array
    initiator: Array
    partner: Array
    layer: Array
    drawn: Array

    @classmethod
    def none(cls) -> Meetings:
        return cls(
            np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int8),
            np.empty((0, 2), np.int32),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.base)


class History:
    """What was recorded of each month: tallies of all months, and evaluations of some.

    ``rows`` : tallies; ``evaluations`` : one dict per month that was evaluated, with its ``month``.
    """

    NAMES = (
        *TALLY,
        *(f"{kind}_{layer}" for layer in LAYERS for kind in ("spontaneous", "recombinant")),
        "organisations",
    )  # fmt: skip

    def __init__(self) -> None:
        self._rows = np.zeros((128, len(self.NAMES)), np.int64)
        self.count = 0
        self.evaluations: list[dict[str, float]] = []

    def append(self, tally: Array, layer_births: Array, organisations: int) -> None:
        """Write one month down."""
        if self.count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        row = self._rows[self.count]
        row[: len(TALLY)] = tally
        row[len(TALLY) : -1] = layer_births.ravel()
        row[-1] = organisations
        self.count += 1

    @property
    def rows(self) -> Array:
        """int64 (T, len(NAMES)): the tallies of every month."""
        return self._rows[: self.count]

    def column(self, name: str) -> Array:
        """Return one tally of every month, int64 (T,)."""
        return self._rows[: self.count, self.NAMES.index(name)]

    def recent(self, name: str, months: int) -> Array:
        """Return one tally of the last `months` months."""
        return self.column(name)[-months:]


def organisation_schema(parameters: Parameters) -> dict[str, tuple[Any, tuple[int, ...]]]:
    """The columns of organisations."""
    return {
        "identity": (np.uint64, ()),
        "kind": (np.uint8, ()),  # FIRM, LAB, OTHER
        "sector": (np.uint8, ()),
        "cluster": (np.int32, ()),
        "region": (np.int16, ()),  # row of State.regions
        "vision": (np.int16, ()),  # row of Attractors, -1 for none
        "rate": (np.float32, ()),  # meetings started per month, this month
        "held": (np.int16, ()),  # bricks in the portfolio; 0 for who is gone
        "home": (np.float32, (parameters.knowledge.dimensions,)),  # mean of the core at the founding
        "portfolio": (np.int32, (parameters.knowledge.capacity,)),  # bricks: core first, then hybrids
    }


def brick_schema(parameters: Parameters) -> dict[str, tuple[Any, tuple[int, ...]]]:
    """The columns of bricks, 66 bytes a row in four dimensions."""
    return {
        "identity": (np.uint64, ()),
        "position": (np.float32, (parameters.knowledge.dimensions,)),
        "sectors": (np.uint64, ()),  # bit mask
        "generation": (np.int16, ()),  # 0 for basic bricks
        "birth": (np.int32, ()),  # month, -1 for what was there before
        "parents": (np.int32, (2,)),
        "inventors": (np.int32, (2,)),
        "family": (np.int32, ()),  # the hybrid that founded the cascade, -1 for basic bricks
        "carriers": (np.int32, ()),
        "offspring": (np.float32, ()),  # hybrids made, half credit when both parents are hybrids
    }


BRICK_ORDER = ("position", "sectors", "generation", "birth", "parents", "inventors", "family", "carriers", "offspring")


@dataclass
class State:
    """Everything a month reads and writes. Month `month` is the next to be played."""

    seed: int
    parameters: Parameters
    organisations: Columns
    bricks: Columns
    clusters: Columns
    ties: Ties
    attractors: Attractors
    sector_names: list[str]
    sector_centres: Array  # float64 (S, d), after the diversity dial
    cluster_names: list[str]
    regions: list[str]
    organisation_names: list[str] | None = None
    spent: SpentPairs = field(default_factory=SpentPairs)
    meetings: Meetings = field(default_factory=Meetings.none)
    month: int = 0
    # the drive of this month, written by `attract`
    active_attractors: list[int] = field(default_factory=list)
    drive_centre: Array = field(default_factory=lambda: np.zeros((0, 1)))
    drive_strength: Array = field(default_factory=lambda: np.zeros(0))
    drive_width: Array = field(default_factory=lambda: np.ones(0))
    # what the month did, written by all, moved to the history by `record`
    tally: Array = field(default_factory=lambda: np.zeros(len(TALLY), np.int64))
    layer_births: Array = field(default_factory=lambda: np.zeros((4, 2), np.int64))
    cohort_offspring: Array = field(default_factory=lambda: np.zeros(128))
    history: History = field(default_factory=History)
    events: list[tuple[int, str, str]] = field(default_factory=list)  # month, kind, sentence
    extra: dict[str, Any] = field(default_factory=dict)  # for processes of the user's own

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        tables = (self.organisations, self.bricks, self.clusters)
        return sum(table.nbytes for table in tables) + self.ties.nbytes + self.spent.table.nbytes

    @property
    def alive(self) -> Array:
        """bool (N,): who is still there."""
        return self.organisations["held"] > 0

    def say(self, kind: str, sentence: str) -> None:
        """Add a sentence to the event log of the current month."""
        self.events.append((self.month, kind, sentence))

    def organisation_name(self, row: int) -> str:
        """Return the name of an organisation."""
        if self.organisation_names is not None:
            return self.organisation_names[row]
        kind = ("firm", "lab", "organisation")[int(self.organisations["kind"][row])]
        return f"{kind} {row}"

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of every column, by table and name: equal hashes are equal bits."""
        out: dict[str, str] = {}
        tables: Iterable[tuple[str, Columns]] = (
            ("organisations", self.organisations), ("bricks", self.bricks), ("clusters", self.clusters),
        )  # fmt: skip
        for title, table in tables:
            for name in table.names:
                values = np.ascontiguousarray(table[name])
                if name == "portfolio":
                    held = self.organisations["held"][:, None]
                    values = np.where(np.arange(values.shape[1]) < held, values, -1)
                out[f"{title}.{name}"] = _digest(values)
        for name in ("start", "partner", "cumulative"):
            out[f"ties.{name}"] = _digest(getattr(self.ties, name))
        out["spent"] = _digest(np.sort(self.spent.table[self.spent.table != 0]))
        out["history"] = _digest(self.history.rows)
        return out


def _digest(values: Array) -> str:
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).hexdigest()
