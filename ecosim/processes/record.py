"""Record: writes the month down. Changes nothing that the model reads."""

from __future__ import annotations

from ecosim.economy.accounts import month_accounts, opening
from ecosim.measures import evaluate
from ecosim.processes.base import Process, World
from ecosim.reproduction import NextGeneration

__all__ = ["Record"]


class Record(Process):
    """Tallies every month; the costly indicators in the first month and at the end of each period of
    ``record.reproduction_every`` months, so that a run of whole years ends with them.
    """  # fmt: skip

    name = "record"
    reads = (
        "organisations", "markets", "stages", "alliances", "offers", "policies", "ties", "clusters.brokerage",
        "bricks.identity", "bricks.position", "bricks.generation", "bricks.birth", "bricks.inventors", "meetings",
        "meetings.drawn", "ledger",
    )  # fmt: skip
    writes = ("history", "ledger")

    def __init__(self) -> None:
        self.next_generation = NextGeneration()

    def step(self, model: World) -> None:
        state = model.state
        state.history.append(state.tally, state.layer_births, int((state.organisations["held"] > 0).sum()))
        state.tally[:] = 0
        state.layer_births[:] = 0
        if state.parameters.mechanisms.economy:
            state.history.accounts.append(month_accounts(state))
            state.ledger.close(*opening(state))
        every = state.parameters.record.reproduction_every
        if every and (state.month == 0 or (state.month + 1) % every == 0):
            state.history.evaluations.append({"month": state.month, **evaluate(state, self.next_generation)})
