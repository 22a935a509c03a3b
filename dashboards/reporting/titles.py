"""What a world is called, in the reader's language or its owner's words, and how much of it was changed."""

from __future__ import annotations

from dashboards.reporting.voice import clean
from dashboards.setup import OWN, Setup, World
from dashboards.text import Words
from ecosim.parameters import find_declaration

__all__ = ["changes", "title_of"]

_LONGEST_STORY = 1500  # characters


def title_of(words: Words, world: World) -> tuple[str, str]:
    """Return title and story of a world."""
    told = None if world.name == OWN else words.story(world.name)
    if told is not None:
        return told
    title = clean(world.scenario.title) or clean(world.scenario.name) or words("report.own_title")
    return title, clean(world.scenario.story, _LONGEST_STORY)


def changes(setup: Setup) -> tuple[int, int, int]:
    """Return how many dials, levers and assumptions differ from the world's own."""
    roles = [find_declaration(path).role for path, _ in setup.values]
    levers = roles.count("lever") + len(setup.levers)
    return roles.count("dial"), levers, len(setup.assumptions)
