"""Who leaves and who enters: the tables' rows of organisations and all that hangs on them. No rule of when."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.economy.offers import put_on_sale
from ecosim.kernels.create import found_cores
from ecosim.kernels.meet import BRIDGE, CLUSTER
from ecosim.setup.growth import add_ties
from ecosim.state import BRICK_ORDER, FIRM, State
from ecosim.streams import hashes, identity, mix, stream_key

__all__ = ["enter", "leave"]


def leave(state: State, rows: Array) -> None:
    """Let organisations (rows, int64; all still there) leave: nobody meets them any more, their offers are withdrawn.

    Debts are borne by creditors, what capital is left goes to the owners.
    """
    if len(rows) == 0:
        return
    organisations, bricks, meetings = state.organisations, state.bricks, state.meetings
    held = organisations["held"][rows]
    portfolio = organisations["portfolio"][rows]
    np.subtract.at(bricks["carriers"], portfolio[np.arange(portfolio.shape[1]) < held[:, None]], 1)
    organisations["held"][rows] = 0
    np.subtract.at(state.clusters["members"], organisations["cluster"][rows], 1)
    # their meetings of this month are off: a hybrid born or copied in one would bring them back
    gone = np.zeros(len(organisations), bool)
    gone[rows] = True
    off = gone[meetings.initiator] | (gone[meetings.partner] & (meetings.partner >= 0))
    meetings.partner[off] = -1
    meetings.drawn[off] = -1
    if len(meetings.tie):
        meetings.tie[off] = -1
    if "capital" in organisations:
        _close_books(state, rows, gone)


def _close_books(state: State, rows: Array, gone: Array) -> None:
    organisations, offers, ledger = state.organisations, state.offers, state.ledger
    capital = organisations["capital"][rows]
    ledger.pay("creditors", float(-capital[capital < 0].sum()))
    ledger.pay("dividends", float(-capital[capital > 0].sum()))
    ledger.exits += len(rows)
    ledger.count("lost", -float(organisations["employees"][rows].sum()))
    allied = rows[organisations["alliance"][rows] >= 0]
    for firm, alliance in zip(allied.tolist(), organisations["alliance"][allied].tolist(), strict=True):
        state.memberships.append((state.month, alliance, firm, "left the ecosystem"))
        state.alliances["members"][alliance] -= 1
    for name in ("capital", "employees", "base", "sales", "revenue", "turnover", "research", "dues", "insight"):
        organisations[name][rows] = 0.0
    organisations["alliance"][rows] = -1
    organisations["offers"][rows] = -1
    withdrawn = (offers["withdrawn"] < 0) & gone[offers["seller"]]
    offers["withdrawn"][withdrawn] = state.month


def enter(state: State, founding: Array) -> None:
    """Found a start-up on each of some hybrids (rows of bricks, int64), beside the hybrid's first inventor.

    It works in one of the hybrid's sectors, has a core of its own there, holds the hybrid and, where there are
    markets, offers it at once. It shares its inventor's values and vision, and is tied to both inventors and, at
    random, to members of the cluster. Everything is drawn by the hybrid's identity.
    """
    parameters, organisations, bricks, clusters = state.parameters, state.organisations, state.bricks, state.clusters
    core = parameters.knowledge.core_size
    inventor = bricks["inventors"][founding, 0].astype(np.int64)
    brick_identity = bricks["identity"][founding]
    rows = organisations.append(len(founding))
    own = mix(brick_identity ^ identity("start-up"))
    organisations["identity"][rows] = own
    organisations["kind"][rows] = FIRM
    organisations["sector"][rows] = _sectors(state, bricks["sectors"][founding], own)
    for name in ("cluster", "region", "vision"):
        organisations[name][rows] = organisations[name][inventor]
    organisations["rate"][rows] = parameters.effective_meeting_rate
    np.add.at(clusters["members"], organisations["cluster"][rows], 1)
    if state.organisation_names is not None:
        state.organisation_names += [f"start-up {row}" for row in range(rows.start, rows.stop)]
    bricks.reserve(len(founding) * core)
    first = bricks.count
    bricks.count = found_cores(
        stream_key(state.seed, "core"), state.month, rows.start, rows.stop, bricks.count, organisations["identity"],
        organisations["sector"], organisations["held"], organisations["portfolio"], core, state.sector_centres,
        parameters.diversity.sector_spread, bricks.whole("identity"), *(bricks.whole(name) for name in BRICK_ORDER),
    )  # fmt: skip
    positions = bricks["position"][first:].reshape(len(founding), core, -1)
    organisations["home"][rows] = positions.mean(axis=1)
    organisations["portfolio"][rows, core] = founding
    organisations["held"][rows] = core + 1
    bricks["carriers"][founding] += 1
    _tie_in(state, np.arange(rows.start, rows.stop), bricks["inventors"][founding])
    if "capital" in organisations:
        _open_books(state, rows, inventor, founding)


def _sectors(state: State, masks: Array, own: Array) -> Array:
    """Draw one sector of each mask by the start-up's identity."""
    bits = (masks[:, None] >> np.arange(len(state.sector_names), dtype=np.uint64)) & np.uint64(1)
    held = bits.sum(axis=1)
    nth = hashes(stream_key(state.seed, "start-up sector"), own) % held
    return np.argmax(np.cumsum(bits, axis=1) > nth[:, None], axis=1)


