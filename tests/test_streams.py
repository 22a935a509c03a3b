"""Random draws: the same bits from streams, kernels and the plain twin; uniform, independent, and nobody else's.

Statistical bounds: each check would fail for one good generator in a million (`P`); the seeds are fixed, so a check
that passes once always passes.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from ecosim import streams
from ecosim.errors import ParameterError
from ecosim.kernels import random as kernel
from ecosim.kernels.meet import find_partners, first_above, poisson, put_in_order, start_meetings
from ecosim.parameters import Parameters
from ecosim.processes import Process
from ecosim.scenario import Scenario
from ecosim.schedule import core_schedule, with_process
from ecosim.setup import found
from ecosim.state import State
from tests.reference import draws as twin

P = 1e-6
COUNT = 20_000
WORDS = st.integers(0, 2**64 - 1)
thoroughly = settings(deadline=None, derandomize=True, database=None, max_examples=300)
Words = npt.NDArray[np.uint64]


# -- the same bits everywhere ---------------------------------------------------------------------------------


def test_splitmix64_known_answers() -> None:
    """The published sequence of SplitMix64 from seed 1234567: its n-th number is our n-th further draw."""
    published = [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip
    assert [kernel.further(np.uint64(1234567), n) for n in range(1, 6)] == published
    assert [twin.further(1234567, n) for n in range(1, 6)] == published


@thoroughly
@given(key=WORDS, identity=WORDS)
@example(key=0, identity=0)
@example(key=2**64 - 1, identity=2**64 - 1)
def test_streams_kernels_and_twin_draw_the_same_bits(key: int, identity: int) -> None:
    word, array = np.uint64(identity), np.array([identity], np.uint64)
    assert twin.mix(identity) == kernel.mix(word) == streams.mix(array)[0]
    bits = twin.draw(key, identity)
    assert bits == kernel.draw(np.uint64(key), word) == streams.hashes(np.uint64(key), array)[0]
    assert twin.uniform(bits) == kernel.uniform(np.uint64(bits)) == streams.uniforms(np.uint64(key), array)[0]


@thoroughly
@given(base=WORDS, number=st.integers(1, 2000), count=st.integers(1, 2**31 - 1))
@example(base=2**64 - 1, number=1, count=2**31 - 1)
def test_kernels_and_twin_decide_the_same(base: int, number: int, count: int) -> None:
    word = np.uint64(base)
    assert twin.further(base, number) == kernel.further(word, number)
    assert 0 <= kernel.uniform(word) == twin.uniform(base) < 1
    assert 0 <= kernel.below(word, count) == twin.below(base, count) < count
    assert 0 <= kernel.below_low(word, count) == twin.below_low(base, count) < count
    assert kernel.normal(word, number) == pytest.approx(twin.normal(base, number), rel=1e-13, abs=1e-13)


@thoroughly
@given(one=WORDS, other=WORDS)
@example(one=0, other=2**64 - 1)
def test_child_identity_belongs_to_the_unordered_pair(one: int, other: int) -> None:
    child = kernel.child_identity(np.uint64(one), np.uint64(other))
    assert child == kernel.child_identity(np.uint64(other), np.uint64(one)) == twin.child_identity(one, other)
    assert child != 0
    assert child not in (one, other)


def test_children_of_many_pairs_are_all_different() -> None:
    bricks = streams.mix(np.arange(150, dtype=np.uint64))
    children = {kernel.child_identity(a, b) for i, a in enumerate(bricks) for b in bricks[:i]}
    assert len(children) == 150 * 149 // 2


@thoroughly
@given(seed=st.integers(0, 2**63 - 1), process=st.text(max_size=20), month=st.integers(0, 10**6))
def test_twin_and_streams_name_the_same_keys(seed: int, process: str, month: int) -> None:
    assert twin.stream_key(seed, process, month) == streams.stream_key(seed, process, month)


def test_keys_differ_by_seed_process_and_month() -> None:
    keys = {
        int(streams.stream_key(seed, process, month))
        for seed in range(20)
        for process in ("meet ", "forget ", "hybridise evict", "propagate evict")
        for month in range(120)
    }
    assert len(keys) == 20 * 4 * 120


# -- uniform and independent ----------------------------------------------------------------------------------


def _months(count: int) -> Words:
    """One identity's draws in one process, month after month."""
    return np.array([twin.draw(twin.stream_key(3, "meet ", month), 77) for month in range(count)], np.uint64)


