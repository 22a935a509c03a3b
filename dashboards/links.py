"""A link to what is set: query strings that say it, read back with the same care as any input from strangers.

``lang=fr&story=fintech&seed=3&months=96&dials.medium_dial=0.4&lever.training=0.5,12,60,1000``: a lever is intensity,
first month, length (empty: to the end) and budget in k€ (empty: without limit). What is wrong in a link is left out and
named. Nothing of it is ever run, opened or shown as anything but text. An ecosystem of the visitor's own cannot be in a
link: its files are not.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from dashboards.setup import FIRST, OWN, STORIES, Lever, Setup, World, story
from dashboards.text import LANGUAGES, Words, words
from ecosim.declaration import Value
from ecosim.errors import EcosimError, ParameterError, ScenarioError
from ecosim.parameters import declarations, find_declaration
from ecosim.specs import LEVERS

__all__ = ["LONGEST", "Link", "preferred", "query", "read"]

LONGEST = 4_000  # characters
_LEVER = "lever."
_SHOWN = 60  # characters of what was got, in a message
_PROBLEMS = 5  # as many are named, the rest is counted
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


class Link(NamedTuple):
    """What a link says: the setup, the language, and in that language what was wrong and left out."""

    setup: Setup
    language: str
    problems: list[str]


class _WrongError(Exception):
    """Something in a link that is left out; the message is in the visitor's language."""


# -- out ------------------------------------------------------------------------------------------------------


def query(setup: Setup, language: str) -> str:
    """Return the query string of a setup."""
    if setup.world == OWN:
        return f"lang={quote(language)}&story={OWN}"
    parts = {"lang": language, "story": setup.world, "seed": str(setup.seed)}
    if setup.months is not None:
        parts["months"] = str(setup.months)
    for path, value in setup.values:
        parts[path] = _written(value)
    for name, lever in setup.levers:
        fields = (lever.intensity, lever.start, lever.length, lever.budget)
        parts[_LEVER + name] = ",".join("" if value is None else _written(value) for value in fields)
    return "&".join(f"{key}={quote(value, safe=',')}" for key, value in parts.items())


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)  # the shortest that is read back to the same bits
    return text.removesuffix(".0")


# -- in -------------------------------------------------------------------------------------------------------


def read(search: str, language: str = "en") -> Link:
    """Return what a query string says. Never raises, whatever it is.

    search : with or without the question mark; language : of the visitor, where the link names none
    """
    search = search.removeprefix("?")
    if len(search) > LONGEST:
        return Link(Setup(FIRST), language, [words(language)("controls.link_long", most=LONGEST)])
    pairs: dict[str, str] = {}
    refused: list[tuple[str, dict[str, str]]] = []
    for part in filter(None, search.split("&")):
        name, _, raw = part.partition("=")
        try:
            key, value = _decoded(name), _decoded(raw)
        except ValueError:
            refused.append(("controls.link_encoding", {"got": _shown(part)}))
            continue
        if key in pairs:
            refused.append(("controls.link_twice", {"name": _shown(key)}))
        else:
            pairs[key] = value
    spoken = pairs.pop("lang", language)
    if spoken not in LANGUAGES:
        refused.append(("controls.link_language", {"got": _shown(spoken), "allowed": ", ".join(LANGUAGES)}))
        spoken = language
    say = words(spoken)
    reading = _Reading(say)
    setup = reading.setup(pairs)
    problems = [say(key, **values) for key, values in refused] + reading.problems
    if len(problems) > _PROBLEMS:
        problems = [*problems[:_PROBLEMS], say("controls.link_more", number=len(problems) - _PROBLEMS)]
    return Link(setup, spoken, problems)


