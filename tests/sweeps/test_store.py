"""The store: folders that are whole or not there, survive what happens to folders, and read the same everywhere."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ecosim import Scenario, files
from ecosim.errors import EcosimError, OutputError, StudyError
from experiments import load, sweep
from experiments.designs import Round, replicates_of
from experiments.reading import study_from_table
from experiments.running.play import play
from experiments.store import Results, SweepFolder, is_sweep
from experiments.store import merging as merging_module
from experiments.store.identity import model_version, point_keys, run_keys
from experiments.store.merging import compact, merge
from experiments.store.parts import PartWriter, part_files
from experiments.study import Study

X = {"x": {"levels": [0.0, 0.5, 1.0]}}


def own(**more: Any) -> Study:
    table = {"name": "own", "run": "tests.sweeps.odd_runs:noise", "outcomes": ["y", "z"], "factors": X, "replicates": 4}
    return study_from_table({**table, **more})


def made(path: Path, study: Study | None = None, points: Any = None) -> SweepFolder:
    """Return a folder that nobody has played in."""
    study = study or own()
    points = pd.DataFrame(points or {"x": [0.0, 0.5, 1.0]})
    return SweepFolder.create(path, study, Round(points, replicates_of(range(len(points)), 0, study.replicates.number)))


def row(folder: SweepFolder, point: int, replicate: int, status: str = "ok", **more: Any) -> dict[str, Any]:
    """Return the row of a run as a worker makes it."""
    seed, key = folder.seed(replicate), folder.keys[point]
    values = {path: folder.points[path].tolist()[point] for path in folder.study.paths}
    found = {
        "run": run_keys([int(key)], [replicate], [seed])[0], "point": key, "replicate": replicate, "seed": seed,
        "status": status, "seconds": 0.25, "error": None, **values,
    }  # fmt: skip
    if status == "ok":
        found |= {name: float(10 * point + replicate) for name in folder.study.outcomes}
    return found | more


def played(folder: SweepFolder, runs: Any, **more: Any) -> None:
    writer = PartWriter(folder.path, folder.study)
    for point, replicate in runs:
        writer.add(row(folder, point, replicate, **more))
    writer.flush()


@pytest.fixture
def whole(tmp_path: Path) -> Results:
    """A finished sweep."""
    return sweep(own(), tmp_path / "whole", workers=1)


# -- making ---------------------------------------------------------------------------------------------------


def test_a_folder_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SweepFolder, "add_round", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        made(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_taken_and_a_full_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert made(tmp_path / "a").points["x"].tolist() == [0.0, 0.5, 1.0]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty and does not hold a sweep"):
        made(tmp_path / "b")
    assert (tmp_path / "b" / "notes.txt").read_text() == "mine"
    with pytest.raises(OutputError, match=r"not empty|a file"):
        made(tmp_path / "b" / "notes.txt")
    with pytest.raises(OutputError, match="there is a file of that name"):
        made(tmp_path / "b" / "notes.txt" / "c")


def test_a_folder_that_is_there_is_found_only_for_the_same_study(tmp_path: Path) -> None:
    first = made(tmp_path / "a")
    assert made(tmp_path / "a").manifest == first.manifest
    with pytest.raises(StudyError, match="holds another study"):
        made(tmp_path / "a", own(seed=9))


def _race(path: Path, seed: int, together: Any, answers: Any) -> None:
    together.wait()
    try:
        made(path, own(seed=seed))
        answers.put("well")
    except EcosimError as problem:
        answers.put(str(problem))


@pytest.mark.parametrize("seeds", [(1, 1, 1), (1, 2)])
def test_processes_that_race_to_make_a_folder(tmp_path: Path, seeds: tuple[int, ...]) -> None:
    context: Any = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    together, answers = context.Barrier(len(seeds)), context.Queue()
    racers = [context.Process(target=_race, args=(tmp_path / "a", seed, together, answers)) for seed in seeds]
    for racer in racers:
        racer.start()
    found = sorted(answers.get(timeout=60) for _ in seeds)
    for racer in racers:
        racer.join()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert len(SweepFolder.open(tmp_path / "a").points) == 3
    if len(set(seeds)) == 1:
        assert found == ["well"] * len(seeds)
    else:
        assert "holds another study" in found[0]
        assert found[1:] == ["well"]


# -- manifests ------------------------------------------------------------------------------------------------


def _edit(path: Path, **changes: Any) -> None:
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps({**manifest, **changes}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "ecosim run"}, "not the manifest of a sweep"),
        ({"schema_version": 2}, r"schema version 2; this ecosim reads 1 to 1"),
        ({"schema_version": None}, "schema version None"),
        ({"model": None}, "model = None: the manifest is broken"),
        ({"study": []}, r"study = \[\]: the manifest is broken"),
        ({"scenarios": {"a": {}}}, r"scenarios\.a = \{\}: the manifest is broken"),
        ({"study": {"name": "own"}}, "the study in it was changed"),
        ({"digest": "0"}, "the study in it was changed"),
        ({"model": "odd 0"}, "the study in it was changed"),
    ],
)
def test_a_manifest_that_was_changed(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    made(tmp_path / "a")
    _edit(tmp_path / "a", **changes)
    with pytest.raises(OutputError, match=words):
        SweepFolder.open(tmp_path / "a")
    with pytest.raises(OutputError, match=words):  # nor is it taken for a folder of something else
        made(tmp_path / "a")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null"])
def test_a_manifest_that_is_broken(tmp_path: Path, content: bytes) -> None:
    made(tmp_path / "a")
    (tmp_path / "a" / "manifest.json").write_bytes(content)
    with pytest.raises(OutputError, match=r"manifest\.json: not "):
        load(tmp_path / "a")
    assert not is_sweep(tmp_path / "a")


def test_what_is_not_a_sweep(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no such folder"):
        load(tmp_path / "gone")
    with pytest.raises(OutputError, match=r"it has no manifest\.json"):
        load(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="this is a file"):
        load(tmp_path / "file")


@pytest.mark.parametrize("name", ["rounds.parquet", "design.parquet"])
def test_a_folder_with_a_table_gone_or_broken(tmp_path: Path, name: str) -> None:
    made(tmp_path / "a")
    (tmp_path / "a" / name).write_bytes(b"PAR1 nonsense")
    with pytest.raises(OutputError, match=f"{name}: not a Parquet file"):
        load(tmp_path / "a")
    (tmp_path / "a" / name).unlink()
    with pytest.raises(OutputError, match=f"{name}: cannot be read"):
        load(tmp_path / "a")


# -- scenarios ------------------------------------------------------------------------------------------------


def _with_own_files(name: str, folder: Path) -> Path:
    """Return a copy of a shipped scenario with its input files beside it."""
    scenario = Scenario.load(name)
    folder.mkdir(parents=True)
    copies = {}
    for role, path in scenario.input_files.items():
        copies[f"{role}_file"] = folder / f"my {role} file.v1.csv"
        shutil.copy(path, copies[f"{role}_file"])
    import dataclasses

    (folder / "mine.toml").write_text(dataclasses.replace(scenario, **copies).to_toml(base=folder), encoding="utf-8")
    return folder / "mine.toml"


@pytest.mark.parametrize(("name", "inputs"), [("france-clusters", 1), ("bordeaux-wuhan", 2)])
def test_a_folder_needs_nothing_but_itself(tmp_path: Path, name: str, inputs: int) -> None:
    source = _with_own_files(name, tmp_path / "inputs")
    factors = {"transmissibility": {"low": 0.01, "high": 0.02}}
    values = {"firms": 50, "labs": 5} if name == "france-clusters" else {}
    table = {"scenario": str(source), "factors": factors, "months": 2, "outcomes": ["hybrids"], "values": values}
    study = study_from_table(table)
    assert study.scenario is not None
    first = made(tmp_path / "a", study, {"medium.transmissibility": [0.01, 0.02]})
    before = play(first.study, {"medium.transmissibility": 0.02}, 3).outcomes
    assert len(list((tmp_path / "a" / "scenarios").iterdir())) == 1 + inputs
    shutil.rmtree(tmp_path / "inputs")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a").rename(tmp_path / "elsewhere" / "b")
    moved = SweepFolder.open(tmp_path / "elsewhere" / "b")
    assert moved.manifest == first.manifest
    assert np.array_equal(moved.keys, first.keys)
    assert moved.study.digest() == study_digest_of(first)
    assert moved.study.scenario is not None
    assert moved.study.scenario.name == study.scenario.name
    for path in moved.study.scenario.input_files.values():
        assert tmp_path / "elsewhere" / "b" in path.parents
    assert play(moved.study, {"medium.transmissibility": 0.02}, 3).outcomes == before
    csv = next((tmp_path / "elsewhere" / "b" / "scenarios").glob("*.csv"))
    csv.write_bytes(csv.read_bytes() + b"\n")
    with pytest.raises(OutputError, match=r"\.csv: the file was changed since the sweep was made"):
        SweepFolder.open(tmp_path / "elsewhere" / "b")


def study_digest_of(folder: SweepFolder) -> str:
    return str(folder.manifest["digest"])


def test_scenarios_of_one_name_and_of_odd_names(tmp_path: Path) -> None:
    for name, firms in (("a", 41), ("b", 42)):
        text = f'name = "no such: \\"name\\"?"\n[parameters.population]\nfirms = {firms}\nlabs = 4\n'
        (tmp_path / f"{name}.toml").write_text(text)
    table = {"factors": {"scenario": {"levels": ["a.toml", "b.toml"]}}, "months": 1, "outcomes": ["hybrids"]}
    study = study_from_table(table, tmp_path)
    folder = made(tmp_path / "s", study, {"scenario": ["a.toml", "b.toml"]})
    for name in "ab":
        (tmp_path / f"{name}.toml").unlink()
    again = SweepFolder.open(folder.path)
    assert [item.parameters.population.firms for item in again.study.scenarios.values()] == [41, 42]
    assert {item.name for item in again.study.scenarios.values()} == {'no such: "name"?'}
    for path in (folder.path / "scenarios").iterdir():
        assert path.name.isascii()
        assert not set(path.name) & set('/\\:*?"<>| ')


# -- identity -------------------------------------------------------------------------------------------------


def test_the_same_values_have_the_same_key_whatever_their_type() -> None:
    study = own(factors={"x": {"low": 0.0, "high": 9.0}, "n": {"levels": [1, 2]}, "s": {"levels": ["1", "it's", "é"]}})
    forms = [
        {"x": [1.0, -0.0], "n": [1, 2], "s": ["1", "é"]},
        {"x": np.array([1, 0], np.int32), "n": np.array([1.0, 2.0]), "s": ["1", "é"]},
        {"s": np.array(["1", "é"], object), "n": np.array([1, 2], np.uint8), "x": np.array([1, 0], np.float32)},
    ]
    keys = [point_keys(study, "v", pd.DataFrame(form)) for form in forms]
    assert np.array_equal(keys[0], keys[1])
    assert np.array_equal(keys[0], keys[2])
    assert len({*keys[0].tolist()}) == 2
    assert not set(keys[0].tolist()) & set(point_keys(study, "w", pd.DataFrame(forms[0])).tolist())


def test_values_that_differ_have_other_keys() -> None:
    study = own(factors={"a": {"low": 0.0, "high": 9.0}, "b": {"low": 0.0, "high": 9.0}})
    numbers = [0.1, 0.1 + 2e-17, np.nextafter(0.1, 1), 1.0, 2.0**53, 2.0**53 + 2, 1e300, 1e-300, -1.0, np.inf, np.nan]
    points = pd.DataFrame({"a": [*numbers, 1.0, 2.0], "b": [3.0] * len(numbers) + [2.0, 1.0]})
    assert len(set(point_keys(study, "v", points).tolist())) == len(points) - 1  # 0.1 twice
    whole = pd.DataFrame({"a": [2**60, 2**60 + 1, 2**62], "b": [0, 0, 0]})
    assert len(set(point_keys(study, "v", whole).tolist())) == 3
    kinds = own(factors={"x": {"levels": ["true", "1", "nan"]}})
    texts = point_keys(kinds, "v", pd.DataFrame({"x": ["true", "1", "nan"]}))
    others = [point_keys(kinds, "v", pd.DataFrame({"x": [value]}))[0] for value in (True, 1, np.nan)]
    assert not set(texts.tolist()) & set(others)


def test_outcomes_months_seeds_and_values_are_in_the_keys() -> None:
    points = pd.DataFrame({"x": [0.5]})
    base = point_keys(own(), "v", points)[0]
    assert point_keys(own(replicates=99, name="other", seed=5), "v", points)[0] == base
    for more in ({"outcomes": ["y"]}, {"months": 4}, {"values": {"k": 1}}):
        assert point_keys(own(**more), "v", points)[0] != base
    runs = run_keys([base, base, base + 1], [0, 1, 0], [1, 1, 1])
    assert len({*runs.tolist(), *run_keys([base], [0], [2]).tolist()}) == 4


def test_a_model_that_has_changed_is_refused(whole: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.running.runner.model_version", lambda _: "other 1")
    with pytest.raises(StudyError, match="the model has changed"):
        sweep(own(), whole.folder.path, workers=1)
    assert len(load(whole.folder.path).runs) == 12  # what is there can be read for ever


def test_the_version_of_a_model_is_that_of_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, content in (("one_run", b"a = 1\n"), ("two_run", b"a = 1\r\n"), ("three_run", b"a = 2\n")):
        (tmp_path / f"{name}.py").write_bytes(content)
    one, two, three = (model_version(own(run=f"{name}:f")).split()[1] for name in ("one_run", "two_run", "three_run"))
    assert one == two != three
    for name in ("no_such_module", "no.such", "tests.sweeps.known.line"):
        with pytest.raises(StudyError, match="no module"):
            model_version(own(run=f"{name}:f"))


def test_the_version_of_ecosim_covers_all_that_a_run_loads() -> None:
    """What a run imports of ecosim is in the version's digest, but for what only shows."""
    import subprocess
    import sys

    from experiments.store import identity

    code = (
        "import sys\nfrom tests.green import green\ngreen(1)\n"
        "print(*sorted(name for name in sys.modules if name.startswith('ecosim.')))"
    )
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    decisive = {f"ecosim.{name.removesuffix('.py')}" for name in identity._DECISIVE}
    # views, refusals, and how files are read
    shown = ("agents", "errors", "files", "scenario_checks", "economy_checks", "value_checks")
    loaded = {".".join(name.split(".")[:2]) for name in answer.stdout.split()}
    assert loaded - decisive <= {f"ecosim.{name}" for name in shown}
    for name in identity._DECISIVE:
        assert (root / "ecosim" / name).exists()


