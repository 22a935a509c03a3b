"""Markets' frames: what moves them, what they keep, and what designers learn of them from users."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from ecosim.specs import AcculturationSpec, MarketSpec
from ecosim.state import State
from tests.test_markets import make

# -- frames ---------------------------------------------------------------------------------------------------

BETWEEN = AcculturationSpec("school", "home", 0.1, ("leather", "light"), start=12, end=48, cost=3.0)


def framed(seed: int = 2, programme: AcculturationSpec | None = BETWEEN, months: int = 96, **values: Any) -> Any:
    market = MarketSpec("home", 1000.0, frame_sectors=("leather",), needs=50.0, innovation=0.02, imitation=0.1)
    parts = {"acculturations": () if programme is None else (programme,)}
    values = {"frames": True, "policies": True, "frame_width": 0.25, "offer_life": 24, **values}
    return make(market, seed=seed, parts=parts, **values).run(months).state


def test_frames_move_by_their_equation() -> None:
    market = MarketSpec("home", 1000.0, frame_sectors=("leather",), needs=6.0, innovation=0.02, imitation=0.1)
    model = make(market, parts={"acculturations": (BETWEEN,)}, frames=True, policies=True)
    frame, centre = np.zeros(4), np.array([0.5, 0, 0, 0])
    for month in range(30):
        model.step()
        markets = model.state.markets
        met = min(markets["adoptions"][0] / 6000.0, 1.0)
        promoted = 0.1 * (centre - frame) if month >= 12 else 0.0
        frame = frame + 0.01 * (0.0 - frame) + 0.05 * met * (markets["used"][0] - frame) + promoted
        assert np.allclose(markets["frame"][0], frame, rtol=1e-12, atol=1e-15)
    assert frame[0] > 0.3
    assert model.state.history.account("policy_spending").tolist() == [0.0] * 12 + [3.0] * 18


def test_acculturation_raises_adoption_and_some_of_it_stays() -> None:
    """Hybrids lie between leather and light; who only knows leather sees little in them, until it is shown."""
    for seed in (2, 3):
        with_it, without = framed(seed), framed(seed, None)
        mine, usual = (state.history.account("adoptions: home") for state in (with_it, without))
        assert np.array_equal(mine[:12], usual[:12])
        assert mine[36:48].mean() > 1.3 * usual[36:48].mean()
        assert mine[84:].mean() > 1.2 * usual[84:].mean()  # three and four years after the end
        shift, before = (state.history.account("frame shift: home") for state in (with_it, without))
        assert shift[47] > before[47] + 0.3
        assert shift[-1] > before[-1] + 0.2


def test_without_use_tradition_takes_all_of_it_back() -> None:
    """Without reframing by use a programme's effect decays at the rate of tradition; with it, use holds the frame."""
    used, unused = (framed(tradition=0.1, reframing=rate).history.account("frame shift: home") for rate in (0.5, 0.0))
    assert unused[95] == pytest.approx(unused[47] * 0.9**48, rel=1e-9)
    assert used[95] > 10 * unused[95]
    assert np.array_equal(framed(tradition=0.0, reframing=0.0, programme=None).markets["frame"][0], np.zeros(4))


def test_rates_that_add_up_to_more_than_one_do_not_overshoot() -> None:
    at_once = dataclasses.replace(BETWEEN, rate=1.0, end=None)
    state = framed(programme=at_once, tradition=1.0, reframing=1.0, months=40)
    shift = state.history.account("frame shift: home")
    assert shift[13:].max() < 1.0
    assert shift[20:].std() < 0.1


def test_frames_filter_only_when_they_are_on() -> None:
    on, off = framed(programme=None, months=24), framed(programme=None, months=24, frames=False)
    assert on.history.account("adoptions: home")[-1] < 0.7 * off.history.account("adoptions: home")[-1]
    assert np.array_equal(off.markets["frame"], off.markets["origin"])


# -- users ----------------------------------------------------------------------------------------------------


def with_users(**values: Any) -> State:
    market = MarketSpec("home", 1000.0, frame_sectors=("leather",), needs=200.0)
    return make(market, **{"users": True, "frames": True, "user_share": 0.5, **values}).run(36).state


def test_insight_steers_what_is_launched() -> None:
    """With full insight each firm offers its hybrid nearest to the frame: nearer than one at random."""

    def distance(state: State) -> float:
        brick = state.offers["brick"][state.offers["launched"] > 12]
        return float(np.linalg.norm(state.bricks["position"][brick] - state.markets["origin"][0], axis=1).mean())

    still = {"tradition": 0.0, "reframing": 0.0, "user_reframing": 0.0, "meeting_rate": 8.0, "frame_width": 0.25}
    knowing = with_users(user_share=1.0, insight_gain=1.0, insight_decay=0.0, **still)
    blind = with_users(user_share=0.0, **still)
    assert knowing.history.account("insight")[-1] > 0.95
    assert blind.history.account("insight")[-1] == 0
    assert distance(knowing) < distance(blind) - 0.03
    assert knowing.history.account("adoptions: home")[-1] > 1.1 * blind.history.account("adoptions: home")[-1]


def test_more_digital_reach_more_meetings_with_users() -> None:
    shares = [with_users(digital_share=share).history.account("insight")[-1] for share in (0.0, 0.1, 0.6)]
    assert shares[0] == 0
    assert 0 < shares[1] < shares[2] < 1
    # in balance: insight gained when users are met, faded else
    met = 1 - np.exp(-2.0 * 0.6 / (0.6 + 0.15 + 0.1 + 0.6) * 0.5)
    balance = met * 0.5 / (1 - (1 - 0.03) * (1 - met * 0.5))
    assert shares[2] == pytest.approx(balance, abs=0.08)


def test_what_users_are_shown_moves_frames() -> None:
    moved, still = (with_users(user_reframing=rate, reframing=0.0, tradition=0.0) for rate in (0.05, 0.0))
    assert moved.history.account("frame shift: home")[-1] > 0.05
    assert still.history.account("frame shift: home")[-1] == 0
    off = with_users(frames=False, user_reframing=0.5)
    assert off.history.account("frame shift: home")[-1] == 0
