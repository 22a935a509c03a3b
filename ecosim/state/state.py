"""The state: everything a month reads and writes. No behaviour.

Rows are organisations, bricks, clusters, markets, offers, ... A table grows by doubling; nothing sets its size
beforehand.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ecosim.columns import Array, Columns, SpentPairs
from ecosim.kernels.hybridise import TALLY
from ecosim.parameters import Parameters
from ecosim.specs import LEVERS
from ecosim.state.attractors import Attractors
from ecosim.state.facts import Fact
from ecosim.state.history import History
from ecosim.state.ledger import Ledger
from ecosim.state.medium import Meetings, Ties
from ecosim.state.schemas import ALLIANCE_SCHEMA, FIRM, POLICY_SCHEMA, STAGE_SCHEMA, market_schema, offer_schema

__all__ = ["TABLES", "Acculturation", "State"]


@dataclass(frozen=True)
class Acculturation:
    """A programme that moves a market's frame: market row, centre (d,), monthly rate, months, cost in k€ a month."""

    name: str
    market: int
    centre: Array
    rate: float
    start: int
    end: int
    cost: float


TABLES = ("organisations", "bricks", "clusters", "markets", "stages", "alliances", "offers", "policies")


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
    # society and economy; without rows when they are off
    markets: Columns = field(default_factory=lambda: Columns(market_schema(Parameters()), 1))
    market_names: list[str] = field(default_factory=list)
    stages: Columns = field(default_factory=lambda: Columns(STAGE_SCHEMA, 1))
    stage_names: list[str] = field(default_factory=list)
    alliances: Columns = field(default_factory=lambda: Columns(ALLIANCE_SCHEMA, 1))
    memberships: list[tuple[int, int, int, str]] = field(default_factory=list)  # month, alliance, firm, what happened
    offers: Columns = field(default_factory=lambda: Columns(offer_schema(0), 1))
    policies: Columns = field(default_factory=lambda: Columns(POLICY_SCHEMA, 1))
    policy_names: list[str] = field(default_factory=list)
    acculturations: list[Acculturation] = field(default_factory=list)
    support: Array = field(default_factory=lambda: np.zeros(len(LEVERS)))  # intensity of each lever this month
    ledger: Ledger = field(default_factory=Ledger)
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
    events: list[tuple[int, str, str | Fact]] = field(default_factory=list)  # month, kind, a sentence or a fact
    extra: dict[str, Any] = field(default_factory=dict)  # for processes of the user's own

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return sum(getattr(self, table).nbytes for table in TABLES) + self.ties.nbytes + self.spent.table.nbytes

    @property
    def alive(self) -> Array:
        """bool (N,): who is still there."""
        return self.organisations["held"] > 0

    @property
    def firms(self) -> Array:
        """bool (N,): the firms that are still there."""
        return (self.organisations["kind"] == FIRM) & self.alive

    def say(self, kind: str, sentence: str) -> None:
        """Add a sentence to the event log of the current month. It is told as it is, in every language."""
        self.events.append((self.month, kind, sentence))

    def tell(self, kind: str, key: str, /, **values: Any) -> None:
        """Add a fact to the event log of the current month: told by the sentence of that key, in any language."""
        self.events.append((self.month, kind, Fact(key, values)))

    def organisation_name(self, row: int) -> str:
        """Return the name of an organisation."""
        title = self.organisation_title(row)
        return title if isinstance(title, str) else f"{title[0]} {title[1]}"

    def organisation_title(self, row: int) -> str | tuple[str, int]:
        """Return the name of an organisation; of one without a name its kind (``firm``, ...) and its row."""
        if self.organisation_names is not None:
            return self.organisation_names[row]
        return ("firm", "lab", "organisation")[int(self.organisations["kind"][row])], int(row)

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of every column, by table and name: equal hashes are equal bits."""
        out: dict[str, str] = {}
        for title in TABLES:
            table: Columns = getattr(self, title)
            for name in table.names if len(table) else ():
                values = np.ascontiguousarray(table[name])
                if name == "portfolio":
                    held = self.organisations["held"][:, None]
                    values = np.where(np.arange(values.shape[1]) < held, values, -1)
                out[f"{title}.{name}"] = _digest(values)
        for name, values in vars(self.ties).items():
            if len(values):
                out[f"ties.{name}"] = _digest(values)
        out["spent"] = _digest(np.sort(self.spent.table[self.spent.table != 0]))
        out["history"] = _digest(self.history.rows)
        if self.memberships:
            out["memberships"] = hashlib.blake2b(repr(self.memberships).encode(), digest_size=16).hexdigest()
        return out


def _digest(values: Array) -> str:
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).hexdigest()
