from __future__ import annotations

from collections.abc import Hashable

import pytest

from camstrm.acquisition.control.job_queue import MAX_JOBS, JobQueue
from camstrm.acquisition.control.task import Task


def job(key: Hashable = None) -> Task:
    return Task(lambda _: None, lambda _: None, 0.0, key)


def test_jobs_come_in_their_order() -> None:
    queue, jobs = JobQueue(), [job() for _ in range(3)]
    for one in jobs:
        assert queue.put(one) is None
    assert [queue.get() for _ in range(4)] == [*jobs, None]


def test_a_newer_job_with_the_same_key_takes_the_older_one_s_place() -> None:
    queue = JobQueue()
    first, other, newer = job("Gain"), job(), job("Gain")
    queue.put(first)
    queue.put(other)
    assert queue.put(newer) is first
    assert len(queue) == 2
    assert [queue.get(), queue.get()] == [newer, other]
    assert queue.put(job("Gain")) is None, "one that was begun is not replaced"


def test_jobs_without_a_key_do_not_replace_each_other() -> None:
    queue = JobQueue()
    assert queue.put(job()) is None
    assert queue.put(job()) is None
    assert len(queue) == 2


def test_there_is_room_for_so_many_and_always_for_a_newer_one() -> None:
    queue = JobQueue()
    for number in range(MAX_JOBS):
        queue.put(job(number))
    with pytest.raises(OverflowError):
        queue.put(job())
    assert queue.put(job(3)) is not None
    assert len(queue.take_all()) == MAX_JOBS
    assert len(queue) == 0
