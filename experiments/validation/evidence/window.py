"""A split in time: organisations known by the end of some years, and the projects that these have in the years after.

Knows of no simulation.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ecosim.errors import InputFileError
from ecosim.importers.sectors import most_active
from experiments.validation.evidence.participations import Participations
from experiments.validation.evidence.projection import Projects, Ties, tie

__all__ = ["Window", "window", "write_for_import"]

IntArray = npt.NDArray[np.int64]
_TYPES = {"firm": "PRC", "lab": "HES", "other": "OTH"}  # what the importer reads for each of our kinds


@dataclass(frozen=True)
class Window:
    """What was known at the end of the years learnt from, and what came then.

    ids : names of the organisations that took part in a project by then, N
    earlier : int64 (N,), projects of each by then; theme : int64 (N,), where each was most active (without any known
    theme: where most were); before : the ties by then
    projects : those of the years after with two of these organisations or more; they alone are their members
    participations : in the years after, by organisations of the selection; reached : how many of these by the N
    """

    ids: list[str]
    earlier: IntArray
    theme: IntArray
    before: Ties
    projects: Projects
    participations: int
    reached: int


def window(data: Participations, countries: Collection[str], until: int, last: int) -> Window:
    """Return the split after the year `until`, up to `last`, of the organisations in some countries (empty: all).

    Raises
    ------
    InputFileError
        When no project of the years after has two organisations of the years before.
    """
    learnt, after = data.within(None, until), data.within(until + 1, last)
    selected = np.array([not countries or code in countries for code in data.countries])
    earlier = np.bincount(learnt.organisation, minlength=len(data.ids))
    known = np.flatnonzero(selected & (earlier > 0))
    number = np.full(len(data.ids), -1)
    number[known] = np.arange(len(known))

    def joint(part: Participations) -> Projects:
        member = number[part.organisation]
        inside = member >= 0
        return Projects.joint(part.project[inside], member[inside], len(known))

    projects = joint(after)
    if not len(projects.sizes):
        chosen = ", ".join(countries) or "all countries"
        raise InputFileError(
            f"participations: no project that starts from {until + 1} to {last} has two organisations of {chosen} that "
            f"took part by {until}"
        )
    activity = np.zeros((len(data.ids), len(data.themes)))
    np.add.at(activity, learnt.organisation, learnt.weights[learnt.project])
    theme = most_active(activity)[known]
    theme[theme < 0] = np.bincount(theme[theme >= 0]).argmax()
    ours = selected[after.organisation]
    return Window(
        [data.ids[row] for row in known.tolist()], earlier[known].astype(np.int64), theme, tie(joint(learnt)), projects,
        int(ours.sum()), int((number[after.organisation] >= 0).sum()),
    )  # fmt: skip


def write_for_import(data: Participations, participations: Path, programmes: Path) -> None:
    """Write participations as `ecosim.importers.cordis.import_cordis` reads them, whatever the file they came from."""
    with participations.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(("rcn", "pic", "type", "country"))
        rows.writerows(
            (data.project_ids[project], data.ids[one], _TYPES[data.kinds[one]], data.countries[one] or "NA")
            for project, one in zip(data.project.tolist(), data.organisation.tolist(), strict=True)
        )
    with programmes.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(("rcn", "programme_part"))
        project, theme = np.nonzero(data.weights)
        rows.writerows(
            (data.project_ids[row], data.themes[column])
            for row, column in zip(project.tolist(), theme.tolist(), strict=True)
        )
