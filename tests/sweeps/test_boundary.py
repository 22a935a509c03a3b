"""The search for the boundary of emergence, and what is made of it, where the boundary is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from in_memory import InMemory, play_all
from known import threshold
from scipy.special import expit
from steep import emerges, true_line

from ecosim.errors import StudyError
from experiments import load, sweep
from experiments.analysis.boundary import section as boundary
from experiments.analysis.boundary.emergence import EmergenceModel, Surface, misjudged, misjudged_after, spread
from experiments.analysis.boundary.lines import first_crossing, measured_crossings
from experiments.analysis.boundary.theory import closed_form, folded, unfolded
from experiments.designs import make_design
from experiments.designs.boundary import FIRST, counts, unit_places
from experiments.reading import study_from_table

Y = np.linspace(0.1, 0.9, 9)


def search(factors="xy", seed=1, outcomes=("emerged", "r"), **options):
    """Return a study that searches the unit cube."""
    return study_from_table({
        "name": "known", "run": "known:threshold", "outcomes": list(outcomes), "seed": seed,
        "factors": {name: {"low": 0.0, "high": 1.0} for name in factors},
        "design": {"method": "boundary", "precision": 0.0, **options},
    })  # fmt: skip


def model_of(results):
    emerged, runs, _ = counts(results, "emerged", 0.5)
    return EmergenceModel(unit_places(results), emerged, runs)


def line_of(model):
    """Return the estimated line x(y), and its 95 % interval: the yardstick for a search and for a grid."""
    found = measured_crossings(model, np.stack([np.zeros(len(Y)), Y], axis=1), 0)
    rows = np.array([found.interval(line) for line in range(len(Y))])
    return rows[:, 0], rows[:, 1:]


def played_grid(function, steps, replicates, seed):
    """Return places (x fastest), and how many runs of each emerged."""
    ends = np.linspace(0.0, 1.0, steps)
    places = np.array([(x, y) for y in ends for x in ends])
    seeds = range(seed, seed + replicates)
    emerged = [sum(function({"x": x, "y": y}, s, None)["emerged"] for s in seeds) for x, y in places]
    return places, np.array(emerged)


def read_grid(shares):
    """Return the line x(y) that is read off a grid of shares (y, x), row by row, by straight lines between points."""
    ends, at = np.linspace(0.0, 1.0, shares.shape[1]), first_crossing(shares - 0.5)
    at = np.where(np.isnan(at), np.where(shares[:, -1] > 0.5, 0.0, 1.0), at)
    return np.interp(Y, ends, at)


# -- the model of P(emergence) --------------------------------------------------------------------------------


def some_runs(seed=0, points=40, most=4):
    generator = np.random.default_rng(seed)
    places = generator.random((points, 2))
    runs = generator.integers(1, most, points)
    return places, generator.binomial(runs, expit(15 * (places.sum(axis=1) - 1))), runs


def test_counts_say_the_same_as_a_row_for_every_run():
    """scikit-learn's classifier, which has no counts, with one row per run and the same kernel."""
    from sklearn.gaussian_process import GaussianProcessClassifier

    places, emerged, runs = some_runs()
    model = EmergenceModel(places, emerged, runs, refine=False)
    rows = np.repeat(places, runs, axis=0) - 0.5
    answers = np.concatenate([[1] * k + [0] * (n - k) for k, n in zip(emerged, runs, strict=True)])
    theirs = GaussianProcessClassifier(model.kernel, optimizer=None, max_iter_predict=100).fit(rows, answers)
    at = spread(64, 2, 1)
    mean, variance = theirs.latent_mean_and_variance(at - 0.5)
    ours = model.latent(at)
    np.testing.assert_allclose(ours[0], mean, atol=1e-6)
    np.testing.assert_allclose(ours[1] ** 2, variance, atol=1e-6)
    joint = model.covariance(at)
    np.testing.assert_allclose(np.sqrt(np.diag(joint[1])), ours[1], atol=1e-6)


