"""The clusters importer: a generated scenario around the user's clusters."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from ecosim.errors import InputFileError, OutputError, ParameterError, ScenarioError
from ecosim.importers import import_clusters
from ecosim.inputs import read_clusters
from ecosim.scenario import Scenario
from ecosim.setup import found

GOOD = "name,theme,latitude,longitude,region,size\nMillau,leather,44.1,3.08,Occitanie,2\nGrasse,perfume,43.66,6.92,,1\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "input.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_clusters_become_a_generated_scenario(tmp_path, table):
    out = tmp_path / "folder" / "o.toml"
    summary = import_clusters(table, out, firms=40, labs=5, months=24)
    assert (out.parent / "o.clusters.csv").read_bytes() == table.read_bytes()
    scenario = Scenario.load(out)
    assert scenario.months == 24
    population = scenario.parameters.population
    assert (population.firms, population.labs, population.clusters) == (40, 5, 2)
    state = found(scenario, seed=1)
    assert state.cluster_names == ["Millau", "Grasse"]
    assert state.sector_names == ["leather", "perfume"]
    assert state.clusters["latitude"].tolist() == [44.1, 43.66]
    assert np.bincount(state.organisations["kind"]).tolist() == [40, 5]
    assert summary.organisations == {"firm": 40, "lab": 5, "other": 0}
    assert (summary.clusters, summary.sectors, summary.ties) == (2, 2, 0)
    assert summary.files == (out, out.parent / "o.clusters.csv")


def test_more_clusters_than_the_file_names(tmp_path, table):
    out = tmp_path / "o.toml"
    summary = import_clusters(table, out, total=5)
    assert len(found(Scenario.load(out), seed=1).clusters) == 5
    assert summary.clusters == 5
    assert "Clusters without a name, near the others: 3." in summary.notes


def test_a_compressed_table_is_copied_as_text(tmp_path, table):
    zipped = tmp_path / "input.csv.gz"
    zipped.write_bytes(gzip.compress(table.read_bytes()))
    import_clusters(zipped, tmp_path / "o.toml")
    assert (tmp_path / "o.clusters.csv").read_bytes() == table.read_bytes()


def test_a_table_that_lies_there_already_stays(tmp_path, table):
    path = table.rename(tmp_path / "o.clusters.csv")
    import_clusters(path, tmp_path / "o.toml")
    assert path.read_text(encoding="utf-8") == GOOD
    assert len(list(read_clusters(Scenario.load(tmp_path / "o.toml").clusters_file))) == 2


def test_what_is_missing_is_said(tmp_path, table):
    table.write_text("name,theme\nA,x\nB,x\n")
    summary = import_clusters(table, tmp_path / "o.toml")
    assert "Clusters without a place, to which every distance counts as 0 km: 2." in summary.notes
    assert "Every cluster is in sector 'x': a hybrid needs two sectors." in summary.notes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"input\.csv: the file is empty"),
        ("name,theme\n", r"input\.csv: the file has a header but no row"),
        ("name,them\nA,x\n", r"input\.csv: row 1: no column 'theme' \(did you mean 'them'\?\)"),
        ("name,theme,latitude,longitude\nA,x,1,2\nB,y,91,2\n", r"input\.csv: row 3: latitude = '91': allowed is"),
        ("name,theme,latitude,longitude\nA,x,1,east\n", r"input\.csv: row 2: longitude = 'east'"),
        ("name,theme,size\nA,x,0\n", r"input\.csv: row 2: size = '0'"),
        ("name,theme\nA,x\nA,y\n", r"input\.csv: row 3: name = 'A': already in row 2"),
        ("name,theme\nA,x\nB,\n", r"input\.csv: row 3: theme = ''"),
        (
            "name,theme\n" + "".join(f"c{i},t{i}\n" for i in range(65)),
            r"input\.csv: column theme: 65 themes: allowed are at most 64",
        ),
    ],
)
def test_wrong_tables_are_refused(tmp_path, table, content, message):
    table.write_text(content)
    with pytest.raises(InputFileError, match=message):
        import_clusters(table, tmp_path / "o.toml")
    assert not list(tmp_path.glob("o.*"))


@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (ParameterError, {"firms": -1}, r"population\.firms = -1: allowed is a whole number from 0"),
        (ParameterError, {"labs": 1.5}, r"population\.labs = 1\.5"),
        (ParameterError, {"firms": 1, "labs": 0}, r"population\.firms \+ population\.labs = 1: at least 2"),
        (ParameterError, {"total": 1}, r"population\.clusters = 1: .*input\.csv names 2"),
        (ParameterError, {"total": 0}, r"population\.clusters = 0: allowed is"),
        (ScenarioError, {"months": 0}, r"months = 0"),
    ],
)
def test_wrong_numbers_are_refused(tmp_path, table, error, options, message):
    with pytest.raises(error, match=message):
        import_clusters(table, tmp_path / "o.toml", **options)
    assert not list(tmp_path.glob("o.*"))


def test_wrong_targets_are_refused(tmp_path, table):
    with pytest.raises(OutputError, match=r"o\.csv: allowed is a file name that ends in \.toml"):
        import_clusters(table, tmp_path / "o.csv")
    with pytest.raises(OutputError, match=r"would overwrite the input"):
        import_clusters(table.rename(tmp_path / "o.toml"), tmp_path / "o.toml")
