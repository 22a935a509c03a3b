"""Results do not change unnoticed."""

from __future__ import annotations

import json

from tests.baseline import PATH, measure


def test_results_are_those_of_the_baseline() -> None:
    found = measure()
    assert found == json.loads(PATH.read_text())
    society = found["society"]  # which would say little if nothing happened in it
    for figure in ("alliances", "entries", "exits", "offer_sales", "export_sales", "public_equity", "policy_spending"):
        assert society[figure] > 0, figure
