"""What is kept to be compared: setups under names. Plain data; knows nothing of pages.

At most five of one story, for only those can be compared; those of other stories stay, and Compare says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.setup import Setup
from dashboards.text import Words
from ecosim.errors import EcosimError

__all__ = ["LONGEST", "MOST", "Kept", "keep", "rename", "without"]

MOST = 5  # of one story
LONGEST = 60  # characters of a name


@dataclass(frozen=True)
class Kept:
    """A setup that was kept under a name, to be compared."""

    name: str
    setup: Setup


def keep(kept: Sequence[Kept], name: str, setup: Setup, say: Words) -> tuple[Kept, ...]:
    """Return what is kept with one more; raises EcosimError for a name that is not allowed, or one too many."""
    same = [entry for entry in kept if entry.setup.world == setup.world]
    if len(same) >= MOST:
        raise EcosimError(say("keeping.full", most=MOST))
    return (*kept, Kept(_checked(name, same, say), setup))


def rename(kept: Sequence[Kept], place: int, name: str, say: Words) -> tuple[Kept, ...]:
    """Return what is kept with another name at a place; raises EcosimError for a name that is not allowed."""
    world = kept[place].setup.world
    others = [entry for number, entry in enumerate(kept) if number != place and entry.setup.world == world]
    named = dataclasses.replace(kept[place], name=_checked(name, others, say))
    return (*kept[:place], named, *kept[place + 1 :])


def without(kept: Sequence[Kept], place: int) -> tuple[Kept, ...]:
    """Return what is kept but for one place."""
    return (*kept[:place], *kept[place + 1 :])


def _checked(name: str, others: Sequence[Kept], say: Words) -> str:
    tidy = " ".join(str(name).split())
    if not tidy:
        raise EcosimError(say("keeping.unnamed"))
    if len(tidy) > LONGEST:
        raise EcosimError(say("keeping.long", most=LONGEST))
    if any(entry.name == tidy for entry in others):
        raise EcosimError(say("keeping.taken", name=tidy))
    return tidy
