"""What tests of the dashboard share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from dashboards.limits import Limits
from dashboards.playing import Pool


@pytest.fixture
def make() -> Iterator[Callable[..., Pool]]:
    """A function that makes a pool, of one worker unless told otherwise; closed at the end of the test."""
    made: list[Pool] = []

    def started(**allowed: int) -> Pool:
        made.append(Pool(Limits(**{"workers": 1, **allowed})))
        assert made[-1].ready()
        return made[-1]

    yield started
    for pool in made:
        pool.close()
