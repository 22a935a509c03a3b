"""Components from Vue templates whose data Solara does not look through.

Reacton looks for elements in every value that a component is given, at every level and at every render: in the
numbers of a chart, the nodes of a network, the rows of a table. That was two thirds of the server's work for an answer.
What is wrapped here it takes as one thing.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call"

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import solara

__all__ = ["Plain", "vue"]


class Plain:
    """Plain data as one value: equal where the data are, sent to the browser as they are."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and (self.data is other.data or bool(self.data == other.data))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Plain({self.data!r})"


def vue(path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a component of a function's parameters and the template that stands beside its file.

    Parameters that begin with ``event_`` are called by the template; all others are plain data for it, given by name.
    """

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        names = [name for name in inspect.signature(function).parameters if not name.startswith("event_")]
        made = solara.component_vue(path, vuetify=False, to_json=dict.fromkeys(names, _sent))(function)

        def component(**given: Any) -> Any:
            return made(**{name: _wrapped(value) if name in names else value for name, value in given.items()})

        return component

    return decorated


def _wrapped(value: Any) -> Any:
    return Plain(value) if isinstance(value, dict | list | tuple) else value


def _sent(value: Any, _: Any) -> Any:
    return value.data if isinstance(value, Plain) else value