# -- parts ----------------------------------------------------------------------------------------------------


def _three_readings(results: Results, table: str) -> list[pd.DataFrame]:
    own = results.runs if table == "runs" else results.steps
    found = results.duckdb().execute(f"SELECT * FROM {table}").df()
    return [own, found]


def stepped(path: Path) -> SweepFolder:
    table = {
        "name": "steps", "factors": {"transmissibility": {"levels": [0.1, 0.2]}}, "outcomes": ["hybrids"], "months": 4,
        "steps": {"columns": ["meetings", "copies"], "every": 2}, "replicates": 3,
    }  # fmt: skip
    return made(path, study_from_table(table), {"medium.transmissibility": [0.1, 0.2]})


def months(value: float) -> dict[str, Any]:
    return {"month": np.array([1.0, 3.0]), "meetings": np.array([value, value + 1]), "copies": np.array([0.0, np.nan])}


def test_steps_without_their_run_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stepped(tmp_path / "a")
    writer = PartWriter(folder.path, folder.study)
    writer.add(row(folder, 0, 1), months(5.0))
    writer.flush()
    writer.add(row(folder, 1, 0), months(7.0))
    real = PartWriter._steps_table

    def dies(self: PartWriter) -> Any:  # after the steps, before the runs
        monkeypatch.setattr("experiments.store.parts.runs_schema", lambda _: 1 / 0)
        self._schema = None  # type: ignore[assignment]
        return real(self)

    monkeypatch.setattr(PartWriter, "_steps_table", dies)
    with pytest.raises(TypeError):
        writer.flush()
    assert len(part_files(folder.path, "steps")) == 2
    assert len(part_files(folder.path, "runs")) == 1
    results = load(folder.path)
    for found in _three_readings(results, "steps"):
        assert found["point"].tolist() == [0, 0]
        assert found["replicate"].tolist() == [1, 1]
        assert found["month"].tolist() == [1, 3]
        assert found["meetings"].tolist() == [5.0, 6.0]
    data = results.to_xarray()
    assert data["meetings"].sel(point=0, replicate=1).values.tolist() == [5.0, 6.0]
    assert np.isnan(data["meetings"].sel(point=1)).all()
    assert not folder.done()[1, 0]


