"""Critical exponents: estimators against made-up scaling, and against a plain simulation of another process."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from experiments.validation.theory import exponents as study


def test_power_and_correction_find_known_exponents() -> None:
    x = np.array(study.ABOVE)
    assert study.power(x, 3 * x**0.7) == pytest.approx(0.7)
    bent = 2 * x**1.0 * np.exp(1.7 * x)
    assert study.power(x, bent) > 1.1  # the correction looks like a larger exponent
    assert study.corrected(x, bent) == pytest.approx(1.0)
    assert math.isnan(study.power(x, np.where(x == x[0], np.nan, x)))


def test_time_counts_those_alive_as_later() -> None:
    assert study.time_of(np.array([3.0, np.nan, 5.0, 4.0])) == 4.0
    assert study.time_of(np.array([3.0, np.nan, np.nan, np.nan])) == math.inf
    assert study.time_of(np.array([9.0, 1.0, np.nan, np.nan, 2.0])) == 2.0


def test_births_are_those_of_runs_that_are_left() -> None:
    """Two of three runs end at 24 of 48 months; the one that is left has 2 births, the others 1 until their end."""
    births = np.zeros((3, study.BINS))
    births[0] = 2.0
    births[1:, :12] = 1.0
    time, found = study.at_threshold(np.array([np.nan, 24.0, 24.0]), births, 48)
    assert time == 24.0
    assert found == pytest.approx(4 / 3)


def _table(z: float, order: float, beta: float) -> pd.DataFrame:
    """Runs in which times, births and births above follow given powers."""
    generator = np.random.default_rng(1)
    rows = []
    for size in (250, 1000, 4000, 16_000):
        months = int(40 * size**z)
        edges = np.linspace(0, months, study.BINS + 1)[1:]
        for _ in range(40):
            end = 20 * size**z * generator.uniform(0.7, 1.3)
            parts = np.where(edges <= end, size**-order, 0.0)
            rows.append({"part": "at", "organisations": size, "above": 0.0, "months": months, "extinct": end,
                         **{f"births {i}": v for i, v in enumerate(parts)}})  # fmt: skip
    for above in study.ABOVE:
        parts = [above**beta * math.exp(2 * above)] * study.BINS
        rows += [{"part": "above", "organisations": 8000, "above": above, "months": 400, "extinct": math.nan,
                  **{f"births {i}": v for i, v in enumerate(parts)}}] * 2  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("z", "order", "beta"), [(0.5, 0.5, 1.0), (0.3, 0.7, 0.6)])
def test_made_up_scaling_is_found_again(z: float, order: float, beta: float) -> None:
    """Quantiles of 40 uniform times have an error of 3 %, which over a factor 16 in size is 0.015 in z: 4 of them."""
    table = _table(z, order, beta)
    findings = study.conclude(table)
    assert findings["z"][0] == pytest.approx(z, abs=0.06)
    assert findings["beta over nu"][0] == pytest.approx(order, abs=0.01)
    assert findings["beta"][0] == pytest.approx(beta, abs=1e-5)
    verdicts = {row.key: row.verdict for row in study.rows(json.loads(json.dumps(findings)))}
    mean_field = (z, order, beta) == (0.5, 0.5, 1.0)
    assert (verdicts["beta"] == "holds") is mean_field
    assert (verdicts["beta-over-nu"] == "holds") is mean_field
    assert (verdicts["z"] == "fails") is not mean_field


def test_the_runs_scale_with_size_and_distance(quick: Callable) -> None:
    """The quick form has two small sizes and few runs: only the directions can be asked for."""
    found = quick("exponents")
    times = list(found.findings["time by size, months"].values())
    births = list(found.findings["births per organisation and year by size"].values())
    above = list(found.findings["births per organisation and year above"].values())
    assert times[1] > 1.1 * times[0]  # theory: 2; the error of a quantile of some 20 is about 25 % each
    assert births[1] < births[0]
    assert above == sorted(above)
    assert above[-1] > 5 * births[1]
    assert set(found.rows) == {"z", "beta-over-nu", "beta"}


def test_findings_survive_files(quick: Callable, reread: Callable) -> None:
    found, again = quick("exponents"), reread("exponents")
    assert again.findings["z"] == json.loads(json.dumps(found.findings))["z"]
    assert list(again.rows) == list(found.rows)
    assert len(study.draw(again.table).axes) == 3
