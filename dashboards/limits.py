"""How much a visitor may ask for. On one's own machine there is room; a server with a public address sets less.

Each limit is read from the environment when the server starts (``ECOSIM_DASHBOARD_<NAME>``), so that every process of
it knows the same ones. Must know nothing of Solara or Mesa: the command's help is made from this file.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecosim.errors import ParameterError

__all__ = ["Limits", "as_table", "chosen", "limits"]

_PREFIX = "ECOSIM_DASHBOARD_"


def _limit(default: int, low: int, high: int, words: str, public: int | None = None) -> Any:
    metadata = {"low": low, "high": high, "words": words, "public": default if public is None else public}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Limits:
    """Whole numbers within bounds; ``public`` in a field's metadata is what holds where strangers can reach the server.

    Raises
    ------
    ParameterError
        For a limit that is not a whole number within its bounds.
    """

    organisations: int = _limit(200_000, 2, 5_000_000, "organisations in one ecosystem", public=20_000)
    months: int = _limit(600, 1, 100_000, "months of one run", public=240)
    replicates: int = _limit(100, 2, 10_000, "histories of each scenario in a comparison", public=40)
    seconds: int = _limit(300, 1, 86_400, "seconds that one run may take", public=60)
    megabytes: int = _limit(2_000, 100, 1_000_000, "megabytes that one worker may use", public=1_000)
    upload: int = _limit(5_000, 1, 1_000_000, "kilobytes of an uploaded file", public=2_000)
    sessions: int = _limit(200, 1, 100_000, "visitors at once", public=100)
    workers: int = _limit(0, 0, 1_000, "processes that play runs (0: one per processor)")
    idle: int = _limit(15, 1, 10_080, "minutes that a session outlives a lost browser")

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            value, bounds = getattr(self, item.name), item.metadata
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not bounds["low"] <= value <= bounds["high"]:
                raise ParameterError(
                    f"{item.name} = {value!r}: allowed is a whole number from {bounds['low']} to {bounds['high']}"
                )

    def __str__(self) -> str:
        return ", ".join(f"{item.name} {getattr(self, item.name):,}" for item in dataclasses.fields(self))

    def as_environment(self) -> dict[str, str]:
        """Return the variables that make another process know these limits."""
        return {f"{_PREFIX}{item.name.upper()}": str(getattr(self, item.name)) for item in dataclasses.fields(self)}


def limits(environment: Mapping[str, str] = os.environ, public: bool = False) -> Limits:
    """Return the limits that hold here: those of the environment, else the defaults of one's own machine or, when
    `public`, of a public address; raises ParameterError for a variable that is no whole number in bounds.
    """  # fmt: skip
    return chosen({}, public, environment)


def chosen(given: Mapping[str, int], public: bool, environment: Mapping[str, str] = os.environ) -> Limits:
    """Return the limits, those `given` (by name) before those of the environment.

    Raises
    ------
    ParameterError
        For a limit that is no whole number in bounds, or none of ours.
    """
    found: dict[str, Any] = {}
    for item in dataclasses.fields(Limits):
        variable = f"{_PREFIX}{item.name.upper()}"
        if variable in environment:
            text = environment[variable]
            try:
                found[item.name] = int(text)
            except ValueError:
                raise ParameterError(f"{variable} = {text!r}: allowed is a whole number") from None
        else:
            found[item.name] = item.metadata["public"] if public else item.default
    for name in given:
        if name not in found:
            raise ParameterError(f"no limit {name!r}: there are {', '.join(found)}")
    return Limits(**{**found, **given})


def as_table() -> str:
    """Return the limits as the Markdown table of docs/deployment.md."""
    rows = [
        f"| {item.metadata['words']} | `--{item.name}` | `{_PREFIX}{item.name.upper()}` | {item.default:,} "
        f"| {item.metadata['public']:,} | {item.metadata['low']:,} to {item.metadata['high']:,} |"
        for item in dataclasses.fields(Limits)
    ]
    head = ["| limit | option | variable | own machine | public address | allowed |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows])
