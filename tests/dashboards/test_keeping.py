"""What is kept to be compared: names, numbers, stories."""

from __future__ import annotations

import pytest

from dashboards.keeping import LONGEST, MOST, Kept, keep, rename, without
from dashboards.setup import Setup
from dashboards.text import words
from ecosim.errors import EcosimError

EN = words("en")
FINTECH = Setup("fintech")


def test_setups_are_kept_under_names_of_their_own() -> None:
    kept = keep((), "  more   encounters ", FINTECH, EN)
    assert kept == (Kept("more encounters", FINTECH),)
    for name, why in (("", "name"), ("   ", "name"), ("more encounters", "taken"), ("x" * (LONGEST + 1), "too long")):
        with pytest.raises(EcosimError, match=why):
            keep(kept, name, Setup("fintech", seed=2), EN)


def test_of_one_story_five_are_kept_and_those_of_another_stay() -> None:
    kept: tuple[Kept, ...] = (Kept("one", Setup("levers")),)
    for number in range(MOST):
        kept = keep(kept, f"name {number}", FINTECH, EN)
    with pytest.raises(EcosimError, match=f"At most {MOST}"):
        keep(kept, "one more", FINTECH, EN)
    assert [entry.setup.world for entry in kept] == ["levers", *["fintech"] * MOST]
    assert keep(kept, "name 1", Setup("levers"), EN)[-1] == Kept("name 1", Setup("levers"))  # free in another story


def test_names_can_be_changed_and_setups_go() -> None:
    kept = (Kept("one", FINTECH), Kept("two", FINTECH))
    assert rename(kept, 1, " 2 ", EN) == (Kept("one", FINTECH), Kept("2", FINTECH))
    assert rename(kept, 1, "two", EN) == kept
    with pytest.raises(EcosimError, match="taken"):
        rename(kept, 1, "one", EN)
    assert without(kept, 0) == (Kept("two", FINTECH),)
