"""Sessions: who is there, what was submitted, and what has come of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256

from fisch.service.messages import Reply, Submit
from hicannx.service.pool import Tenant, Worker

Send = Callable[[Reply], Awaitable[None]]


@dataclass(eq=False)
class Job:
    """Programs that wait, one for each chip: `number` is what their reply is told by. With `opened` chips are opened, no more."""

    session: Session
    number: int
    programs: list[bytes]
    since: float = field(default_factory=time.monotonic)
    opened: asyncio.Future[Reply] | None = None

    @property
    def digest(self) -> str:
        """Tells programs apart."""
        return sha256(b"".join(sha256(words).digest() for words in self.programs)).hexdigest()

    @property
    def bytes(self) -> int:
        """Of all its programs."""
        return sum(map(len, self.programs))


@dataclass
class Session:
    """A client, over as many connections as it takes.

    tenant    its chip, or the chips of its setup; a shared one belongs to many
    worker    the process that its chip is in, if it is in any
    running   one of its programs is on the chip
    waiting   bytes of programs that wait or run, by number
    results   replies that may have to be sent again: those of the latest programs
    entries   programs that restore a shared chip, by number of their entry; `changed` are those that have not run since they were set
    snapshots what reads the state that they are to restore, before somebody else gets the chip
    """

    name: str
    user: str
    tenant: Tenant
    shared: bool = False
    worker: Worker | None = None
    running: bool = False
    send: Send | None = None
    socket: object = None
    left: float | None = None
    results: dict[int, Reply] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)
    entries: dict[int, list[bytes]] = field(default_factory=dict)
    snapshots: dict[int, list[bytes]] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    enforced: bool = False

    @property
    def held(self) -> int:
        """Bytes of programs that wait, run, or restore its chip."""
        kept = (*self.entries.values(), *self.snapshots.values())
        return sum(self.waiting.values()) + sum(len(words) for programs in kept for words in programs)

    @property
    def size(self) -> int:
        """Number of its chips."""
        return len(self.tenant.about["identifiers"])

    def known(self, given: Submit) -> bool:
        """Whether a program was submitted before and need not run again."""
        return given.number in self.waiting or given.number in self.results

    async def finish(self, number: int, reply: Reply) -> None:
        """Keeps a reply and sends it, if somebody is there. A client has one program in flight, so the latest two are enough."""
        self.waiting.pop(number, None)
        self.results[number] = reply
        for old in sorted(self.results)[:-2]:
            del self.results[old]
        await self.tell(reply)

    async def tell(self, reply: Reply) -> None:
        """Sends a reply, if somebody is there."""
        if self.send is not None:
            await self.send(reply)

    def restores(self, everything: bool) -> list[int]:
        """Entries that have to run before a program: all after somebody else had the chip, else those that were changed."""
        due = sorted(self.entries if everything or self.enforced else self.changed & self.entries.keys())
        self.changed.clear()
        self.enforced = False
        return due


async def forever(every: float, what: Callable[[], Awaitable[None]]) -> None:
    """Does something again and again."""
    while True:
        await asyncio.sleep(every)
        await what()
