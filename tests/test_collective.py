"""Collective intelligence: what an ecosystem makes beyond what its members make alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecosim import EcosystemModel, Scenario
from experiments import collective

SMALL = {"population.firms": 80, "population.labs": 6, "population.clusters": 3}


def test_together_makes_more_than_alone() -> None:
    table = collective.run(Scenario.load("levers").with_values(SMALL), range(3), 72, workers=1)
    alone = table[table["case"] == "alone"]
    assert (alone["hybrids"] == 0).all()  # a hybrid takes two
    assert (alone["alliances"] == 0).all()
    assert (alone["revenue"] > 0).all()  # old products are sold all the same
    found = collective.conclude(table)
    assert found["hybrids"]["index"] == [1, 1, 1]
    assert 0 < found["revenue"]["index"][1] < found["revenue"]["index"][2] < 1
    assert found["job_years"]["beyond"][1] > 0


def test_alone_nobody_meets_and_unallied_nobody_allies() -> None:
    worlds = collective.worlds(Scenario.load("levers").with_values(SMALL))
    alone = EcosystemModel(worlds["alone"], seed=1).run(6)
    assert alone.state.history.column("meetings").sum() == 0
    unallied = EcosystemModel(worlds["unallied"], seed=1).run(6)
    assert unallied.state.history.column("meetings").sum() > 0
    assert "ally" not in [process.name for process in unallied.processes]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["levers", "--seeds", "2", "--months", "3", "--workers", "1", "--out", str(tmp_path)]
    collective.main(arguments)
    printed = capsys.readouterr().out
    assert "turnover (k€)" in printed
    assert max(map(len, printed.splitlines())) <= 120
    assert set(json.loads((tmp_path / "collective.json").read_text())) == set(collective.SHOWN)
    assert (tmp_path / "collective.csv").exists()
    for wrong in (["nowhere"], ["levers", "--seeds", "1"]):
        with pytest.raises(SystemExit, match="2"):
            collective.main(wrong)
