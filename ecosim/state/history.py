"""What was recorded of each month."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.kernels.hybridise import TALLY
from ecosim.state.medium import LAYERS

__all__ = ["History"]


class History:
    """What was recorded of each month: tallies of all months, and evaluations of some.

    ``rows`` : tallies; ``evaluations`` : one dict per month that was evaluated, with its ``month``; ``accounts`` : one
    dict of society's and economy's figures per month, empty when they are off.
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
        self.accounts: list[dict[str, float]] = []

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

    def account(self, name: str) -> Array:
        """Return one figure of society or economy of every month, float64 (T,)."""
        return np.array([row[name] for row in self.accounts], np.float64)

    def recent(self, name: str, months: int) -> Array:
        """Return one tally of the last `months` months."""
        return self.column(name)[-months:]
