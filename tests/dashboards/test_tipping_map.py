"""The map of tipping: the surrogate, the edge, the levers, the file that ships, and the command that makes it."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboards.setup import STORIES, Lever, Setup, story
from dashboards.tipping.atlas import FOLDER, read, sheet, write
from dashboards.tipping.axes import DIALS, LEVER, MAPPED, PLACES, axes, scenario_at
from dashboards.tipping.confirm import Found, Live, agreement, interval
from dashboards.tipping.confirm import play as play_live
from dashboards.tipping.edges import alone, shortest
from dashboards.tipping.mixes import MARGIN, cheapest, ranking
from dashboards.tipping.run import outcomes
from dashboards.tipping.standing import CLOSE, differences, grid, here, own, standing
from dashboards.tipping.study import model_digest
from dashboards.tipping.surrogate import Prediction, Surrogate

LOW, HIGH = np.zeros(3), np.ones(3)


# -- the surrogate --------------------------------------------------------------------------------------------


def known(points: Any) -> Any:
    return 0.2 + 1.6 * points[:, 0] * np.exp(-((points[:, 1] - 0.6) ** 2) / 0.3)


@pytest.fixture(scope="module")
def sample() -> tuple[Any, Any]:
    points = np.random.default_rng(3).random((220, 3))
    return points, known(points) * np.exp(0.05 * np.random.default_rng(4).normal(size=220))


@pytest.fixture(scope="module")
def fitted(sample: tuple[Any, Any]) -> Surrogate:
    pytest.importorskip("sklearn")
    from dashboards.tipping.fitting import fit

    return fit(("a", "b", "c"), LOW, HIGH, *sample, features=120)


def test_surrogate_recovers_a_known_function_within_its_intervals(fitted: Surrogate) -> None:
    points = np.random.default_rng(9).random((500, 3))
    r, truth = fitted.reproduction(points), known(points)
    assert np.sqrt(np.mean((r.estimate - truth) ** 2)) < 0.03
    assert 0.85 < np.mean((r.low <= truth) & (truth <= r.high)) <= 1
    assert np.mean(r.high - r.low) < 0.12
    assert fitted.lengths[2] > 5 * fitted.lengths[1]  # the third setting has no effect
    np.testing.assert_allclose(fitted.mean(points), r.estimate, rtol=1e-9)
    single = fitted.one_history(points)
    assert np.all(single.high - single.low > r.high - r.low)


def test_surrogate_is_near_what_it_was_made_from(fitted: Surrogate, sample: tuple[Any, Any]) -> None:
    points, r = sample
    assert np.sqrt(np.mean((fitted.mean(points) - r) ** 2)) < 1.3 * 0.05 * r.mean()


def test_numpy_answers_what_scikit_learn_does(sample: tuple[Any, Any]) -> None:
    """With a feature for every point, nothing is compressed."""
    gaussian_process = pytest.importorskip("sklearn.gaussian_process")
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")
    from dashboards.tipping.fitting import SHIFT, compressed

    points, r = sample[0][:80], np.log(sample[1][:80] + SHIFT)
    lengths, amplitude, noise, centre = np.array([0.3, 0.4, 0.9]), 0.7, 0.06, float(r.mean())
    empty = Surrogate(
        ("a", "b", "c"),
        LOW,
        HIGH,
        points[:0],
        lengths,
        amplitude,
        points[:0],
        points[0, :0],
        points[:0],
        centre,
        SHIFT,
        noise,
    )
    ours = compressed(empty, points.astype(np.float32).astype(np.float64), r - centre, 80, tiny=1e-13)
    kernel = kernels.ConstantKernel(amplitude) * kernels.RBF(lengths)
    theirs = gaussian_process.GaussianProcessRegressor(kernel, alpha=noise**2, optimizer=None).fit(points, r - centre)
    asked = np.random.default_rng(5).random((60, 3))
    mean, deviation = theirs.predict(asked, return_std=True)
    middle, spread = ours.scaled(asked)
    np.testing.assert_allclose(middle - centre, mean, atol=2e-4)
    np.testing.assert_allclose(spread, deviation, atol=2e-3)


def test_settings_beyond_the_ends_count_as_the_ends(fitted: Surrogate) -> None:
    np.testing.assert_allclose(fitted.mean([[1.4, 0.5, -3.0]]), fitted.mean([[1.0, 0.5, 0.0]]))


def test_chance_and_change_agree_with_the_intervals(fitted: Surrogate) -> None:
    points = np.random.default_rng(6).random((200, 3))
    r, chance = fitted.reproduction(points), fitted.chance_above(points)
    assert np.array_equal(chance > 0.975, r.low > 1.0)
    assert np.array_equal(chance < 0.025, r.high < 1.0)
    change = fitted.change(points[0], points)
    np.testing.assert_allclose(change.estimate, r.estimate - r.estimate[0], atol=1e-9)
    assert change.low[0] == pytest.approx(0.0, abs=1e-9)
    assert change.high[0] == pytest.approx(0.0, abs=1e-9)


def test_spending_recovers_a_known_one_and_is_nothing_without_levers() -> None:
    pytest.importorskip("sklearn")
    from dashboards.tipping.fitting import fit_spending

    random = np.random.default_rng(1)
    points = random.random((240, 11))
    points[:, 5:] = np.clip(1.5 * points[:, 5:] - 0.5, 0.0, 1.0)

    def spends(at: Any) -> Any:
        return 4_000 * at[:, 5] * (0.5 + at[:, 2]) + 30_000 * at[:, 9] + 2_000 * at[:, 6] * at[:, 0]

    empty = np.zeros((0, 11))
    model = Surrogate(
        tuple(map(str, range(11))),
        np.zeros(11),
        np.ones(11),
        empty,
        np.ones(11),
        1.0,
        empty,
        empty[:, 0],
        empty,
        0.0,
        0.2,
        0.1,
    )
    model, explained = fit_spending(model, points, spends(points))
    assert explained > 0.97
    other = random.random((100, 11))
    assert np.sqrt(np.mean((model.spent(other) - spends(other)) ** 2)) < 0.15 * spends(other).std()
    other[:, 5:] = 0.0
    assert np.all(model.spent(other) == 0.0)


# -- the edge, on maps whose answer is known -------------------------------------------------------------------


def plane(points: Any) -> Any:
    return points[:, 0] + points[:, 1]  # R = 1 on the line x + y = 1


def test_edge_along_one_setting() -> None:
    at = np.array([0.2, 0.5, 0.0])
    assert alone(plane, at, 0, 0.0, 1.0) == pytest.approx(0.5, abs=1e-9)
    assert alone(plane, at, 1, 0.0, 1.0) == pytest.approx(0.8, abs=1e-9)
    assert alone(plane, at, 2, 0.0, 1.0) is None


def test_edge_nearest_of_several() -> None:
    def hill(points: Any) -> Any:
        return 1.5 - 20 * (points[:, 0] - 0.5) ** 2  # above 1 from 0.342 to 0.658

    assert alone(hill, np.array([0.1]), 0, 0.0, 1.0) == pytest.approx(0.342, abs=2e-3)
    assert alone(hill, np.array([0.9]), 0, 0.0, 1.0) == pytest.approx(0.658, abs=2e-3)


def test_shortest_way_is_at_right_angles_to_the_edge() -> None:
    way = shortest(plane, np.array([0.2, 0.5, 0.3]), (0, 1, 2), LOW, HIGH)
    assert way is not None
    np.testing.assert_allclose(way.end, [0.35, 0.65, 0.3], atol=0.01)
    assert way.length == pytest.approx(0.3 / np.sqrt(2), abs=2e-3)


def test_shortest_way_to_a_ball_and_none_where_there_is_none() -> None:
    def ball(points: Any) -> Any:
        return 2.0 - np.linalg.norm(points - 0.8, axis=1) / 0.15

    way = shortest(ball, np.array([0.1, 0.2, 0.3]), (0, 1, 2), LOW, HIGH)
    assert way is not None
    distance = np.linalg.norm(np.array([0.1, 0.2, 0.3]) - 0.8) - 0.15
    assert way.length == pytest.approx(distance, rel=0.02)
    assert shortest(lambda points: 0 * points[:, 0], np.zeros(3), (0, 1, 2), LOW, HIGH) is None
    assert shortest(plane, np.array([1.0, 1.0, 1.0]), (0, 1), LOW, HIGH) is not None  # from a corner, down


# -- levers, on a map whose answer is known --------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Known:
    """R = 0.8 + gains · levers, none beyond `tops`; spending = prices · levers; known but for `doubt`."""

    gains: Any
    prices: Any
    doubt: float = 0.01
    base: float = 0.8
    tops: Any = 9.0

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(f"{LEVER}{number}" for number in range(len(self.gains)))

    @property
    def high(self) -> Any:
        return np.ones(len(self.gains))

    @property
    def low(self) -> Any:
        return np.zeros(len(self.gains))

    def mean(self, points: Any) -> Any:
        return self.base + np.minimum(points * self.gains, self.tops).sum(axis=1)

    def reproduction(self, points: Any) -> Prediction:
        r = self.mean(points)
        return Prediction(r, r - self.doubt, r + self.doubt)

    def change(self, at: Any, points: Any) -> Prediction:
        r = self.mean(points) - self.mean(at[None])
        return Prediction(r, r - self.doubt, r + self.doubt)

    def chance_above(self, points: Any) -> Any:
        return (self.mean(points) > 1.0).astype(float)

    def spent(self, points: Any) -> Any:
        return points @ self.prices


def test_levers_are_ranked_by_which_tips_first() -> None:
    model: Any = Known(np.array([0.1, 0.4, 0.25, 0.005]), np.array([10.0, 90.0, 20.0, 0.0]))
    found = ranking(model, np.zeros(4), [0, 1, 2, 3])
    assert [one.path for one in found] == ["lever.1", "lever.2", "lever.0", "lever.3"]
    assert found[0].crosses == pytest.approx(0.5)
    assert found[1].crosses == pytest.approx(0.8)
    assert found[2].crosses is None
    assert found[0].costs == 90.0
    assert [one.tells for one in found] == [True, True, True, False]
    # the one that crosses first, not the one that brings most in the end
    early: Any = Known(np.array([0.4, 1.0]), np.zeros(2), tops=np.array([9.0, 0.22]))
    first, second = ranking(early, np.zeros(2), [0, 1])
    assert (first.path, second.path) == ("lever.1", "lever.0")
    assert first.full < second.full


def test_cheapest_mix_is_that_of_the_linear_programme() -> None:
    """Gain per money decides: 0.25 for 20 first, then 0.4 for 90."""
    model: Any = Known(np.array([0.02, 0.4, 0.15, 0.0]), np.array([10.0, 90.0, 20.0, 5.0]))
    mix = cheapest(model, np.zeros(4), [0, 1, 2, 3])
    assert mix.crosses
    assert mix.r[0] == pytest.approx(1.0 + MARGIN, abs=0.01)
    needed = (0.2 + MARGIN - 0.15) / 0.4
    assert mix.costs == pytest.approx(20.0 + 90.0 * needed, rel=0.04)
    assert "lever.3" not in mix.settings
    assert mix.settings["lever.2"] == pytest.approx(1.0, abs=0.05)


def test_where_no_mix_crosses_the_nearest_is_told() -> None:
    model: Any = Known(np.array([0.05, 0.0, 0.06]), np.array([10.0, 10.0, 10.0]))
    mix = cheapest(model, np.zeros(3), [0, 1, 2])
    assert not mix.crosses
    assert mix.r[0] == pytest.approx(0.91, abs=0.006)
    assert "lever.1" not in mix.settings  # it costs and does nothing
    assert cheapest(model, np.ones(3), [0, 1, 2]).settings == {}


# -- the file that ships ---------------------------------------------------------------------------------------


def test_every_story_has_a_map_but_the_largest() -> None:
    assert set(MAPPED) == set(STORIES) - {"france-clusters"}
    assert set(read(FOLDER)) == set(MAPPED)
    assert sheet("france-clusters") is None
    assert sheet("own") is None
    for name in MAPPED:
        one = sheet(name)
        assert one is not None
        assert one.surrogate.paths == tuple(axis.path for axis in axes(story(name)))
        assert one.points >= 512
        assert len(one.replayed) >= 3


def test_shipped_file_is_small_and_holds_numbers_only() -> None:
    assert (FOLDER / "map.npz").stat().st_size + (FOLDER / "map.json").stat().st_size < 2_000_000
    with zipfile.ZipFile(FOLDER / "map.npz") as archive:
        for name in archive.namelist():
            head = archive.open(name).read(128)
            assert head.startswith(b"\x93NUMPY")
            assert b"'descr': '<f" in head  # neither objects nor pickles


def test_shipped_maps_are_as_good_as_they_say() -> None:
    for name in MAPPED:
        one = sheet(name)
        assert one is not None
        assert one.check_error < 0.2, name
        assert one.side > 0.9, name
        assert one.check_covered >= 0.85, name
        assert 0.9 <= one.covered <= 0.99, name


def test_shipped_map_is_of_this_source_of_the_model() -> None:
    old = [name for name in MAPPED if (one := sheet(name)) is None or one.model != model_digest()]
    assert old == [], (
        "the model's source has changed: `python -m dashboards.tipping --replay` sees whether the map still holds and "
        "says so in it (a minute); where it does not, `make map` plays it anew"
    )


@pytest.mark.parametrize("place", [{}, {DIALS[1]: 0.5, DIALS[2]: 0.8}])
def test_map_and_live_runs_agree(place: dict[str, float]) -> None:
    """Two settings of one story, eight histories each."""
    one, world = sheet("three-ingredients"), story("three-ingredients")
    assert one is not None
    scenario = scenario_at(place, world)
    found = interval([outcomes(scenario, seed)["r_highest"] for seed in range(8)])
    assert found is not None
    at = here(Setup(world.name, values=tuple(sorted(place.items()))), world, one)
    r = one.surrogate.reproduction(at[None])
    tolerance = 3 * one.check_error + (found.high - found.low) / 2
    assert abs(float(r.estimate[0]) - found.estimate) < tolerance


def test_answers_are_quick() -> None:
    """In tens of milliseconds; the bound is far above, for machines that are busy."""
    import time

    one = sheet("fintech")
    assert one is not None
    at = own(story("fintech"), one)
    taken = []
    for shift in (0.01, 0.02, 0.03):
        began = time.perf_counter()
        found = standing(one, tuple((at * (1 - shift)).tolist()))
        grid(one, found.here, DIALS[0], DIALS[1], 33)
        taken.append(time.perf_counter() - began)
    assert min(taken) < 1.0


def test_fintech_tells_which_lever_tips_it_first() -> None:
    one = sheet("fintech")
    assert one is not None
    found = standing(one, tuple(own(story("fintech"), one).tolist()))
    assert found.above
    assert found.turned == DIALS[1]
    assert float(one.surrogate.mean(found.start[None])[0]) == pytest.approx(CLOSE, abs=0.01)
    assert found.levers[0].path == PLACES[0]
    assert len(found.levers) == 8
    assert len(found.mixes) == 2


# -- when it does not hold --------------------------------------------------------------------------------------


def test_differences_between_what_is_set_and_the_map() -> None:
    one, world = sheet("fintech"), story("fintech")
    assert one is not None
    setup = Setup("fintech")

    def kinds(changed: Setup, model: str | None = one.model) -> list[str]:
        return [found.kind for found in differences(changed, world, one, model)]

    assert kinds(setup) == []
    assert kinds(setup, None) == []
    assert kinds(setup, "0123") == ["model"]
    assert kinds(setup.with_value(DIALS[0], 0.5, world)) == []
    assert kinds(setup.with_value("medium.transmissibility", 0.03, world)) == ["assumptions"]
    assert kinds(dataclasses.replace(setup, months=36)) == ["months"]
    assert kinds(setup.with_lever("training", Lever(0.5), world)) == []
    assert kinds(setup.with_lever("training", Lever(0.5, 24), world)) == ["timing"]
    assert kinds(setup.with_lever("training", Lever(0.5, 0, None, 100.0), world)) == ["timing"]
    assert kinds(setup.with_value(PLACES[0], 9.0, world)) == ["beyond"]
    assert here(setup.with_value(PLACES[0], 9.0, world), world, one)[3] == 6.0


# -- live runs --------------------------------------------------------------------------------------------------


def test_live_runs_are_the_map_s_own_runs() -> None:
    small = {"population.firms": 100, "population.labs": 10, "population.clusters": 4}
    world = story("three-ingredients")
    scenario = dataclasses.replace(world.scenario.with_values(small), months=30)
    told = [one for one in play_live([scenario, scenario], [3, 4]) if one is not None]
    assert [one.done for one in told] == [1, 2, 3, 4]
    assert told[-1].found[0] == told[-1].found[1]
    assert told[-1].found[0][0] == outcomes(scenario, 3)["r_highest"]
    assert isinstance(told[-1], Live)


def test_agreement() -> None:
    assert interval([1.0]) is None
    found = interval([0.9, 1.0, 1.1])
    assert found is not None
    assert found.low == pytest.approx(1.0 - 4.303 * 0.1 / np.sqrt(3), abs=1e-3)
    assert agreement(Found(1.0, 0.9, 1.1), 1.0, 1.2)
    assert not agreement(Found(1.0, 0.98, 1.02), 1.2, 1.3)
    assert agreement(Found(1.0, 1.0, 1.0), 1.0, 1.0)


# -- making it --------------------------------------------------------------------------------------------------


def test_the_command_makes_a_map_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    from dashboards.tipping import __main__ as command
    from dashboards.tipping.building import Size, replay

    monkeypatch.setattr(command, "QUICK", Size(32, 4, 3, 12, 24))
    asked = ["--out", str(tmp_path), "--stories", "three-ingredients", "--quick", "--workers", "1"]
    assert command.main(asked) == 0
    first = read(tmp_path)["three-ingredients"]
    assert (first.points, first.months, first.model) == (32, 12, model_digest())
    parts = sorted(path.name for path in (tmp_path / "three-ingredients" / "map" / "runs").iterdir())
    assert command.main(asked) == 0  # nothing is played again
    assert sorted(path.name for path in (tmp_path / "three-ingredients" / "map" / "runs").iterdir()) == parts
    assert "32 of 32 runs are there already" in capsys.readouterr().err
    again = read(tmp_path)["three-ingredients"]
    at = own(story("three-ingredients"), first)[None]
    assert again.surrogate.mean(at) == pytest.approx(first.surrogate.mean(at))

    # a map of another source holds if its runs give the same, and does not if they do not
    write(tmp_path, {"three-ingredients": dataclasses.replace(first, model="old")})
    assert replay(tmp_path) == []
    assert read(tmp_path)["three-ingredients"].model == model_digest()
    wrong = tuple({**run, "r": run["r"] + 0.01} for run in first.replayed)
    write(tmp_path, {"three-ingredients": dataclasses.replace(first, model="old", replayed=wrong)})
    assert replay(tmp_path) == ["three-ingredients"]
    assert read(tmp_path)["three-ingredients"].model == "old"


def test_the_command_refuses_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn")
    from dashboards.tipping.__main__ import main

    assert main(["--out", str(tmp_path), "--stories", "fintec"]) == 2
    assert "fintech" in capsys.readouterr().err
    assert main(["--stories", "fintech"]) == 2
    assert main(["--out", str(tmp_path), "--quick", "--ship"]) == 2


def test_a_quick_map_is_never_taken_for_the_shipped_one() -> None:
    assert all(one.months == story(name).scenario.months for name, one in read(FOLDER).items())
