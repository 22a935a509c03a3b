"""Results do not change unnoticed."""

from __future__ import annotations

import json

from tests.baseline import PATH, measure


def test_results_are_those_of_the_baseline() -> None:
    assert measure() == json.loads(PATH.read_text())