@pytest.mark.parametrize(("emerged", "runs"), [(0, 1), (0, 4), (2, 5), (9, 10)])
def test_what_is_known_of_one_point_is_close_to_the_exact_answer(emerged, runs):
    """By brute force over the logit; Laplace's approximation would be off by up to two in the mean."""
    model = EmergenceModel([[0.5]], [emerged], [runs], fit=False)
    f = np.linspace(-60.0, 60.0, 100_001)
    prior = model.kernel(np.zeros((1, 1)))[0, 0]
    exact = np.exp(-(f**2) / (2 * prior) + emerged * f - runs * np.logaddexp(0.0, f))
    exact /= exact.sum()
    mean, deviation = model.latent([[0.5]])
    middle = (exact * f).sum()
    assert mean[0] == pytest.approx(middle, abs=0.1)
    # the exact answer is skewed, and the nearest Gaussian narrower
    assert deviation[0] == pytest.approx(np.sqrt((exact * (f - middle) ** 2).sum()), rel=0.25)
    assert model.emerging([[0.5]])[0] == pytest.approx(exact[f > 0].sum(), abs=0.03)


def test_a_search_does_not_go_on_where_all_runs_say_the_same():
    """Emergence in a corner of 2 % of the cube: most runs are to be played near it."""

    def corner(values, seed, months):
        above = sum(float(v) for v in values.values()) - 2.5
        draw = np.random.default_rng([seed, *(round(1e6 * v) for v in values.values())]).uniform()
        return {"emerged": float(draw < 1.0 / (1.0 + np.exp(-40.0 * above))), "r": 1.0}

    results = play_all(search("xyz", budget=256, initial=64, batch=64), corner)
    runs = results.runs[results.runs["point"] >= 64]
    away = np.abs(unit_places(results)[runs["point"]].sum(axis=1) - 2.5)
    assert (away < 0.5).mean() > 0.8
    model = model_of(results)
    assert model.converged
    at = spread(2048, 3, 3)
    assert ((model.latent(at)[0] > 0) != (at.sum(axis=1) > 2.5)).mean() < 0.01


def test_the_gradient_of_the_fit_is_that_of_its_loss():
    model = EmergenceModel(*some_runs(), fit=False)
    theta = model.kernel.theta + np.array([0.3, -0.2, 0.1, 0.4])
    _, gradient = model._loss(theta)
    for j, step in enumerate(1e-5 * np.eye(4)):
        slope = (model._loss(theta + step)[0] - model._loss(theta - step)[0]) / 2e-5
        assert slope == pytest.approx(gradient[j], rel=1e-4, abs=1e-5)


def test_what_more_runs_are_expected_to_do_is_what_they_do_on_average():
    """Against sampling: the estimate moves, and the truth is drawn around it."""
    generator = np.random.default_rng(0)
    for mean, deviation, later in ((0.3, 1.0, 0.4), (-1.0, 0.8, 0.7), (0.0, 2.0, 0.5)):
        estimate = mean + np.sqrt(deviation**2 - later**2) * generator.standard_normal(400_000)
        truth = estimate + later * generator.standard_normal(400_000)
        expected = ((estimate > 0) != (truth > 0)).mean()
        assert float(misjudged_after(mean, deviation, later)) == pytest.approx(expected, abs=0.003)
    assert misjudged_after(0.7, 1.3, 1.3) == pytest.approx(misjudged(0.7, 1.3), abs=1e-9)


def test_points_without_runs_say_nothing_and_no_run_at_all_is_refused():
    places, emerged, runs = some_runs()
    more = EmergenceModel(np.vstack([places, [[0.5, 0.5]]]), [*emerged, 0], [*runs, 0])
    np.testing.assert_allclose(more.latent(places)[0], EmergenceModel(places, emerged, runs).latent(places)[0])
    with pytest.raises(ValueError, match="no runs"):
        EmergenceModel(places, emerged, 0 * runs)


# -- the search -----------------------------------------------------------------------------------------------


