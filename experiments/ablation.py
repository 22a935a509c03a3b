"""Ablation: a scenario with each mechanism off in turn, under common random numbers, and what each contributes.

Runs are kept as they come in ``ablation.csv``: a study that was cut short goes on where it stopped. What the table says
depends on the runs alone, not on how many processes played them or in how many sittings. `experiments.ablation_report`
puts it into words and pictures.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.paired import OUTCOMES, difference, play
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval

if TYPE_CHECKING:
    from ecosim import Scenario

__all__ = ["FULL", "SHOWN", "ablate", "contributions", "kept", "mechanisms", "scenario_hash"]

FULL = "full"  # the run with everything that the scenario has
SHOWN = ("hybrids", "r_theoretical", "revenue", "job_years")
"""What is shown of each mechanism, as far as the scenario has it; the CSV holds all outcomes."""
RELATIVE = ("hybrids", "revenue", "job_years")  # as a share of the full run; R is a number of its own
TABLE = "ablation.csv"
BOOKED = ("revenue", "job_years")  # without the life of firms nothing is booked and nobody is hired: not comparable
_KEYS = ("scenario", "case", "seed")


def mechanisms(scenario: Scenario) -> dict[str, Scenario]:
    """Return the scenario with one thing off, by the name of that thing: only what is there can be turned off.

    The mechanisms that are on, then those of the core, then each policy by itself. A layer that is closed leaves its
    meetings to the others, for shares are of all meetings.
    """
    parameters = scenario.parameters
    values: dict[str, dict[str, Any]] = {}
    for field in dataclasses.fields(parameters.mechanisms):
        if getattr(parameters.mechanisms, field.name):
            values[field.name.replace("_", " ")] = {f"mechanisms.{field.name}": False}
    if not (scenario.policies or scenario.acculturations):
        values.pop("policies", None)
    medium = parameters.medium
    encounters = parameters.clusters.encounters_per_year > 0
    others = medium.cluster_share + medium.bridge_share + medium.science_share
    for name, there, off in (
        ("attractors", bool(scenario.attractors or encounters), {"dials.attractor_dial": 0.0}),
        ("cognitive distance", parameters.diversity.distance_matters, {"diversity.distance_matters": False}),
        ("copying", medium.transmissibility > 0, {"medium.transmissibility": 0.0}),
        ("forgetting", parameters.knowledge.forgetting > 0, {"knowledge.forgetting": 0.0}),
        ("labs", parameters.labs.creation_rate > 0, {"labs.creation_rate": 0.0}),
        ("bridges", medium.bridge_openness > 0 and medium.bridge_share > 0, {"medium.bridge_openness": 0.0}),
        ("digital layer", medium.digital_share > 0 and others > 0, {"medium.digital_share": 0.0}),
    ):
        if there:
            values[name] = off
    cases = {name: scenario.with_values(off) for name, off in values.items()}
    if parameters.mechanisms.policies:
        for index, policy in enumerate(scenario.policies):
            rest = scenario.policies[:index] + scenario.policies[index + 1 :]
            cases[f"policy: {policy.name}"] = dataclasses.replace(scenario, policies=rest)
    return cases


def scenario_hash(scenario: Scenario, months: int) -> str:
    """Return 16 hexadecimal digits that stand for all that a run depends on but its seed: the scenario with its
    parameters and input files, the months, and the source of the package.
    """  # fmt: skip
    import ecosim

    files = dict.fromkeys(("clusters_file", "organisations_file", "ties_file"))  # what is in them counts, not where
    plain = {**dataclasses.asdict(scenario), **files}
    digest = hashlib.sha256(json.dumps([plain, months], sort_keys=True, default=str).encode())
    for role, path in sorted(scenario.input_files.items()):
        digest.update(role.encode() + path.read_bytes())
    folder = Path(ecosim.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def ablate(
    scenario: Scenario, seeds: Sequence[int], months: int | None = None, workers: int | None = None,
    out: Path | None = None, label: str = "",
) -> pd.DataFrame:  # fmt: skip
    """Play the full run and each ablation for every seed; return one row per run: case, seed and outcomes.

    out : folder whose ``ablation.csv`` keeps every run as it comes; runs that are there already, of the same scenario
    and the same code, are not played again. Other rows stay as they are.

    Raises
    ------
    OutputError
        When ``ablation.csv`` is another kind of table, or the folder cannot be written.
    """
    planned = scenario.months if months is None else months
    digest = scenario_hash(scenario, planned)
    cases = {FULL: scenario, **mechanisms(scenario)}
    jobs = [
        {"scenario": chosen, "case": case, "seed": seed, "months": planned}
        for seed in seeds
        for case, chosen in cases.items()
    ]
    if out is None:
        rows = [_row(job, digest) for job in run_many(play, jobs, workers, label)]
    else:
        path = out / TABLE
        known = {(row["case"], row["seed"]): row for row in _read(path) if row["scenario"] == digest}
        missing = [job for job in jobs if (job["case"], job["seed"]) not in known]
        if missing:
            with _appending(path, scenario) as append:
                for job in run_many(play, missing, workers, label, each=lambda job: append(_row(job, digest))):
                    known[job["case"], job["seed"]] = _row(job, digest)
        rows = [known[job["case"], job["seed"]] for job in jobs]
    return pd.DataFrame(rows).drop(columns="scenario")


def kept(scenario: Scenario, seeds: Sequence[int], months: int, out: Path | None) -> int:
    """Return how many runs of an ablation are in a folder already."""
    if out is None:
        return 0
    digest, chosen = scenario_hash(scenario, months), set(seeds)
    return sum(row["scenario"] == digest and row["seed"] in chosen for row in _read(out / TABLE))


def _row(job: Mapping[str, Any], digest: str) -> dict[str, Any]:
    return {"scenario": digest, "case": job["case"], "seed": job["seed"]} | {
        name: job[name] for name in OUTCOMES if name in job
    }


def _names(scenario: Scenario) -> list[str]:
    """Return the outcomes of the full run, in order: an ablation may lack some."""
    economy = scenario.parameters.mechanisms.economy
    return [name for index, name in enumerate(OUTCOMES) if economy or index < list(OUTCOMES).index("revenue")]


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the rows of an earlier table; a last line that was cut short is left out."""
    from ecosim.errors import OutputError

    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    reader = csv.DictReader([line for line in lines if line.endswith("\n")])
    if not set(_KEYS) <= set(reader.fieldnames or ()):
        raise OutputError(f"{path}: not the table of an ablation: give another folder")
    return [
        {
            name: text if name in ("scenario", "case") else int(text) if name == "seed" else float(text)
            for name, text in row.items()
            if text != ""
        }
        for row in reader
    ]