def test_steps_of_runs_that_are_twice_or_bad(tmp_path: Path) -> None:
    folder = stepped(tmp_path / "a")
    for _ in range(2):
        writer = PartWriter(folder.path, folder.study)
        for _ in range(2):
            writer.add(row(folder, 0, 0), months(1.0))
        writer.add(row(folder, 1, 2, "nan", hybrids=np.nan), months(2.0))
        writer.add(row(folder, 1, 1, "failed", error="no"))
        writer.flush()
    results = load(folder.path)
    for found in _three_readings(results, "steps"):
        assert list(zip(found["point"], found["replicate"], found["month"], strict=True)) == [
            (0, 0, 1), (0, 0, 3), (1, 2, 1), (1, 2, 3)
        ]  # fmt: skip
    data = results.to_xarray()
    assert data["meetings"].shape == (2, 1, 2)  # good runs only
    assert np.isnan(data["meetings"].values[1]).all()


def test_what_was_not_finished_is_not_read(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    played(folder, [(0, 0)])
    for name in (".part-x-00000.parquet.part", "notes.txt", "part-x.parquet.tmp"):
        (folder.path / "runs" / name).write_bytes(b"half")
    assert len(load(folder.path).runs) == 1
    assert load(folder.path).duckdb().execute("SELECT count(*) FROM runs").fetchone() == (1,)
    (folder.path / "runs" / "part-y-00000.parquet").write_bytes(b"half")
    for read in (lambda: load(folder.path).runs, folder.done, folder.status_counts):
        with pytest.raises(OutputError, match=r"part-y-00000\.parquet: not a Parquet file"):
            read()


def test_a_run_that_is_there_twice_counts_once_with_its_better_end(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    for status in ("killed", "failed", "ok", "timeout", "ok"):
        played(folder, [(0, 0)], status=status)
    writer = PartWriter(folder.path, folder.study)
    for status in ("timeout", "failed", "ok", "killed"):  # of one part, too
        writer.add(row(folder, 2, 1, status))
    writer.flush()
    played(folder, [(1, 2)], status="timeout", error="too long")
    played(folder, [(1, 2)], status="failed", error="no")
    assert folder.status_counts() == {"ok": 2, "nan": 0, "failed": 1, "timeout": 0, "killed": 0}
    assert folder.done().sum() == 3
    retried = folder.done(retry=True)
    assert np.argwhere(retried).tolist() == [[0, 0], [2, 1]]
    results = load(folder.path)
    for found in _three_readings(results, "runs"):
        assert found["status"].tolist() == ["ok", "failed", "ok"]
        assert found["error"].tolist()[1] == "no"
    assert results.bad["point"].tolist() == [1]
    assert results.good["y"].tolist() == [0.0, 21.0]
    assert np.isnan(results.matrix("y")[1]).all()


def test_what_is_done_is_found_part_by_part_or_anew(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    played(folder, [(0, 0)])
    seen: set[str] = set()
    bits = folder.done(seen=seen)
    assert len(seen) == 1
    played(folder, [(2, 3)])
    assert np.argwhere(folder.done(bits, seen)).tolist() == [[0, 0], [2, 3]]
    assert np.argwhere(folder.done(seen=seen)).tolist() == [[0, 0], [2, 3]]  # no bits: all parts, whatever was seen


def test_errors_that_no_table_can_hold_do_not_keep_others_from_it(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    writer = PartWriter(folder.path, folder.study)
    writer.add(row(folder, 0, 0))
    writer.add(row(folder, 0, 1, "failed", error="file \udc80.csv"))
    writer.add(row(folder, 0, 2, "failed", error="x" * 10**6 + "the end"))
    bare = row(folder, 0, 3, "killed")
    writer.add({key: value for key, value in bare.items() if key not in ("error", "seconds")})
    writer.flush()
    errors = load(folder.path).runs["error"].tolist()
    assert errors[0] is None
    assert errors[1] == "file \\udc80.csv"
    assert len(errors[2]) < 30_000
    assert errors[2].endswith("the end")
    assert errors[3] is None


def test_a_name_with_wildcards_is_that_folder_and_no_other(tmp_path: Path) -> None:
    folders = [made(tmp_path / name) for name in ("a*", "ab", "a[b]", "a?")]
    for index, folder in enumerate(folders):
        played(folder, [(0, replicate) for replicate in range(index + 1)])
        for path in part_files(folder.path, "runs"):
            path.rename(path.with_name("part-same-00000.parquet"))
    for index, folder in enumerate(folders):
        found = load(folder.path).duckdb().execute("SELECT count(*), sum(y) FROM runs").fetchone()
        assert found == (index + 1, sum(range(index + 1)))


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "rounds.parquet"
    with files.replacing(path, shared=True) as slow:
        slow.write(b"slow")
        with files.replacing(path, shared=True) as fast:
            fast.write(b"fast and long")
        assert path.read_bytes() == b"fast and long"
    assert path.read_bytes() == b"slow"
    assert list(tmp_path.iterdir()) == [path]


def test_large_seeds(tmp_path: Path) -> None:
    results = sweep(own(seed=2**62), tmp_path / "a", workers=1)
    assert results.runs["seed"].tolist()[:2] == [2**62, 2**62 + 1]
    assert len(results.runs) == 12
    assert results.duckdb().execute("SELECT max(seed) FROM runs").fetchone() == (2**62 + 3,)
    assert results.to_xarray()["seed"].values.tolist()[0] == 2**62


# -- points of the same values --------------------------------------------------------------------------------


def test_points_of_the_same_values_are_played_once_and_shown_at_each(tmp_path: Path) -> None:
    folder = made(tmp_path / "a", points={"x": [0.5, 1.0, 0.5, 0.5]})
    assert folder.first.tolist() == [0, 1, 0, 0]
    assert folder.wanted().sum() == 8
    played(folder, np.argwhere(folder.wanted()).tolist())
    assert (folder.done() == folder.wanted()).all()
    assert folder.status_counts()["ok"] == 8
    results = load(folder.path)
    assert np.array_equal(results.matrix("y")[2], results.matrix("y")[0])
    for found in _three_readings(results, "runs"):
        assert found["point"].tolist() == np.repeat(range(4), 4).tolist()
        assert found["x"].tolist() == np.repeat([0.5, 1.0, 0.5, 0.5], 4).tolist()


def test_a_later_twin_can_ask_for_more(tmp_path: Path) -> None:
    folder = made(tmp_path / "a", points={"x": [0.5, 1.0]})
    folder.add_round(Round(pd.DataFrame({"x": [0.5]}), replicates_of([2], 2, 6)))
    assert folder.wanted()[0].tolist() == [True] * 6
    played(folder, np.argwhere(folder.wanted()).tolist())
    runs = load(folder.path).runs
    assert runs[runs["point"] == 0]["replicate"].tolist() == [0, 1, 2, 3]
    assert runs[runs["point"] == 2]["replicate"].tolist() == [2, 3, 4, 5]


# -- rounds ---------------------------------------------------------------------------------------------------


def test_points_of_a_round_that_was_not_committed_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    folder = made(tmp_path / "a")
    keys = folder.keys.copy()
    more = Round(pd.DataFrame({"x": [0.25]}), replicates_of([3], 0, 2))
    real = files._sync_folder
    with monkeypatch.context() as patched:
        patched.setattr(files, "_sync_folder", lambda path: 1 / 0)  # after design.parquet is there
        with pytest.raises(ZeroDivisionError):
            folder.add_round(more)
    assert files._sync_folder is real
    assert len(pq.read_table(folder.path / "design.parquet")) == 4
    again = SweepFolder.open(folder.path)
    assert len(again.points) == 3
    again.add_round(Round(pd.DataFrame({"x": [0.75]}), replicates_of([3], 0, 2)))
    folder.reload()
    assert folder.points["x"].tolist() == again.points["x"].tolist() == [0.0, 0.5, 1.0, 0.75]
    assert np.array_equal(folder.keys, again.keys)
    assert np.array_equal(folder.keys[:3], keys)
    assert (folder.round, folder.most) == (2, 4)


def test_a_round_for_points_that_are_not_there(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    with pytest.raises(OutputError, match="asks for points that it does not have"):
        folder.add_round(Round(pd.DataFrame({"x": []}), replicates_of([3], 0, 2)))
    folder.add_round(Round(pd.DataFrame({"x": []}), replicates_of([1], 4, 6)))
    assert folder.points.dtypes["x"] == np.float64
    assert folder.wanted()[1].sum() == 6


# -- extending ------------------------------------------------------------------------------------------------


def _seconds(results: Results) -> dict[tuple[float, int], float]:
    """When a run was played: its time is its mark."""
    runs = results.runs
    return dict(zip(zip(runs["x"], runs["replicate"], strict=True), runs["seconds"], strict=True))


def test_a_larger_study_plays_only_what_is_new(whole: Results) -> None:
    larger = own(factors={"x": {"levels": [0.5, 0.75, 1.0]}}, replicates=6)
    path = whole.folder.path
    with pytest.raises(StudyError, match="--extend"):
        sweep(larger, path, workers=1)
    before = _seconds(whole)
    results = sweep(larger, path, workers=1, extend=True)
    after = _seconds(results)
    assert results.points["x"].tolist() == [0.5, 0.75, 1.0]  # the old point is not shown
    assert len(results.runs) == 18
    for x in (0.5, 1.0):
        for replicate in range(4):
            assert after[x, replicate] == before[x, replicate]
    assert sum(len(pq.read_table(file)) for file in part_files(path, "runs")) == 12 + 4 + 6
    fresh = sweep(larger, path.parent / "fresh", workers=1)
    pd.testing.assert_frame_equal(results.runs.drop(columns="seconds"), fresh.runs.drop(columns="seconds"))
    back = sweep(own(), path, workers=1, extend=True)
    assert _seconds(back) == before
    assert [entry["study"]["name"] for entry in back.folder.manifest["earlier"]] == ["own", "own"]


def test_a_narrower_study_shows_what_it_asks_for(whole: Results) -> None:
    fewer = sweep(own(replicates=2), whole.folder.path, workers=1, extend=True)
    assert fewer.matrix("y").shape == (3, 2)
    assert fewer.folder.status_counts()["ok"] == 6
    assert fewer.duckdb().execute("SELECT count(*) FROM runs").fetchone() == (6,)


def test_other_kinds_of_the_same_factor_fit_into_one_folder(tmp_path: Path) -> None:
    path = tmp_path / "a"
    sweep(own(factors={"x": {"levels": [0.5, 1.0]}}), path, workers=1)
    results = sweep(own(factors={"x": {"levels": [1, 2]}}), path, workers=1, extend=True)
    assert results.runs["x"].tolist() == [1] * 4 + [2] * 4
    assert results.runs["x"].dtype == np.int64
    assert results.duckdb().execute("SELECT sum(x) FROM runs").fetchone() == (12,)
    more = own(factors={"x": {"levels": [1, 2]}, "s": {"levels": ["a", "it's"]}})
    results = sweep(more, path, workers=1, extend=True)
    assert len(results.runs) == 16
    assert results.duckdb().execute("SELECT count(*) FROM runs WHERE s = 'it''s'").fetchone() == (8,)
    before = results.runs
    compact(path)
    pd.testing.assert_frame_equal(load(path).runs, before)


@pytest.mark.parametrize("more", [{"seed": 2}, {"months": 3}, {"outcomes": ["y"]}, {"values": {"k": 1}}])
def test_a_study_of_other_runs_cannot_use_these(whole: Results, more: dict[str, Any]) -> None:
    with pytest.raises(OutputError, match="its runs cannot be used"):
        sweep(own(**more), whole.folder.path, workers=1, extend=True)
    assert load(whole.folder.path).hash == whole.hash


@pytest.mark.parametrize("at", ["design-", "rounds-", "manifest.json"])
def test_an_extension_that_is_cut_short_leaves_the_folder_as_it_was(
    whole: Results, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    larger = own(factors={"x": {"levels": [0.5, 2.0]}, "extra": {"levels": [1]}})
    _break(monkeypatch, at)
    with pytest.raises(OutputError, match="the disk is full"):
        sweep(larger, whole.folder.path, workers=1, extend=True)
    monkeypatch.undo()
    again = load(whole.folder.path)
    assert again.hash == whole.hash
    pd.testing.assert_frame_equal(again.runs, whole.runs)
    assert len(sweep(larger, whole.folder.path, workers=1, extend=True).runs) == 8


# -- merging --------------------------------------------------------------------------------------------------


def _same_runs(one: Results, other: Results) -> None:
    pd.testing.assert_frame_equal(one.runs.drop(columns="seconds"), other.runs.drop(columns="seconds"))


def test_shards_in_folders_of_their_own_go_together(whole: Results, tmp_path: Path) -> None:
    shards = [tmp_path / "one", tmp_path / "two"]
    for index, path in enumerate(shards):
        assert 0 < len(sweep(own(), path, workers=1, shard=(index, 2)).runs) < 12
    (tmp_path / "moved").mkdir()
    shards[0].rename(tmp_path / "moved" / "one")
    shards[0] = tmp_path / "moved" / "one"
    for _ in range(2):  # again: nothing more
        folder = merge([*shards, shards[0]], tmp_path / "out")
        _same_runs(Results(folder), whole)
        assert folder.status_counts()["ok"] == 12
    assert len(sweep(own(), tmp_path / "out", workers=1).runs) == 12
    into = merge([shards[1]], shards[0])  # into one of them
    _same_runs(Results(into), whole)


def test_other_studies_do_not_go_together(whole: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, study, words in (
        ("seed", own(seed=2), "holds another study"),
        ("months", own(months=2), "holds other runs"),
        ("design", own(replicates=5), "holds another study"),
    ):
        made(tmp_path / name, study)
        with pytest.raises(OutputError, match=words):
            merge([whole.folder.path, tmp_path / name], tmp_path / "out")
    monkeypatch.setattr("experiments.store.manifest.model_version", lambda _: "other 1")
    made(tmp_path / "version")
    with pytest.raises(OutputError, match="another version of the model"):
        merge([whole.folder.path, tmp_path / "version"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("")
    with pytest.raises(OutputError, match="not empty and does not hold a sweep"):
        merge([whole.folder.path], tmp_path / "out")


def test_the_furthest_folder_of_an_adaptive_sweep_is_the_model(tmp_path: Path) -> None:
    near, far = made(tmp_path / "near"), made(tmp_path / "far")
    far.add_round(Round(pd.DataFrame({"x": [0.25]}), replicates_of([3], 0, 2)))
    played(near, [(0, 0)])
    played(far, [(3, 0)])
    assert merge([near.path, far.path], tmp_path / "out").done().sum() == 2


# -- compacting -----------------------------------------------------------------------------------------------


@pytest.fixture
def crowded(tmp_path: Path) -> SweepFolder:
    """Many parts, with runs twice, failed and played again, steps twice and steps without a run."""
    folder = stepped(tmp_path / "crowded")
    for index in range(12):
        writer = PartWriter(folder.path, folder.study)
        point, replicate = index % 2, index // 2 % 3
        bad = index < 3
        writer.add(row(folder, point, replicate, "failed" if bad else "ok", error="no" if bad else None),
                   None if bad else months(float(index % 6)))  # fmt: skip
        writer.flush()
    writer = PartWriter(folder.path, folder.study)
    writer.add(row(folder, 0, 0), months(0.0))
    writer.flush()
    return folder


def test_compact_changes_nothing_that_is_read(crowded: SweepFolder) -> None:
    before = load(crowded.path)
    runs, steps, counts = before.runs, before.steps, crowded.status_counts()
    assert compact(crowded.path) == (13 + 10, 2)
    after = load(crowded.path)
    pd.testing.assert_frame_equal(after.runs, runs)
    pd.testing.assert_frame_equal(after.steps, steps)
    assert crowded.status_counts() == counts
    assert compact(crowded.path) == (2, 2)
    assert [len(pq.read_table(part_files(crowded.path, kind)[0])) for kind in ("runs", "steps")] == [6, 12]


@pytest.mark.parametrize("removals", [0, 1, 7, 12])
def test_compact_that_is_killed_loses_nothing(
    crowded: SweepFolder, monkeypatch: pytest.MonkeyPatch, removals: int
) -> None:
    before = load(crowded.path)
    runs, steps = before.runs, before.steps
    left = iter(range(removals))
    real = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.name.startswith("part-") and next(left, None) is None:
            raise SystemExit("killed")
        real(self, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", unlink)
        with pytest.raises(SystemExit):
            compact(crowded.path)
    after = load(crowded.path)
    pd.testing.assert_frame_equal(after.runs, runs)
    pd.testing.assert_frame_equal(after.steps, steps)
    for found in (after.duckdb().execute("SELECT * FROM steps").df(),):
        assert found["meetings"].tolist() == steps["meetings"].tolist()
    compact(crowded.path)
    pd.testing.assert_frame_equal(load(crowded.path).runs, runs)


def test_compact_writes_several_parts_where_there_is_much(
    crowded: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = load(crowded.path).runs
    monkeypatch.setattr(merging_module, "_ROWS", 2)
    before, after = compact(crowded.path)
    assert 2 < after < before
    pd.testing.assert_frame_equal(load(crowded.path).runs, runs)


def test_a_part_that_arrives_while_others_are_compacted_stays(
    crowded: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = merging_module._write
    arrived: list[PartWriter] = []

    def write(*arguments: Any) -> None:
        real(*arguments)
        if not arrived:
            writer = PartWriter(crowded.path, crowded.study)
            writer.add(row(crowded, 1, 1, hybrids=77.0), months(70.0))
            writer.flush()
            arrived.append(writer)

    monkeypatch.setattr(merging_module, "_write", write)
    compact(crowded.path)
    assert len(part_files(crowded.path, "steps")) == 2
    assert load(crowded.path).runs["status"].tolist() == ["ok"] * 6


# -- readers agree --------------------------------------------------------------------------------------------


def test_pandas_xarray_and_duckdb_agree(tmp_path: Path) -> None:
    factors: dict[str, Any] = {
        "a.b.x": {"low": -1.0, "high": 1.0}, "Say \"it's\"": {"levels": ["it's", 'a "b"', "é; DROP"]},
        "on": {"levels": [False, True]}, "n": {"levels": [3, 1]},
    }  # fmt: skip
    study = own(factors=factors, run="tests.sweeps.odd_runs:returns", outcomes=["y", "odd \"name\" 'of' it"])
    points = {"a.b.x": [-0.5, 0.25], 'Say "it\'s"': ["it's", "é; DROP"], "on": [True, False], "n": [1, 3]}
    folder = made(tmp_path / "we[ir]d * 'folder'?", study, points)
    played(folder, [(0, 0), (1, 1)])
    played(folder, [(1, 0)], status="failed", error="no")
    played(folder, [(0, 3)])
    results = load(folder.path)
    runs, found = results.runs, results.duckdb().execute("SELECT * FROM runs").df()
    assert list(runs) == [name for name in found if name != "run"]
    for name in runs:
        if name != "error":
            assert (
                runs[name].tolist() == pytest.approx(found[name].tolist(), nan_ok=True)
                if (runs[name].dtype.kind == "f")
                else runs[name].tolist() == found[name].tolist()
            )
    assert runs["on"].tolist() == [True, True, False, False]
    assert found["error"].notna().tolist() == [False, False, True, False]
    data = results.to_xarray()
    assert data.sizes == {"point": 2, "replicate": 4}
    for name in study.outcomes:
        assert np.array_equal(data[name].values, results.matrix(name), equal_nan=True)
    assert data["y"].sel(point=0).values.tolist()[3] == 3.0
    for path in study.paths:
        assert data[path].values.tolist() == results.points[path].tolist()
    assert results.duckdb().execute("SELECT count(*) FROM points").fetchone() == (2,)
    assert results.means("y").tolist() == [1.5, 11.0]
    assert results.to_pandas() is runs


def test_nothing_played_yet_reads_as_nothing(tmp_path: Path) -> None:
    results = load(made(tmp_path / "a").path)
    assert len(results.runs) == len(results.good) == len(results.bad) == 0
    assert list(results.runs) == ["point", "replicate", "seed", "status", "seconds", "error", "x", "y", "z"]
    assert results.matrix("y").shape == (3, 0)
    assert np.isnan(results.means("y")).all()
    assert results.duckdb().execute("SELECT * FROM runs").fetchall() == []
    assert results.to_xarray().sizes == {"point": 3, "replicate": 0}
    steps = load(stepped(tmp_path / "b").path)
    assert len(steps.steps) == 0
    assert steps.duckdb().execute("SELECT * FROM steps").fetchall() == []
    assert steps.to_xarray()["meetings"].shape == (2, 0, 0)
    with pytest.raises(OutputError, match=r"no outcome 'yy' \(did you mean 'y'\?\)"):
        results.matrix("yy")


def test_numbers_come_back_bit_for_bit(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    numbers = [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308]
    writer = PartWriter(folder.path, folder.study)
    for replicate, number in enumerate(numbers):
        writer.add(row(folder, 0, replicate, y=number, z=np.inf))
    writer.flush()
    assert load(folder.path).runs["y"].to_numpy().tobytes() == np.array(numbers).tobytes()
    assert load(folder.path).runs["z"].tolist() == [np.inf] * 4


# -- full disks -----------------------------------------------------------------------------------------------

through_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds a file's name through /proc")


def _break(monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Let the sync of a file whose path holds `at` fail, as a full disk does."""
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if at in str(Path(f"/proc/self/fd/{descriptor}").resolve()):
            raise OSError(errno.ENOSPC, "as simulated")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@through_proc
@pytest.mark.parametrize("at", ["/runs/", "/steps/"])
def test_a_disk_that_is_full_loses_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:  # fmt: skip
    folder = stepped(tmp_path / "a")
    writer = PartWriter(folder.path, folder.study)
    writer.add(row(folder, 0, 0), months(1.0))
    writer.flush()
    writer.add(row(folder, 0, 1), months(2.0))
    with monkeypatch.context() as patched:
        _break(patched, at)
        with pytest.raises(OutputError, match=r"part-.*: cannot be written: the disk is full"):
            writer.flush()
    assert len(writer) == 1
    assert not list(folder.path.rglob(".*"))
    assert len(load(folder.path).runs) == 1
    assert len(load(folder.path).steps) == 2
    writer.add(row(folder, 0, 2), months(3.0))
    assert writer.flush() == 2
    assert load(folder.path).runs["replicate"].tolist() == [0, 1, 2]
    assert load(folder.path).steps["meetings"].tolist() == [1.0, 2.0, 2.0, 3.0, 3.0, 4.0]


@through_proc
@pytest.mark.parametrize("at", ["manifest.json", "design.parquet", "rounds.parquet", ".toml"])
def test_a_disk_that_is_full_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    with monkeypatch.context() as patched:
        _break(patched, at)
        with pytest.raises(OutputError, match="the disk is full"):
            stepped(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    stepped(tmp_path / "a")


@through_proc
def test_a_disk_that_fills_up_while_parts_are_compacted_or_copied(
    crowded: SweepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = load(crowded.path).runs
    with monkeypatch.context() as patched:
        _break(patched, "/runs/")
        for act in (lambda: compact(crowded.path), lambda: merge([crowded.path], tmp_path / "out")):
            with pytest.raises(OutputError, match="the disk is full"):
                act()
    pd.testing.assert_frame_equal(load(crowded.path).runs, runs)
    pd.testing.assert_frame_equal(Results(merge([crowded.path], tmp_path / "out")).runs, runs)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a relative name must not be found by accident
