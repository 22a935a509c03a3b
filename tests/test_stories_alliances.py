"""The stories of groups and of the weak link, in their quick forms; in full: docs/stories/."""

from __future__ import annotations

from typing import Any

import pytest

from ecosim import EcosystemModel, Scenario
from experiments.stories import STORIES

NAMES = ("mecapole", "alfadir", "viameca")


@pytest.mark.parametrize("name", NAMES)
def test_scenarios_tell_their_story_and_keep_their_books(name: str) -> None:
    scenario = Scenario.load(name)
    assert "\n" not in scenario.title
    assert scenario.story
    with EcosystemModel(name, seed=1, check=True, reproduction_every=0) as model:
        assert len(model.run(12).months) == 12


@pytest.mark.parametrize("name", ["mecapole", "alfadir"])
def test_groups_reach_their_reported_sizes(name: str) -> None:
    """Medians of 36 seeds within 20 % of what was reported, as over 100 seeds (docs/stories/).

    Standard errors of such medians, from the 100 seeds: employees 4 % (Mécapole) and 5 % (ALFADIR), equity 4 %,
    turnover 3 %. The medians over 100 seeds are 1 %, 4 %, 14 % and −5 % away from what was reported: of the quick
    figures equity is the one that may leave the band by chance when draws change (1.5 standard errors).
    """
    story = STORIES[name]
    table = story.run(quick=True, workers=1)
    found: dict[str, Any] = story.conclude(table)
    for figure in story.REPORTED:
        assert 0.8 <= found[figure]["median over reported"][0] <= 1.2, (figure, found[figure])
    assert found["members"][0] == Scenario.load(name).parameters.alliances.members_most
    assert table["largest_1"].max() == 0  # nobody joins forces before the market gives a common vision
    assert story.draw(table).axes


def test_no_group_without_a_common_vision() -> None:
    with EcosystemModel("mecapole", seed=1, attractor_dial=0.0, reproduction_every=0) as model:
        assert len(model.run(120).state.alliances) == 0


def test_support_pays_where_the_weakest_link_is() -> None:
    """Training in forging yields more per euro where it is the weakest link, and less where engineering is.

    14 seeds, in pairs: standard errors of the differences are about 4 € (shipped) and 3 € (exchanged) per euro of
    training, from the 60 seeds of docs/stories/viameca.md; the differences there are 81 € and −13 €.
    """
    story = STORIES["viameca"]
    table = story.run(quick=True, workers=1)
    found = story.conclude(table)
    assert found["the low-margin strategic link yields more"]
    assert found["the reverse where it is not the weakest"]
    spent = table.loc[table["trained"] != "none", "spent"]
    assert spent.to_numpy() == pytest.approx(900.0)  # the same money everywhere
    assert story.draw(table).axes
