"""The words of the pages, in English and French: one file a language and page, the same keys in both.

A key is ``page.name`` and stands in ``text/<language>/<page>.toml``. Values in braces are filled in by the caller; they
are data, never markup.
"""

from __future__ import annotations

import functools
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["LANGUAGES", "Words", "words"]

LANGUAGES = {"en": "English", "fr": "Français"}
_UNKNOWN = "–"


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str
    known: dict[str, str]

    def __call__(self, key: str, **values: Any) -> str:
        """Return the words of a key (``page.name``) with its values filled in; KeyError for one that is not there."""
        return self.known[key].format(**values) if values else self.known[key]

    def page(self, name: str) -> dict[str, str]:
        """Return all words of one page by their name alone, for a component that fills them in by itself."""
        start = f"{name}."
        return {key.removeprefix(start): text for key, text in self.known.items() if key.startswith(start)}

    def story(self, name: str) -> tuple[str, str] | None:
        """Return the title of a story that ships and what it tells, None for a name without words."""
        key = f"stories.{name.replace('-', '_')}"
        return (self(f"{key}_title"), self(f"{key}_story")) if f"{key}_title" in self.known else None

    def number(self, value: float | None, digits: int = 3) -> str:
        """Return a number as this language writes it: thousands set apart, `digits` figures if not whole."""
        if value is None or math.isnan(value):
            return _UNKNOWN
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        size = float(f"{abs(value):.{digits}g}")  # rounded first: 99.96 is 100, not 100.0
        if size >= 10 ** (digits - 1) or value == round(value):
            text = f"{round(abs(value)):,}"
        else:
            text = f"{size:.{max(digits - 1 - math.floor(math.log10(size)), 0)}f}"
        if self.language == "fr":
            text = text.replace(",", "\u202f").replace(".", ",")
        return ("−" if value < 0 and text.strip("0.,") else "") + text

    def interval(self, estimate: float, low: float, high: float, digits: int = 3) -> str:
        """Return an estimate with its interval, such as ``12.3 [10.1, 14.5]``."""
        between = " ; " if self.language == "fr" else ", "
        return f"{self.number(estimate, digits)} [{self.number(low, digits)}{between}{self.number(high, digits)}]"

    def duration(self, seconds: float) -> str:
        """Return how long something takes, roughly: seconds, and from two minutes on minutes."""
        if seconds < 120:
            return f"{self.number(max(round(seconds), 1))}\u00a0s"
        return f"{self.number(round(seconds / 60))}\u00a0min"


@functools.cache
def words(language: str) -> Words:
    """Return the words of a language (a key of `LANGUAGES`)."""
    if language not in LANGUAGES:
        raise KeyError(language)
    known: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / language).glob("*.toml")):
        for name, text in tomllib.loads(path.read_text(encoding="utf-8")).items():
            known[f"{path.stem}.{name}"] = text
    return Words(language, known)
