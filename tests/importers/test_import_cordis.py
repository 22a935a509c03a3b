"""The CORDIS importer, on participations small enough to know every number by hand."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from cordis_files import ROWS, files_of, participations, programmes, read_back, write_csv

from ecosim.importers import import_cordis
from ecosim.scenario import Scenario
from ecosim.setup import found
from ecosim.state import FIRM, LAB, OTHER


@pytest.fixture
def imported(tmp_path):
    out = tmp_path / "small.toml"
    summary = import_cordis(participations(tmp_path), out, programmes(tmp_path))
    return summary, *read_back(out)


def test_ties_are_weighted_by_project_size(imported):
    ties = imported[3]
    assert ties == {
        ("A", "B"): 1.5,  # 1/2 in project 1, 1 in project 2
        ("A", "C"): 0.5,
        ("B", "C"): 0.5,
        ("A", "D"): 1.0,
        ("D", "F"): 1.0,
        ("B", "D"): 1.0,
    }


def test_a_selection_counts_only_its_own_participants(tmp_path):
    out = tmp_path / "france.toml"
    summary = import_cordis(participations(tmp_path), out, programmes(tmp_path), countries=["FR"])
    scenario, people, ties = read_back(out)
    assert ties == {("A", "B"): 2.0, ("A", "D"): 1.0, ("B", "D"): 1.0}  # project 1 has two French participants
    assert sorted(people) == ["A", "B", "D", "E"]
    assert {row.region for row in people.values()} == {"FR"}
    assert [cluster.region for cluster in scenario.clusters] == ["FR"]
    assert summary.organisations == {"firm": 1, "lab": 1, "other": 2}


def test_kinds(imported):
    assert {name: row.kind for name, row in imported[2].items()} == {
        "A": "firm", "B": "lab", "C": "lab", "D": "other", "E": "other", "F": "firm",
    }  # fmt: skip
    assert imported[0].organisations == {"firm": 2, "lab": 2, "other": 2}


def test_sectors_are_where_an_organisation_is_most_active(imported):
    sectors = {name: row.sector for name, row in imported[2].items()}
    assert sectors["A"] == "X"  # 1/2 + 1 in X, 1/2 + 1 in Y: the first in alphabetical order
    assert sectors["B"] == "Y"  # 1/2 in X, 1/2 + 1 in Y, 1 in Z
    assert sectors["C"] == "X"
    assert sectors["D"] == "X"  # 1 in X, 1 in Z; project 5 has no part
    assert sectors["F"] == "X"  # no part known: as its only partner, D
    assert sectors["E"] == "X"  # nor any partner: as most
    notes = " ".join(imported[0].notes)
    assert "Organisations without a known programme part: 2; 1 took the commonest sector of their partners, 1" in notes
    assert "Projects without a programme part: 2 of 6." in notes


def test_a_project_of_three_parts_counts_a_third_for_each(tmp_path):
    rows = [(project, name, "PRC", "FR") for project in "123" for name in "AB"]
    parts = [*(("1", part) for part in "XYZ"), *(("2", part) for part in "XYZ"), ("3", "W")]
    import_cordis(participations(tmp_path, rows), tmp_path / "o.toml", programmes(tmp_path, parts))
    assert read_back(tmp_path / "o.toml")[1]["A"].sector == "W"  # 1, against 2/3


def test_an_unknown_sector_is_that_of_the_partners_not_of_most(tmp_path):
    rows = [("1", name, "PRC", "FR") for name in "ABCD"] + [("2", name, "PRC", "FR") for name in "EFG"]
    rows += [("3", "G", "PRC", "FR"), ("3", "H", "PRC", "FR"), ("4", "I", "PRC", "FR")]
    out = tmp_path / "o.toml"
    import_cordis(participations(tmp_path, rows), out, programmes(tmp_path, [("1", "Most"), ("2", "Few")]))
    sectors = {name: row.sector for name, row in read_back(out)[1].items()}
    assert sectors["H"] == "Few"
    assert sectors["I"] == "Most"


def test_sectors_do_not_depend_on_the_selection(tmp_path):
    rows = [("1", "A", "PRC", "FR"), ("1", "B", "PRC", "DE"), ("2", "A", "PRC", "FR"), ("2", "C", "PRC", "FR")]
    rows += [("3", "B", "PRC", "DE"), ("3", "D", "PRC", "FR"), ("1", "E", "PRC", "DE")]
    parts = [("1", "P"), ("2", "P"), ("2", "Q")]
    sectors = []
    for countries in ((), ("FR",)):
        out = tmp_path / "o.toml"
        import_cordis(participations(tmp_path, rows), out, programmes(tmp_path, parts), countries=countries)
        sectors.append({name: row.sector for name, row in read_back(out)[1].items()})
    assert sectors[1] == {name: sectors[0][name] for name in "ACD"}


def test_several_types_and_countries_the_most_frequent(tmp_path):
    rows = [("1", "A", "HES", "FR"), ("2", "A", "PRC", "DE"), ("3", "A", "PRC", "DE"), ("1", "B", "REC", "UK")]
    rows += [("2", "B", "PUB", "NA"), ("3", "B", "REC", ""), ("3", "C", "PRC", "DE"), ("2", "C", "HES", "AT")]
    out = tmp_path / "o.toml"
    import_cordis(participations(tmp_path, rows), out)
    people = read_back(out)[1]
    assert (people["A"].kind, people["A"].region) == ("firm", "DE")
    assert (people["B"].kind, people["B"].region) == ("lab", "UK")  # known once, not known twice
    assert (people["C"].kind, people["C"].region) == ("lab", "AT")  # once each: alphabetical


def test_without_programmes_types_are_sectors(tmp_path):
    out = tmp_path / "o.toml"
    summary = import_cordis(participations(tmp_path), out)
    scenario, people, _ = read_back(out)
    assert {name: row.sector for name, row in people.items()}["B"] == "HES"
    assert {sector.name: sector.share for sector in scenario.sectors} == {
        "HES": 1, "OTH": 1, "PRC": 2, "PUB": 1, "REC": 1,
    }  # fmt: skip
    assert all(sector.centre is None for sector in scenario.sectors)
    assert any("its type" in note for note in summary.notes)


def test_rows_without_a_name_or_type_are_skipped_and_counted(tmp_path):
    rows = [*ROWS, ("NA", "A", "PRC", "FR"), ("7", "NA", "PRC", "FR"), ("7", "A", "NA", "FR"), ("1", "A", "PRC", "FR")]
    summary = import_cordis(participations(tmp_path, rows), tmp_path / "o.toml", programmes(tmp_path))
    assert summary.skipped == {
        "participations.csv: no project (rcn)": 1,
        "participations.csv: no organisation (pic)": 1,
        "participations.csv: no type": 1,
        "participations.csv: listed twice in its project": 1,
    }
    assert read_back(tmp_path / "o.toml")[2][("A", "B")] == 1.5


def clique(project: int, members: list[str], country: str) -> list[tuple[str, ...]]:
    return [(str(project), name, "PRC", country) for name in members]


def test_large_communities_are_clusters_small_ones_go_by_country(tmp_path):
    rows = clique(1, [f"a{i:02}" for i in range(10)], "DE") + clique(2, [f"b{i:02}" for i in range(12)], "FR")
    rows += clique(3, [f"c{i}" for i in range(9)], "FR") + clique(4, ["d1", "d2"], "IT") + clique(5, ["e"], "NA")
    rows += clique(6, ["b00", "f"], "UK")[1:] + clique(6, ["b00"], "FR")
    out = tmp_path / "o.toml"
    parts = [("1", "P"), ("2", "Q"), ("3", "P"), ("4", "P"), ("5", "P"), ("6", "Q")]
    summary = import_cordis(participations(tmp_path, rows), out, programmes(tmp_path, parts))
    scenario, people, _ = read_back(out)
    assert [(row.name, row.sector, row.region) for row in scenario.clusters] == [
        ("Community 1 (Q)", "Q", ""),  # b and f: not all in one country
        ("Community 2 (P)", "P", "DE"),
        ("FR, outside communities", "P", "FR"),
        ("IT, outside communities", "P", "IT"),
        ("unknown country, outside communities", "P", ""),
    ]
    assert people["f"].cluster == "Community 1 (Q)"
    assert people["c0"].cluster == "FR, outside communities"
    assert people["e"].cluster == "unknown country, outside communities"
    assert summary.clusters == 5
    assert "Organisations in communities of fewer than 10, put together by country: 12." in summary.notes


def test_countries_as_clusters(tmp_path):
    out = tmp_path / "o.toml"
    import_cordis(participations(tmp_path), out, programmes(tmp_path), clusters="country")
    scenario, people, _ = read_back(out)
    assert [(row.name, row.region) for row in scenario.clusters] == [
        ("FR", "FR"),
        ("DE", "DE"),
        ("unknown country", ""),
    ]
    assert people["F"].cluster == "unknown country"


def test_the_scenario_can_be_founded_and_says_what_it_is(imported):
    summary, scenario, people, ties = imported
    state = found(scenario, seed=1)
    assert state.organisation_names == sorted(people)
    assert np.bincount(state.organisations["kind"], minlength=3).tolist() == [2, 2, 2]
    assert {FIRM, LAB, OTHER} == {0, 1, 2}
    assert len(state.ties.partner) == 2 * len(ties)
    assert "CORDIS (European Commission)" in scenario.story
    assert "selection all countries, 6 organisations: 2 firms, 2 labs, 2 others" in scenario.story
    assert scenario.title == "Horizon 2020 participations, all countries"
    assert (summary.ties, summary.sectors) == (6, len(scenario.sectors))
    assert "Organisations without a tie: 1." in summary.notes


def test_start_dates_date_the_story(tmp_path):
    rows = [(*row, date) for row, date in zip(ROWS, ["2015-03-01", "NA", "2018-12-31", ""] * 3, strict=True)]
    path = write_csv(tmp_path / "p.csv", "rcn,pic,type,country,start_date", rows)
    import_cordis(path, tmp_path / "o.toml")
    assert "of projects started 2015–2018, CORDIS" in Scenario.load(tmp_path / "o.toml").story


def test_centres_only_for_three_sectors_and_more(tmp_path):
    rows = [(str(p), name, "PRC", "FR") for p in range(4) for name in (f"a{p}", f"b{p}", "all")]
    for count in (2, 4):
        parts = [(str(p), f"S{p % count}") for p in range(4)]
        import_cordis(participations(tmp_path, rows), tmp_path / "o.toml", programmes(tmp_path, parts))
        centres = [sector.centre for sector in Scenario.load(tmp_path / "o.toml").sectors]
        assert len(centres) == count
        assert all((centre is None) == (count == 2) for centre in centres)
        assert all(centre is None or len(centre) == 4 for centre in centres)


def test_the_order_of_rows_and_the_process_change_no_byte(tmp_path):
    rows = [
        (str(project), f"o{member:03}", ("PRC", "HES", "REC")[member % 3], ("FR", "DE")[member % 2])
        for project in range(150)
        for member in random.Random(project).sample(range(40 * (project % 3), 40 * (project % 3) + 60), 4)
    ]
    parts = [(str(project), f"part {project % 5}") for project in range(150)]
    results = []
    for seed in ("1", "2", "3"):
        folder = tmp_path / seed
        (folder / "out").mkdir(parents=True)
        shuffle = random.Random(seed).shuffle
        shuffle(rows)
        shuffle(parts)
        paths = [str(participations(folder, rows)), str(folder / "out" / "o.toml"), str(programmes(folder, parts))]
        code = (
            f"from pathlib import Path; from ecosim.importers import import_cordis; import_cordis(*map(Path, {paths}))"
        )
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        results.append(files_of(folder / "out"))
    assert sorted(results[0]) == ["o.organisations.csv", "o.ties.csv", "o.toml"]
    assert b"Community 2" in results[0]["o.toml"]
    assert results[0] == results[1] == results[2]
