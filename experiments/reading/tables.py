"""Reading typed values from parsed TOML, and laying the quick version over the rest. Knows nothing of studies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ecosim.errors import StudyError, nearest_name

__all__ = ["factor_tables", "flat", "merged", "number", "refuse_unknown", "texts", "typed", "whole"]

Named = Callable[[str], str]


def refuse_unknown(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Raise StudyError for a key that is not among the known ones."""
    allowed = list(known)
    for key in table:
        if key not in allowed:
            hint = nearest_name(key, allowed)
            raise StudyError(f"{where}: unknown key {key!r}{hint}; allowed are {', '.join(allowed)}")


def typed(
    table: Mapping[str, Any], key: str, kind: type, allowed: str, where: str, default: Any = None
) -> Any:  # fmt: skip
    """Return a value of a type, `default` where there is none; raises StudyError."""
    value = table.get(key, default)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise StudyError(f"{where}: {key} = {value!r}: allowed is {allowed}")
    return value


def texts(table: Mapping[str, Any], key: str, where: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of texts; raises StudyError."""
    value = table.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise StudyError(f"{where}: {key} = {value!r}: allowed is a list of texts")
    return tuple(value)


def whole(
    table: Mapping[str, Any], key: str, low: int, high: int, where: str, default: int | None
) -> int | None:  # fmt: skip
    """Return a whole number from `low` to `high`; raises StudyError."""
    value = table.get(key, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise StudyError(f"{where}: {key} = {value!r}: allowed is a whole number from {low} to {high}")
    return value


def number(table: Mapping[str, Any], key: str, low: float, high: float, where: str, default: float) -> float:
    """Return a number from `low` to `high`; raises StudyError."""
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise StudyError(f"{where}: {key} = {value!r}: allowed is a number from {low:g} to {high:g}")
    return float(value)


def factor_tables(
    tables: Mapping[str, Any], where: str, named: Named = str, above: str = ""
) -> dict[str, Any]:  # fmt: skip
    """Return what is declared of every factor by its path, whether the path is one key (``"medium.meetings"``) or
    nested tables. Raises StudyError for one that is there twice.

    named : the full name of a path
    """
    found: dict[str, Any] = {}
    for key, item in tables.items():
        path = f"{above}{key}"
        if isinstance(item, dict) and item and all(isinstance(value, dict) for value in item.values()):
            inner = factor_tables(item, where, named, f"{path}.")
        else:
            inner = {named(path): item}
        _refuse_twins(found, inner, f"{where}: factors")
        found |= inner
    return found


def flat(table: Mapping[str, Any], where: str, named: Named = str, above: str = "") -> dict[str, Any]:
    """Return the values of nested tables by path; raises StudyError for one that is there twice."""
    found: dict[str, Any] = {}
    for key, item in table.items():
        path = f"{above}{key}"
        inner = flat(item, where, named, f"{path}.") if isinstance(item, dict) else {named(path): item}
        _refuse_twins(found, inner, where)
        found |= inner
    return found


def merged(table: Mapping[str, Any], over: Mapping[str, Any], where: str, named: Named = str) -> dict[str, Any]:
    """Return a study's table with its quick version laid over it: tables key by key, factors and values one by one,
    everything else as a whole; a design of another method replaces the design.
    """  # fmt: skip
    out = {key: value for key, value in table.items() if key != "quick"}
    for key, value in over.items():
        earlier = out.get(key)
        if not isinstance(value, dict) or not isinstance(earlier, dict):
            out[key] = value
        elif key == "factors":
            out[key] = {**factor_tables(earlier, where, named), **factor_tables(value, f"{where}: quick", named)}
        elif key == "values":
            out[key] = {
                **flat(earlier, f"{where}: values", named), **flat(value, f"{where}: quick: values", named)
            }  # fmt: skip
        elif key == "design" and value.get("method", earlier.get("method")) != earlier.get("method"):
            out[key] = value
        else:
            out[key] = {**earlier, **value}
    return out


def _refuse_twins(found: Mapping[str, Any], more: Mapping[str, Any], where: str) -> None:
    for name in more:
        if name in found:
            raise StudyError(f"{where}: {name}: it is there twice")
