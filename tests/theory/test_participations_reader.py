"""Participations of another programme than Horizon 2020: other columns, separators, dates; and what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecosim.errors import InputFileError, ParameterError
from experiments.validation.evidence.participations import Participations, read, split_years
from experiments.validation.evidence.source import Source, horizon_2020

# project; organisation; kind; country; start. Invented, after the looks of an older framework programme.
HEADER = '"projectID";"organisationID";"activityType";"country";"startDate";"call"'
ROWS = """
"10";"a";"Private";"FR";"01/03/2007";"ENERGY; phase 1"
"10";"b";"Academic";"DE";"01/03/2007";"ENERGY; phase 1"
"11";"b";"Academic";"DE";"2008";"HEALTH"
"11";"c";"Agency";"";"2008-05-01";"HEALTH"
"12";"a";"Private";"FR";"2009-01-15 00:00:00";"HEALTH"
"12";"b";"Private";"AT";"2009-01-15";"ENERGY; phase 1"
"12";"b";"Academic";"DE";"2009-01-15";"HEALTH"
"13";"c";"Agency";"NA";"";"HEALTH"
"13";"";"Agency";"IT";"2010";"HEALTH"
"";"a";"Private";"FR";"2010";"HEALTH"
"13";"a";"NA";"FR";"2010";"HEALTH"
"14";"c";"Agency";"IT";"31/12/2010";"NA"
"14";"a";"Private";"FR";"31/12/2010";""
"15";"d";"Academic";"IT";"2011-10";"ICT"
""".strip()
COLUMNS = {
    "project": "projectID", "organisation": "organisationID", "kind": "activityType", "start": "startDate",
    "theme": "call",
}  # fmt: skip
KINDS = {"Private": "firm", "Academic": "lab", "Agency": "other"}


def source(folder: Path, rows: str = ROWS, header: str = HEADER, name: str = "p.csv", **changed: Any) -> Source:
    path = folder / name
    text = f"{header}\n{rows}\n"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode("utf-8-sig"))
    return Source(path, **{"columns": COLUMNS, "kinds": KINDS, "name": "FP7", **changed})


def test_another_programme_is_read_without_code(tmp_path: Path) -> None:
    data = read(source(tmp_path))
    assert data.project_ids == ["10", "11", "12", "14", "15"]
    assert data.ids == ["a", "b", "c", "d"]
    pairs = [(data.project_ids[p], data.ids[o]) for p, o in zip(data.project, data.organisation, strict=True)]
    assert pairs == [("10", "a"), ("10", "b"), ("11", "b"), ("11", "c"), ("12", "a"), ("12", "b"), ("14", "a"),
                     ("14", "c"), ("15", "d")]  # fmt: skip
    assert data.year.tolist() == [2007, 2008, 2009, 2010, 2011]
    assert data.kinds == ["firm", "lab", "other", "lab"]  # b: academic in 3 rows of 4
    assert data.countries == ["FR", "DE", "IT", "IT"]
    assert data.themes == ["ENERGY; phase 1", "HEALTH", "ICT"]
    assert data.weights.tolist() == [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0], [0, 0, 0], [0, 0, 1]]
    assert data.skipped == {
        "no project": 1, "no organisation": 1, "no kind": 1, "no start": 1, "listed twice in its project": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("separator", "name"), [(",", "p.csv"), ("\t", "p.csv"), (";", "p.csv.gz")])
def test_any_separator_and_compression(tmp_path: Path, separator: str, name: str) -> None:
    rows = ROWS.replace("; phase", ": phase").replace(";", separator)
    one = read(source(tmp_path, rows, HEADER.replace(";", separator), name))
    assert len(one.project) == 9
    assert one.themes[0] == "ENERGY: phase 1"


def test_a_part_of_the_years_keeps_organisations_and_renumbers_projects(tmp_path: Path) -> None:
    data = read(source(tmp_path))
    part = data.within(2008, 2009)
    assert part.ids == data.ids
    assert part.project_ids == ["11", "12"]
    assert part.project.tolist() == [0, 0, 1, 1]
    assert part.organisation.tolist() == [1, 2, 0, 1]
    assert part.weights.tolist() == [[0, 1, 0], [0.5, 0.5, 0]]
    assert len(data.within(None, 2011).project) == len(data.project)
    assert len(data.within(None, 2006).project) == 0


def test_the_last_two_years_are_predicted_unless_the_source_says_otherwise(tmp_path: Path) -> None:
    data = read(source(tmp_path))
    assert split_years(source(tmp_path), data) == (2009, 2011)
    assert split_years(source(tmp_path, train_until=2008, test_until=2010), data) == (2008, 2010)
    assert split_years(source(tmp_path, test_until=2010), data) == (2008, 2010)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"train_until": 2006}, "train_until = 2006"), ({"test_until": 2007}, "train_until = 2005"),
        ({"train_until": 2011}, "test_until = 2011"),
    ]  # fmt: skip
    for wrong, words in refused:
        with pytest.raises(ParameterError, match=words):
            split_years(source(tmp_path, **wrong), data)


def test_without_a_column_of_themes_the_theme_is_the_kind(tmp_path: Path) -> None:
    columns = {name: column for name, column in COLUMNS.items() if name != "theme"}
    data = read(source(tmp_path, columns=columns))
    assert data.themes == ["firm", "lab", "other"]
    assert data.weights[:2].tolist() == [[0.5, 0.5, 0], [0, 0.5, 0.5]]


def test_themes_and_starts_from_a_second_file_with_other_names_of_projects(tmp_path: Path) -> None:
    """As CORDIS hands out its older programmes: one file of organisations, one of projects."""
    (tmp_path / "projects.csv").write_text(
        "id;startDate;call\n10;2007-01-01;X\n11;2008-01-01;X\n11;2008-01-01;Y\n12;NA;Z\n99;2008-01-01;W\n"
    )
    rows = "\n".join(";".join(line.split(";")[:4]) for line in ROWS.splitlines())
    data = read(
        source(
            tmp_path, rows, '"projectID";"organisationID";"activityType";"country"',
            programmes=tmp_path / "projects.csv", columns={**COLUMNS, "programmes_project": "id"},
        )
    )  # fmt: skip
    assert data.project_ids == ["10", "11"]
    assert data.year.tolist() == [2007, 2008]
    assert data.themes == ["X", "Y"]
    assert data.weights.tolist() == [[1, 0], [0.5, 0.5]]
    assert data.skipped["no start"] == 7  # 12 has none, 13 to 15 are not listed; the other rows without lack more


def refusal(made: Source) -> str:
    with pytest.raises(InputFileError) as caught:
        read(made)
    return str(caught.value)


def test_refusals_name_file_row_column_and_the_way_out(tmp_path: Path) -> None:
    words = refusal(source(tmp_path, kinds={"Private": "firm", "Academic": "lab"}))
    for part in ("p.csv: row 5", "activityType = 'Agency'", "Private", "by --kind (such as --kind Agency=other)"):
        assert part in words
    words = refusal(source(tmp_path, ROWS.replace("2009-01-15", "2009-13-15")))
    for part in ("row 6", "startDate = '2009-13-15 00:00:00'", "01/05/2019"):
        assert part in words
    words = refusal(source(tmp_path, columns={**COLUMNS, "country": "contry"}))
    assert "row 1: no column 'contry' (did you mean 'country'?)" in words
    words = refusal(source(tmp_path, columns={**COLUMNS, "theme": "programme"}))
    assert "no column 'programme'" in words
    words = refusal(source(tmp_path, columns={**COLUMNS, "start": "begin"}))
    assert "no column 'begin'" in words
    many = "\n".join(f'"{p}";"o{p}";"Private";"FR";"2010";"theme {p}"' for p in range(65))
    assert "65 different themes: allowed are at most 64" in refusal(source(tmp_path, many))
    assert "no such file" in refusal(Source(tmp_path / "none.csv"))
    assert "no row has a project" in refusal(source(tmp_path, '"10";"a";"Private";"FR";"";"X"'))
    (tmp_path / "programmes.csv").write_text("projectID,call\n77,X\n")
    words = refusal(source(tmp_path, programmes=tmp_path / "programmes.csv"))
    assert "programmes.csv" in words
    assert "no row gives a theme to a project" in words


def test_a_source_refuses_columns_and_kinds_that_are_not_ours(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="did you mean 'organisation'"):
        Source(tmp_path, columns={"organization": "pic"})
    with pytest.raises(ParameterError, match=r"kinds: PRC = 'company'.*firm, lab, other"):
        Source(tmp_path, kinds={"PRC": "company"})


def test_the_real_file(real_data: Path) -> None:
    """Numbers of the data's own description."""
    data: Participations = read(horizon_2020(real_data))
    assert (len(data.ids), len(data.project_ids), len(data.themes)) == (32_012, 25_620, 17)
    assert sum(country == "FR" for country in data.countries) == 2_620
    assert int((data.weights.sum(axis=1) == 0).sum()) == 104
    assert np.all(np.diff(data.project) >= 0)
    assert (int(data.year.min()), int(data.year.max())) == (2014, 2019)
