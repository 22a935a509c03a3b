"""The errors that ecosim raises for a user's mistake. Knows nothing of the rest of the package.

Each message says what was wrong, what was got and what is allowed, so that it can be shown as it is,
without a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "ConservationError",
    "EcosimError",
    "InputFileError",
    "MissingExtraError",
    "OutputError",
    "ParameterError",
    "ReplayError",
    "ScenarioError",
    "StudyError",
    "nearest_name",
]


class EcosimError(Exception):
    """Base of every error of this package."""


class ParameterError(EcosimError):
    """A parameter that does not exist, has the wrong type or lies outside its bounds."""


class ScenarioError(EcosimError):
    """A scenario file or object that cannot be understood."""


class StudyError(EcosimError):
    """A study file that cannot be understood, or a study that cannot be played as it is written."""


class InputFileError(EcosimError):
    """A data file (CSV, GraphML, edge list) that is missing, broken or empty."""


class OutputError(EcosimError):
    """Results that cannot be written where the user asked for them, or read from there."""


class ReplayError(EcosimError):
    """A replay that did not give the recorded result."""


class ConservationError(EcosimError):
    """A run in which money or heads came from nowhere or went nowhere: a rule forgets a flow (`ecosim run --check`)."""


class MissingExtraError(EcosimError):
    """A command whose optional packages are not installed."""

    def __init__(self, command: str, extra: str) -> None:
        super().__init__(f"{command} needs packages that are not installed: pip install 'ecosim[{extra}]'")


def nearest_name(name: str, allowed: Iterable[str]) -> str:
    """Return `` (did you mean X?)`` or an empty string when nothing is close to `name`."""
    found = get_close_matches(str(name), [str(word) for word in allowed], n=1, cutoff=0.6)
    return f" (did you mean {found[0]!r}?)" if found else ""
