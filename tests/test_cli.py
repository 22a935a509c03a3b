"""The command as a user meets it: what it leaves, what happens when it is cut short, how fast it answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ecosim.results import load

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("--set", "population.firms=180", "--set", "population.labs=20")
TABLES = ("months.parquet", "bricks.parquet", "organisations.parquet", "events.parquet")


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ecosim.cli", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_scenarios_one_line_each(command: Callable) -> None:
    answer = command("scenarios")
    assert answer.code == 0
    assert [line.split()[0] for line in answer.out.splitlines()] == ["france-clusters", "three-ingredients"]


def test_every_parameter_is_listed_in_both_languages(command: Callable) -> None:
    from ecosim.parameters import declarations

    english, french = command("parameters").out, command("parameters", "--french").out
    for item in declarations():
        assert item.path in english
        assert item.english in english
        assert item.french in french


def test_every_declaration_is_whole() -> None:
    from ecosim.parameters import Parameters, declarations

    found = declarations()
    assert len({item.name for item in found}) == len(found)  # a bare name is enough on the command line
    for item in found:
        assert item.unit
        assert item.source
        assert item.english.endswith(".")
        assert item.french.endswith(".")
        assert item.low <= item.default <= item.high
        assert item.role in ("assumption", "lever", "dial", "setting")
    assert Parameters().changed() == {}


def test_a_run_leaves_all_that_is_promised(command: Callable, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = command("run", "three-ingredients", *QUICK, "--months", "26", "--seed", "3", "--out", out)
    assert answer.code == 0
    assert str(out / "report.html") in answer.out
    for name in ("manifest.json", "report.html", *TABLES):
        assert (out / name).stat().st_size > 0
    assert list((out / "figures").glob("*.png"))
    result = load(out)
    assert len(result.months) == 26
    assert result.status == "complete"
    assert not result.is_partial
    assert "identical" in command("replay", out).out


def test_quiet_is_quiet(command: Callable, tmp_path: Path) -> None:
    answer = command("run", "three-ingredients", *QUICK, "--months", "2", "--out", tmp_path / "out", "--quiet")
    assert answer == (0, "", "")


def test_a_result_is_not_overwritten_unasked(command: Callable, tmp_path: Path) -> None:
    arguments = ("run", "three-ingredients", *QUICK, "--months", "2", "--quiet", "--out", tmp_path / "out")
    assert command(*arguments).code == 0
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    refused = command(*arguments)
    assert refused.code == 2
    assert str(tmp_path / "out") in refused.err
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert command(*arguments, "--overwrite").code == 0


def test_an_interrupted_run_leaves_its_months_and_says_so(command: Callable, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start("run", "three-ingredients", "--months", "100000", "--out", out)
    _wait_for(out / "manifest.json", process)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "interrupted after" in err
    assert "Traceback" not in err
    result = load(out)
    assert result.is_partial
    assert result.status == "interrupted"
    assert 0 < len(result.months) < 100_000
    assert "identical" in command("replay", out).out  # what is there is whole and repeatable


def test_a_killed_run_says_that_it_is_partial(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start("run", "three-ingredients", "--months", "100000", "--out", out, "--quiet")
    _wait_for(out / "manifest.json", process)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["status"] == "running"
    assert load(out).is_partial
    assert not [path for path in out.iterdir() if path.suffix == ".parquet"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a folder that is always full")
def test_a_target_that_cannot_be_written_is_refused_before_the_run(command: Callable) -> None:
    answer = command("run", "three-ingredients", *QUICK, "--months", "2", "--out", "/dev/full/out")
    assert answer.code == 2
    assert "/dev/full/out" in answer.err


def test_help_and_errors_load_nothing_heavy() -> None:
    """What makes the command answer at once: NumPy, Numba, Mesa and pandas are not imported for it."""
    code = (
        "import sys, ecosim.cli as c\n"
        "sys.argv = ['ecosim', *sys.argv[1:]]\n"
        "try: c.main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'numba', 'mesa', 'pandas', 'matplotlib', 'pydantic') if m in sys.modules])"
    )
    for arguments in (["--help"], ["run", "nowhere.toml"], ["run", "three-ingredients", "--set", "x=1"]):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        answer = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, env=environment
        )
        assert answer.stdout.splitlines()[-1] == "[]", arguments


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
