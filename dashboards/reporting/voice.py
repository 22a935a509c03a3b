"""Words and numbers of one language as a report writes them, and names of strangers made safe to show."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime
from typing import Any

from dashboards.text import Words, words
from ecosim.declaration import Declaration, Value

__all__ = ["Voice", "clean", "safe_file_name"]

_NARROW = re.compile(r" ([:;?!»%])")
_MONEY = ((1e6, "G€", "Md€"), (1e3, "M€", "M€"), (1.0, "k€", "k€"))  # from so many k€ on: English, French


class Voice:
    """Says the words of ``report.toml`` in one language, with numbers as this language writes them."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words: Words = words(language)

    def __call__(self, key: str, **values: Any) -> str:
        """Return the words of a key, of this page's when it has no dot, filled in with values (texts)."""
        known = self.words(key if "." in key else f"report.{key}")
        if self.language == "fr":
            known = _NARROW.sub("\u00a0\\1", known).replace("« ", "«\u00a0")
        return known.format(**values) if values else known

    def number(self, value: float | None, digits: int = 3) -> str:
        """Return a number, or that it is not known."""
        if value is None or math.isnan(value):
            return self("unknown")
        return self("no_bound") if math.isinf(value) else self.words.number(value, digits)

    def whole(self, value: float | None) -> str:
        """Return a number without its fraction."""
        return self.number(None if value is None or not math.isfinite(value) else round(value))

    def signed(self, value: float | None, digits: int = 3) -> str:
        """Return a difference with its sign."""
        if value is None or not math.isfinite(value):
            return self("unknown")
        return f"+{self.number(value, digits)}" if value > 0 else self.number(value, digits)

    def money(self, value: float | None, sign: bool = False) -> str:
        """Return an amount in k€ as k€, M€ or thousands of M€, whichever reads best."""
        if value is None or not math.isfinite(value):
            return self("unknown")
        size, english, french = next((one for one in _MONEY if abs(value) >= one[0]), _MONEY[-1])
        unit = french if self.language == "fr" else english
        said = self.signed if sign else self.number
        return f"{said(value / size)}\u00a0{unit}"

    def share(self, value: float) -> str:
        """Return a share of 1 in percent."""
        text = self.words.number(100 * value, 2)
        return f"{text}\u00a0%" if self.language == "fr" else f"{text}%"

    def date(self, when: datetime) -> str:
        """Return a date and time, which is in UTC."""
        names = self("month_names").split(",")
        return self("on", day=str(when.day), month=names[when.month - 1], year=str(when.year), time=f"{when:%H:%M}")

    def value(self, value: Value) -> str:
        """Return the value of a parameter, as far as it was set."""
        if isinstance(value, bool):
            return self("yes") if value else self("no")
        return self.plain(value)

    def plain(self, value: float) -> str:
        """Return a number without digits that say nothing, as at the tick of an axis."""
        text = f"{value:,.12g}".replace("-", "−")
        return text.replace(",", "\u202f").replace(".", ",") if self.language == "fr" else text

    def meaning(self, declaration: Declaration) -> str:
        """Return what a parameter is, in one line."""
        return declaration.french if self.language == "fr" else declaration.english

    def unit(self, declaration: Declaration) -> str:
        """Return the unit of a parameter; one that has no words yet stays as it was declared."""
        key = f"units.{declaration.unit}"
        return self(key) if key in self.words.known else declaration.unit

    def listed(self, parts: list[str]) -> str:
        """Return texts as one enumeration."""
        return ("\u00a0; " if self.language == "fr" else "; ").join(parts)


def clean(name: str, longest: int = 160) -> str:
    """Return a stranger's name or text on one line: without control characters, without those that turn the direction
    of all that follows, and not longer than `longest`.
    """  # fmt: skip
    kept = "".join(letter for letter in " ".join(name.split()) if unicodedata.category(letter) not in _REFUSED)
    return kept if len(kept) <= longest else f"{kept[: longest - 1].rstrip()}…"


_REFUSED = ("Cc", "Cf", "Cs", "Co", "Cn")


def safe_file_name(name: str, default: str = "own", longest: int = 40) -> str:
    """Return a name that any file system takes: small letters a to z, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-") or default
