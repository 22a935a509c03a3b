"""New ties among the old, against the obvious way of making a table of ties anew; and where a meeting's tie stands."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from ecosim import EcosystemModel
from ecosim.kernels.ties import SHORT, find_mirror, find_ties, read_ties
from ecosim.setup.growth import add_ties
from ecosim.setup.medium import make_changeable
from ecosim.state import Ties

Bond = tuple[int, int, int]  # layer, lower end, higher end
Content = dict[Bond, tuple[float, float, float]]  # trust, and the weight at the lower and at the higher end


def build(organisations: int, bonds: Content, pull: float) -> Ties:
    """Return a table of ties, written down row by row."""
    start, partner, cumulative, weight, trust = [0], [], [], [], []
    for organisation in range(organisations):
        for layer in range(3):
            row = []
            for (other_layer, low, high), (value, weight_low, weight_high) in bonds.items():
                if layer == other_layer and organisation == low:
                    row.append((high, weight_low, value))
                elif layer == other_layer and organisation == high:
                    row.append((low, weight_high, value))
            row.sort()
            running = np.cumsum([w * (1 + pull * value) for _, w, value in row])
            partner += [other for other, _, _ in row]
            weight += [w for _, w, _ in row]
            trust += [value for _, _, value in row]
            cumulative += list(running / running[-1]) if row else []
            start.append(len(partner))
    return with_mirror(
        np.array(start, np.int64), np.array(partner, np.int32), np.array(cumulative, np.float32),
        np.array(weight, np.float32), np.array(trust, np.float32),
    )  # fmt: skip


def with_mirror(start: Any, partner: Any, *rest: Any) -> Ties:
    rows = np.repeat(np.arange(len(start) - 1), np.diff(start))
    place = {(int(row), int(other)): e for e, (row, other) in enumerate(zip(rows, partner, strict=True))}
    mirror = [place[3 * int(other) + int(row) % 3, int(row) // 3] for row, other in zip(rows, partner, strict=True)]
    return Ties(start, partner, *rest, np.array(mirror, np.int64))


def assert_same(one: Ties, other: Ties) -> None:
    for name, values in vars(one).items():
        expected = getattr(other, name)
        assert values.dtype == expected.dtype, name
        if name == "cumulative":
            assert np.allclose(values, expected, atol=1e-6)
        else:
            assert np.array_equal(values, expected), name
    last = one.start[1:][np.diff(one.start) > 0] - 1
    assert (one.cumulative[last] == 1).all()


@pytest.mark.parametrize("number", range(60))
def test_new_ties_among_the_old(number: int) -> None:
    """Random tables and random newcomers: twice the same, there already, to oneself, to nobody new, none at all."""
    pick = random.Random(number)
    before = pick.randint(1, 9)
    after = before + pick.randint(0, 4)
    pull = pick.choice([0.0, 3.0, 40.0])
    bonds: Content = {}
    for _ in range(pick.randint(0, 40) if before > 1 else 0):
        low, high = sorted(pick.sample(range(before), 2))
        trust, *weights = (float(np.float32(pick.uniform(0.01, 1))) for _ in range(3))
        bonds[pick.randrange(3), low, high] = (trust, *weights)
    old = build(before, bonds, pull)
    kept = {name: values.copy() for name, values in vars(old).items()}
    wanted = [
        (pick.randrange(3), pick.randrange(after), pick.randrange(after)) for _ in range(pick.choice([0, 1, 5, 40]))
    ]
    layer, one, other = np.array(wanted, np.int64).reshape(-1, 3).T
    new = add_ties(old, after, layer, one, other, 0.25, pull)
    for which, a, b in wanted:
        if a != b:
            bonds.setdefault((which, min(a, b), max(a, b)), (0.25, 1.0, 1.0))
    assert_same(new, build(after, bonds, pull))
    for name, values in kept.items():
        assert np.array_equal(values, getattr(old, name)), f"{name} of the given table has changed"


def test_rows_without_a_new_tie_keep_their_bits() -> None:
    """Whoever gets no new tie draws the same partners as before."""
    state = EcosystemModel(firms=90, labs=10, clusters=3, seed=1, trust=True, reproduction_every=0).run(6).state
    old = state.ties
    new = add_ties(old, 101, np.array([0, 0]), np.array([100, 100]), np.array([7, 8]), 0.3, 3.0)
    touched = {3 * 7, 3 * 8, 3 * 100}
    for row in set(range(300)) - touched:
        before, now = slice(*old.start[row : row + 2]), slice(*new.start[row : row + 2])
        for name in ("partner", "cumulative", "weight", "trust"):
            assert np.array_equal(getattr(old, name)[before], getattr(new, name)[now])
    assert new.of(100).tolist() == [7, 8]
    assert len(new.partner) == len(old.partner) + 4
    one_layer = add_ties(old, 101, np.int64(0), np.array([100, 100]), np.array([7, 8]), 0.3, 3.0)  # type: ignore[arg-type]
    assert_same(one_layer, new)


def test_what_cannot_be_added_is_refused() -> None:
    model = EcosystemModel(firms=20, labs=0, clusters=1, seed=1)
    plain, one, other = model.state.ties, np.array([20]), np.array([3])
    layer = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="make them changeable first"):
        add_ties(plain, 21, layer, one, other, 0.3, 0.0)
    ties = make_changeable(plain, 0.3)
    with pytest.raises(ValueError, match="the table already has 20"):
        add_ties(ties, 19, layer, one - 5, other, 0.3, 0.0)
    for wrong in ((layer, one + 1, other), (layer, one, other - 4), (layer + 3, one, other), (layer - 1, one, other)):
        with pytest.raises(ValueError, match="ends must lie in 0 to 20 and layers in 0 to 2"):
            add_ties(ties, 21, *wrong, 0.3, 0.0)


def test_the_mirror_is_the_transpose() -> None:
    for seed in range(3):
        ties = EcosystemModel(firms=300, labs=40, clusters=7, seed=seed).state.ties
        rows = len(ties.start) - 1
        layer = np.repeat(np.arange(rows) % 3, np.diff(ties.start))
        places = np.arange(len(ties.partner))
        matrix = sparse.csr_matrix((places, 3 * ties.partner + layer, ties.start), shape=(rows, rows))
        assert np.array_equal(find_mirror(ties.start, ties.partner), matrix.tocsc().data)
    assert len(find_mirror(np.zeros(7, np.int64), np.zeros(0, np.int32))) == 0


def test_a_meetings_tie_is_found_in_rows_of_any_length() -> None:
    """Rows longer than what is counted through are halved first; whoever is in none is not found."""
    pick = random.Random(5)
    organisations = 12 * SHORT
    bonds: Content = {}
    for organisation in (0, 1, 2):
        for other in pick.sample(range(3, organisations), (5, 2 * SHORT, 9 * SHORT)[organisation]):
            bonds[organisation, organisation, other] = (0.3, 1.0, 1.0)
    ties = build(organisations, bonds, 0.0)
    here = [(organisation, other, layer) for organisation in (0, 1, 2) for other in range(3, 200) for layer in range(4)]
    initiator, met, layer = np.array(here).T
    partner = met.astype(np.int32)
    partner[::7] = -1
    over = find_ties(initiator.astype(np.int32), partner, layer.astype(np.int8), ties.start, ties.partner)
    tie, met_again = read_ties(over, ties.partner)
    for organisation, other, which, found, again in zip(initiator, partner, layer, tie, met_again, strict=True):
        there = other >= 0 and which < 3 and (which, organisation, other) in bonds
        assert (found >= 0) == there
        if there:
            assert ties.partner[found] == other
            assert ties.start[3 * organisation + which] <= found < ties.start[3 * organisation + which + 1]
        if there or other < 0 or which == 3:
            assert again == other