def test_a_fifth_of_the_runs_of_a_grid_gives_the_line_as_closely():
    """200 runs of the search against 1,000 of a grid (10 × 10 × 10), four seeds, boundary x + y = 1."""
    ours, grid, stated, inside = [], [], [], []
    for seed in (1, 1001, 2001, 3001):
        results = play_all(search(seed=seed, budget=200), threshold)
        assert len(results.rows) == 200
        line, band = line_of(model_of(results))
        ours.append(line - true_line(Y))
        stated.append(band[:, 1] - band[:, 0])
        inside.append((band[:, 0] <= true_line(Y)) & (true_line(Y) <= band[:, 1]))
        grid.append(read_grid(played_grid(threshold, 10, 10, seed)[1].reshape(10, 10) / 10) - true_line(Y))
    assert np.sqrt(np.mean(np.square(ours))) <= np.sqrt(np.mean(np.square(grid)))
    # the stated width is what a normal error of that size has, and the band holds the line
    assert 2.5 < np.mean(stated) / np.sqrt(np.mean(np.square(ours))) < 8.0
    assert np.mean(inside) > 0.85


def test_where_emergence_is_sudden_the_search_needs_a_fifth_of_a_grid_that_is_read_by_the_same_model():
    """By the uncertainty that the model states, for a bent boundary: 160 runs against 800 (10 × 10 × 8)."""
    at, function = spread(1024, 2, 5), emerges(60.0, 0.2)
    for seed in (1, 1001):
        ours = misjudged(*model_of(play_all(search(seed=seed, budget=160), function)).latent(at)).mean()
        places, emerged = played_grid(function, 10, 8, seed)
        assert ours < misjudged(*EmergenceModel(places, emerged, np.full(100, 8)).latent(at)).mean()


def test_the_band_holds_the_line_although_a_seed_shifts_it_for_all_points():
    """The points have different seeds: otherwise the boundary of the first few would be found, very precisely."""
    function, inside = emerges(60.0, shift=0.08), {1: [], 256: []}
    for seeds, found in inside.items():
        for seed in (1, 1001, 2001, 3001):
            _, band = line_of(model_of(play_all(search(seed=seed, budget=128, seeds=seeds), function)))
            found.append(((band[:, 0] <= true_line(Y)) & (true_line(Y) <= band[:, 1])).mean())
    assert np.mean(inside[256]) > 0.8
    assert np.mean(inside[1]) < np.mean(inside[256])


def test_it_stops_at_the_precision_and_says_so_on_the_way():
    study = search(precision=0.025, budget=2000)
    results = play_all(study, threshold)
    assert len(results.rows) < 600
    uncertainty = misjudged(*model_of(results).latent(spread(1024, 2, study.seed))).mean()
    assert uncertainty == pytest.approx(0.025, rel=0.15)
    again = InMemory(study)
    again.points, again.rows = results.points.iloc[:32], results.rows[:32]
    added = make_design(study).next_round(again)
    assert "uncertainty of the boundary" in added.words
    assert (added.replicates["last"] - added.replicates["first"]).sum() == 32


def test_rounds_hang_on_results_alone_and_points_play_their_seeds_in_turn():
    study = search(budget=150, seeds=40)
    results, same = play_all(study, threshold), play_all(study, threshold)
    pd.testing.assert_frame_equal(results.points, same.points)
    runs = results.runs
    assert not runs.duplicated(["point", "replicate"]).any()
    first = results.points[FIRST].to_numpy()
    for point, rows in runs.groupby("point"):
        begun = {(first[point] + k) % 40 if k < 40 else k for k in range(len(rows))}
        assert set(rows["replicate"]) == begun
    assert runs["replicate"].nunique() >= 40
    assert runs.groupby("point").size().max() > 5  # known points are played again
    assert len(results.points) > 36  # and new ones sought


def test_failed_runs_tell_nothing_and_the_search_comes_there_less_often():
    def failing(values, seed, months):
        if values["x"] > 0.5:
            raise RuntimeError
        return threshold(values, seed, months)

    results = play_all(search(budget=160), failing)
    runs = results.runs
    assert len(runs) == 160
    later = runs[runs["point"] >= 32]
    played_there = results.points["x"].to_numpy()[later["point"]] > 0.5
    assert played_there.mean() < 0.5  # 0.8 if it did not mind
    at = spread(1024, 2, 3)
    wrong = (model_of(results).latent(at)[0] > 0) != (at.sum(axis=1) > 1)
    assert wrong[at[:, 0] < 0.5].mean() < 0.02
    emerged, good, asked = counts(results, "emerged", 0.5)
    assert good.sum() == (runs["status"] == "ok").sum()
    assert asked.sum() == 160
    assert emerged.sum() < good.sum()


