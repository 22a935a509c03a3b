"""A study from TOML. Refuses what it does not know, naming the file, the key, what was got and what is allowed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecosim.errors import ParameterError, StudyError, nearest_name
from ecosim.files import read_text, sha256
from ecosim.parameters import find_declaration
from ecosim.scenario import Scenario
from experiments.outcomes import OUTCOMES
from experiments.reading.checks import check_study
from experiments.reading.tables import factor_tables, flat, merged, number, refuse_unknown, texts, typed, whole
from experiments.study.factors import LEVER, SCENARIO, Factor, assumptions, make_factor, own_value
from experiments.study.study import AnalysisSpec, DesignSpec, ReplicatesSpec, StepsSpec, Study

__all__ = ["load_study", "ready_studies", "study_from_table"]

_KEYS = (
    "name", "title", "question", "scenario", "run", "months", "seed", "outcomes", "run_seconds", "values", "levers",
    "factors", "assumptions", "design", "replicates", "steps", "analysis", "quick",
)  # fmt: skip
_DEFAULT_OUTCOMES = ("hybrids", "recombinant", "late_births", "emerged", "emergence_month")


def ready_studies() -> dict[str, Path]:
    """Return the studies that ship with the package, by name."""
    folder = Path(__file__).parent.parent / "studies"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_study(source: str | Path, quick: bool = False) -> Study:
    """Return a ready study by name, or one from a TOML file; see `Study.load`."""
    ready = ready_studies()
    name = str(source)
    path = ready[name] if name in ready else Path(source)
    if name not in ready and not path.suffix and not path.exists():
        raise StudyError(
            f"no study {name!r}{nearest_name(name, ready)}; ready are {', '.join(ready)}; or give a .toml file"
        )
    try:
        table = tomllib.loads(read_text(path, StudyError, "a .toml file"))
    except tomllib.TOMLDecodeError as problem:
        raise StudyError(f"{path}: not valid TOML: {problem}") from None
    return study_from_table(table, path.parent, str(path), quick)


def study_from_table(
    table: Mapping[str, Any], folder: Path = Path(), where: str = "study", quick: bool = False,
    scenarios: Mapping[str, Scenario] | None = None,
) -> Study:  # fmt: skip
    """Return the study that a table (parsed TOML) describes; names of files in it are relative to `folder`.

    quick : the small version: what the table's ``quick`` says goes over the rest
    scenarios : by the name that the study gives them, for a caller that has read them already

    Raises
    ------
    StudyError
        For anything that is unknown, missing or not allowed; ScenarioError and ParameterError for a scenario or a
        fixed value that is wrong.
    """
    refuse_unknown(table, _KEYS, where)
    own = bool(typed(table, "run", str, "module:function", where, ""))
    named = str if own else _full_name
    smaller = typed(table, "quick", dict, "a table", where, {})
    refuse_unknown(smaller, [key for key in _KEYS if key not in ("name", "quick", "run")], f"{where}: quick")
    if quick:
        if not smaller:
            raise StudyError(f"{where}: there is no quick version: the file has no table [quick]")
        table = merged(table, smaller, where, named)
    name = typed(table, "name", str, "a text", where, "study")
    if not name.strip():
        raise StudyError(f"{where}: name = {name!r}: allowed is a text that is not empty")
    run = typed(table, "run", str, "module:function", where, "")
    if run and not all(run.partition(":")):
        raise StudyError(f"{where}: run = {run!r}: allowed is module:function, such as my_models:play")
    values = flat(typed(table, "values", dict, "a table", where, {}), f"{where}: values", named)
    tables = factor_tables(typed(table, "factors", dict, "a table", where, {}), where, named)
    factors = [make_factor(path, item, where, own) for path, item in tables.items()]
    known = dict(scenarios or {})
    names = [str(level) for factor in factors if factor.path == SCENARIO for level in factor.levels]
    if SCENARIO in table and names:
        raise StudyError(f"{where}: allowed is either scenario = ..., or scenario among the factors")
    if own and (SCENARIO in table or names or "assumptions" in table or "steps" in table or "levers" in table):
        raise StudyError(f"{where}: a study with run = {run!r} has no scenario, levers, assumptions or steps")
    scenario = None
    if own:
        values = {path: own_value(value, f"{where}: values.{path}") for path, value in values.items()}
    else:
        place = f"{where}: values"
        checked = {path: find_declaration(path, place).check(value, place) for path, value in values.items()}
        given = typed(table, "scenario", str, "the name of a scenario or a .toml file", where, "three-ingredients")
        loaded = {
            level: (known[level] if level in known else _scenario(level, folder)).with_values(checked)
            for level in (names or [given])
        }
        scenario, scenarios = (None, loaded) if names else (loaded[given], {})
        base = scenario or next(iter(loaded.values()))
        for factor in factors:
            if factor.path in checked:
                raise StudyError(f"{where}: {factor.path} is among both the factors and the values")
        factors += _assumed(table, base, (*checked, *(factor.path for factor in factors)), where)
    if not factors:
        raise StudyError(f"{where}: no factors: a study varies something")
    study = Study(
        name=name,
        title=typed(table, "title", str, "a text", where, name),
        question=typed(table, "question", str, "a text", where, ""),
        factors=tuple(factors),
        outcomes=_outcomes(table, own, where),
        scenario=scenario,
        scenarios=dict(scenarios or {}) if names else {},
        run=run,
        values=values if own else {},
        months=whole(table, "months", 1, 100_000, where, None),
        seed=whole(table, "seed", 0, 2**62, where, 1) or 0,
        lever_start=_levers(table, factors, where),
        design=_design(table, folder, where),
        replicates=_replicates(table, where),
        steps=_steps(table, where),
        analyses=_analyses(table, where),
        run_seconds=number(table, "run_seconds", 0.01, 1e7, where, 3600.0),
        quick=quick,
        folder=folder,
    )
    check_study(study, where)
    return study


# -- parts ----------------------------------------------------------------------------------------------------


def _scenario(name: str, folder: Path) -> Scenario:
    beside = folder / name
    return Scenario.load(beside if name.endswith(".toml") and beside.exists() else name)


def _full_name(path: str) -> str:
    """Return ``group.name`` of a parameter that is given by its bare name, so that no two names are one thing."""
    try:
        return find_declaration(path).path
    except ParameterError:  # a lever, the scenario, or a mistake that is answered where it is used
        return path


def _assumed(table: Mapping[str, Any], base: Scenario, settled: tuple[str, ...], where: str) -> list[Factor]:
    """Return the assumptions as factors, but for those that the study varies or fixes itself."""
    if "assumptions" not in table:
        return []
    place = f"{where}: assumptions"
    chosen = typed(table, "assumptions", dict, "a table", where)
    refuse_unknown(chosen, ("groups", "span", "leave_out"), place)
    defaults = {f"{g}.{n}": value for g, group in base.parameters.to_dict().items() for n, value in group.items()}
    groups = texts(chosen, "groups", place, tuple(base.parameters.to_dict()))
    leave_out = (*texts(chosen, "leave_out", place, ()), *(path for path in settled if path in defaults))
    return assumptions(defaults, groups, number(chosen, "span", 0.001, 1.0, place, 0.5), leave_out, place)


def _outcomes(table: Mapping[str, Any], own: bool, where: str) -> tuple[str, ...]:
    found = texts(table, "outcomes", where, () if own else _DEFAULT_OUTCOMES)
    if not found:
        raise StudyError(f"{where}: outcomes: at least one must be named")
    for name in found:
        if not own and name not in OUTCOMES:
            hint = nearest_name(name, OUTCOMES)
            raise StudyError(f"{where}: outcomes: unknown {name!r}{hint}; allowed are {', '.join(OUTCOMES)}")
    if len(set(found)) < len(found):
        raise StudyError(f"{where}: outcomes: one is there twice")
    return found


def _levers(table: Mapping[str, Any], factors: list[Factor], where: str) -> int:
    chosen = typed(table, "levers", dict, "a table", where, {})
    refuse_unknown(chosen, ("start",), f"{where}: levers")
    if chosen and not any(factor.path.startswith(LEVER) for factor in factors):
        raise StudyError(f"{where}: levers: no factor is a lever")
    return whole(chosen, "start", 0, 100_000, f"{where}: levers", 0) or 0


def _design(table: Mapping[str, Any], folder: Path, where: str) -> DesignSpec:
    chosen = dict(typed(table, "design", dict, "a table", where, {}))
    method = typed(chosen, "method", str, "the name of a design", f"{where}: design", "factorial")
    chosen.pop("method", None)
    file = chosen.get("file")
    if isinstance(file, str) and (folder / file).is_file():
        chosen["sha256"] = sha256(folder / file)  # other points are another study
    return DesignSpec(method, chosen)


def _replicates(table: Mapping[str, Any], where: str) -> ReplicatesSpec:
    place = f"{where}: replicates"
    chosen = table.get("replicates", {})
    if isinstance(chosen, int) and not isinstance(chosen, bool):
        chosen = {"number": chosen}
    if not isinstance(chosen, dict):
        raise StudyError(f"{place} = {chosen!r}: allowed is a whole number or a table")
    refuse_unknown(chosen, ("number", "outcome", "half_width", "relative", "maximum", "budget", "contrast"), place)
    spec = ReplicatesSpec(
        whole(chosen, "number", 1, 10_000_000, place, 10) or 1,
        typed(chosen, "outcome", str, "the name of an outcome", place, ""),
        number(chosen, "half_width", 0.0, 1e300, place, 0.0),
        number(chosen, "relative", 0.0, 10.0, place, 0.0),
        whole(chosen, "maximum", 2, 10_000_000, place, 1000) or 2,
        whole(chosen, "budget", 0, 10**9, place, 0) or 0,
        -1 if "contrast" not in chosen else whole(chosen, "contrast", 0, 10**9, place, 0) or 0,
    )
    if spec.sequential != bool(spec.half_width or spec.relative) or (spec.half_width and spec.relative):
        raise StudyError(f"{place}: a stopping rule needs an outcome and either half_width or relative, above 0")
    if not spec.sequential and any(key in chosen for key in ("maximum", "budget", "contrast")):
        raise StudyError(f"{place}: maximum, budget and contrast go with a stopping rule (outcome and half_width)")
    if spec.sequential and not 2 <= spec.number <= spec.maximum:
        raise StudyError(f"{place}: number = {spec.number}: allowed is 2 to maximum = {spec.maximum}")
    return spec


def _steps(table: Mapping[str, Any], where: str) -> StepsSpec:
    chosen = typed(table, "steps", dict, "a table", where, {})
    refuse_unknown(chosen, ("columns", "every"), f"{where}: steps")
    columns = texts(chosen, "columns", f"{where}: steps", ())
    return StepsSpec(columns, whole(chosen, "every", 1, 1200, f"{where}: steps", 1) or 1)


def _analyses(table: Mapping[str, Any], where: str) -> tuple[AnalysisSpec, ...]:
    rows = typed(table, "analysis", list, "an array of tables", where, [])
    found = []
    for index, row in enumerate(rows):
        place = f"{where}: analysis[{index}]"
        if not isinstance(row, dict):
            raise StudyError(f"{place} = {row!r}: allowed is a table")
        kind = typed(row, "kind", str, "the name of an analysis", place)
        found.append(AnalysisSpec(kind, {key: value for key, value in row.items() if key != "kind"}))
    return tuple(found)
