"""The split in time: measured on real data, in worlds whose rule is known, and blind to the years it predicts."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import planted
import pytest

from ecosim import EcosystemModel, Process, with_process
from ecosim.errors import EcosimError, InputFileError, MissingExtraError, ParameterError
from ecosim.kernels.ties import find_mirror
from ecosim.parameters import Parameters
from ecosim.reproduction.next_generation import MeetingRates
from ecosim.setup.found import found
from experiments.validation.evidence import time_split
from experiments.validation.evidence.crossings import expected_crossings, meetings
from experiments.validation.evidence.forecast import forecast
from experiments.validation.evidence.known import Known, known, new_ties, recent_ties
from experiments.validation.evidence.participations import Participations
from experiments.validation.evidence.predictors import BASELINES, Gravity, Probability, repeated, settings, untied
from experiments.validation.evidence.source import Source
from experiments.validation.evidence.targets import TARGETS, target
from experiments.validation.row import Row

Rows = dict[str, Row]


def written(data: Participations, path: Path) -> Source:
    """Write participations with columns, kinds and years as no CORDIS file has them, and return how to read them."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle, delimiter=";")
        rows.writerow(("call", "partner", "sort", "land", "began", "field"))
        for project, one in zip(data.project.tolist(), data.organisation.tolist(), strict=True):
            for theme in np.flatnonzero(data.weights[project]):
                sort = {"lab": "university", "firm": "company"}[data.kinds[one]]
                start = f"01/03/{data.year[project]}"
                rows.writerow(
                    (data.project_ids[project], data.ids[one], sort, data.countries[one], start, data.themes[theme])
                )
    columns = {"project": "call", "organisation": "partner", "kind": "sort", "country": "land", "start": "began"}
    columns["theme"] = "field"
    return Source(path, None, columns, {"university": "lab", "company": "firm"}, name="a made-up programme")


@pytest.fixture
def ties_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Score the first target alone, to save time."""
    monkeypatch.setattr(time_split, "TARGETS", ("tie",))


def judged_in(data: Participations, path: Path) -> tuple[dict[str, Any], Rows]:
    table = time_split.run(source=written(data, path))
    findings = time_split.conclude(table)
    return findings, {row.key: row for row in time_split.rows(findings)}


@pytest.fixture(scope="module")
def small() -> Known:
    return known(planted.participations(planted.first_projects(240, 240, 3), 240), 2000)


# -- the study ------------------------------------------------------------------------------------------------------


def test_every_statement_is_made_and_none_by_its_estimate_alone(quick: Callable[[str], Any]) -> None:
    _, table, findings, rows = quick("time-split")
    assert set(TARGETS) <= set(findings)
    for name in TARGETS:
        for rule in BASELINES:
            low, high = findings[name]["AUC of model better by"][rule][1:]
            wanted = "holds" if low >= 0 else "fails" if high < 0 else "undecided"
            assert rows[f"{name}: AUC over {rule}"].verdict == wanted
        assert 0 < findings[name]["happened"] < findings[name]["cases"]
    assert rows["tie: better than chance"].verdict == "holds"
    # of a Brier score the smaller is the better
    score, better = findings["tie"]["Brier"], findings["tie"]["Brier of model better by"]
    for rule in BASELINES:
        assert better[rule][0] == pytest.approx(score[rule][0] - score["model"][0], abs=2e-4)
    # random numbers: 95 % of intervals hold 0.5; that of a fixed seed does so always
    low, high = findings["tie"]["AUC"]["chance"][1:]
    assert low < 0.5 < high
    assert all(row.note or row.verdict == "holds" for row in rows.values())
    chosen = findings["chosen on the earlier split"]
    assert chosen["AUC there"] >= chosen["AUC of the defaults there"]
    assert (table["part"] == "calibration").sum() > 0


@pytest.mark.usefixtures("ties_only")
def test_the_model_wins_in_its_own_world(tmp_path: Path) -> None:
    """Where later projects are hybrids of runs of the engine, its prediction beats rules that know sizes alone."""
    findings, rows = judged_in(planted.model_world(600, 2), tmp_path / "own.csv")
    for rule in ("configuration", "preferential", "last period"):
        assert rows[f"tie: AUC over {rule}"].verdict == "holds"
    assert rows["tie: added to all rules"].verdict != "fails"
    # the rule of that world is found on the earlier split
    assert findings["chosen on the earlier split"]["openness d*, 0: distance without effect"] == 0.5


@pytest.mark.usefixtures("ties_only")
def test_preferential_attachment_wins_in_its_own_world(tmp_path: Path) -> None:
    """Where later projects join who has many partners, its rule wins, and the model does not pretend otherwise."""
    findings, rows = judged_in(planted.preferential_world(600, 600, 2), tmp_path / "rich.csv")
    assert rows["tie: AUC over preferential"].verdict == "fails"
    assert rows["tie: AUC over preferential, defaults"].verdict == "fails"
    scored = findings["tie"]["AUC"]
    assert scored["preferential"][0] == max(scored[name][0] for name in (*BASELINES, "model", "chance"))


@pytest.mark.usefixtures("ties_only")
def test_nothing_of_the_predicted_years_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other projects after the split: the same forecast, bit for bit, and other scores."""
    data = replace(planted.preferential_world(240, 300, 1), countries=["XX"] * 240)  # the short form takes them all
    late = data.year[data.project] > 2002
    other = data.organisation.copy()
    other[late] = np.random.default_rng(1).permutation(240)[other[late]]
    weights = data.weights.copy()
    weights[data.year > 2002] = np.roll(weights[data.year > 2002], 1, axis=1)
    changed = replace(data, organisation=other, weights=weights)
    seen: list[Any] = []

    def spy(*arguments: Any) -> Any:
        seen.append(forecast(*arguments))
        return seen[-1]

    monkeypatch.setattr(time_split, "forecast", spy)
    tables = []
    for world in (data, changed):
        monkeypatch.setattr(time_split, "read", lambda _, world=world: world)
        tables.append(time_split.run(True, 1, Source(tmp_path / "x.csv", train_until=2002, test_until=2004)))
    first, second = seen
    assert first.chosen == second.chosen
    for name, score in first.scores.items():
        assert np.array_equal(score, second.scores[name]), name
    for name in ("model", *BASELINES):
        assert np.array_equal(first.probability("tie", name), second.probability("tie", name))
    # and everything before the split is used
    now, before = known(data, 2002), known(data, 2000)
    assert np.array_equal(first.known.strength, now.strength)
    assert np.array_equal(first.earlier.strength, before.strength)
    assert np.array_equal(first.formed, new_ties(before, data, 2001, 2002))
    assert np.array_equal(first.recent, recent_ties(now, data, 2001, 2002))
    score, again = (table.loc[(table["part"] == "score") & (table["seed"] == -1), "value"] for table in tables)
    assert not np.array_equal(score, again)