@contextmanager
def _appending(path: Path, scenario: Scenario) -> Iterator[Any]:
    """Open the table to add rows, a line at a time; the header is written where it is new."""
    from ecosim.errors import OutputError

    header = [*_KEYS, *_names(scenario)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old and old.splitlines()[0] != ",".join(header):
            raise OutputError(f"{path}: has other columns, those of another scenario or version: give another folder")
        with path.open("w" if not old else "a", encoding="utf-8", newline="") as file:
            if old and not old.endswith("\n"):  # its last line was cut short
                file.truncate(len(old[: old.rfind("\n") + 1].encode()))
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            if not old:
                writer.writeheader()

            def append(row: Mapping[str, Any]) -> None:
                writer.writerow({name: _text(value) for name, value in row.items()})
                file.flush()

            yield append
    except OSError as problem:
        raise OutputError(f"{path}: cannot be written ({problem.strerror or problem})") from None


def _text(value: Any) -> Any:
    return repr(value) if isinstance(value, float) else value


def contributions(table: pd.DataFrame) -> pd.DataFrame:
    """Return what each mechanism contributes: the full run minus the run without it, mean and 95 % interval.

    One row per mechanism and outcome of `SHOWN`: mechanism, outcome, unit, full (mean of the full run), estimate, low,
    high, seeds. In % of the full run for hybrids, turnover and employment; R as it is. Only seeds for which both runs
    are there and finite count; −∞ where R is infinite without the mechanism (copies alone sustain a hybrid), NaN where
    nothing is known, as turnover without the life of firms.
    """
    rows = []
    whole = table[table["case"] == FULL].set_index("seed").sort_index()
    for case in table["case"].unique():
        if case == FULL:
            continue
        lost = difference(table, FULL, case)
        for name in SHOWN:
            if name not in table:
                continue
            if case == "firm life" and name in BOOKED:
                lost[name] = np.nan
            change = lost[name].replace([np.inf, -np.inf], np.nan).dropna()
            base = whole.loc[change.index, name]
            full = float(base.mean()) if len(change) else math.nan
            relative = name in RELATIVE
            if len(change) == 0:
                unknown = -math.inf if np.isneginf(lost[name]).any() else math.nan
                estimate, low, high = unknown, unknown, unknown
            elif relative:
                estimate, low, high = _percent(change.to_numpy(), base.to_numpy())
            else:
                estimate, low, high = mean_interval(change.to_numpy())
            rows.append(
                {
                    "mechanism": case, "outcome": name, "unit": "% of full" if relative else OUTCOMES[name].unit,
                    "full": full, "estimate": estimate, "low": low, "high": high, "seeds": len(change),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _percent(part: Any, whole: Any) -> Interval:
    """Return ``100 Σ part / Σ whole`` with its 95 % interval: the ratio estimator (Cochran 1977, section 6.4) with
    Student's quantile, which few seeds need.
    """  # fmt: skip
    if whole.sum() == 0:
        return Interval(math.nan, math.nan, math.nan)
    ratio = part.sum() / whole.sum()
    _, low, high = mean_interval((part - ratio * whole) / whole.mean())
    return Interval(*(float(100.0 * (ratio + error)) for error in (0.0, low, high)))
