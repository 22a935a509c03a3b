"""How a parameter is declared: once, with all that is known of it. Knows of no particular parameter."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from ecosim.errors import ParameterError

__all__ = ["Declaration", "Role", "Value", "declare", "switch"]

Role = Literal["assumption", "lever", "dial", "setting"]
Value = bool | int | float


@dataclass(frozen=True)
class Declaration:
    """What is known of one parameter.

    `path` is ``group.name``; `low` and `high` are inclusive bounds in `unit`; `source` is where the default comes
    from, or ``assumption``.
    """

    path: str
    type: type
    unit: str
    default: Value
    low: float
    high: float
    source: str
    role: Role
    english: str
    french: str

    @property
    def name(self) -> str:
        return self.path.split(".")[1]

    @property
    def allowed(self) -> str:
        """The allowed values, in words."""
        if self.type is bool:
            return "true or false"
        kind = "a whole number" if self.type is int else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"

    def check(self, value: Any, where: str = "") -> Value:
        """Return `value` as this parameter's type.

        Raises
        ------
        ParameterError
            When the type is wrong, the value is not finite, or it lies outside the bounds.
        """
        place = f"{where}: " if where else ""
        wrong = ParameterError(f"{place}{self.path} = {value!r}: allowed is {self.allowed}")
        if self.type is bool:
            if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
                return bool(value)
            raise wrong
        if isinstance(value, bool | str | bytes) or value is None:
            raise wrong
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise wrong from None
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise wrong
        if self.type is int:
            if number != int(number):
                raise wrong
            return int(number)
        return number

    def parse(self, text: str, where: str = "") -> Value:
        """Return the value written as `text` (as on the command line); raises ParameterError like `check`."""
        if self.type is bool:
            word = text.strip().lower()
            if word in ("true", "false"):
                return word == "true"
            return self.check(text, where)
        try:
            return self.check(float(text), where)
        except ValueError:
            return self.check(text, where)


def declare(
    default: Value, low: float, high: float, unit: str, source: str, role: Role, english: str, french: str
) -> Any:
    """Return a dataclass field that carries its declaration."""
    return field(
        default=default,
        metadata={
            "low": low,
            "high": high,
            "unit": unit,
            "source": source,
            "role": role,
            "english": english,
            "french": french,
        },
    )


def switch(default: bool, source: str, role: Role, english: str, french: str) -> Any:
    """Return a field that turns a mechanism on or off."""
    return declare(default, 0, 1, "switch", source, role, english, french)
