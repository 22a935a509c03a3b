"""A run's folder: what is written, what is refused, and what a disk or a killed process may not do to it."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ecosim import EcosystemModel, Process, Scenario, files, provenance, with_process
from ecosim.errors import OutputError, ReplayError
from ecosim.parameters import Parameters
from ecosim.report import Report
from ecosim.results import RunFolder, load, read_manifest, replay
from ecosim.scenario import AttractorSpec, ClusterSpec, SectorSpec
from tests.green import SCENARIO as GREEN

POLES = "name,theme,latitude,longitude\nAlpha,cosmetics,48.4,1.5\nBéta,textile,45.8,4.8\n"
SMALL = {"firms": 60, "labs": 10, "clusters": 3, "base_drive": 0.2}
MONTHS = 14


def build(folder: Path, **changes: Any) -> EcosystemModel:
    """A small ecosystem that reads a file and has everything that a scenario can have."""
    poles = folder / "poles.csv"
    poles.write_text(POLES, encoding="utf-8")
    scenario = Scenario(
        name="small",
        title="A “small” one",
        story='Line one.\n\nLine """two""" \\ end',
        parameters=Parameters().with_values({**SMALL, **changes}),
        sectors=(SectorSpec("cosmetics", 2.0), SectorSpec("textile"), SectorSpec("finance")),
        clusters=(ClusterSpec("Gamma", "finance", "Île-de-France", 48.9, 2.3),),
        attractors=(AttractorSpec("Cosmetotextile", "concept", 0.5, ("cosmetics", "textile"), start=4, end=9),),
        clusters_file=poles,
    )
    return EcosystemModel(scenario, seed=7)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, EcosystemModel]:
    """A complete run, not to be changed."""
    base = tmp_path_factory.mktemp("finished")
    model = build(base)
    folder = RunFolder.create(base / "run", model, MONTHS)
    model.run(MONTHS)
    folder.finish(model, seconds=1.25)
    return base / "run", model


@pytest.fixture(autouse=True)
def quick_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare these tests the figures, apart from those of the complete run; `test_report.py` is about them."""
    monkeypatch.setattr("ecosim.report.make_report", lambda *_, **__: Report("<p>report</p>", {"births": b"picture"}))


@pytest.fixture
def copy(finished: tuple[Path, EcosystemModel], tmp_path: Path) -> Path:
    """A copy of the complete run, to be spoilt."""
    return Path(shutil.copytree(finished[0], tmp_path / "copy"))


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(content)
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


# -- a whole result -------------------------------------------------------------------------------------------


def test_the_folder_holds_what_was_promised(finished: tuple[Path, EcosystemModel]) -> None:
    folder, _ = finished
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    figures = {
        f"figures/{name}.png" for name in ("reproduction", "births", "crossings", "places", "cascades", "family")
    }
    tables = {f"{name}.parquet" for name in ("months", "bricks", "organisations", "events")}
    assert names == tables | figures | {"manifest.json", "scenario.toml", "report.html", "inputs/clusters.csv"}


def test_tables_come_back_as_they_were(finished: tuple[Path, EcosystemModel]) -> None:
    folder, model = finished
    run = load(folder)
    assert not run.is_partial
    assert run.status == "complete"
    pd.testing.assert_frame_equal(run.months, model.months)
    pd.testing.assert_frame_equal(run.bricks, model.bricks)
    pd.testing.assert_frame_equal(run.organisations, model.organisations)
    assert len(run.months) == MONTHS
    assert {"attractor opens", "attractor ends", "first crossing"} <= set(run.events["kind"])
    assert "small" in repr(run)


def test_identities_stay_64_bit_integers(finished: tuple[Path, EcosystemModel]) -> None:
    folder, model = finished
    bricks = load(folder).bricks
    assert bricks["identity"].dtype == np.uint64
    assert bricks["sectors"].dtype == np.uint64
    assert bricks["identity"].max() > 2**63  # what a signed or floating column would have spoilt
    assert np.array_equal(bricks["identity"], model.state.bricks["identity"])


