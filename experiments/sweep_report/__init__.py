"""A sweep told to somebody who was not there: one HTML page, its figures, tables and findings.

``sections``  the analyses, made and put into pictures; one that breaks does not break the rest
``facts``     what was varied, looked at and played
``endings``   how runs ended, and whether the sweep is complete
``page``      the page, and how it is written
"""

from importlib import import_module
from typing import Any

_HOMES = dict.fromkeys(("SweepReport", "make_report", "write_report"), "experiments.sweep_report.page")
__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'experiments.sweep_report' has no attribute {name!r}")
