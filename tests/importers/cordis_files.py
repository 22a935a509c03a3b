"""Participations small enough to know every number by hand, for the tests of the CORDIS importer."""

from __future__ import annotations

from pathlib import Path

from ecosim.inputs import Organisation, read_organisations, read_ties
from ecosim.scenario import Scenario

# project: organisation, type, country. D is in a project with each of A and B, E works alone, F with D only.
ROWS = [
    ("1", "A", "PRC", "FR"), ("1", "B", "HES", "FR"), ("1", "C", "REC", "DE"),
    ("2", "A", "PRC", "FR"), ("2", "B", "HES", "FR"),
    ("3", "A", "PRC", "FR"), ("3", "D", "PUB", "FR"),
    ("4", "E", "OTH", "FR"),
    ("5", "D", "PUB", "FR"), ("5", "F", "PRC", "NA"),
    ("6", "B", "HES", "FR"), ("6", "D", "PUB", "FR"),
]  # fmt: skip
# Project 1 has two parts, 4 and 5 have none, 9 is not among the participations.
PARTS = [("1", "X"), ("1", "Y"), ("2", "Y"), ("3", "X"), ("6", "Z"), ("9", "W"), ("4", "NA"), ("1", "Y")]


def write_csv(path: Path, header: str, rows: list[tuple[str, ...]]) -> Path:
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return path


def participations(folder: Path, rows: list[tuple[str, ...]] | None = None) -> Path:
    return write_csv(folder / "participations.csv", "rcn,pic,type,country", ROWS if rows is None else rows)


def programmes(folder: Path, rows: list[tuple[str, ...]] | None = None) -> Path:
    return write_csv(folder / "programmes.csv", "rcn,programme_part", PARTS if rows is None else rows)


def read_back(out: Path) -> tuple[Scenario, dict[str, Organisation], dict[tuple[str, str], float]]:
    """Return the scenario, its organisations by id, and its ties."""
    scenario = Scenario.load(out)
    ties = {(tie.a, tie.b): tie.weight for tie in read_ties(scenario.ties_file)}
    return scenario, {row.id: row for row in read_organisations(scenario.organisations_file)}, ties


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
