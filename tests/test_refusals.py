"""Wrong input of every kind: exit code 2 and one message that names the place, what was got and what is allowed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from ecosim.errors import EcosimError, ScenarioError
from ecosim.parameters.society import Mechanisms
from ecosim.scenario import Scenario
from ecosim.specs import AcculturationSpec, MarketSpec, PolicySpec, StageSpec

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
    "number for the check": ("record.check=yes", ["record.check", "'yes'", "true or false"]),
    "lowest margin above the highest": (
        "chain.lowest_margin=0.2",
        ["chain.lowest_margin = 0.2", "not be above", "chain.highest_margin = 0.16"],
    ),
    "margins that leave no wages": (
        "chain.highest_margin=0.45",
        ["chain.highest_margin = 0.45", "less than", "firms.value_added = 0.45", "wages"],
    ),
    "value added that leaves no wages": (
        "firms.value_added=0.1",
        ["chain.highest_margin = 0.16", "less than", "firms.value_added = 0.1"],
    ),
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
    "explaining an unknown scenario": (
        ["run", "three-ingredient", "--explain"],
        ["'three-ingredient'", "did you mean", "three-ingredients"],
    ),
    "explaining a wrong value": (["run", "three-ingredients", "--explain", "--set", "medium.x=1"], ["medium.x"]),
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


# -- stages, markets, policies and acculturations -----------------------------------------------------------------

SECTORS = '[[sectors]]\nname = "wood"\n[[sectors]]\nname = "glass"\n'
STAGE = '[[stages]]\nname = "s"\nmargin = 0.1\n'
MARKET = '[[markets]]\nname = "m"\ncustomers = 10\n'
POLICY = '[[policies]]\nname = "p"\nlever = "training"\n'
PROGRAMME = '[[acculturations]]\nname = "a"\nmarket = "home"\nrate = 0.1\n'
AT = "centre = [0.0, 0.0, 0.0, 0.0]\n"
WOODS = ["'woods'", "mean 'wood'", "allowed are wood, glass"]
MADE = ["'sector 9'", *(f"sector {number}" for number in range(1, 7))]
ECONOMY = {
    "stage without a margin": ('[[stages]]\nname = "s"', ["stages[0]", "no margin"]),
    "stage without a name": (STAGE.replace('"s"', '""'), ["stages[0]", "name = ''", "not empty"]),
    "unknown key of a stage": (STAGE + "margins = 0.1", ["stages[0]", "'margins'", "mean 'margin'", "competence"]),
    "twin stages": (STAGE + STAGE, ["stages[1]", "'s'", "another one"]),
    "17 stages": ("".join(STAGE.replace('"s"', f'"{n}"') for n in range(17)), ["17 stages", "at most 16"]),
    "margin below 0": (STAGE.replace("0.1", "-0.1"), ["stages[0] (s): margin = -0.1", "from 0 to 1"]),
    "margin that leaves no wages": (
        STAGE.replace("0.1", "0.45"),
        ["stages[0] (s): margin = 0.45", "less than firms.value_added = 0.45", "wages"],
    ),
    "margin that a parameter makes too high": (
        "[parameters.firms]\nvalue_added = 0.3\n" + STAGE.replace("0.1", "0.3"),
        ["margin = 0.3", "less than firms.value_added = 0.3"],
    ),
    "competence above 1": (STAGE + "competence = 1.5", ["stages[0] (s): competence = 1.5", "from 0 to 1"]),
    "share of a stage below 0": (STAGE + "share = -1", ["stages[0] (s): share = -1", "from 0 to"]),
    "no share at all": (STAGE + "share = 0", ["stages", "every share is 0", "at least one"]),
    "market without customers": ('[[markets]]\nname = "m"', ["markets[0]", "no customers"]),
    "market without a name": (MARKET.replace('"m"', '""'), ["markets[0]", "name = ''", "not empty"]),
    "twin markets": (MARKET + MARKET, ["markets[1]", "'m'", "another one"]),
    "65 markets": ("".join(MARKET.replace('"m"', f'"{n}"') for n in range(65)), ["65 markets", "at most 64"]),
    "customers below 0": (MARKET.replace("10", "-10"), ["markets[0] (m): customers = -10", "from 0 to"]),
    "infinite customers": (MARKET.replace("10", "inf"), ["markets[0] (m): customers = inf", "from 0 to"]),
    "text for customers": (MARKET.replace("10", '"many"'), ["markets[0]: customers = 'many'", "a number"]),
    "public share above 1": (MARKET + "public_share = 2", ["markets[0] (m): public_share = 2", "from 0 to 1"]),
    "less than one need": (MARKET + "needs = 0.5", ["markets[0] (m): needs = 0.5", "from 1 to"]),
    "spend below 0": (MARKET + "spend = -0.5", ["markets[0] (m): spend = -0.5", "from 0 to"]),
    "innovation above 5": (MARKET + "innovation = 5.5", ["markets[0] (m): innovation = 5.5", "from 0 to 5"]),
    "imitation below 0": (MARKET + "imitation = -1", ["markets[0] (m): imitation = -1", "from 0 to 5"]),
    "number for abroad": (MARKET + "abroad = 1", ["markets[0]: abroad = 1", "true or false"]),
    "true for a number": (MARKET + "spend = true", ["markets[0]: spend = True", "a number"]),
    "market of an unknown sector": (SECTORS + MARKET + 'sectors = ["woods"]', ["markets[0] (m): sectors", *WOODS]),
    "market of a sector that is not made": (MARKET + 'sectors = ["sector 9"]', ["market 'm': sectors", *MADE]),
    "market with a sector twice": (
        MARKET + 'sectors = ["sector 1", "sector 1"]',
        ["'sector 1' is there twice", "once"],
    ),
    "frame of an unknown sector": (
        SECTORS + MARKET + 'frame_sectors = ["woods"]',
        ["markets[0] (m): frame_sectors", *WOODS],
    ),
    "frame of a sector that is not made": (
        MARKET + 'frame_sectors = ["sector 9"]',
        ["market 'm': frame_sectors", *MADE],
    ),
    "frame too short": (MARKET + "frame = [1.0]", ["markets[0] (m): frame", "1 numbers", "asks for 4"]),
    "frame that is nowhere": (MARKET + "frame = [nan, 0, 0, 0]", ["markets[0] (m): frame = nan", "a number from"]),
    "two frames": (
        MARKET + 'frame = [0, 0, 0, 0]\nframe_sectors = ["sector 1"]',
        ["markets[0] (m)", "either frame", "or frame_sectors", "or neither"],
    ),
    "policy without a lever": ('[[policies]]\nname = "p"', ["policies[0]", "no lever"]),
    "policy without a name": (POLICY.replace('"p"', '""'), ["policies[0]", "name = ''", "not empty"]),
    "twin policies": (POLICY + POLICY, ["policies[1]", "'p'", "another one"]),
    "unknown lever": (
        POLICY.replace("training", "trainings"),
        ["policies[0] (p): lever = 'trainings'", "mean 'training'", "assembly, structuring", "equity", "procurement"],
    ),
    "intensity above 1": (POLICY + "intensity = 1.5", ["policies[0] (p): intensity = 1.5", "from 0 to 1"]),
    "policy before the first month": (POLICY + "start = -1", ["policies[0] (p): start = -1", "0 or later"]),
    "policy that ends before it starts": (POLICY + "start = 9\nend = 9", ["policies[0] (p): end = 9", "start = 9"]),
    "fraction for a month": (POLICY + "start = 1.5", ["policies[0]: start = 1.5", "whole number"]),
    "budget below 0": (POLICY + "budget = -1", ["policies[0] (p): budget = -1", "from 0 to"]),
    "equity for a stage": (
        STAGE + POLICY.replace("training", "equity") + 'stage = "s"',
        ["policies[0] (p): stage = 's'", "'equity'", "only 'training'"],
    ),
    "equity for a sector": (
        SECTORS + POLICY.replace("training", "equity") + 'sector = "wood"',
        ["policies[0] (p): sector = 'wood'", "'equity'", "only 'training'"],
    ),
    "equity for a region": (
        '[[clusters]]\nname = "c"\nregion = "north"\n' + POLICY.replace("training", "equity") + 'region = "north"',
        ["policies[0] (p): region = 'north'", "'equity'", "only 'training'"],
    ),
    "training of an unknown stage": (STAGE + POLICY + 'stage = "t"', ["policies[0] (p): stage = 't'", "allowed are s"]),
    "training of a stage that is not made": (
        POLICY + 'stage = "stage 5"',
        ["policies[0] (p): stage = 'stage 5'", "mean 'stage ", "stage 1, stage 2, stage 3, stage 4"],
    ),
    "training of an unknown sector": (SECTORS + POLICY + 'sector = "woods"', ["policies[0] (p): sector", *WOODS]),
    "training of a sector that is not made": (POLICY + 'sector = "sector 9"', ["policy 'p': sector", *MADE]),
    "training in a region without clusters": (
        '[[clusters]]\nname = "c"\nregion = "Bretagne"\n' + POLICY + 'region = "Bretange"',
        ["policy 'p': region = 'Bretange'", "mean 'Bretagne'", "allowed are Bretagne"],
    ),
    "training in a region where there is none": (POLICY + 'region = "x"', ["policy 'p': region = 'x'", "no cluster"]),
    "acculturation without a market": (
        '[[acculturations]]\nname = "a"\nrate = 0.1',
        ["acculturations[0]", "no market"],
    ),
    "acculturation without a name": (PROGRAMME.replace('"a"', '""') + AT, ["acculturations[0]", "name = ''"]),
    "twin acculturations": ((PROGRAMME + AT) * 2, ["acculturations[1]", "'a'", "another one"]),
    "acculturation of an unknown market": (
        MARKET.replace('"m"', '"China"') + PROGRAMME.replace("home", "Chine") + AT,
        ["acculturations[0] (a): market = 'Chine'", "mean 'China'", "allowed are China"],
    ),
    "acculturation of the market that is not made": (
        PROGRAMME.replace("home", "China") + AT,
        ["acculturations[0] (a): market = 'China'", "allowed are home"],
    ),
    "acculturation of a market beside those named": (MARKET + PROGRAMME + AT, ["market = 'home'", "allowed are m"]),
    "rate above 1": (PROGRAMME.replace("0.1", "1.1") + AT, ["acculturations[0] (a): rate = 1.1", "from 0 to 1"]),
    "cost below 0": (PROGRAMME + AT + "cost = -1", ["acculturations[0] (a): cost = -1", "from 0 to"]),
    "acculturation that ends before it starts": (
        PROGRAMME + AT + "start = 9\nend = 3",
        ["acculturations[0] (a): end = 3", "start = 9"],
    ),
    "acculturation to nowhere": (PROGRAMME, ["acculturations[0] (a)", "either sectors", "or centre"]),
    "acculturation to two places": (
        PROGRAMME + AT + 'sectors = ["sector 1"]',
        ["acculturations[0] (a)", "either sectors", "or centre"],
    ),
    "acculturation too short": (PROGRAMME + "centre = [0.0]", ["acculturations[0] (a): centre", "1 numbers", "for 4"]),
    "acculturation to an unknown sector": (
        SECTORS + PROGRAMME + 'sectors = ["woods"]',
        ["acculturations[0] (a): sectors", *WOODS],
    ),
    "acculturation to a sector that is not made": (
        PROGRAMME + 'sectors = ["sector 9"]',
        ["acculturation 'a': sectors = 'sector 9'", *MADE],
    ),
}


@pytest.mark.parametrize("case", ECONOMY)
def test_wrong_economy(command: Callable, tmp_path: Path, case: str) -> None:
    content, words = ECONOMY[case]
    (tmp_path / "wrong.toml").write_text(content)
    _check(command("run", tmp_path / "wrong.toml", "--out", tmp_path / "out"), words)
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


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ({"stages": [StageSpec("s", None)]}, ["stages[0] (s): margin = None", "from 0 to 1"]),
        ({"stages": [StageSpec("s", 0.1, share=True)]}, ["stages[0] (s): share = True", "a number"]),
        ({"markets": [MarketSpec("m", None)]}, ["markets[0] (m): customers = None", "a number"]),
        ({"markets": [MarketSpec("m", 10, abroad="no")]}, ["markets[0] (m): abroad = 'no'", "true or false"]),
        ({"policies": [PolicySpec(3, "training")]}, ["policies[0]: name = 3", "a text"]),
        ({"policies": [PolicySpec("p", None)]}, ["policies[0] (p): lever = None", "training"]),
        ({"policies": [PolicySpec("p", "training", start=None)]}, ["start = None", "a whole number"]),
        ({"policies": [PolicySpec("p", "training", end=True)]}, ["end = True", "a whole number"]),
        ({"acculturations": [AcculturationSpec("a", "home", None, ("x",))]}, ["(a): rate = None", "from 0 to 1"]),
    ],
)
def test_wrong_specification(lists: dict, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario(**lists)
    for word in words:
        assert word in str(caught.value)


def test_a_lower_value_added_is_refused_for_the_stages_of_a_scenario() -> None:
    scenario = Scenario(stages=(StageSpec("s", 0.4),))
    with pytest.raises(
        ScenarioError, match=r"stages\[0\] \(s\): margin = 0.4: must be less than firms.value_added = 0.3"
    ):
        scenario.with_values({"value_added": 0.3})


@pytest.mark.parametrize("off", ["markets", "firm_life", "policies", "frames", "alliances", "value_chain"])
def test_any_mechanism_can_be_off_alone(off: str) -> None:
    """An ablation turns one switch off and leaves the scenario and the other switches as they are."""
    from ecosim.inputs import resolve

    whole = Scenario(
        stages=(StageSpec("s", 0.1),),
        markets=(MarketSpec("m", 10),),
        policies=(PolicySpec("p", "training", stage="s"),),
        acculturations=(AcculturationSpec("a", "m", 0.1, ("sector 1",)),),
    ).with_values({f"mechanisms.{item.name}": True for item in fields(Mechanisms)})
    assert not getattr(resolve(whole.with_values({off: False})).scenario.parameters.mechanisms, off)


def test_sectors_and_regions_of_files_can_be_named(tmp_path: Path) -> None:
    from ecosim.inputs import resolve

    path = _write(tmp_path)
    (tmp_path / "organisations.csv").write_text(
        "id,kind,sector,cluster,region\na,firm,wood,north,Bretagne\nb,lab,glass,north,\nc,firm,glass,south,Corse\n"
    )
    lists = MARKET + 'sectors = ["wood"]\nframe_sectors = ["glass"]\n' + POLICY + 'sector = "wood"\nregion = "Corse"\n'
    path.write_text(path.read_text() + lists + PROGRAMME.replace("home", "m") + 'sectors = ["glass"]\n')
    assert resolve(Scenario.load(path)).sector_names == ("wood", "glass")
    path.write_text(path.read_text().replace("Corse", "Corze"))
    with pytest.raises(
        ScenarioError, match=r"region = 'Corze' \(did you mean 'Corse'\?\): allowed are Bretagne, Corse"
    ):
        resolve(Scenario.load(path))


def test_there_are_enough_of_them() -> None:
    assert len(SETTINGS) + len(COMMANDS) + len(SCENARIOS) + len(ECONOMY) + len(FILES) >= 100


def _check(answer: tuple[int, str, str], words: list[str]) -> None:
    code, _, err = answer
    assert code == 2, err
    assert "Traceback" not in err
    for word in words:
        assert word in err, err
