"""The benchmarks of sweeps measure what they say. No timing is asserted; times that are given in have known answers."""

from __future__ import annotations

import json
import math
import multiprocessing
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ecosim import EcosystemModel, bench
from ecosim.bench import timing
from ecosim.bench.plain_mesa import PlainModel
from ecosim.cli import app
from ecosim.errors import ParameterError
from experiments import benchmark, sweep
from experiments.benchmark import bare, clocks, memory, overhead, runs, storing, throughput
from experiments.benchmark.clocks import Swept, steady
from experiments.benchmark.mesa_batch import BatchModel, batch
from experiments.outcomes import measured
from experiments.reading import study_from_table
from experiments.store.schema import write_part
from experiments.study import Study

MONTHS = 30  # the attractor of three-ingredients opens in month 24
TAU = 0.4


def _complete(rows: list[timing.Row]) -> None:
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        assert set(row) == {"name", "value", "unit", "bar", "met", "detail"}
        assert row["value"] is None or math.isfinite(row["value"])
    assert json.loads(json.dumps(rows)) == rows


# -- the command ----------------------------------------------------------------------------------------------


def test_a_layer_above_adds_its_benchmarks(tmp_path: Path) -> None:
    row = timing.row("overhead", 3.0, "%", ("≤", 5.0), "of what")
    bench.run_benchmarks(["sweep"], tmp_path / "f.json", True, {**bench.BENCHMARKS, "sweep": lambda quick: {"o": row}})
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert found["sweep"] == {"o": row}
    assert found["machine"]["pyarrow"]
    with pytest.raises(ParameterError, match=r"'sweep'.*allowed are core, society$"):
        bench.run_benchmarks(["sweep"])


def test_the_command_knows_the_benchmark_of_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def run_sweep(quick: bool) -> dict[str, timing.Row]:
        asked.append(quick)
        return {}

    monkeypatch.setattr(benchmark, "run_sweep", run_sweep)
    assert CliRunner().invoke(app, ["bench", "sweep", "--quick"]).exit_code == 0
    assert asked == [True]
    refused = CliRunner().invoke(app, ["bench", "swep"])
    assert isinstance(refused.exception, ParameterError)
    assert "did you mean" in str(refused.exception).lower()
    assert "sweep" in str(refused.exception)


def test_a_part_that_cannot_be_measured_says_why_and_the_others_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> list[timing.Row]:
        raise RuntimeError("one of two workers")

    def fine(*_: Any, **__: Any) -> list[timing.Row]:
        return [timing.row("a figure", 1.0, "s", None, "")]

    monkeypatch.setattr(overhead, "overhead_rows", broken)
    for module, name in ((memory, "memory_rows"), (throughput, "throughput_rows"), (storing, "storing_rows")):
        monkeypatch.setattr(module, name, fine)
    found = benchmark.run_sweep(quick=True)
    assert found["overhead of a sweep"]["value"] is None
    assert "one of two workers" in found["overhead of a sweep"]["detail"]
    assert found["a figure"]["value"] == 1.0
    _complete(list(found.values()))


# -- what is played -------------------------------------------------------------------------------------------


def test_the_timed_study_the_models_and_the_bare_loop_play_the_same_runs(tmp_path: Path) -> None:
    frames = {
        kind: sweep(runs.study(kind, 3, 2, MONTHS), tmp_path / kind, workers=1).good for kind in ("model", "timed")
    }
    for name in runs.OUTCOMES:
        assert frames["timed"][name].tolist() == frames["model"][name].tolist()
    assert frames["model"]["hybrids"].sum() > 0
    for row in frames["model"].to_dict("records"):
        values = {"medium.transmissibility": row["medium.transmissibility"]}
        by_hand = runs.by_hand("timed", values, row["seed"], MONTHS)
        assert {name: row[name] for name in runs.OUTCOMES} == by_hand
    assert len(EcosystemModel(runs.small(), seed=1).state.organisations) == 200


def test_bare_loops_play_what_they_are_told_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with bare.BareLoops("busy", 3, 1) as loops:
        played = loops.play(0, 2)
        assert played.processor > 0.009  # s, of 10 ms: a run was played, whatever the machine
        assert played.elapsed > 0
        for loop in loops._loops:
            loop.kill()
            loop.wait()
        with pytest.raises(RuntimeError, match=r"bare loop ended"):
            loops.play(0, 1)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match=r"bare loop ended"):
        bare.BareLoops("busy", 3, 1)


# -- the clock ------------------------------------------------------------------------------------------------


def _runs(ended: dict[int, list[float]], cost: float = 0.5) -> pd.DataFrame:
    rows = [
        {"process": process, "ended": when, "processor": 7.0 + cost * number}
        for process, times in ended.items()
        for number, when in enumerate(times)
    ]
    return pd.DataFrame(rows).sample(frac=1.0, random_state=1)