def _tie_in(state: State, new: Array, inventors: Array) -> None:
    """Tie start-ups to their inventors and to half as many members of their cluster as a member has ties there."""
    organisations, parameters = state.organisations, state.parameters
    cluster, identities = organisations["cluster"], organisations["identity"]
    one, other = [np.repeat(new, 2)], [inventors.ravel().astype(np.int64)]
    wanted = max(round(parameters.medium.cluster_degree / 2), 1)
    key = stream_key(state.seed, "start-up ties")
    alive = np.flatnonzero(organisations["held"] > 0)
    by_cluster = alive[np.argsort(cluster[alive], kind="stable")]
    first, last = (np.searchsorted(cluster[by_cluster], cluster[new], side=side) for side in ("left", "right"))
    for firm, low, high in zip(new.tolist(), first.tolist(), last.tolist(), strict=True):
        members = by_cluster[low:high]
        members = members[members != firm]
        # those whose joint draw with it is lowest (Thaler & Ravishankar 1998): one member more moves at most one tie
        order = np.argsort(hashes(key, mix(identities[members]) ^ identities[firm]), kind="stable")[:wanted]
        one.append(np.full(len(order), firm))
        other.append(members[order])
    starts, ends = np.concatenate(one), np.concatenate(other)
    known = ends >= 0
    starts, ends = starts[known], ends[known]
    layer = np.where(cluster[starts] == cluster[ends], CLUSTER, BRIDGE)
    pull = parameters.trust.trust_pull if parameters.mechanisms.trust else 0.0
    state.ties = add_ties(
        state.ties, len(organisations), layer, starts, ends, parameters.trust.initial_trust, pull
    )  # fmt: skip


def _open_books(state: State, rows: slice, inventor: Array, founding: Array) -> None:
    organisations, firms, count = state.organisations, state.parameters.firms, len(founding)
    own = organisations["identity"][rows]
    organisations["values"][rows] = organisations["values"][inventor]
    organisations["alliance"][rows] = -1
    organisations["offers"][rows] = -1
    organisations["founded"][rows] = state.month
    stage = hashes(stream_key(state.seed, "start-up stage"), own) % np.uint64(len(state.stages))
    organisations["stage"][rows] = stage
    organisations["competence"][rows] = state.stages["competence"][stage.astype(np.int64)]
    organisations["employees"][rows] = firms.startup_employees
    organisations["capital"][rows] = firms.startup_capital
    state.ledger.pay("investors", count * firms.startup_capital)
    state.ledger.count("founders", count * firms.startup_employees)
    if state.parameters.mechanisms.markets:
        put_on_sale(state, np.arange(rows.start, rows.stop), founding)
