"""Families of hybrids against branching theory, and the estimators against sizes whose law is known."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

from experiments.validation.limits import galton_watson
from experiments.validation.limits.power_law import TruncatedPowerLaw, cutoff_of, rival_gains
from experiments.validation.theory.chain import Rates, cumulative_births, textbook_births, threshold


def test_textbook_law_is_that_of_simulated_ternary_trees() -> None:
    """A plain simulation of the branching, one event after another; 4 standard errors of 20,000 families."""
    generator = np.random.default_rng(3)
    a = 0.7 / 2.7
    carriers, births = np.ones(20_000, np.int64), np.zeros(20_000, np.int64)
    while (carriers > 0).any():
        live = carriers > 0
        branched = generator.random(20_000) < a
        carriers += np.where(live, np.where(branched, 2, -1), 0)
        births += live & branched
    law = textbook_births(0.7, 400)
    assert law.sum() == pytest.approx(1.0, abs=1e-9)
    assert law @ np.arange(400) == pytest.approx(0.5 * 0.7 / 0.3, rel=1e-6)  # half of R / (1 − R): one carrier of two
    for n in (0, 1, 2, 5):
        assert (births == n).mean() == pytest.approx(law[n], abs=4 * math.sqrt(law[n] / 20_000))


def test_textbook_law_falls_with_three_halves_at_one() -> None:
    law = textbook_births(1.0, 40_000)
    assert math.log(law[39_999] / law[9_999]) / math.log(4.0) == pytest.approx(-1.5, abs=1e-3)


def test_law_of_the_chain_is_the_textbook_law_without_crowding() -> None:
    """A core so large that hybrids do not crowd, over many lives; months short beside a life."""
    rates = Rates(0.5 * 0.01 * 0.8 * 3001 / 2 / 0.5, 3000, 0.5, 0.0, 0.01, levels=20)  # R = 0.8
    law = cumulative_births(rates, 2500, 128)
    assert law[:40] == pytest.approx(np.cumsum(textbook_births(0.8, 40)), abs=0.004)  # half a month in a life of 100


def test_law_of_the_chain_against_many_simulated_lines() -> None:
    """Gillespie's method in continuous time, with crowding and copying, against the law by months (4 errors + 0.01)."""
    rates = galton_watson.as_is_rates(0.9)
    law = cumulative_births(rates, 120, 64)
    generator = np.random.default_rng(5)
    births = np.array([_births_of_a_line(rates, 120.0, generator) for _ in range(1500)])
    for n in (0, 1, 2, 4):
        error = math.sqrt(law[n] * (1 - law[n]) / 1500)
        assert (births <= n).mean() == pytest.approx(law[n], abs=4 * error + 0.01)


def _births_of_a_line(rates: Rates, horizon: float, generator: np.random.Generator) -> int:
    waiting, births = [(1, 0.0)], 0
    while waiting:
        held, time = waiting.pop()
        while held > 0:
            drawn = 2 * rates.meeting_rate * held / (rates.core + held)
            paces = np.array([drawn * rates.success, drawn * rates.transmissibility, rates.forgetting * held])
            time += generator.exponential(1 / paces.sum())
            if time > horizon:
                break
            event = generator.choice(3, p=paces / paces.sum())
            if event == 0:
                births += 1
            if event < 2:
                waiting.append((1, time))
            held += (1, 0, -1)[event]
    return births


def test_threshold_of_the_chain_is_where_organisations_replace_themselves() -> None:
    """Continuous and monthly threshold differ by what a copy loses in its month: half of one, of 25."""
    from ecosim.reproduction import organisation_reproduction

    success = threshold(galton_watson.AS_IS)
    assert organisation_reproduction(2.0, 8, success, 0.02, 0.04) == pytest.approx(1.0, abs=0.01)
    alone = threshold(galton_watson.AS_IS._replace(transmissibility=0.0))
    assert organisation_reproduction(2.0, 8, alone, 0.0, 0.04) == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize("exponent", [1.2, 1.5, 2.3])
