"""What one visitor has: language, ecosystem, what is set, what was kept to compare. Apart from every other visitor's.

Solara keeps reactive variables of a module per session. Pages read and set these and nothing else of each other's.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call"

from __future__ import annotations

import solara

from dashboards import arrivals, links
from dashboards.keeping import Kept
from dashboards.playing import the_pool
from dashboards.setup import FIRST, OWN, STORIES, Setup, World, story
from dashboards.text import LANGUAGES, Words, words
from ecosim.errors import EcosimError

__all__ = [
    "FIRST", "STORIES", "Kept", "begin", "change", "choose", "kept", "language", "message", "own", "owner", "say",
    "setup", "story", "title", "world",
]  # fmt: skip


language: solara.Reactive[str] = solara.reactive("en")
setup: solara.Reactive[Setup] = solara.reactive(Setup(FIRST))
own: solara.Reactive[World | None] = solara.reactive(None)  # the visitor's own ecosystem, once there is one
kept: solara.Reactive[tuple[Kept, ...]] = solara.reactive(())
message: solara.Reactive[str] = solara.reactive("")  # why something was refused; shown on top of every page
_begun: solara.Reactive[bool] = solara.reactive(False)


def say() -> Words:
    """Return the words of this visitor's language."""
    return words(language.value)


def world(name: str | None = None) -> World:
    """Return a world by its name, None for the one that is set; raises EcosimError when there is no such world."""
    wanted = setup.value.world if name is None else name
    if wanted == OWN:
        if own.value is None:
            raise EcosimError(say()("app.no_own"))
        return own.value
    return story(wanted)


def title(name: str) -> str:
    """Return what a world is called, in the visitor's language where it ships."""
    if name == OWN:
        return say()("explore.own_title", title=world(OWN).scenario.title)
    told = say().story(name)
    return story(name).scenario.title if told is None else told[0]


def owner() -> str:
    """Return the name under which this session's jobs are handed in."""
    return str(solara.get_kernel_id())


def choose(name: str) -> None:
    """Turn to another world: nothing is changed there yet, the seed stays."""
    world(name)
    setup.value = Setup(name, seed=setup.value.seed)


def change(new: Setup) -> None:
    """Take over another setup, of the same world or another."""
    setup.value = new


def begin(search: str | None) -> None:
    """Take over what a link says, once, at the start of a session; what it says wrongly is left out and shown."""
    if _begun.value:
        return
    _begun.value = True
    found = links.read(search or "", _browser_language())
    language.value = found.language
    setup.value = found.setup
    if found.problems:
        message.value = say()("controls.link_refused", details=" ".join(found.problems))


def _browser_language() -> str:
    """Return the language that the visitor's browser asks for, as far as there is one of ours."""
    sent: dict[str, list[str]] = solara.lab.headers.value or {}
    wanted: list[str] = next((values for name, values in sent.items() if name.lower() == "accept-language"), [])
    return links.preferred(",".join(wanted))


def speak(code: str) -> None:
    """Turn to another language."""
    if code in LANGUAGES:
        language.value = code


def leave() -> None:
    """End what the visitor has under way and forget their files; called when the session ends."""
    the_pool().leave(owner())
    arrivals.forget(owner())