# -- what the model expects -----------------------------------------------------------------------------------------


def test_meetings_are_the_engines(small: Known) -> None:
    parameters = Parameters()
    state = found(planted.inputs_of(small, parameters), 1)
    ties = state.ties
    theirs = MeetingRates(state, find_mirror(ties.start, ties.partner).astype(np.int32))
    owner = np.repeat(np.arange(len(ties.start) - 1) // 3, np.diff(ties.start))
    ours = meetings(small, parameters, np.full(len(small.theme), 2.0))
    assert ours.nnz == len(ties.partner)
    # shares are single precision in the engine
    assert np.asarray(ours[owner, ties.partner]).ravel() == pytest.approx(theirs.pair, rel=1e-4)


class Busy(Process):
    """Who had more projects starts more meetings."""

    name = "busy"
    writes = ("organisations.rate",)

    def __init__(self, factor: np.ndarray) -> None:
        self.factor = factor

    def step(self, model: EcosystemModel) -> None:
        model.state.organisations["rate"] = model.parameters.effective_meeting_rate * self.factor


@pytest.mark.parametrize("by_activity", [False, True])
def test_expected_crossings_are_the_mean_of_runs(
    small: Known, by_activity: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drive 0.05: a third of the hybrids are recombinant, so that leaving either way of recombining out shows."""
    parameters = Parameters().with_values({"latent.base_drive": 0.05})
    inputs = planted.inputs_of(small, parameters)
    factor = (small.strength / small.strength.mean()).astype(np.float32)
    if by_activity:

        def model(inputs: Any, seed: int) -> EcosystemModel:
            return EcosystemModel(inputs, seed=seed, processes=with_process(Busy(factor), before="meet"))

        monkeypatch.setattr(planted, "EcosystemModel", model)
    runs = 24
    totals = [sum(planted.crossings(planted.played(inputs, 24, seed), small)) for seed in range(runs)]
    mean = np.mean(totals, axis=0)
    expected = expected_crossings(small, parameters, 24, by_activity)
    # 24 runs of about 180 hybrids, in families: 2 % standard error; twice that, and 4 % for what the theory leaves out
    # (measured: ratios of 0.96 and 0.99)
    spread = float(np.std([total.sum() for total in totals]) / np.sqrt(runs) / mean.sum())
    assert spread < 0.03
    assert expected.sum() / mean.sum() == pytest.approx(1.0, abs=0.08)
    # theme by theme (30 numbers of some 280 counts each) and organisation by organisation (of 36 each)
    by_theme, found_by_theme = small.members.T @ expected, small.members.T @ mean
    assert np.corrcoef(by_theme[by_theme > 0], found_by_theme[by_theme > 0])[0, 1] > 0.95
    one, found_one = expected.sum(axis=1), mean.sum(axis=1)
    assert np.corrcoef(one, found_one)[0, 1] > 0.9
    # in the middle: those who meet most make what is expected of them
    busiest = one > np.quantile(one, 0.75)
    assert one[busiest].sum() / found_one[busiest].sum() == pytest.approx(1.0, abs=0.1)


def test_own_and_empty_themes_get_nothing_and_partners_busy_change_only_the_digital_layer(small: Known) -> None:
    expected = expected_crossings(small, Parameters(), 24)
    assert (expected[~small.foreign] == 0).all()
    assert (expected[small.foreign] > 0).all()
    closed = Parameters().with_values({"medium.digital_share": 0.0})
    one, other = (expected_crossings(small, closed, 24, True, busy) for busy in (False, True))
    assert np.array_equal(one, other)
    opened = Parameters().with_values({"medium.digital_share": 1.0})
    one, other = (expected_crossings(small, opened, 24, True, busy) for busy in (False, True))
    assert other.sum() == pytest.approx(one.sum(), rel=0.2)
    assert np.corrcoef(other.sum(axis=1), small.strength)[0, 1] > np.corrcoef(one.sum(axis=1), small.strength)[0, 1]


# -- cases and simple rules -----------------------------------------------------------------------------------------


def tiny() -> Participations:
    """Five organisations: 0 and 1 do air, 2 and 3 bread, 4 cloth. Known by 2001; in 2002 come 0-2, 0-4, 1-3 and 2-3."""
    air, bread, cloth = 0, 1, 2
    return planted.participations(
        [
            (2000, [0, 1], [air]), (2000, [2, 3], [bread]), (2000, [0, 3], [bread]), (2000, [0], [air]),
            (2000, [0], [air]),
            (2001, [4, 3], [cloth]), (2001, [4, 2], [cloth]), (2001, [3], [bread]), (2001, [2], [bread]),
            (2001, [2], [bread]),
            (2002, [0, 2], [air]), (2002, [0, 4], [air]), (2002, [1, 3], [bread]), (2002, [2, 3], [bread]),
        ],
        5,
    )  # fmt: skip


def test_new_ties_are_with_those_untied_and_by_theme() -> None:
    at = known(tiny(), 2001)
    assert at.theme.tolist() == [0, 0, 1, 1, 2]
    assert at.strength.tolist() == [2, 1, 2, 3, 2]
    assert at.degree.tolist() == [2, 1, 2, 3, 2]
    new = new_ties(at, tiny(), 2002, 2002)[:, :3]
    # 2-3 were tied before; 0 with bread (2) and cloth (4), 1 with bread (3), and the same from the other side
    assert new.tolist() == [[0, 1, 1], [0, 1, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]]
    assert recent_ties(at, tiny(), 2001, 2001)[:, :3].tolist() == [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
        [0, 0, 1],
        [0, 2, 0],
    ]
    mass = untied(at, at.degree)[:, :3]
    # 0 has 2 partners; of bread (2 + 3) it has organisation 3 already: 2 · 2; of cloth 2 · 2
    assert mass[0].tolist()[1:] == [4, 4]
    assert mass[4].tolist()[:2] == [2 * 3, 0]


def test_cases_of_each_target() -> None:
    data = tiny()
    at = known(data, 2001)
    new, recent = new_ties(at, data, 2002, 2002), recent_ties(at, data, 2001, 2001)
    even = at.foreign.astype(float)

    def cases(name: str) -> Any:
        return target(name, at, new, even, recent)

    assert len(cases("tie").happened) == 10  # five organisations, two other themes each
    assert cases("tie").happened.sum() == 6
    # had a tie with: 0 bread, 2 cloth, 3 air and cloth, 4 bread
    assert len(cases("first").happened) == 5
    assert cases("first").happened.tolist() == [
        True,
        True,
        False,
        True,
        True,
    ]  # 0-cloth, 1-bread, 1-cloth, 2-air, 4-air
    assert cases("which").group.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert cases("organisation").happened.all()
    pair = cases("pair")  # air-bread 4 (both sides), air-cloth 2, bread-cloth 0
    assert pair.happened.tolist() == [True, False, False]
    assert pair.of(even).tolist() == [4, 3, 3]
    assert len(cases("affinity").happened) == 0  # too few ties to tell
    many = target("affinity", at, new, even, 100 * recent)
    # over what is expected: 4/4, 2/3 and 0/3
    assert many.happened.tolist() == [True, False, False]
    assert many.of(even).tolist() == [1, 1, 1]


def test_the_last_period_goes_by_ones_own_record_first() -> None:
    at = known(tiny(), 2001)
    again = repeated(at, recent_ties(at, tiny(), 2001, 2001))[:, :3]
    # 2 and 3 formed one tie each with cloth, 4 two with bread; a thousandth more, as all of their themes' went there
    assert again.tolist() == pytest.approx(
        np.array([[0, 0, 0], [0, 0, 0], [0, 0, 1.001], [0, 0, 1.001], [0, 2.002, 0]])
    )


def test_gravity_finds_the_exponents_that_made_the_ties(small: Known) -> None:
    cases = small.foreign
    whole = small.strength @ small.members
    away = np.where(cases, small.distance[small.theme], 1.0)
    rate = small.strength[:, None] ** 0.8 * whole[None] ** 0.5 * away**-1.5
    count = np.random.default_rng(1).poisson(3.0 * rate / rate[cases].mean())
    found_exponents = Gravity(small, count.astype(float)).exponents()
    # 1,200 cases with 3 ties on average: standard errors of about 0.03; distances have a floor of 1 %
    assert found_exponents["mass"] == pytest.approx(0.8, abs=0.1)
    assert found_exponents["distance"] == pytest.approx(-1.5, abs=0.15)
    assert found_exponents["share in the country"] == pytest.approx(0.0, abs=0.3)


def test_probabilities_sum_to_what_came_and_do_not_mind_the_scale_of_scores() -> None:
    generator = np.random.default_rng(5)
    score = generator.lognormal(size=4000)
    happened = generator.random(4000) < 1 / (1 + np.exp(2 - np.log(score)))
    fitted = Probability([score], happened)
    once = fitted.predict([score])
    assert once.sum() == pytest.approx(happened.sum(), rel=1e-3)
    assert fitted.predict([50 * score]) == pytest.approx(once)
    assert (np.diff(once[np.argsort(score)]) >= 0).all()


def test_the_defaults_come_first() -> None:
    first, *others = settings()
    assert first.parameters() == Parameters()
    assert not first.by_activity
    assert first not in others
    assert len({(*vars(setting).values(),) for setting in others}) == len(others)


# -- files with less in them ----------------------------------------------------------------------------------------


def test_two_themes_make_one_pair_which_is_said(tmp_path: Path) -> None:
    data = planted.preferential_world(120, 150, 1)
    half = np.stack([data.weights[:, :3].sum(axis=1), data.weights[:, 3:].sum(axis=1)], axis=1)
    table = time_split.run(True, 1, written(replace(data, themes=["raw", "made"], weights=half), tmp_path / "two.csv"))
    findings = time_split.conclude(table)
    assert {"pair", "which"} <= set(findings["not measured"])
    row = next(row for row in time_split.rows(findings) if row.key == "pair: AUC over gravity")
    assert row.verdict == "undecided"
    assert row.note.startswith("Not measured: ")
    time_split.draw(table)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"themes": ["all"]}, InputFileError, "active in 1 theme: at least 2"),
        ({"first": 2002}, ParameterError, "at least two years are needed"),
        ({"countries": ("QQ",)}, InputFileError, "country = 'QQ'"),
    ],
)  # fmt: skip
def test_too_little_is_refused(tmp_path: Path, change: dict[str, Any], kind: type[EcosimError], words: str) -> None:
    data = planted.preferential_world(60, 60, 1)
    if "themes" in change:
        data = replace(data, themes=["all"], weights=data.weights.sum(axis=1, keepdims=True))
    data = data.within(change.get("first"), 2004)
    source = replace(written(data, tmp_path / "little.csv"), countries=change.get("countries", ()))
    with pytest.raises(kind, match=words):
        time_split.run(True, 1, source)


def test_without_scikit_learn_the_extra_is_named(small: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(MissingExtraError, match="experiments"):
        Gravity(small, small.foreign.astype(float))
    with pytest.raises(MissingExtraError, match="experiments"):
        Probability([np.ones(2)], np.array([True, False]))


def test_a_source_is_needed() -> None:
    with pytest.raises(TypeError, match="source"):
        time_split.run(True)
