"""What one value of a scenario must satisfy, whatever it stands for. Each refusal names the place, what was got and
what is allowed. Knows no part of a scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecosim.errors import ScenarioError, nearest_name

__all__ = [
    "check_months", "check_name", "check_names", "check_number", "check_optional", "check_point", "refuse_twins",
]  # fmt: skip


def refuse_twins(what: str, names: Sequence[str]) -> None:
    """Raise ScenarioError when two rows of the list `what` have the same name."""
    seen = set()
    for index, name in enumerate(names):
        if name in seen:
            raise ScenarioError(f"{what}[{index}]: name = {name!r}: there is another one of that name")
        seen.add(name)


def check_name(value: str, where: str, allowed: Sequence[str]) -> None:
    """Raise ScenarioError, with the nearest name, when `value` is not one of those allowed."""
    if value not in allowed:
        raise ScenarioError(f"{where} = {value!r}{nearest_name(value, allowed)}: allowed are {', '.join(allowed)}")


def check_names(values: Sequence[str], where: str, allowed: Sequence[str]) -> None:
    """Check every name of `values`; nothing is checked when `allowed` is empty (input files will say them)."""
    for value in values if allowed else ():
        check_name(value, where, allowed)


def check_number(value: float, where: str, low: float, high: float) -> None:
    """Raise ScenarioError when `value` is not a finite number from `low` to `high`."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # NaN is neither
        raise ScenarioError(f"{where} = {value!r}: allowed is a number from {low:g} to {high:g}")


def check_optional(value: float | None, where: str, low: float, high: float) -> None:
    """Raise ScenarioError like `check_number` when `value` is given."""
    if value is not None:
        check_number(value, where, low, high)


def check_point(value: tuple[float, ...] | None, where: str, dimensions: int) -> None:
    """Raise ScenarioError when `value` is given and is not a point of the knowledge space (knowledge units)."""
    if value is None:
        return
    if len(value) != dimensions:
        raise ScenarioError(f"{where}: {len(value)} numbers: knowledge.dimensions asks for {dimensions}")
    for number in value:
        check_number(number, where, -1e6, 1e6)


def check_months(start: Any, end: Any, where: str) -> None:
    """Raise ScenarioError when ``start <= month < end`` (`end` None: for ever) is no span of months from 0 on."""
    for name, month in (("start", start), ("end", end)):
        if not (month is None and name == "end") and (isinstance(month, bool) or not isinstance(month, int)):
            raise ScenarioError(f"{where}: {name} = {month!r}: allowed is a whole number of months")
    if start < 0:
        raise ScenarioError(f"{where}: start = {start!r}: allowed is a month, 0 or later")
    if end is not None and end <= start:
        raise ScenarioError(f"{where}: end = {end!r}: must come after start = {start}")
