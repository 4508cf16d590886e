"""JobQueue: what waits to be done with one camera, in order, the newest of a kind only."""

from __future__ import annotations

from collections.abc import Hashable

from camstrm.acquisition.control.task import Task

__all__ = ["MAX_JOBS", "JobQueue"]

MAX_JOBS = 16
"""Jobs that may wait for one camera, beside the one that is being done."""


class JobQueue:
    """First in, first out; a job with the ``replace_key`` of a waiting one takes its place.

    No lock of its own: its user has one.
    """

    def __init__(self) -> None:
        self._jobs: dict[Hashable, Task] = {}
        """In the order in which they came, by their replace_key or by themselves."""

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Task) -> Task | None:
        """Add a job; return the one whose place it took. Raises OverflowError if there is no room.

        The newer one waits where the older one did: whoever moves a slider is not put off.
        """
        key: Hashable = job if job.replace_key is None else ("key", job.replace_key)
        replaced = self._jobs.get(key)
        if replaced is None and len(self._jobs) >= MAX_JOBS:
            raise OverflowError
        self._jobs[key] = job
        return replaced

    def get(self) -> Task | None:
        """Take the first job, None if there is none."""
        if not self._jobs:
            return None
        return self._jobs.pop(next(iter(self._jobs)))

    def take_all(self) -> list[Task]:
        """Return all jobs, in their order; none is left."""
        jobs = list(self._jobs.values())
        self._jobs.clear()
        return jobs
