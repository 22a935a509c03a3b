"""Collective intelligence: what an ecosystem makes beyond what its members make alone (mission, row 12).

``python -m experiments.collective SCENARIO [--seeds N] [--months M] [--out FOLDER]``

Three worlds under common random numbers: *together*, as the scenario has it; *unallied*, where organisations meet but
no alliance forms; *alone*, where nobody meets and nobody allies. The index is ``(together − alone) / together``.
A hybrid takes two organisations, so that alone none is born and its index is 1 by construction; what is not built in is
how much of turnover and jobs hangs on it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.paired import OUTCOMES, difference, per, run_cases
from experiments.statistics import mean_interval

if TYPE_CHECKING:
    from ecosim import Scenario

__all__ = ["conclude", "main", "run", "worlds"]

SHOWN = ("hybrids", "offer_sales", "revenue", "sme_revenue", "job_years", "employees", "sme_employees")


def worlds(scenario: Scenario) -> dict[str, Scenario]:
    """Return the three worlds of a scenario by name."""
    unallied = scenario.with_values({"mechanisms.alliances": False})
    return {"together": scenario, "unallied": unallied, "alone": unallied.with_values({"dials.medium_dial": 0.0})}


def run(
    scenario: Scenario, seeds: Sequence[int], months: int | None = None, workers: int | None = None
) -> pd.DataFrame:
    """Return one row per run: world (``case``), seed and outcomes."""
    return run_cases(worlds(scenario), seeds, months, workers, "collective")


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return, for each outcome, its mean together and alone, what is made together beyond alone (mean and 95 %
    interval), the index, and the part of the index that is due to alliances. An index is None where nothing is made.
    """  # fmt: skip
    together = table[table["case"] == "together"].set_index("seed").sort_index()
    beyond, allied = difference(table, "together", "alone"), difference(table, "together", "unallied")
    findings: dict[str, Any] = {}
    for name in SHOWN:
        if name not in table:
            continue
        index, part = per(beyond[name], together[name]), per(allied[name], together[name])
        findings[name] = {
            "what": f"{OUTCOMES[name].words} ({OUTCOMES[name].unit})",
            "together": round(float(together[name].mean()), 1),
            "alone": round(float((together[name] - beyond[name]).mean()), 1),
            "beyond": [round(value, 1) for value in mean_interval(beyond[name].to_numpy())],
            "index": None if index is None else [round(value, 4) for value in index],
            "of which alliances": None if part is None else [round(value, 4) for value in part],
        }
    return findings


def main(arguments: list[str] | None = None) -> None:
    """Run the experiment on a scenario, print the index, leave ``collective.csv`` and ``collective.json``."""
    from ecosim import EcosimError, Scenario

    parser = argparse.ArgumentParser(prog="python -m experiments.collective", description="Collective intelligence.")
    parser.add_argument("scenario", help="name of a shipped scenario, or a .toml file")
    parser.add_argument("--seeds", type=int, default=20, help="runs of each world (default 20)")
    parser.add_argument("--months", type=int, help="months to play (default: as the scenario says)")
    parser.add_argument("--workers", type=int, help="processes (default: one per processor)")
    parser.add_argument("--out", type=Path, help="folder for the table and the findings")
    chosen = parser.parse_args(arguments)
    if chosen.seeds < 2 or (chosen.months is not None and chosen.months < 1):
        parser.error("--seeds: at least 2 are needed for an interval; --months: at least 1")
    try:
        scenario = Scenario.load(chosen.scenario)
    except EcosimError as problem:
        parser.error(str(problem))
    table = run(scenario, range(chosen.seeds), chosen.months, chosen.workers)
    findings = conclude(table)
    if chosen.out is not None:
        chosen.out.mkdir(parents=True, exist_ok=True)
        table.to_csv(chosen.out / "collective.csv", index=False)
        (chosen.out / "collective.json").write_text(json.dumps(findings, indent=1, ensure_ascii=False) + "\n")
    print(f"{scenario.title}: what is made together, {chosen.seeds} seeds")
    print(f"{'':38} {'together':>12} {'alone':>12}  {'index [95 %]':>22}  {'of which alliances':>22}")
    for found in findings.values():
        shares = [
            "–" if found[key] is None else "{:.3f} [{:.3f}, {:.3f}]".format(*found[key])
            for key in ("index", "of which alliances")
        ]
        means = f"{found['together']:12,.0f} {found['alone']:12,.0f}"
        print(f"{found['what']:38} {means}  {shares[0]:>22}  {shares[1]:>22}")


if __name__ == "__main__":
    main()
