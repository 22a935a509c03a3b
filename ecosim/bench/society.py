"""What society and economy cost: a month of the flagship with everything on against a month of its core."""

from __future__ import annotations

import time
from collections import defaultdict

from ecosim.bench.fresh import command_rows
from ecosim.bench.timing import Row, alternate, median, row
from ecosim.model import EcosystemModel
from ecosim.scenario import Scenario

__all__ = ["run_society", "society_rows"]

MILLI = 1e3
_COST_BAR = ("≤", 2.0)


def run_society(quick: bool = False) -> dict[str, Row]:
    """Measure everything; `quick` takes a tenth of France and fewer months. Rows by their names."""
    rows = society_rows(10 if quick else 1, 24 if quick else 96, 3 if quick else 5)
    return {found["name"]: found for found in [*rows, *command_rows(12 if quick else 120)]}


def society_rows(shrink: int, warm_up: int, rounds: int) -> list[Row]:
    """Return what society and economy cost beside the core, and which processes cost most.

    Parameters
    ----------
    shrink : play one in so many of France's firms, laboratories and clusters
    warm_up : months that are played first, so that alliances and offers are there
    rounds : half-years that are timed in each world, in turns
    """
    usual = Scenario.load("france-clusters").with_values({"record.reproduction_every": 0})
    population = usual.parameters.population
    small = {
        "population.firms": population.firms // shrink,
        "population.labs": population.labs // shrink,
        "population.clusters": max(population.clusters // shrink, len(_named(usual))),
    }
    everything = usual.with_values(small)
    off = {f"mechanisms.{name}": False for name in usual.parameters.to_dict()["mechanisms"]}
    worlds = {
        "core": EcosystemModel(everything.with_values(off), seed=1),
        "everything": EcosystemModel(everything, seed=1),
    }
    spent: dict[str, float] = defaultdict(float)
    for model in worlds.values():
        model.run(warm_up)

    def half_year(name: str) -> float:
        """Play six months; return the mean time of a month, s of this thread."""
        model, began = worlds[name], time.thread_time()
        for _ in range(6):
            model.steps += 1
            for process in model.processes:
                before = time.thread_time()
                process.step(model)
                if name == "everything":
                    spent[process.name] += time.thread_time() - before
            model.state.month += 1
        return (time.thread_time() - began) / 6

    found = alternate({name: lambda name=name: half_year(name) for name in worlds}, rounds)  # type: ignore[misc]
    core, everything_on = median(found["core"]), median(found["everything"])
    organisations = len(worlds["core"].state.organisations)
    total = sum(spent.values())
    dearest = sorted(spent, key=lambda name: -spent[name])[:8]
    shares = ", ".join(f"{name} {100 * spent[name] / total:.0f} %" for name in dearest)
    where = f"{organisations:,} organisations, months {warm_up} to {warm_up + 6 * rounds}, medians of {rounds} in turns"
    for model in worlds.values():
        model.close()
    return [
        row("society and economy beside the core", everything_on / core - 1.0, "×", _COST_BAR,
            f"a month {MILLI * everything_on:.1f} ms with everything, {MILLI * core:.1f} ms of the core; {where}"),
        row("a month with everything on", MILLI * everything_on, "ms", None, shares),
    ]  # fmt: skip


def _named(scenario: Scenario) -> tuple[object, ...]:
    from ecosim.inputs import resolve

    return resolve(scenario).clusters
