"""A factor: one thing that a study varies, and the values it may take. Knows nothing of designs.

Named by what it sets: a declared parameter (``medium.transmissibility``), the intensity of a policy lever
(``lever.training``), the scenario (``scenario``), or, in a study with a run function of its own, anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ecosim.errors import StudyError, nearest_name
from ecosim.parameters import declarations, find_declaration
from ecosim.specs import LEVERS

__all__ = ["LEVER", "SCENARIO", "Factor", "Value", "assumptions", "make_factor", "own_value"]

SCENARIO = "scenario"
LEVER = "lever."

Value = bool | int | float | str
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """What varies, between `low` and `high` or over `levels`.

    path : what it sets; the name of its column in every table
    low, high : the range, both ends included; 0 for a factor of levels
    levels : the values, in order; empty for a range
    scale : ``linear`` or ``log``: how a range is filled
    whole : whether values of the range are whole numbers
    unit : of the values; words : what it is, in a line
    """

    path: str
    low: float = 0.0
    high: float = 0.0
    levels: tuple[Value, ...] = ()
    scale: Literal["linear", "log"] = "linear"
    whole: bool = False
    unit: str = ""
    words: str = ""

    @property
    def name(self) -> str:
        """A short name for axes: what follows the last dot."""
        return self.path.rsplit(".", 1)[-1]

    @property
    def label(self) -> str:
        """The name in words with its unit, for axes."""
        words = self.name.replace("_", " ")
        return f"{words} ({self.unit})" if self.unit else words

    @property
    def is_numeric(self) -> bool:
        """Whether values are numbers (switches count as 0 and 1)."""
        return not any(isinstance(level, str) for level in self.levels)

    def values(self, unit: Any) -> list[Value]:
        """Return the values at places of the unit interval (0 the lowest, 1 the highest), float64 (n,)."""
        places = np.clip(np.asarray(unit, np.float64), 0.0, 1.0)
        if self.levels:
            rows = np.minimum((places * len(self.levels)).astype(np.int64), len(self.levels) - 1)
            return [self.levels[row] for row in rows.tolist()]
        if self.whole:  # every whole number has the same share of the interval
            if self.scale == "log":
                return [round(value) for value in np.exp(self._log(places)).tolist()]
            numbers = self.low + np.floor(places * (self.high - self.low + 1))
            return [int(number) for number in np.minimum(numbers, self.high).tolist()]
        found = np.exp(self._log(places)) if self.scale == "log" else self.low + places * (self.high - self.low)
        return np.clip(found, self.low, self.high).tolist()  # type: ignore[no-any-return] # rounding may pass the ends

    def places(self, values: Sequence[Any] | FloatArray) -> FloatArray:
        """Return where values lie in the unit interval, float64 (n,): the middle of its share for a level or a whole
        number. The inverse of `values`.
        """  # fmt: skip
        if self.levels:
            known = {level: (row + 0.5) / len(self.levels) for row, level in enumerate(self.levels)}
            return np.array([known[value] for value in values], np.float64)
        numbers = np.asarray(values, np.float64)
        if self.scale == "log":
            found = (np.log(numbers) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
            found[numbers == self.low], found[numbers == self.high] = 0.0, 1.0  # whatever the logarithms' last bits
            return found
        if self.whole:
            return (numbers - self.low + 0.5) / (self.high - self.low + 1)
        return (numbers - self.low) / (self.high - self.low)

    def steps(self, count: int) -> list[Value]:
        """Return `count` values from the lowest to the highest, evenly spread on the factor's scale; all the levels of
        a factor that has levels. Whole numbers are not repeated.
        """  # fmt: skip
        if self.levels:
            return list(self.levels)
        places = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])
        found = np.exp(self._log(places)) if self.scale == "log" else self.low + places * (self.high - self.low)
        if count > 1:
            found[0], found[-1] = self.low, self.high  # whatever rounding makes of them
        steps: list[Value] = np.clip(found, self.low, self.high).tolist()
        return list(dict.fromkeys(round(value) for value in steps)) if self.whole else steps  # type: ignore[arg-type]

    def _log(self, places: FloatArray) -> FloatArray:
        return math.log(self.low) + places * (math.log(self.high) - math.log(self.low))


def make_factor(path: str, table: Any, where: str, own_run: bool = False) -> Factor:
    """Return the factor that a study's table declares: ``{low, high, scale}`` or ``{levels}``.

    own_run : the study has a run function of its own, so that any name is allowed

    Raises
    ------
    StudyError
        For a name that is not known, or values that are not allowed for it.
    """
    place = f"{where}: factors.{path}"
    if not path:
        raise StudyError(f"{where}: factors: a name is empty")
    if not isinstance(table, dict):
        raise StudyError(f"{place} = {table!r}: allowed is a table such as {{ low = 0.0, high = 1.0 }}")
    for key in table:
        if key not in ("low", "high", "levels", "scale"):
            known = ("low", "high", "levels", "scale")
            raise StudyError(f"{place}: unknown key {key!r}{nearest_name(key, known)}; allowed are {', '.join(known)}")
    if ("levels" in table) == ("low" in table or "high" in table):
        raise StudyError(f"{place}: allowed is either levels, or low and high")
    path, check, unit, words, whole = _what_is_set(path, place, own_run)
    if "levels" in table:
        if "scale" in table:
            raise StudyError(f"{place}: scale goes with low and high, not with levels")
        return _of_levels(path, table["levels"], check, unit, words, place)
    return _of_range(path, table, check, unit, words, whole, place)


def assumptions(
    defaults: Mapping[str, Any], groups: Sequence[str], span: float, leave_out: Sequence[str], where: str
) -> list[Factor]:
    """Return a factor for every declared assumption of some groups: `span` (a share) either side of its default.

    Ranges are cut off at the parameter's bounds; switches are left out, and so are values of 0 that have no scale to
    vary them on.

    defaults : value by path; groups : names of parameter groups; leave_out : paths that stay as they are
    """
    known = list(dict.fromkeys(item.path.split(".")[0] for item in declarations()))
    for group in groups:
        if group not in known:
            raise StudyError(
                f"{where}: groups: unknown group {group!r}{nearest_name(group, known)}; allowed are {', '.join(known)}"
            )
    left_out = {find_declaration(path, where).path for path in leave_out}
    found = []
    for item in declarations():
        if item.role != "assumption" or item.type is bool or item.path.split(".")[0] not in groups:
            continue
        default = float(defaults[item.path])
        if item.path in left_out or default == 0:
            continue
        low, high = sorted((default * (1 - span), default * (1 + span)))
        low, high = max(low, item.low), min(high, item.high)
        whole = item.type is int
        if whole:
            low, high = math.ceil(low), math.floor(high)
        if low < high:
            found.append(Factor(item.path, low, high, (), "linear", whole, item.unit, item.english))
    return found


def _what_is_set(path: str, place: str, own_run: bool) -> tuple[str, Any, str, str, bool]:
    """Return (path in full, check of a value, unit, words, whether whole numbers)."""
    if own_run:
        return path, lambda value: own_value(value, place), "", "", False
    if path == SCENARIO:
        return path, lambda value: _text(value, place), "", "Which scenario is played.", False
    if path.startswith(LEVER):
        name = path.removeprefix(LEVER)
        if name not in LEVERS:
            raise StudyError(
                f"{place}: unknown lever {name!r}{nearest_name(name, LEVERS)}; allowed are {', '.join(LEVERS)}"
            )
        return path, lambda value: _share(value, place), "intensity", f"Intensity of the lever of {name}.", False
    item = find_declaration(path, place)
    return item.path, lambda value: item.check(value, place), item.unit, item.english, item.type is int


def _of_levels(path: str, levels: Any, check: Any, unit: str, words: str, place: str) -> Factor:
    if not isinstance(levels, list) or not levels:
        raise StudyError(f"{place}: levels = {levels!r}: allowed is a list of values")
    checked = tuple(check(level) for level in levels)
    kinds = {str if isinstance(level, str) else bool if isinstance(level, bool) else float for level in checked}
    if len(kinds) > 1:  # a column of a table holds one kind
        raise StudyError(f"{place}: levels = {levels!r}: allowed are only numbers, only texts or only true and false")
    if len(set(checked)) < len(checked):
        raise StudyError(f"{place}: levels = {levels!r}: a value is there twice")
    return Factor(path, levels=checked, unit=unit, words=words)


def _of_range(
    path: str, table: dict[str, Any], check: Any, unit: str, words: str, whole: bool, place: str
) -> Factor:  # fmt: skip
    ends = []
    for key in ("low", "high"):
        value = table.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise StudyError(f"{place}: {key} = {value!r}: allowed is a number")
        if isinstance(check(value), str | bool):
            raise StudyError(f"{place}: a range is for numbers; give levels")
        ends.append(float(check(value)))
    low, high = ends
    if not low < high or not math.isfinite(high - low):
        raise StudyError(f"{place}: low = {low:g}, high = {high:g}: low must be less than high")
    scale = table.get("scale", "linear")
    if scale not in ("linear", "log"):
        hint = nearest_name(scale, ("linear", "log"))
        raise StudyError(f"{place}: scale = {scale!r}{hint}: allowed is linear or log")
    if scale == "log" and low <= 0:
        raise StudyError(f"{place}: low = {low:g}: must be above 0 on a log scale")
    return Factor(path, low, high, (), scale, whole, unit, words)


def own_value(value: Any, place: str) -> Value:
    """Return what tables can hold and hashes can tell apart."""
    if isinstance(value, str | bool) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise StudyError(f"{place}: {value!r}: allowed is a text, a number, true or false")


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise StudyError(f"{place}: {value!r}: allowed is the name of a scenario or a .toml file")
    return value


def _share(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise StudyError(f"{place}: {value!r}: allowed is a number from 0 to 1")
    return float(value)
