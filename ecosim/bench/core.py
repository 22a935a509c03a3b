"""The core's speed, size and start: measured against plain Mesa, against C and against its own bars.

Every comparison takes turns within one run. The bars are those of the design; a bar that is missed is reported so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ecosim.bench.ecosystems import core_rules, france_scale, generated, plain_run, story
from ecosim.bench.fresh import memory_rows, start_rows
from ecosim.bench.loop import REPLACED, LoopInC, NoCompilerError, build_loop, core_with_loop
from ecosim.bench.plain_mesa import PlainModel
from ecosim.bench.timing import Row, alternate, compiled_calls, median, row, skipped, timed
from ecosim.model import EcosystemModel
from ecosim.processes import forget, hybridise, meet, propagate
from ecosim.scenario import Scenario

__all__ = ["against_c", "against_mesa", "meeting_rows", "recording_rows", "run_core"]

SIZES = (1_000, 10_000, 100_000, 1_000_000)
NANO = 1e9
MILLI = 1e3
_MESA_BAR = ("≥", 100.0)
_C_BAR = ("≤", 1.5)
_GROWTH_BAR = ("<", 4.0)
_RECORD_BAR = ("<", 5.0)


def run_core(sizes: Sequence[int] = SIZES, quick: bool = False) -> dict[str, Row]:
    """Measure everything.

    Parameters
    ----------
    sizes : numbers of organisations at which a meeting is timed; the largest one's memory is measured, too
    quick : fewer repetitions, and no size above 100,000: under 40 s instead of some minutes

    Returns
    -------
    rows by their names, see `ecosim.bench.timing.Row`
    """
    if quick:
        sizes = [size for size in sizes if size <= 100_000] or [min(sizes)]
    _compile()
    blocks = 2 if quick else 5
    rows = [
        against_mesa("a generated ecosystem", generated(1_000), blocks),
        against_mesa("a story with an attractor", story(), blocks),
        against_c(1_000, 40 if quick else 200),
        against_c(20_000 if quick else 60_000, 5 if quick else 15),
        *meeting_rows(sizes, 4 if quick else 8),
        *recording_rows(10 if quick else 1, 12 if quick else 36),
        *memory_rows(max(sizes)),
        *start_rows(2 if quick else 7),
    ]
    return {found["name"]: found for found in rows}


def _compile() -> None:
    """Play so lively an ecosystem, with R each month, that everything is compiled, or read from Numba's cache."""
    lively = generated(200).with_values({"latent.base_drive": 5.0, "record.reproduction_every": 1})
    with EcosystemModel(lively, seed=1) as model:
        model.run(6)
        model.state.spent.grow()


def against_mesa(what: str, scenario: Scenario, blocks: int, months: int = 24, warm_up: int = 2) -> Row:
    """Return how many times faster the model plays a month than its twin in plain Mesa (`plain_mesa`).

    They take turns, `blocks` times `months` months, of which the first `warm_up` are not counted: the other one has
    emptied the caches. The ratio is the median over the blocks.
    """
    with EcosystemModel(scenario, seed=1, processes=plain_run()) as model:
        plain = PlainModel(scenario, seed=1)

        def turn(play: Callable[[int], object]) -> float:
            play(warm_up)
            return timed(partial(play, months - warm_up)) / (months - warm_up)

        found = alternate({"ours": partial(turn, model.run), "mesa": partial(turn, partial(_play, plain))}, blocks)
        ratios = [mesa / ours for mesa, ours in zip(found["mesa"], found["ours"], strict=True)]
        meetings = model.state.history.column("meetings").mean()
    ours, mesa = median(found["ours"]), median(found["mesa"])
    detail = (
        f"a month takes {ours * MILLI:.3f} ms, in plain Mesa {mesa * MILLI:.2f} ms; a meeting "
        f"{ours / meetings * NANO:.0f} ns and {mesa / meetings * NANO:,.0f} ns; "
        f"{blocks} times {months} months, from {min(ratios):.0f} × to {max(ratios):.0f} ×"
    )
    return row(f"speed against plain Mesa, {what}", median(ratios), "×", _MESA_BAR, detail)


def _play(plain: PlainModel, months: int) -> None:
    for _ in range(months):
        plain.step()


