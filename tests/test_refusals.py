"""Wrong input of every kind: exit code 2 and one message that names the place, what was got and what is allowed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ecosim.errors import EcosimError

# -- parameters on the command line: (--set argument, words that the message must have) ------------------------

SETTINGS = {
    "unknown parameter": ("medium.transmisibility=0.1", ["transmisibility", "did you mean", "transmissibility"]),
    "unknown group": ("medum.transmissibility=0.1", ["medum.transmissibility", "did you mean"]),
    "no equals sign": ("medium.transmissibility", ["key=value"]),
    "text for a number": ("medium.transmissibility=high", ["medium.transmissibility", "'high'", "from 0 to 1"]),
    "above its bound": ("medium.transmissibility=2", ["medium.transmissibility", "2", "from 0 to 1"]),
    "below its bound": ("knowledge.forgetting=-1", ["knowledge.forgetting", "-1", "from 0 to 5"]),
    "not a number": ("knowledge.forgetting=nan", ["knowledge.forgetting", "nan"]),
    "infinite": ("knowledge.forgetting=inf", ["knowledge.forgetting", "inf"]),
    "fraction for a count": ("population.firms=10.5", ["population.firms", "10.5", "whole number"]),
    "number for a switch": ("diversity.distance_matters=2", ["diversity.distance_matters", "true or false"]),
    "empty value": ("population.firms=", ["population.firms", "''"]),
    "core above capacity": ("knowledge.core_size=50", ["knowledge.core_size", "50", "knowledge.capacity", "40"]),
    "nobody there": ("population.labs=0", None),  # completed below: firms = 0 too
    "one sector, seeded": ("latent.seeded_share=0.1", None),  # completed below: sectors = 1
}


@pytest.mark.parametrize("case", [name for name, (_, words) in SETTINGS.items() if words])
def test_wrong_setting(command: Callable, tmp_path: Path, case: str) -> None:
    setting, words = SETTINGS[case]
    answer = command("run", "three-ingredients", "--set", setting, "--out", tmp_path / "out")
    _check(answer, words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["population.firms=0", "population.labs=1"], ["population.firms + population.labs = 1", "at least 2"]),
        (["population.clusters=1", "diversity.sectors=1", "latent.seeded_share=0.1"], ["2 sectors"]),
        (
            ["medium.cluster_share=0", "medium.bridge_share=0", "medium.science_share=0", "medium.digital_share=0"],
            ["at least one layer"],
        ),
    ],
)
def test_settings_that_do_not_fit_together(
    command: Callable, tmp_path: Path, settings: list[str], words: list[str]
) -> None:
    (tmp_path / "plain.toml").write_text('name = "plain"\n')
    flags = [part for setting in settings for part in ("--set", setting)]
    _check(command("run", tmp_path / "plain.toml", *flags, "--out", tmp_path / "out"), words)


# -- the command itself -----------------------------------------------------------------------------------------

COMMANDS = {
    "unknown scenario": (["run", "france-cluster"], ["'france-cluster'", "did you mean", "france-clusters"]),
    "missing file": (["run", "nowhere.toml"], ["nowhere.toml", "no such file"]),
    "no scenario": (["run"], ["Missing argument"]),
    "unknown command": (["runn"], ["runn"]),
    "unknown option": (["run", "three-ingredients", "--mnths", "3"], ["--mnths"]),
    "months zero": (["run", "three-ingredients", "--months", "0"], ["--months", "0", "from 1"]),
    "months text": (["run", "three-ingredients", "--months", "ten"], ["--months", "'ten'"]),
    "negative seed": (["run", "three-ingredients", "--seed", "-1"], ["--seed", "-1"]),
    "fractional seed": (["run", "three-ingredients", "--seed", "1.5"], ["--seed", "1.5"]),
    "replay of nothing": (["replay", "nowhere"], ["nowhere"]),
    "unknown benchmark": (["bench", "speed"], ["speed", "core"]),
    "import without a file": (["import", "cordis", "nowhere.csv", "--out", "x.toml"], ["nowhere.csv", "no such file"]),
    "import to a wrong name": (["import", "clusters", "nowhere.csv", "--out", "x.csv"], ["x.csv", ".toml"]),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_wrong_command(command: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, words = COMMANDS[case]
    _check(command(*arguments), words)
    assert list(tmp_path.iterdir()) == []


# -- scenario files -----------------------------------------------------------------------------------------------

ATTRACTOR = '[[attractors]]\nname = "a"\nkind = "idea"\nstrength = 0.1\n'
SCENARIOS = {
    "broken TOML": ("name = ", ["not valid TOML"]),
    "unknown key": ('titel = "x"', ["titel", "did you mean", "title"]),
    "wrong type": ("months = 'ten'", ["months", "'ten'", "whole number"]),
    "months zero": ("months = 0", ["months = 0", "from 1"]),
    "slash in the name": ('name = "../x"', ["name", "../x", "slashes"]),
    "unknown parameter group": ("[parameters.knowlege]\ncapacity = 3", ["knowlege.capacity", "did you mean"]),
    "group that is no table": ("[parameters]\nmedium = 3", ["parameters.medium", "table"]),
    "text for a parameter": ("[parameters.medium]\nmeeting_rate = '2'", ["medium.meeting_rate", "'2'", "to 100"]),
    "unknown input": ('[inputs]\norganisation = "x.csv"', ["organisation", "did you mean", "organisations"]),
    "ties without organisations": ('[inputs]\nties = "x.csv"', ["inputs.ties", "inputs.organisations"]),
    "missing input file": ('[inputs]\nclusters = "gone.csv"', ["gone.csv", "no such file"]),
    "sector without a name": ("[[sectors]]\nshare = 1.0", ["sectors[0]", "name"]),
    "twin sectors": ('[[sectors]]\nname = "a"\n[[sectors]]\nname = "a"', ["sectors[1]", "'a'"]),
    "negative share": ('[[sectors]]\nname = "a"\nshare = -1.0', ["sectors[0]", "share", "-1"]),
    "centre too short": ('[[sectors]]\nname = "a"\ncentre = [0.0, 1.0]', ["centre", "2 numbers", "4"]),
    "one centre missing": (
        '[[sectors]]\nname = "a"\ncentre = [0.0, 0.0, 0.0, 0.0]\n[[sectors]]\nname = "b"',
        ["'b'", "no centre"],
    ),
    "cluster of an unknown sector": (
        '[[sectors]]\nname = "wood"\n[[clusters]]\nname = "c"\nsector = "woods"',
        ["clusters[0]", "'woods'", "did you mean", "wood"],
    ),
    "latitude": ('[[clusters]]\nname = "c"\nlatitude = 99.0\nlongitude = 0.0', ["latitude", "99", "90"]),
    "unknown kind of attractor": (ATTRACTOR.replace("idea", "ideal"), ["attractors[0]", "'ideal'", "idea"]),
    "attractor without a place": (ATTRACTOR, ["attractors[0]", "sectors", "centre"]),
    "attractor of an unknown sector": (ATTRACTOR + 'sectors = ["sector 99"]', ["sector 99", "allowed"]),
    "attractor that ends before it starts": (
        ATTRACTOR + 'sectors = ["sector 1"]\nstart = 9\nend = 3',
        ["end = 3", "start = 9"],
    ),
    "negative strength": (ATTRACTOR.replace("0.1", "-0.1") + 'sectors = ["sector 1"]', ["strength", "-0.1"]),
    "too few clusters": (
        '[parameters.population]\nclusters = 1\n[[clusters]]\nname = "a"\n[[clusters]]\nname = "b"',
        ["population.clusters = 1", "2 clusters"],
    ),
    "65 sectors": ("\n".join(f'[[sectors]]\nname = "{n}"' for n in range(65)), ["65 sectors", "64"]),
}


@pytest.mark.parametrize("case", SCENARIOS)
def test_wrong_scenario(command: Callable, tmp_path: Path, case: str) -> None:
    content, words = SCENARIOS[case]
    path = tmp_path / "wrong.toml"
    path.write_text(content)
    _check(command("run", path, "--out", tmp_path / "out"), [*words])
    assert not (tmp_path / "out").exists()


def test_scenario_that_is_not_text(command: Callable, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_bytes(b"name = \xff\xfe")
    _check(command("run", tmp_path / "wrong.toml"), ["wrong.toml", "UTF-8"])


# -- data files: (file that is wrong, its content, words) -------------------------------------------------------

GOOD = {
    "organisations": "id,kind,sector,cluster\na,firm,wood,north\nb,lab,glass,north\nc,firm,glass,south\n",
    "ties": "a,b,weight\na,b,1\nb,c,2.5\n",
    "clusters": "name,theme,latitude,longitude\nnorth,wood,48.0,2.0\nsouth,glass,43.0,5.0\n",
}
FILES = {
    "empty file": ("organisations", "", ["organisations.csv", "empty"]),
    "header only": ("organisations", "id,kind,sector,cluster\n", ["no row"]),
    "missing column": ("organisations", "id,kind,sector\na,firm,wood\n", ["row 1", "cluster"]),
    "misspelt column": ("organisations", "id,kind,sectors,cluster\na,firm,w,n\n", ["'sector'", "mean 'sectors'"]),
    "short row": ("organisations", "id,kind,sector,cluster\na,firm,wood\n", ["row 2", "3 values", "4 columns"]),
    "unknown kind": ("organisations", GOOD["organisations"].replace("lab", "labo"), ["row 3", "kind", "'labo'", "lab"]),
    "twin id": ("organisations", GOOD["organisations"] + "a,firm,wood,north\n", ["row 5", "'a'", "row 2"]),
    "unknown cluster": ("organisations", GOOD["organisations"].replace("south", "sout"), ["row 4", "'sout'", "south"]),
    "one organisation": ("organisations", "id,kind,sector,cluster\na,firm,wood,north\n", ["at least 2"]),
    "empty value": ("organisations", GOOD["organisations"].replace("glass", "", 1), ["row 3", "sector", "some text"]),
    "unknown end": ("ties", "a,b\na,z\n", ["row 2", "b = 'z'"]),
    "tie to itself": ("ties", "a,b\na,a\n", ["row 2", "'a'", "another"]),
    "negative weight": ("ties", "a,b,weight\na,b,-1\n", ["row 2", "weight", "-1"]),
    "weight that is no number": ("ties", "a,b,weight\na,b,1\nb,c,NaN\n", ["row 3", "weight", "NaN"]),
    "twin cluster": ("clusters", GOOD["clusters"] + "north,wood,1,1\n", ["row 4", "'north'", "row 2"]),
    "longitude": ("clusters", GOOD["clusters"].replace("5.0", "500"), ["row 3", "longitude", "500", "180"]),
}


def _write(folder: Path, wrong: str = "", content: str | bytes = "") -> Path:
    for role, good in GOOD.items():
        data = content if role == wrong else good
        (folder / f"{role}.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
    path = folder / "scenario.toml"
    path.write_text("[inputs]\n" + "".join(f'{role} = "{role}.csv"\n' for role in GOOD))
    return path


def test_the_good_files_are_good(tmp_path: Path) -> None:
    from ecosim.inputs import resolve
    from ecosim.scenario import Scenario

    inputs = resolve(Scenario.load(_write(tmp_path)))
    assert inputs.ties == ((0, 1, 1.0), (1, 2, 2.5))
    assert [cluster.name for cluster in inputs.clusters] == ["north", "south"]


@pytest.mark.parametrize("case", FILES)
def test_wrong_file(command: Callable, tmp_path: Path, case: str) -> None:
    wrong, content, words = FILES[case]
    answer = command("run", _write(tmp_path, wrong, content), "--out", tmp_path / "out")
    _check(answer, [f"{wrong}.csv", *words])
    assert not (tmp_path / "out").exists()


def test_file_that_is_not_text(command: Callable, tmp_path: Path) -> None:
    _check(command("run", _write(tmp_path, "ties", b"a,b\na,\xff\n")), ["ties.csv", "UTF-8"])


def test_gzip_that_is_cut_short(command: Callable, tmp_path: Path) -> None:
    path = _write(tmp_path)
    (tmp_path / "ties.csv.gz").write_bytes(gzip.compress(GOOD["ties"].encode() * 500)[:-30])
    path.write_text(path.read_text().replace("ties.csv", "ties.csv.gz"))
    _check(command("run", path), ["ties.csv.gz", "gzip"])


# -- from Python ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"transmisibility": 0.1}, ["did you mean", "transmissibility"]),
        ({"transmissibility": "0.1"}, ["medium.transmissibility", "'0.1'"]),
        ({"transmissibility": None}, ["medium.transmissibility", "None"]),
        ({"firms": True}, ["population.firms", "True"]),
        ({"seed": "1"}, ["seed", "'1'", "whole number"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"seed": 0.5}, ["seed", "0.5"]),
        ({"seed": 1, "rng": 2}, ["either seed or rng"]),
        ({"processes": [3]}, ["processes[0]", "Process"]),
    ],
)
def test_wrong_argument(arguments: dict, words: list[str]) -> None:
    from ecosim import EcosystemModel

    with pytest.raises(EcosimError) as caught:
        EcosystemModel(**arguments)
    for word in words:
        assert word in str(caught.value)


def test_there_are_enough_of_them() -> None:
    assert len(SETTINGS) + len(COMMANDS) + len(SCENARIOS) + len(FILES) >= 40


def _check(answer: tuple[int, str, str], words: list[str]) -> None:
    code, _, err = answer
    assert code == 2, err
    assert "Traceback" not in err
    for word in words:
        assert word in err, err
