"""The commands of sweeps as a user meets them: exit codes, words, and how fast they answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments import load

ROOT = Path(__file__).resolve().parents[2]
OWN = """
name = "own"
title = "Noise of my own"
run = "tests.sweeps.odd_runs:noise"
outcomes = ["y", "z"]
replicates = 3
factors.x.levels = [0.0, 0.5, 1.0]
design.method = "factorial"
[quick]
replicates = 1
"""
CORE = """
outcomes = ["hybrids", "emergence_month"]
months = 6
replicates = 2
values = { firms = 40, labs = 5 }
factors.transmissibility.levels = [0.02, 0.1]
steps = { columns = ["meetings"], every = 2 }
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "own.toml").write_text(OWN)
    return tmp_path / "own.toml"


ONE = ("--workers", "1")


def test_a_sweep_and_what_is_said_of_it(command: Callable[..., Any], study: Path) -> None:
    answer = command("sweep", "own.toml", *ONE)
    assert (answer.code, answer.out.splitlines()) == (
        0, ["results/own: 9 runs, 9 of them well", "Next: ecosim report results/own"]
    )  # fmt: skip
    again = command("sweep", "results/own", *ONE, "--quiet")
    assert (again.code, again.out, again.err) == (0, "", "")
    assert command("sweep", "own.toml", *ONE, "--quick", "--quiet").code == 0
    assert len(load("results/own-quick").runs) == 3
    status = command("status", "results/own")
    assert status.code == 0
    assert "9" in status.out


def test_the_folder_of_a_study_of_any_name_is_one_folder_below_results(
    command: Callable[..., Any], study: Path
) -> None:
    study.write_text(OWN.replace('"own"', '"../a: \\"b\\" / c?"'))
    assert command("sweep", study, *ONE, "--quiet").code == 0
    assert [path.name for path in Path("results").iterdir()] == ["a-b-c"]