def against_c(organisations: int, months: int, warm_up: int = 3) -> Row:
    """Return the time of the compiled functions of a month, as a multiple of the same loop's in C."""
    name = f"time against C, {organisations:,} organisations"
    scenario = generated(organisations)
    with tempfile.TemporaryDirectory() as folder:
        try:
            loop = LoopInC(build_loop(Path(folder)))
        except NoCompilerError as problem:
            return skipped(name, "×", _C_BAR, str(problem))
        ours = EcosystemModel(scenario, seed=1, processes=core_rules())
        other = EcosystemModel(scenario, seed=1, processes=core_with_loop(core_rules(), loop))
        with compiled_calls([meet, hybridise, propagate, forget]) as watch:
            steps: list[float] = []

            def in_python() -> float:
                before = watch.seconds
                steps.append(_step(ours, REPLACED))
                return watch.seconds - before

            def in_c() -> float:
                other.step()
                return loop.seconds

            turns: dict[str, Callable[[], float]] = {"ours": in_python, "c": in_c}
            alternate(turns, warm_up)
            steps.clear()
            found = alternate(turns, months)
    ratios = [a / b for a, b in zip(found["ours"], found["c"], strict=True)]
    whole = median([a / b for a, b in zip(steps, found["c"], strict=True)])
    detail = (
        f"meet, hybridise, propagate and forget take {median(found['ours']) * MILLI:.3f} ms a month, in C "
        f"{median(found['c']) * MILLI:.3f} ms; with what the processes prepare in Python {whole:.2f} × "
        f"(median of {months} months, in turns)"
    )
    equal = ours.state.fingerprint() == other.state.fingerprint()
    return row(name, median(ratios), "×", _C_BAR, detail if equal else f"RESULTS DIFFER; {detail}")


def _step(model: EcosystemModel, names: Sequence[str] | None = None) -> float:
    """Play one month; return the thread time of the processes of these names (None: of all)."""
    month = _step_by_process(model)
    return sum(seconds for name, seconds in month.items() if names is None or name in names)


def meeting_rows(sizes: Sequence[int], months: int, warm_up: int = 2) -> list[Row]:
    """Return the cost of a meeting at each size, and how much it grows from the first to the last.

    Months of the same age are measured at every size; small ecosystems are played with many seeds.
    """
    rows, costs = [], []
    for size in sizes:
        times: list[float] = []
        for seed in range(max(1, min(20, 100_000 // size))):
            with EcosystemModel(generated(size), seed=seed, processes=plain_run()) as model:
                model.run(warm_up)
                for _ in range(months):
                    seconds = _step(model)
                    times.append(seconds / max(int(model.state.history.recent("meetings", 1)[0]), 1))
        costs.append(median(times) * NANO)
        detail = f"months {warm_up} to {warm_up + months}, all of the core and record, median of {len(times)}"
        rows.append(row(f"cost of a meeting, {size:,} organisations", costs[-1], "ns", None, detail))
    detail = f"from {costs[0]:.0f} ns at {sizes[0]:,} to {costs[-1]:.0f} ns at {sizes[-1]:,} organisations"
    rows.append(row("growth of a meeting's cost", costs[-1] / costs[0], "×", _GROWTH_BAR, detail))
    return rows


def recording_rows(shrink: int, months: int) -> list[Row]:
    """Return what `record` adds to a run: the tallies of every month alone, and with R and all else once a year."""
    scenario = france_scale(shrink)
    tallies = scenario.with_values({"record.reproduction_every": 0})
    return [
        _recording_row("cost of recording, tallies", tallies, months),
        _recording_row("cost of recording, R each year", scenario, months),
    ]


def _recording_row(name: str, scenario: Scenario, months: int) -> Row:
    without = EcosystemModel(scenario, seed=1, processes=core_rules())
    recorded = EcosystemModel(scenario, seed=1, processes=plain_run())
    inside = 0.0

    def play_recorded() -> float:
        nonlocal inside
        month = _step_by_process(recorded)
        inside += month["record"]
        return sum(month.values())

    found = alternate({"without": partial(_step, without), "recorded": play_recorded}, months)
    plain, whole = sum(found["without"]), sum(found["recorded"])
    detail = (
        f"time inside record against that of all other rules, {months} months of {len(recorded.state.organisations):,} "
        f"organisations; the run took {whole:.3f} s with it, {plain:.3f} s without ({100 * (whole / plain - 1):+.1f} %)"
    )
    return row(name, 100 * inside / (whole - inside), "%", _RECORD_BAR, detail)


def _step_by_process(model: EcosystemModel) -> dict[str, float]:
    found = {process.name: timed(partial(process.step, model)) for process in model.processes}
    model.state.month += 1
    return found
