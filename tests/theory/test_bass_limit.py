"""Offers and Bass's curve: the closed form against his equation, and the quick runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.validation.limits.bass import USUAL, closed_form


def test_the_closed_form_solves_the_equation() -> None:
    """dF/dt = (p + q F)(1 − F), by central differences, and its peak of adoptions at log(q/p) / (p + q)."""
    age, h = np.linspace(0.5, 30, 200), 1e-4
    for p, q in ((0.03, 0.38), (0.2, 0.0), (0.001, 2.0)):
        share = closed_form(age, p, q)
        slope = (closed_form(age + h, p, q) - closed_form(age - h, p, q)) / (2 * h)
        assert slope == pytest.approx((p + q * share) * (1 - share), rel=1e-5, abs=1e-9)
    fine = np.linspace(0, 20, 20_001)
    peak = fine[np.diff(closed_form(fine, *USUAL)).argmax()]
    assert peak == pytest.approx(math.log(USUAL[1] / USUAL[0]) / sum(USUAL), abs=0.002)


def test_bass(quick) -> None:
    found = quick("bass")
    for part in ("neutral", "framed"):
        assert found.rows[part].verdict == "holds", found.rows[part]
        assert found.findings["offer-months compared"][part] > 10_000
        assert found.findings["largest departure"][part] < 1e-9
    assert len(found.findings["largest departure by p and q, neutral"]) == 5
    # what breaks the limit breaks the curve: crowding by far, a moved frame less
    assert found.findings["half a life on"]["crowded"][2] < -0.5
    assert found.findings["largest departure"]["moving"] > 0.01
    assert found.rows["crowded"].verdict == "fails"
    assert found.module.draw(found.table).axes
