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

from ecosim.kernels.meet import DIGITAL
from ecosim.kernels.reproduction import (
    classify,
    meetings_between_groups,
    participation,
    portfolio_shares,
    success_by_class,
)  # fmt: skip
from ecosim.kernels.ties import find_mirror
from ecosim.reproduction.crowding import Carriers, Operator
from ecosim.state import State, Ties
from ecosim.streams import hashes, stream_key

__all__ = ["MeetingRates", "NextGeneration"]

FloatArray = npt.NDArray[np.float64]
Array = npt.NDArray[Any]


class MeetingRates:
    """Who meets whom how often, this month.

    Attributes
    ----------
    started : float64 (N,), meetings that an organisation starts per month, whether or not they find a partner
    pair : float32 (E,), meetings per month of the two ends of each tie, whoever starts them
    trust : float32 (E,), trust of each tie, empty without trust; copying : what full trust adds to the transmissibility
    raised : by what trust multiplies the transmissibility, on average over meetings (1 without trust)
    passing : float64 (C,), share of its members' bridge meetings that a cluster lets take place
    digital : share of meetings in the digital layer
    participation : float64 (N,), meetings that an organisation takes part in per month
    """

    def __init__(self, state: State, mirror: Array) -> None:
        ties, organisations, parameters = state.ties, state.organisations, state.parameters
        alive = state.alive
        shares = np.array(parameters.layer_shares)
        self.started = np.where(alive, organisations["rate"], 0.0).astype(np.float64)
        self.digital = float(shares[DIGITAL])
        self.passing = state.clusters["brokerage"] * parameters.medium.bridge_openness
        self.pair = np.empty(len(ties.partner), np.float32)
        self.participation = participation(
            ties.start, ties.partner, ties.cumulative, mirror, self.started, organisations["cluster"], shares,
            self.passing, organisations["held"], self.pair,
        )  # fmt: skip
        self.participation += self.digital * (self.started + self.started.sum() / max(int(alive.sum()), 1))
        self.trust = ties.trust if parameters.mechanisms.trust else np.zeros(0, np.float32)
        self.copying = parameters.trust.trust_copying
        self.raised = 1.0
        if len(self.trust) and self.participation.sum() > 0:
            self.raised += self.copying * float(self.pair @ self.trust) / float(self.participation.sum())

    def between(self, state: State, group: Array, members: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return meetings per month of a member of g with the members of g', for births and for copies: (G, G) each."""
        groups, parameters = len(members), state.parameters
        present = group >= 0
        started = np.bincount(group[present], self.started[present], groups)
        digital = self.digital * (np.outer(started, members) + np.outer(members, started)) / members.sum()
        births, copies = meetings_between_groups(
            state.ties.start, state.ties.partner, self.pair, self.trust, self.copying, group, groups,
            state.organisations["held"], parameters.knowledge.forgetting, parameters.effective_transmissibility,
        )  # fmt: skip
        return (births + digital) / members[:, None], (copies + digital) / members[:, None]


@dataclass
class NextGeneration:
    """The operator. What it keeps between evaluations of one run only saves time: R depends on the state alone.

    classes : position classes P; levels : most hybrids held that are told apart; activities : classes of organisations
    by the meetings they take part in, used when these differ much; points : sample for the position classes;
    trials : pairs of bricks per pair of classes.
    """

    classes: int = 12
    levels: int = 32
    activities: int = 6
    points: int = 1536
    trials: int = 48

    def __post_init__(self) -> None:
        self._centres: Array | None = None
        self._samples: Array = np.zeros((0, 0, 0), np.float32)
        self._counts: Array = np.zeros(0, np.int64)
        self._place = np.zeros(0, np.uint8)
        self._classified = 0
        self._field: tuple[bytes, ...] | None = None
        self._success = np.zeros((0, 0, 0))
        self.expected_cohort = math.nan
        self._ties: Ties | None = None
        self._mirror: Array = np.zeros(0, np.int32)
        self._rates: MeetingRates | None = None

    def evaluate(self, state: State) -> float:
        """Return R of the current state: infinite above the diffusion threshold or without forgetting, 0 where there
        is but one sector, NaN when nobody is left.

        Sets `expected_cohort` as well: what the same operator expects of the hybrids born in the last year, which do
        not lie where hybrids would in the long run (the eigenvector); NaN when there are none.
        """
        parameters = state.parameters
        organisations = state.organisations
        core, forgetting = parameters.knowledge.core_size, parameters.knowledge.forgetting
        transmissibility = parameters.effective_transmissibility
        if forgetting == 0:
            return math.inf
        alive = state.alive
        if not alive.any():
            return math.nan
        present = np.bitwise_or.reduce(np.uint64(1) << organisations["sector"][alive].astype(np.uint64))
        if present & (present - np.uint64(1)) == 0 and not (organisations["held"] > core).any():
            self.expected_cohort = math.nan
            return 0.0  # one sector and no hybrid: nothing can be a hybrid
        self._classify(state)
        self._update_success(state)
        rates = self._meeting_rates(state)
        group, groups = self._group(state, rates.participation)
        levels = self._levels(state)
        shares, holding, hybrids = portfolio_shares(
            group, organisations["held"], organisations["portfolio"], core, self._place, groups, len(self._success),
            levels,
        )  # fmt: skip
        members = holding.sum(axis=1)
        shares /= members[:, None, None]
        basic, hybrid = shares[:, :, 0], shares[:, :, 1]
        meetings, copying = rates.between(state, group, members)
        start = holding / members[:, None]  # k − 1 hybrids were there before the k-th
        chance = self._success.sum(axis=2)
        weights = hybrids.sum(axis=0) + 1e-9
        weights = weights / weights.sum()
        others = (meetings @ (basic + hybrid)) @ (weights @ chance)
        drawn = meetings @ hybrid  # hybrids drawn against a member of g per month, by class
        caught = transmissibility * rates.raised
        arrivals = (drawn * (basic @ chance.T + caught)).sum(axis=1) + self._spontaneous(state)
        carriers = Carriers(others, arrivals, forgetting, core, start)
        operator = Operator(carriers, meetings, copying, basic + 0.5 * hybrid, self._success, transmissibility)
        newborn = self._newborn(state, group, operator.shape)
        r, _ = operator.leading(newborn + 1e-3 * (newborn.mean() + 1e-12))
        self.expected_cohort = operator.offspring(newborn)
        return r

    def _newborn(self, state: State, group: Array, shape: tuple[int, ...]) -> FloatArray:
        """Return the carriers of the hybrids born in the last year, by type: their inventors, as crowded as now."""
        bricks, parameters = state.bricks, state.parameters
        first = int(np.searchsorted(bricks["birth"], max(state.month - 11, 0)))  # rows are in order of birth
        recent = first + np.flatnonzero(bricks["generation"][first:] > 0)
        inventors = bricks["inventors"][recent]
        classes = np.repeat(self._place[recent], 2)
        owner = inventors.ravel()
        known = (owner >= 0) & (group[owner] >= 0)
        owner, classes = owner[known], classes[known]
        crowd = state.organisations["held"][owner].astype(np.int64) - parameters.knowledge.core_size
        place = (group[owner].astype(np.int64) * shape[1] + classes) * shape[2] + np.clip(crowd, 1, shape[2]) - 1
        return np.bincount(place, minlength=int(np.prod(shape))).astype(np.float64).reshape(shape)

    def _meeting_rates(self, state: State) -> MeetingRates:
        """Return who meets whom how often; the last answer while ties, rates and members are the same.

        Trust changes the shares of ties every month, in place: then there is no last answer.
        """
        if self._ties is not state.ties:
            mirror = state.ties.mirror if len(state.ties.mirror) else find_mirror(state.ties.start, state.ties.partner)
            self._ties, self._mirror, self._rates = state.ties, mirror.astype(np.int32), None
        if state.parameters.mechanisms.trust:
            self._rates = None
        started = np.where(state.alive, state.organisations["rate"], 0.0)
        passing = state.clusters["brokerage"] * state.parameters.medium.bridge_openness
        known = self._rates
        if known is None or not (np.array_equal(started, known.started) and np.array_equal(passing, known.passing)):
            self._rates = MeetingRates(state, self._mirror)
        assert self._rates is not None
        return self._rates

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

    def _levels(self, state: State) -> int:
        """Return how many hybrids held are told apart: about twice what carriers hold, in steps of 8."""
        parameters, held = state.parameters, state.organisations["held"]
        core = parameters.knowledge.core_size
        crowd = held[held > core] - core
        wanted = 8 * int(np.ceil((6.0 + 2.0 * float(crowd.mean())) / 8.0)) if len(crowd) else 8
        return int(min(wanted, self.levels, parameters.knowledge.capacity - core))

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
        known = int(np.searchsorted(bricks["birth"], 0))  # bricks of before month 0: the same whenever it is asked
        position = bricks["position"]
        picks = hashes(stream_key(state.seed, "position classes"), np.arange(4 * third, dtype=np.uint64))
        rows = (picks % np.uint64(max(known, 1))).astype(np.int64)
        first, second, third_brick, fourth = position[rows].astype(np.float64).reshape(4, third, -1)
        basic, middle = first, (second + third_brick) / 2
        deeper = (middle[::-1] + fourth) / 2
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
