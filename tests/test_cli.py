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
    from ecosim.scenario import shipped_scenarios

    answer = command("scenarios")
    assert answer.code == 0
    assert [line.split()[0] for line in answer.out.splitlines()] == list(shipped_scenarios())
    assert {"france-clusters", "three-ingredients"} <= set(shipped_scenarios())


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
    explained = ["run", "france-clusters", "--explain"]
    for arguments in (["--help"], ["run", "nowhere.toml"], ["run", "three-ingredients", "--set", "x=1"], explained):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        answer = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, env=environment
        )
        assert answer.stdout.splitlines()[-1] == "[]", arguments
        assert (arguments is explained) == ("Input files: 1" in answer.stdout)


# -- --explain and --check ------------------------------------------------------------------------------------

WHOLE = """
name = "whole"
title = "Every list"
story = "Once."
[parameters.mechanisms]
frames = true
[parameters.medium]
transmissibility = 0.0123456789
[[clusters]]
name = "c"
region = "Bretagne"
[[attractors]]
name = "Cosmetotextiles"
kind = "concept"
sectors = ["sector 1", "sector 2"]
strength = 0.06
start = 24
end = 36
[[stages]]
name = "parts"
margin = 0.04
[[markets]]
name = "China"
customers = 1200000
abroad = true
[[policies]]
name = "schools"
lever = "training"
intensity = 0.5
stage = "parts"
region = "Bretagne"
budget = 900
[[acculturations]]
name = "films"
market = "China"
rate = 0.02
sectors = ["sector 3"]
"""


def _explained(answer: tuple[int, str, str]) -> dict[str, str]:
    """Return the part on each parameter, by path."""
    code, out, err = answer
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 120
    found: dict[str, str] = {}
    group = path = ""
    for line in out.splitlines():
        if not line:
            group = path = ""
        elif line.startswith("["):
            group = line.strip("[]")
        elif group and not line.startswith("   "):
            path = f"{group}.{line[2:].split()[0]}"
            found[path] = line
        elif path:
            found[path] += " " + line.strip()
    return found


def test_explain_says_all_of_every_parameter(command: Callable) -> None:
    from ecosim.parameters import Parameters, declarations

    found = _explained(command("run", "three-ingredients", "--explain"))
    assert list(found) == [item.path for item in declarations()]
    values = Parameters().to_dict()
    for item in declarations():
        text, group = found[item.path], item.path.split(".")[0]
        shown = values[group][item.name]
        assert (str(shown).lower() if item.type is bool else f"{shown:g}") == text[2:].split()[1]
        for words in (item.unit, item.role, item.english, item.source):
            assert words.lower() in text.lower()
        assert ("ASSUM" in text) == ("assum" in item.source)
        assert item.type is bool or f"{item.low:g} to {item.high:g}" in text
        assert text.startswith("  ")
        assert "(default" not in text


def test_explain_marks_what_differs(command: Callable, tmp_path: Path) -> None:
    (tmp_path / "whole.toml").write_text(WHOLE)
    found = _explained(command("run", tmp_path / "whole.toml", "--explain", "--set", "firms=77", "--check"))
    differ = {path: text for path, text in found.items() if text.startswith("*")}
    assert list(differ) == ["population.firms", "medium.transmissibility", "mechanisms.frames", "record.check"]
    assert "77 organisations (default 900)" in differ["population.firms"]
    assert "0.0123456789 1/meeting (default 0.02)" in differ["medium.transmissibility"]  # no digit is lost
    assert "true switch (default false)" in differ["record.check"]


def test_explain_tells_what_the_scenario_assumes(
    command: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "whole.toml").write_text(WHOLE)
    answer = command("run", "whole.toml", "--explain", "--months", "7", "--out", "out")
    assert [path.name for path in tmp_path.iterdir()] == ["whole.toml"]  # nothing is run
    text = " ".join(answer.out.split())
    for words in (
        "whole: Every list Once. 7 months.",
        "on: frames off: trust, alliances, value_chain, markets, users",
        "frames is on but has no effect: mechanisms.markets is off",
        "Sectors: 6, from diversity.sectors sector 1: share 1",
        "Clusters: 10, of which 1 named",
        "Cosmetotextiles: concept at the middle of sector 1 and sector 2, from month 24, before month 36, "
        "strength 0.06 drive units",
        "Stages: 1 parts: margin 0.04, competence 0.5, share 1",
        "Markets: 1 (not in play: mechanisms.markets is off) China: 1200000 customers for every sector",
        "Policies: 1 (not in play: mechanisms.policies is off) schools: lever training (lowers barriers.skills_gap) at "
        "intensity 0.5, only for stage 'parts', region 'Bretagne', from month 0 on, at most 900 k€",
        "Acculturations: 1 (not in play: mechanisms.policies is off) films: moves the frame of China to a point at the "
        "middle of sector 3 at 0.02 per month",
        "Input files: none",
    ):
        assert words in text, words
    on = ("--set", "markets=true", "--set", "policies=true")
    assert "not in play" not in command("run", "whole.toml", "--explain", *on).out


def test_explain_reads_the_files(command: Callable, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('[inputs]\norganisations = "o.csv"\n')
    (tmp_path / "o.csv").write_text("id,kind,sector,cluster\na,firm,wood,n\nb,lab,glass,n\nc,firm,wood,s\n")
    answer = command("run", tmp_path / "s.toml", "--explain")
    assert "Sectors: 2, those of the organisations\n  wood: share 2\n  glass: share 1\n" in answer.out
    assert "Clusters: 2\nOrganisations: 3 of the input file (2 firm, 1 lab)\n" in answer.out
    assert str(tmp_path / "o.csv") in answer.out.splitlines()[-1]
    (tmp_path / "o.csv").write_text("id,kind\n")
    broken = command("run", tmp_path / "s.toml", "--explain")
    assert (broken.code, broken.out) == (2, "")
    assert "o.csv" in broken.err


def test_check_is_a_parameter_and_changes_no_result(command: Callable, tmp_path: Path) -> None:
    arguments = ("run", "three-ingredients", *QUICK, "--months", "3", "--quiet", "--out")
    for name, flags in {"plain": (), "flag": ("--check",), "set": ("--set", "record.check=true")}.items():
        assert command(*arguments, tmp_path / name, *flags) == (0, "", "")
    plain, flag, given = (load(tmp_path / name) for name in ("plain", "flag", "set"))
    assert [r.manifest["parameters"]["record"]["check"] for r in (plain, flag, given)] == [False, True, True]
    assert plain.manifest["fingerprint"] == flag.manifest["fingerprint"] == given.manifest["fingerprint"]


def test_books_that_do_not_balance_are_a_failed_run(
    command: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecosim.errors import ConservationError
    from ecosim.model import EcosystemModel

    def forget_a_flow(*_: object, **__: object) -> None:
        raise ConservationError("month 0: employees: +1 that no flow explains")

    monkeypatch.setattr(EcosystemModel, "run", forget_a_flow)
    answer = command("run", "three-ingredients", *QUICK, "--check", "--quiet", "--out", tmp_path / "out")
    assert answer == (1, "", "ecosim: month 0: employees: +1 that no flow explains\n")
    assert load(tmp_path / "out").status == "failed"


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
