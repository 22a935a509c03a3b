"""What the parts of a study must satisfy together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecosim.errors import StudyError
from experiments.outcomes import OUTCOMES
from experiments.study.columns import check_columns
from experiments.study.factors import LEVER

if TYPE_CHECKING:
    from ecosim.parameters import Parameters
    from experiments.study.study import Study

__all__ = ["RESERVED", "check_study"]

RESERVED = ("run", "point", "replicate", "seed", "status", "seconds", "error", "round", "month")
"""Columns that every sweep's tables have: neither factors nor outcomes may be called so."""


def check_study(study: Study, where: str) -> None:
    """Raise StudyError when the parts of a study do not fit together."""
    from experiments.analysis import check_analysis
    from experiments.designs import check_design

    _check_names(study, where)
    if not study.run:
        _check_mechanisms(study, where)
    if study.replicates.sequential and study.replicates.outcome not in study.outcomes:
        raise StudyError(
            f"{where}: replicates: outcome = {study.replicates.outcome!r}: allowed is one of the study's outcomes: "
            f"{', '.join(study.outcomes)}"
        )
    check_design(study, where)
    for index, spec in enumerate(study.analyses):
        check_analysis(study, spec, f"{where}: analysis[{index}]")


def _check_names(study: Study, where: str) -> None:
    """Every factor and outcome is a column of one table, which SQL reads without regard to case."""
    seen: dict[str, str] = {}
    for kind, names in (("factors", study.paths), ("outcomes", study.outcomes)):
        for name in names:
            if not name or name.lower() in RESERVED or name.startswith(("design.", "_")):
                raise StudyError(
                    f"{where}: {kind}: {name!r}: allowed is any name but {', '.join(RESERVED)}, design.… and _…"
                )
            if name.lower() in seen:
                raise StudyError(
                    f"{where}: {kind}: {name!r}: there is {seen[name.lower()]!r} already; allowed are names of factors "
                    "and outcomes that differ, and not in case alone"
                )
            seen[name.lower()] = name
    for name in study.values:
        if name in study.paths:
            raise StudyError(f"{where}: {name} is among both the factors and the values")


def _check_mechanisms(study: Study, where: str) -> None:
    """What is asked for must be in play: a lever that nobody pulls would be a finding of no effect."""
    played: list[tuple[str, Parameters]] = [(name, item.parameters) for name, item in study.scenarios.items()]
    if study.scenario is not None:
        played.append((study.scenario.name, study.scenario.parameters))
    varied = {path for path in study.paths if path.startswith("mechanisms.")}
    for name, parameters in played:
        for path in study.paths:
            if path.startswith(LEVER) and not parameters.mechanisms.policies and "mechanisms.policies" not in varied:
                raise StudyError(
                    f"{where}: factors.{path}: mechanisms.policies is off in {name}, so that no lever is pulled: play "
                    "a scenario that has it on, or set it among the values"
                )
        for outcome in study.outcomes:
            if OUTCOMES[outcome].economy and not parameters.mechanisms.economy and not varied:
                raise StudyError(f"{where}: outcomes: {outcome!r} needs society and economy, which are off in {name}")
    check_columns(study.steps.columns, [parameters for _, parameters in played], bool(varied), f"{where}: steps")
