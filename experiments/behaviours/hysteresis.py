"""Hysteresis: what stays of a market's pulse years after it ended, with society and economy on and off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.behaviours.drawing import COLOURS, DASHES, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval

QUESTION = "What persists six to eight years after an attractor has ended, with society and economy on and off?"
MONTHS, START, END, STRENGTH, WIDTH = 180, 60, 84, 0.15, 0.8
LATE = slice(MONTHS - 24, MONTHS)
ALL_ON = (
    "trust", "alliances", "value_chain", "markets", "frames", "users", "firm_life", "exits", "startups",
)  # fmt: skip
# What is on: nothing (the core), everything, everything but one.
WORLDS: dict[str, tuple[str, ...]] = {
    "off": (),
    "on": ALL_ON,
    "on without trust": tuple(name for name in ALL_ON if name != "trust"),
    "on without alliances": tuple(name for name in ALL_ON if name != "alliances"),
    "on without start-ups": tuple(name for name in ALL_ON if name != "startups"),
}
FIGURES = ("revenue", "employees", "allied_firms", "firms")


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return births of hybrids month by month and, with the economy, its figures in the last two years."""
    from dataclasses import replace

    from ecosim import AttractorSpec, EcosystemModel, Scenario

    scenario = Scenario.load("three-ingredients")
    sectors = scenario.attractors[0].sectors
    market = AttractorSpec("A market", "market", STRENGTH, sectors, width=WIDTH, start=START, end=END)
    played = replace(scenario, attractors=(market,) if job["pulse"] else ())
    on = dict.fromkeys(WORLDS[job["world"]], True)
    with EcosystemModel(played, seed=job["seed"], reproduction_every=0, **on) as model:
        history = model.run(MONTHS).state.history
        births = history.column("spontaneous") + history.column("recombinant")
        found: dict[str, Any] = {f"births_{month}": int(value) for month, value in enumerate(births)}
        for name in FIGURES:
            found[name] = float(np.mean(history.account(name)[LATE])) if history.accounts else float("nan")
    return found


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: world, pulse or not, seed."""
    seeds = 4 if quick else 40
    worlds = ("off", "on") if quick else tuple(WORLDS)
    jobs = [
        {"world": world, "pulse": pulse, "seed": seed}
        for seed in range(seeds)
        for world in worlds
        for pulse in (True, False)
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "hysteresis"))


def births(table: pd.DataFrame, world: str, pulse: bool) -> Any:
    """Return births per month, int64 (seeds, months)."""
    rows = table[(table["world"] == world) & (table["pulse"] == pulse)].sort_values("seed")
    return rows[[f"births_{month}" for month in range(MONTHS)]].to_numpy()


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return what is left of the pulse, by world: paired differences to the run without attractor, 95 % intervals."""
    findings: dict[str, Any] = {}
    for world in table["world"].unique():
        late = births(table, world, True)[:, LATE].sum(axis=1) - births(table, world, False)[:, LATE].sum(axis=1)
        during = births(table, world, True)[:, START:END].sum(axis=1).mean()
        left = mean_interval(late)
        findings[f"{world}: hybrids born in the last two years, pulse minus none"] = [round(float(x), 2) for x in left]
        findings[f"{world}: as a share of those born in the two years of the pulse"] = [
            round(float(x) / max(during, 1e-9), 4) for x in left
        ]
        findings[f"{world}: something persists"] = left.low > 0
        for name in FIGURES:
            pairs = [
                table[(table["world"] == world) & (table["pulse"] == pulse)].sort_values("seed")[name].to_numpy()
                for pulse in (True, False)
            ]
            if world != "off":
                change = mean_interval(100.0 * (pairs[0] - pairs[1]) / np.maximum(pairs[1], 1.0))
                words = f"{world}: {name.replace('_', ' ')} in the last two years, pulse minus none"
                if name == "allied_firms":
                    findings[words] = [round(float(x), 1) for x in mean_interval(pairs[0] - pairs[1])]
                else:
                    findings[f"{words} (%)"] = [round(float(x), 2) for x in change]
    return findings


def draw(table: pd.DataFrame) -> Figure:
    """Return births per month minus those of the run without attractor, by world, mean and 95 % interval."""
    figure, axis = new_figure(width=8)
    month = np.arange(MONTHS)
    for index, world in enumerate(table["world"].unique()):
        values = births(table, world, True) - births(table, world, False)
        mean = values.mean(axis=0)
        error = 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(values))
        words = f"society and economy {world}"
        axis.plot(month, mean, color=COLOURS[index], linestyle=DASHES[index], label=words, linewidth=1.5)
        if world in ("off", "on"):
            axis.fill_between(month, mean - error, mean + error, color=COLOURS[index], alpha=0.2, linewidth=0)
    axis.axvspan(START, END, color="#999999", alpha=0.2, linewidth=0)
    axis.set_yscale("symlog", linthresh=1)
    axis.set_xlim(0, MONTHS)
    axis.set_xlabel("month (shaded: the market attractor is there)")
    axis.set_ylabel("hybrids born per month, more than without it\n(1,000 organisations at the beginning)")
    axis.set_title("What stays when the attractor has gone")
    axis.legend(frameon=False)
    return figure