def test_without_a_boundary_half_of_the_budget_is_spent_on_looking():
    def never(values, seed, months):
        return {"emerged": 0.0, "r": 0.1}

    results = play_all(search(budget=200), never)
    assert len(results.rows) == 128
    section = boundary.analyse(results, boundary.OPTIONS)
    assert "none of them shows lasting emergence" in section.words[0]

    def fails(values, seed, months):
        raise RuntimeError

    results = play_all(search(budget=100), fails)
    assert "nothing can be said" in boundary.analyse(results, boundary.OPTIONS).words[0]


@pytest.mark.parametrize("factors", ["x", "xyz", "xyzuv"])
def test_other_dimensions(factors):
    results = play_all(search(factors, budget=128), emerges(30.0))
    at = spread(2048, len(factors), 3)
    wrong = (model_of(results).latent(at)[0] > 0) != (at.sum(axis=1) > len(factors) / 2)
    assert wrong.mean() < (0.02 if factors == "x" else 0.08)


def test_a_killed_sweep_goes_on_as_if_nothing_had_happened(tmp_path):
    study = search(budget=70)
    whole = sweep(study, tmp_path / "whole", workers=1)
    again = load(tmp_path / "whole")
    assert len(again.runs) == 70
    expected = play_all(study, threshold)
    np.testing.assert_allclose(whole.points[list(study.paths)], expected.points[list(study.paths)])
    pd.testing.assert_series_equal(again.runs["replicate"], expected.runs["replicate"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"design": {"method": "boundary", "outcome": "emergd"}}, "emerged"),
        ({"design": {"method": "boundary", "batch": 0}}, "batch = 0: allowed is a whole number from 1"),
        ({"design": {"method": "boundary", "initial": 64, "budget": 32}}, "budget = 32"),
        ({"design": {"method": "boundary", "precision": 2.0}}, "precision = 2.0: allowed is a number from 0 to 0.5"),
        ({"design": {"method": "boundary", "above": "much"}}, "above = 'much'"),
        ({"design": {"method": "boundary", "precison": 0.1}}, "did you mean 'precision'"),
        ({"factors": {"x": {"levels": [0.0, 1.0]}}}, "needs a range"),
        ({"factors": {name: {"low": 0.0, "high": 1.0} for name in "abcdef"}}, "1 to 5 factors"),
        ({"replicates": {"number": 2, "outcome": "r", "half_width": 0.1}}, "no stopping rule"),
    ],
)
def test_wrong_options_are_refused(change, message):
    table = {
        "name": "t", "run": "known:threshold", "outcomes": ["emerged", "r"], "design": {"method": "boundary"},
        "factors": {name: {"low": 0.0, "high": 1.0} for name in "xy"},
    }  # fmt: skip
    with pytest.raises(StudyError) as caught:
        study_from_table({**table, **change})
    assert message in str(caught.value)


# -- the analysis ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    return play_all(search(budget=200), threshold)


def options(**given):
    return {**boundary.OPTIONS, **given}


def test_the_section_says_where_emergence_begins_and_that_theory_agrees(found):
    section = boundary.analyse(found, options(theory="r"))
    middle = section.findings["boundary"][1]
    assert middle["low"] < 0.5 < middle["high"]
    assert "At y 0.5, emergence begins at x 0.5" in section.words[1]
    compared = section.findings["theories"]["r"]
    low, high = compared["R on the boundary"][1:]
    assert low < 1.0 < high
    assert compared["distance"][1] < 0 < compared["distance"][2]
    assert "holds 1" in section.words[2]
    assert any("has not reached the precision" in warning for warning in section.warnings)
    figure = section.figures["boundary"].figure
    assert {axis.get_xlabel() for axis in figure.axes} >= {"x"}


