"""Uploads: a visitor's own ecosystem, and a battery of files that should never have been written."""

from __future__ import annotations

import base64
import contextlib
import stat
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards import arrivals, uploads
from dashboards.arrivals import Arrival
from dashboards.limits import Limits
from dashboards.setup import OWN, STORIES, Lever, Setup, World, story
from dashboards.text import words
from ecosim.errors import EcosimError, InputFileError
from ecosim.parameters import declarations

MOST = Limits()
EN = words("en")
ORGANISATIONS = "id,kind,sector,cluster\na,firm,x,P\nb,lab,y,P\nc,firm,y,Q\n"
TIES = "a,b\na,b\nb,c\n"
WITH = '[inputs]\norganisations = "o.csv"\n'


def read(folder, *files, most=MOST, say=EN):
    return uploads.read(
        [(name, text.encode() if isinstance(text, str) else text) for name, text in files], folder, most, say
    )


# -- good ones ------------------------------------------------------------------------------------------------


def test_the_example_that_visitors_are_shown_is_read(tmp_path):
    world = read(tmp_path, *((one["name"], one["text"]) for one in uploads.EXAMPLES))
    assert world.name == OWN
    assert world.has_economy
    assert world.files == (("organisations", "organisations.csv"), ("ties", "ties.csv"))
    assert all(path.parent == tmp_path for path in world.scenario.input_files.values())


def test_tables_alone_make_a_scenario(tmp_path):
    world = read(tmp_path, ("mine.csv", ORGANISATIONS), ("links.csv", TIES))
    assert (world.scenario.title, world.scenario.months) == ("mine", 120)
    assert set(world.scenario.input_files) == {"organisations", "ties"}
    clusters = "name,theme\n" + "".join(f"c{k},x{k % 3}\n" for k in range(12))
    assert read(tmp_path, ("c.csv", clusters)).scenario.parameters.population.clusters == 12


def test_tables_that_ship_may_be_named(tmp_path):
    world = read(tmp_path, ("a.toml", '[inputs]\nclusters = "poles.csv"\n[parameters.population]\nclusters = 200\n'))
    assert world.scenario.clusters_file == uploads.shipped_tables()["poles.csv"]