def _seeds(count: int) -> Words:
    return np.array([twin.draw(twin.stream_key(seed, "meet "), 77) for seed in range(count)], np.uint64)


def _lists() -> dict[str, Words]:
    """Lists of draws, one for each way in which two draws of the model may differ only a little."""
    numbers = np.arange(COUNT, dtype=np.uint64)
    key = streams.stream_key(1, "check ")
    base = int(streams.identity("a decision"))
    return {
        "identities 0, 1, 2": streams.hashes(key, numbers),
        "identities that differ in high bits": streams.hashes(key, numbers << np.uint64(44)),
        "identities that are xored": streams.hashes(key, streams.identity("firm 1") ^ streams.mix(numbers)),
        "further draws 1, 2, 3": np.array([twin.further(base, n) for n in range(1, COUNT + 1)], np.uint64),
        "further draws of neighbours": np.array([twin.further(n, 1) for n in range(COUNT)], np.uint64),
        "children of one brick": np.array([twin.child_identity(base, n) for n in range(COUNT)], np.uint64),
        "months": _months(COUNT),
        "seeds": _seeds(COUNT),
    }


LISTS = _lists()


@pytest.fixture(params=LISTS)
def bits(request: pytest.FixtureRequest) -> Words:
    return LISTS[request.param]


def _numbers(bits: Words) -> npt.NDArray[np.float64]:
    return np.array([kernel.uniform(word) for word in bits])


def _assert_flat(counts: Any) -> None:
    assert stats.chisquare(np.ravel(counts)).pvalue > P