def _steady(count: int, every: float, cost: float) -> pd.DataFrame:
    """Runs of two workers in turns: one ends every so many seconds, and each costs so much."""
    return pd.DataFrame([{"process": n % 2, "ended": every * n, "processor": cost * (n // 2)} for n in range(count)])


def test_only_the_time_when_all_are_at_work_counts() -> None:
    # the second worker starts late and ends late; of (4, 8] the first has 5, 6, 7, 8 and the second 6, 8
    found = steady(_runs({1: [1, 2, 3, 4, 5, 6, 7, 8], 2: [4, 6, 8, 10, 12]}), workers=2)
    assert (found.runs, found.elapsed) == (6, 4.0)
    assert found.processor == pytest.approx(0.5)
    assert found.per_run == pytest.approx(4.0 / 6.0)


@pytest.mark.parametrize(
    ("ended", "words"), [({1: [1, 2, 3]}, "1 of 2 workers"), ({1: [1, 2], 2: [3, 4]}, "never at work together")]
)
def test_workers_that_were_not_at_work_together_are_no_measurement(ended: dict[int, list[float]], words: str) -> None:
    with pytest.raises(RuntimeError, match=words):
        steady(_runs(ended), workers=2)


def test_a_sweep_of_two_workers_is_timed() -> None:
    found = clocks.swept("busy", 20, 15, 1, workers=2)
    assert len(found.runs) == 300
    at_work = steady(found.runs, workers=2)
    assert 2 <= at_work.runs <= 298
    assert at_work.processor > 0.0099
    assert found.elapsed > at_work.elapsed


def test_failed_runs_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Study:  # math.sqrt takes one number
        return study_from_table({
            "run": "math:sqrt", "outcomes": ["y"], "replicates": 2, "design": {"steps": 2},
            "factors": {"x": {"low": 0.0, "high": 1.0}},
        })  # fmt: skip

    monkeypatch.setattr(clocks, "study", fails)
    with pytest.raises(RuntimeError, match=r"0 of 4 runs(?s:.*)sqrt"):
        clocks.swept("busy", 2, 2, 1, workers=1)


def test_overhead_is_the_share_above_the_bare_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loops:
        def __init__(self, *_: Any) -> None: ...
        def __enter__(self) -> Loops:
            return self

        def __exit__(self, *_: object) -> None: ...
        def play(self, first: int, last: int) -> bare.Loop:
            return bare.Loop(elapsed=20 * (last - first) * 0.005, processor=0.0100)

    def swept(kind: str, points: int, replicates: int, months: int, workers: int) -> Swept:
        count = points * replicates
        return Swept(_steady(count, 0.0052, 0.0102), 1.0 + count * 0.0052, 0.5 + count * 0.0001)

    monkeypatch.setattr(overhead, "BareLoops", Loops)
    monkeypatch.setattr(overhead, "swept", swept)
    rows = overhead.overhead_rows(replicates=10, rounds=3)
    _complete(rows)
    assert [round(row["value"] or 0.0, 6) for row in rows] == [4.0, 3.0, 4.0, 3.0]  # 5.2 / 5.0, (10.2 + 0.1) / 10.0
    assert all(row["met"] for row in rows)
    assert "not counted, 1.00 s; the bare loops had 100 % of 2 processors" in rows[0]["detail"]
    assert "costs 200 µs more in a worker and 100 µs in the parent" in rows[1]["detail"]


# -- Mesa's batch_run -----------------------------------------------------------------------------------------


def _played(replicate: int, transmissibility: float = TAU) -> BatchModel:
    model = BatchModel(transmissibility, replicate, MONTHS)
    while model.running:
        model.step()
    return model


def test_the_batch_model_plays_the_twins_months_and_counts_what_the_twin_counts() -> None:
    model = _played(2)
    twin = PlainModel(runs.small().with_values({"medium.transmissibility": TAU}), seed=runs.SEED + 2)
    recombinants = []
    for _ in range(MONTHS):
        before = twin.tally["recombinant"]
        twin.step()
        recombinants.append(twin.tally["recombinant"] - before)
    assert model.tally == twin.tally
    assert model.month == model.steps == MONTHS
    assert model.outcomes["hybrids"] == twin.tally["spontaneous"] + twin.tally["recombinant"] == model.born.sum() > 0
    assert model.outcomes["late_births"] == pytest.approx(sum(recombinants[-12:]) / 200)
    assert model.offspring.sum() == pytest.approx(twin.tally["recombinant"])
    assert twin.tally["recombinant"] > 20


@pytest.mark.parametrize("transmissibility", [0.05, 0.5])
def test_emergence_is_that_of_the_outcomes(transmissibility: float) -> None:
    """The history of a run of the model, put into the twin, gives the outcomes of the model."""
    scenario = runs.small().with_values({"medium.transmissibility": transmissibility})
    with EcosystemModel(scenario, seed=3) as played:
        played.run(120)
        model, history = BatchModel(transmissibility, 2, 120), played.state.history
        model.recombinants = history.column("recombinant").astype(float)
        model.born = model.recombinants + history.column("spontaneous")
        model.offspring = played.state.cohort_offspring[:120]
        for name in ("recombinant", "spontaneous", "carried", "meetings"):
            model.tally[name] = int(history.column(name).sum())
        assert model.measured() == pytest.approx(measured(played, runs.OUTCOMES))
        # cohort R is not known of hybrids that hardly dwindle: both branches are seen
        assert model.measured()["emerged"] == float(transmissibility < 0.1)


def test_batch_run_gives_a_row_a_run_and_leaves_the_interpreter_as_it_was() -> None:
    before = multiprocessing.get_start_method(allow_none=True)
    found = pd.DataFrame(batch([0.1, TAU], 2, MONTHS, processes=1))
    assert multiprocessing.get_start_method(allow_none=True) == before
    assert sorted(zip(found["transmissibility"], found["replicate"], strict=True)) == [
        (0.1, 0), (0.1, 1), (TAU, 0), (TAU, 1),
    ]  # fmt: skip
    row = found[(found["transmissibility"] == TAU) & (found["replicate"] == 1)].iloc[0]
    alone = _played(1).outcomes
    assert {name: row[name] for name in runs.OUTCOMES} == {name: alone[name] for name in runs.OUTCOMES}
    assert found["ended"].is_monotonic_increasing


def test_throughput_is_the_ratio_of_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    def batched(values: list[float], replicates: int, months: int, processes: int) -> list[dict[str, Any]]:
        return _steady(len(values) * replicates, 0.5, 0.9).to_dict("records")

    def swept(kind: str, points: int, replicates: int, months: int, workers: int) -> Swept:
        return Swept(_steady(100, 0.01, 0.02), 3.0, 0.1)

    monkeypatch.setattr(throughput, "batch", batched)
    monkeypatch.setattr(throughput, "swept", swept)
    rows = throughput.throughput_rows(ours=20, mesa=4, rounds=1, months=2)
    _complete(rows)
    assert rows[0]["value"] == pytest.approx(50.0)  # 100 runs/s against 2
    monkeypatch.setattr(throughput, "batch", lambda *a: batched(*a)[1:])
    with pytest.raises(RuntimeError, match="19 rows of 20"):
        throughput.throughput_rows(ours=20, mesa=4, rounds=1, months=2)


# -- memory ---------------------------------------------------------------------------------------------------


def test_memory_is_measured_in_processes_of_their_own() -> None:
    found = memory._in_a_process("trivial", 60)
    assert isinstance(found, dict), found
    assert (found["runs"], found["failed"]) == (60, 0)
    assert found["peak"] >= found["before"] > 10e6
    assert found["worker"] > 10e6
    assert found["growth"] >= 0


def test_memory_rows_compare_the_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_a_process(kind: str, count: int) -> dict[str, Any]:
        return {
            "before": 150e6, "peak": 200e6 + 60.0 * count, "worker": 180e6, "runs": count, "failed": 0,
            "seconds": 2.0 + count / 1e5, "at_a_tenth": 190e6, "growth": 5e6,
        }  # fmt: skip

    monkeypatch.setattr(memory, "_in_a_process", in_a_process)
    rows = [*memory.memory_rows(10_000, 1_010_000), *memory.long_rows(100_000)]
    _complete(rows)
    assert [row["value"] for row in rows] == pytest.approx([60.0, 1e5, 1e5 / 3.0, 5.0])
    assert [row["met"] for row in rows] == [False, None, None, True]
    assert "20 µs of a worker each" in rows[1]["detail"]


def test_a_process_that_fails_is_a_skipped_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    rows = [*memory.memory_rows(10, 20), *memory.long_rows(10)]
    assert all(row["value"] is None and "skipped" in row["detail"] for row in rows)


# -- the store ------------------------------------------------------------------------------------------------


def test_stored_months_are_all_there_whatever_the_settings(tmp_path: Path) -> None:
    study = storing._study(4)
    parts = list(storing.tables(study, 7, 5, part=3))
    assert [len(part) for part in parts] == [15, 15, 5]
    assert len(np.unique(np.concatenate([part["run"].to_numpy() for part in parts]))) == 7
    write_part(parts[0], tmp_path / "ours.parquet", study)
    storing._write_by_default(parts[0], tmp_path / "defaults.parquet")
    for name in ("ours", "defaults"):
        assert pq.read_table(tmp_path / f"{name}.parquet", partitioning=None).equals(parts[0])
    counts, wandering = parts[0]["column_0"].to_numpy(), parts[0]["column_1"].to_numpy()
    assert np.all(counts == np.round(counts))
    assert not np.any(wandering == np.round(wandering))


def test_store_rows_are_complete() -> None:
    rows = storing.storing_rows(runs=20, steps=6, columns=4)
    _complete(rows)
    assert len(rows) == 3
    assert all(row["value"] > 0 for row in rows if row["value"] is not None)
