"""The workers and their queue: what comes back, who goes first, what is cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import until

from dashboards.playing import Cancelled, PlayError, Pool, in_words
from dashboards.playing import pool as pools
from dashboards.text import words
from tests.dashboards.pool_jobs import exists, job, read_all

# -- what comes back --------------------------------------------------------------------------------------------------


def test_messages_come_in_order_and_none_is_not_sent(make: Callable[..., Pool]) -> None:
    pool = make()
    assert list(pool.submit(job("count", to=50), "me").messages()) == list(range(50))
    assert pool.busy() == (0, 0)


def test_several_threads_read_several_tickets(make: Callable[..., Pool]) -> None:
    pool = make(workers=2)
    found: dict[int, list[int]] = {}

    def read(to: int) -> None:
        found[to] = list(pool.submit(job("count", to=to), f"owner {to % 3}").messages())

    threads = [threading.Thread(target=read, args=(to,)) for to in range(1, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {to: list(range(to)) for to in range(1, 13)}


def test_of_latest_the_first_and_the_newest_are_kept(make: Callable[..., Pool], tmp_path: Path) -> None:
    pool = make()
    ticket = pool.submit(job("count", to=500, note=str(tmp_path / "over"), latest=True), "me")
    until((tmp_path / "over").exists)
    until(lambda: pool.busy() == (0, 0))
    assert list(ticket.messages()) == [0, 499]


def test_of_latest_nothing_is_lost_at_the_end(make: Callable[..., Pool]) -> None:
    pool = make()
    for _ in range(50):  # the end comes right after the last one
        assert list(pool.submit(job("count", to=3, latest=True), "me").messages())[-1] == 2


def test_a_ticket_that_nobody_reads_is_stopped(make: Callable[..., Pool]) -> None:
    pool = make()
    ticket = pool.submit(job("chatter"), "me")
    until(lambda: pool.busy() == (0, 0))
    with pytest.raises(PlayError, match="nobody read"):
        for _ in ticket.messages():
            pass


# -- the queue --------------------------------------------------------------------------------------------------------


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


def order(pool: Pool, gate: Path, jobs: list[tuple[str, bool]]) -> list[str]:
    """Hand in jobs (owner, urgent) while the only worker is busy, and return in which order they were played."""
    log = gate.parent / "log"
    log.touch()
    blocked = pool.submit(job("wait", path=str(gate)), "somebody")
    next(iter(blocked.messages()))
    names = [f"{owner}{number}" for number, (owner, _) in enumerate(jobs)]
    tickets = [
        pool.submit(job("wait", urgent=urgent, path=str(gate), name=name, log=str(log)), owner)
        for name, (owner, urgent) in zip(names, jobs, strict=True)
    ]
    places = [ticket.place for ticket in tickets]
    gate.touch()
    for ticket in tickets:
        for _ in ticket.messages():
            pass
        assert ticket.place is None
    played = log.read_text(encoding="utf-8").split()
    assert played[0] == names[places.index(0)]
    return played


def test_an_urgent_run_goes_before_forty_replicates_of_another(make: Callable[..., Pool], gate: Path) -> None:
    played = order(make(), gate, [("a", False)] * 40 + [("b", True)])
    assert played == ["b40", *(f"a{number}" for number in range(40))]


def test_owners_take_turns(make: Callable[..., Pool], gate: Path) -> None:
    played = order(make(), gate, [("a", False)] * 4 + [("b", False)] * 2 + [("c", False)] * 2)
    assert played == ["a0", "b4", "c6", "a1", "b5", "c7", "a2", "a3"]


def test_who_waits_for_long_becomes_urgent(
    make: Callable[..., Pool], gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_OLD", 0.0)
    played = order(make(), gate, [("a", False), ("b", True), ("b", True), ("b", True)])
    assert played[0] == "a0"


def test_heavy_runs_leave_a_worker_to_others(make: Callable[..., Pool], gate: Path) -> None:
    pool = make(workers=2)
    heavy = [pool.submit(job("wait", heavy=True, urgent=True, path=str(gate)), owner) for owner in "abc"]
    until(lambda: pool.busy()[0])
    assert list(pool.submit(job("count", to=3), "d").messages()) == [0, 1, 2]
    assert pool.busy() == (1, 2)
    gate.touch()
    for ticket in heavy:
        assert len(list(ticket.messages())) == 1


def test_a_single_worker_plays_heavy_runs_too(make: Callable[..., Pool]) -> None:
    assert list(make().submit(job("count", heavy=True, to=2), "me").messages()) == [0, 1]


def test_the_queue_has_an_end(make: Callable[..., Pool], gate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "_WAITING", 3)
    monkeypatch.setattr(pools, "_WAITING_ALL", 5)
    pool = make()
    next(iter(pool.submit(job("wait", path=str(gate)), "a").messages()))
    for owner in "aaabb":
        pool.submit(job("count", to=1), owner)
    with pytest.raises(PlayError, match="3 of your runs"):
        pool.submit(job("count", to=1), "a")
    with pytest.raises(PlayError, match="5 runs are waiting") as refused:
        pool.submit(job("count", to=1), "c")
    assert in_words(refused.value, words("fr")).startswith("5 simulations attendent")
    pool.leave("a")
    pool.leave("b")
    assert list(pool.submit(job("count", to=1), "c").messages()) == [0]


# -- cancelling -------------------------------------------------------------------------------------------------------


def test_a_job_is_cancelled_in_the_queue(make: Callable[..., Pool], gate: Path, tmp_path: Path) -> None:
    pool = make()
    next(iter(pool.submit(job("wait", path=str(gate)), "a").messages()))
    ticket = pool.submit(job("count", to=1, note=str(tmp_path / "played")), "a")
    assert ticket.place == 0
    ticket.cancel()
    with pytest.raises(Cancelled):
        read_all(ticket)
    gate.touch()
    until(lambda: pool.busy() == (0, 0))
    assert not (tmp_path / "played").exists()


def test_a_job_is_cancelled_while_it_is_played(make: Callable[..., Pool], gate: Path) -> None:
    pool = make()
    ticket = pool.submit(job("wait", path=str(gate)), "a")
    process = next(iter(ticket.messages()))
    ticket.cancel()
    with pytest.raises(Cancelled):
        read_all(ticket)
    again = pool.submit(job("deaf", seconds=0), "a")
    assert next(iter(again.messages())) == process  # the same worker goes on with the next
    read_all(again)
    ticket.cancel()  # without effect


def test_what_was_not_read_is_dropped(make: Callable[..., Pool], gate: Path) -> None:
    pool = make()
    ticket = pool.submit(job("wait", path=str(gate)), "a")
    until(lambda: ticket._unread)
    ticket.cancel()
    with pytest.raises(Cancelled):
        next(ticket.messages())


def test_a_job_that_talks_without_a_pause_is_cancelled(make: Callable[..., Pool]) -> None:
    pool = make()
    ticket = pool.submit(job("chatter", latest=True), "a")
    next(iter(ticket.messages()))
    ticket.cancel()
    assert list(pool.submit(job("count", to=1), "a").messages()) == [0]


def test_a_deaf_job_is_killed_and_others_are_not(make: Callable[..., Pool], gate: Path) -> None:
    pool = make(workers=2)
    other = pool.submit(job("wait", path=str(gate)), "b")
    next(iter(other.messages()))
    deaf = pool.submit(job("deaf", seconds=100), "a")
    process = next(iter(deaf.messages()))
    began = time.monotonic()
    deaf.cancel()
    with pytest.raises(Cancelled):
        read_all(deaf)
    assert time.monotonic() - began < 2  # who reads need not wait for it
    until(lambda: not exists(process), 50)
    fresh = pool.submit(job("deaf", seconds=0), "a")
    assert next(iter(fresh.messages())) != process
    assert not other.ended
    gate.touch()
    read_all(other)


def test_who_leaves_cancels_what_is_theirs(make: Callable[..., Pool], gate: Path) -> None:
    pool = make()
    mine = [pool.submit(job("wait", path=str(gate)), "a") for _ in range(3)]
    next(iter(mine[0].messages()))
    theirs = pool.submit(job("count", to=2), "b")
    pool.leave("a")
    for ticket in mine:
        with pytest.raises(Cancelled):
            read_all(ticket)
    assert list(theirs.messages()) == [0, 1]
