"""Experiments on ecosim: many runs, compared with intervals.

``Study``, ``sweep``, ``load``   a study from a file or from Python, played in a folder, read back
``ecosim validate``   the scoreboard: ``validation`` and ``behaviours``; ``python -m experiments.stories``   the stories
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "Results": "experiments.store",
    "Study": "experiments.study",
    "load": "experiments.store",
    "sweep": "experiments.running.runner",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'experiments' has no attribute {name!r}")