def preferred(accepted: str) -> str:
    """Return the language that a browser's Accept-Language asks for most, English where it asks for none of ours."""
    best, found = 0.0, "en"
    for entry in accepted[:500].lower().split(","):
        code, _, weight = entry.partition(";")
        code = code.strip().split("-")[0]
        number = re.fullmatch(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", weight, re.ASCII)
        share = float(number[1]) if number else 0.0 if weight else 1.0
        if code in LANGUAGES and share > best:
            best, found = share, code
    return found


class _Reading:
    """Takes over the pairs of a link one by one; what is refused is kept as a sentence."""

    def __init__(self, say: Words) -> None:
        self._say = say
        self.problems: list[str] = []

    def setup(self, pairs: dict[str, str]) -> Setup:
        """Return the setup that the pairs say, with what is wrong left out."""
        name = pairs.pop("story", FIRST)
        if name == OWN:
            self.problems.append(self._say("controls.link_own"))
            return Setup(FIRST)
        if name not in STORIES:
            hint = self._nearest(name, list(STORIES))
            self.problems.append(self._say("controls.link_story", got=_shown(name), hint=hint))
            return Setup(FIRST)
        world, setup = story(name), Setup(name)
        for key, text in pairs.items():
            try:
                setup = self._taken(setup, world, key, text)
            except (_WrongError, EcosimError) as problem:
                self.problems.append(f"{str(problem)[:300]}.")
        return self._fitting(setup, world)

    def _taken(self, setup: Setup, world: World, key: str, text: str) -> Setup:
        if key == "seed":
            return setup.with_seed(self._whole(key, text))
        if key == "months":
            return setup.with_months(self._whole(key, text), world)
        if key.startswith(_LEVER):
            return self._pulled(setup, key.removeprefix(_LEVER), text)
        if "." not in key or len(key) > _SHOWN:
            raise self._unknown(key)
        try:
            declaration = find_declaration(key)
        except ParameterError:
            raise self._unknown(key) from None
        value = self._value(key, text, declaration.type, declaration.allowed)
        # whether the whole fits together is seen at the end: two changes may only fit both
        changed = dict(setup.values)
        changed[declaration.path] = declaration.check(value)
        return Setup(setup.world, setup.seed, setup.months, tuple(sorted(changed.items())), setup.levers)

    def _pulled(self, setup: Setup, name: str, text: str) -> Setup:
        if name not in LEVERS:
            raise self._unknown(_LEVER + name)
        fields = text.split(",")
        if len(fields) != 4:
            raise _WrongError(self._say("controls.link_lever", name=_LEVER + name, got=_shown(text)))
        where = f"{_LEVER}{name}"
        lever = Lever(
            self._number(where, fields[0]),
            self._whole(where, fields[1]),
            self._whole(where, fields[2]) if fields[2] else None,
            self._number(where, fields[3]) if fields[3] else None,
        )
        checked = lever.checked(name)
        kept = dict(setup.levers) | {name: checked}
        return Setup(setup.world, setup.seed, setup.months, setup.values, tuple(sorted(kept.items())))

    def _fitting(self, setup: Setup, world: World) -> Setup:
        """Return the setup in its own form: what is as in the story is no change. All must fit together."""
        try:
            setup.scenario(world)
            result = Setup(setup.world, setup.seed, setup.months)
            changed = {path: value for path, value in setup.values if value != result.value(path, world)}
            result = Setup(setup.world, setup.seed, setup.months, tuple(sorted(changed.items())))
            for name, lever in setup.levers:
                result = result.with_lever(name, lever, world)
        except (ParameterError, ScenarioError) as problem:
            self.problems.append(f"{str(problem)[:300]}.")
            return Setup(setup.world, setup.seed)
        return result

    # -- values -----------------------------------------------------------------------------------------------

    def _value(self, key: str, text: str, kind: type, allowed: str) -> Value:
        if kind is bool:
            if text not in ("true", "false"):
                raise _WrongError(self._say("controls.link_value", name=key, got=_shown(text), allowed=allowed))
            return text == "true"
        return self._number(key, text, allowed)

    def _number(self, key: str, text: str, allowed: str = "") -> float:
        if not _NUMBER.fullmatch(text):
            words_for = allowed or self._say("controls.link_number")
            raise _WrongError(self._say("controls.link_value", name=key, got=_shown(text), allowed=words_for))
        return float(text)

    def _whole(self, key: str, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            allowed = self._say("controls.link_whole")
            raise _WrongError(self._say("controls.link_value", name=key, got=_shown(text), allowed=allowed))
        return int(text)

    def _unknown(self, key: str) -> _WrongError:
        known = ["lang", "story", "seed", "months", *(_LEVER + name for name in LEVERS)]
        known += [declaration.path for declaration in declarations()]
        return _WrongError(self._say("controls.link_key", name=_shown(key), hint=self._nearest(key, known)))

    def _nearest(self, got: str, known: list[str]) -> str:
        found = get_close_matches(got[:_SHOWN], known, n=1)
        return self._say("controls.link_hint", name=repr(found[0])) if found else ""


def _decoded(text: str) -> str:
    """Return a part of a query string as text; raises ValueError when its encoding is broken."""
    if _BROKEN.search(text):
        raise ValueError(text)
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")


def _shown(text: str) -> str:
    """Return what was got, for a message: short, with control characters written out."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return repr(cut)
