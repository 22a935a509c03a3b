"""What ``ecosim ablate`` does: plays the ablation, prints the table, leaves the files; says what an interrupt left."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.ablation import FULL, ablate, kept, mechanisms
from experiments.ablation_report import as_text, leave

if TYPE_CHECKING:
    from ecosim import Scenario

__all__ = ["command"]


def command(
    scenario: Scenario, seeds: int, months: int, workers: int | None, out: Path | None, quiet: bool
) -> int:  # fmt: skip
    """Run the ablation of a scenario with the seeds 0 to `seeds` − 1; return the exit code: 0 done, 1 interrupted."""
    planned = range(seeds)
    wanted = seeds * len([FULL, *mechanisms(scenario)])
    before = kept(scenario, planned, months, out)
    if before and not quiet:
        print(f"{before} of {wanted} runs are in {out} already", file=sys.stderr)
    try:
        table = ablate(scenario, planned, months, workers, out, "" if quiet else "ablate")
    except KeyboardInterrupt:
        if out is None:
            left = "no run is kept: with --out FOLDER they would be"
        else:
            done = kept(scenario, planned, months, out)
            left = f"{done} of {wanted} runs are in {out}; the same command goes on there"
        print(f"\necosim: interrupted; {left}", file=sys.stderr)
        return 1
    if out is not None:
        leave(table, scenario, months, out)
    if not quiet:
        print(as_text(table, scenario, months))
        if out is not None:
            print(f"Left in {out}: ablation.csv, ablation.json, ablation.md, ablation.png")
    return 0