def test_a_module_beside_the_study_is_found(command: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "somewhere"
    folder.mkdir()
    (folder / "my_only_model.py").write_text("def play(values, seed, months):\n    return {'y': seed + values['x']}\n")
    text = OWN.replace("tests.sweeps.odd_runs:noise", "my_only_model:play").replace('["y", "z"]', '["y"]')
    (folder / "own.toml").write_text(text)
    assert command("sweep", folder / "own.toml", *ONE, "--quiet", "--out", "out").code == 0
    assert load("out").matrix("y").tolist() == [[1.0, 2.0, 3.0], [1.5, 2.5, 3.5], [2.0, 3.0, 4.0]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sweep", "nowhere"], "no study 'nowhere'"),
        (["sweep", "nowhere.toml"], "nowhere.toml: no such file"),
        (["sweep", "."], "this is a folder"),
        (["sweep", "own.toml", "--engine", "dusk"], "did you mean 'dask'"),
        (["sweep", "own.toml", "--workers", "0"], "a whole number from 1"),
        (["sweep", "own.toml", "--shard", "3"], "allowed is i/N, such as 0/8"),
        (["sweep", "own.toml", "--shard", "²/3"], "allowed is i/N"),
        (["sweep", "own.toml", "--shard", "3/3"], "--shard 3/3: allowed is i/N with i from 0 to N"),
        (["sweep", "own.toml", "--shard", "0/0"], "--shard 0/0: allowed"),
        (["sweep", "own.toml", "--out", "own.toml"], "own.toml"),
        (["sweep", "own.toml", "--scheduler", "tcp://x:1"], "goes with --engine dask"),
        (["plan", "nowhere"], "no study 'nowhere'"),
        (["status", "."], "not the folder of a sweep"),
        (["status", "gone"], "gone: no such folder"),
        (["report", "own.toml"], "own.toml: this is a file"),
        (["replay", ".", "0/0"], "not the folder of a sweep"),
        (["merge", "gone", "--out", "out"], "gone: no such folder"),
        (["merge", "--out", "out"], "DIR..."),
        (["compact", "gone"], "gone: no such folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_users_mistake_is_code_2_and_one_message(
    command: Callable[..., Any], study: Path, arguments: list[str], words: str
) -> None:
    answer = command(*arguments)
    assert answer.code == 2
    assert words in answer.err
    assert "Traceback" not in answer.err
    if "dask" not in words:  # engines are made when the folder is there
        assert [path.name for path in Path().iterdir()] == ["own.toml"]  # nothing is left behind


def test_another_study_in_the_folder(command: Callable[..., Any], study: Path) -> None:
    assert command("sweep", "own.toml", *ONE, "--quiet").code == 0
    study.write_text(OWN.replace("replicates = 3", "replicates = 4"))
    answer = command("sweep", "own.toml", *ONE)
    assert answer.code == 2
    assert "--extend" in answer.err
    assert command("sweep", "own.toml", *ONE, "--quiet", "--extend").code == 0
    assert len(load("results/own").runs) == 12
    answer = command("sweep", "results/own", "--quick")
    assert answer.code == 2
    assert "holds the full version of own" in answer.err


def test_a_broken_folder_is_not_taken_for_none(command: Callable[..., Any], study: Path) -> None:
    assert command("sweep", "own.toml", *ONE, "--quiet").code == 0
    path = Path("results/own/manifest.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 9}))
    for arguments in (("sweep", "own.toml"), ("sweep", "results/own"), ("status", "results/own")):
        answer = command(*arguments)
        assert answer.code == 2
        assert "schema version 9; this ecosim reads 1" in answer.err


def test_failures_and_their_replay(command: Callable[..., Any], study: Path) -> None:
    study.write_text(OWN + "[values]\nraises = 0.5\nunknown = 1.0\n")
    answer = command("sweep", "own.toml", *ONE)
    assert answer.code == 0
    assert "9 runs, 3 of them well; set aside: 3 nan, 3 failed" in answer.out
    answer = command("replay", "results/own", "1/2")
    assert answer.code == 1
    assert "ZeroDivisionError: as asked" in answer.err
    assert "odd_runs.py" in answer.err
    assert "results/own: run 1/2 fails as shown" in answer.err
    assert command("replay", "results/own", "2/0").code == 0  # not a number then, and not a number now


def test_a_sweep_of_which_nothing_went_well_is_code_1(command: Callable[..., Any], study: Path) -> None:
    study.write_text(OWN.replace("[0.0, 0.5, 1.0]", "[0.5]") + "[values]\nraises = 0.5\n")
    answer = command("sweep", "own.toml", *ONE, "--quiet")
    assert answer.code == 1
    assert "3 runs, 0 of them well; set aside: 3 failed" in answer.err
    assert "ecosim replay results/own 0/0" in answer.err


def test_a_replay_is_bit_identical_or_says_what_differs(command: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "core.toml").write_text(CORE)
    assert command("sweep", "core.toml", *ONE, "--quiet", "--out", "out").code == 0
    answer = command("replay", "out", "1/1")
    assert answer.code == 0
    assert "out: run 1/1" in answer.out
    assert "seed 2) played again, all 2 outcomes and 3 months of steps identical: hybrids = " in answer.out
    assert command("replay", "out", "1/1", "--quiet") == (0, "", "")
    _change("out", "runs", "hybrids")
    answer = command("replay", "out", "1/1")
    assert answer.code == 1
    assert "differs: hybrids = " in answer.err
    _change("out", "steps", "meetings")
    assert "the steps of meetings" in command("replay", "out", "1/1").err


def _change(folder: str, kind: str, column: str) -> None:
    """Add the least to every value of a column of a sweep's parts."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in Path(folder, kind).glob("part-*.parquet"):
        table = pq.read_table(path)
        values = np.nextafter(table[column].to_numpy(), np.inf)
        table = table.set_column(table.column_names.index(column), column, pa.array(values))
        pq.write_table(table, path)


@pytest.mark.parametrize(
    "run", ["17", "3/0", "0/3", "-1/0", "a/b", "0/", "/0", "²/0", "0/99999999999999999999", "0/0/0"]
)
def test_names_of_runs_that_are_wrong(command: Callable[..., Any], study: Path, run: str) -> None:
    assert command("sweep", "own.toml", *ONE, "--quiet").code == 0
    answer = command("replay", "results/own", "--", run) if run.startswith("-") else command(
        "replay", "results/own", run
    )  # fmt: skip
    assert answer.code == 2
    assert "allowed is POINT/REPLICATE, such as 0/2, with points from 0 to 2 and replicates from 0 to 2" in answer.err


def test_replays_of_what_is_not_there_or_not_the_same_model(
    command: Callable[..., Any], study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("sweep", "own.toml", *ONE, "--quiet", "--shard", "0/2").code == 0
    there = load("results/own").runs[["point", "replicate"]].to_numpy().tolist()
    missing = next(r for r in range(3) if [0, r] not in there)
    answer = command("replay", "results/own", f"0/{missing}")
    assert answer.code == 0
    assert "is not in the store yet. It gives y = " in answer.out
    answer = command("replay", "results/own")
    assert answer.code == 2
    assert "holds a sweep: name the run" in answer.err
    monkeypatch.setattr("experiments.running.replaying.model_version", lambda _: "other 1")
    answer = command("replay", "results/own", "0/0")
    assert answer.code == 2
    assert "this is other 1" in answer.err
    assert "Traceback" not in answer.err


def test_shards_merge_and_compact(command: Callable[..., Any], study: Path) -> None:
    for shard in ("0/2", "1/2"):
        assert command("sweep", study, *ONE, "--shard", shard, "--out", f"s{shard[0]}").code == 0
    answer = command("merge", "s0", "s1", "--out", "both")
    assert (answer.code, answer.out) == (0, "both: 9 of 9 runs\n")
    answer = command("compact", "both")
    assert answer.code == 0
    assert answer.out.startswith("both: ")
    assert answer.out.endswith(" files before, 1 now\n")
    assert len(load("both").good) == 9
    assert command("merge", "s0", "--out", "own.toml").code == 2


def test_an_interrupt_is_code_1_and_says_what_is_next(
    command: Callable[..., Any], study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.running.runner.sweep", interrupted)
    answer = command("sweep", "own.toml")
    assert answer.code == 1
    assert "stopped" in answer.err


def test_studies_are_listed_one_line_each(command: Callable[..., Any]) -> None:
    from experiments.reading import ready_studies

    answer = command("studies")
    assert answer.code == 0
    assert [line.split()[0] for line in answer.out.splitlines()] == list(ready_studies())
    assert "levers" in answer.out


def test_a_ready_studys_name_means_that_study(command: Callable[..., Any]) -> None:
    """Whatever folder of this name lies here."""
    Path("levers").mkdir()
    Path("levers/manifest.json").write_text("{}")
    answer = command("sweep", "levers", "--engine", "nothing", "--out", "out")
    assert answer.code == 2
    assert "manifest" not in answer.err


COMMANDS = ("studies", "plan", "sweep", "status", "report", "replay", "merge", "compact")


def test_help_of_every_command_loads_nothing_heavy() -> None:
    code = (
        "import sys, ecosim.cli as c\n"
        "for name in sys.argv[1:]:\n"
        "    sys.argv = ['ecosim', name, '--help']\n"
        "    try: c.main()\n"
        "    except SystemExit as stop: assert not stop.code, name\n"
        "heavy = ('numpy', 'numba', 'mesa', 'pandas', 'pyarrow', 'experiments', 'scipy')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        [sys.executable, "-c", code, *COMMANDS], capture_output=True, text=True, check=True, env=environment
    )
    assert answer.stdout.splitlines()[-1] == "[]"
    assert all(f"Usage: ecosim {name}" in answer.stdout or f" {name} " in answer.stdout for name in COMMANDS)


def test_ready_studies_are_listed_without_the_extras(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.commands import studies_command
    from experiments.reading import ready_studies

    for name in ("optuna", "sklearn", "SALib"):
        monkeypatch.setitem(sys.modules, name, None)
    assert studies_command() == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(ready_studies())
