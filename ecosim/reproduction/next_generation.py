"""R of the current state: the next-generation operator over position class × group × hybrids held.

Meetings come from the actual ties, portfolios from the actual columns, success from the actual field. What is
approximated: members of one group are alike; meetings within the life of a hybrid that repeat a pair already tried are
left out by a saturation factor; carriers that know each other are taken as independent. docs/odd.md has the derivation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ecosim.kernels.reproduction import classify, portfolio_shares, success_by_class
from ecosim.reproduction.crowding import Carriers, leading_eigenvalue
from ecosim.state import State
from ecosim.streams import hashes, stream_key

__all__ = ["MeetingRates", "NextGeneration"]

FloatArray = npt.NDArray[np.float64]
Array = npt.NDArray[Any]
BRIDGE, DIGITAL = 1, 3


class MeetingRates:
    """Who meets whom how often, this month.

    Attributes
    ----------
    source, target : int (E,), organisations of each directed tie
    rate : float64 (E,), meetings per month of the two, whoever starts them
    digital : share of meetings in the digital layer
    started : float64 (N,), meetings that an organisation starts per month, whether or not they find a partner
    participation : float64 (N,), meetings that an organisation takes part in per month
    """

    def __init__(self, state: State) -> None:
        ties, organisations = state.ties, state.organisations
        parameters = state.parameters
        rows = len(ties.start) - 1
        alive = state.alive
        counts = np.diff(ties.start)
        row = np.repeat(np.arange(rows, dtype=np.int32), counts)
        layer = row % 3
        self.source = row // 3
        self.target = ties.partner
        shares = np.array(parameters.layer_shares)
        openness = state.clusters["brokerage"] * parameters.medium.bridge_openness
        self.started = np.where(alive, organisations["rate"], 0.0).astype(np.float64)
        one_way = ties.weights() * (self.started[self.source] * shares[layer])
        bridges = layer == BRIDGE
        one_way[bridges] *= openness[organisations["cluster"][self.source[bridges]]]
        one_way *= alive[self.target]
        # the same tie, seen from its other end
        columns = 3 * self.target + layer
        order = sparse.csr_matrix((np.arange(len(row)), columns, ties.start), shape=(rows, rows))
        mirror = order.T.tocsr()
        mirror.sort_indices()
        self.rate = one_way + one_way[mirror.data]
        self.digital = float(shares[DIGITAL])
        living = max(int(alive.sum()), 1)
        self.participation = np.bincount(self.source, self.rate, len(alive))
        self.participation += self.digital * (self.started + self.started.sum() / living)

    def between(self, group: Array, groups: int, members: FloatArray, rate: FloatArray) -> FloatArray:
        """Return float64 (G, G): meetings per month of a member of g with the members of g', ties at `rate`."""
        flat = group[self.source].astype(np.int64) * groups + group[self.target]
        known = (group[self.source] >= 0) & (group[self.target] >= 0)
        total = np.bincount(flat[known], rate[known], groups * groups).reshape(groups, groups)
        present = group >= 0
        started = np.bincount(group[present], self.started[present], groups)
        everyone = members.sum()
        digital = self.digital * (np.outer(started, members) + np.outer(members, started)) / everyone
        return np.asarray((total + digital) / members[:, None])


