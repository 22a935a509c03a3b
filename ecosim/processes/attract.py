"""Attract: the attractors of the month set the drive, the meeting rates and the visions of those near a market."""

from __future__ import annotations

import numpy as np

from ecosim.kernels.attract import meeting_rates
from ecosim.kernels.random import GOLDEN
from ecosim.processes.base import Process, World
from ecosim.streams import uniforms

__all__ = ["Attract"]


class Attract(Process):
    """Four kinds: *idea* and *concept* raise the drive; a *market* also sets visions; an *encounter* also raises
    the meeting rate of the organisations nearest to it. Clusters open encounters of their own.
    """  # fmt: skip

    name = "attract"
    reads = (
        "organisations.home", "clusters.identity", "clusters.sector", "clusters.brokerage", "clusters.members",
    )  # fmt: skip
    writes = (
        "attractors", "active_attractors", "drive_centre", "drive_strength", "drive_width", "organisations.rate",
        "organisations.vision",
    )  # fmt: skip

    def step(self, model: World) -> None:
        state = model.state
        self._organise_encounters(model)
        active = state.attractors.active(state.month)
        if active == state.active_attractors:
            return
        before = set(state.active_attractors)
        state.active_attractors = active
        attractors, dial = state.attractors, state.parameters.dials.attractor_dial
        dimensions = attractors.dimensions
        state.drive_centre = np.array([attractors.centre[k] for k in active], np.float64).reshape(-1, dimensions)
        state.drive_strength = np.array([attractors.strength[k] for k in active], np.float64) * dial
        state.drive_width = np.array([attractors.width[k] for k in active], np.float64)
        gains = (np.array([attractors.boost[k] for k in active], np.float64) - 1.0) * dial
        pulling = gains > 0
        organisations = state.organisations
        meeting_rates(
            organisations["home"], state.parameters.effective_meeting_rate, state.drive_centre[pulling],
            gains[pulling], state.drive_width[pulling], organisations["rate"],
        )  # fmt: skip
        if dial > 0:
            for k in active:
                if k not in before:
                    self._open(model, k)
            for k in sorted(before - set(active)):
                if attractors.end[k] - attractors.start[k] > 1:
                    state.tell("attractor ends", "attractor_ends", what=attractors.kind[k], name=attractors.name[k])

    def _open(self, model: World, k: int) -> None:
        state = model.state
        attractors, organisations = state.attractors, state.organisations
        kind = attractors.kind[k]
        state.tell("attractor opens", "attractor_opens", what=kind, name=attractors.name[k])
        if kind == "market":
            away = np.linalg.norm(organisations["home"] - attractors.centre[k], axis=1)
            organisations["vision"][away <= attractors.width[k]] = k

    def _organise_encounters(self, model: World) -> None:
        """Let each cluster bring its members together with another cluster's, for a month."""
        state, parameters = model.state, model.parameters.clusters
        clusters = state.clusters
        if parameters.encounters_per_year <= 0 or len(clusters) < 2:
            return
        chance = clusters["brokerage"] * parameters.encounters_per_year / 12.0
        hosts = np.flatnonzero(uniforms(self.key(model), clusters["identity"]) < chance)
        if len(hosts) == 0:
            return
        guests = uniforms(self.key(model, "guest"), clusters["identity"][hosts] + GOLDEN)
        pull = clusters["brokerage"] * (clusters["members"] > 0)
        for host, u in zip(hosts, guests, strict=True):
            weight = np.cumsum(np.where(np.arange(len(pull)) == host, 0.0, pull))
            if weight[-1] <= 0:
                continue
            guest = min(int(np.searchsorted(weight, u * weight[-1], side="right")), len(clusters) - 1)
            themes = state.sector_centres[clusters["sector"][np.array([host, guest])]]
            state.attractors.add(
                f"{state.cluster_names[host]} meets {state.cluster_names[guest]}", "encounter", themes.mean(axis=0),
                parameters.encounter_strength, parameters.encounter_width, parameters.encounter_boost,
                state.month, state.month + 1,
            )  # fmt: skip
