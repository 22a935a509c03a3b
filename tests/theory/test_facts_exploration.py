"""Exploration and exploitation: what counts as new and as stable, and the study in quick form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from experiments.validation.facts import exploration
from experiments.validation.facts.births import births, world


def made(share: Callable[[int], float], births_a_year: int = 1000) -> pd.DataFrame:
    """Return a table in which exploration's share is a function of the year, the same in two runs and everywhere."""
    return pd.DataFrame([
        {"world": name, "seed": seed, "coding": coding, "year": year, "births": births_a_year,
         "new": round(share(year) * births_a_year)}
        for name in (*exploration.ABOVE, exploration.BELOW) for seed in range(2)
        for coding in exploration.CODINGS for year in range(exploration.YEARS)
    ])  # fmt: skip


def verdicts(table: pd.DataFrame) -> dict[str, str]:
    return {row.key: row.verdict for row in exploration.rows(exploration.conclude(table))}


def test_a_constant_share_is_stable() -> None:
    found = verdicts(made(lambda year: 0.6))
    assert found["stable-three-ingredients-pairs"] == "holds"
    assert found["level-pairs"] == "holds"


def test_a_falling_share_is_not() -> None:
    """It falls by 0.15 from years 10–15 to years 25–30."""
    found = verdicts(made(lambda year: 0.8 - 0.01 * year))
    assert found["stable-three-ingredients-pairs"] == "fails"
    assert found["level-pairs"] == "holds"


def test_a_share_of_nothing_is_not_stable() -> None:
    found = verdicts(made(lambda year: 0.0))
    assert found["stable-fintech-sets"] == "fails"
    assert found["level-sets"] == "fails"


def test_the_transient_is_left_out() -> None:
    assert verdicts(made(lambda year: 0.6 if year >= 10 else 1.0))["stable-three-ingredients-sets"] == "holds"


def test_new_combinations_are_counted_as_they_come() -> None:
    """Against a set that is filled birth by birth."""
    rows = pd.DataFrame(exploration.outcome({"world": "three-ingredients", "seed": 5})["rows"])
    with world("three-ingredients", 5, 12 * exploration.YEARS) as model:
        born = births(model.state)
    for coding, parts in (("sets", born.born_set[:, None]), ("pairs", np.sort(born.sets, axis=1))):
        seen: set[tuple[int, ...]] = set()
        new = np.zeros(exploration.YEARS, int)
        for month, what in zip(born.month.tolist(), map(tuple, parts.tolist()), strict=True):
            new[month // 12] += what not in seen
            seen.add(what)
        assert rows[rows["coding"] == coding]["new"].tolist() == new.tolist()
    kinds = rows[rows["coding"] == "kinds"]
    assert kinds["new"].sum() == len(born.month)
    assert (kinds["births"] > kinds["new"]).any(), "incremental births are counted too"


def test_rows_stand_on_findings(quick: Callable[[str], Any]) -> None:
    rows = quick("exploration").rows
    # the share of new pairs of topics falls by 0.19 with a standard error of 0.004; kinds change by 0.015
    assert rows["stable-three-ingredients-topics"].verdict == "fails"
    assert rows["stable-three-ingredients-sets"].verdict == "fails"
    assert rows["stable-three-ingredients-kinds"].verdict == "holds"
    assert rows["contrast-topics"].verdict == "fails"
    assert all(row.note for row in rows.values() if row.verdict == "fails")


def test_the_study_survives_its_files(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("exploration"), reread("exploration")
    rows = {key: row.verdict for key, row in again.rows.items()}
    assert rows == {key: row.verdict for key, row in found.rows.items()}
    assert len(exploration.draw(found.table).axes) == 3
    assert {row.verdict for row in exploration.rows({})} == {"undecided"}
