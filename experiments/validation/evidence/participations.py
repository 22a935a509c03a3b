"""Reads participations of any programme into arrays, with years and themes; refuses what is wrong by file and row.

Knows of no model. (`ecosim.importers.participations` reads the same for a scenario, without years.)
``NA`` and an empty cell both mean: not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from ecosim.errors import InputFileError, ParameterError, nearest_name
from ecosim.importers.tallies import known, most_frequent, numbered, shared_weights
from ecosim.specs import MAX_SECTORS, ORGANISATION_KINDS
from ecosim.tables import Reader, read_rows
from experiments.validation.evidence.source import CORDIS_KINDS, Source

__all__ = ["Participations", "read", "split_years"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
SEPARATORS = ",;\t"
_ISO = re.compile(r"(\d{4})(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])([ T].*)?)?)?")
_DAY_FIRST = re.compile(r"(0?[1-9]|[12]\d|3[01])/(0?[1-9]|1[0-2])/(\d{4})")


@dataclass(frozen=True)
class Participations:
    """Who took part in which project, when, on what theme.

    project, organisation : int64 (P,), rows of projects and of organisations, each pair once, sorted by project
    year : int64 (projects,), in which a project starts (the earliest, where rows differ)
    themes : names, sorted; weights : float64 (projects, themes), 1/k for each of a project's k themes, zeros for none
    kinds : firm, lab or other, of each organisation; countries : of each organisation, "" where not known. Where rows
        differ: the most frequent (ties: alphabetical; a known country outweighs an unknown one)
    ids, project_ids : names of organisations and of projects, sorted
    skipped : rows left out, by reason
    """

    project: IntArray
    organisation: IntArray
    year: IntArray
    themes: list[str]
    weights: FloatArray
    kinds: list[str]
    countries: list[str]
    ids: list[str]
    project_ids: list[str]
    skipped: dict[str, int]

    def within(self, first: int | None, last: int) -> Participations:
        """Return the part in projects that start from `first` (None: the beginning) to `last`; organisations keep
        their rows, projects are renumbered."""
        chosen = self.year <= last
        if first is not None:
            chosen &= self.year >= first
        number = np.cumsum(chosen) - 1
        kept = chosen[self.project]
        return replace(
            self, project=number[self.project[kept]].astype(np.int64), organisation=self.organisation[kept],
            year=self.year[chosen], weights=self.weights[chosen],
            project_ids=[self.project_ids[row] for row in np.flatnonzero(chosen).tolist()],
        )  # fmt: skip


def split_years(source: Source, data: Participations) -> tuple[int, int]:
    """Return the last year to learn from and the last to predict: those of the source, else the last two of the file
    are predicted.

    Raises
    ------
    ParameterError
        When one side of the split would be without a project.
    """
    years = np.unique(data.year)
    last = int(years[-1]) if source.test_until is None else source.test_until
    until = last - 2 if source.train_until is None else source.train_until
    where = f"{source.participations}: projects start from {years[0]} to {years[-1]}"
    if not (years <= until).any():
        raise ParameterError(f"train_until = {until}: allowed is a year from {years[0]} on ({where})")
    if not ((years > until) & (years <= last)).any():
        raise ParameterError(f"test_until = {last}: allowed is a year after train_until = {until}, with a project in "
                             f"between ({where})")  # fmt: skip
    return until, last


def read(source: Source) -> Participations:
    """Return what the files of a source hold.

    Raises
    ------
    InputFileError
        For a file that is broken or lacks a column, a kind that nobody has mapped, a start that is no date, more than
        64 themes, or no usable row.
    """
    path = source.participations
    names = {name: source.column(name) for name in ("project", "organisation", "kind", "country", "start", "theme")}
    if source.programmes is not None:
        del names["theme"]  # it is the programmes' business
    columns: dict[str, Reader] = dict.fromkeys(names.values(), known)
    columns[names["kind"]] = _kind_reader(source.kinds)
    columns[names["start"]] = _year
    # what the source names itself must be there; starts may also stand in the programmes
    optional = [names[name] for name in ("country", "theme") if name in names and name not in source.columns]
    if source.programmes is not None:
        optional.append(names["start"])
    rows = [
        tuple(row[names[name]] if name in names else None for name in ("project", "organisation", "kind", "country",
                                                                       "start", "theme"))
        for _, row in read_rows(path, columns, optional, SEPARATORS)
    ]  # fmt: skip
    listed = None if source.programmes is None else _Programmes.read(source, not any(row[4] for row in rows))
    skipped = {"no project": 0, "no organisation": 0, "no kind": 0, "no start": 0, "listed twice in its project": 0}
    good: list[tuple[str, str, str, str, int, str]] = []
    for project, organisation, kind, country, own_start, theme in rows:
        start = own_start if listed is None or listed.start is None else listed.start.get(str(project))
        if not project or not organisation or not kind or not start:
            values = (project, organisation, kind, start)
            skipped[list(skipped)[next(i for i, value in enumerate(values) if not value)]] += 1
        else:
            good.append(
                (str(project), str(organisation), str(kind), str(country or ""), int(str(start)), str(theme or ""))
            )
    if not good:
        raise InputFileError(
            f"{path}: no row has a project ({names['project']}), an organisation ({names['organisation']}), a kind "
            f"({names['kind']}) and a start ({names['start']})"
        )
    project_ids, project = numbered([row[0] for row in good])
    ids, organisation_rows = numbered([row[1] for row in good])
    pairs = np.unique(project * len(ids) + organisation_rows)
    skipped["listed twice in its project"] = len(good) - len(pairs)
    years = np.full(len(project_ids), np.iinfo(np.int64).max)
    np.minimum.at(years, project, np.array([row[4] for row in good]))
    kinds = most_frequent(organisation_rows, [row[2] for row in good], len(ids))
    pair_project, pair_organisation = pairs // len(ids), pairs % len(ids)
    if listed is not None:
        themed, where = listed.themes, f"{source.programmes}"
    else:
        themed, where = {(row[0], row[5]) for row in good if row[5]}, f"{path}"
    if not themed:
        if listed is not None:
            raise InputFileError(f"{where}: no row gives a theme ({source.column('theme')}) to a project")
        # the kinds that take part in a project are its themes: the file names no others
        themed = {
            (project_ids[p], kinds[o])
            for p, o in zip(pair_project.tolist(), pair_organisation.tolist(), strict=True)
        }  # fmt: skip
    themes, weights = _weights(project_ids, themed, f"{where}: column {source.column('theme')}")
    return Participations(
        project=pair_project, organisation=pair_organisation, year=years, themes=themes, weights=weights, kinds=kinds,
        countries=most_frequent(organisation_rows, [row[3] for row in good], len(ids)),
        ids=ids, project_ids=project_ids, skipped=skipped,
    )  # fmt: skip


@dataclass(frozen=True)
class _Programmes:
    """themes : (project, theme) pairs; start : year of each project, or None when the participations say it."""

    themes: set[tuple[str, str]]
    start: dict[str, str] | None

    @classmethod
    def read(cls, source: Source, with_start: bool) -> _Programmes:
        assert source.programmes is not None
        project, theme = source.column("programmes_project"), source.column("theme")
        columns: dict[str, Reader] = {project: known, theme: known}
        if with_start:
            columns[source.column("start")] = _year
        themes: set[tuple[str, str]] = set()
        start: dict[str, str] = {}
        for _, row in read_rows(source.programmes, columns, (), SEPARATORS):
            name = str(row[project])
            if name and row[theme]:
                themes.add((name, str(row[theme])))
            if with_start and row[source.column("start")]:
                year = str(row[source.column("start")])
                start[name] = min(year, start.get(name, year))
        return cls(themes, start if with_start else None)


def _weights(projects: list[str], themed: set[tuple[str, str]], where: str) -> tuple[list[str], FloatArray]:
    """Return the themes of some projects and float64 (projects, themes), 1/k for each of a project's k."""
    row_of = {name: row for row, name in enumerate(projects)}
    pairs = [(row_of[project], theme) for project, theme in themed if project in row_of]
    if not pairs:
        raise InputFileError(f"{where}: no row gives a theme to a project of the participations")
    themes = len({theme for _, theme in pairs})
    if themes > MAX_SECTORS:
        raise InputFileError(
            f"{where}: {themes} different themes: allowed are at most {MAX_SECTORS}; group them, or name another "
            f"column as `theme`"
        )
    return shared_weights(pairs, len(projects))


def _kind_reader(ours: Mapping[str, str]) -> Callable[[str], str]:
    """Return a reader that turns a kind of the file into firm, lab or other."""
    kinds = {**CORDIS_KINDS, **ours}

    def kind(value: str) -> str:
        if value in kinds:
            return kinds[value]
        if value in ("", "NA"):
            return ""
        raise ValueError(
            f"one of {', '.join(kinds)}, or NA{nearest_name(value, kinds)}; map other kinds to "
            f"{', '.join(ORGANISATION_KINDS)} by --kind (such as --kind {value}=other)"
        )

    return kind


@cache
def _year(value: str) -> str:
    """Return the year of a date, "" where it is not known."""
    if value in ("", "NA"):
        return ""
    iso = _ISO.fullmatch(value)
    if iso:
        return iso[1]
    day_first = _DAY_FIRST.fullmatch(value)
    if day_first:
        return day_first[3]
    raise ValueError("a date as 2019-05-01 or 01/05/2019, a year as 2019, or NA")