def test_a_boundary_that_lies_elsewhere_than_theory_is_said_to():
    """Emergence begins at x + y = 1; what is given as theory has R = 1 at x + y = 0.75."""

    def shifted(values, seed, months):
        out = threshold(values, seed, months)
        return {**out, "r": out["r"] / 0.75}

    section = boundary.analyse(play_all(search(budget=160), shifted), options(theory="r"))
    compared = section.findings["theories"]["r"]
    assert compared["R on the boundary"][0] == pytest.approx(1 / 0.75, rel=0.06)
    assert compared["distance"][0] == pytest.approx(0.25, abs=0.06)
    # between the lines x + y = 0.75 and 1 lies 0.21875 of the space
    assert compared["share with R above 1 only"][0] == pytest.approx(0.22, abs=0.05)
    assert compared["share with emergence only"][2] < 0.05
    assert "emergence begins above R = 1" in " ".join(section.words)


def test_one_factor_three_factors_failed_runs_and_unfinished_sweeps():
    section = boundary.analyse(play_all(search("x", budget=64), emerges(40.0)), options(theory="r"))
    row = section.findings["boundary"][0]
    assert row["low"] - 0.02 < 0.5 < row["high"] + 0.02
    assert section.words[1].startswith("Over the range, emergence begins at x 0.")
    section = boundary.analyse(play_all(search("xyz", budget=96), emerges(40.0), most=64), options(theory="r"))
    assert len(section.figures["boundary"].figure.axes) == 4  # three panels and a bar
    assert len(section.findings["boundary"]) == 16

    def failing(values, seed, months):
        if seed % 5 == 0:
            raise RuntimeError
        return {**threshold(values, seed, months), "r": np.nan}

    section = boundary.analyse(play_all(search(budget=64), failing), options(theory="r"))
    assert any("runs failed and are left out" in warning for warning in section.warnings)
    assert any("Too few runs know r" in warning for warning in section.warnings)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"theory": "rr"}, "theory 'rr'"), ({"theory": "dilute"}, "distance does not matter"),
        ({"outcome": "emergd"}, "emerged"), ({"along": "z"}, "no factor 'z'"), ({"x": "x", "y": "x"}, "different"),
        ({"also": "r"}, "list of texts"), ({"above": True}, "above = True"),
    ],
)  # fmt: skip
def test_wrong_options_of_the_analysis_are_refused(given, message):
    with pytest.raises(StudyError) as caught:
        boundary.check(search(), options(**given), "here")
    assert message in str(caught.value)


def test_folding_r():
    r = np.array([0.0, 0.5, 1.0, 2.0, np.inf])
    np.testing.assert_allclose(folded(r)[:4], np.tanh(np.log(np.maximum(r[:4], 1e-300))), atol=1e-12)
    assert folded(r)[4] == 1.0
    np.testing.assert_allclose(unfolded(folded(r))[:4], r[:4], atol=1e-6)


def test_a_surface_goes_through_smooth_values():
    at = spread(60, 2, 0)
    surface = Surface(at, np.where(np.arange(60) == 3, np.nan, np.sin(3 * at[:, 0]) + at[:, 1]))
    new = spread(100, 2, 9)
    np.testing.assert_allclose(surface(new), np.sin(3 * new[:, 0]) + new[:, 1], atol=0.03)
    with pytest.raises(ValueError, match="fewer than three"):
        Surface(at[:2], np.zeros(2))


def test_closed_forms_of_a_point_are_those_of_the_model():
    from ecosim.reproduction import dilute_reproduction, well_mixed_reproduction

    study = study_from_table({
        "name": "t", "outcomes": ["alive"], "values": {"diversity.distance_matters": False, "dials.medium_dial": 0.5},
        "factors": {"latent.base_drive": {"low": 0.01, "high": 0.1}},
    })  # fmt: skip
    known = (1.0, 8, -np.expm1(-0.05), 0.01, 0.04)
    assert closed_form(study, "dilute", {"latent.base_drive": 0.05}) == pytest.approx(dilute_reproduction(*known))
    found = closed_form(study, "next-generation", {"latent.base_drive": 0.05})
    assert found == pytest.approx(well_mixed_reproduction(*known))