@dataclass
class NextGeneration:
    """The operator, with what it keeps between evaluations of one run (classes, field, last eigenvector).

    classes : position classes P; levels : hybrids held that are told apart; activities : classes of organisations by
    the meetings they take part in, used when these differ much; points : sample for the position classes.
    """

    classes: int = 12
    levels: int = 24
    activities: int = 6
    points: int = 3072
    trials: int = 48

    def __post_init__(self) -> None:
        self._centres: Array | None = None
        self._samples: Array = np.zeros((0, 0, 0), np.float32)
        self._counts: Array = np.zeros(0, np.int64)
        self._place = np.zeros(0, np.uint8)
        self._classified = 0
        self._field: tuple[bytes, ...] | None = None
        self._success = np.zeros((0, 0, 0))
        self._vector: FloatArray | None = None

    def evaluate(self, state: State) -> float:
        """Return R of the current state, infinite above the diffusion threshold or without forgetting."""
        parameters = state.parameters
        organisations = state.organisations
        core, forgetting = parameters.knowledge.core_size, parameters.knowledge.forgetting
        transmissibility = parameters.effective_transmissibility
        if forgetting == 0:
            return math.inf
        if not state.alive.any():
            return math.nan
        self._classify(state)
        self._update_success(state)
        rates = MeetingRates(state)
        group, groups = self._group(state, rates.participation)
        levels = min(self.levels, parameters.knowledge.capacity - core)
        shares, holding, hybrids = portfolio_shares(
            group, organisations["held"], organisations["portfolio"], core, self._place, groups, len(self._success),
            levels,
        )  # fmt: skip
        members = holding.sum(axis=1)
        shares /= members[:, None, None]
        basic, hybrid = shares[:, :, 0], shares[:, :, 1]
        held = organisations["held"].astype(np.float64)
        seen = (held[rates.source] + 1.0) * held[rates.target] * forgetting
        fresh = rates.rate / (1.0 + np.divide(rates.rate, seen, out=np.zeros_like(seen), where=seen > 0))
        new = rates.rate / (1.0 + rates.rate * transmissibility / ((held[rates.source] + 1.0) * forgetting))
        meetings = rates.between(group, groups, members, fresh)
        copying = rates.between(group, groups, members, new)

        start = holding / members[:, None]  # k − 1 hybrids were there before the k-th
        chance = self._success.sum(axis=2)
        weights = hybrids.sum(axis=0) + 1e-9
        if self._vector is not None and self._vector.shape[1] == len(weights):
            weights = self._vector.sum(axis=(0, 2))
        weights = weights / weights.sum()
        others = (meetings @ (basic + hybrid)) @ (weights @ chance)
        drawn = meetings @ hybrid  # hybrids drawn against a member of g per month, by class
        arrivals = (drawn * (basic @ chance.T + transmissibility)).sum(axis=1) + self._spontaneous(state)
        carriers = Carriers(others, arrivals, forgetting, core, start)
        r, self._vector = leading_eigenvalue(
            carriers, meetings, copying, basic + 0.5 * hybrid, self._success, transmissibility, self._vector
        )
        return r

    @property
    def carriers_by_group(self) -> FloatArray:
        """Where hybrids live in the long run: the eigenvector of the last evaluation, summed over class and k."""
        return np.zeros(0) if self._vector is None else np.asarray(self._vector.sum(axis=(1, 2)))

    def _group(self, state: State, participation: FloatArray) -> tuple[Array, int]:
        """Return each organisation's group, int32 (N,), −1 for who is gone, and the number of groups."""
        alive = state.alive
        cluster = state.organisations["cluster"].astype(np.int64)
        logs = np.log(np.maximum(participation, 1e-6))
        label = cluster
        if logs[alive].std() > 0.35:
            cuts = np.quantile(logs[alive], np.arange(1, self.activities) / self.activities)
            label = cluster * self.activities + np.searchsorted(cuts, logs)
        found = np.unique(label[alive])
        place = np.full(int(label.max()) + 1, -1, np.int32)
        place[found] = np.arange(len(found))
        return np.where(alive, place[label], -1).astype(np.int32), len(found)

    def _spontaneous(self, state: State) -> float:
        """Return spontaneous arrivals per organisation and month, from the last year's births (two inventors each)."""
        recent = state.history.recent("spontaneous", 12)
        return 2.0 * float(recent.sum()) / max(len(recent), 1) / max(int(state.alive.sum()), 1)

    def _classify(self, state: State) -> None:
        bricks = state.bricks
        if self._centres is None:
            self._find_classes(state)
        assert self._centres is not None
        if len(self._place) < bricks.count:
            larger = np.zeros(bricks.capacity, np.uint8)
            larger[: self._classified] = self._place[: self._classified]
            self._place = larger
        classify(bricks["position"], self._classified, bricks.count, self._centres, self._place)
        self._classified = bricks.count

    def _find_classes(self, state: State) -> None:
        """Place classes over bricks, their midpoints and these midpoints' midpoints with bricks (k-means)."""
        bricks = state.bricks
        third = self.points // 3
        picks = hashes(stream_key(state.seed, "position classes"), np.arange(4 * third, dtype=np.uint64))
        rows = (picks % np.uint64(max(bricks.count, 1))).astype(np.int64)
        position = bricks["position"].astype(np.float64)
        basic = position[rows[:third]]
        middle = (position[rows[third : 2 * third]] + position[rows[2 * third : 3 * third]]) / 2
        deeper = (middle[::-1] + position[rows[3 * third :]]) / 2
        points = np.concatenate([basic, middle, deeper])
        centres = points[:1]
        away = ((points - centres[0]) ** 2).sum(axis=1)
        while len(centres) < self.classes and away.max() > 1e-12:
            centres = np.concatenate([centres, points[[int(away.argmax())]]])
            away = np.minimum(away, ((points - centres[-1]) ** 2).sum(axis=1))
        for _ in range(8):
            nearest = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
            for p in range(len(centres)):
                if (nearest == p).any():
                    centres[p] = points[nearest == p].mean(axis=0)
        nearest = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
        most = 64
        self._samples = np.zeros((len(centres), most, points.shape[1]), np.float32)
        self._counts = np.ones(len(centres), np.int64)
        for p in range(len(centres)):
            own = points[nearest == p][:most]
            if len(own) == 0:
                own = centres[[p]]
            self._samples[p, : len(own)] = own
            self._counts[p] = len(own)
        self._centres = centres.astype(np.float32)

    def _update_success(self, state: State) -> None:
        field = (state.drive_centre.tobytes(), state.drive_strength.tobytes(), state.drive_width.tobytes())
        if field == self._field:
            return
        self._field = field
        parameters = state.parameters
        self._success = success_by_class(
            self._samples, self._counts, self._centres, stream_key(state.seed, "class pairs"), self.trials,
            parameters.latent.base_drive, state.drive_centre, state.drive_strength, state.drive_width,
            parameters.diversity.openness, parameters.diversity.distance_matters, parameters.latent.barrier_scale,
        )  # fmt: skip
