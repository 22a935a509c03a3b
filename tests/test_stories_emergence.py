"""The stories that ship: every scenario plays and has its page; the five stories of emergence, in quick forms."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.scenario import shipped_scenarios
from experiments.stories import STORIES
from experiments.stories.comparing import mean_of, paired

PAGES = Path(__file__).parents[1] / "docs" / "stories"
OURS = ("cosmetotextile", "fintech", "bordeaux-wuhan", "acculturation", "france-clusters")
TOLD = [name for name in shipped_scenarios() if name != "three-ingredients"]  # the theory's own, in docs/behaviours.md


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_scenario_says_what_it_is_and_plays(name: str) -> None:
    scenario = Scenario.load(name)
    assert scenario.name == name
    assert scenario.title
    assert len(scenario.story) > 100
    model = EcosystemModel(scenario.with_values({"record.check": True}), seed=1).run(3)
    assert len(model.months) == 3


@pytest.mark.parametrize("name", OURS)
def test_every_story_has_a_page_and_a_figure(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f"]({name}.png)" in page
    assert (PAGES / f"{name}.png").stat().st_size > 10_000
    assert f"python -m experiments.stories {name}" in page
    assert f"({name}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")
    assert name in STORIES


@pytest.mark.parametrize("name", TOLD)
def test_the_index_leads_to_a_page_with_a_figure(name: str) -> None:
    links = re.findall(r"\[([a-z-]+)\]\(([^)#]+)[^)]*\)", (PAGES / "README.md").read_text(encoding="utf-8"))
    page = PAGES / dict(links)[name]
    figures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", page.read_text(encoding="utf-8"))
    assert figures
    assert all((page.parent / figure).exists() for figure in figures)


def test_three_ingredients_is_the_core_alone() -> None:
    mechanisms = Scenario.load("three-ingredients").parameters.mechanisms
    assert not mechanisms.economy
    assert not mechanisms.trust


@pytest.mark.parametrize("name", OURS)
def test_everything_is_on(name: str) -> None:
    mechanisms = Scenario.load(name).parameters.mechanisms
    assert all(vars(mechanisms).values())


def table_of(name: str, cases: tuple[str, ...], seeds: int) -> pd.DataFrame:
    """Return the outcomes of some cases of a story."""
    story = STORIES[name]
    jobs = [{"case": case, "seed": seed} for seed in range(seeds) for case in cases]
    return pd.DataFrame([{**job, **story.outcome(job)} for job in jobs])


def test_cosmetics_and_textile_need_bridges_concept_and_both_sectors() -> None:
    cases = ("all", "no bridges", "no concept", "one sector")
    table = table_of("cosmetotextile", cases, 3)
    everything = mean_of(table, "all", "later").estimate
    assert everything > 500
    assert mean_of(table, "no bridges", "later").estimate < 0.35 * everything
    assert mean_of(table, "no concept", "later").estimate < 0.02 * everything
    assert mean_of(table, "one sector", "later").estimate == 0
    assert paired(table, "later", "all", "no bridges").low > 0


def test_fintech_tips_and_is_relayed() -> None:
    table = table_of("fintech", ("with the relay", "without the relay", "no FinTech"), 3)
    assert mean_of(table, "with the relay", "cohort_after").estimate > 1
    assert mean_of(table, "no FinTech", "cohort_after").estimate < 0.5
    for column in ("hybrids", "startups", "sales"):
        shipped = table[table["case"] == "with the relay"][column].to_numpy()
        assert (shipped > table[table["case"] == "no FinTech"][column].to_numpy()).all()
    assert paired(table, "hybrids", "with the relay", "without the relay").estimate > 0


def test_science_alone_crosses_from_bordeaux_to_wuhan() -> None:
    table = table_of("bordeaux-wuhan", ("science", "no ties across", "bridges only", "business ties instead"), 3)
    assert (table[table["case"] == "science"]["joint"] > 100).all()
    for case in ("no ties across", "bridges only"):
        assert (table[table["case"] == case]["joint"] == 0).all()
    assert mean_of(table, "science", "joint_exports").estimate > 0
    # the limit that the page tells: firms that meet the hospitals themselves export more
    assert paired(table, "exports", "business ties instead", "science").estimate > 0


def test_the_files_of_bordeaux_wuhan_are_what_their_program_writes(tmp_path: Path) -> None:
    from experiments.stories.bordeaux_inputs import write

    write(tmp_path)
    shipped = Scenario.load("bordeaux-wuhan").input_files
    for role in ("organisations", "ties"):
        assert (tmp_path / shipped[role].name).read_bytes() == shipped[role].read_bytes()


def acculturated(length: int, tradition: float = 0.005, seeds: int = 4) -> pd.DataFrame:
    """Return adoption abroad with a programme of some months (0: switched off)."""
    story = STORIES["acculturation"]
    jobs = [
        {"case": "", "tradition": tradition, "length": length, "months": 240, "seed": seed} for seed in range(seeds)
    ]
    return pd.DataFrame([{**job, **story.outcome(job)} for job in jobs])


def test_adoption_abroad_stays_up_after_the_programme() -> None:
    on, off = acculturated(48), acculturated(0)
    assert (on["at_end"] > on["at_start"] + 5).all()
    assert (on["at_last"] > on["at_end"]).all()  # 14 years after
    assert (off["at_last"] < 1).all()
    assert (on["at_last"] > off["at_last"] + 5).all()


def test_adoption_falls_back_where_tradition_is_strong_or_the_programme_short() -> None:
    strong, short = acculturated(48, tradition=0.04, seeds=2), acculturated(1, seeds=2)
    assert (strong["at_last"] < 1).all()
    assert (strong["at_end"] > 3).all()
    assert (short["at_last"] < 5).all()


def test_france_with_a_twentieth_of_its_firms() -> None:
    story = STORIES["france-clusters"]
    scenario = Scenario.load("france-clusters")
    assert scenario.parameters.population.firms == 60_000
    assert scenario.parameters.population.clusters == 200
    with_all = story.outcome({"case": "as shipped", "seed": 1, "share": 20})
    without = story.outcome({"case": "no attractor", "seed": 1, "share": 20})
    assert with_all["births@120"] > 2 * without["births@120"]
    assert with_all["alliances@120"] > 0
    assert with_all["employees@120"] > without["employees@120"]


def test_a_concept_elsewhere_does_not_make_cosmetotextiles() -> None:
    """It is the concept between cosmetics and textile that does it, not any concept of the same strength."""
    from ecosim.measures import sector_crossings

    found = []
    for sectors in (("cosmetics", "textile"), ("health", "chemistry")):
        scenario = Scenario.load("cosmetotextile")
        concept = replace(scenario.attractors[0], sectors=sectors)
        model = EcosystemModel(replace(scenario, attractors=(concept,)), seed=0, reproduction_every=0).run()
        table = sector_crossings(model.state).set_index(["first_sector", "second_sector"])
        found.append(int(table.loc[("cosmetics", "textile"), "hybrids"]))
    assert found[1] < 0.35 * found[0]
