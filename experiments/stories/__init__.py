"""The stories that the interview tells, each a shipped scenario run many times and set beside what was reported.

Each story has ``QUESTION``, ``run(quick, workers) -> table of runs``, ``conclude(table) -> findings`` and
``draw(table) -> figure``, like the studies of `experiments.behaviours`. Its numbers come from its scenario
file and from the model's defaults; a reported outcome is compared with, and never put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType

__all__ = ["STORIES"]


class _Stories(Mapping[str, ModuleType]):
    """Modules of this package by the name of their story, imported when they are asked for."""

    def __init__(self, modules: dict[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> ModuleType:
        return import_module(f"{__name__}.{self._modules[name]}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


STORIES = _Stories(
    {
        "mecapole": "mecapole",
        "alfadir": "alfadir",
        "viameca": "viameca",
        "cosmetotextile": "cosmetotextile",
        "fintech": "fintech",
        "bordeaux-wuhan": "bordeaux_wuhan",
        "acculturation": "acculturation",
        "france-clusters": "france_clusters",
    }
)
