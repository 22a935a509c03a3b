"""The runs of a comparison: what is kept of each, which are missing, how they are handed to the pool and stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from dashboards.comparing.effects import effects
from dashboards.comparing.entries import entries
from dashboards.comparing.question import choices, expected
from dashboards.comparing.replicates import Played, play
from dashboards.comparing.work import News, Work, kept_within, missing, per_job, seconds_expected
from dashboards.limits import Limits
from dashboards.playing import Cancelled, Job
from dashboards.setup import Lever, Setup, story
from ecosim import Scenario
from ecosim.errors import EcosimError

THREE = "three-ingredients"
SMALL = (("population.firms", 80), ("population.labs", 8))


def small(**changes: Any) -> Setup:
    return Setup(THREE, months=12, values=SMALL, **changes)


def run(seed: int, **outcomes: float) -> Played:
    return Played(seed, outcomes, {}, 0.1)


def _played(setup: Setup, seeds: list[int]) -> list[Played]:
    return [told for told in play(setup.scenario(story(setup.world)), seeds) if told is not None]


def test_a_seed_plays_the_same_in_two_entries_that_are_equal() -> None:
    one, other = _played(small(), [1, 2, 3]), _played(small(), [1, 2, 3])
    assert [run.seed for run in one] == [1, 2, 3]
    assert len({run.outcomes["hybrids"] for run in one}) > 1
    for effect in effects(one, other, ["hybrids", "r_theoretical"]):
        assert effect.verdict == "same"
    assert all(
        np.array_equal(a.series[name], b.series[name]) for a, b in zip(one, other, strict=True) for name in a.series
    )


def test_a_run_is_told_month_by_month() -> None:
    steps = list(play(small().scenario(story(THREE)), [4]))
    assert steps[:-1] == [None] * 13  # made, then twelve months
    told = steps[-1]
    assert told is not None
    at, born = told.series["hybrids"]
    assert at.tolist() == list(range(12))
    assert born[-1] == told.outcomes["hybrids"]
    assert told.series["r_theoretical"][0].tolist() == [0, 11]
    assert told.series["r_theoretical"][1][-1] == pytest.approx(told.outcomes["r_theoretical"], rel=1e-6)
    assert set(told.series) == {"r_theoretical", "hybrids"}


def test_the_books_are_there_where_there_is_an_economy() -> None:
    world = story("mecapole")  # no policy there: a lever that is pulled switches policies on, in its entry only
    setup = Setup("mecapole", months=6, values=(("population.firms", 60),))
    (base,) = _played(setup, [1])
    (pulled,) = _played(setup.with_lever("training", Lever(1.0), world), [1])
    assert base.outcomes.keys() == pulled.outcomes.keys()  # the baseline's spending is known too: 0
    assert base.outcomes["policy_spending"] == 0 < pulled.outcomes["policy_spending"]
    assert base.series["employees"][1][-1] == pytest.approx(base.outcomes["employees"], rel=1e-6)
    assert base.series["revenue"][1].sum() == pytest.approx(base.outcomes["revenue"], rel=1e-5)


def test_only_what_is_missing_is_played() -> None:
    world = story(THREE)
    now = small().with_value("dials.medium_dial", 0.5, world)
    first = entries(now, [], world)
    there = {(one.key, seed): run(seed) for one in first for seed in (1, 2)}
    assert missing(first, [1, 2], there) == {}
    assert [left for _, left in missing(first, [1, 2, 3], there).values()] == [[3], [3]]
    pulled = entries(now.with_value("dials.medium_dial", 0.6, world), [], world)
    assert list(missing(pulled, [1, 2], there)) == [pulled[1].key]  # the baseline's runs are used again
    assumed = entries(now.with_value("knowledge.capacity", 30, world), [], world)
    assert list(missing(assumed, [1, 2], there)) == [one.key for one in assumed]
    twice = entries(now, [("a", now), ("b", now)], world)
    assert len(missing(twice, [1], {})) == 2  # two of the same are played once


def test_a_session_keeps_so_many_runs() -> None:
    there = {("k", seed): run(seed) for seed in range(10)}
    kept = kept_within(there, [("k", 0), ("k", 1)], most=4)
    assert [seed for _, seed in kept] == [0, 1, 8, 9]
    assert len(kept_within(there, there, most=4)) == 10  # what is needed is never dropped


def test_jobs_are_small() -> None:
    assert [per_job(seconds) for seconds in (0.01, 0.4, 0.9, 1.5, 30)] == [5, 5, 2, 1, 1]
    assert seconds_expected(60_000, 120) > 10 * seconds_expected(1_000, 120)
    assert seconds_expected(60_000, 120, [run(1), run(2)]) == pytest.approx(0.1)


def test_the_work_is_expected() -> None:
    world = story(THREE)
    listed = entries(small().with_value("dials.medium_dial", 0.5, world), [], world)
    there = {(listed[0].key, 1): Played(1, {}, {}, 2.0)}
    assert expected(listed, [1, 2], there, workers=2) == (3, 2.0, 3.0)


def test_the_choice_of_histories_ends_at_the_limit() -> None:
    assert choices(Limits()) == [10, 20, 40, 80, 100]
    assert choices(Limits(replicates=25)) == [10, 20]
    assert choices(Limits(replicates=5)) == [5]


# -- the work, with a pool of this process ------------------------------------------------------------------------


class Ticket:
    """Plays its job when it is listened to."""

    def __init__(self, job: Job, fails: set[int]) -> None:
        self.job, self.fails, self.cancelled = job, fails, False

    def messages(self) -> Iterator[Played]:
        for seed in self.job.arguments["seeds"]:
            if self.cancelled:
                raise Cancelled
            if seed in self.fails:
                raise EcosimError(f"seed {seed} is unlucky")
            yield run(seed, hybrids=1.0)

    def cancel(self) -> None:
        self.cancelled = True


def _work(
    wanted: dict[str, list[int]], fails: set[int] = frozenset(), tell: Any = None
) -> tuple[Work, list[News], list[Ticket]]:  # type: ignore[assignment]
    news: list[News] = []
    tickets: list[Ticket] = []

    def submit(job: Job) -> Any:
        tickets.append(Ticket(job, fails))
        return tickets[-1]

    scenario = Scenario.load(THREE)
    work = Work({name: (scenario, seeds) for name, seeds in wanted.items()}, submit, tell or news.append, group=2)
    return work, news, tickets


def test_work_goes_through_the_entries_seed_by_seed() -> None:
    work, news, tickets = _work({"a": [1, 2, 3], "b": [1, 2, 3]})
    work.go()
    assert [ticket.job.arguments["seeds"] for ticket in tickets] == [[1, 2], [1, 2], [3], [3]]
    assert not any(ticket.job.urgent for ticket in tickets)
    last = news[-1]
    assert (last.done, last.total, last.ended, last.failed) == (6, 6, True, {})
    assert {name for one in news for name in one.runs} == {(name, seed) for name in "ab" for seed in (1, 2, 3)}
    assert len(news) <= 2  # the first at once, then twice a second


def test_a_failed_run_is_told_and_the_others_are_played() -> None:
    work, news, _ = _work({"a": [1, 2, 3, 4], "b": [1]}, fails={1})
    work.go()
    assert news[-1].failed == {("a", 1): "seed 1 is unlucky", ("b", 1): "seed 1 is unlucky"}
    assert {name for one in news for name in one.runs} == {("a", 2), ("a", 3), ("a", 4)}
    assert (news[-1].done, news[-1].ended) == (5, True)


def test_what_always_fails_is_given_up() -> None:
    work, news, tickets = _work({"a": list(range(1, 41))}, fails=set(range(1, 41)))
    work.go()
    assert len(news[-1].failed) == news[-1].done == 40
    assert len(tickets) < 10


def test_stopped_work_keeps_what_is_there_and_can_go_on() -> None:
    there: dict[tuple[str, int], Played] = {}

    def tell(news: News) -> None:
        there.update(news.runs)
        work.cancel()

    work, _, tickets = _work({"a": [1, 2, 3, 4, 5]}, tell=tell)
    work.go()
    assert list(there) == [("a", 1)]
    assert all(ticket.cancelled for ticket in tickets)
    again, news, _ = _work({"a": [seed for seed in (1, 2, 3, 4, 5) if ("a", seed) not in there]})
    again.go()
    assert {seed for one in news for _, seed in one.runs} == {2, 3, 4, 5}


def test_work_that_is_cancelled_before_it_begins_asks_nothing_of_the_pool() -> None:
    work, news, tickets = _work({"a": [1]})
    work.cancel()
    thread = threading.Thread(target=work.go)
    thread.start()
    thread.join(10)
    assert tickets == []
    assert news[-1].ended