def _assert_independent(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> None:
    """Two lists of uniform numbers: no correlation, and every cell of a 12 × 12 board equally full."""
    largest = stats.norm.isf(P / 2) / math.sqrt(len(one))
    assert abs(np.corrcoef(one, other)[0, 1]) < largest
    _assert_flat(np.histogram2d(one, other, bins=12, range=[(0, 1), (0, 1)])[0])


def test_draws_are_uniform(bits: Words) -> None:
    assert len(np.unique(bits)) == COUNT
    assert stats.kstest(_numbers(bits), "uniform").pvalue > P
    _assert_flat(np.bincount([kernel.below(word, 101) for word in bits], minlength=101))
    _assert_flat(np.bincount([kernel.below_low(word, 101) for word in bits], minlength=101))
    ones = [int(np.count_nonzero(bits >> np.uint64(bit) & np.uint64(1))) for bit in range(64)]
    # the number of ones of each of 64 bits is binomial: Bonferroni over the bits
    low, high = stats.binom(COUNT, 0.5).interval(1 - P / 64)
    assert low <= min(ones) <= max(ones) <= high


def test_neighbouring_draws_are_independent(bits: Words) -> None:
    numbers = _numbers(bits)
    _assert_independent(numbers[:-1], numbers[1:])
    _assert_independent(numbers[:-16], numbers[16:])


def test_below_and_below_low_of_the_same_bits_are_independent(bits: Words) -> None:
    """Both sides of a meeting draw their slot from one word."""
    upper = np.array([kernel.below(word, 2**20) for word in bits]) / 2**20
    lower = np.array([kernel.below_low(word, 2**20) for word in bits]) / 2**20
    _assert_independent(upper, lower)


def test_a_decision_and_what_follows_from_it_are_independent(bits: Words) -> None:
    """A meeting's time, layer, partner, bricks, copies: draws of one base."""
    numbers = [_numbers(bits)]
    numbers += [np.array([twin.uniform(twin.further(word, n)) for word in bits.tolist()]) for n in (1, 2, 3, 16)]
    for i, one in enumerate(numbers):
        for other in numbers[:i]:
            _assert_independent(one, other)


def test_months_and_processes_are_independent_of_each_other() -> None:
    """The same identities, asked again a month later or by another process."""
    identities = streams.mix(np.arange(COUNT, dtype=np.uint64))
    first = streams.uniforms(streams.stream_key(1, "forget ", 5), identities)
    for key in (
        streams.stream_key(1, "forget ", 6), streams.stream_key(2, "forget ", 5), streams.stream_key(1, "create ", 5),
    ):  # fmt: skip
        _assert_independent(first, streams.uniforms(key, identities))


def test_normals(bits: Words) -> None:
    """Mean 0, variance 1, the whole shape; axes independent of each other."""
    x, y = (np.array([kernel.normal(word, axis) for word in bits]) for axis in (0, 1))
    for values in (x, y):
        assert abs(values.mean()) < stats.norm.isf(P / 2) / math.sqrt(COUNT)
        low, high = stats.chi2(COUNT).interval(1 - P)
        assert low < (values**2).sum() < high
        assert stats.kstest(values, "norm").pvalue > P
    _assert_independent(stats.norm.cdf(x), stats.norm.cdf(y))


@pytest.mark.parametrize("mean", [*(0.003, 0.5, 2.0, 9.7, 60.0, 300.0, 700.0), 800.0])
def test_poisson_by_inversion_is_the_quantile(mean: float) -> None:
    """The count is the smallest whose cumulative probability exceeds u, up to the rounding of a sum of floats."""
    rounding = 1e-11
    for u in np.concatenate([_numbers(LISTS["months"])[:500], [0.0, 1e-9, 1 - 1e-9]]).tolist():
        count = poisson(u, mean)
        assert stats.poisson.cdf(count - 1, mean) <= u + rounding
        assert u < stats.poisson.cdf(count, mean) + rounding
        assert count == twin.poisson(u, mean)


@pytest.mark.parametrize("mean", [499.0, 501.0, 740.0, 10_000.0])
def test_poisson_of_large_means_is_the_quantile_too(mean: float) -> None:
    for u in (0.0, 0.001, 0.3, 0.5, 0.9, 0.999, 1 - 1e-9):
        count = poisson(u, mean)
        assert count == twin.poisson(u, mean)
        if 0 < u < 0.9999:
            assert abs(count - stats.poisson.ppf(u, mean)) <= 1


def test_poisson_of_the_largest_number_below_1_ends() -> None:
    assert poisson(1 - 2.0**-53, 2.0) < 40
    assert poisson(1 - 2.0**-53, 0.0) == 0


@thoroughly
@given(u=st.floats(0, 1 - 1e-11), mean=st.floats(0, 100), more=st.floats(0, 10))
def test_poisson_only_grows_with_its_mean(u: float, mean: float, more: float) -> None:
    """Common random numbers: a larger meeting rate only adds meetings (up to the rounding of a sum of floats)."""
    assert poisson(u, mean) <= poisson(u + 1e-12, mean + more)


# -- nobody else's --------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Host:
    """The least that processes need of a model."""

    state: State

    @property
    def parameters(self) -> Parameters:
        return self.state.parameters


def _rates(count: int) -> npt.NDArray[np.float32]:
    return (0.5 + np.arange(count) % 7).astype(np.float32)


def _meetings(
    key: np.uint64, identity: npt.NDArray[np.uint64], held: npt.NDArray[np.int16], rate: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Return the draws and the initiators of a month's meetings, in the order in which they take place."""
    base, initiator = start_meetings(key, identity, held, rate)
    put_in_order(base, initiator, np.zeros(len(base), np.int8), initiator.copy())
    return base, initiator


@pytest.mark.parametrize("place", [0, 31, 63, 64])
def test_a_newcomer_changes_no_other_meeting(place: int) -> None:
    """N and N + 1 organisations: the others start the same meetings, in the same order; wherever the new row is."""
    key = streams.stream_key(9, "meet ", 3)
    identity = streams.mix(np.arange(64, dtype=np.uint64))
    rate = _rates(64)
    base, initiator = _meetings(key, identity, np.ones(64, np.int16), rate)
    assert np.all(base[:-1] < base[1:])
    more = np.insert(identity, place, streams.identity("newcomer")), np.insert(rate, place, np.float32(30.0))
    new_base, new_initiator = _meetings(key, more[0], np.ones(65, np.int16), more[1])
    old = new_initiator != place
    assert 0 < np.count_nonzero(~old) == len(new_base) - len(base)
    assert np.array_equal(new_base[old], base)
    assert np.array_equal(more[0][new_initiator[old]], identity[initiator])


def test_who_is_gone_starts_no_meeting_and_changes_no_other() -> None:
    key = streams.stream_key(9, "meet ", 3)
    identity = streams.mix(np.arange(64, dtype=np.uint64))
    held = np.ones(64, np.int16)
    base, initiator = _meetings(key, identity, held, _rates(64))
    held[10] = 0
    new_base, new_initiator = _meetings(key, identity, held, _rates(64))
    assert np.array_equal(new_base, base[initiator != 10])
    assert np.array_equal(new_initiator, initiator[initiator != 10])


@pytest.mark.parametrize("rate", [1e-6, 0.5, 2.0, 7.5, 40.0])
def test_everybody_starts_as_many_meetings_as_poisson_says(rate: float) -> None:
    """Few or many: those above the likely numbers, which are looked up, included."""
    key = streams.stream_key(9, "meet ", 3)
    identity = streams.mix(np.arange(3000, dtype=np.uint64))
    rates = np.full(3000, rate, np.float32)
    rates[::7] *= 2
    _, initiator = start_meetings(key, identity, np.ones(3000, np.int16), rates)
    wanted = [poisson(u, float(mean)) for u, mean in zip(streams.uniforms(key, identity), rates, strict=True)]
    assert np.array_equal(np.bincount(initiator, minlength=3000), wanted)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 2048, 2049, 40_000])
