"""ecosim: a simulator of innovation ecosystems. The public names, nothing else.

They are looked up when first used, so that ``import ecosim`` and the command's help stay quick.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "AcculturationSpec": "ecosim.specs",
    "Alliance": "ecosim.agents",
    "AttractorSpec": "ecosim.specs",
    "Brick": "ecosim.agents",
    "Cluster": "ecosim.agents",
    "ClusterSpec": "ecosim.specs",
    "EcosimError": "ecosim.errors",
    "EcosystemModel": "ecosim.model",
    "Firm": "ecosim.agents",
    "Lab": "ecosim.agents",
    "Market": "ecosim.agents",
    "MarketSpec": "ecosim.specs",
    "Organisation": "ecosim.agents",
    "Parameters": "ecosim.parameters",
    "PolicySpec": "ecosim.specs",
    "Process": "ecosim.processes.base",
    "Scenario": "ecosim.scenario",
    "SectorSpec": "ecosim.specs",
    "StageSpec": "ecosim.specs",
    "core_schedule": "ecosim.schedule",
    "schedule_for": "ecosim.schedule",
    "shipped_scenarios": "ecosim.scenario",
    "with_process": "ecosim.schedule",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ecosim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
