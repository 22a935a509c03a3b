"""Workers when something goes wrong: jobs that fail, die, take too long or too much; and the end of the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from waiting import until

from dashboards.playing import Cancelled, Job, PlayError, Pool, in_words
from dashboards.text import words
from ecosim.errors import EcosimError
from tests.dashboards.pool_jobs import exists, job, read_all

# -- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["exit", "segfault", "system"])
def test_a_worker_that_dies_is_replaced(make: Callable[..., Pool], how: str) -> None:
    pool = make()
    ticket = pool.submit(job("die", how=how), "a")
    with pytest.raises(PlayError, match="has died"):
        read_all(ticket)
    assert list(pool.submit(job("count", to=2), "a").messages()) == [0, 1]
    assert pool.alive() == 1


def test_a_worker_that_dies_at_rest_is_replaced(make: Callable[..., Pool]) -> None:
    pool = make()
    ticket = pool.submit(job("deaf", seconds=0), "a")
    process = next(iter(ticket.messages()))
    read_all(ticket)
    until(lambda: pool.busy() == (0, 0))
    os.kill(process, signal.SIGKILL)
    assert list(pool.submit(job("count", to=2), "a").messages()) == [0, 1]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("refused", "firms = -1: allowed is 0 or more"), ("os", "BrokenPipeError: of the job itself"),
        ("end", "EOFError: of the job itself"), ("fault", "KeyError: 'name'"), ("unpicklable", "The run failed"),
        ("unreadable", "cannot be read"),
    ],
)  # fmt: skip
def test_a_job_that_fails_says_why_and_the_next_is_played(make: Callable[..., Pool], how: str, message: str) -> None:
    pool = make()
    messages = pool.submit(job("fail", how=how), "a").messages()
    assert next(messages) == "before"
    with pytest.raises(EcosimError, match=message):
        next(messages)
    assert list(pool.submit(job("count", to=2), "a").messages()) == [0, 1]


def test_a_job_that_cannot_be_sent_or_found_fails(make: Callable[..., Pool]) -> None:
    pool = make()
    for wrong in (job("count", to=lambda: 1), Job("nowhere:nothing", {}), job("nothing")):
        with pytest.raises(PlayError, match="The run failed"):
            read_all(pool.submit(wrong, "a"))
    assert list(pool.submit(job("count", to=1), "a").messages()) == [0]


def test_a_run_has_its_time(make: Callable[..., Pool]) -> None:
    pool = make(seconds=1)
    with pytest.raises(PlayError, match="longer than 1 second") as stopped:
        read_all(pool.submit(job("deaf", seconds=100), "a"))
    assert "a dépassé 1" in in_words(stopped.value, words("fr"))
    assert list(pool.submit(job("count", to=1), "a").messages()) == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much memory a process uses")
@pytest.mark.parametrize("at_once", [False, True])
def test_a_run_has_its_memory(make: Callable[..., Pool], at_once: bool) -> None:
    pool = make(megabytes=500)
    with pytest.raises(PlayError, match="more than 500 MB"):
        read_all(pool.submit(job("grow", megabytes=1_000, at_once=at_once), "a"))
    assert list(pool.submit(job("count", to=1), "a").messages()) == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_memory_is_bounded_in_compiled_code(make: Callable[..., Pool]) -> None:
    pool = make(megabytes=700)
    with pytest.raises(PlayError, match="more than 700 MB"):
        read_all(pool.submit(job("kernel", megabytes=1_500), "a"))
    assert list(pool.submit(job("count", to=1), "a").messages()) == [0]


# -- the end ----------------------------------------------------------------------------------------------------------


def test_closing_ends_everything_at_once(make: Callable[..., Pool]) -> None:
    pool = make(workers=2)
    tickets = [pool.submit(job("deaf", seconds=100), owner) for owner in "ab"]
    processes = [next(iter(ticket.messages())) for ticket in tickets]
    waiting = pool.submit(job("count", to=1), "c")
    began = time.monotonic()
    pool.close()
    assert time.monotonic() - began < 10
    assert not any(exists(process) for process in processes)
    for ticket in (*tickets, waiting):
        with pytest.raises(Cancelled):
            read_all(ticket)
    with pytest.raises(PlayError, match="ending"):
        pool.submit(job("count", to=1), "c")
    assert pool.alive() == 0
    assert not any(thread.is_alive() for thread in pool._threads)
    pool.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_server_that_is_killed_leaves_no_worker() -> None:
    """In the middle of a deaf job, and at rest."""
    code = (
        "import time\nfrom dashboards.limits import Limits\nfrom dashboards.playing import Pool\n"
        "from tests.dashboards.pool_jobs import job\n"
        "pool = Pool(Limits(workers=2)); pool.ready()\n"
        "for seconds in (1000, 0):\n"
        "    ticket = pool.submit(job('deaf', seconds=seconds), 'me')\n"
        "    print(next(iter(ticket.messages())), flush=True)\n"
        "time.sleep(1000)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        workers = [int(server.stdout.readline()) for _ in range(2)]
        assert len({*workers}) == 2
        assert all(exists(worker) for worker in workers)
        server.kill()
    until(lambda: not any(exists(worker) for worker in workers), 20)
