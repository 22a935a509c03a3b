"""What was varied, looked at, fixed and played, as plain data: numbers already in words, tables as rows. No HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import tomlkit

from ecosim.parameters import find_declaration
from experiments.outcomes import OUTCOMES
from experiments.study.writing import study_table
from experiments.words import amount, command, duration, json_ready, number

if TYPE_CHECKING:
    from ecosim.scenario import Scenario
    from experiments.store import Results
    from experiments.study import Factor, Study
    from experiments.sweep_report.endings import Progress

__all__ = ["study_facts", "study_toml"]

_DESIGNS = {
    "factorial": "every combination of levels (full factorial)",
    "lhs": "Latin hypercube: points that fill the space evenly along every factor",
    "sobol": "Sobol’ sequence: points that fill the space evenly",
    "saltelli": "Saltelli’s sample, for Sobol’ indices",
    "morris": "Morris’ trajectories, for elementary effects (screening)",
    "screened": "Morris’ screening of all factors, then Saltelli’s sample of those that matter",
    "oat": "one factor at a time, from a base point",
    "points": "points from a table",
    "contrasts": "a base point, and policies set against it",
    "boundary": "active search for where emergence begins: each round goes where it is least certain",
    "mixes": "search for the best mixes of levers (NSGA-II)",
}
_LONG = 12  # levels that are listed


def study_facts(results: Results, found: Progress, folder: str) -> dict[str, Any]:
    """Return what the page says of the study and of how it was played; `folder` as commands name it."""
    study, manifest = results.study, results.folder.manifest
    versions = [(name, version) for name, version in manifest["versions"].items() if version]
    return {
        "title": study.title or study.name,
        "question": [part.strip() for part in study.question.split("\n\n") if part.strip()],
        "quick": study.quick,
        "created": str(manifest.get("created", "")),
        "factors": _table(
            "What was varied", ("factor", "values", "scale", "unit", "what it is"),
            [_factor_row(factor) for factor in study.factors],
        ),
        "outcomes": _table(
            "What was looked at in every run", ("outcome", "what it is", "unit"),
            [_outcome_row(study, name) for name in study.outcomes],
        ),
        "fixed": _fixed(study),
        "played": _played(results, found),
        "made": [
            ("Manifest", results.hash), ("Played by", str(manifest["model"])),
            ("Commit", manifest.get("commit") or "not known (not in a checkout)"),
            ("Versions", ", ".join(f"{name} {version}" for name, version in versions)),
            ("Begun", str(manifest.get("created", ""))),
        ],
        "earlier": [str(item.get("study", {}).get("name", "")) for item in manifest.get("earlier", [])],
        "scenarios": [_scenario(scenario) for scenario in _scenarios(study)],
        "toml": study_toml(results),
        "scenario_levels": bool(study.scenarios),
        "commands": [
            ("goes on with the sweep, if anything is left to play", command("sweep", folder)),
            ("makes this page again", command("report", folder)),
            ("plays the first run again and compares it, bit by bit", command("replay", folder, "0/0")),
            ("plays the study below again elsewhere", command("sweep", f"{folder}/study.toml", "--out", "again")),
        ],
    }  # fmt: skip


def study_toml(results: Results) -> str:
    """Return the study as TOML that plays the same when it is saved in the sweep's folder.

    Its scenario is the copy that the folder keeps, which has the study's fixed values. Where the scenario is a factor,
    scenarios go by their names, and fixed values are in the copies only.
    """
    study = results.study
    table = json_ready(study_table(study))
    kept = results.folder.manifest.get("scenarios", {})
    if study.scenario is not None and study.scenario.name in kept:
        table["scenario"] = kept[study.scenario.name]["file"]
    order = ("name", "title", "question", "scenario", "run", "months", "seed", "outcomes", "run_seconds")
    plain = {key: table[key] for key in order if table.get(key) not in (None, "")}
    rest = {key: item for key, item in table.items() if key not in order and item not in ({}, [])}
    return tomlkit.dumps({**plain, **rest})


# -- tables ---------------------------------------------------------------------------------------------------


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    return {
        "caption": caption, "columns": list(columns), "rows": rows, "numeric": [False] * len(columns), "left_out": 0,
    }  # fmt: skip


def _factor_row(factor: Factor) -> tuple[str, ...]:
    if factor.levels:
        shown = ", ".join(number(level) for level in factor.levels[:_LONG])
        more = f" … ({len(factor.levels)} in all)" if len(factor.levels) > _LONG else ""
        values, scale = f"{shown}{more}", "levels"
    else:
        values = f"{number(factor.low)} to {number(factor.high)}"
        scale = {"log": "logarithmic"}.get(factor.scale, factor.scale) + (", whole numbers" if factor.whole else "")
    return factor.path, values, scale, factor.unit or "–", factor.words or "–"


def _outcome_row(study: Study, name: str) -> tuple[str, ...]:
    if study.run:
        return name, f"as {study.run} returns it", "–"
    found = OUTCOMES[name]
    return name, found.words + (" (unknown in some runs)" if found.unknown else ""), found.unit


def _scenarios(study: Study) -> list[Scenario]:
    return [study.scenario] if study.scenario is not None else list(study.scenarios.values())


def _scenario(scenario: Scenario) -> dict[str, Any]:
    policies = [f"{policy.name} ({policy.lever})" for policy in scenario.policies]
    return {
        "name": scenario.name, "title": scenario.title, "story": scenario.story,
        "attractors": ", ".join(attractor.name for attractor in scenario.attractors), "policies": ", ".join(policies),
    }  # fmt: skip


def _fixed(study: Study) -> dict[str, Any] | None:
    """Return what is fixed at another value than its default, None for nothing."""
    if study.run:
        rows = [(name, number(value), "–", "–", "–") for name, value in study.values.items()]
    else:
        scenarios, rows = _scenarios(study), []
        several = len(scenarios) > 1
        for scenario in scenarios:
            for group, values in scenario.parameters.changed().items():
                for name, value in values.items():
                    path = f"{group}.{name}"
                    if path in study.paths:
                        continue
                    item = find_declaration(path, "")
                    shown = f"{path} ({scenario.name})" if several else path
                    rows.append((shown, number(value), number(item.default), item.unit or "–", item.english))
    caption = "Fixed at other values than the defaults, by the scenario or by the study"
    return _table(caption, ("parameter", "value", "default", "unit", "what it is"), rows) if rows else None


def _played(results: Results, found: Progress) -> list[tuple[str, str]]:
    """Return how it was played, as (name, words)."""
    study, runs = results.study, results.runs
    options = ", ".join(f"{key} = {number(value)}" for key, value in study.design.options.items())
    method = study.design.method
    design = f"{_DESIGNS.get(method, method)}{f'; {options}' if options else ''}"
    low, high = found.replicates
    most = results.folder.most
    rule = study.replicates
    replicates = amount(low, "replicate") if low == high else f"{number(low)} to {amount(high, 'replicate')}"
    stopping = ""
    if rule.sequential:
        goal = f"{number(100 * rule.relative)} % of the mean" if rule.relative else number(rule.half_width)
        against = "" if rule.contrast < 0 else f" of the difference to point {rule.contrast}"
        stopping = f"; more until the 95 % half-width of {rule.outcome}{against} is {goal}, {rule.maximum} at most"
        stopping += f", {amount(rule.budget, 'run')} in all" if rule.budget else ""
    months = "as each scenario says" if study.months is None and len(study.scenarios) > 1 else ""
    if not months:
        scenarios = _scenarios(study)
        many = study.months if study.months is not None else scenarios[0].months if scenarios else None
        months = "the study's own function decides" if many is None else amount(many, "month")
    seconds = runs["seconds"].dropna()
    first, last = study.seed, study.seed + most - 1
    played = [
        ("Design", design),
        ("Points", f"{number(len(results.points))}, in {amount(results.folder.round, 'round')}"),
        ("Replicates", f"{replicates} of each point{stopping}"),
        ("Seeds", f"{first} to {last}, the same at every point" if last > first else f"{first} at every point"),
        ("Runs", f"{number(found.committed)} of {number(found.asked)} asked for"),
        ("Months", months),
    ]
    if study.run:
        played.append(("Run function", study.run))
    if study.lever_start:
        played.append(("Levers", f"pulled from month {study.lever_start} on"))
    if study.steps.columns:
        every = f" every {study.steps.every} months" if study.steps.every > 1 else " every month"
        played.append(("Kept by month", ", ".join(study.steps.columns) + every))
    if len(seconds):
        ends = [float(seconds.quantile(q)) for q in (0.05, 0.95)]
        each = f"{duration(float(seconds.mean()))} a run (5 to 95 %: {duration(ends[0])} to {duration(ends[1])})"
        played.append(("Time", f"{each}, {duration(float(seconds.sum()))} of one processor in all"))
    return played
