"""The event log: the story of a run in sentences, in order, and never without end."""

from __future__ import annotations

import re
import string
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ecosim.events
from ecosim import EcosystemModel, Scenario
from ecosim.errors import ParameterError
from ecosim.events import KINDS, LANGUAGES, LIMIT, event_log, kind_words
from ecosim.events.society import FEW
from ecosim.events.telling import teller
from ecosim.measures import cascade_sizes, hybrids, sector_crossings
from ecosim.parameters import Parameters
from ecosim.scenario import AttractorSpec, ClusterSpec
from ecosim.state import Fact
from tests.green import green

STRONG = {"firms": 300, "labs": 30, "clusters": 4, "base_drive": 0.25}


def play(months: int, scenario: Scenario | None = None, seed: int = 3, **values: Any) -> EcosystemModel:
    return EcosystemModel(scenario, seed=seed, **values).run(months)


@pytest.fixture(scope="module")
def strong() -> EcosystemModel:
    return play(60, **STRONG)


def test_columns_and_order(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    assert list(log.columns) == ["month", "kind", "sentence"]
    assert log["month"].dtype == np.int64
    assert log["month"].is_monotonic_increasing
    assert set(log["kind"]) <= set(KINDS)
    assert log["month"].between(0, 59).all()


def test_the_first_hybrid_of_each_pair_of_sectors_names_its_makers(strong: EcosystemModel) -> None:
    state = strong.state
    log = event_log(state)
    firsts = log[log["kind"] == "first crossing"]
    pairs = sector_crossings(state)
    assert len(firsts) == len(pairs)
    row = pairs.iloc[0]
    brick = int(row["first_brick"])
    one, other = (int(inventor) for inventor in state.bricks["inventors"][brick])
    found = firsts[
        firsts["sentence"].str.contains(f"first hybrid of {row['first_sector']} and {row['second_sector']},")
    ]
    assert found["month"].tolist() == [row["first_month"]]
    sentence = found["sentence"].iloc[0]
    assert f"by {state.organisation_name(one)} and {state.organisation_name(other)}, generation " in sentence
    clusters = [state.cluster_names[state.organisations["cluster"][inventor]] for inventor in (one, other)]
    assert sentence.startswith(" × ".join(dict.fromkeys(clusters)) + ":")


def test_each_generation_has_its_first(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    born = strong.state.bricks["generation"].max()
    said = log[log["kind"] == "new generation"]["sentence"].str.extract(r"generation (\d+)")[0].astype(int)
    assert sorted(said) == list(range(1, born + 1))


def test_families_pass_each_power_of_ten_once(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    largest = int(cascade_sizes(strong.state)[0])
    sizes = log[log["kind"] == "family grows"]["sentence"].str.extract(r"reaches ([\d,]+) members")[0]
    expected = [10**k for k in range(1, 8) if 10**k <= largest]
    assert len(expected) >= 1
    assert [int(size.replace(",", "")) for size in sizes] == expected


def test_a_family_passes_ten_in_the_month_of_its_tenth_hybrid(strong: EcosystemModel) -> None:
    bricks = strong.state.bricks
    members: Counter[int] = Counter()
    tenth = []
    for row in hybrids(strong.state):
        members[int(bricks["family"][row])] += 1
        if members[int(bricks["family"][row])] == 10:
            tenth.append(int(bricks["birth"][row]))
    log = event_log(strong.state)
    assert log[log["sentence"].str.contains("reaches 10 members")]["month"].tolist() == tenth[:1]


def test_emergence_is_told_in_its_month(strong: EcosystemModel) -> None:
    log = event_log(strong.state)
    assert strong.emergence_month is not None
    assert log[log["kind"] == "emergence"]["month"].tolist() == [strong.emergence_month]


def test_r_passing_1_in_both_directions(strong: EcosystemModel) -> None:
    evaluations = strong.state.history.evaluations
    kept = list(evaluations)
    try:
        evaluations[:] = [
            {"month": month, "r_theoretical": r}
            for month, r in ((0, 0.5), (12, 1.2), (24, float("nan")), (36, float("inf")), (48, 0.9), (59, 0.8))
        ]
        log = event_log(strong.state)
    finally:
        evaluations[:] = kept
    said = log[log["kind"] == "R passes 1"]
    assert said["month"].tolist() == [12, 48]
    assert said["sentence"].iloc[0] == "R rises above 1 between months 0 and 12: 0.50 before, 1.20 now (theoretical)."
    assert said["sentence"].iloc[1] == "R falls below 1 between months 36 and 48: ∞ before, 0.90 now (theoretical)."


def test_attractors_and_the_encounters_of_clusters_are_told_apart() -> None:
    scenario = Scenario(
        parameters=Parameters().with_values({"firms": 60, "labs": 5, "clusters": 3, "encounters_per_year": 6}),
        attractors=(AttractorSpec("Fair", "encounter", 0.1, ("sector 1", "sector 2"), start=2, end=5),),
    )
    log = event_log(play(8, scenario).state)
    fair = log[log["sentence"].str.contains("Fair")]
    assert fair[["month", "kind"]].to_numpy().tolist() == [[2, "attractor opens"], [5, "attractor ends"]]
    assert (log["kind"] == "encounter").any()


def test_of_each_kind_only_so_many_are_listed() -> None:
    model = play(2, firms=1500, labs=0, clusters=30, sectors=40, base_drive=1.0)
    crossings = sector_crossings(model.state)
    assert len(crossings) > LIMIT
    log = event_log(model.state, crossings)
    firsts = log[log["kind"] == "first crossing"]
    assert len(firsts) == LIMIT + 1
    assert f"{len(crossings) - LIMIT} more" in firsts["sentence"].iloc[-1]


def test_hybrids_that_were_there_before_are_no_discoveries() -> None:
    model = play(3, spontaneous=False, seeded_share=0.2, base_drive=0.0, firms=80, labs=0, clusters=2)
    log = event_log(model.state)
    assert log["kind"].tolist() == ["seeded"]
    assert "there from the beginning" in log["sentence"].iloc[0]


def test_a_seeded_founder_of_a_large_family() -> None:
    model = play(36, spontaneous=False, seeded_share=0.02, base_drive=0.5, distance_matters=False, firms=200, labs=0)
    log = event_log(model.state)
    assert log["sentence"].str.contains("there from the beginning by firm").any()


def test_nothing_happened() -> None:
    for model in (play(0), play(2, base_drive=0.0), play(2, sectors=1)):
        log = event_log(model.state)
        assert len(log) == 0
        assert log["month"].dtype == np.int64
        assert log["sentence"].dtype == "str"


def test_names_are_the_users_own() -> None:
    scenario = Scenario(
        parameters=Parameters().with_values({**STRONG, "clusters": 1}), clusters=(ClusterSpec("Cosmetic <Valley>"),)
    )
    log = event_log(play(3, scenario).state)
    assert log["sentence"].str.startswith("Cosmetic <Valley>: first hybrid of").any()


# -- society and economy --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def society() -> EcosystemModel:
    return green(30, startup_rate=0.05)


def test_start_ups_and_exits_are_told_by_year(society: EcosystemModel) -> None:
    log, months = event_log(society.state), society.months
    assert set(log["kind"]) <= set(KINDS)
    for kind, column, words in (("start-ups", "entries", "start-ups are founded"), ("exits", "exits", "leave")):
        said = log[log["kind"] == kind]
        assert said["month"].tolist() == [11, 23, 29]
        for month, first, sentence in zip(said["month"], (0, 12, 24), said["sentence"], strict=True):
            number = int(months[column][first : month + 1].sum())
            assert number > 1
            assert sentence.startswith(f"In months {first} to {month}, {number} ")
            assert words in sentence


def test_policies_start_end_and_run_out_of_money(society: EcosystemModel) -> None:
    log = event_log(society.state)
    said = log[log["kind"].isin(["policy starts", "policy ends"])]
    assert said[["month", "sentence"]].to_numpy().tolist() == [
        [1, "The policy “Training” starts."],
        [2, "The policy “Group engineering” starts, budget 100 k€."],
        [3, "The programme “Year of France” starts to acculturate the market “China”."],
        [6, "The policy “Brick assembly” starts, budget 400 k€."],
        [8, "The programme “Year of France” ends."],
        [9, "The policy “Brick assembly” ends."],
    ]
    spent = society.months["spent: Group engineering"]
    (month,) = log[log["kind"] == "policy is spent"]["month"]
    assert spent[month] == pytest.approx(100.0)
    assert spent[month - 1] < 99.0


def test_a_policy_that_is_off_or_still_to_come_is_not_told() -> None:
    assert not event_log(green(4, policies=False).state)["kind"].str.startswith("policy").any()
    said = event_log(green(4).state)
    assert not said["sentence"].str.contains("Brick assembly").any()
    assert not event_log(green(5, frames=False).state)["sentence"].str.contains("Year of France").any()


def test_many_alliances_are_counted_by_year(society: EcosystemModel) -> None:
    state = society.state
    told = Counter(kind for _, kind, _ in state.events)
    formed = told["alliance forms"]
    assert formed > FEW
    log = event_log(state)
    for kind in ("alliance forms", "alliances merge", "alliance dissolves"):
        assert (log["kind"] == kind).sum() == min(told[kind], 1)
    years = log[log["kind"] == "alliances of a year"]
    assert set(years["month"]) <= {11, 23, 29}
    numbers = years["sentence"].str.extract(r"(\d+) alliances? form")[0].fillna(0).astype(int)
    assert numbers.sum() == formed
    there = years["sentence"].str.extract(r"; (\d+) (?:is|are) there")[0].astype(int)
    assert there.tolist() == society.months["alliances"][years["month"]].astype(int).tolist()


def test_few_alliances_are_told_one_by_one() -> None:
    model = green(3)
    formed = Counter(kind for _, kind, _ in model.state.events)["alliance forms"]
    assert 0 < formed <= FEW
    log = event_log(model.state)
    assert (log["kind"] == "alliance forms").sum() == formed
    assert "alliances of a year" not in set(log["kind"])


def test_markets_are_told_when_offers_meet_their_needs() -> None:
    model = green(24, innovation=0.2)
    columns = model.state.markets
    met = model.months["adoptions: France"] / (columns["customers"][0] * columns["needs"][0])
    log = event_log(model.state)
    said = log[(log["kind"] == "market adopts") & log["sentence"].str.contains("France")]
    expected = [int(np.flatnonzero(met >= share)[0]) for share in (0.1, 0.5) if (met >= share).any()]
    assert said["month"].tolist() == expected != []
    assert said["sentence"].iloc[0] == "Offers now meet a tenth of the needs on the market “France”."


def test_the_story_of_an_economy_is_short_however_large_it_is() -> None:
    model = green(18, firms=1200, clusters=12)
    assert len(model.memberships) > 300
    log = event_log(model.state)
    told = log[~log["kind"].isin(["first crossing", "new generation", "family grows"])]
    assert len(told) < 40


# -- in two languages -----------------------------------------------------------------------------------------


def fields(template: Any) -> set[tuple[str, str]]:
    """Return what a template is filled with, and how: of one with a singular and a plural, of both."""
    forms = [template] if isinstance(template, str) else [template["one"], template["many"]]
    return {(name, spec or "") for form in forms for _, name, spec, _ in string.Formatter().parse(form) if name}


def test_every_sentence_is_there_in_every_language_with_the_same_values() -> None:
    english, french = (teller(language) for language in LANGUAGES)
    assert set(english.sentences) == set(french.sentences)
    for key, template in english.sentences.items():
        assert fields(template) == fields(french.sentences[key]), key
        assert isinstance(template, str) == isinstance(french.sentences[key], str), key
    assert kind_words("en") == {kind: kind for kind in KINDS}
    assert list(kind_words("fr")) == list(KINDS)
    assert len(set(kind_words("fr").values())) == len(KINDS)


def test_every_text_is_written_as_its_language_is() -> None:
    for path in (Path(ecosim.events.__file__).parent / "text").glob("*.toml"):
        text = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(text["terms"]) == set(tomllib.loads((path.parent / "en.toml").read_text(encoding="utf-8"))["terms"])
    for template in teller("fr").sentences.values():
        for form in [template] if isinstance(template, str) else template.values():
            plain = re.sub(r"\{[^}]*\}", "x", form)
            assert not re.search(r"[“”\"]|(?<![\u00a0\u202f])[:;»?!]|«(?!\u202f)| [:;»?!]", plain), form


def test_the_story_in_french(society: EcosystemModel, strong: EcosystemModel) -> None:
    for state in (society.state, strong.state):
        english, french = event_log(state), event_log(state, language="fr")
        assert french[["month", "kind"]].equals(english[["month", "kind"]])
        assert not (french["sentence"] == english["sentence"]).any()
        assert not french["sentence"].str.contains(r" (?:the|by|firm|lab|is|are) |\d[.]\d|[“”]").any()
    said = event_log(society.state, language="fr")
    spent = said[said["kind"] == "policy is spent"]["sentence"].tolist()
    assert spent == ["La politique «\u202fGroup engineering\u202f» a dépensé tout son budget, soit 100\u202fk€."]


def test_one_and_many_in_both_languages() -> None:
    said = {
        language: [teller(language).tell(Fact("exits", {"first": 0, "last": 11, "count": n})) for n in (0, 1, 2, 1234)]
        for language in LANGUAGES
    }
    assert said == {
        "en": [
            "In months 0 to 11, 0 organisations leave.",
            "In months 0 to 11, 1 organisation leaves.",
            "In months 0 to 11, 2 organisations leave.",
            "In months 0 to 11, 1,234 organisations leave.",
        ],
        "fr": [
            "Mois 0 à 11\u00a0: 0 organisation disparaît.",
            "Mois 0 à 11\u00a0: 1 organisation disparaît.",
            "Mois 0 à 11\u00a0: 2 organisations disparaissent.",
            "Mois 0 à 11\u00a0: 1\u202f234 organisations disparaissent.",
        ],
    }


def test_r_is_written_as_the_language_writes_numbers() -> None:
    fact = Fact("r_falls", {"earlier": 36, "month": 48, "before": float("inf"), "now": 0.9})
    expected = "R passe au-dessous de 1 entre les mois 36 et 48\u00a0: ∞ avant, 0,90 maintenant (R théorique)."
    assert teller("fr").tell(fact) == expected


def test_the_sentences_of_a_users_own_process_are_told_as_they_are() -> None:
    model = play(2, base_drive=0.0)
    model.state.say("omen", "The {count} stars align.")
    model.state.events.append((1, "attractor opens", "A door opens."))
    for language in LANGUAGES:
        log = event_log(model.state, language=language)
        told = sorted(zip(log["month"].tolist(), log["kind"], log["sentence"], strict=True))
        assert told == [(1, "attractor opens", "A door opens."), (2, "omen", "The {count} stars align.")]


def test_encounters_of_clusters_name_both_in_both_languages() -> None:
    scenario = Scenario(
        parameters=Parameters().with_values(
            {"firms": 60, "clusters": 3, "encounters_per_year": 12, "spontaneous": False}
        ),
        clusters=(ClusterSpec("A"), ClusterSpec("A meets B"), ClusterSpec("B meets A")),
    )
    state = play(12, scenario).state
    english, french = (event_log(state, language=language) for language in LANGUAGES)
    assert (english["kind"] == "encounter").all()
    assert len(english) > 5
    assert set(english["sentence"]) == {f"The encounter “{name}” opens." for name in state.attractors.name}
    assert (
        french["sentence"]
        .str.fullmatch(r"(A|A meets B|B meets A) organise une rencontre avec (?!\1\.)(A|A meets B|B meets A)\.")
        .all()
    )


@pytest.mark.parametrize("language", ["de", "", "EN", None])
def test_an_unknown_language_is_refused(strong: EcosystemModel, language: Any) -> None:
    with pytest.raises(ParameterError, match=r"language = .*allowed is one of en, fr"):
        event_log(strong.state, language=language)
    with pytest.raises(ParameterError, match="allowed is one of en, fr"):
        kind_words(language)


@pytest.mark.parametrize(
    ("key", "values", "english"),
    [
        ("seeded", {"count": 1200}, "1,200 hybrids are there from the beginning."),
        ("attractor_ends", {"what": "idea", "name": "X"}, "The idea “X” ends."),
        ("policy_starts_with_budget", {"name": "X", "budget": 2500.0}, "The policy “X” starts, budget 2.5 M€."),
        ("policy_is_spent", {"name": "X", "budget": 90.0}, "The policy “X” has spent its 90 k€."),
        (
            "family_grows",
            {"size": 1000, "sectors": list("abcde"), "birth": 3, "who": [("firm", 1), "B"], "where": "V"},
            "A family of hybrids reaches 1,000 members: that of a, b, c and 2 more sectors, founded in month 3 by firm "
            "1 and B (V).",
        ),
        (
            "alliance_forms", {"alliance": 2, "firms": ["A", ("firm", 4)], "vision": "V"},
            "Alliance 2: A and firm 4 join forces towards “V”.",
        ),
        ("alliances_merge", {"alliance": 2, "into": 1}, "Alliance 2 joins alliance 1."),
        (
            "alliance_dissolves",
            {"alliance": 1, "firms": Fact("firms", {"count": 1}), "reason": "no trust left"},
            "Alliance 1 (1 firm) dissolves: no trust left.",
        ),
        (
            "alliances_of_a_year",
            {
                "first": 0, "last": 11, "there": Fact("alliances_there", {"count": 0}),
                "changes": [Fact("alliances_merge_first", {"count": 1}), Fact("alliances_dissolve_too", {"count": 2})],
            },
            "In months 0 to 11, 1 alliance merges into another and 2 dissolve; 0 are there at the end.",
        ),
        (
            "more", {"count": 1, "kind": "omen"},
            "… and 1 more events of the kind “omen” from here on, which are not listed.",
        ),
    ],
)  # fmt: skip
def test_english_sentences_stay_as_they_were(key: str, values: dict[str, Any], english: str) -> None:
    assert teller("en").tell(Fact(key, values)) == english
