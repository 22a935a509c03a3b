"""Ties: what is known of giant components, estimators on synthetic sizes, and the quick networks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from experiments.validation.limits.giants import erdos_renyi_share, started_share, started_threshold
from experiments.validation.limits.percolation import components, crossing_of


def test_the_giant_component_of_poisson_degrees() -> None:
    assert erdos_renyi_share(1.0) == 0.0
    assert erdos_renyi_share(2.0) == pytest.approx(0.79681, abs=1e-5)
    assert erdos_renyi_share(3.0) == pytest.approx(1 - math.exp(-3 * erdos_renyi_share(3.0)))


def test_many_sparse_layers_are_a_graph_of_poisson_degrees() -> None:
    for degree in (0.8, 1.5, 2.5):
        assert started_share([degree / 400] * 400) == pytest.approx(erdos_renyi_share(degree), abs=3e-4)
    assert started_threshold([1 / 400] * 400) == pytest.approx(1.0, abs=1e-3)


def test_thresholds_of_started_ties() -> None:
    assert started_threshold([1.0]) == pytest.approx(2.0)
    assert started_threshold([0.5, 0.5]) == pytest.approx(4 - 2 * math.sqrt(2))
    at = started_threshold([0.5, 0.5])
    assert started_share([at / 2 * 0.99] * 2) < 1e-3
    assert started_share([at / 2 * 1.02] * 2) > 0.02
    assert started_share([1.95]) < 1e-3
    assert started_share([2.05]) == pytest.approx(1.0)


def test_started_ties_by_brute_force() -> None:
    """The exact share against ties drawn with NumPy alone: 1.3 and 0.9 of two layers, no gap in the reasoning."""
    from scipy import sparse
    from scipy.sparse import csgraph

    generator, count, ends = np.random.default_rng(1), 60_000, []
    for degree in (1.3, 0.9):
        number = np.floor(degree / 2 + generator.random(count)).astype(int)
        starter = np.repeat(np.arange(count), number)
        ends.append(np.stack([starter, generator.integers(0, count, len(starter))]))
    a, b = np.hstack(ends)
    matrix = sparse.coo_matrix((np.ones(len(a)), (a, b)), shape=(count, count))
    label = csgraph.connected_components(matrix, directed=False)[1]
    # S varies by about 1.5 / √n = 0.006 at this distance from the threshold
    assert np.bincount(label).max() / count == pytest.approx(started_share([1.3, 0.9]), abs=0.02)


def test_components_of_known_ties() -> None:
    from ecosim.state.medium import Ties

    # 0-1 in the cluster layer, 1-2 in the bridge layer, 3 alone
    start = np.array([0, 1, 1, 1, 2, 3, 3, 3, 4, 4, 4, 4, 4])
    ties = Ties(start, np.array([1, 0, 2, 1], np.int32), np.ones(4, np.float32))
    label = components(ties, 4)
    assert label[0] == label[1] == label[2]
    assert label[3] != label[0]


@pytest.mark.parametrize("exponent", [1 / 3, 0.0])
def test_the_crossing_of_synthetic_sizes(exponent: float) -> None:
    """Sizes that scale about degree 1.4 as they should: the crossing is found there."""
    rows = []
    generator = np.random.default_rng(1)
    for size in (1000, 8000):
        for degree in (1.3, 1.35, 1.4, 1.45, 1.5):
            width = (degree - 1.4) * size**0.3 * 0.5
            share = size**-exponent * math.exp(width) if exponent else 1 / (1 + math.exp(-width))
            rows += [{"organisations": size, "degree": degree, "largest": share * generator.uniform(0.97, 1.03)}
                     for _ in range(40)]  # fmt: skip
    found = crossing_of(pd.DataFrame(rows), exponent)
    assert found.low < 1.4 < found.high or found.estimate == pytest.approx(1.4, abs=0.005)
    assert found.high - found.low < 0.05


def test_percolation(quick) -> None:
    found = quick("percolation")
    at = found.findings["threshold"]
    # half intervals of quick runs: 0.15, 0.02, 0.02, 0.03
    assert at["given"][0] == pytest.approx(1.0, abs=0.3)
    assert at["cluster"][0] == pytest.approx(2.0, abs=0.06)
    assert at["bridge"][0] == pytest.approx(2.0, abs=0.06)
    assert at["both"][0] == pytest.approx(4 - 2 * math.sqrt(2), abs=0.1)
    for name in ("cluster", "bridge", "both"):
        assert found.rows[f"{name}-at-1"].verdict == "fails", found.rows[f"{name}-at-1"]
    for name, shares in found.findings["share less theory"].items():
        for degree, away in shares.items():
            # S of n = 16,000 spreads by 0.01 at most at these degrees; below its threshold a cluster has up to 0.01
            assert abs(away[0]) < 0.03, (name, degree)
    assert found.findings["largest departure of the model's own measure"] < 1e-12
    assert found.rows["filled"].verdict == "holds", found.rows["filled"]
    assert found.findings["holders outside, missing, all"][2] > 2000
    assert found.module.draw(found.table).axes
