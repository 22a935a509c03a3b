"""From a scenario to the state of month 0: sectors, clusters, organisations and their cores, the ties."""

from ecosim.setup.found import found

__all__ = ["found"]
