"""Audit: money and heads are conserved, or the run stops. Changes nothing (`ecosim run --check`)."""

from __future__ import annotations

from ecosim.economy.accounts import opening
from ecosim.errors import ConservationError
from ecosim.processes.base import Process, World

__all__ = ["Audit"]

_ROUNDING = 1e-9  # of the stock and the flows: what sums of many floating-point numbers may be off


class Audit(Process):
    """Three identities, each month: capital of firms and alliances changes by the flows in the books; employees by who
    was hired, released, lost and founded; what policies have spent by what firms, alliances and programmes received.
    """  # fmt: skip

    name = "audit"
    reads = (
        "ledger", "organisations.capital", "organisations.employees", "alliances.capital", "policies.spent",
    )  # fmt: skip

    def step(self, model: World) -> None:
        """Raise ConservationError when an identity does not hold."""
        state = model.state
        ledger = state.ledger
        capital, employees, spent = opening(state)
        for what, before, flows, after in (
            ("capital of firms and alliances (k€)", ledger.opening_capital, ledger.money.tolist(), capital),
            ("employees", ledger.opening_employees, ledger.heads.tolist(), employees),
            ("spending of policies (k€)", ledger.opening_spent,
             [ledger.programmes, ledger.flow("public_equity")], spent),
        ):  # fmt: skip
            missing = after - before - sum(flows)
            size = abs(before) + abs(after) + sum(abs(flow) for flow in flows)
            if not abs(missing) <= _ROUNDING * max(size, 1.0):
                raise ConservationError(
                    f"month {state.month}: {what}: {before:.6f} at the beginning and flows of {sum(flows):.6f} do not "
                    f"make {after:.6f} at the end: {missing:+.6g} that no flow explains"
                )