def test_names_stay_text(tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    rows = f"id,kind,sector,cluster\n{hostile},firm,=cmd|' /C calc'!A0,P\nb,lab,@SUM(1),P\n"
    world = read(tmp_path, ("o.csv", rows), ("s.toml", f'title = "{hostile}"\n[inputs]\norganisations = "o.csv"\n'))
    assert world.scenario.title == hostile
    assert hostile in (tmp_path / "organisations.csv").read_text()


# -- bad ones -------------------------------------------------------------------------------------------------

OUTSIDE = [
    "/etc/passwd", "../o.csv", "x/o.csv", "x/../o.csv", "..", "", "/", "C:\\\\o.csv", "..\\\\o.csv", "file:///etc/passwd",
    "~/o.csv", "O.CSV", "organisations.csv", "/proc/self/environ", "poles.csv/../poles.csv", "$HOME/o.csv",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_file_but_those_of_the_upload_is_ever_read(tmp_path, name, monkeypatch):
    opened = []
    monkeypatch.setattr(uploads, "resolve", opened.append)
    with pytest.raises(InputFileError, match="allowed is the bare name") as refused:
        read(tmp_path, ("s.toml", f'[inputs]\norganisations = "{name}"\n'), ("o.csv", ORGANISATIONS))
    assert opened == []
    assert "root:" not in str(refused.value)


BAD = {
    "nothing": ([], "one .toml"),
    "two scenarios": ([("a.toml", "months = 1"), ("b.toml", "months = 1")], "one .toml"),
    "four tables": ([(f"{k}.csv", TIES) for k in range(4)], "three .csv"),
    "another kind": ([("a.exe", "MZ")], "end in .toml or .csv"),
    "compressed": ([("a.csv.gz", b"\x1f\x8b")], "end in .toml or .csv"),
    "a path": ([("../a.csv", TIES)], "end in .toml or .csv"),
    "hidden": ([(".csv", TIES)], "end in .toml or .csv"),
    "a control character": ([("a\n.csv", TIES)], "end in .toml or .csv"),
    "twice": ([("a.csv", TIES), ("a.csv", TIES)], "two files"),
    "empty": ([("a.toml", "")], "empty"),
    "too large": ([("a.csv", b"x" * 5_000_001)], "5,001 kB"),
    "not UTF-8": ([("a.csv", b"id,kind\n\xff\xfe")], "a.csv: not UTF-8 text .byte 8"),
    "UTF-16": ([("a.toml", "months = 1".encode("utf-16"))], "not UTF-8"),
    "NUL in a table": ([("a.csv", "id,kind,sector,cluster\na,firm,x\0,P\n")], "row 2: a NUL"),
    "NUL in a scenario": ([("a.toml", "title = 'a\0'")], "NUL"),
    "no TOML": ([("a.toml", "= = =")], "a.toml: not valid TOML"),
    "a pickle": ([("a.toml", b"\x80\x04\x95cos\nsystem\n")], "not UTF-8"),
    "unknown key": ([("a.toml", "month = 3")], "did you mean 'months'"),
    "unknown parameter": ([("a.toml", "[parameters.medium]\nmeeting_rat = 1")], "did you mean"),
    "wrong type": ([("a.toml", "months = 'x'")], "a.toml: months"),
    "out of bounds": ([("a.toml", "[parameters.dials]\nmedium_dial = 2")], "from 0 to 1"),
    "not a number": ([("a.toml", "[parameters.dials]\nmedium_dial = nan")], "from 0 to 1"),
    "nested": ([("a.toml", "a = " + "[" * 4_000)], "a.toml: (it is nested|not valid)"),
    "nested by keys": ([("a.toml", "a." * 2_000 + "b = 1")], "a.toml: (it is nested|unknown key)"),
    "a value that is nested": ([("a.toml", "[parameters]\n" + "a." * 2_000 + "b = 1")], "a.toml:"),
    "a line too long": ([("a.toml", "a." * 3_000 + "b = 1")], "line 1"),
    "many keys": ([("a.toml", "".join(f"k{k}=1\n" for k in range(80_000)))], "allowed are at most 500,000"),
    "a huge number": ([("a.toml", "months = " + "9" * 4_900)], "too large"),
    "a number beyond floats": ([("a.toml", "[parameters.medium]\nmeeting_rate = 1" + "0" * 400)], "too large|allowed"),
    "beyond 64 bits": (
        [("a.toml", '[[sectors]]\nname="x"\n[[attractors]]\nname="a"\nkind="idea"\nstrength=1\nsectors=["x"]\n'
          "start=99999999999999999999")], "start = a huge number",
    ),
    "beyond 64 bits in a policy": (
        [("a.toml", f'[[policies]]\nname="a"\nlever="equity"\nstart={10**30}')], "allowed is a month",
    ),
    "not named": ([("a.toml", "months = 3"), ("o.csv", ORGANISATIONS)], "o.csv: a.toml does not name it"),
    "named but not there": ([("a.toml", WITH)], "organisations = 'o.csv'"),
    "ties alone": ([("t.csv", TIES)], "need a table of organisations"),
    "unknown columns": ([("t.csv", "x,y\n1,2\n")], "t.csv: row 1: got x, y: needed"),
    "two of a kind": ([("a.csv", ORGANISATIONS), ("b.csv", ORGANISATIONS)], "a.csv has the columns"),
    "a column missing": ([("a.toml", WITH), ("o.csv", "id,kind\na,firm\n")], "o.csv: row 1: no column 'sector'"),
    "cut short": ([("o.csv", ORGANISATIONS + "d,firm\n")], "o.csv: row 5: 2 values"),
    "unknown kind": ([("o.csv", ORGANISATIONS + "d,company,x,P\n")], "o.csv: row 5: kind = 'company'"),
    "the same twice": ([("o.csv", ORGANISATIONS + "a,firm,x,P\n")], "o.csv: row 5: id = 'a'"),
    "one row": ([("o.csv", "id,kind,sector,cluster\na,firm,x,P\n")], "at least 2"),
    "no row": ([("o.csv", "id,kind,sector,cluster\n")], "o.csv: "),
    "a tie to nobody": ([("o.csv", ORGANISATIONS), ("t.csv", "a,b\na,zz\n")], "t.csv: row 2: b = 'zz'.*o.csv"),
    "a million columns": ([("o.csv", "," * 1_000_000)], "row 1: 1,000,000 characters"),
    "many columns": ([("o.csv", ",".join(f"c{k}" for k in range(3_000)) + "\n")], "3,000 columns"),
    "one line": ([("o.csv", "x" * 4_900_000)], "characters"),
    "an open quote": ([("o.csv", 'id,kind,sector,cluster\n"' + "a,b\n" * 60_000)], "o.csv: .*not a CSV"),
    "too many": ([("a.toml", "[parameters.population]\nfirms = 5000000")], "200,000"),
    "too long": ([("a.toml", "months = 100000")], "100,000 months"),
    "latitude": ([("c.csv", "name,theme,latitude\na,x,1e999\n")], "c.csv: row 2: latitude"),
    "a lever too late": ([("a.toml", '[[policies]]\nname="a"\nlever="equity"\nstart=200000')], "start"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_gets_a_short_message_that_names_it(tmp_path, what):
    files, match = BAD[what]
    began = time.perf_counter()
    with pytest.raises(InputFileError, match=match) as refused:
        read(tmp_path, *files)
    assert time.perf_counter() - began < 5
    message = str(refused.value)
    assert len(message) < 600
    assert str(tmp_path) not in message
    assert "Traceback" not in message


def test_a_refusal_is_framed_in_the_visitors_language(tmp_path):
    with pytest.raises(InputFileError, match="sont admis"):
        read(tmp_path, ("a.exe", "MZ"), say=words("fr"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from(["a.toml", "a.csv"]))
def test_whatever_is_in_a_file_it_is_read_or_refused(tmp_path, content, name):
    with contextlib.suppress(EcosimError):  # anything else is a crash
        assert isinstance(read(tmp_path, (name, content)), World)


# -- out and in again -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_scenario_that_was_downloaded_is_the_same_when_uploaded(tmp_path, data):
    name = data.draw(st.sampled_from(STORIES))
    world, setup = story(name), Setup(name).with_months(data.draw(st.integers(1, 600)), story(name))
    small = [one for one in declarations() if one.type is float and one.role in ("assumption", "dial", "lever")]
    for one in data.draw(st.lists(st.sampled_from(small), max_size=4)):
        try:
            high = one.high if one.path != "medium.meeting_rate" else 10
            setup = setup.with_value(one.path, data.draw(st.floats(one.low, high)), world)
        except EcosimError:
            continue
    setup = setup.with_lever("equity", Lever(data.draw(st.floats(0, 1)), 3, data.draw(st.none() | st.just(9))), world)
    text = uploads.as_toml(setup, world)
    assert "/" not in "".join(line for line in text.splitlines() if ".csv" in line)
    assert read(tmp_path, ("again.toml", text)).scenario == setup.scenario(world)


def test_ones_own_ecosystem_is_downloaded_with_the_names_of_its_files(tmp_path):
    world = read(tmp_path, ("s.toml", WITH + 'ties = "t é.csv"\n'), ("o.csv", ORGANISATIONS), ("t é.csv", TIES))
    text = uploads.as_toml(Setup(OWN, seed=7), world)
    assert "--seed 7" in text
    assert str(tmp_path) not in text
    again = read(tmp_path, ("s.toml", text), ("o.csv", ORGANISATIONS), ("t é.csv", TIES))
    assert again == world


# -- on the way -----------------------------------------------------------------------------------------------


def piece(index, offset, content):
    return {"index": index, "offset": offset, "data": base64.b64encode(content).decode()}


def test_files_arrive_in_pieces_in_a_private_folder_that_goes_with_the_session():
    arrival = Arrival([{"name": "o.csv", "size": len(ORGANISATIONS)}], "one", MOST, EN)
    try:
        assert stat.S_IMODE(arrival.folder.stat().st_mode) == 0o700
        content = ORGANISATIONS.encode()
        arrival.add(piece(0, 0, content[:10]))
        assert not arrival.whole
        arrival.add(piece(0, 10, content[10:]))
        assert arrival.whole
        (world, number), *rest = uploads.examine(arrival.folder, ["o.csv"], "en", MOST)
        assert (number, rest) == (3, [])
        assert [path.name for path in arrival.folder.iterdir()] == ["organisations.csv"]
        assert world.scenario.organisations_file == arrival.folder / "organisations.csv"
        other = Arrival([{"name": "o.csv", "size": 3}], "one", MOST, EN)
        arrivals.keep("one", arrival.folder)
        assert arrival.folder.exists()
        assert not other.folder.exists()
    finally:
        arrivals.forget("one")
    assert not arrival.folder.exists()


@pytest.mark.parametrize(
    "bad",
    [
        None, [], "x", {}, {"index": 0}, piece(1, 0, b"a"), piece(-1, 0, b"a"), piece(0, 1, b"a"), piece("0", 0, b"a"),
        piece(True, 0, b"a"), piece(0, 0, b"abcd"), {"index": 0, "offset": 0, "data": "@@@@"},
        {"index": 0, "offset": 0, "data": 3}, {"index": 0, "offset": 0, "data": "é"},
        {"index": 0, "offset": 0, "data": "A" * 2_000_004}, {"index": 10**30, "offset": 0, "data": ""},
    ],
)  # fmt: skip
def test_a_piece_that_is_not_the_next_one_is_refused(bad):
    arrival = Arrival([{"name": "o.csv", "size": 3}], "two", MOST, EN)
    try:
        with pytest.raises(InputFileError, match="did not arrive whole"):
            arrival.add(bad)
        assert list(arrival.folder.iterdir()) == []
    finally:
        arrivals.forget("two")


@pytest.mark.parametrize(
    "announced",
    [
        None, [], {}, "x", [None], [{}], [{"name": 3, "size": 3}], [{"name": "a.csv", "size": "3"}],
        [{"name": "a.csv", "size": -1}], [{"name": "a.csv", "size": 0}], [{"name": "a.csv", "size": 10**12}],
        [{"name": "../a.csv", "size": 3}], [{"name": "a" * 200 + ".csv", "size": 3}],
        [{"name": f"{k}.csv", "size": 1} for k in range(10_000)], [{"name": "a.csv", "size": True}],
    ],
)  # fmt: skip
def test_what_may_not_come_is_refused_before_it_comes(announced):
    with pytest.raises(InputFileError):
        Arrival(announced, "three", MOST, EN)
    assert "three" not in arrivals._FOLDERS


def test_a_folder_that_is_gone_is_no_crash():
    arrival = Arrival([{"name": "o.csv", "size": 3}], "four", MOST, EN)
    arrivals.forget("four")
    with pytest.raises(InputFileError):
        arrival.add(piece(0, 0, b"abc"))
    assert not Path(arrival.folder).exists()
