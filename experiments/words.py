"""Numbers, times, sizes and commands as people read them. Knows nothing of studies; imports nothing heavy."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import Any

__all__ = ["amount", "between", "command", "duration", "json_ready", "number", "share", "size"]

_NONE = "–"


def number(value: Any, digits: int = 4) -> str:
    """Return a value as text: numbers to so many significant digits, thousands set apart, other things as they are."""
    if value is None:
        return _NONE
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(number(item, digits) for item in value)
    kind = type(value).__name__
    if kind in ("bool", "bool_"):
        return "yes" if value else "no"
    if kind in ("NAType", "NaTType"):
        return _NONE
    try:
        found = float(value)
    except (TypeError, ValueError):
        return str(value)
    if math.isnan(found):
        return _NONE
    if math.isinf(found):
        return "∞" if found > 0 else "−∞"
    return _shown(found, digits)


def _shown(value: float, digits: int) -> str:
    sign, value = ("−" if value < 0 else ""), abs(value)
    if value == 0:
        return "0"
    if value == round(value) and value < 1e12:
        return f"{sign}{round(value):,}"
    if not 1e-4 <= value < 1e12:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{sign}{mantissa}e{int(exponent)}"
    value = float(f"{value:.{digits}g}")
    after = max(digits - 1 - math.floor(math.log10(value)), 0)
    text = f"{value:,.{after}f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)


def amount(many: float, one: str, several: str = "") -> str:
    """Return a number with its noun: ``1 run``, ``12 runs``."""
    return f"{number(many)} {one if many == 1 else several or one + 's'}"


def share(value: float) -> str:
    """Return a share (0 to 1) in per cent; what is not quite none or all does not become 0 % or 100 %."""
    if math.isnan(value):
        return _NONE
    if 0 < value < 0.001 or 0.999 < value < 1:
        return "under 0.1 %" if value < 0.5 else "over 99.9 %"
    close = value < 0.1 or value > 0.9
    return f"{100 * value:.1f} %".replace(".0 %", " %") if close else f"{100 * value:.0f} %"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it, to two or three digits."""
    if math.isnan(seconds):
        return _NONE
    for limit, unit, length in ((0.001, "µs", 1e-6), (1, "ms", 0.001), (120, "s", 1), (7200, "min", 60),
                                (48 * 3600, "h", 3600), (730 * 86400, "days", 86400)):  # fmt: skip
        if seconds < limit:
            return f"{number(seconds / length, 2)} {unit}"
    return f"{number(seconds / (365.25 * 86400), 2)} years"


def size(many: float) -> str:
    """Return a number of bytes in kB, MB, GB or TB (powers of 1000)."""
    for limit, unit in ((1e3, "bytes"), (1e6, "kB"), (1e9, "MB"), (1e12, "GB")):
        if many < limit:
            return f"{number(many / (limit / 1e3), 3)} {unit}"
    return f"{number(many / 1e12, 3)} TB"


def between(low: str, high: str) -> str:
    """Return a range of two texts of the same kind; the unit is said once where both have it."""
    if low == high:
        return low
    one, two = low.rpartition(" "), high.rpartition(" ")
    return f"{one[0]} to {high}" if one[0] and one[2] == two[2] else f"{low} to {high}"


def command(*words: str | Path) -> str:
    """Return a command line as it is typed."""
    return shlex.join(["ecosim", *map(str, words)])


def json_ready(value: Any) -> Any:
    """Return plain data that JSON can hold: numbers that are none become None, NumPy's become Python's."""
    if isinstance(value, dict):
        return {str(key): json_ready(item) for key, item in value.items()}
    if hasattr(value, "items"):
        return {str(key): json_ready(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return json_ready(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [json_ready(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    return str(value)