def test_parquet_says_its_schema_version_and_is_compressed(finished: tuple[Path, EcosystemModel]) -> None:
    for path in finished[0].glob("*.parquet"):
        stored = pq.ParquetFile(path)
        assert stored.schema_arrow.metadata[b"ecosim.schema_version"] == b"1"
        if stored.metadata.num_row_groups:
            assert stored.metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_manifest_says_what_was_run(finished: tuple[Path, EcosystemModel]) -> None:
    folder, model = finished
    found = read_manifest(folder)
    assert (found["status"], found["months_planned"], found["months_played"]) == ("complete", MONTHS, MONTHS)
    assert (found["seed"], found["scenario"], found["seconds"]) == (7, "small", 1.25)
    assert found["parameters"] == model.parameters.to_dict()
    assert {"ecosim", "python", "numpy", "numba", "mesa", "pandas", "pyarrow"} == set(found["versions"])
    assert None not in found["versions"].values()
    assert found["fingerprint"] == model.state.fingerprint()
    assert found["processes"] == [process.name for process in model.processes]
    assert found["custom_processes"] == []
    assert found["default_schedule"] is True
    assert found["started"] <= found["ended"]
    assert found["started"].endswith("+00:00")
    for name, recorded in found["tables"].items():
        assert files.sha256(folder / name) == recorded
    clusters = found["inputs"]["clusters"]
    assert clusters == {
        "file": "inputs/clusters.csv", "original": "poles.csv", "sha256": files.sha256_of(POLES.encode()),
    }  # fmt: skip


def test_the_scenario_reads_its_own_copies(finished: tuple[Path, EcosystemModel]) -> None:
    folder, model = finished
    scenario = Scenario.load(folder / "scenario.toml")
    assert scenario.clusters_file == folder / "inputs" / "clusters.csv"
    assert scenario.parameters == model.parameters
    assert scenario.story == model.played_scenario.story
    assert scenario.attractors == model.played_scenario.attractors


def test_inputs_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    rows = "\n".join(f"o{index},firm,{'xy'[index % 2]},Only" for index in range(12))
    (tmp_path / "a" / "data.csv").write_text(f"id,kind,sector,cluster\n{rows}\n", encoding="utf-8")
    (tmp_path / "b" / "data.csv").write_text("a,b\no1,o2\no2,o3\n", encoding="utf-8")
    scenario = Scenario(organisations_file=tmp_path / "a" / "data.csv", ties_file=tmp_path / "b" / "data.csv")
    model = EcosystemModel(scenario, seed=1)
    folder = RunFolder.create(tmp_path / "run", model, 2)
    model.run(2)
    folder.finish(model)
    assert (tmp_path / "run" / "inputs" / "ties.csv").read_text(encoding="utf-8").startswith("a,b")
    assert list(load(tmp_path / "run").organisations["name"][:2]) == ["o0", "o1"]
    assert replay(tmp_path / "run").months == 2


