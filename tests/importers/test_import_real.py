"""The importers on real input, checked against plain recomputations. Needs the shared data beside the project."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from ecosim.importers import import_clusters, import_cordis
from ecosim.inputs import read_organisations, read_ties
from ecosim.scenario import Scenario
from ecosim.setup import found

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PARTICIPATIONS = DATA / "h2020_participations.csv.gz"
PROGRAMMES = DATA / "h2020_programme_parts.csv.gz"
POLES = DATA / "poles.csv"

needs_cordis = pytest.mark.skipif(
    not (PARTICIPATIONS.exists() and PROGRAMMES.exists()), reason="no CORDIS files in ../shared/data"
)
needs_poles = pytest.mark.skipif(not POLES.exists(), reason="no poles.csv in ../shared/data")


@needs_cordis
def test_france(tmp_path):
    out = tmp_path / "france.toml"
    summary = import_cordis(PARTICIPATIONS, out, PROGRAMMES, countries=["FR"])
    assert summary.organisations == {"firm": 1803, "lab": 354, "other": 463}
    scenario = Scenario.load(out)
    assert "projects started 2014–2019, CORDIS (European Commission)" in scenario.story
    assert "selection FR, 2,620 organisations" in scenario.story
    # the same ties, counted the slow way
    members = defaultdict(set)
    with gzip.open(PARTICIPATIONS, "rt", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["country"] == "FR":
                members[row["rcn"]].add(row["pic"])
    expected: dict[tuple[str, str], float] = defaultdict(float)
    for project in members.values():
        for pair in combinations(sorted(project), 2):
            expected[pair] += 1 / (len(project) - 1)
    ties = {(tie.a, tie.b): tie.weight for tie in read_ties(scenario.ties_file)}
    assert summary.ties == len(ties)
    assert ties.keys() == expected.keys()
    assert [ties[pair] for pair in ties] == pytest.approx([expected[pair] for pair in ties], rel=1e-5)
    # clusters: themes are sectors, every organisation is in one, communities have at least 10
    members_of = defaultdict(list)
    for row in read_organisations(scenario.organisations_file):
        members_of[row.cluster].append(row)
    assert set(members_of) == {cluster.name for cluster in scenario.clusters}
    sizes = [len(members_of[cluster.name]) for cluster in scenario.clusters if "outside" not in cluster.name]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 5
    assert min(sizes) >= 10
    centres = np.array([sector.centre for sector in scenario.sectors])
    away = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    assert away.sum() / (len(centres) * (len(centres) - 1)) == pytest.approx(1.0, abs=1e-3)
    state = found(scenario, seed=1)
    assert len(state.organisations) == 2620
    assert len(state.ties.partner) == 2 * len(ties)


@needs_cordis
def test_the_whole_of_europe(tmp_path):
    out = tmp_path / "europe.toml"
    summary = import_cordis(PARTICIPATIONS, out, PROGRAMMES, clusters="country")
    assert summary.organisations == {"firm": 20_923, "lab": 5_222, "other": 5_867}
    assert summary.ties == 654_956
    assert summary.sectors == 17
    assert len(found(Scenario.load(out), seed=1).organisations) == 32_012


@needs_poles
def test_the_french_poles(tmp_path):
    out = tmp_path / "poles.toml"
    summary = import_clusters(POLES, out, firms=500, labs=50)
    with POLES.open(encoding="utf-8") as handle:
        themes = {row["theme"] for row in csv.DictReader(handle)}
    assert (summary.clusters, summary.sectors) == (61, len(themes))
    assert (tmp_path / "poles.clusters.csv").read_bytes() == POLES.read_bytes()
    state = found(Scenario.load(out), seed=1)
    assert len(state.clusters) == 61
    assert len(state.organisations) == 550
