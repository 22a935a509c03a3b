"""Reads CORDIS tables (participations, programme parts) into arrays; refuses what is wrong by file and row.

Knows of no scenario. ``NA`` and an empty cell both mean: not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ecosim.errors import InputFileError
from ecosim.importers.tallies import known, most_frequent, numbered, shared_weights
from ecosim.specs import MAX_SECTORS
from ecosim.tables import Reader, read_rows

__all__ = ["KINDS", "Participations", "read_participations", "read_programmes"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# CORDIS activity types: higher education, research, private for profit, public body, other.
KINDS = {"HES": "lab", "OTH": "other", "PRC": "firm", "PUB": "other", "REC": "lab"}


@dataclass(frozen=True)
class Participations:
    """Who took part in which project.

    `projects` (rcn) and `organisations` (pic) are sorted; `project` and `organisation` are int64 (P,), their rows,
    one entry for each pair of them, sorted; `types` and `countries` belong to the organisations (a country may be
    ""); `codes` are all countries of the file; `years` the first and last year a project started, if known;
    `skipped` counts rows by the reason they were left out.
    """

    projects: list[str]
    organisations: list[str]
    project: IntArray
    organisation: IntArray
    types: list[str]
    countries: list[str]
    codes: list[str]
    years: tuple[int, int] | None
    skipped: dict[str, int]


def read_participations(path: Path) -> Participations:
    """Read a participations file; needed are the columns rcn, pic, type and country.

    An organisation listed with several types or countries has the most frequent (ties: alphabetical).

    Raises
    ------
    InputFileError
        For a file that is broken or lacks a column, an unknown type, or no usable row.
    """
    columns: dict[str, Reader] = {
        "rcn": known, "pic": known, "type": _type, "country": known, "start_date": _year,
    }  # fmt: skip
    skipped = {"no project (rcn)": 0, "no organisation (pic)": 0, "no type": 0, "listed twice in its project": 0}
    names: tuple[list[str], list[str], list[str], list[str]] = ([], [], [], [])
    years: set[int] = set()
    for _, row in read_rows(path, columns, ["start_date"]):
        values = (str(row["rcn"]), str(row["pic"]), str(row["type"]), str(row["country"]))
        missing = next((i for i in range(3) if not values[i]), None)
        if missing is not None:
            skipped[list(skipped)[missing]] += 1
            continue
        for column, value in zip(names, values, strict=True):
            column.append(value)
        if row["start_date"]:
            years.add(int(str(row["start_date"])))
    if not names[0]:
        raise InputFileError(f"{path}: no row has a project (rcn), an organisation (pic) and a type")
    projects, project = numbered(names[0])
    organisations, organisation = numbered(names[1])
    pairs = np.unique(project * len(organisations) + organisation)
    skipped["listed twice in its project"] = len(project) - len(pairs)
    return Participations(
        projects=projects,
        organisations=organisations,
        project=pairs // len(organisations),
        organisation=pairs % len(organisations),
        types=most_frequent(organisation, names[2], len(organisations)),
        countries=most_frequent(organisation, names[3], len(organisations)),
        codes=sorted(set(names[3]) - {""}),
        years=(min(years), max(years)) if years else None,
        skipped=skipped,
    )


def read_programmes(path: Path, projects: list[str]) -> tuple[list[str], FloatArray]:
    """Read the programme parts of some projects, from columns rcn and programme_part.

    Returns
    -------
    parts : list of str, sorted
    weights : float64 (projects, parts), 1/k for each of a project's k parts, a row of zeros when it has none

    Raises
    ------
    InputFileError
        For a file that is broken or lacks a column, names none of the projects, or more than 64 parts.
    """
    row_of = {name: row for row, name in enumerate(projects)}
    found: set[tuple[int, str]] = set()
    for _, row in read_rows(path, {"rcn": known, "programme_part": known}):
        project, part = row_of.get(str(row["rcn"])), str(row["programme_part"])
        if project is not None and part:
            found.add((project, part))
    if not found:
        raise InputFileError(f"{path}: no row gives a programme part to a project (rcn) of the participations file")
    parts = len({part for _, part in found})
    if parts > MAX_SECTORS:
        raise InputFileError(
            f"{path}: column programme_part: {parts} different parts: allowed are at most {MAX_SECTORS}; group them"
        )
    return shared_weights(found, len(projects))


def _type(value: str) -> str:
    if value in KINDS or value in ("NA", ""):
        return known(value)
    raise ValueError(f"one of {', '.join(KINDS)}, or NA")


def _year(value: str) -> str:
    """Return the year of an ISO date; this column only serves the scenario's text, so nothing is refused."""
    return value[:4] if re.match(r"\d{4}(-|$)", value) else ""
