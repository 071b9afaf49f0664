"""Whose program is next: the one of the user who has had the least time on chips.

>>> queue = FairQueue()
>>> for user, job in (("ann", 1), ("ann", 2), ("bob", 3)):
...     queue.add(user, job)
>>> order = []
>>> while (taken := queue.take()) is not None:
...     queue.charge(taken[0], 1.0)
...     order.append(taken)
>>> order
[('ann', 1), ('bob', 3), ('ann', 2)]
"""

from collections import deque
from collections.abc import Callable
from typing import Any

Job = Any
MOST_REMEMBERED = 1000
"""Users of whom more is known than has to be."""


class FairQueue:
    """Programs that wait, by user. Users who come anew, or after a while, begin with those who have had least: nobody saves time up."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Job]] = {}
        self._used: dict[str, float] = {}
        self._floor = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def waiting(self, user: str) -> int:
        """Programs of a user that wait."""
        return len(self._waiting.get(user, ()))

    def users(self) -> list[str]:
        """Everybody who waits."""
        return [user for user, jobs in self._waiting.items() if jobs]

    def add(self, user: str, job: Job) -> None:
        """Puts a program at the end of its user's."""
        jobs = self._waiting.setdefault(user, deque())
        if not jobs:
            self._used[user] = max(self._used.get(user, 0.0), self._floor)
        jobs.append(job)

    def position(self, user: str) -> int:
        """Programs of other users that will at most come before the next one of this user: one of each."""
        return sum(other != user for other in self.users())

    def take(self, suits: Callable[[Job], bool] = lambda job: True) -> tuple[str, Job] | None:
        """The next program that suits, and its user; None if there is none."""
        for user in sorted(self.users(), key=lambda user: self._used[user]):
            job = next(filter(suits, self._waiting[user]), None)
            if job is not None:
                self._waiting[user].remove(job)
                self._floor = max(self._floor, self._used[user])
                self._forget()
                return user, job
        return None

    def _forget(self) -> None:
        """Users who do not wait and have had no more than those who come anew begin with."""
        if len(self._used) > MOST_REMEMBERED:
            self._waiting = {user: jobs for user, jobs in self._waiting.items() if jobs}
            self._used = {user: used for user, used in self._used.items() if used > self._floor or user in self._waiting}

    def charge(self, user: str, seconds: float) -> None:
        """Books time that a program of a user has taken."""
        self._used[user] = self._used.get(user, self._floor) + seconds

    def drop(self, user: str, wanted: Callable[[Job], bool]) -> None:
        """Takes programs of a user away."""
        if user in self._waiting:
            self._waiting[user] = deque(job for job in self._waiting[user] if not wanted(job))
