"""A fact: what happened, apart from the words in which it is told.

Processes write facts, `ecosim.events` tells them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Fact"]


class Fact(NamedTuple):
    """What happened, to be told in any language.

    key : of its sentence in ``ecosim/events/text/<language>.toml``; values : what the sentence is filled with (names,
    numbers, lists of them, other facts)
    """

    key: str
    values: Mapping[str, Any]
