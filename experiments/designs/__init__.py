"""Designs: which points of the space of factors are played. One method, one file; `base` is the contract.

``factorial``  every combination of levels
``lhs``        Latin hypercube
``sobol``      Sobol' sequence
``saltelli``   for Sobol' indices; goes on until their intervals are narrow enough
``morris``     elementary effects, for screening
``screened``   Morris over all factors, then Saltelli over those that matter
``oat``        one at a time from a base point
``points``     from a CSV file
``boundary``   active search for where emergence begins
``mixes``      Pareto front of lever mixes (NSGA-II)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ecosim.errors import StudyError, nearest_name
from experiments.designs.base import Design, FixedDesign, Round, no_points, replicates_of

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["DESIGNS", "Design", "FixedDesign", "Round", "check_design", "make_design", "no_points", "replicates_of"]

# Looked up when a study asks for one: some import large libraries.
DESIGNS = {
    "factorial": "experiments.designs.grids:Factorial",
    "oat": "experiments.designs.grids:OneAtATime",
    "contrasts": "experiments.designs.contrasts:Contrasts",
    "points": "experiments.designs.table:Points",
    "lhs": "experiments.designs.filling:LatinHypercube",
    "sobol": "experiments.designs.filling:SobolSequence",
    "saltelli": "experiments.designs.saltelli:Saltelli",
    "morris": "experiments.designs.morris:Morris",
    "screened": "experiments.designs.screened:Screened",
    "boundary": "experiments.designs.boundary:BoundarySearch",
    "mixes": "experiments.designs.mixes:Mixes",
}


def make_design(study: Study) -> Design:
    """Return the design of a study."""
    module, name = DESIGNS[study.design.method].split(":")
    found: type[Design] = getattr(import_module(module), name)
    return found(study)


def check_design(study: Study, where: str) -> None:
    """Raise StudyError for a design that is unknown or cannot be made for the study."""
    method = study.design.method
    if method not in DESIGNS:
        raise StudyError(
            f"{where}: design.method = {method!r}{nearest_name(method, DESIGNS)}; allowed are {', '.join(DESIGNS)}"
        )
    design = make_design(study)
    known: dict[str, Any] = dict(type(design).OPTIONS)
    for key in study.design.options:
        if key not in known:
            allowed = ", ".join(known) or "none"
            raise StudyError(
                f"{where}: design: unknown key {key!r}{nearest_name(key, known)}; allowed with {method} are {allowed}"
            )
    design.check(f"{where}: design")
