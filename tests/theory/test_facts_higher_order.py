"""Higher-order novelties: what comes together in a birth, its null, and the study in quick form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.validation.facts import higher_order
from experiments.validation.facts.births import CELL, births, world
from experiments.validation.facts.growth import combined, distinct


def test_combinations_have_no_order() -> None:
    parts = np.array([[1, 2, 3], [3, 2, 1], [1, 1, 2], [2, 1, 1], [1, 2, 2]])
    numbers = combined(parts)
    assert numbers[0] == numbers[1]
    assert numbers[2] == numbers[3] != numbers[4]
    assert len(set(numbers.tolist())) == 3


def test_births_are_read_from_the_state_as_it_is() -> None:
    """Against a slow reading of the same columns, brick by brick."""
    with world("three-ingredients", 3, 60) as model:
        born, bricks = births(model.state), model.state.bricks
        rows = np.flatnonzero((bricks["generation"] > 0) & (bricks["birth"] >= 0)).tolist()
        assert len(rows) == len(born.month) > 1000
        sequences = higher_order.sequences(born, "bricks")
        at = 0
        for place, row in enumerate(rows):
            a, b = (int(parent) for parent in bricks["parents"][row])
            assert born.parents[place].tolist() == [a, b]
            assert born.sets[place].tolist() == [int(bricks["sectors"][a]), int(bricks["sectors"][b])]
            if max(bricks["generation"][a], bricks["generation"][b]) == 0:
                assert born.grand[place].tolist() == [-1, -1]
                continue
            leading, other = (a, b) if bricks["generation"][a] >= bricks["generation"][b] else (b, a)
            grand = [int(parent) for parent in bricks["parents"][leading]]
            assert sequences[3][at].tolist() == [other, *grand]
            assert sequences[2][at].tolist() == [a, b]
            at += 1
        assert at == len(sequences[3])
        one, two = born.parents[0]
        same = (np.floor(bricks["position"][one] / CELL) == np.floor(bricks["position"][two] / CELL)).all()
        assert (born.cells[0, 0] == born.cells[0, 1]) == same


def test_a_pair_of_bricks_is_always_new(quick: Callable[[str], Any]) -> None:
    """The spent set of the model: no pair makes two hybrids."""
    with world("three-ingredients", 4, 60) as model:
        pair = combined(births(model.state).parents)
    assert distinct(pair)[-1] == len(pair)
    assert quick("higher-order").rows["sublinear-2-bricks"].verdict == "fails"


def test_null_keeps_the_elements(quick: Callable[[str], Any]) -> None:
    table = quick("higher-order").table
    first = table[(table["part"] == "order") & (table["order"] == 1)]
    assert np.allclose(first["ratio"], 1.0)
    assert np.allclose(first["null"], first["exponent"])


def test_rows_stand_on_findings(quick: Callable[[str], Any]) -> None:
    rows = quick("higher-order").rows
    # differences of exponents of 0.05 and more, with standard errors below 0.01
    for name in higher_order.WORLDS:
        for vocabulary in higher_order.VOCABULARIES:
            assert rows[f"rising-{name}-{vocabulary}"].verdict == "holds"
    assert rows["power-law-2-three-ingredients-sets"].verdict == "fails"
    assert rows["pairing-2-three-ingredients-sets"].verdict == "holds"
    assert rows["sublinear-2-sets"].verdict == "holds"
    assert all(row.note for row in rows.values() if row.verdict != "holds")


def test_exponents_that_fall_with_the_order_fail() -> None:
    """Findings the other way round must turn the verdict."""
    down = {"β2 − β1": [-0.1, -0.2, -0.05], "β3 − β2": [0.1, 0.05, 0.2], "β3": [0.9, 0.8, 0.95]}
    rows = {row.key: row for row in higher_order.rows({"three-ingredients, cells": down})}
    assert rows["rising-three-ingredients-cells"].verdict == "fails"
    assert {row.verdict for row in higher_order.rows({})} == {"undecided"}


def test_the_study_survives_its_files(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("higher-order"), reread("higher-order")
    rows = {key: row.verdict for key, row in again.rows.items()}
    # exponents of 1 rounded to six digits are 1 still
    assert rows == {key: row.verdict for key, row in found.rows.items()}
    assert len(higher_order.draw(found.table).axes) == 2