def test_no_commit_outside_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_git(*_: object, **__: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(provenance.subprocess, "run", no_git)
    assert provenance.package_commit() is None


# -- statuses -------------------------------------------------------------------------------------------------


def test_a_killed_run_is_partial(tmp_path: Path) -> None:
    model = build(tmp_path)
    RunFolder.create(tmp_path / "run", model, MONTHS)
    model.run(3)  # and then the process is gone
    run = load(tmp_path / "run")
    assert run.status == "running"
    assert run.is_partial
    with pytest.raises(OutputError, match="is running and left no table of months"):
        _ = run.months
    with pytest.raises(ReplayError, match="is running and recorded no result"):
        replay(tmp_path / "run")


def test_an_interrupted_run_keeps_its_months_and_replays(tmp_path: Path) -> None:
    model = build(tmp_path)
    folder = RunFolder.create(tmp_path / "run", model, MONTHS)
    model.run(5)
    folder.finish(model, "interrupted", 0.5, reason="Stopped by hand.")
    run = load(tmp_path / "run")
    assert run.is_partial
    assert len(run.months) == 5
    assert run.manifest["months_planned"] == MONTHS
    assert run.manifest["reason"] == "Stopped by hand."
    assert replay(tmp_path / "run").months == 5


def test_a_run_stopped_within_a_month_has_nothing_to_replay(tmp_path: Path) -> None:
    model = build(tmp_path)
    folder = RunFolder.create(tmp_path / "run", model, MONTHS)
    model.run(2)
    for process in model.processes[:3]:
        process.step(model)
    folder.finish(model, "interrupted")
    assert len(load(tmp_path / "run").months) == 2
    with pytest.raises(ReplayError, match="in the middle of a month"):
        replay(tmp_path / "run")


def test_a_failed_run_says_why(tmp_path: Path) -> None:
    model = build(tmp_path)
    folder = RunFolder.create(tmp_path / "run", model, MONTHS)
    folder.fail(model, "division by zero", 0.1)
    run = load(tmp_path / "run")
    assert (run.status, run.manifest["reason"]) == ("failed", "division by zero")
    assert not list((tmp_path / "run").glob("*.parquet"))
    with pytest.raises(OutputError, match="allowed is one of interrupted, complete, failed"):
        folder.finish(model, "running")


# -- refusals -------------------------------------------------------------------------------------------------


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    model = build(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work", encoding="utf-8")
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="not empty and does not hold a run"):
            RunFolder.create(out, model, overwrite=overwrite)
    (out / "manifest.json").write_text('{"format": "something else"}', encoding="utf-8")
    with pytest.raises(OutputError, match="does not hold a run"):
        RunFolder.create(out, model, overwrite=True)
    assert {path.name for path in out.iterdir()} == {"thesis.tex", "manifest.json"}


def test_an_earlier_run_is_replaced_only_when_allowed_and_foreign_files_stay(copy: Path, tmp_path: Path) -> None:
    model = build(tmp_path)
    (copy / "notes.txt").write_text("mine", encoding="utf-8")
    (copy / "figures" / "Mine.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match="holds a run already"):
        RunFolder.create(copy, model)
    assert load(copy).status == "complete"
    RunFolder.create(copy, model, overwrite=True)
    assert load(copy).status == "running"
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert names == {"manifest.json", "scenario.toml", "inputs/clusters.csv", "notes.txt", "figures/Mine.png"}


def test_overwriting_removes_only_what_a_run_writes(copy: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim.png"
    victim.write_bytes(b"dear to me")

    def point_elsewhere(content: dict[str, Any]) -> None:
        content["figures"] = ["../victim.png", "figures/../../victim.png", str(victim), 3]
        content["inputs"] = {"clusters": {"file": "../poles.csv"}, "x": {}}

    edit_manifest(copy, point_elsewhere)
    RunFolder.create(copy, build(tmp_path), overwrite=True)
    assert victim.exists()


def test_a_run_can_replace_the_folder_that_its_scenario_comes_from(copy: Path) -> None:
    model = EcosystemModel(copy / "scenario.toml", seed=8)
    folder = RunFolder.create(copy, model, 2, overwrite=True)
    model.run(2)
    folder.finish(model)
    assert load(copy).manifest["seed"] == 8
    assert replay(copy).months == 2


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    model = build(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="this is a file"):
        RunFolder.create(tmp_path / "file", model)
    with pytest.raises(OutputError, match="a part of the path is a file"):
        RunFolder.create(tmp_path / "file" / "below", model)


def test_an_input_that_is_gone(tmp_path: Path) -> None:
    model = build(tmp_path)
    (tmp_path / "poles.csv").unlink()
    with pytest.raises(OutputError, match=r"poles\.csv: the clusters file cannot be copied: No such file"):
        RunFolder.create(tmp_path / "run", model)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "not the folder of a run"),
        ("{", "not a manifest that can be read"),
        ("[]", "not the manifest of an ecosim run"),
        ('{"format": "ecosim run", "schema_version": 99, "status": "complete"}', "schema version 99"),
        ('{"format": "ecosim run", "schema_version": 1, "status": "done"}', "status = 'done'"),
        ('{"format": "ecosim run", "schema_version": 1, "status": "complete"}', "names no tables"),
    ],
)
def test_what_is_not_a_run_cannot_be_loaded(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(OutputError, match=message):
        load(tmp_path)
    with pytest.raises(OutputError, match="no such folder"):
        load(tmp_path / "nowhere")


def test_a_changed_or_missing_table_is_refused(copy: Path) -> None:
    months = pd.read_parquet(copy / "months.parquet")
    months["births_recombinant"] += 1
    months.to_parquet(copy / "months.parquet")
    with pytest.raises(OutputError, match=r"months\.parquet: not the table that the run wrote"):
        load(copy)
    (copy / "months.parquet").unlink()
    with pytest.raises(OutputError, match=r"months\.parquet: no such file"):
        load(copy)


# -- full disks -----------------------------------------------------------------------------------------------


def _break(monkeypatch: pytest.MonkeyPatch, at: str, number: int) -> None:
    """Let the sync of a file whose temporary name holds `at` fail, as a full disk does."""
    real = files.os.fsync

    def fsync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").resolve().name
        if at in name:
            raise OSError(number, "as simulated")
        real(descriptor)

    monkeypatch.setattr(files.os, "fsync", fsync)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds a file's name through /proc")
@pytest.mark.parametrize("at", [".months.parquet", ".bricks.parquet", ".births.png", ".report.html"])
def test_a_disk_that_fills_up_leaves_no_half_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    model = build(tmp_path)
    folder = RunFolder.create(tmp_path / "run", model, 3)
    model.run(3)
    _break(monkeypatch, at, errno.ENOSPC)
    with pytest.raises(OutputError, match=rf"{at[1:]}: cannot be written: the disk is full"):
        folder.finish(model)
    run = load(tmp_path / "run")
    assert run.status == "failed"
    assert "the disk is full" in run.manifest["reason"]
    assert not list((tmp_path / "run").rglob(".*"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds a file's name through /proc")
def test_a_disk_that_does_not_even_take_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(tmp_path)
    folder = RunFolder.create(tmp_path / "run", model, 3)
    model.run(3)
    _break(monkeypatch, ".part", errno.ENOSPC)
    with pytest.raises(OutputError, match="the disk is full"):
        folder.finish(model)
    assert load(tmp_path / "run").status == "running"
    with pytest.raises(OutputError, match=r"manifest\.json: cannot be written: the disk is full"):
        RunFolder.create(tmp_path / "other", model)
    assert not list((tmp_path / "other").iterdir())
    monkeypatch.undo()
    RunFolder.create(tmp_path / "other", model)


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match="run: cannot be written: permission denied"):
        RunFolder.create(tmp_path / "run", model)


def test_a_broken_report_does_not_pass_for_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(tmp_path)
    folder = RunFolder.create(tmp_path / "run", model, 2)
    model.run(2)
    monkeypatch.setattr("ecosim.report.make_report", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        folder.finish(model)
    assert load(tmp_path / "run").status == "failed"


# -- replay ---------------------------------------------------------------------------------------------------


def test_a_replay_is_identical(finished: tuple[Path, EcosystemModel], tmp_path: Path) -> None:
    folder, _ = finished
    seen: list[tuple[int, int]] = []
    again = replay(folder, progress=lambda played, wanted: seen.append((played, wanted)))
    assert seen == [(month, MONTHS) for month in range(1, MONTHS + 1)]
    assert (again.months, again.other_versions) == (MONTHS, ())
    assert "identical" in str(again)


def test_a_replay_needs_nothing_but_its_folder(finished: tuple[Path, EcosystemModel], tmp_path: Path) -> None:
    moved = Path(shutil.copytree(finished[0], tmp_path / "elsewhere"))
    assert str(finished[0]) not in (moved / "scenario.toml").read_text(encoding="utf-8")
    assert replay(moved).months == MONTHS


def test_a_replay_names_the_columns_that_differ(copy: Path) -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["fingerprint"]["bricks.position"] = "0" * 32
        content["versions"]["numpy"] = "1.0"

    edit_manifest(copy, spoil)
    with pytest.raises(ReplayError, match=r"differs in 1 of \d+ columns: bricks\.position\. .* numpy .* \(was 1\.0\)"):
        replay(copy)


def test_a_replay_with_another_seed_differs(copy: Path) -> None:
    edit_manifest(copy, lambda content: content.update(seed=8))
    with pytest.raises(ReplayError, match=r"columns: organisations\..* and \d+ more\. The versions are those"):
        replay(copy)


@pytest.mark.parametrize("name", ["inputs/clusters.csv", "scenario.toml"])
def test_a_replay_refuses_changed_inputs(copy: Path, name: str) -> None:
    (copy / name).write_text((copy / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(ReplayError, match="the file has changed since the run"):
        replay(copy)
    (copy / name).unlink()
    with pytest.raises(ReplayError, match="cannot be read: No such file"):
        replay(copy)


def test_a_replay_refuses_other_defaults(copy: Path) -> None:
    edit_manifest(copy, lambda content: content["parameters"]["medium"].update(meeting_rate=3.5))
    with pytest.raises(ReplayError, match=r"1 parameters another value .* medium\.meeting_rate = .* \(was 3\.5\)"):
        replay(copy)


class Holiday(Process):
    name = "holiday"

    def step(self, model: Any) -> None:
        pass


def test_a_run_with_rules_of_its_own_cannot_be_replayed_by_the_command(tmp_path: Path) -> None:
    model = EcosystemModel(seed=1, processes=with_process(Holiday()), **SMALL)
    folder = RunFolder.create(tmp_path / "run", model, 2)
    model.run(2)
    folder.finish(model)
    found = read_manifest(tmp_path / "run")
    assert found["custom_processes"] == ["holiday"]
    with pytest.raises(ReplayError, match=r"processes of its own \(holiday\)"):
        replay(tmp_path / "run")


def test_a_schedule_with_a_process_left_out_cannot_be_replayed_either(tmp_path: Path) -> None:
    from ecosim import core_schedule

    schedule = [process for process in core_schedule() if process.name != "forget"]
    model = EcosystemModel(seed=1, processes=schedule, **SMALL)
    folder = RunFolder.create(tmp_path / "run", model, 1)
    model.run(1)
    folder.finish(model)
    with pytest.raises(ReplayError, match="a schedule of its own"):
        replay(tmp_path / "run")


# -- society and economy --------------------------------------------------------------------------------------

ECONOMY = ("alliances", "memberships", "markets", "offers", "policies")


@pytest.fixture(scope="session")
def economy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, EcosystemModel]:
    """A complete run with everything on, not to be changed."""
    folder = tmp_path_factory.mktemp("economy") / "run"
    model = EcosystemModel(GREEN, seed=1)
    results = RunFolder.create(folder, model, MONTHS)
    model.run(MONTHS)
    results.finish(model)
    return folder, model


def test_tables_of_an_economy_come_back_as_they_were(economy: tuple[Path, EcosystemModel]) -> None:
    folder, model = economy
    run = load(folder)
    for name in ("months", "bricks", "organisations", *ECONOMY):
        frame = getattr(model, name)
        assert len(frame)
        pd.testing.assert_frame_equal(getattr(run, name), frame)
    assert {f"{name}.parquet" for name in ECONOMY} <= set(run.manifest["tables"])
    assert run.alliances["ended"].isna().any()
    assert run.alliances["ended"].notna().any()


def test_a_run_with_everything_on_replays(economy: tuple[Path, EcosystemModel]) -> None:
    found = read_manifest(economy[0])
    assert found["default_schedule"] is True
    assert found["custom_processes"] == []
    again = replay(economy[0])
    assert again.months == MONTHS
    assert "alliances.capital" in found["fingerprint"]


def test_a_core_schedule_with_mechanisms_on_is_a_schedule_of_its_own(tmp_path: Path) -> None:
    from ecosim import core_schedule

    model = EcosystemModel(GREEN, seed=1, processes=core_schedule())
    folder = RunFolder.create(tmp_path / "run", model, 1)
    model.run(1)
    folder.finish(model)
    assert read_manifest(tmp_path / "run")["custom_processes"] == []
    with pytest.raises(ReplayError, match="a schedule of its own"):
        replay(tmp_path / "run")


def test_a_run_without_the_economy_has_no_tables_of_it(finished: tuple[Path, EcosystemModel]) -> None:
    folder, model = finished
    run = load(folder)
    for name in ECONOMY:
        assert not (folder / f"{name}.parquet").exists()
        with pytest.raises(OutputError, match=f"had no economy and left no table of {name}"):
            getattr(run, name)
        assert len(getattr(model, name)) == 0
        assert len(getattr(model, name).columns) > 4


def test_a_run_without_the_economy_replaces_one_with_it(economy: tuple[Path, EcosystemModel], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(economy[0], tmp_path / "copy"))
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    RunFolder.create(folder, build(tmp_path), overwrite=True)
    names = {path.name for path in folder.iterdir() if path.is_file()}
    assert names == {"manifest.json", "scenario.toml", "notes.txt"}


def test_a_changed_table_of_the_economy_is_refused(economy: tuple[Path, EcosystemModel], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(economy[0], tmp_path / "copy"))
    (folder / "offers.parquet").write_bytes((folder / "markets.parquet").read_bytes())
    with pytest.raises(OutputError, match=r"offers\.parquet: not the table that the run wrote"):
        load(folder)


def test_tables_of_an_economy_tell_names(economy: tuple[Path, EcosystemModel]) -> None:
    _, model = economy
    state = model.state
    organisations, alliances = model.organisations, model.alliances
    firms = organisations[organisations["kind"] == "firm"]
    assert set(firms["stage"]) == {"design", "machining", "service"}
    assert set(organisations[organisations["kind"] == "lab"]["stage"]) == {""}
    assert organisations[organisations["kind"] == "lab"]["capital"].isna().all()
    assert firms["capital"].sum() == pytest.approx(state.organisations["capital"].sum())
    there = alliances[alliances["ended"].isna()]
    counts = firms["alliance"].value_counts()
    assert counts[there["name"]].tolist() == there["members"].tolist()
    assert there["employees"].sum() == pytest.approx(firms[firms["alliance"] != ""]["employees"].sum())
    assert there["equity"].sum() == pytest.approx(model.months["allied_equity"].iloc[-1])
    entered = organisations["founded"].notna()
    assert entered.sum() == model.months["entries"].sum() > 0
    memberships = model.memberships
    assert memberships["firm"].tolist() == [state.organisation_name(row) for row in memberships["firm_row"]]
    assert set(memberships["alliance"]) <= set(alliances["name"])
    joined = memberships["what"] == "joined"
    assert joined.sum() - (~joined).sum() == (firms["alliance"] != "").sum()
    offers = model.offers
    assert offers["withdrawn"].isna().sum() == organisations["offers"].sum() == model.months["offers_live"].iloc[-1]
    assert offers["adopters: China"].sum() > 0
    markets = model.markets.set_index("name")
    assert markets.loc["China", "sectors"] == "sector 1, sector 2"
    assert markets.loc["China", "frame_shift"] == pytest.approx(model.months["frame shift: China"].iloc[-1])
    policies = model.policies.set_index("name")
    assert policies["lever"].tolist() == ["assembly", "structuring", "training", "acculturation"]
    assert policies["barrier"].tolist() == ["assembly_loss", "structuring_cost", "skills_gap", ""]
    assert policies.loc["Training", "stage"] == "machining"
    assert policies["end"].isna().tolist() == [False, True, True, False]
    assert policies.loc["Year of France", ["market", "spent"]].tolist() == ["China", 250.0]
    assert policies["spent"].sum() == pytest.approx(model.months["policy_spending"].sum())


def test_months_hold_the_accounts_and_trust(economy: tuple[Path, EcosystemModel]) -> None:
    _, model = economy
    months = model.months
    flows = [name for name in ("core_sales", "offer_sales", "purchases", "wages", "gifts") if name in months]
    assert len(flows) == 5
    for name, values in (("revenue", months["revenue"]), ("spent: Training", months["spent: Training"])):
        assert values.tolist() == [row[name] for row in model.state.history.accounts]
    trust = months[["mean_trust", "effective_partners", "closure"]]
    assert trust.notna().all(axis=1).tolist() == [month in (0, 5, 11) for month in range(MONTHS)]
    assert not {"revenue", "mean_trust"} & set(EcosystemModel(seed=1, **SMALL).run(2).months)
