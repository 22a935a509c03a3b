"""Telling: facts in the words of a language. Knows templates (``text/<language>.toml``) and facts, no state."""

from __future__ import annotations

import functools
import math
import string
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ecosim.errors import ParameterError
from ecosim.state import Fact

__all__ = ["LANGUAGES", "Name", "Teller", "kind_words", "teller"]

LANGUAGES = ("en", "fr")
_MOST_NAMES = 4  # of sectors in one sentence
_TEXT = Path(__file__).parent / "text"

Name = str | tuple[str, int]  # of an organisation; of one without a name its kind and row


class Teller(string.Formatter):
    """Tells facts in one language: numbers as it writes them, counts with their nouns."""

    def __init__(self, text: Mapping[str, Mapping[str, Any]]) -> None:
        self.sentences = text["sentences"]
        self.kinds: Mapping[str, str] = text["kinds"]
        self._grammar, self._terms = text["grammar"], text["terms"]

    def tell(self, what: Fact | str) -> str:
        """Return the sentence of a fact; a sentence that is one already stays as it is."""
        if not isinstance(what, Fact):
            return what
        template = self.sentences[what.key]
        if not isinstance(template, str):
            count = int(what.values["count"])
            template = template["one" if count == 1 or (count == 0 and self._grammar["zero"]) else "many"]
        return self.vformat(template, (), what.values)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value as the template asks for it."""
        return str(getattr(self, f"_{format_spec}")(value) if format_spec else value)

    # -- how values are told ----------------------------------------------------------------------------------

    def _number(self, value: int) -> str:
        return self._written(f"{value:,}")

    def _decimal(self, value: float) -> str:
        return self._written(f"{value:g}")

    def _r(self, value: float) -> str:
        return "∞" if math.isinf(value) else self._written(f"{value:.2f}")

    def _money(self, amount: float) -> str:
        """k€ in words."""
        return self._written(f"{amount / 1000:,.3g} M€" if amount >= 1000 else f"{amount:,.3g} k€")

    def _term(self, value: str) -> str:
        return self._terms.get(value, value)

    def _kind(self, value: str) -> str:
        return self.kinds.get(value, value)

    def _one(self, name: Name) -> str:
        return name if isinstance(name, str) else f"{self._term(name[0])} {name[1]}"

    def _all(self, names: Sequence[Name]) -> str:
        return self._grammar["and"].join(self._one(name) for name in names) or self._term("nobody")

    def _some(self, names: Sequence[str]) -> str:
        if len(names) > _MOST_NAMES:
            shown = ", ".join(names[: _MOST_NAMES - 1])
            return self._grammar["more"].format(names=shown, count=len(names) - _MOST_NAMES + 1)
        return self._enumerated(names)

    def _told(self, fact: Fact) -> str:
        return self.tell(fact)

    def _parts(self, facts: Sequence[Fact]) -> str:
        return self._enumerated([self.tell(fact) for fact in facts])

    def _enumerated(self, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}{self._grammar['and']}{parts[-1]}"

    def _written(self, number: str) -> str:
        """Return a number in English writing, with its unit or without, as this language writes it."""
        marks = {",": self._grammar["thousands"], ".": self._grammar["decimal"], " ": self._grammar["unit"]}
        return "".join(marks.get(mark, mark) for mark in number)


@functools.cache
def teller(language: str) -> Teller:
    """Return who tells in a language; raises ParameterError for one that is not among `LANGUAGES`."""
    if language not in LANGUAGES:
        raise ParameterError(f"language = {language!r}: allowed is one of {', '.join(LANGUAGES)}")
    return Teller(tomllib.loads((_TEXT / f"{language}.toml").read_text(encoding="utf-8")))


def kind_words(language: str) -> dict[str, str]:
    """Return each kind of event in the words of a language; raises ParameterError for an unknown language."""
    return dict(teller(language).kinds)
