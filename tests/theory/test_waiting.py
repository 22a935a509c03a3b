"""Time to emergence: theory against a plain simulation of lines, thinned births, and the runs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

from ecosim import EcosystemModel
from experiments.behaviours.tipping import WELL_MIXED
from experiments.validation.theory import waiting
from experiments.validation.theory.openings import schedule_with_openings


def _model(share: float | None, **values: object) -> EcosystemModel:
    settings = {**WELL_MIXED, "theme_share": 0.0, "dimensions": 1, "base_drive": 0.05, "firms": 400, **values}
    processes = None if share is None else schedule_with_openings(share)
    return EcosystemModel(seed=4, processes=processes, **settings)


def test_no_openings_are_no_spontaneous_births() -> None:
    """And then the run is the one without them, to the bit: thinning changes no other draw."""
    thinned, plain = _model(0.0, seeded_share=0.05).run(40), _model(None, seeded_share=0.05).run(40)
    assert thinned.state.history.column("spontaneous").sum() == 0
    born = [model.state.history.column("recombinant") for model in (thinned, plain)]
    assert born[0].sum() > 0
    assert (born[0] == born[1]).all()


def test_all_openings_are_the_model_as_it_is() -> None:
    thinned, plain = _model(1.0).run(12), _model(None, spontaneous=True).run(12)
    for name in ("spontaneous", "recombinant", "meetings", "copies"):
        assert (thinned.state.history.column(name) == plain.state.history.column(name)).all(), name


def test_openings_thin_spontaneous_births() -> None:
    """A tenth of the meetings: the count is Poisson, 4 standard errors of some 200."""
    everything = int(_model(1.0).run(24).state.history.column("spontaneous").sum())
    some = int(_model(0.1).run(24).state.history.column("spontaneous").sum())
    assert some == pytest.approx(everything / 10, abs=4 * math.sqrt(everything / 10))


def test_a_share_of_meetings_is_from_0_to_1() -> None:
    with pytest.raises(ValueError, match=r"share = 1\.5"):
        schedule_with_openings(1.5)


def test_rare_births_wait_for_one_that_lasts_and_grow() -> None:
    """The closed form of rare births: 1 / σ + (ln(L / w) + γ) / g, up to θ π² / 6 / g."""
    known = waiting.theory("rare", 4000)._replace(spontaneous=1e-5)
    lasting = 1e-5 * (1 - known.extinction**2)
    rare = 1 / lasting + (math.log(40 / known.founder) + np.euler_gamma) / known.growth
    assert known.mean(40) == pytest.approx(rare, rel=1e-4)


def test_settings_have_the_lasting_lines_that_they_say() -> None:
    for setting, (_, shape) in waiting.SETTINGS.items():
        if setting != "below":
            assert waiting.theory(setting, 1000).shape == pytest.approx(shape)
            assert 0 < waiting.theory(setting, 1000).share < 0.1


def test_mean_is_that_of_the_distribution() -> None:
    known = waiting.theory("frequent", 4000)
    months = np.arange(-2000.0, 4000.0, 0.5)  # the formula's times reach below 0
    later = known.later(1000, months)
    mean = 0.5 * (later[months >= 0].sum() - (1 - later[months < 0]).sum())
    assert mean == pytest.approx(known.mean(1000), abs=0.5)


def test_theory_is_that_of_simulated_lines() -> None:
    """Organisations of the chain by the thousand (binomial and Poisson numbers, months), without any crowd of others.

    300 times with a standard deviation of 1.05 / g: 4 standard errors of the mean, and 3 % for small t.
    """
    known = waiting.theory("frequent", 4000)
    chain = waiting.Rates(*waiting.rates(known.success))
    generator = np.random.default_rng(6)
    levels, runs, level = 12, 300, 200.0
    held = np.zeros((runs, levels + 1), np.int64)
    born, times = np.zeros((runs, 12)), np.full(runs, np.nan)
    drawn = np.concatenate([[0.0], chain.drawn])
    for month in range(1500):
        held[:, 1] += 2 * generator.poisson(known.spontaneous, runs)
        births = np.minimum(generator.poisson(held * drawn * chain.success), held)
        copies = generator.poisson(held * drawn * chain.transmissibility).sum(axis=1)
        held -= births
        held[:, 1:] += np.concatenate([births[:, :-2], births[:, -2:].sum(axis=1, keepdims=True)], axis=1)
        held[:, 1] += births.sum(axis=1) + copies
        kept = np.zeros_like(held)
        for k in range(levels + 1):
            kept += generator.multinomial(held[:, k], chain.kept[k] / chain.kept[k].sum())
        held = kept
        born[:, month % 12] = births.sum(axis=1)
        times[np.isnan(times) & (born.sum(axis=1) >= level)] = month
        if not np.isnan(times).any():
            break
    spread = 1.05 / known.growth / math.sqrt(runs)
    assert times.mean() == pytest.approx(known.mean(level), abs=4 * spread + 0.03 * known.mean(level))


def test_the_runs_wait_as_theory_says(quick: Callable) -> None:
    """Six runs a setting: 4 standard errors, the spread of T* being √ψ'(θ) / g."""
    from scipy.special import polygamma

    found = quick("waiting").findings
    for setting in ("rare", "rare, nearer to R = 1", "frequent"):
        one = found[setting]
        assert one["emerged"] == one["runs"]
        spread = math.sqrt(float(polygamma(1, one["theta"]))) / one["g"] / math.sqrt(one["runs"])
        assert one["months"][0] == pytest.approx(one["theory, months"], abs=4 * spread), setting
    assert found["below"]["emerged"] == 0
    low, high = found["spontaneous births over theory"][1:]
    assert low < 1.05  # a count of some 50: the full form judges it within 5 %
    assert high > 0.9


def test_findings_survive_files(quick: Callable, reread: Callable) -> None:
    found, again = quick("waiting"), reread("waiting")
    assert again.findings == json.loads(json.dumps(found.findings))
    assert list(again.rows) == list(found.rows)
    assert len(waiting.draw(again.table).axes) == 2