def test_exponent_of_a_known_power_law(exponent: float) -> None:
    n = np.arange(10, 151, dtype=np.float64)
    chance = n**-exponent / (n**-exponent).sum()
    counts = np.zeros((1, 400))
    counts[0, 10:151] = np.random.default_rng(1).multinomial(20_000, chance)
    counts[0, 200] = 500  # beyond the window: not looked at
    # the standard error is 1 / (√n · standard deviation of log n), about 0.01: 4 of them
    assert TruncatedPowerLaw(10, 150).exponents(counts)[0] == pytest.approx(exponent, abs=0.04)
    shape = np.exp(-n / 40)
    counts[0, 10:151] = np.random.default_rng(2).multinomial(20_000, chance * shape / (chance * shape).sum())
    # with the cut-off known the exponent is found again, to 4 of its larger errors; without, it is not
    assert TruncatedPowerLaw(10, 150, shape).exponents(counts)[0] == pytest.approx(exponent, abs=0.06)
    assert TruncatedPowerLaw(10, 150).exponents(counts)[0] > exponent + 0.3


def test_cut_off_of_a_known_law() -> None:
    n = np.arange(0, 3000, dtype=np.float64)
    weights = np.where(n >= 10, np.maximum(n, 1) ** -1.5 * np.exp(-n / 60), 0.0)
    counts = np.random.default_rng(1).multinomial(20_000, weights / weights.sum()).astype(np.float64)
    assert cutoff_of(counts[None, :], 10)[0] == pytest.approx(60, rel=0.1)  # 4 standard errors


def test_rivals_lose_on_a_power_law_and_win_on_their_own() -> None:
    n = np.arange(0, 151, dtype=np.float64)
    window = n >= 10
    power = np.where(window, np.maximum(n, 1) ** -1.5, 0.0)
    geometric = np.where(window, np.exp(-n / 12), 0.0)
    generator = np.random.default_rng(1)
    seen = generator.multinomial(5000, power / power.sum()).astype(np.float64)
    assert rival_gains(seen, 10, 150)["exponential"][1] > 0
    seen = generator.multinomial(5000, geometric / geometric.sum()).astype(np.float64)
    assert rival_gains(seen, 10, 150)["exponential"][2] < 0
    assert rival_gains(seen[:11], 10, 150)["exponential"] == [None, None, None] or seen[10] >= 20


def test_distance_has_its_band() -> None:
    law = np.cumsum(textbook_births(0.8, 400))
    counts = np.diff(law, prepend=0.0) * 1000
    found = galton_watson.distance(counts, law)
    assert found[0] == pytest.approx(0.0, abs=1e-5)
    assert found[2] == pytest.approx(math.sqrt(math.log(40) / 2000), abs=1e-4)
    assert galton_watson.distance(counts, np.cumsum(textbook_births(1.0, 400)))[0] > 0.05


def test_the_runs_are_on_the_laws(quick: Callable) -> None:
    """At the quick form's 500 families (textbook) and 120 (as is) the 99.9 % band of a distance is 1.95 / √n."""
    found = quick("galton-watson")
    for name, (far, _, _) in found.findings["distance"].items():
        assert far < 1.95 / math.sqrt(found.findings["families"][name]), name
    merged = found.findings["two hybrid parents"]
    assert 0 < merged["textbook"][0] < 0.01  # they happen, and hardly
    assert merged["as is"][0] < 0.02
    # means of heavy tails: about 15 % of standard error at R = 0.8
    assert found.findings["mean"]["0.8"][0] == pytest.approx(1.0, abs=0.45)
    assert found.rows["two-parents-textbook"].verdict == "holds"
    assert all(row.verdict != "fails" for row in found.rows.values()), found.rows


def test_a_wrong_law_is_seen(quick: Callable) -> None:
    """The same families against the laws of other R: farther than the band of chance."""
    table = quick("galton-watson").table
    chosen = table[(table["part"] == "textbook") & (table["r"] == 0.8)]
    counts = galton_watson.histogram(chosen).sum(axis=0)
    for wrong in (0.4, 1.4):
        law = np.cumsum(textbook_births(wrong, 200))
        assert galton_watson.distance(counts, law)[1] > 0


def test_findings_survive_files(quick: Callable, reread: Callable) -> None:
    found, again = quick("galton-watson"), reread("galton-watson")
    assert again.findings == json.loads(json.dumps(found.findings))
    assert [row.verdict for row in again.rows.values()] == [row.verdict for row in found.rows.values()]
    assert galton_watson.draw(again.table).axes[0].get_xscale() == "log"
