"""The benchmarks measure what they say: the loop in C plays the same months bit for bit, the twin in plain Mesa the
same in distribution. No timing is asserted.
"""

from __future__ import annotations

import ctypes
import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from ecosim import bench
from ecosim.bench import core, fresh, society, timing
from ecosim.bench.ecosystems import core_rules, generated, plain_run
from ecosim.bench.loop import LoopInC, NoCompilerError, build_loop, core_with_loop
from ecosim.bench.plain_mesa import Brick, PlainModel
from ecosim.errors import OutputError, ParameterError
from ecosim.kernels.hybridise import TALLY
from ecosim.model import EcosystemModel
from ecosim.scenario import Scenario
from ecosim.specs import AttractorSpec

SMALL = {
    "population.firms": 54,
    "population.labs": 6,
    "population.clusters": 4,
    "diversity.sectors": 3,
    "record.reproduction_every": 0,
}
MONTHS = 24
SEEDS = 24
LIMIT = 4.5  # standard errors; ten numbers in each of six scenarios: by chance in less than one run in 2,000


@dataclass
class Case:
    """A small scenario, and what must happen in it for agreement to mean anything."""

    values: dict[str, Any]
    happens: tuple[str, ...]
    attractors: tuple[AttractorSpec, ...] = field(default=())

    @property
    def scenario(self) -> Scenario:
        return Scenario(attractors=self.attractors).with_values(SMALL | self.values)


CASES = {
    "strong drive": Case(
        {"latent.base_drive": 0.3, "medium.transmissibility": 0.1},
        ("incremental", "spontaneous", "recombinant", "copies"),
    ),
    "a dozen that try the same pairs again and again": Case(
        {
            "population.firms": 10,
            "population.labs": 2,
            "population.clusters": 2,
            "knowledge.core_size": 3,
            "knowledge.forgetting": 2.0,
            "latent.base_drive": 0.2,
            "medium.meeting_rate": 10.0,
        },
        ("spontaneous", "forgotten"),
    ),
    "small portfolios": Case(
        {"latent.base_drive": 0.3, "knowledge.capacity": 12, "medium.transmissibility": 0.3}, ("evicted", "copies")
    ),
    "seeded, distance does not matter": Case(
        {
            "latent.base_drive": 0.15,
            "latent.seeded_share": 0.4,
            "latent.spontaneous": False,
            "diversity.distance_matters": False,
            "medium.transmissibility": 0.2,
        },
        ("recombinant", "copies", "forgotten"),
    ),
    "attractors": Case(
        {"dials.attractor_dial": 0.8, "labs.creation_rate": 0.2},
        ("spontaneous", "recombinant", "created"),
        (
            AttractorSpec("idea", "idea", 1.5, ("sector 1", "sector 2"), width=0.5, start=2, end=9),
            AttractorSpec("concept", "concept", 0.5, ("sector 2", "sector 3"), start=4),
            AttractorSpec("fair", "encounter", 0.5, ("sector 1", "sector 3"), width=1.0, boost=4.0, start=6, end=14),
        ),
    ),
    "bridges half open, barriers high": Case(
        {
            "latent.base_drive": 0.8,
            "latent.barrier_scale": 3.0,
            "medium.bridge_openness": 0.5,
            "medium.bridge_share": 1.0,
            "medium.bridge_degree": 6.0,
            "medium.meeting_rate": 4.0,
            "diversity.openness": 0.7,
        },
        ("recombinant", "incremental"),
    ),
}


# -- the loop in C --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    try:
        return build_loop(tmp_path_factory.mktemp("loop"))
    except NoCompilerError as problem:
        pytest.skip(str(problem))


@pytest.mark.parametrize(
    "scenario",
    [
        *(pytest.param(case.scenario, id=name) for name, case in CASES.items()),
        pytest.param(Scenario().with_values(SMALL | {"medium.meeting_rate": 0.0}), id="nobody meets"),
        pytest.param(Scenario().with_values(SMALL | {"medium.meeting_rate": 30.0}), id="many meetings"),
        pytest.param(
            Scenario().with_values(SMALL | {"clusters.encounters_per_year": 6.0, "knowledge.dimensions": 2}),
            id="encounters of clusters",
        ),
        pytest.param(generated(5_000).with_values({"latent.base_drive": 0.1}), id="5,000 organisations"),
    ],
)
def test_the_loop_in_c_plays_the_same_months_bit_for_bit(scenario: Scenario, library: ctypes.CDLL) -> None:
    compiled = EcosystemModel(scenario, seed=7, processes=plain_run())
    in_c = EcosystemModel(scenario, seed=7, processes=core_with_loop(plain_run(), LoopInC(library)))
    assert [process.name for process in in_c.processes] == ["attract", "loop in C", "create", "record"]
    for model in (compiled, in_c):
        model.run(MONTHS)
    assert in_c.state.fingerprint() == compiled.state.fingerprint()
    for name in (*TALLY, "spontaneous_bridge", "recombinant_cluster"):
        assert np.array_equal(in_c.state.history.column(name), compiled.state.history.column(name)), name
    assert np.array_equal(in_c.state.cohort_offspring, compiled.state.cohort_offspring)
    assert set(in_c.state.spent.table) == set(compiled.state.spent.table)
    assert in_c.state.spent.count == compiled.state.spent.count


