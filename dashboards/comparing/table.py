"""All runs of a comparison as CSV: one row per entry and seed, with all that is needed to play it again."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from dashboards.comparing.effects import played
from dashboards.comparing.entries import Entry, acted
from dashboards.comparing.work import Runs
from dashboards.setup import Setup

__all__ = ["as_csv"]

_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a text that begins like this for a formula


def as_csv(
    entries: Sequence[tuple[Entry, str]], seeds: Sequence[int], runs: Runs, outcomes: Sequence[str], version: str
) -> str:
    """Return the table.

    entries : with their names in the visitor's language; outcomes : columns, in the units of `experiments.outcomes`;
    empty where an outcome is not known; version : of the program
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    setup_columns = ("scenario", "world", "seed", "months", "assumptions", "dials_and_parameters", "levers", "ecosim")
    writer.writerow([*setup_columns, *outcomes])
    for entry, name in entries:
        if entry.scenario is None:
            continue
        for run in played(entry, seeds, runs):
            values = [run.outcomes.get(outcome, float("nan")) for outcome in outcomes]
            told = ["" if math.isnan(value) else f"{value:.10g}" for value in values]
            writer.writerow([
                _harmless(name), entry.setup.world, run.seed, entry.scenario.months, _values(entry.setup.assumptions),
                _values(acted(entry.setup)), _levers(entry.setup), version, *told,
            ])  # fmt: skip
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_RISKY) else text


def _values(values: Sequence[tuple[str, bool | int | float]]) -> str:
    return "; ".join(f"{path}={value!r}" for path, value in values)


def _levers(setup: Setup) -> str:
    return "; ".join(
        f"{name}: intensity={lever.intensity!r} start={lever.start} length={lever.length} budget={lever.budget}"
        for name, lever in setup.levers
    )
