"""What the page says in words: numbers, the headline, what figures show to those who do not see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.state import State

__all__ = [
    "births_alt", "cascades_alt", "count", "crossings_alt", "family_alt", "headline", "last_reproduction", "number",
    "places_alt", "reproduction_alt",
]  # fmt: skip

_SHORTEST = 12  # months, for "feed on each other" to be told at all


def number(value: Any, digits: int = 3) -> str:
    """Return a number as text: whole ones with thousands set apart, others to a few significant digits."""
    if value is None:
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{int(value):,}"
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == round(value) and abs(value) < 1e15:
        return f"{round(value):,}"
    if abs(value) >= 10 ** (digits - 1):
        return f"{round(value):,}"
    return f"{value:.{digits}g}"


def count(many: float, one: str, several: str | None = None) -> str:
    """Return a number with its noun, such as ``1 firm`` or ``12 firms``."""
    return f"{number(int(many))} {one if many == 1 else several or one + 's'}"


# -- the headline ---------------------------------------------------------------------------------------------


def last_reproduction(months: pd.DataFrame) -> tuple[str, int, float] | None:
    """Return (which R, month, value) of the last R that is known: theoretical, or else instantaneous."""
    for column, which in (("r_theoretical", "theoretical"), ("r_instantaneous", "instantaneous")):
        known = months[months[column].notna()]
        if len(known):
            return which, int(known["month"].iloc[-1]), float(known[column].iloc[-1])
    return None


def headline(state: State, months: pd.DataFrame, emerged: int | None) -> list[str]:
    """Return the answer to the question of the model, in a few short sentences."""
    played = len(months)
    if played == 0:
        return ["No month was played: there is nothing to tell yet."]
    span = count(played, "month")
    born = int(months["births_spontaneous"].sum() + months["births_recombinant"].sum())
    said = [_final(months)]
    if born == 0:
        said.append(f"No hybrid was born in {span}.")
    else:
        recombinant = int(months["births_recombinant"].sum())
        share = f"{number(recombinant)} of them ({recombinant / born:.0%})" if recombinant else "none of them"
        said.append(
            f"{count(born, 'hybrid was born', 'hybrids were born')} in {span}; {share} had a hybrid among the parents."
        )
    last = last_reproduction(months)
    below = last is not None and last[2] < 1
    if emerged is not None:
        said.append(f"Hybrids began to feed on each other in month {emerged} (T*).")
        if below:
            said.append("Since then R has fallen below 1 again: the cascade has slowed down.")
    elif played < _SHORTEST:
        said.append(f"{span.capitalize()}: too short to tell when hybrids begin to feed on each other (T*).")
    else:
        said.append(f"Hybrids did not begin to feed on each other within {span} (T* was not reached).")
    return said


def _final(months: pd.DataFrame) -> str:
    last = last_reproduction(months)
    if last is None:
        return "R is not known: it was never evaluated, and too few hybrids were born to estimate it."
    which, month, value = last
    if math.isinf(value):
        return (
            f"R has no bound in month {month}: copies alone keep a hybrid alive, since it spreads faster than it is "
            "forgotten."
        )
    place = f"R is {value:.2f} in month {month} ({which}), "
    if value < 1:
        return f"{place}below 1: one hybrid leads to fewer than one other. Hybrids do not sustain themselves."
    side = "exactly" if value == 1 else "above"
    return f"{place}{side} 1: one hybrid leads to one other or more. Hybrids feed on each other."


# -- what figures show ----------------------------------------------------------------------------------------


def reproduction_alt(months: pd.DataFrame) -> str:
    """Alternative text of the figure of R."""
    known = months[months["r_theoretical"].notna()]
    if known.empty:
        return "Line chart of R over the months; R was not evaluated from the state."
    first, last = known.iloc[0], known.iloc[-1]
    return (
        f"Line chart of R over {count(len(months), 'month')}. Theoretical R goes from {number(first['r_theoretical'])} "
        f"in month {int(first['month'])} to {number(last['r_theoretical'])} in month {int(last['month'])}; a dashed "
        "line marks 1."
    )


def births_alt(months: pd.DataFrame) -> str:
    """Alternative text of the figure of births."""
    sums = {kind: int(months[f"births_{kind}"].sum()) for kind in ("incremental", "spontaneous", "recombinant")}
    total = ", ".join(f"{number(value)} {kind}" for kind, value in sums.items())
    return f"Two line charts of births per 1,000 organisations and year, by kind and by generation. In all: {total}."


def crossings_alt(crossings: pd.DataFrame) -> str:
    """Alternative text of the matrix of sectors."""
    top = crossings.iloc[0]
    return (
        f"Matrix of pairs of sectors, coloured by the number of hybrids that hold both. The most frequent pair is "
        f"{top['first_sector']} and {top['second_sector']}, with {number(int(top['hybrids']))}. The table has the "
        "first pairs in figures."
    )


def places_alt(names: Sequence[str], per_member: npt.NDArray[np.float64]) -> str:
    """Alternative text of the map or the bars of clusters."""
    best = int(per_member.argmax())
    return (
        f"Clusters by hybrids held per member, from {number(float(per_member.min()))} to "
        f"{number(float(per_member.max()))} ({names[best]})."
    )


def cascades_alt(sizes: npt.NDArray[Any]) -> str:
    """Alternative text of the figure of cascade sizes."""
    alone = float((sizes == 1).mean())
    return (
        f"Share of families of hybrids that are at least so large, on logarithmic scales. "
        f"{count(len(sizes), 'family', 'families')}; {alone:.0%} have a single hybrid, the largest has "
        f"{number(int(sizes[0]))}."
    )


def family_alt(size: int, generations: int) -> str:
    """Alternative text of the tree."""
    hybrids = count(size, "hybrid")
    return f"Tree of the largest family: {hybrids}, up to generation {generations}, from left to right by month."