def test_another_rate_of_forgetting_would_be_seen(library: ctypes.CDLL) -> None:
    scenario = CASES["strong drive"].scenario
    loop = LoopInC(library)
    in_c = EcosystemModel(scenario, seed=7, processes=core_with_loop(core_rules(), loop))
    compiled = EcosystemModel(scenario.with_values({"knowledge.forgetting": 0.05}), seed=7, processes=core_rules())
    for model in (compiled, in_c):
        model.run(MONTHS)
    assert in_c.state.fingerprint() != compiled.state.fingerprint()


def test_without_a_compiler_the_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecosim.bench.loop.shutil.which", lambda _: None)
    found = core.against_c(40, 1)
    assert found["value"] is None
    assert found["met"] is None
    assert "no C compiler" in found["detail"]


# -- the twin in plain Mesa -----------------------------------------------------------------------------------


def _tallies(scenario: Scenario, break_it: Callable[[PlainModel], None] | None = None) -> dict[str, np.ndarray]:
    """Return, per tally, what the compiled model and the twin count over all months: float64 (SEEDS, 2)."""
    found = {name: np.zeros((SEEDS, 2)) for name in TALLY}
    for seed in range(SEEDS):
        with EcosystemModel(scenario, seed=seed, processes=plain_run()) as model:
            model.run(MONTHS)
            compiled = {name: model.state.history.column(name).sum() for name in TALLY}
        plain = PlainModel(scenario, seed=seed, run=1000 + seed)
        if break_it is not None:
            break_it(plain)
        for _ in range(MONTHS):
            plain.step()
        for name in TALLY:
            found[name][seed] = compiled[name], plain.tally[name]
    return found


def _z(pairs: np.ndarray) -> float:
    """Return the mean difference in standard errors; both play the same worlds of month 0, so they are paired."""
    difference = pairs[:, 0] - pairs[:, 1]
    error = difference.std(ddof=1) / math.sqrt(len(difference))
    return float(difference.mean() / error) if error > 0 else float(np.any(difference != 0)) * math.inf


@pytest.mark.parametrize("name", CASES)
def test_plain_mesa_agrees_in_distribution(name: str) -> None:
    case = CASES[name]
    found = _tallies(case.scenario)
    for tally in case.happens:
        assert found[tally].mean() > 10, f"{tally}: too few for a comparison to mean much"
    away = {tally: round(_z(pairs), 2) for tally, pairs in found.items() if np.any(pairs)}
    assert all(abs(z) < LIMIT for z in away.values()), away


def _double_transmissibility(plain: PlainModel) -> None:
    plain.transmissibility *= 2


def _forget_barriers(plain: PlainModel) -> None:
    """Barriers drawn anew in every trial: what quenching is there to prevent."""

    class NoMemory(dict[tuple[int, int], float]):
        def __setitem__(self, key: tuple[int, int], value: float) -> None:
            pass

    plain.barriers = NoMemory()


def _fall_back_on_the_core(plain: PlainModel) -> None:
    """A full portfolio that refuses what is new."""
    for organisation in plain.organisations:
        accept = organisation.acquire

        def acquire(
            brick: Brick, portfolio: list[Brick] = organisation.portfolio, accept: Callable[[Brick], None] = accept
        ) -> None:
            if len(portfolio) < plain.capacity:
                accept(brick)

        organisation.acquire = acquire  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("name", "break_it", "seen_in"),
    [
        ("strong drive", _double_transmissibility, "copies"),
        ("a dozen that try the same pairs again and again", _forget_barriers, "spontaneous"),
        ("small portfolios", _fall_back_on_the_core, "evicted"),
    ],
)
def test_a_broken_twin_is_found_out(name: str, break_it: Callable[[PlainModel], None], seen_in: str) -> None:
    assert abs(_z(_tallies(CASES[name].scenario, break_it)[seen_in])) > LIMIT


