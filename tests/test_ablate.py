"""`ecosim ablate`: each mechanism off in turn; the same table in one sitting or several, on one process or two."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecosim import Scenario
from ecosim.errors import OutputError
from ecosim.specs import PolicySpec
from experiments.ablation import FULL, ablate, contributions, kept, mechanisms, scenario_hash
from experiments.ablation_report import as_text

ROOT = Path(__file__).resolve().parents[1]
MONTHS = 6
SMALL = {"population.firms": 40, "population.labs": 4, "population.clusters": 2}
QUICK = ("--set", "firms=40", "--set", "labs=4", "--set", "clusters=2", "--months", str(MONTHS), "--seeds", "2")


def tiny() -> Scenario:
    policies = (PolicySpec("learn", "training"), PolicySpec("buy", "procurement"))
    return replace(Scenario.load("levers").with_values(SMALL), policies=policies)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return ablate(tiny(), range(2), MONTHS, workers=1)


def test_what_is_there_is_turned_off_and_nothing_else() -> None:
    cases = mechanisms(tiny())
    for name, field in (("value chain", "value_chain"), ("trust", "trust"), ("firm life", "firm_life")):
        assert not getattr(cases[name].parameters.mechanisms, field)
        assert cases[name].parameters.changed()["mechanisms"] == {
            key: True for key in tiny().parameters.changed()["mechanisms"] if key != field
        }
    core = ["attractors", "cognitive distance", "copying", "forgetting", "labs", "bridges", "digital layer"]
    assert list(cases)[10:] == [*core, "policy: learn", "policy: buy"]
    assert [policy.name for policy in cases["policy: learn"].policies] == ["buy"]
    assert list(mechanisms(Scenario())) == [name for name in core if name != "attractors"]
    only = Scenario().with_values({"cluster_share": 0, "bridge_share": 0, "science_share": 0})
    assert "digital layer" not in mechanisms(only)  # there would be no layer left
    assert "policies" not in mechanisms(replace(tiny(), policies=()))


def test_contributions_are_paired_differences_in_percent_of_the_full_run(table: pd.DataFrame) -> None:
    found = contributions(table).set_index(["mechanism", "outcome"])
    full = table[table["case"] == FULL].set_index("seed")
    off = table[table["case"] == "attractors"].set_index("seed")
    assert found.loc[("attractors", "hybrids"), "estimate"] == pytest.approx(
        100 * (full["hybrids"] - off["hybrids"]).sum() / full["hybrids"].sum()
    )
    change = full["r_theoretical"] - off["r_theoretical"]
    assert found.loc[("attractors", "r_theoretical"), "estimate"] == pytest.approx(change.mean())
    assert found.loc[("forgetting", "r_theoretical"), "estimate"] == -np.inf  # R is infinite where nothing is forgotten
    assert np.isnan(found.loc[("firm life", "revenue"), "estimate"])  # nothing is booked: unknown, not 100 %
    assert (found["seeds"] <= 2).all()


def test_the_table_fits_a_terminal(table: pd.DataFrame) -> None:
    text = as_text(table, tiny(), MONTHS)
    assert max(map(len, text.splitlines())) <= 120
    for case in mechanisms(tiny()):
        assert any(line.startswith(case) for line in text.splitlines())


def test_one_or_two_processes_one_sitting_or_two(table: pd.DataFrame, tmp_path: Path) -> None:
    half = ablate(tiny(), range(1), MONTHS, workers=1, out=tmp_path)
    assert kept(tiny(), range(2), MONTHS, tmp_path) == len(half)
    path = tmp_path / "ablation.csv"
    with path.open("a") as file:
        file.write(path.read_text().splitlines()[-1][:40])  # a line that was cut short
    before = path.read_text().splitlines()[:-1]
    whole = ablate(tiny(), range(2), MONTHS, workers=2, out=tmp_path)
    pd.testing.assert_frame_equal(whole, table, check_exact=True)
    assert path.read_text().splitlines()[: len(before)] == before  # what was there stays, and was not played again
    assert len(path.read_text().splitlines()) == 1 + len(table)
    again = ablate(tiny(), range(2), MONTHS, workers=1, out=tmp_path)
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    assert len(path.read_text().splitlines()) == 1 + len(table)


def test_runs_of_another_scenario_are_not_taken_for_this_one(tmp_path: Path) -> None:
    ablate(tiny(), range(1), 1, workers=1, out=tmp_path)
    other = tiny().with_values({"medium.transmissibility": 0.03})
    assert scenario_hash(other, 1) != scenario_hash(tiny(), 1) != scenario_hash(tiny(), 2)
    assert kept(other, range(1), 1, tmp_path) == 0
    assert kept(tiny(), range(1), 2, tmp_path) == 0
    first = len((tmp_path / "ablation.csv").read_text().splitlines())
    ablate(other, range(1), 1, workers=1, out=tmp_path)
    assert kept(tiny(), range(1), 1, tmp_path) == first - 1  # and both are kept
    with pytest.raises(OutputError, match="another folder"):
        ablate(Scenario().with_values(SMALL), range(1), 1, workers=1, out=tmp_path)
    (tmp_path / "ablation.csv").write_text("a,b\n1,2\n")
    with pytest.raises(OutputError, match="another folder"):
        ablate(tiny(), range(1), 1, workers=1, out=tmp_path)


def test_the_command_leaves_all_that_is_promised(command: Callable, tmp_path: Path) -> None:
    arguments = ("ablate", "levers", *QUICK, "--workers", "1", "--out", tmp_path / "out")
    answer = command(*arguments)
    assert answer.code == 0
    assert "Full run minus the run without the mechanism" in answer.out
    for name in ("csv", "json", "md", "png"):
        assert (tmp_path / "out" / f"ablation.{name}").stat().st_size > 0
    found = json.loads((tmp_path / "out" / "ablation.json").read_text())
    assert found["seeds"] == [0, 1]
    again = command(*arguments)
    assert again.out == answer.out
    assert "34 of 34 runs are in" in again.err
    assert command(*arguments, "--quiet") == (0, "", "")


@pytest.mark.parametrize("wrong", [("--seeds", "1"), ("--set", "x=1"), ("--workers", "0"), ("--out", __file__)])
def test_what_is_wrong_is_refused(command: Callable, wrong: tuple[str, str]) -> None:
    assert command("ablate", "levers", *wrong).code == 2


def test_interrupted_it_keeps_what_is_done_and_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["ablate", "levers", *QUICK[:-1], "200", "--workers", "2", "--out", str(out)]
    # a job in the background inherits interrupts as ignored; here they must come as at a terminal
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from ecosim.cli import main; main()"
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    path = out / "ablation.csv"
    deadline = time.monotonic() + 60
    while not (path.exists() and len(path.read_text().splitlines()) > 5):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the command and its workers
    printed, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert printed == ""
    done = len(path.read_text().splitlines()) - 1
    assert f"interrupted; {done} of 3400 runs are in {out}" in err
    scenario = Scenario.load("levers").with_values(SMALL)
    assert kept(scenario, range(200), MONTHS, out) == done > 4
