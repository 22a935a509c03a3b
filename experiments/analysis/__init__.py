"""Analyses: what a sweep shows. One kind, one file; `base` is the contract.

A module of this package has ``OPTIONS`` (names and defaults of its options), ``check(study, options, where)``, which
raises StudyError before anything is played when options and study do not fit, and ``analyse(results, options)``, which
returns a `Section`.

``overview``       every outcome, at a glance
``effects``        each factor against an outcome
``sensitivity``    Sobol' indices and the share of seed noise
``screening``      Morris' elementary effects
``phase``          phase diagrams with theory's R = 1
``boundary``       where emergence begins
``contrasts``      policies against none, seed by seed
``mixes``          the Pareto front of lever mixes
``regret``         of lever mixes, across assumptions
``discovery``      boxes (PRIM) and trees
``calibration``    what values fit an observation
``early-warning``  signals before tipping
``scaling``        curves of different size
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Drawing, Section, Table

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import AnalysisSpec, Study

__all__ = ["ANALYSES", "Drawing", "Section", "Table", "analyse", "check_analysis"]

ANALYSES = (
    "overview", "effects", "sensitivity", "screening", "phase", "boundary", "contrasts", "mixes", "regret", "discovery",
    "calibration", "early-warning", "scaling",
)  # fmt: skip


def analyse(results: Results, spec: AnalysisSpec) -> Section:
    """Return what an analysis shows of results."""
    module = _module(spec.kind)
    section: Section = module.analyse(results, {**module.OPTIONS, **spec.options})
    return section


def check_analysis(study: Study, spec: AnalysisSpec, where: str) -> None:
    """Raise StudyError for an analysis that is unknown or does not fit the study."""
    if spec.kind not in ANALYSES:
        raise StudyError(
            f"{where}: kind = {spec.kind!r}{nearest_name(spec.kind, ANALYSES)}; allowed are {', '.join(ANALYSES)}"
        )
    module = _module(spec.kind)
    for key in spec.options:
        if key not in module.OPTIONS:
            allowed = ", ".join(module.OPTIONS) or "none"
            hint = nearest_name(key, module.OPTIONS)
            raise StudyError(f"{where}: unknown key {key!r}{hint}; allowed with {spec.kind} are {allowed}")
    module.check(study, {**module.OPTIONS, **spec.options}, where)


def _module(kind: str) -> Any:
    return import_module(f"experiments.analysis.{kind.replace('-', '_')}")
