"""Processes of chips: who is in which, and what happens when one dies."""

from __future__ import annotations

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from socket import socketpair
from subprocess import Popen
from typing import Any

from hicannx.processes import without_interrupts
from hicannx.service import worker
from hicannx.service.worker import Answer, Open, Order, Ping, Run, Save


class WorkerDied(RuntimeError):  # noqa: N818  # what happened, not what was done wrong
    """The process of a chip ended while it worked."""


@dataclass
class Tenant:
    """What a pool knows of a session: the connections that it wants, and the state of its chips while they are in no process.

    arrived: FPGAs of a setup that have reached a barrier that others have not.
    """

    kind: str
    arguments: dict[str, Any]
    state: bytes = b""
    about: dict[str, Any] = field(default_factory=dict)
    arrived: list[int] = field(default_factory=list)
    lost: bool = False
    """Its process ended while nobody used it, and nobody was told yet."""


class Worker:
    """A process, and the tenant whose chip is in it."""

    def __init__(self, number: int, memory: int | None) -> None:
        self.number, self.memory, self.busy = number, memory, False
        self.tenant: Tenant | None = None
        self._threads = ThreadPoolExecutor(1, f"chip-{number}")
        self._process: Popen[bytes]
        self._pipe: Pipe
        self._start()

    def _start(self) -> None:
        outside, inside = socketpair()
        with inside:
            command = [sys.executable, "-m", worker.__name__, str(inside.fileno()), str(self.memory or 0)]
            with without_interrupts():
                self._process = Popen(command, pass_fds=[inside.fileno()])
        self._pipe = Pipe(outside.detach())

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    async def tell(self, given: Order, limit: float | None = None) -> Answer:
        """Sends an order and waits for its answer, `limit` seconds at most. Raises WorkerDied if the process ends, or is ended for that."""
        called = asyncio.get_running_loop().run_in_executor(self._threads, self._call, worker.order(given))
        try:
            return worker.answer(await asyncio.wait_for(asyncio.shield(called), limit))
        except TimeoutError:
            self._process.kill()
            await asyncio.gather(called, return_exceptions=True)
            self._renew()
            raise WorkerDied(f"no end after {limit:g} s; the process of the chip was ended") from None
        except (EOFError, OSError):
            text = self._ending()
            self._renew()
            raise WorkerDied(text) from None

    def _call(self, frame: bytes) -> bytes:
        self._pipe.send_bytes(frame)
        return self._pipe.recv_bytes()

    def _ending(self) -> str:
        code = self._process.wait(5)
        return f"the process of the chip ended by {signal.Signals(-code).name if code < 0 else f'itself, status {code}'}"

    def _renew(self) -> None:
        """Another process; the chip that was in it is gone."""
        self._pipe.close()
        self._process.wait(5)
        self.tenant = None
        self._start()

    async def enter(self, tenant: Tenant) -> list[Answer]:
        """Makes the chip of a tenant the one in this process; that of another one is kept as a state. Returns the answers
        to what that took. Raises WorkerDied and OpenError."""
        if self.tenant is tenant:
            return []
        left = await self.leave()
        answer = await self.tell(Open(tenant.kind, tenant.arguments, tenant.state, tenant.arrived))
        if answer.kind:
            raise OpenError(answer.kind, answer.text)
        tenant.about, tenant.state, self.tenant = answer.about, b"", tenant
        return [*left, answer]

    async def leave(self) -> list[Answer]:
        """Keeps the state of the chip that is in this process."""
        tenant, self.tenant = self.tenant, None
        if tenant is None or tenant.kind != "model":
            return []
        try:
            answer = await self.tell(Save())
        except WorkerDied:
            tenant.lost = True
            return []
        tenant.state, tenant.lost = b"".join(answer.data), bool(answer.kind)
        return [answer]

    async def probe(self, limit: float) -> None:
        """Asks whether the process answers. Raises WorkerDied; the chip that was in it counts as lost."""
        tenant = self.tenant
        try:
            await self.tell(Ping(), limit)
        except WorkerDied:
            if tenant is not None:
                tenant.lost = True
            raise

    async def run(self, programs: list[bytes], limit: float | None) -> Answer:
        """Programs of the tenant, by chip."""
        answer = await self.tell(Run(programs), limit)
        if self.tenant is not None and not answer.kind:
            self.tenant.arrived = answer.about["arrived"]
        return answer

    def close(self) -> None:
        """Ends the process."""
        self._pipe.close()
        self._process.kill()
        self._process.wait(5)
        self._threads.shutdown(wait=False)


class OpenError(RuntimeError):
    """A chip could not be had; `kind` is the name of the error there."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
