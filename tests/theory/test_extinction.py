"""How often single lines die out: the fixed points against what is known exactly, and the runs against them."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from experiments.statistics import Interval
from experiments.validation.theory import extinction as study
from experiments.validation.theory.chain import Rates, extinction, extinction_for_good, growth


def _plain(r: float) -> Rates:
    """Rates without crowding or copying, months short beside a life: carriers end at μ and become three at R μ / 2."""
    return Rates(0.5 * 0.005 * r * 3001 / 2 / 0.5, 3000, 0.5, 0.0, 0.005, levels=30)


@pytest.mark.parametrize("r", [1.3, 2.0])
def test_without_crowding_extinction_is_the_root_of_a_quadratic(r: float) -> None:
    """q = (1 − a) + a q³ with a = R / (2 + R): q = 1 or q² + q = (1 − a) / a = 2 / R."""
    root = (-1 + np.sqrt(1 + 8 / r)) / 2
    assert extinction_for_good(_plain(r)) == pytest.approx(root, abs=0.004)  # months, and a little crowding


def test_below_the_threshold_every_line_ends() -> None:
    assert extinction_for_good(_plain(0.9)) == 1.0
    assert extinction_for_good(study.theory(0.035)) == 1.0
    assert extinction(study.theory(0.02), 1000)[-1] == pytest.approx(1.0, abs=1e-4)


def test_newton_finds_what_months_tend_to() -> None:
    for success in (0.05, 0.08):
        by_month = extinction(study.theory(success), 2500)
        assert (np.diff(by_month) >= 0).all()
        assert extinction_for_good(study.theory(success)) == pytest.approx(by_month[-1], abs=1e-5)


def test_growth_without_crowding_is_that_of_carriers() -> None:
    """Carriers grow by 2 ρπ − μ = (R − 1) μ; births are ρπ per carrier: R μ / 2, over a month about e^(g/2) of it."""
    found = growth(_plain(1.5))
    assert found.rate == pytest.approx(0.5 * 0.005, rel=0.02)
    assert found.births == pytest.approx(0.75 * 0.005, rel=0.01)


def test_growth_is_that_of_mean_births_of_the_law() -> None:
    """The mean of the generating functions, by a small step away from 1, after many months."""
    from experiments.validation.theory import chain

    rates, small = study.theory(0.06), 1e-7
    values = np.ones((rates.levels + 1, 1))
    means = []
    for _ in range(300):
        values = chain._month_before(rates, values, np.array([1 - small]))
        means.append((1 - values[1, 0]) / small)
    found = growth(rates)
    assert means[-1] - means[-2] == pytest.approx(found.births * np.exp(found.rate * 299), rel=0.01)


def test_network_lines_on_a_well_mixed_state_are_the_chain() -> None:
    """Digital meetings only: every organisation is alike, and months against continuous time differ by little."""
    from ecosim import EcosystemModel
    from experiments.behaviours.tipping import WELL_MIXED
    from experiments.validation.theory.network_lines import extinction_on

    with EcosystemModel(seed=1, firms=60, dimensions=1, **WELL_MIXED) as model:
        model.step()
        found = extinction_on(model.state, 0.06, 100)
    assert np.ptp(found) < 1e-9
    # half a month more in a seed's first life of 25: about 1 % of what ends in the time
    assert found[0] == pytest.approx(extinction(study.theory(0.06), 100)[-1], abs=0.012)


def test_on_a_network_who_meets_nobody_only_forgets() -> None:
    from ecosim import EcosystemModel
    from experiments.validation.theory.network_lines import extinction_on

    with EcosystemModel(seed=2, **study.NETWORK, digital_share=0.0, cluster_share=1.0, bridge_share=0.0,
                        science_share=0.0, cluster_degree=1.0) as model:  # fmt: skip
        model.step()
        found = extinction_on(model.state, 0.2, 60)
        ties = np.diff(model.state.ties.start).reshape(-1, 3)[:, 0]
    alone = ties == 0
    assert alone.any()
    assert found[alone] == pytest.approx(1 - np.exp(-0.04 * 60), abs=1e-4)
    assert found[~alone].max() < found[alone].min()


def test_difference_of_shares_is_newcombes() -> None:
    """Newcombe (1998), table II, case (a): 56/70 − 48/80 is 0.2000 [0.0524, 0.3339] by method 10."""
    found = study.difference(study.share(56, 70), study.share(48, 80))
    assert tuple(found) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-4)


def test_the_runs_die_out_as_theory_says(quick: Callable) -> None:
    """Lines of the quick form are few: 4 standard errors of a share of some 100."""
    found = quick("extinction").findings
    for one in [*found["well mixed"].values(), *(of["all"] for of in found["network"].values())]:
        error = np.sqrt(one["theory"] * (1 - one["theory"]) / one["families"])
        assert one["extinct"][0] == pytest.approx(one["theory"], abs=4 * error), one
    shares = [found["well mixed"][r]["extinct"][0] for r in ("1", "1.8")]
    assert shares[0] - shares[1] > 0.12  # theory 0.31; its error is 0.05


def test_findings_survive_files(quick: Callable, reread: Callable) -> None:
    found, again = quick("extinction"), reread("extinction")
    assert set(again.findings) == set(found.findings)
    assert {key: row.verdict for key, row in again.rows.items()} == {key: r.verdict for key, r in found.rows.items()}
    assert len(study.draw(again.table).axes) == 2


def test_rows_fail_when_lines_die_out_otherwise(quick: Callable) -> None:
    findings = json.loads(json.dumps(quick("extinction").findings))
    one = findings["well mixed"]["1.4"]
    one["extinct"] = [one["theory"] + 0.06, one["theory"] + 0.05, one["theory"] + 0.07]
    assert {row.key: row.verdict for row in study.rows(findings)}["well-mixed-1.4"] == "fails"
    one["extinct"] = list(Interval(one["theory"], one["theory"] - 0.01, one["theory"] + 0.01))
    assert {row.key: row.verdict for row in study.rows(findings)}["well-mixed-1.4"] == "holds"