@pytest.mark.parametrize("kind", ["as drawn", "all alike in their upper half", "in order", "backwards"])
def test_put_in_order_sorts_by_all_64_bits(count: int, kind: str) -> None:
    base = streams.mix(np.arange(count, dtype=np.uint64))
    if kind == "all alike in their upper half":
        base = base[:200] >> np.uint64(32)
    elif kind != "as drawn":
        base = np.sort(base)[:: 1 if kind == "in order" else -1].copy()
    row = np.arange(len(base), dtype=np.int32)
    columns = base.copy(), row, (row % 4).astype(np.int8), row + 1
    put_in_order(*columns)
    right = np.argsort(base)
    for column, wanted in zip(columns, (base[right], right, right % 4, right + 1), strict=True):
        assert np.array_equal(column, wanted)


@pytest.mark.parametrize("spread", [0.0, 1.0, 6.0])
def test_ties_are_drawn_by_weight(spread: float) -> None:
    """Ties of equal and of very unequal weight, alone and among others: the place is that of a search in the row."""
    pick = np.random.default_rng(3)
    for size in (1, 2, 3, 12, 500):
        running = np.cumsum(np.exp(spread * pick.normal(size=size)))
        row = np.concatenate([[0.3, 1.0], running / running[-1], [0.1]]).astype(np.float32)
        for u in np.concatenate([[0.0, 1 - 2.0**-53], pick.random(300), row[2:-1][row[2:-1] < 1]]):
            assert first_above(u, 2, 2 + size, row) == 2 + np.searchsorted(row[2:-1], u, side="right")


def _digital_partners(organisations: int) -> npt.NDArray[np.int32]:
    """Whom the first 32 organisations meet in the digital layer, which is the only one."""
    base = streams.mix(np.arange(4000, dtype=np.uint64))
    initiator = (np.arange(4000) % 32).astype(np.int32)
    layer, met = find_partners(
        base, initiator, np.zeros(organisations, np.int32), np.array([0.0, 0.0, 0.0, 1.0]), np.ones(1),
        np.zeros(3 * organisations + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32),
        np.ones(organisations, np.int16),
    )  # fmt: skip
    assert np.all(layer == 3)
    assert np.all((met >= 0) & (met != initiator))
    return np.asarray(met)