def test_the_twin_keeps_the_rules_that_a_count_does_not_show() -> None:
    plain = PlainModel(CASES["small portfolios"].scenario, seed=3)
    cores = [organisation.portfolio[: plain.core] for organisation in plain.organisations]
    for _ in range(MONTHS):
        plain.step()
    assert plain.tally["evicted"] > 0
    for organisation, basic in zip(plain.organisations, cores, strict=True):
        portfolio = organisation.portfolio
        assert len(portfolio) <= plain.capacity
        assert all(brick.generation == 0 for brick in portfolio[: plain.core])
        assert all(len(brick.sectors) > 1 for brick in portfolio[plain.core :])
        if type(organisation).__name__ == "Firm":
            assert portfolio[: plain.core] == basic
    hybrids = {brick for one in plain.organisations for brick in one.portfolio if brick.generation}
    pairs = Counter(frozenset(parent.number for parent in brick.parents) for brick in hybrids)
    assert max(pairs.values()) == 1, "a pair of bricks is spent once realised"


def test_the_twin_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="encounters"):
        PlainModel(Scenario().with_values(SMALL | {"clusters.encounters_per_year": 1.0}), seed=1)


# -- the measurements -----------------------------------------------------------------------------------------


def _rows() -> list[timing.Row]:
    return [
        core.against_mesa("tiny", generated(60), blocks=2, months=3, warm_up=1),
        core.against_c(60, 3, warm_up=1),
        *core.meeting_rows([40, 80], months=1, warm_up=1),
        *core.recording_rows(600, 3),
        *fresh.memory_rows(300),
        *society.society_rows(600, warm_up=2, rounds=2),
    ]


def test_rows_are_complete_and_plain() -> None:
    rows = _rows()
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names) == 12
    for row in rows:
        assert set(row) == {"name", "value", "unit", "bar", "met", "detail"}
        assert "DIFFER" not in row["detail"]
        if row["value"] is not None:
            assert math.isfinite(row["value"])
        assert (row["met"] is None) == (row["value"] is None or not row["bar"])
    assert json.loads(json.dumps(rows)) == rows
    console = Console(width=200, record=True)
    console.print(bench.table(rows))
    text = console.export_text()
    assert all(name.split(",")[0] in text for name in names)


def test_a_missed_bar_says_so() -> None:
    slow = timing.row("speed", 12.0, "×", ("≥", 100.0), "")
    assert slow["met"] is False
    assert timing.row("speed", 100.0, "×", ("≥", 100.0), "")["met"] is True
    assert timing.row("growth", 4.0, "×", ("<", 4.0), "")["met"] is False
    assert timing.row("time", 1.5, "×", ("≤", 1.5), "")["met"] is True
    console = Console(width=100, record=True)
    console.print(bench.table([slow]))
    assert "NO" in console.export_text()


def test_start_is_measured_in_fresh_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """With stand-ins for the two programs: the true ones compile for ten seconds."""
    monkeypatch.setattr(
        fresh, "_MONTH", "import os; print(9.0 if not os.listdir(os.environ['NUMBA_CACHE_DIR']) else 2)"
    )
    monkeypatch.setattr(fresh, "_MESA", "print(1.5)")
    compilation, start, help_row = fresh.start_rows(1)
    assert compilation["value"] == 0.0  # both start with an empty folder here
    assert start["value"] == 7.5
    assert start["met"] is False
    assert help_row["name"] == "ecosim --help"


def test_a_process_that_fails_is_a_skipped_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh.sys, "executable", "/bin/false")
    assert all(row["met"] is None and "skipped" in row["detail"] for row in fresh.memory_rows(10))


def test_kernels_are_put_back_after_they_were_watched() -> None:
    from ecosim.processes import meet

    before = dict(vars(meet))
    core.against_c(40, 1, warm_up=1)
    assert dict(vars(meet)) == before


# -- the command ----------------------------------------------------------------------------------------------


def test_benchmarks_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    row = timing.row("speed", 120.0, "×", ("≥", 100.0), "of what")
    monkeypatch.setattr(bench, "BENCHMARKS", {"core": lambda quick: {row["name"]: row}})
    target = tmp_path / "figures.json"
    bench.run_benchmarks(["core"], target, quick=True)
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["core"] == {"speed": row}
    assert found["machine"]["mesa"]
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]
    with pytest.raises(OutputError, match="nowhere"):
        bench.run_benchmarks(["core"], tmp_path / "nowhere" / "figures.json")


def test_an_unknown_benchmark_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"'cor'.*core"):
        bench.run_benchmarks(["cor"])
