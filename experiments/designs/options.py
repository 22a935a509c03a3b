"""Checks that designs share: of their options and of single values. Plays nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecosim.errors import StudyError, nearest_name

if TYPE_CHECKING:
    from experiments.study import Factor, Study

__all__ = [
    "TRANSFORMS", "allowed_values", "check_choice", "check_number", "check_outcome",
    "check_power", "check_switch", "check_whole", "checked_value",
]  # fmt: skip

TRANSFORMS = ("none", "log1p")
Value = bool | int | float | str


# -- options --------------------------------------------------------------------------------------------------


def check_whole(options: Mapping[str, Any], key: str, low: int, high: int, where: str) -> None:
    """Raise StudyError unless an option is a whole number from `low` to `high`."""
    value = options[key]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise StudyError(f"{where}: {key} = {value!r}: allowed is a whole number from {low} to {high}")


def check_number(options: Mapping[str, Any], key: str, low: float, high: float, where: str) -> None:
    """Raise StudyError unless an option is a number from `low` to `high`."""
    value = options[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise StudyError(f"{where}: {key} = {value!r}: allowed is a number from {low:g} to {high:g}")


def check_power(options: Mapping[str, Any], key: str, where: str, low: int = 2, high: int = 2**20) -> None:
    """Raise StudyError unless an option is a power of 2: Sobol' points fill the space evenly only then (Owen 2020)."""
    check_whole(options, key, low, high, where)
    value = options[key]
    if value & (value - 1):
        below = 1 << (value.bit_length() - 1)
        near = " or ".join(str(number) for number in (below, 2 * below) if low <= number <= high)
        raise StudyError(
            f"{where}: {key} = {value}: allowed is a power of 2 ({near}): Sobol' points are even only then"
        )


def check_switch(options: Mapping[str, Any], key: str, where: str) -> None:
    """Raise StudyError unless an option is true or false."""
    if not isinstance(options[key], bool):
        raise StudyError(f"{where}: {key} = {options[key]!r}: allowed is true or false")


def check_choice(options: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> None:
    """Raise StudyError unless an option is one of some texts."""
    value = options[key]
    if value not in allowed:
        hint = nearest_name(str(value), allowed)
        raise StudyError(f"{where}: {key} = {value!r}{hint}: allowed is {' or '.join(allowed)}")


def check_outcome(study: Study, name: Any, where: str) -> None:
    """Raise StudyError unless the study has an outcome of that name, and it is a number in every run."""
    from experiments.outcomes import OUTCOMES

    if name not in study.outcomes:
        hint = nearest_name(str(name), study.outcomes)
        raise StudyError(
            f"{where} = {name!r}{hint}: allowed is one of the study's outcomes: {', '.join(study.outcomes)}"
        )
    if study.may_be_unknown(name):
        raise StudyError(
            f"{where} = {name!r}: this outcome ({OUTCOMES[name].words}) may be unknown in a run; allowed is one that "
            "is a number in every run"
        )


# -- values ---------------------------------------------------------------------------------------------------


def allowed_values(factor: Factor) -> str:
    """Return in words what values a factor may take."""
    if factor.levels:
        return "one of " + ", ".join(str(level).lower() if isinstance(level, bool) else f"{level}" for level in
                                     factor.levels)  # fmt: skip
    kind = "a whole number" if factor.whole else "a number"
    return f"{kind} from {factor.low:g} to {factor.high:g}"


def checked_value(factor: Factor, value: Any, place: str) -> Value:
    """Return a value, or what a text says, as the factor's own kind of value.

    Raises
    ------
    StudyError
        When it is none of the factor's levels or outside its range.
    """
    found = _level(factor, value) if factor.levels else _in_range(factor, value)
    if found is None:
        raise StudyError(f"{place}: got {value!r}: allowed is {allowed_values(factor)}")
    return found


def _level(factor: Factor, value: Any) -> Value | None:
    text = str(value).strip()
    for level in factor.levels:
        if isinstance(level, str):
            same = text == level
        elif isinstance(level, bool):
            same = text.lower() in (("true", "1") if level else ("false", "0"))
        else:
            same = _number(value) == level
        if same:
            return level
    return None


def _in_range(factor: Factor, value: Any) -> Value | None:
    number = _number(value)
    if number is None or not factor.low <= number <= factor.high or (factor.whole and not number.is_integer()):
        return None
    return int(number) if factor.whole else number


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