@pytest.mark.parametrize("organisations", [40, 63, 100])
def test_digital_partners_are_anyone(organisations: int) -> None:
    """Uniform over all others: among those who never start a meeting here, everyone is met equally often."""
    met = _digital_partners(organisations)
    _assert_flat(np.bincount(met, minlength=organisations)[32:])


@pytest.mark.parametrize("before", [40, 62, 63, 64])
def test_a_newcomer_takes_over_only_its_own_digital_meetings(before: int) -> None:
    old, new = _digital_partners(before), _digital_partners(before + 1)
    changed = new != old
    assert np.all(new[changed] == before)
    share = np.count_nonzero(changed) / len(changed)
    assert share < 3 / before


class Noise(Process):
    """A process of one's own that draws, in every month, for every organisation."""

    name = "noise"

    def step(self, model: Any) -> None:
        streams.hashes(self.key(model), model.state.organisations["identity"])


def _play(scenario: Scenario, processes: tuple[Process, ...], months: int) -> list[dict[str, Any]]:
    """Return, for every month, the hashes of all columns and the meetings."""
    host = Host(found(scenario, 4))
    seen = []
    for _ in range(months):
        for process in processes:
            if process.name != "record":
                process.step(host)
        host.state.month += 1
        meetings = host.state.meetings
        who = meetings.base.tolist(), meetings.initiator.tolist(), meetings.layer.tolist(), meetings.partner.tolist()
        seen.append({"columns": host.state.fingerprint(), "meetings": who})
    return seen


SMALL = Scenario().with_values(
    {"population.firms": 50, "population.labs": 6, "population.clusters": 3, "latent.base_drive": 0.2}
)


def test_another_process_changes_no_draw() -> None:
    alone = _play(SMALL, core_schedule(), 12)
    assert _play(SMALL, with_process(Noise(), before="meet"), 12) == alone
    assert _play(SMALL, with_process(Noise(), before="forget"), 12) == alone


@pytest.mark.parametrize("without", ["hybridise", "propagate", "forget", "create"])
def test_a_process_left_out_changes_no_meeting(without: str) -> None:
    """Meetings depend on who is there, not on what is known: they are the same whatever else is switched off."""
    fewer = tuple(process for process in core_schedule() if process.name != without)
    every, some = _play(SMALL, core_schedule(), 12), _play(SMALL, fewer, 12)
    assert [month["meetings"] for month in some] == [month["meetings"] for month in every]
    assert [month["columns"] for month in some] != [month["columns"] for month in every], "it was on, and did nothing"


def test_one_more_firm_founds_all_others_the_same() -> None:
    """Cluster, sector and core of an organisation are draws of its own identity."""
    one = found(SMALL, 4)
    other = found(SMALL.with_values({"population.firms": 51}), 4)
    kept = np.flatnonzero(np.isin(other.organisations["identity"], one.organisations["identity"]))
    assert len(kept) == len(one.organisations) == len(other.organisations) - 1
    for name in ("identity", "kind", "cluster", "sector", "home"):
        assert np.array_equal(other.organisations[name][kept], one.organisations[name]), name
    assert np.isin(one.bricks["identity"], other.bricks["identity"]).all()


# -- seeds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1, np.int64(5), np.uint8(0)])
def test_whole_numbers_are_seeds(seed: Any) -> None:
    accepted = streams.as_seed(seed)
    assert accepted == seed
    assert type(accepted) is int


@pytest.mark.parametrize(
    "seed", ["1", "", b"1", 1.0, 0.5, math.nan, True, False, np.True_, np.float64(1), -1, 2**63, None, [1], 1j]
)
def test_all_else_is_no_seed(seed: Any) -> None:
    with pytest.raises(ParameterError, match="allowed is a whole number"):
        streams.as_seed(seed)


def test_seed_0_is_a_seed_like_any_other() -> None:
    runs = [found(SMALL, seed).fingerprint() for seed in (0, 0, 1)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
